"""The same formulas over arrays of numpy, with the operators that expressions of narwhals have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from csprotocol.kpi._frames_native import numpy

__all__ = ["Cells"]


class Cells:
    """A column of numbers, NaN where one is missing; or of conditions, which are false there.

    A column that is the same everywhere is a single value, and costs nothing.
    """

    __hash__ = None  # type: ignore[assignment]  # columns are compared cell by cell
    __slots__ = ("values",)

    def __init__(self, values: Any) -> None:
        self.values = values

    def is_null(self) -> Cells:
        """Where a number is missing; NaN alone is not itself."""
        return Cells(self.values != self.values)

    def is_in(self, numbers: Iterable[float]) -> Cells:
        """Where it is one of a few."""
        found, *others = [self.values == number for number in numbers]
        for other in others:
            found = found | other
        return Cells(found)

    def floor(self) -> Cells:
        """The whole number below."""
        np = numpy()
        return Cells(np.floor(self.values))

    def flag(self) -> Cells:
        """1.0 where it holds, 0.0 elsewhere."""
        return Cells(self.values * 1.0)

    @staticmethod
    def chosen_first(cases: Sequence[tuple[Any, Any]], otherwise: Any) -> Cells:
        """The value of the first case that holds."""
        np = numpy()
        found = _plain(otherwise)
        for holds, value in reversed(cases):
            found = np.where(holds.values, _plain(value), found)
        return Cells(found)

    def __eq__(self, other: object) -> Cells:  # type: ignore[override]
        return Cells(self.values == _plain(other))

    def __ne__(self, other: object) -> Cells:  # type: ignore[override]
        return Cells(self.values != _plain(other))

    def __lt__(self, other: Any) -> Cells:
        return Cells(self.values < _plain(other))

    def __le__(self, other: Any) -> Cells:
        return Cells(self.values <= _plain(other))

    def __gt__(self, other: Any) -> Cells:
        return Cells(self.values > _plain(other))

    def __ge__(self, other: Any) -> Cells:
        return Cells(self.values >= _plain(other))

    def __and__(self, other: Any) -> Cells:
        return Cells(self.values & _plain(other))

    def __or__(self, other: Any) -> Cells:
        return Cells(self.values | _plain(other))

    def __invert__(self) -> Cells:
        return Cells(~self.values)

    def __add__(self, other: Any) -> Cells:
        return Cells(self.values + _plain(other))

    def __radd__(self, other: Any) -> Cells:
        return Cells(_plain(other) + self.values)

    def __sub__(self, other: Any) -> Cells:
        return Cells(self.values - _plain(other))

    def __rsub__(self, other: Any) -> Cells:
        return Cells(_plain(other) - self.values)

    def __mul__(self, other: Any) -> Cells:
        return Cells(self.values * _plain(other))


def _plain(value: Any) -> Any:
    return value.values if isinstance(value, Cells) else value
