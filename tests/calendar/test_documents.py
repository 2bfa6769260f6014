"""Documents built in Python: what is frozen at birth, and what is no document."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from csprotocol.calendar import (
    BusinessHours,
    Holiday,
    PublicHolidays,
    RecurringException,
    Season,
    SpecialHours,
    format_open_time,
    parse_weekly,
)
from csprotocol.errors import InvalidScheduleError, InvalidValueError, MissingExtraError

LISTED: Any = [["09:00:00", "10:00"]]
FROZEN = (("09:00", "10:00"),)
EVE = date(2026, 12, 24)


class TestFrozenAtBirth:
    def test_special_hours(self) -> None:
        found = SpecialHours(LISTED, "Bus")
        assert SpecialHours(FROZEN, "Bus") == found
        assert isinstance(hash(found), int)

    def test_the_whole_document(self) -> None:
        listed: Any = {
            "weekly": {"mon": LISTED, "tue": []},
            "breaks": "mon 9:00:00-10:00:00",
            "special": {EVE: SpecialHours(LISTED), date(2026, 12, 25): SpecialHours(), date(2026, 12, 26): LISTED},
            "recurring": [RecurringException("FREQ=DAILY", LISTED)],
            "holidays": [EVE],
            "seasons": [Season("07-01", "07-31", {"mon": LISTED})],
        }
        expected = BusinessHours(
            tz="UTC",
            weekly={"mon": FROZEN},
            breaks={"mon": FROZEN},
            special={EVE: FROZEN, date(2026, 12, 25): (), date(2026, 12, 26): FROZEN},
            recurring=(RecurringException("FREQ=DAILY", FROZEN),),
            holidays=(Holiday(EVE),),
            seasons=(Season("07-01", "07-31", {"mon": FROZEN}),),
        )
        found = BusinessHours(tz="UTC", **listed)
        assert expected == found
        assert hash(expected) == hash(found)
        assert expected == BusinessHours.from_dict(found.to_dict())


class TestRefusals:
    @pytest.mark.parametrize(("values", "place", "message"), [
        ({"tz": None}, "tz", "must be a text"),
        ({"tz": "localtime"}, "tz", "is another zone on each machine"),
        ({"tz": "posixrules"}, "tz", "posixrules"),
        ({"tz": "Factory"}, "tz", "Factory"),
        ({"weekly": 5}, "weekly", "must be a text or a mapping of weekdays, got 5"),
        ({"weekly": None}, "weekly", "got None"),
        ({"weekly": {"mon": None}}, "weekly.mon", "must be a list"),
        ({"weekly": {"mon": "09:00-17:00"}}, "weekly.mon", "must be a list"),
        ({"weekly": {"mon": [(time(9), time(17))]}}, "weekly.mon[0]", "must be two texts"),
        ({"weekly": {"mon": [("09:00",)]}}, "weekly.mon[0]", "must be two texts"),
        ({"weekly": {"mon": ["ab"]}}, "weekly.mon[0]", "must be two texts"),
        ({"weekly": {"mon": [("０9:00", "17:00")]}}, "weekly.mon[0]", "is no time of day"),
        ({"weekly": {1: []}}, "weekly.1", "is no weekday"),
        ({"breaks": 5}, "breaks", "must be a text or a mapping"),
        ({"special": {"2024-01-01": ()}}, "special.2024-01-01", "must be a date"),
        ({"special": {datetime(2024, 1, 1): ()}}, "special.2024-01-01 00:00:00", "must be a date"),  # noqa: DTZ001
        ({"special": [EVE]}, "special", "must be a mapping of dates"),
        ({"special": {EVE: SpecialHours([("09:00", "9")])}}, "special.2026-12-24[0]", "is no time of day"),  # type: ignore[arg-type]
        ({"holidays": ("2024-01-01",)}, "holidays[0]", "must be a date, got '2024-01-01'"),
        ({"holidays": "2024-01-01"}, "holidays", "must be a list"),
        ({"holidays": EVE}, "holidays", "must be a list"),
        ({"holidays": {"2024-01-01": "x"}}, "holidays.2024-01-01", "must be a date"),
        ({"holidays": {EVE: None}}, "holidays.2026-12-24", "must be a text"),
        ({"seasons": ({"from": "07-01"},)}, "seasons[0]", "must be a Season"),
        ({"seasons": Season("07-01", "07-31", "")}, "seasons", "must be a list"),
        ({"recurring": ("FREQ=DAILY",)}, "recurring[0]", "must be a RecurringException"),
        ({"recurring": None}, "recurring", "must be a list"),
    ])  # fmt: skip
    def test_names_the_place(self, values: Any, place: str, message: str) -> None:
        with pytest.raises(InvalidScheduleError) as caught:
            BusinessHours(**{"tz": "UTC", **values})
        assert place == caught.value.problems[0].path
        assert message in caught.value.problems[0].message

    @pytest.mark.parametrize(("kind", "values", "place"), [
        (Season, (None, "07-31", ""), "seasons.from"),
        (Season, ("07-01", date(2026, 7, 31), ""), "seasons.to"),
        (Season, ("0７-01", "07-31", ""), "seasons.from"),
        (Season, ("07-01", "07-31", None), "seasons.weekly"),
        (Season, ("07-01", "07-31", "", None), "seasons.name"),
        (SpecialHours, (5,), "special.hours"),
        (SpecialHours, ((), None), "special.name"),
        (Holiday, ("2024-01-01",), "holidays.date"),
        (Holiday, (EVE, None), "holidays.name"),
        (PublicHolidays, (None,), "holidays.country"),
        (PublicHolidays, ("ES", 5), "holidays.subdivision"),
        (PublicHolidays, ("ES", None, 5), "holidays.language"),
        (PublicHolidays, ("ES", None, None, "warn"), "holidays.on_uncovered"),
    ])  # fmt: skip
    def test_parts_of_another_kind(self, kind: Any, values: Any, place: str) -> None:
        with pytest.raises(InvalidScheduleError) as caught:
            kind(*values)
        assert place == caught.value.problems[0].path

    @pytest.mark.parametrize("text", ["mon ９:00-10:00", "mon 9:0０-10:00", "mon ٠٩:٠٠-١٠:٠٠"])
    def test_only_our_digits(self, text: str) -> None:
        with pytest.raises(InvalidScheduleError, match="weekly"):
            parse_weekly(text)


class TestPublicHolidays:
    @pytest.mark.holidays
    @pytest.mark.parametrize(("source", "place"), [
        (PublicHolidays("XX"), "holidays.country"),
        (PublicHolidays("ES", "ZZ"), "holidays.subdivision"),
        (PublicHolidays("ES", language="xx"), "holidays.language"),
        (PublicHolidays("ES", "MD", language="es"), None),
    ])  # fmt: skip
    def test_check_says_at_once_what_is_unknown(self, source: PublicHolidays, place: str | None) -> None:
        pytest.importorskip("holidays", reason="the extra [holidays] needs python-dateutil <3")
        if place is None:
            source.check()
            return
        with pytest.raises(InvalidScheduleError) as caught:
            source.check()
        assert place == caught.value.problems[0].path

    def test_check_without_the_package_names_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(__import__("sys").modules, "holidays", None)
        with pytest.raises(MissingExtraError, match="holidays"):
            PublicHolidays("ES").check()


class TestFormatOpenTime:
    @pytest.mark.parametrize(("open_time", "day", "text"), [
        (timedelta(hours=16), timedelta(hours=7, minutes=30, seconds=30), "2 days 59 min of 7 h 30 min 30 s"),
        (timedelta(hours=1), timedelta(minutes=30, milliseconds=500), "1 day 29 min of 30 min 0.5 s"),
        (timedelta(minutes=1, milliseconds=500), None, "1 min 0.5 s"),
        (timedelta(minutes=1, microseconds=1), None, "1 min 0.000001 s"),
        (timedelta(minutes=10, seconds=10), None, "10 min 10 s"),
        (timedelta(hours=1, seconds=30), None, "1 h"),
        (timedelta(milliseconds=500), timedelta(hours=8), "0.5 s"),
    ])  # fmt: skip
    def test_exact_where_it_shows_seconds(self, open_time: timedelta, day: timedelta | None, text: str) -> None:
        assert text == format_open_time(open_time, day=day)

    @pytest.mark.parametrize(("open_time", "day", "field"), [
        (8, None, "open_time"),
        (None, None, "open_time"),
        (timedelta(1), 8, "day"),
        (timedelta(1), timedelta(0), "day"),
    ])  # fmt: skip
    def test_no_durations(self, open_time: Any, day: Any, field: str) -> None:
        with pytest.raises(InvalidValueError, match=field):
            format_open_time(open_time, day=day)
