"""The hours that follow from specifications: what is a season, what a special date, and which of them wins."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from csprotocol.calendar._hours import BusinessHours, Season, SpecialHours, Weekly
from csprotocol.calendar._text import WEEKDAYS
from csprotocol.calendar._wall import Hours
from csprotocol.calendar.forms._loss import LossWarning
from csprotocol.calendar.forms._schema_org_read import PUBLIC_HOLIDAYS, Dates, Group
from csprotocol.calendar.forms._schema_org_words import WEEK_DAYS, length_days
from csprotocol.model import FrozenDict

__all__ = ["hours_of"]

_YEAR_DAYS: Final = 366


def hours_of(groups: Mapping[Dates, Group], *, tz: str, listed: Mapping[date, str]) -> BusinessHours:
    """The hours of all groups; warns the caller of its caller, and takes ``PublicHolidays`` out of the groups."""
    closed, holiday_hours = _on_holidays(groups, listed)
    for place, other in _equal_overlaps(groups):
        warnings.warn(
            f"{place}: overlaps {other or 'another range'}, which is as long; the later one holds",
            LossWarning,
            stacklevel=3,
        )
    weekly = _weekly(groups[None]) if None in groups else FrozenDict()
    ranges = [(valid, group) for valid, group in groups.items() if valid is not None and group.by_day]
    special: dict[date, tuple[Hours, ...] | SpecialHours] = dict(holiday_hours)
    seasons = [(valid, group) for valid, group in ranges if not _is_short(valid, group)]
    strength = {valid: (-length_days(valid), i) for i, (valid, _) in enumerate(ranges)}
    for valid, group in sorted(ranges, key=lambda item: strength[item[0]]):
        if _is_short(valid, group):
            # Special dates win over seasons: a date that a narrower season covers must not become one.
            narrower = [other for other, _ in seasons if strength[other] > strength[valid]]
            special.update(
                (day, on)
                for day, on in _special(valid, group)
                if not any(first <= day <= last for first, last in narrower)
            )
    return BusinessHours(
        tz=tz,
        weekly=weekly,
        seasons=tuple(
            Season(valid[0].isoformat(), valid[1].isoformat(), _weekly(groups[valid]), groups[valid].name)
            for valid in _strongest_first([valid for valid, _ in seasons], strength)
        ),
        special=special,
        holidays=closed,
    )


def _on_holidays(
    groups: Mapping[Dates, Group], listed: Mapping[date, str]
) -> tuple[dict[date, str], dict[date, SpecialHours]]:
    """The holidays that are closed and those with hours; takes ``PublicHolidays`` out of the groups."""
    closed: dict[date, str] = {}
    special: dict[date, SpecialHours] = {}
    for valid, group in groups.items():
        hours = group.by_day.pop(PUBLIC_HOLIDAYS, None)
        if hours is None:
            continue
        if not listed:
            warnings.warn(
                f"{group.place}: hours on public holidays are left out; say which dates they are with holidays=",
                LossWarning,
                stacklevel=4,
            )
        for day, name in listed.items():
            if valid is not None and not valid[0] <= day <= valid[1]:
                continue
            if hours:
                special[day] = SpecialHours(tuple(hours), name)
            else:
                closed[day] = name
    return closed, special


def _special(valid: tuple[date, date], group: Group) -> Iterator[tuple[date, tuple[Hours, ...] | SpecialHours]]:
    for step in range((valid[1] - valid[0]).days + 1):
        day = valid[0] + timedelta(days=step)
        hours = group.by_day.get(WEEKDAYS[day.weekday()])
        if hours is not None:
            yield day, SpecialHours(tuple(hours), group.name) if group.name else tuple(hours)


def _weekly(group: Group) -> Weekly:
    return FrozenDict({day: tuple(group.by_day[day]) for day in WEEKDAYS if group.by_day.get(day)})


def _strongest_first(
    ranges: list[tuple[date, date]], strength: Mapping[tuple[date, date], tuple[int, int]]
) -> Iterator[tuple[date, date]]:
    """The ranges in their order, but none before a stronger one that it overlaps: the first season wins."""
    left = list(ranges)
    while left:
        found = next(
            one for one in left if not any(strength[other] > strength[one] and _overlap(one, other) for other in left)
        )
        left.remove(found)
        yield found


def _overlap(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _equal_overlaps(groups: Mapping[Dates, Group]) -> Iterator[tuple[str, str]]:
    """The places of ranges that overlap and are of one length, the later first."""
    by_length: dict[int, list[tuple[tuple[date, date], str]]] = {}
    for valid, group in groups.items():
        if valid is None or not group.by_day:
            continue
        seen = by_length.setdefault(length_days(valid), [])
        for other, place in seen:
            if _overlap(valid, other):
                yield group.place, place
        seen.append((valid, group.place))


def _is_short(valid: tuple[date, date], group: Group) -> bool:
    return length_days(valid) <= (WEEK_DAYS if group.named_days else _YEAR_DAYS)
