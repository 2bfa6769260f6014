"""Charts as drawings of a few lines, in the colour of the text around them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from csprotocol.kpi._view import Curve, Stairs

__all__ = ["picture"]

WIDTH, HEIGHT, MARGIN = 560.0, 140.0, 8.0
# A colour that stands out on white and on black.
ALERT = "#e0524d"


def picture(chart: Curve | Stairs, label: str) -> str:
    """The chart as inline SVG; nothing when there is nothing to draw. ``label`` is escaped already."""
    shapes = _curve(chart) if isinstance(chart, Curve) else _stairs(chart)
    if not shapes:
        return ""
    size = f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" style="display:block;width:100%;max-width:{WIDTH:g}px;height:auto"'
    pen = 'fill="none" stroke="currentColor" stroke-width="1.5"'
    return f'<svg role="img" aria-label="{label}" {size} {pen}><title>{label}</title>{shapes}</svg>'


class _Scale(NamedTuple):
    """From a value to its place, between two margins."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def of(cls, values: Iterable[float], start: float, end: float) -> _Scale:
        known = list(values)
        return cls(min(known), max(known), start, end)

    def __call__(self, value: float) -> float:
        # Each by itself: the difference of two large floats may be more than a float can hold.
        span = self.high / 2 - self.low / 2
        share = (value / 2 - self.low / 2) / span if span else 0.5
        return self.start + share * (self.end - self.start)


def _curve(chart: Curve) -> str:
    drawn = [value for row in (chart.values, chart.lower, chart.upper, (chart.centre,)) for value in row]
    known = [value for value in drawn if value is not None]
    if not any(value is not None for value in chart.values):
        return ""
    across = _Scale.of((0, max(1, len(chart.values) - 1)), MARGIN, WIDTH - MARGIN)
    up = _Scale.of(known, HEIGHT - MARGIN, MARGIN)
    limits = [_path(row, across, up, 'stroke-dasharray="4 4" opacity=".5"') for row in (chart.lower, chart.upper)]
    centre = _path((chart.centre,) * max(2, len(chart.values)), across, up, 'opacity=".5"')
    dots = "".join(
        _dot(across(i), up(value), marked=i in chart.marked)
        for i, value in enumerate(chart.values)
        if value is not None
    )
    return f"{''.join(limits)}{centre}{_path(chart.values, across, up, '')}{dots}"


def _path(values: Iterable[float | None], across: _Scale, up: _Scale, style: str) -> str:
    """A line through the values that does not cross gaps."""
    steps = []
    pen = "M"
    for i, value in enumerate(values):
        if value is None:
            pen = "M"
        else:
            steps.append(f"{pen}{across(i):.1f} {up(value):.1f}")
            pen = "L"
    return f'<path d="{" ".join(steps)}" {style}/>' if len(steps) > 1 else ""


def _dot(x: float, y: float, *, marked: bool) -> str:
    look = f'r="4.5" fill="{ALERT}" stroke="{ALERT}"' if marked else 'r="2" fill="currentColor"'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" {look}/>'


def _stairs(chart: Stairs) -> str:
    if not chart.points:
        return ""
    last = (max(chart.end, chart.points[-1][0]), chart.points[-1][1])
    points = [(0.0, 1.0), *chart.points, last]
    across = _Scale.of((x for x, _ in points), MARGIN, WIDTH - MARGIN)
    up = _Scale(0.0, 1.0, HEIGHT - MARGIN, MARGIN)
    steps = [f"M{across(0.0):.1f} {up(1.0):.1f}"]
    for (_, _), (x, share) in pairwise(points):
        steps.append(f"H{across(x):.1f} V{up(share):.1f}")
    half = f'<path d="M{MARGIN:g} {up(0.5):.1f} H{WIDTH - MARGIN:g}" stroke-dasharray="4 4" opacity=".5"/>'
    return f'{half}<path d="{" ".join(steps)}"/>'
