"""Which numbers are not shown, because they are about few people and not about the shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from csprotocol.kpi import Suppression, shown
from csprotocol.model import FrozenDict
from csprotocol.report._measure import Measure

__all__ = ["COMPLEMENTARY", "suppressed"]

COMPLEMENTARY: Final = "complementary"
"""It rests on enough, and is left out because a smaller group would be the rest of the total."""

K = TypeVar("K")


def suppressed(
    groups: Mapping[K, Sequence[Measure]], total: Sequence[Measure], min_n: int
) -> tuple[dict[K, tuple[Measure, ...]], tuple[Measure, ...]]:
    """The measures without the numbers that rest on fewer than ``min_n``.

    Where the total is shown, the groups left out of it are two at least, rest on ``min_n`` together, and are not all
    of one kind: else the rest of the total would tell each of them. The smallest of the others go with them; where all
    groups are of one kind it is the total that goes. ``n`` and the reasons of the missing are always told.
    """
    kept_total = [_hidden(each, Suppression.SMALL_SAMPLE) if _is_small(each, min_n) else each for each in total]
    reasons: dict[tuple[K, int], str] = {}
    for i, whole in enumerate(total):
        column = {key: measures[i] for key, measures in groups.items() if measures[i].n}
        small = [key for key, measure in column.items() if _is_small(measure, min_n)]
        reasons |= dict.fromkeys(((key, i) for key in small), str(Suppression.SMALL_SAMPLE))
        if small and not _is_small(whole, min_n):
            beside = _beside(small, column, min_n)
            if beside is None:
                kept_total[i] = _hidden(whole, COMPLEMENTARY)
            else:
                reasons |= dict.fromkeys(((key, i) for key in beside), COMPLEMENTARY)
    kept = {
        key: tuple(
            _hidden(measure, reasons[key, i]) if (key, i) in reasons else measure for i, measure in enumerate(measures)
        )
        for key, measures in groups.items()
    }
    return kept, tuple(kept_total)


def _beside(small: Sequence[K], column: Mapping[K, Measure], min_n: int) -> list[K] | None:
    """The groups to leave out with the ``small`` ones so that the total tells none; ``None`` if all are too few."""
    rest = sorted((key for key in column if key not in small), key=lambda key: column[key].n)
    for count in range(len(rest) + 1):
        left_out = [column[key] for key in (*small, *rest[:count])]
        enough = len(left_out) > 1 and sum(each.n for each in left_out) >= min_n
        if enough and not _are_of_one_kind(left_out):
            return rest[:count]
    return None


def _are_of_one_kind(measures: Sequence[Measure]) -> bool:
    """Whether all that is counted in them met, or all did not: then their sum tells each of them."""
    n = sum(each.n for each in measures)
    return any(sum(kind) == n for kind in zip(*(_kinds(each) for each in measures), strict=True))


def _kinds(measure: Measure) -> tuple[int, ...]:
    """How many there are of each kind; nothing of durations and means."""
    if measure.unit == "share":
        return measure.counts["numerator"], measure.counts["denominator"] - measure.counts["numerator"]
    return tuple(measure.counts.values())


def _is_small(measure: Measure, min_n: int) -> bool:
    return shown(0, measure.n, min_n=min_n).reason is Suppression.SMALL_SAMPLE


def _hidden(measure: Measure, reason: str) -> Measure:
    return replace(
        measure,
        values=FrozenDict(dict.fromkeys(measure.values)),
        counts=FrozenDict(),
        intervals=FrozenDict(dict.fromkeys(measure.intervals)),
        suppressed=str(reason),
    )
