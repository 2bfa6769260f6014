"""Something that happened to a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from csprotocol.model._frozen import FrozenDict
from csprotocol.model._span import require_aware
from csprotocol.model._words import ActorKind, EventKind

__all__ = ["Event", "in_order"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: when, what, by whom, and whether the customer could see it.

    ``data`` holds what the kind needs: ``to`` (a :class:`StatusCategory` for ``status``, a name for ``priority``
    and ``assign``), ``group``, ``due_at``, ``score`` and ``metric`` for ``survey``, ``into`` for ``merged``.
    ``id`` makes redelivery harmless, ``seq`` orders events whose stamps cannot be trusted.

    Raises:
        NaiveDatetimeError: ``at`` has no time zone.
    """

    at: datetime
    kind: EventKind
    by: ActorKind = ActorKind.SYSTEM
    actor: str | None = None
    public: bool = True
    data: Mapping[str, object] = field(default_factory=FrozenDict)
    id: str | None = None
    seq: int | None = None

    def __post_init__(self) -> None:
        require_aware("Event.at", self.at)
        if not isinstance(self.data, FrozenDict):
            object.__setattr__(self, "data", FrozenDict(self.data))


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events without redelivered ones, by ``seq`` where every event has one, else by time.

    Events of one instant keep the order in which they came.
    """
    seen: set[str] = set()
    kept: list[Event] = []
    for event in events:
        if event.id is not None:
            if event.id in seen:
                continue
            seen.add(event.id)
        kept.append(event)
    # In UTC: aware datetimes of one zone compare by their wall clocks, wrong in the hour that comes twice.
    if all(event.seq is not None for event in kept):
        return tuple(sorted(kept, key=lambda event: (event.seq or 0, event.at.astimezone(UTC))))
    return tuple(sorted(kept, key=lambda event: event.at.astimezone(UTC)))
