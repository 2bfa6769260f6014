"""What a change does to clocks; the laws of both stand with the other laws."""

from __future__ import annotations

from dataclasses import fields

from csprotocol.model import Ticket
from csprotocol.sla import Change, ClockKind, ClockRule, SlaPolicy, State, diff, evaluate, simulate
from csprotocol.sla._compare import _TOLD
from csprotocol.sla._state import ClockState
from tests.sla.shop import ALWAYS, OFFICE, at, clocks, told

EVENTS = told("10:00 created customer", "13:00 message agent")


class TestDiff:
    def test_another_target(self) -> None:
        before, after = (
            evaluate(EVENTS, SlaPolicy.of(first_reply=hours), ALWAYS, at("14:00")) for hours in ("4h", "2h")
        )
        found = {change.field: (change.before, change.after) for change in diff(before, after)}
        assert found["state"] == (State.MET, State.BREACHED)
        assert found["breached_at"] == (None, at("12:00"))
        assert set(found) == {"state", "target", "remaining", "due_at", "breached_at", "breach_log"}

    def test_a_cycle_that_is_on_one_side_only(self) -> None:
        one = evaluate(EVENTS, SlaPolicy.of(first_reply="4h"), ALWAYS, at("14:00"))
        assert diff(one, []) == (Change(":first_reply:1", "cycle", State.MET, None),)
        assert diff([], one) == (Change(":first_reply:1", "cycle", None, State.MET),)

    def test_another_calendar(self) -> None:
        before, after = (
            clocks("resolution", "8h", "08:00 created customer", calendar=each) for each in (ALWAYS, OFFICE)
        )
        assert {change.field for change in diff(before, after)} == {"elapsed", "remaining", "due_at"}

    def test_every_field_is_told_but_those_that_name_the_cycle(self) -> None:
        named = {"kind", "cycle", "ticket_id", "_runs"}
        assert {*_TOLD} == {field.name for field in fields(ClockState)} - named


class TestSimulate:
    def test_had_the_target_been_shorter(self) -> None:
        lives = (
            ("10:00 created customer", "11:00 message agent"),
            ("10:00 created customer", "13:00 message agent"),
            ("10:00 created customer",),
            ("10:00 created customer", "10:30 status cancelled"),
        )
        tickets = [Ticket(id=str(k), events=tuple(told(*lines))) for k, lines in enumerate(lives)]
        kept = {}
        for target in ("1h", "2h", "4h", "8h"):
            found = simulate(SlaPolicy.of(first_reply=target), iter(tickets), ALWAYS, at("15:00"))
            assert found.tickets == 4
            kept[target] = found.attainment(ClockKind.FIRST_REPLY)
        assert kept == {"1h": 1 / 3, "2h": 1 / 3, "4h": 2 / 3, "8h": 1.0}

    def test_nothing_was_promised(self) -> None:
        tickets = [Ticket(id="1", events=tuple(told("10:00 created customer")))]
        policy = SlaPolicy.of(promise=ClockRule())
        assert simulate(policy, tickets, ALWAYS, at("15:00")).attainment(ClockKind.PROMISE) is None
