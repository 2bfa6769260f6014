"""Runs every snippet of the README and the docs: Python as it stands, commands with the output they show."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from csprotocol.cli import main

# Their libraries need python-dateutil <3: where a newer one is installed, their examples cannot run.
MISSING = [name for name in ("holidays", "icalendar", "recurring_ical_events") if find_spec(name) is None]
collect_ignore = (
    ["src/csprotocol/calendar/forms/ical.py"] if {"icalendar", "recurring_ical_events"} & {*MISSING} else []
) + (["src/csprotocol/returns/_working_days.py"] if "holidays" in MISSING else [])


def pytest_report_header() -> str:
    """What is left out, said at the head of every run."""
    return f"not installed, their tests are skipped: {', '.join(MISSING) or 'nothing'}"


def run_command(example: Example) -> str | None:
    """``$ csprotocol ...`` lines must print the lines that follow them; each block has a register of its own."""
    with (
        TemporaryDirectory() as folder,
        contextlib.chdir(Path(__file__).parent),
        patch.dict(os.environ, {"CSPROTOCOL_REGISTER": str(Path(folder) / "incidents.db")}),
    ):
        return run_block(example)


def run_block(example: Example) -> str | None:
    """What differs from the block, or nothing."""
    for block in f"\n{example.parsed}".split("\n$ ")[1:]:
        command, _, expected = block.partition("\n")
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            main(shlex.split(command)[1:])
        found = "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())
        shown = "\n".join(line.rstrip() for line in expected.rstrip().splitlines())
        start, dots, _ = shown.partition("\n...")
        same = found.startswith(start) if dots else found == shown
        if not same:
            return f"$ {command}\nexpected:\n{shown}\nfound:\n{found}"
    return None


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), CodeBlockParser(language="console", evaluator=run_command), SkipParser()],
    patterns=["*.md"],
    excludes=["CHANGELOG.md"],
).pytest()
