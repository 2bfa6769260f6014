"""A slow and obvious second implementation of the clocks, which judges the fast one.

It knows nothing of machines that are fed with events. It asks of each clock what stands open after each event ("is
there a question that nobody has answered?"), cuts that into cycles, and walks every cycle minute by minute. Events,
targets and hours are in whole minutes. Open time is what the oracle of the calendar says, minute by minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from csprotocol.calendar import BusinessHours
from csprotocol.model import Event
from csprotocol.sla import (
    BusinessDays,
    ClockKind,
    ClockRule,
    DueAt,
    EndOfBusinessDay,
    NextBusinessDayAt,
    OpenTime,
    SlaPolicy,
    Target,
    Warn,
    read_target,
)
from tests.calendar.oracle import MINUTE, Oracle

HORIZON = timedelta(days=16)
LIVE = {"new", "open", "waiting_customer", "waiting_third_party"}
PAUSES = {
    "pausable_update": {"waiting_customer"},
    "requester_wait": {"waiting_customer"},
    "agent_work": {"waiting_customer", "waiting_third_party"},
}
CONVERSATION = {"first_reply", "next_reply", "periodic_update", "pausable_update"}
WHOLE_LIFE = {"requester_wait", "agent_work", "resolution"}
ENDS = {"resolved", "cancelled", "merged"}


@dataclass(frozen=True)
class Hours:
    """One calendar for the oracle: the documents whose union it is."""

    documents: tuple[BusinessHours, ...]

    def is_open(self, window: datetime, minute: int) -> bool:
        return any(_open_minutes(each, window)[minute] for each in self.documents)

    @cache  # noqa: B019  # there are as many as calendars
    def closing(self, day: date) -> datetime | None:
        """When the last shift ends that starts on that date of the first document; ``None`` when none does."""
        midnight, following = (
            _first_instant(self.documents[0].tz, datetime.combine(day, time()) + timedelta(days=step))
            for step in (0, 1)
        )
        shifts = [shift for each in self.documents for step in (-1, 0, 1) for shift in _shifts(each, day, step)]
        return max((end for start, end in shifts if midnight <= start < following and start < end), default=None)


def _shifts(hours: BusinessHours, day: date, step: int) -> Iterator[tuple[datetime, datetime]]:
    """The shifts that start so many days after ``day`` by the clock of the document."""
    day += timedelta(days=step)
    own = Oracle(hours)
    exception = own.exception(day)
    for shift in own.regular(day) if exception is None else exception:
        opens, closes = (datetime.combine(day, time()) + timedelta(minutes=minute) for minute in shift)
        yield _first_instant(hours.tz, opens), _first_instant(hours.tz, closes)


@cache
def _open_minutes(hours: BusinessHours, window: datetime) -> tuple[bool, ...]:
    return tuple(is_open for _, is_open in Oracle(hours).minutes(window, window + HORIZON))


@cache
def _first_instant(tz: str, wall: datetime) -> datetime:
    """The first minute at which the clock of ``tz`` shows ``wall`` or later."""
    zone = ZoneInfo(tz)
    at = wall.replace(tzinfo=UTC) - timedelta(hours=16)
    while at.astimezone(zone).replace(tzinfo=None) < wall:
        at += MINUTE
    return at


@dataclass
class Step:
    """What is true after one event."""

    at: datetime
    live: bool = True
    status: str | None = None
    group: str | None = None
    priority: str = "normal"
    clock: ClockRule | None = None
    calendar: str = ""
    # What the event was for this clock.
    asked: bool = False
    answered: bool = False
    end: str | None = None
    reopened: bool = False
    promise: datetime | None = None


class Entry(NamedTuple):
    """What counts in a cycle from an instant on; ``goal`` is ``None`` where it stays what it was."""

    at: datetime
    calendar: str
    goal: Target | None
    running: bool
    clock: ClockRule | None


@dataclass
class Told:
    """What the oracle says of one cycle."""

    start: datetime
    obligation: object
    entries: list[Entry]
    # Since it stopped; counts only when it is taken up again.
    later: list[Entry] = field(default_factory=list)
    stop: datetime | None = None
    reason: str | None = None
    target: Target | None = None
    state: str = ""
    elapsed: timedelta = timedelta(0)
    remaining: timedelta | None = None
    due: datetime | None = None
    breached_at: datetime | None = None
    log: list[tuple[datetime, Target]] = field(default_factory=list)
    warned: dict[str, datetime | None] = field(default_factory=dict)


def judge(
    kind: ClockKind,
    events: Iterable[Event],
    policies: Mapping[str, SlaPolicy],
    calendars: Mapping[str, Hours],
    now: datetime,
    *,
    window: datetime,
) -> list[Told]:
    """The cycles of one clock at ``now``; all of it must lie within the horizon of ``window``."""
    events = list(events)
    if kind in CONVERSATION and _is_unsure(events, now):
        return []
    cycles = _cycles(kind, list(_steps(kind, events, policies, now)))
    for cycle in cycles:
        _Walk(cycle, calendars, window).to(now)
    return cycles


def _is_unsure(events: list[Event], now: datetime) -> bool:
    """Whether a message in the second after the creation could still say who began it."""
    created = next((event for event in sorted(events, key=lambda event: event.at) if event.kind == "created"), None)
    if created is None or not created.at <= now < created.at + timedelta(seconds=1):
        return False
    opening = {str(event.by) for event in events if event.kind == "message" and event.at <= now}
    if created.by == "system":
        return opening.isdisjoint({"customer", "agent"})
    return created.by == "agent" and "agent" not in opening


# What is true after each event


def _steps(
    kind: ClockKind, events: Iterable[Event], policies: Mapping[str, SlaPolicy], now: datetime
) -> Iterator[Step]:
    told = _once(sorted(events, key=lambda event: event.at))
    created = next((event for event in told if event.kind == "created"), None)
    if created is None or created.at > now:
        return
    told = _in_turn(told, created)
    policy = next(iter(policies))
    priority = "normal"
    in_force: str | None = None
    group: str | None = None
    status: str | None = None
    live, calendar = True, ""
    for event in [created, *(each for each in told if each is not created and each.at <= now)]:
        at = max(event.at, created.at)
        step = Step(at)
        match str(event.kind):
            case "priority":
                priority = str(event.data["to"])
            case "assign":
                group = _word(event.data["group"])
            case "calendar":
                in_force = _word(event.data["to"])
            case "policy":
                policy = str(event.data["to"])
            case "promise":
                due_at = event.data["due_at"]
                step.promise = due_at if isinstance(due_at, datetime) else None
            case "merged":
                step.end = "merged" if live else None
                live = False
            case "status":
                was, status = live, str(event.data["to"])
                live = status in LIVE
                step.reopened = live and not was
                if was and not live:
                    step.end = "cancelled" if status == "cancelled" else "resolved"
        step.clock = _clock(policies[policy], kind, priority, group)
        if step.clock is not None:
            calendar = step.clock.calendar or in_force or policies[policy].calendar
        step.live, step.status, step.group, step.calendar, step.priority = live, status, group, calendar, priority
        _conversation(step, event, told, created)
        yield step


def _word(said: object) -> str | None:
    return None if said is None else str(said)


def _once(events: Iterable[Event]) -> list[Event]:
    ids: list[str] = []
    kept = []
    for event in events:
        if event.id is None or event.id not in ids:
            kept.append(event)
            ids += [event.id] if event.id else []
    return kept


def _in_turn(told: list[Event], created: Event) -> list[Event]:
    """Each merge before the resolution of its very instant."""
    for merged in [event for event in told if event.kind == "merged"]:
        place = first = next(k for k, event in enumerate(told) if event is merged)
        for k in reversed(range(place)):
            event = told[k]
            if max(event.at, created.at) != max(merged.at, created.at):
                break
            if event.kind == "status" and event.data["to"] in LIVE:
                break
            if event.kind == "status" and event.data["to"] != "cancelled":
                first = k
        told.insert(first, told.pop(place))
    return told


def _clock(policy: SlaPolicy, kind: ClockKind, priority: str, group: str | None) -> ClockRule | None:
    for rule in policy.rules:
        by_priority = not rule.when.priority or priority in rule.when.priority
        if by_priority and (not rule.when.group or group in rule.when.group):
            return rule.clocks.get(kind)
    return None


def _conversation(step: Step, event: Event, told: list[Event], created: Event) -> None:
    by = str(event.by)
    if event is created:
        opening = [str(e.by) for e in told if e.kind == "message" and e.at <= created.at]
        if by == "system":
            by = next((each for each in opening if each in {"customer", "agent"}), "customer")
        elif by == "agent" and "customer" in opening and "agent" not in opening:
            by = "customer"
        step.asked = by != "agent"
        step.answered = by == "agent" == str(created.by) and created.public and "agent" not in opening
    elif event.kind == "message":
        step.asked = by == "customer" and event.public
        visible = event.public or (step.clock is not None and step.clock.notes_count)
        human = by == "agent" or (by == "bot" and step.clock is not None and step.clock.bots_count)
        step.answered = visible and human


# What stands open


def _obligation(kind: str, steps: list[Step]) -> object:
    """What the last of ``steps`` leaves open, as a name for it; ``None`` when nothing is."""
    settled = [step.answered or step.end == "resolved" for step in steps]
    last = len(steps) - 1
    if kind in WHOLE_LIFE:
        return "life"
    if kind == "group":
        since = max(k for k in range(len(steps)) if k == 0 or steps[k].group != steps[k - 1].group)
        return since if steps[last].group is not None else None
    if kind == "first_reply":
        first = next((k for k, step in enumerate(steps) if step.asked), None)
        replied = any(step.answered for step in steps)
        resolved = first is not None and any(step.end == "resolved" for step in steps[first:])
        return "first" if first is not None and not replied and not resolved else None
    if kind == "next_reply":
        return _unanswered(steps, settled)
    if kind == "promise":
        return _promised(steps)
    said = [k for k, step in enumerate(steps) if step.answered]
    open_ = said and steps[said[-1]].live and not any(step.end == "resolved" for step in steps[said[-1] :])
    return said[-1] if open_ else None


def _unanswered(steps: list[Step], settled: list[bool]) -> object:
    """The first message of the customer since the last answer, if there was an answer before."""
    since, replied, heard = 0, False, False
    for k, step in enumerate(steps):
        heard = heard or step.asked
        if settled[k]:
            since = k + 1
            replied = replied or step.answered or heard
    asked = [k for k in range(max(since, 1), len(steps)) if steps[k].asked]
    return asked[0] if replied and asked else None


def _promised(steps: list[Step]) -> object:
    given = [k for k, step in enumerate(steps) if step.promise]
    if not given or not steps[given[-1]].live or steps[given[-1]].clock is None:
        return None
    later = steps[given[-1] :]
    kept = any(step.answered and step.at > later[0].at for step in later)
    return None if kept or any(step.end == "resolved" for step in later) else given[-1]


# Cycles


def _cycles(kind: str, steps: list[Step]) -> list[Told]:
    """What stood open, cut where it began, was settled, lost its target, or came back."""
    cycles: list[Told] = []
    running: Told | None = None
    # Obligations that a reopening does not bring back, and those that begin anew when there is a target.
    dead: set[object] = set()
    anew: set[object] = set()
    for k, step in enumerate(steps):
        owed = _obligation(kind, steps[: k + 1])
        goal = _goal(kind, steps[: k + 1], owed)
        if running is not None:
            reason = _stopped(kind, step, running, owed, goal)
            if reason is not None:
                running.stop, running.reason = step.at, reason
                if running.start == step.at and _never_was(kind, reason):
                    cycles.remove(running)
                running = None
        last = cycles[-1] if cycles else None
        entry = Entry(step.at, step.calendar, goal, _runs(kind, step), step.clock)
        if running is not None:
            running.entries.append(entry)
        elif last is not None:
            last.later.append(entry._replace(goal=None))
        if running is not None or owed is None or not step.live or owed in dead:
            continue
        back = step.reopened and last is not None and last.obligation == owed and last.reason in ENDS
        choice = step.clock.on_reopen if step.clock else "resume"
        if back and owed not in anew and choice == "ignore":
            dead.add(owed)
        elif goal is None:
            anew.add(owed)
        elif back and owed not in anew and choice != "restart":
            assert last is not None
            _take_up(last, entry, counting=choice == "continue")
            running = last
        else:
            anew.discard(owed)
            running = Told(step.at, owed, [entry])
            cycles.append(running)
    return cycles


def _goal(kind: str, steps: list[Step], owed: object) -> Target | None:
    step = steps[-1]
    if kind == "promise":
        return DueAt(steps[owed].promise) if isinstance(owed, int) else None  # type: ignore[arg-type]
    if step.clock is None or (kind == "group" and step.clock.group not in {step.group, "*"}):
        return None
    table = step.clock.target
    said = table.get(step.priority, table.get("*")) if isinstance(table, Mapping) else table
    return read_target(said) if said else None


def _runs(kind: str, step: Step) -> bool:
    pauses = step.clock.pause_on if step.clock else None
    return step.status not in (PAUSES.get(kind, set()) if pauses is None else {str(each) for each in pauses})


def _stopped(kind: str, step: Step, cycle: Told, owed: object, goal: Target | None) -> str | None:
    if step.end:
        return step.end
    if owed != cycle.obligation:
        return {"group": "reassigned", "promise": "replaced" if step.promise else "reply"}.get(kind, "reply")
    return "no-target" if goal is None else None


def _never_was(kind: str, reason: str) -> bool:
    return reason == "no-target" or (kind.endswith("_update") and reason in {"reply", "resolved"})


def _take_up(cycle: Told, entry: Entry, *, counting: bool) -> None:
    assert cycle.stop is not None
    stopped = cycle.entries[-1]._replace(at=cycle.stop, goal=None, running=counting)
    cycle.entries += [stopped, *(each._replace(running=counting) for each in cycle.later[:-1]), entry]
    cycle.later = []
    cycle.stop = cycle.reason = None


# Time


class _Walk:
    """One cycle, minute by minute."""

    def __init__(self, cycle: Told, calendars: Mapping[str, Hours], window: datetime) -> None:
        self.cycle = cycle
        self.calendars = calendars
        self.window = window
        clock = cycle.entries[0].clock
        assert clock is not None
        self.clock = clock
        self.latest = clock.calendar_change == "latest"
        self.elapsed = 0
        self.applied = cycle.start
        self.reached: datetime | None = None
        self.goal: Target | None = None
        self.calendar = cycle.entries[-1 if self.latest else 0].calendar
        self.running = True
        self.missed = False
        self.history: list[tuple[datetime, int]] = []

    def to(self, now: datetime) -> None:
        """Fill in what the cycle says at ``now``."""
        cycle = self.cycle
        end = cycle.stop or now
        entries = list(cycle.entries)
        at = cycle.start
        while True:
            while entries and entries[0].at <= at:
                self._take(entries.pop(0), at)
            if at >= end:
                break
            at = self._minute(at)
        self._tell(end)

    def _take(self, entry: Entry, at: datetime) -> None:
        if entry.calendar != self.calendar and not self.latest:
            due = at if isinstance(self.goal, OpenTime) else self._due(at)
            self.calendar = entry.calendar
            if due is None or due > at:
                self.applied = at
        self.running = entry.running
        if entry.goal is None or entry.goal == self.goal:
            return
        first = self.goal is None
        self.goal, self.applied, self.reached, self.missed = entry.goal, at, None, False
        if isinstance(self.goal, OpenTime) and not first and self.elapsed >= _minutes(self.goal.time):
            self.reached = at if self.elapsed > _minutes(self.goal.time) else self._settled(at)
        if self.cycle.breached_at is None or not (entry.clock and entry.clock.sticky_breach):
            self.cycle.breached_at = None

    def _minute(self, at: datetime) -> datetime:
        following = at + MINUTE
        self.history.append((at, self.elapsed))
        if not self.running:
            return following
        assert self.goal is not None
        if not isinstance(self.goal, OpenTime):
            due = self._due(at)
            if self.reached is None and due is not None and due < following:
                self.reached = due
        elif self.reached is None and self.elapsed >= _minutes(self.goal.time):
            self.reached = self._settled(at)
        if not self.missed and self.reached is not None and self.reached < following:
            self.missed = True
            self.cycle.breached_at = self.cycle.breached_at or self.reached
            self.cycle.log.append((self.reached, self.goal))
        self.elapsed += self._is_open(at)
        if isinstance(self.goal, OpenTime) and self.reached is None and self.elapsed >= _minutes(self.goal.time):
            self.reached = self._settled(following)
        return following

    def _settled(self, at: datetime) -> datetime | None:
        """What ``at`` means as a deadline; ``None`` where that is the next opening and none follows."""
        if self.clock.due_at_closing != "next_open":
            return max(at, self.applied)
        found = self._next_open(at)
        return None if found is None else max(found, self.applied)

    def _is_open(self, at: datetime) -> bool:
        return self.calendars[self.calendar].is_open(self.window, _minutes(at - self.window))

    def _next_open(self, at: datetime) -> datetime | None:
        while at < self.window + HORIZON:
            if self._is_open(at):
                return at
            at += MINUTE
        return None

    def _due(self, at: datetime) -> datetime | None:
        """The deadline, when it runs on from ``at``."""
        if self.reached is not None:
            return self.reached
        assert self.goal is not None
        if not isinstance(self.goal, OpenTime):
            due = self._day(self.goal)
            return None if due is None or due >= self.window + HORIZON else max(due, self.applied)
        found = self._worked(at, _minutes(self.goal.time) - self.elapsed)
        return None if found is None else self._settled(found)

    def _worked(self, at: datetime, left: int) -> datetime | None:
        while left > 0 and at < self.window + HORIZON:
            left -= self._is_open(at)
            at += MINUTE
        return at if left <= 0 else None

    def _day(self, goal: Target) -> datetime | None:
        start, hours = self.cycle.start, self.calendars[self.calendar]
        if isinstance(goal, DueAt):
            return self._next_open(goal.at) if goal.roll == "next_open" else goal.at
        zone = hours.documents[0].tz
        local = start.astimezone(ZoneInfo(zone))
        if isinstance(goal, NextBusinessDayAt):
            day = _business_day(hours, local.date(), 1)
            return None if day is None else _first_instant(zone, datetime.combine(day, goal.at))
        if isinstance(goal, BusinessDays) and goal.roll == "none":
            day = _business_day(hours, local.date(), goal.days)
            return None if day is None else self._next_open(_first_instant(zone, datetime.combine(day, local.time())))
        assert isinstance(goal, BusinessDays | EndOfBusinessDay)
        for days in (goal.days, goal.days + 1):
            day = _business_day(hours, local.date(), days)
            closing = None if day is None else hours.closing(day)
            if closing is None or closing > start:
                return closing
        return None

    def _tell(self, end: datetime) -> None:
        cycle = self.cycle
        assert self.goal is not None
        cycle.target, cycle.elapsed = self.goal, self.elapsed * MINUTE
        self.history.append((end, self.elapsed))
        cycle.state = self._state()
        paused = cycle.state == "paused" and not self.missed
        cycle.due = None if paused else self._due(end)
        if isinstance(self.goal, OpenTime):
            cycle.remaining = self.goal.time - cycle.elapsed
            cycle.warned = {warn.name: self._warned(warn, self.goal, end) for warn in self.clock.warn}
        elif cycle.due is not None:
            low, high = sorted((end, cycle.due))
            inside = sum(self._is_open(low + k * MINUTE) for k in range(_minutes(high - low)))
            cycle.remaining = inside * MINUTE if end <= cycle.due else -inside * MINUTE

    def _state(self) -> str:
        reason, breached = self.cycle.reason, self.cycle.breached_at is not None
        if reason is None:
            return "running" if self.running else "paused"
        if reason in {"cancelled", "merged", "no-target"} or (reason == "replaced" and not breached):
            return "cancelled"
        return "breached" if breached else "met"

    def _warned(self, warn: Warn, goal: OpenTime, end: datetime) -> datetime | None:
        if warn.share is not None:
            needed = _minutes(goal.time * float(warn.share))
        elif warn.before is not None:
            needed = _minutes(goal.time) - _minutes(_time(warn.before))
        else:
            given = next(elapsed for at, elapsed in self.history if at >= self.applied)
            needed = max(_minutes(goal.time), given) + _minutes(_time(warn.after))
        found = next((at for at, elapsed in self.history if elapsed >= needed), None)
        if found is None and self.cycle.stop is None and self.running:
            found = self._worked(end, needed - self.elapsed)
        return None if found is None else max(found, self.applied)


def _time(said: str | None) -> timedelta:
    found = read_target(said)
    assert isinstance(found, OpenTime)
    return found.time


def _minutes(time_: timedelta) -> int:
    return int(time_ / MINUTE)


def _business_day(hours: Hours, day: date, count: int) -> date | None:
    """The ``count``-th business day after ``day``; of 0 itself or the next one."""
    if count == 0 and hours.closing(day) is not None:
        return day
    for _ in range(40):
        day += timedelta(days=1)
        count -= hours.closing(day) is not None
        if count <= 0 and hours.closing(day) is not None:
            return day
    return None
