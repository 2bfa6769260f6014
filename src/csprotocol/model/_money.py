"""Money in integer minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

from csprotocol.errors import CurrencyMismatchError, InvalidValueError
from csprotocol.model._currencies import EXPONENTS

__all__ = ["Money", "allocate"]

_MOST_DIGITS = 100


def allocate(total: int, weights: Sequence[int | Decimal | Fraction]) -> tuple[int, ...]:
    """``total`` shared out by ``weights``, exactly: largest remainder first, ties to the earlier share.

    Shares have the sign of ``total`` and add up to it.

    >>> allocate(100, [1, 1, 1])
    (34, 33, 33)
    >>> allocate(-5, [1, 1])
    (-3, -2)

    Raises:
        InvalidValueError: no weight, a negative one, or nothing but zeros.
    """
    shares = [Fraction(weight) for weight in weights]
    whole = sum(shares, Fraction(0))
    if not shares or whole <= 0 or min(shares) < 0:
        raise InvalidValueError.of("weights", list(weights), expected="zero or more each, and more than zero together")
    sign = -1 if total < 0 else 1
    exact = [abs(total) * share / whole for share in shares]
    parts = [int(part) for part in exact]
    left = abs(total) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return tuple(sign * part for part in parts)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units (cents) of an ISO 4217 currency.

    ``exponent`` is the number of digits of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD. It comes from the
    currency unless given (some platforms count HUF or ISK otherwise).

    >>> price = Money.of("19.90", "EUR")
    >>> price, price.minor, str(price * 2)
    (Money(minor=1990, currency='EUR', exponent=2), 1990, '39.80 EUR')
    >>> [str(part) for part in Money(100, "EUR").split([1, 1, 1])]
    ['0.34 EUR', '0.33 EUR', '0.33 EUR']

    Raises:
        InvalidValueError: an unknown currency, or an amount that is no whole number of minor units.
        CurrencyMismatchError: adding or comparing two currencies.
    """

    minor: int
    currency: str
    exponent: int = -1

    def __post_init__(self) -> None:
        # A bool is an int to Python and no amount to anybody; a float would type-check nowhere and still arrive.
        if type(self.minor) is not int:
            raise InvalidValueError.of(
                "Money.minor",
                self.minor,
                expected="a whole number of minor units",
                hint="use Money.of for decimals",
            )
        if self.exponent == -1:
            if self.currency not in EXPONENTS:
                raise InvalidValueError.unknown("Money.currency", self.currency, EXPONENTS)
            object.__setattr__(self, "exponent", EXPONENTS[self.currency])
        elif not 0 <= self.exponent <= 8:
            raise InvalidValueError.of("Money.exponent", self.exponent, expected="0 to 8 digits")

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str, *, exponent: int = -1) -> Self:
        """``amount`` in major units (``"19.90"``); never a float, never rounded."""
        zero = cls(0, currency, exponent)
        if isinstance(amount, float):
            raise InvalidValueError.of("Money amount", amount, expected="a Decimal, an int or a text")
        try:
            exact = Decimal(amount)
        except ArithmeticError:
            raise InvalidValueError.of("Money amount", amount, expected="a decimal number") from None
        if not exact.is_finite():
            raise InvalidValueError.of("Money amount", str(amount), expected="a finite number")
        # Twelve characters can say a number of a million digits; no shop means it.
        if exact.adjusted() > _MOST_DIGITS or int(exact.as_tuple().exponent) < -_MOST_DIGITS:
            raise InvalidValueError.of("Money amount", str(amount)[:40], expected=f"at most {_MOST_DIGITS} digits")
        minor = Fraction(exact) * 10**zero.exponent
        if minor.denominator != 1:
            raise InvalidValueError.of(
                "Money amount", str(amount), expected=f"at most {zero.exponent} decimals for {currency}"
            )
        return cls(int(minor), currency, zero.exponent)

    def to_decimal(self) -> Decimal:
        """The amount in major units, with all digits of the minor unit."""
        # Built, not computed: arithmetic rounds to the digits of the caller's decimal context.
        sign, digits, _ = Decimal(self.minor).as_tuple()
        return Decimal((sign, digits, -self.exponent))

    def split(self, weights: Sequence[int | Decimal | Fraction]) -> tuple[Self, ...]:
        """Parts in proportion to ``weights`` that add up to this amount exactly; see :func:`allocate`."""
        return tuple(type(self)(part, self.currency, self.exponent) for part in allocate(self.minor, weights))

    def __add__(self, other: Self) -> Self:
        return type(self)(self.minor + self._same(other), self.currency, self.exponent)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.minor - self._same(other), self.currency, self.exponent)

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency, self.exponent)

    def __mul__(self, times: int) -> Self:
        return type(self)(self.minor * times, self.currency, self.exponent)

    def __lt__(self, other: Self) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.to_decimal():f} {self.currency}"

    def _same(self, other: Self) -> int:
        if not isinstance(other, Money):
            raise InvalidValueError.of("Money operand", other, expected="Money")
        if (other.currency, other.exponent) != (self.currency, self.exponent):
            raise CurrencyMismatchError.between(self.currency, other.currency)
        return other.minor
