"""The peers, each asked in its own words, with what it needs converted beforehand.

A peer is built from a ``BusinessHours`` document. ``UnableError`` means that it has no words for the document or
for the question; that is told as n/a and never counted as wrong.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.util import find_spec
from typing import Any, ClassVar, Final, cast
from zoneinfo import ZoneInfo

from csprotocol.calendar import BusinessCalendar, BusinessHours, Holiday
from csprotocol.calendar.forms.osm import to_osm

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class UnableError(Exception):
    """The peer cannot express this."""


@dataclass(frozen=True, slots=True)
class Plain:
    """The little that most peers understand: the same intervals on some weekdays, and closed dates."""

    tz: str
    days: tuple[int, ...]
    intervals: tuple[tuple[time, time], ...]
    holidays: tuple[date, ...]

    @classmethod
    def of(cls, hours: BusinessHours) -> Plain:
        if hours.special or hours.seasons or hours.breaks or hours.recurring or hours.closure != "calendar_day":
            raise UnableError
        weekly = dict(hours.weekly) if not isinstance(hours.weekly, str) else {}
        if len({tuple(on) for on in weekly.values()}) != 1:
            raise UnableError
        intervals = next(iter(weekly.values()))
        if any(clock == "24:00" for interval in intervals for clock in interval):
            raise UnableError
        return cls(
            tz=hours.tz,
            days=tuple(WEEKDAYS.index(day) for day in weekly),
            intervals=tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in intervals),
            holidays=tuple(item.date for item in cast(tuple[Any, ...], hours.holidays) if isinstance(item, Holiday)),
        )

    def single(self) -> tuple[time, time]:
        """The one interval of peers that know no second, and no midnight."""
        if len(self.intervals) != 1 or self.intervals[0][1] <= self.intervals[0][0]:
            raise UnableError
        return self.intervals[0]

    @property
    def weekend(self) -> list[int]:
        return [day for day in range(7) if day not in self.days]

    def wall(self, at: datetime) -> datetime:
        """What a peer without time zones gets: the local wall clock."""
        return at.astimezone(ZoneInfo(self.tz)).replace(tzinfo=None)

    def walls(self, start: datetime, end: datetime) -> tuple[datetime, datetime]:
        """Both; a clock change between them is more than a peer without time zones can be told."""
        zone = ZoneInfo(self.tz)
        if start.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset():
            raise UnableError
        return self.wall(start), self.wall(end)


def _forwards(start: datetime, end: datetime) -> None:
    """Peers that list intervals or minutes have no question that runs backwards."""
    if end < start:
        raise UnableError


class Peer:
    """Answers by calls that are ready to be timed: arguments are converted outside the timed part."""

    label: ClassVar[str]
    module: ClassVar[str]
    note: ClassVar[str] = ""

    def __init__(self, hours: BusinessHours) -> None:
        raise NotImplementedError

    def between(self, start: datetime, end: datetime) -> Callable[[], Any]:
        raise UnableError

    def add(self, at: datetime, work_hours: int) -> Callable[[], Any]:
        raise UnableError

    def is_open(self, at: datetime) -> Callable[[], Any]:
        raise UnableError

    def duration(self, answer: Any) -> timedelta:
        """The answer of ``between`` as elapsed open time."""
        raise UnableError

    @classmethod
    def is_installed(cls) -> bool:
        return find_spec(cls.module) is not None


class Ours(Peer):
    label = "**csprotocol** (aware UTC)"
    module = "csprotocol"

    def __init__(self, hours: BusinessHours) -> None:
        self.calendar = BusinessCalendar(hours)

    def _at(self, at: datetime) -> datetime:
        return at.astimezone(UTC)

    def between(self, start: datetime, end: datetime) -> Callable[[], Any]:
        a, b, between = self._at(start), self._at(end), self.calendar.between
        return lambda: between(a, b)

    def add(self, at: datetime, work_hours: int) -> Callable[[], Any]:
        a, work, add = self._at(at), timedelta(hours=work_hours), self.calendar.add
        return lambda: add(a, work)

    def is_open(self, at: datetime) -> Callable[[], Any]:
        a, is_open = self._at(at), self.calendar.is_open
        return lambda: is_open(a)

    def duration(self, answer: Any) -> timedelta:
        assert isinstance(answer, timedelta)
        return answer


class OursLocal(Ours):
    label = "csprotocol (zoneinfo datetimes)"

    def __init__(self, hours: BusinessHours) -> None:
        super().__init__(hours)
        self.zone = ZoneInfo(hours.tz)

    def _at(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)


class BusinessDuration(Peer):
    label = "business-duration"
    module = "business_duration"
    note = "naive local times; whole seconds"

    def __init__(self, hours: BusinessHours) -> None:
        self.plain = Plain.of(hours)
        self.opens, self.closes = self.plain.single()

    def between(self, start: datetime, end: datetime) -> Callable[[], Any]:
        from business_duration import businessDuration

        (a, b), plain = self.plain.walls(start, end), self.plain
        return lambda: businessDuration(a, b, self.opens, self.closes, plain.weekend, list(plain.holidays), "sec")

    def duration(self, answer: Any) -> timedelta:
        # It answers NaN where the end lies before the start: an answer, and not the right one.
        return timedelta(seconds=float(answer)) if answer == answer else timedelta(days=-1_000_000)  # noqa: PLR0124 - NaN


class BusinessTime(Peer):
    label = "businesstime"
    module = "businesstime"
    note = "naive local times; its answer mixes business days and hours"

    def __init__(self, hours: BusinessHours) -> None:
        import businesstime

        self.plain = Plain.of(hours)
        self.opens, self.closes = self.plain.single()
        self.calendar = businesstime.BusinessTime(
            business_hours=(self.opens, self.closes),
            weekends=tuple(self.plain.weekend),
            holidays=sorted(self.plain.holidays),
        )

    def between(self, start: datetime, end: datetime) -> Callable[[], Any]:
        (a, b), delta = self.plain.walls(start, end), self.calendar.businesstimedelta
        return lambda: delta(a, b)

    def is_open(self, at: datetime) -> Callable[[], Any]:
        a, is_open = self.plain.wall(at), self.calendar.isduringbusinesshours
        return lambda: is_open(a)

    def duration(self, answer: Any) -> timedelta:
        # Its days are business days; the length of one makes elapsed time of them again.
        today = date(2000, 1, 1)
        length = datetime.combine(today, self.closes) - datetime.combine(today, self.opens)
        elapsed: timedelta = answer.days * length + (answer - timedelta(days=answer.days))
        return elapsed


class BusinessTimeDelta(Peer):
    label = "businesstimedelta"
    module = "businesstimedelta"
    note = "pytz; drops microseconds"

    def __init__(self, hours: BusinessHours) -> None:
        import businesstimedelta
        import pytz

        self.plain = Plain.of(hours)
        zone = pytz.timezone(hours.tz)
        self.kind = businesstimedelta.BusinessTimeDelta
        rules: list[Any] = [
            businesstimedelta.WorkDayRule(
                start_time=opens, end_time=closes, working_days=list(self.plain.days), tz=zone
            )
            for opens, closes in self.plain.intervals
        ]
        if self.plain.holidays:
            rules.append(businesstimedelta.HolidayRule(set(self.plain.holidays), tz=zone))
        self.rules = businesstimedelta.Rules(rules)
        self.zone = zone

    def _at(self, at: datetime) -> datetime:
        local: datetime = at.astimezone(self.zone)
        return local

    def between(self, start: datetime, end: datetime) -> Callable[[], Any]:
        a, b, rules = self._at(start), self._at(end), self.rules
        return lambda: rules.difference(a, b)

    def add(self, at: datetime, work_hours: int) -> Callable[[], Any]:
        a, work = self._at(at), self.kind(self.rules, hours=work_hours)
        return lambda: a + work

    def duration(self, answer: Any) -> timedelta:
        delta: timedelta = answer.timedelta
        return delta


class PandasBusinessHour(Peer):
    label = "pandas CustomBusinessHour"
    module = "pandas"
    note = "whole hours, by len(date_range); a question whose answer is no whole hour is n/a"

    def __init__(self, hours: BusinessHours) -> None:
        import pandas as pd

        self.pd = pd
        self.plain = Plain.of(hours)
        self.offset = pd.offsets.CustomBusinessHour(
            start=[opens for opens, _ in self.plain.intervals],
            end=[closes for _, closes in self.plain.intervals],
            weekmask=" ".join(WEEKDAYS[day].capitalize() for day in self.plain.days),
            holidays=list(self.plain.holidays),
        )

    def _at(self, at: datetime) -> Any:
        return self.pd.Timestamp(at).tz_convert(self.plain.tz)

    def between(self, start: datetime, end: datetime) -> Callable[[], Any]:
        _forwards(start, end)
        a, b, offset, date_range = self._at(start), self._at(end), self.offset, self.pd.date_range
        return lambda: len(date_range(a, b, freq=offset, inclusive="left"))

    def add(self, at: datetime, work_hours: int) -> Callable[[], Any]:
        a, offset = self._at(at), self.offset
        return lambda: a + work_hours * offset

    def is_open(self, at: datetime) -> Callable[[], Any]:
        a, offset = self._at(at), self.offset
        return lambda: offset.is_on_offset(a)

    def duration(self, answer: Any) -> timedelta:
        return timedelta(hours=answer)


class ExchangeCalendars(Peer):
    label = "exchange_calendars"
    module = "exchange_calendars"
    note = "an exchange with our hours, 2023-2028; minutes; every day of it must trade within one date"

    def __init__(self, hours: BusinessHours) -> None:
        import exchange_calendars
        import pandas as pd

        plain = Plain.of(hours)
        opens, closes = plain.single()

        class Desk(exchange_calendars.ExchangeCalendar):  # type: ignore[misc]
            name = "DESK"
            tz = ZoneInfo(plain.tz)
            open_times = ((None, opens),)
            close_times = ((None, closes),)
            weekmask = "".join("1" if day in plain.days else "0" for day in range(7))
            adhoc_holidays: ClassVar[list[Any]] = [pd.Timestamp(day) for day in plain.holidays]

        self.pd = pd
        self.calendar = Desk(start="2023-01-02", end="2028-12-29")

    def _at(self, at: datetime) -> Any:
        if at.second or at.microsecond or not 2023 <= at.year <= 2028:
            raise UnableError
        return self.pd.Timestamp(at).tz_convert("UTC")

    def between(self, start: datetime, end: datetime) -> Callable[[], Any]:
        _forwards(start, end)
        # The last minute is included there.
        a, b, minutes = (
            self._at(start),
            self._at(end) - self.pd.Timedelta(minutes=1),
            self.calendar.minutes_in_range,
        )
        return lambda: len(minutes(a, b, _parse=False))

    def add(self, at: datetime, work_hours: int) -> Callable[[], Any]:
        a, offset, count = self._at(at), self.calendar.minute_offset, work_hours * 60
        return lambda: offset(a, count, _parse=False)

    def is_open(self, at: datetime) -> Callable[[], Any]:
        a, is_open = self._at(at), self.calendar.is_trading_minute
        return lambda: is_open(a, _parse=False)

    def duration(self, answer: Any) -> timedelta:
        return timedelta(minutes=answer)


class OpeningHoursPy(Peer):
    label = "opening-hours-py"
    module = "opening_hours"
    note = "by the sum of its intervals, which this script writes; text by to_osm"

    def __init__(self, hours: BusinessHours) -> None:
        import opening_hours

        text, losses = to_osm(hours)
        if losses:
            raise UnableError
        self.zone = ZoneInfo(hours.tz)
        self.hours = opening_hours.OpeningHours(text, timezone=self.zone)
        self.open = opening_hours.State.OPEN

    def between(self, start: datetime, end: datetime) -> Callable[[], Any]:
        _forwards(start, end)
        a, b, intervals, opened = (
            start.astimezone(self.zone),
            end.astimezone(self.zone),
            self.hours.intervals,
            self.open,
        )

        def total() -> timedelta:
            found = timedelta(0)
            for first, last, state, _ in intervals(a, b):
                if state == opened:
                    # Aware datetimes of one zone would subtract by their wall clocks.
                    found += last.astimezone(UTC) - first.astimezone(UTC)
            return found

        return total

    def is_open(self, at: datetime) -> Callable[[], Any]:
        a, is_open = at.astimezone(self.zone), self.hours.is_open
        return lambda: is_open(a)

    def duration(self, answer: Any) -> timedelta:
        assert isinstance(answer, timedelta)
        return answer


class NumpyBusday(Peer):
    label = "numpy busday_count (days only)"
    module = "numpy"
    note = "days, not hours: no correctness here"

    def __init__(self, hours: BusinessHours) -> None:
        import numpy as np

        self.np = np
        self.plain = Plain.of(hours)
        self.days = np.busdaycalendar(
            weekmask=[day in self.plain.days for day in range(7)], holidays=list(self.plain.holidays)
        )

    def between(self, start: datetime, end: datetime) -> Callable[[], Any]:
        a, b, count, days = (
            self.plain.wall(start).date(),
            self.plain.wall(end).date(),
            self.np.busday_count,
            self.days,
        )
        return lambda: count(a, b, busdaycal=days)

    def add(self, at: datetime, work_hours: int) -> Callable[[], Any]:
        a, offset, days = self.plain.wall(at).date(), self.np.busday_offset, self.days
        return lambda: offset(a, work_hours // 8, roll="forward", busdaycal=days)

    def is_open(self, at: datetime) -> Callable[[], Any]:
        a, is_busday, days = self.plain.wall(at).date(), self.np.is_busday, self.days
        return lambda: is_busday(a, busdaycal=days)


class Workalendar(Peer):
    label = "workalendar (days only)"
    module = "workalendar"
    note = "days, not hours; US federal holidays of its own"

    def __init__(self, hours: BusinessHours) -> None:
        from workalendar.usa import UnitedStates

        self.plain = Plain.of(hours)
        self.calendar = UnitedStates()

    def between(self, start: datetime, end: datetime) -> Callable[[], Any]:
        a, b, delta = (
            self.plain.wall(start).date(),
            self.plain.wall(end).date(),
            self.calendar.get_working_days_delta,
        )
        return lambda: delta(a, b)

    def add(self, at: datetime, work_hours: int) -> Callable[[], Any]:
        a, add, days = self.plain.wall(at).date(), self.calendar.add_working_days, work_hours // 8
        return lambda: add(a, days)

    def is_open(self, at: datetime) -> Callable[[], Any]:
        a, is_working_day = self.plain.wall(at).date(), self.calendar.is_working_day
        return lambda: is_working_day(a)


PEERS: Final[Sequence[type[Peer]]] = (
    Ours,
    OursLocal,
    ExchangeCalendars,
    OpeningHoursPy,
    BusinessDuration,
    BusinessTime,
    BusinessTimeDelta,
    PandasBusinessHour,
    NumpyBusday,
    Workalendar,
)


def built(kind: type[Peer], hours: BusinessHours) -> Peer:
    """The peer with these hours; old peers warn about their own imports, which is not our business here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind(hours)
