"""What every test shares: patience for a slow machine, and the folder of real data where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

patient = settings.get_profile("default")
patient = settings(patient, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", patient)
# A gate says the same of the same tree; who develops looks for new counter-examples at each run.
settings.register_profile("gate", patient, derandomize=True, print_blob=True)
settings.register_profile("search", patient, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real exports beside the checkout; the test is skipped, and says so, where there is none."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the folder ../shared with real exports is absent")
    return SHARED
