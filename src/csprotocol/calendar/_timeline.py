"""Open time as a function F(t): the one representation behind every question.

Boundaries are ``timedelta`` since the epoch, because subtracting, adding and comparing timedeltas happens in C and
is exact to the microsecond; integers of microseconds are measurably slower.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import timedelta
from typing import Final, NamedTuple, Self

__all__ = ["Day", "Timeline", "combine"]

_NONE: Final = timedelta(0)
_DAY: Final = timedelta(days=1)


Day = tuple[timedelta, timedelta, timedelta, timedelta, timedelta, timedelta, timedelta, timedelta, timedelta]
"""One UTC day with at most two open segments, as the hottest questions read it: opening and closing of the first
segment, then of the second, and F(t) before, during (to be added to ``t``), between, during and after them."""


class Timeline(NamedTuple):
    """Open time between ``start`` and ``end`` (not included), compiled.

    ``marks`` are opening, closing, opening ... in order. With ``i = bisect_right(marks, t)`` the calendar is open
    at ``t`` when ``i`` is odd, and F(t) is ``base[i]``, plus ``t`` when it is open. ``closing[m]`` is F at the
    closing of interval ``m``, which gives F backwards.

    ``days`` holds UTC days by their number, once somebody has asked about them: a look-up and a comparison or two
    instead of a search. Days at the two edges, which are not whole, and days with more than two segments are never
    in it. Filling it is idempotent, so threads need no lock. ``years`` are the first and last year compiled.
    """

    start: timedelta
    end: timedelta
    marks: list[timedelta]
    base: list[timedelta]
    closing: list[timedelta]
    days: dict[int, Day]
    years: tuple[int, int]

    @classmethod
    def of_marks(cls, start: timedelta, end: timedelta, marks: list[timedelta], years: tuple[int, int]) -> Self:
        """From boundaries in order, opening and closing in turn."""
        base, closing, total = [_NONE], [], _NONE
        for opens, closes in zip(marks[::2], marks[1::2], strict=True):
            base.append(total - opens)
            total += closes - opens
            base.append(total)
            closing.append(total)
        return cls(start, end, marks, base, closing, {}, years)

    @classmethod
    def unbroken(cls, start: timedelta, end: timedelta, years: tuple[int, int]) -> Self:
        """Open all the time; F is counted from the epoch, so that its values stay near the instants."""
        return cls(start, end, [start, end], [start, _NONE, end], [end], {}, years)

    def remember(self, at: timedelta) -> None:
        """Fills in the UTC day of ``at``, if it is whole and simple enough."""
        midnight = timedelta(at.days)
        if not (self.start <= midnight and midnight + _DAY <= self.end):
            return
        following = midnight + _DAY
        segments = self.within(midnight, following)
        if len(segments) > 2:
            return
        (o1, c1), (o2, c2) = (*segments, (following, following), (following, following))[:2]
        before = self.opened(midnight)
        between = before + (c1 - o1)
        self.days[at.days] = (o1, c1, o2, c2, before, before - o1, between, between - o2, between + (c2 - o2))

    def covers(self, low: timedelta, high: timedelta, *, up_to: bool) -> bool:
        """Whether both lie inside what is compiled; ``up_to`` the end is enough where only F is asked for."""
        return self.start <= low and (high < self.end or (up_to and high == self.end))

    def opened(self, at: timedelta) -> timedelta:
        """F(t): open time since the start of what is compiled."""
        i = bisect_right(self.marks, at)
        return self.base[i] + at if i & 1 else self.base[i]

    def reach(self, opened: timedelta, *, latest: bool) -> timedelta | None:
        """Where F equals ``opened``: the earliest such instant, or the latest; ``None`` beyond what is compiled."""
        m = (bisect_right if latest else bisect_left)(self.closing, opened)
        if opened < self.base[0] or m == len(self.closing):
            return None
        return self.marks[2 * m + 1] - (self.closing[m] - opened)

    def within(self, start: timedelta, end: timedelta) -> list[tuple[timedelta, timedelta]]:
        """The open intervals between the two, cut to them."""
        if start >= end:
            return []
        marks = self.marks
        first = bisect_right(marks, start) // 2
        found = []
        for m in range(2 * first, len(marks), 2):
            if marks[m] >= end:
                break
            found.append((max(marks[m], start), min(marks[m + 1], end)))
        return found


def combine(left: Timeline, right: Timeline, is_open: Callable[[bool, bool], bool]) -> Timeline:
    """Open where ``is_open`` says so of the two, on the stretch that both have compiled."""
    start, end = max(left.start, right.start), min(left.end, right.end)
    a, b = left.marks, right.marks
    i, j = bisect_right(a, start), bisect_right(b, start)
    marks: list[timedelta] = [start] if is_open(i & 1 == 1, j & 1 == 1) else []
    while i < len(a) or j < len(b):
        at = min(a[i] if i < len(a) else end, b[j] if j < len(b) else end)
        if at >= end:
            break
        if i < len(a) and a[i] == at:
            i += 1
        if j < len(b) and b[j] == at:
            j += 1
        if is_open(i & 1 == 1, j & 1 == 1) != (len(marks) & 1 == 1):
            marks.append(at)
    if len(marks) & 1:
        marks.append(end)
    years = max(left.years[0], right.years[0]), min(left.years[1], right.years[1])
    return Timeline.of_marks(start, end, marks, years)
