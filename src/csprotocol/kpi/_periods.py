"""What days, weeks, months, quarters and years are called."""

from __future__ import annotations

from datetime import date
from typing import Final

from csprotocol.errors import InvalidValueError

__all__ = ["PERIODS", "period_of"]

PERIODS: Final = ("day", "week", "month", "quarter", "year")


def period_of(on: date, period: str) -> str:
    """The period of a local date, as tables and reports name it; in the order of the texts they are in order of time.

    Weeks are those of ISO 8601, with their own year.

    >>> [period_of(date(2027, 1, 1), period) for period in PERIODS]
    ['2027-01-01', '2026-W53', '2027-01', '2027-Q1', '2027']

    Raises:
        InvalidValueError: another period.
    """
    match period:
        case "day":
            return f"{on.year:04}-{on.month:02}-{on.day:02}"
        case "week":
            year, week, _ = on.isocalendar()
            return f"{year:04}-W{week:02}"
        case "month":
            return f"{on.year:04}-{on.month:02}"
        case "quarter":
            return f"{on.year:04}-Q{(on.month + 2) // 3}"
        case "year":
            return f"{on.year:04}"
    raise InvalidValueError.unknown("period", period, PERIODS)
