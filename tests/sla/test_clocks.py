"""When each clock starts, stands still and stops: a table for each kind."""

from __future__ import annotations

import sys
import time
from datetime import UTC, date, datetime, timedelta, timezone
from types import FrameType
from typing import Any

import pytest

from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.errors import InvalidValueError, NaiveDatetimeError
from csprotocol.model import ActorKind, Event, EventKind, Ticket
from csprotocol.sla import ClockRule, Rule, Sla, SlaPolicy, State, Warn, When, evaluate, next_wakeup
from tests.sla.shop import ALWAYS, OFFICE, at, clocks, story, told


class TestFirstReply:
    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (("10:00 created customer", "10:30 message agent"), ["10:00-10:30 met reply 0:30:00"]),
            (("10:00 created system", "10:30 message agent"), ["10:00-10:30 met reply 0:30:00"]),
            (("10:00 created customer", "10:30 message bot"), ["10:00- running 6:00:00"]),
            (("10:00 created customer", "10:30 note agent"), ["10:00- running 6:00:00"]),
            (("10:00 created customer", "10:00 message agent"), ["10:00-10:00 met reply 0:00:00"]),
            # An agent who writes first has answered; who logs a call has not.
            (("10:00 created agent", "11:00 message customer"), []),
            (("10:00 created agent", "10:00 message agent", "11:00 message customer"), []),
            (("10:00 created agent", "10:00 message bot", "11:00 message customer"), []),
            (("10:00 created agent private", "11:00 message customer"), ["11:00- running 5:00:00"]),
            (("10:00 created agent", "10:00 note agent", "11:00 message customer"), ["11:00- running 5:00:00"]),
            (("10:00 created agent", "10:00 message customer"), ["10:00- running 6:00:00"]),
            (("10:00 created system", "10:00 message agent", "11:00 message customer"), []),
            # Without a word of the customer nobody waits.
            (("10:00 created agent private", "11:00 message agent", "12:00 message customer"), []),
            (("10:00 created customer", "10:20 status resolved"), ["10:00-10:20 met resolved 0:20:00"]),
            (
                ("10:00 created customer", "10:20 status resolved", "11:00 status open", "12:00 message agent"),
                ["10:00-10:20 met resolved 0:20:00"],
            ),
            # A first word on a resolved ticket waits for it to be opened again.
            (
                ("10:00 created agent private", "10:20 status resolved", "11:00 message customer", "12:00 status open"),
                ["12:00- running 4:00:00"],
            ),
            # What was called off by mistake goes on.
            (
                ("10:00 created customer", "10:30 status cancelled", "12:00 status open", "12:30 message agent"),
                ["10:00-12:30 met reply 1:00:00"],
            ),
            (
                ("10:00 created customer", "10:30 status cancelled", "11:00 message customer", "12:00 status open"),
                ["10:00- running 4:30:00"],
            ),
            (
                ("10:00 created customer", "10:30 status cancelled", "11:00 message agent", "12:00 status open"),
                ["10:00-10:30 cancelled cancelled 0:30:00"],
            ),
        ],
    )
    def test_from_the_first_word_to_the_first_answer(self, lines: tuple[str, ...], expected: list[str]) -> None:
        assert story(clocks("first_reply", "8h", *lines)) == expected

    @pytest.mark.parametrize(
        ("options", "line", "counts"),
        [
            ({"bots_count": True}, "10:30 message bot", True),
            ({"bots_count": True}, "10:30 note bot", False),
            ({"notes_count": True}, "10:30 note agent", True),
            ({"notes_count": True}, "10:30 message bot", False),
            ({"notes_count": True, "bots_count": True}, "10:30 note bot", True),
            ({"notes_count": True, "bots_count": True}, "10:30 message system", False),
            ({"notes_count": True}, "10:30 note customer", False),
        ],
    )
    def test_what_counts_as_an_answer(self, options: dict[str, Any], line: str, counts: bool) -> None:
        (clock,) = clocks("first_reply", "8h", "10:00 created customer", line, **options)
        assert clock.is_finished is counts

    def test_a_sender_that_stamps_the_first_message_later(self) -> None:
        created = at("10:00")
        spoken = Event(created + timedelta(milliseconds=600), EventKind.MESSAGE, ActorKind.AGENT)
        events = [Event(created, EventKind.CREATED, ActorKind.SYSTEM), spoken]
        assert evaluate(events, SlaPolicy.of(first_reply="8h"), ALWAYS, at("12:00")) == ()

    @pytest.mark.parametrize(
        ("by", "message", "kinds"),
        [
            # At the creation, in the second after it, with the message that stands in it, and when it is over.
            (ActorKind.AGENT, ActorKind.CUSTOMER, [[], [], [], ["first_reply"]]),
            (ActorKind.AGENT, ActorKind.AGENT, [[], [], ["periodic_update"], ["periodic_update"]]),
            (ActorKind.AGENT, ActorKind.BOT, [[], [], [], ["periodic_update"]]),
            (ActorKind.SYSTEM, ActorKind.AGENT, [[], [], ["periodic_update"], ["periodic_update"]]),
            (ActorKind.SYSTEM, ActorKind.CUSTOMER, [[], [], ["first_reply"], ["first_reply"]]),
            (ActorKind.SYSTEM, ActorKind.BOT, [[], [], [], ["first_reply"]]),
            (ActorKind.CUSTOMER, ActorKind.BOT, [["first_reply"]] * 4),
            (ActorKind.BOT, ActorKind.BOT, [["first_reply"]] * 4),
        ],
    )
    def test_until_it_is_known_who_began_nothing_is_told_that_might_be_taken_back(
        self, by: ActorKind, message: ActorKind, kinds: list[list[str]]
    ) -> None:
        created = at("10:00")
        events = [
            Event(created, EventKind.CREATED, by),
            Event(created + timedelta(milliseconds=900), EventKind.MESSAGE, message),
        ]
        policy = SlaPolicy.of(first_reply="8h", next_reply="8h", periodic_update="8h", resolution="8h")
        told_at = [
            [str(clock.kind) for clock in evaluate(events, policy, ALWAYS, created + timedelta(milliseconds=each))]
            for each in (0, 500, 900, 1000)
        ]
        assert [[*each, "resolution"] for each in kinds] == told_at


class TestNextReply:
    START = ("09:00 created customer", "09:30 message agent")

    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (("10:00 message customer", "11:00 message customer"), ["10:00- running 6:00:00"]),
            (("10:00 message customer", "11:00 message agent"), ["10:00-11:00 met reply 1:00:00"]),
            (
                ("10:00 message customer", "11:00 message agent", "11:30 message customer", "12:00 message agent"),
                ["10:00-11:00 met reply 1:00:00", "11:30-12:00 met reply 0:30:00"],
            ),
            (("10:00 note customer",), []),
            (("10:00 message customer", "10:00 message agent"), ["10:00-10:00 met reply 0:00:00"]),
            (("10:00 message customer", "11:00 status resolved"), ["10:00-11:00 met resolved 1:00:00"]),
            (("10:00 status resolved", "11:00 message customer"), []),
            (("10:00 status resolved", "11:00 message customer", "12:00 status open"), ["12:00- running 4:00:00"]),
            (("10:00 status resolved", "11:00 message customer", "11:30 message agent", "12:00 status open"), []),
            (("10:00 status resolved", "12:00 status open"), []),
        ],
    )
    def test_from_the_oldest_unanswered_message(self, lines: tuple[str, ...], expected: list[str]) -> None:
        assert story(clocks("next_reply", "8h", *self.START, *lines)) == expected

    def test_never_before_the_first_answer(self) -> None:
        assert clocks("next_reply", "8h", "09:00 created customer", "10:00 message customer") == ()

    def test_a_resolution_without_a_word_was_the_first_answer(self) -> None:
        lines = ("09:00 created customer", "10:00 status resolved", "11:00 message customer", "11:00 status open")
        assert story(clocks("next_reply", "8h", *lines)) == ["11:00- running 5:00:00"]
        assert story(clocks("first_reply", "8h", *lines)) == ["09:00-10:00 met resolved 1:00:00"]


class TestUpdates:
    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (("10:00 message agent",), ["10:00- running 6:00:00"]),
            (
                ("10:00 message agent", "12:00 message agent"),
                ["10:00-12:00 met reply 2:00:00", "12:00- running 4:00:00"],
            ),
            # A resolution ends it; after a reopening the next answer begins another.
            (
                ("10:00 message agent", "11:00 status resolved", "12:00 status open"),
                ["10:00-11:00 met resolved 1:00:00"],
            ),
            (
                ("10:00 message agent", "11:00 status resolved", "12:00 status open", "13:00 message agent"),
                ["10:00-11:00 met resolved 1:00:00", "13:00- running 3:00:00"],
            ),
            # The answer with which a ticket is resolved promises no other one, whichever is told first.
            (("10:00 message agent", "10:00 status resolved"), []),
            (("10:00 status resolved", "10:00 message agent"), []),
            (("10:00 message agent", "10:00 message agent"), ["10:00- running 6:00:00"]),
        ],
    )
    def test_from_each_answer_to_the_next(self, lines: tuple[str, ...], expected: list[str]) -> None:
        assert story(clocks("periodic_update", "8h", "09:00 created customer", *lines)) == expected

    def test_the_pausable_one_waits_for_the_customer(self) -> None:
        lines = ("09:00 created customer", "10:00 message agent", "11:00 status waiting_customer", "14:00 status open")
        assert story(clocks("pausable_update", "8h", *lines)) == ["10:00- running 3:00:00"]
        assert story(clocks("periodic_update", "8h", *lines)) == ["10:00- running 6:00:00"]


class TestWholeLife:
    @pytest.mark.parametrize(
        ("kind", "elapsed"), [("resolution", 6), ("requester_wait", 5), ("agent_work", 3)]
    )  # fmt: skip
    def test_what_each_of_them_waits_for(self, kind: str, elapsed: int) -> None:
        lines = (
            "10:00 created customer", "11:00 status waiting_customer", "12:00 status waiting_third_party",
            "14:00 status open",
        )  # fmt: skip
        (clock,) = clocks(kind, "8h", *lines)
        assert clock.elapsed == timedelta(hours=elapsed)

    LIFE = ("10:00 created customer", "11:00 status resolved", "13:00 status open", "14:00 status closed")

    @pytest.mark.parametrize(
        ("choice", "expected"),
        [
            ("resume", ["10:00-14:00 met resolved 2:00:00"]),
            ("continue", ["10:00-14:00 met resolved 4:00:00"]),
            ("restart", ["10:00-11:00 met resolved 1:00:00", "13:00-14:00 met resolved 1:00:00"]),
            ("ignore", ["10:00-11:00 met resolved 1:00:00"]),
        ],
    )
    def test_a_reopening(self, choice: str, expected: list[str]) -> None:
        assert story(clocks("resolution", "8h", *self.LIFE, on_reopen=choice)) == expected

    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            # What is resolved was resolved, also when it is called spam later.
            (("11:00 status resolved", "12:00 status cancelled"), "10:00-11:00 met resolved 1:00:00"),
            (("11:00 status cancelled",), "10:00-11:00 cancelled cancelled 1:00:00"),
            (("11:00 merged",), "10:00-11:00 cancelled merged 1:00:00"),
            (("11:00 merged", "11:00 status closed"), "10:00-11:00 cancelled merged 1:00:00"),
            (("11:00 status closed", "11:00 merged"), "10:00-11:00 cancelled merged 1:00:00"),
            (("11:00 status closed", "12:00 merged"), "10:00-11:00 met resolved 1:00:00"),
            (("11:00 status resolved", "11:00 status open", "11:00 merged"), "10:00-11:00 cancelled merged 1:00:00"),
            (("11:00 status closed", "11:00 merged", "11:00 merged"), "10:00-11:00 cancelled merged 1:00:00"),
            (("11:00 status closed", "11:00 status cancelled", "11:00 merged"), "10:00-11:00 cancelled merged 1:00:00"),
            (("11:00 merged", "13:00 status open"), "10:00- running 4:00:00"),
        ],
    )
    def test_other_ends(self, lines: tuple[str, ...], expected: str) -> None:
        assert story(clocks("resolution", "8h", "10:00 created customer", *lines)) == [expected]


class TestMergedAndClosed:
    """Sources tell the two of one instant in any order: what was called off goes on when the ticket is opened again."""

    @pytest.mark.parametrize("ends", [("11:00 status closed", "11:00 merged"), ("11:00 merged", "11:00 status closed")])
    @pytest.mark.parametrize(
        ("kind", "target", "before", "expected"),
        [
            ("first_reply", "8h", (), ["10:00- running 5:00:00"]),
            # The target comes while it is called off.
            ("first_reply", {"urgent": "8h"}, (), ["12:00- running 4:00:00"]),
            ("next_reply", "8h", ("10:10 message agent", "10:30 message customer"), ["10:30- running 4:30:00"]),
            ("periodic_update", "8h", ("11:00 message agent",), ["11:00- running 4:00:00"]),
            ("promise", "", ("10:30 promise 15:00",), ["10:30- running 4:30:00"]),
            ("resolution", "8h", (), ["10:00- running 5:00:00"]),
        ],
    )
    def test_in_either_order(
        self, kind: str, target: object, before: tuple[str, ...], ends: tuple[str, ...], expected: list[str]
    ) -> None:
        lines = ("10:00 created customer", *before, *ends, "11:30 priority urgent", "12:00 status open")
        assert story(clocks(kind, target, *lines)) == expected

    def test_a_ticket_that_was_opened_again_in_between_was_resolved_before(self) -> None:
        lines = ("10:00 created customer", "11:00 status resolved", "11:00 status open", "11:00 merged")
        assert story(clocks("first_reply", "8h", *lines, "12:00 status open")) == ["10:00-11:00 met resolved 1:00:00"]

    def test_many_merges_take_no_longer(self) -> None:
        ends = ["11:00 status closed", "11:00 merged"] * 2000
        assert len(clocks("resolution", "8h", "10:00 created customer", *ends)) == 1


class TestGroup:
    A_B_A = ("10:00 created customer", "10:00 assign A", "11:00 assign B", "13:00 assign A")

    def test_each_stay_is_a_cycle(self) -> None:
        expected = ["10:00-11:00 met reassigned 1:00:00", "13:00- running 3:00:00"]
        assert story(clocks("group", "8h", *self.A_B_A, group="A")) == expected

    def test_a_star_is_every_group(self) -> None:
        assert [clock.start.hour for clock in clocks("group", "8h", *self.A_B_A, group="*")] == [10, 11, 13]

    def test_assigned_to_where_it_is(self) -> None:
        lines = ("10:00 created customer", "10:00 assign A", "11:00 assign A")
        assert story(clocks("group", "8h", *lines, group="A")) == ["10:00- running 6:00:00"]

    @pytest.mark.parametrize(("choice", "starts"), [("resume", [10]), ("restart", [10, 13]), ("ignore", [10])])
    def test_a_reopening(self, choice: str, starts: list[int]) -> None:
        lines = ("10:00 created customer", "10:00 assign A", "11:00 status resolved", "13:00 status open")
        assert [clock.start.hour for clock in clocks("group", "8h", *lines, group="A", on_reopen=choice)] == starts

    def test_the_group_of_a_ticket_whose_events_tell_of_none(self) -> None:
        events = (*told("10:00 created customer"), Event(at("11:00"), EventKind.ASSIGN, data={"to": "ana"}))
        ticket = Ticket(id="1", events=events, group="A")
        (clock,) = evaluate(ticket, SlaPolicy.of(group=ClockRule("8h", group="A")), ALWAYS, at("12:00"))
        assert clock.start == at("10:00")

    def test_the_group_that_leaves_is_judged_by_its_own_rule(self) -> None:
        rules = tuple(
            Rule(name, {"group": ClockRule(target, group=name)}, When(group=(name,)))  # type: ignore[dict-item]
            for name, target in (("A", "1h"), ("B", "4h"))
        )
        found = evaluate(
            told("10:00 created customer", "10:00 assign A", "12:00 assign B"),
            SlaPolicy("p", rules),
            ALWAYS,
            at("13:00"),
        )
        assert [(clock.state, clock.stop_reason, clock.rule) for clock in found] == [
            (State.BREACHED, "reassigned", "A"),
            (State.RUNNING, None, "B"),
        ]


class TestPromise:
    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (("11:00 promise 14:00",), ["11:00- running 5:00:00"]),
            (("11:00 promise 14:00", "13:00 message agent"), ["11:00-13:00 met reply 2:00:00"]),
            (("11:00 promise 14:00", "15:00 message agent"), ["11:00-15:00 breached reply 4:00:00"]),
            (("11:00 promise 14:00", "14:00 message agent"), ["11:00-14:00 met reply 3:00:00"]),
            (("11:00 promise 14:00", "13:00 status resolved"), ["11:00-13:00 met resolved 2:00:00"]),
            # The message in which the date stands does not keep it, told before or after.
            (("11:00 promise 14:00", "11:00 message agent"), ["11:00- running 5:00:00"]),
            (("11:00 message agent", "11:00 promise 14:00"), ["11:00- running 5:00:00"]),
            (
                ("11:00 promise 14:00", "13:00 promise 15:00", "14:30 message agent"),
                ["11:00-13:00 cancelled replaced 2:00:00", "13:00-14:30 met reply 1:30:00"],
            ),
            (
                ("11:00 promise 12:00", "13:00 promise 15:00"),
                ["11:00-13:00 breached replaced 2:00:00", "13:00- running 3:00:00"],
            ),
            (("11:00 status resolved", "12:00 promise 14:00"), []),
        ],
    )
    def test_from_the_date_to_the_word(self, lines: tuple[str, ...], expected: list[str]) -> None:
        assert story(clocks("promise", "", "10:00 created customer", *lines)) == expected

    @pytest.mark.parametrize(
        ("data", "error"),
        [
            ({"due_at": "soon"}, InvalidValueError),
            ({"due_at": 5}, InvalidValueError),
            ({}, InvalidValueError),
            ({"due_at": datetime(2026, 11, 21, 10)}, NaiveDatetimeError),  # noqa: DTZ001  # that is the point
            ({"due_at": "2026-11-21T10:00:00"}, NaiveDatetimeError),
            ({"due_at": datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))}, InvalidValueError),
        ],
    )
    def test_a_date_that_is_none(self, data: dict[str, object], error: type[InvalidValueError]) -> None:
        events = [*told("10:00 created customer"), Event(at("11:00"), EventKind.PROMISE, data=data)]
        with pytest.raises(error, match=r"Event.data\['due_at'\] of a promise event"):
            evaluate(events, SlaPolicy.of(promise=ClockRule()), ALWAYS, at("12:00"))

    def test_a_date_as_json_writes_it(self) -> None:
        promise = Event(at("11:00"), EventKind.PROMISE, data={"due_at": "2026-11-21T11:00:00+01:00"})
        policy = SlaPolicy.of(promise=ClockRule())
        (clock,) = evaluate([*told("10:00 created customer"), promise], policy, ALWAYS, at("12:00"))
        assert clock.due_at == at("21 10:00")

    def test_a_date_that_a_journal_has_erased(self) -> None:
        erased = Event(at("11:00"), EventKind.PROMISE, data={"due_at": None})
        policy = SlaPolicy.of(promise=ClockRule())
        assert evaluate([*told("10:00 created customer"), erased], policy, ALWAYS, at("12:00")) == ()

    def test_a_date_beyond_the_calendar_is_a_diagnostic(self) -> None:
        events = told("10:00 created customer")
        events.append(Event(at("10:00"), EventKind.PROMISE, data={"due_at": datetime(9000, 1, 1, tzinfo=UTC)}))
        (clock,) = evaluate(events, SlaPolicy.of(promise=ClockRule()), OFFICE, at("12:00"))
        assert (clock.remaining, clock.diagnostics) == (None, ("beyond-the-calendar",))


KINDS = ("first_reply", "next_reply", "periodic_update", "requester_wait", "resolution")
_READS = {"now", "utcnow", "today"}
URGENT_ONLY = {"urgent": "2h"}


class TestChangesOfTerms:
    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            # A clock that gets a target begins then; one that loses it is over.
            (("10:00 created customer", "12:00 priority urgent"), ["12:00- running 4:00:00"]),
            (("10:00 created customer", "10:00 priority urgent"), ["10:00- running 6:00:00"]),
            (
                ("10:00 created customer", "10:00 priority urgent", "11:00 priority low", "13:00 priority urgent"),
                ["10:00-11:00 cancelled no-target 1:00:00", "13:00- running 3:00:00"],
            ),
            (("10:00 created customer", "11:00 status resolved", "12:00 priority urgent"), []),
            (
                ("10:00 created customer", "11:00 status resolved", "12:00 priority urgent", "13:00 status open"),
                ["13:00- running 3:00:00"],
            ),
            # A finished cycle stays as it is when the ticket comes back to no target.
            (
                (
                    "10:00 created customer", "10:00 priority urgent", "11:00 status resolved", "12:00 priority low",
                    "13:00 status open",
                ),
                ["10:00-11:00 met resolved 1:00:00"],
            ),
        ],
    )  # fmt: skip
    def test_a_priority_without_a_target(self, lines: tuple[str, ...], expected: list[str]) -> None:
        assert story(clocks("resolution", URGENT_ONLY, *lines)) == expected

    def test_what_a_ticket_is_created_with_was_never_something_else(self) -> None:
        lines = ("10:00 created customer", "10:00 priority low")
        assert clocks("resolution", {"normal": "2h"}, *lines) == ()

    @pytest.mark.parametrize("kind", ["first_reply", "next_reply", "periodic_update"])
    def test_a_conversation_that_gets_a_target(self, kind: str) -> None:
        before = {
            "first_reply": (),
            "next_reply": ("10:10 message agent", "10:20 message customer"),
            "periodic_update": ("10:10 message agent",),
        }[kind]
        found = clocks(kind, URGENT_ONLY, "10:00 created customer", *before, "12:00 priority urgent")
        assert story(found) == ["12:00- running 4:00:00"]

    def test_an_own_priority_comes_before_the_star(self) -> None:
        lines = ("10:00 created customer", "10:00 priority urgent")
        (clock,) = clocks("resolution", {"*": "8h", "urgent": "1h"}, *lines)
        assert str(clock.target) == "1h"

    def test_two_policies_of_one_id(self) -> None:
        policies = {"first": SlaPolicy.of(resolution="8h"), "second": SlaPolicy.of(resolution="1h")}
        (clock,) = evaluate(told("10:00 created customer", "10:30 policy second"), policies, ALWAYS, at("11:00"))
        assert str(clock.target) == "1h"

    def test_a_rule_for_others_needs_no_calendar_of_the_policy(self) -> None:
        rule = Rule("vip", {"resolution": ClockRule("1h", calendar="office")}, When(tag="vip"))  # type: ignore[arg-type,dict-item]
        assert evaluate(told("10:00 created customer"), SlaPolicy("p", (rule,)), {"office": OFFICE}, at("11:00")) == ()

    def test_breaches_under_an_earlier_target_stay_in_the_log(self) -> None:
        events = told("10:00 created customer", "10:00 priority urgent", "13:00 priority low", "14:00 calendar office")
        rule = ClockRule({"urgent": "2h", "low": "8h"}, calendar_change="latest")  # type: ignore[arg-type]
        policy = SlaPolicy("p", (Rule("all", {"resolution": rule}),), calendar="always")  # type: ignore[dict-item]
        (clock,) = evaluate(events, policy, {"always": ALWAYS, "office": OFFICE}, at("15:00"))
        assert [(breach.at, str(breach.target)) for breach in clock.breach_log] == [(at("12:00"), "2h")]

    def test_a_sticky_breach_stays_the_verdict(self) -> None:
        lines = ("10:00 created customer", "10:00 priority urgent", "13:00 priority low")
        table = {"urgent": "2h", "low": "8h"}
        assert [c.breached for c in clocks("resolution", table, *lines, sticky_breach=True)] == [True]
        assert [c.breached for c in clocks("resolution", table, *lines)] == [False]

    def test_after_a_sticky_breach_the_deadline_is_still_that_of_the_target(self) -> None:
        lines = ("10:00 created customer", "10:00 priority urgent", "13:00 priority low", "20:00 message agent")
        (clock,) = clocks("first_reply", {"urgent": "2h", "low": "8h"}, *lines, now="21:00", sticky_breach=True)
        assert (clock.breached_at, clock.due_at) == (at("12:00"), at("18:00"))

    STICKY = ("10:00 created customer", "11:30 priority low")
    TABLE = {"normal": "1h", "low": "3h"}  # noqa: RUF012  # a constant

    def test_after_a_sticky_breach_the_next_missed_deadline_is_in_the_log_as_well(self) -> None:
        (clock,) = clocks("requester_wait", self.TABLE, *self.STICKY, now="15:00", sticky_breach=True)
        assert [(breach.at, str(breach.target)) for breach in clock.breach_log] == [
            (at("11:00"), "1h"), (at("13:00"), "3h"),
        ]  # fmt: skip
        assert (clock.breached_at, clock.late) == (at("11:00"), timedelta(hours=4))

    @pytest.mark.parametrize("now", ["12:00", "13:00", "15:00"])
    def test_while_it_stands_still_a_sticky_breach_has_no_deadline(self, now: str) -> None:
        lines = (*self.STICKY, "11:45 status waiting_customer")
        (clock,) = clocks("requester_wait", self.TABLE, *lines, now=now, sticky_breach=True)
        assert (clock.due_at, clock.breached, clock.remaining) == (None, True, timedelta(minutes=75))
        assert clock.late == timedelta(minutes=45)

    def test_how_late_it_is_counts_from_the_breach(self) -> None:
        lines = ("10:00 created customer", "14:00 priority urgent")
        found = [
            clocks("resolution", {"normal": "8h", "urgent": "1h"}, *lines, now=now)[0].late
            for now in ("13:00", "14:00", "14:30")
        ]
        assert found == [timedelta(0), timedelta(0), timedelta(minutes=30)]

    def test_where_the_shop_works_again_no_deadline_lies_before_that(self) -> None:
        never = BusinessCalendar(BusinessHours(tz="UTC", weekly={}))
        policy = SlaPolicy("p", SlaPolicy.of(resolution="end of business day").rules, calendar="office")
        events = told("10:00 created customer", "14:00 calendar never", "23 10:00 calendar office")
        found = [
            (clock.due_at, clock.breached_at)
            for now in ("21 10:00", "23 10:00", "23 10:01")
            for clock in evaluate(events, policy, {"office": OFFICE, "never": never}, at(now))
        ]
        assert found == [(None, None), (at("23 10:00"), None), (at("23 10:00"), at("23 10:00"))]

    def test_a_target_that_is_used_up_at_closing_counts_from_the_next_opening(self) -> None:
        lines = ("16:00 created customer", "18:00 priority urgent")
        table = {"normal": "8h", "urgent": "1h"}
        (clock,) = clocks("resolution", table, *lines, now="19:00", calendar=OFFICE, due_at_closing="next_open")
        assert clock.due_at == at("23 09:00")

    def test_a_new_calendar_puts_no_deadline_into_the_past(self) -> None:
        short = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:00-14:00"))
        policy = SlaPolicy("p", SlaPolicy.of(resolution="end of business day").rules, calendar="office")
        events = told("10:00 created customer", "15:00 calendar short")
        (clock,) = evaluate(events, policy, {"office": OFFICE, "short": short}, at("15:00"))
        assert (clock.due_at, clock.breached) == (at("15:00"), False)


class TestWarnings:
    def test_a_shorter_target_warns_when_it_comes(self) -> None:
        lines = ("10:00 created customer", "13:00 priority urgent")
        (clock,) = clocks("resolution", {"normal": "8h", "urgent": "2h"}, *lines, warn=(Warn("soon", share="0.5"),))
        assert [warning.at for warning in clock.warnings] == [at("13:00")]

    def test_after_a_shorter_target_counts_from_its_deadline(self) -> None:
        lines = ("10:00 created customer", "14:00 priority urgent")
        after = (Warn("late", after="1h"), Warn("soon", before="30m"))
        (clock,) = clocks("resolution", {"normal": "8h", "urgent": "1h"}, *lines, warn=after)
        assert (clock.due_at, [warning.at for warning in clock.warnings]) == (at("14:00"), [at("15:00"), at("14:00")])

    @pytest.mark.parametrize(
        ("target", "share", "expected"),
        [
            ("96h", "0.333333333", timedelta(hours=32) - timedelta(microseconds=115)),
            ("8000h", "0.3333333", timedelta(seconds=9599999.04)),
            ("876000h", "9.999999999", None),
        ],
    )
    def test_shares_are_exact_and_never_too_much(self, target: str, share: str, expected: timedelta | None) -> None:
        (clock,) = clocks("resolution", target, "10:00 created customer", warn=(Warn("third", share=share),))
        found = clock.warnings[0].at
        assert found is not None
        assert expected is None or found - clock.start == expected

    def test_of_business_days_is_open_time_before_the_deadline_whatever_pauses(self) -> None:
        lines = ("10:30 created customer", "11:00 status waiting_customer", "13:00 status open")
        soon = (Warn("soon", before="1h"),)
        (clock,) = clocks("requester_wait", "1 business day", *lines, calendar=OFFICE, warn=soon)
        assert (clock.due_at, clock.warnings[0].at) == (at("23 10:30"), at("23 09:30"))

    def test_unknown_while_it_stands_still(self) -> None:
        lines = ("10:00 created customer", "11:00 status waiting_customer")
        for target in ("8h", "1 business day"):
            (clock,) = clocks("requester_wait", target, *lines, calendar=OFFICE, warn=(Warn("soon", share="0.9"),))
            assert [warning.at for warning in clock.warnings] == [None]

    def test_a_deadline_at_once(self) -> None:
        (clock,) = clocks(
            "promise", "", "10:00 created customer", "11:00 promise 10:30", warn=(Warn("w", share="0.5"),)
        )
        assert clock.warnings[0].at == at("11:00")


class TestEvaluate:
    def test_instants_of_any_zone(self) -> None:
        zone = timezone(timedelta(hours=5, minutes=45))
        events = [Event(at("10:00").astimezone(zone), EventKind.CREATED, ActorKind.CUSTOMER)]
        found = evaluate(events, SlaPolicy.of(resolution="8h"), ALWAYS, at("12:00").astimezone(zone))
        assert found == evaluate(told("10:00 created customer"), SlaPolicy.of(resolution="8h"), ALWAYS, at("12:00"))

    def test_before_the_creation_there_is_nothing(self) -> None:
        assert clocks("resolution", "8h", "10:00 created customer", "09:00 status open", now="09:30") == ()

    def test_without_a_creation_only_the_conversation_counts(self) -> None:
        assert clocks("resolution", "8h", "10:00 status open") == ()
        assert story(clocks("first_reply", "8h", "10:00 message customer")) == ["10:00- running 6:00:00"]

    @pytest.mark.parametrize("now", [None, 5, "2026-11-20T10:00Z"])
    def test_now_must_be_an_instant(self, now: object) -> None:
        with pytest.raises(InvalidValueError, match="now"):
            evaluate([], SlaPolicy.of(resolution="8h"), ALWAYS, now)  # type: ignore[arg-type]

    @pytest.mark.parametrize("by", ["customer", "agent", "system"])
    def test_the_last_instant_of_all(self, by: str) -> None:
        events = told(f"10:00 created {by}", "10:30 message agent", "11:00 status resolved")
        end = datetime.max.replace(tzinfo=UTC)
        policy = SlaPolicy.of(first_reply="1h", resolution="4h")
        assert evaluate(events, policy, ALWAYS, end) == evaluate(events, policy, ALWAYS, at("12:00"))

    @pytest.mark.parametrize(
        ("absent", "told_of"),
        [
            ((), ["first_reply", "next_reply", "periodic_update", "resolution", "group", "promise"]),
            # A resolution ends all of them.
            ((EventKind.STATUS,), []),
            ((EventKind.MESSAGE,), ["resolution", "group"]),
            ((EventKind.ASSIGN,), ["first_reply", "next_reply", "periodic_update", "resolution", "promise"]),
            ((EventKind.PROMISE,), ["first_reply", "next_reply", "periodic_update", "resolution", "group"]),
        ],
    )
    def test_clocks_whose_end_the_source_cannot_tell(self, absent: tuple[EventKind, ...], told_of: list[str]) -> None:
        lines = ("10:00 created customer", "10:00 assign A", "10:30 message agent", "11:00 message customer")
        kinds = ("first_reply", "next_reply", "periodic_update", "resolution")
        policy = SlaPolicy.of(**dict.fromkeys(kinds, "1h"), group=ClockRule("1h", group="A"), promise=ClockRule())
        ticket = Ticket(
            id="1", events=tuple(told(*lines, "11:00 promise 12:00")), recorded=frozenset(EventKind) - {*absent}
        )
        assert [clock.kind for clock in evaluate(ticket, policy, ALWAYS, at("23:00"))] == told_of
        untold = Sla(policy, ALWAYS).untold(ticket)
        assert {*untold} == {*kinds, "group", "promise"} - {*told_of}

    def test_it_never_asks_what_time_it_is(self) -> None:
        asked: list[str] = []

        def watch(frame: FrameType, event: str, called: Any) -> None:
            owner = getattr(called, "__self__", None)
            reads = owner is time or (isinstance(owner, type) and issubclass(owner, date) and called.__name__ in _READS)
            # Test tools look at the clock whenever memory is tidied up.
            ours = frame.f_globals.get("__name__", "").startswith(("csprotocol", __name__))
            if event == "c_call" and reads and ours:
                asked.append(called.__name__)

        sys.setprofile(watch)
        try:
            datetime.now(UTC)
            time.time()
            control, asked[:] = list(asked), []
            events = told(
                "10:00 created system", "10:30 message agent", "11:00 message customer", "11:30 promise 12:00"
            )
            policy = SlaPolicy.of(**dict.fromkeys(KINDS, "1 business day, end of day"), promise=ClockRule())
            calendar = BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-14:00"))
            evaluate(events, policy, calendar, at("23 12:00"))
            next_wakeup(events, policy, calendar, at("23 12:00"))
        finally:
            sys.setprofile(None)
        assert control == ["now", "time"]
        assert asked == []

    def test_now_must_have_a_zone(self) -> None:
        with pytest.raises(NaiveDatetimeError, match="now"):
            evaluate([], SlaPolicy.of(resolution="8h"), ALWAYS, datetime(2026, 1, 1))  # noqa: DTZ001  # that is the point

    @pytest.mark.parametrize(
        ("line", "known"),
        [("11:00 calendar nowhere", "office"), ("11:00 policy none", "policy"), ("11:00 status x", "")],
    )
    def test_unknown_words_of_events_are_named(self, line: str, known: str) -> None:
        policy = SlaPolicy("policy", SlaPolicy.of(resolution="8h").rules, calendar="office")
        with pytest.raises(InvalidValueError, match=f"is unknown.*{known}"):
            evaluate(told("10:00 created customer", line), policy, {"office": OFFICE}, at("12:00"))

    def test_a_calendar_that_does_not_exist_is_found_before_any_ticket(self) -> None:
        with pytest.raises(InvalidValueError, match="calendar: 'ofice' is unknown; did you mean office"):
            Sla(SlaPolicy.of(resolution=ClockRule("8h", calendar="ofice")), {"office": OFFICE})

    @pytest.mark.parametrize(("policies", "calendars"), [({}, OFFICE), (SlaPolicy.of(resolution="1h"), {})])
    def test_something_must_be_given(self, policies: object, calendars: object) -> None:
        with pytest.raises(InvalidValueError, match="at least one"):
            Sla(policies, calendars)  # type: ignore[arg-type]

    def test_the_policys_own_calendar_comes_back(self) -> None:
        events = told("10:00 created customer", "10:00 calendar never")
        events.append(Event(at("11:00"), EventKind.CALENDAR, data={"to": None}))
        never = BusinessCalendar(BusinessHours(tz="UTC", weekly={}))
        policy = SlaPolicy("p", SlaPolicy.of(resolution="8h").rules, calendar="always")
        (clock,) = evaluate(events, policy, {"always": ALWAYS, "never": never}, at("12:00"))
        assert clock.elapsed == timedelta(hours=1)
