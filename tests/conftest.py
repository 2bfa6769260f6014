"""What every test shares: patience for a slow machine, and the folder of real data where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real exports beside the checkout; the test is skipped, and says so, where there is none."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the folder ../shared with real exports is absent")
    return SHARED
