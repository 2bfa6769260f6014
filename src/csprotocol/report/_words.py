"""Numbers as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from csprotocol.report._measure import Measure

__all__ = ["counted", "duration_text", "value_text"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def duration_text(seconds: float | None, *, business: bool = False) -> str:
    """A duration to about three digits; a dash where there is none.

    Elapsed time turns into days after two of them. Open time never does: how long is a day of it?

    >>> [duration_text(s) for s in (45, 754, 57608, 400000, None)]
    ['45 s', '13 min', '16 h 0 min', '4.6 days', '-']
    >>> duration_text(400000, business=True)
    '111 h'
    """
    if seconds is None:
        return "-"
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        minutes = round(seconds / _MINUTE)
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{seconds / _HOUR:,.0f} h" if business else f"{seconds / _DAY:,.1f} days"


def value_text(measure: Measure, statistic: str) -> str:
    """One statistic of a measure.

    >>> from csprotocol.kpi import definition
    >>> from csprotocol.model import FrozenDict
    >>> empty = FrozenDict()
    >>> value_text(Measure(definition("nps"), "", "points", FrozenDict(points=45.04), 9, empty, empty, empty), "points")
    '+45.0'
    """
    value = measure.values[statistic]
    if value is None:
        return "-"
    if measure.unit == "seconds":
        return duration_text(value, business=measure.variant == "business")
    return f"{value:+.1f}" if measure.unit == "points" else f"{100 * value:.1f}%"


def counted(reasons: Mapping[str, int]) -> str:
    """Reasons with their counts, the most frequent first.

    >>> counted({"open": 2, "no-reply": 30})
    'no-reply 30, open 2'
    """
    ordered = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{reason} {count:,}" for reason, count in ordered)
