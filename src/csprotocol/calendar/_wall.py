"""Wall-clock hours of one day: ``["09:00", "17:00"]``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from csprotocol.errors import InvalidScheduleError

__all__ = ["DAY", "Hours", "WallSpan", "clock_text", "day_hours", "frozen_hours", "hour_pairs", "merge", "subtract"]

Hours = tuple[str, str]
"""Opening and closing time as a shop writes them; a closing time that is not later belongs to the next day."""

WallSpan = tuple[int, int]
"""Seconds since local midnight of the day to which the hours belong; the end may pass 86,400."""

DAY: Final = 86_400

_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]))?")


def clock_seconds(text: str, place: str) -> int:
    """Seconds since midnight of ``HH:MM`` or ``HH:MM:SS``; ``24:00`` is the end of the day.

    Raises:
        InvalidScheduleError: the text is no time of day; the message names ``place``.
    """
    found = _CLOCK.fullmatch(text)
    seconds = -1
    if found:
        hour, minute, second = (int(part or 0) for part in found.groups())
        seconds = hour * 3600 + minute * 60 + second
    if not 0 <= seconds <= DAY:
        raise InvalidScheduleError.at(place, f"{text!r} is no time of day; write HH:MM or HH:MM:SS, 00:00 to 24:00")
    return seconds


def clock_text(seconds: int) -> str:
    """``HH:MM``, with seconds only where there are some.

    >>> clock_text(32400), clock_text(86400), clock_text(30)
    ('09:00', '24:00', '00:00:30')
    """
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def hour_pairs(hours: object, place: str) -> tuple[Hours, ...]:
    """The hours as tuples of texts, whatever they came in, seconds of 0 left out; :func:`day_hours` judges the rest.

    >>> hour_pairs([["09:00:00", "14:00"]], "special")
    (('09:00', '14:00'),)

    Raises:
        InvalidScheduleError: it is no list of pairs of texts; the message names ``place``.
    """
    if isinstance(hours, str | bytes | Mapping) or not isinstance(hours, Iterable):
        raise InvalidScheduleError.at(place, f'must be a list of ["HH:MM", "HH:MM"], got {hours!r}')
    return tuple(_pair(pair, f"{place}[{i}]") for i, pair in enumerate(hours))


def frozen_hours(hours: object, place: str) -> tuple[Hours, ...]:
    """The hours of one day as tuples of texts, checked.

    Raises:
        InvalidScheduleError: as :func:`hour_pairs` and :func:`day_hours`.
    """
    pairs = hour_pairs(hours, place)
    day_hours(pairs, place)
    return pairs


def day_hours(hours: Sequence[Hours], place: str) -> tuple[WallSpan, ...]:
    """The spans of one day in order.

    >>> day_hours([("16:00", "19:00"), ("09:00", "14:00")], "weekly.mon")
    ((32400, 50400), (57600, 68400))
    >>> day_hours([("22:00", "06:00")], "weekly.fri")
    ((79200, 108000),)

    Raises:
        InvalidScheduleError: a text that is no time of day, an empty interval, or two that overlap.
    """
    spans: list[tuple[WallSpan, str]] = []
    for i, (opens, closes) in enumerate(hours):
        where = f"{place}[{i}]"
        start, end = clock_seconds(opens, where), clock_seconds(closes, where)
        if start == DAY:
            raise InvalidScheduleError.at(where, "an interval cannot start at 24:00; write 00:00 on the next day")
        if start == end:
            raise InvalidScheduleError.at(
                where, f"{opens}-{closes} is empty; leave it out, or write 00:00-24:00 for the whole day"
            )
        spans.append(((start, end if end > start else end + DAY), where))
    spans.sort()
    for ((_, end), _), ((start, _), where) in pairwise(spans):
        if start < end:
            raise InvalidScheduleError.at(where, "overlaps another interval of the same day; join the two")
    return tuple(span for span, _ in spans)


def _pair(pair: object, place: str) -> Hours:
    if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(isinstance(clock, str) for clock in pair):
        raise InvalidScheduleError.at(place, f'must be two texts ["HH:MM", "HH:MM"], got {pair!r}')
    opens, closes = pair
    return short_clock(opens), short_clock(closes)


def short_clock(text: str) -> str:
    """``09:00`` for ``09:00:00``; any other text as it is."""
    return text.removesuffix(":00") if len(text) == len("HH:MM:SS") else text


def merge(spans: Iterable[WallSpan]) -> list[WallSpan]:
    """The spans as a sorted list in which none touches another.

    >>> merge([(5, 9), (0, 3), (3, 4), (8, 12)])
    [(0, 4), (5, 12)]
    """
    merged: list[WallSpan] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def subtract(spans: Iterable[WallSpan], cuts: Sequence[WallSpan]) -> list[WallSpan]:
    """What is left of ``spans`` outside ``cuts``; ``cuts`` are sorted and do not overlap.

    >>> subtract([(0, 10), (20, 30)], [(3, 5), (8, 22)])
    [(0, 3), (5, 8), (22, 30)]
    """
    left: list[WallSpan] = []
    for start, end in spans:
        at = start
        for cut_start, cut_end in cuts:
            if cut_end <= at or cut_start >= end:
                continue
            if cut_start > at:
                left.append((at, cut_start))
            at = cut_end
        if at < end:
            left.append((at, end))
    return left
