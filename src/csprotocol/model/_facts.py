"""One flat row per ticket."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import index
from typing import NamedTuple, overload

from csprotocol.errors import InvalidValueError
from csprotocol.model._frozen import FrozenDict
from csprotocol.model._money import Money
from csprotocol.model._span import require_aware
from csprotocol.model._words import Channel, StatusCategory, member

__all__ = ["Life", "TicketFacts", "Waiting"]


class Waiting(NamedTuple):
    """A stretch in which the shop waited for somebody; ``end`` is ``None`` while it still does."""

    category: StatusCategory
    start: datetime
    end: datetime | None


class Life(NamedTuple):
    """A stretch in which the ticket was live, and what ended it; both ``None`` while it still is.

    The first begins with the ticket, each other one with a return to a live status, from ``cancelled`` too. A ticket
    that was resolved or closed without having been live has a life without length. They tell how large the backlog
    was on any past day.
    """

    start: datetime
    end: datetime | None
    into: StatusCategory | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts:
    """What KPIs need to know of a ticket; unknown is ``None``, never 0.

    ``first_reply_at`` is the first public message of a human agent after the customer's first word, which is the
    creation, or for a ticket that an agent began the customer's first message; what stands at the very instant of
    creation is not later than it and no first reply. The other message instants are the raw facts that variants of
    the definition read. ``agent_replies`` leaves out the message by which an agent began the ticket,
    ``customer_replies`` the one by which the customer did, also where an agent wrote it down for the customer.
    ``replied`` tells whether a human agent has answered in public; it may be known where neither a count nor an
    instant is. ``opened_publicly`` tells whether its first message, at creation, was public; ``agent_messages``
    counts every public message of a human agent, that one too.
    ``solved_at`` holds every instant of entering ``resolved``; ``reopens`` counts leaving ``resolved`` or ``closed``
    for a live category, ``closes`` entering either of the two from another one (and not ``closed`` from
    ``resolved``); ``lives`` holds the stretches between, and ``closed_at`` the closing of a ticket that is closed.
    ``surveyed`` tells whether a survey of satisfaction was sent, answered or not; other surveys do not touch it.
    ``sla_met`` is a verdict that the source itself recorded. ``status`` and ``channel`` may be given by name.

    >>> TicketFacts(ticket_id="#1001").agent_replies is None
    True

    Raises:
        NaiveDatetimeError: one of the instants has no time zone.
        InvalidValueError: an unknown status or channel, a count below zero, NaN, a verdict that is none.
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
    replied: bool | None = None
    opened_publicly: bool | None = None
    agent_messages: int | None = None
    agent_replies: int | None = None
    customer_replies: int | None = None
    agents: int | None = None
    solved_at: tuple[datetime, ...] | None = None
    closed_at: datetime | None = None
    closes: int | None = None
    reopens: int | None = None
    status: StatusCategory | None = None
    waiting: tuple[Waiting, ...] | None = None
    lives: tuple[Life, ...] | None = None
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

    def __post_init__(self) -> None:
        for name in _INSTANTS:
            at = getattr(self, name)
            if at is not None:
                require_aware(f"TicketFacts.{name}", at)
        for at in self.solved_at or ():
            require_aware("TicketFacts.solved_at", at)
        for name, stretches in (("waiting", self.waiting), ("lives", self.lives)):
            for stretch in stretches or ():
                require_aware(f"TicketFacts.{name}", stretch.start)
                if stretch.end is not None:
                    require_aware(f"TicketFacts.{name}", stretch.end)
        self._require_numbers()
        if self.status is not None:
            object.__setattr__(self, "status", member(StatusCategory, "TicketFacts.status", self.status))
        if self.channel is not None:
            object.__setattr__(self, "channel", member(Channel, "TicketFacts.channel", self.channel))
        if not isinstance(self.attributes, FrozenDict):
            object.__setattr__(self, "attributes", FrozenDict(self.attributes))

    def _require_numbers(self) -> None:
        """Tables hand over NaN for what they leave empty, and NaN would count as something."""
        for name in _COUNTS:
            count = getattr(self, name)
            if count is not None and type(count) is not int:
                object.__setattr__(self, name, _counted(name, count))
            elif count is not None and count < 0:
                raise InvalidValueError.of(f"TicketFacts.{name}", count, expected="zero or more")
        for name in _VERDICTS:
            verdict = getattr(self, name)
            if verdict is not None and type(verdict) is not bool:
                raise InvalidValueError.of(f"TicketFacts.{name}", verdict, expected="True, False or None", hint=_GAP)
        for name in ("csat", "ces", "nps", "merged_into"):
            # NaN alone is unlike itself. Ratings that no scale has are for the KPI to tell.
            if getattr(self, name) != getattr(self, name):
                raise InvalidValueError.of(f"TicketFacts.{name}", math.nan, expected="a value, or None", hint=_GAP)

    def anomalies(self) -> tuple[str, ...]:
        """Codes of what cannot be, or hardly, in the order of a ticket's life; empty for a sound row.

        ``reply-before-creation``, ``resolution-before-creation``, ``resolution-before-first-reply``.
        """
        created, replied = _utc(self.created_at), _utc(self.first_reply_at)
        ended = max(map(_utc, self.solved_at)) if self.solved_at else _utc(self.closed_at)
        found = []
        if created and replied and replied < created:
            found.append("reply-before-creation")
        if created and ended and ended < created:
            found.append("resolution-before-creation")
        if replied and ended and ended < replied:
            found.append("resolution-before-first-reply")
        return tuple(found)


def _counted(name: str, count: object) -> int:
    """A count of another library, as numpy has them."""
    try:
        found = index(count) if not isinstance(count, bool) else -1  # type: ignore[arg-type]  # it refuses the rest
    except TypeError:
        found = -1
    if found < 0:
        raise InvalidValueError.of(f"TicketFacts.{name}", count, expected="a whole number, zero or more", hint=_GAP)
    return found


_GAP = "what a table leaves empty is None here, not NaN"
_COUNTS = ("agent_messages", "agent_replies", "customer_replies", "agents", "closes", "reopens")
_VERDICTS = ("replied", "opened_publicly", "surveyed", "agent_started", "auto_replied", "spam", "sla_met")
_INSTANTS = (
    "created_at",
    "first_customer_message_at",
    "first_reply_at",
    "first_agent_message_at",
    "second_agent_message_at",
    "first_auto_reply_at",
    "last_public_agent_message_at",
    "closed_at",
)


@overload
def _utc(at: datetime) -> datetime: ...
@overload
def _utc(at: None) -> None: ...
def _utc(at: datetime | None) -> datetime | None:
    # Aware datetimes of one zone compare by their wall clocks, which is wrong in the hour that comes twice.
    return at.astimezone(UTC) if at else None
