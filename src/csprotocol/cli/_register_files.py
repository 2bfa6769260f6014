"""``csprotocol register export|import``: a register as a file, and a file as a register."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from csprotocol.cli import _register_csv, _register_json
from csprotocol.cli._common import add_output_options, write_output
from csprotocol.cli._register_cells import unsplit
from csprotocol.cli._register_open import add_register_options, opened_register
from csprotocol.cli._register_read import COLUMNS, incident_row
from csprotocol.cli._tables import clean, csv_text, json_text
from csprotocol.errors import ExportError

__all__ = ["add_to"]

_SHOWN = 20

_IMPORT_EPILOG = """\
columns of a CSV file: id and opened_at, which must be there; workflow, state, opened_by, order, customer, assignee,
channel, priority, problem_type, product, carrier, parent, blocking, reopen_count, state_since, resolved_at, closed_at
Others are not read. Each row is an incident that is written down as it stands, without a history.

exit status: 1 when a row or an incident was refused
"""


def add_to(verbs: Any) -> None:
    """Adds the verbs."""
    export = verbs.add_parser(
        "export",
        help="the whole register as JSON, or a row an incident as CSV",
        description="JSON holds everything and can be imported; CSV holds each incident as it stands. In CSV, what a "
        "spreadsheet would run (= + - @ at the beginning, or behind a semicolon) stands behind an apostrophe, which "
        "import takes off.",
    )
    add_register_options(export)
    add_output_options(export, ("json", "csv"))
    export.set_defaults(run=_export)
    bring = verbs.add_parser(
        "import",
        help="what export wrote, or a CSV file with a row an incident",
        description="Imports a file. What is in the register already stays as it is: importing twice changes nothing.",
        epilog=_IMPORT_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_register_options(bring)
    bring.add_argument("file", metavar="FILE")
    bring.add_argument("--kind", help="workflow of rows that name none; default: as for new")
    bring.add_argument("--at-format", default="iso", metavar="FORMAT", help="of CSV stamps, as strptime; default: iso")
    bring.set_defaults(run=_import)


def _export(chosen: argparse.Namespace) -> int:
    with opened_register(chosen) as register:
        if chosen.format == "json":
            text = json_text(_register_json.dumped(register.journal))
        else:
            rows = (unsplit(incident_row(incident, category)) for category, incident in register.by_category())
            text = csv_text(COLUMNS, rows)
    write_output(text, chosen.output)
    return 0


def _import(chosen: argparse.Namespace) -> int:
    # Before a register is begun for a file that cannot be read.
    incidents = _register_json.document(Path(chosen.file)) if _holds_json(chosen.file) else None
    if incidents is None:
        _register_csv.check(chosen)
    with opened_register(chosen, make=True) as register:
        told = _register_csv.read(register, chosen) if incidents is None else _register_json.read(register, incidents)
    print(clean(told.summary))
    for line in told.notes:
        print(clean(f"  {line}"))
    for line in told.refused[:_SHOWN]:
        print(clean(f"  refused: {line}"))
    if told.refusals > _SHOWN:
        print(f"  ... and {told.refusals - _SHOWN:,} more")
    return 1 if told.refusals else 0


def _holds_json(file: str) -> bool:
    """Whether it begins as JSON does; no header of a table does.

    Raises:
        ExportError: it cannot be opened.
    """
    try:
        with Path(file).open("rb") as handle:
            return handle.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or "no such file"
        raise ExportError.at(Path(file).name or file, f"cannot be opened: {reason}") from None
