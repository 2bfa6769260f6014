"""Pauses that should not have been."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket, in_order
from csprotocol.sla._policy import ClockKind
from csprotocol.sla._state import ClockState

__all__ = ["DoubtfulPause", "doubtful_pauses"]


class DoubtfulPause(NamedTuple):
    """A stretch in which a clock waited for a customer who had written already; ``open_time`` is what it saved."""

    clock: str
    kind: ClockKind
    start: datetime
    end: datetime
    open_time: timedelta
    written_at: datetime


def doubtful_pauses(ticket: Ticket | Iterable[Event], clocks: Iterable[ClockState]) -> tuple[DoubtfulPause, ...]:
    """The pauses of ``clocks`` (of this ticket) during which the customer's last word stood unanswered.

    >>> from datetime import UTC
    >>> from csprotocol.calendar import BusinessCalendar
    >>> from csprotocol.sla import SlaPolicy, evaluate
    >>> at = lambda hour: datetime(2026, 11, 20, hour, tzinfo=UTC)
    >>> events = [
    ...     Event(at(9), EventKind.CREATED, ActorKind.CUSTOMER),
    ...     Event(at(10), EventKind.STATUS, data={"to": StatusCategory.WAITING_CUSTOMER}),
    ...     Event(at(11), EventKind.MESSAGE, ActorKind.CUSTOMER),
    ... ]
    >>> clocks = evaluate(events, SlaPolicy.of(agent_work="8h"), BusinessCalendar.ALWAYS_OPEN, at(15))
    >>> [(pause.start.hour, pause.end.hour) for pause in doubtful_pauses(events, clocks)]
    [(11, 15)]
    """
    events = ticket.events if isinstance(ticket, Ticket) else in_order(ticket)
    waits = tuple(_unanswered(events))
    found = []
    for clock in clocks:
        for run in clock.runs:
            if run.running or run.why != StatusCategory.WAITING_CUSTOMER:
                continue
            for written_at, answered_at in waits:
                start = max(run.start, written_at)
                end = run.end if answered_at is None else min(run.end, answered_at)
                if start < end:
                    saved = run.calendar.between(start, end)
                    found.append(DoubtfulPause(clock.id, clock.kind, start, end, saved, written_at))
    return tuple(found)


def _unanswered(events: Iterable[Event]) -> Iterator[tuple[datetime, datetime | None]]:
    """From the first unanswered message of the customer to the answer; the creation itself is none."""
    since = None
    for event in events:
        if event.kind is not EventKind.MESSAGE or not event.public:
            continue
        if event.by is ActorKind.CUSTOMER:
            since = since or event.at.astimezone(UTC)
        elif event.by is ActorKind.AGENT and since is not None:
            yield since, event.at.astimezone(UTC)
            since = None
    if since is not None:
        yield since, None
