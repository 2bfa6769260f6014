"""Whether two numbers differ by more than chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import hypot
from typing import Generic, NamedTuple, TypeGuard, TypeVar, overload

from csprotocol.errors import InvalidValueError, OutOfScaleError
from csprotocol.kpi._choice import whole
from csprotocol.kpi._definitions import Definition, Direction
from csprotocol.kpi._interval import (
    CONFIDENCE,
    AnyRate,
    Interval,
    adjusted_wald,
    counts_of,
    difference_interval,
    normal_quantile,
    square_and_add,
)
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._nps import NetPromoterScore
from csprotocol.kpi._order_statistics import interval_ranks
from csprotocol.kpi._percentile import median
from csprotocol.kpi._population import MissingReason, told
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._sample import Sample
from csprotocol.kpi._summary import DurationSummary, RateSummary
from csprotocol.kpi._survey_summary import SurveyMean, SurveyShare
from csprotocol.kpi._view import View, counted_rows, interval_text, short
from csprotocol.model import FrozenDict

__all__ = ["Compared", "Comparison", "Difference", "NoVerdict", "Verdict", "compare", "judged"]

T = TypeVar("T", float, timedelta)


class Verdict(StrEnum):
    """What a difference says of ``a``: higher than ``b``, lower, or by no more than chance may give.

    >>> compare(Ratio(56, 70), Ratio(48, 80)).verdict, compare(Ratio(5, 7), Ratio(4, 8)).verdict
    (<Verdict.HIGHER: 'higher'>, <Verdict.NOISE: 'noise'>)
    """

    HIGHER = "higher"
    LOWER = "lower"
    NOISE = "noise"


class NoVerdict(StrEnum):
    """Why there is no verdict: a sample is empty, or has too few for an interval or for ``min_n``.

    >>> compare(Ratio(1, 2), Ratio(0, 0)).reason
    <NoVerdict.EMPTY: 'empty'>
    """

    EMPTY = "empty"
    TOO_FEW = "too-few"


class Compared(NamedTuple):
    """One side of a comparison: what it rests on and what was left out.

    >>> compare(Ratio(56, 70), Ratio(48, 80)).b.n
    80
    """

    n: int
    missing: Mapping[str, int]
    rejected: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Comparison(Viewed, Generic[T]):
    """``a`` minus ``b``, with its interval and what to make of it, in the unit of the two (shares, points, time).

    ``verdict`` is ``noise`` when the interval holds 0. ``difference`` is ``None`` when a side is empty; ``interval``
    also when a side has too few for one, ``verdict`` also when it has fewer than ``min_n``, and ``reason`` says which.
    ``method`` names the interval.

    >>> found = compare(Ratio(56, 70), Ratio(48, 80))
    >>> print(found)
    higher: 0.2000, 0.0524 to 0.3339 (95%, newcombe); a n 70; b n 80
    >>> found.is_noise
    False
    """

    difference: T | None
    interval: Interval[T] | None
    verdict: Verdict | None
    reason: NoVerdict | None
    method: str
    a: Compared
    b: Compared
    definition: Definition | None

    @property
    def is_noise(self) -> bool | None:
        """Whether chance may explain it; ``None`` without a verdict."""
        return None if self.verdict is None else self.verdict is Verdict.NOISE

    @property
    def is_better(self) -> bool | None:
        """Whether ``a`` is better than ``b``; ``None`` for noise, without a verdict, or where neither way is better.

        >>> from csprotocol.kpi import nps
        >>> compare(nps([10] * 50), nps([10] * 20 + [0] * 30)).is_better
        True
        """
        if self.definition is None or self.verdict in {None, Verdict.NOISE}:
            return None
        better = {Direction.HIGHER: Verdict.HIGHER, Direction.LOWER: Verdict.LOWER}.get(self.definition.direction)
        return None if better is None else self.verdict is better

    def __str__(self) -> str:
        sides = "; ".join(f"{name} {told(*side)}" for name, side in (("a", self.a), ("b", self.b)))
        if self.difference is None:
            return f"no difference can be told, {self.reason}; {sides}"
        shown = _shown(self.difference)
        if self.interval is None or self.verdict is None:
            return f"no verdict, {self.reason}: {shown}; {sides}"
        low, high = _shown(self.interval.low), _shown(self.interval.high)
        level = f"{self.interval.confidence * 100:g}%"
        return f"{self.verdict}: {shown}, {low} to {high} ({level}, {self.method}); {sides}"

    def _view(self) -> View:
        around, share = self.interval, self.method == "newcombe"
        difference = short(self.difference)
        if share and isinstance(self.difference, float):
            difference = f"{100 * self.difference:+.1f} percentage points"
        rows = [("a minus b", difference)]
        if around is not None:
            ends = interval_text(around.low, around.high, around.confidence, around.method, share=share)
            rows.append(("interval", ends))
        for name, side in (("a", self.a), ("b", self.b)):
            rows += [(f"{name}: {row}" if row else "", text) for row, text in counted_rows(*side)]
        if self.is_better is not None:
            rows.append(("a is", "better" if self.is_better else "worse"))
        verdict = f"no verdict, {self.reason}" if self.verdict is None else f"a is {self.verdict}"
        return View(
            self.definition.name if self.definition else "Comparison",
            "a differs by no more than noise" if self.is_noise else verdict,
            tuple(rows),
            about=self.definition._view().rows if self.definition else (),
        )


@overload
def compare(a: AnyRate, b: AnyRate, *, confidence: float = ..., min_n: int = ...) -> Comparison[float]: ...
@overload
def compare(
    a: NetPromoterScore, b: NetPromoterScore, *, confidence: float = ..., min_n: int = ...
) -> Comparison[float]: ...
@overload
def compare(
    a: DurationSummary, b: DurationSummary, *, confidence: float = ..., min_n: int = ...
) -> Comparison[timedelta]: ...
@overload
def compare(
    a: Iterable[T | None], b: Iterable[T | None], *, confidence: float = ..., min_n: int = ...
) -> Comparison[T]: ...
def compare(a: object, b: object, *, confidence: float = CONFIDENCE, min_n: int = 1) -> object:
    """``a`` minus ``b``, and whether that is noise: of two rates, scores, durations, or samples of numbers.

    Rates are compared by Newcombe's interval, net promoter scores by adjusted Wald, durations and numbers by their
    medians, whose order-statistic intervals are squared and added. The two must be of different tickets, and of one
    definition with the same options. ``min_n`` asks for more of each side than the interval needs:
    ``MIN_COMPARED``, for a ranking that many will read.

    >>> week = [timedelta(minutes=each) for each in (12, 15, 9, 31, 22, 18, 25, 11)]
    >>> print(compare(week, [each + timedelta(hours=2) for each in week]))
    lower: -2:00:00, -2:16:19.489663 to -1:43:40.510337 (95%, order_statistic_mover); a n 8; b n 8
    >>> compare(Ratio(0, 0), Ratio(1, 2)).verdict is None
    True

    Looking at twenty comparisons, one of them is no noise by chance alone.

    Raises:
        InvalidValueError: two that cannot be compared, different definitions or options, a ``confidence`` not
            between 0 and 1, a ``min_n`` that is no count.
    Source: R. G. Newcombe, Statistics in Medicine 17, 1998; G. Y. Zou and A. Donner, Statistics in Medicine 27, 2008.
    """
    whole("min_n", min_n)
    normal_quantile(confidence)
    _require_one_definition(a, b)
    if isinstance(a, NetPromoterScore) and isinstance(b, NetPromoterScore):
        return judged(_of_scores(a, b, confidence), _side(a), _side(b), min_n, a.definition)
    if isinstance(a, _RATES) and isinstance(b, _RATES):
        definition = None if isinstance(a, Ratio) else a.definition
        return judged(_of_rates(a, b, confidence), _side(a), _side(b), min_n, definition)
    if isinstance(a, DurationSummary) and isinstance(b, DurationSummary):
        samples = Sample[timedelta].of(a.values), Sample[timedelta].of(b.values)
        return judged(_of_medians(*samples, confidence), _side(a), _side(b), min_n, a.definition)
    if _is_sample(a) and _is_sample(b):
        one, other = Sample[float].of(a), Sample[float].of(b)
        if one.known and other.known and one.is_time is not other.is_time:
            raise InvalidValueError.of("b", "other units", expected="durations or numbers, as a")
        first, second = (Compared(len(each.known), each.missing, FrozenDict()) for each in (one, other))
        return judged(_of_medians(one, other, confidence), first, second, min_n, None)
    kinds = f"{type(a).__name__} with {type(b).__name__}"
    hint = "of a mean, compare the share: csat, ces_share" if isinstance(a, SurveyMean) else ""
    raise InvalidValueError.of(
        "a and b", kinds, expected="two rates, two scores, two summaries of durations or two samples", hint=hint
    )


_RATES = (Ratio, RateSummary, SurveyShare)


class Difference(NamedTuple, Generic[T]):
    """What was found of two sides, before it is judged."""

    value: T | None
    interval: Interval[T] | None
    method: str


def _of_rates(a: AnyRate, b: AnyRate, confidence: float) -> Difference[float]:
    (part, n), (other, m) = counts_of(a), counts_of(b)
    value = part / n - other / m if n and m else None
    return Difference(value, difference_interval(a, b, confidence=confidence), "newcombe")


def _of_scores(a: NetPromoterScore, b: NetPromoterScore, confidence: float) -> Difference[float]:
    """In points. The centres of small samples lie off the scores, so the intervals cannot be squared and added."""
    method = "adjusted_wald"
    if a.value is None or b.value is None:
        return Difference(None, None, method)
    (centre, error), (other, other_error) = (
        adjusted_wald(score.promoters, score.passives, score.detractors) for score in (a, b)
    )
    spread = normal_quantile(confidence) * hypot(error, other_error)
    low, high = max(-200.0, 100 * (centre - other - spread)), min(200.0, 100 * (centre - other + spread))
    return Difference(a.value - b.value, Interval(low, high, float(confidence), method, a.n + b.n), method)


def _of_medians(a: Sample[T], b: Sample[T], confidence: float) -> Difference[T]:
    method = "order_statistic_mover"
    unit = a if a.known else b
    (middle, around), (other, around_other) = (_middle(sample, confidence) for sample in (a, b))
    if middle is None or other is None:
        return Difference(None, None, method)
    value = unit.back(middle - other)
    if around is None or around_other is None:
        return Difference(value, None, method)
    low, high = square_and_add(middle, other, around, around_other)
    n = around.n + around_other.n
    return Difference(value, Interval(unit.back(low), unit.back(high), float(confidence), method, n), method)


def _middle(sample: Sample[T], confidence: float) -> tuple[float | None, Interval[float] | None]:
    ordered = sorted(sample.known)
    ranks = interval_ranks(len(ordered), confidence=confidence)
    if ranks is None:
        return median(ordered), None
    ends = ordered[ranks.low - 1], ordered[ranks.high - 1]
    return median(ordered), Interval(*ends, float(confidence), "order_statistic", len(ordered))


def judged(found: Difference[T], a: Compared, b: Compared, min_n: int, definition: Definition | None) -> Comparison[T]:
    """The verdict on a difference, or the reason why there is none."""
    verdict = reason = None
    if found.value is None:
        reason = NoVerdict.EMPTY
    elif found.interval is None or min(a.n, b.n) < min_n:
        reason = NoVerdict.TOO_FEW
    else:
        zero = found.value - found.value
        verdict = Verdict.NOISE
        # The adjusted intervals of tiny samples may lie on the other side: no verdict is against what was seen.
        if found.interval.low > zero and found.value > zero:
            verdict = Verdict.HIGHER
        elif found.interval.high < zero and found.value < zero:
            verdict = Verdict.LOWER
    return Comparison(found.value, found.interval, verdict, reason, found.method, a, b, definition)


def _require_one_definition(a: object, b: object) -> None:
    """A change of the formula is no change of the shop."""
    formulas = [_formula(each) for each in (a, b) if isinstance(each, _DEFINED)]
    if len(formulas) == 2 and formulas[0] != formulas[1]:
        raise InvalidValueError.of("b", formulas[1], expected=f"the definition and options of a, {formulas[0]}")
    if isinstance(a, DurationSummary) and isinstance(b, DurationSummary) and a.within != b.within:
        raise InvalidValueError.of("b", "another calendar", expected="counted by the calendar of a")


_DEFINED = (DurationSummary, RateSummary, SurveyShare, NetPromoterScore)


def _formula(side: DurationSummary | RateSummary | SurveyShare | NetPromoterScore) -> str:
    options = {} if isinstance(side, NetPromoterScore) else side.options
    told = (f"{name}={value}" for name, value in options.items() if name not in _BESIDE)
    return " ".join([side.definition.id, *told])


# Whether a bad row raises or is put aside changes nothing in the number, and each period is told at its own end.
_BESIDE = ("out_of_scale", "as_of")


def _side(side: Ratio | RateSummary | SurveyShare | DurationSummary | NetPromoterScore) -> Compared:
    if isinstance(side, Ratio):
        return Compared(int(side.denominator), FrozenDict(), FrozenDict())
    if isinstance(side, NetPromoterScore):
        missing = {str(MissingReason.NO_ANSWER): side.unanswered} if side.unanswered else {}
        rejected = {OutOfScaleError.code: side.rejected} if side.rejected else {}
        return Compared(side.n, FrozenDict(missing), FrozenDict(rejected))
    return Compared(side.n, side.missing, side.rejected)


def _is_sample(side: object) -> TypeGuard[Iterable[float | None]]:
    return isinstance(side, Iterable) and not isinstance(side, str | bytes | Mapping)


def _shown(value: object) -> str:
    """Of negative durations Python says ``-1 day, 22:00:00``."""
    if isinstance(value, timedelta):
        return f"-{-value}" if value < timedelta(0) else str(value)
    return f"{value:.4f}"
