"""What was read of a ticket."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from csprotocol.adapters._zendesk_users import Users
from csprotocol.model import ActorKind, Event, EventKind, FrozenDict, StatusCategory

__all__ = ["Draft"]

# The description is stored as a comment, at times some seconds after the ticket.
_OPENING: Final = timedelta(minutes=1)


@dataclass(slots=True)
class Draft:
    """A ticket while its tables come in."""

    id: str
    line: int
    created_at: datetime
    updated_at: datetime | None
    status: StatusCategory | None
    requester: str | None
    submitter: str | None
    assignee: str | None
    group: str | None
    priority: str | None
    via: str | None
    reason: str | None
    order_id: str | None
    merged_ids: tuple[str, ...]
    attributes: FrozenDict[str, str]
    events: list[Event] = field(default_factory=list)
    seen: set[tuple[object, ...]] = field(default_factory=set)
    statuses: list[tuple[datetime, StatusCategory]] = field(default_factory=list)
    priorities: list[tuple[datetime, str | None]] = field(default_factory=list)
    lost: set[EventKind] = field(default_factory=set)
    comments: int = 0
    tags: dict[str, None] = field(default_factory=dict)
    merged_into: str | None = None

    def priority_at(self, at: datetime) -> str | None:
        """The priority at ``at``; the present one when the export has no history of it."""
        if not self.priorities:
            return self.priority
        found = None
        for since, priority in sorted(self.priorities, key=lambda change: change[0]):
            if since <= at:
                found = priority
        return found

    def last_status(self) -> StatusCategory | None:
        """The last status of its history; of two at one instant the one that stands further down."""
        # The first of the reversed is the last of those at one instant.
        return max(reversed(self.statuses), key=lambda change: change[0])[1] if self.statuses else None

    def story(self) -> list[Event]:
        """Its events; the description, which is the first comment, at the instant of the creation.

        The description is by the submitter or the requester, and nobody else has said anything before. A comment
        of another hour that lies before the creation says nothing about that: its stamp cannot be.
        """
        own = {self.submitter, self.requester} - {None}
        said = [
            event for event in self.events
            if event.kind is EventKind.MESSAGE and event.at >= self.created_at - _OPENING
        ]  # fmt: skip
        first = min(said, key=lambda event: (event.at, event.actor not in own), default=None)
        if first is None or first.actor not in own or first.at > self.created_at + _OPENING:
            return self.events
        return [replace(event, at=self.created_at) if event is first else event for event in self.events]

    def first_time(self, mark: tuple[object, ...]) -> bool:
        """Whether nothing of this mark was read before; from now on it was."""
        if mark in self.seen:
            return False
        self.seen.add(mark)
        return True

    def author(self, user: str | None, users: Users) -> ActorKind:
        """Whose word it is. The requester asks, whatever his role: others answer an agent's own request."""
        if user is None:
            return ActorKind.SYSTEM
        if user in users.bots:
            return ActorKind.BOT
        if user == self.requester:
            return ActorKind.CUSTOMER
        if user in users.roles:
            return users.roles[user]
        return ActorKind.AGENT if user == self.assignee else ActorKind.SYSTEM
