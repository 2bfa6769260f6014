"""One line of an incident's journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from csprotocol.incident._command import Actor
from csprotocol.incident._incident import Link
from csprotocol.incident._plain import Plain
from csprotocol.model import ActorKind

__all__ = ["Entry"]


class Entry(NamedTuple):
    """What happened, once, for good.

    ``seq`` is the only order: time is told by clocks that disagree. ``occurred_at`` is kept as the sender gave it,
    ``recorded_at`` is when the shop wrote it down, and ``effective_at`` is the one that clocks and KPIs count: never
    before an earlier entry's, and but for that never after ``recorded_at``. ``late`` marks an event that tells an
    instant before the one that counts for the entry before it. ``restarts`` is false for an internal event.
    ``actor_id`` and ``data`` are personal data, and ``None`` once they are erased.
    """

    incident_id: str
    seq: int
    event_id: str
    event: str
    source: str
    target: str
    restarts: bool
    occurred_at: datetime
    recorded_at: datetime
    effective_at: datetime
    late: bool
    workflow: str
    workflow_digest: str
    actor_role: str
    actor_kind: ActorKind
    actor_id: str | None
    link: Link | None
    data: Mapping[str, Plain] | None

    @property
    def erased(self) -> bool:
        """Whether its personal data were erased."""
        return self.data is None

    @property
    def actor(self) -> Actor | None:
        """Who acted; ``None`` once that is erased."""
        return None if self.actor_id is None else Actor(self.actor_id, self.actor_role, self.actor_kind)

    def __repr__(self) -> str:
        """Without what may be personal."""
        return f"Entry({self.incident_id} #{self.seq}: {self.event}, {self.source} -> {self.target})"
