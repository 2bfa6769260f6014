"""Open time as a function F(t): the one representation behind every question.

Boundaries are ``timedelta`` since the epoch, because subtracting, adding and comparing timedeltas happens in C and
is exact to the microsecond; integers of microseconds are measurably slower.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Final, NamedTuple, Self

__all__ = ["Timeline", "combine"]

_NONE: Final = timedelta(0)


class Timeline(NamedTuple):
    """Open time between ``start`` and ``end`` (not included), compiled.

    ``marks`` are opening, closing, opening ... in order. With ``i = bisect_right(marks, t)`` the calendar is open
    at ``t`` when ``i`` is odd, and F(t) is ``base[i]``, plus ``t`` when it is open. ``closing[m]`` is F at the
    closing of interval ``m``, which gives F backwards. ``by_day[k]`` is the number of marks before UTC day
    ``first_day + k``: between two neighbours of it the search has a step or two left instead of a dozen. That holds
    for ``0 < k < whole_days``; the days at the two edges are not whole.
    """

    start: timedelta
    end: timedelta
    marks: list[timedelta]
    base: list[timedelta]
    closing: list[timedelta]
    first_day: int
    whole_days: int
    by_day: list[int]

    @classmethod
    def of_seconds(cls, start: int, end: int, marks: Sequence[int]) -> Self:
        """From boundaries in whole seconds, which lie between ``start`` and ``end``."""
        return cls.of_marks(timedelta(0, start), timedelta(0, end), [timedelta(0, mark) for mark in marks])

    @classmethod
    def of_marks(cls, start: timedelta, end: timedelta, marks: list[timedelta]) -> Self:
        """From boundaries in order, opening and closing in turn."""
        base, closing, total = [_NONE], [], _NONE
        for opens, closes in zip(marks[::2], marks[1::2], strict=True):
            base.append(total - opens)
            total += closes - opens
            base.append(total)
            closing.append(total)
        by_day = _by_day(start.days, end.days, marks)
        return cls(start, end, marks, base, closing, start.days, end.days - start.days, by_day)

    @classmethod
    def unbroken(cls, start: timedelta, end: timedelta) -> Self:
        """Open all the time."""
        return cls(start, end, [start, end], [_NONE, -start, end - start], [end - start], 0, 0, [])

    def covers(self, at: timedelta) -> bool:
        """Whether ``at`` lies inside what is compiled."""
        return self.start <= at < self.end

    def opened(self, at: timedelta) -> timedelta:
        """F(t): open time since the start of what is compiled."""
        i = bisect_right(self.marks, at)
        return self.base[i] + at if i & 1 else self.base[i]

    def reach(self, opened: timedelta, *, latest: bool) -> timedelta | None:
        """Where F equals ``opened``: the earliest such instant, or the latest; ``None`` beyond what is compiled."""
        m = (bisect_right if latest else bisect_left)(self.closing, opened)
        if opened < _NONE or m == len(self.closing):
            return None
        return self.marks[2 * m + 1] - (self.closing[m] - opened)

    def within(self, start: timedelta, end: timedelta) -> list[tuple[timedelta, timedelta]]:
        """The open intervals between the two, cut to them."""
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
    return Timeline.of_marks(start, end, marks)


def _by_day(first: int, last: int, marks: Sequence[timedelta]) -> list[int]:
    """How many marks lie before each UTC day, from ``first`` to the one after ``last``."""
    counts = [0] * (last - first + 2)
    for mark in marks:
        counts[mark.days - first + 1] += 1
    return list(accumulate(counts))
