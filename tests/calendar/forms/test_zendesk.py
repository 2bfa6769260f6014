from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.calendar._holidays import Holiday, PublicHolidays
from csprotocol.calendar._hours import BusinessHours, Season, SpecialHours
from csprotocol.calendar._recurring import RecurringException
from csprotocol.calendar.forms import Loss
from csprotocol.calendar.forms.zendesk import (
    business_hours,
    from_schedule,
    iana_zone,
    minutes_since_sunday,
    rails_zones,
)
from csprotocol.errors import InvalidScheduleError

WEEK = 10_080


@st.composite
def schedules(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Intervals as Zendesk writes them: inside a day, sorted, none touching another."""
    marks = draw(st.lists(st.integers(0, WEEK), unique=True, max_size=16))
    marks = sorted(marks)[: len(marks) // 2 * 2]
    intervals: list[tuple[int, int]] = []
    for start, end in zip(marks[::2], marks[1::2], strict=True):
        at = start
        while at < end:
            until = min(end, at - at % 1440 + 1440)
            intervals.append((at, until))
            at = until
    return intervals


class TestIanaZone:
    @pytest.mark.parametrize(("name", "zone"), [
        ("Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("Pacific Time (US &amp; Canada)", "America/Los_Angeles"),
        ("Pacific Time (US &amp;amp; Canada)", "America/Los_Angeles"),  # audit logs escape twice
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("Madrid", "Europe/Madrid"),
        ("UTC", "Etc/UTC"),
        ("Europe/Madrid", "Europe/Madrid"),
        ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ])  # fmt: skip
    def test_names(self, name: str, zone: str) -> None:
        assert zone == iana_zone(name)

    @pytest.mark.parametrize(("name", "near"), [
        ("Pacific Time (US and Canada)", "did you mean Pacific Time (US & Canada)?"),
        ("Europe/Madird", "did you mean Europe/Madrid?"),
        ("", "write a Rails name"),
        ("../../etc/passwd", "is no time zone"),
    ])  # fmt: skip
    def test_an_unknown_name_gets_its_nearest(self, name: str, near: str) -> None:
        with pytest.raises(InvalidScheduleError, match="time_zone") as caught:
            iana_zone(name)
        assert near in str(caught.value)

    def test_every_zone_of_the_table_exists(self) -> None:
        assert set() == set(rails_zones().values()) - available_timezones()
        assert len(rails_zones()) == 102

    def test_a_name_that_is_both_means_the_same_in_both(self) -> None:
        from datetime import datetime

        for name in set(rails_zones()) & available_timezones():
            noon = datetime(2026, 7, 1, 12)  # noqa: DTZ001
            assert ZoneInfo(name).utcoffset(noon) == ZoneInfo(rails_zones()[name]).utcoffset(noon)


class TestBusinessHours:
    @pytest.mark.parametrize(("intervals", "text"), [
        ([], " (Europe/Madrid)"),
        ([(1980, 2460)], "mon 09:00-17:00 (Europe/Madrid)"),
        ([(1980, 2220), (2220, 2460)], "mon 09:00-17:00 (Europe/Madrid)"),  # touching parts are joined
        ([(2220, 2460), (1980, 2160)], "mon 09:00-12:00,13:00-17:00 (Europe/Madrid)"),  # any order
        ([(0, 1)], "sun 00:00-00:01 (Europe/Madrid)"),
        ([(2760, 3240)], "mon 22:00-24:00; tue 00:00-06:00 (Europe/Madrid)"),
        ([(9960, 10200)], "sat 22:00-24:00; sun 00:00-02:00 (Europe/Madrid)"),  # over the end of the week
        ([(0, WEEK)], "mon-sun 00:00-24:00 (Europe/Madrid)"),
        ([(720, 720 + WEEK)], "mon-sun 00:00-24:00 (Europe/Madrid)"),
        ([(1440, 4320)], "mon-tue 00:00-24:00 (Europe/Madrid)"),
    ])  # fmt: skip
    def test_intervals(self, intervals: list[tuple[int, int]], text: str) -> None:
        assert text == str(business_hours(intervals, "Madrid"))

    @pytest.mark.parametrize(("intervals", "place", "message"), [
        ([(60, 60)], "intervals[0]", "empty"),
        ([(60, 30)], "intervals[0]", "reversed"),
        ([(0, 60), (-1, 30)], "intervals[1]", "starts at -1"),
        ([(WEEK, WEEK + 60)], "intervals[0]", "starts at 10080"),
        ([(5, WEEK + 6)], "intervals[0]", "longer than a week"),
        ([(0, 60), (30, 90)], "intervals[1]", "overlaps intervals[0]"),
        ([(10, 60), (10_000, 10_100)], "intervals[0]", "overlaps intervals[1]"),  # around the end of the week
        ([(0.5, 60)], "intervals[0]", "no whole number"),
        ([(True, 60)], "intervals[0]", "no whole number"),
    ])  # fmt: skip
    def test_bad_intervals_name_their_place(self, intervals: list[Any], place: str, message: str) -> None:
        with pytest.raises(InvalidScheduleError) as caught:
            business_hours(intervals, "UTC")
        assert place == caught.value.problems[0].path
        assert message in caught.value.problems[0].message

    def test_both_ends_of_a_holiday_are_closed_and_names_are_kept(self) -> None:
        hours = business_hours(
            [(1980, 2460)],
            "Madrid",
            holidays=[
                ("Navidad", date(2026, 12, 25), date(2026, 12, 26)),
                ("San Esteban", date(2026, 12, 26), date(2026, 12, 26)),
            ],
        )
        expected = (Holiday(date(2026, 12, 25), "Navidad"), Holiday(date(2026, 12, 26), "Navidad; San Esteban"))
        assert expected == hours.holidays

    @pytest.mark.parametrize(("intervals", "tz", "holidays", "place"), [
        (None, "UTC", (), "intervals"),
        ("ab", "UTC", (), "intervals"),
        ([(0,)], "UTC", (), "intervals[0]"),
        ([(0, 60), 5], "UTC", (), "intervals[1]"),
        ([], None, (), "time_zone"),
        ([], "localtime", (), "time_zone"),
        ([], "UTC", None, "holidays"),
        ([], "UTC", [("Navidad", date(2026, 12, 25))], "holidays[0]"),
        ([], "UTC", [("Navidad", "2026-12-25", date(2026, 12, 25))], "holidays[0].first"),
        ([], "UTC", [("Navidad", date(2026, 12, 25), "2026-12-25")], "holidays[0].last"),
        ([], "UTC", [(None, date(2026, 12, 25), date(2026, 12, 25))], "holidays[0].name"),
    ])  # fmt: skip
    def test_values_of_another_kind_name_their_place(self, intervals: Any, tz: Any, holidays: Any, place: str) -> None:
        with pytest.raises(InvalidScheduleError) as caught:
            business_hours(intervals, tz, holidays=holidays)
        assert place == caught.value.problems[0].path

    @pytest.mark.parametrize(("first", "last", "message"), [
        ("2026-12-26", "2026-12-25", "before it starts"),
        ("2026-12-26", "2099-12-25", "longer than two years"),
    ])  # fmt: skip
    def test_bad_holidays_name_their_place(self, first: str, last: str, message: str) -> None:
        with pytest.raises(InvalidScheduleError) as caught:
            business_hours([], "UTC", holidays=[("x", date.fromisoformat(first), date.fromisoformat(last))])
        assert caught.value.problems[0].path == "holidays[0]"
        assert message in str(caught.value)


class TestFromSchedule:
    DESK: ClassVar[dict[str, Any]] = {
        "name": "Desk",
        "time_zone": "Madrid",
        "intervals": [{"start_time": 1980, "end_time": 2460}],
    }
    XMAS: ClassVar[list[dict[str, str]]] = [{"name": "Navidad", "start_date": "2026-12-25", "end_date": "2026-12-25"}]

    @pytest.mark.parametrize("payload", [DESK, {"schedule": DESK}])
    @pytest.mark.parametrize("holidays", [XMAS, {"holidays": XMAS}])
    def test_with_and_without_envelopes(self, payload: dict[str, Any], holidays: Any) -> None:
        expected = business_hours(
            [(1980, 2460)], "Madrid", holidays=[("Navidad", date(2026, 12, 25), date(2026, 12, 25))]
        )
        assert expected == from_schedule(payload, holidays=holidays)

    @pytest.mark.parametrize(("payload", "holidays", "place"), [
        (None, [], "schedule"),
        ({"schedule": []}, [], "schedule"),
        ({"intervals": []}, [], "time_zone"),
        ({"time_zone": "Madrid"}, [], "intervals"),
        ({"time_zone": "Madrid", "intervals": {"start_time": 1}}, [], "intervals"),
        ({"time_zone": "Madrid", "intervals": [7]}, [], "intervals[0]"),
        ({"time_zone": "Madrid", "intervals": [{"start_time": 1}]}, [], "intervals[0].end_time"),
        ({"time_zone": "UTC", "intervals": [{"start_time": "1", "end_time": 2}]}, [], "intervals[0].start_time"),
        (DESK, "2026-12-25", "holidays"),
        (DESK, [{"start_date": "2026-12-25"}], "holidays[0].end_date"),
        (DESK, [{"start_date": "25/12/2026", "end_date": "2026-12-25"}], "holidays[0].start_date"),
    ])  # fmt: skip
    def test_bad_payloads_name_their_place(self, payload: Any, holidays: Any, place: str) -> None:
        with pytest.raises(InvalidScheduleError) as caught:
            from_schedule(payload, holidays=holidays)
        assert place == caught.value.problems[0].path

    @pytest.mark.parametrize("name", [None, ""])
    def test_a_holiday_without_a_name_has_an_empty_one(self, name: str | None) -> None:
        rows = [{"name": name, "start_date": date(2026, 12, 25), "end_date": date(2026, 12, 25)}]
        assert (Holiday(date(2026, 12, 25)),) == from_schedule(self.DESK, holidays=rows).holidays


class TestMinutesSinceSunday:
    @given(schedules())
    def test_the_way_back_gives_the_same_intervals(self, intervals: list[tuple[int, int]]) -> None:
        assert (tuple(intervals), ()) == minutes_since_sunday(business_hours(intervals, "Madrid"))

    @given(schedules(), st.integers(1, 6))
    def test_cutting_an_interval_changes_nothing(self, intervals: list[tuple[int, int]], parts: int) -> None:
        cut = [
            (a, b)
            for start, end in intervals
            for step in [max(1, (end - start) // parts)]
            for a, b in [(at, min(at + step, end)) for at in range(start, end, step)]
        ]
        assert business_hours(intervals, "Madrid") == business_hours(cut, "Madrid")

    @given(schedules())
    def test_hours_read_from_zendesk_come_back_equal(self, intervals: list[tuple[int, int]]) -> None:
        hours = business_hours(intervals, "Madrid")
        assert hours == business_hours(minutes_since_sunday(hours).value, "Madrid")

    def test_breaks_are_taken_out_without_a_loss(self) -> None:
        hours = BusinessHours(tz="UTC", weekly="mon 09:00-17:00", breaks="mon 12:00-13:00; tue 12:00-13:00")
        assert minutes_since_sunday(hours) == (((1980, 2160), (2220, 2460)), ())

    def test_a_break_cuts_the_night_shift_of_the_day_before(self) -> None:
        hours = BusinessHours(tz="UTC", weekly="mon 22:00-06:00", breaks="tue 02:00-03:00")
        assert minutes_since_sunday(hours) == (((2760, 2880), (2880, 3000), (3060, 3240)), ())

    def test_a_night_shift_is_split_at_midnight(self) -> None:
        hours = BusinessHours(tz="UTC", weekly="sat 22:00-06:00")
        assert minutes_since_sunday(hours) == (((0, 360), (9960, WEEK)), ())

    def test_seconds_are_rounded_inwards_and_told(self) -> None:
        hours = BusinessHours(tz="UTC", weekly="mon 09:00:30-17:00:30,18:00:10-18:00:50")
        value, losses = minutes_since_sunday(hours)
        assert value == ((1981, 2460),)
        assert [loss.path for loss in losses] == ["weekly", "weekly"]

    def test_what_zendesk_cannot_say_is_told(self) -> None:
        hours = BusinessHours(
            tz="UTC",
            weekly="fri 22:00-02:00",
            seasons=(Season("07-01", "08-31", "mon 09:00-14:00"),),
            special={date(2026, 12, 24): SpecialHours((("09:00", "12:00"),))},
            recurring=(RecurringException("FREQ=MONTHLY;BYDAY=-1FR"),),
            holidays=(date(2026, 12, 25), PublicHolidays("ES", "MD")),
            closure="shift",
        )
        value, losses = minutes_since_sunday(hours)
        assert value == ((8520, 8640), (8640, 8760))
        expected = ["seasons[0]", "special.2026-12-24", "recurring[0]", "holidays[0]", "holidays[1]", "closure"]
        assert expected == [loss.path for loss in losses]
        assert Loss("holidays[1]", "ES-MD is no part of the intervals; create it as a Zendesk holiday") == losses[4]

    @given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
    def test_a_holiday_closes_as_many_days_as_it_names(self, first: date, more: int) -> None:
        hours = business_hours([], "UTC", holidays=[("closed", first, first + timedelta(days=more))])
        assert more + 1 == len(tuple(hours.holidays))  # type: ignore[arg-type]  # a tuple since birth
