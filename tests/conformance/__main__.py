"""``python -m tests.conformance FILE...``: one line a failure, and ``N passed, M failed`` at the end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.conformance._handler import UnknownCaseError
from tests.conformance._runner import CaseFileError, run


def main(arguments: Sequence[str]) -> int:
    """Exit status 0 when all passed, 1 when one failed or was not understood, 2 for a file that is no case file."""
    if not arguments:
        print("usage: python -m tests.conformance FILE...", file=sys.stderr)
        return 2
    passed = failed = 0
    status = 0
    for name in arguments:
        try:
            for outcome in run(Path(name)):
                passed += outcome.passed
                failed += not outcome.passed
                if not outcome.passed:
                    print(outcome)
        except UnknownCaseError as error:
            print(f"{name}: {error}")
            status = status or 1
        except CaseFileError as error:
            print(f"{name}: {error}")
            status = 2
    print(f"{passed} passed, {failed} failed")
    return status or (1 if failed else 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
