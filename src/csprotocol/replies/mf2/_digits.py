"""How many digits of a number are seen, and how the rest is rounded away."""

from __future__ import annotations

import decimal
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal as OneOf

__all__ = ["ARITHMETIC", "MAXIMUM_DIGITS", "Digits"]

# A number with an exponent beyond this is refused: written out, it would be a text of its own making.
MAXIMUM_DIGITS = 400
ARITHMETIC = decimal.Context(prec=2 * MAXIMUM_DIGITS + 200, Emax=10_000, Emin=-10_000, traps=[decimal.InvalidOperation])

_ONE = Decimal(1)
_MODES = {
    "ceil": (decimal.ROUND_CEILING, decimal.ROUND_CEILING),
    "floor": (decimal.ROUND_FLOOR, decimal.ROUND_FLOOR),
    "expand": (decimal.ROUND_UP, decimal.ROUND_UP),
    "trunc": (decimal.ROUND_DOWN, decimal.ROUND_DOWN),
    # Halves towards plus infinity: up for positive numbers, down (towards zero) for negative ones.
    "halfCeil": (decimal.ROUND_HALF_UP, decimal.ROUND_HALF_DOWN),
    "halfFloor": (decimal.ROUND_HALF_DOWN, decimal.ROUND_HALF_UP),
    "halfExpand": (decimal.ROUND_HALF_UP, decimal.ROUND_HALF_UP),
    "halfTrunc": (decimal.ROUND_HALF_DOWN, decimal.ROUND_HALF_DOWN),
    "halfEven": (decimal.ROUND_HALF_EVEN, decimal.ROUND_HALF_EVEN),
}


@dataclass(frozen=True, slots=True)
class Digits:
    """The digit options of a number, with their defaults filled in.

    Significant digits are ``None`` where none were asked for.
    """

    minimum_fraction: int = 0
    maximum_fraction: int = 3
    minimum_significant: int | None = None
    maximum_significant: int | None = None
    fraction_given: bool = False
    priority: OneOf["auto", "morePrecision", "lessPrecision"] = "auto"
    increment: int = 1
    mode: str = "halfExpand"
    strip_if_integer: bool = False

    def rounded(self, number: Decimal) -> Decimal:
        """The number with exactly the digits that show.

        >>> str(Digits(minimum_fraction=2, maximum_fraction=2).rounded(Decimal("4.2")))
        '4.20'
        >>> str(Digits(maximum_significant=2).rounded(Decimal("12345")))
        '12000'
        """
        if self.minimum_significant is None and self.maximum_significant is None:
            shown = self._by_fraction(number)
        else:
            shown = self._by_significance(number)
        if self.strip_if_integer and shown == shown.to_integral_value():
            shown = shown.quantize(Decimal(1), context=ARITHMETIC)
        return shown

    def _by_fraction(self, number: Decimal) -> Decimal:
        if self.increment == 1:
            if self.minimum_fraction == 0 and number.same_quantum(_ONE):
                return number
            step = _ONE.scaleb(-self.maximum_fraction)
            shown = number.quantize(
                step, rounding=_MODES[self.mode][1 if number.is_signed() else 0], context=ARITHMETIC
            )
            return shown if self.minimum_fraction == self.maximum_fraction else _padded(shown, self.minimum_fraction)
        step = Decimal(self.increment).scaleb(-self.maximum_fraction, ARITHMETIC)
        return _padded(self._to_step(number, step), self.minimum_fraction)

    def _by_significance(self, number: Decimal) -> Decimal:
        magnitude = number.adjusted() if number else 0
        maximum = self.maximum_significant or max(21, self.minimum_significant or 1)
        minimum = self.minimum_significant or 1
        last = magnitude - maximum + 1
        if self.priority != "auto" and self.fraction_given:
            fraction_wins = (-self.maximum_fraction < last) == (self.priority == "morePrecision")
            if fraction_wins:
                return self._by_fraction(number)
        shown = self._to_step(number, Decimal(1).scaleb(last, ARITHMETIC))
        magnitude = shown.adjusted() if shown else 0
        return _padded(shown, max(0, minimum - magnitude - 1))

    def _to_step(self, number: Decimal, step: Decimal) -> Decimal:
        rounding = _MODES[self.mode][1 if number.is_signed() else 0]
        steps = ARITHMETIC.divide(number, step).to_integral_value(rounding=rounding)
        return ARITHMETIC.multiply(steps, step)


def _padded(number: Decimal, minimum_fraction: int) -> Decimal:
    """The number without zeros at its end, but with at least so many decimals."""
    bare = number.normalize(ARITHMETIC)
    exponent = bare.as_tuple().exponent
    decimals = max(-exponent if isinstance(exponent, int) else 0, minimum_fraction)
    return bare.quantize(Decimal(1).scaleb(-decimals, ARITHMETIC), context=ARITHMETIC)
