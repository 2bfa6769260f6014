"""What a clock says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from csprotocol.calendar import BusinessCalendar
from csprotocol.sla._clock_kind import ClockKind
from csprotocol.sla._targets import Target

__all__ = ["Breach", "ClockState", "ClockWarning", "Run", "State"]


class State(StrEnum):
    """How a cycle of a clock stands; the last three are final unless the ticket is opened again."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


class Breach(NamedTuple):
    """A deadline that passed while the clock ran."""

    at: datetime
    target: Target


class ClockWarning(NamedTuple):
    """When somebody should be told. ``id`` is the same whenever it is computed; ``at`` moves with pauses.

    ``at`` is ``None`` while nobody can say: the clock stands still, or its calendar does not open again.
    """

    id: str
    name: str
    at: datetime | None


class Run(NamedTuple):
    """A stretch in which the clock ran or stood still, under one calendar, and why."""

    start: datetime
    end: datetime
    running: bool
    calendar: BusinessCalendar
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """One cycle of one clock at one instant.

    ``elapsed`` is open time in which it ran. ``due_at`` is the first instant at which the target is used up if it
    keeps running, and never lies before the target was given; ``None`` while it stands still, unless that target was
    missed already, and when its calendar never opens again. A clock is breached when it ran at any instant after
    ``due_at``; at that very instant it is met. ``breach_log`` also keeps the deadlines that passed under earlier
    targets. ``remaining`` is open time, below 0 when there is none left.

    ``due_at`` and ``remaining`` always speak of the present target. Where ``sticky_breach`` keeps the breach of an
    earlier one, ``breached_at`` is that of the first, and both may still lie ahead; how long it has taken too long is
    :attr:`late`. ``diagnostics`` are codes of what to look into: ``calendar-never-opens``,
    ``beyond-the-calendar``, ``target-without-elapsed-time``.
    """

    kind: ClockKind
    cycle: int
    state: State
    start: datetime
    stop: datetime | None
    stop_reason: str | None
    target: Target
    elapsed: timedelta
    remaining: timedelta | None
    due_at: datetime | None
    breached_at: datetime | None
    breach_log: tuple[Breach, ...] = ()
    warnings: tuple[ClockWarning, ...] = ()
    rule: str = ""
    ticket_id: str | None = None
    diagnostics: tuple[str, ...] = ()
    _runs: tuple[tuple[datetime, datetime, bool, BusinessCalendar, str], ...] = field(default=(), repr=False)

    @property
    def breached(self) -> bool:
        """Whether the present target was missed."""
        return self.breached_at is not None

    @property
    def late(self) -> timedelta:
        """Open time in which it ran on after ``breached_at``: how much too long it took; 0 without a breach.

        A shorter target makes nothing late that was not due before it came, and an answer in the evening to what was
        due at closing time is late by 0.
        """
        since = self.breached_at
        if since is None:
            return timedelta(0)
        ran = (run.calendar.between(max(run.start, since), run.end) for run in self.runs if run.running)
        return sum((time for time in ran if time > timedelta(0)), timedelta(0))

    @property
    def is_finished(self) -> bool:
        """Whether it has stopped."""
        return self.stop is not None

    @property
    def runs(self) -> tuple[Run, ...]:
        """The stretches in which it ran or stood still, one after the other."""
        return tuple(Run(*run) for run in self._runs)

    @property
    def id(self) -> str:
        """The same whenever it is computed: ticket, clock and cycle."""
        return ":".join(str(part) for part in (self.ticket_id or "", self.kind, self.cycle))
