"""Numbers as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from csprotocol.report._change import Change
from csprotocol.report._measure import Measure
from csprotocol.report._suppress import COMPLEMENTARY

__all__ = [
    "FEW",
    "HIDDEN",
    "UNKNOWN",
    "change_text",
    "counted",
    "duration_text",
    "interval_text",
    "key_text",
    "value_text",
    "verdict_text",
]

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_MOST_DIGITS = 4
FEW = "(few)"
HIDDEN = "(hidden)"
UNKNOWN = "(unknown)"


def key_text(part: str | None) -> str:
    """What a group is called in one dimension; a name that reads like none is quoted.

    >>> [key_text(part) for part in ("email", None, "(unknown)")]
    ['email', '(unknown)', '"(unknown)"']
    """
    if part is None:
        return UNKNOWN
    return f'"{part}"' if part == UNKNOWN else part


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
    if measure.suppressed:
        return HIDDEN if measure.suppressed == COMPLEMENTARY else FEW
    value = measure.values[statistic]
    if value is None:
        return "-"
    if measure.unit == "seconds":
        return duration_text(value, business=measure.variant == "business")
    if statistic == "response_rate" or measure.unit == "share":
        return f"{100 * value:.1f}%"
    return f"{value:+.1f}" if measure.unit == "points" else f"{value:.2f}"


def interval_text(measure: Measure, statistic: str) -> str:
    """Between which two numbers the statistic lies, in one unit; a dash where nobody can say.

    >>> from csprotocol.kpi import Interval, definition
    >>> from csprotocol.model import FrozenDict
    >>> empty = FrozenDict()
    >>> around = FrozenDict(share=Interval(0.551, 0.693, 0.95, "wilson", 180))
    >>> rate = Measure(
    ...     definition("fcr"), "", "share", FrozenDict(share=0.625), 180, empty, empty, empty, "", empty, around
    ... )
    >>> interval_text(rate, "share")
    '55.1 to 69.3%'
    """
    found = measure.intervals.get(statistic)
    return "-" if found is None else _range_text(measure, found.low, found.high)


def change_text(measure: Measure) -> str:
    """The difference to the period before with its interval; a dash where there is none."""
    change = measure.change
    if change is None or change.difference is None:
        return "-"
    unit, size, digits = _scale(measure, _largest(change))
    if change.interval is None:
        return f"{change.difference / size:+,.{digits}f}{unit}"
    ends = [change.interval.low / size, change.interval.high / size]
    # An end that is not 0 must not look like 0 beside a verdict that says so.
    is_sure = min(ends) > 0 or max(ends) < 0
    while is_sure and digits < _MOST_DIGITS and any(not float(f"{end:.{digits}f}") for end in ends):
        digits += 1
    low, high = (f"{end:+,.{digits}f}" for end in ends)
    return f"{change.difference / size:+,.{digits}f}{unit} ({low} to {high})"


def verdict_text(measure: Measure) -> str:
    """What the change is, or why nobody says."""
    change = measure.change
    if change is None:
        return ""
    return str(change.verdict if change.verdict is not None else f"({change.reason})")


def _range_text(measure: Measure, low: float, high: float) -> str:
    unit, size, digits = _scale(measure, max(abs(low), abs(high)))
    sign = "+" if measure.unit == "points" else ""
    return f"{low / size:{sign},.{digits}f} to {high / size:{sign},.{digits}f}{'%' if unit == ' pp' else unit}"


def _largest(change: Change) -> float:
    ends = [change.interval.low, change.interval.high] if change.interval else []
    return max(abs(each) for each in (change.difference or 0.0, *ends))


def _scale(measure: Measure, largest: float) -> tuple[str, float, int]:
    """Unit, size of the unit, and digits after the point."""
    if measure.unit == "share":
        return " pp", 0.01, 1
    if measure.unit == "points":
        return "", 1.0, 1
    if largest < _MINUTE:
        return " s", 1.0, 0
    if largest < _HOUR:
        return " min", _MINUTE, 0 if largest >= 10 * _MINUTE else 1
    if largest < 2 * _DAY or measure.variant == "business":
        return " h", _HOUR, 1
    return " days", _DAY, 1


def counted(reasons: Mapping[str, int]) -> str:
    """Reasons with their counts, the most frequent first.

    >>> counted({"open": 2, "no-reply": 30})
    'no-reply 30, open 2'
    """
    ordered = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{reason} {count:,}" for reason, count in ordered)
