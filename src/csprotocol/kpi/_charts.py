"""Whether a number that moves from week to week has changed, or only moves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import exact_number, whole
from csprotocol.kpi._interval import AnyRate, counts_of
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._percentile import mean
from csprotocol.kpi._population import told
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._run_rules import Root, RunRule, RunRules, Signal, rules_of, signals
from csprotocol.kpi._sample import Sample, missing_values
from csprotocol.kpi._view import Curve, Row, View, as_number, counted_rows, percent, short
from csprotocol.model import FrozenDict

__all__ = ["PChart", "PPoint", "XmrChart", "p_chart", "p_limits", "xmr"]

T = TypeVar("T", float, timedelta)

# Three sigma of single values, by the mean moving range of neighbours, and the limit of the ranges themselves: the
# constants as tables print them, 3 / 1.128 and D4 for two. With more digits no chart of a book would come out.
_LIMIT = 2.66
_RANGE_LIMIT = 3.268


@dataclass(frozen=True, slots=True)
class XmrChart(Viewed, Generic[T]):
    """Single values with their centre and limits, in the unit of the values.

    ``centre``, ``mr_bar``, ``lower``, ``upper`` and ``range_limit`` are ``None`` when there are no two neighbours
    to take a range from. ``ranges[i]`` is the distance of value ``i`` from the one before, ``None`` for the first
    and beside a gap. ``signals`` are the rules met; no signal means that the moves look like chance.

    >>> chart = xmr([39, 41, 41, 41, 43, 44, 41, 42, 40, 41, 44, 40])
    >>> [round(each, 2) for each in (chart.lower, chart.centre, chart.upper, chart.mr_bar)]
    [36.82, 41.42, 46.01, 1.73]
    >>> print(chart)
    centre 41.42, limits 36.82 to 46.01; 0 signals; n 12
    """

    values: tuple[T | None, ...]
    ranges: tuple[T | None, ...]
    centre: T | None
    mr_bar: T | None
    lower: T | None
    upper: T | None
    range_limit: T | None
    signals: tuple[Signal, ...]
    n: int
    missing: Mapping[str, int]
    rejected: Mapping[str, int]

    def __str__(self) -> str:
        shown = "no limits"
        if self.centre is not None:
            shown = f"centre {_shown(self.centre)}, limits {_shown(self.lower)} to {_shown(self.upper)}"
        return f"{shown}; {len(self.signals)} signals; {told(self.n, self.missing, self.rejected)}"

    def _view(self) -> View:
        lower, upper = as_number(self.lower), as_number(self.upper)
        numbers = tuple(map(as_number, self.values))
        rows: list[Row] = []
        if self.centre is not None:
            rows.append(("limits", f"{short(self.lower)} to {short(self.upper)}"))
            rows.append(("mean moving range", short(self.mr_bar)))
        return View(
            "XmR chart",
            "no limits" if self.centre is None else f"centre {short(self.centre)}",
            (
                *rows,
                *_signal_rows(self.signals),
                *counted_rows(self.n, self.missing, self.rejected),
            ),
            chart=Curve(
                "values in the order of time, with centre and limits",
                numbers,
                as_number(self.centre),
                (lower,) * len(numbers),
                (upper,) * len(numbers),
                _marked(self.signals),
            ),
        )


def xmr(
    values: Iterable[T | None],
    *,
    baseline: int | None = None,
    lowest: T | None = None,
    rules: RunRules | str | Iterable[RunRule | str] = RunRules.BASIC,
) -> XmrChart[T]:
    """The XmR chart of numbers or durations in the order of time: mean plus and minus 2.66 mean moving ranges.

    ``baseline`` takes the limits from the first so many values only, to which the later ones are held. ``lowest``
    is where the lower limit ends: 0 for what cannot be negative. ``None`` is a gap: no range reaches over it.

    The rules are those of ``RunRules``, or any of ``RunRule``.

    >>> late = xmr([30, 32, 29, 31, 30, 33, 30, 45], baseline=7)
    >>> [(str(signal.rule), signal.last) for signal in late.signals]
    [('beyond_limits', 7)]
    >>> xmr([41]).upper is None
    True

    Raises:
        InvalidValueError: NaN or infinity, a value below ``lowest``, a ``baseline`` that is no count, an unknown rule.
    Source: W. A. Shewhart; constants for two neighbours: 2.66 = 3 / 1.128 and 3.268 (D. J. Wheeler, unverified).
    """
    sample = Sample[T].of(values)
    numbers = sample.numbers
    least = sample.back(min(sample.known)) if sample.known else None
    if least is not None and lowest is not None and least < lowest:
        raise InvalidValueError.of("lowest", lowest, expected=f"no more than the least value, {least}")
    first = len(numbers) if baseline is None else whole("baseline", baseline)
    wanted = rules_of(rules)
    ranges: list[float | None] = [None] * min(1, len(numbers))
    ranges += [None if one is None or other is None else abs(other - one) for one, other in pairwise(numbers)]
    centre = mean(number for number in numbers[:first] if number is not None)
    mr_bar = mean(each for each in ranges[:first] if each is not None)
    if centre is None or mr_bar is None:
        limits: tuple[T | None, ...] = (None,) * 5
        found: tuple[Signal, ...] = ()
    else:
        ends = [centre, mr_bar, centre - _LIMIT * mr_bar, centre + _LIMIT * mr_bar, _RANGE_LIMIT * mr_bar]
        limits = tuple(sample.back(end) for end in ends)
        many = len(numbers)
        found = signals(numbers, [centre] * many, [_LIMIT * mr_bar / 3] * many, wanted)
    back = [tuple(None if each is None else sample.back(each) for each in row) for row in (numbers, ranges)]
    centre_line, mean_range, lower, upper, range_limit = limits
    return XmrChart(
        values=back[0],
        ranges=back[1],
        centre=centre_line,
        mr_bar=mean_range,
        lower=lower if lower is None or lowest is None else max(lower, lowest),
        upper=upper,
        range_limit=range_limit,
        signals=found,
        n=len(sample.known),
        missing=sample.missing,
        rejected=FrozenDict(),
    )


class PPoint(NamedTuple):
    """One rate of a p-chart with the limits (0..1) for its own number of tickets; ``None`` when it has none.

    >>> point = p_chart([Ratio(180, 200), Ratio(0, 0)]).points[0]
    >>> point.n, point.value, round(point.lower, 4), round(point.upper, 4)
    (200, 0.9, 0.8364, 0.9636)
    """

    n: int
    value: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class PChart(Viewed):
    """Rates in the order of time with their common centre; each has its own limits, for each rests on its own count.

    ``centre`` (0..1) is the pooled rate, ``None`` when all are empty; ``n`` is how many points have a value.

    >>> print(p_chart([Ratio(45, 50), Ratio(88, 100), Ratio(30, 50)]))
    centre 81.5%; 1 signals; n 3
    """

    points: tuple[PPoint, ...]
    centre: float | None
    signals: tuple[Signal, ...]
    n: int
    missing: Mapping[str, int]
    rejected: Mapping[str, int]

    def __str__(self) -> str:
        shown = "no centre" if self.centre is None else f"centre {self.centre:.1%}"
        return f"{shown}; {len(self.signals)} signals; {told(self.n, self.missing, self.rejected)}"

    def _view(self) -> View:
        return View(
            "p-chart",
            "no centre" if self.centre is None else f"centre {percent(self.centre)}",
            (*_signal_rows(self.signals), *counted_rows(self.n, self.missing, self.rejected)),
            chart=Curve(
                "rates in the order of time, with their centre and limits",
                tuple(point.value for point in self.points),
                self.centre,
                tuple(point.lower for point in self.points),
                tuple(point.upper for point in self.points),
                _marked(self.signals),
            ),
        )


def p_chart(
    rates: Iterable[AnyRate],
    *,
    baseline: int | None = None,
    rules: RunRules | str | Iterable[RunRule | str] = RunRules.BASIC,
) -> PChart:
    """The p-chart of rates in the order of time: the pooled rate plus and minus three standard errors.

    ``baseline`` pools the first so many only. A rate of 0/0 is a gap. With very many tickets a rate, the limits are
    too narrow for real life, where rates of days differ by more than chance; then :func:`xmr` of the rates serves.

    >>> chart = p_chart([Ratio(18, 20), Ratio(17, 20), Ratio(18, 20), Ratio(9, 20)], baseline=3)
    >>> [(str(signal.rule), signal.last) for signal in chart.signals]
    [('beyond_limits', 3)]

    Raises:
        InvalidValueError: no rate of counts, a ``baseline`` that is no count, an unknown rule.
    Source: W. A. Shewhart; Western Electric, Statistical Quality Control Handbook, 1956 (unverified).
    """
    counts = [counts_of(rate) for rate in rates]
    first = len(counts) if baseline is None else whole("baseline", baseline)
    wanted = rules_of(rules)
    pooled = Ratio(sum(part for part, _ in counts[:first]), sum(n for _, n in counts[:first]))
    centre = pooled.value
    points = []
    for part, n in counts:
        limits = None if centre is None else p_limits(centre, n)
        points.append(PPoint(n, part / n if n else None, *(limits or (None, None))))
    found: tuple[Signal, ...] = ()
    if pooled.exact is not None:
        # Exactly: a rate on its limit is not beyond it, whatever the last digit of a float says.
        spread = pooled.exact * (1 - pooled.exact)
        rates_exactly = [Fraction(part, n) if n else None for part, n in counts]
        errors = [Root(spread / n) if n else Root(Fraction(0)) for _, n in counts]
        found = signals(rates_exactly, [pooled.exact] * len(counts), errors, wanted)
    gaps = sum(point.value is None for point in points)
    return PChart(tuple(points), centre, found, len(points) - gaps, missing_values(gaps), FrozenDict())


def p_limits(centre: float, n: int) -> tuple[float, float] | None:
    """Between which shares (0..1) a rate of ``n`` lies when nothing changes; ``None`` when ``n`` is 0.

    >>> low, high = p_limits(0.9, 200)  # 0.9 -+ 3 * sqrt(0.9 * 0.1 / 200)
    >>> round(low, 7), round(high, 7)
    (0.8363604, 0.9636396)

    Raises:
        InvalidValueError: a ``centre`` outside 0..1, an ``n`` that is no count.
    """
    if exact_number(centre) is None or not 0 <= centre <= 1:
        raise InvalidValueError.of("centre", centre, expected="a share from 0 to 1")
    if not whole("n", n):
        return None
    spread = 3 * math.sqrt(centre * (1 - centre) / n)
    return max(0.0, centre - spread), min(1.0, centre + spread)


def _shown(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _signal_rows(found: Iterable[Signal]) -> tuple[Row, ...]:
    """Which rules were met where, counted from 1 as people count."""
    rows = [(str(signal.rule).replace("_", " "), _points(signal.first + 1, signal.last + 1)) for signal in found]
    return tuple(rows) or (("signals", "none"),)


def _points(first: int, last: int) -> str:
    return f"point {last}" if first == last else f"points {first} to {last}"


def _marked(found: Iterable[Signal]) -> frozenset[int]:
    return frozenset(i for signal in found for i in range(signal.first, signal.last + 1))
