"""Pauses that should not have been."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket, in_order
from csprotocol.sla._clock_kind import ClockKind
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
    answers = [answered_at for _, answered_at in waits]
    found = []
    for clock in clocks:
        for run in clock.runs:
            if run.running or run.why != StatusCategory.WAITING_CUSTOMER:
                continue
            # Both are in order: the first wait that goes on into the pause, and those that follow until it ends.
            for k in range(bisect_right(answers, run.start), len(waits)):
                written_at, answered_at = waits[k]
                if written_at >= run.end:
                    break
                start, end = max(run.start, written_at), min(run.end, answered_at)
                if start < end:
                    saved = run.calendar.between(start, end)
                    found.append(DoubtfulPause(clock.id, clock.kind, start, end, saved, written_at))
    return tuple(found)


def _unanswered(events: Iterable[Event]) -> Iterator[tuple[datetime, datetime]]:
    """From the first unanswered message of the customer to the answer; the creation itself is none."""
    since, at = None, _DAWN
    for event in events:
        # As for the clocks: what is told later does not happen earlier.
        at = max(at, event.at.astimezone(UTC))
        if event.kind is not EventKind.MESSAGE or not event.public:
            continue
        if event.by is ActorKind.CUSTOMER:
            since = since or at
        elif event.by is ActorKind.AGENT and since is not None:
            yield since, at
            since = None
    if since is not None:
        yield since, _NEVER


_DAWN: Final = datetime.min.replace(tzinfo=UTC)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
