"""The words of schema.org, and the numbers behind them, that reading and writing share."""

from __future__ import annotations

from datetime import date
from typing import Final

__all__ = ["DAYS", "END_OF_DAY", "WEEK_DAYS", "length_days"]

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Google writes the end of the day as 23:59.
END_OF_DAY: Final = ("23:59", "23:59:59")
WEEK_DAYS: Final = 7


def length_days(valid: tuple[date, date]) -> int:
    return (valid[1] - valid[0]).days + 1
