"""Weekly hours as stretches of one circular week."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from csprotocol.calendar._holidays import Holiday, PublicHolidays
from csprotocol.calendar._hours import BusinessHours, Weekly
from csprotocol.calendar._text import WEEKDAYS, parse_weekly
from csprotocol.calendar._wall import DAY, Hours, WallSpan, clock_text, day_hours, merge, subtract
from csprotocol.model import FrozenDict

__all__ = [
    "WEEK",
    "as_mapping",
    "fold",
    "has_night_shift",
    "holiday_sources",
    "open_week",
    "split_at_midnight",
    "weekly_from",
]

WEEK: Final = 7 * DAY


def as_mapping(weekly: Weekly | str) -> Weekly:
    """The mapping that the document keeps, text or not.

    >>> as_mapping("mon 09:00-17:00")["mon"]
    (('09:00', '17:00'),)
    """
    return cast(Weekly, parse_weekly(weekly)) if isinstance(weekly, str) else weekly


def open_week(weekly: Weekly | str, breaks: Weekly | str) -> list[WallSpan]:
    """Open seconds since Monday 00:00, breaks taken out, sorted, joined, inside one week."""
    # Breaks are wall-clock time: one on Tuesday 02:00 cuts Monday's night shift.
    return subtract(fold(since_monday(weekly)), fold(since_monday(breaks)))


def since_monday(weekly: Weekly | str) -> list[WallSpan]:
    """All intervals in seconds since Monday 00:00; the end may pass the week."""
    return [
        (WEEKDAYS.index(day) * DAY + start, WEEKDAYS.index(day) * DAY + end)
        for day, hours in as_mapping(weekly).items()
        for start, end in day_hours(hours, f"weekly.{day}")
    ]


def has_night_shift(weekly: Weekly | str) -> bool:
    """Whether a shift runs past the midnight of the day on which it starts."""
    return any(end > DAY for day, hours in as_mapping(weekly).items() for _, end in day_hours(hours, f"weekly.{day}"))


def holiday_sources(hours: BusinessHours) -> tuple[Holiday | PublicHolidays, ...]:
    """The holidays as the document keeps them: its many spellings became one at birth."""
    return cast(tuple[Holiday | PublicHolidays, ...], hours.holidays)


def split_at_midnight(spans: Iterable[WallSpan]) -> list[WallSpan]:
    """The same stretches, none of them across a midnight.

    >>> split_at_midnight([(79_200, 108_000)])
    [(79200, 86400), (86400, 108000)]
    """
    parts: list[WallSpan] = []
    for start, end in spans:
        at = start
        while at < end:
            until = min(end, at - at % DAY + DAY)
            parts.append((at, until))
            at = until
    return parts


def weekly_from(spans: Iterable[WallSpan], *, keep_nights: bool = False) -> Weekly:
    """Hours by weekday of stretches in seconds since Monday 00:00; touching ones are joined.

    What crosses midnight is split there; with ``keep_nights`` a stretch of less than a day over one midnight stays
    one shift of the day on which it starts.

    >>> weekly_from([(79_200, 108_000)]), weekly_from([(79_200, 108_000)], keep_nights=True)
    ({'mon': (('22:00', '24:00'),), 'tue': (('00:00', '06:00'),)}, {'mon': (('22:00', '06:00'),)})
    """
    week = fold(spans)
    if keep_nights and len(week) > 1 and week[0][0] == 0 and week[-1][1] == WEEK:
        # What was cut at the end of the week is one stretch.
        week = [*week[1:-1], (week[-1][0], WEEK + week[0][1])]
    weekly: dict[str, list[Hours]] = {}
    for start, end in week:
        is_night = keep_nights and end - start < DAY and start // DAY != (end - 1) // DAY
        for first, last in [(start, end)] if is_night else split_at_midnight([(start, end)]):
            day, opens = divmod(first, DAY)
            closes = last - day * DAY
            weekly.setdefault(WEEKDAYS[day % 7], []).append((clock_text(opens), clock_text(closes - DAY * is_night)))
    return FrozenDict({day: tuple(sorted(weekly[day])) for day in WEEKDAYS if day in weekly})


def fold(spans: Iterable[WallSpan]) -> list[WallSpan]:
    """What runs over the end of the week comes back at its start; the result is sorted and joined."""
    inside: list[WallSpan] = []
    for start, end in spans:
        inside.append((start, min(end, WEEK)))
        if end > WEEK:
            inside.append((0, end - WEEK))
    return merge(inside)
