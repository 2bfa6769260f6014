"""One KPI of one group as the report shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from csprotocol.kpi import Definition, DurationStream, Interval, interval_ranks, percentile, rate_interval
from csprotocol.model import FrozenDict
from csprotocol.report._change import Change
from csprotocol.report._evidence import Durations, Evidence, Heading, Mean, Points, Share
from csprotocol.report._spec import ReportSpec

__all__ = ["Measure", "level_name", "measured", "percent_text"]

_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Measure:
    """One KPI of one group: its statistics, and what they rest on.

    ``values`` are seconds for unit ``seconds``, 0..1 for ``share``, -100..100 for ``points``, on the scale of the
    ratings for ``score``; ``None`` where no answer exists. ``intervals`` tell between which two numbers the true one
    lies, for the statistics that have such an interval. ``counts`` are the part and the whole of a share, or the
    groups of a score: they add up, shares do not. ``n``, ``missing`` and ``rejected`` add up to the tickets of the
    group. ``variant`` tells two measures of one KPI apart: ``elapsed`` and ``business``, or which SLA. ``vendor`` is
    the one whose ``options`` these are; empty where they are ours. ``suppressed`` says why nothing of it is shown; then
    all values are ``None`` and mean nothing.
    """

    definition: Definition
    variant: str
    unit: str
    values: Mapping[str, float | None]
    n: int
    missing: Mapping[str, int]
    rejected: Mapping[str, int]
    options: Mapping[str, str]
    vendor: str = ""
    counts: Mapping[str, int] = field(default_factory=FrozenDict)
    intervals: Mapping[str, Interval[float] | None] = field(default_factory=FrozenDict)
    suppressed: str = ""
    change: Change | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it inside a group."""
        return self.definition.id, self.variant

    @property
    def main(self) -> str:
        """The statistic that is compared: the median, the share, the points."""
        return next(iter(self.values))


def measured(evidence: Evidence, spec: ReportSpec) -> Measure:
    """The numbers that the evidence gives."""
    match evidence:
        case Share():
            return _share(evidence, spec)
        case Points():
            return _points(evidence, spec)
        case Mean():
            return _mean(evidence)
        case Durations():
            return _durations(evidence, spec)


def level_name(level: float) -> str:
    """What a quantile is called.

    >>> [level_name(level) for level in (0.5, 0.9, 0.975, 0.50000001)]
    ['median', 'p90', 'p97.5', 'p50.000001']
    """
    # In full: two levels never have one name.
    return "median" if level == 0.5 else f"p{percent_text(level)}"


def percent_text(share: float) -> str:
    """A share as a percentage with all its digits.

    >>> [percent_text(share) for share in (0.95, 0.9, 0.999999999999)]
    ['95', '90', '99.9999999999']
    """
    return f"{(Decimal(repr(share)) * 100).normalize():f}"


def _share(found: Share, spec: ReportSpec) -> Measure:
    part, whole = int(found.ratio.numerator), int(found.ratio.denominator)
    values = {"share": found.ratio.value}
    intervals = {"share": rate_interval(found.ratio, confidence=spec.confidence)}
    values |= _response(found)
    counts = {"numerator": part, "denominator": whole}
    return _made(found, "share", values, whole, counts, intervals)


def _points(found: Points, spec: ReportSpec) -> Measure:
    score = found.score
    groups = (score.promoters, score.passives, score.detractors)
    names = _GROUPS.get(found.heading.definition.id, _GROUPS["nps"])
    return _made(
        found,
        "points",
        {"points": score.value, **_response(found)},
        score.n,
        dict(zip(names, groups, strict=True)),
        {"points": score.interval(confidence=spec.confidence)},
    )


_GROUPS: Final = {
    "nps": ("promoters", "passives", "detractors"),
    "csat_balance": ("satisfied", "neutral", "dissatisfied"),
}


def _mean(found: Mean) -> Measure:
    mean = float(found.total / found.n) if found.n else None
    return _made(found, "score", {"mean": mean, **_response(found)}, found.n, {}, {})


def _response(found: Share | Points | Mean) -> dict[str, float | None]:
    """The share of the asked that answered, where somebody knows who was asked."""
    if found.asked is None:
        return {}
    n = found.score.n if isinstance(found, Points) else found.n if isinstance(found, Mean) else found.ratio.denominator
    return {"response_rate": float(n / found.asked) if found.asked else None}


def _durations(found: Durations, spec: ReportSpec) -> Measure:
    took = found.took
    if isinstance(took, DurationStream):
        stream: DurationStream = took
        middle = stream.mean

        def at(share: float) -> float | None:
            return stream.histogram.quantile(share)

        def ranked(rank: int) -> float:
            # One value has no interval, so there are two at least.
            return stream.histogram.quantile((rank - 1) / (stream.n - 1)) or 0.0

        # As wide as the exact interval could be: else a change of bucket would look like a change of the shop.
        error = stream.histogram.relative_error
    else:
        error = 0.0
        micros = sorted(each / _MICROSECOND for each in took)
        total = sum(each // _MICROSECOND for each in took)
        middle = timedelta(microseconds=round(Fraction(total, found.n))) if took else None

        def at(share: float) -> float | None:
            quantile = percentile(micros, share)
            return None if quantile is None else timedelta(microseconds=quantile) / _SECOND

        def ranked(rank: int) -> float:
            return timedelta(microseconds=micros[rank - 1]) / _SECOND

    values = {level_name(level): at(level) for level in spec.levels}
    intervals = {
        name: _between(found.n, level, spec.confidence, ranked, error)
        for level, name in ((level, level_name(level)) for level in spec.levels)
    }
    mean = None if middle is None else middle / _SECOND
    ordered = {**dict(list(values.items())[:1]), "mean": mean, **values}
    return _made(found, "seconds", ordered, found.n, {}, intervals)


def _between(
    n: int, level: float, confidence: float, ranked: Callable[[int], float], error: float
) -> Interval[float] | None:
    ranks = interval_ranks(n, q=level, confidence=confidence)
    if ranks is None:
        return None
    low, high = ranked(ranks.low) / (1 + error), ranked(ranks.high) / (1 - error)
    return Interval(low, high, float(confidence), "order_statistic", n)


def _made(  # noqa: PLR0917  # three kinds of evidence fill in the same six
    found: Evidence,
    unit: str,
    values: Mapping[str, float | None],
    n: int,
    counts: Mapping[str, int],
    intervals: Mapping[str, Interval[float] | None],
) -> Measure:
    heading: Heading = found.heading
    return Measure(
        definition=heading.definition,
        variant=heading.variant,
        unit=unit,
        values=FrozenDict(values),
        n=n,
        missing=found.missing,
        rejected=found.rejected,
        options=heading.options,
        vendor=heading.vendor,
        counts=FrozenDict(counts),
        intervals=FrozenDict(intervals),
    )
