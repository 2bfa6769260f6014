"""A log walked row by row: the way for small logs, for machines without numpy, and the judge of the fast way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from itertools import chain
from operator import eq, gt
from typing import Any, NamedTuple

from csprotocol.errors import InvalidValueError
from csprotocol.incident._columns_read import (
    KEPT_REJECTIONS,
    MASKED,
    Columns,
    Log,
    is_missing,
    micros,
    rejections,
    values,
)
from csprotocol.incident._columns_table import NOWHERE, Table
from csprotocol.incident._columns_trail import Trail, Walk, packed

__all__ = ["events", "numbered", "read", "statuses"]


def read(columns: Columns) -> Log:
    """The rows in which nothing is missing; the others are rejected."""
    cases, names, at = values(columns.case), values(columns.name), micros(columns.at)
    case, known_cases = numbered("case", cases)
    name, known_names = numbered(columns.label, names)
    no_case = {code for code, value in enumerate(known_cases) if is_missing(value)}
    no_name = {code for code, value in enumerate(known_names) if is_missing(value)}
    rows: Sequence[int] = range(len(cases))
    bad: dict[int, str] = {}
    if no_case or no_name or None in at:
        for row in rows:
            if case[row] in no_case:
                bad[row] = "case"
            elif name[row] in no_name:
                bad[row] = columns.label
            elif at[row] is None:
                bad[row] = "at"
        rows = [row for row in rows if row not in bad]
        # Numbered again: a case of which no row is left is none.
        case, known_cases = numbered("case", [cases[row] for row in rows])
        name, known_names = numbered(columns.label, [names[row] for row in rows])
        at = [at[row] for row in rows]
    first = list(bad)[:KEPT_REJECTIONS]
    rejected = rejections(first, [bad[row] for row in first])
    return Log(known_cases, known_names, case, name, at, rows, rejected, len(bad))


def numbered(field: str, found: Sequence[Any]) -> tuple[list[int], tuple[Hashable, ...]]:
    """A number for each value, counted in the order of first appearance, and the values."""
    numbers: defaultdict[Hashable, int] = defaultdict()
    # The next number is how many there are: no line of Python runs for a value that is known.
    numbers.default_factory = numbers.__len__
    try:
        codes = list(map(numbers.__getitem__, found))
    except TypeError:
        names = {type(value).__name__ for value in found}
        if MASKED in names:
            return numbered(field, [None if is_missing(value) else value for value in found])
        kinds = ", ".join(sorted(names))
        raise InvalidValueError.of(field, kinds, expected="a column of names or numbers") from None
    return codes, tuple(numbers)


class _Ordered(NamedTuple):
    """The rows by case and time; case ``n`` has those from ``starts[n]`` up to ``starts[n + 1]``."""

    log: Log
    starts: list[int]
    row: list[int]
    name: list[int]
    at: list[int]
    out_of_order: int
    equal_stamps: int


class _Steps(NamedTuple):
    """By ordered row the state before, the state after, the state that was left as far as known, and the verdict."""

    before: list[int]
    after: list[int]
    left: list[int]
    illegal: list[bool]


def _ordered(log: Log) -> _Ordered:
    at = log.at
    rows_of: list[list[int]] = [[] for _ in log.cases]
    for row, case in enumerate(log.case):
        rows_of[case].append(row)
    starts, out_of_order, equal_stamps = [0], 0, 0
    for rows in rows_of:
        stamps = [at[row] for row in rows]
        late = sum(map(gt, stamps, stamps[1:]))
        if late:
            out_of_order += late
            rows.sort(key=at.__getitem__)
            stamps.sort()
        equal_stamps += sum(map(eq, stamps, stamps[1:]))
        starts.append(starts[-1] + len(rows))
    order = list(chain.from_iterable(rows_of))
    return _Ordered(
        log, starts, order, [log.name[row] for row in order], [at[row] for row in order], out_of_order, equal_stamps
    )


def events(log: Log, codes: list[int], table: Table, until: int | None) -> Walk:
    """The log as events, of which ``codes`` gives the number in the table."""
    ordered = _ordered(log)
    before: list[int] = []
    after: list[int] = []
    illegal: list[bool] = []
    for low, high in zip(ordered.starts, ordered.starts[1:], strict=False):
        state = table.initial
        for name in ordered.name[low:high]:
            target = table.targets[state][codes[name]]
            before.append(state)
            illegal.append(target == NOWHERE)
            if target != NOWHERE:
                state = target
            after.append(state)
    return _walk(ordered, _Steps(before, after, before, illegal), table, table.initial, until)


def statuses(log: Log, codes: list[int], table: Table, until: int | None) -> Walk:
    """The log as statuses, of which ``codes`` gives the state."""
    ordered = _ordered(log)
    after = [codes[name] for name in ordered.name]
    before = [NOWHERE, *after][:-1]
    left: list[int] = []
    for low, high in zip(ordered.starts, ordered.starts[1:], strict=False):
        before[low] = last = NOWHERE
        for state in after[low:high]:
            left.append(last)
            if state != NOWHERE:
                last = state
    illegal = [
        was not in {NOWHERE, state} and state != NOWHERE and not table.follows[was][state]
        for was, state in zip(before, after, strict=True)
    ]
    return _walk(ordered, _Steps(before, after, left, illegal), table, NOWHERE, until)


def _walk(ordered: _Ordered, steps: _Steps, table: Table, initial: int, until: int | None) -> Walk:
    """The steps counted."""
    log, starts = ordered.log, ordered.starts
    before, after, left, illegal = steps
    wrong = [row for row, is_wrong in enumerate(illegal) if is_wrong]
    case_of = [case for case, low in enumerate(starts[:-1]) for _ in range(starts[case + 1] - low)]
    reopened = [
        case
        for case, was, state in zip(case_of, left, after, strict=True)
        if NOWHERE not in (was, state) and table.done[was] and table.live[state]
    ]
    micros_in, micros_unknown = _micros(ordered, after, until)
    trail = Trail(
        table,
        initial,
        log.cases,
        log.names,
        packed(starts, "q"),
        packed(ordered.name, "i"),
        packed(after, "i"),
        bytes(illegal),
        packed(ordered.at, "q"),
        until,
    )
    return Walk(
        trail,
        tuple(sorted(log.rows[ordered.row[row]] for row in wrong)),
        Counter((before[row], ordered.name[row]) for row in wrong),
        sum(
            was == state != NOWHERE and not is_wrong
            for was, state, is_wrong in zip(before, after, illegal, strict=True)
        ),
        len(reopened),
        len(set(reopened)),
        micros_in,
        micros_unknown,
        Counter(after[low] for low in starts[:-1]),
        Counter(after[high - 1] for high in starts[1:]),
        Counter(ordered.name),
        ordered.out_of_order,
        ordered.equal_stamps,
    )


def _micros(ordered: _Ordered, after: list[int], until: int | None) -> tuple[dict[int, int], dict[int, int]]:
    """Microseconds by state, and by name where the state is unknown, from each row to the next of its case."""
    at = ordered.at
    ends = [*at[1:], 0][: len(at)]
    for high in ordered.starts[1:]:
        # The last state of a case has no end, unless the caller sets one.
        ends[high - 1] = at[high - 1] if until is None else max(until, at[high - 1])
    known: Counter[int] = Counter()
    unknown: Counter[int] = Counter()
    for state, name, begun, ended in zip(after, ordered.name, at, ends, strict=True):
        if state == NOWHERE:
            unknown[name] += ended - begun
        else:
            known[state] += ended - begun
    return known, unknown
