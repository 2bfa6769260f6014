"""What a table of KPIs says: for each group each KPI, with what it rests on and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._definitions import Definition
from csprotocol.kpi._frames_engine import Engine
from csprotocol.kpi._frames_native import Columns
from csprotocol.kpi._log_histogram import LogHistogram
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._nps import NetPromoterScore
from csprotocol.kpi._population import told
from csprotocol.kpi._summary import RateSummary
from csprotocol.kpi._survey_summary import SurveyMean, SurveyShare
from csprotocol.kpi._view import Table, View, chosen_row, counted_rows, short

__all__ = ["GroupCount", "GroupDurations", "GroupSummary", "KpiGroup", "KpiTable", "check_names", "names_of"]


@dataclass(frozen=True, slots=True)
class GroupDurations(Viewed):
    """Durations of the tickets of a group, of which the single ones are no longer known.

    Every statistic is ``None`` when ``n`` is 0. ``quantile_seconds`` holds the levels that were asked for.
    ``histogram``, where one was asked for, adds to those of other groups and other days.
    """

    definition: Definition
    options: Mapping[str, str]
    n: int
    missing: Mapping[str, int]
    rejected: Mapping[str, int]
    mean_seconds: float | None
    quantile_seconds: Mapping[float, float | None]
    histogram: LogHistogram | None = None

    @property
    def mean(self) -> timedelta | None:
        """The arithmetic mean, to the microsecond."""
        return None if self.mean_seconds is None else timedelta(seconds=self.mean_seconds)

    @property
    def median(self) -> timedelta | None:
        """The middle duration; see :meth:`quantile`."""
        return self.quantile(0.5)

    def quantile(self, level: float) -> timedelta | None:
        """The duration below which the share ``level`` lies, to the microsecond.

        Raises:
            InvalidValueError: a level that was not asked for.
        """
        if level not in self.quantile_seconds:
            raise InvalidValueError.unknown("level", level, self.quantile_seconds)
        seconds = self.quantile_seconds[level]
        return None if seconds is None else timedelta(seconds=seconds)

    def __str__(self) -> str:
        levels = ", ".join(f"{_level(level)} {self.quantile(level)}" for level in self.quantile_seconds)
        shown = f"mean {self.mean}{', ' if levels else ''}{levels}" if self.n else "no value"
        return f"{self.definition.name}: {shown}; {told(self.n, self.missing, self.rejected)}"

    def _view(self) -> View:
        levels = tuple((_level(level), short(self.quantile(level))) for level in self.quantile_seconds)
        left_out = counted_rows(self.n, self.missing, self.rejected)
        return View(
            self.definition.name,
            f"mean {short(self.mean)}" if self.n else "no value",
            (*levels, *left_out, *chosen_row(self.options)),
            about=self.definition._view().rows,
        )


@dataclass(frozen=True, slots=True)
class GroupCount(Viewed):
    """How many tickets of a group there were, of the ``n`` of which that can be told."""

    definition: Definition
    options: Mapping[str, str]
    value: int
    n: int
    missing: Mapping[str, int]
    rejected: Mapping[str, int]

    def __str__(self) -> str:
        return f"{self.definition.name}: {self.value} of {told(self.n, self.missing, self.rejected)}"

    def _view(self) -> View:
        left_out = counted_rows(self.n, self.missing, self.rejected)
        rows = (*left_out, *chosen_row(self.options))
        return View(self.definition.name, str(self.value), rows, about=self.definition._view().rows)


GroupSummary: TypeAlias = GroupDurations | GroupCount | RateSummary | SurveyShare | SurveyMean | NetPromoterScore


@dataclass(frozen=True, slots=True)
class KpiGroup(Viewed):
    """One group: its ``key``, a value for each of the table's ``by``, and its KPIs by name."""

    key: tuple[Any, ...]
    kpis: Mapping[str, GroupSummary]

    def __getitem__(self, name: str) -> Any:
        """The KPI of that name."""
        if name not in self.kpis:
            raise InvalidValueError.unknown("KPI", name, self.kpis)
        return self.kpis[name]

    def _view(self) -> View:
        key = ", ".join("(unknown)" if part is None else str(part) for part in self.key)
        return View(key or "All tickets", "", tuple((name, str(found)) for name, found in self.kpis.items()))


@dataclass(frozen=True, slots=True)
class KpiTable(Viewed):
    """KPIs by group, in the order of the groups, the unknown last.

    >>> import polars as pl
    >>> from csprotocol.kpi import group_kpis
    >>> tickets = pl.DataFrame({"ticket_id": ["1", "2", "3"], "channel": ["chat", "chat", "email"], "csat": [5, 2, 4]})
    >>> table = group_kpis(tickets, ["csat"], by=["channel"])
    >>> for group in table:
    ...     print(*group.key, group["csat"])
    chat Customer satisfaction: 1/2 (50.0%); n 2
    email Customer satisfaction: 1/1 (100.0%); n 1
    """

    by: tuple[str, ...]
    tz: str | None
    groups: tuple[KpiGroup, ...]
    names: tuple[str, ...]
    empty: KpiGroup = field(repr=False)
    engine: Engine = field(repr=False, compare=False)

    def __iter__(self) -> Iterator[KpiGroup]:
        return iter(self.groups)

    def __len__(self) -> int:
        return len(self.groups)

    def columns(self) -> Columns:
        """The table as columns with their types: the groups first, then for each KPI its value, ``n`` and the rest.

        Raises:
            InvalidValueError: two columns of one name.
        """
        made = self._columns()
        check_names([name for name, _, _ in made])
        return {name: (of, values) for name, of, values in made}

    def _columns(self) -> list[tuple[str, type, Sequence[Any]]]:
        made: list[tuple[str, type, Sequence[Any]]] = []
        for at, name in enumerate(self.by):
            values = [group.key[at] for group in self.groups]
            kinds = {type(value) for value in values if value is not None}
            # Only objects of pandas are of several kinds.
            made.append((name, kinds.pop() if len(kinds) == 1 else object if kinds else str, values))
        for name in self.names:
            rows = [_cells(name, group[name]) for group in self.groups]
            for column, (of, _) in _cells(name, self.empty[name]).items():
                made.append((column, of, [row[column][1] for row in rows]))
        return made

    def to_native(self) -> Any:
        """The table as a frame of the kind that it was made from."""
        return self.engine.given_back(self.columns())

    def explain(self) -> str:
        """What each KPI means here, and in which zone the periods are meant."""
        zone = [f"periods by the local dates of {self.tz}"] if self.tz else []
        each = []
        for name in self.names:
            found = self.empty[name]
            chosen = ", ".join(f"{option} {value}" for option, value in getattr(found, "options", {}).items())
            each.append(f"{name}: {found.definition.explain()}" + (f"\n  chosen: {chosen}" if chosen else ""))
        return "\n".join([*zone, *each])

    def _view(self) -> View:
        columns = self._columns()
        cells = zip(*(values for _, _, values in columns), strict=True)
        rows = tuple(tuple(short(cell) for cell in row) for row in cells)
        zone = f"periods by the local dates of {self.tz}" if self.tz else ""
        meant = tuple((name, self.empty[name].definition.formula) for name in self.names)
        return View(f"{len(self)} groups", zone, table=Table(tuple(name for name, _, _ in columns), rows), about=meant)


def check_names(names: Iterable[str]) -> None:
    """Raises where two columns of a table would have one name, in any engine: to some ``Csat`` is ``csat``.

    Raises:
        InvalidValueError: two columns of one name.
    """
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise InvalidValueError.of(
                "columns of the table",
                f"{name} twice",
                expected="each named once",
                hint="name the KPI otherwise: TableKpi(kpi, name=...)",
            )
        seen.add(name.casefold())


def names_of(by: Iterable[str], empty: KpiGroup) -> list[str]:
    """What the columns of a table will be called."""
    return [*by, *(column for name, found in empty.kpis.items() for column in _cells(name, found))]


def _cells(name: str, found: GroupSummary) -> dict[str, tuple[type, Any]]:
    """The columns of one KPI in one group."""
    cells: dict[str, tuple[type, Any]] = {}
    match found:
        case GroupDurations():
            cells[f"{name}_mean_seconds"] = (float, found.mean_seconds)
            for level, seconds in found.quantile_seconds.items():
                cells[f"{name}_{_level(level)}_seconds"] = (float, seconds)
        case RateSummary() | SurveyShare():
            cells[name] = (float, found.value)
            cells[f"{name}_numerator"] = (int, int(found.ratio.numerator))
        case NetPromoterScore():
            cells[name] = (float, found.value)
            cells[f"{name}_promoters"] = (int, found.promoters)
            cells[f"{name}_detractors"] = (int, found.detractors)
        case GroupCount():
            cells[name] = (int, found.value)
        case _:
            cells[name] = (float, found.value)
    missing = found.unanswered if isinstance(found, NetPromoterScore) else sum(found.missing.values())
    rejected = found.rejected if isinstance(found, NetPromoterScore) else sum(found.rejected.values())
    cells |= {f"{name}_n": (int, found.n), f"{name}_missing": (int, missing), f"{name}_rejected": (int, rejected)}
    return cells


def _level(level: float) -> str:
    # In full: two levels never share a name.
    percent = f"{Decimal(repr(level)) * 100:f}"
    percent = percent.rstrip("0").rstrip(".") if "." in percent else percent
    return "median" if level == 0.5 else f"p{percent}".replace(".", "_")
