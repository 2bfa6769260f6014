"""What callers give, checked: an option by name, a count, a number, a duration."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import isfinite
from numbers import Rational, Real
from operator import index
from typing import TypeVar

from csprotocol.errors import InvalidValueError

__all__ = ["MOST_DIGITS", "as_written", "chosen", "exact_number", "finite", "require_several", "spent", "whole"]

MOST_DIGITS = 1_000
"""What somebody could mean; more takes for ever to spell out."""

Option = TypeVar("Option", bound=StrEnum)


def chosen(options: type[Option], field: str, value: Option | str) -> Option:
    """The member of ``options`` that ``value`` is or names."""
    if isinstance(value, options):
        return value
    try:
        return options(value)
    except ValueError:
        raise InvalidValueError.unknown(field, value, options) from None


def whole(field: str, count: object) -> int:
    """``count`` itself, when it can be a number of things."""
    # Counts come from numpy and pandas as well: they know what they are as an index.
    if type(count) is not int:
        try:
            count = index(count) if not isinstance(count, bool) else None  # type: ignore[arg-type]  # it refuses the rest
        except TypeError:
            raise InvalidValueError.of(field, count, expected="a whole number, zero or more") from None
    if count is None or count < 0:
        raise InvalidValueError.of(field, count, expected="a whole number, zero or more")
    return count


def require_several(field: str, given: object) -> None:
    """Refuses one text where several are due: it is a row of letters."""
    if isinstance(given, str | bytes):
        raise InvalidValueError.of(field, type(given).__name__, expected="several", hint="put it into a list")


def exact_number(value: object) -> Fraction | None:
    """``value`` without rounding; ``None`` when it is no finite number, as a text, a flag and NaN are none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, Decimal):
        return Fraction(value) if value.is_finite() and abs(value.adjusted()) <= MOST_DIGITS else None
    if isinstance(value, Real):
        return Fraction(float(value)) if isfinite(value) else None
    return None


def as_written(value: object) -> Fraction | None:
    """As :func:`exact_number`, with a float as it prints: who writes 0.9 means nine tenths."""
    return exact_number(Decimal(repr(float(value))) if isinstance(value, float) and isfinite(value) else value)


def spent(field: str, took: object) -> timedelta:
    """``took`` itself, when it is a duration and not a bare number, whose unit nobody knows."""
    if not isinstance(took, timedelta):
        raise InvalidValueError.of(field, took, expected="a timedelta")
    return took


def finite(value: object) -> float:
    """``value`` as a float, when it is a number that a float can hold."""
    if type(value) is float and isfinite(value):
        return value
    exact = exact_number(value)
    if exact is not None:
        try:
            return float(exact)
        except OverflowError:
            pass
    raise InvalidValueError.of("value", value, expected="a finite number", hint="None says that a value is missing")
