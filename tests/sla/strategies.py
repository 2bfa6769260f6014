"""Calendars, policies and tickets for property tests, drawn towards what breaks clocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import cycle
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
    # Open at midnight, with shifts that touch, and with a day that ends there.
    "early": BusinessHours(tz="Europe/Madrid", weekly="mon-fri 00:00-08:00"),
    "shifts": BusinessHours(tz="Europe/Madrid", weekly="mon-fri 06:00-14:00,14:00-22:00,22:00-06:00"),
    "half_friday": BusinessHours(tz="UTC", weekly="mon-thu 00:00-24:00; fri 00:00-12:00"),
    "tokyo": BusinessHours(tz="Asia/Tokyo", weekly="mon-fri 08:00-17:00"),
}
HOURS = {name: Hours((each,)) for name, each in _DOCUMENTS.items()}
CALENDARS = {name: BusinessCalendar(each) for name, each in _DOCUMENTS.items()}
HOURS["sun_follower"] = Hours((_DOCUMENTS["office"], _DOCUMENTS["new_york"]))
CALENDARS["sun_follower"] = CALENDARS["office"] | CALENDARS["new_york"]
# The second team opens at the midnight of the first.
HOURS["far_east"] = Hours((_DOCUMENTS["office"], _DOCUMENTS["tokyo"]))
CALENDARS["far_east"] = CALENDARS["office"] | CALENDARS["tokyo"]
NAMES = sorted(CALENDARS)

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
    names = st.sampled_from(NAMES)
    options = draw(_options(kind))
    targets = st.one_of(open_times, day_targets) if days else open_times
    policies = {
        name: draw(_policies(name, kind, names=names, targets=targets, options=options)) for name in ("first", "second")
    }
    created = window + draw(_moments)
    events = [Event(created, EventKind.CREATED, draw(st.sampled_from(ACTORS)), public=draw(st.booleans()))]
    events += draw(st.lists(_happenings(window, created, names), max_size=9))
    events = draw(_redelivered(draw(st.permutations(events))))
    # Half of the time in the very instant of an event: what stands then is what changes.
    later = st.sampled_from([timedelta(0), timedelta(days=2)])
    now = draw(
        st.one_of(st.builds(lambda a, b: window + a + b, _moments, later), st.sampled_from([e.at for e in events]))
    )
    return Story(kind, tuple(events), policies, now, window)


_JITTER = st.sampled_from([0, 0, 1, -1, 300_000, 600_000, 999_999, 1_500_000]).map(lambda n: timedelta(microseconds=n))


FIRST_SECONDS = [timedelta(milliseconds=n) for n in (0, 1, 300, 600, 900, 999, 1000, 1500)]


@st.composite
def openings(draw: st.DrawFn) -> Story:
    """A ticket in the first two seconds of its life."""
    kind = draw(st.sampled_from([ClockKind.FIRST_REPLY, ClockKind.NEXT_REPLY, ClockKind.PERIODIC_UPDATE]))
    created = WINDOWS[0] + draw(_moments)
    moments = st.sampled_from(FIRST_SECONDS).map(lambda moment: created + moment)
    first = Event(created, EventKind.CREATED, draw(st.sampled_from(list(ActorKind))), public=draw(st.booleans()))
    messages = st.builds(
        Event, moments, st.just(EventKind.MESSAGE), st.sampled_from(ACTORS), public=st.integers(0, 3).map(bool)
    )
    events = (first, *draw(st.lists(messages, max_size=3)))
    policy = SlaPolicy("first", (Rule("all", {kind: ClockRule("4h")}),), calendar="allday")
    return Story(kind, events, {"first": policy}, draw(moments), WINDOWS[0])


@st.composite
def waits(draw: st.DrawFn) -> Story:
    """A ticket that is paused and goes on, and whose target changes, when somebody looks in the instant of an event."""
    kind = draw(st.sampled_from([ClockKind.REQUESTER_WAIT, ClockKind.AGENT_WORK]))
    window = draw(st.sampled_from(WINDOWS)) + timedelta(hours=9)
    targets = st.one_of(st.sampled_from([1, 2, 4]).map(lambda n: OpenTime(n * HALF_HOUR)), day_targets)
    table = draw(st.fixed_dictionaries(dict.fromkeys(("normal", "high", "low"), targets)))
    rule = ClockRule(table, sticky_breach=draw(st.booleans()))  # type: ignore[arg-type]  # values serve as well
    names = st.sampled_from(["allday", "office", "early"])
    policy = SlaPolicy("first", (Rule("all", {kind: rule}),), calendar=draw(names))
    moments = st.one_of(st.integers(1, 8), st.integers(1, 60)).map(lambda n: window + n * HALF_HOUR)
    turns = sorted(draw(st.sets(moments, min_size=1, max_size=4)))
    words = cycle([StatusCategory.WAITING_CUSTOMER, StatusCategory.OPEN])
    changes = draw(st.lists(st.tuples(moments, st.sampled_from(["normal", "high", "low"])), max_size=2))
    events = (
        Event(window, EventKind.CREATED),
        *(Event(at, EventKind.STATUS, data={"to": to}) for at, to in zip(turns, words, strict=False)),
        *(Event(at, EventKind.PRIORITY, data={"to": to}) for at, to in changes),
    )
    now = draw(st.sampled_from([event.at for event in events] + turns[1::2]))
    return Story(kind, events, {"first": policy}, now, window.replace(hour=0))


@st.composite
def jittered_stories(draw: st.DrawFn) -> Story:
    """A story whose instants are not in whole minutes; many lie within the second of another."""
    story = draw(st.one_of(stories(), stories(days=True)))
    events = tuple(replace(event, at=event.at + draw(_JITTER)) for event in story.events)
    now = draw(st.one_of(st.just(story.now + draw(_JITTER)), st.sampled_from([event.at for event in events])))
    return replace(story, events=events, now=now)


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
        "warn": (
            Warn("half", share="0.5"),
            Warn("late", share="1.5"),
            Warn("soon", before="30m"),
            Warn("over", after="45m"),
        ),
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
        given: Any = "" if kind is ClockKind.PROMISE else target
        rule = ClockRule(given, calendar=draw(st.one_of(st.none(), names)), **options)
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
