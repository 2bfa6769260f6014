"""The dates of a recurrence rule, a year at a time.

Not by dateutil, which judges this in the tests: it searches a rule that never matches until the year 9999, whatever
its end, and expanding every rule again from its start for every year takes longer than compiling the calendar may.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from csprotocol.calendar._rrule import Rule, read_rule

__all__ = ["dates_in"]

_LAST_YEAR: Final = 9999
# Occurrences of a rule with COUNT are counted in blocks of years, so that no year is counted twice.
_BLOCK_YEARS: Final = 32


class _Day(NamedTuple):
    """A day of a year, counted from both ends of its month and its year, from 1 and from -1."""

    weekday: int
    month: int
    monthday: int
    monthday_left: int
    yearday: int
    yearday_left: int


@lru_cache(maxsize=4096)
def dates_in(text: str, start: date | None, year: int) -> frozenset[date]:
    """The dates of ``year`` on which the rule falls that starts at ``start``."""
    rule = read_rule(text)
    if not 1 <= year <= _LAST_YEAR or (start is not None and year < start.year):
        return frozenset()
    if rule.occurrences is None or start is None:
        return frozenset(map(date.fromordinal, _days_in(rule, start, year)))
    found: frozenset[date] = frozenset()
    left = rule.occurrences
    # In order, so that each block finds the one before it in the cache.
    for block in range((year - start.year) // _BLOCK_YEARS + 1):
        if left == 0:
            return frozenset()
        found, left = _counted(text, start, block)
    return frozenset(day for day in found if day.year == year)


@lru_cache(maxsize=1024)
def _counted(text: str, start: date, block: int) -> tuple[frozenset[date], int]:
    """The dates of a block of years, and how much of COUNT is left after it."""
    rule = read_rule(text)
    left = (_counted(text, start, block - 1)[1] if block else rule.occurrences) or 0
    days: list[int] = []
    first = start.year + block * _BLOCK_YEARS
    for year in range(first, min(first + _BLOCK_YEARS, _LAST_YEAR + 1)):
        if left:
            found = _days_in(rule, start, year)[:left]
            left -= len(found)
            days += found
    return frozenset(map(date.fromordinal, days)), left


def _days_in(rule: Rule, start: date | None, year: int) -> list[int]:
    """The days of ``year`` in order, as ordinals, COUNT left aside."""
    if start is not None:
        if rule.freq == "YEARLY" and (year - start.year) % rule.interval:
            return []
        rule = _filled(rule, start)
    new_year = date(year, 1, 1).toordinal()
    new_years_eve = date(year, 12, 31).toordinal()
    days = _matching(rule, year)
    if rule.positions:
        if rule.freq == "WEEKLY":
            # The weeks over both New Years count whole.
            days = [
                *(day for day in _matching(rule, year - 1) if day > new_year - 7),
                *days,
                *(day for day in _matching(rule, year + 1) if day < new_years_eve + 7),
            ]
        days = _at_positions(rule, days)
    first = max(new_year, start.toordinal() if start else 0)
    last = min(new_years_eve, rule.until)
    days = [day for day in days if first <= day <= last]
    if start is not None and rule.interval > 1:
        begun = _period(rule, start.toordinal())
        days = [day for day in days if (_period(rule, day) - begun) % rule.interval == 0]
    return days


def _filled(rule: Rule, start: date) -> Rule:
    """The rule with what its start says where it names no days itself."""
    if rule.weekdays or rule.nth_weekdays or rule.monthdays or rule.yeardays or rule.weeknos or rule.easter:
        return rule
    match rule.freq:
        case "WEEKLY":
            return rule._replace(weekdays=frozenset({start.weekday()}))
        case "MONTHLY":
            return rule._replace(monthdays=frozenset({start.day}))
        case "YEARLY":
            return rule._replace(months=rule.months or frozenset({start.month}), monthdays=frozenset({start.day}))
        case _:
            return rule


def _matching(rule: Rule, year: int) -> list[int]:
    """The days of ``year`` that pass all filters of the rule, as ordinals."""
    if not 1 <= year <= _LAST_YEAR:
        return []
    new_year = date(year, 1, 1)
    days = _year(_is_leap(year), new_year.weekday())
    before = new_year.toordinal() - 1
    if wanted := rule.months:
        days = [day for day in days if day.month in wanted]
    if wanted := rule.monthdays:
        days = [day for day in days if day.monthday in wanted or day.monthday_left in wanted]
    if rule.weekdays or rule.nth_weekdays:
        wanted = rule.weekdays.union(weekday for weekday, _ in rule.nth_weekdays)
        days = [day for day in days if day.weekday in wanted]
    if rule.nth_weekdays:
        days = [day for day in days if day.weekday in rule.weekdays or _is_nth(rule, day)]
    if wanted := rule.yeardays:
        days = [day for day in days if day.yearday in wanted or day.yearday_left in wanted]
    if wanted := rule.easter:
        from dateutil.easter import easter

        sunday = easter(year).toordinal() - before
        days = [day for day in days if day.yearday - sunday in wanted]
    if wanted := rule.weeknos:
        return [
            before + day.yearday
            for day in days
            if not wanted.isdisjoint(_week_numbers(before + day.yearday, rule.week_start))
        ]
    return [before + day.yearday for day in days]


def _is_nth(rule: Rule, day: _Day) -> bool:
    """Whether the weekday is the n-th of its month, or of its year where a yearly rule names no months."""
    of_year = rule.freq == "YEARLY" and not rule.months
    gone, left = (day.yearday, day.yearday_left) if of_year else (day.monthday, day.monthday_left)
    nth = rule.nth_weekdays
    return (day.weekday, (gone - 1) // 7 + 1) in nth or (day.weekday, -((-left - 1) // 7 + 1)) in nth


def _at_positions(rule: Rule, days: list[int]) -> list[int]:
    """From the days of each period those at the positions that BYSETPOS names."""
    periods: dict[int, list[int]] = {}
    for day in days:
        periods.setdefault(_period(rule, day), []).append(day)
    return [
        day
        for found in periods.values()
        for i, day in enumerate(found)
        if i + 1 in rule.positions or i - len(found) in rule.positions
    ]


def _period(rule: Rule, day: int) -> int:
    """The number of the day, week, month or year in which the rule sees ``day``."""
    match rule.freq:
        case "DAILY":
            return day
        case "WEEKLY":
            return (day - 1 - rule.week_start) // 7
    on = date.fromordinal(day)
    return on.year * 12 + on.month if rule.freq == "MONTHLY" else on.year


def _week_numbers(day: int, week_start: int) -> tuple[int, int]:
    """The number of the week of ``day``, from the start and from the end of the year that has most of it."""
    # The fourth day of a week lies in the year to which the week belongs.
    fourth = date.fromordinal(min((day - 1 - week_start) // 7 * 7 + week_start + 4, date.max.toordinal()))
    yearday = fourth.timetuple().tm_yday
    days_left = (366 if _is_leap(fourth.year) else 365) - yearday
    return (yearday - 1) // 7 + 1, -(days_left // 7 + 1)


@lru_cache(maxsize=14)
def _year(leap: bool, first_weekday: int) -> list[_Day]:  # noqa: FBT001 - a key of the cache
    """The days of a year; there are only fourteen kinds of years."""
    days: list[_Day] = []
    length = 366 if leap else 365
    for month, month_days in enumerate((31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1):
        for monthday in range(1, month_days + 1):
            gone = len(days)
            days.append(
                _Day(
                    weekday=(first_weekday + gone) % 7,
                    month=month,
                    monthday=monthday,
                    monthday_left=monthday - month_days - 1,
                    yearday=gone + 1,
                    yearday_left=gone - length,
                )
            )
    return days


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
