from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.calendar import BusinessCalendar
from csprotocol.calendar._holidays import Holiday, PublicHolidays
from csprotocol.calendar._hours import BusinessHours, Season, SpecialHours
from csprotocol.calendar._recurring import RecurringException
from csprotocol.calendar._text import WEEKDAYS
from csprotocol.calendar._wall import Hours, clock_text
from csprotocol.calendar.forms import LossWarning
from csprotocol.calendar.forms.schema_org import from_specifications, to_specifications
from csprotocol.errors import InvalidScheduleError

MADRID = "Europe/Madrid"
NINE_TO_FIVE = {"opens": "09:00", "closes": "17:00"}
CLOSED = {"opens": "00:00", "closes": "00:00"}


@st.composite
def day_hours(draw: st.DrawFn) -> tuple[Hours, ...]:
    marks = sorted(draw(st.lists(st.integers(0, 2879), unique=True, max_size=6)))
    marks = [mark * 30 for mark in marks][: len(marks) // 2 * 2]
    hours = [(clock_text(a), clock_text(b)) for a, b in zip(marks[::2], marks[1::2], strict=True)]
    runs_to_midnight = draw(st.booleans())
    if hours and runs_to_midnight and hours[-1][0] != "00:00":
        hours[-1] = hours[-1][0], draw(st.sampled_from(["24:00", "00:00"]))
    return tuple(hours)


weeklies = st.dictionaries(st.sampled_from(WEEKDAYS), day_hours())
names = st.sampled_from(["", "Rebajas", "Navidad"])


@st.composite
def documents(draw: st.DrawFn) -> BusinessHours:
    seasons = []
    for first in draw(st.lists(st.dates(date(2026, 1, 1), date(2028, 1, 1)), unique=True, max_size=3)):
        last = date.fromordinal(first.toordinal() + draw(st.integers(0, 90)))
        seasons.append(Season(first.isoformat(), last.isoformat(), draw(weeklies), draw(names)))  # type: ignore[arg-type]
    special: dict[date, Any] = {}
    for day in draw(st.lists(st.dates(date(2026, 1, 1), date(2028, 1, 1)), unique=True, max_size=3)):
        hours, name = draw(day_hours()), draw(names)
        special[day] = SpecialHours(hours, name) if name else hours
    return BusinessHours(
        tz=MADRID,
        weekly=draw(weeklies),  # type: ignore[arg-type]  # the texts of a strategy are no literals
        breaks=draw(st.sampled_from(["", "", "mon 12:00-13:00"])),
        seasons=tuple(seasons),
        special=special,
        holidays=draw(st.sampled_from([(), (), (Holiday(date(2026, 12, 25), "Navidad"),)])),
        closure=draw(st.sampled_from(["calendar_day", "calendar_day", "shift"])),
    )


class TestFromSpecifications:
    @pytest.mark.parametrize(("spec", "text"), [
        ({"dayOfWeek": "Monday"} | NINE_TO_FIVE, "mon 09:00-17:00"),
        ({"dayOfWeek": "https://schema.org/Monday"} | NINE_TO_FIVE, "mon 09:00-17:00"),
        ({"dayOfWeek": "http://schema.org/Monday"} | NINE_TO_FIVE, "mon 09:00-17:00"),
        ({"dayOfWeek": "schema:Monday"} | NINE_TO_FIVE, "mon 09:00-17:00"),
        ({"dayOfWeek": {"@id": "https://schema.org/Monday"}} | NINE_TO_FIVE, "mon 09:00-17:00"),
        ({"dayOfWeek": ["Monday", "schema:Tuesday"]} | NINE_TO_FIVE, "mon-tue 09:00-17:00"),
        (NINE_TO_FIVE, "mon-sun 09:00-17:00"),
        ({"dayOfWeek": "Monday", "opens": "9:00", "closes": "17:00:00"}, "mon 09:00-17:00"),
        ({"dayOfWeek": "Monday", "opens": "09:00:30", "closes": "17:00"}, "mon 09:00:30-17:00"),
        ({"dayOfWeek": "Monday", "opens": "18:00", "closes": "02:00"}, "mon 18:00-02:00"),
        ({"dayOfWeek": "Monday", "opens": "09:00", "closes": "00:00"}, "mon 09:00-00:00"),
        ({"dayOfWeek": "Monday", "opens": "00:00", "closes": "23:59"}, "mon 00:00-24:00"),
        ({"dayOfWeek": "Monday", "opens": "00:00", "closes": "23:59:59"}, "mon 00:00-24:00"),
        ({"dayOfWeek": "Monday"} | CLOSED, ""),
        ({"dayOfWeek": "Monday", "opens": "00:00:00", "closes": "00:00:00"}, ""),
        ({"dayOfWeek": "Monday"}, ""),
        ([], ""),
    ])  # fmt: skip
    def test_weekly(self, spec: Any, text: str) -> None:
        assert f"{text} ({MADRID})" == str(from_specifications(spec, tz=MADRID))

    def test_a_whole_node(self) -> None:
        node = {
            "@context": "https://schema.org",
            "@type": "LocalBusiness",
            "name": "Tienda",
            "openingHoursSpecification": [{"dayOfWeek": "Monday"} | NINE_TO_FIVE] * 2,
            "specialOpeningHoursSpecification": {"validFrom": "2026-12-24", "validThrough": "2026-12-26"} | CLOSED,
        }  # fmt: skip
        expected = BusinessHours(
            tz=MADRID, weekly="mon 09:00-17:00", special={date(2026, 12, day): () for day in (24, 25, 26)}
        )
        assert expected == from_specifications(node, tz=MADRID)

    def test_a_long_range_is_a_season_a_short_one_special_dates(self) -> None:
        specs = [
            {"dayOfWeek": "Monday", "validFrom": "2026-07-01", "validThrough": "2026-08-31"} | NINE_TO_FIVE,
            {"dayOfWeek": "Saturday", "validFrom": "2026-12-19", "validThrough": "2026-12-25"} | NINE_TO_FIVE,
            {"validFrom": "2027-01-05T00:00:00+01:00", "validThrough": "2027-01-05", "name": "Bus"} | NINE_TO_FIVE,
        ]
        expected = BusinessHours(
            tz=MADRID,
            seasons=(Season("2026-07-01", "2026-08-31", "mon 09:00-17:00"),),
            special={
                date(2026, 12, 19): (("09:00", "17:00"),),
                date(2027, 1, 5): SpecialHours((("09:00", "17:00"),), "Bus"),
            },
        )
        assert expected == from_specifications(specs, tz=MADRID)

    @pytest.mark.parametrize("graph", [
        {"@graph": [{"@type": "WebSite"}, {"openingHoursSpecification": [{"dayOfWeek": "Monday"} | NINE_TO_FIVE]}]},
        [{"@type": "WebSite"}, {"openingHoursSpecification": {"dayOfWeek": "Monday"} | NINE_TO_FIVE}],
        {"@graph": [
            {"@type": "Store", "openingHoursSpecification": {"@id": "#hours"}},
            {"@id": "#hours", "@type": "OpeningHoursSpecification", "dayOfWeek": "Monday"} | NINE_TO_FIVE,
        ]},
        [
            {"@type": "Store", "openingHoursSpecification": [{"@id": "#hours"}]},
            {"@id": "#hours", "dayOfWeek": "Monday"} | NINE_TO_FIVE,
        ],
        {"@graph": [{"@type": "Store"}, {"@type": "schema:OpeningHoursSpecification", "dayOfWeek": "Monday"}
                    | NINE_TO_FIVE]},
    ])  # fmt: skip
    def test_a_graph(self, graph: Any) -> None:
        assert BusinessHours(tz=MADRID, weekly="mon 09:00-17:00") == from_specifications(graph, tz=MADRID)

    @pytest.mark.parametrize("reverse", [False, True])
    @pytest.mark.parametrize(("wide", "narrow", "day", "hours"), [
        (("2026-12-20", "2026-12-31"), ("2026-12-25", "2026-12-25", None, CLOSED), "2026-12-25", 0),
        (("2026-12-20", "2026-12-31"), ("2026-12-25", "2026-12-25", None, CLOSED), "2026-12-26", 8),
        (("2026-12-20", "2026-12-31"), ("2026-12-24", "2026-12-26", "Friday", CLOSED), "2026-12-25", 0),
        (("2026-01-01", "2026-12-31"), ("2026-07-01", "2026-07-31", "Monday", CLOSED), "2026-07-06", 0),
        (("2026-01-01", "2026-12-31"), ("2026-07-01", "2026-07-31", "Monday", CLOSED), "2026-08-03", 8),
        (("2026-01-01", "2028-12-31"), ("2026-07-01", "2026-07-31", "Monday", CLOSED), "2026-07-06", 0),
    ])  # fmt: skip
    def test_the_narrower_range_wins_whatever_the_order(
        self, wide: Any, narrow: Any, day: str, hours: int, reverse: bool
    ) -> None:
        first, last, weekday, interval = narrow
        specs: list[Any] = [
            {"validFrom": wide[0], "validThrough": wide[1]} | NINE_TO_FIVE,
            {"validFrom": first, "validThrough": last} | ({"dayOfWeek": weekday} if weekday else {}) | interval,
        ]
        calendar = BusinessCalendar(from_specifications(specs[::-1] if reverse else specs, tz=MADRID))
        assert timedelta(hours=hours) == calendar.open_time_on(date.fromisoformat(day))

    @pytest.mark.parametrize("days", [6, 60])
    def test_of_two_ranges_of_one_length_the_later_one_wins_and_it_is_told(self, days: int) -> None:
        first = [date(2026, 7, 1), date(2026, 7, 3)]
        specs = [
            {"dayOfWeek": "Monday", "opens": "09:00", "closes": f"1{i}:00", "validFrom": str(day),
             "validThrough": str(day + timedelta(days=days))}
            for i, day in enumerate(first)
        ]  # fmt: skip
        with pytest.warns(LossWarning, match=r"\[1\]: overlaps \[0\], which is as long"):
            hours = from_specifications(specs, tz=MADRID)
        assert timedelta(hours=2) == BusinessCalendar(hours).open_time_on(date(2026, 7, 6))

    def test_instants_are_dates_of_the_calendar(self) -> None:
        spec = {"validFrom": "2026-12-24T23:00:00Z", "validThrough": "2026-12-25T22:00:00+00:00"} | CLOSED
        assert {date(2026, 12, 25): ()} == from_specifications(spec, tz=MADRID).special

    def test_an_open_end_is_a_season_without_end(self) -> None:
        hours = from_specifications({"validFrom": "2026-07-01"} | NINE_TO_FIVE, tz=MADRID)
        assert Season("2026-07-01", "9999-12-31", "mon-sun 09:00-17:00") == hours.seasons[0]

    def test_public_holidays_with_dates(self) -> None:
        specs = [{"dayOfWeek": ["Monday", "PublicHolidays"]} | NINE_TO_FIVE]
        expected = {date(2026, 12, 25): SpecialHours((("09:00", "17:00"),), "Navidad")}
        assert expected == from_specifications(specs, tz=MADRID, holidays={date(2026, 12, 25): "Navidad"}).special

    def test_closed_public_holidays_are_holidays(self) -> None:
        hours = from_specifications({"dayOfWeek": "PublicHolidays"} | CLOSED, tz=MADRID, holidays=[date(2026, 12, 25)])
        assert (Holiday(date(2026, 12, 25)),) == hours.holidays

    def test_public_holidays_without_dates_are_told(self) -> None:
        with pytest.warns(LossWarning, match=r"\[0\]: hours on public holidays are left out"):
            from_specifications([{"dayOfWeek": "PublicHolidays"} | CLOSED], tz=MADRID)

    @pytest.mark.parametrize(("spec", "place", "message"), [
        ([{"dayOfWeek": "Lunes"} | NINE_TO_FIVE], "[0].dayOfWeek", "is no day"),
        ([{"dayOfWeek": ["Monday", "Mondey"]} | NINE_TO_FIVE], "[0].dayOfWeek[1]", "did you mean Monday?"),
        ([{"opens": "09:00"}], "[0].closes", "is missing"),
        ([{"closes": "09:00"}], "[0].opens", "is missing"),
        ([{"opens": "09:00+01:00", "closes": "17:00"}], "[0].opens", "carries an offset"),
        ([{"opens": "09:00", "closes": "17:00Z"}], "[0].closes", "carries an offset"),
        ([{"opens": "nine", "closes": "17:00"}], "[0].opens", "must be a time"),
        ([{"opens": 9, "closes": "17:00"}], "[0].opens", "must be a time"),
        ([{"validFrom": "24/12/2026"} | NINE_TO_FIVE], "[0].validFrom", "must be a date"),
        ([{"validFrom": "2026-12-24", "validThrough": "2026-12-23"}], "[0].validThrough", "lies before"),
        ([{"dayOfWeek": "Monday", "opens": "09:00", "closes": "09:00"}], "weekly.mon[0]", "is empty"),
        ([NINE_TO_FIVE, {"opens": "10:00", "closes": "11:00"}], "weekly.mon[1]", "overlaps"),
        ({"openingHours": "Mo-Fr 09:00-17:00"}, "openingHours", "forms.osm.from_osm"),
        ({"openingHoursSpecification": "Mo-Fr"}, "openingHoursSpecification", "must be specifications"),
        (["Mo-Fr"], "[0]", "must be a mapping"),
        ({}, "", "no hours were found"),
        ({"@type": "LocalBusiness", "name": "Tienda"}, "", "no hours were found"),
        ({"@type": "LocalBusiness", "openingHoursSpecification": []}, "", "no hours were found"),
        ({"@graph": [{"@type": "WebSite"}]}, "", "no hours were found"),
        ({"@graph": [{"openingHours": "Mo"}]}, "@graph[0].openingHours", "forms.osm.from_osm"),
        ({"@graph": [{"openingHoursSpecification": NINE_TO_FIVE}] * 2}, "@graph[0], @graph[1]", "one shop"),
        ({"@graph": [{"openingHoursSpecification": [{"opens": "9"}]}]},
         "@graph[0].openingHoursSpecification[0].opens", "must be a time"),
        ([NINE_TO_FIVE, {"name": "Tienda"}], "[1]", "has no hours"),
        ([{"opens": "0９:00", "closes": "17:00"}], "[0].opens", "must be a time"),
        (None, "", "must be specifications"),
    ])  # fmt: skip
    def test_bad_input_names_its_place(self, spec: Any, place: str, message: str) -> None:
        with pytest.raises(InvalidScheduleError) as caught:
            from_specifications(spec, tz=MADRID)
        assert place == caught.value.problems[0].path
        assert message in caught.value.problems[0].message


class TestToSpecifications:
    @given(documents())
    def test_without_losses_the_way_back_gives_equal_hours(self, hours: BusinessHours) -> None:
        specs, losses = to_specifications(hours)
        if not losses:
            assert hours == from_specifications(specs, tz=hours.tz)

    def test_seasons_keep_their_order_where_nothing_forces_another(self) -> None:
        ends = [("2026-07-01", "2026-07-20"), ("2026-06-01", "2026-08-31"), ("2026-10-01", "2026-10-10")]
        seasons = tuple(Season(first, last, "mon 09:00-14:00") for first, last in ends)
        hours = BusinessHours(tz=MADRID, seasons=seasons)
        specs, losses = to_specifications(hours)
        assert (hours, ()) == (from_specifications(specs, tz=MADRID), losses)

    def test_what_schema_org_cannot_say_is_told(self) -> None:
        hours = BusinessHours(
            tz=MADRID,
            weekly="mon 09:00-17:00; tue 09:00-23:59",
            breaks="mon 12:00-13:00",
            seasons=(
                Season("07-01", "08-31", "mon 09:00-14:00"),
                Season("2026-07-01", "2026-07-03", "mon 09:00-14:00"),
                Season("2026-09-01", "2026-09-30", "mon 09:00-14:00"),
                Season("2026-09-01", "2026-09-30", "mon 10:00-14:00"),
            ),
            special={date(2026, 12, 24): SpecialHours((("09:00", "12:00"),))},
            recurring=(RecurringException("FREQ=MONTHLY;BYDAY=-1FR"),),
            holidays=(date(2026, 12, 25), PublicHolidays("ES", "MD")),
            closure="shift",
        )
        expected = [
            "breaks", "weekly.tue", "seasons[0]", "seasons[1]", "seasons[3]", "holidays[0]", "holidays[1]",
             "recurring[0]", "closure",
        ]  # fmt: skip
        assert expected == [loss.path for loss in to_specifications(hours).losses]
