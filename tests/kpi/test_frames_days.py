from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.kpi import period_of
from csprotocol.kpi._frames_days import local_dates, open_days
from csprotocol.kpi._frames_slots import Slots
from tests.kpi.frames import CALENDARS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = [
    "UTC",
    "Europe/Madrid",
    "Australia/Sydney",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/New_York",
    "America/Sao_Paulo",  # clocks once jumped at midnight: some days have two beginnings
    "America/Havana",
    "Asia/Kathmandu",
    "Pacific/Apia",  # 2011-12-30 was left out
    "Pacific/Kiritimati",
    "Africa/Casablanca",
]


class TestLocalDates:
    @given(st.sampled_from(ZONES), st.integers(0, 24_000), st.integers(0, 86_399))
    def test_every_second_has_the_date_of_its_zone(self, name: str, day: int, second: int) -> None:
        zone = ZoneInfo(name)
        shown = [on for start, on in local_dates(day, zone) if start <= second][-1]
        assert (EPOCH + timedelta(days=day, seconds=second)).astimezone(zone).date() == shown

    @pytest.mark.parametrize("name", ZONES)
    def test_at_every_change_of_a_decade(self, name: str) -> None:
        zone = ZoneInfo(name)
        for day in range((date(2005, 1, 1) - EPOCH.date()).days, (date(2015, 1, 1) - EPOCH.date()).days):
            for start, on in local_dates(day, zone):
                at = EPOCH + timedelta(days=day, seconds=start)
                assert at.astimezone(zone).date() == on
                if start:
                    assert (at - timedelta(seconds=1)).astimezone(zone).date() != on


class TestPeriodOf:
    @pytest.mark.parametrize(
        ("period", "name"),
        [("day", "2027-01-03"), ("week", "2026-W53"), ("month", "2027-01"), ("quarter", "2027-Q1"), ("year", "2027")],
    )
    def test_names(self, period: str, name: str) -> None:
        assert period_of(date(2027, 1, 3), period) == name


class TestSlots:
    """The table with a row a day, told in slots, gives the open time of the calendar."""

    @pytest.mark.parametrize("name", CALENDARS)
    @given(st.lists(st.integers(1_740_787_200_000_000, 1_745_971_200_000_000), min_size=2, max_size=8))  # spring 2025
    def test_open_time_is_that_of_the_calendar(self, name: str, drawn: list[int]) -> None:
        pl = pytest.importorskip("polars")
        micros = sorted(drawn)
        slots = Slots.of(open_days((micros[0], micros[-1]), CALENDARS[name]))
        assert slots is not None
        frame = pl.DataFrame({"at": [*map(float, micros), None]})
        first, *others, nothing = frame.select(opened=slots.until("at"))["opened"].to_list()
        assert nothing is None
        instants = [EPOCH + timedelta(microseconds=each) for each in micros]
        for at, until in zip(instants[1:], others, strict=True):
            assert timedelta(microseconds=until - first) == CALENDARS[name].between(instants[0], at)

    def test_times_that_are_not_round_have_none(self) -> None:
        odd = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:01-17:00"))
        year = 365 * 86_400_000_000
        assert Slots.of(open_days((0, 20 * year), odd)) is None
        assert Slots.of(open_days((0, year // 12), odd)) is not None
