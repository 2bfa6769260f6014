"""Stretches of days, months and years as statutes count them: the day of the event is not counted."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar, Final

from csprotocol.errors import InvalidValueError

__all__ = ["IsWorkingDay", "Period", "rolled"]

# Whether a date is a working day where the consumer lives: no public holiday. Weekdays are the rule's own affair.
IsWorkingDay = Callable[[date], bool]

_DAY: Final = timedelta(days=1)
# No country has a year of holidays; whoever says so is not asked for ever.
_MOST_DAYS_OFF: Final = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """So many days, business days, months or years; one of the four.

    >>> Period(months=1).after(date(2026, 1, 31)), str(Period(business_days=5))
    (datetime.date(2026, 2, 28), '5 business days')

    Raises:
        InvalidValueError: none of the four, several, or less than one.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    days: int | None = None
    business_days: int | None = None
    months: int | None = None
    years: int | None = None
    # The days as a stretch of time; none of the other three is one.
    span: timedelta | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        given = [each for each in (self.days, self.business_days, self.months, self.years) if each is not None]
        if len(given) != 1 or type(given[0]) is not int or not 0 < given[0] <= _MOST:
            raise InvalidValueError.of("period", given, expected="one of days, business_days, months and years")
        object.__setattr__(self, "span", None if self.days is None else timedelta(days=self.days))

    def after(
        self, start: date, *, weekdays: Iterable[int] = (1, 2, 3, 4, 5), is_working_day: IsWorkingDay | None = None
    ) -> date:
        """The last day of the period that follows ``start``, which is not counted itself.

        Months and years end on the day of the same number, or on the last day of a shorter month. Business days are
        ``weekdays`` (1 is Monday) that are working days.
        """
        if self.span is not None:
            return start + self.span
        if self.business_days is None:
            return _months_after(start, self.months if self.months is not None else 12 * (self.years or 0))
        day, left = start, self.business_days
        while left:
            day = rolled(day + _DAY, weekdays=weekdays, is_working_day=is_working_day)
            left -= 1
        return day

    @property
    def counted(self) -> tuple[int, str]:
        """How many of what: ``(14, "days")``."""
        if self.days is not None:
            return self.days, "days"
        return next((count, unit) for unit in _UNITS if (count := getattr(self, unit)) is not None)

    def __str__(self) -> str:
        count, unit = self.counted
        words = unit.replace("_", " ")
        return f"{count} {words[:-1] if count == 1 else words}"


_MOST: Final = 36_500
_UNITS: Final = ("business_days", "months", "years")


def rolled(day: date, *, weekdays: Iterable[int] = (1, 2, 3, 4, 5), is_working_day: IsWorkingDay | None = None) -> date:
    """``day`` itself, or the next one that is a working day."""
    works = frozenset(weekdays)
    for _ in range(_MOST_DAYS_OFF):
        if day.isoweekday() in works and (is_working_day is None or is_working_day(day)):
            return day
        day += _DAY
    raise InvalidValueError.of("is_working_day", "false for a year", expected="a calendar with working days")


def _months_after(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
