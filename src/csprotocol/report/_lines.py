"""What stands below the tables: how to read them, what each number means, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterator

from csprotocol.kpi import MIN_COMPARED
from csprotocol.report._build import Report
from csprotocol.report._groups import period_at
from csprotocol.report._measure import Measure, percent_text
from csprotocol.report._spec import QUANTILES
from csprotocol.report._suppress import COMPLEMENTARY
from csprotocol.report._words import FEW, HIDDEN, counted

__all__ = ["definition_lines", "quality_lines", "reading_lines"]


def reading_lines(report: Report) -> Iterator[str]:
    """What the marks in the tables mean, as far as they occur."""
    spec = report.spec
    measures = [measure for group in (*report.groups, report.total) for measure in group.measures]
    if any(each is not None for measure in measures for each in measure.intervals.values()):
        level = percent_text(spec.confidence)
        first = "median" if spec.levels[0] == 0.5 else "first quantile"
        yield (
            f"{level}%: {level} of 100 such intervals hold the true value; of shares by Wilson, of the net promoter "
            f"score by adjusted Wald, of the {first} by order statistics. A dash: too few for one."
        )
    if spec.quantiles != QUANTILES[0]:
        yield "quantiles are read from a histogram, within 1% of the exact ones; their intervals are wider by as much"
    hidden = {measure.suppressed for measure in measures} - {""}
    if hidden:
        yield f"{FEW}: it rests on fewer than {spec.min_n}, and is not shown (--min-n)"
    if COMPLEMENTARY in hidden:
        yield f"{HIDDEN}: it rests on enough, but with it the numbers that are not shown could be had by subtraction"
    if spec.compare_to:
        yield (
            f"verdict: of this {spec.period} minus the {spec.period} before. Not significant: its interval holds 0, "
            f"chance may explain it. (too few): fewer than {MIN_COMPARED} in one of them. (no previous): the "
            f"{spec.period} before has no such group."
        )
        now = period_at(spec.as_of, spec.period, spec.zone)
        at = spec.by.index(spec.period)
        if any(group.key[at] == now for group in report.groups):
            yield f"{now} is not over: what takes long is still missing from it"


def definition_lines(report: Report) -> Iterator[str]:
    """The formula of each KPI with the options that were chosen, and who chose them."""
    told: set[str] = set()
    for measure in report.total.measures:
        if measure.definition.id not in told:
            told.add(measure.definition.id)
            yield f"{measure.definition.name} ({measure.definition.id}): {measure.definition.formula}"
            if report.spec.preset:
                yield f"  {_whose(report.spec.preset, measure)}"
        options = {name: value for name, value in measure.options.items() if name != "within"}
        if measure.unit == "seconds" and measure.variant == "business":
            options = {"clock": "only time within business hours"}
        if options:
            chosen = ", ".join(f"{name} {value}" for name, value in options.items())
            yield f"  {measure.variant + ': ' if measure.variant else ''}{chosen}"


def _whose(preset: str, measure: Measure) -> str:
    return f"options of {measure.vendor}" if measure.vendor else f"options of ours: {preset} has none of its own here"


def quality_lines(report: Report) -> Iterator[str]:
    """What became of every row, and what looks wrong in what was used."""
    quality = report.quality
    for count in quality.files:
        parts = [f"{count.rows:,} row{'' if count.rows == 1 else 's'}", f"{count.used:,} used"]
        for word, number in (
            ("rejected", count.rejected),
            (f"duplicate{'' if count.duplicates == 1 else 's'}", count.duplicates),
            ("left out", count.left_out),
        ):
            if number:
                parts.append(f"{number:,} {word}")
        yield f"{count.file}: {', '.join(parts)}"
    if quality.rejected:
        yield f"rejected rows by reason: {counted(quality.rejected)}"
        yield from (f"  for example {example}" for example in quality.examples)
    if quality.orphans:
        yield f"orphans (rows that belong to no ticket of the export): {counted(quality.orphans)}"
    yield from (f"note: {notice}" for notice in quality.notices)
    yield from (f"suspicious: {anomaly.sentence}" for anomaly in quality.anomalies)
