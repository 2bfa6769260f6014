"""What each vendor's dashboard chooses among the options of a KPI, and which numbers it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._definitions import definition, definitions, read_table
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._view import View
from csprotocol.model import FrozenDict

__all__ = ["Clock", "Vendor", "preset", "vendors"]


class Clock(StrEnum):
    """In what time a dashboard shows durations: on the calendar, in opening hours, or one beside the other.

    >>> [vendor.id for vendor in vendors() if vendor.clock is Clock.OPEN]
    ['freshdesk']
    """

    ELAPSED = "elapsed"
    OPEN = "open"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Vendor(Viewed):
    """A vendor that has a preset: its choices by KPI, and what its dashboard shows of them.

    ``csat`` names the KPI behind the satisfaction that it shows, ``clock`` and ``statistic`` (``mean`` or ``median``)
    are those of its first reply time; each is ``None`` where its pages do not say. ``notes`` tell what no option says.

    >>> gorgias = next(vendor for vendor in vendors() if vendor.id == "gorgias")
    >>> gorgias.csat, str(gorgias.clock), gorgias.statistic, gorgias.options["first_reply"]
    ('csat_mean', 'elapsed', 'median', {'agent_started': 'exclude'})
    """

    id: str
    name: str
    source: str
    as_of: date
    options: Mapping[str, Mapping[str, Any]]
    csat: str | None
    clock: Clock | None
    statistic: str | None
    notes: tuple[str, ...]

    def _view(self) -> View:
        rows = [
            (kpi, ", ".join(f"{name} {value}" for name, value in each.items())) for kpi, each in self.options.items()
        ]
        told = {"satisfaction": self.csat, "clock": self.clock, "statistic": self.statistic}
        rows += [(name, str(value)) for name, value in told.items() if value is not None]
        return View(self.name, self.id, (*rows, *(("", note) for note in self.notes), ("source", self.source)))


def vendors() -> tuple[Vendor, ...]:
    """Every vendor that has a preset, by id.

    >>> [vendor.id for vendor in vendors()][:3]
    ['dbt_zendesk', 'freshdesk', 'freshservice']
    """
    return tuple(_vendors().values())


def preset(vendor: str, kpi: str) -> Mapping[str, Any]:
    """What ``vendor`` chooses among the options of ``kpi``, to be passed on with ``**``.

    Empty where the vendor is known and says nothing about the KPI that differs from our default.

    >>> preset("zendesk", "first_reply")
    {'agent_started': 'second_reply'}

    Raises:
        InvalidValueError: an unknown vendor or KPI.
    """
    known = _vendors()
    if vendor not in known:
        raise InvalidValueError.unknown("vendor", vendor, known)
    return known[vendor].options.get(definition(kpi).id, FrozenDict())


@lru_cache(maxsize=1)
def _vendors() -> Mapping[str, Vendor]:
    kpis = {each.id for each in definitions()}
    return FrozenDict({name: _vendor(name, row, kpis) for name, row in sorted(read_table("presets.toml").items())})


def _vendor(name: str, row: Mapping[str, Any], kpis: set[str]) -> Vendor:
    shown = row.get("dashboard", {})
    return Vendor(
        id=name,
        name=row["name"],
        source=row["source"],
        as_of=row["as_of"],
        options=FrozenDict({kpi: FrozenDict(chosen) for kpi, chosen in row.items() if kpi in kpis}),
        csat=shown.get("csat"),
        clock=Clock(shown["clock"]) if "clock" in shown else None,
        statistic=shown.get("statistic"),
        notes=tuple(shown.get("notes", ())),
    )
