"""An exact part of a whole, or one count per another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import log10
from typing import TypeAlias

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import MOST_DIGITS
from csprotocol.kpi._notebook import Viewed

__all__ = ["Ratio"]

Exact: TypeAlias = int | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Ratio(Viewed):
    """``numerator`` / ``denominator``, kept apart so that groups can be pooled and nothing is rounded.

    ``value`` is ``None`` when the denominator is 0: no rate exists, neither 0 nor NaN. Adding pools, which the
    mean of two rates does not do.

    >>> small, large = Ratio(9, 10), Ratio(10, 100)
    >>> str(small), str(small + large), (small + large).value
    ('9/10 (90.0%)', '19/110 (17.3%)', 0.17272727272727273)
    >>> Ratio(0, 0).value is None
    True

    Raises:
        InvalidValueError: a negative number, a float, NaN or infinity.
    """

    numerator: int | Fraction
    denominator: int | Fraction

    def __init__(self, numerator: Exact, denominator: Exact) -> None:
        object.__setattr__(self, "numerator", _exact("Ratio.numerator", numerator))
        object.__setattr__(self, "denominator", _exact("Ratio.denominator", denominator))

    @classmethod
    def sum(cls, ratios: Iterable[Ratio]) -> Ratio:
        """All ``ratios`` pooled; 0/0 when there is none.

        >>> Ratio.sum([Ratio(1, 2), Ratio(3, 4)])
        Ratio(numerator=4, denominator=6)
        """
        pooled = cls(0, 0)
        for ratio in ratios:
            pooled += ratio
        return pooled

    @property
    def exact(self) -> Fraction | None:
        """The value without rounding; ``None`` when the denominator is 0.

        >>> Ratio(8, 10).exact
        Fraction(4, 5)
        """
        return Fraction(self.numerator) / Fraction(self.denominator) if self.denominator else None

    @property
    def value(self) -> float | None:
        """The nearest float; ``None`` when the denominator is 0.

        >>> Ratio(8, 10).value
        0.8

        Raises:
            InvalidValueError: more than any float; ``exact`` has no such limit.
        """
        exact = self.exact
        try:
            return None if exact is None else float(exact)
        except OverflowError:
            raise InvalidValueError.of(
                "Ratio.value", f"about 10**{_digits(exact)}", expected="at most the largest float", hint="read exact"
            ) from None

    @property
    def complement(self) -> Ratio:
        """The other part of the same whole.

        >>> Ratio(8, 10).complement
        Ratio(numerator=2, denominator=10)

        Raises:
            InvalidValueError: the numerator is no part of the denominator, but larger.
        """
        if self.numerator > self.denominator:
            raise InvalidValueError.of(
                "Ratio.complement",
                str(self),
                expected="asked of a part of a whole",
                hint="use the inverse instead",
            )
        return Ratio(self.denominator - self.numerator, self.denominator)

    @property
    def inverse(self) -> Ratio:
        """Denominator per numerator.

        >>> Ratio(200, 10).inverse.value
        0.05
        """
        return Ratio(self.denominator, self.numerator)

    def __add__(self, other: Ratio) -> Ratio:
        if not isinstance(other, Ratio):
            return NotImplemented
        return Ratio(self.numerator + other.numerator, self.denominator + other.denominator)

    def __str__(self) -> str:
        try:
            shown = "no value" if self.value is None else f"{self.value:.1%}"
        except InvalidValueError:
            shown = "more than a float can hold"
        return f"{_plain(self.numerator)}/{_plain(self.denominator)} ({shown})"


def _exact(field: str, number: object) -> int | Fraction:
    if isinstance(number, bool) or not isinstance(number, int | Decimal | Fraction):
        raise InvalidValueError.of(
            field, number, expected="an int, a Decimal or a Fraction", hint="a float is not exact"
        )
    if isinstance(number, Decimal) and not number.is_finite():
        raise InvalidValueError.of(field, str(number), expected="a finite number")
    if isinstance(number, Decimal) and abs(number.adjusted()) > MOST_DIGITS:
        raise InvalidValueError.of(field, str(number), expected=f"a number of at most {MOST_DIGITS} digits")
    if number < 0:
        raise InvalidValueError.of(field, str(number), expected="zero or more")
    fraction = Fraction(number)
    return int(fraction) if fraction.denominator == 1 else fraction


def _plain(number: int | Fraction) -> str:
    """``12.5`` rather than ``25/2``, which would be one stroke too many."""
    try:
        return str(number) if isinstance(number, int) else f"{float(number):g}"
    except OverflowError:
        return f"about 10**{_digits(number)}"


def _digits(number: Fraction | int | None) -> int:
    """The order of magnitude of a number of 1 or more."""
    return int(log10(int(number or 1)))
