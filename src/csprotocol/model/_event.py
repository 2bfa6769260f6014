"""Something that happened to a ticket."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from csprotocol.errors import InvalidValueError
from csprotocol.model._frozen import FrozenDict, deep_frozen
from csprotocol.model._span import require_aware
from csprotocol.model._words import ActorKind, EventKind, member

__all__ = ["Event", "in_order"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: when, what, by whom, and whether the customer could see it.

    ``data`` holds what the kind needs: ``to`` (a :class:`StatusCategory` for ``status``, a name for ``priority``
    and ``assign``), ``group``, ``due_at``, ``score`` and ``metric`` for ``survey``, ``into`` for ``merged``.
    ``id`` makes redelivery harmless, ``seq`` orders events whose stamps cannot be trusted. ``kind`` and ``by`` may
    be given by name, lists in ``data`` become tuples.

    Raises:
        NaiveDatetimeError: ``at`` has no time zone.
        InvalidValueError: an unknown ``kind`` or ``by``, or something in ``data`` that could change.
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
        # A text equals its word and is none: whoever asks with `is` would pass over the event in silence.
        object.__setattr__(self, "kind", member(EventKind, "Event.kind", self.kind))
        object.__setattr__(self, "by", member(ActorKind, "Event.by", self.by))
        if not isinstance(self.data, FrozenDict) or not _is_hashable(self.data):
            object.__setattr__(self, "data", _frozen(self.data))


def _frozen(given: object) -> FrozenDict[str, object]:
    frozen = deep_frozen(given)
    if not isinstance(frozen, FrozenDict):
        raise InvalidValueError.of("Event.data", type(given).__name__, expected="a mapping")
    if not _is_hashable(frozen):
        raise InvalidValueError.of("Event.data", sorted(map(str, frozen)), expected="made of values that never change")
    return frozen


def _is_hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events without redelivered ones, by ``seq`` and then time where they have one, the others by time.

    An event without ``seq`` comes before the first of those with one, in their order, that is later than it; after
    all of them when none is later. Events of one instant keep the order in which they came.

    >>> from datetime import timezone
    >>> at = lambda hour: datetime(2026, 11, 20, hour, tzinfo=timezone.utc)
    >>> first = Event(at(12), EventKind.STATUS, seq=1)
    >>> second = Event(at(11), EventKind.STATUS, seq=2)  # by a clock that is an hour slow
    >>> [event.seq for event in in_order([Event(at(13), EventKind.NOTE), second, first])]
    [1, 2, None]
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
    by_time = sorted(kept, key=lambda event: event.at.astimezone(UTC))
    if all(event.seq is None for event in kept):
        return tuple(by_time)
    # Stable: of one seq, by time.
    numbered = sorted((event for event in by_time if event.seq is not None), key=lambda event: event.seq or 0)
    place = {id(event): i for i, event in enumerate(by_time)}
    loose = deque(event for event in by_time if event.seq is None)
    ordered: list[Event] = []
    for event in numbered:
        while loose and place[id(loose[0])] < place[id(event)]:
            ordered.append(loose.popleft())
        ordered.append(event)
    return (*ordered, *loose)
