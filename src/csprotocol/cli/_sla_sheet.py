"""The tickets of an export under a policy: counted, and the worst kept."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from csprotocol.calendar import BusinessCalendar, CalendarHistory
from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket, TicketFacts
from csprotocol.sla import ClockKind, ClockState, Sla, SlaPolicy, State

__all__ = ["FROM_FACTS", "Sheet", "TicketCalendars", "Worst", "sheet_of", "ticket_of"]

# What one row a ticket can tell; the other clocks need the conversation.
FROM_FACTS: Final = frozenset({ClockKind.FIRST_REPLY, ClockKind.RESOLUTION})


@dataclass(frozen=True, slots=True)
class Worst:
    """A breached cycle, and how much open time it took too long."""

    ticket_id: str
    clock: ClockState
    late: timedelta


@dataclass(slots=True)
class Sheet:
    """Cycles by clock, priority and state; ``overdue`` run on behind their deadline."""

    tickets: int = 0
    without_calendar: int = 0
    without_rule: int = 0
    left_out: Counter[ClockKind] = field(default_factory=Counter)
    cycles: dict[tuple[ClockKind, str], Counter[State]] = field(default_factory=dict)
    overdue_by: Counter[tuple[ClockKind, str]] = field(default_factory=Counter)
    worst: list[Worst] = field(default_factory=list)

    @property
    def overdue(self) -> int:
        """How many cycles are overdue now."""
        return self.overdue_by.total()


class TicketCalendars:
    """The calendars of a ticket: those that were named, and those that the export brings for it."""

    def __init__(
        self, named: Mapping[str, BusinessCalendar], own: Mapping[str, BusinessCalendar | CalendarHistory]
    ) -> None:
        self.named = named
        self.own = own

    def under(self, policy: SlaPolicy, ticket: Ticket) -> tuple[Ticket, Mapping[str, BusinessCalendar]] | None:
        """The ticket with its changes of calendar as events, and the calendars by name; ``None`` without any."""
        own = self.own.get(ticket.id)
        if own is None or policy.calendar in self.named:
            return (ticket, self.named) if self.named else None
        entries = own.entries if isinstance(own, CalendarHistory) else ((None, own),)
        calendars = {**self.named, policy.calendar: entries[0][1]}
        changes = []
        for number, (at, calendar) in enumerate(entries[1:], 2):
            calendars[name := f"schedule {number}"] = calendar
            changes.append(Event(at, EventKind.CALENDAR, data={"to": name}))
        return (replace(ticket, events=(*ticket.events, *changes)) if changes else ticket), calendars


def sheet_of(
    tickets: Iterable[Ticket],
    policy: SlaPolicy,
    calendars: TicketCalendars,
    now: datetime,
    *,
    worst: int,
    kinds: frozenset[ClockKind] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sheet:
    """All ``tickets`` judged; ``kinds`` are the clocks that one row a ticket can tell, all of them unless given."""
    sheet, ready = Sheet(), _Ready(policy)
    known = tuple(tickets)
    late: list[tuple[timedelta, int, Worst]] = []
    numbers = count()
    for number, ticket in enumerate(known):
        if progress is not None and not number % 1000:
            progress(number, len(known))
        found = calendars.under(policy, ticket)
        sheet.tickets += 1
        if found is None:
            sheet.without_calendar += 1
            continue
        sla = ready.sla(found[1])
        clocks = sla.evaluate(found[0], now)
        sheet.left_out.update(sla.untold(found[0]))
        sheet.without_rule += not clocks
        priority = _priority(ticket) or policy.default_priority
        for clock in clocks:
            if kinds is not None and clock.kind not in kinds:
                sheet.left_out[clock.kind] += 1
                continue
            key = clock.kind, priority
            sheet.cycles.setdefault(key, Counter())[clock.state] += 1
            if clock.breached_at is None or clock.state is State.CANCELLED:
                continue
            sheet.overdue_by[key] += not clock.is_finished
            row = Worst(ticket.id, clock, -clock.remaining if clock.remaining is not None else timedelta(0))
            # The number parts equals, so that the order of the export decides and clocks are never compared.
            (heapq.heappush if len(late) < worst else heapq.heappushpop)(late, (row.late, -next(numbers), row))
    sheet.worst = [row for _, _, row in sorted(late, key=lambda each: each[:2], reverse=True)][:worst]
    return sheet


class _Ready:
    """Policy and calendars are made ready once for all tickets that share them."""

    def __init__(self, policy: SlaPolicy) -> None:
        self._policy = policy
        self._known: dict[tuple[tuple[str, BusinessCalendar], ...], Sla] = {}

    def sla(self, calendars: Mapping[str, BusinessCalendar]) -> Sla:
        key = tuple(calendars.items())
        if key not in self._known:
            self._known[key] = Sla(self._policy, calendars)
        return self._known[key]


def ticket_of(facts: TicketFacts) -> Ticket | None:
    """The events behind one row a ticket; ``None`` where nobody knows when it was created."""
    if facts.created_at is None:
        return None
    events = [
        Event(facts.created_at, EventKind.CREATED, ActorKind.AGENT if facts.agent_started else ActorKind.CUSTOMER)
    ]
    if facts.first_reply_at is not None:
        events.append(Event(facts.first_reply_at, EventKind.MESSAGE, ActorKind.AGENT))
    ended = facts.solved_at[-1] if facts.solved_at else facts.closed_at
    if ended is not None:
        events.append(Event(ended, EventKind.STATUS, data={"to": StatusCategory.RESOLVED}))
    return Ticket(
        id=facts.ticket_id,
        events=tuple(events),
        channel=facts.channel,
        reason=facts.reason,
        priority=facts.priority,
        language=facts.language,
        group=facts.group,
    )


def _priority(ticket: Ticket) -> str | None:
    told = [event.data.get("to") for event in ticket.events if event.kind is EventKind.PRIORITY]
    return str(told[-1]) if told and told[-1] is not None else ticket.priority
