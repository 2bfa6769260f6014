"""Recurrence rules of RFC 5545 as numbers: reading the text, and refusing what names no days."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from csprotocol.errors import InvalidScheduleError, one_of

__all__ = ["Rule", "read_rule"]

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_KEYS = (
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYYEARDAY", "BYWEEKNO", "BYSETPOS",
    "BYEASTER", "WKST",
)  # fmt: skip
# What names the days of a rule by itself; without one of these they would depend on where the rule starts.
_NAMING = {
    "DAILY": (),
    "WEEKLY": ("BYDAY",),
    "MONTHLY": ("BYDAY", "BYMONTHDAY", "BYEASTER", "BYYEARDAY"),
    "YEARLY": ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYEASTER", "BYWEEKNO"),
}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Easter Sunday lies between 22 March and 25 April; from -80 to 250 days around it is the same year.
_RANGES: Final = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYSETPOS": (-366, 366),
    "BYEASTER": (-80, 250),
}
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}")
_WHOLE = re.compile(r"[0-9]{1,9}")
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})Z?)?")


class Rule(NamedTuple):
    """A rule as numbers; an empty set does not filter."""

    freq: str
    interval: int
    occurrences: int | None
    until: int
    weekdays: frozenset[int]
    nth_weekdays: frozenset[tuple[int, int]]
    months: frozenset[int]
    monthdays: frozenset[int]
    yeardays: frozenset[int]
    weeknos: frozenset[int]
    positions: frozenset[int]
    easter: frozenset[int]
    week_start: int
    needs_start: bool


@lru_cache(maxsize=1024)
def read_rule(text: str) -> Rule:
    """The rule that ``text`` writes.

    Raises:
        InvalidScheduleError: it is no rule of days, or holds a number out of range.
    """
    parts = _parts(text)
    freq = parts["FREQ"]
    weekdays, nth_weekdays = _byday(text, parts)
    numbers = {key: _numbers(text, key, parts[key]) if key in parts else frozenset() for key in _RANGES}
    interval = _whole(text, "INTERVAL", parts.get("INTERVAL", "1"))
    count = _whole(text, "COUNT", parts["COUNT"]) if "COUNT" in parts else None
    if count is not None and "UNTIL" in parts:
        raise _no_rule(text, "it has COUNT and UNTIL; keep one of them")
    week_start = parts.get("WKST", "MO")
    if week_start not in _WEEKDAYS:
        raise _no_rule(text, f"WKST is {week_start!r}; {one_of(_WEEKDAYS)}")
    naming = _NAMING[freq]
    names_days = not naming or any(key in parts for key in naming)
    if freq == "YEARLY" and "BYWEEKNO" in parts and "BYDAY" not in parts:
        names_days = False
    return Rule(
        freq=freq,
        interval=interval,
        occurrences=count,
        until=_until(text, parts["UNTIL"]) if "UNTIL" in parts else date.max.toordinal(),
        weekdays=weekdays,
        nth_weekdays=nth_weekdays,
        months=numbers["BYMONTH"],
        monthdays=numbers["BYMONTHDAY"],
        yeardays=numbers["BYYEARDAY"],
        weeknos=numbers["BYWEEKNO"],
        positions=numbers["BYSETPOS"],
        easter=numbers["BYEASTER"],
        week_start=_WEEKDAYS.index(week_start),
        needs_start=not names_days or interval > 1 or count is not None,
    )


def _parts(text: str) -> dict[str, str]:
    body = text.strip().upper().removeprefix("RRULE:")
    parts: dict[str, str] = {}
    for piece in filter(None, body.split(";")):
        key, equals, value = piece.partition("=")
        if key not in _KEYS or not equals or not value:
            known = one_of(_KEYS, found=key)
            raise InvalidScheduleError.at("recurring.rrule", f"{piece!r} is no part of a rule of days; {known}")
        if key in parts:
            raise _no_rule(text, f"{key} is given twice; join its values with a comma")
        parts[key] = value
    if parts.get("FREQ") not in _FREQUENCIES:
        known = one_of(_FREQUENCIES, found=parts.get("FREQ"))
        raise InvalidScheduleError.at("recurring.rrule", f"FREQ of {text!r} must name days; {known}")
    return parts


def _no_rule(text: str, why: str) -> InvalidScheduleError:
    return InvalidScheduleError.at("recurring.rrule", f"{text!r} is no rule: {why}")


def _whole(text: str, key: str, value: str) -> int:
    if not _WHOLE.fullmatch(value) or int(value) < 1:
        raise _no_rule(text, f"{key} is {value!r}; write a whole number, 1 or more")
    return int(value)


def _numbers(text: str, key: str, value: str) -> frozenset[int]:
    first, last = _RANGES[key]
    found: set[int] = set()
    for piece in value.split(","):
        number = int(piece) if _NUMBER.fullmatch(piece) else None
        # Only Easter Sunday itself is counted as 0.
        if number is None or not first <= number <= last or (number == 0 and key != "BYEASTER"):
            possible = f"1 to {last}" + (f" or -1 to {first}" if first < 0 else "")
            raise _no_rule(
                text, f"{key} holds {piece!r}; possible: {f'{first} to {last}' if key == 'BYEASTER' else possible}"
            )
        found.add(number)
    return frozenset(found)


def _byday(text: str, parts: dict[str, str]) -> tuple[frozenset[int], frozenset[tuple[int, int]]]:
    """Weekdays, and weekdays with an ordinal."""
    freq = parts["FREQ"]
    last = {"MONTHLY": 5, "YEARLY": 53}.get(freq, 0)
    plain: set[int] = set()
    nth: set[tuple[int, int]] = set()
    for piece in filter(None, parts["BYDAY"].split(",") if "BYDAY" in parts else ()):
        found = _WEEKDAY.fullmatch(piece)
        if not found:
            raise _no_rule(text, f"BYDAY holds {piece!r}; write MO to SU, with FREQ=MONTHLY also 1MO or -1FR")
        weekday = _WEEKDAYS.index(found[2])
        if found[1] is None:
            plain.add(weekday)
            continue
        if not last:
            raise _no_rule(text, f"BYDAY holds {piece!r}, but {freq} rules count no weekdays; write {found[2]}")
        if not 1 <= abs(int(found[1])) <= last:
            raise _no_rule(text, f"BYDAY holds {piece!r}; with {freq} possible: 1 to {last} or -1 to -{last}")
        if "BYWEEKNO" in parts:
            raise _no_rule(text, f"BYDAY holds {piece!r} beside BYWEEKNO; write {found[2]}")
        nth.add((weekday, int(found[1])))
    return frozenset(plain), frozenset(nth)


def _until(text: str, value: str) -> int:
    found = _UNTIL.fullmatch(value)
    try:
        # The clock time must exist, though only the date has a meaning here.
        wall = f"{found[1]}{found[2] or '000000'}" if found else ""
        return datetime.strptime(wall, "%Y%m%d%H%M%S").toordinal()  # noqa: DTZ007
    except ValueError:
        raise _no_rule(text, f"UNTIL is {value!r}; write YYYYMMDD or YYYYMMDDTHHMMSSZ") from None
