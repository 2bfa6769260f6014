"""What the machine says yes and no to, and what an event does to an incident."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from csprotocol.errors import (
    DeniedError,
    InvalidValueError,
    NaiveDatetimeError,
    UnknownStateError,
    WorkflowError,
    WorkflowMismatchError,
)
from csprotocol.incident import (
    Actor,
    Allowed,
    Child,
    Command,
    DenialKind,
    Denied,
    Facts,
    Incident,
    Machine,
    Situation,
    Workflow,
    deny,
)
from csprotocol.model import ActorKind, Money

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
MACHINE = Workflow.default().compile()
ANA, BEA = Actor("ana"), Actor("bea", "supervisor")


def incident(state: str, **known: Any) -> Incident:
    return MACHINE.open("INC-1", at=NOW - timedelta(days=1), **({"state": state, "assignee": "ana"} | known))


def codes(state: str, event: str, **data: object) -> tuple[str, ...]:
    decision = MACHINE.decide(incident(state), Command(event, ANA, data=data), now=NOW)
    return () if decision.ok else decision.codes


class TestDecide:
    @pytest.mark.parametrize(
        ("state", "event", "data", "expected"),
        [
            ("new", "identify", {"problem_type": "damaged"}, ()),
            ("new", "identify", {}, ("missing-field:problem_type",)),
            ("new", "identify", {"problem_type": "  "}, ("missing-field:problem_type",)),
            ("new", "identify", {"problem_type": None}, ("missing-field:problem_type",)),
            ("in_progress", "cancel", {}, ("missing-field:reason", "role-required:supervisor")),
            ("in_progress", "resolve", {"resolution": 0}, ()),
            ("in_progress", "resolve", {"resolution": []}, ("missing-field:resolution",)),
            ("in_progress", "resolve", {"resolution": {}}, ("missing-field:resolution",)),
            ("in_progress", "merge_into", {"into": "  "}, ("missing-field:into",)),
            ("in_progress", "register", {}, ("no-transition",)),
            ("in_progress", "regsiter", {}, ("unknown-event",)),
            ("cancelled", "note", {}, ("no-transition",)),
            ("merged", "customer_reply", {}, ("no-transition",)),
        ],
    )
    def test_codes(self, state: str, event: str, data: dict[str, object], expected: tuple[str, ...]) -> None:
        assert codes(state, event, **data) == expected

    def test_an_unknown_event_names_those_that_are_known(self) -> None:
        decision = MACHINE.decide(incident("new"), Command("regsiter", ANA), now=NOW)
        assert isinstance(decision, Denied)
        assert decision.kind is DenialKind.UNKNOWN_EVENT
        assert decision.reasons[0].params["known"] == MACHINE.workflow.event_names

    def test_no_transition_names_what_is_possible(self) -> None:
        (reason,) = MACHINE.decide(incident("resolved"), Command("start", ANA), now=NOW).reasons
        possible = reason.params["possible"]
        assert isinstance(possible, tuple)
        assert {"close", "reopen", "customer_reply", "note"} <= set(possible)
        assert "start" not in possible

    def test_a_role_is_told_whom_to_ask(self) -> None:
        decision = MACHINE.decide(incident("in_progress"), Command("cancel", ANA, data={"reason": "fraud"}), now=NOW)
        assert (decision.reasons[0].hint, dict(decision.reasons[0].params)) == (
            "ask-role:supervisor",
            {"role": "agent", "roles": ("supervisor",)},
        )

    @pytest.mark.parametrize(("ahead", "allowed"), [(0, True), (300, True), (301, False), (10**9, False)])
    def test_a_clock_that_is_ahead(self, ahead: int, allowed: bool) -> None:
        command = Command("note", ANA, occurred_at=NOW + timedelta(seconds=ahead))
        decision = MACHINE.decide(incident("in_progress"), command, now=NOW)
        assert decision.ok == allowed
        assert allowed or decision.reasons[0].code == "clock-skew"

    def test_the_clock_does_not_hide_other_reasons(self) -> None:
        command = Command("cancel", ANA, occurred_at=NOW + timedelta(hours=1))
        decision = MACHINE.decide(incident("in_progress"), command, now=NOW)
        assert [reason.code for reason in decision.reasons] == [
            "clock-skew",
            "missing-field:reason",
            "role-required:supervisor",
        ]

    def test_the_end_of_time(self) -> None:
        last = datetime.max.replace(tzinfo=UTC)
        assert MACHINE.decide(incident("new"), Command("note", ANA, occurred_at=last), now=last).ok

    def test_two_wall_clocks_of_one_hour(self) -> None:
        # 02:30 comes twice that night; an hour after the first is not "now".
        madrid = ZoneInfo("Europe/Madrid")
        first = datetime(2026, 10, 25, 2, 30, tzinfo=madrid, fold=0)
        second = datetime(2026, 10, 25, 2, 30, tzinfo=madrid, fold=1)
        assert MACHINE.decide(incident("new"), Command("note", ANA, occurred_at=first), now=second).ok
        assert not MACHINE.decide(incident("new"), Command("note", ANA, occurred_at=second), now=first).ok

    def test_naive_instants_are_errors(self) -> None:
        with pytest.raises(NaiveDatetimeError, match=r"Command\.occurred_at"):
            Command("note", ANA, occurred_at=NOW.replace(tzinfo=None))
        with pytest.raises(NaiveDatetimeError, match="now"):
            MACHINE.decide(incident("new"), Command("note", ANA), now=NOW.replace(tzinfo=None))

    def test_the_machine_of_another_workflow(self) -> None:
        other = Workflow.builtin("return").compile()
        with pytest.raises(WorkflowMismatchError, match="runs by workflow incident@1, this machine by return@1"):
            other.decide(incident("new"), Command("note", ANA), now=NOW)

    def test_an_unknown_state_is_named(self) -> None:
        with pytest.raises(UnknownStateError, match=r"has no state 'in_progres'; did you mean in_progress\?"):
            MACHINE.decide(incident("in_progres"), Command("note", ANA), now=NOW)

    def test_a_no_is_false_and_raises_only_when_asked(self) -> None:
        decision = MACHINE.decide(incident("new"), Command("identify", ANA), now=NOW)
        assert not decision
        with pytest.raises(DeniedError, match="identify is denied in state new: missing-field:problem_type") as caught:
            decision.raise_if_denied()
        assert caught.value.reasons == decision.reasons
        allowed = MACHINE.decide(incident("new"), Command("note", ANA), now=NOW)
        assert allowed
        assert allowed.raise_if_denied() is allowed


class TestGuards:
    def test_an_assignee_may_come_with_the_command(self) -> None:
        nobody = incident("registered", assignee=None)
        assert not MACHINE.decide(nobody, Command("start", ANA), now=NOW).ok
        assert MACHINE.decide(nobody, Command("start", ANA, data={"assignee": "leo"}), now=NOW).ok
        assert not MACHINE.decide(nobody, Command("start", ANA, data={"assignee": "  "}), now=NOW).ok
        taken_away = Command("reassign", ANA, data={"assignee": None})
        assert not MACHINE.decide(incident("in_progress"), taken_away, now=NOW).ok

    @pytest.mark.parametrize(("seconds", "allowed"), [(0, True), (-1, False), (1, True)])
    def test_the_reopen_window_includes_its_last_instant(self, seconds: int, allowed: bool) -> None:
        closed = incident("closed", closed_at=NOW - timedelta(days=30) + timedelta(seconds=seconds))
        decision = MACHINE.decide(closed, Command("reopen", ANA, data={"reason": "x"}), now=NOW)
        assert decision.ok == allowed

    def test_back_dating_opens_no_window(self) -> None:
        closed = incident("closed", closed_at=NOW - timedelta(days=31))
        command = Command("reopen", ANA, occurred_at=NOW - timedelta(days=5), data={"reason": "x"})
        decision = MACHINE.decide(closed, command, now=NOW)
        assert [reason.code for reason in decision.reasons] == ["within_reopen_window"]
        assert decision.reasons[0].hint == "open-follow-up"

    def test_an_unknown_closing_is_no_yes(self) -> None:
        decision = MACHINE.decide(incident("closed"), Command("reopen", ANA, data={"reason": "x"}), now=NOW)
        assert decision.reasons[0].params["unknown"] == "closed_at"

    @pytest.mark.parametrize(("count", "allowed"), [(2, True), (3, False)])
    def test_the_reopen_limit(self, count: int, allowed: bool) -> None:
        resolved = incident("resolved", reopen_count=count)
        assert MACHINE.decide(resolved, Command("customer_reply", ANA), now=NOW).ok == allowed

    def test_open_blocking_children_are_named(self) -> None:
        children = (
            Child("RMA-1", "return", True, False),
            Child("RMA-2", "return", True, True),
            Child("CLM-1", "claim", False, False),
        )
        decision = MACHINE.decide(
            incident("in_progress"), Command("resolve", ANA, data={"resolution": "x"}), Facts(children), now=NOW
        )
        assert [(reason.code, reason.params["children"]) for reason in decision.reasons] == [
            ("no_open_blocking_children", ("RMA-1",))
        ]

    def test_children_that_nobody_looked_for(self) -> None:
        decision = MACHINE.decide(
            incident("in_progress"), Command("resolve", ANA, data={"resolution": "x"}), Facts(None), now=NOW
        )
        assert decision.reasons[0].params["unknown"] == "children"

    @pytest.mark.parametrize(
        ("data", "hours", "allowed"),
        [
            ({}, 71.999, False),
            ({}, 72, True),
            ({"confirmed": True}, 0, True),
            ({"confirmed": "true"}, 0, False),
            ({"confirmed": False}, 0, False),
        ],
    )
    def test_closing(self, data: dict[str, object], hours: float, allowed: bool) -> None:
        resolved = incident("resolved", resolved_at=NOW - timedelta(hours=hours))
        assert MACHINE.decide(resolved, Command("close", ANA, data=data), now=NOW).ok == allowed

    @pytest.mark.parametrize(
        ("into", "params"),
        [
            ("INC-1", {"into": "INC-1", "why": "itself"}),
            ("INC-2", {"into": "INC-2", "why": "ended"}),
            ("INC-9", {"into": "INC-9", "unknown": "into"}),
        ],
    )
    def test_a_merge_needs_a_living_other(self, into: str, params: dict[str, object]) -> None:
        facts = Facts(accepts={"INC-1": True, "INC-2": False, "INC-3": True})
        decision = MACHINE.decide(incident("new"), Command("merge_into", ANA, data={"into": into}), facts, now=NOW)
        assert [(reason.code, dict(reason.params)) for reason in decision.reasons] == [("merge_target_ok", params)]
        assert MACHINE.decide(incident("new"), Command("merge_into", ANA, data={"into": "INC-3"}), facts, now=NOW).ok

    def test_a_number_is_a_name_too(self) -> None:
        itself = MACHINE.open("5", at=NOW)
        decision = MACHINE.decide(
            itself, Command("merge_into", ANA, data={"into": 5}), Facts(accepts={"5": True}), now=NOW
        )
        assert [reason.params["why"] for reason in decision.reasons] == ["itself"]

    @pytest.mark.parametrize(
        ("state", "event"), [("new", "merge_into"), ("in_progress", "cancel"), ("resolved", "close")]
    )
    def test_a_blocking_child_cannot_be_left_behind(self, state: str, event: str) -> None:
        data = {"into": "INC-3", "reason": "x", "confirmed": True}
        facts = Facts((Child("RMA-1", "return", True, False),), {"INC-3": True})
        decision = MACHINE.decide(incident(state), Command(event, BEA, data=data), facts, now=NOW)
        assert [reason.code for reason in decision.reasons] == ["no_open_blocking_children"]

    def test_the_end_of_time_stops_nobody(self) -> None:
        last = datetime.max.replace(tzinfo=UTC)
        decision = MACHINE.decide(incident("resolved", resolved_at=last), Command("close", ANA), now=last)
        assert decision.reasons[0].params["until"] is None

    def test_a_merge_into_nothing_tells_the_missing_field_alone(self) -> None:
        assert codes("new", "merge_into") == ("missing-field:into",)

    def test_guards_that_answer_yes_or_no_are_refused(self) -> None:
        document = Workflow.default().to_dict()
        document["transitions"] = [{"event": "note", "source": "*", "guards": ["mine"]}]
        machine = Workflow.from_dict(document).compile({"mine": lambda situation: False})  # type: ignore[dict-item, return-value]
        with pytest.raises(InvalidValueError, match="None or deny"):
            machine.decide(machine.open("INC-1", at=NOW), Command("note", ANA), now=NOW)

    def test_parameters_reach_the_guard(self) -> None:
        def within_days(situation: Situation) -> Any:
            days = int(situation.params["days"])
            opened = situation.incident.opened_at
            return None if opened and situation.now - opened <= timedelta(days=days) else deny("too_late", days=days)

        uses = [{"guard": "within_days", "params": {"days": days}} for days in (5, 1)]
        shop = Workflow.default().extend(id="shop", transitions=[{"event": "complain", "source": "*", "guards": uses}])
        machine = shop.compile({"within_days": within_days})
        opened = machine.open("INC-1", at=NOW - timedelta(days=3))
        decision = machine.decide(opened, Command("complain", ANA), now=NOW)
        assert [(reason.code, reason.params["days"]) for reason in decision.reasons] == [("too_late", 1)]

    def test_an_unknown_guard_keeps_a_workflow_from_compiling(self) -> None:
        shop = Workflow.default().extend(id="shop", override=[{"event": "close", "guards": ["has_asignee"]}])
        assert [finding.code for finding in shop.lint()] == ["unknown-guard"]
        assert shop.lint(guards=["has_asignee"]) == ()
        for build in (shop.compile, shop.to_machine):
            with pytest.raises(WorkflowError, match="'has_asignee' is no guard"):
                build()
        given: Any = {"has_asignee": None}
        with pytest.raises(InvalidValueError, match="a function"):
            shop.compile(given)

    def test_built_in_guards_take_no_parameters(self) -> None:
        use = {"guard": "within_reopen_window", "params": {"days": 5}}
        shop = Workflow.default().extend(id="shop", override=[{"event": "close", "guards": [use]}])
        with pytest.raises(WorkflowError, match="takes no parameters"):
            shop.compile()

    def test_each_reason_once(self) -> None:
        both = [{"event": "e", "source": "*", "guards": ["has_assignee"] * 2, "requires": ["f", "f"]}] * 2
        machine = Workflow.default().extend(id="shop", transitions=both).compile()
        decision = machine.decide(machine.open("INC-1", at=NOW), Command("e", ANA), now=NOW)
        assert [reason.code for reason in decision.reasons] == ["missing-field:f", "has_assignee"]


class TestEmpowerment:
    SHOP = (
        Workflow.default()
        .extend(
            id="shop",
            policy={
                "compensation_limits": {
                    "agent": {"EUR": "50.00"},
                    "lead": {"EUR": "200"},
                    "supervisor": {"EUR": "500", "JPY": "9000"},
                }
            },
        )
        .compile()
    )

    def decide(self, role: str, compensation: object) -> Any:
        opened = self.SHOP.open("INC-1", at=NOW, state="in_progress")
        data = {"resolution": "refund", "compensation": compensation}
        return self.SHOP.decide(opened, Command("resolve", Actor("ana", role), data=data), now=NOW)

    @pytest.mark.parametrize(
        ("role", "compensation"),
        [
            ("agent", Money.of("50.00", "EUR")),
            ("agent", "50.00 EUR"),
            ("agent", "0 EUR"),
            ("lead", "200 EUR"),
            ("supervisor", "9000 JPY"),
            ("agent", None),
            ("trainee", "0 EUR"),
        ],
    )
    def test_within_the_limit(self, role: str, compensation: object) -> None:
        assert self.decide(role, compensation).ok

    @pytest.mark.parametrize(
        ("role", "compensation", "limit", "may", "hint"),
        [
            ("agent", "50.01 EUR", "50.00 EUR", ("lead", "supervisor"), "ask-role:lead"),
            ("agent", Money.of("300", "EUR"), "50.00 EUR", ("supervisor",), "ask-role:supervisor"),
            ("supervisor", "501 EUR", "500.00 EUR", (), None),
            ("agent", "100 JPY", None, ("supervisor",), "ask-role:supervisor"),
            ("trainee", "1 EUR", None, ("agent", "lead", "supervisor"), "ask-role:agent"),
            ("supervisor", "1 USD", None, (), None),
        ],
    )
    def test_above_the_limit(
        self, role: str, compensation: object, limit: str | None, may: tuple[str, ...], hint: str | None
    ) -> None:
        (reason,) = self.decide(role, compensation).reasons
        assert reason.code == "within_compensation_limit"
        assert (reason.params["limit"], reason.params["may_approve"], reason.hint) == (limit, may, hint)

    @pytest.mark.parametrize(
        "rubbish",
        ["", "much", "50", "EUR 50", "-1 EUR", 50, True, ["50 EUR"], {"minor": "5"}, {"minor": 5}, "1e1000000 EUR"],
    )
    def test_an_amount_that_nobody_can_read_is_not_given_away(self, rubbish: object) -> None:
        (reason,) = self.decide("supervisor", rubbish).reasons
        assert reason.params["unknown"] == "compensation"

    def test_without_limits_there_are_none(self) -> None:
        assert codes("in_progress", "resolve", resolution="x", compensation="1000000 EUR") == ()

    @pytest.mark.parametrize("limits", [{"agent": {"EUR": "-1"}}, {"agent": {"EUR": "1.001"}}, {"agent": {"XXQ": "1"}}])
    def test_impossible_limits(self, limits: Any) -> None:
        with pytest.raises(InvalidValueError):
            Workflow.default().extend(id="shop", policy={"compensation_limits": limits})


class TestApply:
    def test_it_gives_a_new_incident_and_its_entry(self) -> None:
        before = incident("registered", version=7)
        after, entry = MACHINE.apply(before, Command("start", ANA, event_id="e1"), now=NOW)
        assert (before.state, after.state, after.version, after.state_since) == ("registered", "in_progress", 8, NOW)
        assert (entry.seq, entry.event_id, entry.source, entry.target, entry.workflow) == (
            8, "e1", "registered", "in_progress", "incident@1",
        )  # fmt: skip

    def test_a_denied_command_raises_with_its_reasons(self) -> None:
        with pytest.raises(DeniedError) as caught:
            MACHINE.apply(incident("new"), Command("identify", ANA), now=NOW)
        assert [reason.code for reason in caught.value.reasons] == ["missing-field:problem_type"]

    def test_an_event_brings_fields_of_the_incident(self) -> None:
        data = {"problem_type": "damaged", "product": "MUG-1", "carrier": "dhl", "assignee": "leo", "priority": "high"}
        after, _ = MACHINE.apply(incident("new"), Command("identify", ANA, data=data), now=NOW)
        assert {name: getattr(after, name) for name in data} == data
        cleared, _ = MACHINE.apply(after, Command("note", ANA, data={"carrier": None, "product": ""}), now=NOW)
        assert (cleared.carrier, cleared.product, cleared.priority) == (None, None, "high")

    def test_late_events_are_applied_by_arrival_and_marked(self) -> None:
        opened = incident("in_progress", last_occurred_at=NOW - timedelta(minutes=5))
        late = Command("ask_customer", ANA, occurred_at=NOW - timedelta(hours=1))
        after, entry = MACHINE.apply(opened, late, now=NOW)
        assert (entry.late, entry.occurred_at, entry.effective_at) == (
            True,
            NOW - timedelta(hours=1),
            NOW - timedelta(minutes=5),
        )
        assert after.state_since == after.last_occurred_at == NOW - timedelta(minutes=5)

    def test_a_clock_that_goes_back_makes_nothing_late(self) -> None:
        _, entry = MACHINE.apply(
            incident("new", last_occurred_at=NOW), Command("note", ANA), now=NOW - timedelta(hours=2)
        )
        assert (entry.late, entry.effective_at, entry.recorded_at) == (False, NOW, NOW - timedelta(hours=2))

    def test_nanoseconds_are_left_out(self) -> None:
        pandas = pytest.importorskip("pandas")
        command = Command("note", ANA, occurred_at=pandas.Timestamp("2026-11-21T09:00:00.123456789Z"))
        assert type(command.occurred_at) is datetime
        assert command.occurred_at.microsecond == 123456

    def test_a_future_stamp_is_kept_and_counts_as_recorded(self) -> None:
        ahead = Command("note", ANA, occurred_at=NOW + timedelta(seconds=240))
        _, entry = MACHINE.apply(incident("in_progress"), ahead, now=NOW)
        assert (entry.occurred_at, entry.effective_at, entry.late) == (NOW + timedelta(seconds=240), NOW, False)

    def test_reopening_counts_and_forgets_the_end(self) -> None:
        resolved, _ = MACHINE.apply(incident("in_progress"), Command("resolve", ANA, data={"resolution": "x"}), now=NOW)
        assert resolved.resolved_at == NOW
        closed, _ = MACHINE.apply(resolved, Command("close", ANA, data={"confirmed": True}), now=NOW)
        assert (closed.resolved_at, closed.closed_at) == (NOW, NOW)
        again, _ = MACHINE.apply(closed, Command("customer_reply", ANA), now=NOW)
        assert (again.reopen_count, again.resolved_at, again.closed_at, again.state) == (1, None, None, "in_progress")

    def test_ends_are_recorded_time(self) -> None:
        command = Command("resolve", ANA, occurred_at=NOW - timedelta(hours=5), data={"resolution": "x"})
        resolved, _ = MACHINE.apply(incident("in_progress", last_occurred_at=None), command, now=NOW)
        assert (resolved.resolved_at, resolved.state_since) == (NOW, NOW - timedelta(hours=5))

    def test_links(self) -> None:
        facts = Facts(accepts={"B": True})
        merged, _ = MACHINE.apply(incident("new"), Command("merge_into", ANA, data={"into": "B"}), facts, now=NOW)
        assert (merged.links, merged.merged_into, merged.state) == ((("merged_into", "B"),), "B", "merged")
        split, _ = MACHINE.apply(incident("new"), Command("split_off", ANA, data={"child": "C"}), now=NOW)
        assert (split.links, split.merged_into, split.state) == ((("split_to", "C"),), None, "new")

    def test_an_event_without_an_id_gets_one_that_nobody_else_can_have(self) -> None:
        _, entry = MACHINE.apply(incident("new"), Command("note", ANA), now=NOW)
        assert entry.event_id == "~INC-1/1"
        with pytest.raises(InvalidValueError, match="not to begin with ~"):
            Command("note", ANA, event_id="~INC-1/1")

    def test_other_zones_say_the_same(self) -> None:
        there = NOW.astimezone(timezone(timedelta(hours=9)))
        _, entry = MACHINE.apply(incident("new"), Command("note", ANA, occurred_at=there), now=there)
        assert (entry.occurred_at, entry.recorded_at) == (NOW, NOW)
        assert entry.recorded_at.tzinfo is UTC


class TestAllowed:
    def test_every_event_has_its_answer(self) -> None:
        buttons = MACHINE.allowed(incident("in_progress"), ANA, now=NOW)
        assert set(buttons) == set(MACHINE.workflow.event_names)
        assert buttons["ask_carrier"] == Allowed("ask_carrier", "in_progress", "waiting_carrier", True)
        assert isinstance(buttons["resolve"], Denied)
        assert buttons["resolve"].needs == ("resolution",)
        assert isinstance(buttons["cancel"], Denied)
        assert buttons["cancel"].needs == ()  # a form would not help: the role is missing too

    def test_what_a_form_holds_counts(self) -> None:
        assert MACHINE.allowed(incident("in_progress"), BEA, now=NOW, data={"reason": "fraud"})["cancel"].ok


class TestMachine:
    def test_it_travels(self) -> None:
        again: Machine = pickle.loads(pickle.dumps(MACHINE))
        assert again.workflow == MACHINE.workflow
        assert again.decide(incident("new"), Command("note", ANA), now=NOW).ok

    def test_values_travel(self) -> None:
        after, entry = MACHINE.apply(incident("new"), Command("note", ANA, data={"a": [1, {"b": "c"}]}), now=NOW)
        assert pickle.loads(pickle.dumps((after, entry))) == (after, entry)
        assert hash(after) == hash(pickle.loads(pickle.dumps(after)))

    def test_migrating_renames(self) -> None:
        second = Workflow.default().extend(id="incident", version=2, rename={"in_progress": "on_it"}).compile()
        assert second.migrate(incident("in_progress")).state == "on_it"
        assert second.migrate(incident("resolved")).state == "resolved"
        with pytest.raises(UnknownStateError, match="incident@2 has no state 'gone'"):
            second.migrate(incident("gone"))

    def test_migrating_goes_forward_only(self) -> None:
        second = Workflow.default().extend(id="incident", version=2).compile()
        with pytest.raises(WorkflowMismatchError):
            MACHINE.migrate(second.open("INC-1", at=NOW))
        with pytest.raises(WorkflowMismatchError):
            Workflow.builtin("return").compile().migrate(incident("closed"))
        assert Workflow.builtin("return").compile().adopt(incident("closed")).workflow == "return@1"


# Untyped on purpose: callers without a type checker pass anything.
_RUBBISH: dict[Any, Any] = {"ana": "ana", 1: {1: "a"}, "list": ["a"], "robot": "robot", "deep": {"a": []}}
for _ in range(40):
    _RUBBISH["deep"] = {"a": [_RUBBISH["deep"]]}


class TestCommand:
    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: Command("", ANA), "Command.event"),
            (lambda: Command("note", _RUBBISH["ana"]), "an Actor"),
            (lambda: Command("note", ANA, event_id=" e1"), "Command.event_id"),
            (lambda: Command("note", ANA, data={"amount": 1.5}), "a Decimal"),
            (lambda: Command("note", ANA, data=_RUBBISH[1]), "a key of Command.data"),
            (lambda: Command("note", ANA, data={"text": "\ud800"}), "UTF-8"),
            (lambda: Command("note", ANA, data={"thing": object()}), "Command.data"),
            (lambda: Command("note", ANA, data=_RUBBISH["list"]), "a mapping"),
            (lambda: Command("note", ANA, data={"order": ["#1001"]}), "order"),
            (lambda: Command("note", ANA, data={"into": "a\nb"}), "into"),
            (lambda: Command("note", ANA, data={"n": 2**63}), "64 bits"),
            (lambda: Command("note", ANA, data={"n": Decimal("1e200")}), "digits"),
            (lambda: Command("note", ANA, data=_RUBBISH["deep"]), "levels deep"),
            (lambda: Actor(""), "Actor.id"),
            (lambda: Actor("ana", kind=_RUBBISH["robot"]), "Actor.kind"),
        ],
    )
    def test_rubbish(self, make: Any, message: str) -> None:
        with pytest.raises(InvalidValueError) as caught:
            make()
        assert message in str(caught.value)

    def test_names_are_read_as_people_write_them(self) -> None:
        data = {"order": 1001, "product": " Taza 30\u00a0cl ", "assignee": "  ", "into": 5}
        assert Command("note", ANA, data=data).data == {
            "order": "1001", "product": "Taza 30\u00a0cl", "assignee": None, "into": "5",
        }  # fmt: skip
        assert MACHINE.open("INC-1", at=NOW, customer=" ", order=1001).order == "1001"

    @pytest.mark.parametrize("field", ["customer", "assignee"])
    def test_personal_names_stay_out_of_errors(self, field: str) -> None:
        for make in (
            lambda: Command("note", ANA, data={field: "ana@example.com\n" * 2}),
            lambda: MACHINE.open("INC-1", at=NOW, **{field: "ana@example.com\nx"}),
            lambda: Actor("ana@example.com\nx"),
            lambda: Command("note", ANA, data={"My name is Ana": 1.5}),
        ):
            with pytest.raises(InvalidValueError) as caught:
                make()
            assert "ana@" not in str(caught.value)
            assert "Ana" not in str(caught.value)

    def test_a_customers_words_stay_out_of_errors(self) -> None:
        with pytest.raises(InvalidValueError) as caught:
            Command("note", ANA, data={"text": {"nested": {1.5, "my secret words"}}})
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize(
        ("role", "kind"),
        [("agent", "agent"), ("lead", "agent"), ("customer", "customer"), ("bot", "bot"), ("system", "system")],
    )
    def test_the_kind_follows_from_the_role(self, role: str, kind: str) -> None:
        assert Actor("x", role).kind is ActorKind(kind)

    def test_personal_data_stay_out_of_repr(self) -> None:
        assert "secret" not in repr(Command("note", ANA, data={"text": "secret"}))
        told = MACHINE.open("INC-1", at=NOW, customer="ana@example.com", assignee="leo")
        assert "ana@example.com" not in repr(told)
        assert "leo" not in repr(told)
        _, entry = MACHINE.apply(told, Command("note", Actor("Ana Sample"), data={"text": "secret"}), now=NOW)
        assert "Sample" not in repr(entry)
        assert "Sample" not in repr(Command("note", Actor("Ana Sample")))
        assert "secret" not in repr(entry)


class TestIncident:
    @pytest.mark.parametrize(
        "given",
        [
            {"id": ""},
            {"id": "a\nb"},
            {"id": "a" * 201},
            {"version": -1},
            {"version": True},
            {"reopen_count": 1.0},
            {"state": " new"},
            {"customer": "a\nb"},
            {"blocking": "no"},
            {"links": ["ab"]},
            {"links": [("merged_into", "")]},
            {"opened_by": "robot"},
        ],
    )
    def test_rubbish(self, given: dict[str, Any]) -> None:
        with pytest.raises(InvalidValueError):
            Incident(**({"id": "INC-1", "workflow": "incident@1", "state": "new"} | given))

    def test_naive_instants(self) -> None:
        with pytest.raises(NaiveDatetimeError, match=r"Incident\.closed_at"):
            Incident(id="INC-1", workflow="incident@1", state="new", closed_at=NOW.replace(tzinfo=None))
