"""One table on its way through an engine.

The dialect is one that all engines speak alike: flags and durations as columns of floats, then sums, counts and
extremes by group; what is left to divide is divided in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._frames_days import Calendars, Range, ranges, with_open_time, with_periods
from csprotocol.kpi._frames_engine import Engine, narwhals
from csprotocol.kpi._frames_facts import STRANGE, Facts, read_facts
from csprotocol.kpi._frames_finish import Sums, summary_of
from csprotocol.kpi._frames_plan import Plan, Stretch, flag, missing, rejected
from csprotocol.kpi._frames_plans import check_facts, facts_of, plan_of, stretch_of
from csprotocol.kpi._frames_quantiles import arrow_quantiles, histograms
from csprotocol.kpi._frames_results import GroupSummary, KpiGroup
from csprotocol.kpi._frames_scalar import SURVEYS, Empty, empty_summary
from csprotocol.kpi._frames_spec import PERIODS, Duplicates, PeriodAnchor, Quantiles, TableKpi, TableSpec
from csprotocol.kpi._frames_sums import KpiColumns
from csprotocol.kpi._log_histogram import LogHistogram
from csprotocol.kpi._population import MissingReason
from csprotocol.model import FrozenDict, StatusCategory

__all__ = ["Query"]

_DUPLICATE: Final = "duplicate-ticket"
_NO_ID: Final = "ticket-id"
_STRANGE_STATUS: Final = "strange"

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Query:
    """What is asked, and of which engine."""

    engine: Engine
    spec: TableSpec
    by: tuple[str, ...]
    zone: tzinfo | None
    calendar: Calendars | None
    quantiles: Quantiles

    def groups(self, given: Any) -> tuple[KpiGroup, ...]:
        """The groups of the frame, in order."""
        facts = self._facts(given)
        stretches = {
            at: found for at, kpi in enumerate(self.spec.kpis) if (found := stretch_of(kpi, facts)) is not None
        }
        staged = _Staged.of(facts, stretches, self._anchor, self._open_time_of)
        seen = self._scan(staged)
        refused: Mapping[Key, Mapping[str, int]] = {}
        frame, names = self._keyed(staged.frame, seen)
        if seen.repeats:
            refused = self._refused(frame)
            frame = self._each_once(frame)
        frame = self._timed(frame, staged, seen)
        columns = self._columns(facts, staged)
        return self._read(frame, columns, names, refused)

    def nothing(self) -> KpiGroup:
        """A group without tickets: every KPI with its definition and its options."""
        kpis = {
            kpi.name: summary_of(kpi, self._empty(kpi), Sums(0, _Zeros(), {}, {}), self.spec.levels)
            for kpi in self.spec.kpis
        }
        return KpiGroup((None,) * len(self.by), FrozenDict(kpis))

    # Reading

    def _facts(self, given: Any) -> Facts:
        schema = given.collect_schema()
        wanted = {fact for kpi in self.spec.kpis for fact in facts_of(kpi)}
        if self.spec.duplicates is Duplicates.REJECT:
            wanted.add("ticket_id")
        if any(name in PERIODS for name in self.by):
            wanted.update(_ANCHORS[self.spec.anchor])
        if isinstance(self.calendar, Mapping):
            wanted.add("calendar")
        for name in self.by:
            if name in PERIODS and name in schema:
                raise InvalidValueError.of(
                    "by", name, expected="a period or a column, not both", hint="give the column another name"
                )
        keys = {_key(at): self.spec.columns.get(name, name) for at, name in enumerate(self.by) if name not in PERIODS}
        if self.engine.kind == "polars" and not self.engine.was_lazy:
            given = given.lazy()
        facts = read_facts(self.engine, given, self.spec, wanted, keys)
        for kpi in self.spec.kpis:
            check_facts(kpi, facts)
        if "ticket_id" in wanted - facts.has:
            hint = "name it in TableSpec(columns=...), or say duplicates='trust'"
            raise InvalidValueError.of("columns", "no ticket_id", expected="the id that tells tickets apart", hint=hint)
        if "calendar" in wanted - facts.has:
            raise InvalidValueError.of("columns", "no calendar", expected="the name of each ticket's calendar")
        return facts

    @property
    def _anchor(self) -> tuple[str, ...]:
        return _ANCHORS[self.spec.anchor] if any(name in PERIODS for name in self.by) else ()

    def _open_time_of(self, at: int) -> bool:
        return self.calendar is not None and "within" not in self.spec.kpis[at].options

    def _empty(self, kpi: TableKpi) -> Empty:
        within = next(iter(self.calendar.values()), None) if isinstance(self.calendar, Mapping) else self.calendar
        return empty_summary(kpi.kpi, kpi.options, within=within)

    # What must be known before: how far the instants reach, and whether a ticket stands there twice

    def _scan(self, staged: _Staged) -> _Seen:
        nw = narwhals()
        asked = []
        for column in staged.spans:
            asked += [nw.col(column).min().alias(f"min_{column}"), nw.col(column).max().alias(f"max_{column}")]
        has = staged.facts.has
        if "ticket_id" in has:
            asked += [
                nw.len().alias("rows"),
                nw.col("ticket_id").n_unique().alias("ids"),
                flag(nw.col("ticket_id").is_null()).sum().alias("no_ids"),
            ]
        if not asked:
            return _Seen({}, repeats=False)
        (row,) = self.engine.rows(staged.frame.select(*asked))
        no_ids = round(row.get("no_ids") or 0)
        ids = (row.get("ids") or 0) - (no_ids > 0)
        return _Seen(ranges(row, staged.spans), repeats=(row.get("rows") or 0) > ids)

    def _refused(self, frame: Any) -> Mapping[Key, Mapping[str, int]]:
        """Rows by group, and how many of them have no id."""
        nw = narwhals()
        asked = [nw.len().alias("rows"), nw.col("no_id").sum().alias("no_ids")]
        frame = frame.with_columns(flag(nw.col("ticket_id").is_null()).alias("no_id"))
        rows = self.engine.rows(frame.group_by(*self._keys).agg(*asked) if self.by else frame.select(*asked))
        return {self._key_of(row): {"rows": int(row["rows"]), _NO_ID: round(row["no_ids"] or 0)} for row in rows}

    def _each_once(self, frame: Any) -> Any:
        """The first row of each ticket; any of them where an engine keeps no order."""
        nw = narwhals()
        known = frame.filter(~nw.col("ticket_id").is_null())
        match self.engine.kind:
            case "polars":
                return nw.from_native(known.to_native().unique(subset=["ticket_id"], keep="first"))
            case "pandas" | "pyarrow":
                return known.unique(subset=["ticket_id"], keep="first")
            case _:
                return known.unique(subset=["ticket_id"], keep="any")

    # Columns

    def _keyed(self, frame: Any, seen: _Seen) -> tuple[Any, Mapping[str, Sequence[str]]]:
        """The frame with the period of each row beside the other groups, by number; and the names of the numbers."""
        periods = {_key(at): name for at, name in enumerate(self.by) if name in PERIODS}
        if not periods or self.zone is None:
            return frame, {}
        reach = seen.spans["anchor"]
        return with_periods(self.engine, frame, anchor="anchor", periods=periods, reach=reach, zone=self.zone)

    def _timed(self, frame: Any, staged: _Staged, seen: _Seen) -> Any:
        columns = {column: f"open_until_{column}" for column in staged.spans if column != "anchor"}
        if self.calendar is None or not columns:
            return frame
        return with_open_time(self.engine, frame, columns, [seen.spans[column] for column in columns], self.calendar)

    def _columns(self, facts: Facts, staged: _Staged) -> list[KpiColumns]:
        made = []
        for at, kpi in enumerate(self.spec.kpis):
            if at in staged.stretches:
                plan = _duration_plan(staged, at, in_open_time=self._open_time_of(at))
            else:
                plan = plan_of(kpi, facts, self._empty(kpi))
            made.append(KpiColumns.of(at, plan, self.spec.missing))
        return made

    # Results

    @property
    def _keys(self) -> list[str]:
        return [_key(at) for at in range(len(self.by))]

    def _key_of(self, row: Mapping[str, Any]) -> Key:
        return tuple(row[key] for key in self._keys)

    def _read(
        self,
        frame: Any,
        columns: Sequence[KpiColumns],
        names: Mapping[str, Sequence[str]],
        refused: Mapping[Key, Mapping[str, int]],
    ) -> tuple[KpiGroup, ...]:
        rows: dict[Key, dict[str, Any]] = {key: {} for key in refused}
        found: dict[int, Mapping[Key, Any]] = {}
        frame, keys, known = self._numbered(frame)
        # A data frame holds every column that it is given: pandas counts one KPI after the other.
        batches = [[each] for each in columns] if self.engine.kind == "pandas" else [columns]
        for batch in batches:
            counted = frame.with_columns(*(each.verdict() for each in batch))
            beside = [_STRANGE_STATUS] if batch[0] is columns[0] and "status" in frame.collect_schema() else []
            strange = [flag(narwhals().col("status") == STRANGE).alias(name) for name in beside]
            counted = counted.select(*keys, *strange, *(number for each in batch for number in each.numbers()))
            for row in self._answers(counted, batch, keys, beside):
                rows.setdefault(known(tuple(row[key] for key in keys)), {}).update(row)
            for each in batch:
                by_key = self._quantiles_apart(counted, each, keys)
                found[each.number] = {known(key): quantiles for key, quantiles in by_key.items()}
        _check_statuses(sum(round(row.get(_STRANGE_STATUS) or 0) for row in rows.values()))
        groups = []
        for key, row in rows.items():
            apart = {number: each.get(key) for number, each in found.items()}
            kpis = self._kpis(row, columns, apart, _put_aside(row, refused.get(key, {})))
            groups.append(KpiGroup(self._named(key, names), kpis))
        return tuple(sorted(groups, key=lambda group: [_order(part) for part in group.key]))

    @property
    def _levels(self) -> tuple[float, ...]:
        """The quantiles that are asked for beside the sums."""
        together = self.quantiles is Quantiles.EXACT and self.engine.kind != "pyarrow"
        return self.spec.levels if together else ()

    def _numbered(self, frame: Any) -> tuple[Any, list[str], Callable[[Key], Key]]:
        """The columns to group by, and what group a key of them is; pandas is quicker by one number than by texts."""
        if self.engine.kind != "pandas" or not self.by:
            return frame, self._keys, lambda key: key
        native = frame.to_native()
        number = native.groupby(self._keys, sort=False, dropna=False, observed=True).ngroup()
        firsts = narwhals().from_native(native.loc[~number.duplicated(), self._keys])
        # Groups are numbered in the order in which they come first.
        known = [self._key_of(row) for row in self.engine.rows(firsts)]
        frame = narwhals().from_native(native.drop(columns=self._keys).assign(group=number))
        return frame, ["group"], lambda key: known[key[0]]

    def _answers(
        self, frame: Any, columns: Sequence[KpiColumns], keys: Sequence[str], beside: Sequence[str]
    ) -> list[dict[str, Any]]:
        nw = narwhals()
        asked = [nw.len().alias("kept"), *(nw.col(name).sum().alias(name) for name in beside)]
        asked += [aggregate for each in columns for aggregate in each.aggregates(self.engine.kind, self._levels)]
        return self.engine.rows(frame.group_by(*keys).agg(*asked) if keys else frame.select(*asked))

    def _quantiles_apart(self, frame: Any, columns: KpiColumns, keys: Sequence[str]) -> Mapping[Key, Any]:
        """Quantiles for which the groups are asked once more."""
        if not columns.plan.has_quantiles:
            return {}
        if self.quantiles is Quantiles.HISTOGRAM:
            return histograms(self.engine, frame, keys, columns.first)
        if self.engine.kind == "pyarrow" and self.spec.levels:
            return arrow_quantiles(frame, keys, columns.first, self.spec.levels)
        return {}

    def _kpis(
        self,
        row: Mapping[str, Any],
        columns: Sequence[KpiColumns],
        quantiles: Mapping[int, Any],
        put_aside: Mapping[str, int],
    ) -> FrozenDict[str, GroupSummary]:
        kpis = {}
        for each, kpi in zip(columns, self.spec.kpis, strict=True):
            sums = each.sums(row, self._levels, {} if kpi.kpi in SURVEYS else put_aside)
            apart = quantiles.get(each.number)
            if isinstance(apart, LogHistogram):
                sums = sums._replace(histogram=apart)
            elif apart is not None:
                sums = sums._replace(quantiles=apart)
            kpis[kpi.name] = summary_of(kpi, self._empty(kpi), sums, self.spec.levels)
        return FrozenDict(kpis)

    def _named(self, key: Key, names: Mapping[str, Sequence[str]]) -> Key:
        """Numbers of periods as their names."""
        return tuple(
            part if part is None or column not in names else names[column][round(part)]
            for column, part in zip(self._keys, key, strict=True)
        )


class _Zeros(dict[str, float]):
    """Sums over nothing."""

    def __missing__(self, name: str) -> float:
        return 0.0


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
    def of(cls, facts: Facts, stretches: Mapping[int, Stretch], anchor: Sequence[str], in_open_time: Any) -> _Staged:
        """Facts as they stand keep their column, so that it is looked up once for all KPIs."""
        made: dict[str, Any] = {}
        named: dict[int, tuple[Stretch, str, str]] = {}
        spans: dict[str, None] = {}
        if anchor:
            made["anchor"] = _first_known(facts, anchor)
            spans["anchor"] = None
        for at, stretch in stretches.items():
            begun, ended = stretch.begun_fact or f"begun_{at}", stretch.ended_fact or f"ended_{at}"
            if stretch.begun_fact is None:
                made[begun] = stretch.begun
            if stretch.ended_fact is None:
                made[ended] = stretch.ended
            named[at] = (stretch, begun, ended)
            if in_open_time(at):
                spans |= {begun: None, ended: None}
        beside = [expression.alias(name) for name, expression in made.items()]
        frame = facts.frame.with_columns(*beside) if beside else facts.frame
        return cls(facts, frame, named, tuple(spans))


_ANCHORS: Final[Mapping[PeriodAnchor, tuple[str, ...]]] = {
    PeriodAnchor.CREATED: ("created_at",),
    PeriodAnchor.FIRST_REPLY: ("first_reply_at",),
    PeriodAnchor.RESOLVED: ("solved_at", "closed_at"),
}


def _first_known(facts: Facts, names: Iterable[str]) -> Any:
    known = [facts(name) for name in names if name in facts.has]
    if not known:
        raise InvalidValueError.of(
            "columns", ", ".join(sorted(facts.has)), expected=f"{' or '.join(names)} among them, to tell the period"
        )
    return narwhals().coalesce(*known) if len(known) > 1 else known[0]


def _duration_plan(staged: _Staged, at: int, *, in_open_time: bool) -> Plan:
    """The stretch measured; never clipped where it would be negative."""
    nw = narwhals()
    stretch, begun, ended = staged.stretches[at]
    took = nw.col(ended) - nw.col(begun)
    reasons = [*stretch.reasons, rejected("negative-duration", took < 0)]
    if in_open_time:
        took = nw.col(f"open_until_{ended}") - nw.col(f"open_until_{begun}")
        reasons.append(missing(MissingReason.NO_CALENDAR, took.is_null()))
    return Plan(reasons, {"micros": took}, has_quantiles=True)


def _check_statuses(strange: int) -> None:
    if strange:
        raise InvalidValueError.of(
            "column 'status'",
            f"{strange} words of another kind",
            expected=f"one of {', '.join(StatusCategory)}",
            hint="say what the shop's own words mean in TableSpec(statuses={word: status})",
        )


def _put_aside(row: Mapping[str, Any], refused: Mapping[str, int]) -> dict[str, int]:
    """Rows of a group that were not counted, by what is wrong with them."""
    if not refused:
        return {}
    kept = int(row.get("kept") or 0)
    found = {_NO_ID: refused[_NO_ID], _DUPLICATE: refused["rows"] - refused[_NO_ID] - kept}
    return {code: count for code, count in found.items() if count}


def _key(at: int) -> str:
    return f"key_{at}"


def _order(part: Any) -> tuple[bool, str, Any]:
    """In their own order, those of one type together; nothing comes last."""
    return part is None, "" if isinstance(part, int | float) else type(part).__name__, part
