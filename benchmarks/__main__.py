"""``python -m benchmarks [--quick] [--only NAME]``: all measurements as Markdown; exit code 1 if a limit fails."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from benchmarks._measure import NOT_INSTALLED, Table
from benchmarks.bench_calendar import correctness, speed
from benchmarks.bench_columns import columns
from benchmarks.bench_compile import compiling
from benchmarks.bench_frames import frames
from benchmarks.bench_import import importing
from benchmarks.bench_incident_columns import incident_columns
from benchmarks.bench_machine import machines
from benchmarks.bench_open_time import open_time
from benchmarks.bench_replies import replies
from benchmarks.bench_returns import returns
from benchmarks.bench_sla import clocks
from benchmarks.bench_store import journals

PACKAGES = (
    "csprotocol", "numpy", "pandas", "polars", "duckdb", "exchange_calendars", "opening-hours-py",
    "business-duration", "businesstime", "businesstimedelta", "workalendar",
    "transitions", "python-statemachine", "automat", "simpleslacalc", "eventsourcing", "zen-engine",
    "panzi-json-logic", "rule-engine", "cel-python", "jinja2", "fluent.runtime", "python-liquid", "babel",
)  # fmt: skip
# Peers that cannot stand beside the rest, and the interpreters that have them.
_pythons: dict[str, str] = {}
RUNS: dict[str, Callable[[bool], Table]] = {
    "scalar": lambda quick: speed(quick=quick),
    "correctness": lambda _: correctness(),
    "columns": lambda quick: columns(quick=quick),
    "sla": lambda quick: clocks(quick=quick, pythons=_pythons),
    "machine": lambda quick: machines(quick=quick),
    "incident": lambda quick: incident_columns(quick=quick),
    "returns": lambda quick: returns(quick=quick),
    "replies": lambda quick: replies(quick=quick),
    "frames": lambda quick: frames(quick=quick),
    "open-time": lambda quick: open_time(quick=quick),
    "store": lambda quick: journals(quick=quick),
    "compile": lambda quick: compiling(quick=quick),
    "import": lambda quick: importing(quick=quick),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Speed and correctness beside the peers.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, 1 M instead of 10 M pairs")
    parser.add_argument("--only", action="append", choices=list(RUNS), help="only this one (may be repeated)")
    parser.add_argument(
        "--python", action="append", default=[], metavar="PEER=PATH", help="an interpreter that has this peer"
    )
    chosen = parser.parse_args()
    _pythons.update(each.split("=", 1) for each in chosen.python)
    print(f"Python {platform.python_version()}, {', '.join(_versions())}\n")
    passes = True
    for name, run in RUNS.items():
        if chosen.only and name not in chosen.only:
            continue
        table = run(chosen.quick)
        passes &= table.passes
        print(table, flush=True)
    return 0 if passes else 1


def _versions() -> list[str]:
    return [f"{name} {_version(name)}" for name in PACKAGES]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return NOT_INSTALLED


if __name__ == "__main__":
    sys.exit(main())
