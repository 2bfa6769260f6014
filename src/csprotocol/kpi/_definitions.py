"""What each KPI means: its formula, its options, where it comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._view import View
from csprotocol.model import FrozenDict

__all__ = ["Definition", "Direction", "definition", "definitions", "read_table"]


class Direction(StrEnum):
    """Which way is better.

    >>> definition("first_reply").direction is Direction.LOWER
    True
    """

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Definition(Viewed):
    """One KPI: what is counted, in what unit, which way is better, and who says so.

    ``options`` gives for each option what may be chosen, the default first. ``confidence`` is ``unverified`` where
    the source was not read at first hand.

    >>> nps = definition("nps")
    >>> nps.name, nps.unit, str(nps.direction)
    ('Net promoter score', 'points', 'higher')
    """

    id: str
    name: str
    unit: str
    direction: Direction
    formula: str
    source: str
    options: Mapping[str, tuple[str, ...]] = field(default_factory=FrozenDict)
    worked: str = ""
    as_of: date | None = None
    confidence: str = "read"
    aliases: tuple[str, ...] = ()

    def explain(self) -> str:
        """The definition for people, one thing a line.

        >>> print(definition("contact_rate").explain())
        Contact rate (contact_rate), in share, lower is better
          contacts / orders; may exceed 100%
          for example: 10 contacts for 200 orders: 5%
          source: definition of this library, as of 2026-11-21
        """
        better = "" if self.direction is Direction.NEITHER else f", {self.direction} is better"
        lines = [f"{self.name} ({self.id}), in {self.unit}{better}", f"  {self.formula}"]
        if self.worked:
            lines.append(f"  for example: {self.worked}")
        lines += [f"  {option}: {' | '.join(values)}" for option, values in self.options.items()]
        read = f", as of {self.as_of}" if self.as_of else ""
        doubt = "" if self.confidence == "read" else f" ({self.confidence})"
        lines.append(f"  source: {self.source}{read}{doubt}")
        return "\n".join(lines)

    def _view(self) -> View:
        better = "" if self.direction is Direction.NEITHER else f", {self.direction} is better"
        doubt = "" if self.confidence == "read" else f" ({self.confidence})"
        rows = [("formula", self.formula), *([("for example", self.worked)] if self.worked else [])]
        rows += [(option, " | ".join(values)) for option, values in self.options.items()]
        rows.append(("source", f"{self.source}{doubt}"))
        return View(self.name, f"{self.id}, in {self.unit}{better}", tuple(rows))


def definition(kpi: str) -> Definition:
    """The definition of one KPI, by its id or an alias (``frt``, ``ttr``).

    >>> definition("frt").id
    'first_reply'

    Raises:
        InvalidValueError: there is no such KPI; the message names the nearest.
    """
    catalogue = _catalogue()
    if kpi in catalogue:
        return catalogue[kpi]
    by_alias = {alias: found for found in catalogue.values() for alias in found.aliases}
    if kpi in by_alias:
        return by_alias[kpi]
    raise InvalidValueError.unknown("KPI", kpi, [*catalogue, *by_alias])


def definitions() -> tuple[Definition, ...]:
    """Every definition, by id.

    >>> "nps" in [each.id for each in definitions()]
    True
    """
    return tuple(_catalogue().values())


def read_table(name: str) -> dict[str, dict[str, Any]]:
    """One of the package's own tables, as it is written."""
    return tomllib.loads(files(__package__).joinpath(f"data/{name}").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _catalogue() -> Mapping[str, Definition]:
    return {
        kpi: Definition(
            id=kpi,
            name=row["name"],
            unit=row["unit"],
            direction=Direction(row["direction"]),
            formula=row["formula"],
            source=row["source"],
            options=FrozenDict({option: tuple(values) for option, values in row.get("options", {}).items()}),
            worked=row["worked"],
            as_of=row["as_of"],
            confidence=row.get("confidence", "read"),
            aliases=tuple(row.get("aliases", ())),
        )
        for kpi, row in sorted(read_table("definitions.toml").items())
    }
