"""What a calendar is compiled from: a document, two other calendars, or nothing but time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta, tzinfo
from operator import attrgetter
from typing import Final, NamedTuple, Protocol

from csprotocol.calendar._compile import EPOCH, boundaries, first_reach
from csprotocol.calendar._expand import Coverage, Pattern, Reason
from csprotocol.calendar._holidays import HolidaySource
from csprotocol.calendar._hours import BusinessHours, zone
from csprotocol.calendar._timeline import Timeline, combine

__all__ = ["AlwaysSource", "CombinedSource", "HoursSource", "Reach", "Segment", "Shift", "Source"]


class Reach(NamedTuple):
    """The years a calendar may be asked about; a side that a holiday source sets names the source."""

    first_year: int
    last_year: int
    first_known_by: Coverage | None = None
    last_known_by: Coverage | None = None


class Segment(NamedTuple):
    """A stretch of the line of time with the reason why it is open or closed."""

    start: timedelta
    end: timedelta
    is_open: bool
    reason: Reason
    name: str


class Shift(NamedTuple):
    """Hours that somebody wrote down as one, on the line of time; there may be a break in them."""

    start: timedelta
    end: timedelta


class Source(Protocol):
    """Where boundaries and reasons come from. Sources are values: equal sources give equal calendars."""

    @property
    def tz(self) -> tzinfo:
        """The zone in which its dates are meant."""
        ...

    @property
    def reach(self) -> Reach:
        """The years it can be compiled for."""
        ...

    def compile(self, first_year: int, last_year: int) -> Timeline:
        """The open time of those years."""
        ...

    def never_opens(self) -> bool:
        """Whether it is plain from the source that there is no open time at all."""
        ...

    def is_business_day(self, day: int) -> bool:
        """Whether open time starts on the local date with this ordinal."""
        ...

    def shifts(self, start: timedelta, end: timedelta) -> list[Shift]:
        """The hours that start between the two, as documents write them: neither joined nor cut at midnight."""
        ...

    def segments(self, start: timedelta, end: timedelta) -> list[Segment]:
        """The time between the two in parts with their reasons, in order and without a gap."""
        ...


@dataclass(frozen=True, slots=True)
class HoursSource:
    """A document of hours."""

    hours: BusinessHours
    first_year: int
    last_year: int
    holidays: tuple[HolidaySource, ...] = ()
    pattern: Pattern = field(init=False, repr=False, compare=False)
    # By local day, filled on demand: each value is the same whoever writes it, so no lock is needed.
    _shifts: dict[int, tuple[Shift, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", Pattern(self.hours, self.holidays))

    def __reduce__(self) -> tuple[type[HoursSource], tuple[BusinessHours, int, int, tuple[HolidaySource, ...]]]:
        return HoursSource, (self.hours, self.first_year, self.last_year, self.holidays)

    @property
    def tz(self) -> tzinfo:
        """The zone of the document."""
        return zone(self.hours.tz)

    @property
    def reach(self) -> Reach:
        """The years asked for, as far as the holiday sources know them."""
        first, last = self.pattern.coverage
        return Reach(
            max(self.first_year, first.first_year) if first else self.first_year,
            min(self.last_year, last.last_year) if last else self.last_year,
            first if first and first.first_year > self.first_year else None,
            last if last and last.last_year < self.last_year else None,
        )

    def compile(self, first_year: int, last_year: int) -> Timeline:
        """Whole local years; see ``_compile`` for the rule of the clocks."""
        first_day, last_day = date(first_year, 1, 1).toordinal(), date(last_year, 12, 31).toordinal() + 1
        known_from = self.pattern.coverage[0]
        if self.pattern.drops_shifts and known_from and first_year == known_from.first_year:
            # Whether last night's shift took place depends on a date that the holiday source does not know.
            first_day += 1
        tz = self.tz
        marks = boundaries(tz, first_day, self.pattern.open_days(first_day, last_day))
        start, end = (timedelta(0, first_reach(tz, day, 0)) for day in (first_day, last_day))
        return Timeline.of_marks(start, end, marks, (first_year, last_year))

    def never_opens(self) -> bool:
        """True when neither weekly, seasonal, recurring nor special hours name an opening."""
        return self.pattern.is_empty

    def is_business_day(self, day: int) -> bool:
        """Whether hours that start on this date take up any time at all (a skipped date takes none)."""
        return any(
            first_reach(self.tz, day, start) < first_reach(self.tz, day, end)
            for start, end in self.pattern.own_spans(day)
        )

    def shifts(self, start: timedelta, end: timedelta) -> list[Shift]:
        """Those of each local day that take up time on it."""
        days = self._days(start, end)
        return [shift for day in days for shift in self._shifts_of(day) if start <= shift.start < end]

    def _shifts_of(self, day: int) -> tuple[Shift, ...]:
        known = self._shifts.get(day)
        if known is None:
            known = self._shifts[day] = tuple(self._reached(day))
        return known

    def _reached(self, day: int) -> Iterator[Shift]:
        """The hours that start on the local ``day``, as instants; a jump of the clock can swallow some."""
        tz = self.tz
        for shift in self.pattern.shifts(day):
            reached = ((first_reach(tz, day, opens), first_reach(tz, day, closes)) for opens, closes in shift)
            parts = [(low, high) for low, high in reached if low < high]
            if parts and parts[0][0] < first_reach(tz, day + 1, 0):
                yield Shift(timedelta(0, parts[0][0]), timedelta(0, parts[-1][1]))

    def _days(self, start: timedelta, end: timedelta) -> range:
        """The local days between the two, and some more."""
        tz = self.tz
        # A jump can put the clock back by a day (Kwajalein) or skip one, so look a little further on both sides.
        first = (EPOCH + start).astimezone(tz).toordinal() - 2
        last = (EPOCH + end).astimezone(tz).toordinal() + 2
        return range(max(first, 1), min(last, date.max.toordinal()))

    def segments(self, start: timedelta, end: timedelta) -> list[Segment]:
        """The labelled parts of each local day, as instants."""
        tz = self.tz
        found: list[Segment] = []
        for day in self._days(start, end):
            for part in self.pattern.labelled(day):
                low = max(timedelta(0, first_reach(tz, day, part.start)), start)
                high = min(timedelta(0, first_reach(tz, day, part.end)), end)
                if low < high:
                    _append(found, Segment(low, high, *part[2:]))
        return found


@dataclass(frozen=True, slots=True)
class CombinedSource:
    """Two calendars combined on their boundaries; dates are those of the left one."""

    symbol: str
    left: Source
    right: Source

    @property
    def tz(self) -> tzinfo:
        """The zone of the left calendar."""
        return self.left.tz

    @property
    def reach(self) -> Reach:
        """The years that both can be compiled for."""
        a, b = self.left.reach, self.right.reach
        first, last = max(a, b, key=_first_year), min(a, b, key=_last_year)
        return Reach(first.first_year, last.last_year, first.first_known_by, last.last_known_by)

    def compile(self, first_year: int, last_year: int) -> Timeline:
        """The boundaries of both, swept once."""
        left, right = (side.compile(first_year, last_year) for side in (self.left, self.right))
        return combine(left, right, _OPERATIONS[self.symbol])

    def never_opens(self) -> bool:
        """True when it is plain from the parts."""
        left, right = self.left.never_opens(), self.right.never_opens()
        return {"&": left or right, "|": left and right, "-": left}[self.symbol]

    def is_business_day(self, day: int) -> bool:
        """A date of the left calendar's zone.

        Of a union: its business day, or a date on which the right one opens, or is open from end to end. Otherwise a
        business day of the left calendar on which some open time is left.
        """
        midnight, following = (timedelta(0, first_reach(self.tz, day + step, 0)) for step in (0, 1))
        if midnight == following:
            # The clock skips the date.
            return False
        if self.symbol == "|":
            return self.left.is_business_day(day) or any(
                part.is_open and (part.start >= midnight or part.end == following)
                for part in self.right.segments(midnight - _MOMENT, following)
            )
        if not self.left.is_business_day(day):
            return False
        return any(segment.is_open for segment in self.segments(midnight, following))

    def shifts(self, start: timedelta, end: timedelta) -> list[Shift]:
        """Of a union those of both; otherwise those of the left calendar, as far as something of them is left."""
        lefts = self.left.shifts(start, end)
        if self.symbol == "|":
            return lefts + self.right.shifts(start, end)
        found = []
        for shift in lefts:
            left_open = [part for part in self.segments(*shift) if part.is_open]
            if left_open:
                found.append(Shift(shift.start, left_open[-1].end))
        return found

    def segments(self, start: timedelta, end: timedelta) -> list[Segment]:
        """The reason is that of the part which decides: an open one of a union, a closed one otherwise."""
        lefts, rights = self.left.segments(start, end), self.right.segments(start, end)
        found: list[Segment] = []
        i = j = 0
        at = start
        while at < end:
            a, b = lefts[i], rights[j]
            until = min(a.end, b.end)
            is_open = _OPERATIONS[self.symbol](a.is_open, b.is_open)
            _append(found, Segment(at, until, is_open, *self._why(a, b)))
            i += a.end == until
            j += b.end == until
            at = until
        return found

    def _why(self, a: Segment, b: Segment) -> tuple[Reason, str]:
        match self.symbol:
            case "|":
                decides = a if a.is_open or not b.is_open else b
            case "&":
                decides = a if not a.is_open or b.is_open else b
            case _:
                decides = b if a.is_open and b.is_open else a
        return decides.reason, decides.name


@dataclass(frozen=True, slots=True)
class AlwaysSource:
    """Open at every instant that a datetime can say."""

    @property
    def tz(self) -> tzinfo:
        """UTC."""
        return UTC

    @property
    def reach(self) -> Reach:
        """All years."""
        return Reach(MINYEAR, MAXYEAR)

    def compile(self, first_year: int, last_year: int) -> Timeline:  # noqa: ARG002  # nothing depends on them
        """One interval; there is nothing to compile year by year, so it is the whole line at once."""
        return Timeline.unbroken(_DAWN, _DUSK, (MINYEAR, MAXYEAR))

    def never_opens(self) -> bool:
        """Never."""
        return False

    def is_business_day(self, day: int) -> bool:  # noqa: ARG002  # likewise
        """Every date."""
        return True

    def shifts(self, start: timedelta, end: timedelta) -> list[Shift]:
        """The stretch itself: nobody wrote any hours down, and a day of it ends with the day."""
        return [Shift(start, end)] if start < end else []

    def segments(self, start: timedelta, end: timedelta) -> list[Segment]:
        """One."""
        return [Segment(start, end, is_open=True, reason=Reason.ALWAYS, name="")] if start < end else []


_MOMENT: Final = timedelta(microseconds=1)
_DAWN: Final = datetime.min.replace(tzinfo=UTC) - EPOCH
_DUSK: Final = datetime.max.replace(tzinfo=UTC) - EPOCH + timedelta(microseconds=1)

_OPERATIONS: Final[dict[str, Callable[[bool, bool], bool]]] = {
    "&": lambda a, b: a and b,
    "|": lambda a, b: a or b,
    "-": lambda a, b: a and not b,
}


_first_year: Final = attrgetter("first_year")
_last_year: Final = attrgetter("last_year")


def _append(found: list[Segment], segment: Segment) -> None:
    """Adds a part, joined with the one before when both say the same."""
    if found and found[-1].end == segment.start and found[-1][2:] == segment[2:]:
        segment = segment._replace(start=found.pop().start)
    found.append(segment)
