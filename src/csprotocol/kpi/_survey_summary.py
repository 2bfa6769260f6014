"""What a survey answers: a share or a mean, and how many took part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from csprotocol.kpi._definitions import Definition
from csprotocol.kpi._interval import CONFIDENCE, Interval, rate_interval, rate_rows, score_interval
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._population import MissingReason, told
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._view import Row, View, chosen_row, counted_rows, interval_text
from csprotocol.model import FrozenDict, Rejection

__all__ = ["Scale", "SurveyBalance", "SurveyMean", "SurveyShare"]

Scale: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SurveyShare(Viewed):
    """The share of answers that satisfy, with the response rate. ``value`` is ``None`` when nobody answered.

    >>> from csprotocol.kpi import csat
    >>> answers = csat([5, None, None, None])
    >>> answers.value, answers.n, answers.response_rate.value
    (1.0, 1, 0.25)
    """

    definition: Definition
    options: Mapping[str, str]
    ratio: Ratio
    asked: int
    rejected: Mapping[str, int]
    rejections: tuple[Rejection, ...]

    @property
    def value(self) -> float | None:
        """Satisfied answers / answers, 0..1."""
        return self.ratio.value

    @property
    def n(self) -> int:
        """How many answered, on the scale."""
        return int(self.ratio.denominator)

    @property
    def missing(self) -> Mapping[str, int]:
        """How many were asked and did not answer, under ``no-answer``."""
        return _unanswered(self.asked, self.n)

    @property
    def response_rate(self) -> Ratio:
        """Answers / surveys sent; rejected answers are in neither."""
        return Ratio(self.n, self.asked)

    def interval(self, *, confidence: float = CONFIDENCE) -> Interval[float] | None:
        """Between which shares the true one lies, by Wilson; ``None`` when nobody answered.

        It is about chance only: who does not answer a survey may differ from who does.

        >>> from csprotocol.kpi import csat
        >>> print(csat([5, 5, 4, 3, 1]).interval())
        0.2307 to 0.8824 (95%, wilson, n 5)
        """
        return rate_interval(self.ratio, confidence=confidence)

    def __str__(self) -> str:
        return f"{self.definition.name}: {self.ratio}; {told(self.n, self.missing, self.rejected)}"

    def explain(self) -> str:
        """The number, what it rests on, the options chosen and the definition."""
        return _explained(self)

    def _view(self) -> View:
        return _viewed(self, str(self.ratio), rate_rows(self.ratio))


@dataclass(frozen=True, slots=True)
class SurveyMean(Viewed):
    """The mean of the answers on their scale, exact until it is read. ``value`` is ``None`` when nobody answered.

    >>> from csprotocol.kpi import csat_mean
    >>> ratings = csat_mean([5, 5, 4, 3, 1])
    >>> ratings.value, ratings.rescaled
    (3.6, 65.0)
    """

    definition: Definition
    options: Mapping[str, str]
    total: Fraction
    n: int
    scale: Scale
    asked: int
    rejected: Mapping[str, int]
    rejections: tuple[Rejection, ...]

    @property
    def value(self) -> float | None:
        """The mean, between the ends of the scale."""
        return float(self.total / self.n) if self.n else None

    @property
    def rescaled(self) -> float | None:
        """The mean as 0 (everybody at the low end) to 100 (everybody at the high end)."""
        low, high = self.scale
        return float((self.total / self.n - low) / (high - low) * 100) if self.n else None

    @property
    def missing(self) -> Mapping[str, int]:
        """How many were asked and did not answer, under ``no-answer``."""
        return _unanswered(self.asked, self.n)

    @property
    def response_rate(self) -> Ratio:
        """Answers / surveys sent; rejected answers are in neither."""
        return Ratio(self.n, self.asked)

    def __str__(self) -> str:
        low, high = self.scale
        shown = "no value" if self.value is None else f"{self.value:.2f} on {low} to {high}"
        return f"{self.definition.name}: {shown}; {told(self.n, self.missing, self.rejected)}"

    def explain(self) -> str:
        """The number, what it rests on, the options chosen and the definition."""
        return _explained(self)

    def _view(self) -> View:
        if self.value is None or self.rescaled is None:
            return _viewed(self, "no value", ())
        low, high = self.scale
        return _viewed(self, f"{self.value:.2f} on {low} to {high}", (("as 0 to 100", f"{self.rescaled:.1f}"),))


@dataclass(frozen=True, slots=True)
class SurveyBalance(Viewed):
    """Satisfied minus dissatisfied per answer, in points from -100 to 100. ``value`` is ``None`` when nobody answered.

    >>> from csprotocol.kpi import csat_balance
    >>> answers = csat_balance([5, 4, 3, 1, None])
    >>> answers.value, answers.satisfied, answers.neutral, answers.dissatisfied, answers.missing
    (25.0, 2, 1, 1, {'no-answer': 1})
    """

    definition: Definition
    options: Mapping[str, str]
    satisfied: int
    neutral: int
    dissatisfied: int
    asked: int
    rejected: Mapping[str, int]
    rejections: tuple[Rejection, ...]

    @property
    def value(self) -> float | None:
        """Points from -100 to 100."""
        return float(Fraction(100 * (self.satisfied - self.dissatisfied), self.n)) if self.n else None

    @property
    def n(self) -> int:
        """How many answered, on the scale."""
        return self.satisfied + self.neutral + self.dissatisfied

    @property
    def missing(self) -> Mapping[str, int]:
        """How many were asked and did not answer, under ``no-answer``."""
        return _unanswered(self.asked, self.n)

    @property
    def response_rate(self) -> Ratio:
        """Answers / surveys sent; rejected answers are in neither."""
        return Ratio(self.n, self.asked)

    def interval(self, *, confidence: float = CONFIDENCE) -> Interval[float] | None:
        """Between which points (-100..100) the true balance lies, as a net promoter score has it.

        ``None`` when nobody answered.

        >>> from csprotocol.kpi import csat_balance
        >>> print(csat_balance([5, 5, 4, 3, 1]).interval())
        -29.7827 to 79.7827 (95%, adjusted_wald, n 5)

        Raises:
            InvalidValueError: a ``confidence`` not between 0 and 1.
        """
        return score_interval(self.satisfied, self.neutral, self.dissatisfied, confidence=confidence)

    def __str__(self) -> str:
        shown = "no value" if self.value is None else f"{self.value:.1f} points"
        return f"{self.definition.name}: {shown}; {told(self.n, self.missing, self.rejected)}"

    def explain(self) -> str:
        """The number, what it rests on, the options chosen and the definition."""
        return _explained(self)

    def _view(self) -> View:
        around = self.interval()
        if self.value is None or around is None:
            return _viewed(self, "no value", ())
        told = interval_text(around.low, around.high, around.confidence, around.method)
        counts = f"{self.satisfied} satisfied, {self.neutral} neutral, {self.dissatisfied} dissatisfied"
        return _viewed(self, f"{self.value:.1f} points", (("interval", told), ("answers", counts)))


def _unanswered(asked: int, answered: int) -> Mapping[str, int]:
    return FrozenDict({str(MissingReason.NO_ANSWER): asked - answered} if asked > answered else {})


def _viewed(summary: SurveyShare | SurveyMean | SurveyBalance, headline: str, rows: tuple[Row, ...]) -> View:
    """What all surveys have to show after their own rows."""
    shared = (
        ("response rate", str(summary.response_rate)),
        *counted_rows(summary.n, summary.missing, summary.rejected, summary.rejections),
        *chosen_row(summary.options),
    )
    return View(summary.definition.name, headline, (*rows, *shared), about=summary.definition._view().rows)


def _explained(summary: SurveyShare | SurveyMean | SurveyBalance) -> str:
    written = ", ".join(f"{name} {value}" for name, value in summary.options.items())
    return "\n".join(
        [
            str(summary),
            f"  response rate: {summary.response_rate}",
            f"  chosen: {written}",
            *(f"  rejected: {rejection}" for rejection in summary.rejections),
            summary.definition.explain(),
        ]
    )
