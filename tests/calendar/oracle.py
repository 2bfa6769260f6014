"""A slow and obvious calendar that judges the fast one.

It walks UTC minute by minute, keeps the latest wall-clock time that the local clock has shown so far, and asks the
document whether that time is open. It shares no code with the compiled calendar: hours are read again here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from csprotocol.calendar import BusinessHours, Holiday, SpecialHours

MINUTE = timedelta(minutes=1)
DAY_MINUTES = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# No clock has ever been put back by more than a day; what it showed before that cannot matter.
WARM_UP = timedelta(days=3)

Shifts = list[tuple[int, int]]


class Oracle:
    """Answers by walking; schedules must be in whole minutes, recurring rules are not its business."""

    def __init__(self, hours: BusinessHours) -> None:
        if hours.recurring:
            raise NotImplementedError("the oracle leaves recurring rules to dateutil")
        self.hours = hours
        self.zone = ZoneInfo(hours.tz)
        self.holidays = {item.date for item in hours.holidays if isinstance(item, Holiday)}  # type: ignore[union-attr]

    def minutes(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, bool]]:
        """Each UTC minute from ``start`` on, and whether it is open; both must be whole minutes."""
        at = start.astimezone(UTC) - WARM_UP
        shown = datetime(1, 1, 1)  # noqa: DTZ001  # what a wall clock shows has no zone
        while at < end:
            shown = max(shown, at.astimezone(self.zone).replace(tzinfo=None, fold=0))
            if at >= start:
                yield at, self.wall_is_open(shown)
            at += MINUTE

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Open time, by counting minutes."""
        if end < start:
            return -self.between(end, start)
        low, high = _floor(start), _floor(end) + MINUTE
        total = timedelta(0)
        for at, is_open in self.minutes(low, high):
            if is_open:
                total += max(timedelta(0), min(at + MINUTE, end) - max(at, start))
        return total

    def is_open(self, at: datetime) -> bool:
        """Whether the minute of ``at`` is open."""
        return next(self.minutes(_floor(at), _floor(at) + MINUTE))[1]

    def next_open(self, at: datetime, limit: timedelta = timedelta(days=30)) -> datetime | None:
        """The first open minute from ``at`` on; ``at`` itself when it is open."""
        for minute, is_open in self.minutes(_floor(at), at + limit):
            if is_open:
                return max(minute, at)
        return None

    def add(self, at: datetime, work: timedelta, limit: timedelta = timedelta(days=60)) -> datetime | None:
        """Where ``work`` (more than 0) of open time has passed."""
        left = work
        for minute, is_open in self.minutes(_floor(at), at + limit):
            if is_open:
                start = max(minute, at)
                if minute + MINUTE - start >= left:
                    return start + left
                left -= minute + MINUTE - start
        return None

    def wall_is_open(self, wall: datetime) -> bool:
        """Whether the hours of the document hold at this wall-clock time."""
        today, yesterday = wall.date(), wall.date() - timedelta(days=1)
        minute = wall.hour * 60 + wall.minute
        exception_today, exception_yesterday = self.exception(today), self.exception(yesterday)
        if exception_yesterday is not None and _covers(exception_yesterday, minute + DAY_MINUTES):
            return True
        if exception_today is not None and _covers(exception_today, minute):
            return True
        if self.hours.closure == "shift":
            own = exception_today is None and _covers(self.regular(today), minute)
            tail = exception_yesterday is None and _covers(self.regular(yesterday), minute + DAY_MINUTES)
        else:
            own = exception_today is None and _covers(self.regular(today), minute)
            tail = exception_today is None and _covers(self.regular(yesterday), minute + DAY_MINUTES)
        in_break = _covers(self.breaks(today), minute) or _covers(self.breaks(yesterday), minute + DAY_MINUTES)
        return (own or tail) and not in_break

    def closing(self, day: date, limit: timedelta = timedelta(days=3)) -> datetime | None:
        """The end of the last minute that is open by a shift of the local ``day``, if one starts within that day."""
        end = None
        for shift in self._own_shifts(day):
            opened = self._open_walls(day, shift)
            inside = [at + MINUTE for at, shown in self._walls(day, limit) if shown in opened]
            first = next((shown for _, shown in self._walls(day, limit) if shown in opened), None)
            if first is not None and first.date() == day:
                end = max(inside[-1], end or inside[-1])
        return end

    def _own_shifts(self, day: date) -> Shifts:
        exception = self.exception(day)
        return self.regular(day) if exception is None else exception

    def _open_walls(self, day: date, shift: tuple[int, int]) -> set[datetime]:
        """The wall-clock minutes of a shift that neither a break nor a closed date takes away."""
        special, following = self.exception(day) is not None, day + timedelta(days=1)
        kept = set()
        for minute in range(*shift):
            wall = datetime(day.year, day.month, day.day) + minute * MINUTE  # noqa: DTZ001  # a wall clock
            at = wall.hour * 60 + wall.minute
            closed = (
                wall.date() == following and self.hours.closure != "shift" and self.exception(following) is not None
            )
            today = self.breaks(wall.date()), self.breaks(wall.date() - timedelta(days=1))
            in_break = _covers(today[0], at) or _covers(today[1], at + DAY_MINUTES)
            if special or not (closed or in_break):
                kept.add(wall)
        return kept

    def _walls(self, day: date, limit: timedelta) -> Iterator[tuple[datetime, datetime]]:
        """Each UTC minute from before ``day`` on, and the latest minute that the local clock has shown by then."""
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
        end, shown = at + 2 * limit, datetime(1, 1, 1)  # noqa: DTZ001  # what a wall clock shows has no zone
        while at < end:
            shown = max(shown, at.astimezone(self.zone).replace(tzinfo=None, fold=0))
            yield at, shown
            at += MINUTE

    def exception(self, day: date) -> Shifts | None:
        """The hours that replace the regular ones, ``None`` when nothing does."""
        special: Mapping[date, object] = self.hours.special
        if day in special:
            value = special[day]
            return _shifts(value.hours if isinstance(value, SpecialHours) else value)
        return [] if day in self.holidays else None

    def regular(self, day: date) -> Shifts:
        """Seasonal or weekly hours."""
        for season in self.hours.seasons:
            first, last, at = season.from_, season.to, day.isoformat()[-len(season.from_) :]
            inside = first <= at <= last if first <= last else at >= first or at <= last
            if inside:
                return _shifts(season.weekly.get(WEEKDAYS[day.weekday()], ()))  # type: ignore[union-attr,call-overload]
        return _shifts(self.hours.weekly.get(WEEKDAYS[day.weekday()], ()))  # type: ignore[union-attr,call-overload]

    def breaks(self, day: date) -> Shifts:
        """Breaks of that weekday."""
        return _shifts(self.hours.breaks.get(WEEKDAYS[day.weekday()], ()))  # type: ignore[union-attr,call-overload]


def _shifts(hours: object) -> Shifts:
    shifts = []
    for opens, closes in hours:  # type: ignore[attr-defined]
        start, end = (int(text[:2]) * 60 + int(text[3:5]) for text in (opens, closes))
        shifts.append((start, end if end > start else end + DAY_MINUTES))
    return shifts


def _covers(shifts: Shifts, minute: int) -> bool:
    return any(start <= minute < end for start, end in shifts)


def _floor(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)
