"""Durations for people."""

from __future__ import annotations

from datetime import timedelta

from csprotocol.errors import InvalidValueError

__all__ = ["format_open_time"]


def format_open_time(open_time: timedelta, *, day: timedelta | None = None) -> str:
    """Open time as people say it: ``"2 days 3 h of 8 h"`` are two working days of 8 hours, and 3 hours.

    Without the length of a working ``day`` there are no days in it, because 24 hours of open time are not a day.
    Seconds show only below one hour, parts of a second only below one minute.

    >>> format_open_time(timedelta(hours=19), day=timedelta(hours=8))
    '2 days 3 h of 8 h'
    >>> format_open_time(timedelta(hours=19, minutes=5))
    '19 h 5 min'
    >>> format_open_time(timedelta(seconds=-90)), format_open_time(timedelta(0))
    ('-1 min 30 s', '0 min')

    Raises:
        InvalidValueError: ``day`` is not longer than 0.
    """
    if day is not None and day <= timedelta(0):
        raise InvalidValueError.of("day", day, expected="longer than 0")
    sign = "-" if open_time < timedelta(0) else ""
    left = abs(open_time)
    parts: list[str] = []
    if day is not None:
        days, left = divmod(left, day)
        if days:
            parts.append(f"{days} day" if days == 1 else f"{days} days")
    parts += _clock_parts(left, coarse=bool(parts))
    suffix = f" of {' '.join(_clock_parts(day, coarse=False))}" if day is not None and "day" in parts[0] else ""
    return f"{sign}{' '.join(parts)}{suffix}"


def _clock_parts(left: timedelta, *, coarse: bool) -> list[str]:
    minutes, rest = divmod(left, timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    if minutes:
        parts.append(f"{minutes} min")
    seconds = rest.total_seconds()
    if seconds and not hours and not coarse:
        parts.append(f"{seconds:.6f}".rstrip("0").rstrip(".") + " s" if not minutes else f"{int(seconds)} s")
    return parts or ([] if coarse else ["0 min"])
