"""The slow and obvious way to read a log, which judges the fast ones; and workflows to try them on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from csprotocol.model import StatusCategory

Row = tuple[Any, Any, datetime | None]
DONE = (StatusCategory.RESOLVED, StatusCategory.CLOSED)


@dataclass(frozen=True)
class FakeState:
    name: str
    category: StatusCategory


@dataclass(frozen=True)
class FakeWorkflow:
    initial: str
    states: tuple[FakeState, ...]
    moves: Mapping[tuple[str, str], str]
    guarded: tuple[tuple[str, str, str], ...] = ()

    def arrows(self) -> Iterable[tuple[str, str, str, bool]]:
        for (source, event), target in self.moves.items():
            yield source, event, target, True
        for source, event, target in self.guarded:
            yield source, event, target, True

    def category(self, state: str) -> StatusCategory:
        return next(each.category for each in self.states if each.name == state)


class Tally:
    """What a log tells, gathered one row at a time."""

    def __init__(self, rows: Sequence[Row], until: datetime | None) -> None:
        self.until = until
        self.rejections = sum(None in row for row in rows)
        self.cases: dict[Any, list[tuple[int, Any, datetime]]] = {}
        self.out_of_order = 0
        for place, (case, name, at) in enumerate(rows):
            if case is None or name is None or at is None:
                continue
            mine = self.cases.setdefault(case, [])
            self.out_of_order += bool(mine) and at < mine[-1][2]
            mine.append((place, name, at))
        self.illegal_rows: list[int] = []
        self.illegal_moves: Counter[tuple[Any, Any]] = Counter()
        self.noops = self.reopens = self.equal_stamps = 0
        self.reopened: set[Any] = set()
        self.micros: Counter[Any] = Counter()
        self.micros_unknown: Counter[Any] = Counter()
        self.unknown: Counter[Any] = Counter()
        self.starts: Counter[Any] = Counter()
        self.finals: Counter[Any] = Counter()
        self.first_in: dict[tuple[Any, Any], datetime] = {}

    def ordered(self, case: Any) -> list[tuple[int, Any, datetime]]:
        mine = sorted(self.cases[case], key=lambda row: row[2])
        self.equal_stamps += sum(a[2] == b[2] for a, b in pairwise(mine))
        return mine

    def illegal(self, place: int, state: Any, name: Any) -> None:
        self.illegal_rows.append(place)
        self.illegal_moves[state, name] += 1

    def stay(self, case: Any, state: Any, name: Any, mine: list[tuple[int, Any, datetime]], number: int) -> None:
        begun = mine[number][2]
        if state is not None:
            self.first_in.setdefault((case, state), begun)
        ended = mine[number + 1][2] if number + 1 < len(mine) else max(self.until or begun, begun)
        micros = (ended - begun) // timedelta(microseconds=1)
        (self.micros_unknown if state is None else self.micros)[name if state is None else state] += micros

    def told(self) -> dict[str, Any]:
        return {
            "cases": len(self.cases),
            "events": sum(map(len, self.cases.values())),
            "illegal": len(self.illegal_rows),
            "illegal_rows": tuple(sorted(self.illegal_rows)),
            "illegal_moves": dict(self.illegal_moves),
            "noops": self.noops,
            "seconds_in": _seconds(self.micros),
            "reopens": self.reopens,
            "reopened_cases": len(self.reopened),
            "final_states": {state: count for state, count in self.finals.items() if state is not None},
            "unknown": dict(self.unknown),
            "out_of_order": self.out_of_order,
            "equal_stamps": self.equal_stamps,
            "rejections": self.rejections,
        }


def _seconds(micros: Counter[Any]) -> dict[Any, float]:
    return {name: float(Fraction(count, 1_000_000)) for name, count in micros.items() if count}


def replayed(rows: Sequence[Row], workflow: FakeWorkflow, until: datetime | None) -> dict[str, Any]:
    tally = Tally(rows, until)
    events = {event for _, event in workflow.moves}
    for case in tally.cases:
        state = workflow.initial
        mine = tally.ordered(case)
        for number, (place, event, _) in enumerate(mine):
            tally.unknown.update([event] if event not in events else [])
            target = workflow.moves.get((state, event))
            if target is None:
                tally.illegal(place, state, event)
            else:
                tally.noops += target == state
                if workflow.category(state) in DONE and workflow.category(target).is_live:
                    tally.reopens += 1
                    tally.reopened.add(case)
                state = target
            tally.stay(case, state, event, mine, number)
        tally.finals[state] += 1
    return tally.told() | {"first_in": tally.first_in}


def checked(
    rows: Sequence[Row], mapping: Mapping[Any, str], workflow: FakeWorkflow, until: datetime | None
) -> dict[str, Any]:
    tally = Tally(rows, until)
    legal = {(source, target) for source, _, target, _ in workflow.arrows()}
    for case in tally.cases:
        mine = tally.ordered(case)
        states = [mapping.get(status) for _, status, _ in mine]
        last = None
        for number, (place, status, _) in enumerate(mine):
            before, state = (states[number - 1] if number else None), states[number]
            if state is None:
                tally.unknown[status] += 1
            elif state == before:
                tally.noops += 1
            elif before is not None and (before, state) not in legal:
                tally.illegal(place, before, state)
            if last and state and workflow.category(last) in DONE and workflow.category(state).is_live:
                tally.reopens += 1
                tally.reopened.add(case)
            last = state or last
            tally.stay(case, state, status, mine, number)
        tally.starts[states[0]] += 1
        tally.finals[states[-1]] += 1
    return tally.told() | {
        "first_in": tally.first_in,
        "seconds_unknown": _seconds(tally.micros_unknown),
        "start_states": {state: count for state, count in tally.starts.items() if state is not None},
    }
