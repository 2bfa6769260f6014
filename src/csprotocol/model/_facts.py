"""One flat row per ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from csprotocol.model._frozen import FrozenDict
from csprotocol.model._money import Money
from csprotocol.model._words import Channel, StatusCategory

__all__ = ["TicketFacts", "Waiting"]


class Waiting(NamedTuple):
    """A stretch in which the shop waited for somebody; ``end`` is ``None`` while it still does."""

    category: StatusCategory
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts:
    """What KPIs need to know of a ticket; unknown is ``None``, never 0.

    ``first_reply_at`` is the first public message of a human agent after the customer's first word, which is the
    creation, or for a ticket that an agent began the customer's first message. The other message instants are the
    raw facts that variants of the definition read. ``agent_replies`` leaves out the message by which an agent
    began the ticket, ``customer_replies`` the one by which the customer did. ``solved_at`` holds every instant of
    entering ``resolved``; ``reopens`` counts leaving ``resolved`` or ``closed`` for a live category.
    ``sla_met`` is a verdict that the source itself recorded.
    """

    ticket_id: str
    customer_id: str | None = None
    order_id: str | None = None
    created_at: datetime | None = None
    first_customer_message_at: datetime | None = None
    first_reply_at: datetime | None = None
    first_agent_message_at: datetime | None = None
    second_agent_message_at: datetime | None = None
    first_auto_reply_at: datetime | None = None
    last_public_agent_message_at: datetime | None = None
    agent_replies: int | None = None
    customer_replies: int | None = None
    agents: int | None = None
    solved_at: tuple[datetime, ...] | None = None
    closed_at: datetime | None = None
    closes: int | None = None
    reopens: int | None = None
    status: StatusCategory | None = None
    waiting: tuple[Waiting, ...] | None = None
    csat: float | None = None
    nps: int | None = None
    ces: float | None = None
    surveyed: bool | None = None
    agent_started: bool | None = None
    auto_replied: bool | None = None
    merged_into: str | None = None
    spam: bool | None = None
    sla_met: bool | None = None
    channel: Channel | None = None
    channel_name: str | None = None
    reason: str | None = None
    priority: str | None = None
    language: str | None = None
    agent: str | None = None
    group: str | None = None
    cost: Money | None = None
    attributes: Mapping[str, str] = field(default_factory=FrozenDict)

    def anomalies(self) -> tuple[str, ...]:
        """Codes of what cannot be, or hardly, in the order of a ticket's life; empty for a sound row.

        ``reply-before-creation``, ``resolution-before-creation``, ``resolution-before-first-reply``.
        """
        ended = max(self.solved_at) if self.solved_at else self.closed_at
        found = []
        if self.created_at and self.first_reply_at and self.first_reply_at < self.created_at:
            found.append("reply-before-creation")
        if self.created_at and ended and ended < self.created_at:
            found.append("resolution-before-creation")
        if self.first_reply_at and ended and ended < self.first_reply_at:
            found.append("resolution-before-first-reply")
        return tuple(found)
