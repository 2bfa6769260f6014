"""Each group held against the same group one period before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from csprotocol.kpi import (
    MIN_COMPARED,
    Comparison,
    NetPromoterScore,
    Quantile,
    RateSummary,
    Ratio,
    compare,
    compare_quantiles,
)
from csprotocol.model import FrozenDict
from csprotocol.report._change import Change, NoChange, change_of, period_before
from csprotocol.report._groups import Key
from csprotocol.report._measure import Measure
from csprotocol.report._spec import ReportSpec

__all__ = ["with_changes"]

_NONE_BEFORE: Final = Change("", None, 0, None, None, None, NoChange.NO_PREVIOUS)


def with_changes(groups: Mapping[Key, Sequence[Measure]], spec: ReportSpec) -> dict[Key, tuple[Measure, ...]]:
    """The measures of each group with their change since the period before, by the calendar.

    A number that is suppressed, now or then, has no change: the difference would tell it.
    """
    at = spec.by.index(spec.period)
    found: dict[Key, tuple[Measure, ...]] = {}
    for key, measures in groups.items():
        now = key[at]
        period = period_before(now, spec.period) if now else None
        before = groups.get((*key[:at], period, *key[at + 1 :])) if period else None
        found[key] = tuple(
            replace(measure, change=_change(measure, before[i], period or "", spec) if before else _NONE_BEFORE)
            for i, measure in enumerate(measures)
        )
    return found


def _change(now: Measure, then: Measure, period: str, spec: ReportSpec) -> Change:
    if now.suppressed or then.suppressed:
        return Change(period, None, then.n, None, None, None, NoChange.SUPPRESSED)
    if now.unit == "score":
        # Of a mean nobody keeps how far the ratings spread.
        return Change(period, then.values[then.main], then.n, None, None, None, NoChange.NOT_COMPARED)
    return change_of(period, then.values[then.main], then.n, _comparison(now, then, spec))


def _comparison(now: Measure, then: Measure, spec: ReportSpec) -> Comparison[float]:
    if now.unit == "seconds":
        sides = [Quantile(each.values[each.main], each.intervals[each.main], each.n) for each in (now, then)]
        return compare_quantiles(*sides, definition=now.definition, min_n=MIN_COMPARED)
    if now.unit == "points":
        scores = [NetPromoterScore(*each.counts.values()) for each in (now, then)]
        return compare(*scores, confidence=spec.confidence, min_n=MIN_COMPARED)
    rates = [_rate(each) for each in (now, then)]
    return compare(*rates, confidence=spec.confidence, min_n=MIN_COMPARED)


def _rate(measure: Measure) -> RateSummary:
    ratio = Ratio(measure.counts["numerator"], measure.counts["denominator"])
    return RateSummary(measure.definition, FrozenDict(), ratio, measure.missing, measure.rejected, ())
