"""What a change of policy, calendar or history does to clocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from csprotocol.model import FrozenDict, Ticket
from csprotocol.sla._clock_kind import ClockKind
from csprotocol.sla._evaluate import Sla
from csprotocol.sla._state import ClockState, State
from csprotocol.sla._terms import Calendars, Policies

__all__ = ["Change", "Simulation", "diff", "simulate"]

_TOLD = (
    "state", "start", "stop", "stop_reason", "target", "elapsed", "remaining", "due_at", "breached_at", "breach_log",
    "warnings", "rule", "diagnostics",
)  # fmt: skip


class Change(NamedTuple):
    """One thing that a clock says otherwise; ``None`` on one side for a cycle that is only on the other."""

    clock: str
    field: str
    before: object
    after: object


def diff(before: Iterable[ClockState], after: Iterable[ClockState]) -> tuple[Change, ...]:
    """What differs between two evaluations of the same ticket: a preview of a new policy, or of a repair.

    >>> diff([], [])
    ()
    """
    old, new = ({clock.id: clock for clock in clocks} for clocks in (before, after))
    found: list[Change] = []
    for name in dict.fromkeys([*old, *new]):
        if name not in old or name not in new:
            found.append(Change(name, "cycle", _state(old.get(name)), _state(new.get(name))))
            continue
        found += [
            Change(name, field, getattr(old[name], field), getattr(new[name], field))
            for field in _TOLD
            if getattr(old[name], field) != getattr(new[name], field)
        ]
    return tuple(found)


def _state(clock: ClockState | None) -> State | None:
    return None if clock is None else clock.state


@dataclass(frozen=True, slots=True)
class Simulation:
    """How a policy would have done: cycles by clock and state.

    ``overdue`` counts cycles that run on behind their deadline.
    """

    tickets: int
    cycles: Mapping[ClockKind, Mapping[State, int]]
    overdue: Mapping[ClockKind, int]

    def attainment(self, kind: ClockKind) -> float | None:
        """Met among met, breached and overdue, 0..1; ``None`` when there is none of them."""
        counts = self.cycles.get(kind, {})
        met, missed = counts.get(State.MET, 0), counts.get(State.BREACHED, 0) + self.overdue.get(kind, 0)
        return met / (met + missed) if met + missed else None


def simulate(policy: Policies, tickets: Iterable[Ticket], calendars: Calendars, now: datetime) -> Simulation:
    """How many promises ``policy`` would have kept for ``tickets``: "had the target been 2 h ...".

    >>> from datetime import UTC
    >>> from csprotocol.calendar import BusinessCalendar
    >>> from csprotocol.sla import SlaPolicy
    >>> simulate(SlaPolicy.of(first_reply="2h"), [], BusinessCalendar.ALWAYS_OPEN, datetime(2026, 1, 1, tzinfo=UTC))
    Simulation(tickets=0, cycles={}, overdue={})
    """
    counts: dict[ClockKind, Counter[State]] = {}
    overdue: Counter[ClockKind] = Counter()
    number = 0
    for _, clocks in Sla(policy, calendars).evaluate_many(tickets, now):
        number += 1
        for clock in clocks:
            counts.setdefault(clock.kind, Counter())[clock.state] += 1
            overdue[clock.kind] += not clock.is_finished and clock.breached
    frozen = {kind: FrozenDict(found) for kind, found in counts.items()}
    return Simulation(number, FrozenDict(frozen), FrozenDict({kind: n for kind, n in overdue.items() if n}))
