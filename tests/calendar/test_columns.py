"""Whole columns give what the scalar calls give, value by value."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from csprotocol.calendar import BusinessCalendar, BusinessHours, _columns
from csprotocol.errors import BusinessTimeError, HorizonError, InvalidValueError, NaiveDatetimeError, NeverOpenError
from tests.calendar.strategies import situations

SHOP = BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-14:00,16:00-19:00"))
NEVER = BusinessCalendar(BusinessHours(tz="UTC"))
pairs = st.lists(
    st.tuples(st.timedeltas(timedelta(days=-40), timedelta(days=40)), st.timedeltas(timedelta(-40), timedelta(40))),
    min_size=1,
    max_size=8,
)


def as_numpy(instants: list[datetime]) -> Any:
    return np.array([at.astimezone(UTC).replace(tzinfo=None) for at in instants], dtype="datetime64[us]")


@given(situations(), pairs, st.booleans())
@settings(max_examples=80)
def test_between_many_is_between(
    situation: tuple[BusinessHours, datetime], shifts: list[tuple[timedelta, timedelta]], by_search: bool
) -> None:
    calendar, near = BusinessCalendar(situation[0]), situation[1]
    starts, ends = [near + a for a, _ in shifts], [near + b for _, b in shifts]
    with pytest.MonkeyPatch.context() as patch:
        if by_search:
            patch.setattr(_columns, "MAX_CELLS", 0)
        found = calendar.between_many(as_numpy(starts), as_numpy(ends))
    assert [calendar.between(a, b) for a, b in zip(starts, ends, strict=True)] == found.tolist()


@given(situations(), pairs, st.booleans())
@settings(max_examples=80)
def test_add_many_is_add(
    situation: tuple[BusinessHours, datetime], shifts: list[tuple[timedelta, timedelta]], by_search: bool
) -> None:
    calendar, near = BusinessCalendar(situation[0]), situation[1]
    starts, works = [near + a for a, _ in shifts], [b / 8 for _, b in shifts]
    try:
        expected = [calendar.add(at, work) for at, work in zip(starts, works, strict=True)]
    except BusinessTimeError:
        assume(False)
    fresh = BusinessCalendar(situation[0])
    with pytest.MonkeyPatch.context() as patch:
        if by_search:
            patch.setattr(_columns, "MAX_CELLS", 0)
        found = fresh.add_many(as_numpy(starts), np.array(works, dtype="timedelta64[us]"))
    assert expected == [at.replace(tzinfo=UTC) for at in found.tolist()]


@given(situations(), pairs)
@settings(max_examples=60)
def test_is_open_many_is_is_open(
    situation: tuple[BusinessHours, datetime], shifts: list[tuple[timedelta, timedelta]]
) -> None:
    calendar, near = BusinessCalendar(situation[0]), situation[1]
    instants = [near + a for a, _ in shifts]
    assert [calendar.is_open(at) for at in instants] == calendar.is_open_many(as_numpy(instants)).tolist()


@given(situations(), st.dates(date(2008, 1, 1), date(2026, 1, 1)), st.integers(0, 40))
@settings(max_examples=40)
def test_day_table_arithmetic_is_between(situation: tuple[BusinessHours, datetime], first: date, days: int) -> None:
    calendar = BusinessCalendar(situation[0])
    last = first + timedelta(days=days)
    table = calendar.day_table(first, last).columns()
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)

    def opened(at: datetime) -> int:
        row, second = (at - start).days, int(((at - start) % timedelta(days=1)).total_seconds())
        pieces = (name.removeprefix("open_") for name in table if name.startswith("open_"))
        return table["opened"][row] + sum(
            min(max(second - table[f"open_{k}"][row], 0), table[f"close_{k}"][row] - table[f"open_{k}"][row])
            for k in pieces
        )

    a, b = start + timedelta(seconds=12_345), start + timedelta(days=days, seconds=71_111)
    assert calendar.between(a, b) == timedelta(seconds=opened(b) - opened(a))
    assert list(range((start.date() - date(1970, 1, 1)).days, (last - date(1970, 1, 1)).days + 1)) == table["day"]


class TestKindsOfColumns:
    STARTS = (datetime(2026, 11, 20, 17, 30, tzinfo=UTC), datetime(2026, 3, 28, 8, tzinfo=UTC))
    ENDS = (datetime(2026, 11, 23, 9, 30, tzinfo=UTC), datetime(2026, 3, 31, 10, tzinfo=UTC))

    def expected(self) -> list[timedelta]:
        return [SHOP.between(a, b) for a, b in zip(self.STARTS, self.ENDS, strict=True)]

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_numpy_units(self, unit: str) -> None:
        a, b = (as_numpy(list(x)).astype(f"datetime64[{unit}]") for x in (self.STARTS, self.ENDS))
        assert self.expected() == SHOP.between_many(a, b).tolist()

    @pytest.mark.parametrize("zone", ["UTC", "Europe/Madrid", "America/New_York"])
    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_pandas_keeps_index_name_zone_and_missing(self, zone: str, unit: Any) -> None:
        a = pd.Series([*self.STARTS, pd.NaT], index=[7, 8, 9], name="start").dt.tz_convert(zone).dt.as_unit(unit)
        b = pd.Series([*self.ENDS, self.ENDS[0]], index=[7, 8, 9], name="end").dt.tz_convert(zone).dt.as_unit(unit)
        found = SHOP.between_many(a, b)
        assert self.expected() == found.head(2).tolist()
        assert found.isna().tolist() == [False, False, True]
        assert (found.name, found.index.tolist()) == ("start", [7, 8, 9])
        due = SHOP.add_many(a, timedelta(hours=3))
        assert str(due.dt.tz) == zone
        assert [SHOP.add(at, timedelta(hours=3)) for at in self.STARTS] == [at.to_pydatetime() for at in due[:2]]
        assert due.isna().tolist() == [False, False, True]
        is_open = SHOP.is_open_many(a)
        assert is_open[:2].tolist() == [SHOP.is_open(at) for at in self.STARTS]
        assert is_open.isna().tolist() == [False, False, True]

    @pytest.mark.parametrize("zone", ["UTC", "Europe/Madrid", "America/New_York"])
    @pytest.mark.parametrize("unit", ["ms", "us", "ns"])
    def test_polars_keeps_name_zone_and_null(self, zone: str, unit: Any) -> None:
        kind = pl.Datetime(unit, zone)
        a = pl.Series("start", [*self.STARTS, None], dtype=pl.Datetime("us", "UTC")).cast(kind)
        b = pl.Series("end", [*self.ENDS, self.ENDS[0]], dtype=pl.Datetime("us", "UTC")).cast(kind)
        found = SHOP.between_many(a, b)
        assert [*self.expected(), None] == found.to_list()
        assert (found.name, found.dtype) == ("start", pl.Duration("us"))
        works = pl.Series([timedelta(hours=3), timedelta(hours=-3), timedelta(hours=1)])
        due = SHOP.add_many(a, works)
        expected = [SHOP.add(at, work) for at, work in zip(self.STARTS, works.to_list(), strict=False)]
        assert [*expected, None] == due.to_list()
        assert due.dtype == pl.Datetime("us", zone)
        assert [*(SHOP.is_open(at) for at in self.STARTS), None] == SHOP.is_open_many(a).to_list()

    def test_nat_in_numpy_stays(self) -> None:
        a = np.array(["2026-11-20T17:30", "NaT"], dtype="datetime64[s]")
        b = np.array(["2026-11-23T09:30", "2026-11-23T09:30"], dtype="datetime64[s]")
        assert [False, True] == np.isnat(SHOP.between_many(a, b)).tolist()
        assert [False, True] == np.isnat(SHOP.add_many(a, timedelta(hours=1))).tolist()

    def test_nothing_but_missing(self) -> None:
        none = np.array(["NaT", "NaT"], dtype="datetime64[us]")
        assert np.isnat(SHOP.between_many(none, none)).all()
        assert np.isnat(SHOP.add_many(none, timedelta(hours=1))).all()
        assert SHOP.is_open_many(none).tolist() == [False, False]
        empty = np.array([], dtype="datetime64[us]")
        assert SHOP.between_many(empty, empty).tolist() == []

    def test_before_1970_and_below_a_microsecond(self) -> None:
        a = np.array(["1960-01-04T10:00:00.000000999"], dtype="datetime64[ns]")
        b = np.array(["1960-01-04T10:00:01.000001001"], dtype="datetime64[ns]")
        expected = SHOP.between(datetime(1960, 1, 4, 10, tzinfo=UTC), datetime(1960, 1, 4, 10, 0, 1, 1, tzinfo=UTC))
        assert expected == SHOP.between_many(a, b)[0].item()

    def test_a_calendar_that_never_opens_counts_nothing(self) -> None:
        a, b = as_numpy(list(self.STARTS)), as_numpy(list(self.ENDS))
        assert [timedelta(0)] * 2 == NEVER.between_many(a, b).tolist()
        with pytest.raises(NeverOpenError):
            NEVER.add_many(a, timedelta(hours=1))

    def test_adding_nothing_changes_nothing(self) -> None:
        a = as_numpy(list(self.STARTS))
        assert a.tolist() == NEVER.add_many(a, timedelta(0)).tolist()


class TestRefusals:
    def test_naive_series_are_refused(self) -> None:
        with pytest.raises(NaiveDatetimeError, match="must carry a time zone"):
            SHOP.is_open_many(pd.Series(pd.to_datetime(["2026-01-01"])))
        with pytest.raises(NaiveDatetimeError, match="must carry a time zone"):
            SHOP.is_open_many(pl.Series([datetime(2026, 1, 1)]))  # noqa: DTZ001

    @pytest.mark.parametrize("column", [np.array([1, 2]), ["2026-01-01"], pd.Series([1]), pl.Series(["x"])])
    def test_no_instants(self, column: Any) -> None:
        with pytest.raises(InvalidValueError, match="must be a"):
            SHOP.is_open_many(column)

    def test_lengths_that_differ(self) -> None:
        a = np.array(["2026-01-01"], dtype="datetime64[s]")
        with pytest.raises(InvalidValueError, match="as long as start"):
            SHOP.between_many(a, np.array([], dtype="datetime64[s]"))

    def test_beyond_the_horizon(self) -> None:
        a = np.array(["2026-01-01", "2150-01-01"], dtype="datetime64[s]")
        with pytest.raises(HorizonError, match="2150"):
            SHOP.between_many(a, a)

    def test_works_that_are_none(self) -> None:
        with pytest.raises(InvalidValueError, match="work must be"):
            SHOP.add_many(np.array(["2026-01-01"], dtype="datetime64[s]"), np.array([3]))


class TestOddColumns:
    A = np.array(["2026-11-20T17:30", "2026-03-28T08:00"], dtype="datetime64[us]")
    B = np.array(["2026-11-23T09:30", "2026-03-31T10:00"], dtype="datetime64[us]")

    def test_two_dimensions_and_none(self) -> None:
        flat = SHOP.between_many(self.A, self.B)
        assert flat.reshape(2, 1).tolist() == SHOP.between_many(self.A.reshape(2, 1), self.B.reshape(2, 1)).tolist()
        due = SHOP.add_many(self.A, timedelta(hours=2))
        assert due.reshape(1, 2).tolist() == SHOP.add_many(self.A.reshape(1, 2), timedelta(hours=2)).tolist()
        assert SHOP.is_open_many(self.A[0]).shape == ()

    def test_strides_and_byte_order(self) -> None:
        wide: Any = np.repeat(self.A, 3)[::3]
        assert SHOP.between_many(self.A, self.B).tolist() == SHOP.between_many(wide, self.B).tolist()
        big = self.A.astype(">M8[us]")
        assert SHOP.between_many(self.A, self.B).tolist() == SHOP.between_many(big, self.B).tolist()
        works = np.array([3600, -3600], dtype=">m8[s]")
        assert SHOP.add_many(self.A, works).tolist() == SHOP.add_many(self.A, works.astype("m8[us]")).tolist()

    @pytest.mark.parametrize("seconds", [2**62, 18446744073709 + 1704100000, -(2**62)])
    def test_numbers_that_wrap_around_are_refused(self, seconds: int) -> None:
        with pytest.raises(InvalidValueError, match="within the years 1 to 9999"):
            SHOP.is_open_many(np.array([seconds], dtype="M8[s]"))
        with pytest.raises(InvalidValueError, match="within the years 1 to 9999"):
            SHOP.add_many(self.A[:1], np.array([seconds], dtype="m8[s]"))

    @pytest.mark.parametrize("work", [timedelta.max, timedelta.min])
    def test_work_beyond_all_horizons(self, work: timedelta) -> None:
        with pytest.raises(HorizonError):
            SHOP.add_many(self.A, work)

    def test_arrow_timestamps(self) -> None:
        pytest.importorskip("pyarrow", reason="pandas' Arrow columns need pyarrow")
        zoned = pd.Series(pd.to_datetime(["2026-11-20T17:30Z", "2026-03-28T08:00Z"]))
        arrow = zoned.astype("timestamp[us, tz=UTC][pyarrow]")
        assert SHOP.is_open_many(zoned).tolist() == SHOP.is_open_many(arrow).tolist()

    def test_an_index_stays_an_index(self) -> None:
        index = pd.DatetimeIndex(["2026-11-20T17:30Z", "2026-03-28T08:00Z"], name="at")
        spans = SHOP.between_many(index, index + pd.Timedelta(days=3))
        assert isinstance(spans, pd.TimedeltaIndex)
        due = SHOP.add_many(index, timedelta(hours=1))
        assert (type(due), due.name) == (pd.DatetimeIndex, "at")

    @pytest.mark.parametrize(
        "column", [pd.Timestamp("2026-01-01", tz="UTC"), pd.DataFrame(), pl.col("a"), pl.LazyFrame(), 5, None]
    )
    def test_no_columns(self, column: Any) -> None:
        with pytest.raises(InvalidValueError, match="must be a"):
            SHOP.is_open_many(column)

    @pytest.mark.parametrize("work", [pl.Series([1]), pl.Series([datetime(2026, 1, 1, tzinfo=UTC)]), pd.Series([1, 2])])
    def test_no_durations(self, work: Any) -> None:
        with pytest.raises(InvalidValueError, match="work must be"):
            SHOP.add_many(self.A, work)

    def test_the_end_of_the_horizon_is_an_end(self) -> None:
        calendar = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:00-17:00"), last_year=2030)
        a, b = datetime(2030, 12, 30, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
        assert [calendar.between(a, b)] == calendar.between_many(as_numpy([a]), as_numpy([b])).tolist()
        with pytest.raises(HorizonError):
            calendar.is_open_many(as_numpy([b]))
