"""The state of a clock, read off a cycle that was fed with everything up to now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from csprotocol.errors import BusinessTimeError
from csprotocol.sla._cycle import Cycle
from csprotocol.sla._policy import ClockKind
from csprotocol.sla._state import ClockState, ClockWarning, State
from csprotocol.sla._targets import OpenTime

__all__ = ["clock_state"]

# Stops that are no verdict: what was promised fell away.
_VOID: Final = frozenset({"cancelled", "merged", "no-target", "replaced"})


def clock_state(cycle: Cycle, kind: ClockKind, number: int, ticket_id: str | None, now: datetime) -> ClockState:
    """What ``cycle`` says at ``now``."""
    if cycle.stop is None:
        cycle.advance(now)
    state = _state(cycle)
    due_at = None if state is State.PAUSED and cycle.breached_at is None else cycle.due()
    target = cycle.target
    if isinstance(target, OpenTime):
        remaining: timedelta | None = target.time - cycle.elapsed
    else:
        remaining = None if due_at is None else cycle.calendar.between(cycle.at, due_at)
    return ClockState(
        kind=kind,
        cycle=number,
        state=state,
        start=cycle.start,
        stop=cycle.stop,
        stop_reason=cycle.stop_reason,
        target=target,
        elapsed=cycle.elapsed,
        remaining=remaining,
        due_at=due_at,
        breached_at=cycle.breached_at,
        breach_log=tuple(cycle.breaches),
        warnings=_warnings(cycle, kind, number, ticket_id) if cycle.rule.warn else (),
        rule=cycle.rule_name,
        ticket_id=ticket_id,
        diagnostics=(cycle.unknown,) if cycle.unknown else (),
        _runs=tuple(cycle.runs),
    )


def _state(cycle: Cycle) -> State:
    if cycle.stop is None:
        return State.RUNNING if cycle.running else State.PAUSED
    if cycle.stop_reason in _VOID and not (cycle.stop_reason == "replaced" and cycle.breached_at):
        return State.CANCELLED
    return State.MET if cycle.breached_at is None else State.BREACHED


def _warnings(cycle: Cycle, kind: ClockKind, number: int, ticket_id: str | None) -> tuple[ClockWarning, ...]:
    target = cycle.target
    if not isinstance(target, OpenTime):
        # Days have no elapsed time to take a share of; what is left then is open time up to the due date.
        due = cycle.due()
        if due is None:
            return ()
        target = OpenTime(max(cycle.calendar.between(cycle.start, due), _LEAST))
    return tuple(
        ClockWarning(
            ":".join(map(str, (ticket_id or "", kind, number, cycle.target, warn.name))),
            warn.name,
            _instant_of(cycle, warn.reached_at(target)),
        )
        for warn in cycle.rule.warn
    )


_LEAST: Final = timedelta(microseconds=1)


def _instant_of(cycle: Cycle, elapsed: timedelta) -> datetime | None:
    """The first instant at which the cycle had run, or will have run, for ``elapsed``."""
    if elapsed <= timedelta(0):
        return cycle.start
    total = timedelta(0)
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
