"""Rows of a CSV file as incidents that are written down as they stand."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, Final

from csprotocol.adapters._cells import MissingZoneError, StampReader, count, flag, shown_word
from csprotocol.adapters._csv import open_table
from csprotocol.adapters._read import Outcome, Read, RefusedError, Tally
from csprotocol.cli._common import parse_zone
from csprotocol.cli._progress import ProgressLine
from csprotocol.cli._register_cells import as_told
from csprotocol.cli._register_json import Told
from csprotocol.cli._register_open import Register, quietly
from csprotocol.cli._stamps import stamp_reader
from csprotocol.cli._tables import from_spreadsheet, plural
from csprotocol.errors import IncidentExistsError, InvalidValueError, ParentEndedError, UnknownIncidentError, one_of
from csprotocol.incident import Incident, Machine

__all__ = ["check", "read"]

_REQUIRED: Final = ("id", "opened_at")
_NAMES: Final = (
    "opened_by", "order", "customer", "assignee", "channel", "priority", "problem_type", "product", "carrier",
    "parent",
)  # fmt: skip
_INSTANTS: Final = ("state_since", "resolved_at", "closed_at")
_KNOWN: Final = (*_REQUIRED, "workflow", "state", *_NAMES, "blocking", "reopen_count", *_INSTANTS)
# What export writes beside them, and what follows from the rest or tells of a history that is not in the file.
_FROM_EXPORT: Final = ("category", "version", "merged_into")


def check(chosen: argparse.Namespace) -> None:
    """Nothing, when the file is a table with the columns that are due.

    Raises:
        ExportError: it is none.
        InvalidValueError: the format or the zone of its stamps is none.
    """
    stamp_reader(chosen.at_format, parse_zone(chosen.tz) if chosen.tz else None)
    with ProgressLine(verb="importing") as progress, open_table(chosen.file, Tally(), progress=progress) as table:
        table.require(_REQUIRED)


def read(register: Register, chosen: argparse.Namespace) -> Told:
    """Every row that is not in the register yet; the rows in the order of the file, so parents come first.

    Raises:
        ExportError: the file is no table, or lacks a column.
    """
    tally = Tally()
    kind = register.kind if chosen.kind is None else chosen.kind
    register.machine(kind)
    stamp = stamp_reader(chosen.at_format, parse_zone(chosen.tz) if chosen.tz else None)
    with ProgressLine(verb="importing") as progress, open_table(chosen.file, tally, progress=progress) as table:
        places = table.require(_REQUIRED)
        places |= table.require(name for name in _KNOWN if name in table.header)
        unread = [name for name in table.header if name and name not in {*_KNOWN, *_FROM_EXPORT}]

        def take(line: int, row: list[str]) -> Outcome:  # noqa: ARG001  # the table counts the lines
            cells = {name: as_told(from_spreadsheet(row[place].strip())) for name, place in places.items()}
            return _written(register, _incident(register, cells, stamp, kind))

        table.each(take)
    return _told(tally.read(None), unread)


def _written(register: Register, incident: Incident) -> Outcome:
    try:
        is_new = not register.holds(incident.id)
        register.journal.open(incident)
    except IncidentExistsError:
        message = "the register holds another incident of that id, which stays as it is"
        raise RefusedError("other-incident", message, column="id") from None
    except UnknownIncidentError:
        raise RefusedError("no-parent", "there is no such incident, neither here nor above", column="parent") from None
    except ParentEndedError:
        raise RefusedError("parent-ended", "that incident has ended for good", column="parent") from None
    return Outcome.USED if is_new else Outcome.DUPLICATE


def _incident(register: Register, cells: Mapping[str, str], stamp: StampReader, kind: str) -> Incident:
    """The incident of a row.

    Raises:
        RefusedError: a cell is not what its column says.
    """
    given = {name: cell for name, cell in cells.items() if cell}
    for name in _REQUIRED:
        if name not in given:
            raise RefusedError("missing-value", "the cell is empty, and nothing is guessed", column=name)
    machine = _machine(register, given.get("workflow", kind))
    states = [state.name for state in machine.workflow.states]
    state = given.get("state", machine.workflow.initial)
    if state not in states:
        shown = shown_word(state, states)
        message = f"{shown} is no state of {machine.ref}; {one_of(states)}"
        raise RefusedError("unknown-state", message, column="state")
    opened_at = _instant(given, "opened_at", stamp)
    known: dict[str, Any] = {name: given[name] for name in _NAMES if name in given}
    known |= {name: _instant(given, name, stamp) for name in _INSTANTS if name in given}
    for name, reader in (("blocking", flag), ("reopen_count", count)):
        if name in given:
            known[name] = _read_by(reader, given, name)
    try:
        # Since when it stands there nobody says: at least since it was opened.
        return machine.open(given["id"], at=opened_at, state=state, **known)
    except InvalidValueError as wrong:
        column = wrong.field.removeprefix("Incident.")
        raise RefusedError("invalid-value", quietly(wrong).removeprefix("Incident."), column=column) from None


def _machine(register: Register, told: str) -> Machine:
    """The machine of ``incident`` or ``incident@1``."""
    for machine in register.machines:
        if machine.ref == told:
            return machine
    try:
        return register.machine(told)
    except InvalidValueError:
        refs = register.machines.refs
        message = f"{shown_word(told, refs)} is no workflow; {one_of(refs)}; a shop's own are given with --workflow"
        raise RefusedError("unknown-workflow", message, column="workflow") from None


def _instant(given: Mapping[str, str], name: str, stamp: StampReader) -> Any:
    try:
        at = _read_by(stamp, given, name)
    except MissingZoneError:
        message = "the stamp names no offset; give the zone with --tz, for example --tz Europe/Madrid"
        raise RefusedError("naive-stamp", message, column=name) from None
    if stamp.is_unsure(given[name]):
        message = "the clock shows that time twice or never, and nothing is guessed; write it with its offset"
        raise RefusedError("unsure-stamp", message, column=name)
    return at


def _read_by(reader: Any, given: Mapping[str, str], name: str) -> Any:
    try:
        return reader(given[name])
    except RefusedError as refused:
        refused.column = name
        raise


def _told(done: Read[None], unread: list[str]) -> Told:
    summary = (
        f"{plural(done.rows, 'row')}: {done.used:,} imported, {done.duplicates:,} there already, "
        f"{done.rejections:,} refused"
    )
    notes = [f"column {name!r} is not read" for name in unread]
    notes += [str(notice) for notice in done.warnings]
    return Told(summary, tuple(notes), tuple(str(each) for each in done.rejected), done.rejections)
