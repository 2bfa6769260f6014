"""Rules of days: dateutil's plain expansion judges ours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import takewhile
from time import perf_counter
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from csprotocol.calendar import BusinessCalendar, BusinessHours, RecurringException
from csprotocol.calendar._rrule import read_rule
from csprotocol.errors import InvalidScheduleError

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FEBRUARY_30TH = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"


def numbers(first: int, last: int) -> st.SearchStrategy[str]:
    found = st.integers(first, last).filter(bool)
    return st.lists(found, min_size=1, max_size=4, unique=True).map(lambda values: ",".join(map(str, values)))


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule that has at least one date in most years, because dateutil searches the others to the year 9999."""
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = {"FREQ": freq}
    names = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True).map(",".join)
    ordinals = st.sampled_from(["1MO", "-1FR", "2TU,-2SU", "4WE,1MO", "3SA"])
    days = draw(st.sampled_from(["", "", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYEASTER"]))
    match days:
        case "BYDAY":
            parts[days] = draw(st.one_of(names, ordinals)) if freq in {"MONTHLY", "YEARLY"} else draw(names)
        case "BYMONTHDAY":
            parts[days] = draw(st.one_of(numbers(1, 28), numbers(-28, -1)))
        case "BYYEARDAY" if freq != "MONTHLY":
            parts[days] = draw(st.one_of(numbers(1, 365), numbers(-365, -1)))
        case "BYWEEKNO" if freq == "YEARLY":
            # dateutil does not count the first week of the next year from its end.
            parts[days] = draw(st.one_of(numbers(1, 52), numbers(-51, -1)))
            parts["BYDAY"] = draw(names)
        case "BYEASTER" if freq == "YEARLY":
            parts[days] = draw(st.integers(-80, 250).map(str))
        case _:
            if freq in {"DAILY", "MONTHLY"} and draw(st.booleans()):
                parts["BYMONTH"] = draw(numbers(1, 12))
    if freq in {"WEEKLY", "MONTHLY", "YEARLY"} and days == "BYDAY" and draw(st.booleans()):
        parts["BYSETPOS"] = draw(st.sampled_from(["1", "-1", "1,-1"]))
    if draw(st.booleans()):
        parts["WKST"] = draw(st.sampled_from(WEEKDAYS))
    return ";".join(f"{key}={value}" for key, value in parts.items())


def expanded(rrule: str, start: date, last_year: int) -> list[date]:
    """What dateutil finds from ``start`` on."""
    found = rrulestr(rrule, dtstart=datetime.combine(start, time()))
    return [at.date() for at in takewhile(lambda at: at.year <= last_year, found)]


class TestDates:
    @given(rules(), st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.integers(1, 3), st.sampled_from([None, 1, 30]))
    def test_rules_with_a_start_are_those_of_dateutil(self, rule: str, start: date, n: int, count: int | None) -> None:
        if "BYSETPOS" in rule and "WEEKLY" in rule:
            # dateutil cuts the week in which a rule starts before it counts its positions.
            start -= timedelta(days=start.weekday() - WEEKDAYS.index(rule[-2:] if "WKST" in rule else "MO"))
        rule += f";INTERVAL={n}" + (f";COUNT={count}" if count else "")
        expected = expanded(rule, start, start.year + 6)
        found = RecurringException(rule, from_=start)
        for year in range(start.year - 1, start.year + 7):
            assert [day for day in expected if day.year == year] == sorted(found.dates(year))

    @given(rules(), st.integers(1990, 2090))
    def test_rules_without_a_start_are_those_of_dateutil_begun_long_before(self, rule: str, year: int) -> None:
        assume(not read_rule(rule).needs_start)
        expected = [day for day in expanded(rule, date(year - 3, 1, 1), year) if day.year == year]
        assert expected == sorted(RecurringException(rule).dates(year))

    @pytest.mark.parametrize(("rule", "start", "year", "days"), [
        # The first position of the week of 1 January 2025 is Monday 30 December.
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1", None, 2025, ["01-06", "01-13"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1", None, 2025, ["01-03", "01-10"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2", "2025-01-08", 2025, ["01-08", "01-15"]),
        ("FREQ=MONTHLY;BYDAY=SA,1MO", None, 2025, ["01-04", "01-06", "01-11"]),  # either, as RFC 5545 has it
        ("FREQ=YEARLY;BYWEEKNO=-52;BYDAY=MO", None, 2024, ["01-01", "12-30"]),
        ("FREQ=DAILY;UNTIL=20250102T235959Z", None, 2025, ["01-01", "01-02"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", None, 2024, ["02-29"]),
        ("rrule:freq=yearly;bymonth=12;bymonthday=+25", None, 9999, ["12-25"]),
        ("FREQ=WEEKLY;BYDAY=SU", None, 1, ["01-07", "01-14"]),
        ("FREQ=DAILY", None, 10_000, []),
    ])  # fmt: skip
    def test_dates(self, rule: str, start: str | None, year: int, days: list[str]) -> None:
        found = RecurringException(rule, from_=date.fromisoformat(start) if start else None).dates(year)
        assert [date.fromisoformat(f"{year:04}-{day}") for day in days] == sorted(found)[: len(days) or 1]

    @pytest.mark.parametrize(("rule", "start"), [
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", None),
        (FEBRUARY_30TH, None),
        (f"{FEBRUARY_30TH};COUNT=3", "2020-01-01"),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29", "2001-01-01"),
        ("FREQ=DAILY;INTERVAL=999999999", "2001-01-01"),
        ("FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=366", None),
    ])  # fmt: skip
    def test_rules_that_never_match_cost_milliseconds(self, rule: str, start: str | None) -> None:
        begun = perf_counter()
        found = RecurringException(rule, from_=date.fromisoformat(start) if start else None)
        assert not any(found.dates(year) for year in range(2025, 2035))
        assert perf_counter() - begun < 1  # dateutil: 5.7 seconds a year, or for ever

    def test_count_is_counted_from_the_start(self) -> None:
        rule = RecurringException("FREQ=YEARLY;COUNT=70", from_=date(2000, 3, 1))
        assert [{date(2069, 3, 1)}, set()] == [rule.dates(2069), rule.dates(2070)]


class TestRefusals:
    @pytest.mark.parametrize(("rule", "message"), [
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL is '0'; write a whole number, 1 or more"),
        ("FREQ=WEEKLY;INTERVAL=-1", "INTERVAL is '-1'"),
        ("FREQ=DAILY;COUNT=0", "COUNT is '0'"),
        ("FREQ=DAILY;COUNT=１", "COUNT is '１'"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20250101", "COUNT and UNTIL; keep one"),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH holds '13'; possible: 1 to 12"),
        ("FREQ=DAILY;BYMONTH=-1", "BYMONTH holds '-1'"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY holds '32'; possible: 1 to 31 or -1 to -31"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY holds '0'"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,,2", "BYMONTHDAY holds ''"),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY holds '367'"),
        ("FREQ=YEARLY;BYWEEKNO=-54", "BYWEEKNO holds '-54'"),
        ("FREQ=YEARLY;BYEASTER=-200", "BYEASTER holds '-200'; possible: -80 to 250"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS holds '367'"),
        ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY holds '6MO'; with MONTHLY possible: 1 to 5 or -1 to -5"),
        ("FREQ=YEARLY;BYDAY=54MO", "BYDAY holds '54MO'; with YEARLY possible: 1 to 53"),
        ("FREQ=YEARLY;BYDAY=0MO", "BYDAY holds '0MO'"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY holds '1MO', but WEEKLY rules count no weekdays; write MO"),
        ("FREQ=DAILY;BYDAY=-1FR", "DAILY rules count no weekdays"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "beside BYWEEKNO; write MO"),
        ("FREQ=DAILY;BYMONTH=1;BYMONTH=2", "BYMONTH is given twice"),
        ("FREQ=DAILY;UNTIL=2025", "UNTIL is '2025'; write YYYYMMDD"),
        ("FREQ=DAILY;UNTIL=20250230", "UNTIL is '20250230'"),
        ("FREQ=DAILY;UNTIL=20250101T250000Z", "UNTIL is '20250101T250000Z'"),
        ("FREQ=DAILY;UNTIL=MONDAY", "UNTIL is 'MONDAY'"),
        ("FREQ=DAILY;WKST=XX", "WKST is 'XX'; possible: MO"),
    ])  # fmt: skip
    def test_what_is_no_rule(self, rule: str, message: str) -> None:
        with pytest.raises(InvalidScheduleError) as caught:
            RecurringException(rule, from_=date(2025, 1, 1))
        assert caught.value.problems[0].path == "recurring.rrule"
        assert message in caught.value.problems[0].message

    @pytest.mark.parametrize(("values", "place"), [
        ({"rrule": None}, "recurring.rrule"),
        ({"name": 5}, "recurring.name"),
        ({"from_": "2025-01-01"}, "recurring.from"),
        ({"from_": datetime(2025, 1, 1)}, "recurring.from"),  # noqa: DTZ001
        ({"hours": "09:00-10:00"}, "recurring.hours"),
        ({"hours": [["09:00"]]}, "recurring.hours[0]"),
        ({"hours": [["09:00", "09:00"]]}, "recurring.hours[0]"),
    ])  # fmt: skip
    def test_values_of_another_kind_name_their_place(self, values: Any, place: str) -> None:
        with pytest.raises(InvalidScheduleError) as caught:
            RecurringException(**{"rrule": "FREQ=DAILY", **values})
        assert place == caught.value.problems[0].path


class TestValue:
    def test_lists_are_frozen(self) -> None:
        listed = RecurringException("FREQ=DAILY", [["09:00:00", "10:00"]])  # type: ignore[arg-type]
        assert RecurringException("FREQ=DAILY", (("09:00", "10:00"),)) == listed
        assert isinstance(hash(listed), int)

    def test_the_first_of_two_rules_on_one_date_wins(self) -> None:
        short = RecurringException("FREQ=MONTHLY;BYDAY=-1FR", (("09:00", "11:00"),))
        daily = RecurringException("FREQ=DAILY", (("09:00", "12:00"),))
        found = [
            BusinessCalendar(BusinessHours(tz="UTC", recurring=both)).open_time_on(date(2026, 1, 30))
            for both in ((short, daily), (daily, short))
        ]
        assert [timedelta(hours=2), timedelta(hours=3)] == found
