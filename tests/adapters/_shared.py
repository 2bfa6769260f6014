"""Where the shared data lies, beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
MAPPINGS = ROOT / "examples" / "mappings"


def shared(*parts: str) -> Path:
    """A file of the shared data; the test is skipped where the folder is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared/data/{'/'.join(parts)} is not beside the checkout")
    return path
