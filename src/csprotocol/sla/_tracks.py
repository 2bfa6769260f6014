"""When each clock starts, stands still and stops: one small machine for each kind, fed with events in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from csprotocol.calendar import BusinessCalendar
from csprotocol.model import ActorKind, StatusCategory
from csprotocol.sla._cycle import Cycle
from csprotocol.sla._policy import ClockKind, OnReopen
from csprotocol.sla._targets import DueAt, Target
from csprotocol.sla._terms import Terms

__all__ = ["TRACKS", "Track"]

EVERY_GROUP: Final = "*"
_LIVE: Final = frozenset(each for each in StatusCategory if each.is_live)
# Stops that a ticket which comes back undoes.
_ENDS: Final = frozenset({"resolved", "cancelled", "merged"})


class Track:
    """All cycles of one clock. What the kinds share: terms, calendars, pauses, the end of the ticket."""

    __slots__ = ("_missed", "calendar", "cycles", "kind", "live", "open", "status", "terms")

    def __init__(self, kind: ClockKind, terms: Terms | None, calendar: BusinessCalendar) -> None:
        self.kind = kind
        self.terms = terms
        self.calendar = calendar
        self.cycles: list[Cycle] = []
        self.open: Cycle | None = None
        self.status: StatusCategory | None = None
        # Whether somebody still has something to do.
        self.live = True
        # Calendars that came into force while nothing ran.
        self._missed: list[tuple[datetime, BusinessCalendar]] = []

    # What happens to the ticket

    def created(self, at: datetime, starter: ActorKind) -> None:
        """The ticket began, with the words of ``starter``."""

    def asked(self, at: datetime) -> None:
        """The customer wrote in public."""

    def answered(self, at: datetime) -> None:
        """The shop wrote to the customer."""

    def assigned(self, at: datetime, group: str | None) -> None:
        """The ticket went to ``group``."""

    def promised(self, at: datetime, due_at: datetime) -> None:
        """The shop named a date."""

    def ended(self, at: datetime, reason: str) -> None:
        """It was resolved, closed, cancelled or merged."""
        self.finish(at, reason)

    def reopened(self, at: datetime) -> None:
        """It has something to do in it again."""

    def moved(self, at: datetime, status: StatusCategory) -> None:
        """The status is ``status`` now."""
        was_live, self.status = self.live, status
        self.live = live = status in _LIVE
        if live:
            if not was_live:
                self.reopened(at)
            if self.open is not None:
                self._hold(at, self.open)
        elif was_live:
            self.ended(at, "cancelled" if status is StatusCategory.CANCELLED else "resolved")

    def agree(self, at: datetime, terms: Terms | None) -> None:
        """Other terms count from ``at`` on."""
        self.terms = terms
        if self.open is None:
            return
        if terms is None or terms.target is None:
            self.finish(at, "no-target")
            return
        self.open.retarget(at, terms.target, terms.rule, terms.rule_name)
        self._hold(at, self.open)

    def recalendar(self, at: datetime, calendar: BusinessCalendar) -> None:
        """Another calendar is in force from ``at`` on."""
        self.calendar = calendar
        if self.open is not None:
            self.open.recalendar(at, calendar)
        else:
            self._missed.append((at, calendar))

    # What the kinds do

    def begin(self, at: datetime, target: Target | None = None) -> None:
        """A new cycle, unless there is no target for it, or one runs already."""
        terms = self.terms
        if self.open is not None or terms is None or not self.live:
            return
        goal = target or terms.target
        if goal is not None:
            pause = str(self.status) if self.status in terms.pauses else ""
            self.open = Cycle(at, goal, self.calendar, terms.rule, name=terms.rule_name, paused=pause)
            self.cycles.append(self.open)

    def finish(self, at: datetime, reason: str) -> None:
        """The cycle that runs is over."""
        if self.open is not None:
            self.open.finish(at, reason)
            self.open = None

    def take_up(self, at: datetime) -> None:
        """The ticket came back: what becomes of the cycle that its end had stopped."""
        last, terms = self.cycles[-1] if self.cycles else None, self.terms
        if last is None or last.stop is None or last.stop_reason not in _ENDS or terms is None:
            return
        choice = terms.rule.on_reopen
        if choice is OnReopen.RESTART:
            self.begin(at)
        elif choice is not OnReopen.IGNORE:
            counting, stopped = choice is OnReopen.CONTINUE, last.stop
            last.reopen(counting=counting, why=f"{last.stop_reason}, counted" if counting else last.stop_reason)
            for changed_at, calendar in self._missed:
                if changed_at >= stopped:
                    last.recalendar(changed_at, calendar)
            self.open = last
            last.resume(at)
            self.agree(at, terms)

    def _hold(self, at: datetime, cycle: Cycle) -> None:
        """Pause or go on, as the status says."""
        if self.terms is not None and self.status in self.terms.pauses:
            if cycle.running or cycle.why != self.status:
                cycle.pause(at, str(self.status))
        elif not cycle.running:
            cycle.resume(at)


class WholeLife(Track):
    """From the creation to the resolution: requester_wait, agent_work, resolution."""

    __slots__ = ()

    def created(self, at: datetime, starter: ActorKind) -> None:  # noqa: ARG002  # whoever began it
        self.begin(at)

    def reopened(self, at: datetime) -> None:
        self.take_up(at)


class FirstReply(Track):
    """From the customer's first word to the first answer; once."""

    __slots__ = ("done",)

    def __init__(self, kind: ClockKind, terms: Terms | None, calendar: BusinessCalendar) -> None:
        super().__init__(kind, terms, calendar)
        self.done = False

    def created(self, at: datetime, starter: ActorKind) -> None:
        if starter is not ActorKind.AGENT:
            self.asked(at)

    def asked(self, at: datetime) -> None:
        if not self.done:
            self.begin(at)

    def answered(self, at: datetime) -> None:
        self.finish(at, "reply")
        self.done = True

    def ended(self, at: datetime, reason: str) -> None:
        self.done = self.done or bool(self.cycles)
        self.finish(at, reason)


class NextReply(Track):
    """From the oldest unanswered message to the answer; never before the first answer."""

    __slots__ = ("replied", "unanswered")

    def __init__(self, kind: ClockKind, terms: Terms | None, calendar: BusinessCalendar) -> None:
        super().__init__(kind, terms, calendar)
        self.replied = False
        # A message on a resolved ticket waits for it to be opened again.
        self.unanswered = False

    def asked(self, at: datetime) -> None:
        if not self.live:
            self.unanswered = True
        elif self.replied:
            self.begin(at)

    def answered(self, at: datetime) -> None:
        self.replied, self.unanswered = True, False
        self.finish(at, "reply")

    def reopened(self, at: datetime) -> None:
        if self.unanswered and self.replied:
            self.begin(at)
        self.unanswered = False


class Update(Track):
    """From each answer to the next one: periodic_update, pausable_update."""

    __slots__ = ()

    def answered(self, at: datetime) -> None:
        self.finish(at, "reply")
        self.begin(at)


class Group(Track):
    """From the assignment to a group to the next assignment: an operational level between teams."""

    __slots__ = ("group", "mine")

    def __init__(self, kind: ClockKind, terms: Terms | None, calendar: BusinessCalendar) -> None:
        super().__init__(kind, terms, calendar)
        self.group: str | None = None
        self.mine = False

    def assigned(self, at: datetime, group: str | None) -> None:
        if group == self.group:
            return
        if self.mine:
            self.finish(at, "reassigned")
        self.group = group
        self.mine = self.terms is not None and group is not None and self.terms.rule.group in {group, EVERY_GROUP}
        if self.mine:
            self.begin(at)

    def reopened(self, at: datetime) -> None:
        if self.mine:
            self.take_up(at)
            self.begin(at)


class Promise(Track):
    """From a named date to the next word to the customer; a new date takes the place of the old one."""

    __slots__ = ()

    def promised(self, at: datetime, due_at: datetime) -> None:
        self.finish(at, "replaced")
        self.begin(at, DueAt(due_at))

    def answered(self, at: datetime) -> None:
        # The message in which the date stands does not keep it.
        if self.open is not None and at > self.open.start:
            self.finish(at, "reply")

    def agree(self, at: datetime, terms: Terms | None) -> None:  # noqa: ARG002  # a promise stays as it was given
        self.terms = terms


TRACKS: Final[Mapping[ClockKind, type[Track]]] = {
    ClockKind.FIRST_REPLY: FirstReply,
    ClockKind.NEXT_REPLY: NextReply,
    ClockKind.PERIODIC_UPDATE: Update,
    ClockKind.PAUSABLE_UPDATE: Update,
    ClockKind.REQUESTER_WAIT: WholeLife,
    ClockKind.AGENT_WORK: WholeLife,
    ClockKind.RESOLUTION: WholeLife,
    ClockKind.GROUP: Group,
    ClockKind.PROMISE: Promise,
}
