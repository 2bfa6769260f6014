"""The document of hours: what it reads, what it refuses and how it says so."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from csprotocol.calendar import (
    BusinessCalendar,
    BusinessHours,
    Holiday,
    PublicHolidays,
    RecurringException,
    Season,
    format_open_time,
    format_weekly,
    parse_weekly,
)
from csprotocol.errors import InvalidScheduleError, MissingExtraError
from tests.calendar.strategies import situations, weeks

FULL: dict[str, Any] = {
    "tz": "Europe/Madrid",
    "weekly": {"mon": [["09:00", "17:00"]], "fri": [["22:00", "06:00"]]},
    "breaks": {"mon": [["12:00", "12:30:30"]]},
    "seasons": [
        {"from": "07-01", "to": "08-31", "weekly": {"mon": [["08:00", "15:00"]]}, "name": "summer"},
        {"from": "2026-12-20", "to": "2027-01-06", "weekly": {}},
    ],
    "special": {"2026-12-24": [["09:00", "13:00"]], "2026-12-25": {"hours": [], "name": "Navidad"}},
    "holidays": [{"date": "2026-01-06", "name": "Reyes"}, {"date": "2026-05-01"}],
    "recurring": [{"rrule": "FREQ=MONTHLY;BYDAY=-1FR", "hours": [["09:00", "14:00"]], "name": "stock"}],
    "closure": "shift",
}


class TestReading:
    def test_round_trip(self) -> None:
        hours = BusinessHours.from_dict(FULL)
        assert hours == BusinessHours.from_dict(hours.to_dict())
        assert hours == BusinessHours.from_dict(json.loads(json.dumps(hours.to_dict())))
        assert hours == pickle.loads(pickle.dumps(hours))
        assert hash(hours) == hash(BusinessHours.from_dict(FULL))

    @given(situations())
    def test_every_document_survives_its_plain_form(self, situation: tuple[BusinessHours, datetime]) -> None:
        assert situation[0] == BusinessHours.from_dict(situation[0].to_dict())

    def test_files(self, tmp_path: Path) -> None:
        (tmp_path / "hours.json").write_text(json.dumps(FULL), encoding="utf-8")
        (tmp_path / "hours.toml").write_text(
            'tz = "Europe/Madrid"\nweekly = "mon-fri 09:00-17:00"\nholidays = [2026-01-06]\n'
            '[special]\n2026-12-24 = [["09:00", "13:00"]]\n',
            encoding="utf-8",
        )
        (tmp_path / "hours.yaml").write_text("tz: UTC\nweekly: mon-fri 09:00-17:00\n", encoding="utf-8")
        assert BusinessHours.from_dict(FULL) == BusinessHours.load(tmp_path / "hours.json")
        toml = BusinessHours.load(tmp_path / "hours.toml")
        assert toml.holidays == (Holiday(date(2026, 1, 6)),)
        assert list(toml.special) == [date(2026, 12, 24)]
        assert BusinessHours(tz="UTC", weekly="mon-fri 09:00-17:00") == BusinessHours.load(tmp_path / "hours.yaml")

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("hours.toml", "tz = ", "Invalid value"),
            ("hours.json", "[1, 2]", "a mapping is due"),
            ("hours.yaml", "a: [", "cannot be read"),
            ("hours.ini", "x", "possible: .toml, .json, .yaml, .yml"),
        ],
    )
    def test_broken_files(self, tmp_path: Path, name: str, content: str, message: str) -> None:
        (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(InvalidScheduleError, match=message):
            BusinessHours.load(tmp_path / name)

    def test_absent_and_binary_files(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidScheduleError, match="No such file"):
            BusinessHours.load(tmp_path / "none.toml")
        (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(InvalidScheduleError, match="no UTF-8 text"):
            BusinessHours.load(tmp_path / "binary.toml")

    @pytest.mark.parametrize(
        "holidays",
        [
            ["2026-01-06", "2026-05-01"],
            [{"date": "2026-01-06"}, "2026-05-01"],
            {"2026-01-06": "", "2026-05-01": ""},
        ],
    )
    def test_many_spellings_of_holidays(self, holidays: Any) -> None:
        hours = BusinessHours.from_dict({"tz": "UTC", "holidays": holidays})
        assert (Holiday(date(2026, 1, 6)), Holiday(date(2026, 5, 1))) == hours.holidays

    def test_schema_refuses_what_reading_refuses(self) -> None:
        schema = BusinessHours.json_schema()
        assert schema["additionalProperties"] is False
        assert set(FULL) == set(schema["properties"])
        assert schema["required"] == ["tz"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"tz": "Europe/Madriz"}, "tz: 'Europe/Madriz' is no time zone; did you mean Europe/Madrid"),
            ({"tz": ""}, "tz: '' is no time zone"),
            ({"tz": "../etc/passwd"}, "is no time zone"),
            ({"wekly": {}}, "wekly: unknown key; did you mean weekly"),
            ({"weekly": {"monday": []}}, "weekly.monday: input should be 'mon'"),
            ({"weekly": {"mon": [["09:00", "09:00"]]}}, r"weekly.mon\[0\]: 09:00-09:00 is empty"),
            ({"weekly": {"mon": [["24:00", "06:00"]]}}, r"weekly.mon\[0\]: an interval cannot start at 24:00"),
            ({"weekly": {"mon": [["9", "17:00"]]}}, r"weekly.mon\[0\]: '9' is no time of day"),
            ({"weekly": {"mon": [["09:00", "24:30"]]}}, "'24:30' is no time of day"),
            ({"weekly": {"mon": [["09:00", "17:00"], ["16:00", "18:00"]]}}, r"weekly.mon\[1\]: overlaps"),
            ({"weekly": {"mon": [["22:00", "06:00"], ["23:00", "23:30"]]}}, "overlaps"),
            ({"weekly": {"mon": [["09:00"]]}}, r"weekly.mon\[0\]\[1\]: is missing"),
            ({"weekly": "mon 9-17"}, "'9-17' is no interval"),
            ({"weekly": "mom 09:00-17:00"}, "'mom' is no weekday; did you mean mon"),
            ({"weekly": "mon 09:00-17:00; mon 18:00-19:00"}, "weekly.mon: is named twice"),
            ({"weekly": "09:00-17:00"}, "is no 'days hours'"),
            ({"breaks": {"tue": [["12:00", "11:99"]]}}, r"breaks.tue\[0\]"),
            ({"special": {"2026-13-01": []}}, "special.2026-13-01"),
            ({"special": {"2026-12-24": [["09:00", "09:00"]]}}, r"special.2026-12-24\[0\]: 09:00-09:00 is empty"),
            ({"seasons": [{"from": "07-01", "to": "2026-08-31", "weekly": {}}]}, "must be of one form"),
            ({"seasons": [{"from": "2026-09-01", "to": "2026-08-31", "weekly": {}}]}, "swap the two"),
            ({"seasons": [{"from": "02-30", "to": "08-31", "weekly": {}}]}, "seasons.from: '02-30' is no date"),
            ({"seasons": [{"from": "07-01", "weekly": {}}]}, r"seasons\[0\].to: is missing"),
            ({"holidays": ["2026-02-30"]}, r"holidays\[0\]"),
            ({"holidays": [20260101]}, r"holidays\[0\]"),
            ({"recurring": [{"rrule": "FREQ=HOURLY"}]}, "FREQ of 'FREQ=HOURLY' must name days"),
            ({"recurring": [{"rrule": "FREQ=WEEKLY"}]}, "depends on where it starts"),
            ({"recurring": [{"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"}]}, "depends on where it starts"),
            ({"recurring": [{"rrule": "FREQ=DAILY;BYHOUR=9"}]}, "'BYHOUR=9' is no part of a rule of days"),
            ({"recurring": [{"rrule": "FREQ=MONTHLY;BYDAY=9XX"}]}, "is no rule"),
            ({"closure": "day"}, "closure"),
        ],
    )
    def test_names_the_place(self, change: dict[str, Any], message: str) -> None:
        with pytest.raises(InvalidScheduleError, match=message):
            BusinessHours.from_dict({"tz": "UTC", **change})

    def test_all_problems_at_once(self) -> None:
        with pytest.raises(InvalidScheduleError) as caught:
            BusinessHours.from_dict({"wekly": {}, "closure": "day"})
        assert {"tz", "wekly", "closure"} == {problem.path for problem in caught.value.problems}

    def test_no_plain_data(self) -> None:
        with pytest.raises(ValueError, match="no plain data"):
            BusinessHours.from_dict({"tz": object()})


class TestText:
    @given(weeks())
    def test_text_form_reads_back(self, week: dict[str, tuple[tuple[str, str], ...]]) -> None:
        open_days = {day: hours for day, hours in week.items() if hours}
        assert open_days == parse_weekly(format_weekly(week))

    @pytest.mark.parametrize(
        ("text", "days"),
        [
            ("sat-mon 09:00-10:00", {"mon", "sat", "sun"}),
            ("Monday-Wednesday 9:00 - 10:00", {"mon", "tue", "wed"}),
            ("mon,thu 09:00–10:00; fri closed", {"mon", "thu"}),
            ("", set()),
        ],
    )
    def test_spellings(self, text: str, days: set[str]) -> None:
        assert days == set(parse_weekly(text))

    @pytest.mark.parametrize(
        ("seconds", "day_hours", "text"),
        [
            (19 * 3600, 8, "2 days 3 h of 8 h"),
            (8 * 3600, 8, "1 day of 8 h"),
            (3 * 3600, 8, "3 h"),
            (-19 * 3600, 8, "-2 days 3 h of 8 h"),
            (16 * 3600 + 90, 7.5, "2 days 1 h 1 min of 7 h 30 min"),
            (0, 8, "0 min"),
            (59.5, None, "59.5 s"),
            (61, None, "1 min 1 s"),
            (26 * 3600, None, "26 h"),
        ],
    )
    def test_durations_for_people(self, seconds: float, day_hours: float | None, text: str) -> None:
        day = timedelta(hours=day_hours) if day_hours else None
        assert text == format_open_time(timedelta(seconds=seconds), day=day)


class TestSeasonsAndRules:
    def test_first_season_wins_and_may_wrap(self) -> None:
        hours = BusinessHours(
            tz="UTC",
            weekly="mon-sun 09:00-10:00",
            seasons=(
                Season("2026-12-24", "2026-12-26", "mon-sun 09:00-11:00"),
                Season("12-01", "01-31", "mon-sun 09:00-12:00"),
            ),
        )
        calendar = BusinessCalendar(hours)
        expected = {"2026-11-30": 1, "2026-12-01": 3, "2026-12-25": 2, "2027-01-31": 3, "2027-02-01": 1}
        found = {day: calendar.open_time_on(date.fromisoformat(day)) // timedelta(hours=1) for day in expected}
        assert expected == found

    def test_leap_day_may_bound_a_season(self) -> None:
        season = Season("02-29", "03-02", "mon-sun 09:00-10:00")
        assert [
            season.covers(date(2027, 2, 28)),
            season.covers(date(2027, 3, 1)),
            season.covers(date(2028, 2, 29)),
        ] == [
            False,
            True,
            True,
        ]

    def test_special_beats_recurring_beats_holiday(self) -> None:
        calendar = BusinessCalendar(
            BusinessHours(
                tz="UTC",
                weekly="mon-sun 09:00-10:00",
                special={date(2026, 1, 30): (("09:00", "12:00"),)},
                recurring=(RecurringException("FREQ=MONTHLY;BYDAY=-1FR", (("09:00", "11:00"),)),),
                holidays=(date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 2)),
            )
        )
        found = [calendar.open_time_on(date(2026, *day)) // timedelta(hours=1) for day in ((1, 30), (2, 27), (3, 2))]
        assert [3, 2, 0] == found

    def test_rules_with_a_start(self) -> None:
        rule = RecurringException("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;UNTIL=20260301T120000", from_=date(2026, 1, 5))
        assert [date(2026, 1, 5), date(2026, 1, 19), date(2026, 2, 2), date(2026, 2, 16)] == sorted(rule.dates(2026))
        assert not rule.dates(2027)


@pytest.mark.holidays
class TestPublicHolidays:
    """These need the extra [holidays]; the suite with python-dateutil 4 leaves them out."""

    @pytest.fixture(autouse=True)
    def _package(self) -> None:
        pytest.importorskip("holidays", reason="the extra [holidays] needs python-dateutil <3")

    def test_names_and_closures(self) -> None:
        hours = BusinessHours(
            tz="Europe/Madrid", weekly="mon-fri 09:00-17:00", holidays=PublicHolidays("ES", "MD", language="es")
        )
        calendar = BusinessCalendar(hours)
        assert timedelta(0) == calendar.open_time_on(date(2026, 1, 6))
        told = calendar.explain(datetime(2026, 1, 6, 12, tzinfo=UTC), datetime(2026, 1, 6, 13, tzinfo=UTC))
        assert [part.why for part in told] == ['holiday "Epifanía del Señor"']

    def test_years_it_does_not_know(self) -> None:
        calendar = BusinessCalendar({"tz": "UTC", "weekly": "mon-sun 09:00-17:00", "holidays": {"country": "ES"}})
        with pytest.raises(LookupError, match="holidays of ES are known for"):
            calendar.is_open(datetime(1950, 1, 1, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("source", "message"),
        [
            (PublicHolidays("XX"), "holidays.country: 'XX' is unknown"),
            (PublicHolidays("es"), "did you mean"),
            (PublicHolidays("registry"), "is unknown"),
            (PublicHolidays("ES", "ZZ"), "holidays.subdivision: 'ZZ' is unknown"),
            (PublicHolidays("ES", language="xx"), "holidays.language: 'xx' is unknown"),
        ],
    )
    def test_unknown_places(self, source: PublicHolidays, message: str) -> None:
        calendar = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon 09:00-10:00", holidays=source))
        with pytest.raises(InvalidScheduleError, match=message):
            calendar.is_open(datetime(2026, 1, 1, tzinfo=UTC))


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "holidays", None)
    calendar = BusinessCalendar(BusinessHours(tz="UTC", holidays=PublicHolidays("ES")))
    with pytest.raises(MissingExtraError, match=r"pip install 'csprotocol\[holidays\]'"):
        calendar.is_open(datetime(2026, 1, 1, tzinfo=UTC))
