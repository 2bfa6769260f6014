from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import opening_hours
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csprotocol.calendar import BusinessCalendar
from csprotocol.calendar._holidays import Holiday, PublicHolidays
from csprotocol.calendar._hours import BusinessHours, Season, SpecialHours
from csprotocol.calendar._recurring import RecurringException
from csprotocol.calendar._text import WEEKDAYS
from csprotocol.calendar._wall import Hours, clock_text
from csprotocol.calendar.forms import LossWarning
from csprotocol.calendar.forms.osm import from_osm, to_osm
from csprotocol.errors import InvalidScheduleError, MissingExtraError

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
FIRST, LAST = datetime(2026, 1, 1), datetime(2027, 1, 1)  # noqa: DTZ001
CHRISTMAS = {date(2026, 12, 25): "Navidad", date(2026, 12, 26): "San Esteban"}


def read(text: str, **more: Any) -> BusinessHours:
    return from_osm(text, tz="UTC", first_year=2026, last_year=2026, **more)


def ours(hours: BusinessHours, first: datetime = FIRST, last: datetime = LAST) -> list[tuple[datetime, datetime]]:
    calendar = BusinessCalendar(hours, first_year=2025, last_year=2027)
    spans = calendar.intervals(first.replace(tzinfo=UTC), last.replace(tzinfo=UTC))
    return [(span.start.replace(tzinfo=None), span.end.replace(tzinfo=None)) for span in spans]


def theirs(text: str, **more: Any) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    evaluator = opening_hours.OpeningHours(text, **more)
    # Day by day, because the package goes on for ever from "PH 00:00-48:00".
    days = [FIRST + timedelta(days=step) for step in range((LAST - FIRST).days)]
    for start, end, state, _ in (part for day in days for part in evaluator.intervals(day, day + timedelta(days=1))):
        if str(state) == "open":
            if merged and merged[-1][1] == start:
                merged[-1] = (merged[-1][0], end)
            else:
                merged.append((start, end))
    return merged


@st.composite
def times(draw: st.DrawFn) -> str:
    def clock(quarter: int) -> str:
        return f"{quarter // 4:02}:{quarter % 4 * 15:02}"

    spans = draw(st.lists(st.tuples(st.integers(0, 95), st.integers(1, 192)), min_size=1, max_size=3))
    return ",".join(f"{clock(start)}-{clock(max(start + 1, end) % 193)}" for start, end in spans)


@st.composite
def selectors(draw: st.DrawFn) -> str:
    first, last = draw(st.sampled_from(DAYS)), draw(st.sampled_from(DAYS))
    return first if first == last else draw(st.sampled_from([f"{first}-{last}", f"{first},{last}"]))


@st.composite
def weekly_texts(draw: st.DrawFn, holidays: bool = False) -> str:
    rules: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        when = draw(st.sampled_from(["", draw(selectors()), draw(selectors())]))
        if holidays and draw(st.booleans()):
            when = draw(st.sampled_from(["PH", f"PH,{draw(selectors())}", f"{draw(selectors())},PH"]))
        rules.append(f"{when} {draw(st.sampled_from([draw(times()), draw(times()), 'off']))}".strip())
    return draw(st.sampled_from(["; ", ", "])).join(rules)


@st.composite
def dated_texts(draw: st.DrawFn) -> str:
    more = draw(st.sampled_from([
        "Jul-Aug 09:00-14:00", "Dec 24-Jan 06 off", "2026 Nov 27 00:00-24:00", "Mo[1] off", "easter off",
        "week 10-20 10:00-11:00", "2026 Dec 31 20:00-04:00",
    ]))  # fmt: skip
    return f"{draw(weekly_texts())}; {more}"


class TestFromOsm:
    @pytest.mark.parametrize(("text", "weekly"), [
        ("Mo-Fr 09:00-17:00", "mon-fri 09:00-17:00"),
        ("mo-fr 9:00-17:00", "mon-fri 09:00-17:00"),
        ("Mo-Fr 09:00-14:00,16:00-19:00; Sa 10:00-14:00", "mon-fri 09:00-14:00,16:00-19:00; sat 10:00-14:00"),
        ("24/7", "mon-sun 00:00-24:00"),
        ("24/7; Su off", "mon-sat 00:00-24:00"),
        ("Mo-Fr 22:00-06:00", "mon-fri 22:00-06:00"),
        ("Su 22:00-30:00", "sun 22:00-06:00"),
        ("Mo-Sa 12:00-15:00, Fr 18:00-02:00", "mon-thu 12:00-15:00; fri 12:00-15:00,18:00-02:00; sat 12:00-15:00"),
        ('Mo 10:00-12:00 "by appointment"', "mon 10:00-12:00"),
        ("Mo 10:00-12:00 unknown; Tu 09:00-10:00", "tue 09:00-10:00"),
        ('Mo-Fr 10:00-12:00 || unknown "x"', "mon-fri 10:00-12:00"),
        ('Mo-Fr 10:00-12:00 || "by || appointment"', "mon-fri 10:00-12:00"),
        ('Mo-Fr 10:00-12:00 "a || b"; Sa off || Su unknown; PH off', "mon-fri 10:00-12:00"),
        ('"by appointment"', ""),
        ('Mo-Fr 09:00-17:00; Sa "by appointment"', "mon-fri 09:00-17:00"),
        ('Mo-Fr 09:00-17:00, Sa,Su "call us at 9:00"', "mon-fri 09:00-17:00"),
        ('Mo-Fr 09:00-17:00; Tu "by appointment"', "mon,wed-fri 09:00-17:00"),
        ('24/7 "ring twice"', "mon-sun 00:00-24:00"),
        ('Mo open "ring twice"', "mon 00:00-24:00"),
        ("off", ""),
    ])  # fmt: skip
    def test_a_weekly_text_gives_weekly_hours(self, text: str, weekly: str) -> None:
        assert BusinessHours(tz="UTC", weekly=weekly) == read(text)

    @given(weekly_texts())
    @settings(max_examples=60, deadline=None)
    def test_weekly_hours_are_those_of_the_package_at_any_time(self, text: str) -> None:
        hours = read(text)
        assert (hours.special, hours.holidays) == ({}, ())
        assert theirs(text) == ours(hours)

    @given(dated_texts())
    @settings(max_examples=40, deadline=None)
    def test_dated_texts_are_those_of_the_package_in_their_years(self, text: str) -> None:
        inside = FIRST + timedelta(days=1), LAST
        expected = [(max(start, inside[0]), end) for start, end in theirs(text) if end > inside[0]]
        assert expected == ours(read(text), *inside)

    @given(weekly_texts(holidays=True), st.sampled_from(["", "; Jul 10:00-12:00"]))
    @settings(max_examples=60, deadline=None)
    def test_public_holidays_are_those_of_the_package_on_the_same_dates(self, text: str, more: str) -> None:
        dates = [start.date() for start, _ in theirs("PH", country="ES")]
        expected = theirs(text + more, country="ES")
        assert expected == ours(read(text + more, holidays=dict.fromkeys(dates, "fiesta")))

    def test_a_date_that_is_open_to_its_end_stops_there(self) -> None:
        assert [(datetime(2026, 2, 3), datetime(2026, 2, 5))] == ours(read("Feb 03 00:00-48:00"))  # noqa: DTZ001

    def test_no_text(self) -> None:
        with pytest.raises(InvalidScheduleError, match="must be a text, got None"):
            read(None)  # type: ignore[arg-type]

    def test_closed_holidays_keep_their_names(self) -> None:
        hours = read("Mo-Fr 09:00-17:00; PH off", holidays=CHRISTMAS)
        # The 26th is a Saturday: nothing to close.
        assert (Holiday(date(2026, 12, 25), "Navidad"),) == hours.holidays

    def test_hours_on_holidays_are_special(self) -> None:
        hours = read("Mo-Fr 09:00-17:00; PH 10:00-12:00", holidays=CHRISTMAS)
        expected = {day: SpecialHours((("10:00", "12:00"),), name) for day, name in CHRISTMAS.items()}
        assert expected == hours.special

    def test_a_comment_names_the_date(self) -> None:
        hours = read('Jan 05 10:00-12:00 "Bus, PH"')
        assert {date(2026, 1, 5): SpecialHours((("10:00", "12:00"),), "Bus, PH")} == hours.special

    def test_holidays_without_dates_are_told(self) -> None:
        with pytest.warns(LossWarning, match="PH has no dates"):
            read("Mo-Fr 09:00-17:00; PH off")

    @pytest.mark.parametrize(("text", "message"), [
        ("Mo-Fr 9-17", "cannot be read at character 7"),
        ("", "cannot be read"),
        ("lunes a viernes", "cannot be read"),
        ("Mo-Fr sunrise-18:00", "the sun"),
        ("Mo-Fr 09:00-17:00; SH off", "school holidays"),
        ("Mo 10:00+", "open end"),
        ("Mo-Fr 10:00-12:00 || Sa 09:00-10:00", r"the fallback '\|\| Sa 09:00-10:00' opens"),
        ("Mo-Fr 10:00-12:00 || open", "opens; write its hours as a rule"),
        ("Mo-Fr 10:00-12:00 || unknown || 08:00-09:00, Tu off", "opens"),
        ("Mo 10:00-12:00; PH +1 day off", "counts days"),
    ])  # fmt: skip
    def test_what_cannot_be_known(self, text: str, message: str) -> None:
        with pytest.raises(InvalidScheduleError, match=message):
            read(text, holidays=CHRISTMAS)

    def test_without_the_package_the_extra_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "opening_hours", None)
        with pytest.raises(MissingExtraError, match=r"csprotocol\[osm\]"):
            read("24/7")


@st.composite
def day_hours(draw: st.DrawFn) -> tuple[Hours, ...]:
    marks = sorted(draw(st.lists(st.integers(0, 71), unique=True, max_size=6)))
    pairs = [(a, b) for a, b in zip(marks[::2], marks[1::2], strict=False) if a < 48 and b - a < 48]
    return tuple((clock_text(a * 1800), clock_text((b if b <= 48 else b - 48) * 1800)) for a, b in pairs)


dates = st.dates(date(2026, 2, 1), date(2026, 2, 12))
weeklies = st.dictionaries(st.sampled_from(WEEKDAYS), day_hours())


@st.composite
def documents(draw: st.DrawFn) -> BusinessHours:
    seasons = st.tuples(st.sampled_from(["02-03", "12-20", "2026-02-05"]), weeklies)
    return BusinessHours(
        tz="UTC",
        weekly=draw(weeklies),  # type: ignore[arg-type]  # the texts of a strategy are no literals
        breaks=draw(st.sampled_from(["", "mon-sun 12:00-13:00,23:30-00:30"])),
        seasons=tuple(
            Season(first, first[:-5] + "02-09", weekly, draw(st.sampled_from(["", "Rebajas"])))  # type: ignore[arg-type]
            for first, weekly in draw(st.lists(seasons, max_size=2))
        ),
        special={day: SpecialHours(draw(day_hours()), "Día") for day in draw(st.lists(dates, max_size=3))},
        holidays=tuple(draw(st.lists(dates, max_size=2))),
        closure=draw(st.sampled_from(["calendar_day", "shift"])),
    )


class TestToOsm:
    @given(documents())
    @settings(max_examples=150, deadline=None)
    def test_without_losses_the_text_says_the_same(self, hours: BusinessHours) -> None:
        text, losses = to_osm(hours)
        if not losses:
            assert ours(hours) == theirs(text)

    @given(weeklies)
    @settings(deadline=None)
    def test_reading_the_text_gives_the_same_hours(self, weekly: Any) -> None:
        hours = BusinessHours(tz="UTC", weekly=weekly)
        assert ours(hours) == ours(read(to_osm(hours).value))

    @pytest.mark.parametrize(("hours", "text"), [
        (BusinessHours(tz="UTC"), "off"),
        (BusinessHours(tz="UTC", weekly="mon-sun 00:00-24:00"), "24/7"),
        (BusinessHours(tz="UTC", weekly="mon,wed-fri 09:00-17:00"), "Mo,We-Fr 09:00-17:00"),
        (BusinessHours(tz="UTC", weekly="mon-fri 22:00-06:00"), "Mo-Fr 22:00-06:00"),
        (BusinessHours(tz="UTC", weekly="mon 22:00-06:00; wed 09:00-10:00"),
         "Mo 22:00-24:00; Tu 00:00-06:00; We 09:00-10:00"),
        (BusinessHours(tz="UTC", weekly="mon 09:00-17:00", holidays={date(2026, 12, 25): 'The "25th"'}),
         "Mo 09:00-17:00; 2026 Dec 25 off \"The '25th'\""),
        (BusinessHours(tz="UTC", weekly="mon 09:00-17:00", seasons=(Season("07-01", "08-31", "mon 09:00-14:00"),)),
         "Mo 09:00-17:00; Jul 01-Aug 31 off; Jul 01-Aug 31 Mo 09:00-14:00"),
    ])  # fmt: skip
    def test_texts(self, hours: BusinessHours, text: str) -> None:
        assert (text, ()) == to_osm(hours)

    def test_what_it_cannot_say_is_told(self) -> None:
        hours = BusinessHours(
            tz="UTC",
            weekly="mon 22:00:30-06:00",
            seasons=(Season("07-01", "08-31", "mon 09:00-14:00"),),
            recurring=(RecurringException("FREQ=MONTHLY;BYDAY=-1FR"),),
            holidays=PublicHolidays("ES", "MD"),
        )
        text, losses = to_osm(hours)
        expected = "Mo 22:01-24:00; Tu 00:00-06:00; Jul 01-Aug 31 off; Jul 01-Aug 31 Mo 09:00-14:00; PH off"
        assert expected == text
        assert [loss.path for loss in losses] == ["weekly", "seasons", "holidays[0]", "recurring[0]"]
