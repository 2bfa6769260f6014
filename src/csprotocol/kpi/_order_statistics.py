"""Between which two of the values the median, or another quantile, lies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, NamedTuple, TypeVar

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._binomial import at_least, at_most
from csprotocol.kpi._choice import chosen, exact_number, whole
from csprotocol.kpi._interval import CONFIDENCE, Interval, checked_confidence
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._percentile import PercentileMethod, percentile
from csprotocol.kpi._population import told
from csprotocol.kpi._sample import Sample
from csprotocol.kpi._view import Row, View, counted_rows, interval_text, short
from csprotocol.model import FrozenDict

__all__ = ["QuantileInterval", "Ranks", "interval_ranks", "median_interval", "quantile_interval"]

T = TypeVar("T", float, timedelta)


class Ranks(NamedTuple):
    """From the ``low``-th to the ``high``-th smallest value, counted from 1; ``coverage`` is how often that holds.

    >>> ranks = interval_ranks(20)
    >>> ranks.low, ranks.high, round(ranks.coverage, 6)
    (6, 15, 0.958611)
    """

    low: int
    high: int
    coverage: float


@dataclass(frozen=True, slots=True)
class QuantileInterval(Viewed, Generic[T]):
    """A quantile of a sample with its interval, in the unit of the values.

    ``value`` is ``None`` when there are no values, ``interval`` and ``ranks`` also when there are too few of them:
    five values say nothing about the median with 95% confidence, six do. ``method`` is the interpolation of
    ``value``; the ends of the interval are values of the sample, nothing lies between them.

    >>> found = median_interval([4, 8, 15, 16, 23, 42, None])
    >>> print(found)
    0.5 quantile: 15.5, 4.0000 to 42.0000 (95%, order_statistic, n 6); n 6; missing 1 (no-value 1)
    """

    q: float
    value: T | None
    interval: Interval[T] | None
    ranks: Ranks | None
    method: PercentileMethod
    n: int
    missing: Mapping[str, int]
    rejected: Mapping[str, int]

    def __str__(self) -> str:
        # Imported here: summaries show intervals, and intervals are told as summaries are.

        shown = "no value" if self.value is None else str(self.value)
        around = "no interval" if self.interval is None else str(self.interval)
        return f"{self.q:g} quantile: {shown}, {around}; {told(self.n, self.missing, self.rejected)}"

    def _view(self) -> View:
        around = self.interval
        rows: list[Row] = []
        if around is not None:
            rows.append(("interval", interval_text(around.low, around.high, around.confidence, around.method)))
        return View(
            f"{self.q:g} quantile",
            "no value" if self.value is None else short(self.value),
            (*rows, *counted_rows(self.n, self.missing, self.rejected), ("interpolation", str(self.method))),
        )


def interval_ranks(n: int, *, q: float = 0.5, confidence: float = CONFIDENCE) -> Ranks | None:
    """Which of ``n`` ordered values bound the ``q`` quantile; ``None`` when ``n`` is too small for the confidence.

    The number of values below the quantile is binomial, whatever the values: the truth lies below the ``low``-th
    value with at most half of ``1 - confidence``, and above the ``high``-th too.

    >>> interval_ranks(5) is None  # all five lie on one side of the median in 1 of 16 samples
    True
    >>> interval_ranks(6)[:2], interval_ranks(100, q=0.9)[:2]
    ((1, 6), (84, 96))

    Raises:
        InvalidValueError: ``n`` no whole number, ``q`` or ``confidence`` not between 0 and 1.
    Source: H. A. David and H. N. Nagaraja, Order Statistics, 3rd ed. 2003, section 7.1 (unverified).
    """
    count, share = whole("n", n), _inner(q)
    # Ties are possible: with 5 values and 15/16, half the rest is exactly the chance of an empty side. A float that
    # errs in its last digits must not turn that into a refusal.
    rest = (1 - checked_confidence(confidence)) / 2 * (1 + 1e-12)
    low = _last(count, lambda rank: at_most(rank - 1, count, share) <= rest)
    high = count + 1 - _last(count, lambda rank: at_least(count + 1 - rank, count, share) <= rest)
    if low < 1 or high > count or low >= high:
        return None
    return Ranks(low, high, 1 - at_most(low - 1, count, share) - at_least(high, count, share))


def quantile_interval(
    values: Iterable[T | None],
    q: float = 0.5,
    *,
    confidence: float = CONFIDENCE,
    method: PercentileMethod | str = PercentileMethod.LINEAR,
) -> QuantileInterval[T]:
    """The ``q`` quantile (between 0 and 1) of numbers or durations, and between which values the true one lies.

    It asks nothing of the distribution, covers at least what it says, and is the same in every run, which a
    bootstrap is not. ``None`` among the values is one that is missing.

    >>> found = quantile_interval(range(1, 101), 0.9)
    >>> round(found.value, 6), found.interval.low, found.interval.high, found.ranks[:2]
    (90.1, 84.0, 96.0, (84, 96))
    >>> quantile_interval([], 0.9).value is None
    True

    Raises:
        InvalidValueError: NaN or infinity, ``q`` or ``confidence`` not between 0 and 1, an unknown method.
    """
    sample = Sample[T].of(values)
    return quantile_of(sample, q, confidence=confidence, method=method)


def median_interval(values: Iterable[T | None], *, confidence: float = CONFIDENCE) -> QuantileInterval[T]:
    """The median of numbers or durations, and between which values the true one lies.

    >>> minutes = [timedelta(minutes=each) for each in (3, 5, 8, 13, 21, 34, 55)]
    >>> found = median_interval(minutes)
    >>> str(found.value), str(found.interval.low), str(found.interval.high)
    ('0:13:00', '0:03:00', '0:55:00')

    Raises:
        InvalidValueError: NaN or infinity, a ``confidence`` not between 0 and 1.
    """
    return quantile_interval(values, confidence=confidence)


def quantile_of(
    sample: Sample[T],
    q: float,
    *,
    confidence: float,
    method: PercentileMethod | str = PercentileMethod.LINEAR,
    missing: Mapping[str, int] | None = None,
    rejected: Mapping[str, int] | None = None,
) -> QuantileInterval[T]:
    """The interval of a sample that was read already, by somebody who knows what was left out."""
    rule = chosen(PercentileMethod, "method", method)
    ordered = sorted(sample.known)
    ranks = interval_ranks(len(ordered), q=q, confidence=confidence)
    value = percentile(ordered, q, method=rule)
    return QuantileInterval(
        q=float(q),
        value=None if value is None else sample.back(value),
        interval=None if ranks is None else _between(sample, ordered, ranks, float(confidence)),
        ranks=ranks,
        method=rule,
        n=len(ordered),
        missing=sample.missing if missing is None else missing,
        rejected=FrozenDict() if rejected is None else rejected,
    )


def _between(sample: Sample[T], ordered: list[float], ranks: Ranks, confidence: float) -> Interval[T]:
    low, high = sample.back(ordered[ranks.low - 1]), sample.back(ordered[ranks.high - 1])
    return Interval(low, high, confidence, "order_statistic", len(ordered))


def _inner(q: float) -> float:
    if exact_number(q) is None or not 0 < q < 1:
        raise InvalidValueError.of("q", q, expected="between 0 and 1", hint="0.9 is the 90th percentile")
    return float(q)


def _last(count: int, holds: Callable[[int], bool]) -> int:
    """The last rank of 1 .. ``count`` for which it holds, when it holds up to one and then no more; 0 for none."""
    low, high = 0, count
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
