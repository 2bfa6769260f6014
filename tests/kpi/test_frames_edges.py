"""The smallest frames of which engines gave different answers, or none that anybody could read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csprotocol import kpi
from csprotocol.errors import HorizonError, InvalidValueError
from csprotocol.kpi import Ratio, TableKpi, TableSpec
from tests.kpi.frames import CALENDARS, ENGINES, frame_of
from tests.kpi.test_frames_traps import cells

NAN = float("nan")
OPENED = datetime(2025, 3, 3, 9, tzinfo=UTC)


def frame(engine: str, **columns: list[Any]) -> Any:
    """A frame with an id for each row."""
    count = len(next(iter(columns.values())))
    return frame_of(engine, {"ticket_id": [str(number) for number in range(count)], **columns})


def only(given: Any, asked: TableKpi | str, **options: Any) -> Any:
    (group,) = kpi.group_kpis(given, TableSpec([asked]), **options)
    return next(iter(group.kpis.values()))


@pytest.mark.parametrize("engine", ENGINES)
class TestRatings:
    @pytest.mark.parametrize(
        "limit", [2.0000001, Decimal("2.0000001"), Fraction(20000001, 10000000), 3, Fraction(10**17 * 2 + 1, 10**17)]
    )
    def test_the_limit_counts_as_it_is_given(self, engine: str, limit: Any) -> None:
        ratings = [2.0, 2.0, 3.0, 5.0]
        found = only(frame(engine, csat=ratings), TableKpi("csat", {"satisfied_from": limit}))
        assert found.ratio == kpi.csat(ratings, satisfied_from=limit).ratio == Ratio(2, 4)

    def test_the_limit_of_ease(self, engine: str) -> None:
        ratings = [4.9999999, 5.0, 5.0000001, 7.0]
        for limit in (5.0000001, None):
            found = only(frame(engine, ces=ratings), TableKpi("ces_share", {"easy_from": limit}))
            assert found.ratio == kpi.ces_share(ratings, easy_from=limit).ratio

    def test_the_default_on_a_long_scale(self, engine: str) -> None:
        scale = (1, 10_000_000)
        ratings = [9_999_998, 9_999_999, 10_000_000]
        found = only(frame(engine, csat=ratings), TableKpi("csat", {"scale": scale}))
        assert found.ratio == kpi.csat(ratings, scale=scale).ratio == Ratio(2, 3)


@pytest.mark.parametrize("engine", ENGINES)
class TestNan:
    def test_as_a_group_it_is_the_unknown_one(self, engine: str) -> None:
        given = frame(engine, sla_met=[True, True, False, False], k=[1.0, NAN, None, NAN])
        for spec in ("sla_attainment", TableSpec(["sla_attainment"], duplicates="trust")):
            groups = kpi.group_kpis(given, spec, by="k")
            assert [(*group.key, group["sla_attainment"].ratio) for group in groups] == [
                (1.0, Ratio(1, 1)),
                (None, Ratio(1, 3)),
            ]

    def test_as_a_rating_it_is_no_answer(self, engine: str) -> None:
        given = frame(engine, csat=[5.0, NAN, 5.0])
        assert only(given, "csat").ratio == Ratio(2, 2)
        assert only(given, "csat_mean").value == 5.0

    @pytest.mark.parametrize(
        ("asked", "ratio", "missing"),
        [
            ("sla_attainment", Ratio(1, 2), {"no-verdict": 1}),
            ("unreplied", Ratio(1, 2), {"no-reply-count": 1}),
            ("fcr", Ratio(1, 2), {"no-reply-count": 1}),
        ],
    )
    def test_as_a_fact_it_is_unknown(self, engine: str, asked: str, ratio: Ratio, missing: Any) -> None:
        given = frame(
            engine,
            sla_met=[1.0, 0.0, NAN],
            agent_replies=[1.0, 0.0, NAN],
            reopens=[0.0, 0.0, 0.0],
            status=["closed"] * 3,
            spam=[NAN, 0.0, None],
            merged_into=[NAN, None, NAN],
        )
        found = only(given, asked)
        assert (found.ratio, found.missing) == (ratio, missing)

    def test_as_an_id_it_is_none(self, engine: str) -> None:
        given = frame_of(engine, {"ticket_id": [1.0, NAN, None, NAN], "sla_met": [True] * 4})
        found = only(given, "sla_attainment")
        assert (found.ratio, found.rejected) == (Ratio(1, 1), {"ticket-id": 3})


NUMBERS = st.sampled_from([0.0, 1.0, 2.0, None])
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=8)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=15)
@given(rows=ROWS)
def test_nan_is_null_wherever_it_stands(engine: str, rows: list[tuple[float | None, ...]]) -> None:
    columns = ["ticket_id", "agent_replies", "spam", "k"]

    def found(unknown: dict[float | None, float | None]) -> set[Any]:
        made = {name: [unknown.get(row[at], row[at]) for row in rows] for at, name in enumerate(columns)}
        # Of the rows of one ticket some engines keep any.
        spec = TableSpec(["unreplied"], duplicates="trust")
        groups = kpi.group_kpis(frame_of(engine, made), spec, by="k")
        ids = kpi.group_kpis(frame_of(engine, made), "unreplied")
        counted = [(group.key, group["unreplied"].ratio, str(group["unreplied"].missing)) for group in groups]
        return {*counted, *((group["unreplied"].rejected.get("ticket-id"),) for group in ids)}

    assert found({}) == found({None: NAN})


@pytest.mark.parametrize("engine", ENGINES)
class TestColumnsOfNothing:
    def test_instants(self, engine: str) -> None:
        given = frame(engine, created_at=[OPENED] * 3, first_reply_at=[None] * 3)
        found = only(given, "first_reply", calendar=CALENDARS["madrid"])
        assert (found.n, found.missing) == (0, {"replies-unknown": 3})

    def test_ratings_and_flags(self, engine: str) -> None:
        found = only(frame(engine, csat=[5.0, 4.0, 1.0], surveyed=[None] * 3), "csat")
        assert found.ratio == Ratio(2, 3)
        assert only(frame(engine, csat=[None] * 3), "csat").n == 0

    def test_words(self, engine: str) -> None:
        given = frame(engine, status=[None] * 2, merged_into=[None] * 2, agent_replies=[1, 2], reopens=[0, 0])
        assert only(given, "fcr").missing == {"no-status": 2}

    def test_ids(self, engine: str) -> None:
        given = frame_of(engine, {"ticket_id": [None] * 2, "sla_met": [True, False]})
        assert only(given, "sla_attainment").rejected == {"ticket-id": 2}

    def test_groups_and_calendars(self, engine: str) -> None:
        given = frame(engine, created_at=[OPENED], first_reply_at=[OPENED], calendar=[None], k=[None])
        (group,) = kpi.group_kpis(given, "first_reply", by="k", calendar=CALENDARS)
        assert (group.key, group["first_reply"].missing) == ((None,), {"no-calendar": 1})


@pytest.mark.parametrize("engine", ENGINES)
class TestGroups:
    def test_whole_numbers_beside_nothing(self, engine: str) -> None:
        given = frame(engine, sla_met=[True, False, True], k=[1, None, 1])
        found = cells(kpi.table(given, "sla_attainment", by="k"))
        assert found["sla_attainment"] == [1.0, 0.0]
        assert found["k"][0] == 1
        assert str(found["k"][1]) in {"None", "<NA>"}

    def test_lists_are_neither_groups_nor_ids(self, engine: str) -> None:
        with pytest.raises(InvalidValueError, match="column 'ticket_id' must be one value a row"):
            kpi.table(frame_of(engine, {"ticket_id": [[1], [2]], "sla_met": [True, False]}), "sla_attainment")
        with pytest.raises(InvalidValueError, match="column 'k' must be one value a row"):
            kpi.table(frame(engine, sla_met=[True, False], k=[[1], [2]]), "sla_attainment", by="k")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_strange_status_is_named_even_of_spam(engine: str) -> None:
    given = frame(engine, status=["closed", "Solved?"], spam=[False, True], agent_replies=[1, 1], reopens=[0, 0])
    with pytest.raises(InvalidValueError, match=r"column 'status' must be one of .*, got 'Solved\?'"):
        kpi.table(given, "fcr")


@pytest.mark.parametrize("engine", ENGINES)
class TestNamesOfColumns:
    @pytest.mark.parametrize(
        ("spec", "by", "named"),
        [
            (["csat"], ["csat"], "csat"),
            (["csat"], ["csat_n"], "csat_n"),
            (["csat", TableKpi("nps", name="csat_n")], [], "csat_n"),
            (["csat", TableKpi("csat_mean", name="CSAT")], [], "CSAT"),
        ],
    )
    def test_each_name_once(self, engine: str, spec: list[TableKpi | str], by: list[str], named: str) -> None:
        given = frame(engine, csat=[5, 1], nps=[10, 0], csat_n=[1, 1])
        with pytest.raises(InvalidValueError, match=f"'{named} twice'; name the KPI otherwise"):
            kpi.table(given, spec, by=by)
        groups = kpi.group_kpis(given, spec, by=by)
        assert sum(group["csat"].n for group in groups) == 2
        with pytest.raises(InvalidValueError, match=named):
            groups.to_native()

    def test_levels_have_names_of_their_own(self, engine: str) -> None:
        replied = [OPENED + timedelta(minutes=minutes) for minutes in (1, 2, 3)]
        given = frame(engine, created_at=[OPENED] * 3, first_reply_at=replied)
        levels = (0.0, -0.0, 0.5, 0.5, 0.9, 0.999, 0.12345671, 0.12345672, 0.9999999, 1.0, 1e-7)
        found = cells(kpi.table(given, TableSpec(["first_reply"], levels=levels)))
        names = ["p0", "median", "p90", "p99_9", "p12_345671", "p12_345672", "p99_99999", "p100", "p0_00001"]
        assert list(found)[1:-3] == [f"first_reply_{name}_seconds" for name in names]
        assert found["first_reply_p100_seconds"] == [180.0]
        assert found["first_reply_p99_99999_seconds"][0] < 180.0

    def test_a_column_named_as_one_of_ours(self, engine: str) -> None:
        columns: dict[str, list[Any]] = {
            "created_at": [OPENED],
            "first_reply_at": [OPENED + timedelta(hours=1)],
            "micros of created_at": [0.0],
            "Micros of first_reply_at": [1.0],
            "day": [1],
        }
        given = frame(engine, **columns)
        assert only(given, "first_reply").mean == timedelta(hours=1)


@pytest.mark.parametrize("engine", ENGINES)
class TestCalendars:
    def given(self, engine: str, **columns: list[Any]) -> Any:
        count = len(next(iter(columns.values())))
        replied = [OPENED + timedelta(hours=1)] * count
        return frame(engine, **{"created_at": [OPENED] * count, "first_reply_at": replied, **columns})

    def test_none_at_all(self, engine: str) -> None:
        found = only(self.given(engine, calendar=["madrid", None]), "first_reply", calendar={})
        assert (found.n, found.missing) == (0, {"no-calendar": 2})

    def test_their_names_are_texts(self, engine: str) -> None:
        with pytest.raises(InvalidValueError, match="calendar must be a mapping of names, which are texts"):
            only(self.given(engine, calendar=["madrid"]), "first_reply", calendar={1: CALENDARS["madrid"]})
        with pytest.raises(InvalidValueError, match="column 'calendar' must be texts"):
            only(self.given(engine, calendar=[1]), "first_reply", calendar=CALENDARS)

    FAR = OPENED.replace(year=2250)  # beyond the calendars, and yet within the nanoseconds of pandas 2

    @pytest.mark.parametrize(
        ("columns", "told"),
        [
            ({"spam": [False, True], "created_at": [OPENED, FAR]}, {"missing": {"spam": 1}}),
            ({"merged_into": [None, "0"], "first_reply_at": [OPENED, FAR]}, {"missing": {"merged": 1}}),
            ({"created_at": [OPENED, FAR]}, {"rejected": {"negative-duration": 1}}),
            ({"created_at": [OPENED, FAR], "first_reply_at": [OPENED, None]}, {"missing": {"replies-unknown": 1}}),
            ({"created_at": [OPENED, FAR], "ticket_id": ["0", "0"]}, {"rejected": {"duplicate-ticket": 1}}),
        ],
    )
    @pytest.mark.parametrize("several", [False, True])
    def test_what_takes_no_part_may_lie_beyond(self, engine: str, columns: Any, told: Any, several: bool) -> None:
        if "ticket_id" in columns and engine in {"duckdb", "ibis"}:
            pytest.skip("any of the two rows counts")
        given = self.given(engine, **columns, calendar=["madrid"] * 2)
        found = only(given, "first_reply", calendar=CALENDARS if several else CALENDARS["madrid"])
        assert (found.n, found.missing, found.rejected) == (1, told.get("missing", {}), told.get("rejected", {}))
        assert found.mean in {timedelta(0), timedelta(hours=1)}

    def test_what_is_measured_may_not(self, engine: str) -> None:
        given = self.given(engine, first_reply_at=[OPENED, self.FAR], spam=[None, None], calendar=["madrid"] * 2)
        for calendar in (CALENDARS, CALENDARS["madrid"]):
            with pytest.raises(HorizonError):
                only(given, "first_reply", calendar=calendar)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["created_at", "opened_at"])
@pytest.mark.parametrize("tz", ["Europe/Madrid", "Pacific/Kiritimati", "America/New_York"])
def test_dates_that_nobody_has(engine: str, name: str, tz: str) -> None:
    spec = TableSpec(["sla_attainment"], columns={} if name == "created_at" else {"created_at": name})
    if engine == "pandas":
        years: tuple[tuple[int, ...], ...] = ((1700, 2200),)
    else:
        years = ((1,), (9999,), (1, 2025), (2025, 9999))
    for each in years:
        instants = [datetime(year, 12 if year == 9999 else 1, 31 if year == 9999 else 1, tzinfo=UTC) for year in each]
        columns: dict[str, list[Any]] = {name: instants, "sla_met": [True] * len(each)}
        given = frame(engine, **columns)
        with pytest.raises(InvalidValueError, match=f"column '{name}' must be within"):
            kpi.group_kpis(given, spec, by="day", tz=tz)


class TestPandas:
    @pytest.mark.parametrize(
        "zone",
        ["America/New_York", "America/Argentina/Buenos_Aires", "Etc/GMT+3", "dateutil/Europe/Madrid", "UTC", "+02:00"],
    )
    @pytest.mark.parametrize("unit", ["s", "us", "ns"])
    def test_zones_by_any_name(self, zone: str, unit: str) -> None:
        pd = pytest.importorskip("pandas")
        given = frame("pandas", created_at=[OPENED], first_reply_at=[OPENED + timedelta(hours=1)])
        for name in ("created_at", "first_reply_at"):
            given[name] = given[name].dt.as_unit(unit).dt.tz_convert(zone)
        (group,) = kpi.group_kpis(given, "first_reply", by="day", tz="UTC", calendar=CALENDARS["madrid"])
        assert (group.key, group["first_reply"].mean) == (("2025-03-03",), timedelta(hours=1))
        assert pd.__name__ == "pandas"

    def test_zones_of_arrow(self) -> None:
        pd, pa = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
        arrow = pd.ArrowDtype(pa.timestamp("us", "America/Argentina/Buenos_Aires"))
        given = frame("pandas", created_at=[OPENED], first_reply_at=[OPENED]).astype(
            {"created_at": arrow, "first_reply_at": arrow}
        )
        assert only(given, "first_reply").mean == timedelta(0)

    @pytest.mark.parametrize("dtype", ["Int64", "UInt8", "int64[pyarrow]", "category", "object", "Float64", "float32"])
    def test_keys_of_any_type_with_nothing_among_them(self, dtype: str) -> None:
        pd = pytest.importorskip("pandas")
        pytest.importorskip("pyarrow")
        keys = pd.Series([1, 2, None], dtype="Int64").astype("object" if dtype == "object" else dtype)
        given = frame("pandas", sla_met=[True, False, True]).assign(k=keys)
        found = kpi.table(given, "sla_attainment", by="k")
        assert found["k"].tolist()[:2] == [1, 2]
        assert found["k"].isna().tolist() == [False, False, True]

    def test_no_rows_and_no_types(self) -> None:
        pd = pytest.importorskip("pandas")
        given = pd.DataFrame(columns=["ticket_id", "created_at", "first_reply_at", "csat", "status", "channel"])
        found = kpi.table(given, ["first_reply", "csat"], by=["channel", "month"], tz="UTC")
        assert len(found) == 0
        (nobody,) = kpi.group_kpis(given, ["first_reply", "csat"], calendar=CALENDARS["madrid"])
        assert (nobody["first_reply"].n, nobody["csat"].n) == (0, 0)

    @pytest.mark.parametrize("values", [[5, "x", 1], [5, [1], 1], [timedelta(1)] * 3, ["5", "4", "1"]])
    def test_objects_that_are_no_numbers(self, values: list[Any]) -> None:
        with pytest.raises(InvalidValueError, match="column 'csat' must be numbers, as csat"):
            kpi.table(frame("pandas", csat=values), "csat")

    def test_objects_that_are(self) -> None:
        found = only(frame("pandas", csat=[5, None, True, Decimal("4.5"), 2.5]), "csat")
        assert found.ratio == Ratio(2, 4)

    def test_keys_of_several_kinds(self) -> None:
        found = kpi.table(frame("pandas", sla_met=[True, False, True], k=[1, "x", None]), "sla_attainment", by="k")
        assert found["k"].tolist()[:2] == [1, "x"]
        with pytest.raises(InvalidValueError, match="column 'k' must be one value a row"):
            kpi.table(frame("pandas", sla_met=[True, False], k=["x", [2]]), "sla_attainment", by="k")

    def test_a_column_twice(self) -> None:
        given = frame("pandas", csat=[1, 2])
        given.columns = ["csat", "csat"]
        with pytest.raises(InvalidValueError, match="columns must be each name once"):
            kpi.table(given, "csat")


class TestArrow:
    @pytest.mark.parametrize("engine", ["polars", "polars-lazy", "pyarrow", "duckdb", "ibis", "pandas-arrow"])
    def test_names_of_calendars_in_any_kind_of_text(self, engine: str) -> None:
        pa = pytest.importorskip("pyarrow")
        names = pa.array(["madrid", None, "mars"])
        kinds = [names.cast(pa.large_string()), names.dictionary_encode(), names.cast(pa.string_view())]
        for kind in kinds[:2] if engine == "pandas-arrow" else kinds:  # pandas has no views
            given = _of_arrow(engine, {"calendar": kind, "at": [OPENED] * 3, "ticket_id": ["1", "2", "3"]})
            spec = TableSpec(["first_reply"], columns={"created_at": "at", "first_reply_at": "at"})
            (group,) = kpi.group_kpis(given, spec, calendar=CALENDARS)
            assert (group["first_reply"].n, group["first_reply"].missing) == (1, {"no-calendar": 2})

    @pytest.mark.parametrize("engine", ["polars", "polars-lazy", "pyarrow", "duckdb", "ibis", "pandas-arrow"])
    def test_instants_in_nanoseconds(self, engine: str) -> None:
        pa = pytest.importorskip("pyarrow")
        instants = pa.array([OPENED, OPENED + timedelta(microseconds=1), None])
        for unit in ("s", "ms", "us", "ns"):
            kind = instants.cast(pa.timestamp(unit, "America/New_York"), safe=False)
            given = _of_arrow(engine, {"created_at": kind, "sla_met": [True] * 3, "ticket_id": ["1", "2", "3"]})
            groups = kpi.group_kpis(given, "sla_attainment", by="day", tz="UTC")
            assert [(*group.key, group["sla_attainment"].n) for group in groups] == [("2025-03-03", 2), (None, 1)]

    @pytest.mark.parametrize("engine", ["polars", "polars-lazy", "pyarrow", "duckdb", "ibis", "pandas-arrow"])
    @pytest.mark.parametrize("start", [0, -5_000_000, 1_741_000_000_000_000_000])
    def test_what_is_less_than_a_microsecond_is_cut(self, engine: str, start: int) -> None:
        pa = pytest.importorskip("pyarrow")
        begun = pa.array([start + 999, start + 1000, start - 1], pa.timestamp("ns", "UTC"))
        ended = pa.array([start + 1999, start + 1999, start], pa.timestamp("ns", "UTC"))
        given = _of_arrow(engine, {"created_at": begun, "first_reply_at": ended, "ticket_id": ["1", "2", "3"]})
        found = only(given, TableKpi("first_reply"))
        assert found.mean_seconds == pytest.approx(2e-6 / 3, rel=1e-9)


def _of_arrow(engine: str, columns: dict[str, Any]) -> Any:
    pytest.importorskip("polars" if engine.startswith("polars") else engine.split("-", maxsplit=1)[0])
    return frame_of(engine, columns)


def test_columns_that_differ_by_case_alone() -> None:
    pytest.importorskip("ibis")
    given = frame("ibis", TICKET_ID=["1", "2"], sla_met=[True, False])
    with pytest.raises(InvalidValueError, match="columns must be told apart by more than case in ibis"):
        kpi.table(given, "sla_attainment")
