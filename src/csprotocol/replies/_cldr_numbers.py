"""Numbers, percentages and measures of one locale: how many decimals show, and where what is written is kept."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, TypeAlias, get_args

from csprotocol.errors import InvalidValueError
from csprotocol.replies import mf2
from csprotocol.replies._cldr_exact import exact

__all__ = ["UnitLength", "number_writer", "percent_writer", "unit_writer"]

UnitLength: TypeAlias = Literal["long", "short", "narrow"]

_MOST_DECIMALS = 20
_USUAL = mf2.Digits()  # up to three decimals, as CLDR's pattern #,##0.###
_EXACT = mf2.Digits(maximum_fraction=6)  # a timedelta has no more
_WIDE = decimal.Context(prec=1_000, Emax=10_000, Emin=-10_000)


def number_writer(data: mf2.BabelLocaleData, decimals: int | None) -> Callable[[Decimal | int], str]:
    """What writes plain numbers; up to three decimals show where their number is not given."""
    return _kept(data.number(mf2.NumberStyle()), _digits(decimals))


def percent_writer(data: mf2.BabelLocaleData, decimals: int) -> Callable[[Decimal | int], str]:
    """What writes shares of one as percentages."""
    formatter, digits = data.number(mf2.NumberStyle("percent")), _digits(decimals)

    @lru_cache(maxsize=2048)
    def write(share: Decimal | int) -> str:
        return formatter.text(digits.rounded(exact(share, "share").scaleb(2, _WIDE)))

    return write


def unit_writer(data: mf2.BabelLocaleData, unit: str, length: str, *, is_exact: bool) -> Callable[[Decimal | int], str]:
    """What writes numbers of a unit, with up to three decimals or with all of them."""
    if length not in get_args(UnitLength):
        raise InvalidValueError.unknown("length", length, get_args(UnitLength))
    if not isinstance(unit, str):
        raise InvalidValueError.of("unit", type(unit).__name__, expected="a name of CLDR such as duration-hour")
    width: Any = length
    try:
        formatter = data.number(mf2.NumberStyle("unit", unit=unit, unit_display=width))
    except mf2.UnsupportedOperationError:
        known = data.babel._data["unit_patterns"]
        raise InvalidValueError.unknown("unit", unit, known) from None
    return _kept(formatter, _EXACT if is_exact else _USUAL)


def _kept(formatter: mf2.NumberFormatter, digits: mf2.Digits) -> Callable[[Decimal | int], str]:
    @lru_cache(maxsize=2048)
    def write(number: Decimal | int) -> str:
        # Equal numbers are written alike, whatever zeros they end with, so they may share a place.
        return formatter.text(digits.rounded(exact(number, "number")))

    return write


def _digits(decimals: int | None) -> mf2.Digits:
    if decimals is None:
        return _USUAL
    if type(decimals) is not int or not 0 <= decimals <= _MOST_DECIMALS:
        raise InvalidValueError.of("decimals", decimals, expected=f"0 to {_MOST_DECIMALS}")
    return mf2.Digits(minimum_fraction=decimals, maximum_fraction=decimals)
