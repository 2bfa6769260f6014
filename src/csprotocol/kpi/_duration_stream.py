"""Mean and quantiles of a stream of durations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any, ClassVar, Self

from csprotocol.errors import InvalidValueError, NegativeDurationError
from csprotocol.kpi._accumulator import Accumulator, counter_of, field_of, written
from csprotocol.kpi._choice import spent
from csprotocol.kpi._log_histogram import RELATIVE_ERROR, LogHistogram
from csprotocol.kpi._population import MissingReason
from csprotocol.kpi._view import View, counted_rows, short

__all__ = ["DurationStream"]

_MICROSECOND = timedelta(microseconds=1)


class DurationStream(Accumulator):
    """How long things took: the mean to the microsecond, every quantile to 1 % of itself, in constant memory.

    Negative durations are rejected and counted, ``None`` is missing.

    >>> replies = DurationStream.of(timedelta(minutes=each) for each in (12, 15, 9, 31, 22))
    >>> str(replies.mean), abs(replies.median - timedelta(minutes=15)) < timedelta(seconds=9)
    ('0:17:48', True)
    >>> DurationStream().mean is None
    True
    """

    __slots__ = ("_microseconds", "_missing", "_rejected", "histogram")
    kind: ClassVar[str] = "durations"

    def __init__(self, *, relative_error: float = RELATIVE_ERROR) -> None:
        self._microseconds = 0
        self._missing: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()
        # In seconds, so that its buckets are those of everybody who measures in seconds.
        self.histogram = LogHistogram(relative_error=relative_error)

    @classmethod
    def of(cls, durations: Iterable[timedelta | None], *, relative_error: float = RELATIVE_ERROR) -> Self:
        """The stream of ``durations``."""
        made = cls(relative_error=relative_error)
        for took in durations:
            made.update(took)
        return made

    def update(self, took: timedelta | None) -> None:
        """Takes one more.

        Raises:
            InvalidValueError: no duration.
        """
        if took is None:
            self._missing[str(MissingReason.NO_VALUE)] += 1
        elif spent("took", took) < timedelta(0):
            self._rejected[NegativeDurationError.code] += 1
        else:
            self._microseconds += took // _MICROSECOND
            self.histogram.update(took.total_seconds())

    def leave_out(self, *, missing: Mapping[str, int], rejected: Mapping[str, int]) -> None:
        """Counts what was looked at elsewhere and gave no duration."""
        self._missing.update(missing)
        self._rejected.update(rejected)

    @property
    def n(self) -> int:
        """How many durations there were."""
        return self.histogram.n

    @property
    def mean(self) -> timedelta | None:
        """The arithmetic mean, exact to the microsecond (half to even); ``None`` of nothing."""
        return timedelta(microseconds=round(Fraction(self._microseconds, self.n))) if self.n else None

    @property
    def median(self) -> timedelta | None:
        """About the middle duration."""
        return self.quantile(0.5)

    @property
    def p90(self) -> timedelta | None:
        """About the duration that nine of ten do not exceed."""
        return self.quantile(0.9)

    def quantile(self, q: float) -> timedelta | None:
        """About the duration below which the share ``q`` (0..1) lies; see :meth:`LogHistogram.quantile`."""
        found = self.histogram.quantile(q)
        return None if found is None else timedelta(seconds=found)

    @property
    def missing(self) -> Mapping[str, int]:
        """How many gave none, by reason."""
        return written(self._missing)

    @property
    def rejected(self) -> Mapping[str, int]:
        """How many could not be, by code."""
        return written(self._rejected)

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        made = type(self)(relative_error=self.histogram.relative_error)
        made.histogram = self.histogram + other.histogram
        made._microseconds = self._microseconds + other._microseconds
        made._missing = self._missing + other._missing
        made._rejected = self._rejected + other._rejected
        return made

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "microseconds": self._microseconds,
            "histogram_of_seconds": self.histogram.to_dict(),
            "missing": dict(self.missing),
            "rejected": dict(self.rejected),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        made = cls()
        made.histogram = LogHistogram.from_dict(field_of(document, cls.kind, "histogram_of_seconds"))
        total = field_of(document, cls.kind, "microseconds")
        if type(total) is not int or total < 0:
            raise InvalidValueError.of("durations.microseconds", total, expected="a whole number, zero or more")
        made._microseconds = total
        if not made._is_possible():
            raise InvalidValueError.of("durations.microseconds", total, expected="a sum of durations as they are told")
        made._missing = counter_of("durations.missing", field_of(document, cls.kind, "missing"))
        made._rejected = counter_of("durations.rejected", field_of(document, cls.kind, "rejected"))
        return made

    def _is_possible(self) -> bool:
        """Whether the mean lies between the least and the greatest, to the microsecond."""
        least, greatest, n = self.histogram.least, self.histogram.greatest, self.n
        if least is None or greatest is None:
            return self._microseconds == 0
        bounds = (Fraction(end) * 1_000_000 * n for end in (least, greatest))
        low, high = bounds
        return greatest <= timedelta.max.total_seconds() and low - n <= self._microseconds <= high + n

    def _view(self) -> View:
        rows = (("mean", short(self.mean)), ("p90", f"about {short(self.p90)}")) if self.n else ()
        return View(
            "Durations so far",
            f"median about {short(self.median)}" if self.n else "no value",
            (*rows, *counted_rows(self.n, self.missing, self.rejected)),
        )
