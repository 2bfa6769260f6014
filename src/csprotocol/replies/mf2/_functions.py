"""The functions of the standard, by name."""

from __future__ import annotations

from collections.abc import Mapping

from csprotocol.replies.mf2._measures import CURRENCY, UNIT
from csprotocol.replies.mf2._moment import DATE, DATETIME, MOMENT_OPTIONS, TIME
from csprotocol.replies.mf2._number import INTEGER, NUMBER, OFFSET, PERCENT
from csprotocol.replies.mf2._number_options import ALLOWED
from csprotocol.replies.mf2._registry import FunctionRegistry
from csprotocol.replies.mf2._string import STRING

__all__ = ["FUNCTIONS", "OPTIONS"]

FUNCTIONS = FunctionRegistry(
    {
        "currency": CURRENCY,
        "date": DATE,
        "datetime": DATETIME,
        "integer": INTEGER,
        "number": NUMBER,
        "offset": OFFSET,
        "percent": PERCENT,
        "string": STRING,
        "time": TIME,
        "unit": UNIT,
    }
)

# The options that each of them has; the standard has formatters pass over others in silence, a check need not.
OPTIONS: Mapping[str, frozenset[str]] = {
    **ALLOWED,
    **MOMENT_OPTIONS,
    "offset": frozenset({"add", "subtract"}),
    "string": frozenset(),
}
