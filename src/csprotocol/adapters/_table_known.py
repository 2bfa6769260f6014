"""What a log of events can know at all, by the words that its mapping explains: the rest is unknown, never 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from csprotocol.adapters._mapping import TableMapping
from csprotocol.model import ActorKind, EventKind, FrozenDict, StatusCategory, Ticket, TicketFacts

__all__ = ["MESSAGES", "ROWS", "SURVEYS", "Knowledge"]

SURVEYS: Final = ("csat", "nps", "ces")
MESSAGES: Final[Mapping[str, tuple[ActorKind, bool]]] = FrozenDict(
    {
        "agent_message": (ActorKind.AGENT, True),
        "customer_message": (ActorKind.CUSTOMER, True),
        "bot_message": (ActorKind.BOT, True),
        "private_note": (ActorKind.AGENT, False),
    }
)

_BY_AGENTS: Final = (
    "first_reply_at",
    "first_agent_message_at",
    "second_agent_message_at",
    "last_public_agent_message_at",
    "agent_messages",
    "agent_replies",
    "agents",
    "replied",
)
_BY_BOTS: Final = ("first_auto_reply_at", "auto_replied")
# An agent began: whoever answers the customer's first message can be told only where that message is seen.
_ANSWERS: Final = ("first_reply_at", "replied", *_BY_BOTS)
_RETURNS: Final = ("reopens", "closes", "waiting", "lives")
_ENDS: Final = ("solved_at", "closed_at")
ROWS: Final = frozenset({EventKind.STATUS, EventKind.MESSAGE, EventKind.NOTE})


class Knowledge:
    """Which facts the tickets of a log have."""

    def __init__(self, mapping: TableMapping) -> None:
        named = mapping.columns.named()
        means = set(mapping.activity.values())
        states = [StatusCategory(word) for word in means - MESSAGES.keys()]
        ended = any(not state.is_live for state in states)
        self._states = "status" in named or (ended and any(state.is_live for state in states))
        self._ends_only = ended and not self._states
        self._seen = {by for word, (by, public) in MESSAGES.items() if public and word in means}
        recorded = {EventKind.CREATED, EventKind.NOTE}
        recorded |= {EventKind.STATUS} if self._states or self._ends_only else set()
        recorded |= {EventKind.MESSAGE} if self._seen else set()
        recorded |= {EventKind.SURVEY} if named.keys() & set(SURVEYS) else set()
        recorded |= {EventKind.MERGED} if "merged_into" in named else set()
        self.recorded = frozenset(recorded)

    def of(self, ticket: Ticket) -> tuple[TicketFacts, Ticket]:
        """The facts of a ticket, and the ticket, which claims no more than that itself."""
        facts = ticket.facts()
        unknown = dict.fromkeys(self._unseen(facts))
        unknown |= dict.fromkeys(self._unsure(ticket)) if self._ends_only else {}
        # Who did not answer may or may not have been asked.
        found: dict[str, Any] = {**unknown, "surveyed": True if facts.csat is not None else None}
        changed = {fact: value for fact, value in found.items() if getattr(facts, fact) != value}
        doubtful = self._doubtful(ticket)
        return (
            replace(facts, **changed) if changed else facts,
            replace(ticket, recorded=ticket.recorded - doubtful) if doubtful else ticket,
        )

    def _unseen(self, facts: TicketFacts) -> tuple[str, ...]:
        """What hangs on messages of which the mapping names none."""
        if not self._seen:
            return ()
        unseen: tuple[str, ...] = ()
        if ActorKind.AGENT not in self._seen:
            unseen += _BY_AGENTS
        if ActorKind.BOT not in self._seen:
            unseen += _BY_BOTS
        if ActorKind.CUSTOMER not in self._seen:
            unseen += ("customer_replies", *(_ANSWERS if facts.agent_started else ()))
        if not facts.opened_publicly and not self._both_sides:
            unseen += ("opened_publicly",)
        return unseen

    @property
    def _both_sides(self) -> bool:
        return {ActorKind.AGENT, ActorKind.CUSTOMER} <= self._seen

    def _unsure(self, ticket: Ticket) -> tuple[str, ...]:
        """What may have changed between or after the ends, where no live state has a word."""
        ended = [event.kind is EventKind.STATUS for event in ticket.events if event.kind in ROWS]
        if True not in ended or not ended[-1]:
            return ("status", *_ENDS, *_RETURNS)
        first = ended.index(True)
        return _RETURNS if all(ended[first:]) else (*_ENDS, *_RETURNS)

    def _doubtful(self, ticket: Ticket) -> set[EventKind]:
        """The kinds of which the ticket's own :meth:`Ticket.facts` would tell too much."""
        doubtful = {EventKind.STATUS} if self._ends_only else set()
        if self._seen and not self._both_sides:
            doubtful.add(EventKind.MESSAGE)
        if not any(event.kind is EventKind.SURVEY for event in ticket.events):
            doubtful.add(EventKind.SURVEY)
        return doubtful & ticket.recorded
