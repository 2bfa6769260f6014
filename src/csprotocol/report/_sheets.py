"""The report as titled tables and lines, for every format that people read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from csprotocol.report._build import Group, Report
from csprotocol.report._lines import definition_lines, quality_lines, reading_lines
from csprotocol.report._measure import Measure, percent_text
from csprotocol.report._words import change_text, counted, interval_text, key_text, value_text, verdict_text

__all__ = ["Sheet", "headline", "sheets"]


class Column(NamedTuple):
    """A heading, and the cell under it for a group."""

    heading: str
    cell: Callable[[Group], str]
    # Whether it is the first of those that belong together.
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A title, a table whose last row is the total, and lines below it. ``leads`` are the columns before which a table
    that is too wide is best cut.
    """

    title: str
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    text_columns: int = 0
    lines: tuple[str, ...] = ()
    leads: tuple[int, ...] = ()


def headline(report: Report) -> tuple[str, ...]:
    """What the report is about, in two or three lines."""
    spec = report.spec
    count = report.total.tickets
    by = f" by {', '.join(report.by)}" if count and report.by else ""
    tickets = (
        f"{count:,} ticket{'' if count == 1 else 's'}" if count else "no usable ticket, so there is nothing to tell"
    )
    lines = [
        f"{report.source}: {tickets}{by}",
        f"as of {spec.as_of.astimezone(spec.zone):%Y-%m-%d %H:%M} ({spec.tz}); periods by the instant {spec.anchor}",
    ]
    if spec.within is not None:
        lines.append(f"business time by {spec.hours_of or 'the given calendar'}")
    if spec.preset:
        lines.append(f"counted as {spec.preset} does where it has options of its own; see the definitions")
    return tuple(lines)


def sheets(report: Report) -> Iterator[Sheet]:
    """The tables in the order of the page: durations, rates, definitions, quality.

    Of an export without a usable ticket only the quality can be told.
    """
    quality = Sheet("Data quality", lines=tuple(quality_lines(report)))
    if not report.total.tickets:
        yield quality
        return
    if not any(measure.n for measure in report.total.measures):
        yield _sheet(report, "Tickets", [], [])
    for measure in report.total.measures:
        if measure.unit == "seconds":
            yield _duration_sheet(report, measure)
    yield from _rate_sheets(report)
    yield Sheet("Definitions", lines=(*reading_lines(report), *definition_lines(report)))
    yield quality


def _duration_sheet(report: Report, measure: Measure) -> Sheet:
    title = f"{measure.definition.name} ({_CLOCKS[measure.variant]})"
    if not measure.n:
        # A table of dashes would only bury the reason.
        return Sheet(title, lines=(_rests_on(measure),))
    columns = [
        Column("n", _count(measure, lambda m: m.n)),
        Column("missing", _count(measure, lambda m: sum(m.missing.values()))),
        Column("rejected", _count(measure, lambda m: sum(m.rejected.values()))),
        *(Column(name, _cell(measure, name), leads=name == measure.main) for name in measure.values),
    ]
    # The interval of the first statistic stands beside it; all others are in the formats for programs.
    columns.insert(4, Column(_level(report), _interval(measure)))
    columns += _changes(report, measure)
    return _sheet(report, title, columns, [_rests_on(measure)])


def _level(report: Report) -> str:
    return f"{percent_text(report.spec.confidence)}%"


def _changes(report: Report, measure: Measure) -> list[Column]:
    if not report.spec.compare_to:
        return []
    key = measure.key
    return [
        Column(f"vs previous {report.spec.period}", lambda group: change_text(group.measure(*key)), leads=True),
        Column("verdict", lambda group: verdict_text(group.measure(*key))),
    ]


_CLOCKS = {"elapsed": "elapsed time", "business": "business time"}


def _rate_sheets(report: Report) -> Iterator[Sheet]:
    """One table for all rates, or one for each where changes stand beside them."""
    rates = [measure for measure in report.total.measures if measure.unit != "seconds"]
    if not report.spec.compare_to:
        yield _rate_sheet(report, "Rates and scores", rates)
        return
    for measure in rates:
        name = measure.definition.name
        yield _rate_sheet(report, f"{name} ({measure.variant})" if measure.variant else name, [measure])


def _rate_sheet(report: Report, title: str, rates: list[Measure]) -> Sheet:
    columns: list[Column] = []
    lines: list[str] = []
    for measure in rates:
        lines.append(_left_out(measure))
        if not measure.n:
            continue
        name = f"{_SHORT.get(measure.definition.id, measure.definition.name)} {measure.variant}".strip()
        columns += [
            Column(name, _cell(measure, measure.main), leads=True),
            *([Column(_level(report), _interval(measure))] if measure.intervals else []),
            Column("n", _count(measure, lambda m: m.n)),
        ]
        if "response_rate" in measure.values:
            columns.append(Column("answered", _cell(measure, "response_rate")))
        columns += _changes(report, measure)
    return _sheet(report, title, columns, lines) if columns else Sheet(title, lines=(*lines,))


_SHORT = {
    "fcr": "FCR",
    "reopen_rate": "reopened",
    "csat": "CSAT",
    "csat_balance": "CSAT balance",
    "csat_mean": "CSAT mean",
    "nps": "NPS",
    "ces": "CES",
    "sla_attainment": "SLA",
}


def _sheet(report: Report, title: str, columns: list[Column], lines: list[str]) -> Sheet:
    dimensions = report.by or ("",)
    rows = [
        (*map(key_text, group.key or ("all",)), f"{group.tickets:,}", *(column.cell(group) for column in columns))
        for group in (*(report.groups if report.by else ()), report.total)
    ]
    return Sheet(
        title,
        (*dimensions, "tickets", *(column.heading for column in columns)),
        tuple(rows),
        len(dimensions),
        tuple(line for line in lines if line),
        tuple(len(dimensions) + 1 + k for k, column in enumerate(columns) if column.leads),
    )


def _cell(measure: Measure, statistic: str) -> Callable[[Group], str]:
    key = measure.key
    return lambda group: value_text(group.measure(*key), statistic)


def _interval(measure: Measure) -> Callable[[Group], str]:
    key, statistic = measure.key, measure.main
    return lambda group: interval_text(group.measure(*key), statistic)


def _count(measure: Measure, count: Callable[[Measure], int]) -> Callable[[Group], str]:
    key = measure.key
    return lambda group: f"{count(group.measure(*key)):,}"


def _left_out(measure: Measure) -> str:
    """Why some tickets gave no number, over all groups; empty when all gave one."""
    name = f"{measure.definition.name}{f' ({measure.variant})' if measure.variant else ''}"
    told = _rests_on(measure)
    return f"{name}: {told}" if told else ""


def _rests_on(measure: Measure) -> str:
    parts = [
        f"{word} {sum(reasons.values()):,} ({counted(reasons)})"
        for word, reasons in (("missing", measure.missing), ("rejected", measure.rejected))
        if reasons
    ]
    rests_on = f"n {measure.n:,}" if measure.n else "no value"
    return "; ".join([rests_on, *parts]) if parts or not measure.n else ""
