"""Incidents that come from elsewhere with their history, and the next free id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from csprotocol.errors import DamagedJournalError, IncidentExistsError, JournalError
from csprotocol.incident import Entry, Incident, Machines
from csprotocol.incident._incident import evolve
from csprotocol.incident._plain import instant
from csprotocol.store import _chain
from csprotocol.store._derive import followed
from csprotocol.store._dialects import Dialect
from csprotocol.store._dump import HISTORY
from csprotocol.store._entry_check import require_entry
from csprotocol.store._port import Statements, chunks, marks
from csprotocol.store._records import entry_of, projection_of

__all__ = ["is_told_already", "next_id", "restored", "write_entries"]

_DIGITS: Final = 6
_IDS: Final = "SELECT id FROM csp_incident WHERE id >= ? AND id < ?"
_TAKEN: Final = "SELECT incident_id FROM csp_entry WHERE event_id IN ({marks})"
_NEW_ENTRY: Final = "INSERT INTO csp_entry (incident_id, seq, event_id, body, hash) VALUES (?, ?, ?, ?, ?)"
_NEW_PERSONAL: Final = "INSERT INTO csp_personal (incident_id, seq, salt, content, erased_at) VALUES (?, ?, ?, ?, ?)"
_NEW_HEAD: Final = (
    "UPDATE csp_incident SET version = ?, workflow = ?, state = ?, category = ?, order_id = ?, customer = ?,"
    " head_hash = ?, projection = ? WHERE id = ?"
)


def next_id(statements: Statements, dialect: Dialect, prefix: str) -> str:
    """``prefix`` and the number after the highest there is, with six digits or more."""
    # Whoever counts waits for the one who counted before, until that one has written.
    statements.rows(f"SELECT one FROM csp_schema{dialect.for_update}")
    beyond = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    found = {str(incident_id).removeprefix(prefix) for (incident_id,) in statements.rows(_IDS, (prefix, beyond))}
    # A longer run of digits is no number of ours.
    numbers = [int(text) for text in found if text.isascii() and text.isdigit() and len(text) <= 2 * _DIGITS]
    number = max(numbers, default=0) + 1
    while f"{number:0{_DIGITS}}" in found:
        number += 1
    return f"{prefix}{number:0{_DIGITS}}"


def restored(opened: Incident, entries: Iterable[Entry], stands: Incident | None, machines: Machines) -> Incident:
    """``opened`` after ``entries``, each checked; what erased entries said of it comes from ``stands``.

    Raises:
        DamagedJournalError: an entry does not fit, or ``stands`` is not where they lead.
        InvalidValueError: an id that no journal takes, or an instant without a time zone.
        UnknownWorkflowError, UnknownStateError: nobody could have decided so.
    """
    unknown: frozenset[str] = frozenset()
    incident = opened
    ids: set[str] = set()
    for entry in entries:
        require_entry(entry)
        if entry.event_id in ids:
            raise DamagedJournalError.at(entry.incident_id, entry.seq, "event-id", "its event id stands twice")
        ids.add(entry.event_id)
        incident, unknown = followed(incident, unknown, entry, machines)
    if stands is None:
        return incident
    if unknown:
        incident = evolve(incident, {name: getattr(stands, name) for name in unknown})
    wrong = [each.name for each in fields(Incident) if getattr(stands, each.name) != getattr(incident, each.name)]
    if wrong:
        message = f"the incident is not where its entries lead: {', '.join(wrong)}"
        raise DamagedJournalError.at(incident.id, incident.version, "head", message)
    return incident


def is_told_already(statements: Statements, incident_id: str, entries: tuple[Entry, ...]) -> bool:
    """Whether the journal holds just these entries of the incident; what it erased since counts as told.

    Raises:
        IncidentExistsError: it holds others.
    """
    found = [entry_of(*row) for row in statements.rows(HISTORY, (incident_id,))]
    told = [
        given._replace(actor_id=None, data=None) if held.erased else given
        for held, given in zip(found, entries, strict=False)
    ]
    if len(found) != len(entries) or told != found:
        raise IncidentExistsError.of(incident_id)
    return True


def write_entries(
    statements: Statements,
    incident: Incident,
    category: str,
    entries: tuple[Entry, ...],
    *,
    start: str | None,
    now: datetime,
) -> None:
    """Write ``entries`` behind an opening whose hash is ``start`` (``None``: no chain), and where they lead.

    Raises:
        JournalError: an entry of another incident has one of their event ids.
    """
    for some in chunks(entry.event_id for entry in entries):
        taken = statements.rows(_TAKEN.format(marks=marks(len(some))), some)
        if taken:
            raise JournalError(
                f"incident {incident.id} brings an event id that an entry of {taken[0][0]} has",
                hint="event ids are unique in a journal",
            )
    head, bodies, personal = start, [], []
    for entry in entries:
        content = None if entry.erased else _chain.personal_of_entry(entry)
        # Of what is erased there is nothing to digest: the record holds a digest that fits nothing.
        salt = None if head is None else _chain.new_salt()
        record = _chain.entry_record(entry, salt and _chain.personal_digest(salt, content or ""))
        if head is not None:
            head = _chain.linked(head, record)
        bodies.append((entry.incident_id, entry.seq, entry.event_id, record, head))
        gone = (None, None, instant(now))
        personal.append((entry.incident_id, entry.seq, *((salt, content, None) if content is not None else gone)))
    if bodies:
        statements.run_many(_NEW_ENTRY, bodies)
        statements.run_many(_NEW_PERSONAL, personal)
    statements.run(_NEW_HEAD, _head_row(incident, category, head))


def _head_row(incident: Incident, category: str, head: str | None) -> tuple[Any, ...]:
    return (
        incident.version,
        incident.workflow,
        incident.state,
        category,
        incident.order,
        incident.customer,
        head,
        projection_of(incident),
        incident.id,
    )
