"""One table on its way through an engine, in words that all engines understand.

The dialect is one that all engines speak alike: a verdict on each row, then sums, counts and extremes by group; what is
left to divide is divided in Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from csprotocol.errors import HorizonError
from csprotocol.kpi._frames_asks import Ask, answers
from csprotocol.kpi._frames_days import Range, ranges, with_open_time, with_periods
from csprotocol.kpi._frames_engine import narwhals
from csprotocol.kpi._frames_facts import Facts, read_facts
from csprotocol.kpi._frames_plan import Stretch, chosen_first, first_known, flag
from csprotocol.kpi._frames_quantiles import histograms
from csprotocol.kpi._frames_question import NO_ID, ROWS, Counted, Key, Question
from csprotocol.kpi._frames_spec import Quantiles
from csprotocol.kpi._frames_sums import KEPT, KpiColumns

__all__ = ["count"]


def count(question: Question, given: Any) -> Counted:
    """What the groups of the frame ``given`` hold."""
    if question.engine.kind == "polars" and not question.engine.was_lazy:
        given = given.lazy()
    facts = read_facts(question.engine, given, question.spec, question.wanted, question.key_columns)
    question.check_known(facts)
    staged = _Staged.of(question, facts)
    seen = _scan(question, staged)
    refused: Mapping[Key, Mapping[str, int]] = {}
    frame, names = _keyed(question, staged.frame, seen)
    if seen.repeats:
        refused = _refused(question, frame)
        frame = _each_once(question, frame)
    frame = _timed(question, frame, staged, seen)
    columns = [
        KpiColumns.of(at, staged.plan(question, at), question.spec.missing) for at in range(len(question.spec.kpis))
    ]
    counted = frame.with_columns(*(each.verdict() for each in columns))
    beside = ["status"] if "status" in facts.has else []
    counted = counted.select(*question.keys, *beside, *(number for each in columns for number in each.numbers()))
    asks = [Ask("rows", "", KEPT), *(Ask("max", name, name) for name in beside)]
    asks += [ask for each in columns for ask in each.asks(question.levels)]
    found = answers(question.engine, counted, question.keys, asks, question.levels)
    rows = {tuple(row[key] for key in question.keys): row for row in found}
    buckets = {
        each.number: histograms(question.engine, counted, question.keys, each.first)
        for each in columns
        if question.quantiles is Quantiles.HISTOGRAM and each.plan.has_quantiles
    }
    return Counted(columns, rows, buckets, refused, names)


@dataclass(frozen=True)
class _Seen:
    """What the first look at the frame found."""

    spans: Mapping[str, Range]
    repeats: bool


@dataclass(frozen=True)
class _Staged:
    """The facts with the instants beside them between which something is measured.

    ``spans`` are the columns of instants whose day must be known.
    """

    facts: Facts
    frame: Any
    stretches: Mapping[int, tuple[Stretch, str, str]]
    spans: tuple[str, ...]

    @classmethod
    def of(cls, question: Question, facts: Facts) -> _Staged:
        """Facts as they stand keep their column, so that it is looked up once for all KPIs."""
        made: dict[str, Any] = {}
        named: dict[int, tuple[Stretch, str, str]] = {}
        spans: dict[str, None] = {}
        if question.anchors:
            made["anchor"] = first_known(*(facts(name) for name in question.anchors if name in facts.has))
            spans["anchor"] = None
        for at, stretch in question.stretches(facts).items():
            begun, ended = stretch.begun_fact or f"begun_{at}", stretch.ended_fact or f"ended_{at}"
            if stretch.begun_fact is None:
                made[begun] = stretch.begun
            if stretch.ended_fact is None:
                made[ended] = stretch.ended
            named[at] = (stretch, begun, ended)
            if question.in_open_time(at):
                spans |= {begun: None, ended: None}
        beside = [expression.alias(name) for name, expression in made.items()]
        frame = facts.frame.with_columns(*beside) if beside else facts.frame
        return cls(facts, frame, named, tuple(spans))

    def plan(self, question: Question, at: int) -> Any:
        """What the KPI at a place does to a row."""
        if at not in self.stretches:
            return question.plan(at, self.facts)
        nw = narwhals()
        stretch, begun, ended = self.stretches[at]
        opened = nw.col(_open_until(ended)) - nw.col(_open_until(begun)) if question.in_open_time(at) else None
        return question.measured(stretch, nw.col(ended) - nw.col(begun), opened)


def _scan(question: Question, staged: _Staged) -> _Seen:
    """What must be known before: how far the instants reach, and whether a ticket stands there twice."""
    nw = narwhals()
    asked = []
    for column in staged.spans:
        asked += [nw.col(column).min().alias(f"min_{column}"), nw.col(column).max().alias(f"max_{column}")]
    if "ticket_id" in staged.facts.has:
        asked += [
            nw.len().alias("rows"),
            nw.col("ticket_id").n_unique().alias("ids"),
            flag(nw.col("ticket_id").is_null()).sum().alias("no_ids"),
        ]
    if not asked:
        return _Seen({}, repeats=False)
    (row,) = question.engine.rows(staged.frame.select(*asked))
    no_ids = round(row.get("no_ids") or 0)
    ids = (row.get("ids") or 0) - (no_ids > 0)
    return _Seen(ranges(row, staged.spans), repeats=(row.get("rows") or 0) > ids)


def _refused(question: Question, frame: Any) -> Mapping[Key, Mapping[str, int]]:
    """Rows by group, and how many of them have no id."""
    nw = narwhals()
    frame = frame.with_columns(flag(nw.col("ticket_id").is_null()).alias("no_id"))
    asks = [Ask("rows", "", "rows"), Ask("sum", "no_id", "no_ids")]
    rows = answers(question.engine, frame, question.keys, asks, ())
    return {
        tuple(row[key] for key in question.keys): {ROWS: int(row["rows"]), NO_ID: round(row["no_ids"] or 0)}
        for row in rows
    }


def _each_once(question: Question, frame: Any) -> Any:
    """The first row of each ticket; any of them where an engine keeps no order."""
    nw = narwhals()
    known = frame.filter(~nw.col("ticket_id").is_null())
    match question.engine.kind:
        case "polars":
            return nw.from_native(known.to_native().unique(subset=["ticket_id"], keep="first"))
        case "pyarrow":
            return known.unique(subset=["ticket_id"], keep="first")
        case _:
            return known.unique(subset=["ticket_id"], keep="any")


def _keyed(question: Question, frame: Any, seen: _Seen) -> tuple[Any, Mapping[str, Sequence[str]]]:
    """The frame with the period of each row beside the other groups, by number; and the names of the numbers."""
    if not question.periods or question.zone is None:
        return frame, {}
    reach = seen.spans["anchor"]
    return with_periods(
        question.engine,
        frame,
        anchor="anchor",
        told=question.anchors_told,
        periods=question.periods,
        reach=reach,
        zone=question.zone,
    )


def _timed(question: Question, frame: Any, staged: _Staged, seen: _Seen) -> Any:
    columns = {column: _open_until(column) for column in staged.spans if column != "anchor"}
    if question.calendar is None or not columns:
        return frame
    reaches = [seen.spans[column] for column in columns]
    try:
        return with_open_time(question.engine, frame, columns, reaches, question.calendar)
    except HorizonError:
        # Mostly one row of spam: those that take part may lie within. Few tables need this second look.
        frame, near, reach = _within(question, frame, staged, columns)
        return with_open_time(question.engine, frame, near, [reach], question.calendar)


def _within(
    question: Question, frame: Any, staged: _Staged, columns: Mapping[str, str]
) -> tuple[Any, Mapping[str, str], Range]:
    """The frame with each instant beside itself where it lies as far as instants that are measured; and how far."""
    nw = narwhals()
    spans: list[str] = []
    looked = []
    for at, (stretch, begun, ended) in staged.stretches.items():
        if not question.in_open_time(at):
            continue
        holds = [*(reason.holds for reason in stretch.reasons), nw.col(ended) < nw.col(begun)]
        if isinstance(question.calendar, Mapping):
            holds.append(flag(nw.col("calendar").is_in(list(question.calendar))) == 0)
        takes_part = chosen_first([(each, nw.lit(0.0)) for each in holds], nw.lit(1.0)) == 1
        for column in (begun, ended):
            name = f"{column}_of_{at}"
            spans.append(name)
            looked.append(nw.when(takes_part).then(nw.col(column)).alias(name))
    extremes = [
        end
        for name in spans
        for end in (nw.col(name).min().alias(f"min_{name}"), nw.col(name).max().alias(f"max_{name}"))
    ]
    (row,) = question.engine.rows(frame.select(*looked).select(*extremes))
    ends = [end for each in ranges(row, spans).values() for end in each or ()]
    if not ends:
        return frame, columns, None
    first, last = min(ends), max(ends)
    near = {f"near_{column}": to for column, to in columns.items()}
    cut = [
        nw.when((nw.col(column) >= first) & (nw.col(column) <= last)).then(nw.col(column)).alias(f"near_{column}")
        for column in columns
    ]
    return frame.with_columns(*cut), near, (first, last)


def _open_until(column: str) -> str:
    return f"open_until_{column}"
