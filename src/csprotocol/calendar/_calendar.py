"""The compiled calendar: every question about open time, answered from one representation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, final

from csprotocol.calendar._arguments import in_zone_of, instant_of, not_an_instant, plain
from csprotocol.calendar._compile import EPOCH, first_instant, first_reach
from csprotocol.calendar._compiled import Compiled
from csprotocol.calendar._explain import Explanation, explanation
from csprotocol.calendar._holidays import HolidaySource
from csprotocol.calendar._hours import BusinessHours
from csprotocol.calendar._source import AlwaysSource, CombinedSource, HoursSource, Source
from csprotocol.errors import InvalidValueError
from csprotocol.model import Span

if TYPE_CHECKING:
    from csprotocol.calendar._day_table import DayTable

__all__ = ["BusinessCalendar"]

_NOTHING: Final = timedelta(0)
# Longer than any line, and far from where sums of durations overflow.
_LONG: Final = timedelta(days=366 * 9999)


@final
class BusinessCalendar(Compiled):
    """When a shop is open, compiled: immutable, hashable, safe to share between threads.

    All instants are aware ``datetime``; all durations are real elapsed time as ``timedelta``, exact to the
    microsecond. An interval contains its opening and not its closing instant. Where clocks jump, a wall-clock
    boundary takes effect at the first instant at which the local clock reads it or later.

    Years are compiled when they are first asked about, from ``first_year`` to ``last_year`` or as far as the
    holiday sources know; the answer to a question never depends on what was asked before.

    >>> from zoneinfo import ZoneInfo
    >>> shop = BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-14:00,16:00-19:00"))
    >>> friday = datetime(2026, 11, 20, 18, 30, tzinfo=ZoneInfo("Europe/Madrid"))
    >>> print(shop.add(friday, timedelta(hours=4)))
    2026-11-23 12:30:00+01:00
    >>> shop.between(friday, shop.add(friday, timedelta(hours=4)))
    datetime.timedelta(seconds=14400)

    Raises:
        NaiveDatetimeError: (any question) an instant without a time zone.
        HorizonError: (any question) an instant outside ``first_year`` .. ``last_year``.
        HolidayCoverageError: (any question) an instant in a year that a holiday source does not know.
    """

    __slots__ = ()

    ALWAYS_OPEN: ClassVar[BusinessCalendar]
    """Open 24 hours on 7 days, for targets in calendar time."""

    def __init__(
        self,
        hours: BusinessHours | Mapping[str, Any],
        *,
        holidays: Iterable[HolidaySource] = (),
        first_year: int = 1900,
        last_year: int = 2100,
    ) -> None:
        if not isinstance(hours, BusinessHours):
            hours = BusinessHours.from_dict(hours)
        if not 1 < first_year <= last_year < 9999:
            raise InvalidValueError.of(
                "first_year, last_year", (first_year, last_year), expected="in order, within 2 to 9998"
            )
        self._start(HoursSource(hours, first_year, last_year, tuple(holidays)))

    @classmethod
    def _of(cls, source: Source) -> Self:
        calendar = cls.__new__(cls)
        calendar._start(source)
        return calendar

    # Open time

    def is_open(self, at: datetime) -> bool:
        """Whether ``at`` lies in open time; the opening instant does, the closing instant does not."""
        try:
            x = at - EPOCH
        except TypeError:
            raise not_an_instant("at", at) from None
        try:
            day = self._days[x.days]
        except KeyError:
            line = self._covering(plain(x), plain(x))
            line.remember(x)
            return bisect_right(line.marks, x) & 1 == 1
        return day[0] <= x < day[1] or day[2] <= x < day[3]

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Open time from ``start`` to ``end``; negative when ``end`` lies before ``start``."""
        try:
            x = start - EPOCH
            y = end - EPOCH
        except TypeError:
            raise not_an_instant("start", start, "end", end) from None
        days = self._days
        try:
            a = days[x.days]
            o1, c1, o2, c2, before, during1, break_, during2, after = days[y.days]
        except KeyError:
            return self._counted(x, y)
        # F(end), then F(start): written out, twice, because two calls would cost as much as the answer.
        # fmt: off
        opened = (before if y <= o1 else during1 + y if y < c1 else
                  break_ if y <= o2 else during2 + y if y < c2 else after)
        o1, c1, o2, c2, before, during1, break_, during2, after = a
        open_time = opened - (before if x <= o1 else during1 + x if x < c1 else
                              break_ if x <= o2 else during2 + x if x < c2 else after)
        # fmt: on
        # pandas counts nanoseconds; what was asked before must not decide whether they count.
        return open_time if type(open_time) is timedelta else self._counted(x, y)

    def _counted(self, x: timedelta, y: timedelta) -> timedelta:
        """F(y) - F(x) by search, and the two days looked up from now on."""
        x, y = plain(x), plain(y)
        line = self._covering(x, y, up_to=True)
        line.remember(x)
        line.remember(y)
        return line.opened(y) - line.opened(x)

    def add(self, at: datetime, work: timedelta) -> datetime:
        """The instant at which ``work`` of open time has passed since ``at``, in the zone of ``at``.

        Landing on a closing time gives the closing instant ("by 18:00"), not the next opening. ``add(t, 0)`` is
        ``t``, open or not. Negative ``work`` goes backwards and lands on opening instants likewise.

        Raises:
            NeverOpenError: the calendar does not open again before the work is done.
            HorizonError: it does, but later than ``last_year``.
        """
        try:
            x = at - EPOCH
        except (TypeError, ValueError):
            raise not_an_instant("at", at) from None
        start, end, marks, base, closing, _, _ = self._line
        # F(at) + work, and where F reaches it: written out, because calls would cost as much as the answer.
        if type(x) is timedelta is type(work) and _NOTHING < work < _LONG and start <= x < end:
            i = bisect_right(marks, x)
            opened = (base[i] + x if i & 1 else base[i]) + work
            m = bisect_left(closing, opened)
            if m < len(closing):
                reached = EPOCH + (marks[2 * m + 1] - (closing[m] - opened))
                return reached if at.tzinfo is UTC else reached.astimezone(at.tzinfo)
        return self._added(at, work)

    def next_open(self, at: datetime) -> datetime:
        """The first open instant at or after ``at``; ``at`` itself when it is open.

        Raises:
            NeverOpenError: the calendar does not open again.
        """
        x = instant_of(at)
        line = self._covering(x, x)
        while True:
            i = bisect_right(line.marks, x)
            if i & 1:
                return at
            if i < len(line.marks):
                return in_zone_of(at, line.marks[i])
            line = self._longer(line, at)

    def next_close(self, at: datetime) -> datetime:
        """The first closing instant after ``at``: of the current opening, or of the next one.

        Raises:
            NeverClosesError: the calendar does not close again.
            NeverOpenError: it is closed and does not open again.
        """
        x = instant_of(at)
        line = self._covering(x, x)
        while True:
            i = bisect_right(line.marks, x) | 1
            if i < len(line.marks) and line.marks[i] < line.end:
                return in_zone_of(at, line.marks[i])
            line = self._longer(line, at, closing=i <= len(line.marks))

    def previous_open(self, at: datetime) -> datetime:
        """The last opening instant at or before ``at``.

        Raises:
            NeverOpenError: the calendar was never open before.
            NeverClosesError: it was open all the time, so it never opened.
        """
        x = instant_of(at)
        line = self._covering(x, x)
        while True:
            i = (bisect_right(line.marks, x) - 1) // 2 * 2
            if i >= 0 and line.marks[i] > line.start:
                return in_zone_of(at, line.marks[i])
            line = self._longer(line, at, backwards=True, closing=i >= 0)

    def previous_close(self, at: datetime) -> datetime:
        """The last closing instant at or before ``at``.

        Raises:
            NeverOpenError: the calendar was never open before.
            NeverClosesError: it was open all the time.
        """
        x = instant_of(at)
        line = self._covering(x, x)
        while True:
            i = bisect_right(line.marks, x)
            last = i - 1 - (i & 1)
            if last > 0:
                return in_zone_of(at, line.marks[last])
            line = self._longer(line, at, backwards=True, closing=i & 1 == 1)

    def intervals(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        """The open intervals between the two instants, cut to them, in the zone of ``start``.

        Their durations sum to ``between(start, end)``.

        Raises:
            InvalidValueError: ``end`` lies before ``start``.
        """
        x, y = self._range(start, end)
        return tuple(
            Span(in_zone_of(start, low), in_zone_of(start, high))
            for low, high in self._covering(x, y, up_to=True).within(x, y)
        )

    # Days

    def open_time_on(self, day: date) -> timedelta:
        """Open time of the local date ``day``, 0 for a date that does not exist."""
        midnight, following = self._day(day)
        line = self._covering(midnight, following, up_to=True)
        return line.opened(following) - line.opened(midnight)

    def is_business_day(self, day: date) -> bool:
        """Whether open time starts on the local date ``day``; the tail of last night's shift does not count."""
        midnight, following = self._day(day)
        self._covering(midnight, following, up_to=True)
        return self._source.is_business_day(day.toordinal())

    def closing_of(self, day: date) -> datetime | None:
        """When the business day ``day`` ends, in the calendar's zone; ``None`` when it is none.

        That is the end of the last hours that start on it, as the document writes them: a night shift belongs to
        the date on which it starts, also where the next hours follow on it without a gap. Around the clock, the day
        ends at midnight. Of a union count the hours of both calendars that start on the date, which is the left
        one's: the day of a shop that follows the sun ends when the last team ends that began on it. Of an
        intersection or a difference count those of the left calendar, up to the last open instant in them.

        >>> shop = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 06:00-14:00,14:00-22:00,22:00-06:00"))
        >>> shop.closing_of(date(2026, 11, 19)).isoformat()
        '2026-11-20T06:00:00+00:00'
        """
        midnight, following = self._day(day)
        line = self._covering(midnight, following, up_to=True)
        if not self._source.is_business_day(day.toordinal()):
            return None
        ends = [shift.end for shift in self._source.shifts(midnight, following)]
        # Without any, something is left only of the hours that started on the date before.
        closing = max(ends) if ends else line.within(midnight, following)[-1][1]
        self._covering(midnight, closing, up_to=True)
        return (EPOCH + closing).astimezone(self._source.tz)

    def add_days(self, at: datetime, days: int) -> datetime:
        """The same wall time on the ``days``-th business day after the date of ``at``, or when it opens next.

        ``days`` 0 means the date of ``at`` itself, or the next business day; negative counts backwards. The dates
        are those of the calendar's zone, the result is in the zone of ``at``.

        >>> from datetime import timezone
        >>> shop = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:00-17:00"))
        >>> shop.add_days(datetime(2026, 11, 20, 18, tzinfo=timezone.utc), 1).isoformat()
        '2026-11-24T09:00:00+00:00'

        Raises:
            NeverOpenError: there are not that many business days.
        """
        x = instant_of(at)
        if type(days) is not int:
            raise InvalidValueError.of("days", days, expected="a whole number of business days")
        self._covering(x, x)
        tz = self._source.tz
        local = at.astimezone(tz)
        day = self._business_day(local.toordinal(), days)
        if day == local.toordinal():
            return self.next_open(at)
        wall = datetime.combine(date.fromordinal(day), local.time())
        return self.next_open(first_instant(tz, wall).astimezone(at.tzinfo))

    # Reasons

    def explain(self, start: datetime, end: datetime) -> Explanation:
        """Why the time between the two instants is open or closed, part by part, in the calendar's zone.

        >>> from datetime import timezone
        >>> shop = BusinessCalendar(
        ...     {
        ...         "tz": "UTC",
        ...         "weekly": "mon-fri 09:00-17:00",
        ...         "holidays": [{"date": "2026-12-25", "name": "Navidad"}],
        ...     }
        ... )
        >>> print(
        ...     shop.explain(
        ...         datetime(2026, 12, 24, 16, tzinfo=timezone.utc), datetime(2026, 12, 26, 9, tzinfo=timezone.utc)
        ...     )
        ... )
        Thu 2026-12-24 16:00 - 17:00  open    1 h   weekly
        Thu 2026-12-24 17:00 - 24:00  closed  7 h   closed
        Fri 2026-12-25 00:00 - 24:00  closed  24 h  holiday "Navidad"
        Sat 2026-12-26 00:00 - 09:00  closed  9 h   closed
        open 1 h of 41 h (UTC)
        """
        x, y = self._range(start, end)
        self._covering(x, y, up_to=True)
        return explanation(self._source.segments(x, y), self._source.tz)

    # Algebra

    def __and__(self, other: BusinessCalendar) -> BusinessCalendar:
        """Open when both are; dates are those of the left calendar."""
        return self._combined("&", other)

    def __or__(self, other: BusinessCalendar) -> BusinessCalendar:
        """Open when either is (follow the sun); dates are those of the left calendar."""
        return self._combined("|", other)

    def __sub__(self, other: BusinessCalendar) -> BusinessCalendar:
        """Open when the left one is and the right one is not; dates are those of the left calendar."""
        return self._combined("-", other)

    def _combined(self, symbol: str, other: object) -> BusinessCalendar:
        if not isinstance(other, BusinessCalendar):
            raise InvalidValueError.of(f"right side of {symbol}", other, expected="a BusinessCalendar")
        return BusinessCalendar._of(CombinedSource(symbol, self._source, other._source))

    # Columns

    def between_many(self, start: Any, end: Any) -> Any:
        """:meth:`between` for whole columns: numpy arrays, pandas or polars series in, the same kind out.

        numpy ``datetime64`` is taken as UTC; series must carry a time zone. ``NaT`` and null stay what they are. The
        result is a duration in microseconds, equal to the scalar call value by value.

        Raises:
            MissingExtraError: numpy is not installed (extra ``[frames]``).
        """
        from csprotocol.calendar._columns import between_many

        return between_many(self, start, end)

    def add_many(self, at: Any, work: Any) -> Any:
        """:meth:`add` for whole columns; ``work`` is a column of durations or one ``timedelta`` for all."""
        from csprotocol.calendar._columns import add_many

        return add_many(self, at, work)

    def is_open_many(self, at: Any) -> Any:
        """:meth:`is_open` for a whole column; ``False`` or null where the instant is missing."""
        from csprotocol.calendar._columns import is_open_many

        return is_open_many(self, at)

    def day_table(self, first: date, last: date) -> DayTable:
        """One row per UTC day from ``first`` to ``last`` (included), for joins in SQL and Spark."""
        from csprotocol.calendar._day_table import day_table

        return day_table(self, first, last)

    # Values

    @property
    def tz(self) -> Any:
        """The ``tzinfo`` in which the calendar's dates are meant."""
        return self._source.tz

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BusinessCalendar) and self._source == other._source

    def __hash__(self) -> int:
        return hash(self._source)

    def __reduce__(self) -> tuple[Any, ...]:
        return BusinessCalendar._of, (self._source,)

    def __repr__(self) -> str:
        return f"BusinessCalendar({self._source!r})"

    # Reading arguments, walking days

    def _range(self, start: datetime, end: datetime) -> tuple[timedelta, timedelta]:
        x, y = instant_of(start), instant_of(end)
        if y < x:
            raise InvalidValueError.reversed_span(start, end)
        return x, y

    def _day(self, day: date) -> tuple[timedelta, timedelta]:
        if isinstance(day, datetime) or not isinstance(day, date):
            raise InvalidValueError.of("day", day, expected="a date", hint="take value.astimezone(tz).date()")
        tz, ordinal = self._source.tz, day.toordinal()
        try:
            return timedelta(0, first_reach(tz, ordinal, 0)), timedelta(0, first_reach(tz, ordinal + 1, 0))
        except (OverflowError, ValueError):
            raise self._outside(timedelta(ordinal) - (EPOCH - datetime.min.replace(tzinfo=EPOCH.tzinfo))) from None

    def _business_day(self, day: int, count: int) -> int:
        """The ordinal of the ``count``-th business day after (before) ``day``."""
        if not count:
            if self._source.is_business_day(day):
                return day
            count = 1
        for _ in range(abs(count)):
            day = self._neighbour(day, step=1 if count > 0 else -1)
            while not self._source.is_business_day(day):
                day = self._neighbour(day, step=1 if count > 0 else -1)
        return day

    def _neighbour(self, day: int, *, step: int) -> int:
        """The next (previous) local date on which it is open at all: closed years are jumped over, not walked."""
        tz = self._source.tz
        try:
            if step > 0:
                midnight = (EPOCH + timedelta(0, first_reach(tz, day + 1, 0))).astimezone(tz)
                return max(day + 1, self.next_open(midnight).astimezone(tz).toordinal())
            last_moment = (EPOCH + timedelta(0, first_reach(tz, day, 0), -1)).astimezone(tz)
            if not self.is_open(last_moment):
                last_moment = self.previous_close(last_moment).astimezone(tz) - timedelta(microseconds=1)
            return min(day - 1, last_moment.toordinal())
        except (OverflowError, ValueError):
            # The years 1 and 9999 have no neighbours.
            raise self._beyond(backwards=step < 0) from None


BusinessCalendar.ALWAYS_OPEN = BusinessCalendar._of(AlwaysSource())
