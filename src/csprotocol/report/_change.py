"""A number beside that of the period before: the difference, and whether chance may explain it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from csprotocol.kpi import Comparison, Interval

__all__ = ["Change", "Judged", "NoChange", "change_of", "period_before"]


class Judged(StrEnum):
    """What a change is: better or worse by the definition of the KPI, or what chance may well give."""

    BETTER = "better"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    NOT_SIGNIFICANT = "not significant"


class NoChange(StrEnum):
    """Why there is no verdict."""

    NO_PREVIOUS = "no previous"
    EMPTY = "empty"
    TOO_FEW = "too few"
    SUPPRESSED = "suppressed"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True)
class Change:
    """The main statistic minus that of the same group in the ``previous`` period, in the unit of the measure.

    Either ``verdict`` or ``reason`` is given. ``previous`` is empty when there is no such group: a period without
    tickets is a gap, and what stands before the gap is not the previous one.
    """

    previous: str
    value: float | None
    n: int
    difference: float | None
    interval: Interval[float] | None
    verdict: Judged | None
    reason: NoChange | None


def change_of(previous: str, value: float | None, n: int, found: Comparison[float]) -> Change:
    """A comparison of this period with ``previous``, whose own ``value`` rests on ``n``."""
    verdict = None
    if found.is_noise is not None:
        verdict = Judged.NOT_SIGNIFICANT if found.is_noise else Judged(str(found.verdict))
        if found.is_better is not None:
            verdict = Judged.BETTER if found.is_better else Judged.WORSE
    reason = None if found.reason is None else NoChange(str(found.reason).replace("-", " "))
    return Change(previous, value, n, found.difference, found.interval, verdict, reason)


def period_before(key: str, period: str) -> str | None:
    """The period just before the one that is called ``key``; ``None`` where there is none, as of what is no period.

    >>> [period_before(*each) for each in (("2026-01", "month"), ("2026-W01", "week"), ("2026-Q1", "quarter"))]
    ['2025-12', '2025-W52', '2025-Q4']
    >>> period_before("someday", "month") is None
    True
    """
    try:
        match period:
            case "day":
                return (date.fromisoformat(key) - timedelta(days=1)).isoformat()
            case "week":
                year, week, _ = (date.fromisoformat(key) - timedelta(days=7)).isocalendar()
                return f"{year:04}-W{week:02}"
            case "month":
                return (date.fromisoformat(f"{key}-01") - timedelta(days=1)).isoformat()[:7]
            case "quarter":
                year, quarter = int(key[:4]), int(key[6:])
                return f"{year:04}-Q{quarter - 1}" if quarter > 1 else _year(year - 1, "-Q4")
            case _:
                return _year(int(key) - 1, "")
    except (ValueError, OverflowError):
        return None


def _year(year: int, rest: str) -> str | None:
    return f"{year:04}{rest}" if year > 0 else None
