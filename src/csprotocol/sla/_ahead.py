"""What comes next, so that nobody has to look every minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from csprotocol.model import Event, Ticket, require_aware
from csprotocol.sla._evaluate import Sla
from csprotocol.sla._fold import unsure_until
from csprotocol.sla._state import ClockState, State
from csprotocol.sla._terms import Calendars, Policies

__all__ = ["most_urgent", "next_wakeup"]

_MOMENT: Final = timedelta(microseconds=1)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


def most_urgent(clocks: Iterable[ClockState]) -> ClockState | None:
    """The running clock that is due first, overdue ones before all; ``None`` when none runs towards a deadline.

    >>> most_urgent([]) is None
    True
    """
    running = [clock for clock in clocks if clock.state is State.RUNNING and clock.due_at is not None]
    return min(running, key=lambda clock: (clock.due_at, clock.kind, clock.cycle), default=None)


def next_wakeup(
    ticket: Ticket | Iterable[Event], policy: Policies, calendars: Calendars, now: datetime
) -> datetime | None:
    """The first instant after ``now`` at which any clock can say something else; ``None`` when none can.

    That is a warning, the first moment after a deadline, an event that lies ahead, or the end of the second after
    which it is known who began the ticket. Between ``now`` and it only
    elapsed and remaining time move. Ask again when it has come, or when something happens to the ticket.

    >>> from csprotocol.calendar import BusinessCalendar
    >>> from csprotocol.model import ActorKind, EventKind
    >>> from csprotocol.sla import SlaPolicy
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> opened = [Event(noon, EventKind.CREATED, ActorKind.CUSTOMER)]
    >>> next_wakeup(opened, SlaPolicy.of(first_reply="4h"), BusinessCalendar.ALWAYS_OPEN, noon).isoformat()
    '2026-11-20T16:00:00.000001+00:00'
    """
    now = require_aware("now", now).astimezone(UTC)
    events = tuple(ticket.events if isinstance(ticket, Ticket) else ticket)
    subject = ticket if isinstance(ticket, Ticket) else events
    changes = [*_changes(Sla(policy, calendars).evaluate(subject, now), now), *(event.at for event in events)]
    known_from = unsure_until(events, now)
    if known_from is not None:
        changes.append(known_from)
    return min((at.astimezone(UTC) for at in changes if at > now), default=None)


def _changes(clocks: Iterable[ClockState], now: datetime) -> Iterator[datetime]:
    for clock in clocks:
        if clock.stop is None and clock.state is State.RUNNING:
            if clock.due_at is not None and not _is_missed(clock):
                # A pause may have held it up beyond its deadline; it is missed as soon as it runs again.
                last = max(clock.due_at, now)
                if last < _LAST:
                    yield last + _MOMENT
            yield from (warning.at for warning in clock.warnings if warning.at is not None)


def _is_missed(clock: ClockState) -> bool:
    """Whether the present target is: a breach that sticks may be that of an earlier one."""
    return bool(clock.breach_log) and clock.breach_log[-1].at == clock.due_at
