"""What comes next; the laws of the next wakeup stand with the other laws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from csprotocol.model import ActorKind, Event, EventKind, Ticket
from csprotocol.sla import ClockRule, SlaPolicy, Warn, evaluate, most_urgent, next_wakeup
from tests.sla.shop import ALWAYS, OFFICE, at, told

MOMENT = timedelta(microseconds=1)


class TestNextWakeup:
    @pytest.mark.parametrize(
        ("lines", "now", "expected"),
        [
            (("10:00 created customer",), "10:00", at("11:00")),  # the warning
            (("10:00 created customer",), "11:00", at("12:00") + MOMENT),  # just after the deadline
            (("10:00 created customer",), "12:00", at("12:00") + MOMENT),
            (("10:00 created customer",), "13:00", None),
            (("10:00 created customer", "10:30 message agent"), "10:45", None),
            (("10:00 created customer", "10:30 message agent"), "10:15", at("10:30")),
            (("10:00 created customer",), "09:00", at("10:00")),
        ],
    )
    def test_the_first_instant_at_which_anything_differs(
        self, lines: tuple[str, ...], now: str, expected: object
    ) -> None:
        policy = SlaPolicy.of(first_reply=ClockRule("2h", warn=(Warn("half", share="0.5"),)))
        events = told(*lines)
        assert next_wakeup(iter(events), policy, ALWAYS, at(now)) == expected
        assert next_wakeup(Ticket(id="1", events=tuple(events)), policy, ALWAYS, at(now)) == expected

    def test_nothing_to_wait_for_while_it_stands_still(self) -> None:
        events = told("10:00 created customer", "10:30 status waiting_customer")
        assert next_wakeup(events, SlaPolicy.of(requester_wait="2h"), ALWAYS, at("11:00")) is None

    @pytest.mark.parametrize("target", ["1h", "2026-11-20T11:00Z"])
    def test_a_deadline_over_which_a_pause_has_held_it_is_missed_as_soon_as_it_runs(self, target: str) -> None:
        events = told("10:00 created customer", "11:00 status waiting_customer", "12:00 status open")
        policy = SlaPolicy.of(requester_wait=target)
        found = {now: evaluate(events, policy, ALWAYS, now)[0].breached for now in (at("12:00"), at("12:00") + MOMENT)}
        assert found == {at("12:00"): False, at("12:00") + MOMENT: True}
        assert next_wakeup(events, policy, ALWAYS, at("12:00")) == at("12:00") + MOMENT

    def test_the_second_deadline_after_a_breach_that_sticks(self) -> None:
        policy = SlaPolicy.of(requester_wait=ClockRule({"normal": "1h", "low": "3h"}, sticky_breach=True))
        events = told("10:00 created customer", "11:30 priority low")
        assert next_wakeup(events, policy, ALWAYS, at("12:00")) == at("13:00") + MOMENT
        assert next_wakeup(events, policy, ALWAYS, at("13:30")) is None

    def test_the_second_in_which_nobody_knows_who_began(self) -> None:
        events = [Event(at("10:00"), EventKind.CREATED, ActorKind.AGENT)]
        policy = SlaPolicy.of(periodic_update="8h")
        known_from = next_wakeup(events, policy, ALWAYS, at("10:00"))
        assert known_from == at("10:00") + timedelta(seconds=1)
        assert evaluate(events, policy, ALWAYS, known_from - MOMENT) == ()
        assert [clock.start for clock in evaluate(events, policy, ALWAYS, known_from)] == [at("10:00")]

    def test_after_the_last_instant_there_is_none(self) -> None:
        end = datetime.max.replace(tzinfo=UTC)
        promised = [*told("10:00 created customer"), Event(at("10:00"), EventKind.PROMISE, data={"due_at": end})]
        assert next_wakeup(promised, SlaPolicy.of(promise=ClockRule()), OFFICE, at("12:00")) is None
        assert next_wakeup(promised[:1], SlaPolicy.of(resolution=end), OFFICE, at("12:00")) is None
        late = [Event(end, EventKind.CREATED, ActorKind.AGENT)]
        assert next_wakeup(late, SlaPolicy.of(first_reply="1h"), ALWAYS, end) is None


class TestMostUrgent:
    def test_the_running_clock_that_is_due_first(self) -> None:
        policy = SlaPolicy.of(first_reply="1h", resolution="4h", requester_wait="2h")
        events = told("10:00 created customer", "10:30 message agent", "10:40 status waiting_customer")
        found = most_urgent(evaluate(events, policy, OFFICE, at("11:00")))
        assert found is not None
        assert (found.kind, found.due_at) == ("resolution", at("14:00"))

    def test_none_of_none_that_runs(self) -> None:
        events = told("10:00 created customer", "11:00 status resolved")
        assert most_urgent(evaluate(events, SlaPolicy.of(resolution="4h"), OFFICE, at("12:00"))) is None
