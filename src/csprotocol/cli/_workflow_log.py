"""A CSV log as columns, and what its words mean in a workflow."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from csprotocol.adapters import Read
from csprotocol.adapters._cells import MissingZoneError
from csprotocol.adapters._csv import open_table
from csprotocol.adapters._read import Outcome, RefusedError, Tally
from csprotocol.cli._common import parse_zone
from csprotocol.cli._progress import ProgressLine
from csprotocol.cli._stamps import stamp_reader
from csprotocol.errors import ExportError, InvalidValueError
from csprotocol.incident import Workflow
from csprotocol.incident._statuses import StatusMap

__all__ = ["Log", "meanings", "own_words", "read_log"]


class Log(NamedTuple):
    """The columns of the file, row by row; ``unsure`` counts stamps in an hour that clocks show twice or never."""

    case: list[str]
    name: list[str]
    at: list[Any]
    unsure: int


def own_words(chosen: argparse.Namespace, workflow: Workflow) -> dict[str, str]:
    """What ``--map`` says.

    Raises:
        InvalidValueError: it is no ``WORD=NAME``, says a word twice, or names what the workflow does not have.
    """
    if chosen.event and chosen.helpdesk:
        raise InvalidValueError.of("--helpdesk", chosen.helpdesk, expected="used with --status, not with --event")
    known = workflow.event_names if chosen.event else [state.name for state in workflow.states]
    words: dict[str, str] = {}
    for text in chosen.map:
        word, equals, name = (part.strip() for part in text.rpartition("="))
        if not (word and equals and name):
            raise InvalidValueError.of("--map", text, expected="WORD=NAME")
        if name not in known:
            raise InvalidValueError.unknown("--map", name, known)
        if word in words:
            raise InvalidValueError.of("--map", word, expected="given once for each word")
        words[word] = name
    return words


def meanings(
    chosen: argparse.Namespace, workflow: Workflow, own: Mapping[str, str], seen: Iterable[str]
) -> Mapping[str, str]:
    """The state of each status in the log that has one; without a helpdesk, names of states mean themselves."""
    if not chosen.helpdesk:
        return {state.name: state.name for state in workflow.states} | dict(own)
    states = StatusMap.builtin(chosen.helpdesk).to_states(workflow=workflow)
    found = {status: state for status in seen if (state := states.get(status)) is not None}
    return found | dict(own)


def read_log(chosen: argparse.Namespace) -> Read[Log]:
    tally = Tally()
    zone = parse_zone(chosen.tz) if chosen.tz else None
    stamp = stamp_reader(chosen.at_format, zone)
    name_column = chosen.status or chosen.event
    log = Log([], [], [], 0)
    unsure = 0

    with ProgressLine() as progress, open_table(
        chosen.log, tally, delimiter=_delimiter(chosen.delimiter), progress=progress
    ) as table:  # fmt: skip
        places = table.require((chosen.case, chosen.at, name_column))

        def take(line: int, row: list[str]) -> Outcome:
            nonlocal unsure
            cells = {column: row[place].strip() for column, place in places.items()}
            if cells[name_column] in chosen.ignore:
                return Outcome.LEFT_OUT
            for column, cell in cells.items():
                if not cell:
                    raise RefusedError("missing-value", "the cell is empty, and nothing is guessed", column=column)
            try:
                at = stamp(cells[chosen.at])
            except RefusedError as refused:
                refused.column = chosen.at
                raise
            except MissingZoneError:
                hint = "give it with --tz, for example --tz Europe/Madrid"
                raise ExportError.at(
                    table.file, "a stamp names no offset and no zone was given", line=line, column=chosen.at, hint=hint
                ) from None
            unsure += stamp.is_unsure(cells[chosen.at])
            log.case.append(cells[chosen.case])
            log.name.append(cells[name_column])
            log.at.append(at)
            return Outcome.USED

        table.each(take)
    return tally.read(log._replace(unsure=unsure))


def _delimiter(given: str) -> str:
    found = {"tab": "\t", "\\t": "\t"}.get(given, given)
    if len(found) > 1 or found in {'"', "\r", "\n"}:
        raise InvalidValueError.of("--delimiter", given, expected="one character, or tab")
    return found
