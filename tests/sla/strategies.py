"""Calendars, policies and tickets for property tests, drawn towards what breaks clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.model import ActorKind, Event, EventKind, StatusCategory
from csprotocol.sla import (
    BusinessDays,
    ClockKind,
    ClockRule,
    EndOfBusinessDay,
    NextBusinessDayAt,
    OpenTime,
    Roll,
    Rule,
    SlaPolicy,
    Target,
    Warn,
    When,
)
from tests.sla.oracle import Hours

HALF_HOUR = timedelta(minutes=30)

_DOCUMENTS = {
    "office": BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-17:00"),
    "split": BusinessHours(tz="Europe/Madrid", weekly="mon-sat 09:00-14:00,16:00-19:00"),
    "night": BusinessHours(tz="Europe/Madrid", weekly="mon-sun 22:00-06:00"),
    "sunday": BusinessHours(tz="Europe/Madrid", weekly="sun 01:30-02:30,04:00-12:00"),
    "allday": BusinessHours(tz="UTC", weekly="mon-sun 00:00-24:00"),
    "never": BusinessHours(tz="UTC", weekly={}),
    "new_york": BusinessHours(tz="America/New_York", weekly="mon-sun 01:00-09:00"),
}
HOURS = {name: Hours((each,)) for name, each in _DOCUMENTS.items()}
CALENDARS = {name: BusinessCalendar(each) for name, each in _DOCUMENTS.items()}
HOURS["sun_follower"] = Hours((_DOCUMENTS["office"], _DOCUMENTS["new_york"]))
CALENDARS["sun_follower"] = CALENDARS["office"] | CALENDARS["new_york"]
NAMES = sorted(CALENDARS)
# Business days are those of one document.
DAY_NAMES = [name for name in NAMES if name != "sun_follower"]

# Thursdays before: nothing, both changes of Madrid, both of New York.
WINDOWS = [
    datetime(2026, 1, 15, tzinfo=UTC),
    datetime(2026, 3, 26, tzinfo=UTC),
    datetime(2026, 10, 22, tzinfo=UTC),
    datetime(2026, 3, 5, tzinfo=UTC),
    datetime(2026, 10, 29, tzinfo=UTC),
]
CATEGORIES = list(StatusCategory)
LIVE = [each for each in StatusCategory if each.is_live]
# Twice as likely as the others: what ends a ticket makes most of the trouble.
STATUSES = [*CATEGORIES, StatusCategory.OPEN, StatusCategory.RESOLVED, StatusCategory.WAITING_CUSTOMER]
ACTORS = [ActorKind.CUSTOMER, ActorKind.CUSTOMER, ActorKind.AGENT, ActorKind.AGENT, ActorKind.BOT, ActorKind.SYSTEM]


@dataclass(frozen=True)
class Story:
    """A ticket, what was promised for it, and when somebody looks."""

    kind: ClockKind
    events: tuple[Event, ...]
    policies: dict[str, SlaPolicy]
    now: datetime
    window: datetime

    def __repr__(self) -> str:
        told = "\n".join(
            f"  {event.at:%d %H:%M} {event.kind} {event.by} {'' if event.public else 'private '}{dict(event.data)}"
            f"{event.id or ''}"
            for event in self.events
        )
        return f"{self.kind} now {self.now:%Y-%m-%d %H:%M}\n{told}\n{self.policies}"


open_times = st.sampled_from([20, 60, 120, 240, 480, 960]).map(lambda n: OpenTime(timedelta(minutes=n)))
day_targets: st.SearchStrategy[Target] = st.one_of(
    st.integers(1, 3).map(BusinessDays),
    st.integers(1, 3).map(lambda days: BusinessDays(days, Roll.END_OF_DAY)),
    st.integers(0, 2).map(EndOfBusinessDay),
    st.sampled_from([time(2, 30), time(12), time(16)]).map(NextBusinessDayAt),
)


@st.composite
def stories(draw: st.DrawFn, *, kind: ClockKind | None = None, days: bool = False) -> Story:
    """A story in whole minutes; ``days`` for targets in business days."""
    kind = kind or draw(st.sampled_from(list(ClockKind)))
    window = draw(st.sampled_from(WINDOWS))
    names = st.sampled_from(DAY_NAMES if days else NAMES)
    options = draw(_options(kind))
    targets = st.one_of(open_times, day_targets) if days else open_times
    policies = {
        name: draw(_policies(name, kind, names=names, targets=targets, options=options)) for name in ("first", "second")
    }
    created = window + draw(_moments)
    events = [Event(created, EventKind.CREATED, draw(st.sampled_from(ACTORS)), public=draw(st.booleans()))]
    events += draw(st.lists(_happenings(window, created, names), max_size=9))
    events = draw(_redelivered(draw(st.permutations(events))))
    now = window + draw(_moments) + draw(st.sampled_from([timedelta(0), timedelta(days=2)]))
    return Story(kind, tuple(events), policies, now, window)


# Within the four days from Thursday on; mostly few instants, so that things fall together.
_moments = st.one_of(
    st.integers(0, 4 * 48).map(lambda n: n * HALF_HOUR),
    st.integers(0, 4 * 8).map(lambda n: n * 6 * HALF_HOUR),
    st.integers(0, 4 * 1440).map(lambda n: timedelta(minutes=n)),
)


@st.composite
def _options(draw: st.DrawFn, kind: ClockKind) -> dict[str, Any]:
    pauses = st.one_of(st.none(), st.lists(st.sampled_from(LIVE), max_size=2, unique=True).map(tuple))
    return {
        "on_reopen": draw(st.sampled_from(["resume", "continue", "restart", "ignore"])),
        "calendar_change": draw(st.sampled_from(["piecewise", "piecewise", "latest"])),
        "due_at_closing": draw(st.sampled_from(["closing", "closing", "next_open"])),
        "sticky_breach": draw(st.booleans()),
        "bots_count": draw(st.booleans()),
        "notes_count": draw(st.booleans()),
        "pause_on": draw(pauses),
        "warn": (Warn("half", share="0.5"), Warn("late", share="1.5")),
        "group": draw(st.sampled_from(["A", "*"])) if kind is ClockKind.GROUP else None,
    }


@st.composite
def _policies(
    draw: st.DrawFn,
    name: str,
    kind: ClockKind,
    *,
    names: st.SearchStrategy[str],
    targets: st.SearchStrategy[Target],
    options: dict[str, Any],
) -> SlaPolicy:
    """Rules for a group, for a priority and for the rest; some of them without the clock."""
    rules = []
    other = ClockKind.RESOLUTION if kind is not ClockKind.RESOLUTION else ClockKind.AGENT_WORK
    for rule_name, when in (("group", When(group=("B",))), ("high", When(priority=("high",))), ("rest", When())):
        if rule_name != "rest" and draw(st.booleans()):
            continue
        table = draw(st.dictionaries(st.sampled_from(["normal", "urgent", "high", "*"]), targets, min_size=1))
        target = draw(st.sampled_from([next(iter(table.values())), table]))
        rule = ClockRule(target, calendar=draw(st.one_of(st.none(), names)), **options)  # type: ignore[arg-type]  # values serve as well
        there = rule_name == "rest" or draw(st.booleans())
        rules.append(Rule(rule_name, {kind: rule} if there else {other: ClockRule("1h")}, when))
    return SlaPolicy(name, tuple(rules), calendar=draw(names))


@st.composite
def _happenings(draw: st.DrawFn, window: datetime, created: datetime, names: st.SearchStrategy[str]) -> Event:
    at = draw(st.one_of(_moments.map(lambda moment: window + moment), st.just(created)))
    by = draw(st.sampled_from(ACTORS))
    match draw(st.sampled_from(["message"] * 4 + ["status"] * 5 + list(_OTHERS))):
        case "message":
            return Event(at, EventKind.MESSAGE, by, public=draw(st.integers(0, 3)) > 0)
        case "status":
            return Event(at, EventKind.STATUS, data={"to": draw(st.sampled_from(STATUSES))})
        case "priority":
            return Event(
                at, EventKind.PRIORITY, data={"to": draw(st.sampled_from(["normal", "high", "urgent", "low"]))}
            )
        case "assign":
            return Event(at, EventKind.ASSIGN, data={"group": draw(st.sampled_from(["A", "B", "C", None]))})
        case "promise":
            due_at = at + draw(st.sampled_from([-2, 1, 3, 10, 30])) * 2 * HALF_HOUR
            return Event(at, EventKind.PROMISE, data={"due_at": due_at})
        case "calendar":
            return Event(at, EventKind.CALENDAR, data={"to": draw(st.one_of(names, st.just("never"), st.none()))})
        case "policy":
            return Event(at, EventKind.POLICY, data={"to": draw(st.sampled_from(["first", "second"]))})
    return Event(at, EventKind.MERGED, data={"into": "other"})


_OTHERS = ("priority", "assign", "promise", "promise", "calendar", "policy", "merged")


@st.composite
def _redelivered(draw: st.DrawFn, events: list[Event]) -> list[Event]:
    """The same events with ids, some of them twice."""
    if not draw(st.booleans()):
        return events
    named = [Event(e.at, e.kind, e.by, public=e.public, data=e.data, id=f"e{k}") for k, e in enumerate(events)]
    return [*named, *draw(st.lists(st.sampled_from(named), max_size=2))]
