"""Which group a ticket belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import TypeAlias

from csprotocol.errors import InvalidValueError, one_of
from csprotocol.kpi import PERIODS, period_of
from csprotocol.model import TicketFacts
from csprotocol.report._spec import PROPERTIES, ReportSpec

__all__ = ["Key", "apart", "grouped", "no_such_dimension", "order", "period_at"]

Key: TypeAlias = tuple[str | None, ...]
"""The value of a group in each dimension; ``None`` is none, and nothing that a cell may say."""


def grouped(facts: Iterable[TicketFacts], spec: ReportSpec) -> dict[Key, list[TicketFacts]]:
    """The tickets by their value in each dimension, in order, the unknown last.

    Raises:
        InvalidValueError: a dimension that no ticket has; the message names the possible ones.
    """
    tickets = list(facts)
    _check(tickets, spec)
    found = apart(tickets, spec)
    return {key: found[key] for key in sorted(found, key=order)}


def apart(tickets: Iterable[TicketFacts], spec: ReportSpec) -> dict[Key, list[TicketFacts]]:
    """The tickets by their value in each dimension, as they come."""
    found: defaultdict[Key, list[TicketFacts]] = defaultdict(list)
    zone = spec.zone
    for ticket in tickets:
        found[tuple(_value(ticket, name, spec.anchor, zone) for name in spec.by)].append(ticket)
    return found


def order(key: Key) -> list[tuple[bool, str]]:
    """By which groups are sorted: in their own order, the unknown last."""
    return [(part is None, part or "") for part in key]


def period_at(at: datetime, period: str, zone: tzinfo) -> str:
    """The period of an instant by the local date: ``2026-11-20``, ``2026-W47``, ``2026-11``, ``2026-Q4``, ``2026``.

    >>> from zoneinfo import ZoneInfo
    >>> late = datetime.fromisoformat("2025-03-31T22:30:00Z")
    >>> period_at(late, "month", ZoneInfo("Europe/Madrid")), period_at(late, "month", ZoneInfo("UTC"))
    ('2025-04', '2025-03')
    """
    try:
        local = at.astimezone(zone).date()
    except OverflowError:
        # In the first and the last hours of the calendar, only one side of the world has a date.
        local = at.astimezone(UTC).date()
    return period_of(local, period)


def anchor_of(ticket: TicketFacts, anchor: str) -> datetime | None:
    """The instant that puts a ticket into a period."""
    match anchor:
        case "created":
            return ticket.created_at
        case "first_reply":
            return ticket.first_reply_at
        case _:
            return ticket.solved_at[-1] if ticket.solved_at else ticket.closed_at


def _value(ticket: TicketFacts, name: str, anchor: str, zone: tzinfo) -> str | None:
    if name in PERIODS:
        at = anchor_of(ticket, anchor)
        return period_at(at, name, zone) if at else None
    found = getattr(ticket, name) if name in PROPERTIES else ticket.attributes.get(name)
    return None if found is None else str(found)


def _check(tickets: list[TicketFacts], spec: ReportSpec) -> None:
    attributes = {name for ticket in tickets for name in ticket.attributes}
    for name in spec.by:
        if tickets and name not in (*PERIODS, *PROPERTIES) and name not in attributes:
            raise no_such_dimension(name, sorted(attributes))


def no_such_dimension(name: str, attributes: Iterable[str]) -> InvalidValueError:
    """The error over a dimension of which no ticket has a value, beside the ``attributes`` that some have."""
    known = (*PERIODS, *PROPERTIES, *attributes)
    return InvalidValueError.of("by", name, expected="something that some ticket has", hint=one_of(known, found=name))
