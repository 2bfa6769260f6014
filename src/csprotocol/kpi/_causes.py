"""Why customers write, the most frequent cause first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import as_written, require_several
from csprotocol.kpi._definitions import Definition, definition
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._population import MissingReason, told
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._view import Table, View, counted_rows, percent
from csprotocol.model import FrozenDict

__all__ = ["Cause", "Pareto", "causes"]


@dataclass(frozen=True, slots=True)
class Cause(Viewed):
    """One cause with its share and the share of all causes down to it; ``vital`` above the line.

    >>> print(Cause("late", 6, Ratio(6, 10), Ratio(6, 10), vital=True))
    late: 6/10 (60.0%), cumulated 60.0%
    """

    name: str
    count: int
    share: Ratio
    cumulative: Ratio
    vital: bool

    def __str__(self) -> str:
        return f"{self.name}: {self.share}, cumulated {self.cumulative.value or 0:.1%}"


@dataclass(frozen=True, slots=True)
class Pareto(Viewed):
    """Causes by frequency. ``vital_few`` are the fewest that together reach ``vital_share`` of all.

    >>> pareto = causes(["late"] * 6 + ["damaged"] * 3 + ["size", None])
    >>> [cause.name for cause in pareto.vital_few], pareto.n, pareto.missing
    (['late', 'damaged'], 10, {'no-cause': 1})
    """

    definition: Definition
    causes: tuple[Cause, ...]
    vital_share: Fraction
    missing: Mapping[str, int]

    @property
    def n(self) -> int:
        """How many items name a cause."""
        return sum(cause.count for cause in self.causes)

    @property
    def vital_few(self) -> tuple[Cause, ...]:
        """Where work pays most."""
        return tuple(cause for cause in self.causes if cause.vital)

    def __str__(self) -> str:
        lines = [f"{self.definition.name}: {told(self.n, self.missing, {})}"]
        lines += [f"  {'*' if cause.vital else ' '} {cause}" for cause in self.causes]
        return "\n".join(lines)

    def _view(self) -> View:
        most = self.causes[0].count if self.causes else 1
        rows = tuple(
            (cause.name, str(cause.count), percent(cause.share.value or 0), percent(cause.cumulative.value or 0),
             "vital" if cause.vital else "")
            for cause in self.causes
        )  # fmt: skip
        return View(
            self.definition.name,
            f"{len(self.vital_few)} of {len(self.causes)} causes make {percent(float(self.vital_share))}"
            if self.n
            else "none",
            counted_rows(self.n, self.missing, {}),
            Table(("cause", "contacts", "share", "cumulated", ""), rows, tuple(c.count / most for c in self.causes)),
            about=self.definition._view().rows,
        )


def causes(items: Iterable[str | None], *, vital_share: float | Decimal | Fraction = Fraction(4, 5)) -> Pareto:
    """How often each cause occurs, most frequent first (equals by name); ``None`` is an item without a cause.

    >>> print(causes(["late"] * 6 + ["damaged"] * 3 + ["size"]))
    Causes of contacts: n 10
      * late: 6/10 (60.0%), cumulated 60.0%
      * damaged: 3/10 (30.0%), cumulated 90.0%
        size: 1/10 (10.0%), cumulated 100.0%

    Raises:
        InvalidValueError: a ``vital_share`` outside 0..1, a cause that is no text.
    """
    line = as_written(vital_share)
    if line is None or not 0 <= line <= 1:
        raise InvalidValueError.of("vital_share", vital_share, expected="a share from 0 to 1")
    require_several("items", items)
    counts: Counter[str] = Counter()
    nameless = 0
    for item in items:
        if item is None:
            nameless += 1
        elif isinstance(item, str):
            counts[item] += 1
        else:
            raise InvalidValueError.of("cause", item, expected="a text, or None")
    total = counts.total()
    found = []
    before = 0
    for name, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        # Vital as long as those above have not reached the line: the one that crosses it still is.
        vital = Fraction(before, total) < line
        before += count
        found.append(Cause(name, count, Ratio(count, total), Ratio(before, total), vital))
    missing = {str(MissingReason.NO_CAUSE): nameless} if nameless else {}
    return Pareto(definition("causes"), tuple(found), line, FrozenDict(missing))
