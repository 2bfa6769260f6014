"""Durations for people."""

from __future__ import annotations

from datetime import timedelta

from csprotocol.errors import InvalidValueError

__all__ = ["format_open_time"]


def format_open_time(open_time: timedelta, *, day: timedelta | None = None) -> str:
    """Open time as people say it: ``"2 days 3 h of 8 h"`` are two working days of 8 hours, and 3 hours.

    Without the length of a working ``day`` there are no days in it, because 24 hours of open time are not a day.
    Seconds show only below one hour; the length of the day is always told exactly.

    >>> format_open_time(timedelta(hours=19), day=timedelta(hours=8))
    '2 days 3 h of 8 h'
    >>> format_open_time(timedelta(hours=19, minutes=5))
    '19 h 5 min'
    >>> format_open_time(timedelta(seconds=-90)), format_open_time(timedelta(0))
    ('-1 min 30 s', '0 min')

    Raises:
        InvalidValueError: one of the two is no ``timedelta``, or ``day`` is not longer than 0.
    """
    _require_duration("open_time", open_time)
    if day is not None:
        _require_duration("day", day)
        if day <= timedelta(0):
            raise InvalidValueError.of("day", day, expected="longer than 0")
    sign = "-" if open_time < timedelta(0) else ""
    left = abs(open_time)
    days = 0
    if day is not None:
        days, left = divmod(left, day)
    if day is None or not days:
        return sign + " ".join(_clock_parts(left, seconds=left < timedelta(hours=1)) or ["0 min"])
    told = [f"{days} day" if days == 1 else f"{days} days", *_clock_parts(left, seconds=False)]
    return f"{sign}{' '.join(told)} of {' '.join(_clock_parts(day, seconds=True))}"


def _clock_parts(left: timedelta, *, seconds: bool) -> list[str]:
    minutes, rest = divmod(left, timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    if minutes:
        parts.append(f"{minutes} min")
    if rest and seconds:
        parts.append(f"{rest.seconds}.{rest.microseconds:06}".rstrip("0").rstrip(".") + " s")
    return parts


def _require_duration(field: str, found: object) -> None:
    if not isinstance(found, timedelta):
        raise InvalidValueError.of(field, found, expected="a timedelta")
