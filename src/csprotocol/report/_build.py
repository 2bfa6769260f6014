"""From tickets to a report: a value that every format is rendered from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from csprotocol.adapters import FileCount, Notice, Read, TicketExport
from csprotocol.kpi import PERIODS
from csprotocol.model import FrozenDict, Rejection
from csprotocol.report._anomalies import Anomaly, anomalies
from csprotocol.report._collect import applicable, evidence
from csprotocol.report._compared import with_changes
from csprotocol.report._groups import Key, grouped
from csprotocol.report._measure import Measure, measured
from csprotocol.report._reach import Reach
from csprotocol.report._spec import ReportSpec
from csprotocol.report._suppress import suppressed

__all__ = ["Found", "Group", "Quality", "Report", "assembled", "build", "key_of_all", "notices"]


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
    """The tickets that share a value in each dimension, and their measures; in ``key`` ``None`` is no value."""

    key: Key
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


def build(
    read: Read[TicketExport],
    spec: ReportSpec,
    *,
    orphans: Mapping[str, int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """The report on what was ``read``. Of tickets with one id, the first counts.

    ``progress`` is called after each group with the tickets done and the tickets in all; the total over all groups
    is counted by itself, so each ticket is done twice. Numbers of fewer tickets than ``spec.min_n`` are suppressed.

    Raises:
        InvalidValueError: a dimension in ``spec.by`` that no ticket has.
    """
    facts = tuple({ticket.ticket_id: ticket for ticket in reversed(read.value.facts)}.values())[::-1]
    which = applicable(facts, spec)
    reach = Reach(spec.within)
    groups = grouped(facts, spec)
    rows: list[Found] = []
    done = 0
    for key, tickets in (*groups.items(), (key_of_all(spec), facts)):
        # Measured at once: single durations are many, and nobody needs them any more.
        rows.append(
            Found(key, len(tickets), tuple(measured(each, spec) for each in evidence(tickets, spec, which, reach)))
        )
        done += len(tickets)
        if progress is not None:
            progress(done, 2 * len(facts))
    *counted, total = rows
    again = len(read.value.facts) - len(facts)
    odd = notices(groups, spec, tickets=len(facts), again=again, beyond=len(reach.beyond))
    quality = Quality(
        files=read.files,
        rejected=read.rejected_counts,
        examples=read.rejected[:EXAMPLES],
        notices=(*read.warnings, *odd),
        orphans=FrozenDict(orphans or {}),
        anomalies=anomalies(facts, spec.as_of),
    )
    return assembled(read.value.source, spec, counted, total, quality)


class Found(NamedTuple):
    """What was found in one group of tickets, before it is held against others."""

    key: Key
    tickets: int
    measures: tuple[Measure, ...]


def key_of_all(spec: ReportSpec) -> Key:
    """The key of the total: as long as that of a group."""
    return ("all",) + ("",) * (len(spec.by) - 1)


def assembled(source: str, spec: ReportSpec, found: Sequence[Found], total: Found, quality: Quality) -> Report:
    """The report on what was found: without the numbers of too few, and with what has changed."""
    kept, kept_whole = suppressed({group.key: group.measures for group in found}, total.measures, spec.min_n)
    if spec.compare_to:
        kept = with_changes(kept, spec)
    return Report(
        source=source,
        spec=spec,
        groups=tuple(Group(group.key, group.tickets, kept[group.key]) for group in found),
        total=Group(total.key, total.tickets, kept_whole),
        quality=quality,
    )


def notices(keys: Collection[Key], spec: ReportSpec, *, tickets: int, again: int, beyond: int) -> Iterator[Notice]:
    """What the report itself found odd: tickets told ``again``, and those ``beyond`` their calendar."""
    if again:
        yield Notice("duplicate-ticket", "tickets that are told once more; the first counts", again)
    for i, name in enumerate(spec.by):
        if keys and all(key[i] is None for key in keys):
            means = f"{name} (by the instant {spec.anchor})" if name in PERIODS else name
            yield Notice("unknown-dimension", f"tickets without any {means}: the export has no such value", tickets)
    if beyond:
        yield Notice(
            "beyond-calendar",
            "tickets with an instant outside the years of their calendar; they have no business time",
            beyond,
        )
