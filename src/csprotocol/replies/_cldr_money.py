"""Amounts of one currency in one locale: which decimals show, and what is refused."""

from __future__ import annotations

import decimal
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from csprotocol.errors import InvalidValueError
from csprotocol.model._currencies import EXPONENTS
from csprotocol.replies import mf2

__all__ = ["CurrencyWriter", "Rounding"]

Rounding = Literal["refuse", "half-up"]
_CONTEXT = decimal.Context(prec=1_000, Emax=10_000, Emin=-10_000, rounding=decimal.ROUND_HALF_UP)


class CurrencyWriter:
    """Writes amounts of one currency.

    CLDR's decimals show (2 for EUR, 0 for JPY). Where CLDR counts what people use in cash and shows fewer than the
    minor unit has (AFN), an amount that needs the others shows them: no cent is ever rounded away unasked.
    """

    __slots__ = ("_currency", "_decimals", "_formatter", "_most", "of_amount", "of_minor")

    def __init__(self, data: mf2.BabelLocaleData, currency: str) -> None:
        from babel.core import get_global

        known = get_global("all_currencies")
        if currency not in known and currency not in EXPONENTS:
            raise InvalidValueError.unknown("currency", currency, EXPONENTS)
        self._currency = currency
        self._decimals = data.currency_digits(currency)
        self._most = max(self._decimals, EXPONENTS.get(currency, 0))
        self._formatter = data.number(mf2.NumberStyle("currency", currency=currency))
        self.of_minor = lru_cache(maxsize=2048)(self._of_minor)
        self.of_amount = lru_cache(maxsize=2048)(self._of_amount)

    def _of_minor(self, minor: int, exponent: int) -> str:
        """``minor`` of the unit with ``exponent`` digits."""
        more = exponent - self._decimals
        if more <= 0:
            return self._formatter.text_of_minor(minor * 10**-more, self._decimals)
        whole, rest = divmod(minor, 10**more)
        if rest:
            return self._formatter.text_of_minor(minor, exponent)
        return self._formatter.text_of_minor(whole, self._decimals)

    def _of_amount(self, number: Decimal, rounding: Rounding) -> str:
        """``number`` is exact and finite."""
        shown = number.quantize(Decimal(1).scaleb(-self._decimals), context=_CONTEXT)
        if shown != number and rounding == "refuse":
            shown = number.quantize(Decimal(1).scaleb(-self._most), context=_CONTEXT)
            if shown != number:
                raise InvalidValueError.of(
                    "amount",
                    str(number),
                    expected=f"at most {self._most} decimals for {self._currency}",
                    hint='round it before, or ask for rounding="half-up"',
                )
        return self._formatter.text(shown)
