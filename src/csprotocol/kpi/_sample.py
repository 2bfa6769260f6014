"""Numbers or durations in the order given, with the gaps among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Generic, NamedTuple, TypeVar, cast

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import finite
from csprotocol.kpi._population import MissingReason
from csprotocol.model import FrozenDict

__all__ = ["Sample", "missing_values"]

T = TypeVar("T", float, timedelta)

_MICROSECOND = timedelta(microseconds=1)


class Sample(NamedTuple, Generic[T]):
    """``numbers`` are floats, microseconds where durations were given; ``None`` is a gap."""

    numbers: tuple[float | None, ...]
    is_time: bool

    @classmethod
    def of(cls, values: Iterable[T | None]) -> Sample[T]:
        """The sample of ``values``, which are all numbers or all durations."""
        given = tuple(values)
        is_time = any(isinstance(value, timedelta) for value in given)
        return cls(tuple(None if value is None else _number(value, is_time=is_time) for value in given), is_time)

    @property
    def known(self) -> list[float]:
        """The numbers without the gaps."""
        return [number for number in self.numbers if number is not None]

    @property
    def missing(self) -> Mapping[str, int]:
        """How many gaps there are, under ``no-value``."""
        return missing_values(self.numbers.count(None))

    def back(self, number: float) -> T:
        """``number`` in the unit of the values given."""
        return cast("T", timedelta(microseconds=number) if self.is_time else number)


def missing_values(count: int) -> Mapping[str, int]:
    """``count`` under the reason ``no-value``, nothing when there is none."""
    return FrozenDict({str(MissingReason.NO_VALUE): count} if count else {})


def _number(value: object, *, is_time: bool) -> float:
    if is_time:
        if isinstance(value, timedelta):
            return value / _MICROSECOND
        raise InvalidValueError.of("value", value, expected="a timedelta as the other values are")
    return finite(value)
