"""Pauses that should not have been."""

from __future__ import annotations

from datetime import timedelta, timezone
from time import process_time

import pytest
from hypothesis import given

from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket, in_order
from csprotocol.sla import ClockRule, ClockState, SlaPolicy, doubtful_pauses, evaluate
from tests.sla.shop import ALWAYS, OFFICE, at, told
from tests.sla.strategies import CALENDARS, Story, jittered_stories


def found(*lines: str, now: str = "16:00", kind: str = "agent_work") -> list[str]:
    events = told(*lines)
    clocks = evaluate(events, SlaPolicy.of(**{kind: ClockRule("8h")}), OFFICE, at(now))
    pauses = doubtful_pauses(events, clocks)
    assert doubtful_pauses(Ticket(id="1", events=tuple(events)), clocks) == pauses
    return [f"{pause.start:%H:%M}-{pause.end:%H:%M} {pause.open_time}" for pause in pauses]


class TestDoubtfulPauses:
    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (("10:00 status waiting_customer", "11:00 status open"), []),
            (("10:00 status waiting_customer", "11:00 message customer"), ["11:00-16:00 5:00:00"]),
            (
                ("10:00 status waiting_customer", "11:00 message customer", "12:00 status open"),
                ["11:00-12:00 1:00:00"],
            ),
            (("10:00 status waiting_customer", "11:00 message customer", "11:00 status open"), []),
            (
                ("10:00 status waiting_customer", "11:00 message customer", "12:00 message agent"),
                ["11:00-12:00 1:00:00"],
            ),
            # Paused although a message stood there already.
            (("10:00 message customer", "11:00 status waiting_customer"), ["11:00-16:00 5:00:00"]),
            (("10:00 message customer", "11:00 message agent", "11:00 status waiting_customer"), []),
            (("10:00 message customer", "11:00 status waiting_customer", "11:00 message agent"), []),
            # Only waiting for the customer is doubtful, only public words count, and a bot answers nothing.
            (("10:00 message customer", "11:00 status waiting_third_party"), []),
            (("10:00 status waiting_customer", "11:00 note customer"), []),
            (
                ("10:00 status waiting_customer", "11:00 message customer", "11:00 message bot"),
                ["11:00-16:00 5:00:00"],
            ),
        ],
    )
    def test_during_which_the_customer_had_written(self, lines: tuple[str, ...], expected: list[str]) -> None:
        assert found("09:00 created customer", *lines) == expected

    def test_what_it_saved_is_open_time(self) -> None:
        lines = ("09:00 created customer", "10:00 status waiting_customer", "16:00 message customer")
        assert found(*lines, now="23 10:00") == ["16:00-10:00 2:00:00"]

    def test_a_clock_that_does_not_pause_saves_nothing(self) -> None:
        lines = ("09:00 created customer", "10:00 status waiting_customer", "11:00 message customer")
        assert found(*lines, kind="resolution") == []

    def test_instants_of_any_zone(self) -> None:
        zone = timezone(timedelta(hours=-3))
        lines = ("09:00 created customer", "10:00 status waiting_customer", "11:00 message customer")
        events = [Event(e.at.astimezone(zone), e.kind, e.by, data=e.data) for e in told(*lines)]
        clocks = evaluate(events, SlaPolicy.of(agent_work="8h"), ALWAYS, at("12:00"))
        assert [pause.start.utcoffset() for pause in doubtful_pauses(events, clocks)] == [timedelta(0)]

    def test_of_a_long_conversation_in_a_moment(self) -> None:
        start, messages = at("09:00"), 20_000
        events = [Event(start, EventKind.CREATED, ActorKind.CUSTOMER)]
        for k in range(messages):
            by = (ActorKind.CUSTOMER, ActorKind.AGENT)[k % 2]
            events.append(Event(start + timedelta(minutes=k + 1), EventKind.MESSAGE, by))
        for k in range(messages // 5):
            to = (StatusCategory.WAITING_CUSTOMER, StatusCategory.OPEN)[k % 2]
            events.append(Event(start + timedelta(minutes=5 * k + 1), EventKind.STATUS, data={"to": to}))
        ticket = Ticket(id="1", events=tuple(events))
        clocks = evaluate(ticket, SlaPolicy.of(agent_work="8h"), ALWAYS, start + timedelta(minutes=messages + 2))
        began = process_time()
        pauses = doubtful_pauses(ticket, clocks)
        # It takes several seconds to hold every pause against every message.
        assert process_time() - began < 1
        # Three questions in each of 2,000 pauses.
        assert len(pauses) == 6_000


def _naive(story: Story, clocks: list[ClockState]) -> list[tuple[object, ...]]:
    """Every pause against every message of the customer and the answer to it."""
    said = [each for each in in_order(story.events) if each.kind is EventKind.MESSAGE and each.public]
    waits, since = [], None
    for event in said:
        if event.by is ActorKind.CUSTOMER:
            since = since or event.at
        elif event.by is ActorKind.AGENT and since is not None:
            waits.append((since, event.at))
            since = None
    waits += [(since, story.now)] if since is not None else []
    return [
        (clock.id, max(run.start, asked), min(run.end, answered))
        for clock in clocks
        for run in clock.runs
        for asked, answered in waits
        if run.why == "waiting_customer" and not run.running and max(run.start, asked) < min(run.end, answered)
    ]


@given(jittered_stories())
def test_every_pause_is_held_against_every_message(story: Story) -> None:
    rule = ClockRule("8h", pause_on=(StatusCategory.WAITING_CUSTOMER,), calendar="office")
    policy = SlaPolicy.of(requester_wait=rule)
    clocks = list(evaluate(story.events, {"first": policy, "second": policy}, CALENDARS, story.now))
    found = [(pause.clock, pause.start, pause.end) for pause in doubtful_pauses(story.events, clocks)]
    assert found == _naive(story, clocks)
