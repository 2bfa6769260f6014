"""What is odd about a ticket, as the notices say it."""

from __future__ import annotations

from csprotocol.adapters._read import Tally
from csprotocol.adapters._zendesk_draft import Draft
from csprotocol.adapters._zendesk_words import PRIORITIES
from csprotocol.model import Event

__all__ = ["note_priority", "note_ticket"]


def note_priority(tally: Tally, priority: str) -> None:
    """Say that a priority is none of Zendesk's own."""
    if priority not in PRIORITIES:
        tally.notice("unknown-priority", f"priorities other than {', '.join(PRIORITIES)}; kept as they are")


def note_ticket(tally: Tally, draft: Draft, events: list[Event], *, assumed: bool) -> None:
    """Say what is odd about a ticket and its events, all tables read."""
    notice = tally.notice
    if assumed:
        notice(
            "status-assumed",
            "tickets without a history of their status: the present one is known, when it was reached is not",
        )
    if not draft.comments:
        notice("no-comments", "tickets without any comment in the export: who replied when is unknown")
    if any(event.at < draft.created_at for event in events):
        notice("event-before-creation", "tickets with an event before their creation")
    if draft.lost:
        notice(
            "incomplete-ticket",
            "tickets of which a row was rejected, or a public comment has an author of unknown role: the facts "
            "that rest on it are unknown",
        )
    elif draft.statuses and draft.status and draft.last_status() is not draft.status:
        notice("status-differs", "tickets whose present status is not the last one of their history")
    if draft.priority is not None:
        note_priority(tally, draft.priority)
