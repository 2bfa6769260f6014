"""What an export tells of each ticket for clocks: its events, and the clocks of which it does not know enough."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket, TicketFacts
from csprotocol.sla import ClockKind

__all__ = ["Reason", "Row", "rows_of_facts", "rows_of_tickets"]


class Reason(StrEnum):
    """Why a clock, or a whole ticket, is left out; stable, for programs."""

    NOT_RECORDED = "not-recorded"
    END_UNKNOWN = "end-unknown"
    REOPENED = "reopened"
    WAITING_UNKNOWN = "waiting-unknown"
    WITHOUT_CALENDAR = "without-calendar"
    NEVER_OPENS = "calendar-never-opens"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket, and what of it the export cannot tell; with a ``fault`` it tells nothing that could be."""

    ticket: Ticket
    untold: Mapping[ClockKind, Reason] = field(default_factory=dict)
    tells_waiting: bool = True
    fault: Reason | None = None


# They run from the creation to the resolution, both of which one row a ticket may tell.
_WHOLE_LIFE: Final = (ClockKind.REQUESTER_WAIT, ClockKind.AGENT_WORK, ClockKind.RESOLUTION)
_ENDS: Final = ("solved_at", "closed_at")
_IMPOSSIBLE: Final = frozenset({"reply-before-creation", "resolution-before-creation"})


def rows_of_tickets(tickets: Iterable[Ticket]) -> Iterator[Row]:
    """Tickets with their events, which themselves say what was recorded."""
    return (Row(ticket) for ticket in tickets)


def rows_of_facts(facts: Iterable[TicketFacts], columns: Collection[str]) -> Iterator[Row]:
    """Tickets of one row each; ``columns`` are the facts for which the table has one."""
    return (_row(each, columns) for each in facts)


def _row(facts: TicketFacts, columns: Collection[str]) -> Row:
    end = facts.solved_at[-1] if facts.solved_at else facts.closed_at
    fault = Reason.REVERSED if _IMPOSSIBLE.intersection(facts.anomalies()) else None
    return Row(_ticket(facts, end), _untold(facts, end, columns), tells_waiting=facts.waiting is not None, fault=fault)


def _untold(facts: TicketFacts, end: datetime | None, columns: Collection[str]) -> dict[ClockKind, Reason]:
    """A row knows instants, not what happened between them; what has no column did not fail to happen."""
    reasons: dict[ClockKind, Reason | None] = dict.fromkeys(_WHOLE_LIFE, _why_no_resolution(facts, end, columns))
    reasons[ClockKind.FIRST_REPLY] = _why_no_first_reply(facts, end, columns)
    found = {kind: reasons.get(kind, Reason.NOT_RECORDED) for kind in ClockKind}
    return {kind: reason for kind, reason in found.items() if reason is not None}


def _why_no_resolution(facts: TicketFacts, end: datetime | None, columns: Collection[str]) -> Reason | None:
    if not any(name in columns for name in _ENDS):
        return Reason.NOT_RECORDED
    if _was_reopened(facts, end):
        return Reason.REOPENED
    return Reason.END_UNKNOWN if end is None and _has_ended(facts) else None


def _why_no_first_reply(facts: TicketFacts, end: datetime | None, columns: Collection[str]) -> Reason | None:
    # Where an agent began, the clock starts with the customer's first word, for which there is no column.
    if facts.replied is None or facts.agent_started:
        return Reason.NOT_RECORDED
    if facts.replied:
        return None
    # An end stops the clock too.
    if _was_reopened(facts, end):
        return Reason.REOPENED
    if end is not None or _is_live(facts):
        return None
    may_have_ended = _has_ended(facts) or not any(name in columns for name in _ENDS)
    return Reason.END_UNKNOWN if may_have_ended else None


def _was_reopened(facts: TicketFacts, end: datetime | None) -> bool:
    """Whether its one instant of a resolution is only one of several."""
    return bool(facts.reopens) or (end is not None and _is_live(facts))


def _is_live(facts: TicketFacts) -> bool:
    return facts.status is not None and facts.status.is_live and facts.merged_into is None


def _has_ended(facts: TicketFacts) -> bool:
    return facts.merged_into is not None or (facts.status is not None and not facts.status.is_live)


def _ticket(facts: TicketFacts, end: datetime | None) -> Ticket:
    """The events behind one row; none where nobody knows when it was created."""
    return Ticket(
        id=facts.ticket_id,
        events=() if facts.created_at is None else tuple(_events(facts, facts.created_at, end)),
        channel=facts.channel,
        reason=facts.reason,
        priority=facts.priority,
        language=facts.language,
        group=facts.group,
    )


def _events(facts: TicketFacts, created_at: datetime, end: datetime | None) -> Iterator[Event]:
    yield Event(created_at, EventKind.CREATED, ActorKind.AGENT if facts.agent_started else ActorKind.CUSTOMER)
    if facts.first_reply_at is not None:
        yield Event(facts.first_reply_at, EventKind.MESSAGE, ActorKind.AGENT)
    if end is not None and facts.merged_into is not None:
        # Helpdesks end a ticket in the very instant in which they merge it: that is no resolution.
        yield Event(end, EventKind.MERGED, data={"into": facts.merged_into})
    elif end is not None:
        called_off = facts.status is StatusCategory.CANCELLED
        to = StatusCategory.CANCELLED if called_off else StatusCategory.RESOLVED
        yield Event(end, EventKind.STATUS, data={"to": to})
