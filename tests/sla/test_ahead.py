"""What comes next; the laws of the next wakeup stand with the other laws."""

from __future__ import annotations

from datetime import timedelta

import pytest

from csprotocol.model import Ticket
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
