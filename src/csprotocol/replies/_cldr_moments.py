"""Dates, times and intervals of one locale: which pattern shows them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, TypeAlias, get_args

from csprotocol.errors import InvalidValueError
from csprotocol.replies import mf2

__all__ = ["Length", "date_writer", "datetime_writer", "interval_writer", "time_writer"]

Length: TypeAlias = Literal["full", "long", "medium", "short"]

# From the largest to the smallest, as an interval asks which of its fields differ.
_FIELDS: dict[str, Callable[[dt.datetime], object]] = {
    "y": lambda at: at.year,
    "M": lambda at: at.month,
    "d": lambda at: at.day,
    "a": lambda at: at.hour >= 12,
    "B": lambda at: at.hour >= 12,  # the place in the order; each locale has its own parts of the day
    "H": lambda at: at.hour,
    "h": lambda at: at.hour % 12,
    "m": lambda at: at.minute,
}
_ByKind: TypeAlias = dict[bool, Callable[[dt.datetime], str]]
_SKELETON = re.compile(r"[A-Za-z]{1,30}")
_ZONE_LETTERS = frozenset("zZvVxXO")


def date_writer(data: mf2.BabelLocaleData, length: str) -> Callable[[dt.date], str]:
    """What writes dates; of a datetime its own calendar day."""
    show: Any = data.pattern(str(_of_length(data.babel.date_formats, length).pattern))
    cached: Callable[[dt.date], str] = lru_cache(maxsize=1024)(show)

    def write(day: dt.date) -> str:
        # A datetime is a date to Python, and two of them are equal when their instants are.
        if type(day) is dt.date:
            return cached(day)
        if not isinstance(day, dt.date):
            raise InvalidValueError.of("date", type(day).__name__, expected="a date")
        return cached(dt.date(day.year, day.month, day.day))

    return write


def time_writer(data: mf2.BabelLocaleData, length: str) -> Callable[[dt.time | dt.datetime], str]:
    """What writes times of the day; the zone of a datetime shows where the length has it."""
    bare, zoned = _clock(data, length)
    cached = lru_cache(maxsize=1024)(bare)

    def write(time: dt.time | dt.datetime) -> str:
        if isinstance(time, dt.datetime):
            if zoned is not None and time.tzinfo is not None:
                return zoned(time)
        elif not isinstance(time, dt.time):
            raise InvalidValueError.of("time", type(time).__name__, expected="a time or a datetime")
        # On no day in particular: only the clock shows.
        return cached(dt.datetime(2000, 1, 1, time.hour, time.minute, time.second))  # noqa: DTZ001 - a reading of the clock

    return write


def datetime_writer(data: mf2.BabelLocaleData, date_length: str, time_length: str) -> Callable[[dt.datetime], str]:
    """What writes datetimes as their own clock reads."""
    day: Any = data.pattern(str(_of_length(data.babel.date_formats, date_length).pattern))
    bare, zoned = _clock(data, time_length)
    joined = str(data.babel.datetime_formats[date_length]).replace("'", "")

    def show(clock: Callable[[dt.datetime], str]) -> Callable[[dt.datetime], str]:
        return lambda at: joined.replace("{0}", clock(at)).replace("{1}", day(at))

    cached = lru_cache(maxsize=1024)(show(bare))
    with_zone = show(zoned) if zoned is not None else None

    def write(at: dt.datetime) -> str:
        if not isinstance(at, dt.datetime):
            raise InvalidValueError.of("datetime", type(at).__name__, expected="a datetime")
        if at.tzinfo is None:
            return cached(at)
        return cached(at.replace(tzinfo=None)) if with_zone is None else with_zone(at)

    return write


def _clock(
    data: mf2.BabelLocaleData, length: str
) -> tuple[Callable[[dt.datetime], str], Callable[[dt.datetime], str] | None]:
    """Without zone, and with it where the length shows one."""
    formats = data.babel.time_formats
    pattern = str(_of_length(formats, length).pattern)
    if _ZONE_LETTERS.isdisjoint(_letters(pattern)):
        return data.pattern(pattern), None
    # A time without a zone shows none: Babel would say UTC, which nobody told it.
    return data.pattern(str(formats["medium"].pattern)), data.pattern(pattern)


def _letters(pattern: str) -> set[str]:
    return set("".join(pattern.split("'")[::2]))


def _of_length(formats: Any, length: str) -> Any:
    if length not in get_args(Length):
        raise InvalidValueError.unknown("length", length, get_args(Length))
    return formats[length]


def interval_writer(data: mf2.BabelLocaleData, skeleton: str) -> Callable[[dt.date, dt.date], str]:
    """What writes the days (or the moments) from start to end, without saying twice what they share."""
    from babel.dates import match_skeleton

    given: object = skeleton
    if not isinstance(given, str) or not _SKELETON.fullmatch(given):
        raise InvalidValueError.of("skeleton", str(skeleton), expected="date fields of CLDR such as yMMMd")
    known: Any = data.babel.interval_formats
    nearest = skeleton if skeleton in known else match_skeleton(skeleton, known)
    parts: Any = known[nearest] if nearest else {}
    pairs = {letter: tuple(data.pattern(part) for part in parts[letter]) for letter in parts}
    fields = {**_FIELDS, "B": data.pattern("B")} if "B" in pairs else _FIELDS
    same, apart = _alone(data, nearest)
    between = str(known.get(None, "{0}-{1}"))

    @lru_cache(maxsize=1024)
    def write(start: dt.datetime, end: dt.datetime, days_only: bool) -> str:  # noqa: FBT001 - a key of the cache
        if start == end:
            return same[days_only](start)
        for letter, value in fields.items():
            if letter in pairs and value(start) != value(end):
                return "".join([show(at) for show, at in zip(pairs[letter], (start, end), strict=False)])
        first, second = apart[days_only](start), apart[days_only](end)
        return first if first == second else between.replace("{0}", first).replace("{1}", second)

    def checked(start: dt.date, end: dt.date) -> str:
        begins, ends = _own_clock(start, "start"), _own_clock(end, "end")
        if ends < begins:
            raise InvalidValueError.of("end", str(end), expected=f"no earlier than the start {start}", hint="swap them")
        return write(begins, ends, type(start) is dt.date and type(end) is dt.date)

    return checked


def _alone(data: mf2.BabelLocaleData, skeleton: str | None) -> tuple[_ByKind, _ByKind]:
    """What writes one moment: when start and end are one, and when each is written by itself."""
    from babel.dates import match_skeleton

    known: Any = data.babel.datetime_skeletons
    medium = {True: data.pattern(str(data.babel.date_formats["medium"].pattern)), False: _medium(data)}
    nearest = skeleton if skeleton is None or skeleton in known else match_skeleton(skeleton, known)
    by_skeleton = dict.fromkeys((True, False), data.pattern(str(known[nearest].pattern))) if nearest else medium
    return by_skeleton, by_skeleton if nearest == skeleton else medium


def _medium(data: mf2.BabelLocaleData) -> Callable[[dt.datetime], str]:
    return datetime_writer(data, "medium", "medium")


def _own_clock(at: dt.date, field: str) -> dt.datetime:
    """As its own clock reads; a date is its midnight."""
    if isinstance(at, dt.datetime):
        return at.replace(tzinfo=None)
    if isinstance(at, dt.date):
        return dt.datetime(at.year, at.month, at.day)  # noqa: DTZ001 - a day on the calendar
    raise InvalidValueError.of(field, type(at).__name__, expected="a date or a datetime")
