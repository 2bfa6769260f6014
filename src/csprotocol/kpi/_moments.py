"""Mean and spread of a stream of numbers, without rounding on the way."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, ClassVar, Self

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._accumulator import Accumulator, field_of, gaps_of, written
from csprotocol.kpi._choice import finite, whole
from csprotocol.kpi._population import MissingReason
from csprotocol.kpi._view import View, counted_rows, short

__all__ = ["Moments"]

_FRACTION = re.compile(r"-?[0-9]+(/[0-9]+)?", re.ASCII)
_NO_VALUE = str(MissingReason.NO_VALUE)


class Moments(Accumulator):
    """How many numbers there were, their mean, and how far they spread.

    The sums are exact: floats are fractions of powers of two, and so is what they add up to. Two thirds of a stream
    and one third give the very same as the whole, which running means do not. It stays as small as the largest and
    the smallest exponent make it, at most about 800 bytes.

    >>> moments = Moments.of([1, 2, 3, 4, 100, None])
    >>> moments.n, moments.mean, round(moments.standard_deviation, 3), moments.missing
    (5, 22.0, 43.618, {'no-value': 1})
    >>> Moments.of([1e16, 1, -1e16]).mean  # a sum of floats would say 0
    0.3333333333333333
    """

    __slots__ = ("_gaps", "_shift", "_squares", "_total", "n")
    kind: ClassVar[str] = "moments"

    def __init__(self) -> None:
        self.n = 0
        self._gaps = 0
        # The sum is _total / 2**_shift, that of the squares _squares / 4**_shift.
        self._shift = 0
        self._total = 0
        self._squares = 0

    @classmethod
    def of(cls, values: Iterable[float | None]) -> Self:
        """The moments of ``values``."""
        made = cls()
        for value in values:
            made.update(value)
        return made

    def update(self, value: float | None) -> None:
        """Takes one more number; ``None`` is one that is missing.

        Raises:
            InvalidValueError: NaN, infinity, or no number.
        """
        if value is None:
            self._gaps += 1
            return
        numerator, denominator = finite(value).as_integer_ratio()
        shift = denominator.bit_length() - 1
        if shift > self._shift:
            self._refine(shift)
        scaled = numerator << (self._shift - shift)
        self.n += 1
        self._total += scaled
        self._squares += scaled * scaled

    @property
    def missing(self) -> Mapping[str, int]:
        """How many were ``None``, under ``no-value``."""
        return written({_NO_VALUE: self._gaps})

    @property
    def total(self) -> Fraction:
        """The sum, exactly."""
        return Fraction(self._total, 1 << self._shift)

    @property
    def mean(self) -> float | None:
        """The arithmetic mean; ``None`` of nothing."""
        return float(self.total / self.n) if self.n else None

    @property
    def variance(self) -> float | None:
        """The sample variance, by ``n - 1``; ``None`` of fewer than two.

        Raises:
            InvalidValueError: more than any float.
        """
        exact = self._variance()
        try:
            return None if exact is None else float(exact)
        except OverflowError:
            raise InvalidValueError.of("variance", "more", expected="at most the largest float") from None

    @property
    def standard_deviation(self) -> float | None:
        """The root of the variance, in the unit of the numbers; ``None`` of fewer than two."""
        exact = self._variance()
        return None if exact is None else _root(exact)

    @property
    def standard_error(self) -> float | None:
        """Of the mean: the standard deviation by the root of ``n``; ``None`` of fewer than two."""
        exact = self._variance()
        return None if exact is None else _root(exact / self.n)

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        made = type(self)()
        made._refine(max(self._shift, other._shift))
        for each in (self, other):
            finer = made._shift - each._shift
            made.n += each.n
            made._gaps += each._gaps
            made._total += each._total << finer
            made._squares += each._squares << (2 * finer)
        return made

    def to_dict(self) -> dict[str, Any]:
        # As texts: these whole numbers are longer than other readers of JSON keep.
        squares = Fraction(self._squares, 1 << (2 * self._shift))
        sums = {"sum": str(self.total), "sum_of_squares": str(squares)}
        return {"kind": self.kind, "n": self.n, "missing": dict(self.missing), **sums}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        made = cls()
        made.n = whole("moments.n", field_of(document, cls.kind, "n"))
        made._gaps = gaps_of("moments.missing", field_of(document, cls.kind, "missing"), _NO_VALUE)
        total, total_shift = _binary("moments.sum", field_of(document, cls.kind, "sum"))
        squares, squares_shift = _binary("moments.sum_of_squares", field_of(document, cls.kind, "sum_of_squares"))
        made._shift = max(total_shift, (squares_shift + 1) // 2)
        made._total = total << (made._shift - total_shift)
        made._squares = squares << (2 * made._shift - squares_shift)
        square, squares_at_least = made._total**2, made.n * made._squares
        exactly = made.n < 2 and (square != squares_at_least or (not made.n and made._squares))
        if square > squares_at_least or exactly:
            raise InvalidValueError.of("moments.sum_of_squares", str(squares), expected="so large as the sum makes it")
        return made

    def _refine(self, shift: int) -> None:
        finer = shift - self._shift
        self._shift = shift
        self._total <<= finer
        self._squares <<= 2 * finer

    def _variance(self) -> Fraction | None:
        if self.n < 2:
            return None
        return Fraction(self.n * self._squares - self._total**2, (self.n * (self.n - 1)) << (2 * self._shift))

    def _view(self) -> View:
        rows = (("standard deviation", short(self.standard_deviation)), *counted_rows(self.n, self.missing, {}))
        return View("Mean so far", short(self.mean), rows)


def _root(square: Fraction) -> float:
    """The square root of a fraction that itself may be no float any more."""
    # Brought to some 200 binary digits before the point, of which the root keeps half.
    shift = (200 - square.numerator.bit_length() + square.denominator.bit_length()) // 2
    scaled = square * Fraction(4) ** shift
    try:
        return math.ldexp(math.isqrt(int(scaled)), -shift)
    except OverflowError:
        raise InvalidValueError.of("standard_deviation", "more", expected="at most the largest float") from None


def _binary(field: str, text: object) -> tuple[int, int]:
    """A fraction by a power of two, as its numerator and the power."""
    # Digits only: a short text with an exponent is a number that takes for ever.
    written = isinstance(text, str) and _FRACTION.fullmatch(text)
    try:
        exact = Fraction(text) if isinstance(text, str) and written else None
    except (ValueError, ZeroDivisionError):
        exact = None
    if exact is None or exact.denominator & (exact.denominator - 1):
        raise InvalidValueError.of(field, text, expected="a fraction by a power of two, as 3/4")
    return exact.numerator, exact.denominator.bit_length() - 1
