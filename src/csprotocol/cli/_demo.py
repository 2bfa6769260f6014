"""``csprotocol demo``: a report on a small export that ships with the library."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import Any, Final

from csprotocol.adapters import zendesk
from csprotocol.cli._common import check_output, is_colourful, write_output
from csprotocol.cli._report import zendesk_spec
from csprotocol.report import ReportSpec, build, render

__all__ = ["add_to", "run"]

# The sample ends here, so the demo says the same on every day.
_AS_OF: Final = datetime(2026, 11, 1, tzinfo=UTC)


def add_to(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "demo",
        help="a report on a bundled sample export, no files needed",
        description="Shows a report on a generated Zendesk export that ships with the library.",
    )
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:  # noqa: ARG001  # every command has this signature
    """Prints the report and how to get one's own."""
    check_output("-", ())
    with as_file(files("csprotocol").joinpath("data/sample_zendesk")) as folder:
        read = zendesk.export(folder)
    spec = ReportSpec(as_of=_AS_OF, by=("month", "channel"), tz="Europe/Madrid")
    spec, plain = zendesk_spec(spec, read, rule="piecewise")
    report = build(plain, replace(spec, csat_scale=read.value.csat_scale), orphans=read.value.orphans)
    told = render(report, bold=is_colourful("-"))
    write_output(
        f"{told}\nThis was a generated sample. Your own: csprotocol report FOLDER --from zendesk, or any CSV file with"
        "\ncsprotocol report FILE.csv --map MAPPING.toml (see examples/mappings).\n",
        "-",
    )
    return 0
