"""The state of a clock, read off a cycle that was fed with everything up to now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from csprotocol.errors import BusinessTimeError
from csprotocol.model._draft import draft_of
from csprotocol.sla._clock_kind import ClockKind
from csprotocol.sla._cycle import Cycle
from csprotocol.sla._state import ClockState, ClockWarning, State
from csprotocol.sla._targets import OpenTime

__all__ = ["clock_state"]

_NONE: Final = timedelta(0)
_Draft: Final = draft_of(ClockState)
# Looked up once: a member is found through the class of its enum, which takes longer than all else here.
_RUNNING: Final = State.RUNNING
_PAUSED: Final = State.PAUSED
# Stops that are no verdict: what was promised fell away.
_VOID: Final = frozenset({"cancelled", "merged", "no-target", "replaced"})


def clock_state(cycle: Cycle, kind: ClockKind, number: int, ticket_id: str | None, now: datetime) -> ClockState:
    """What ``cycle`` says at ``now``."""
    if cycle.stop is None:
        cycle.advance(now)
    state = _state(cycle)
    # What was unknown under an earlier calendar is not any more.
    cycle.unknown = ""
    due_at = None if state is _PAUSED and not cycle.missed else cycle.due()
    target = cycle.target
    remaining = target.time - cycle.elapsed if isinstance(target, OpenTime) else _open_time_to(due_at, cycle)
    told = _Draft()
    told.kind = kind
    told.cycle = number
    told.state = state
    told.start = cycle.start
    told.stop = cycle.stop
    told.stop_reason = cycle.stop_reason
    told.target = target
    told.elapsed = cycle.elapsed
    told.remaining = remaining
    told.due_at = due_at
    told.breached_at = cycle.breached_at
    told.breach_log = tuple(cycle.breaches)
    told.warnings = _warnings(cycle, kind, number, ticket_id) if cycle.rule.warn else ()
    told.rule = cycle.rule_name
    told.ticket_id = ticket_id
    told.diagnostics = (cycle.unknown,) if cycle.unknown else ()
    told._runs = tuple(cycle.runs)
    told.__class__ = ClockState
    clock: ClockState = told
    return clock


def _state(cycle: Cycle) -> State:
    if cycle.stop is None:
        return _RUNNING if cycle.running else _PAUSED
    if cycle.stop_reason in _VOID and not (cycle.stop_reason == "replaced" and cycle.breached_at):
        return State.CANCELLED
    return State.MET if cycle.breached_at is None else State.BREACHED


def _open_time_to(due_at: datetime | None, cycle: Cycle) -> timedelta | None:
    """Open time that is left until ``due_at``, as long as the calendar knows."""
    if due_at is None:
        return None
    try:
        return cycle.calendar.between(cycle.at, due_at)
    except BusinessTimeError:
        cycle.unknown = "beyond-the-calendar"
        return None


def _warnings(cycle: Cycle, kind: ClockKind, number: int, ticket_id: str | None) -> tuple[ClockWarning, ...]:
    instants = _shares if isinstance(cycle.target, OpenTime) else _days_ahead
    return tuple(
        ClockWarning(":".join(map(str, (ticket_id or "", kind, number, cycle.target, warn.name))), warn.name, at)
        for warn, at in zip(cycle.rule.warn, instants(cycle), strict=True)
    )


def _shares(cycle: Cycle) -> Iterator[datetime | None]:
    """When the cycle had run, or will have run, for as long as each warning says; not before the target was given."""
    target = cycle.target
    assert isinstance(target, OpenTime)  # noqa: S101  # chosen by the caller
    for warn in cycle.rule.warn:
        # A target that was used up when it was given is due then: what comes after it counts from there.
        used = target.time if warn.after is None else max(target.time, _elapsed_until(cycle, cycle.applied_at))
        at = _instant_of(cycle, warn.reached_at(used))
        yield None if at is None else max(at, cycle.applied_at)


def _elapsed_until(cycle: Cycle, at: datetime) -> timedelta:
    """How long the cycle had run at ``at``, one of the instants at which its target changed."""
    ran = (calendar.between(start, end) for start, end, running, calendar, _ in cycle.runs if running and end <= at)
    return sum(ran, _NONE)


def _days_ahead(cycle: Cycle) -> Iterator[datetime | None]:
    """Of a deadline that pauses do not move: instants by the calendar alone, unknown while the clock stands still."""
    due, add = cycle.due(), cycle.calendar.add
    still = cycle.stop is not None or not cycle.running
    ran_until = max((end for _, end, running, _, _ in cycle.runs if running), default=cycle.start)
    for warn in cycle.rule.warn:
        at = None
        if due is not None:
            with suppress(BusinessTimeError):
                at = add(cycle.start, max(_NONE, warn.reached_at(cycle.calendar.between(cycle.start, due))))
        at = None if at is None else max(at, cycle.applied_at)
        yield None if at is None or (still and at > ran_until) else at


def _instant_of(cycle: Cycle, elapsed: timedelta) -> datetime | None:
    """The first instant at which the cycle had run, or will have run, for ``elapsed``."""
    if elapsed <= _NONE:
        return cycle.start
    total = _NONE
    for start, end, running, calendar, _ in cycle.runs:
        if running:
            opened = calendar.between(start, end)
            if total + opened >= elapsed:
                return calendar.add(start, elapsed - total)
            total += opened
    if cycle.stop is not None or not cycle.running:
        return None
    try:
        return cycle.calendar.add(cycle.at, elapsed - total)
    except BusinessTimeError:
        return None
