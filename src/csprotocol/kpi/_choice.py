"""What callers give, checked: an option by name, a count, a number, a duration."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import isfinite
from numbers import Rational, Real
from typing import TypeVar

from csprotocol.errors import InvalidValueError

__all__ = ["chosen", "exact_number", "finite", "spent", "whole"]

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
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise InvalidValueError.of(field, count, expected="a whole number, zero or more")
    return count


def exact_number(value: object) -> Fraction | None:
    """``value`` without rounding; ``None`` when it is no finite number, as a text, a flag and NaN are none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, Decimal):
        return Fraction(value) if value.is_finite() else None
    if isinstance(value, Real):
        return Fraction(float(value)) if isfinite(value) else None
    return None


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
