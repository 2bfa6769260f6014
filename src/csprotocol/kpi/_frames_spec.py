"""What a table of KPIs is asked for: which numbers, from which columns, for which groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import chosen, exact_number
from csprotocol.kpi._definitions import Definition
from csprotocol.kpi._frames_scalar import FRAME_KPIS, empty_summary
from csprotocol.model import FrozenDict, StatusCategory

__all__ = [
    "AnySpec",
    "Duplicates",
    "MissingDetail",
    "PeriodAnchor",
    "Quantiles",
    "TableKpi",
    "TableSpec",
    "spec_of",
]

"""What ``by`` may name beside columns; dates are those of the shop's zone."""


class Quantiles(StrEnum):
    """How medians and percentiles are found: from all values, or from buckets of 1 %, whose size does not grow.

    >>> Quantiles("histogram")
    <Quantiles.HISTOGRAM: 'histogram'>
    """

    EXACT = "exact"
    HISTOGRAM = "histogram"


class Duplicates(StrEnum):
    """What to do with rows of one ticket id: count one and reject the others, or trust that there are none.

    >>> Duplicates("trust")
    <Duplicates.TRUST: 'trust'>
    """

    REJECT = "reject"
    TRUST = "trust"


class MissingDetail(StrEnum):
    """Whether missing tickets are counted for each reason, or together, which takes fewer sums.

    >>> MissingDetail("total")
    <MissingDetail.TOTAL: 'total'>
    """

    BY_REASON = "by_reason"
    TOTAL = "total"


class PeriodAnchor(StrEnum):
    """Which instant puts a ticket into a period.

    >>> PeriodAnchor("resolved").value
    'resolved'
    """

    CREATED = "created"
    FIRST_REPLY = "first_reply"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class TableKpi:
    """One KPI of a table: the name of its function, the options that function takes, and the name of its columns.

    ``options`` are those of the scalar function of the same name, so that a vendor's preset fits; ``within`` alone
    differs: ``"elapsed"`` says that a duration is not counted by the calendar of the table.

    >>> from csprotocol.kpi import preset
    >>> TableKpi("fcr", preset("zendesk", "fcr"), name="fcr_zendesk").definition.id
    'fcr'

    Raises:
        InvalidValueError: a KPI that tables do not have, or an option that it does not have.
    """

    kpi: str
    options: Mapping[str, Any] = field(default_factory=FrozenDict)
    name: str = ""

    def __post_init__(self) -> None:
        if self.kpi not in FRAME_KPIS:
            raise InvalidValueError.unknown("TableKpi.kpi", self.kpi, FRAME_KPIS)
        object.__setattr__(self, "options", FrozenDict(self.options))
        object.__setattr__(self, "name", self.name or self.kpi)
        if self.options.get("within", "elapsed") != "elapsed":
            raise InvalidValueError.of(
                f"TableKpi({self.kpi}).within",
                self.options["within"],
                expected="'elapsed' or left out",
                hint="give the calendar to the table",
            )
        empty_summary(self.kpi, self.options)

    @property
    def definition(self) -> Definition:
        """What the KPI means."""
        return empty_summary(self.kpi, self.options).definition


@dataclass(frozen=True, slots=True)
class TableSpec:
    """The KPIs of a table, and where the frame keeps the facts of a ticket.

    Columns are named as the fields of ``TicketFacts``; ``columns`` maps those that are not, by fact. ``solved_at`` is
    one instant, the last; ``first_solved_at`` and ``solves`` (how often) may stand beside it. ``statuses`` gives the
    meaning of a shop's own words for a status. ``levels`` are the quantiles of durations, 0..1.

    >>> spec = TableSpec(
    ...     ["first_reply", TableKpi("fcr", {"variant": "less_than_two"})], columns={"created_at": "opened"}
    ... )
    >>> [kpi.name for kpi in spec.kpis]
    ['first_reply', 'fcr']

    Raises:
        InvalidValueError: an unknown KPI, fact, status or option; two KPIs of one name.
    """

    kpis: tuple[TableKpi, ...]
    columns: Mapping[str, str]
    statuses: Mapping[str, StatusCategory]
    anchor: PeriodAnchor
    duplicates: Duplicates
    missing: MissingDetail
    levels: tuple[float, ...]

    def __init__(
        self,
        kpis: Iterable[TableKpi | str],
        *,
        columns: Mapping[str, str] | None = None,
        statuses: Mapping[str, StatusCategory | str] | None = None,
        anchor: PeriodAnchor | str = PeriodAnchor.CREATED,
        duplicates: Duplicates | str = Duplicates.REJECT,
        missing: MissingDetail | str = MissingDetail.BY_REASON,
        levels: Iterable[float] = (0.5, 0.9),
    ) -> None:
        given = (kpis,) if isinstance(kpis, str) else tuple(kpis)
        asked = tuple(each if isinstance(each, TableKpi) else TableKpi(each) for each in given)
        names = [each.name for each in asked]
        if not names or len(set(names)) < len(names):
            raise InvalidValueError.of("TableSpec.kpis", names, expected="at least one KPI, each under its own name")
        own = {word: chosen(StatusCategory, "TableSpec.statuses", to) for word, to in (statuses or {}).items()}
        shares = tuple(levels)
        for share in shares:
            if exact_number(share) is None or not 0 <= share <= 1:
                raise InvalidValueError.of("TableSpec.levels", share, expected="a share from 0 to 1")
        object.__setattr__(self, "kpis", asked)
        object.__setattr__(self, "columns", FrozenDict(columns or {}))
        object.__setattr__(self, "statuses", FrozenDict(own))
        object.__setattr__(self, "anchor", chosen(PeriodAnchor, "TableSpec.anchor", anchor))
        object.__setattr__(self, "duplicates", chosen(Duplicates, "TableSpec.duplicates", duplicates))
        object.__setattr__(self, "missing", chosen(MissingDetail, "TableSpec.missing", missing))
        # A level asked for twice is one; abs, since -0.0 is 0.0 under another name.
        object.__setattr__(self, "levels", tuple(dict.fromkeys(abs(float(share)) for share in shares)))


AnySpec: TypeAlias = TableSpec | TableKpi | str | Iterable[TableKpi | str]


def spec_of(spec: AnySpec) -> TableSpec:
    """``spec`` itself, or one made of KPIs and names with everything else as it is by default."""
    if isinstance(spec, TableSpec):
        return spec
    return TableSpec([spec] if isinstance(spec, TableKpi | str) else spec)
