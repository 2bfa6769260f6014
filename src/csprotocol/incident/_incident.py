"""An incident as it stands: what its journal adds up to."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from csprotocol.errors import InvalidValueError
from csprotocol.incident._plain import name_of, require_id, utc
from csprotocol.model import ActorKind
from csprotocol.model._words import member

__all__ = ["ERASABLE", "Incident", "Link", "evolve"]


class Link(NamedTuple):
    """A tie to another incident: ``merged_into`` (later events belong there) or ``split_to``."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident at one version; a new event gives a new one.

    ``workflow`` names the workflow and its version (``incident@1``), ``version`` counts the entries of the journal.
    ``state_since`` is when the present state was entered; an internal event does not touch it.
    ``last_occurred_at`` is the latest instant that any event told, whatever order they came in.
    ``resolved_at`` and ``closed_at`` are recorded time, when the shop wrote it down: a back-dated event cannot
    stretch a window. ``problem_type``, ``product`` and ``carrier`` tell why it happened, ``parent`` names the
    incident whose child this is, which waits for it when ``blocking``. ``opened_by`` tells whose contact it began
    with, which decides what counts as a reply. ``customer`` and ``assignee`` are personal
    data: they never show in ``repr`` and can be erased.

    Incidents are opened by :meth:`Machine.open`; one that lives elsewhere already may be written down as it stands.

    Raises:
        NaiveDatetimeError: an instant without a time zone.
        InvalidValueError: an empty id or state, or a negative count.
    """

    id: str
    workflow: str
    state: str
    version: int = 0
    opened_at: datetime | None = None
    opened_by: ActorKind | None = None
    state_since: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    last_occurred_at: datetime | None = None
    reopen_count: int = 0
    assignee: str | None = None
    customer: str | None = None
    order: str | None = None
    channel: str | None = None
    priority: str | None = None
    problem_type: str | None = None
    product: str | None = None
    carrier: str | None = None
    parent: str | None = None
    blocking: bool = False
    links: tuple[Link, ...] = ()

    def __post_init__(self) -> None:
        for name in ("id", "workflow", "state"):
            require_id(f"Incident.{name}", getattr(self, name))
        for name in _NAMES:
            object.__setattr__(self, name, name_of(f"Incident.{name}", getattr(self, name)))
        for name in _INSTANTS:
            if getattr(self, name) is not None:
                object.__setattr__(self, name, utc(f"Incident.{name}", getattr(self, name)))
        if self.opened_by is not None:
            object.__setattr__(self, "opened_by", member(ActorKind, "Incident.opened_by", self.opened_by))
        for name in ("version", "reopen_count"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 0:
                raise InvalidValueError.of(f"Incident.{name}", getattr(self, name), expected="0 or more")
        if type(self.blocking) is not bool:
            raise InvalidValueError.of("Incident.blocking", self.blocking, expected="true or false")
        object.__setattr__(self, "links", tuple(_link(link) for link in self.links))

    def __repr__(self) -> str:
        told = (f"{name}={getattr(self, name)!r}" for name in _SHOWN if getattr(self, name) not in (None, 0, (), False))
        return f"Incident({', '.join(told)})"

    @property
    def merged_into(self) -> str | None:
        """The incident that took this one in; later events belong there."""
        return next((link.id for link in reversed(self.links) if link.kind == "merged_into"), None)


ERASABLE: Final = ("assignee", "customer")
_INSTANTS: Final = ("opened_at", "state_since", "resolved_at", "closed_at", "last_occurred_at")
_NAMES: Final = (*ERASABLE, "order", "channel", "priority", "problem_type", "product", "carrier", "parent")
_SHOWN: Final = tuple(each.name for each in fields(Incident) if each.name not in ERASABLE)


_ALL: Final = attrgetter(*Incident.__slots__)
_PUT: Final = tuple(getattr(Incident, name).__set__ for name in Incident.__slots__)
_PLACES: Final = {name: place for place, name in enumerate(Incident.__slots__)}


def _link(found: object) -> Link:
    if not isinstance(found, list | tuple) or len(found) != 2:
        raise InvalidValueError.of("Incident.links", found, expected="pairs of a kind and an incident's id")
    for part in found:
        require_id("Incident.links", part)
    return Link(*found)


def evolve(incident: Incident, changes: dict[str, Any]) -> Incident:
    """``incident`` with ``changes`` that the engine itself made: nothing to check again, so it costs a fifth."""
    new: Incident = object.__new__(Incident)
    values = list(_ALL(incident))
    for name, value in changes.items():
        values[_PLACES[name]] = value
    for put, value in zip(_PUT, values, strict=True):
        put(new, value)
    return new
