"""Runs every snippet of the README and the docs: Python as it stands, commands with the output they show."""

from __future__ import annotations

import contextlib
import io
import shlex

from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from csprotocol.cli import main


def run_command(example: Example) -> str | None:
    """``$ csprotocol ...`` lines must print the lines that follow them."""
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
