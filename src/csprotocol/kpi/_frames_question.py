"""What a table is asked for and of which engine, and what comes back from the counting of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeAlias

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._frames_days import Calendars
from csprotocol.kpi._frames_engine import Engine
from csprotocol.kpi._frames_facts import Facts
from csprotocol.kpi._frames_plan import Plan, Stretch, missing, rejected
from csprotocol.kpi._frames_plans import check_facts, facts_of, plan_of, stretch_of
from csprotocol.kpi._frames_scalar import Empty, empty_summary
from csprotocol.kpi._frames_spec import Duplicates, PeriodAnchor, Quantiles, TableSpec
from csprotocol.kpi._frames_sums import KpiColumns
from csprotocol.kpi._log_histogram import LogHistogram
from csprotocol.kpi._periods import PERIODS
from csprotocol.kpi._population import MissingReason

__all__ = ["NO_ID", "ROWS", "Counted", "Key", "Question", "Row"]

Key: TypeAlias = tuple[Any, ...]
Row: TypeAlias = Mapping[str, Any]

NO_ID: Final = "ticket-id"
ROWS: Final = "rows"


class Counted(NamedTuple):
    """What an engine found, by group.

    ``refused`` tells of rows that no KPI saw: how many ``ROWS`` there were of the group and how many without an id. It
    is empty where all were seen. ``names`` are those of periods, which keys hold by number.
    """

    columns: Sequence[KpiColumns]
    rows: Mapping[Key, Row]
    histograms: Mapping[int, Mapping[Key, LogHistogram]]
    refused: Mapping[Key, Mapping[str, int]]
    names: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Question:
    """What is asked, and of which engine."""

    engine: Engine
    spec: TableSpec
    by: tuple[str, ...]
    zone: tzinfo | None
    calendar: Calendars | None
    quantiles: Quantiles

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The facts that are read."""
        wanted = {fact for kpi in self.spec.kpis for fact in facts_of(kpi)}
        if self.spec.duplicates is Duplicates.REJECT:
            wanted.add("ticket_id")
        if isinstance(self.calendar, Mapping):
            wanted.add("calendar")
        return frozenset(wanted.union(self.anchors))

    @property
    def keys(self) -> list[str]:
        """What the columns to group by are called inside."""
        return [_key(at) for at in range(len(self.by))]

    @property
    def key_columns(self) -> Mapping[str, str]:
        """Those that are columns of the frame, by the name they get."""
        return {_key(at): self.spec.columns.get(name, name) for at, name in enumerate(self.by) if name not in PERIODS}

    @property
    def periods(self) -> Mapping[str, str]:
        """Those that are periods."""
        return {_key(at): name for at, name in enumerate(self.by) if name in PERIODS}

    @property
    def anchors(self) -> tuple[str, ...]:
        """The facts of which the first that is known puts a ticket into a period."""
        return _ANCHORS[self.spec.anchor] if self.periods else ()

    @property
    def anchors_told(self) -> str:
        """What the caller knows the anchors as."""
        return " or ".join(f"column {self.spec.columns.get(fact, fact)!r}" for fact in self.anchors)

    @property
    def levels(self) -> tuple[float, ...]:
        """The quantiles that are asked for beside the sums."""
        return self.spec.levels if self.quantiles is Quantiles.EXACT else ()

    @cached_property
    def empty(self) -> Mapping[str, Empty]:
        """What each KPI says of no tickets."""
        within = next(iter(self.calendar.values()), None) if isinstance(self.calendar, Mapping) else self.calendar
        return {kpi.name: empty_summary(kpi.kpi, kpi.options, within=within) for kpi in self.spec.kpis}

    def in_open_time(self, at: int) -> bool:
        """Whether a KPI, by its place, counts open time where it measures."""
        return self.calendar is not None and "within" not in self.spec.kpis[at].options

    def check_columns(self, schema: Iterable[str]) -> None:
        """Raises where a name could mean two things.

        Raises:
            InvalidValueError: a period that is a column as well.
        """
        both = {*self.periods.values()} & {*schema}
        for name in both:
            raise InvalidValueError.of(
                "by", name, expected="a period or a column, not both", hint="give the column another name"
            )

    def check_known(self, facts: Facts) -> None:
        """Raises where the frame cannot answer.

        Raises:
            InvalidValueError: a column is missing, or has another name.
        """
        for kpi in self.spec.kpis:
            check_facts(kpi, facts)
        if "ticket_id" in self.wanted - facts.has:
            hint = "name it in TableSpec(columns=...), or say duplicates='trust'"
            raise InvalidValueError.of("columns", "no ticket_id", expected="the id that tells tickets apart", hint=hint)
        if "calendar" in self.wanted - facts.has:
            raise InvalidValueError.of("columns", "no calendar", expected="the name of each ticket's calendar")
        if self.anchors and not facts.has.intersection(self.anchors):
            known = ", ".join(sorted(facts.has))
            told = f"{' or '.join(self.anchors)} among them, to tell the period"
            raise InvalidValueError.of("columns", known, expected=told)

    def stretches(self, facts: Facts) -> Mapping[int, Stretch]:
        """What is measured, by the place of the KPI that measures it."""
        found = {at: stretch_of(kpi, facts) for at, kpi in enumerate(self.spec.kpis)}
        return {at: stretch for at, stretch in found.items() if stretch is not None}

    def plan(self, at: int, facts: Facts) -> Plan:
        """What a KPI that measures nothing does to a row."""
        return plan_of(self.spec.kpis[at], facts)

    def measured(self, stretch: Stretch, took: Any, opened: Any | None) -> Plan:
        """What one that measures does: ``took`` from one instant to the other, ``opened`` of it in open time.

        Never clipped where it would be negative.
        """
        reasons = [*stretch.reasons, rejected("negative-duration", took < 0)]
        if opened is None:
            return Plan(reasons, {"micros": took}, {}, has_quantiles=True)
        reasons.append(missing(MissingReason.NO_CALENDAR, opened.is_null()))
        return Plan(reasons, {"micros": opened}, {}, has_quantiles=True)


_ANCHORS: Final[Mapping[PeriodAnchor, tuple[str, ...]]] = {
    PeriodAnchor.CREATED: ("created_at",),
    PeriodAnchor.FIRST_REPLY: ("first_reply_at",),
    PeriodAnchor.RESOLVED: ("solved_at", "closed_at"),
}


def _key(at: int) -> str:
    return f"key_{at}"
