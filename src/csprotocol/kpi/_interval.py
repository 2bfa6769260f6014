"""Between which two numbers a rate, a difference of rates or a net promoter score lies."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from statistics import NormalDist
from typing import Generic, Protocol, TypeAlias, TypeVar

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._binomial import at_least, at_most
from csprotocol.kpi._choice import chosen, exact_number
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._view import Row, View, interval_text

__all__ = [
    "CONFIDENCE",
    "AnyRate",
    "HasRatio",
    "Interval",
    "RateMethod",
    "adjusted_wald",
    "checked_confidence",
    "counts_of",
    "difference_interval",
    "normal_quantile",
    "rate_interval",
    "rate_rows",
    "score_interval",
    "square_and_add",
]

CONFIDENCE = 0.95
"""The confidence level where none is named: of a hundred such intervals about 95 hold the truth."""

T = TypeVar("T", float, timedelta)


class HasRatio(Protocol):
    """A result that is one rate, such as ``RateSummary`` and ``SurveyShare``.

    >>> from csprotocol.kpi import csat
    >>> rated: HasRatio = csat([5, 4, 1])
    >>> str(rated.ratio)
    '2/3 (66.7%)'
    """

    @property
    def ratio(self) -> Ratio:
        """The rate itself."""
        ...


AnyRate: TypeAlias = Ratio | HasRatio


@dataclass(frozen=True, slots=True)
class Interval(Viewed, Generic[T]):
    """From ``low`` to ``high``, both in the unit of the number it is about, both included.

    ``confidence`` is the level asked for (0..1), ``method`` names the formula, ``n`` is what it rests on.

    >>> found = rate_interval(Ratio(81, 263))
    >>> print(found)
    0.2553 to 0.3662 (95%, wilson, n 263)
    >>> 0.3 in found, found.width < 0.12
    (True, True)
    """

    low: T
    high: T
    confidence: float
    method: str
    n: int

    @property
    def width(self) -> T:
        """``high`` minus ``low``."""
        return self.high - self.low

    def __contains__(self, value: T) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{_shown(self.low)} to {_shown(self.high)} ({self.confidence * 100:g}%, {self.method}, n {self.n})"

    def _view(self) -> View:
        told = interval_text(self.low, self.high, self.confidence, self.method)
        return View("Interval", told, (("n", str(self.n)),))


# Counts beyond this are none: floats end at 10**308, and their squares and products come first.
_MOST = 10**100


class RateMethod(StrEnum):
    """How the interval of one rate is made. ``wilson`` is the default.

    ``clopper_pearson`` never covers less than it says and is therefore wide; ``agresti_coull`` is Wilson's centre
    with a simpler width, cut off at 0 and 1.

    >>> [str(rate_interval(Ratio(0, 20), method=method)) for method in ("wilson", "clopper_pearson")]
    ['0.0000 to 0.1611 (95%, wilson, n 20)', '0.0000 to 0.1684 (95%, clopper_pearson, n 20)']
    """

    WILSON = "wilson"
    AGRESTI_COULL = "agresti_coull"
    CLOPPER_PEARSON = "clopper_pearson"


def rate_interval(
    rate: AnyRate, *, confidence: float = CONFIDENCE, method: RateMethod | str = RateMethod.WILSON
) -> Interval[float] | None:
    """Between which shares (0..1) the true rate lies; ``None`` when the denominator is 0.

    Wilson: the shares p for which the sample lies within z standard errors of p. With 0 of 20 it starts at 0 and
    still has a width; the usual plus and minus would say "0, and sure of it".

    >>> found = rate_interval(Ratio(1, 29))
    >>> round(found.low, 4), round(found.high, 4)
    (0.0061, 0.1718)
    >>> rate_interval(Ratio(0, 0)) is None
    True

    Raises:
        InvalidValueError: no rate of counts (a part that is no whole number, or larger than the whole), a
            ``confidence`` outside 0..1, an unknown method.
    Source: E. B. Wilson, JASA 22, 1927; the recommendation: Brown, Cai and DasGupta, Statistical Science 16(2), 2001.
    """
    part, whole = counts_of(rate)
    z = normal_quantile(confidence)
    rule = chosen(RateMethod, "method", method)
    if not whole:
        return None
    low, high = _RATE_METHODS[rule](part, whole, confidence, z)
    return Interval(low, high, confidence, str(rule), whole)


def rate_rows(rate: AnyRate) -> tuple[Row, ...]:
    """Between which shares the true rate lies, for the eye; nothing where there is no such interval, as of amounts."""
    try:
        found = rate_interval(rate)
    except InvalidValueError:
        return ()
    if found is None:
        return ()
    return (("interval", interval_text(found.low, found.high, found.confidence, found.method, share=True)),)


def difference_interval(a: AnyRate, b: AnyRate, *, confidence: float = CONFIDENCE) -> Interval[float] | None:
    """Between which differences (-1..1) the true rate of ``a`` minus that of ``b`` lies; ``None`` when one is empty.

    Newcombe's hybrid: the distances from both rates to the ends of their Wilson intervals, squared and added. For
    rates of different customers; before and after of the same ones is another question.

    >>> found = difference_interval(Ratio(56, 70), Ratio(48, 80))
    >>> round(found.low, 4), round(found.high, 4)
    (0.0524, 0.3339)

    Raises:
        InvalidValueError: see :func:`rate_interval`.
    Source: R. G. Newcombe, Statistics in Medicine 17, 1998, 873-890, method 10.
    """
    first, second = (rate_interval(rate, confidence=confidence) for rate in (a, b))
    if first is None or second is None:
        return None
    one, other = (part / whole for part, whole in map(counts_of, (a, b)))
    low, high = square_and_add(one, other, first, second)
    return Interval(max(low, -1.0), min(high, 1.0), confidence, "newcombe", first.n + second.n)


def square_and_add(a: float, b: float, around_a: Interval[float], around_b: Interval[float]) -> tuple[float, float]:
    """The ends of an interval of a - b, from intervals that hold a and b, of independent samples.

    Source: G. Y. Zou and A. Donner, Statistics in Medicine 27(10), 2008 (MOVER); for rates it is Newcombe's.
    """
    difference = a - b
    down = math.hypot(a - around_a.low, around_b.high - b)
    up = math.hypot(around_a.high - a, b - around_b.low)
    return difference - down, difference + up


def adjusted_wald(promoters: int, passives: int, detractors: int) -> tuple[float, float]:
    """Centre and standard error of a net promoter score, as shares -1..1, with 3 answers more of which 3/4 promote
    and 3/4 detract, so that a unanimous sample is not sure of itself.
    """
    n = promoters + passives + detractors + 3
    promoting, detracting = (promoters + 0.75) / n, (detractors + 0.75) / n
    centre = promoting - detracting
    return centre, math.sqrt((promoting + detracting - centre**2) / n)


def score_interval(
    promoters: int, passives: int, detractors: int, *, confidence: float = CONFIDENCE
) -> Interval[float] | None:
    """Between which points (-100..100) a balance of those for and those against lies: adjusted Wald, cut off there."""
    z = normal_quantile(confidence)
    n = promoters + passives + detractors
    if not n:
        return None
    centre, error = adjusted_wald(promoters, passives, detractors)
    low, high = (100 * (centre + side * z * error) for side in (-1, 1))
    return Interval(max(low, -100.0), min(high, 100.0), float(confidence), "adjusted_wald", n)


def counts_of(rate: AnyRate) -> tuple[int, int]:
    """Part and whole of a rate of counts."""
    ratio: object = rate if isinstance(rate, Ratio) else getattr(rate, "ratio", None)
    if not isinstance(ratio, Ratio):
        raise InvalidValueError.of("rate", type(rate).__name__, expected="a Ratio or a summary that has one")
    part, whole = ratio.numerator, ratio.denominator
    if not (isinstance(part, int) and isinstance(whole, int) and part <= whole < _MOST):
        raise InvalidValueError.of(
            "rate", str(ratio), expected="so many of so many", hint="amounts and inverses have no such interval"
        )
    return part, whole


def checked_confidence(confidence: float) -> float:
    """``confidence`` itself, when it is a share between 0 and 1."""
    if exact_number(confidence) is None or not 0 < confidence < 1:
        raise InvalidValueError.of("confidence", confidence, expected="between 0 and 1", hint="0.95 for 95%")
    return float(confidence)


def normal_quantile(confidence: float) -> float:
    """How many standard errors on each side hold the share ``confidence`` of a normal distribution.

    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    return _two_sided(checked_confidence(confidence))


def _shown(end: object) -> str:
    return f"{end:.4f}" if isinstance(end, float) else str(end)


@lru_cache(maxsize=16)
def _two_sided(confidence: float) -> float:
    # From the tail: 1 - confidence is small, and near 1 a float has few digits left for it.
    return -NormalDist().inv_cdf((1 - confidence) / 2)


def _wilson(part: int, whole: int, _confidence: float, z: float) -> tuple[float, float]:
    share, square = part / whole, z * z / whole
    spread = z * math.sqrt(share * (1 - share) / whole + square / (4 * whole))
    high = min(1.0, (share + square / 2 + spread) / (1 + square)) if part < whole else 1.0
    # The product of both ends is share**2 / (1 + square); their difference would lose the digits of a small end.
    return share * share / ((1 + square) * high), high


def _agresti_coull(part: int, whole: int, _confidence: float, z: float) -> tuple[float, float]:
    n = whole + z * z
    centre = (part + z * z / 2) / n
    spread = z * math.sqrt(centre * (1 - centre) / n)
    return max(0.0, centre - spread), min(1.0, centre + spread)


def _clopper_pearson(part: int, whole: int, confidence: float, _z: float) -> tuple[float, float]:
    """The shares under which so many or more, and so many or fewer, have half the remaining probability each."""
    rest = (1 - confidence) / 2
    low = 0.0 if part == 0 else _root(lambda share: at_least(part, whole, share) < rest)
    high = 1.0 if part == whole else _root(lambda share: at_most(part, whole, share) > rest)
    return low, high


def _root(is_below: Callable[[float], bool]) -> float:
    """The share at which ``is_below`` turns from true to false, by halving."""
    low, high = 0.0, 1.0
    # A share near 0 has many more floats than one near 1: until no float lies between the two.
    while low < (middle := (low + high) / 2) < high:
        if is_below(middle):
            low = middle
        else:
            high = middle
    return high


_RATE_METHODS: dict[RateMethod, Callable[[int, int, float, float], tuple[float, float]]] = {
    RateMethod.WILSON: _wilson,
    RateMethod.AGRESTI_COULL: _agresti_coull,
    RateMethod.CLOPPER_PEARSON: _clopper_pearson,
}
