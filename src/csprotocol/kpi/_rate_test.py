"""How often two equal rates would look as different as these two do."""

from __future__ import annotations

import math
from typing import NamedTuple

from csprotocol.kpi._interval import AnyRate, counts_of

__all__ = ["RateTest", "rate_test"]


class RateTest(NamedTuple):
    """``z`` is the difference in standard errors, positive when the first rate is higher; ``p`` (0..1) is two-sided.

    Both are ``None`` when a sample is empty, and when all of both or none of both succeeded: no error to count in.
    ``p`` is not how likely it is that nothing changed.

    >>> from csprotocol.kpi import Ratio
    >>> rate_test(Ratio(20, 20), Ratio(30, 30))
    RateTest(z=None, p=None, n=50)
    """

    z: float | None
    p: float | None
    n: int


def rate_test(a: AnyRate, b: AnyRate) -> RateTest:
    """The pooled z test of two rates of different customers; of small samples, rather look at the interval.

    >>> from csprotocol.kpi import Ratio
    >>> found = rate_test(Ratio(95, 100), Ratio(80, 100))
    >>> round(found.z, 5), round(found.p, 8)
    (3.20713, 0.00134064)

    Raises:
        InvalidValueError: no rate of counts.
    Source: the same numbers as statsmodels' ``proportions_ztest``.
    """
    (first, n), (second, m) = map(counts_of, (a, b))
    together, both = first + second, n + m
    if not n or not m or together in {0, both}:
        return RateTest(None, None, both)
    pooled = together / both
    z = (first / n - second / m) / math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return RateTest(z, math.erfc(abs(z) / math.sqrt(2)), both)
