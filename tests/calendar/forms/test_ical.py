from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.calendar import BusinessCalendar
from csprotocol.calendar._holidays import Holiday
from csprotocol.calendar._hours import BusinessHours, SpecialHours
from csprotocol.calendar._recurring import RecurringException
from csprotocol.calendar._wall import Hours, clock_text
from csprotocol.calendar.forms.ical import Busy, Closures, apply, closures
from csprotocol.errors import InvalidScheduleError, MissingExtraError

pytest.importorskip("recurring_ical_events", reason="the extra [ical] needs python-dateutil <3")

MADRID = "Europe/Madrid"


def feed(*events: str) -> str:
    body = "\r\n".join(
        "\r\n".join(["BEGIN:VEVENT", f"UID:{i}", *event.split("|"), "END:VEVENT"]) for i, event in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}\r\nEND:VCALENDAR\r\n"


def read(*events: str, tz: str = MADRID) -> Closures:
    return closures(feed(*events), first_year=2026, last_year=2027, tz=tz)


class TestClosures:
    @pytest.mark.parametrize(("event", "holidays"), [
        ("DTSTART;VALUE=DATE:20261225|SUMMARY:Navidad", [("2026-12-25", "Navidad")]),
        ("DTSTART;VALUE=DATE:20261225|DTEND;VALUE=DATE:20261226|SUMMARY:Navidad", [("2026-12-25", "Navidad")]),
        ("DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20261226", [("2026-12-24", ""), ("2026-12-25", "")]),
        ("DTSTART;VALUE=DATE:20261224|DURATION:P2D", [("2026-12-24", ""), ("2026-12-25", "")]),
        ("DTSTART;VALUE=DATE:20201225|RRULE:FREQ=YEARLY|SUMMARY:N", [("2026-12-25", "N"), ("2027-12-25", "N")]),
        ("DTSTART;VALUE=DATE:20201225|RRULE:FREQ=YEARLY|EXDATE;VALUE=DATE:20261225", [("2027-12-25", "")]),
        ("DTSTART;VALUE=DATE:20251231|DTEND;VALUE=DATE:20260102", [("2026-01-01", "")]),  # cut at the first year
        ("DTSTART;VALUE=DATE:20271231|DTEND;VALUE=DATE:20280103", [("2027-12-31", "")]),  # and at the last
        ("DTSTART;VALUE=DATE:20281225", []),
    ])  # fmt: skip
    def test_all_day_events_are_holidays(self, event: str, holidays: list[tuple[str, str]]) -> None:
        expected = tuple(Holiday(date.fromisoformat(day), name) for day, name in holidays)
        assert expected == read(event).holidays

    def test_names_on_one_date_are_joined(self) -> None:
        closed = read("DTSTART;VALUE=DATE:20261225|SUMMARY:Navidad", "DTSTART;VALUE=DATE:20261225|SUMMARY:Inventario")
        expected = (Holiday(date(2026, 12, 25), "Navidad; Inventario"),)
        assert expected == closed.holidays

    @pytest.mark.parametrize(("event", "start", "end"), [
        ("DTSTART:20261123T100000|DTEND:20261123T110000", "2026-11-23T10:00", "2026-11-23T11:00"),  # floating
        ("DTSTART;TZID=Europe/Madrid:20261123T100000|DURATION:PT1H", "2026-11-23T10:00", "2026-11-23T11:00"),
        ("DTSTART:20261123T100000Z|DURATION:PT1H", "2026-11-23T11:00", "2026-11-23T12:00"),
        ("DTSTART:20260723T100000Z|DURATION:PT1H", "2026-07-23T12:00", "2026-07-23T13:00"),
        ("DTSTART;TZID=America/New_York:20261123T100000|DURATION:PT1H", "2026-11-23T16:00", "2026-11-23T17:00"),
        ("DTSTART:20251231T233000Z|DURATION:PT1H", "2026-01-01T00:30", "2026-01-01T01:30"),  # local year decides
    ])  # fmt: skip
    def test_timed_events_by_the_wall_clock(self, event: str, start: str, end: str) -> None:
        expected = (Busy(datetime.fromisoformat(start), datetime.fromisoformat(end), "Team"),)
        assert expected == read(f"{event}|SUMMARY:Team").busy

    def test_a_zone_of_the_feed_with_other_rules_does_not_count_where_its_name_is_known(self) -> None:
        text = feed("DTSTART;TZID=Europe/Madrid:20261123T100000|DURATION:PT1H").replace(
            "VERSION:2.0",
            "VERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Madrid\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
            "TZOFFSETFROM:+0500\r\nTZOFFSETTO:+0500\r\nEND:STANDARD\r\nEND:VTIMEZONE",
        )
        found = closures(text.encode(), first_year=2026, last_year=2026, tz="UTC").busy[0]
        expected = Busy(datetime(2026, 11, 23, 9), datetime(2026, 11, 23, 10))  # noqa: DTZ001
        assert expected == found

    def test_what_blocks_no_time_is_counted(self) -> None:
        closed = read(
            "DTSTART;VALUE=DATE:20261225|TRANSP:TRANSPARENT",
            "DTSTART;VALUE=DATE:20261226|STATUS:CANCELLED",
            "DTSTART:20261123T100000|DTEND:20261123T100000",
            "DTSTART;VALUE=DATE:20261227|STATUS:TENTATIVE|TRANSP:OPAQUE",
            "DTSTART;VALUE=DATE:20261228|STATUS:CONFIRMED",
        )
        assert Closures(MADRID, (Holiday(date(2026, 12, 28)),), (), transparent=1, cancelled=1, tentative=1) == closed

    @pytest.mark.parametrize(("start", "end", "closed_from", "closed_until"), [
        ("20241027T003000Z", "20241027T013000Z", "02:30", "03:00"),  # the second end reads as the first start
        ("20241026T230000Z", "20241027T013000Z", "01:00", "03:00"),  # ends in the second hour
        ("20241027T011500Z", "20241027T014500Z", "02:15", "03:00"),  # wholly in the second hour
        ("20241027T013000Z", "20241027T030000Z", "02:30", "04:00"),
        ("20241027T003000Z", "20241027T004500Z", "02:30", "02:45"),  # wholly in the first hour
    ])  # fmt: skip
    def test_events_in_the_repeated_hour_close_what_covers_them(
        self, start: str, end: str, closed_from: str, closed_until: str
    ) -> None:
        text = feed(f"DTSTART:{start}|DTEND:{end}")
        found = closures(text, first_year=2024, last_year=2024, tz=MADRID)
        busy = tuple((b.start.strftime("%H:%M"), b.end.strftime("%H:%M")) for b in found.busy)
        assert ((closed_from, closed_until),) == busy
        calendar = BusinessCalendar(apply(BusinessHours(tz=MADRID, weekly="mon-sun 00:00-24:00"), found))
        during = (datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for at in (start, end))
        assert timedelta(0) == calendar.between(*during)

    def test_an_empty_event_in_the_repeated_hour_closes_nothing(self) -> None:
        text = feed("DTSTART:20241027T013000Z|DTEND:20241027T013000Z")
        assert () == closures(text, first_year=2024, last_year=2024, tz=MADRID).busy

    @pytest.mark.parametrize("event", [
        "DTSTART;TZID=Nowhere:20261123T100000|DURATION:PT1H",
        "DTSTART:20261123T100000|DTEND;TZID=Nowhere:20261123T110000",
        "DTSTART:20261123T100000|RRULE:FREQ=DAILY;COUNT=2|EXDATE;TZID=Nowhere:20261124T100000",
        "DTSTART:20261123T100000|RDATE;TZID=Nowhere:20261124T100000",
    ])  # fmt: skip
    def test_an_unknown_zone_in_the_feed(self, event: str) -> None:
        with pytest.raises(InvalidScheduleError, match=r"ical\[0\]: [A-Z]+ is in the time zone 'Nowhere'"):
            read(event)

    def test_a_zone_that_the_feed_explains_itself(self) -> None:
        text = feed("DTSTART;TZID=The Shop:20261123T100000|DURATION:PT1H").replace(
            "VERSION:2.0",
            "VERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:The Shop\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
            "TZOFFSETFROM:+0500\r\nTZOFFSETTO:+0500\r\nEND:STANDARD\r\nEND:VTIMEZONE",
        )
        found = closures(text, first_year=2026, last_year=2026, tz="UTC").busy
        assert (Busy(datetime(2026, 11, 23, 5), datetime(2026, 11, 23, 6)),) == found  # noqa: DTZ001

    @pytest.mark.parametrize("text", [
        "", "hello", b"\xff\xfe", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT",
        feed("DTSTART:garbage"), feed("SUMMARY:no start"), feed("DTSTART:20260105T100000|RRULE:FREQ=NONSENSE"),
    ])  # fmt: skip
    def test_what_is_no_feed(self, text: str | bytes) -> None:
        with pytest.raises(InvalidScheduleError, match="ical"):
            closures(text, first_year=2026, last_year=2026, tz=MADRID)

    def test_without_the_libraries_the_extra_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "recurring_ical_events", None)
        with pytest.raises(MissingExtraError, match=r"csprotocol\[ical\]"):
            read()

    def test_an_unknown_zone(self) -> None:
        with pytest.raises(InvalidScheduleError, match="tz"):
            read(tz="Europe/Madird")


WEDNESDAY_NIGHTS = RecurringException("FREQ=WEEKLY;BYDAY=WE", (("20:00", "05:00"),))
FIRST = date(2026, 11, 16)
days = st.dates(FIRST, date(2026, 11, 30))


@st.composite
def hours_of_a_day(draw: st.DrawFn) -> tuple[Hours, ...]:
    first = draw(st.integers(0, 47))
    marks = sorted(draw(st.lists(st.integers(first, first + 47), unique=True, max_size=6)))
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return tuple((clock_text(a % 48 * 1800), clock_text(b % 48 * 1800)) for a, b in pairs if a < 48)


@st.composite
def desks(draw: st.DrawFn) -> BusinessHours:
    night = draw(st.booleans())
    weekly = "mon-fri 22:00-06:00; sat 00:00-24:00" if night else "mon-sat 08:00-12:00,13:00-24:00; sun 00:00-09:00"
    return BusinessHours(
        tz="UTC",
        weekly=weekly,
        breaks=draw(st.sampled_from(["", "mon-sun 02:00-03:00,23:30-00:30"])),
        special=draw(st.dictionaries(days, hours_of_a_day(), max_size=3)),
        holidays=tuple(draw(st.lists(days, max_size=2))),
        recurring=draw(st.sampled_from([(), (RecurringException("FREQ=WEEKLY;BYDAY=WE", (("20:00", "05:00"),)),)])),
        closure="calendar_day" if night else draw(st.sampled_from(["calendar_day", "shift"])),
    )


@st.composite
def events(draw: st.DrawFn) -> Busy:
    start = datetime.combine(draw(days), datetime.min.time()) + timedelta(minutes=draw(st.integers(0, 95)) * 15)
    return Busy(start, start + timedelta(minutes=draw(st.integers(1, 120)) * 15), draw(st.sampled_from(["", "Team"])))


class TestApply:
    @given(desks(), st.lists(events(), max_size=4))
    def test_timed_events_take_out_exactly_their_time(self, hours: BusinessHours, busy: list[Busy]) -> None:
        a, b = datetime(2026, 11, 10, tzinfo=UTC), datetime(2026, 12, 10, tzinfo=UTC)
        before = BusinessCalendar(hours, first_year=2026, last_year=2026).intervals(a, b)
        expected = [(span.start, span.end) for span in before]
        for event in busy:
            start, end = event.start.replace(tzinfo=UTC), event.end.replace(tzinfo=UTC)
            expected = [
                (first, last)
                for low, high in expected
                for first, last in [(low, min(high, start)), (max(low, end), high)]
                if first < last
            ]
        cut = apply(hours, Closures("UTC", busy=tuple(busy)))
        after = BusinessCalendar(cut, first_year=2026, last_year=2026).intervals(a, b)
        assert expected == [(span.start, span.end) for span in after]

    def test_whole_dates_become_holidays_and_special_hours_win(self) -> None:
        hours = BusinessHours(
            tz=MADRID, weekly="mon-fri 09:00-17:00", special={date(2026, 12, 24): (("09:00", "12:00"),)}
        )
        closed = Closures(MADRID, (Holiday(date(2026, 12, 24)), Holiday(date(2026, 12, 25), "Navidad")))
        calendar = BusinessCalendar(apply(hours, closed), first_year=2026, last_year=2026)
        opened = [calendar.open_time_on(date(2026, 12, day)) for day in (23, 24, 25)]
        assert [timedelta(hours=8), timedelta(hours=3), timedelta(0)] == opened

    def test_names_are_joined(self) -> None:
        hours = BusinessHours(tz="UTC", special={date(2026, 11, 23): SpecialHours((("09:00", "14:00"),), "Black Week")})
        meeting = Busy(datetime(2026, 11, 23, 9), datetime(2026, 11, 23, 10), "Team")  # noqa: DTZ001
        expected = SpecialHours((("10:00", "14:00"),), "Black Week; Team")
        assert expected == apply(hours, Closures("UTC", busy=(meeting,))).special[date(2026, 11, 23)]

    def test_nothing_to_take_out_changes_nothing(self) -> None:
        hours = BusinessHours(tz="UTC", weekly="mon 09:00-14:00")
        sunday = Busy(datetime(2026, 11, 22, 9), datetime(2026, 11, 22, 10))  # noqa: DTZ001
        assert hours == apply(hours, Closures("UTC", busy=(sunday,)))

    def test_parts_of_a_second_close_the_whole_second(self) -> None:
        hours = BusinessHours(tz="UTC", weekly="mon 09:00-14:00")
        short = Busy(datetime(2026, 11, 23, 10, 0, 0, 5), datetime(2026, 11, 23, 10, 0, 0, 9))  # noqa: DTZ001
        expected: Any = (("09:00", "10:00"), ("10:00:01", "14:00"))
        found = apply(hours, Closures("UTC", busy=(short,))).special[date(2026, 11, 23)]
        assert expected == found

    @pytest.mark.parametrize(("hours", "place"), [
        (BusinessHours(tz="UTC"), "tz"),
        (BusinessHours(tz=MADRID, weekly="mon 22:00-06:00", closure="shift"), "closure"),
    ])  # fmt: skip
    def test_refusals_name_their_place(self, hours: BusinessHours, place: str) -> None:
        meeting = Busy(datetime(2026, 11, 23, 9), datetime(2026, 11, 23, 10))  # noqa: DTZ001
        with pytest.raises(InvalidScheduleError) as caught:
            apply(hours, Closures(MADRID, busy=(meeting,)))
        assert place == caught.value.problems[0].path
