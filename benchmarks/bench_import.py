"""What an import adds to a bare interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from typing import Final

from benchmarks._measure import Table

LIMIT_MS: Final = 10
STATEMENTS: Final = {
    "(bare interpreter)": "pass",
    "import csprotocol": "import csprotocol",
    "from csprotocol import BusinessCalendar": "from csprotocol import BusinessCalendar",
    "import csprotocol.calendar.forms.zendesk": "import csprotocol.calendar.forms.zendesk",
    "import pydantic (for comparison)": "import pydantic; pydantic.BaseModel",
}


def importing(*, quick: bool) -> Table:
    """CPU milliseconds above the bare interpreter."""
    rounds = 5 if quick else 15
    taken_ms: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for _ in range(rounds):
        for name, statement in STATEMENTS.items():
            taken_ms[name].append(_cpu_ms(statement))
    table = Table(
        f"Import, CPU time (median of {rounds} interleaved runs each)", ["statement", "CPU ms", "ms above bare"]
    )
    bare_ms = median(taken_ms["(bare interpreter)"])
    for name, found in taken_ms.items():
        table.add(name, f"{median(found):.1f}", f"{median(found) - bare_ms:.1f}")
    root_ms = median(taken_ms["import csprotocol"]) - bare_ms
    table.limit(
        f"import csprotocol: at most {LIMIT_MS} ms above a bare interpreter; measured {root_ms:.1f}",
        holds=root_ms <= LIMIT_MS,
    )
    return table


def _cpu_ms(statement: str) -> float:
    """User and system time of one fresh interpreter."""
    process = subprocess.Popen([sys.executable, "-I", "-c", statement])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{statement!r} ended with {process.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1e3


if __name__ == "__main__":
    print(importing(quick=False))
