"""Where a share of the values lies below."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import chosen, exact_number

__all__ = ["PercentileMethod", "mean", "median", "percentile"]


class PercentileMethod(StrEnum):
    """What to answer between two values: numpy's names, with R's types 1 to 9 beside them. ``linear`` is the default.

    >>> [method.r_type for method in PercentileMethod]
    [7, 1, 2, 3, 4, 5, 6, 8, 9, None, None, None, None]
    >>> percentile([0, 10, 20], 0.25), percentile([0, 10, 20], 0.25, method=PercentileMethod.of_r_type(1))
    (5.0, 0.0)

    Source: Hyndman and Fan, The American Statistician 50(4), 1996, for the nine; the other four have no type.
    """

    LINEAR = "linear"
    INVERTED_CDF = "inverted_cdf"
    AVERAGED_INVERTED_CDF = "averaged_inverted_cdf"
    CLOSEST_OBSERVATION = "closest_observation"
    INTERPOLATED_INVERTED_CDF = "interpolated_inverted_cdf"
    HAZEN = "hazen"
    WEIBULL = "weibull"
    MEDIAN_UNBIASED = "median_unbiased"
    NORMAL_UNBIASED = "normal_unbiased"
    LOWER = "lower"
    HIGHER = "higher"
    MIDPOINT = "midpoint"
    NEAREST = "nearest"

    @property
    def r_type(self) -> int | None:
        """The number that R's ``quantile`` gives it; ``None`` for the four that R does not have.

        >>> PercentileMethod.WEIBULL.r_type
        6
        """
        return _R_TYPES.get(self)

    @classmethod
    def of_r_type(cls, number: int) -> PercentileMethod:
        """The method that R calls ``type=number``.

        >>> PercentileMethod.of_r_type(7)
        <PercentileMethod.LINEAR: 'linear'>

        Raises:
            InvalidValueError: R knows 1 to 9.
        """
        for method, r_type in _R_TYPES.items():
            if r_type == number:
                return method
        raise InvalidValueError.unknown("number", number, sorted(_R_TYPES.values()))


_R_TYPES = {
    PercentileMethod.INVERTED_CDF: 1,
    PercentileMethod.AVERAGED_INVERTED_CDF: 2,
    PercentileMethod.CLOSEST_OBSERVATION: 3,
    PercentileMethod.INTERPOLATED_INVERTED_CDF: 4,
    PercentileMethod.HAZEN: 5,
    PercentileMethod.WEIBULL: 6,
    PercentileMethod.LINEAR: 7,
    PercentileMethod.MEDIAN_UNBIASED: 8,
    PercentileMethod.NORMAL_UNBIASED: 9,
}


def percentile(
    values: Iterable[float], q: float, *, method: PercentileMethod | str = PercentileMethod.LINEAR
) -> float | None:
    """The value below which the share ``q`` (0..1) of ``values`` lies; ``None`` when there is none.

    ``linear`` interpolates (and is what spreadsheets, SQL and Spark share), ``inverted_cdf`` gives the smallest
    value that at least the share ``q`` does not exceed, ``nearest`` the value nearest by rank, to the even rank
    on a tie; the other ten are told apart in :class:`PercentileMethod`. The answer is between the least and the
    greatest value by every method.

    >>> round(percentile([1, 2, 3, 4, 100], 0.9), 6)
    61.6
    >>> percentile([1, 2, 3, 4, 100], 0.9, method="inverted_cdf")
    100.0

    Raises:
        InvalidValueError: ``q`` outside 0..1, a value that is NaN, an unknown method.
    Source: Hyndman and Fan, The American Statistician 50(4), 1996; the same floats as ``numpy.quantile``.
    """
    ordered = sorted(_finite(value) for value in values)
    if exact_number(q) is None or not 0 <= q <= 1:
        raise InvalidValueError.of("q", q, expected="a share from 0 to 1", hint="0.9 is the 90th percentile")
    q = float(q)
    rule = chosen(PercentileMethod, "method", method)
    if not ordered:
        return None
    index = _index(len(ordered), q, rule)
    if index >= len(ordered) - 1:
        return ordered[-1]
    if index < 0:
        return ordered[0]
    below = math.floor(index)
    part = _part(index - below, rule)
    low, high = ordered[below], ordered[below + 1]
    gap = high - low
    if math.isinf(gap):
        # Farther apart than any float is long.
        return low * (1 - part) + high * part
    # From the nearer end, as numpy does: the result never leaves the two and is monotonous in q.
    return low + gap * part if part < 0.5 else high - gap * (1 - part)


# Where a method that interpolates puts its points: alpha and beta of Hyndman and Fan.
_PLACES = {
    PercentileMethod.INTERPOLATED_INVERTED_CDF: (0.0, 1.0),
    PercentileMethod.HAZEN: (0.5, 0.5),
    PercentileMethod.WEIBULL: (0.0, 0.0),
    PercentileMethod.MEDIAN_UNBIASED: (1 / 3, 1 / 3),
    PercentileMethod.NORMAL_UNBIASED: (3 / 8, 3 / 8),
}


def _index(count: int, q: float, rule: PercentileMethod) -> float:
    """Where among the ordered values, from 0, the answer lies; the operations are numpy's, for the same floats."""
    if rule in _PLACES:
        alpha, beta = _PLACES[rule]
        return count * q + (alpha + q * (1 - alpha - beta)) - 1
    rank = (count - 1) * q
    match rule:
        case PercentileMethod.INVERTED_CDF:
            return math.ceil(count * q - 1)
        case PercentileMethod.AVERAGED_INVERTED_CDF:
            return count * q - 1
        case PercentileMethod.CLOSEST_OBSERVATION:
            point = count * q - 1 - 0.5
            below = math.floor(point)
            # Half way goes to the even rank, which counted from 0 is the odd one.
            return below if point == below and below % 2 == 1 else below + 1
        case PercentileMethod.LOWER:
            return math.floor(rank)
        case PercentileMethod.HIGHER:
            return math.ceil(rank)
        case PercentileMethod.MIDPOINT:
            return 0.5 * (math.floor(rank) + math.ceil(rank))
        case PercentileMethod.NEAREST:
            return round(rank)
    return rank


def _part(part: float, rule: PercentileMethod) -> float:
    """How far between two values, 0..1."""
    if rule is PercentileMethod.AVERAGED_INVERTED_CDF:
        return 1.0 if part else 0.5
    return part


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
    # Added up by denominators, of which floats have few: sums of fractions would be reduced each time.
    sums: defaultdict[int, int] = defaultdict(int)
    count = 0
    for value in values:
        nearest = _finite(value)
        exact = nearest if type(value) is float else exact_number(value) or nearest
        numerator, denominator = exact.as_integer_ratio()
        sums[denominator] += numerator
        count += 1
    total = sum((Fraction(numerator, denominator) for denominator, numerator in sums.items()), Fraction(0))
    try:
        return float(total / count) if count else None
    except OverflowError:
        raise InvalidValueError.of("mean", "more", expected="at most the largest float") from None


def _finite(value: float) -> float:
    exact = exact_number(value) if type(value) is not float or not math.isfinite(value) else value
    if exact is not None:
        try:
            return float(exact)
        except OverflowError:
            pass
    raise InvalidValueError.of("value", value, expected="a finite number", hint="drop it, or say what is missing")
