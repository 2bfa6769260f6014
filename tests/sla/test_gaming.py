"""Pauses that should not have been."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from csprotocol.model import Event, Ticket
from csprotocol.sla import ClockRule, SlaPolicy, doubtful_pauses, evaluate
from tests.sla.shop import ALWAYS, OFFICE, at, told


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
