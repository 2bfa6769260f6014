"""Would they recommend the shop?"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from csprotocol.errors import InvalidValueError, OutOfScaleError
from csprotocol.kpi._choice import chosen, exact_number, whole
from csprotocol.kpi._definitions import Definition, definition
from csprotocol.kpi._interval import CONFIDENCE, Interval, score_interval
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._population import MissingReason
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._survey import OutOfScale
from csprotocol.kpi._view import Row, View, counted_rows, interval_text

__all__ = ["NetPromoterScore", "Rounding", "nps", "round_points"]


class Rounding(StrEnum):
    """Where a half goes: to the even neighbour, up, or away from zero.

    >>> [round_points(-0.5, how=how) for how in Rounding]
    [0, 0, -1]
    """

    HALF_EVEN = "half_even"
    HALF_UP = "half_up"
    HALF_UP_AWAY = "half_up_away"


@dataclass(frozen=True, slots=True)
class NetPromoterScore(Viewed):
    """Promoters minus detractors per answer, in points from -100 to 100. Adding pools the answers.

    ``unanswered`` and ``rejected`` count surveys that gave no usable rating; they do not touch the value.

    >>> score = NetPromoterScore(promoters=60, passives=25, detractors=15)
    >>> score.value, round(score.standard_error, 6), score.n
    (45.0, 7.399324, 100)
    >>> print(score + NetPromoterScore(0, 0, 20))
    Net promoter score: 20.8 points; n 120

    Raises:
        InvalidValueError: a count that is negative or no whole number.
    """

    promoters: int
    passives: int
    detractors: int
    unanswered: int = 0
    rejected: int = 0

    def __post_init__(self) -> None:
        for field in ("promoters", "passives", "detractors", "unanswered", "rejected"):
            whole(f"NetPromoterScore.{field}", getattr(self, field))

    @classmethod
    def from_ratings(
        cls, ratings: Iterable[int | float | None], *, out_of_scale: OutOfScale | str = OutOfScale.RAISE
    ) -> NetPromoterScore:
        """The score of ``ratings`` from 0 to 10, whole numbers; ``None`` is a survey without an answer.

        >>> NetPromoterScore.from_ratings([10, 9, 7, 3, None])
        NetPromoterScore(promoters=2, passives=1, detractors=1, unanswered=1, rejected=0)

        Raises:
            OutOfScaleError: another rating, unless ``out_of_scale="reject"``.
        """
        handling = chosen(OutOfScale, "out_of_scale", out_of_scale)
        promoters = passives = detractors = unanswered = rejected = 0
        for rating in ratings:
            if rating is None:
                unanswered += 1
            elif (points := exact_number(rating)) is None or not 0 <= points <= 10 or points.denominator != 1:
                if handling is OutOfScale.RAISE:
                    raise OutOfScaleError.of_rating("nps", rating, "a whole number from 0 to 10")
                rejected += 1
            elif points >= 9:
                promoters += 1
            elif points >= 7:
                passives += 1
            else:
                detractors += 1
        return cls(promoters, passives, detractors, unanswered, rejected)

    @property
    def definition(self) -> Definition:
        """What the score means and where it comes from."""
        return definition("nps")

    @property
    def n(self) -> int:
        """How many answered, on the scale."""
        return self.promoters + self.passives + self.detractors

    @property
    def exact(self) -> Fraction | None:
        """The points without rounding; ``None`` when nobody answered."""
        return Fraction(100 * (self.promoters - self.detractors), self.n) if self.n else None

    @property
    def value(self) -> float | None:
        """Points from -100 to 100; ``None`` when nobody answered."""
        return None if self.exact is None else float(self.exact)

    @property
    def standard_error(self) -> float | None:
        """Standard error of the value, in points; ``None`` when nobody answered.

        ``100 * sqrt((p + d - (p - d)**2) / n)`` with the shares p and d. It is 0 for a unanimous sample, however
        small: that is no certainty.

        >>> round(NetPromoterScore(162, 108, 54).standard_error, 2)  # p = 1/2, d = 1/6, n = 324
        4.14
        """
        if not self.n:
            return None
        promoting, detracting = Fraction(self.promoters, self.n), Fraction(self.detractors, self.n)
        return 100 * math.sqrt((promoting + detracting - (promoting - detracting) ** 2) / self.n)

    def interval(self, *, confidence: float = CONFIDENCE) -> Interval[float] | None:
        """Between which points (-100..100) the true score lies; ``None`` when nobody answered.

        Adjusted Wald: with three answers more, 3/4 of one promoting and 3/4 detracting, then cut off at the ends.
        The centre is therefore not the value; of very few answers not even the value need lie inside.

        >>> print(NetPromoterScore(162, 108, 54).interval())
        24.9453 to 41.1098 (95%, adjusted_wald, n 324)
        >>> NetPromoterScore(10, 0, 0).interval().high  # 106.3 without the end of the scale
        100.0

        Raises:
            InvalidValueError: a ``confidence`` not between 0 and 1.
        Source: B. Rocks, The American Statistician 70(4), 2016, as measuringu.com/nps-three-confidence-intervals
        (Lewis and Sauro, 2021) gives it.
        """
        return score_interval(self.promoters, self.passives, self.detractors, confidence=confidence)

    @property
    def response_rate(self) -> Ratio:
        """Answers / surveys sent; rejected answers are in neither."""
        return Ratio(self.n, self.n + self.unanswered)

    def rounded(self, how: Rounding | str = Rounding.HALF_EVEN) -> int | None:
        """The value in whole points, for a page; sums and comparisons want the exact one.

        >>> NetPromoterScore(1, 0, 7).rounded()
        -75
        """
        return None if self.exact is None else round_points(self.exact, how=how)

    def __add__(self, other: NetPromoterScore) -> NetPromoterScore:
        if not isinstance(other, NetPromoterScore):
            return NotImplemented
        return NetPromoterScore(
            self.promoters + other.promoters,
            self.passives + other.passives,
            self.detractors + other.detractors,
            self.unanswered + other.unanswered,
            self.rejected + other.rejected,
        )

    def __str__(self) -> str:
        parts = ["no value" if self.value is None else f"{self.value:.1f} points", f"n {self.n}"]
        if self.unanswered:
            parts.append(f"missing {self.unanswered} (no-answer {self.unanswered})")
        if self.rejected:
            parts.append(f"rejected {self.rejected} (out-of-scale {self.rejected})")
        return f"{self.definition.name}: {'; '.join(parts)}"

    def explain(self) -> str:
        """The score, its groups and its definition."""
        groups = f"  {self.promoters} promoters, {self.passives} passives, {self.detractors} detractors"
        return "\n".join([str(self), groups, self.definition.explain()])

    def _view(self) -> View:
        around = self.interval()
        rows: list[Row] = []
        if around is not None:
            rows.append(("interval", interval_text(around.low, around.high, around.confidence, around.method)))
        counts = f"{self.promoters} promoters, {self.passives} passives, {self.detractors} detractors"
        missing = {str(MissingReason.NO_ANSWER): self.unanswered} if self.unanswered else {}
        rejected = {OutOfScaleError.code: self.rejected} if self.rejected else {}
        return View(
            self.definition.name,
            "no value" if self.value is None else f"{self.value:.1f} points",
            (*rows, ("answers", counts), *counted_rows(self.n, missing, rejected)),
            about=self.definition._view().rows,
        )


def nps(
    ratings: Iterable[int | float | None], *, out_of_scale: OutOfScale | str = OutOfScale.RAISE
) -> NetPromoterScore:
    """Net promoter score of ``ratings`` from 0 to 10: 9 and 10 promote, 7 and 8 are passive, the rest detracts.

    >>> nps([10, 9, 8, 3]).value
    25.0
    >>> nps([]).value is None
    True

    Raises:
        OutOfScaleError: a rating outside 0..10 or no whole number, unless ``out_of_scale="reject"``.
    Source: F. Reichheld, Harvard Business Review, December 2003.
    """
    return NetPromoterScore.from_ratings(ratings, out_of_scale=out_of_scale)


def round_points(points: float | Fraction, *, how: Rounding | str = Rounding.HALF_EVEN) -> int:
    """``points`` as a whole number, the half by ``how``. Round once, where a person reads it.

    >>> round_points(45.5), round_points(44.5), round_points(44.5, how="half_up")
    (46, 44, 45)

    Raises:
        InvalidValueError: NaN or infinity, an unknown rounding.
    """
    exact = exact_number(points)
    if exact is None:
        raise InvalidValueError.of("points", points, expected="a finite number")
    match chosen(Rounding, "how", how):
        case Rounding.HALF_EVEN:
            return round(exact)
        case Rounding.HALF_UP:
            return math.floor(exact + Fraction(1, 2))
        case Rounding.HALF_UP_AWAY:
            size = math.floor(abs(exact) + Fraction(1, 2))
            return size if exact >= 0 else -size
