"""How long it takes when some have not ended yet."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Generic, TypeVar

from csprotocol.errors import InvalidValueError, NegativeDurationError
from csprotocol.kpi._choice import as_written, chosen
from csprotocol.kpi._definitions import Definition
from csprotocol.kpi._interval import CONFIDENCE, Interval, normal_quantile
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._population import told
from csprotocol.kpi._sample import Sample
from csprotocol.kpi._summary import explained
from csprotocol.kpi._view import Stairs, Table, View, as_number, chosen_row, counted_rows, short
from csprotocol.model import FrozenDict, Rejection

__all__ = ["Survival", "SurvivalBand", "SurvivalStep", "kaplan_meier", "survival_of"]

T = TypeVar("T", float, timedelta)


class SurvivalBand(StrEnum):
    """On which scale Greenwood's interval is symmetric.

    ``log_log``, the default, stays between 0 and 1 by itself; ``plain`` is cut off there.

    >>> for band in SurvivalBand:
    ...     print(kaplan_meier([1, 2, 3, 4], [True, True, False, False], band=band).steps[0].interval)
    0.1279 to 0.9605 (95%, greenwood_log_log, n 4)
    0.3257 to 1.0000 (95%, greenwood_plain, n 4)
    """

    LOG_LOG = "log_log"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class SurvivalStep(Generic[T]):
    """At ``after``, ``ended`` of the ``at_risk`` that had lasted so long ended; ``open_share`` (0..1) last longer.

    ``interval`` is Greenwood's; ``None`` once nothing is open any more, where it does not exist.

    >>> step = kaplan_meier([1, 2, 3, 4], [True, True, False, False]).steps[1]
    >>> step.after, step.at_risk, step.ended, step.open_share
    (2.0, 3, 1, 0.5)
    """

    after: T
    at_risk: int
    ended: int
    open_share: float
    interval: Interval[float] | None


@dataclass(frozen=True, slots=True)
class Survival(Viewed, Generic[T]):
    """The share that is still open by time since the start, from those that ended and those that have not yet.

    ``n`` is how many were followed, ``ended`` how many of them ended, ``longest`` how long the longest was followed.
    Where nothing was followed there are no steps and no answers. ``definition`` and ``options`` say what was followed,
    where that is a KPI.

    >>> found = kaplan_meier([1, 2, 3, 4, 10, 10], [True, True, True, True, False, False])
    >>> found.median, found.quantile(0.9) is None  # nobody knows when the last tenth will end
    (3.0, True)
    >>> print(found)
    median 3.0, 4 ended; n 6
    """

    steps: tuple[SurvivalStep[T], ...]
    n: int
    ended: int
    longest: T | None
    confidence: float
    band: SurvivalBand
    missing: Mapping[str, int]
    rejected: Mapping[str, int]
    rejections: tuple[Rejection, ...]
    definition: Definition | None = None
    options: Mapping[str, str] = field(default_factory=FrozenDict)

    @property
    def median(self) -> T | None:
        """When half have ended; ``None`` when that was not reached. Compared exactly: a half is a half."""
        return self.quantile(0.5)

    @property
    def median_ends(self) -> tuple[T | None, T | None]:
        """Between which times the true median lies; ``None`` for an end that was not reached.

        Source: Brookmeyer and Crowley, Biometrics 38, 1982: where the ends of the band cross a half.

        >>> kaplan_meier([1, 2, 3, 4, 10, 10], [True, True, True, True, False, False]).median_ends
        (1.0, None)
        """
        bands = [(step.after, step.interval) for step in self.steps if step.interval is not None]
        low = next((after for after, band in bands if band.low <= 0.5), None)
        high = next((after for after, band in bands if band.high <= 0.5), None)
        return low, high

    def quantile(self, q: float) -> T | None:
        """When the share ``q`` (between 0 and 1) has ended: the first time at which at most ``1 - q`` are open.

        ``None`` when that was not reached: too many had not ended when they were last seen.

        >>> kaplan_meier([1, 2, 3], [True, True, True]).quantile(0.9)
        3.0

        Raises:
            InvalidValueError: ``q`` not between 0 and 1.
        """
        target = 1 - _decimal(q)
        line = float(target)
        for i, step in enumerate(self.steps):
            # Floats decide where they can, whole numbers where the two are nearly the same.
            if step.open_share < line - _DOUBT or (step.open_share < line + _DOUBT and self._open(i) <= target):
                return step.after
        return None

    def open_share(self, after: T) -> float | None:
        """The share still open ``after`` so long, 0..1; ``None`` beyond the longest that was followed.

        >>> found = kaplan_meier([1, 2, 3, 4, 10, 10], [True, True, True, True, False, False])
        >>> found.open_share(0), found.open_share(3), found.open_share(11) is None
        (1.0, 0.5, True)
        """
        if self.longest is None:
            return None
        passed = [step.open_share for step in self.steps if step.after <= after]
        share = passed[-1] if passed else 1.0
        # Where the last one has ended nothing can be open later either; else nobody has seen so far.
        return share if after <= self.longest or not share else None

    def _open(self, i: int) -> Fraction:
        """The share open after step ``i``, without rounding."""
        lasted = Counter(step.at_risk - step.ended for step in self.steps[: i + 1])
        risked = Counter(step.at_risk for step in self.steps[: i + 1])
        # Most factors of one are factors of the other: between two steps only the unfinished leave.
        return Fraction(math.prod((lasted - risked).elements()), math.prod((risked - lasted).elements()))

    def __str__(self) -> str:
        found = "no value" if not self.n else "not reached" if self.median is None else str(self.median)
        return f"median {found}, {self.ended} ended; {told(self.n, self.missing, self.rejected)}"

    def explain(self) -> str:
        """The median, what it rests on, the options chosen and the definition.

        >>> print(kaplan_meier([1, 2], [True, False]).explain())
        median 1.0, 1 ended; n 2
        """
        return explained(str(self), self.options, self.rejections, self.definition)

    def _view(self) -> View:
        low, high = (short(end) if end is not None else "not reached" for end in self.median_ends)
        reached = [(f"{share:.0%}", found) for share in (0.25, 0.5, 0.75, 0.9) if (found := self.quantile(share))]
        points = tuple((as_number(step.after) or 0.0, step.open_share) for step in self.steps)
        return View(
            "Time to the end, with those still open",
            f"median {short(self.median)}" if self.median is not None else "median not reached",
            (
                ("median between", f"{low} and {high} ({self.confidence * 100:g}%, {self.band})"),
                ("ended", f"{self.ended} of {self.n}"),
                ("followed for", short(self.longest)),
                *counted_rows(self.n, self.missing, self.rejected, self.rejections),
                *chosen_row(self.options),
            ),
            Table(("ended", "after"), tuple((share, short(found)) for share, found in reached)) if reached else None,
            Stairs("share still open by time since the start", points, as_number(self.longest) or 0.0),
            about=self.definition._view().rows if self.definition else (),
        )


def kaplan_meier(
    took: Iterable[T | None],
    ended: Iterable[bool],
    *,
    confidence: float = CONFIDENCE,
    band: SurvivalBand | str = SurvivalBand.LOG_LOG,
) -> Survival[T]:
    """How long it takes, from what ended and what has not ended yet: each ``took`` so long, until its end or so far.

    Leaving out what is still open makes everything look quick: of 1, 2, 3, 4 and two open for 10 the median of the
    ended is 2.5, that of all 3. Whoever is open must be so by chance, not because they would take longer.

    >>> found = kaplan_meier([6, 6, 6, 6, 7, 9, 10], [True, True, True, False, True, False, True])
    >>> [(step.after, step.at_risk, round(step.open_share, 4)) for step in found.steps]
    [(6.0, 7, 0.5714), (7.0, 3, 0.381), (10.0, 1, 0.0)]
    >>> kaplan_meier([], []).median is None
    True

    Negative durations are rejected and counted; ``None`` among them is missing. What is open at the time of an end
    was still at risk then.

    Raises:
        InvalidValueError: a value that is NaN, not as many ``ended`` as ``took``, an ``ended`` that is no yes or no,
            a ``confidence`` not between 0 and 1, an unknown band.
    Source: Kaplan and Meier, JASA 53, 1958; M. Greenwood, 1926, for the variance.
    """
    sample, flags = Sample[T].of(took), tuple(ended)
    odd = [flag for flag in flags if flag not in (True, False)]
    if odd or len(flags) != len(sample.numbers):
        found = odd[0] if odd else f"{len(flags)} for {len(sample.numbers)}"
        raise InvalidValueError.of("ended", found, expected="a yes or no for each duration")
    followed = []
    rejections = []
    for number, flag in zip(sample.numbers, flags, strict=True):
        if number is not None and number < 0:
            rejections.append(Rejection(NegativeDurationError.code, "a duration below zero"))
        elif number is not None:
            followed.append((number, bool(flag)))
    return survival_of(
        sample, followed, confidence=confidence, band=band, missing=sample.missing, rejections=tuple(rejections)
    )


def survival_of(
    sample: Sample[T],
    followed: Iterable[tuple[float, bool]],
    *,
    confidence: float,
    band: SurvivalBand | str,
    missing: Mapping[str, int],
    rejections: tuple[Rejection, ...],
) -> Survival[T]:
    """The curve of durations that were read already, in the unit of ``sample``."""
    z, scale = normal_quantile(confidence), chosen(SurvivalBand, "band", band)
    durations = sorted(followed)
    steps = []
    variance = 0.0
    for after, at_risk, ends, share in _product_limit(durations):
        around = None
        if ends < at_risk:
            variance += ends / (at_risk * (at_risk - ends))
            low, high = _BANDS[scale](share, z * math.sqrt(variance))
            around = Interval(low, high, float(confidence), f"greenwood_{scale}", at_risk)
        steps.append(SurvivalStep(sample.back(after), at_risk, ends, share, around))
    return Survival(
        steps=tuple(steps),
        n=len(durations),
        ended=sum(flag for _, flag in durations),
        longest=sample.back(durations[-1][0]) if durations else None,
        confidence=float(confidence),
        band=scale,
        missing=missing,
        rejected=FrozenDict(sorted(Counter(each.code for each in rejections).items())),
        rejections=rejections,
    )


_DOUBT = 1e-9


def _product_limit(durations: list[tuple[float, bool]]) -> Iterator[tuple[float, int, int, float]]:
    """Each time at which something ended, how many were at risk, how many ended, and the share open after it."""
    at_risk = since = len(durations)
    before = 1.0
    leaving: dict[float, list[int]] = {}
    for took, flag in durations:
        leaving.setdefault(took, [0, 0])[flag] += 1
    for after, (unfinished, ends) in leaving.items():
        lasting = at_risk - ends
        if ends:
            # While nobody leaves unfinished, the product of all steps is one fraction: 3/6, not 5/6 * 4/5 * 3/4.
            yield after, at_risk, ends, before * (lasting / since)
        at_risk = lasting - unfinished
        if unfinished:
            before *= lasting / since
            since = at_risk


def _log_log(share: float, error: float) -> tuple[float, float]:
    spread = error / -math.log(share)
    return share ** math.exp(spread), share ** math.exp(-spread)


def _plain(share: float, error: float) -> tuple[float, float]:
    return max(0.0, share * (1 - error)), min(1.0, share * (1 + error))


_BANDS = {SurvivalBand.LOG_LOG: _log_log, SurvivalBand.PLAIN: _plain}


def _decimal(q: float) -> Fraction:
    """``q`` as it is written: 0.9 is nine tenths, which no float is."""
    found = as_written(q)
    if found is None or not 0 < found < 1:
        raise InvalidValueError.of("q", q, expected="between 0 and 1", hint="0.9 is the 90th percentile")
    return found
