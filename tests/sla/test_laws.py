"""The clocks against an oracle that walks minutes, and the laws that hold for any ticket."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket
from csprotocol.sla import (
    ClockKind,
    ClockRule,
    ClockState,
    OpenTime,
    Rule,
    SlaPolicy,
    State,
    Target,
    diff,
    evaluate,
    explain,
    hours,
    next_wakeup,
    read_target,
    simulate,
)
from csprotocol.sla._fold import unsure_until
from tests.sla.oracle import HORIZON, Told, judge
from tests.sla.strategies import (
    CALENDARS,
    FIRST_SECONDS,
    HALF_HOUR,
    HOURS,
    NAMES,
    WINDOWS,
    Story,
    day_targets,
    jittered_stories,
    open_times,
    openings,
    stories,
    waits,
)

FEW = settings(max_examples=60)
later = st.integers(0, 96).map(lambda n: n * HALF_HOUR)
works = st.integers(1, 40).map(lambda n: n * HALF_HOUR)


def clocks_of(story: Story) -> list[ClockState]:
    clocks = evaluate(story.events, story.policies, CALENDARS, story.now)
    return [clock for clock in clocks if clock.kind is story.kind]


def told_by(clock: ClockState) -> dict[str, object]:
    return {
        "state": clock.state.value,
        "start": clock.start,
        "stop": clock.stop,
        "reason": clock.stop_reason,
        "target": clock.target,
        "elapsed": clock.elapsed,
        "remaining": clock.remaining,
        "due": clock.due_at,
        "breached_at": clock.breached_at,
        "log": [(breach.at, breach.target) for breach in clock.breach_log],
        "warned": {warn.name: warn.at for warn in clock.warnings},
    }


def as_told(told: Told, found: dict[str, object], *, end: datetime) -> dict[str, object]:
    """What the oracle says, in the same words; beyond its horizon it takes what it is told."""
    said = {name: getattr(told, name) for name in found}
    for name in ("due", "remaining"):
        beyond = found["due"] is None or (isinstance(found["due"], datetime) and found["due"] >= end)
        if said[name] is None and told.state != "paused" and beyond:
            said[name] = found[name]
    if not isinstance(told.target, OpenTime):
        said["warned"] = found["warned"]
    warned, known = dict(said["warned"]), found["warned"]
    assert isinstance(known, dict)
    for name, at in warned.items():
        if at is None and known[name] is not None and known[name] >= end:
            warned[name] = known[name]
    return said | {"warned": warned}


def check(story: Story) -> None:
    cycles = judge(story.kind, story.events, story.policies, HOURS, story.now, window=story.window)
    found = [told_by(clock) for clock in clocks_of(story)]
    end = story.window + HORIZON
    assert [told.start for told in cycles] == [each["start"] for each in found]
    assert [as_told(told, each, end=end) for told, each in zip(cycles, found, strict=True)] == found


@pytest.mark.parametrize("kind", ClockKind)
@given(st.data())
@settings(max_examples=30)
def test_every_clock_is_as_the_oracle_says(kind: ClockKind, data: st.DataObject) -> None:
    check(data.draw(stories(kind=kind)))


@given(stories(days=True))
@settings(max_examples=60)
def test_deadlines_in_business_days_are_as_the_oracle_says(story: Story) -> None:
    check(story)


@given(waits())
@settings(max_examples=100)
def test_a_clock_that_waits_is_as_the_oracle_says(story: Story) -> None:
    check(story)


@given(st.sampled_from(WINDOWS), st.sampled_from(NAMES), st.integers(0, 8 * 48), day_targets)
@settings(max_examples=200)
def test_a_deadline_in_business_days_is_as_the_oracle_says(
    window: datetime, name: str, moment: int, target: Target
) -> None:
    created = window + moment * HALF_HOUR
    policy = replace(SlaPolicy.of(resolution=target), calendar=name)
    events = (Event(created, EventKind.CREATED, ActorKind.CUSTOMER),)
    check(Story(ClockKind.RESOLUTION, events, {"first": policy}, created, window))


def born(story: Story) -> datetime:
    return next(event.at for event in story.events if event.kind is EventKind.CREATED)


@given(stories(), later)
@FEW
def test_elapsed_time_never_falls_while_nothing_happens(story: Story, wait: timedelta) -> None:
    end = story.now + wait
    assume(not any(story.now < event.at <= end for event in story.events))
    before = {clock.id: clock.elapsed for clock in clocks_of(story)}
    after = {clock.id: clock.elapsed for clock in clocks_of(replace(story, now=end))}
    assert [after[name] >= elapsed for name, elapsed in before.items()] == [True] * len(before)


@given(st.one_of(stories(days=True), jittered_stories()))
@FEW
def test_events_after_now_are_not_seen(story: Story) -> None:
    # Before its creation a ticket has no past: an early event counts from there.
    assume(born(story) <= story.now)
    past = tuple(event for event in story.events if event.at <= story.now)
    assert clocks_of(story) == clocks_of(replace(story, events=past))


@given(stories())
@FEW
def test_less_than_nothing_left_is_a_breach(story: Story) -> None:
    for clock in clocks_of(story):
        if isinstance(clock.target, OpenTime) and clock.remaining is not None and clock.remaining < timedelta(0):
            assert clock.breached or never_ran_since(clock)


def never_ran_since(clock: ClockState) -> bool:
    """A shorter target came when it was used up already, or the next opening counts: the clock did not run after it."""
    end = clock.runs[-1].end if clock.runs else clock.start
    due = clock.due_at or end
    return not any(run.running and run.end > due for run in clock.runs) or clock.due_at is None


@given(stories())
@FEW
def test_a_breach_is_a_run_after_the_deadline(story: Story) -> None:
    for clock in clocks_of(story):
        if clock.breached_at is not None:
            # A breach that sticks is that of an earlier target.
            earlier = [breach.at for breach in clock.breach_log if breach.target != clock.target]
            assert clock.breached_at == clock.due_at or clock.breached_at in earlier
            assert clock.breached_at == clock.breach_log[-1].at or rules_of(story)[clock.rule].sticky_breach
            assert any(run.running and run.end > clock.breached_at for run in clock.runs)


def rules_of(story: Story) -> dict[str, ClockRule]:
    """The rules for the clock by name; their options are the same in both policies."""
    rules = [rule for policy in story.policies.values() for rule in policy.rules]
    return {rule.name: rule.clocks[story.kind] for rule in rules if story.kind in rule.clocks}


@given(jittered_stories())
@FEW
def test_what_it_took_until_the_breach_and_how_late_it_is_make_all_of_it(story: Story) -> None:
    for clock in clocks_of(story):
        rule = rules_of(story)[clock.rule]
        if clock.breached_at is None:
            assert clock.late == timedelta(0)
        elif rule.calendar_change == "piecewise" and rule.on_reopen != "continue":
            past = {each.id: each for each in clocks_of(replace(story, now=clock.breached_at))}
            assert past[clock.id].elapsed + clock.late == clock.elapsed


@given(st.sampled_from(WINDOWS), st.sampled_from(NAMES), later, later, later)
@FEW
def test_a_pause_inside_closed_time_changes_nothing(
    window: datetime, name: str, created: timedelta, paused: timedelta, wait: timedelta
) -> None:
    calendar, start = CALENDARS[name], window + created + paused
    closed = [start + k * HALF_HOUR for k in range(3)]
    assume(calendar.between(closed[0], closed[-1]) == timedelta(0))
    opened = Event(window + created, EventKind.CREATED, ActorKind.CUSTOMER)
    pause = [
        Event(closed[0], EventKind.STATUS, data={"to": StatusCategory.WAITING_CUSTOMER}),
        Event(closed[-1], EventKind.STATUS, data={"to": StatusCategory.OPEN}),
    ]
    now, policy = closed[-1] + wait + HALF_HOUR, SlaPolicy.of(requester_wait="8h")
    (without,) = evaluate([opened], policy, calendar, now)
    # A deadline in that very pause is met by it: nobody runs late who does not run.
    assume(without.due_at is None or not closed[0] <= without.due_at <= closed[-1])
    assert diff([without], evaluate([opened, *pause], policy, calendar, now)) == ()


@given(st.sampled_from(WINDOWS), st.sampled_from(NAMES), later, open_times, works)
@FEW
def test_a_longer_target_is_due_by_exactly_as_much_open_time_later(
    window: datetime, name: str, created: timedelta, target: OpenTime, more: timedelta
) -> None:
    opened = [Event(window + created, EventKind.CREATED, ActorKind.CUSTOMER)]
    short, long = (
        evaluate(opened, SlaPolicy.of(first_reply=OpenTime(time)), CALENDARS[name], window + created)[0].due_at
        for time in (target.time, target.time + more)
    )
    assert (short is None) == (long is None) == (name == "never")
    if short is not None and long is not None:
        assert CALENDARS[name].between(short, long) == more


INDEPENDENT: dict[EventKind, dict[str, object]] = {
    EventKind.PRIORITY: {"to": "urgent"},
    EventKind.STATUS: {"to": StatusCategory.WAITING_CUSTOMER},
    EventKind.TAG: {"to": "vip"},
    EventKind.ASSIGN: {"group": "A"},
    EventKind.NOTE: {},
    EventKind.CALENDAR: {"to": "office"},
}


@given(stories(), later, st.permutations(list(INDEPENDENT)))
@FEW
def test_independent_events_of_one_instant_may_come_in_any_order(
    story: Story, moment: timedelta, order: list[EventKind]
) -> None:
    at = story.window + moment
    told, turned = (
        (*story.events, *(Event(at, kind, data=INDEPENDENT[kind]) for kind in kinds)) for kinds in (INDEPENDENT, order)
    )
    # What stops a clock in that instant freezes it: whether that came before or after the others, then matters.
    before, after = (
        [clock for clock in clocks_of(replace(story, events=events)) if clock.stop != at] for events in (told, turned)
    )
    assert diff(before, after) == ()


@given(stories())
@FEW
def test_finished_cycles_are_frozen(story: Story) -> None:
    last = max(story.now, *(event.at for event in story.events))
    story = replace(story, now=last)
    at = last + HALF_HOUR
    changes = (
        Event(at, EventKind.PRIORITY, data={"to": "low"}),
        Event(at, EventKind.POLICY, data={"to": "second"}),
        Event(at, EventKind.CALENDAR, data={"to": "never"}),
    )
    done = [clock for clock in clocks_of(story) if clock.is_finished]
    after = {clock.id: clock for clock in clocks_of(replace(story, events=(*story.events, *changes), now=at))}
    assert done == [after[clock.id] for clock in done]


@given(
    st.one_of(openings(), jittered_stories()),
    st.one_of(later, st.integers(0, 2_000_000).map(lambda n: timedelta(microseconds=n))),
)
@settings(max_examples=150)
def test_nothing_that_was_told_is_taken_back(story: Story, wait: timedelta) -> None:
    told: dict[str, datetime] = {}
    for now in sorted([story.now, story.now + wait, *(born(story) + moment for moment in FIRST_SECONDS)]):
        found = {clock.id: clock.start for clock in clocks_of(replace(story, now=now))}
        assert {name: found.get(name) for name in told} == told
        told = found


@given(st.one_of(stories(), jittered_stories()))
@FEW
def test_an_explanation_adds_up_and_has_no_gap(story: Story) -> None:
    for clock in clocks_of(story):
        parts = explain(clock)
        assert sum((part.counted for part in parts), timedelta(0)) == clock.elapsed
        # In UTC: in the hour that comes twice, instants of two zones are never equal.
        edges = [clock.start, *(part.end.astimezone(UTC) for part in parts)]
        assert [part.start.astimezone(UTC) for part in parts] == edges[:-1]
        assert edges[-1] == (clock.stop or max(story.now, clock.start))


@given(st.one_of(stories(days=True), jittered_stories(), openings()))
@settings(max_examples=150)
def test_between_now_and_the_next_wakeup_only_time_passes(story: Story) -> None:
    only_time_passes(story)


@given(waits())
@settings(max_examples=200)
def test_between_now_and_the_next_wakeup_of_a_clock_that_waits_only_time_passes(story: Story) -> None:
    only_time_passes(story)


def only_time_passes(story: Story) -> None:
    """Until the next wakeup nothing but elapsed and remaining time moves, and then something else does."""
    at = next_wakeup(story.events, story.policies, CALENDARS, story.now)
    before = evaluate(story.events, story.policies, CALENDARS, story.now)
    moment = timedelta(microseconds=1)
    for then in (at - moment, story.now + (at - story.now) / 2) if at else (story.now + timedelta(days=3),):
        after = evaluate(story.events, story.policies, CALENDARS, then)
        assert {change.field for change in diff(before, after)} <= {"elapsed", "remaining"}
    if at is not None:
        warned = any(warning.at == at for clock in before for warning in clock.warnings)
        happens = any(event.at == at for event in story.events)
        after = evaluate(story.events, story.policies, CALENDARS, at)
        differs = {change.field for change in diff(before, after)} - {"elapsed", "remaining"}
        assert warned or happens or differs or is_known_by(at, story)


def is_known_by(at: datetime, story: Story) -> bool:
    """Whether it is then that it is known who began the ticket, whatever that changes."""
    return at == born(story) + timedelta(seconds=1)


@given(jittered_stories())
@FEW
def test_closing_and_merging_in_one_instant_is_merging(story: Story) -> None:
    at = story.now + HALF_HOUR
    closed = Event(at, EventKind.STATUS, data={"to": StatusCategory.CLOSED})
    merged = Event(at, EventKind.MERGED, data={"into": "other"})
    opened = Event(at + HALF_HOUR, EventKind.STATUS, data={"to": StatusCategory.OPEN})
    past = tuple(event for event in story.events if event.at < at)
    found = [
        clocks_of(replace(story, events=(*past, *ends, opened), now=at + 3 * HALF_HOUR))
        for ends in ((closed, merged), (merged, closed))
    ]
    assert diff(*found) == ()


@given(stories(), later)
@FEW
def test_names_of_warnings_do_not_depend_on_now(story: Story, wait: timedelta) -> None:
    end = story.now + wait
    assume(not any(story.now < event.at <= end for event in story.events))
    before, after = ({w.id for c in clocks_of(replace(story, now=now)) for w in c.warnings} for now in (story.now, end))
    # In the first second of a ticket that no customer created, reply and update clocks are not told yet.
    assert before == after or (before < after and unsure_until(story.events, story.now) is not None)


@given(stories(), st.lists(st.integers(0, 20), max_size=4))
@FEW
def test_what_is_delivered_twice_counts_once(story: Story, again: list[int]) -> None:
    named = tuple(replace(event, id=f"n{k}") for k, event in enumerate(story.events))
    twice = named + tuple(named[k % len(named)] for k in again)
    assert clocks_of(replace(story, events=named)) == clocks_of(replace(story, events=twice))


@given(stories(days=True))
@FEW
def test_an_evaluation_differs_from_itself_in_nothing(story: Story) -> None:
    clocks = clocks_of(story)
    assert diff(clocks, clocks) == ()


@given(stories(), open_times)
@FEW
def test_what_does_not_differ_is_equal(story: Story, target: OpenTime) -> None:
    policy = SlaPolicy("other", (Rule("rest", dict(SlaPolicy.of(resolution=target).rules[0].clocks)),))
    other = {"first": policy, "second": policy}
    before = clocks_of(replace(story, kind=ClockKind.RESOLUTION))
    after = evaluate(story.events[:1], other, CALENDARS["office"], story.now)
    same = [replace(clock, _runs=()) for clock in before] == [replace(clock, _runs=()) for clock in after]
    assert same == (diff(before, after) == ())


@given(st.lists(stories(kind=ClockKind.RESOLUTION), max_size=5))
@settings(max_examples=20)
def test_a_simulation_counts_what_evaluation_finds(told: list[Story]) -> None:
    assume(told)
    policies, now = told[0].policies, told[0].now
    tickets = [Ticket(id=str(k), events=story.events) for k, story in enumerate(told)]
    found = simulate(policies, tickets, CALENDARS, now)
    clocks = [clock for ticket in tickets for clock in evaluate(ticket, policies, CALENDARS, now)]
    counts = Counter((clock.kind, clock.state) for clock in clocks)
    assert {(kind, state): n for kind, states in found.cycles.items() for state, n in states.items()} == counts
    overdue = Counter(clock.kind for clock in clocks if clock.stop is None and clock.breached)
    assert dict(found.overdue) == dict(overdue)
    for kind in found.cycles:
        kept = counts[kind, State.MET]
        missed = counts[kind, State.BREACHED] + overdue[kind]
        assert found.attainment(kind) == (kept / (kept + missed) if kept + missed else None)


@given(open_times, st.integers(0, 59), st.integers(0, 999_999))
def test_a_target_reads_what_it_says(target: OpenTime, seconds: int, micro: int) -> None:
    exact = OpenTime(target.time + timedelta(seconds=seconds, microseconds=micro))
    assert read_target(str(exact)) == exact


class TestNeverOpen:
    @pytest.mark.parametrize("target", ["4h", "2 business days", "end of business day", "next business day at 16:00"])
    def test_no_deadline_a_diagnostic_and_no_loop(self, target: str) -> None:
        opened = [Event(WINDOWS[0], EventKind.CREATED, ActorKind.CUSTOMER)]
        (clock,) = evaluate(opened, SlaPolicy.of(resolution=target), CALENDARS["never"], WINDOWS[0] + timedelta(90))
        assert (clock.due_at, clock.breached, clock.elapsed) == (None, False, timedelta(0))
        assert clock.diagnostics == ("calendar-never-opens",)

    def test_the_diagnostic_goes_when_the_shop_opens_again(self) -> None:
        at = WINDOWS[0] + timedelta(hours=10)
        events = [
            Event(at, EventKind.CREATED, ActorKind.CUSTOMER),
            Event(at + HALF_HOUR, EventKind.CALENDAR, data={"to": "never"}),
            Event(at + timedelta(hours=5), EventKind.CALENDAR, data={"to": "office"}),
        ]
        policy = replace(SlaPolicy.of(resolution="1 business day"), calendar="office")
        (clock,) = evaluate(events, policy, CALENDARS, at + timedelta(hours=6))
        assert (clock.due_at, clock.diagnostics) == (at + timedelta(days=1), ())


class TestClockChanges:
    """The nights of both changes: elapsed time is real time, deadlines keep the wall clock of the hours."""

    @pytest.mark.parametrize(
        ("created", "target", "due"),
        [
            (datetime(2026, 3, 27, 15, tzinfo=UTC), "4h", datetime(2026, 3, 30, 10, tzinfo=UTC)),
            (datetime(2026, 10, 23, 14, tzinfo=UTC), "4h", datetime(2026, 10, 26, 11, tzinfo=UTC)),
            (datetime(2026, 3, 27, 15, tzinfo=UTC), "1 business day", datetime(2026, 3, 30, 14, tzinfo=UTC)),
            (datetime(2026, 10, 23, 14, tzinfo=UTC), "end of business day +1", datetime(2026, 10, 26, 16, tzinfo=UTC)),
        ],
    )
    def test_office_hours(self, created: datetime, target: str, due: datetime) -> None:
        opened = [Event(created, EventKind.CREATED, ActorKind.CUSTOMER)]
        assert evaluate(opened, SlaPolicy.of(resolution=target), CALENDARS["office"], created)[0].due_at == due

    @pytest.mark.parametrize(("day", "worked"), [(28, hours(7)), (21, hours(8))])
    def test_a_night_shift_in_spring_is_an_hour_shorter(self, day: int, worked: OpenTime) -> None:
        start = datetime(2026, 3, day, 20, tzinfo=UTC)
        opened = [Event(start, EventKind.CREATED, ActorKind.CUSTOMER)]
        (clock,) = evaluate(opened, SlaPolicy.of(resolution="40h"), CALENDARS["night"], start + timedelta(hours=13))
        assert clock.elapsed == worked.time
