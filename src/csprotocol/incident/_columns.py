"""Whole logs of other systems, held against a workflow: what was illegal, how long it took, what came back.

A log below ``SMALL`` rows is walked by a plain loop and imports nothing. A larger one is walked by numpy where there
is one, all cases at once (see ``_columns_numpy``); the answers are the same to the last bit.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final

from csprotocol.errors import InvalidValueError
from csprotocol.incident import _columns_loop, _columns_numpy
from csprotocol.incident._columns_read import Columns, Log, micros_of
from csprotocol.incident._columns_table import NOWHERE, Lifecycle, Table
from csprotocol.incident._columns_trail import CaseRow, Trail, Walk
from csprotocol.model import FrozenDict, Rejection

__all__ = ["CaseRow", "Lifecycle", "Replay", "StatusLog", "check_status_log", "replay_columns"]

# Below, the loop is done before numpy is imported; where it is imported already, it pays much earlier.
SMALL: Final = 20_000
_SMALL_WHEN_LOADED: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """What both kinds of log tell.

    ``rows`` is what the columns hold, ``events`` the rows of them that count; the rest are ``rejections``, of which
    ``rejected`` keeps the first 1,000. ``illegal_rows`` gives their places in the input, from 0. ``seconds_in`` runs
    from each row to the next one of its case; the last state of a case counts up to ``until``, or not at all. States
    without counted time are left out, as they are in ``final_states``, which counts cases.

    ``out_of_order`` counts rows with a stamp before that of the row of their case that stands above them.
    ``equal_stamps`` counts rows with the stamp of the row before them: only their place in the input orders them.
    """

    rows: int
    cases: int
    events: int
    illegal: int
    illegal_rows: tuple[int, ...] = field(repr=False)
    illegal_moves: Mapping[tuple[str, Hashable], int]
    noops: int
    seconds_in: Mapping[str, float]
    reopens: int
    reopened_cases: int
    final_states: Mapping[str, int]
    unknown: Mapping[Hashable, int]
    out_of_order: int
    equal_stamps: int
    rejections: int
    rejected: tuple[Rejection, ...] = field(repr=False)
    _trail: Trail = field(repr=False)

    @property
    def illegal_mask(self) -> tuple[bool, ...]:
        """For each row of the input whether it is illegal; rejected rows are not."""
        mask = [False] * self.rows
        for row in self.illegal_rows:
            mask[row] = True
        return tuple(mask)

    def per_case(self) -> tuple[CaseRow, ...]:
        """One row a case, in the order in which the cases first appear: ready for a data frame or a file."""
        return tuple(self._trail.per_case())

    def to_event_frame(self) -> dict[str, list[Any]]:
        """The counted rows by case and time, as columns with the names of XES, all cases and names as texts.

        Process-mining tools read it: ``pandas.DataFrame(replay.to_event_frame())``.
        """
        return self._trail.to_event_frame()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay(_Checked):
    """What became of a log of events.

    ``illegal_moves`` counts by state and event, the most frequent first. ``noops`` are legal events that leave the
    state as it is. ``unknown`` counts events of which the workflow has never heard; they are illegal too.

    >>> from csprotocol.incident import Workflow
    >>> from datetime import UTC, datetime
    >>> at = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (9, 10, 11)]
    >>> replay = replay_columns(["I1"] * 3, ["identify", "identify", "dance"], at, workflow=Workflow.default())
    >>> replay.illegal_moves, replay.unknown
    ({('identified', 'dance'): 1, ('identified', 'identify'): 1}, {'dance': 1})
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLog(_Checked):
    """What a log of statuses tells.

    ``illegal_moves`` counts by state and next state, the most frequent first. ``noops`` are rows that repeat the
    state of the row before. ``unknown`` counts statuses that stand for no state, ``seconds_unknown`` how long cases
    stood in them. ``start_states`` counts cases by the state of their first row.

    A row with an unknown status, and the row after it, are neither legal nor illegal: nobody can tell. Time in it
    belongs to no state. A case that was resolved before it and is live after it was reopened all the same.
    """

    seconds_unknown: Mapping[Hashable, float]
    start_states: Mapping[str, int]


def replay_columns(case: Any, event: Any, at: Any, *, workflow: Lifecycle, until: datetime | None = None) -> Replay:
    """What became of a log of events: every case starts in the initial state and takes its events by time.

    Columns may be lists, arrays of numpy or pyarrow, series of pandas or polars, in any order of rows; rows of one
    instant keep theirs. ``at`` holds aware datetimes, zoned series, or datetime64 of numpy in UTC; what a
    masked array of numpy masks is missing. An event that the
    state does not allow, or that the workflow does not know, is illegal and leaves the state as it is. Guards,
    roles and required fields are not asked: where guards choose between targets, the first that is declared counts.

    A row in which a case, an event or an instant is missing is rejected. ``until`` ends the last state of each case.

    >>> from csprotocol.incident import Workflow
    >>> from datetime import UTC, datetime
    >>> at = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (9, 10, 12)]
    >>> replay = replay_columns(["I1"] * 3, ["identify", "register", "close"], at, workflow=Workflow.default())
    >>> replay.illegal, replay.illegal_moves, replay.seconds_in
    (1, {('registered', 'close'): 1}, {'identified': 3600.0, 'registered': 7200.0})
    >>> replay.illegal_mask
    (False, False, True)

    Raises:
        NaiveDatetimeError: an instant without a time zone.
        InvalidValueError: columns of different lengths, or something in them that is no name or no instant.
    """
    return _replay(Columns.of(case, event, at, "event"), workflow, until)


def check_status_log(
    case: Any,
    status: Any,
    at: Any,
    mapping: Mapping[Any, str] | None = None,
    *,
    workflow: Lifecycle,
    until: datetime | None = None,
) -> StatusLog:
    """What a log of statuses tells, as helpdesks export it: one row for each status that a case was seen in.

    ``mapping`` leads from the status of the log to a state of the workflow; without it, the texts are the states'
    names. Statuses are looked up as they stand in the log: ``StatusMap.to_states`` gives a mapping that reads them
    whatever their case and blanks, and numbers as numbers. The step from one state to another is legal when any event
    of the workflow leads there. Columns and ``until`` are those of :func:`replay_columns`.

    >>> from csprotocol.incident import Workflow
    >>> from datetime import UTC, datetime
    >>> at = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (9, 10, 11)]
    >>> words = {"Open": "in_progress", "Done": "resolved"}
    >>> log = check_status_log(["I1"] * 3, ["Open", "Open", "Done"], at, words, workflow=Workflow.default())
    >>> log.illegal, log.noops, log.seconds_in, log.start_states
    (0, 1, {'in_progress': 7200.0}, {'in_progress': 1})
    >>> log.per_case()[0].final
    'resolved'

    Raises:
        NaiveDatetimeError: an instant without a time zone.
        InvalidValueError: columns of different lengths, something in them that is no name or no instant, or a
            ``mapping`` to a state that the workflow does not have.
    """
    given: object = mapping
    if given is not None and not isinstance(given, Mapping):
        hint = 'write {"Open": "in_progress", ...}, or call StatusMap.to_states'
        raise InvalidValueError.of(
            "mapping", type(given).__name__, expected="a mapping of statuses to states", hint=hint
        )
    return _check(Columns.of(case, status, at, "status"), mapping, workflow, until)


def _replay(
    columns: Columns, workflow: Lifecycle, until: datetime | None, *, engine: ModuleType | None = None
) -> Replay:
    table = Table.of(workflow)
    engine = engine or _engine(len(columns.case))
    log: Log = engine.read(columns)
    codes = table.event_codes(log.names)
    walk: Walk = engine.events(log, codes, table, _until(until))
    unknown = {name for name, code in enumerate(codes) if code == len(table.events)}
    return Replay(**_counted(log, walk, table, unknown, lambda name: log.names[name]))


def _check(
    columns: Columns,
    mapping: Mapping[Any, str] | None,
    workflow: Lifecycle,
    until: datetime | None,
    *,
    engine: ModuleType | None = None,
) -> StatusLog:
    table = Table.of(workflow)
    engine = engine or _engine(len(columns.case))
    log: Log = engine.read(columns)
    codes = table.state_codes(log.names, mapping)
    walk: Walk = engine.statuses(log, codes, table, _until(until))
    unknown = {name for name, code in enumerate(codes) if code == NOWHERE}
    return StatusLog(
        **_counted(log, walk, table, unknown, lambda name: table.states[codes[name]]),
        seconds_unknown=FrozenDict(_seconds(walk.micros_unknown, log.names)),
        start_states=FrozenDict(_named(walk.starts, table.states)),
    )


def _engine(rows: int) -> ModuleType:
    if rows < (_SMALL_WHEN_LOADED if sys.modules.get("numpy") else SMALL) or not find_spec("numpy"):
        return _columns_loop
    return _columns_numpy


def _until(until: datetime | None) -> int | None:
    if until is None:
        return None
    micros = micros_of("until", until)
    if micros is None:
        raise InvalidValueError.of("until", until, expected="an instant, or nothing")
    return micros


def _counted(
    log: Log, walk: Walk, table: Table, unknown: Iterable[int], told: Callable[[int], Hashable]
) -> dict[str, Any]:
    """The fields that both kinds of log have, by the names of states and events."""
    moves: dict[tuple[str, Hashable], int] = {}
    for (state, name), count in walk.illegal_moves.items():
        move = table.states[state], told(name)
        # Two statuses of the log may stand for one state.
        moves[move] = moves.get(move, 0) + count
    return {
        "rows": len(log.rows) + log.rejections,
        "cases": len(log.cases),
        "events": len(log.rows),
        "illegal": len(walk.illegal_rows),
        "illegal_rows": walk.illegal_rows,
        "illegal_moves": FrozenDict(sorted(moves.items(), key=lambda each: (-each[1], each[0][0], str(each[0][1])))),
        "noops": walk.noops,
        "seconds_in": FrozenDict(_seconds(walk.micros_in, table.states)),
        "reopens": walk.reopens,
        "reopened_cases": walk.reopened_cases,
        "final_states": FrozenDict(_named(walk.finals, table.states)),
        "unknown": FrozenDict(_named({name: walk.unknown[name] for name in unknown}, log.names)),
        "out_of_order": walk.out_of_order,
        "equal_stamps": walk.equal_stamps,
        "rejections": log.rejections,
        "rejected": log.rejected,
        "_trail": walk.trail,
    }


def _named(counts: Mapping[int, int], names: tuple[Any, ...]) -> dict[Any, int]:
    return {names[code]: counts[code] for code in sorted(counts) if code != NOWHERE and counts[code]}


def _seconds(micros: Mapping[int, int], names: tuple[Any, ...]) -> dict[Any, float]:
    return {name: count / 1_000_000 for name, count in _named(micros, names).items()}
