"""What a result shows of itself to somebody who looks at it: words, a table, a chart. Pages are made elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple, TypeAlias

__all__ = [
    "Curve",
    "Row",
    "Stairs",
    "Table",
    "View",
    "as_number",
    "chosen_row",
    "counted_rows",
    "interval_text",
    "percent",
    "short",
    "took",
]

Row: TypeAlias = tuple[str, str]
"""A name, and what there is to say."""

MOST_REJECTIONS = 5


class Table(NamedTuple):
    """Rows of texts, the first column their names; ``bars`` gives each row a length from 0 to 1."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: tuple[float, ...] = ()


class Curve(NamedTuple):
    """Values in the order of time with a centre and limits; a gap is ``None``, ``marked`` are those that stand out."""

    label: str
    values: tuple[float | None, ...]
    centre: float | None
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    marked: frozenset[int]


class Stairs(NamedTuple):
    """Shares (0..1) that hold from a point on until the next, and the last until ``end``."""

    label: str
    points: tuple[tuple[float, float], ...]
    end: float


class View(NamedTuple):
    """A result for the eye: its name, its number, what it rests on, and (``about``) what it means."""

    title: str
    headline: str
    rows: tuple[Row, ...] = ()
    table: Table | None = None
    chart: Curve | Stairs | None = None
    about: tuple[Row, ...] = ()


def counted_rows(
    n: int, missing: Mapping[str, int], rejected: Mapping[str, int], rejections: Iterable[object] = ()
) -> tuple[Row, ...]:
    """What a number rests on, and what was left out and why; the first few rejections word by word."""
    rows = [("n", str(n))]
    rows += [(word, _reasons(counts)) for word, counts in (("missing", missing), ("rejected", rejected)) if counts]
    told = [str(each) for each in rejections]
    rows += [("", sentence) for sentence in told[:MOST_REJECTIONS]]
    rows += [("", f"and {len(told) - MOST_REJECTIONS} more")] if len(told) > MOST_REJECTIONS else []
    return tuple(rows)


def _reasons(counts: Mapping[str, int]) -> str:
    each = ", ".join(f"{reason} {count}" for reason, count in counts.items())
    return f"{sum(counts.values())} ({each})"


def chosen_row(options: Mapping[str, object]) -> tuple[Row, ...]:
    """The options of a formula, as a row; none where there are none."""
    told = ", ".join(f"{name} {value}" for name, value in options.items())
    return (("options", told),) if told else ()


def interval_text(low: object, high: object, confidence: float, method: str, *, share: bool = False) -> str:
    """``18.5% to 61.4% (95%, wilson)``."""
    ends = [percent(end) if share and isinstance(end, float) else short(end) for end in (low, high)]
    return f"{' to '.join(ends)} ({confidence * 100:g}%, {method})"


def percent(share: float) -> str:
    """A share of 0..1 for the eye."""
    return f"{share:.1%}"


def short(value: object) -> str:
    """A number, a duration or a text for the eye; what is absent is a dash."""
    match value:
        case None:
            return "–"
        case timedelta():
            return took(value)
        case float():
            return f"{value:.6g}" if abs(value) >= 1000 else f"{value:.4g}"
        case _:
            return str(value)


def took(duration: timedelta) -> str:
    """``2 h 10 min``: to the second, from a day on to the minute, below a minute as exact as it is.

    >>> took(timedelta(hours=2, minutes=10, seconds=4)), took(timedelta(days=-3)), took(timedelta(milliseconds=20))
    ('2 h 10 min 4 s', '-3 d', '0.02 s')
    """
    if duration < timedelta(0):
        return f"-{took(-duration)}"
    if duration < timedelta(minutes=1):
        return f"{duration.total_seconds():g} s"
    finest = 60 if duration >= timedelta(days=1) else 1
    seconds = round(duration.total_seconds() / finest) * finest
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        parts += [f"{count} {unit}"] if count else []
    return " ".join(parts)


def as_number(value: object) -> float | None:
    """The place of a number or a duration on an axis."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value) if isinstance(value, int | float) else None
