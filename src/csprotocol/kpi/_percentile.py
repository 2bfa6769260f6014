"""Where a share of the values lies below."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import chosen, exact_number

__all__ = ["PercentileMethod", "mean", "median", "percentile"]


class PercentileMethod(StrEnum):
    """What to answer between two values; the names are numpy's.

    >>> [percentile([0, 10, 20], 0.25, method=method) for method in PercentileMethod]
    [5.0, 0.0, 0.0]
    """

    LINEAR = "linear"
    INVERTED_CDF = "inverted_cdf"
    NEAREST = "nearest"


def percentile(
    values: Iterable[float], q: float, *, method: PercentileMethod | str = PercentileMethod.LINEAR
) -> float | None:
    """The value below which the share ``q`` (0..1) of ``values`` lies; ``None`` when there is none.

    ``linear`` interpolates (and is what spreadsheets, SQL and Spark share), ``inverted_cdf`` gives the smallest
    value that at least the share ``q`` does not exceed, ``nearest`` the value nearest by rank, to the even rank
    on a tie.

    >>> round(percentile([1, 2, 3, 4, 100], 0.9), 6)
    61.6
    >>> percentile([1, 2, 3, 4, 100], 0.9, method="inverted_cdf")
    100.0

    Raises:
        InvalidValueError: ``q`` outside 0..1, a value that is NaN, an unknown method.
    Source: Hyndman and Fan, The American Statistician 50(4), 1996, types 7 and 1; the same floats as numpy.
    """
    ordered = sorted(_finite(value) for value in values)
    if exact_number(q) is None or not 0 <= q <= 1:
        raise InvalidValueError.of("q", q, expected="a share from 0 to 1", hint="0.9 is the 90th percentile")
    q = float(q)
    rule = chosen(PercentileMethod, "method", method)
    if not ordered:
        return None
    count = len(ordered)
    if rule is PercentileMethod.NEAREST:
        return ordered[round((count - 1) * q)]
    if rule is PercentileMethod.INVERTED_CDF:
        return ordered[max(0, math.ceil(count * q - 1))]
    rank = (count - 1) * q
    below = min(math.floor(rank), count - 1)
    low, high, part = ordered[below], ordered[min(below + 1, count - 1)], rank - below
    # From the nearer end, as numpy does: the result never leaves the two and is monotonous in q.
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)


def median(values: Iterable[float]) -> float | None:
    """The middle value, or the mean of the middle two; ``None`` when there is none.

    >>> median([1, 2, 3, 4, 100])
    3.0
    """
    return percentile(values, 0.5)


def mean(values: Iterable[float]) -> float | None:
    """The arithmetic mean, summed without rounding; ``None`` when there is none.

    Of rates it is hardly ever what is meant: pool them with :meth:`Ratio.sum`.

    >>> mean([1, 2, 3, 4, 100])
    22.0

    Raises:
        InvalidValueError: a value that is NaN.
    """
    given = [Fraction(_finite(value)) for value in values]
    return float(sum(given, Fraction(0)) / len(given)) if given else None


def _finite(value: float) -> float:
    if exact_number(value) is not None:
        try:
            return float(value)
        except OverflowError:
            pass
    raise InvalidValueError.of("value", value, expected="a finite number", hint="drop it, or say what is missing")
