"""The tickets of an export under a policy: counted, and the worst kept."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Final, NamedTuple

from csprotocol.calendar import BusinessCalendar, BusinessHours, CalendarHistory
from csprotocol.cli._sla_rows import Reason, Row
from csprotocol.errors import BusinessTimeError, NeverOpenError
from csprotocol.model import Event, EventKind, Ticket
from csprotocol.sla import ClockKind, ClockRule, ClockState, Sla, SlaPolicy, State

__all__ = ["Sheet", "TicketCalendars", "Worst", "sheet_of"]

# In the place of hours that nobody gave: what was counted by it is found by it, and left out.
_NO_HOURS: Final = BusinessCalendar(BusinessHours(tz="UTC", weekly={}))


@dataclass(frozen=True, slots=True)
class Worst:
    """A breached cycle, and how much open time it took too long."""

    ticket_id: str
    clock: ClockState
    late: timedelta


@dataclass(slots=True)
class Sheet:
    """Cycles by clock, priority and state; ``overdue`` have not stopped behind their deadline.

    ``left_out`` are clocks of tickets of which other clocks may be told, ``rejected`` the ids of tickets of which
    nothing is told, by the code of the reason.
    """

    tickets: int = 0
    without_creation: int = 0
    not_created_yet: int = 0
    without_calendar: int = 0
    without_clock: int = 0
    left_out: Counter[tuple[ClockKind, Reason]] = field(default_factory=Counter)
    rejected: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    cycles: dict[tuple[ClockKind, str], Counter[State]] = field(default_factory=dict)
    overdue_by: Counter[tuple[ClockKind, str]] = field(default_factory=Counter)
    worst: list[Worst] = field(default_factory=list)

    @property
    def overdue(self) -> int:
        """How many cycles are overdue now."""
        return self.overdue_by.total()


class _Under(NamedTuple):
    """A ticket with its changes of calendar as events, and the calendars by name."""

    ticket: Ticket
    calendars: Mapping[str, BusinessCalendar]
    has_hours: bool = True


class TicketCalendars:
    """The calendars of a ticket: those that were named, and those that the export brings for it."""

    def __init__(
        self, named: Mapping[str, BusinessCalendar], own: Mapping[str, BusinessCalendar | CalendarHistory]
    ) -> None:
        self.named = named
        self.own = own

    def under(self, policy: SlaPolicy, ticket: Ticket) -> _Under | None:
        """The ticket under its calendars; ``None`` without any."""
        if policy.calendar in self.named:
            return _Under(ticket, self.named)
        own = self.own.get(ticket.id)
        if own is None:
            # Clocks that name hours of their own can be told all the same.
            stand_in = {**self.named, policy.calendar: _NO_HOURS}
            return _Under(ticket, stand_in, has_hours=False) if self.named else None
        entries = own.entries if isinstance(own, CalendarHistory) else ((None, own),)
        calendars = {**self.named, policy.calendar: entries[0][1]}
        changes = []
        for number, (at, calendar) in enumerate(entries[1:], 2):
            calendars[name := f"schedule {number}"] = calendar
            changes.append(Event(at, EventKind.CALENDAR, data={"to": name}))
        return _Under(replace(ticket, events=(*ticket.events, *changes)) if changes else ticket, calendars)


def sheet_of(
    rows: Sequence[Row],
    policy: SlaPolicy,
    calendars: TicketCalendars,
    now: datetime,
    *,
    worst: int,
    progress: Callable[[int, int], None] | None = None,
) -> Sheet:
    """All tickets judged, and so many of the ``worst`` breaches."""
    judge = _Judge(policy, calendars, now, worst)
    for number, row in enumerate(rows):
        if progress is not None and not number % 1000:
            progress(number, len(rows))
        judge.take(row)
    return judge.sheet_with_worst()


class _Judge:
    """Takes one ticket after the other."""

    def __init__(self, policy: SlaPolicy, calendars: TicketCalendars, now: datetime, worst: int) -> None:
        self._policy = policy
        self._kinds = {kind for rule in policy.rules for kind in rule.clocks}
        self._rules = {rule.name: rule.clocks for rule in policy.rules}
        self._calendars = calendars
        self._now = now
        self._worst = worst
        self._late: list[tuple[timedelta, int, Worst]] = []
        self._numbers = count()
        self._ready: dict[tuple[tuple[str, BusinessCalendar], ...], Sla] = {}
        self._sheet = Sheet()

    def sheet_with_worst(self) -> Sheet:
        ranked = sorted(self._late, key=lambda each: each[:2], reverse=True)
        self._sheet.worst = [row for _, _, row in ranked][: self._worst]
        return self._sheet

    def take(self, row: Row) -> None:
        sheet, ticket = self._sheet, row.ticket
        sheet.tickets += 1
        begun = _begun(ticket)
        if begun is not None and begun > self._now:
            sheet.not_created_yet += 1
        elif row.fault is not None:
            sheet.rejected[row.fault].append(ticket.id)
        elif begun is None:
            sheet.without_creation += 1
        elif (under := self._calendars.under(self._policy, ticket)) is None:
            sheet.without_calendar += 1
        else:
            try:
                self._count(row, under)
            except BusinessTimeError as error:
                # One ticket with a slip in its year must not lose the others.
                sheet.rejected[error.code].append(ticket.id)

    def _count(self, row: Row, under: _Under) -> None:
        sheet, sla = self._sheet, self._sla(under.calendars)
        clocks = sla.evaluate(under.ticket, self._now)
        untold = self._untold(row, sla, clocks)
        left_out = Counter((kind, reason) for kind, reason in untold.items())
        told = []
        for clock in clocks:
            if clock.kind in untold:
                continue
            reason = self._why_not(clock, row, under)
            if reason is None:
                told.append(clock)
            else:
                left_out[clock.kind, reason] += 1
        if clocks and {reason for _, reason in left_out} == {Reason.WITHOUT_CALENDAR} and not told:
            sheet.without_calendar += 1
            return
        sheet.without_clock += not clocks and not left_out
        sheet.left_out.update(left_out)
        changes = [event for event in row.ticket.events if event.kind is EventKind.PRIORITY]
        for clock in told:
            self._tell(clock, row.ticket, changes)

    def _untold(self, row: Row, sla: Sla, clocks: Iterable[ClockState]) -> dict[ClockKind, Reason]:
        """The clocks of which the export does not know enough."""
        found = dict.fromkeys(sla.untold(row.ticket), Reason.NOT_RECORDED)
        running = {clock.kind for clock in clocks}
        for kind, reason in row.untold.items():
            # Of what is not recorded nobody can say whether it ever began.
            if kind in self._kinds and (kind in running or reason is Reason.NOT_RECORDED):
                found[kind] = reason
        return found

    def _why_not(self, clock: ClockState, row: Row, under: _Under) -> Reason | None:
        """Why a clock has no verdict; ``None`` when it has one."""
        rule = self._rules[clock.rule][clock.kind]
        if not row.tells_waiting and rule.pauses(clock.kind):
            return Reason.WAITING_UNKNOWN
        if not under.has_hours and self._lacks_hours(clock, rule):
            return Reason.WITHOUT_CALENDAR
        if not clock.breached and not (clock.is_finished and clock.elapsed) and _never_opens(clock):
            return Reason.NEVER_OPENS
        return None

    def _lacks_hours(self, clock: ClockState, rule: ClockRule) -> bool:
        return rule.calendar in {None, self._policy.calendar} or any(run.calendar is _NO_HOURS for run in clock.runs)

    def _tell(self, clock: ClockState, ticket: Ticket, changes: Sequence[Event]) -> None:
        sheet = self._sheet
        priority = _priority(clock, changes, self._now) if changes else ticket.priority
        # As the policy compares them.
        key = clock.kind, (priority or self._policy.default_priority).lower()
        sheet.cycles.setdefault(key, Counter())[clock.state] += 1
        if clock.breached_at is None or clock.state is State.CANCELLED:
            return
        sheet.overdue_by[key] += not clock.is_finished
        row = Worst(ticket.id, clock, clock.late)
        # The number parts equals, so that the order of the export decides and clocks are never compared.
        push = heapq.heappush if len(self._late) < self._worst else heapq.heappushpop
        push(self._late, (row.late, -next(self._numbers), row))

    def _sla(self, calendars: Mapping[str, BusinessCalendar]) -> Sla:
        """Policy and calendars are made ready once for all tickets that share them."""
        key = tuple(calendars.items())
        if key not in self._ready:
            self._ready[key] = Sla(self._policy, calendars)
        return self._ready[key]


def _never_opens(clock: ClockState) -> bool:
    """Whether its calendar has no opening ahead; of a clock that stands still the engine does not ask."""
    if clock.state is not State.PAUSED or not clock.runs:
        return Reason.NEVER_OPENS in clock.diagnostics
    last = clock.runs[-1]
    try:
        last.calendar.next_open(last.end)
    except NeverOpenError:
        return True
    return False


def _begun(ticket: Ticket) -> datetime | None:
    """When it was created; without that, its first event."""
    created = (event.at for event in ticket.events if event.kind is EventKind.CREATED)
    return next(created, min((event.at for event in ticket.events), default=None))


def _priority(clock: ClockState, changes: Iterable[Event], now: datetime) -> str | None:
    """The priority under which the cycle was judged: that at its stop, or now.

    A cycle that ended because the next priority has no target for it stays with the one before.
    """
    until, found = clock.stop or now, None
    for event in changes:
        if event.at < until or (event.at == until and clock.stop_reason != "no-target"):
            found = event.data.get("to")
    return None if found is None else str(found)
