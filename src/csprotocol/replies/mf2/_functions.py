"""The functions of the standard, by name."""

from __future__ import annotations

from csprotocol.replies.mf2._measures import CURRENCY, UNIT
from csprotocol.replies.mf2._moment import DATE, DATETIME, TIME
from csprotocol.replies.mf2._number import INTEGER, NUMBER, OFFSET, PERCENT
from csprotocol.replies.mf2._registry import FunctionRegistry
from csprotocol.replies.mf2._string import STRING

__all__ = ["FUNCTIONS"]

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
