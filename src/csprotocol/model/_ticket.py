"""A ticket: what happened, in order, and the facts that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import dropwhile, zip_longest
from math import isfinite
from typing import NamedTuple, TypedDict, cast

from csprotocol.errors import InvalidValueError
from csprotocol.model._event import Event, in_order
from csprotocol.model._facts import Life, TicketFacts, Waiting
from csprotocol.model._frozen import FrozenDict
from csprotocol.model._money import Money
from csprotocol.model._words import ActorKind, Channel, EventKind, StatusCategory, member

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
        if self.channel is not None:
            object.__setattr__(self, "channel", member(Channel, "Ticket.channel", self.channel))
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

        Messages that share ``data["session"]`` count as one reply: a chat is one answer in many lines.

        Raises:
            InvalidValueError: a ``status`` event without a :class:`StatusCategory` in ``data["to"]``, or a survey
                of an unknown metric, with a score that is no finite number, or for NPS no whole one.
        """
        created = next((e for e in self.events if e.kind is EventKind.CREATED), None)
        return TicketFacts(
            ticket_id=self.id,
            customer_id=self.customer_id,
            order_id=self.order_id,
            created_at=created.at if created else None,
            agent_started=_agent_started(self.events, created),
            channel=self.channel,
            channel_name=self.channel_name,
            reason=self.reason,
            priority=cast("str | None", _last_to(self.events, EventKind.PRIORITY, self.priority)),
            language=self.language,
            agent=cast("str | None", _last_to(self.events, EventKind.ASSIGN, self.agent)),
            group=self.group,
            spam=self.spam,
            sla_met=self.sla_met,
            cost=self.cost,
            attributes=self.attributes,
            merged_into=_merged_into(self.events),
            **_conversation(self.events, created, known=EventKind.MESSAGE in self.recorded),
            **_life(self.events, created, known=EventKind.STATUS in self.recorded),
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
    replied: bool
    opened_publicly: bool
    agent_messages: int
    agent_replies: int
    customer_replies: int
    agents: int | None


class _Life(TypedDict, total=False):
    status: StatusCategory | None
    solved_at: tuple[datetime, ...]
    closed_at: datetime | None
    closes: int
    reopens: int
    waiting: tuple[Waiting, ...]
    lives: tuple[Life, ...]


class _Survey(TypedDict, total=False):
    surveyed: bool
    csat: float
    nps: int
    ces: float


# Sources stamp a ticket and its first message separately; less than this apart, they are one.
_SAME_INSTANT = timedelta(seconds=1)


def _opening(events: Iterable[Event], created: Event | None) -> Event | None:
    """The public message that is the ticket's own description: its creation, not a reply to it."""
    if created is None:
        return None
    at_once = [
        e
        for e in events
        if e.kind is EventKind.MESSAGE
        and e.public
        and abs(e.at.astimezone(UTC) - created.at.astimezone(UTC)) < _SAME_INSTANT
    ]
    if created.by is ActorKind.SYSTEM:
        return next((e for e in at_once if e.by in _PEOPLE), None)
    own = next((e for e in at_once if e.by is created.by), None)
    # An agent who logs a call writes down what the customer said: the ticket begins with the customer's words.
    return own or next((e for e in at_once if e.by is ActorKind.CUSTOMER), None)


_PEOPLE = (ActorKind.CUSTOMER, ActorKind.AGENT)


def _opening_lines(said: Iterable[Event], opening: Event | None) -> Iterator[Event]:
    """The opening message and, in a chat, the lines that its author added before anybody answered."""
    if opening is None:
        return
    yield opening
    session = opening.data.get("session")
    following = dropwhile(lambda e: e is not opening, said)
    next(following, None)
    for event in following if session is not None else ():
        if event.by is opening.by and event.data.get("session") == session:
            yield event
        elif event.by in _PEOPLE:
            return


def _starter(events: Iterable[Event], created: Event | None) -> ActorKind | None:
    """Who began it; ``None`` when the source does not say. A system that keeps books began nothing."""
    if created is None:
        return None
    if created.by is not ActorKind.SYSTEM:
        return created.by
    opening = _opening(events, created)
    return opening.by if opening else None


def _agent_started(events: Iterable[Event], created: Event | None) -> bool | None:
    starter = _starter(events, created)
    return None if starter is None else starter is ActorKind.AGENT


def _last_to(events: Iterable[Event], kind: EventKind, present: object) -> object:
    """What it was set to last, ``None`` when that took it away; ``present`` where no event says anything of it."""
    found = present
    for event in events:
        if event.kind is kind and "to" in event.data:
            found = event.data["to"]
    return found


def _merged_into(events: Iterable[Event]) -> str | None:
    return next((str(e.data.get("into", "")) for e in events if e.kind is EventKind.MERGED), None)


def _conversation(events: tuple[Event, ...], created: Event | None, *, known: bool) -> _Conversation:
    """Who said what first, and how often."""
    starter = _starter(events, created) if known else created.by if created else None
    by_creation = created.at if created and starter is ActorKind.CUSTOMER else None
    if not known:
        return {"first_customer_message_at": by_creation}
    said = [e for e in events if e.kind is EventKind.MESSAGE and e.public]
    opening = _opening(said, created)
    opened_by = {id(e) for e in _opening_lines(said, opening)}
    customer = [e for e in said if e.by is ActorKind.CUSTOMER]
    agent = [e for e in said if e.by is ActorKind.AGENT]
    replies = [e for e in agent if id(e) not in opened_by]
    second = replies if agent and id(agent[0]) in opened_by else agent[1:]
    # Nobody has asked an agent who began: a reply can only follow the customer's first message.
    asked = next((i for i, e in enumerate(said) if e.by is ActorKind.CUSTOMER), len(said))
    answers = [e for e in (said[asked:] if starter is ActorKind.AGENT else said) if e is not opening]
    first_word = by_creation or (customer[0].at if customer else None)
    born = created.at.astimezone(UTC) if created else None
    human = [e for e in answers if e.by is ActorKind.AGENT]
    return {
        "first_customer_message_at": first_word,
        # What stands at the instant of creation came with the ticket: its time says nothing of how fast anybody was.
        "first_reply_at": next((e.at for e in human if e.at.astimezone(UTC) != born), None),
        "first_agent_message_at": agent[0].at if agent else None,
        "second_agent_message_at": second[0].at if second else None,
        "last_public_agent_message_at": agent[-1].at if agent else None,
        "first_auto_reply_at": next((e.at for e in answers if e.by is ActorKind.BOT), None),
        "auto_replied": any(e.by is ActorKind.BOT for e in answers),
        "replied": bool(human),
        "opened_publicly": opening is not None,
        "agent_messages": _count(agent),
        "agent_replies": _count(replies),
        "customer_replies": _count(e for e in customer if id(e) not in opened_by),
        # An author without a name may be any of the others.
        "agents": None if any(e.actor is None for e in agent) else len({e.actor for e in agent}),
    }


def _count(messages: Iterable[Event]) -> int:
    """How many messages; those of one chat session are one."""
    sessions: set[object] = set()
    alone = 0
    for event in messages:
        session = event.data.get("session")
        if session is None:
            alone += 1
        else:
            sessions.add(session)
    return alone + len(sessions)


def _life(events: tuple[Event, ...], created: Event | None, *, known: bool) -> _Life:
    """When it was solved, closed, reopened, and for whom it waited."""
    if not known:
        return {}
    changes = tuple(_changes(events))
    now = changes[-1] if changes else None
    return {
        "status": now.to if now else None,
        "solved_at": tuple(c.at for c in changes if c.to is StatusCategory.RESOLVED),
        "closed_at": now.at if now and now.to is StatusCategory.CLOSED else None,
        "closes": sum(c.to in _DONE and c.of not in _DONE for c in changes),
        "reopens": sum(c.of in _DONE and c.to.is_live for c in changes),
        "waiting": tuple(
            Waiting(change.to, change.at, following.at if following else None)
            for change, following in zip_longest(changes, changes[1:])
            if change.to.is_waiting
        ),
        "lives": _lives(changes, created),
    }


_DONE = (StatusCategory.RESOLVED, StatusCategory.CLOSED)


class _Change(NamedTuple):
    of: StatusCategory | None
    to: StatusCategory
    at: datetime


def _changes(events: Iterable[Event]) -> Iterator[_Change]:
    """The statuses a ticket entered; one that is set again is no change."""
    status = None
    for event in events:
        if event.kind is EventKind.STATUS and (to := _category(event)) is not status:
            yield _Change(status, to, event.at)
            status = to


def _lives(changes: Iterable[_Change], created: Event | None) -> tuple[Life, ...]:
    """From creation, or from a return to a live status, to the status that ended it.

    What was done without having been live (created before the journal begins, or cancelled) has no length.
    """
    lives = []
    born = created.at if created else None
    for change in changes:
        if change.to.is_live:
            born = born or change.at
        elif born:
            lives.append(Life(born, change.at, change.to))
            born = None
        elif change.to in _DONE and change.of not in _DONE:
            lives.append(Life(change.at, change.at, change.to))
    if born:
        lives.append(Life(born, None, None))
    return tuple(lives)


def _category(event: Event) -> StatusCategory:
    to = event.data.get("to")
    try:
        return StatusCategory(str(to))
    except ValueError:
        raise InvalidValueError.unknown("Event.data['to'] of a status event", to, StatusCategory) from None


def _survey(events: tuple[Event, ...], *, known: bool) -> _Survey:
    """The last answer to each kind of survey; ``surveyed`` when one of satisfaction was sent, answered or not."""
    if not known:
        return {}
    sent = [(e.data.get("metric", "csat"), _score(e)) for e in events if e.kind is EventKind.SURVEY]
    facts: _Survey = {"surveyed": any(metric == "csat" for metric, _ in sent)}
    for metric, score in sent:
        match metric:
            case "csat" if score is not None:
                facts["csat"] = score
            case "ces" if score is not None:
                facts["ces"] = score
            case "nps" if score is not None:
                if score % 1:
                    raise InvalidValueError.of("survey score", score, expected="a whole number for nps")
                facts["nps"] = int(score)
            case "csat" | "ces" | "nps":
                pass
            case _:
                raise InvalidValueError.unknown("survey metric", metric, ("csat", "nps", "ces"))
    return facts


def _score(event: Event) -> int | float | None:
    """The rating; ``None`` where nobody answered. Anything else would be taken for no answer, and is refused."""
    score = event.data.get("score")
    if score is None:
        return None
    if isinstance(score, bool) or not isinstance(score, int | float | Decimal | Fraction):
        raise InvalidValueError.of("survey score", type(score).__name__, expected="a number")
    if not isfinite(score):
        raise InvalidValueError.of("survey score", score, expected="a finite number")
    if isinstance(score, int | float):
        return score
    return int(score) if score == int(score) else float(score)
