"""What a number of the report rests on: counts and durations that add up, from one part of the tickets to all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from csprotocol.kpi import Definition, DurationStream, NetPromoterScore, Ratio
from csprotocol.model import FrozenDict

__all__ = ["Durations", "Evidence", "Heading", "Mean", "Points", "Reasons", "Share", "added", "summed"]

Reasons: TypeAlias = Mapping[str, int]


class Heading(NamedTuple):
    """What is the same in every group: the KPI, its variant and options, and the vendor whose options they are."""

    definition: Definition
    variant: str
    options: Mapping[str, str]
    vendor: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What identifies a measure inside a group."""
        return self.definition.id, self.variant


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many. ``asked`` counts the surveys sent, where somebody knows."""

    heading: Heading
    ratio: Ratio
    missing: Reasons
    rejected: Reasons
    asked: int | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """A net promoter score, or another balance of those above and those below."""

    heading: Heading
    score: NetPromoterScore
    missing: Reasons
    rejected: Reasons
    asked: int | None = None


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of ``n`` ratings."""

    heading: Heading
    total: Fraction
    n: int
    missing: Reasons
    rejected: Reasons
    asked: int | None = None


@dataclass(frozen=True, slots=True)
class Durations:
    """How long things took: each single one, or their histogram and exact sum."""

    heading: Heading
    took: tuple[timedelta, ...] | DurationStream
    missing: Reasons
    rejected: Reasons

    @property
    def n(self) -> int:
        """How many there are."""
        return self.took.n if isinstance(self.took, DurationStream) else len(self.took)


Evidence: TypeAlias = Share | Points | Mean | Durations


def added(a: Evidence, b: Evidence) -> Evidence:
    """The evidence of two parts of the tickets that have none in common.

    >>> from csprotocol.kpi import definition
    >>> heading = Heading(definition("fcr"), "", FrozenDict())
    >>> parts = [Share(heading, Ratio(1, 2), {"spam": 1}, {}), Share(heading, Ratio(2, 2), {"spam": 2, "open": 1}, {})]
    >>> whole = added(*parts)
    >>> str(whole.ratio), whole.missing
    ('3/4 (75.0%)', {'open': 1, 'spam': 3})
    """
    missing, rejected = summed(a.missing, b.missing), summed(a.rejected, b.rejected)
    if isinstance(a, Share) and isinstance(b, Share):
        return replace(a, ratio=a.ratio + b.ratio, asked=_both(a.asked, b.asked), missing=missing, rejected=rejected)
    if isinstance(a, Points) and isinstance(b, Points):
        asked = _both(a.asked, b.asked)
        return replace(a, score=a.score + b.score, asked=asked, missing=missing, rejected=rejected)
    if isinstance(a, Mean) and isinstance(b, Mean):
        asked = _both(a.asked, b.asked)
        return replace(a, total=a.total + b.total, n=a.n + b.n, asked=asked, missing=missing, rejected=rejected)
    if isinstance(a, Durations) and isinstance(b, Durations):
        if isinstance(a.took, DurationStream) and isinstance(b.took, DurationStream):
            return replace(a, took=a.took + b.took, missing=missing, rejected=rejected)
        if isinstance(a.took, tuple) and isinstance(b.took, tuple):
            return replace(a, took=a.took + b.took, missing=missing, rejected=rejected)
    raise TypeError(f"{type(a).__name__} and {type(b).__name__} do not add up")


def _both(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def summed(*reasons: Reasons) -> Reasons:
    """Reasons with their counts together, by name."""
    total: Counter[str] = Counter()
    for each in reasons:
        total.update(each)
    return FrozenDict(sorted((reason, count) for reason, count in total.items() if count))
