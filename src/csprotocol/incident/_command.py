"""What somebody wants to do with an incident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from csprotocol.errors import InvalidValueError
from csprotocol.incident._plain import Plain, name_of, plain_data, require_id, utc
from csprotocol.model import ActorKind, FrozenDict

__all__ = ["DERIVED", "OTHERS", "TOLD", "Actor", "Command"]

_KINDS: Final = {kind.value: kind for kind in ActorKind}
# Fields of the incident itself that any event may bring along.
TOLD: Final = ("assignee", "customer", "order", "channel", "priority", "problem_type", "product", "carrier")
# Fields that name another incident.
OTHERS: Final = ("into", "child")
# How ids begin that the engine makes for events that bring none: no sender's id may look like one.
DERIVED: Final = "~"
_NOTHING: Final[FrozenDict[str, Plain]] = FrozenDict()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which role. Roles are the shop's own words; ``kind`` is what KPIs and clocks read.

    Without ``kind`` the roles ``customer``, ``bot`` and ``system`` are their own kinds, every other one is an agent.

    >>> Actor("ana", "supervisor").kind
    <ActorKind.AGENT: 'agent'>
    """

    id: str = field(repr=False)
    role: str = "agent"
    kind: ActorKind = None  # type: ignore[assignment]  # filled in below

    def __post_init__(self) -> None:
        name = name_of("Actor.id", self.id)
        if name is None:
            raise InvalidValueError.of("Actor.id", "nothing", expected="a name")
        object.__setattr__(self, "id", name)
        require_id("Actor.role", self.role)
        kind: object = self.kind
        if kind is None:
            object.__setattr__(self, "kind", _KINDS.get(self.role, ActorKind.AGENT))
        elif not isinstance(kind, ActorKind):
            if kind not in _KINDS:
                raise InvalidValueError.unknown("Actor.kind", kind, _KINDS)
            object.__setattr__(self, "kind", _KINDS[str(kind)])


@dataclass(frozen=True, slots=True)
class Command:
    """An event that somebody asks for, with the fields that it brings.

    ``occurred_at`` is when it happened by the sender's clock; ``None`` means the moment of the decision.
    ``event_id`` makes redelivery harmless: one that was applied before is answered with its first entry. ``data``
    becomes plain (see the journal): a ``Decimal`` and an instant their texts, lists tuples. Its fields ``assignee``,
    ``customer``, ``order``, ``channel``, ``priority``, ``problem_type``, ``product`` and ``carrier`` are names, and
    become the incident's own; ``None`` or a blank text clears one.

    >>> Command("resolve", Actor("ana"), data={"resolution": "refund"}).data["resolution"]
    'refund'

    Raises:
        NaiveDatetimeError: ``occurred_at`` has no time zone.
        InvalidValueError: an empty name or id, or something in ``data`` that no journal can hold.
    """

    event: str
    actor: Actor
    event_id: str | None = None
    occurred_at: datetime | None = None
    data: Mapping[str, object] = field(default=_NOTHING, repr=False)

    def __post_init__(self) -> None:
        require_id("Command.event", self.event)
        if not isinstance(self.actor, Actor):
            raise InvalidValueError.of("Command.actor", type(self.actor).__name__, expected="an Actor")
        if self.event_id is not None:
            require_id("Command.event_id", self.event_id)
            if self.event_id.startswith(DERIVED):
                raise InvalidValueError.of("Command.event_id", self.event_id, expected=f"not to begin with {DERIVED}")
        if self.occurred_at is not None:
            object.__setattr__(self, "occurred_at", utc("Command.occurred_at", self.occurred_at))
        if self.data is not _NOTHING:
            object.__setattr__(self, "data", _named(plain_data("Command.data", self.data)))


def _named(data: FrozenDict[str, Plain]) -> FrozenDict[str, Plain]:
    """``data`` with its names as names: blanks cut off, numbers as texts."""
    names: dict[str, Plain] = {
        name: name_of(f"Command.data[{name!r}]", data[name]) for name in (*TOLD, *OTHERS) if name in data
    }
    return FrozenDict({**data, **names}) if names else data
