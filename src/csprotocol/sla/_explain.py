"""Where the time of a clock went."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from csprotocol.calendar import Reason
from csprotocol.sla._state import ClockState

__all__ = ["Stretch", "explain"]


class Stretch(NamedTuple):
    """A part of a cycle: whether the clock ran, whether the shop was open, and so how much of it counts."""

    start: datetime
    end: datetime
    running: bool
    is_open: bool
    counted: timedelta
    why: str

    def __str__(self) -> str:
        seconds = int(self.counted.total_seconds())
        counted = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return f"{self.start:%Y-%m-%d %H:%M:%S} - {self.end:%Y-%m-%d %H:%M:%S}  {counted:>9}  {self.why}"


def explain(clock: ClockState) -> tuple[Stretch, ...]:
    """Every part of the cycle, one after the other; what counts in them adds up to ``clock.elapsed``.

    >>> from datetime import UTC
    >>> from csprotocol.calendar import BusinessCalendar, BusinessHours
    >>> from csprotocol.model import ActorKind, Event, EventKind
    >>> from csprotocol.sla import SlaPolicy, evaluate
    >>> shop = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:00-17:00"))
    >>> friday = datetime(2026, 11, 20, 16, tzinfo=UTC)
    >>> opened = [Event(friday, EventKind.CREATED, ActorKind.CUSTOMER)]
    >>> (clock,) = evaluate(opened, SlaPolicy.of(first_reply="4h"), shop, friday + timedelta(hours=2))
    >>> for stretch in explain(clock):
    ...     print(stretch)
    2026-11-20 16:00:00 - 2026-11-20 17:00:00    1:00:00  running, open (weekly)
    2026-11-20 17:00:00 - 2026-11-20 18:00:00    0:00:00  running, closed
    """
    found: list[Stretch] = []
    for run in clock.runs:
        zone = run.calendar.tz
        for part in run.calendar.explain(run.start.astimezone(zone), run.end.astimezone(zone)):
            counted = part.duration if run.running and part.is_open else timedelta(0)
            why = part.why if part.reason is Reason.CLOSED else f"{'open' if part.is_open else 'closed'} ({part.why})"
            found.append(Stretch(part.start, part.end, run.running, part.is_open, counted, f"{run.why}, {why}"))
    return tuple(found)
