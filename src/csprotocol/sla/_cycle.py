"""One cycle of one clock, fed with what happens to it in order of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from csprotocol.calendar import BusinessCalendar
from csprotocol.errors import BusinessTimeError, NeverOpenError
from csprotocol.sla._clock_rule import ClockRule
from csprotocol.sla._state import Breach
from csprotocol.sla._targets import OpenTime, Target

__all__ = ["RUNNING", "Cycle"]

# Why a cycle runs; any other word says why it stands still, or that its pause is counted.
RUNNING: Final = "running"
_NONE: Final = timedelta(0)


class Cycle:
    """Elapsed time and verdict, kept up to ``at``. Lives only while a ticket is evaluated."""

    __slots__ = (
        "_aims", "_counted", "allowed", "applied_at", "at", "breached_at", "breaches", "calendar", "elapsed",
        "missed", "reached_at", "rule", "rule_name", "running", "runs", "start", "stop", "stop_reason", "target",
        "unknown", "why",
    )  # fmt: skip

    def __init__(
        self, at: datetime, target: Target, calendar: BusinessCalendar, rule: ClockRule, *, name: str, why: str
    ) -> None:
        self.start = self.at = self.applied_at = at
        self.target = target
        # Open time before which there is nothing to judge.
        self.allowed = target.time if isinstance(target, OpenTime) else _NONE
        self.calendar = calendar
        self.rule = rule
        self.rule_name = name
        self.running = why == RUNNING
        self.why = why
        self.elapsed = _NONE
        # The first instant at which the present target is used up.
        self.reached_at: datetime | None = None
        self.breached_at: datetime | None = None
        # Whether it is the present target that was missed; a breach that sticks may be that of an earlier one.
        self.missed = False
        self.breaches: list[Breach] = []
        self.runs: list[tuple[datetime, datetime, bool, BusinessCalendar, str]] = []
        # How many of them are in ``elapsed``: all of them, before target or calendar change.
        self._counted = 0
        self.stop: datetime | None = None
        self.stop_reason: str | None = None
        self.unknown = ""
        # Later targets, for the rule that counts everything again.
        self._aims: list[tuple[datetime, Target, bool]] = [(at, target, False)]

    def advance(self, at: datetime) -> None:
        """Let time pass until ``at``, and count it."""
        since, runs, elapsed, allowed = self.at, self.runs, self.elapsed, self.allowed
        if at > since:
            runs.append((since, at, self.running, self.calendar, self.why))
            self.at = at
        for since, until, running, calendar, _ in runs[self._counted :] if self._counted else runs:
            if running:
                elapsed += calendar.between(since, until)
                # Most stretches end long before the target is used up.
                if elapsed >= allowed and not self.missed:
                    self._judge(since, until)
                self.elapsed = elapsed
        self._counted = len(runs)

    def turn(self, at: datetime, why: str) -> None:
        """Run or stand still from ``at`` on. The stretch until then is only noted: nobody asked for its length yet."""
        was = self.why
        if why != was:
            since = self.at
            if at > since:
                self.runs.append((since, at, self.running, self.calendar, was))
                self.at = at
            self.running = why == RUNNING
            self.why = why

    def due(self) -> datetime | None:
        """When the target is used up if it runs on from here; ``None`` when it never is, and ``unknown`` says why."""
        if self.reached_at is not None:
            return self.reached_at
        target = self.target
        try:
            if isinstance(target, OpenTime):
                found = self._used_up(self.at, target.time - self.elapsed)
            else:
                found = target.due(self.start, self.calendar)
        except NeverOpenError:
            self.unknown = "calendar-never-opens"
            return None
        except BusinessTimeError:
            self.unknown = "beyond-the-calendar"
            return None
        return max(found, self.applied_at)

    def retarget(self, at: datetime, target: Target, rule: ClockRule, name: str) -> None:
        """Another target from ``at`` on: elapsed time stays, the deadline is a new one, and so is the verdict."""
        self.advance(at)
        self.rule, self.rule_name = rule, name
        if target != self.target:
            self._aim(at, target, sticky=rule.sticky_breach)

    def recalendar(self, at: datetime, calendar: BusinessCalendar) -> None:
        """Another calendar from ``at`` on, or with ``latest`` from the very start."""
        self.advance(at)
        if self.rule.calendar_change == "latest":
            self.calendar = calendar
            self._again()
            return
        was_due = at if isinstance(self.target, OpenTime) else self.due()
        self.calendar = calendar
        if was_due is None or was_due > at:
            # As with a new target: what was not due yet is not due in the past because the shop closes earlier now,
            # or works again.
            self.applied_at = at

    def finish(self, at: datetime, reason: str) -> None:
        """Stop at ``at``."""
        self.advance(at)
        self.stop, self.stop_reason = at, reason

    def reopen(self, *, counting: bool, why: str) -> None:
        """Take it up again where it had stopped; ``counting`` the time from there on."""
        self.running, self.why = counting, why
        self.stop = self.stop_reason = None

    def _aim(self, at: datetime, target: Target, *, sticky: bool) -> None:
        """``target`` counts from ``at`` on."""
        self._aims.append((at, target, sticky))
        self.target, self.applied_at = target, at
        self.allowed = target.time if isinstance(target, OpenTime) else _NONE
        self.reached_at, self.missed = None, False
        if isinstance(target, OpenTime) and self.elapsed >= target.time:
            self.reached_at = at if self.elapsed > target.time else self._reached(at, _NONE)
        if not (self.breached_at and sticky):
            self.breached_at = None

    def _judge(self, since: datetime, at: datetime) -> None:
        """Whether the deadline fell before ``at``, in a stretch that ran from ``since`` and uses the target up."""
        target = self.target
        if self.reached_at is None:
            if isinstance(target, OpenTime):
                self.reached_at = self._reached(since, target.time - self.elapsed)
            else:
                due = self.due()
                if due is None or due >= at:
                    return
                self.reached_at = due
        if self.reached_at is not None and self.reached_at < at:
            self.missed = True
            self.breached_at = self.breached_at or self.reached_at
            self.breaches.append(Breach(self.reached_at, target))

    def _reached(self, since: datetime, left: timedelta) -> datetime | None:
        """When it was used up; ``None`` where that is the next opening and none follows."""
        try:
            return max(self._used_up(since, left), self.applied_at)
        except BusinessTimeError:
            return None

    def _used_up(self, since: datetime, left: timedelta) -> datetime:
        """The instant at which ``left`` open time after ``since`` is used up, as the rule reads closing time."""
        found = self.calendar.add(since, left)
        return self.calendar.next_open(found) if self.rule.due_at_closing == "next_open" else found

    def _again(self) -> None:
        """All stretches so far under the present calendar; verdicts under earlier calendars fall with them."""
        runs, self.runs, self._counted = self.runs, [], 0
        aims, self._aims = self._aims, []
        present, end = (self.running, self.why), self.at
        self.elapsed, self.at = _NONE, self.start
        self.breached_at, self.missed = None, False
        self.breaches = []
        for since, until, self.running, _, self.why in runs:
            while aims and aims[0][0] <= since:
                at, target, sticky = aims.pop(0)
                self._aim(at, target, sticky=sticky)
            self.advance(until)
        for at, target, sticky in aims:
            self._aim(at, target, sticky=sticky)
        (self.running, self.why), self.at = present, end
