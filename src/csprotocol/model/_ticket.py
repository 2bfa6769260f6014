"""A ticket: what happened, in order, and the facts that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict, cast

from csprotocol.errors import InvalidValueError
from csprotocol.model._event import Event, in_order
from csprotocol.model._facts import TicketFacts, Waiting
from csprotocol.model._frozen import FrozenDict
from csprotocol.model._money import Money
from csprotocol.model._words import ActorKind, Channel, EventKind, StatusCategory

__all__ = ["Ticket"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One request of a customer with all that happened to it.

    An incident's journal and every helpdesk adapter give this type. ``events`` come out in order and without
    duplicates, however they went in. ``recorded`` names the kinds that the source keeps at all: where it keeps no
    messages, the number of replies is unknown and not zero.
    """

    id: str
    events: tuple[Event, ...]
    source: str = ""
    customer_id: str | None = None
    order_id: str | None = None
    channel: Channel | None = None
    channel_name: str | None = None
    reason: str | None = None
    priority: str | None = None
    language: str | None = None
    agent: str | None = None
    group: str | None = None
    tags: tuple[str, ...] = ()
    spam: bool | None = None
    sla_met: bool | None = None
    cost: Money | None = None
    attributes: Mapping[str, str] = field(default_factory=FrozenDict)
    recorded: frozenset[EventKind] = frozenset(EventKind)

    def __post_init__(self) -> None:
        if not self.id:
            raise InvalidValueError.of("Ticket.id", self.id, expected="a text that is not empty")
        object.__setattr__(self, "events", in_order(self.events))
        if not isinstance(self.attributes, FrozenDict):
            object.__setattr__(self, "attributes", FrozenDict(self.attributes))

    def facts(self) -> TicketFacts:
        """The flat row that KPIs read; the only place that turns events into facts.

        >>> from datetime import datetime, timezone
        >>> at = lambda hour: datetime(2026, 11, 20, hour, tzinfo=timezone.utc)
        >>> ticket = Ticket(
        ...     id="#1001",
        ...     events=(
        ...         Event(at(9), EventKind.CREATED, ActorKind.CUSTOMER),
        ...         Event(at(11), EventKind.MESSAGE, ActorKind.AGENT, actor="ana"),
        ...         Event(at(12), EventKind.STATUS, data={"to": StatusCategory.RESOLVED}),
        ...     ),
        ... )
        >>> facts = ticket.facts()
        >>> facts.first_reply_at.hour, facts.agent_replies, facts.reopens, facts.csat
        (11, 1, 0, None)
        """
        created = next((e for e in self.events if e.kind is EventKind.CREATED), None)
        return TicketFacts(
            ticket_id=self.id,
            customer_id=self.customer_id,
            order_id=self.order_id,
            created_at=created.at if created else None,
            agent_started=None if created is None else _began(created),
            channel=self.channel,
            channel_name=self.channel_name,
            reason=self.reason,
            priority=cast("str | None", _last_to(self.events, EventKind.PRIORITY)) or self.priority,
            language=self.language,
            agent=cast("str | None", _last_to(self.events, EventKind.ASSIGN)) or self.agent,
            group=self.group,
            spam=self.spam,
            sla_met=self.sla_met,
            cost=self.cost,
            attributes=self.attributes,
            merged_into=_merged_into(self.events),
            **_conversation(self.events, created, known=EventKind.MESSAGE in self.recorded),
            **_life(self.events, known=EventKind.STATUS in self.recorded),
            **_survey(self.events, known=EventKind.SURVEY in self.recorded),
        )


class _Conversation(TypedDict, total=False):
    first_customer_message_at: datetime | None
    first_reply_at: datetime | None
    first_agent_message_at: datetime | None
    second_agent_message_at: datetime | None
    last_public_agent_message_at: datetime | None
    first_auto_reply_at: datetime | None
    auto_replied: bool
    agent_replies: int
    customer_replies: int
    agents: int


class _Life(TypedDict, total=False):
    status: StatusCategory | None
    solved_at: tuple[datetime, ...]
    closed_at: datetime | None
    closes: int
    reopens: int
    waiting: tuple[Waiting, ...]


class _Survey(TypedDict, total=False):
    surveyed: bool
    csat: float
    nps: int
    ces: float


def _began(created: Event) -> bool | None:
    """Whether an agent began it; ``None`` when the source does not say who did."""
    if created.by is ActorKind.SYSTEM:
        return None
    return created.by is ActorKind.AGENT


def _last_to(events: Iterable[Event], kind: EventKind) -> object:
    found = None
    for event in events:
        if event.kind is kind:
            found = event.data.get("to")
    return found


def _merged_into(events: Iterable[Event]) -> str | None:
    return next((str(e.data.get("into", "")) for e in events if e.kind is EventKind.MERGED), None)


def _conversation(events: tuple[Event, ...], created: Event | None, *, known: bool) -> _Conversation:
    """Who said what first, and how often."""
    by_creation = created.at if created and created.by is ActorKind.CUSTOMER else None
    if not known:
        return {"first_customer_message_at": by_creation}
    said = [e for e in events if e.kind is EventKind.MESSAGE and e.public]
    # The description of a ticket is its creation, not a reply to it.
    opening = next((e for e in said if created and e.at == created.at and e.by is created.by), None)
    customer = [e for e in said if e.by is ActorKind.CUSTOMER]
    agent = [e for e in said if e.by is ActorKind.AGENT]
    auto = [e for e in said if e.by is ActorKind.BOT]
    first_word = by_creation or (customer[0].at if customer else None)
    replies = [e for e in agent if e is not opening]
    if created and created.by is ActorKind.AGENT:
        # Nobody has asked anything yet: a reply can only follow the customer's first message.
        asked = next((i for i, e in enumerate(said) if e.by is ActorKind.CUSTOMER), len(said))
        first_reply = next((e for e in said[asked:] if e.by is ActorKind.AGENT), None)
    else:
        first_reply = replies[0] if replies else None
    return {
        "first_customer_message_at": first_word,
        "first_reply_at": first_reply.at if first_reply else None,
        "first_agent_message_at": agent[0].at if agent else None,
        "second_agent_message_at": agent[1].at if len(agent) > 1 else None,
        "last_public_agent_message_at": agent[-1].at if agent else None,
        "first_auto_reply_at": auto[0].at if auto else None,
        "auto_replied": bool(auto),
        "agent_replies": len(replies),
        "customer_replies": sum(e is not opening for e in customer),
        "agents": len({e.actor for e in agent if e.actor}),
    }


def _life(events: tuple[Event, ...], *, known: bool) -> _Life:
    """When it was solved, closed, reopened, and for whom it waited."""
    if not known:
        return {}
    solved: list[datetime] = []
    waiting: list[Waiting] = []
    closes = reopens = 0
    closed_at: datetime | None = None
    status: StatusCategory | None = None
    since: datetime | None = None
    for event in events:
        if event.kind is not EventKind.STATUS:
            continue
        to = StatusCategory(str(event.data["to"]))
        if to is status:
            continue
        if status and since and status.is_waiting:
            waiting.append(Waiting(status, since, event.at))
        if status in {StatusCategory.RESOLVED, StatusCategory.CLOSED} and to.is_live:
            reopens += 1
        if to is StatusCategory.RESOLVED:
            solved.append(event.at)
        if to is StatusCategory.CLOSED:
            closes += 1
        closed_at = event.at if to is StatusCategory.CLOSED else None
        status, since = to, event.at
    if status and since and status.is_waiting:
        waiting.append(Waiting(status, since, None))
    return {
        "status": status,
        "solved_at": tuple(solved),
        "closed_at": closed_at,
        "closes": closes,
        "reopens": reopens,
        "waiting": tuple(waiting),
    }


def _survey(events: tuple[Event, ...], *, known: bool) -> _Survey:
    """The last answer to each kind of survey; ``surveyed`` when one was sent, answered or not."""
    if not known:
        return {}
    sent = [e for e in events if e.kind is EventKind.SURVEY]
    facts: _Survey = {"surveyed": bool(sent)}
    for event in sent:
        score = event.data.get("score")
        if not isinstance(score, int | float):
            continue
        match event.data.get("metric", "csat"):
            case "csat":
                facts["csat"] = score
            case "ces":
                facts["ces"] = score
            case "nps":
                facts["nps"] = int(score)
            case metric:
                raise InvalidValueError.unknown("survey metric", metric, ("csat", "nps", "ces"))
    return facts
