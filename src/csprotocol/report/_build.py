"""From tickets to a report: a value that every format is rendered from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from csprotocol.adapters import FileCount, Notice, Read, TicketExport
from csprotocol.model import FrozenDict, Rejection, TicketFacts
from csprotocol.report._groups import grouped
from csprotocol.report._measure import Applicable, Measure, applicable, measures
from csprotocol.report._spec import ReportSpec

__all__ = ["Anomaly", "Group", "Quality", "Report", "build"]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Tickets whose instants cannot be, or hardly: ``count`` of the ``of`` that have both instants."""

    code: str
    count: int
    of: int

    @property
    def sentence(self) -> str:
        """``49.3% (1,365 of 2,769) of the tickets with a first reply and an end ended before the first reply``."""
        share = f"{100 * self.count / self.of:.1f}% ({self.count:,} of {self.of:,})"
        return f"{share} of the tickets {_ANOMALIES[self.code]}"


_ANOMALIES: Final = {
    "reply-before-creation": "with a creation and a first reply were answered before they were created",
    "resolution-before-creation": "with a creation and an end ended before they were created",
    "resolution-before-first-reply": "with a first reply and an end ended before their first reply",
}


@dataclass(frozen=True, slots=True)
class Quality:
    """How far the export can be trusted: what became of every row, and what looks wrong in what was used."""

    files: tuple[FileCount, ...] = ()
    rejected: Mapping[str, int] = field(default_factory=FrozenDict)
    examples: tuple[Rejection, ...] = ()
    notices: tuple[Notice, ...] = ()
    orphans: Mapping[str, int] = field(default_factory=FrozenDict)
    anomalies: tuple[Anomaly, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The tickets that share a value in each dimension, and their measures."""

    key: tuple[str, ...]
    tickets: int
    measures: tuple[Measure, ...]

    def measure(self, kpi: str, variant: str = "") -> Measure:
        """One of the measures.

        Raises:
            KeyError: the report does not have it.
        """
        for measure in self.measures:
            if measure.key == (kpi, variant):
                return measure
        raise KeyError((kpi, variant))


@dataclass(frozen=True, slots=True)
class Report:
    """All groups, the total over all tickets, and the quality of what it rests on.

    Rendered by :func:`csprotocol.report.render`; the same spec and export always give the same report.
    """

    source: str
    spec: ReportSpec
    groups: tuple[Group, ...]
    total: Group
    quality: Quality

    @property
    def by(self) -> tuple[str, ...]:
        """The dimensions, in the order of each group's key."""
        return self.spec.by


EXAMPLES: Final = 5


def build(read: Read[TicketExport], spec: ReportSpec, *, orphans: Mapping[str, int] | None = None) -> Report:
    """The report on what was ``read``.

    Raises:
        InvalidValueError: a dimension in ``spec.by`` that no ticket has.
    """
    facts = read.value.facts
    which = applicable(facts, spec)
    return Report(
        source=read.value.source,
        spec=spec,
        groups=tuple(_group(key, tickets, spec, which) for key, tickets in grouped(facts, spec).items()),
        total=_group(("all",) + ("",) * (len(spec.by) - 1), facts, spec, which),
        quality=Quality(
            files=read.files,
            rejected=read.rejected_counts,
            examples=read.rejected[:EXAMPLES],
            notices=read.warnings,
            orphans=FrozenDict(orphans or {}),
            anomalies=tuple(_anomalies(facts)),
        ),
    )


def _group(key: tuple[str, ...], tickets: Iterable[TicketFacts], spec: ReportSpec, which: Applicable) -> Group:
    kept = tuple(tickets)
    return Group(key, len(kept), tuple(measures(kept, spec, which)))


def _anomalies(facts: Iterable[TicketFacts]) -> Iterable[Anomaly]:
    counts = dict.fromkeys(_ANOMALIES, 0)
    possible = dict.fromkeys(_ANOMALIES, 0)
    for ticket in facts:
        created, replied = ticket.created_at is not None, ticket.first_reply_at is not None
        ended = bool(ticket.solved_at) or ticket.closed_at is not None
        possible["reply-before-creation"] += created and replied
        possible["resolution-before-creation"] += created and ended
        possible["resolution-before-first-reply"] += replied and ended
        for code in ticket.anomalies():
            counts[code] += 1
    return [Anomaly(code, count, possible[code]) for code, count in counts.items() if count]
