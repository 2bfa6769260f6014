"""All cases of a log walked at once: speculate and repair.

To replay a log one must know the state before each event, which is the state after the one before: a chain. But most
events lead to one state, from wherever they are legal, so the event before is a good guess for the state. All guesses
are made with one shift and checked with one look-up. Where a guess was wrong, the row is done again with what is now
known, and if that changes the state after it, so is the next row, until nothing changes. Then every row follows from
the one before it, and the first of each case from the initial state: the result is exact, by induction, however bad
the guesses were.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from csprotocol.incident._columns_coded import numpy, read
from csprotocol.incident._columns_read import Log
from csprotocol.incident._columns_table import NOWHERE, Table
from csprotocol.incident._columns_trail import Trail, Walk

__all__ = ["events", "read", "statuses"]

# Rounds of repair cost as much as that many rows, whatever they repair.
_ROUND: Final = 1_000
# Fewer rows than that are repaired one by one.
_FEW: Final = 32


class _Ordered(NamedTuple):
    """The rows by case and time; case ``n`` has those from ``starts[n]`` up to ``starts[n + 1]``.

    ``same`` says of each row but the last whether the next one belongs to the same case.
    """

    log: Log
    order: Any
    starts: Any
    same: Any
    case: Any
    name: Any
    at: Any
    out_of_order: int
    equal_stamps: int


class _Steps(NamedTuple):
    """By ordered row the state before, the state after, the state that was left as far as known, and the verdict."""

    before: Any
    after: Any
    left: Any
    illegal: Any


def events(log: Log, codes: list[int], table: Table, until: int | None) -> Walk:
    """The log as events, of which ``codes`` gives the number in the table."""
    np = numpy()

    ordered = _ordered(log)
    event = np.array(codes, dtype=np.int64)[ordered.name]
    targets = np.array(table.targets, dtype=np.int64)
    # An illegal event leaves the state as it is.
    stays = np.arange(len(table.states))[:, None]
    results = np.where(targets == NOWHERE, stays, targets).reshape(-1)
    before = _guessed(ordered, event, table)
    after = results[before * targets.shape[1] + event]
    _repair(ordered, event, (results, targets.shape[1]), (before, after))
    illegal = targets.reshape(-1)[before * targets.shape[1] + event] == NOWHERE
    return _walk(ordered, _Steps(before, after, before, illegal), table, table.initial, until)


def statuses(log: Log, codes: list[int], table: Table, until: int | None) -> Walk:
    """The log as statuses, of which ``codes`` gives the state."""
    np = numpy()

    ordered = _ordered(log)
    after = np.array(codes, dtype=np.int64)[ordered.name]
    before = np.full(after.size, NOWHERE)
    before[1:] = np.where(ordered.same, after[:-1], NOWHERE)
    follows = np.array(table.follows, dtype=bool)
    known = (before != NOWHERE) & (after != NOWHERE)
    # NOWHERE looks up the last state: an answer that `known` throws away.
    illegal = known & (before != after) & ~follows[before, after]
    left = before if (after != NOWHERE).all() else _last_known(ordered, after)
    return _walk(ordered, _Steps(before, after, left, illegal), table, NOWHERE, until)


def _ordered(log: Log) -> _Ordered:
    np = numpy()

    order = _by_case(log.case, len(log.cases))
    case, at = log.case[order], log.at[order]
    same = case[1:] == case[:-1]
    late = same & (at[1:] < at[:-1])
    out_of_order = int(np.count_nonzero(late))
    if out_of_order:
        # Only the cases with a late row are sorted by time: mostly few.
        concerned = np.zeros(len(log.cases), dtype=bool)
        concerned[case[1:][late]] = True
        rows = np.flatnonzero(concerned[case])
        sorted_rows = rows[np.lexsort((at[rows], case[rows]))]
        order[rows], at[rows] = order[sorted_rows], at[sorted_rows]
    ends = np.flatnonzero(~same) + 1
    starts = np.concatenate(([0], ends, [case.size])) if case.size else np.zeros(1, dtype=np.int64)
    equal_stamps = int(np.count_nonzero(same & (at[1:] == at[:-1])))
    return _Ordered(log, order, starts, same, case, log.name[order], at, out_of_order, equal_stamps)


def _by_case(case: Any, cases: int) -> Any:
    """The rows by case, each case in the order of the input."""
    np = numpy()

    if (case[1:] >= case[:-1]).all():
        return np.arange(case.size)
    # numpy sorts 16 bits by counting, several times faster than it compares longer numbers.
    order = np.argsort((case & 0xFFFF).astype(np.uint16), kind="stable")
    for shift in range(16, cases.bit_length(), 16):
        order = order[np.argsort((case >> shift).astype(np.uint16)[order], kind="stable")]
    return order


def _guessed(ordered: _Ordered, event: Any, table: Table) -> Any:
    """The likely state before each event: where the last event that moves anything leads."""
    np = numpy()

    before = np.full(event.size, table.initial)
    leads = np.array(table.likely)[event]
    before[1:] = np.where(ordered.same, leads[:-1], table.initial)
    knows = before != NOWHERE
    if knows.all():
        return before
    # The first row of a case knows, so nothing is carried over from another case.
    return before[np.maximum.accumulate(np.where(knows, np.arange(event.size), 0))]


def _repair(ordered: _Ordered, event: Any, rules: tuple[Any, int], states: tuple[Any, Any]) -> None:
    """The states before and after made right, in place."""
    np = numpy()

    (results, width), (before, after) = rules, states
    wrong = np.flatnonzero(ordered.same & (before[1:] != after[:-1])) + 1
    # With guesses that are always wrong, rounds over a long case would take the square of its length; past the
    # budget the rest is walked row by row, so that the worst log takes little longer than the loop would.
    budget = 2 * event.size
    while wrong.size > _FEW and budget > 0:
        budget -= wrong.size + _ROUND
        before[wrong] = after[wrong - 1]
        found = results[before[wrong] * width + event[wrong]]
        changed = wrong[found != after[wrong]]
        after[wrong] = found
        # A row is right when it starts where the row before ends; only behind a change can that have ceased.
        following = changed[changed < event.size - 1] + 1
        wrong = following[ordered.same[following - 1] & (before[following] != after[following - 1])]
    if wrong.size:
        _repair_one_by_one(ordered, event, rules, states, wrong)


def _repair_one_by_one(
    ordered: _Ordered, event: Any, rules: tuple[Any, int], states: tuple[Any, Any], wrong: Any
) -> None:
    """Each case walked on from its first wrong row."""
    np = numpy()

    (results, width), (before, after) = rules, states
    cases = ordered.case[wrong]
    firsts = wrong[np.concatenate(([True], cases[1:] != cases[:-1]))]
    leads = results.tolist()
    for low, high in zip(firsts.tolist(), ordered.starts[ordered.case[firsts] + 1].tolist(), strict=True):
        walked = [int(after[low - 1])]
        for code in event[low:high].tolist():
            walked.append(leads[walked[-1] * width + code])
        before[low:high] = walked[:-1]
        after[low:high] = walked[1:]


def _last_known(ordered: _Ordered, after: Any) -> Any:
    """The last known state of the case before each row, over rows of unknown status."""
    np = numpy()

    place = np.maximum.accumulate(np.where(after != NOWHERE, np.arange(after.size), NOWHERE))
    case_starts = np.repeat(ordered.starts[:-1], np.diff(ordered.starts))
    left = np.full(after.size, NOWHERE)
    left[1:] = np.where(ordered.same & (place[:-1] >= case_starts[1:]), after[place[:-1]], NOWHERE)
    return left


def _walk(ordered: _Ordered, steps: _Steps, table: Table, initial: int, until: int | None) -> Walk:
    """The steps counted."""
    np = numpy()

    log, starts = ordered.log, ordered.starts
    before, after, left, illegal = steps
    wrong = np.flatnonzero(illegal)
    # The last cell answers for NOWHERE.
    done, live = np.array([*table.done, False]), np.array([*table.live, False])
    reopened = np.flatnonzero(done[left] & live[after])
    noops = (before == after) & (before != NOWHERE) & ~illegal
    micros_in, micros_unknown = _micros(ordered, after, until, table)
    trail = Trail(
        table,
        initial,
        log.cases,
        log.names,
        starts.astype(np.int64).tobytes(),
        ordered.name.astype(np.int32).tobytes(),
        after.astype(np.int32).tobytes(),
        illegal.tobytes(),
        ordered.at.tobytes(),
        until,
    )
    return Walk(
        trail,
        tuple(np.sort(log.rows[ordered.order[wrong]]).tolist()),
        _moves(before[wrong], ordered.name[wrong], len(log.names)),
        int(np.count_nonzero(noops)),
        int(reopened.size),
        int(np.unique(ordered.case[reopened]).size),
        micros_in,
        micros_unknown,
        _counts(after[starts[:-1]]),
        _counts(after[starts[1:] - 1]),
        _counts(ordered.name),
        ordered.out_of_order,
        ordered.equal_stamps,
    )


def _moves(state: Any, name: Any, names: int) -> dict[tuple[int, int], int]:
    np = numpy()

    keys, counts = np.unique(state * names + name, return_counts=True)
    return {divmod(key, names): count for key, count in zip(keys.tolist(), counts.tolist(), strict=True)}


def _counts(codes: Any) -> dict[int, int]:
    np = numpy()

    # One higher, since NOWHERE lies below 0.
    return dict(enumerate(np.bincount(codes + 1).tolist(), start=NOWHERE))


def _micros(ordered: _Ordered, after: Any, until: int | None, table: Table) -> tuple[dict[int, int], dict[int, int]]:
    """Microseconds by state, and by name where the state is unknown, from each row to the next of its case."""
    np = numpy()

    at, states = ordered.at, len(table.states)
    spent = np.zeros(at.size, dtype=np.int64)
    spent[:-1] = np.where(ordered.same, at[1:] - at[:-1], 0)
    if until is not None:
        # The last state of a case has no end, unless the caller sets one.
        last = ordered.starts[1:] - 1
        spent[last] = np.maximum(until - at[last], 0)
    keys = np.where(after == NOWHERE, states + ordered.name, after)
    # Many long cases overflow 64 bits of microseconds, and floats round: whole seconds and the rest apart do neither.
    seconds, rest = np.zeros((2, states + len(ordered.log.names)), dtype=np.int64)
    whole = spent // 1_000_000
    np.add.at(seconds, keys, whole)
    np.add.at(rest, keys, spent - whole * 1_000_000)
    total = [1_000_000 * each + micros for each, micros in zip(seconds.tolist(), rest.tolist(), strict=True)]
    return dict(enumerate(total[:states])), dict(enumerate(total[states:]))
