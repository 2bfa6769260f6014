"""Questions to a compiled calendar, as tables; the worked examples and the laws stand elsewhere."""

from __future__ import annotations

import pickle
import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from csprotocol.calendar import (
    BusinessCalendar,
    BusinessHours,
    CalendarHistory,
    Holiday,
    Reason,
    RecurringException,
    Season,
    SpecialHours,
)
from csprotocol.errors import (
    HolidayCoverageError,
    HorizonError,
    InvalidValueError,
    NaiveDatetimeError,
    NeverClosesError,
    NeverOpenError,
)

MADRID = ZoneInfo("Europe/Madrid")
SHOP = BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-14:00,16:00-19:00"))
NIGHT = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 22:00-06:00"))
NEVER = BusinessCalendar(BusinessHours(tz="UTC"))
THREE_SHIFTS = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 06:00-14:00,14:00-22:00,22:00-06:00"))
EVENINGS = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 22:00-24:00"))
LATE = {"tz": "UTC", "weekly": "mon-fri 22:00-06:00", "holidays": ["2026-11-21"]}
ALL_WEEK = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-sun 00:00-24:00"))
ONE_DAY = BusinessCalendar({"tz": "UTC", "special": {"2024-01-05": [["09:00", "10:00"]]}})
ONE_CLOSED_DAY = BusinessCalendar({"tz": "UTC", "weekly": "mon-sun 00:00-24:00", "special": {"2024-01-05": []}})


def madrid(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestAdd:
    @pytest.mark.parametrize(
        ("opened", "hours", "due"),
        [
            ("2026-11-20 17:30", 4, "2026-11-23 11:30"),  # Friday evening runs on into Monday
            ("2026-11-20 17:30", 1.5, "2026-11-20 19:00"),  # exactly at closing is the closing instant
            ("2026-11-20 15:00", 0, "2026-11-20 15:00"),  # nothing to do is done at once, even while closed
            ("2026-11-21 12:00", 1, "2026-11-23 10:00"),  # Saturday
            ("2026-11-23 10:00", -2, "2026-11-20 18:00"),  # backwards
            ("2026-11-23 10:00", -1, "2026-11-23 09:00"),  # backwards lands on the opening instant
            ("2026-03-27 18:00", 2, "2026-03-30 10:00"),  # over the weekend in which clocks go forward
        ],
    )
    def test_table(self, opened: str, hours: float, due: str) -> None:
        assert madrid(due) == SHOP.add(madrid(opened), timedelta(hours=hours))

    def test_result_is_in_the_zone_of_the_argument(self) -> None:
        tokyo = ZoneInfo("Asia/Tokyo")
        due = SHOP.add(madrid("2026-11-20 10:00").astimezone(tokyo), timedelta(hours=1))
        assert due.tzinfo is tokyo

    def test_far_ahead(self) -> None:
        assert SHOP.between(utc("2026-01-01"), SHOP.add(utc("2026-01-01"), timedelta(hours=50_000))) == timedelta(
            hours=50_000
        )

    @pytest.mark.parametrize("sign", [1, -1])
    def test_further_than_the_horizon(self, sign: int) -> None:
        with pytest.raises(HorizonError, match="widen it with"):
            SHOP.add(utc("2026-01-01"), sign * timedelta(hours=10**6))

    @pytest.mark.parametrize(("calendar", "sign"), [(NEVER, 1), (NEVER, -1), (ONE_DAY, 1), (ONE_DAY, -1)])
    def test_what_never_opens_enough(self, calendar: BusinessCalendar, sign: int) -> None:
        with pytest.raises(NeverOpenError):
            calendar.add(utc("2024-06-01"), sign * timedelta(hours=2))


class TestOpeningsAndClosings:
    @pytest.mark.parametrize(
        ("question", "at", "answer"),
        [
            ("next_open", "2026-11-20 10:00", "2026-11-20 10:00"),
            ("next_open", "2026-11-20 14:00", "2026-11-20 16:00"),
            ("next_open", "2026-11-20 19:00", "2026-11-23 09:00"),
            ("next_close", "2026-11-20 10:00", "2026-11-20 14:00"),
            ("next_close", "2026-11-20 14:00", "2026-11-20 19:00"),
            ("next_close", "2026-11-20 20:00", "2026-11-23 14:00"),
            ("previous_open", "2026-11-20 10:00", "2026-11-20 09:00"),
            ("previous_open", "2026-11-20 09:00", "2026-11-20 09:00"),
            ("previous_open", "2026-11-23 08:00", "2026-11-20 16:00"),
            ("previous_close", "2026-11-20 10:00", "2026-11-19 19:00"),
            ("previous_close", "2026-11-20 14:00", "2026-11-20 14:00"),
            ("previous_close", "2026-11-22 14:00", "2026-11-20 19:00"),
        ],
    )
    def test_table(self, question: str, at: str, answer: str) -> None:
        assert madrid(answer) == getattr(SHOP, question)(madrid(at))

    @pytest.mark.parametrize(
        ("calendar", "question", "error"),
        [
            (NEVER, "next_open", NeverOpenError),
            (NEVER, "next_close", NeverOpenError),
            (NEVER, "previous_open", NeverOpenError),
            (NEVER, "previous_close", NeverOpenError),
            (ONE_DAY, "next_open", NeverOpenError),
            (ONE_DAY, "next_close", NeverOpenError),
            (ALL_WEEK, "next_close", NeverClosesError),
            (ALL_WEEK, "previous_open", NeverClosesError),
            (ALL_WEEK, "previous_close", NeverClosesError),
            (ONE_CLOSED_DAY, "next_close", NeverClosesError),
            (BusinessCalendar.ALWAYS_OPEN, "next_close", NeverClosesError),
            (BusinessCalendar.ALWAYS_OPEN, "previous_open", NeverClosesError),
            (SHOP & NEVER, "next_open", NeverOpenError),
            (SHOP - SHOP, "next_open", NeverOpenError),
            (SHOP | ALL_WEEK, "next_close", NeverClosesError),
        ],
    )
    def test_no_answer_is_an_error_never_a_loop(
        self, calendar: BusinessCalendar, question: str, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            getattr(calendar, question)(utc("2024-06-01"))

    def test_what_happened_once_is_found(self) -> None:
        assert utc("2024-01-05 09:00") == ONE_DAY.previous_open(utc("2024-06-01"))
        assert utc("2024-01-05 10:00") == ONE_DAY.previous_close(utc("2024-06-01"))
        assert utc("2024-01-06 00:00") == ONE_CLOSED_DAY.previous_open(utc("2024-06-01"))


class TestDays:
    @pytest.mark.parametrize(
        ("at", "days", "due"),
        [
            ("2026-11-20 10:00", 1, "2026-11-23 10:00"),
            ("2026-11-20 10:00", 0, "2026-11-20 10:00"),
            ("2026-11-21 10:00", 0, "2026-11-23 10:00"),  # Saturday: the next business day
            ("2026-11-20 20:00", 1, "2026-11-24 09:00"),  # 20:00 on Monday is closed: it rolls forward
            ("2026-11-20 08:00", 0, "2026-11-20 09:00"),
            ("2026-11-23 10:00", -1, "2026-11-20 10:00"),
            ("2026-11-21 10:00", -1, "2026-11-20 10:00"),
            ("2026-03-27 10:00", 1, "2026-03-30 10:00"),  # the wall time stays over a change of clocks
        ],
    )
    def test_add_days(self, at: str, days: int, due: str) -> None:
        assert madrid(due) == SHOP.add_days(madrid(at), days)

    def test_add_days_speaks_of_local_dates(self) -> None:
        late = utc("2026-11-19 23:30")  # already Friday in Madrid
        assert madrid("2026-11-23 09:00") == SHOP.add_days(late, 1)

    def test_tail_of_a_shift_makes_no_business_day(self) -> None:
        found = [NIGHT.is_business_day(date(2026, 11, 20) + timedelta(days=step)) for step in range(3)]
        assert [True, False, False] == found

    def test_always_open_is_always_business(self) -> None:
        assert BusinessCalendar.ALWAYS_OPEN.is_business_day(date(2026, 11, 22))
        assert ALL_WEEK.is_business_day(date(2026, 11, 22))

    @pytest.mark.parametrize(
        ("calendar", "day", "closing"),
        [
            (SHOP, "2026-11-20", "2026-11-20 18:00"),  # 19:00 in Madrid
            (SHOP, "2026-11-21", None),
            (NIGHT, "2026-11-20", "2026-11-21 06:00"),
            (NIGHT, "2026-11-21", None),
            (NEVER, "2026-11-20", None),
            (ALL_WEEK, "2026-11-20", "2026-11-21 00:00"),
            (BusinessCalendar.ALWAYS_OPEN, "2026-11-20", "2026-11-21 00:00"),
            (THREE_SHIFTS, "2026-11-19", "2026-11-20 06:00"),
            (SHOP | NIGHT, "2026-11-19", "2026-11-20 06:00"),  # the night began on the same date
            (NIGHT | SHOP, "2026-11-21", None),
            (SHOP | BusinessCalendar.ALWAYS_OPEN, "2026-11-21", "2026-11-21 23:00"),  # midnight in Madrid
            (ALL_WEEK & SHOP, "2026-11-20", "2026-11-20 18:00"),
            (NIGHT & SHOP, "2026-11-20", None),
            (THREE_SHIFTS - NIGHT, "2026-11-19", "2026-11-19 22:00"),
            # Of the night something is left only where it began the day before.
            (NIGHT - EVENINGS, "2026-11-19", "2026-11-20 06:00"),
            # A closed date ends last night's shift, unless shifts are closed whole.
            (BusinessCalendar({**LATE, "closure": "calendar_day"}), "2026-11-20", "2026-11-21 00:00"),
            (BusinessCalendar({**LATE, "closure": "shift"}), "2026-11-20", "2026-11-21 06:00"),
            (BusinessCalendar({**LATE, "breaks": "sat 04:00-07:00", "holidays": []}), "2026-11-20", "2026-11-21 04:00"),
        ],
    )
    def test_closing_of(self, calendar: BusinessCalendar, day: str, closing: str | None) -> None:
        found = calendar.closing_of(date.fromisoformat(day))
        assert (None if closing is None else utc(closing)) == found
        assert found is None or found.tzinfo is calendar.tz

    def test_closing_of_the_last_day_that_a_source_knows(self) -> None:
        known = BusinessCalendar({"tz": "UTC", "weekly": "mon-sun 22:00-06:00"}, first_year=2026, last_year=2026)
        assert known.closing_of(date(2026, 12, 30)) == utc("2026-12-31 06:00")
        with pytest.raises(HorizonError):
            known.closing_of(date(2026, 12, 31))

    def test_open_time_on(self) -> None:
        assert timedelta(hours=8) == SHOP.open_time_on(date(2026, 11, 20))
        assert timedelta(0) == SHOP.open_time_on(date(2026, 11, 21))
        assert timedelta(hours=23) == BusinessCalendar(
            BusinessHours(tz="Europe/Madrid", weekly="sun 00:00-24:00")
        ).open_time_on(date(2026, 3, 29))

    def test_a_date_that_never_was(self) -> None:
        apia = BusinessCalendar(BusinessHours(tz="Pacific/Apia", weekly="mon-fri 09:00-17:00"))
        assert timedelta(0) == apia.open_time_on(date(2011, 12, 30))
        assert not apia.is_business_day(date(2011, 12, 30))

    def test_business_days_of_combined_calendars(self) -> None:
        holiday = BusinessCalendar({"tz": "Europe/Madrid", "special": {"2026-11-20": [["00:00", "24:00"]]}})
        friday, saturday = date(2026, 11, 20), date(2026, 11, 21)
        assert not (SHOP - holiday).is_business_day(friday)
        assert (SHOP & holiday).is_business_day(friday)
        assert (SHOP | NIGHT).is_business_day(friday)
        assert not (SHOP | NIGHT).is_business_day(saturday)

    @pytest.mark.parametrize("days", [1, -1, 0])
    def test_no_business_day_at_all(self, days: int) -> None:
        with pytest.raises(NeverOpenError):
            NEVER.add_days(utc("2026-01-01"), days)

    def test_a_datetime_is_no_date(self) -> None:
        with pytest.raises(InvalidValueError, match="day must be a date"):
            SHOP.is_business_day(utc("2026-01-01"))


class TestExplain:
    HOURS = BusinessHours(
        tz="Europe/Madrid",
        weekly="mon-fri 09:00-18:00",
        breaks="mon-fri 14:00-15:00",
        seasons=(Season("12-20", "12-31", "mon-fri 09:00-15:00", name="winter hours"),),
        special={date(2026, 12, 24): SpecialHours((("09:00", "12:00"),), name="Christmas Eve")},
        holidays=(Holiday(date(2026, 12, 25), "Navidad"),),
        recurring=(RecurringException("FREQ=MONTHLY;BYDAY=-1MO", (("12:00", "16:00"),), name="stocktaking"),),
    )

    def reasons(self, start: str, end: str) -> list[tuple[str, bool, str]]:
        told = BusinessCalendar(self.HOURS).explain(madrid(start), madrid(end))
        return [(f"{part.start:%d %H:%M}", part.is_open, part.why) for part in told]

    def test_weekly_with_a_break(self) -> None:
        assert self.reasons("2026-11-19 08:00", "2026-11-19 20:00") == [
            ("19 08:00", False, "closed"),
            ("19 09:00", True, "weekly"),
            ("19 14:00", False, "break"),
            ("19 15:00", True, "weekly"),
            ("19 18:00", False, "closed"),
        ]

    def test_every_kind_of_exception(self) -> None:
        assert self.reasons("2026-12-23 12:00", "2026-12-29 00:00") == [
            ("23 12:00", True, 'season "winter hours"'),
            ("23 14:00", False, "break"),
            ("23 15:00", False, "closed"),
            ("24 00:00", False, 'special "Christmas Eve"'),
            ("24 09:00", True, 'special "Christmas Eve"'),
            ("24 12:00", False, 'special "Christmas Eve"'),
            ("25 00:00", False, 'holiday "Navidad"'),
            ("26 00:00", False, "closed"),
            ("28 00:00", False, 'recurring "stocktaking"'),
            ("28 12:00", True, 'recurring "stocktaking"'),
            ("28 16:00", False, 'recurring "stocktaking"'),
        ]

    def test_a_dropped_shift_names_the_holiday(self) -> None:
        hours = BusinessHours(
            tz="UTC", weekly="mon-sun 22:00-06:00", holidays={date(2026, 12, 25): "Navidad"}, closure="shift"
        )
        told = BusinessCalendar(hours).explain(utc("2026-12-25"), utc("2026-12-26 12:00"))
        assert [(f"{p.start:%d %H}", p.is_open, p.why) for p in told] == [
            ("25 00", True, "weekly"),
            ("25 06", False, "closed"),
            ("25 22", False, 'holiday "Navidad"'),
            ("26 06", False, "closed"),
        ]

    def test_combined_calendars_name_what_decides(self) -> None:
        lunch = BusinessCalendar(
            {"tz": "UTC", "special": {"2026-11-20": {"hours": [["09:00", "10:00"]], "name": "fair"}}}
        )
        told = (SHOP - lunch).explain(utc("2026-11-20 08:00"), utc("2026-11-20 11:00"))
        assert [(p.is_open, p.why) for p in told] == [(True, "weekly"), (False, 'special "fair"'), (True, "weekly")]
        both = (SHOP | BusinessCalendar.ALWAYS_OPEN).explain(utc("2026-11-21 08:00"), utc("2026-11-21 11:00"))
        assert [(p.is_open, p.reason) for p in both] == [(True, Reason.ALWAYS)]

    def test_a_reversed_range_is_an_error(self) -> None:
        with pytest.raises(InvalidValueError, match="swap the two"):
            SHOP.explain(utc("2026-01-02"), utc("2026-01-01"))
        with pytest.raises(InvalidValueError, match="swap the two"):
            SHOP.intervals(utc("2026-01-02"), utc("2026-01-01"))


class TestBadArguments:
    @pytest.mark.parametrize("bad", [None, "2026-01-01", 5, date(2026, 1, 1)])
    def test_no_instant(self, bad: Any) -> None:
        for ask in (
            SHOP.is_open,
            SHOP.next_open,
            lambda at: SHOP.add(at, timedelta(1)),
            lambda at: SHOP.add_days(at, 1),
        ):
            with pytest.raises(InvalidValueError, match="with a time zone"):
                ask(bad)

    def test_naive(self) -> None:
        naive = datetime(2026, 1, 1)  # noqa: DTZ001
        for ask in (
            lambda: SHOP.is_open(naive),
            lambda: SHOP.between(naive, utc("2026-01-01")),
            lambda: SHOP.between(utc("2026-01-01"), naive),
            lambda: SHOP.add(naive, timedelta(0)),
            lambda: SHOP.explain(naive, naive),
            lambda: CalendarHistory([(naive, SHOP)]),
        ):
            with pytest.raises(NaiveDatetimeError, match="must carry a time zone"):
                ask()

    @pytest.mark.parametrize("year", [1850, 2101, 9999])
    def test_outside_the_horizon(self, year: int) -> None:
        with pytest.raises(HorizonError, match="1900 to 2100"):
            SHOP.is_open(datetime(year, 6, 1, tzinfo=UTC))

    def test_a_wider_horizon(self) -> None:
        wide = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon 09:00-10:00"), first_year=1800, last_year=2200)
        assert wide.between(utc("1800-01-01"), utc("2200-12-31")) > timedelta(hours=400 * 52)

    @pytest.mark.parametrize("years", [(0, 2100), (2000, 1999), (1900, 9999)])
    def test_years_that_make_no_sense(self, years: tuple[int, int]) -> None:
        with pytest.raises(InvalidValueError, match="first_year"):
            BusinessCalendar(BusinessHours(tz="UTC"), first_year=years[0], last_year=years[1])

    def test_only_calendars_combine(self) -> None:
        with pytest.raises(InvalidValueError, match="a BusinessCalendar"):
            SHOP & 3  # type: ignore[operator]


class TestHolidaySources:
    class Fair:
        """A source that knows three years."""

        label = "the fair"
        coverage = (2025, 2027)

        def __init__(self, on_uncovered: Any = "error") -> None:
            self.on_uncovered = on_uncovered

        def names(self, year: int) -> dict[date, str]:
            return {date(year, 6, 1): "fair"} if 2025 <= year <= 2027 else {}

    def test_closed_inside_the_coverage(self) -> None:
        calendar = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-sun 09:00-17:00"), holidays=[self.Fair()])
        assert timedelta(0) == calendar.open_time_on(date(2026, 6, 1))
        assert timedelta(hours=8) == calendar.open_time_on(date(2026, 6, 2))

    @pytest.mark.parametrize("at", ["2024-12-31 23:00", "2028-01-01 01:00"])
    def test_unknown_outside_of_it(self, at: str) -> None:
        calendar = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-sun 09:00-17:00"), holidays=[self.Fair()])
        with pytest.raises(HolidayCoverageError, match="known for 2025 to 2027"):
            calendar.is_open(utc(at))
        with pytest.raises(HolidayCoverageError):
            calendar.add(utc("2027-12-30"), timedelta(hours=100))
        with pytest.raises(HolidayCoverageError):
            calendar.next_open(utc("2027-12-31 18:00"))

    def test_a_gap_may_be_accepted(self) -> None:
        source = self.Fair(on_uncovered="ignore")
        calendar = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-sun 09:00-17:00"), holidays=[source])
        assert timedelta(hours=8) == calendar.open_time_on(date(2030, 6, 1))

    def test_a_shift_before_the_coverage_is_unknown_too(self) -> None:
        hours = BusinessHours(tz="UTC", weekly="mon-sun 22:00-06:00", closure="shift")
        calendar = BusinessCalendar(hours, holidays=[self.Fair()])
        with pytest.raises(HolidayCoverageError):
            calendar.is_open(utc("2025-01-01 03:00"))
        assert calendar.is_open(utc("2025-01-02 03:00"))


class TestHistory:
    EARLY = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-sun 08:00-12:00"))
    LATE = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-sun 10:00-18:00"))
    ENTRIES = ((utc("2026-01-01"), EARLY), (utc("2026-01-02 11:00"), LATE))
    HISTORY = CalendarHistory(ENTRIES)

    @pytest.mark.parametrize(
        ("rule", "start", "end", "hours"),
        [
            ("piecewise", "2026-01-02 07:00", "2026-01-02 20:00", 3 + 7),
            ("latest", "2026-01-02 07:00", "2026-01-02 20:00", 8),
            ("piecewise", "2025-12-31 07:00", "2025-12-31 20:00", 4),  # before the first entry: the first one
            ("piecewise", "2026-01-02 20:00", "2026-01-02 07:00", -10),
            ("piecewise", "2026-01-03 07:00", "2026-01-03 20:00", 8),
        ],
    )
    def test_between(self, rule: Any, start: str, end: str, hours: int) -> None:
        history = CalendarHistory(self.ENTRIES, rule)
        assert timedelta(hours=hours) == history.between(utc(start), utc(end))

    def test_at(self) -> None:
        history = CalendarHistory(reversed(self.ENTRIES))
        found = [history.at(utc(text)) for text in ("2025-01-01", "2026-01-02 10:59", "2026-01-02 11:00")]
        assert [self.EARLY, self.EARLY, self.LATE] == found

    def test_refusals(self) -> None:
        with pytest.raises(InvalidValueError, match="at least one calendar"):
            CalendarHistory([])
        with pytest.raises(InvalidValueError, match="piecewise"):
            CalendarHistory(self.ENTRIES, "last")  # type: ignore[arg-type]


class TestValue:
    def test_equal_hours_make_equal_calendars(self) -> None:
        again = BusinessCalendar(BusinessHours.from_dict(BusinessHours(tz="Europe/Madrid", weekly=SHOP_WEEK).to_dict()))
        SHOP.is_open(utc("2026-01-01"))
        assert again == SHOP
        assert hash(again) == hash(SHOP)
        assert again & NIGHT == SHOP & NIGHT
        assert again & NIGHT != SHOP | NIGHT
        assert again != SHOP_WEEK

    @pytest.mark.parametrize("calendar", [SHOP, SHOP | NIGHT, BusinessCalendar.ALWAYS_OPEN])
    def test_travels_to_other_processes(self, calendar: BusinessCalendar) -> None:
        calendar.is_open(utc("2026-01-01"))
        assert calendar == pickle.loads(pickle.dumps(calendar))

    def test_threads_agree(self) -> None:
        calendar = BusinessCalendar(BusinessHours(tz="America/New_York", weekly="mon-fri 09:00-17:00"))
        spans = [(utc(f"{year}-01-01"), utc(f"{2100 - (year - 1950)}-01-01")) for year in range(1950, 2000, 7)]
        found: list[tuple[int, timedelta]] = []

        def ask(i: int) -> None:
            found.append((i, calendar.between(*spans[i])))

        threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(spans))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        fresh = [BusinessCalendar(BusinessHours(tz="America/New_York", weekly="mon-fri 09:00-17:00")) for _ in spans]
        assert [(i, fresh[i].between(*span)) for i, span in enumerate(spans)] == sorted(found)


SHOP_WEEK = "mon-fri 09:00-14:00,16:00-19:00"


class TestEdges:
    """What a reviewer with bad intentions tried."""

    def test_the_last_day_of_the_horizon_has_an_answer(self) -> None:
        calendar = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:00-17:00"), last_year=2024)
        assert calendar.open_time_on(date(2024, 12, 31)) == timedelta(hours=8)
        assert calendar.is_business_day(date(2024, 12, 31))
        assert calendar.between(utc("2024-12-31"), utc("2025-01-01")) == timedelta(hours=8)
        assert len(calendar.intervals(utc("2024-12-31"), utc("2025-01-01"))) == 1
        assert len(calendar.day_table(date(2024, 1, 1), date(2024, 12, 31)).rows) == 366
        with pytest.raises(HorizonError):
            calendar.is_open(utc("2025-01-01"))

    def test_a_line_that_another_thread_made_longer_is_not_the_end(self) -> None:
        hours = BusinessHours(tz="UTC", weekly="mon 09:00-10:00")
        calendar = BusinessCalendar(hours, first_year=2020, last_year=2030)
        calendar.is_open(utc("2024-06-01"))
        short = calendar._line
        calendar._compile(2020, 2030)
        assert calendar._longer(short, utc("2024-06-01")).end > short.end

    @pytest.mark.parametrize("work", [None, 0, "", 3600, 1.5])
    def test_work_is_a_timedelta(self, work: Any) -> None:
        with pytest.raises(InvalidValueError, match="work must be a timedelta"):
            SHOP.add(utc("2026-01-01"), work)

    @pytest.mark.parametrize("work", [timedelta.max, timedelta.min])
    def test_more_work_than_time(self, work: timedelta) -> None:
        with pytest.raises(HorizonError):
            SHOP.add(utc("2026-01-01"), work)

    def test_the_ends_of_datetime(self) -> None:
        east, west = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
        for at in (datetime(1, 1, 1, tzinfo=east), datetime.max.replace(tzinfo=west)):
            with pytest.raises(HorizonError):
                SHOP.is_open(at)
        with pytest.raises(HorizonError):
            BusinessCalendar.ALWAYS_OPEN.add(datetime.max.replace(tzinfo=UTC), timedelta(seconds=1))
        with pytest.raises(HorizonError):
            BusinessCalendar(BusinessHours(tz="Asia/Tokyo", weekly="mon 09:00-10:00")).is_business_day(date(1, 1, 1))

    @pytest.mark.parametrize("days", [1.5, "1", None, True])
    def test_days_are_whole(self, days: Any) -> None:
        with pytest.raises(InvalidValueError, match="days must be a whole number"):
            SHOP.add_days(utc("2026-01-01"), days)

    def test_pandas_timestamps(self) -> None:
        start, end = pd.Timestamp("2026-11-20T10:00Z"), pd.Timestamp("2026-11-23T10:00Z")
        plain = start.to_pydatetime(), end.to_pydatetime()
        for calendar in (SHOP, BusinessCalendar.ALWAYS_OPEN):
            assert calendar.between(*plain) == calendar.between(start.as_unit("ns"), end.as_unit("ns"))
            assert calendar.add(plain[0], timedelta(hours=3)) == calendar.add(start.as_unit("ns"), timedelta(hours=3))
        with pytest.raises(InvalidValueError):
            SHOP.is_open(pd.NaT)
        with pytest.raises(InvalidValueError):
            SHOP.add(pd.NaT, timedelta(0))

    def test_nothing_lies_between_an_instant_and_itself(self) -> None:
        noon = utc("2026-11-20 10:00")
        assert SHOP.intervals(noon, noon) == ()
        assert len(SHOP.explain(noon, noon)) == 0

    @pytest.mark.parametrize("year", [2023, 2024])
    def test_a_short_horizon_that_never_closes(self, year: int) -> None:
        hours = BusinessHours(tz="UTC", weekly="mon-sun 00:00-24:00")
        with pytest.raises(NeverClosesError):
            BusinessCalendar(hours, first_year=year, last_year=year).next_close(datetime(year, 6, 1, tzinfo=UTC))

    def test_closed_years_are_jumped_over(self) -> None:
        started = time.process_time()
        with pytest.raises(NeverOpenError):
            (SHOP - SHOP).add_days(utc("2026-01-01"), 1)
        assert time.process_time() - started < 3

    def test_combined_horizons(self) -> None:
        early = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon 09:00-10:00"), last_year=2030)
        late = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon 09:00-10:00"), first_year=2040)
        with pytest.raises(HorizonError, match="no year in common"):
            (early & late).is_open(utc("2035-01-01"))
        known = BusinessCalendar(
            BusinessHours(tz="UTC", weekly="mon 09:00-10:00"), holidays=[TestHolidaySources.Fair()], last_year=2100
        )
        narrow = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon 09:00-10:00"), last_year=2026)
        with pytest.raises(HorizonError):
            (known & narrow).is_open(utc("2027-06-01"))
        with pytest.raises(HolidayCoverageError, match="known for 2025 to 2027"):
            (known & early).is_open(utc("2028-06-01"))

    def test_a_source_that_knows_more_than_the_calendar_limits_nothing(self) -> None:
        hours = BusinessHours(tz="UTC", weekly="mon-sun 22:00-06:00", closure="shift")
        calendar = BusinessCalendar(hours, holidays=[TestHolidaySources.Fair()], first_year=2026, last_year=2026)
        assert calendar.is_open(utc("2026-01-01 03:00"))

    def test_a_naive_question_to_a_history(self) -> None:
        with pytest.raises(NaiveDatetimeError):
            TestHistory.HISTORY.at(datetime(2026, 1, 1))  # noqa: DTZ001

    def test_business_days_of_a_union_are_dates_of_the_left_zone(self) -> None:
        left = BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon 09:00-17:00"))
        right = BusinessCalendar(BusinessHours(tz="Australia/Sydney", weekly="tue 08:00-09:30"))
        noon = utc("2026-11-16 12:00")
        # Tuesday 08:00 in Sydney is Monday 22:00 in Madrid: there is nothing on Tuesdays there.
        assert [(left | right).add_days(noon, n) for n in (1, 2)] == [utc("2026-11-23 12:00"), utc("2026-11-30 12:00")]
        never = BusinessCalendar(BusinessHours(tz="UTC"))
        far = BusinessCalendar(BusinessHours(tz="Pacific/Auckland", weekly="mon 09:00-12:00"))
        assert (never | far).add_days(utc("2026-11-19 12:00"), 1) == utc("2026-11-22 20:00")
        assert (never | far).add_days(utc("2026-11-19 12:00"), -1) == utc("2026-11-15 20:00")
        assert (never | BusinessCalendar.ALWAYS_OPEN).is_business_day(date(2026, 11, 22))

    @pytest.mark.parametrize(("year", "days"), [(9999, 1), (1, -1)])
    def test_the_first_and_the_last_day_have_no_neighbour(self, year: int, days: int) -> None:
        at = datetime(year, 12 if days > 0 else 1, 31 if days > 0 else 1, 10, tzinfo=UTC)
        with pytest.raises(HorizonError):
            BusinessCalendar.ALWAYS_OPEN.add_days(at, days)

    def test_nanoseconds_never_count(self) -> None:
        calendar = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:00-17:00"))
        start, end = pd.Timestamp("2026-11-20 10:00:00.000000001Z"), pd.Timestamp("2026-11-20 12:00Z")
        for _ in range(3):
            found = calendar.between(start, end)
            assert (type(found), found) == (timedelta, timedelta(hours=2))

    def test_a_skipped_second_has_no_parts(self) -> None:
        madrid_nights = BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-sun 00:00-24:00"))
        assert madrid_nights.add_days(madrid("2026-03-27 02:30:00.5"), 2) == madrid("2026-03-29 03:00")
        assert madrid_nights.add_days(madrid("2026-03-27 02:30:00.5"), 1) == madrid("2026-03-28 02:30:00.5")
