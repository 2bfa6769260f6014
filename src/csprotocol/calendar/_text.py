"""The text form of weekly hours: ``mon-fri 09:00-14:00,16:00-19:00; sat 10:00-14:00``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from csprotocol.calendar._wall import Hours, short_clock
from csprotocol.errors import InvalidScheduleError, one_of

__all__ = ["WEEKDAYS", "format_weekly", "parse_weekly"]

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_PART = re.compile(r"(?P<days>[A-Za-z][A-Za-z,\- ]*?)\s+(?P<hours>closed|[0-9].*)", re.IGNORECASE)
_INTERVAL = re.compile(r"([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)\s*(?:-|–|to)\s*([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)")


def parse_weekly(text: str, place: str = "weekly") -> dict[str, tuple[Hours, ...]]:
    """Hours by weekday (``mon`` .. ``sun``); days that are not named are closed.

    >>> parse_weekly("fri-sun 22:00-06:00")
    {'fri': (('22:00', '06:00'),), 'sat': (('22:00', '06:00'),), 'sun': (('22:00', '06:00'),)}
    >>> parse_weekly("Mon, Wed 9:00-12:00")
    {'mon': (('09:00', '12:00'),), 'wed': (('09:00', '12:00'),)}

    Raises:
        InvalidScheduleError: a part that is no ``days hours``, an unknown day, a day named twice.
    """
    weekly: dict[str, tuple[Hours, ...]] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        found = _PART.fullmatch(part)
        if not found:
            raise InvalidScheduleError.at(place, f"{part!r} is no 'days hours'; write for example mon-fri 09:00-17:00")
        hours = _hours(found["hours"], place)
        for day in _days(found["days"], place):
            if day in weekly:
                raise InvalidScheduleError.at(f"{place}.{day}", "is named twice; join its hours with a comma")
            weekly[day] = hours
    return {day: weekly[day] for day in WEEKDAYS if weekly.get(day)}


def format_weekly(weekly: Mapping[str, Sequence[Hours]]) -> str:
    """The shortest text that :func:`parse_weekly` reads back; consecutive days with the same hours are joined.

    >>> format_weekly({"mon": [("09:00", "17:00")], "tue": [("09:00", "17:00")], "sat": [("10:00", "14:00")]})
    'mon-tue 09:00-17:00; sat 10:00-14:00'
    """
    parts: list[str] = []
    run: list[str] = []
    for i, day in enumerate(WEEKDAYS):
        hours = tuple(map(tuple, weekly.get(day, ())))
        following = tuple(map(tuple, weekly.get(WEEKDAYS[i + 1], ()))) if i < len(WEEKDAYS) - 1 else None
        if not hours:
            continue
        run.append(day)
        if hours != following:
            days = run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}"
            parts.append(f"{days} {','.join(f'{opens}-{closes}' for opens, closes in hours)}")
            run = []
    return "; ".join(parts)


def _days(text: str, place: str) -> list[str]:
    named: list[str] = []
    for piece in text.lower().replace(" ", "").split(","):
        first, dash, last = piece.partition("-")
        ends = [_weekday(first, place), _weekday(last if dash else first, place)]
        # fri-mon runs over the end of the week.
        count = (ends[1] - ends[0]) % 7 + 1
        named.extend(WEEKDAYS[(ends[0] + step) % 7] for step in range(count))
    return named


def _weekday(name: str, place: str) -> int:
    if name[:3] in WEEKDAYS and _FULL[name[:3]].startswith(name):
        return WEEKDAYS.index(name[:3])
    raise InvalidScheduleError.at(place, f"{name!r} is no weekday; {one_of(WEEKDAYS, found=name)}")


_FULL: Final = {
    "mon": "monday",
    "tue": "tuesday",
    "wed": "wednesday",
    "thu": "thursday",
    "fri": "friday",
    "sat": "saturday",
    "sun": "sunday",
}


def _hours(text: str, place: str) -> tuple[Hours, ...]:
    if text.lower() == "closed":
        return ()
    hours: list[Hours] = []
    for piece in text.split(","):
        found = _INTERVAL.fullmatch(piece.strip())
        if not found:
            raise InvalidScheduleError.at(place, f"{piece.strip()!r} is no interval; write for example 09:00-17:00")
        opens, closes = (clock.zfill(5) if len(clock) < 6 else clock.zfill(8) for clock in found.groups())
        hours.append((short_clock(opens), short_clock(closes)))
    return tuple(hours)
