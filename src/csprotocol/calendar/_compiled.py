"""What a calendar has compiled so far, and how it compiles more."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from typing import Final

from csprotocol.calendar._arguments import in_zone_of, instant_of
from csprotocol.calendar._compile import EPOCH
from csprotocol.calendar._source import Source
from csprotocol.calendar._timeline import Day, Timeline
from csprotocol.errors import (
    HolidayCoverageError,
    HorizonError,
    InvalidValueError,
    NeverClosesError,
    NeverOpenError,
)

__all__ = ["Compiled"]

_NOTHING: Final = Timeline(timedelta(0), timedelta(0), [], [timedelta(0)], [], {}, (0, -1))
_YEAR: Final = timedelta(days=366)


class Compiled:
    """A timeline that grows with the questions. What is compiled never changes an answer.

    Threads need no lock: a line carries its own years, is never changed in meaning, and is replaced as a whole.
    """

    __slots__ = ("_days", "_line", "_source")

    _source: Source
    _line: Timeline
    # The days of the line, once more: what the hottest questions read must be one step away.
    _days: dict[int, Day]

    def _start(self, source: Source) -> None:
        self._source = source
        self._take(_NOTHING)

    def _take(self, line: Timeline) -> Timeline:
        self._line = line
        self._days = line.days
        return line

    def _covering(self, x: timedelta, y: timedelta, *, up_to: bool = False) -> Timeline:
        """A line from the one to the other; ``up_to`` its end is enough where only open time is asked for."""
        line = self._line
        low, high = (x, y) if x <= y else (y, x)
        if line.covers(low, high, up_to=up_to):
            return line
        if not low <= high:
            raise InvalidValueError.of("instant", low, expected="an instant")
        first, last = _year(low) - 1, _year(high) + 1
        if line.years[0] <= line.years[1]:
            # Twice as much each time, so that many small steps cost no more than one large one.
            known = line.years[1] - line.years[0] + 1
            if low < line.start:
                first = min(first, line.years[0] - known)
            if high >= line.end:
                last = max(last, line.years[1] + known)
            first, last = min(first, line.years[0]), max(last, line.years[1])
        line = self._compile(first, last)
        if not line.covers(low, high, up_to=up_to):
            raise self._outside(low if low < line.start else high)
        return line

    def _added(self, at: datetime, work: timedelta) -> datetime:
        """The rare cases: years that are not compiled yet, work that goes backwards, arguments that are wrong."""
        x = instant_of(at)
        if not isinstance(work, timedelta):
            raise InvalidValueError.of("work", work, expected="a timedelta", hint="timedelta(hours=4), for example")
        if not work:
            return at
        line = self._covering(x, x)
        backwards = work.days < 0
        try:
            while (reached := line.reach(line.opened(x) + work, latest=backwards)) is None:
                line = self._longer(line, at, backwards=backwards)
            return in_zone_of(at, reached)
        except OverflowError:
            raise self._beyond(backwards=backwards) from None

    def _longer(self, line: Timeline, at: datetime, *, backwards: bool = False, closing: bool = False) -> Timeline:
        """A line that reaches further in one direction, or the error that says why there is none."""
        reach = self._source.reach
        first, last = line.years
        exhausted = first <= reach.first_year if backwards else last >= reach.last_year
        if exhausted or self._source.never_opens():
            raise self._nothing_left(line, at, backwards=backwards, closing=closing)
        known = last - first + 1
        return self._compile(first - known, last) if backwards else self._compile(first, last + known)

    def _compile(self, first: int, last: int) -> Timeline:
        reach = self._source.reach
        first, last = max(first, reach.first_year), min(last, reach.last_year)
        if first > last:
            # None of the years asked for can be compiled; the caller finds its instant outside and says so.
            return self._line
        return self._take(self._source.compile(first, last))

    def _nothing_left(self, line: Timeline, at: datetime, *, backwards: bool, closing: bool) -> Exception:
        """Judged by the last year of the line: what opens and closes there would go on beyond it."""
        reach = self._source.reach
        start, end = (
            (line.start, min(line.start + _YEAR, line.end))
            if backwards
            else (max(line.end - _YEAR, line.start), line.end)
        )
        opened = sum((high - low for low, high in line.within(start, end)), timedelta(0))
        if not opened:
            return (
                NeverOpenError.before(at, reach.first_year) if backwards else NeverOpenError.after(at, reach.last_year)
            )
        if closing and opened == end - start:
            return (
                NeverClosesError.before(at, reach.first_year)
                if backwards
                else NeverClosesError.after(at, reach.last_year)
            )
        return self._beyond(backwards=backwards)

    def _beyond(self, *, backwards: bool) -> Exception:
        """The answer lies further than the calendar reaches."""
        first, last, first_known_by, last_known_by = self._source.reach
        known_by = first_known_by if backwards else last_known_by
        if known_by:
            return HolidayCoverageError.outside(known_by.label, "the answer", known_by.first_year, known_by.last_year)
        return HorizonError.outside("the answer", first, last)

    def _outside(self, at: timedelta) -> Exception:
        """The instant lies outside the years of the calendar."""
        first, last, first_known_by, last_known_by = self._source.reach
        if first > last:
            return HorizonError.nothing_in_common(first, last)
        try:
            when: datetime | str = EPOCH + at
            year = _year(at)
        except OverflowError:
            when, year = "an instant beyond the years 1 to 9999", MAXYEAR if at > timedelta(0) else MINYEAR
        known_by = first_known_by if year <= first else last_known_by if year >= last else None
        if known_by and known_by.first_year <= year <= known_by.last_year:
            when = f"the night before {date(year, 1, 1) if year == first else date(year, 12, 31)}"
        if known_by:
            return HolidayCoverageError.outside(known_by.label, when, known_by.first_year, known_by.last_year)
        return HorizonError.outside(when, first, last)


def _year(at: timedelta) -> int:
    try:
        return (EPOCH + at).year
    except OverflowError:
        # A zone can push the first and the last day of datetime over its edge.
        return MAXYEAR if at > timedelta(0) else MINYEAR
