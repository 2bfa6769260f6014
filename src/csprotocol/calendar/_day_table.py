"""The calendar as a table with one row per UTC day, for engines that can only join and add."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from csprotocol.calendar._compile import EPOCH
from csprotocol.errors import InvalidValueError

if TYPE_CHECKING:
    from csprotocol.calendar._calendar import BusinessCalendar

__all__ = ["DayRow", "DayTable"]

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)


class DayRow(NamedTuple):
    """One UTC day: its number since 1970-01-01, open seconds before its 00:00Z, open segments in its seconds."""

    day: int
    opened: int
    segments: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class DayTable:
    """Open time by UTC day.

    Open time up to an instant ``t`` is ``opened`` of its day plus ``clip(second - open_k, 0, close_k - open_k)``
    summed over the segments; open time between two instants is the difference. That needs an equi-join on the day
    number and arithmetic, no as-of join.
    """

    rows: tuple[DayRow, ...]

    @property
    def width(self) -> int:
        """The largest number of segments in a day."""
        return max((len(row.segments) for row in self.rows), default=0)

    def columns(self) -> dict[str, list[int]]:
        """``day``, ``opened``, ``open_1``, ``close_1`` ... as lists; days with fewer segments hold empty ones."""
        table: dict[str, list[int]] = {
            "day": [row.day for row in self.rows],
            "opened": [row.opened for row in self.rows],
        }
        for k in range(self.width):
            segments = [row.segments[k] if k < len(row.segments) else (0, 0) for row in self.rows]
            table[f"open_{k + 1}"] = [opens for opens, _ in segments]
            table[f"close_{k + 1}"] = [closes for _, closes in segments]
        return table


def day_table(calendar: BusinessCalendar, first: date, last: date) -> DayTable:
    """The rows from ``first`` to ``last``; see :meth:`BusinessCalendar.day_table`.

    Raises:
        InvalidValueError: ``last`` lies before ``first``.
    """
    if last < first:
        raise InvalidValueError.reversed_span(first, last)
    start = datetime(first.year, first.month, first.day, tzinfo=EPOCH.tzinfo)
    line = calendar._covering(start - EPOCH, start - EPOCH + (last - first + _DAY), up_to=True)
    rows: list[DayRow] = []
    opened = 0
    for day in range((start - EPOCH).days, (start - EPOCH).days + (last - first).days + 1):
        midnight = day * _DAY
        # Boundaries are whole seconds: clocks and zones both count in them.
        segments = tuple(
            ((low - midnight) // _SECOND, (high - midnight) // _SECOND)
            for low, high in line.within(midnight, midnight + _DAY)
        )
        rows.append(DayRow(day, opened, segments))
        opened += sum(high - low for low, high in segments)
    return DayTable(tuple(rows))
