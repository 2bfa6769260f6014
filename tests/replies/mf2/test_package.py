"""The package stands alone and waits with Babel."""

from __future__ import annotations

import subprocess
import sys

import pytest

from csprotocol.replies import mf2

_ALONE = """
import sys, importlib.util, pathlib
from csprotocol.replies import mf2
message = mf2.parse("Hello {$name}")
mf2.validate(message), mf2.serialise(message)
print("babel" in sys.modules, sorted(name for name in sys.modules if name.startswith("csprotocol.")
      and not name.startswith("csprotocol.replies") and name not in %s))
"""


def test_nothing_else_of_the_library_is_imported() -> None:
    before = subprocess.run(
        [sys.executable, "-c", "import csprotocol, sys; print([name for name in sys.modules])"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    after = subprocess.run(
        [sys.executable, "-c", _ALONE % before.strip()], capture_output=True, check=True, text=True
    ).stdout
    assert after.strip() == "False []"


@pytest.mark.parametrize("name", mf2.__all__)
def test_every_public_name_exists(name: str) -> None:
    assert getattr(mf2, name) is not None
