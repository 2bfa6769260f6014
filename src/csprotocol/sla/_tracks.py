"""When each clock starts, stands still and stops: one small machine for each kind, fed with events in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from csprotocol.calendar import BusinessCalendar
from csprotocol.model import ActorKind, StatusCategory
from csprotocol.sla._clock_kind import ClockKind
from csprotocol.sla._clock_rule import OnReopen
from csprotocol.sla._cycle import RUNNING, Cycle
from csprotocol.sla._targets import DueAt, Target
from csprotocol.sla._terms import Terms

__all__ = ["TRACKS", "Track"]

EVERY_GROUP: Final = "*"
# In tuples, not in sets: members are found by identity there, and hashing one costs more than looking at all.
_ENDED: Final = tuple(each for each in StatusCategory if not each.is_live)
# Stops that a ticket which comes back undoes.
_CALLED_OFF: Final = frozenset({"cancelled", "merged"})
_ENDS: Final = _CALLED_OFF | {"resolved"}


class Track:
    """All cycles of one clock. What the kinds share: terms, calendars, pauses, the end of the ticket."""

    __slots__ = ("_missed", "calendar", "called_off", "cycles", "kind", "live", "open", "status", "terms", "wanted")

    def __init__(self, terms: Terms, calendar: BusinessCalendar) -> None:
        self.kind = terms.kind
        self.terms = terms
        self.calendar = calendar
        self.cycles: list[Cycle] = []
        self.open: Cycle | None = None
        self.status: StatusCategory | None = None
        # Whether somebody still has something to do.
        self.live = True
        # Whether it should run, and does not because there is no target for it, or the ticket is not live.
        self.wanted = False
        # Whether its last cycle was stopped by a cancellation and nothing has settled it since.
        self.called_off = False
        # Calendars that came into force while nothing ran.
        self._missed: list[tuple[datetime, BusinessCalendar]] = []

    # What happens to the ticket

    def created(self, at: datetime, starter: ActorKind) -> None:
        """The ticket began, with the words of ``starter``."""

    def asked(self, at: datetime) -> None:
        """The customer wrote in public."""

    def answered(self, at: datetime) -> None:
        """The shop wrote to the customer."""

    def unassigned(self, at: datetime) -> None:
        """The ticket leaves its group."""

    def assigned(self, at: datetime, group: str | None) -> None:
        """The ticket went to ``group``."""

    def promised(self, at: datetime, due_at: datetime) -> None:
        """The shop named a date."""

    def ended(self, at: datetime, reason: str) -> None:
        """It was resolved, closed, cancelled or merged."""
        called_off = reason in _CALLED_OFF
        wanted, was_open = self.wanted, self.open is not None
        self.finish(at, reason)
        self.wanted, self.called_off = wanted and called_off, was_open and called_off

    def merged(self, at: datetime) -> None:
        """It became part of another ticket."""
        if self.live:
            self.live = False
            self.ended(at, "merged")

    def reopened(self, at: datetime) -> None:
        """It has something to do in it again: what was called off, by mistake it seems, goes on."""
        if self.called_off:
            self.wanted = False
            self.take_up(at)
        elif self.wanted:
            self.begin(at)

    def moved(self, at: datetime, status: StatusCategory) -> None:
        """The status is ``status`` now."""
        self.status = status
        if status in _ENDED:
            if self.live:
                self.live = False
                self.ended(at, "cancelled" if status is StatusCategory.CANCELLED else "resolved")
            return
        if not self.live:
            self.live = True
            self.reopened(at)
        if (cycle := self.open) is not None:
            cycle.turn(at, self.terms.pauses.get(status, RUNNING))

    def agree(self, at: datetime, terms: Terms, calendar: BusinessCalendar) -> None:
        """Other terms count from ``at`` on; a clock that had no target and gets one begins then."""
        self.terms = terms
        if self.open is not None and self.goal() is None:
            self._lose(at, self.open)
        self.recalendar(at, calendar)
        if self.open is not None:
            self._aim(at, self.open)
        elif self.wanted and self.live:
            self.begin(at)

    def recalendar(self, at: datetime, calendar: BusinessCalendar) -> None:
        """``calendar`` is in force from ``at`` on."""
        if calendar is self.calendar or calendar == self.calendar:
            return
        self.calendar = calendar
        if self.open is not None:
            self.open.recalendar(at, calendar)
        else:
            self._missed.append((at, calendar))

    # What the kinds do

    def goal(self) -> Target | None:
        """What a cycle that began now would have to reach."""
        return self.terms.target

    def begin(self, at: datetime, target: Target | None = None) -> None:
        """A new cycle, unless one runs already; as soon as there is a target for it, and the ticket is live."""
        if self.open is not None:
            return
        terms, goal = self.terms, target or self.goal()
        self.wanted = goal is None or not self.live
        if goal is not None and self.live:
            self.open = cycle = Cycle(at, goal, self.calendar, terms.rule, name=terms.rule_name, why=self._why())
            self.cycles.append(cycle)

    def finish(self, at: datetime, reason: str) -> None:
        """The cycle that runs is over."""
        self.wanted = self.called_off = False
        if self.open is not None:
            self.open.finish(at, reason)
            self.open = None

    def drop(self) -> None:
        """The cycle that runs never was."""
        self.cycles.pop()
        self.open = None

    def take_up(self, at: datetime) -> None:
        """The ticket came back: what becomes of the cycle that its end had stopped."""
        last = self.cycles[-1] if self.cycles else None
        if last is None or last.stop is None or last.stop_reason not in _ENDS:
            return
        choice = self.terms.rule.on_reopen
        if self.goal() is None:
            self.wanted = choice is not OnReopen.IGNORE
            return
        if choice is OnReopen.RESTART:
            self.begin(at)
        elif choice is not OnReopen.IGNORE:
            counting, stopped = choice is OnReopen.CONTINUE, last.stop
            last.reopen(counting=counting, why=f"{last.stop_reason}, counted" if counting else last.stop_reason)
            for changed_at, calendar in self._missed:
                if changed_at >= stopped:
                    last.recalendar(changed_at, calendar)
            self.open = last
            self._aim(at, last)

    def _aim(self, at: datetime, cycle: Cycle) -> None:
        """The target of the present terms for the cycle that runs."""
        goal = self.goal()
        if goal is not None:
            cycle.retarget(at, goal, self.terms.rule, self.terms.rule_name)
        cycle.turn(at, self._why())

    def _lose(self, at: datetime, cycle: Cycle) -> None:
        """There is no target any more for the cycle that runs."""
        if cycle.start == at:
            # What a ticket is created with is told after its creation: nothing was promised before.
            self.drop()
        else:
            self.finish(at, "no-target")
        self.wanted = True

    def _why(self) -> str:
        """Why a cycle that is open now stands still, as the status says, or that it runs."""
        return RUNNING if self.status is None else self.terms.pauses.get(self.status, RUNNING)


class WholeLife(Track):
    """From the creation to the resolution: requester_wait, agent_work, resolution."""

    __slots__ = ()

    def created(self, at: datetime, starter: ActorKind) -> None:  # noqa: ARG002  # whoever began it
        self.begin(at)

    def ended(self, at: datetime, reason: str) -> None:
        wanted = self.wanted
        self.finish(at, reason)
        self.wanted = wanted

    def reopened(self, at: datetime) -> None:
        if self.wanted:
            self.begin(at)
        else:
            self.take_up(at)


class FirstReply(Track):
    """From the customer's first word to the first answer; once."""

    __slots__ = ("done",)

    def __init__(self, terms: Terms, calendar: BusinessCalendar) -> None:
        super().__init__(terms, calendar)
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
        # A resolution is an answer to whoever had asked.
        self.done = self.done or (reason == "resolved" and (self.open is not None or self.wanted))
        super().ended(at, reason)


class NextReply(Track):
    """From the oldest unanswered message to the answer; never before the first answer.

    A message on a resolved ticket waits for it to be opened again.
    """

    __slots__ = ("heard", "replied")

    def __init__(self, terms: Terms, calendar: BusinessCalendar) -> None:
        super().__init__(terms, calendar)
        self.heard = self.replied = False

    def created(self, at: datetime, starter: ActorKind) -> None:  # noqa: ARG002  # when does not matter
        self.heard = starter is not ActorKind.AGENT

    def asked(self, at: datetime) -> None:
        self.heard = True
        if self.replied:
            self.begin(at)

    def answered(self, at: datetime) -> None:
        self.replied = True
        self.finish(at, "reply")

    def ended(self, at: datetime, reason: str) -> None:
        # As for the first reply, so that one of the two clocks runs when the customer comes back.
        self.replied = self.replied or (reason == "resolved" and self.heard)
        super().ended(at, reason)


class Update(Track):
    """From each answer to the next one: periodic_update, pausable_update."""

    __slots__ = ()

    def answered(self, at: datetime) -> None:
        self.finish(at, "reply")
        if self.live:
            self.begin(at)

    def finish(self, at: datetime, reason: str) -> None:
        if self.open is not None and self.open.start == at and reason in {"reply", "resolved"}:
            # The answer with which a ticket is resolved promises no other one.
            self.drop()
        super().finish(at, reason)


class Group(Track):
    """From the assignment to a group to the next assignment: an operational level between teams."""

    __slots__ = ("group",)

    def __init__(self, terms: Terms, calendar: BusinessCalendar) -> None:
        super().__init__(terms, calendar)
        self.group: str | None = None

    def goal(self) -> Target | None:
        owner = (self.terms.rule.group or "").lower()
        mine = self.group is not None and owner in {self.group.lower(), EVERY_GROUP}
        return self.terms.target if mine else None

    def unassigned(self, at: datetime) -> None:
        self.finish(at, "reassigned")
        self.group = None

    def assigned(self, at: datetime, group: str | None) -> None:
        self.group = group
        if group is not None:
            self.begin(at)

    def ended(self, at: datetime, reason: str) -> None:
        wanted = self.wanted
        self.finish(at, reason)
        self.wanted = wanted

    def reopened(self, at: datetime) -> None:
        if self.wanted:
            self.begin(at)
        elif self.goal() is not None:
            self.take_up(at)


class Promise(Track):
    """From a named date to the next word to the customer; a new date takes the place of the old one."""

    __slots__ = ()

    def goal(self) -> Target | None:
        """No date but the one that was named."""
        return self.cycles[-1].target if self.cycles else None

    def agree(self, at: datetime, terms: Terms, calendar: BusinessCalendar) -> None:
        self.terms = terms
        self.recalendar(at, calendar)
        # It stays as it was given, also where the rule for it falls away.
        if self.open is not None and terms.rule_name:
            self._aim(at, self.open)
        elif self.open is not None:
            self.open.turn(at, self._why())

    def promised(self, at: datetime, due_at: datetime) -> None:
        self.finish(at, "replaced")
        if self.live and self.terms.rule_name:
            self.begin(at, DueAt(due_at))

    def answered(self, at: datetime) -> None:
        # The message in which the date stands does not keep it.
        if self.cycles and at > self.cycles[-1].start:
            self.finish(at, "reply")


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
