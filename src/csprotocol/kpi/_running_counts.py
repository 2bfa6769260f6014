"""Counts, rates and net promoter scores of a stream."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, ClassVar, Self

from csprotocol.errors import InvalidValueError, OutOfScaleError
from csprotocol.kpi._accumulator import Accumulator, counter_of, field_of, gaps_of, written
from csprotocol.kpi._choice import whole
from csprotocol.kpi._interval import CONFIDENCE, Interval, rate_interval, rate_rows
from csprotocol.kpi._nps import NetPromoterScore
from csprotocol.kpi._population import MissingReason
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._survey import OutOfScale
from csprotocol.kpi._view import View, counted_rows

__all__ = ["Count", "NpsCount", "RateCount"]

_NO_VALUE = str(MissingReason.NO_VALUE)


class Count(Accumulator):
    """How many there were (``n``), and how many were ``None`` (``missing``).

    >>> tickets = Count.of(["1", "2", None])
    >>> tickets.n, tickets.missing
    (2, {'no-value': 1})
    """

    __slots__ = ("_gaps", "n")
    kind: ClassVar[str] = "count"

    def __init__(self) -> None:
        self.n = 0
        self._gaps = 0

    @classmethod
    def of(cls, values: Iterable[object]) -> Self:
        """The count of ``values``."""
        made = cls()
        for value in values:
            made.update(value)
        return made

    def update(self, value: object) -> None:
        """Counts one more."""
        if value is None:
            self._gaps += 1
        else:
            self.n += 1

    @property
    def missing(self) -> Mapping[str, int]:
        """How many were ``None``, under ``no-value``."""
        return written({_NO_VALUE: self._gaps})

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        made = type(self)()
        made.n, made._gaps = self.n + other.n, self._gaps + other._gaps
        return made

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "n": self.n, "missing": dict(self.missing)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        made = cls()
        made.n = whole("count.n", field_of(document, cls.kind, "n"))
        made._gaps = gaps_of("count.missing", field_of(document, cls.kind, "missing"), _NO_VALUE)
        return made

    def _view(self) -> View:
        return View("Count", str(self.n), counted_rows(self.n, self.missing, {}))


class RateCount(Accumulator):
    """How many of how many: each is a yes, a no, or ``None`` for one of which nobody knows.

    >>> solved = RateCount.of([True, True, False, None])
    >>> solved.ratio, solved.value, solved.n, solved.missing
    (Ratio(numerator=2, denominator=3), 0.6666666666666666, 3, {'no-value': 1})
    >>> RateCount().value is None
    True
    """

    __slots__ = ("_denominator", "_missing", "_numerator", "_rejected")
    kind: ClassVar[str] = "rate"

    def __init__(self) -> None:
        # Parts and wholes may be no whole numbers: rates of amounts pool as counts do.
        self._numerator: int | Fraction = 0
        self._denominator: int | Fraction = 0
        self._missing: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()

    @classmethod
    def of(cls, answers: Iterable[bool | None]) -> Self:
        """The rate of the yes among ``answers``."""
        made = cls()
        for answer in answers:
            made.update(answer)
        return made

    def update(self, answer: bool | None) -> None:  # noqa: FBT001  # the answer is what is counted, not a flag
        """Counts one more.

        Raises:
            InvalidValueError: neither yes, no nor ``None``.
        """
        if answer is None:
            self._missing[_NO_VALUE] += 1
        elif isinstance(answer, bool):
            self._denominator += 1
            self._numerator += answer
        else:
            raise InvalidValueError.of("answer", answer, expected="True, False or None")

    def pool(self, ratio: Ratio, *, missing: Mapping[str, int], rejected: Mapping[str, int]) -> None:
        """Takes in a rate that was counted elsewhere, with what was left out of it."""
        self._numerator += ratio.numerator
        self._denominator += ratio.denominator
        self._missing.update(missing)
        self._rejected.update(rejected)

    @property
    def ratio(self) -> Ratio:
        """The rate so far, 0/0 at first."""
        return Ratio(self._numerator, self._denominator)

    @property
    def value(self) -> float | None:
        """The rate as a float; ``None`` when nothing was counted."""
        return self.ratio.value

    @property
    def n(self) -> int:
        """How many it rests on."""
        return int(self._denominator)

    @property
    def missing(self) -> Mapping[str, int]:
        """How many gave no answer, by reason."""
        return written(self._missing)

    @property
    def rejected(self) -> Mapping[str, int]:
        """How many could not be, by code."""
        return written(self._rejected)

    def interval(self, *, confidence: float = CONFIDENCE) -> Interval[float] | None:
        """Between which shares the true one lies, by Wilson; ``None`` when nothing was counted.

        >>> print(RateCount.of([True] * 81 + [False] * 182).interval())
        0.2553 to 0.3662 (95%, wilson, n 263)
        """
        return rate_interval(self.ratio, confidence=confidence)

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        made = type(self)()
        for each in (self, other):
            made.pool(each.ratio, missing=each._missing, rejected=each._rejected)
        return made

    def to_dict(self) -> dict[str, Any]:
        ratio = self.ratio
        return {
            "kind": self.kind,
            "numerator": _number(ratio.numerator),
            "denominator": _number(ratio.denominator),
            "missing": dict(self.missing),
            "rejected": dict(self.rejected),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        parts = (field_of(document, cls.kind, name) for name in ("numerator", "denominator"))
        made = cls()
        made.pool(
            Ratio(*map(_read, parts)),
            missing=counter_of("rate.missing", field_of(document, cls.kind, "missing")),
            rejected=counter_of("rate.rejected", field_of(document, cls.kind, "rejected")),
        )
        return made

    def _view(self) -> View:
        rows = (*rate_rows(self.ratio), *counted_rows(self.n, self.missing, self.rejected))
        return View("Rate so far", str(self.ratio), rows)


class NpsCount(Accumulator):
    """Promoters, passives and detractors of a stream of ratings from 0 to 10; ``score`` is what they make.

    >>> NpsCount.of([10, 9, 8, 3, None]).score
    NetPromoterScore(promoters=2, passives=1, detractors=1, unanswered=1, rejected=0)
    """

    __slots__ = ("score",)
    kind: ClassVar[str] = "nps"

    def __init__(self) -> None:
        self.score = NetPromoterScore(0, 0, 0)

    @classmethod
    def of(cls, ratings: Iterable[int | float | None], *, out_of_scale: OutOfScale | str = OutOfScale.RAISE) -> Self:
        """The score of ``ratings``."""
        made = cls()
        made.score = NetPromoterScore.from_ratings(ratings, out_of_scale=out_of_scale)
        return made

    def update(self, rating: float | None, *, out_of_scale: OutOfScale | str = OutOfScale.RAISE) -> None:
        """Counts one more rating; ``None`` is a survey without an answer.

        Raises:
            OutOfScaleError: no whole number from 0 to 10, unless ``out_of_scale="reject"``.
        """
        self.score += NetPromoterScore.from_ratings([rating], out_of_scale=out_of_scale)

    @property
    def value(self) -> float | None:
        """Points from -100 to 100; ``None`` when nobody answered."""
        return self.score.value

    @property
    def n(self) -> int:
        """How many answered."""
        return self.score.n

    @property
    def missing(self) -> Mapping[str, int]:
        """How many did not answer, under ``no-answer``."""
        return written({str(MissingReason.NO_ANSWER): self.score.unanswered})

    @property
    def rejected(self) -> Mapping[str, int]:
        """How many ratings the scale does not have, under ``out-of-scale``."""
        return written({OutOfScaleError.code: self.score.rejected})

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        made = type(self)()
        made.score = self.score + other.score
        return made

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind} | {group: getattr(self.score, group) for group in _GROUPS}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        made = cls()
        made.score = NetPromoterScore(*(field_of(document, cls.kind, group) for group in _GROUPS))
        return made

    def _view(self) -> View:
        return self.score._view()


_GROUPS = ("promoters", "passives", "detractors", "unanswered", "rejected")


# Digits only: a short text with an exponent is a number that takes for ever.
_FRACTION = re.compile(r"[0-9]+(/[0-9]+)?", re.ASCII)


def _number(exact: int | Fraction) -> int | str:
    return exact if isinstance(exact, int) else str(exact)


def _read(number: object) -> int | Fraction:
    if isinstance(number, str) and _FRACTION.fullmatch(number):
        try:
            return Fraction(number)
        except (ValueError, ZeroDivisionError):
            raise InvalidValueError.of("rate", number, expected="a whole number, or a fraction as 1/3") from None
    if isinstance(number, int) and not isinstance(number, bool):
        return number
    raise InvalidValueError.of("rate", number, expected="a whole number, or a fraction as 1/3")
