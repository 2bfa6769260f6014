"""Cells that come with a type, from Parquet and workbooks, as the cells of text that the readers know."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Self

__all__ = ["ErrorCell", "StampCell", "cell_of"]

_LARGEST_WHOLE = 2**53


class StampCell(str):
    """A cell that is a date or an instant already; as text it is ISO 8601.

    >>> cell = StampCell(datetime(2026, 11, 20, 16, 30))
    >>> str(cell), cell.at.hour
    ('2026-11-20 16:30:00', 16)
    """

    __slots__ = ("at",)

    at: datetime | date

    def __new__(cls, at: datetime | date) -> Self:
        made = super().__new__(cls, at.isoformat(sep=" ") if isinstance(at, datetime) else at.isoformat())
        made.at = at
        return made


class ErrorCell(str):
    """A cell in which a formula failed; the text is what a spreadsheet shows, such as ``#N/A``."""

    __slots__ = ()


def cell_of(value: object) -> str:
    """The value as a table of text would hold it; whole numbers without a point, nothing for nothing.

    >>> [cell_of(value) for value in (None, True, 1001.0, 2.5, Decimal("12.50"), float("nan"), "Ana")]
    ['', 'true', '1001', '2.5', '12.5', '', 'Ana']
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _decimal(value)
        case Decimal():
            if not value.is_finite():
                return "" if value.is_nan() else str(value)
            return str(int(value)) if value == value.to_integral_value() else f"{value.normalize():f}"
        case date():
            return StampCell(value)
        case _:
            return str(value)


def _decimal(value: float) -> str:
    """Ids and counts become decimals where one of their column is missing."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) <= _LARGEST_WHOLE else repr(value)
