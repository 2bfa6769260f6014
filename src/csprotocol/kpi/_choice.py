"""An option, written as an enum member or as its name."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from csprotocol.errors import InvalidValueError

__all__ = ["chosen", "whole"]

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
