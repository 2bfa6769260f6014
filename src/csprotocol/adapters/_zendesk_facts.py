"""What follows from a draft: its ticket and the facts, and which of them nobody can know."""

from __future__ import annotations

from dataclasses import replace

from csprotocol.adapters._zendesk_draft import Draft
from csprotocol.adapters._zendesk_oddities import note_ticket
from csprotocol.adapters._zendesk_tables import Extract
from csprotocol.adapters._zendesk_users import Users
from csprotocol.adapters._zendesk_words import channel_of
from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket, TicketFacts

__all__ = ["ticket_of"]


def ticket_of(draft: Draft, source: str, extract: Extract, users: Users) -> tuple[Ticket, TicketFacts, bool]:
    """The ticket, its facts, and whether its state is only the present one of an unknown history."""
    channel, known = channel_of(draft.via) if draft.via else (None, True)
    if not known:
        extract.tally.notice("unknown-channel", "tickets of a channel that is not in our table; kept as other")
    events = [Event(draft.created_at, EventKind.CREATED, _creator(draft, users), draft.submitter), *draft.story()]
    assumed = not draft.statuses and draft.status is not None
    if assumed:
        events.append(
            Event(
                draft.updated_at or draft.created_at,
                EventKind.STATUS,
                data={"to": draft.status, "assumed": True},
            )
        )
    if draft.merged_into:
        closed = [at for at, to in draft.statuses if not to.is_live]
        at = closed[0] if closed else draft.updated_at or draft.created_at
        events.append(Event(at, EventKind.MERGED, data={"into": draft.merged_into}))
    note_ticket(extract.tally, draft, events, assumed=assumed)
    ticket = Ticket(
        id=draft.id,
        events=tuple(events),
        source=source,
        customer_id=draft.requester,
        order_id=draft.order_id,
        channel=channel,
        channel_name=draft.via,
        reason=draft.reason,
        priority=draft.priority,
        language=users.locales.get(draft.requester) if draft.requester else None,
        agent=draft.assignee,
        group=draft.group,
        tags=tuple(draft.tags),
        spam=_spam(draft, users),
        attributes=draft.attributes,
        recorded=_recorded(draft, extract, assumed=assumed),
    )
    facts = ticket.facts()
    if EventKind.STATUS in draft.lost:
        return ticket, replace(facts, status=draft.status), assumed
    return ticket, _without_history(facts) if assumed else facts, assumed


def _creator(draft: Draft, users: Users) -> ActorKind:
    if draft.submitter is None:
        return ActorKind.SYSTEM
    by = draft.author(draft.submitter, users)
    return ActorKind.SYSTEM if by is ActorKind.BOT else by


def _recorded(draft: Draft, extract: Extract, *, assumed: bool) -> frozenset[EventKind]:
    unknown: set[EventKind] = set()
    # Every ticket of Zendesk has its description as a comment: none at all means that they are missing here.
    if not draft.comments:
        unknown.add(EventKind.MESSAGE)
    if "satisfaction_rating" not in extract:
        unknown.add(EventKind.SURVEY)
    if not draft.statuses and not assumed:
        unknown.add(EventKind.STATUS)
    return frozenset(EventKind) - unknown - draft.lost


def _spam(draft: Draft, users: Users) -> bool | None:
    """Zendesk marks spam by deleting the ticket and suspending its requester; it has no other sign."""
    last = draft.status if EventKind.STATUS in draft.lost else draft.last_status() or draft.status
    if last is not StatusCategory.CANCELLED:
        return False if last else None
    return True if draft.requester and users.suspended.get(draft.requester) else None


def _without_history(facts: TicketFacts) -> TicketFacts:
    """Facts of a ticket of which only the present state is known: how and when it got there is unknown.

    Its last change is not the instant of that state: a tag added years later changes a ticket as well.
    """
    return replace(facts, solved_at=None, closed_at=None, reopens=None, closes=None, waiting=None, lives=None)
