"""Open time by slots of the day: where shifts begin and end on round clock times, one line tells all of a slot.

A day has several shifts, and each wants its own comparisons. A slot that holds no beginning and no end is open or
closed as a whole, so that open time up to an instant in it is ``before + is_open * since``: two numbers to look up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from csprotocol.kpi._frames_lookup import DAY_MICROS
from csprotocol.kpi._frames_native import Columns

__all__ = ["Slots"]

_MOST: Final = 50_000
"""More slots than that take longer to make than they save."""


class Slots(NamedTuple):
    """Slots of ``width`` microseconds from ``start`` on; open time in one is ``before + is_open * since start``."""

    start: int
    width: int
    before: list[float]
    is_open: list[float]

    @classmethod
    def of(cls, table: Columns) -> Slots | None:
        """Those of a table with a row a day; nothing where shifts begin and end at too many different times."""
        days: list[int] = list(table["day"][1])
        shifts = list(_shifts(table))
        width = math.gcd(DAY_MICROS, *(int(edge) for day in shifts for shift in day for edge in shift))
        if not days or len(days) * (DAY_MICROS // width) > _MOST:
            return None
        before, is_open = [], []
        for at, (opened, day) in enumerate(zip(table["opened"][1], shifts, strict=True)):
            for start in range(0, DAY_MICROS, width):
                passed = opened + sum(min(max(start - opens, 0.0), closes - opens) for opens, closes in day)
                inside = any(opens <= start < closes for opens, closes in day)
                since = at * DAY_MICROS + start
                before.append(passed - since if inside else passed)
                is_open.append(1.0 if inside else 0.0)
        return cls(days[0] * DAY_MICROS, width, before, is_open)

    def until(self, column: str) -> Any:
        """Open time up to the instants of a column of polars, in microseconds; nothing where there is no instant."""
        import polars as pl

        since = pl.col(column) - float(self.start)
        slot = (since / float(self.width)).cast(pl.Int32)
        before, is_open = (pl.lit(pl.Series(values)).gather(slot) for values in (self.before, self.is_open))
        return before + is_open * since


def _shifts(table: Columns) -> Iterator[list[tuple[float, float]]]:
    """The shifts of each day, in microseconds since its midnight."""
    count = sum(name.startswith("open_") for name in table)
    columns = [(table[f"open_{k}"][1], table[f"close_{k}"][1]) for k in range(1, 1 + count)]
    for row in range(len(table["day"][1])):
        yield [(opens[row], closes[row]) for opens, closes in columns if closes[row] > opens[row]]
