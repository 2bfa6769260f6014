"""How long something took: elapsed, or counted while the shop was open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeAlias, cast, runtime_checkable

from csprotocol.model import TicketFacts

__all__ = ["OpenTime", "Within", "duration", "earlier", "elapsed", "opening_hours_of"]


@runtime_checkable
class OpenTime(Protocol):
    """Anything that knows how long the shop was open between two instants: a ``BusinessCalendar``, for example.

    >>> from csprotocol.calendar import BusinessCalendar, BusinessHours
    >>> isinstance(BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-18:00")), OpenTime)
    True
    """

    def between(self, start: datetime, end: datetime, /) -> timedelta:
        """Open time from ``start`` to ``end``."""
        ...


_ByTicket: TypeAlias = Callable[[TicketFacts], OpenTime | None]

Within: TypeAlias = OpenTime | _ByTicket | None
"""``None`` for elapsed time; one calendar for all tickets; or a function that gives each ticket its own."""


def opening_hours_of(facts: TicketFacts, within: OpenTime | _ByTicket) -> OpenTime | None:
    """The calendar by which this ticket is counted; ``None`` when nobody knows."""
    # Not isinstance: a run-time check of a protocol costs more than the answer, and this runs once a ticket.
    return cast("OpenTime", within) if hasattr(within, "between") else within(facts)


def elapsed(start: datetime, end: datetime) -> timedelta:
    """Elapsed time, negative when ``end`` lies before ``start``.

    Aware datetimes of one zone subtract by their wall clocks: two hours on the wall may be one.
    """
    return end.astimezone(UTC) - start.astimezone(UTC)


def duration(start: datetime, end: datetime, hours: OpenTime | None) -> timedelta:
    """From ``start`` to a later ``end``: open time by ``hours``, elapsed time without them."""
    return elapsed(start, end) if hours is None else hours.between(start, end)


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two instants that may be unknown."""
    known = [at for at in (one, other) if at is not None]
    return min(known, key=lambda at: at.astimezone(UTC)) if known else None
