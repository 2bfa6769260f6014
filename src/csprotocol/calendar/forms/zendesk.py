"""Zendesk schedules: minutes since Sunday 00:00 local, Rails zone names, holidays with inclusive ends.

Source: developer.zendesk.com, Ticketing, Schedules, read 2026-11-21. There an interval cannot span calendar days;
exported rows do, so that the reader takes both and the writer splits at midnight.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final
from zoneinfo import available_timezones

from csprotocol.calendar._holidays import Holiday, PublicHolidays, require_date, require_text
from csprotocol.calendar._hours import BusinessHours, zone
from csprotocol.calendar._wall import DAY
from csprotocol.calendar.forms._loss import Exported, Loss
from csprotocol.calendar.forms._week import (
    WEEK,
    has_night_shift,
    holiday_sources,
    open_week,
    split_at_midnight,
    weekly_from,
)
from csprotocol.errors import InvalidScheduleError

__all__ = ["business_hours", "from_schedule", "iana_zone", "minutes_since_sunday", "rails_zones"]

_WEEK_MINUTES: Final = 7 * 24 * 60
# Ours start on Monday, theirs on Sunday.
_SUNDAY: Final = 6 * DAY
# A mistyped year must not become four thousand holidays.
_LONGEST_HOLIDAY_DAYS: Final = 2 * 366


def iana_zone(rails_name: str) -> str:
    """The IANA name of a Rails time zone; an IANA name comes back as it is.

    >>> iana_zone("Pacific Time (US & Canada)"), iana_zone("Europe/Madrid")
    ('America/Los_Angeles', 'Europe/Madrid')

    HTML-escaped names, as audit logs hold them, are understood (``US &amp; Canada``).

    Raises:
        InvalidScheduleError: neither the one nor the other; the message names the nearest.
    Source: rails/rails, ``ActiveSupport::TimeZone::MAPPING``.
    """
    require_text(rails_name, "time_zone")
    name = rails_name
    while "&amp;" in name:
        name = name.replace("&amp;", "&")
    known = rails_zones()
    if name in known:
        return known[name]
    try:
        return zone(name).key
    except InvalidScheduleError:
        near = get_close_matches(name, [*known, *sorted(available_timezones())], n=1)
        hint = f"did you mean {near[0]}?" if near else "write a Rails name such as Madrid, or an IANA name"
        raise InvalidScheduleError.at("time_zone", f"{rails_name!r} is no time zone; {hint}") from None


@lru_cache(maxsize=1)
def rails_zones() -> Mapping[str, str]:
    """Every Rails zone name with its IANA name.

    >>> rails_zones()["Kolkata"]
    'Asia/Kolkata'
    """
    table = files("csprotocol.calendar").joinpath("data/rails_time_zones.toml").read_text(encoding="utf-8")
    zones: dict[str, str] = tomllib.loads(table)["zones"]
    return zones


def business_hours(
    intervals: Iterable[tuple[int, int]], tz: str, *, holidays: Iterable[tuple[str, date, date]] = ()
) -> BusinessHours:
    """Hours from intervals in minutes since Sunday 00:00 local, and holidays ``(name, first, last)``.

    An end past 10,080 runs into the next week. Intervals that touch are joined, those that cross a midnight are
    split there, which changes no opening hour. Both ends of a holiday are closed; where two share a date their
    names are joined by a semicolon.

    >>> str(business_hours([(1980, 2460), (9960, 10200)], "Madrid"))
    'mon 09:00-17:00; sat 22:00-24:00; sun 00:00-02:00 (Europe/Madrid)'

    Raises:
        InvalidScheduleError: an interval that is empty, reversed, longer than a week, outside the week, or
            overlaps another; an unknown zone; a reversed holiday; a value of the wrong kind.
    """
    spans = _checked(intervals)
    return BusinessHours(
        tz=iana_zone(tz),
        weekly=weekly_from(((start * 60 + _SUNDAY) % WEEK, (start * 60 + _SUNDAY) % WEEK + (end - start) * 60)
                           for start, end in spans),
        holidays=tuple(_holiday_dates(holidays)),
    )  # fmt: skip


def from_schedule(
    payload: Mapping[str, Any], *, holidays: Mapping[str, Any] | Iterable[Mapping[str, Any]] = ()
) -> BusinessHours:
    """Hours from a schedule of the Zendesk API, with or without its ``{"schedule": ...}`` envelope.

    ``holidays`` is what the API gives for the schedule, with or without ``{"holidays": [...]}``.

    >>> hours = from_schedule(
    ...     {
    ...         "schedule": {
    ...             "name": "Desk",
    ...             "time_zone": "Madrid",
    ...             "intervals": [{"start_time": 1980, "end_time": 2460}],
    ...         }
    ...     },
    ...     holidays={"holidays": [{"name": "Navidad", "start_date": "2026-12-25", "end_date": "2026-12-25"}]},
    ... )
    >>> str(hours), hours.holidays[0].name
    ('mon 09:00-17:00 (Europe/Madrid)', 'Navidad')

    Raises:
        InvalidScheduleError: as :func:`business_hours`, and for a key that is missing or of another kind.
    """
    envelope = _mapping(payload, "schedule")
    schedule = _mapping(envelope.get("schedule", envelope), "schedule")
    zone_name = schedule.get("time_zone")
    if not isinstance(zone_name, str):
        raise InvalidScheduleError.at("time_zone", f"must be a text, got {zone_name!r}")
    intervals: list[tuple[int, int]] = []
    for i, row in enumerate(_rows(schedule.get("intervals"), "intervals")):
        intervals.append((_minute(row, "start_time", i), _minute(row, "end_time", i)))
    listed = holidays.get("holidays", ()) if isinstance(holidays, Mapping) else holidays
    closed: list[tuple[str, date, date]] = []
    for i, row in enumerate(_rows(listed, "holidays")):
        name = row.get("name") or ""
        closed.append((str(name), _day(row, "start_date", i), _day(row, "end_date", i)))
    return business_hours(intervals, zone_name, holidays=closed)


def minutes_since_sunday(hours: BusinessHours) -> Exported[tuple[tuple[int, int], ...]]:
    """Weekly hours as Zendesk intervals, sorted, none of them across a midnight.

    Breaks are taken out of the hours, which loses nothing. Seasons, special dates, recurring rules and holidays
    are no part of the intervals and are reported, as are seconds: an opening is rounded up and a closing down to
    the minute, so that the schedule never promises more.

    >>> minutes_since_sunday(BusinessHours(tz="Europe/Madrid", weekly="mon 09:00-17:00; sat 22:00-02:00"))
    Exported(value=((0, 120), (1980, 2460), (9960, 10080)), losses=())
    """
    losses: list[Loss] = []
    minutes: list[tuple[int, int]] = []
    for start, end in split_at_midnight(open_week(hours.weekly, hours.breaks)):
        first, last = -(-start // 60), end // 60
        if start % 60 or end % 60:
            losses.append(
                Loss("weekly", f"Zendesk has no seconds; {_clock(start)} to {_clock(end)} is rounded inwards")
            )
        if last > first:
            shifted = (first + 24 * 60) % _WEEK_MINUTES
            minutes.append((shifted, shifted + last - first))
    losses.extend(_left_out(hours))
    return Exported(tuple(sorted(minutes)), tuple(losses))


def _checked(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    covered: list[tuple[int, int, int]] = []
    for i, (start, end) in enumerate(_tuples(intervals, 2, "intervals", "(start, end) in minutes")):
        place = f"intervals[{i}]"
        for minute in (start, end):
            if type(minute) is not int:  # True is an int, and 90.5 minutes from a spreadsheet is a float
                raise InvalidScheduleError.at(place, f"{minute!r} is no whole number of minutes")
        if not 0 <= start < _WEEK_MINUTES:
            raise InvalidScheduleError.at(place, f"starts at {start}; a week has the minutes 0 to {_WEEK_MINUTES - 1}")
        if end <= start:
            raise InvalidScheduleError.at(place, f"{start} to {end} is empty or reversed")
        if end - start > _WEEK_MINUTES:
            raise InvalidScheduleError.at(place, f"{start} to {end} is longer than a week ({_WEEK_MINUTES} minutes)")
        spans.append((start, end))
        covered.append((start, min(end, _WEEK_MINUTES), i))
        if end > _WEEK_MINUTES:
            covered.append((0, end - _WEEK_MINUTES, i))
    covered.sort()
    for (_, end, one), (start, _, other) in pairwise(covered):
        if start < end:
            raise InvalidScheduleError.at(f"intervals[{other}]", f"overlaps intervals[{one}]; join the two")
    return spans


def _holiday_dates(holidays: Iterable[tuple[str, date, date]]) -> Iterable[Holiday]:
    names: dict[date, list[str]] = {}
    for i, (name, first, last) in enumerate(_tuples(holidays, 3, "holidays", "(name, first, last)")):
        require_text(name, f"holidays[{i}].name")
        require_date(first, f"holidays[{i}].first")
        require_date(last, f"holidays[{i}].last")
        days = (last - first).days
        if days < 0:
            raise InvalidScheduleError.at(f"holidays[{i}]", f"ends on {last}, before it starts on {first}")
        if days > _LONGEST_HOLIDAY_DAYS:
            raise InvalidScheduleError.at(f"holidays[{i}]", f"{first} to {last} is longer than two years")
        for step in range(days + 1):
            shared = names.setdefault(first + timedelta(days=step), [])
            if name and name not in shared:
                shared.append(name)
    return (Holiday(day, "; ".join(names[day])) for day in sorted(names))


def _left_out(hours: BusinessHours) -> Iterable[Loss]:
    for i, season in enumerate(hours.seasons):
        yield Loss(f"seasons[{i}]", f"Zendesk knows no seasons; {season.from_} to {season.to} left out")
    for day in sorted(hours.special):
        yield Loss(f"special.{day}", "Zendesk knows no special hours; left out")
    for i, rule in enumerate(hours.recurring):
        yield Loss(f"recurring[{i}]", f"Zendesk knows no rules; {rule.rrule} left out")
    for i, source in enumerate(holiday_sources(hours)):
        told = source.label if isinstance(source, PublicHolidays) else source.date
        yield Loss(f"holidays[{i}]", f"{told} is no part of the intervals; create it as a Zendesk holiday")
    if hours.closure == "shift" and has_night_shift(hours.weekly):
        yield Loss("closure", "a Zendesk holiday closes the calendar day, not the shift that starts on it")


def _clock(seconds: int) -> str:
    return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _mapping(found: object, place: str) -> Mapping[str, Any]:
    if not isinstance(found, Mapping):
        raise InvalidScheduleError.at(place, f"must be a mapping, got {type(found).__name__}")
    return found


def _tuples(found: object, length: int, place: str, due: str) -> list[tuple[Any, ...]]:
    if isinstance(found, str | bytes | Mapping) or not isinstance(found, Iterable):
        raise InvalidScheduleError.at(place, f"must be a list of {due}, got {found!r}")
    rows: list[tuple[Any, ...]] = []
    for i, row in enumerate(found):
        if not isinstance(row, list | tuple) or len(row) != length:
            raise InvalidScheduleError.at(f"{place}[{i}]", f"must be {due}, got {row!r}")
        rows.append(tuple(row))
    return rows


def _rows(found: object, place: str) -> Iterable[Mapping[str, Any]]:
    if isinstance(found, str | bytes | Mapping) or not isinstance(found, Iterable):
        raise InvalidScheduleError.at(place, f"must be a list of mappings, got {type(found).__name__}")
    return [_mapping(row, f"{place}[{i}]") for i, row in enumerate(found)]


def _minute(row: Mapping[str, Any], key: str, i: int) -> int:
    minute = row.get(key)
    if isinstance(minute, bool) or not isinstance(minute, int):
        raise InvalidScheduleError.at(f"intervals[{i}].{key}", f"must be a whole number of minutes, got {minute!r}")
    return minute


def _day(row: Mapping[str, Any], key: str, i: int) -> date:
    day = row.get(key)
    if isinstance(day, date) and not isinstance(day, datetime):
        return day
    try:
        return date.fromisoformat(day)  # type: ignore[arg-type]  # a TypeError is caught with the rest
    except (TypeError, ValueError):
        raise InvalidScheduleError.at(f"holidays[{i}].{key}", f"must be a date YYYY-MM-DD, got {day!r}") from None
