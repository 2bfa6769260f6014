"""How much time a promise allows: texts, values, deadlines."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.errors import AmbiguousTargetError, CsprotocolError, InvalidValueError
from csprotocol.sla import (
    BusinessDays,
    DueAt,
    EndOfBusinessDay,
    NextBusinessDayAt,
    OpenTime,
    Roll,
    Target,
    hours,
    minutes,
    read_target,
)
from tests.sla.shop import ALWAYS, OFFICE, at

NIGHT = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 22:00-06:00"))
SPLIT = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:00-14:00,16:00-19:00"))
EARLY = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 00:00-08:00"))
HALF_FRIDAY = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-thu 00:00-24:00; fri 00:00-12:00"))
SHIFTS = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 06:00-14:00,14:00-22:00,22:00-06:00"))
MADRID, TOKYO = (
    BusinessCalendar(BusinessHours(tz=tz, weekly=weekly))
    for tz, weekly in (("Europe/Madrid", "mon-fri 09:00-17:00"), ("Asia/Tokyo", "mon-fri 08:00-17:00"))
)
# In November Tokyo's hours are 00:00 to 09:00 in Madrid.
FAR_EAST = MADRID | TOKYO
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001  # to be refused
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class TestReadTarget:
    @pytest.mark.parametrize(
        ("text", "target"),
        [
            ("4h", hours(4)),
            ("4 hours", hours(4)),
            ("1 Hour", hours(1)),
            ("4h 30m", minutes(270)),
            ("4h30m", minutes(270)),
            ("90 min", minutes(90)),
            ("90 minutes", minutes(90)),
            ("15s", OpenTime(timedelta(seconds=15))),
            ("1 second", OpenTime(timedelta(seconds=1))),
            ("1m 0.5s", OpenTime(timedelta(seconds=60.5))),
            ("  4H   30M ", minutes(270)),
            ("2 business days", BusinessDays(2)),
            ("1 business day", BusinessDays(1)),
            ("2 business days, end of day", BusinessDays(2, Roll.END_OF_DAY)),
            ("end of business day", EndOfBusinessDay(0)),
            ("end of business day +1", EndOfBusinessDay(1)),
            ("End of business day + 2", EndOfBusinessDay(2)),
            ("next business day at 16:00", NextBusinessDayAt(time(16))),
            ("next business day at 16:00:30", NextBusinessDayAt(time(16, 0, 30))),
            ("2026-11-23T12:00:00+00:00", DueAt(NOON)),
            ("2026-11-23 13:00+01:00", DueAt(NOON)),
            ("2026-11-23T12:00Z", DueAt(NOON)),
            ("2026-11-23T12:00Z, next opening", DueAt(NOON, Roll.NEXT_OPEN)),
            (timedelta(hours=4), hours(4)),
            (NOON, DueAt(NOON)),
            (BusinessDays(2), BusinessDays(2)),
        ],
    )
    def test_what_documents_write(self, text: object, target: Target) -> None:
        assert read_target(text) == target

    @pytest.mark.parametrize(
        ("text", "readings"),
        [
            ("1 day", ("24h", "1 business day")),
            ("2d", ("48h", "2 business days")),
            ("3 days", ("72h", "3 business days")),
            ("1 working day", ("24h", "1 business day")),
            ("1 week", ("168h", "5 business days")),
        ],
    )
    def test_bare_days_have_two_readings(self, text: str, readings: tuple[str, str]) -> None:
        with pytest.raises(AmbiguousTargetError) as caught:
            read_target(text)
        assert caught.value.readings == readings
        assert all(repr(reading) in str(caught.value) for reading in readings)

    @pytest.mark.parametrize(
        "rubbish",
        [
            "", " ", "4", "h", "0h", "-1h", "4h 4h", "4x", "1.5h", "999999h", "0 business days", "9999 business days",
            "business day", "end of day", "end of business day -1", "next business day", "next business day at 25:00",
            "next business day at 9:00", "2026-11-23", "2026-11-23T12:00", "2026-13-01T12:00Z", "tomorrow", "1 day 2h",
            None, 4, 4.5, True, [], {}, b"4h", timedelta(0), timedelta(-1), NAIVE, "\x00", "4h\n\u0661",
        ],
    )  # fmt: skip
    def test_rubbish_is_our_own_error(self, rubbish: object) -> None:
        with pytest.raises(InvalidValueError):
            read_target(rubbish)

    @given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,9} ?[hmsd+, a-z]{0,20}", fullmatch=True))
    def test_any_text_is_a_target_or_our_own_error(self, text: str) -> None:
        try:
            target = read_target(text)
        except CsprotocolError:
            return
        assert read_target(str(target)) == target

    @pytest.mark.parametrize(
        "target",
        [
            hours(100), minutes(1), OpenTime(timedelta(microseconds=1)), OpenTime(timedelta(seconds=59.999999)),
            BusinessDays(1), BusinessDays(3, Roll.END_OF_DAY), EndOfBusinessDay(), EndOfBusinessDay(3),
            NextBusinessDayAt(time(9, 5)), NextBusinessDayAt(time(9, 5, 7)), DueAt(NOON), DueAt(NOON, Roll.NEXT_OPEN),
        ],
    )  # fmt: skip
    def test_what_a_target_says_is_read_again(self, target: Target) -> None:
        assert read_target(str(target)) == target


class TestValues:
    @pytest.mark.parametrize(
        ("kind", "arguments"),
        [
            (hours, ("x",)), (hours, (0,)), (hours, (-1,)), (hours, (1.5,)), (hours, (10**12,)), (hours, (True,)),
            (minutes, (None,)), (minutes, (10**18,)),
            (OpenTime, (4,)), (OpenTime, (timedelta(0),)), (OpenTime, (timedelta(days=40_000),)),
            (BusinessDays, (0,)), (BusinessDays, (1.0,)), (BusinessDays, (True,)), (BusinessDays, (1, Roll.NEXT_OPEN)),
            (EndOfBusinessDay, (-1,)), (EndOfBusinessDay, ("1",)),
            (NextBusinessDayAt, ("16:00",)), (NextBusinessDayAt, (time(16, tzinfo=UTC),)),
            (NextBusinessDayAt, (time(16, microsecond=1),)),
            (DueAt, (NAIVE,)), (DueAt, ("2026-01-01",)), (DueAt, (NOON, Roll.END_OF_DAY)),
        ],
    )  # fmt: skip
    def test_what_cannot_be(self, kind: Any, arguments: tuple[object, ...]) -> None:
        with pytest.raises(InvalidValueError):
            kind(*arguments)


class TestDue:
    @pytest.mark.parametrize(
        ("target", "start", "calendar", "due"),
        [
            # Friday is the 20th.
            (BusinessDays(1), "10:30", OFFICE, "23 10:30"),
            (BusinessDays(1), "21 10:30", OFFICE, "23 10:30"),
            (BusinessDays(1), "18:00", OFFICE, "24 09:00"),
            (BusinessDays(2, Roll.END_OF_DAY), "10:30", OFFICE, "24 17:00"),
            (EndOfBusinessDay(0), "10:30", OFFICE, "17:00"),
            (EndOfBusinessDay(0), "16:59", OFFICE, "17:00"),
            (EndOfBusinessDay(0), "17:00", OFFICE, "23 17:00"),
            (EndOfBusinessDay(0), "08:00", OFFICE, "17:00"),
            (EndOfBusinessDay(0), "21 12:00", OFFICE, "23 17:00"),
            (EndOfBusinessDay(1), "10:30", OFFICE, "23 17:00"),
            (EndOfBusinessDay(0), "10:30", SPLIT, "19:00"),
            (EndOfBusinessDay(0), "15:00", SPLIT, "19:00"),
            (EndOfBusinessDay(0), "23:00", NIGHT, "21 06:00"),
            (EndOfBusinessDay(0), "10:30", ALWAYS, "21 00:00"),
            # Open at midnight: what ends then, or goes on, is not what starts there.
            (EndOfBusinessDay(0), "19 05:00", EARLY, "19 08:00"),
            (BusinessDays(1, Roll.END_OF_DAY), "05:00", EARLY, "23 08:00"),
            (EndOfBusinessDay(0), "19 05:00", HALF_FRIDAY, "20 00:00"),
            (EndOfBusinessDay(0), "19 05:00", SHIFTS, "20 06:00"),
            (BusinessDays(1, Roll.END_OF_DAY), "05:00", SHIFTS, "24 06:00"),
            (EndOfBusinessDay(0), "24 15:00", FAR_EAST, "24 16:00"),
            (BusinessDays(1, Roll.END_OF_DAY), "24 15:00", FAR_EAST, "25 16:00"),
            # Midnight in Tokyo, whose dates count there.
            (EndOfBusinessDay(0), "24 14:59", TOKYO | MADRID, "24 16:00"),
            (EndOfBusinessDay(0), "24 15:00", TOKYO | MADRID, "25 16:00"),
            (NextBusinessDayAt(time(16)), "10:30", FAR_EAST, "23 15:00"),
            (BusinessDays(1), "10:30", FAR_EAST, "23 10:30"),
            (NextBusinessDayAt(time(16)), "10:30", OFFICE, "23 16:00"),
            (NextBusinessDayAt(time(16)), "22 10:30", OFFICE, "23 16:00"),
            (DueAt(at("21 12:00")), "10:30", OFFICE, "21 12:00"),
            (DueAt(at("21 12:00"), Roll.NEXT_OPEN), "10:30", OFFICE, "23 09:00"),
        ],
    )
    def test_when_it_is_due(self, target: Any, start: str, calendar: BusinessCalendar, due: str) -> None:
        assert target.due(at(start), calendar) == at(due)

    def test_where_the_clock_skips_midnight(self) -> None:
        santiago = BusinessCalendar(BusinessHours(tz="America/Santiago", weekly="mon-sun 00:00-08:00"))
        start = datetime(2026, 9, 5, 7, tzinfo=santiago.tz)
        assert EndOfBusinessDay(0).due(start, santiago) == datetime(2026, 9, 5, 8, tzinfo=santiago.tz)
