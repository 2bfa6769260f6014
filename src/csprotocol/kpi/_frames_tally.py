"""Numbers by group, counted in arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from csprotocol.kpi._frames_cells import Cells
from csprotocol.kpi._frames_native import numpy
from csprotocol.kpi._frames_question import Key, Question, Row
from csprotocol.kpi._frames_spec import Quantiles
from csprotocol.kpi._frames_sums import KEPT, KpiColumns
from csprotocol.kpi._log_histogram import RELATIVE_ERROR, LogHistogram

__all__ = ["Tally"]

_MICROS: Final = 1e6
_LOG_GAMMA: Final = math.log1p(RELATIVE_ERROR) - math.log1p(-RELATIVE_ERROR)
_DENSE: Final = 20_000_000
"""Up to how many numbers are counted by their place and not by sorting."""


class Tally:
    """What is known of each group so far: a list by the name of what is counted."""

    def __init__(self, question: Question, group: Any, size: int, status: Any | None) -> None:
        np = numpy()
        self._question = question
        self._group = group
        self._size = size
        self._kept = np.bincount(group, minlength=size)
        self._columns: dict[str, list[Any]] = {KEPT: self._kept.tolist()}
        self._histograms: dict[int, list[LogHistogram | None]] = {}
        if status is not None and len(status):
            greatest = float(np.fmax.reduce(status))
            self._columns["status"] = [greatest] * size

    def add(self, columns: KpiColumns) -> None:
        """Counts one KPI."""
        np = numpy()
        plan = columns.plan
        verdict: Any = np.zeros(len(self._group), dtype="int16")
        for reason in reversed(plan.reasons):
            np.copyto(verdict, columns.number_of(reason), where=reason.holds.values)
        counts = verdict == 0
        # Rows that count are told apart by what holds of them: numbers beyond those of the reasons.
        last = len(columns.reasons)
        for at, holds in enumerate(plan.counts.values()):
            np.add(verdict, (last + 1) << at, out=verdict, where=counts & holds.values)
        kinds = (last + 1) << len(plan.counts)
        by_group = self._table(verdict, kinds)
        self._columns[columns.n] = (
            by_group[:, [each for each in range(kinds) if each % (last + 1) == 0]].sum(1).tolist()
        )
        for at, name in enumerate(plan.counts):
            among = [each for each in range(kinds) if (each // (last + 1)) >> at & 1]
            self._columns[columns.value(name)] = by_group[:, among].sum(1).tolist()
        for outcome in columns.outcomes:
            self._columns[outcome.column] = by_group[:, list(outcome.verdicts)].sum(1).tolist()
        for name, value in plan.sums.items():
            self._columns[columns.value(name)] = self._sums(counts, value)
        if plan.has_quantiles:
            self._spread(columns, counts)

    def by_key(self, keys: Sequence[Key]) -> tuple[Mapping[Key, Row], Mapping[int, Mapping[Key, LogHistogram]]]:
        """The rows, and the histograms by the number of their KPI."""
        names = list(self._columns)
        rows = zip(*self._columns.values(), strict=True)
        by_key = {key: dict(zip(names, row, strict=True)) for key, row in zip(keys, rows, strict=True)}
        histograms = {
            number: {key: each for key, each in zip(keys, found, strict=True) if each is not None}
            for number, found in self._histograms.items()
        }
        return by_key, histograms

    def _table(self, numbers: Any, kinds: int) -> Any:
        """How often each number comes in each group."""
        np = numpy()
        return np.bincount(self._group * kinds + numbers, minlength=self._size * kinds).reshape(self._size, kinds)

    def _sums(self, counts: Any, value: Cells) -> list[float]:
        np = numpy()
        inside = np.where(counts, value.values, 0.0)
        found: list[float] = np.bincount(self._group, weights=inside, minlength=self._size).tolist()
        return found

    def _spread(self, columns: KpiColumns, counts: Any) -> None:
        """Quantiles or histograms of the first sum."""
        np = numpy()
        values = np.broadcast_to(next(iter(columns.plan.sums.values())).values, counts.shape)[counts]
        group = self._group[counts]
        if self._question.quantiles is Quantiles.HISTOGRAM:
            self._histograms[columns.number] = _histograms(group, values / _MICROS, self._size)
        elif self._question.levels:
            self._columns[columns.quantile] = _quantiles(group, values, self._size, self._question.levels)


def _quantiles(group: Any, values: Any, size: int, levels: Sequence[float]) -> list[list[float | None]]:
    """Quantiles of each group, interpolated as :func:`percentile` does."""
    np = numpy()
    if not len(values):
        return [[None] * len(levels) for _ in range(size)]
    n = np.bincount(group, minlength=size)
    ends = np.cumsum(n)
    # A stable sort of small numbers is a count of them.
    small = group.astype("uint16") if size <= 1 << 16 else group
    ordered = values[np.argsort(small, kind="stable")]
    ranks = (n[:, None] - 1) * np.array(levels)[None, :]
    below = np.clip(np.floor(ranks), 0, None).astype("int64")
    above = np.minimum(below + 1, np.maximum(n[:, None] - 1, 0))
    for at in range(size):
        if n[at]:
            # In place: a slice is a view.
            inside = ordered[ends[at] - n[at] : ends[at]]
            inside.partition(sorted({*below[at].tolist(), *above[at].tolist()}))
    starts = np.minimum((ends - n)[:, None], len(ordered) - 1)
    low, high = (ordered[np.minimum(starts + each, len(ordered) - 1)] for each in (below, above))
    part = ranks - below
    # From the nearer end, as numpy does.
    found = np.where(part < 0.5, low + (high - low) * part, high - (high - low) * (1 - part))
    return [row if count else [None] * len(levels) for row, count in zip(found.tolist(), n.tolist(), strict=True)]


def _histograms(group: Any, seconds: Any, size: int) -> list[LogHistogram | None]:
    """The values of each group in buckets."""
    np = numpy()
    n = np.bincount(group, minlength=size).tolist()
    least, greatest = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(least, group, seconds)
    np.maximum.at(greatest, group, seconds)
    above = seconds > 0
    zeros = np.bincount(group[~above], minlength=size).tolist()
    buckets = np.floor(np.log(seconds[above]) / _LOG_GAMMA).astype("int64")
    lowest, span = (int(buckets.min()), int(np.ptp(buckets)) + 1) if len(buckets) else (0, 1)
    numbers = group[above] * span + (buckets - lowest)
    if size * span <= _DENSE:
        by_number = np.bincount(numbers, minlength=size * span)
        present = np.flatnonzero(by_number)
        counts = by_number[present]
    else:
        present, counts = np.unique(numbers, return_counts=True)
    inside: list[list[list[int]]] = [[] for _ in range(size)]
    for number, found in zip(present.tolist(), counts.tolist(), strict=True):
        inside[number // span].append([number % span + lowest, found])
    return [
        None
        if not n[at]
        else LogHistogram.from_dict(
            {
                "kind": LogHistogram.kind,
                "relative_error": RELATIVE_ERROR,
                "zeros": zeros[at],
                "buckets": inside[at],
                "least": float(least[at]),
                "greatest": float(greatest[at]),
                "missing": {},
                "rejected": {},
            }
        )
        for at in range(size)
    ]
