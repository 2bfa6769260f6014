"""Numbers that rest on too little to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from csprotocol.kpi._choice import whole
from csprotocol.kpi._notebook import Viewed

__all__ = ["MIN_COMPARED", "MIN_SHOWN", "Shown", "Suppression", "shown"]

MIN_SHOWN = 5
"""A number of fewer than five tickets is about those tickets, and about the people behind them, not about the shop."""

MIN_COMPARED = 30
"""What a group should have before it is ranked or held against another."""

T = TypeVar("T", int, float, timedelta)


class Suppression(StrEnum):
    """Why no number is shown: there is none, or it rests on too few.

    >>> shown(None, 0).reason, shown(0.5, 4).reason
    (<Suppression.EMPTY: 'empty'>, <Suppression.SMALL_SAMPLE: 'small-sample'>)
    """

    EMPTY = "empty"
    SMALL_SAMPLE = "small-sample"


@dataclass(frozen=True, slots=True)
class Shown(Viewed, Generic[T]):
    """A number as a page may show it: ``value`` is ``None`` with a ``reason``; ``n`` is always told.

    >>> print(shown(0.75, 4))
    n 4, fewer than 5
    >>> print(shown(0.75, 40))
    0.75; n 40
    """

    value: T | None
    n: int
    min_n: int
    reason: Suppression | None

    def __str__(self) -> str:
        match self.reason:
            case Suppression.EMPTY:
                return f"no value; n {self.n}"
            case Suppression.SMALL_SAMPLE:
                return f"n {self.n}, fewer than {self.min_n}"
            case None:
                return f"{self.value}; n {self.n}"


def shown(value: T | None, n: int, *, min_n: int = MIN_SHOWN) -> Shown[T]:
    """``value`` when it rests on at least ``min_n`` (tickets, answers), and else only the reason and ``n``.

    Beside a shown total, one suppressed group can be had by subtraction: leave out a second one where that matters.

    >>> shown(0.75, 4).value is None, shown(0.75, 4, min_n=3).value
    (True, 0.75)

    Raises:
        InvalidValueError: an ``n`` or ``min_n`` that is no count.
    """
    if whole("n", n) < whole("min_n", min_n):
        # Whether there was a value is no secret; what it was is.
        return Shown(None, n, min_n, Suppression.SMALL_SAMPLE if n else Suppression.EMPTY)
    return Shown(value, n, min_n, Suppression.EMPTY if value is None else None)
