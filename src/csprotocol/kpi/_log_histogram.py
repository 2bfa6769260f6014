"""Quantiles of a stream, each as near as 1 % of itself."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._accumulator import Accumulator, field_of, gaps_of, written
from csprotocol.kpi._choice import exact_number, finite, whole
from csprotocol.kpi._population import MissingReason
from csprotocol.kpi._view import Table, View, counted_rows, percent, short

__all__ = ["RELATIVE_ERROR", "LogHistogram"]

RELATIVE_ERROR = 0.01
"""How far a quantile of a histogram may be off, as a share of itself, where nothing else is asked."""

_NO_VALUE = str(MissingReason.NO_VALUE)
_NEGATIVE = "negative"


class LogHistogram(Accumulator):
    """Numbers from 0 on, counted in buckets each some 2 % wide, so that any quantile is known to 1 %.

    Quantiles do not add up, the counts of buckets do: the histogram of a day is the sum of those of its hours.
    Bucket ``i`` holds the numbers from ``gamma**i`` up to ``gamma**(i + 1)``, where ``gamma`` is
    ``(1 + relative_error) / (1 - relative_error)``; zeros are counted apart. From a microsecond to a century there
    are about 1,800 buckets, however long the stream. Negative numbers are rejected and counted.

    >>> minutes = LogHistogram.of([12, 15, 0, 31, 22, None])
    >>> minutes.n, round(minutes.quantile(0.5), 2), minutes.missing  # the median is 15
    (5, 15.03, {'no-value': 1})
    >>> LogHistogram().quantile(0.5) is None
    True

    Raises:
        InvalidValueError: a ``relative_error`` not between 0 and 1.
    Source: Masson, Rim and Lee, DDSketch, PVLDB 12(12), 2019.
    """

    __slots__ = ("_buckets", "_gaps", "_log_gamma", "_negative", "_zeros", "greatest", "least", "relative_error")
    kind: ClassVar[str] = "log_histogram"

    def __init__(self, *, relative_error: float = RELATIVE_ERROR) -> None:
        if exact_number(relative_error) is None or not 0 < relative_error < 1:
            raise InvalidValueError.of("relative_error", relative_error, expected="between 0 and 1", hint="0.01 for 1%")
        self.relative_error = float(relative_error)
        self.least: float | None = None
        self.greatest: float | None = None
        self._log_gamma = math.log1p(self.relative_error) - math.log1p(-self.relative_error)
        self._buckets: Counter[int] = Counter()
        self._zeros = self._gaps = self._negative = 0

    @classmethod
    def of(cls, values: Iterable[float | None], *, relative_error: float = RELATIVE_ERROR) -> Self:
        """The histogram of ``values``."""
        made = cls(relative_error=relative_error)
        for value in values:
            made.update(value)
        return made

    def update(self, value: float | None, count: int = 1) -> None:
        """Takes one more number, or ``count`` times the same; ``None`` is one that is missing.

        Raises:
            InvalidValueError: NaN, infinity, no number; a ``count`` that is none.
        """
        if value is None:
            self._gaps += whole("count", count)
            return
        value = finite(value)
        if type(count) is not int or count < 1:
            whole("count", count)
            if not count:
                return
        if value < 0:
            self._negative += count
            return
        if value:
            self._buckets[self._bucket(value)] += count
        else:
            self._zeros += count
        if self.least is None or value < self.least:
            self.least = value
        if self.greatest is None or value > self.greatest:
            self.greatest = value

    @property
    def n(self) -> int:
        """How many numbers it holds."""
        return self._zeros + self._buckets.total()

    @property
    def buckets(self) -> Mapping[int, int]:
        """How many numbers lie in each bucket that is not empty, in order; zeros lie in none."""
        return {bucket: self._buckets[bucket] for bucket in sorted(self._buckets)}

    @property
    def missing(self) -> Mapping[str, int]:
        """How many were ``None``, under ``no-value``."""
        return written({_NO_VALUE: self._gaps})

    @property
    def rejected(self) -> Mapping[str, int]:
        """How many were below zero, under ``negative``."""
        return written({_NEGATIVE: self._negative})

    def quantile(self, q: float) -> float | None:
        """The value below which the share ``q`` (0..1) lies, off by at most ``relative_error`` of itself.

        It stands for the ``linear`` percentile: both neighbours are known to that error, and so is what lies between
        them. The ends are exact. ``None`` of nothing.

        >>> durations = LogHistogram.of(range(1, 1001))
        >>> exact = 900.1
        >>> abs(durations.quantile(0.9) - exact) / exact < 0.01
        True

        Raises:
            InvalidValueError: ``q`` outside 0..1.
        """
        if exact_number(q) is None or not 0 <= q <= 1:
            raise InvalidValueError.of("q", q, expected="a share from 0 to 1", hint="0.9 is the 90th percentile")
        n = self.n
        if not n:
            return None
        rank = (n - 1) * float(q)
        below = min(math.floor(rank), n - 1)
        low, high = self._at(below), self._at(min(below + 1, n - 1))
        return low + (high - low) * (rank - below)

    def _at(self, rank: int) -> float:
        """About the value of a rank, counted from 0."""
        least, greatest = self.least or 0.0, self.greatest or 0.0
        if rank == 0:
            return least
        if rank == self.n - 1:
            return greatest
        passed = self._zeros
        if rank < passed:
            return 0.0
        for bucket, count in self.buckets.items():
            passed += count
            if rank < passed:
                return min(max(self._middle(bucket), least), greatest)
        return greatest

    def _middle(self, bucket: int) -> float:
        """As far from the lower end of the bucket as from the upper one, measured by the number itself."""
        # gamma**bucket * 2 * gamma / (gamma + 1), of which the last part is 1 + relative_error.
        log = bucket * self._log_gamma + math.log1p(self.relative_error)
        return _LARGEST if log > _LARGEST_LOG else math.exp(log)

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        if self.relative_error != other.relative_error:
            raise InvalidValueError.of(
                "relative_error", other.relative_error, expected=f"{self.relative_error}, as of the other histogram"
            )
        made = type(self)(relative_error=self.relative_error)
        made._buckets = self._buckets + other._buckets
        made._zeros = self._zeros + other._zeros
        made._gaps = self._gaps + other._gaps
        made._negative = self._negative + other._negative
        ends = [end for each in (self, other) for end in (each.least, each.greatest) if end is not None]
        made.least, made.greatest = min(ends, default=None), max(ends, default=None)
        return made

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "relative_error": self.relative_error,
            "zeros": self._zeros,
            "buckets": [[bucket, count] for bucket, count in self.buckets.items()],
            "least": self.least,
            "greatest": self.greatest,
            "missing": dict(self.missing),
            "rejected": dict(self.rejected),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        made = cls(relative_error=field_of(document, cls.kind, "relative_error"))
        made._zeros = whole("log_histogram.zeros", field_of(document, cls.kind, "zeros"))
        made._buckets = _read_buckets(field_of(document, cls.kind, "buckets"))
        ends = [field_of(document, cls.kind, name) for name in ("least", "greatest")]
        made.least, made.greatest = (None if end is None else finite(end) for end in ends)
        if any((end is None) is not (made.n == 0) for end in ends):
            raise InvalidValueError.of("log_histogram.least", made.least, expected="known where something was counted")
        if made.least is not None and made.greatest is not None:
            made._require_ends(made.least, made.greatest)
        made._gaps = gaps_of("log_histogram.missing", field_of(document, cls.kind, "missing"), _NO_VALUE)
        made._negative = gaps_of("log_histogram.rejected", field_of(document, cls.kind, "rejected"), _NEGATIVE)
        return made

    def _require_ends(self, least: float, greatest: float) -> None:
        """The least and the greatest lie in the outermost buckets, or are the zeros."""
        lowest, highest = min(self._buckets, default=None), max(self._buckets, default=None)
        in_order = 0 <= least <= greatest
        found = [None if not end else self._bucket(end) for end in (least, greatest)] if in_order else []
        if found != [None if self._zeros else lowest, highest]:
            ends = f"{least} to {greatest}"
            raise InvalidValueError.of("log_histogram.least", ends, expected="in the first and the last bucket")

    def _bucket(self, value: float) -> int:
        return math.floor(math.log(value) / self._log_gamma)

    def _view(self) -> View:
        quantiles = tuple((f"{share:.0%}", short(self.quantile(share))) for share in (0.25, 0.5, 0.75, 0.9, 0.99))
        ends = f"{short(self.least)} to {short(self.greatest)}"
        return View(
            "Histogram",
            f"median about {short(self.quantile(0.5))}" if self.n else "no value",
            (
                ("from", ends),
                ("buckets", f"{len(self.buckets)}, each quantile to {percent(self.relative_error)} of itself"),
                *counted_rows(self.n, self.missing, self.rejected),
            ),
            Table(("share below", "value"), quantiles) if self.n else None,
        )


_LARGEST = 1.7e308
_LARGEST_LOG = math.log(_LARGEST)


def _read_buckets(pairs: object) -> Counter[int]:
    field = "log_histogram.buckets"
    if not isinstance(pairs, list | tuple):
        raise InvalidValueError.of(field, pairs, expected="pairs of bucket and count")
    buckets: Counter[int] = Counter()
    for pair in pairs:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or type(pair[0]) is not int:
            raise InvalidValueError.of(field, pair, expected="a bucket and its count")
        buckets[pair[0]] += whole(field, pair[1])
    return +buckets
