"""Where every case stood after each of its rows: what whole columns leave behind, and rows a case made of it."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from csprotocol.incident._columns_read import instant
from csprotocol.incident._columns_table import NOWHERE, Table

__all__ = ["CaseRow", "Trail", "Walk", "packed"]


class CaseRow(NamedTuple):
    """One case: how many rows, what went wrong, where it began and ended, and how long it stood where.

    ``seconds_in`` leaves out states without counted time, ``first_in`` says since when the log shows the case in a
    state. ``start`` and ``final`` are ``None`` where the status there is unknown.
    """

    case: Hashable
    events: int
    illegal: int
    reopens: int
    start: str | None
    final: str | None
    first_at: datetime
    last_at: datetime
    seconds_in: dict[str, float]
    first_in: dict[str, datetime]


@dataclass(frozen=True, slots=True, repr=False)
class Trail:
    """Every counted row in the order of its case and of time, packed into bytes.

    Packed, because a million rows as objects of Python would cost more than all the rest, and because bytes are the
    same whether numpy wrote them or the loop. ``initial`` is the state before the first row, ``NOWHERE`` where a log
    of statuses tells nothing about it.
    """

    table: Table
    initial: int
    cases: tuple[Hashable, ...]
    names: tuple[Hashable, ...]
    starts: bytes
    name: bytes
    state: bytes
    illegal: bytes
    at: bytes
    until: int | None

    def per_case(self) -> Iterator[CaseRow]:
        """One row a case, in the order in which the cases first appear."""
        starts = _numbers(self.starts, "q")
        state, at = _numbers(self.state, "i").tolist(), _numbers(self.at, "q").tolist()
        for number, case in enumerate(self.cases):
            low, high = starts[number], starts[number + 1]
            yield self._row(case, state[low:high], at[low:high], self.illegal.count(1, low, high))

    def _row(self, case: Hashable, state: list[int], at: list[int], illegal: int) -> CaseRow:
        names, done, live = self.table.states, self.table.done, self.table.live
        ends = [*at[1:], at[-1] if self.until is None else max(self.until, at[-1])]
        spent: dict[int, int] = {}
        first: dict[int, int] = {}
        reopens, last = 0, self.initial
        for code, begun, ended in zip(state, at, ends, strict=True):
            if code == NOWHERE:
                continue
            first.setdefault(code, begun)
            if ended > begun:
                spent[code] = spent.get(code, 0) + ended - begun
            reopens += last != NOWHERE and done[last] and live[code]
            last = code
        start = state[0] if self.initial == NOWHERE else self.initial
        return CaseRow(
            case,
            len(state),
            illegal,
            reopens,
            None if start == NOWHERE else names[start],
            None if state[-1] == NOWHERE else names[state[-1]],
            instant(at[0]),
            instant(at[-1]),
            {names[code]: micros / 1_000_000 for code, micros in sorted(spent.items())},
            {names[code]: instant(since) for code, since in first.items()},
        )

    def to_event_frame(self) -> dict[str, list[Any]]:
        """The rows as columns under the names that XES gives them."""
        starts = _numbers(self.starts, "q")
        texts = [str(name) for name in self.names]
        cases: list[str] = []
        for number, case in enumerate(self.cases):
            cases += [str(case)] * (starts[number + 1] - starts[number])
        return {
            "case:concept:name": cases,
            "concept:name": [texts[code] for code in _numbers(self.name, "i")],
            "time:timestamp": [instant(since) for since in _numbers(self.at, "q")],
        }


class Walk(NamedTuple):
    """The trail and what was counted on the way, by the numbers of states and names."""

    trail: Trail
    illegal_rows: tuple[int, ...]
    illegal_moves: dict[tuple[int, int], int]
    noops: int
    reopens: int
    reopened_cases: int
    micros_in: dict[int, int]
    micros_unknown: dict[int, int]
    starts: dict[int, int]
    finals: dict[int, int]
    unknown: dict[int, int]
    out_of_order: int
    equal_stamps: int


def packed(numbers: list[int], kind: str) -> bytes:
    """Numbers as bytes of the machine: ``i`` four a number, ``q`` eight, ``b`` one."""
    return array(kind, numbers).tobytes()


def _numbers(raw: bytes, kind: str) -> Any:
    return memoryview(raw).cast(kind)  # type: ignore[call-overload]  # the kinds are a closed list there
