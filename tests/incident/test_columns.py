"""Logs as columns: the loop and numpy agree with each other, with the slow way, and with real logs."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError, NaiveDatetimeError
from csprotocol.incident import _columns, _columns_coded, _columns_loop, _columns_numpy
from csprotocol.incident._columns import Replay, StatusLog, check_status_log, replay_columns
from csprotocol.incident._columns_read import Columns, is_missing
from csprotocol.incident._workflow import Workflow
from csprotocol.model import StatusCategory
from tests.incident.oracle_columns import FakeState, FakeWorkflow, Row, checked, replayed

ENGINES = pytest.mark.parametrize("engine", [_columns_loop, _columns_numpy], ids=["loop", "numpy"])
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SHOP = FakeWorkflow(
    "new",
    (
        FakeState("new", StatusCategory.NEW),
        FakeState("in_progress", StatusCategory.OPEN),
        FakeState("waiting", StatusCategory.WAITING_CUSTOMER),
        FakeState("resolved", StatusCategory.RESOLVED),
        FakeState("closed", StatusCategory.CLOSED),
    ),
    {
        ("new", "start"): "in_progress",
        ("in_progress", "ask"): "waiting",
        ("waiting", "answer"): "in_progress",
        ("in_progress", "resolve"): "resolved",
        ("resolved", "reopen"): "in_progress",
        ("resolved", "close"): "closed",
        **{(state, "note"): state for state in ("new", "in_progress", "waiting", "resolved")},
    },
)
# The state is the parity of the number of events: whoever guesses one target is wrong half of the time.
PARITY = FakeWorkflow(
    "even",
    (FakeState("even", StatusCategory.OPEN), FakeState("odd", StatusCategory.RESOLVED)),
    {("even", "x"): "odd", ("odd", "x"): "even"},
)


def minutes(*after: float) -> list[datetime]:
    return [NOON + timedelta(minutes=each) for each in after]


def replay_by(engine: ModuleType, rows: list[Row], workflow: Any, until: datetime | None = None) -> Replay:
    return _columns._replay(columns(rows, "event"), workflow, until, engine=engine)


def check_by(
    engine: ModuleType, rows: list[Row], mapping: Any = None, workflow: Any = SHOP, until: datetime | None = None
) -> StatusLog:
    return _columns._check(columns(rows, "status"), mapping, workflow, until, engine=engine)


def columns(rows: list[Row], label: str) -> Columns:
    return Columns.of([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], label)


@st.composite
def workflows(draw: st.DrawFn) -> FakeWorkflow:
    names = [f"s{number}" for number in range(draw(st.integers(1, 5)))]
    events = [f"e{number}" for number in range(draw(st.integers(0, 4)))]
    moves = st.dictionaries(st.tuples(st.sampled_from(names), st.sampled_from(events or ["e"])), st.sampled_from(names))
    return FakeWorkflow(
        draw(st.sampled_from(names)),
        tuple(FakeState(name, draw(st.sampled_from(StatusCategory))) for name in names),
        draw(moves),
        draw(st.lists(st.tuples(st.sampled_from(names), st.just("e0"), st.sampled_from(names)), max_size=2).map(tuple)),
    )


def logs(names: list[str]) -> st.SearchStrategy[list[Row]]:
    instants = st.integers(-5, 20).map(lambda step: NOON + timedelta(microseconds=step * 700_001))
    row = st.tuples(
        st.sampled_from(["A", "B", "C", 7, None]) | st.just("A"),
        st.sampled_from([*names, "unheard", None]) | st.sampled_from(names),
        instants | instants | st.none(),
    )
    return st.lists(row, max_size=60)


EVENTS = [f"e{number}" for number in range(4)]
STATES = [f"s{number}" for number in range(5)]
untils = st.none() | st.integers(-10, 100).map(lambda minute: NOON + timedelta(seconds=minute))


def told(result: Replay | StatusLog) -> dict[str, Any]:
    """The result in the words of the slow way, what is told per case added up again."""
    found = {name: getattr(result, name) for name in type(result).__dataclass_fields__}
    for name in ("rows", "rejected", "_trail"):
        del found[name]
    rows = result.per_case()
    assert result.cases == len(rows)
    assert result.events == sum(row.events for row in rows)
    assert result.illegal == sum(row.illegal for row in rows) == sum(result.illegal_mask)
    assert result.reopens == sum(row.reopens for row in rows)
    assert result.reopened_cases == sum(row.reopens > 0 for row in rows)
    for state in {state for row in rows for state in row.seconds_in}:
        assert sum(row.seconds_in.get(state, 0) for row in rows) == pytest.approx(result.seconds_in[state])
    for state, count in result.final_states.items():
        assert sum(row.final == state for row in rows) == count
    return found | {"first_in": {(row.case, state): at for row in rows for state, at in row.first_in.items()}}


class TestBothWays:
    """One law: the loop, numpy however it repairs, and the slow way tell the same."""

    @given(workflows(), logs(EVENTS), untils, st.sampled_from([0, 32]), st.sampled_from([0, 1_000, 10**9]))
    @settings(max_examples=300)
    def test_events(
        self, workflow: FakeWorkflow, rows: list[Row], until: datetime | None, few: int, round_cost: int
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_columns_numpy, "_FEW", few)
            patch.setattr(_columns_numpy, "_ROUND", round_cost)
            fast = replay_by(_columns_numpy, rows, workflow, until)
        slow = replay_by(_columns_loop, rows, workflow, until)
        assert slow == fast
        assert repr(slow) == repr(fast)
        assert replayed(rows, workflow, until) == told(slow)

    @given(workflows(), logs(STATES), untils)
    @settings(max_examples=300)
    def test_statuses(self, workflow: FakeWorkflow, rows: list[Row], until: datetime | None) -> None:
        known = {state.name: state.name for state in workflow.states}
        mapping = known | {"s4": workflow.initial}
        fast = check_by(_columns_numpy, rows, mapping, workflow, until)
        slow = check_by(_columns_loop, rows, mapping, workflow, until)
        assert slow == fast
        assert repr(slow) == repr(fast)
        assert checked(rows, mapping, workflow, until) == told(slow)
        assert check_by(_columns_loop, rows, None, workflow) == check_by(_columns_numpy, rows, known, workflow)

    @given(st.lists(st.integers(0, 400), max_size=400), st.randoms(use_true_random=False))
    @settings(max_examples=40)
    def test_cases_by_number(self, cases: list[int], random: Any) -> None:
        names = [random.choice(["start", "ask", "answer", "resolve", "reopen", "note", "?"]) for _ in cases]
        # Beyond 16 bits the cases are sorted in two passes, and far apart they are numbered by sorting.
        for factor in (1, 1_000, 10**15):
            case = np.array([each * factor - 5 for each in cases], dtype=np.int64)
            at: Any = np.arange(len(cases)).astype("datetime64[s]")
            given_columns = Columns.of(case, names, at, "event")
            fast = _columns._replay(given_columns, SHOP, None, engine=_columns_numpy)
            assert _columns._replay(given_columns, SHOP, None, engine=_columns_loop) == fast

    def test_more_cases_than_16_bits(self) -> None:
        count = 150_000
        case = np.random.default_rng(7).permutation(np.arange(2 * count) % count)
        names = np.array(["start", "resolve", "close"])[np.random.default_rng(8).integers(0, 3, case.size)]
        at = np.random.default_rng(9).integers(0, 10**9, case.size).astype("datetime64[s]")
        given_columns = Columns.of(case, names, at, "event")
        fast = replay_columns(case, names, at, workflow=SHOP)
        assert fast.cases == count
        assert fast.out_of_order > 0
        assert _columns._replay(given_columns, SHOP, None, engine=_columns_loop) == fast

    @pytest.mark.parametrize("cases", [1, 3, 20_000])
    def test_guesses_that_are_always_wrong(self, cases: int) -> None:
        rows = 60_000
        row: Any = np.arange(rows)
        case, at = row % cases, row.astype("datetime64[s]")
        began = time.process_time()
        found = replay_columns(case, ["x"] * rows, at, workflow=PARITY)
        # A quarter of a second where it was written; repairing in rounds to the end would take minutes.
        assert time.process_time() - began < 10
        assert (found.illegal, found.reopens) == (0, cases * ((rows // cases) // 2))
        given_columns = Columns.of(case, ["x"] * rows, at, "event")
        assert _columns._replay(given_columns, PARITY, None, engine=_columns_loop) == found

    def test_sums_beyond_64_bits_are_exact(self) -> None:
        first, last = (datetime(year, 1, 1, tzinfo=UTC) for year in (1, 9999))
        rows: list[Row] = [(case, "note", at) for case in range(40) for at in (first, last)]
        found = replay_by(_columns_numpy, rows, SHOP)
        assert found == replay_by(_columns_loop, rows, SHOP)
        assert found.seconds_in == {"new": 40 * (last - first).total_seconds()}


@ENGINES
class TestReplay:
    def test_a_case(self, engine: ModuleType) -> None:
        names = ["start", "note", "close", "resolve", "reopen", "dance"]
        rows: list[Row] = [("A", name, at) for name, at in zip(names, minutes(0, 1, 3, 6, 10, 15), strict=True)]
        found = replay_by(engine, rows, SHOP)
        assert (found.rows, found.cases, found.events, found.illegal, found.noops) == (6, 1, 6, 2, 1)
        assert found.illegal_mask == (False, False, True, False, False, True)
        assert found.illegal_moves == {("in_progress", "close"): 1, ("in_progress", "dance"): 1}
        assert found.unknown == {"dance": 1}
        assert found.seconds_in == {"in_progress": 660.0, "resolved": 240.0}
        assert (found.reopens, found.reopened_cases, found.final_states) == (1, 1, {"in_progress": 1})
        (row,) = found.per_case()
        assert (row.case, row.events, row.illegal, row.start, row.final) == ("A", 6, 2, "new", "in_progress")
        assert (row.first_at, row.last_at) == (NOON, NOON + timedelta(minutes=15))
        assert row.first_in == {"in_progress": NOON, "resolved": NOON + timedelta(minutes=6)}

    def test_the_most_frequent_illegal_move_comes_first(self, engine: ModuleType) -> None:
        rows: list[Row] = [(case, name, NOON) for case, name in enumerate(["close", "ask", "close", "answer"])]
        assert list(replay_by(engine, rows, SHOP).illegal_moves.items()) == [
            (("new", "close"), 2),
            (("new", "answer"), 1),
            (("new", "ask"), 1),
        ]

    def test_rows_of_one_instant_keep_their_order(self, engine: ModuleType) -> None:
        rows: list[Row] = [("A", name, NOON) for name in ("start", "resolve", "close")]
        found = replay_by(engine, rows, SHOP)
        assert (found.illegal, found.equal_stamps, found.out_of_order) == (0, 2, 0)
        assert replay_by(engine, rows[::-1], SHOP).illegal == 2

    def test_time_orders_rows_not_their_place(self, engine: ModuleType) -> None:
        stamps = minutes(2, 0, 1)
        rows: list[Row] = [("A", name, at) for name, at in zip(("close", "start", "resolve"), stamps, strict=True)]
        found = replay_by(engine, rows, SHOP)
        assert (found.illegal, found.out_of_order, found.final_states) == (0, 1, {"closed": 1})
        assert [str(at) for at in found.to_event_frame()["time:timestamp"]] == [str(at) for at in minutes(0, 1, 2)]

    def test_until_ends_the_last_state(self, engine: ModuleType) -> None:
        rows: list[Row] = [("A", "start", NOON), ("B", "start", NOON + timedelta(hours=2))]
        until = NOON + timedelta(hours=1)
        # B began after it: nothing is counted, and nothing is taken off.
        assert replay_by(engine, rows, SHOP, until).seconds_in == {"in_progress": 3600.0}

    def test_empty(self, engine: ModuleType) -> None:
        found = replay_by(engine, [], SHOP)
        assert (found.rows, found.cases, found.illegal_moves, found.per_case()) == (0, 0, {}, ())
        assert set(found.to_event_frame()) == {"case:concept:name", "concept:name", "time:timestamp"}

    def test_missing_cells_reject_their_row(self, engine: ModuleType) -> None:
        rows: list[Row] = [("A", "start", NOON), (None, "ask", NOON), ("A", float("nan"), NOON), ("B", "ask", None)]
        found = replay_by(engine, rows, SHOP)
        assert (found.rows, found.events, found.cases, found.rejections) == (4, 1, 1, 3)
        assert [(each.code, each.line, each.column) for each in found.rejected] == [
            ("missing-value", 3, "case"),
            ("missing-value", 4, "event"),
            ("missing-value", 5, "at"),
        ]
        assert found.illegal_mask == (False,) * 4

    def test_only_the_first_rejections_are_kept(self, engine: ModuleType) -> None:
        rows: list[Row] = [(None, None, None)] * 1_200
        found = replay_by(engine, rows, SHOP)
        assert (found.rejections, len(found.rejected), found.cases) == (1_200, 1_000, 0)

    def test_event_frame(self, engine: ModuleType) -> None:
        rows: list[Row] = [(2, "start", NOON), (1, "note", NOON), (2, "ask", NOON)]
        assert replay_by(engine, rows, SHOP).to_event_frame() == {
            "case:concept:name": ["2", "2", "1"],
            "concept:name": ["start", "ask", "note"],
            "time:timestamp": [NOON] * 3,
        }


@ENGINES
class TestStatusLog:
    def test_repeated_status_is_a_noop(self, engine: ModuleType) -> None:
        names = ["in_progress", "in_progress", "resolved"]
        rows: list[Row] = [("I1", name, at) for name, at in zip(names, minutes(0, 60, 120), strict=True)]
        found = check_by(engine, rows)
        assert (found.illegal, found.noops, found.seconds_in) == (0, 1, {"in_progress": 7200.0})
        assert (found.start_states, found.final_states) == ({"in_progress": 1}, {"resolved": 1})

    def test_illegal_moves_by_state(self, engine: ModuleType) -> None:
        mapping = {"Neu": "new", "Fertig": "closed", "Zu": "closed", "Läuft": "in_progress"}
        rows: list[Row] = [
            (case, name, at)
            for case, names in enumerate([("Neu", "Fertig"), ("Neu", "Zu"), ("Neu", "Läuft"), ("Fertig", "Zu")])
            for name, at in zip(names, minutes(0, 1), strict=True)
        ]
        found = check_by(engine, rows, mapping)
        assert (found.illegal_moves, found.illegal_rows, found.noops) == ({("new", "closed"): 2}, (1, 3), 1)

    def test_unknown_status_is_neither_legal_nor_illegal(self, engine: ModuleType) -> None:
        names = ["closed", "-100", "new", "in_progress"]
        rows: list[Row] = [("A", name, at) for name, at in zip(names, minutes(0, 1, 3, 6), strict=True)]
        found = check_by(engine, rows)
        # closed to new would be illegal; through a status that nobody knows it is not judged, but it is a reopening.
        assert (found.illegal, found.noops, found.reopens, found.unknown) == (0, 0, 1, {"-100": 1})
        assert (found.seconds_in, found.seconds_unknown) == ({"closed": 60.0, "new": 180.0}, {"-100": 120.0})
        alone = check_by(engine, rows[1:2])
        assert (alone.cases, alone.start_states, alone.final_states) == (1, {}, {})
        assert (alone.per_case()[0].start, alone.per_case()[0].final, alone.per_case()[0].first_in) == (None, None, {})

    def test_a_case_that_begins_unknown_is_not_reopened_by_the_case_before_it(self, engine: ModuleType) -> None:
        rows: list[Row] = [("A", "closed", NOON), ("B", "-100", NOON), ("B", "new", NOON)]
        assert check_by(engine, rows).reopens == 0

    def test_a_step_that_only_a_guard_lets_pass_is_legal(self, engine: ModuleType) -> None:
        rows: list[Row] = [("A", "new", NOON), ("A", "closed", NOON)]
        guarded = FakeWorkflow("new", SHOP.states, SHOP.moves, (("new", "start", "closed"),))
        assert (check_by(engine, rows).illegal, check_by(engine, rows, None, guarded).illegal) == (1, 0)

    def test_cancelled_is_no_reopening(self, engine: ModuleType) -> None:
        states = (FakeState("gone", StatusCategory.CANCELLED), FakeState("open", StatusCategory.OPEN))
        workflow = FakeWorkflow("open", states, {})
        rows: list[Row] = [("A", "gone", NOON), ("A", "open", NOON)]
        assert check_by(engine, rows, None, workflow).reopens == 0

    def test_coded_statuses(self, engine: ModuleType) -> None:
        rows: list[Row] = [("A", code, NOON) for code in (1, 2, 9)]
        found = check_by(engine, rows, {1: "new", 2: "in_progress"})
        assert (found.illegal, found.unknown) == (0, {9: 1})


MADRID = ZoneInfo("Europe/Madrid")
CASES = ["A", "B", "A", "B", "A"]
NAMES = ["start", "ask", "resolve", "start", "reopen"]
AT = [at.astimezone(MADRID) for at in minutes(0, 1, 2, 3, 4)]
NUMPY_AT = np.array([at.astimezone(UTC).replace(tzinfo=None) for at in AT], dtype="datetime64[ms]")


FRAME = pd.DataFrame({"c": CASES, "n": NAMES, "t": AT}, index=[9, 9, 1, 0, 5])
POLARS = pl.DataFrame({"c": CASES, "n": NAMES, "t": AT})
KINDS: dict[str, tuple[Any, Any, Any]] = {
    "tuples": (tuple(CASES), tuple(NAMES), tuple(AT)),
    "numpy": (np.array(CASES), np.array(NAMES), NUMPY_AT),
    "numpy objects": (np.array(CASES, dtype=object), np.array(NAMES, dtype=object), np.array(AT, dtype=object)),
    "pandas": (FRAME["c"], FRAME["n"], FRAME["t"]),
    "pandas objects": (FRAME["c"].astype(object), FRAME["n"].astype(object), FRAME["t"].astype(object)),
    "pandas categories": (FRAME["c"].astype("category"), FRAME["n"].astype("category"), FRAME["t"]),
    "pandas index": (pd.Index(CASES), pd.Index(NAMES), pd.DatetimeIndex(AT)),
    "polars": (POLARS["c"], POLARS["n"], POLARS["t"]),
    "polars ms": (POLARS["c"], POLARS["n"], POLARS["t"].dt.cast_time_unit("ms")),
    "polars categories": (POLARS["c"].cast(pl.Categorical), POLARS["n"].cast(pl.Enum(sorted(set(NAMES)))), AT),
    "polars objects": (POLARS["c"], POLARS["n"], pl.Series(AT, dtype=pl.Object)),
    "mixed": (POLARS["c"], NAMES, FRAME["t"]),
}


def arrow_kinds() -> dict[str, tuple[Any, Any, Any]]:
    pa = pytest.importorskip("pyarrow")
    at = pa.array(AT, type=pa.timestamp("ms", "UTC"))
    chunks = [pa.chunked_array([column[:2], column[2:]]) for column in (CASES, NAMES, at)]
    return {
        "arrays": (pa.array(CASES), pa.array(NAMES), at),
        "chunks": (chunks[0], chunks[1], chunks[2]),
        "dictionaries": (pa.array(CASES).dictionary_encode(), chunks[1].dictionary_encode(), at),
        "in pandas": (FRAME["c"], FRAME["n"], FRAME["t"].astype("timestamp[us, UTC][pyarrow]")),
    }


@ENGINES
class TestKindsOfColumns:
    @pytest.mark.parametrize("kind", list(KINDS))
    def test_all_kinds_tell_the_same(self, engine: ModuleType, kind: str) -> None:
        self.tells_the_same(engine, KINDS[kind])

    @pytest.mark.parametrize("kind", ["arrays", "chunks", "dictionaries", "in pandas"])
    def test_arrow_tells_the_same(self, engine: ModuleType, kind: str) -> None:
        self.tells_the_same(engine, arrow_kinds()[kind])

    def test_iterators_tell_the_same(self, engine: ModuleType) -> None:
        self.tells_the_same(engine, (iter(CASES), (name for name in NAMES), iter(AT)))

    @staticmethod
    def tells_the_same(engine: ModuleType, kind: tuple[Any, Any, Any]) -> None:
        expected = replay_by(_columns_loop, list(zip(CASES, NAMES, AT, strict=True)), SHOP)
        found = _columns._replay(Columns.of(*kind, "event"), SHOP, None, engine=engine)
        assert expected == found
        assert {type(name) for name in (*found._trail.cases, *found._trail.names)} == {str}

    def test_missing_in_all_kinds(self, engine: ModuleType) -> None:
        case = ["A", None, "A", "A", "B"]
        name = ["start", "ask", None, "ask", "note"]
        at = [*AT[:3], None, AT[4]]
        expected = replay_by(_columns_loop, list(zip(case, name, at, strict=True)), SHOP)
        numbers = np.where(np.array(at) == None, np.datetime64("NaT"), NUMPY_AT)  # noqa: E711  # element by element
        kinds: list[tuple[Any, Any, Any]] = [
            (pd.Series(case), pd.Series(name), pd.Series(at)),
            (pd.Series(case, dtype=object), pd.Series(name, dtype="category"), numbers.astype("datetime64[us]")),
            (pd.Series(case, dtype="string"), [*name[:2], pd.NA, *name[3:]], [*at[:3], pd.NaT, at[4]]),
            (pl.Series(case), pl.Series(name), pl.Series(at)),
            (pl.Series(case, dtype=pl.Categorical), pl.Series(name), pl.Series(at)),
        ]
        for columns_of_kind in kinds:
            found = _columns._replay(Columns.of(*columns_of_kind, "event"), SHOP, None, engine=engine)
            assert expected == found
        assert (expected.cases, expected.rejections) == (2, 3)
        pa = pytest.importorskip("pyarrow")
        arrow = pa.array(case), pa.chunked_array([name[:2], name[2:]]), pa.array(at, type=pa.timestamp("us", "UTC"))
        assert expected == _columns._replay(Columns.of(*arrow, "event"), SHOP, None, engine=engine)

    def test_masked_is_missing(self, engine: ModuleType) -> None:
        mask = [False, True, False]
        at = np.array(AT[:3], dtype=object)
        cells: dict[str, tuple[Any, list[Any]]] = {
            "case": (np.ma.array([1, 2, 3], mask=mask), [1, 2, 3]),
            "event": (np.ma.array(["start", "note", "note"], mask=mask), ["start", "note", "note"]),
            "at": (np.ma.array(at, mask=mask), list(at)),
        }
        for field, (masked, whole) in cells.items():
            for column in (
                masked,
                [np.ma.masked if hidden else each for hidden, each in zip(mask, whole, strict=True)],
            ):
                given: dict[str, Any] = {"case": [1, 2, 3], "event": ["start", "note", "note"], "at": AT[:3]} | {
                    field: column
                }
                found = _columns._replay(
                    Columns.of(given["case"], given["event"], given["at"], "event"), SHOP, None, engine=engine
                )
                assert (found.cases, found.events, found.rejections) == (2, 2, 1)
                assert [each.column for each in found.rejected] == [field]

    def test_masked_instants_of_numpy(self, engine: ModuleType) -> None:
        at: Any = np.ma.array(NUMPY_AT[:3], mask=[False, True, False])
        found = _columns._replay(Columns.of([1, 2, 3], NAMES[:3], at, "event"), SHOP, None, engine=engine)
        assert (found.cases, [each.column for each in found.rejected]) == (2, ["at"])

    def test_a_masked_array_that_masks_nothing(self, engine: ModuleType) -> None:
        case: Any = np.ma.array([1, 2, 1])
        expected = replay_by(_columns_loop, list(zip([1, 2, 1], NAMES[:3], AT[:3], strict=True)), SHOP)
        assert expected == _columns._replay(Columns.of(case, NAMES[:3], AT[:3], "event"), SHOP, None, engine=engine)

    @pytest.mark.parametrize(
        "case",
        [
            np.array([3, 1, 3, -1], dtype=np.int8),
            np.array([2**64 - 1, 2**63, 2**64 - 1, 5], dtype=np.uint64),
            np.array([2**63 - 1, -(2**63), 0, 0]),
            np.array([2**64 - 1, 2**64 - 2, 2**64 - 1, 2**64 - 1], dtype=np.uint64),
            np.array([True, False, True, True]),
            np.array([1.5, float("nan"), 1.5, 2.0]),
            pd.Series([1, None, 1, 2], dtype="Int64"),
            pd.Series([1, None, 1, 2]),
            pl.Series([1, None, 1, 2]),
            pl.Series([1.0, None, float("nan"), 2.0]),
            [("A", 1), ("A", 2), ("A", 1), None],
        ],
        ids=str,
    )
    def test_numbers_as_cases(self, engine: ModuleType, case: Any) -> None:
        plain = [None if is_missing(each) else each for each in case]
        plain = [each.item() if isinstance(each, np.generic) else each for each in plain]
        expected = replay_by(_columns_loop, list(zip(plain, NAMES[:4], AT[:4], strict=True)), SHOP)
        found = _columns._replay(Columns.of(case, NAMES[:4], AT[:4], "event"), SHOP, None, engine=engine)
        assert expected == found
        assert [type(name) for name in expected._trail.cases] == [type(name) for name in found._trail.cases]

    @pytest.mark.parametrize(
        ("at", "error"),
        [
            ([datetime(2026, 11, 20)], NaiveDatetimeError),  # noqa: DTZ001  # naive on purpose
            (pd.Series([datetime(2026, 11, 20)]), NaiveDatetimeError),  # noqa: DTZ001  # naive on purpose
            (pl.Series([datetime(2026, 11, 20)]), NaiveDatetimeError),  # noqa: DTZ001  # naive on purpose
            (["2026-11-20T12:00Z"], InvalidValueError),
            ([1_700_000_000], InvalidValueError),
            (np.array([1_700_000_000]), InvalidValueError),
            (np.array([2**61]).astype("datetime64[us]"), InvalidValueError),
            (pl.Series([NOON.date()]), InvalidValueError),
            (pd.Series([1]), InvalidValueError),
            ([NOON, NOON], InvalidValueError),
            (NOON, InvalidValueError),
            ("x", InvalidValueError),
            ({NOON}, InvalidValueError),
        ],
    )
    def test_what_is_no_instant(self, engine: ModuleType, at: Any, error: type[Exception]) -> None:
        with pytest.raises(error, match=r"^at"):
            _columns._replay(Columns.of(["A"], ["start"], at, "event"), SHOP, None, engine=engine)

    def test_what_is_no_instant_in_arrow(self, engine: ModuleType) -> None:
        pa = pytest.importorskip("pyarrow")
        for at, error in (
            (pa.array([0], type=pa.timestamp("s")), NaiveDatetimeError),
            (pa.array([1]), InvalidValueError),
        ):
            with pytest.raises(error, match=r"^at"):
                _columns._replay(Columns.of(["A"], ["start"], at, "event"), SHOP, None, engine=engine)

    def test_instants_near_the_edge_of_the_calendar(self, engine: ModuleType) -> None:
        first = datetime(1, 1, 1, tzinfo=UTC)
        assert replay_by(engine, [("A", "start", first)], SHOP).per_case()[0].first_at == first
        with pytest.raises(InvalidValueError, match="years 1 to 9999"):
            replay_by(engine, [("A", "start", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))))], SHOP)

    def test_what_is_no_name(self, engine: ModuleType) -> None:
        with pytest.raises(InvalidValueError, match=r"^status must be a column of names or numbers, got 'list'"):
            check_by(engine, [("A", ["new"], NOON)])
        with pytest.raises(InvalidValueError, match=r"^case must be a column"):
            Columns.of(pd.DataFrame({"case": ["A"]}), ["start"], [NOON], "event")

    def test_wrong_workflow_mapping_and_until(self, engine: ModuleType) -> None:
        with pytest.raises(InvalidValueError, match=r"mapping: 'resolvd' is unknown; did you mean resolved"):
            check_by(engine, [], {"Done": "resolvd"})
        mapping: Any
        for mapping in (["new"], "new", {"new"}):
            with pytest.raises(InvalidValueError, match=r"^mapping must be a mapping of statuses to states, got"):
                check_status_log(["A"], ["new"], [NOON], mapping, workflow=SHOP)
        with pytest.raises(InvalidValueError, match=r"^mapping: \['new'\] is unknown"):
            check_by(engine, [], {"Neu": ["new"]})
        with pytest.raises(InvalidValueError, match=r"workflow\.initial"):
            replay_by(engine, [], FakeWorkflow("nowhere", SHOP.states, {}))
        with pytest.raises(InvalidValueError, match=r"workflow\.moves"):
            replay_by(engine, [], FakeWorkflow("new", SHOP.states, {("new", "x"): "nowhere"}))
        with pytest.raises(NaiveDatetimeError, match="until"):
            replay_by(engine, [], SHOP, datetime(2026, 11, 20))  # noqa: DTZ001  # naive on purpose


@ENGINES
def test_the_workflow_of_the_library(engine: ModuleType) -> None:
    names = ["identify", "register", "start", "note", "resolve", "identify", "close"]
    rows: list[Row] = [("A", name, at) for name, at in zip(names, minutes(*range(7)), strict=True)]
    found = replay_by(engine, rows, Workflow.default())
    assert found.illegal_moves == {("resolved", "identify"): 1}
    assert (found.noops, found.final_states) == (1, {"closed": 1})
    seen: list[Row] = [("A", state.name, NOON) for state in Workflow.default().states]
    assert check_by(engine, seen, None, Workflow.default()).unknown == {}


class TestWithoutNumpy:
    def test_large_logs_take_the_loop(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = _columns.SMALL
        expected = replay_columns(["A"] * rows, ["note"] * rows, [NOON] * rows, workflow=SHOP)
        monkeypatch.setitem(sys.modules, "numpy", None)
        assert _columns._engine(10**9) is _columns_loop
        assert expected == replay_columns(["A"] * rows, ["note"] * rows, [NOON] * rows, workflow=SHOP)

    def test_a_loaded_numpy_is_used_early(self) -> None:
        assert [_columns._engine(rows) for rows in (999, 1_000)] == [_columns_loop, _columns_numpy]

    def test_small_logs_do_not_import_it(self) -> None:
        script = (
            "import sys\n"
            "from datetime import UTC, datetime\n"
            "from csprotocol.incident._columns import check_status_log\n"
            "from tests.incident.oracle_columns import FakeState, FakeWorkflow\n"
            "from csprotocol.model import StatusCategory\n"
            "shop = FakeWorkflow('new', (FakeState('new', StatusCategory.NEW),), {})\n"
            "log = check_status_log(['A'] * 9, ['new'] * 9, [datetime(2026, 11, 20, tzinfo=UTC)] * 9, workflow=shop)\n"
            "print(log.noops, [name for name in ('numpy', 'pandas', 'polars', 'pyarrow') if name in sys.modules])"
        )
        found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert found.stdout.split("\n")[0] == "8 []"


class TestTextsOfNumpy:
    """Texts of one width are numbered by their letters; the answer is that of the loop, whatever the letters."""

    @given(
        st.lists(st.text("aéÿ€ñ\x00 -", max_size=20), min_size=1, max_size=30),
        st.booleans(),
    )
    def test_codes_tell_texts_apart(self, texts: list[str], wide: bool) -> None:
        column = np.array(texts if wide else [text.replace("€", "e") for text in texts])
        codes = _columns_coded._text_codes(column)
        known = column.tolist()
        if codes is None:
            assert column.dtype.itemsize == 0 or any(ord(letter) > 255 for text in known for letter in text)
            return
        assert [[a == b for b in codes.tolist()] for a in codes.tolist()] == [[a == b for b in known] for a in known]

    def test_two_texts_of_one_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        column = np.array(["INC0000000001", "INC0000000002", "INC0000000001"])
        monkeypatch.setattr(_columns_coded, "_ODD", 0)
        same = np.array(["aaaaaaaaINC01", "bbbbbbbbINC01"])
        assert _columns_coded._text_codes(same) is None
        assert _columns_coded._text_codes(column) is not None
