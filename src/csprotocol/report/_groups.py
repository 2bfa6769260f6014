"""Which group a ticket belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Final

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import PERIODS, period_of
from csprotocol.model import TicketFacts
from csprotocol.report._spec import PROPERTIES, ReportSpec

__all__ = ["UNKNOWN", "apart", "grouped", "order", "period_at"]

UNKNOWN: Final = "(unknown)"


def grouped(facts: Iterable[TicketFacts], spec: ReportSpec) -> dict[tuple[str, ...], list[TicketFacts]]:
    """The tickets by their value in each dimension, in order, the unknown last.

    Raises:
        InvalidValueError: a dimension that no ticket has; the message names the possible ones.
    """
    tickets = list(facts)
    _check(tickets, spec)
    found = apart(tickets, spec)
    return {key: found[key] for key in sorted(found, key=order)}


def apart(tickets: Iterable[TicketFacts], spec: ReportSpec) -> dict[tuple[str, ...], list[TicketFacts]]:
    """The tickets by their value in each dimension, as they come."""
    found: defaultdict[tuple[str, ...], list[TicketFacts]] = defaultdict(list)
    zone = spec.zone
    for ticket in tickets:
        found[tuple(_value(ticket, name, spec.anchor, zone) for name in spec.by)].append(ticket)
    return found


def order(key: tuple[str, ...]) -> list[tuple[bool, str]]:
    """By which groups are sorted: in their own order, the unknown last."""
    return [(part == UNKNOWN, part) for part in key]


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


def _value(ticket: TicketFacts, name: str, anchor: str, zone: tzinfo) -> str:
    if name in PERIODS:
        at = anchor_of(ticket, anchor)
        return period_at(at, name, zone) if at else UNKNOWN
    found = getattr(ticket, name) if name in PROPERTIES else ticket.attributes.get(name)
    return str(found) if found is not None else UNKNOWN


def _check(tickets: list[TicketFacts], spec: ReportSpec) -> None:
    attributes = {name for ticket in tickets for name in ticket.attributes}
    for name in spec.by:
        if tickets and name not in (*PERIODS, *PROPERTIES) and name not in attributes:
            raise InvalidValueError.unknown("by", name, (*PERIODS, *PROPERTIES, *sorted(attributes)))
