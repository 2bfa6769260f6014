"""Whether two quantiles differ by more than chance, where only the quantiles and their intervals are left."""

from __future__ import annotations

from typing import NamedTuple

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import whole
from csprotocol.kpi._compare import Compared, Comparison, Difference, judged
from csprotocol.kpi._definitions import Definition
from csprotocol.kpi._interval import Interval, square_and_add
from csprotocol.model import FrozenDict

__all__ = ["Quantile", "compare_quantiles"]


class Quantile(NamedTuple):
    """A quantile of ``n`` values in any unit, and between which two numbers the true one lies.

    >>> Quantile(None, None, 0).n
    0
    """

    value: float | None
    interval: Interval[float] | None
    n: int


def compare_quantiles(
    a: Quantile, b: Quantile, *, definition: Definition | None = None, min_n: int = 1
) -> Comparison[float]:
    """``a`` minus ``b`` as :func:`compare` finds it from all values: their intervals, squared and added.

    Histograms and reports keep a median and its interval, and no longer the values.

    >>> before = Quantile(100.0, Interval(90.0, 112.0, 0.95, "order_statistic", 50), 50)
    >>> after = Quantile(80.0, Interval(71.0, 88.0, 0.95, "order_statistic", 60), 60)
    >>> print(compare_quantiles(after, before))
    lower: -20.0000, -35.0000 to -7.1938 (95%, order_statistic_mover); a n 60; b n 50

    Raises:
        InvalidValueError: intervals of two levels of confidence, a ``min_n`` that is no count.
    Source: G. Y. Zou and A. Donner, Statistics in Medicine 27, 2008 (MOVER).
    """
    whole("min_n", min_n)
    of_a, of_b = (Compared(each.n, FrozenDict(), FrozenDict()) for each in (a, b))
    return judged(_difference(a, b), of_a, of_b, min_n, definition)


def _difference(a: Quantile, b: Quantile) -> Difference[float]:
    method = "order_statistic_mover"
    if a.value is None or b.value is None:
        return Difference(None, None, method)
    value = a.value - b.value
    if a.interval is None or b.interval is None:
        return Difference(value, None, method)
    if a.interval.confidence != b.interval.confidence:
        raise InvalidValueError.of("b", b.interval.confidence, expected=f"the confidence {a.interval.confidence} of a")
    low, high = square_and_add(a.value, b.value, a.interval, b.interval)
    return Difference(value, Interval(low, high, a.interval.confidence, method, a.n + b.n), method)
