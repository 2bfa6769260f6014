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

    Where the total is shown, the groups left out of it are two at least and rest on ``min_n`` together: else the rest
    of the total would be a number of fewer. The smallest of the others go with them. ``n`` and the reasons of the
    missing are always told.
    """
    kept_total = tuple(_hidden(each, Suppression.SMALL_SAMPLE) if _is_small(each, min_n) else each for each in total)
    reasons: dict[tuple[K, int], str] = {}
    for i, whole in enumerate(kept_total):
        column = {key: measures[i] for key, measures in groups.items() if measures[i].n}
        small = [key for key, measure in column.items() if _is_small(measure, min_n)]
        reasons |= dict.fromkeys(((key, i) for key in small), str(Suppression.SMALL_SAMPLE))
        if small and not whole.suppressed:
            rest = sorted((key for key in column if key not in small), key=lambda key: column[key].n)
            left_out = sum(column[key].n for key in small)
            count = len(small)
            for key in rest:
                if count > 1 and left_out >= min_n:
                    break
                reasons[key, i] = COMPLEMENTARY
                left_out += column[key].n
                count += 1
    kept = {
        key: tuple(
            _hidden(measure, reasons[key, i]) if (key, i) in reasons else measure for i, measure in enumerate(measures)
        )
        for key, measures in groups.items()
    }
    return kept, kept_total


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
