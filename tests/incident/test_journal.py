"""The journal in memory, replay, and the ticket that clocks and KPIs read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest

from csprotocol import kpi
from csprotocol.errors import (
    DamagedJournalError,
    DeniedError,
    IncidentExistsError,
    InvalidValueError,
    ParentEndedError,
    UnknownIncidentError,
    UnknownStateError,
    UnknownWorkflowError,
)
from csprotocol.incident import (
    Actor,
    Command,
    Entry,
    Incident,
    Machine,
    Machines,
    MemoryJournal,
    OutcomeKind,
    Workflow,
    replay,
    to_ticket,
)
from csprotocol.model import Channel, EventKind, StatusCategory

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
MACHINE = Workflow.default().compile()
ANA, CUSTOMER = Actor("ana"), Actor("c-1", "customer")


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def journal_with(state: str = "in_progress", **known: Any) -> MemoryJournal:
    journal = MemoryJournal()
    journal.open(MACHINE.open("INC-1", at=NOW, **({"state": state, "assignee": "ana"} | known)))
    return journal


def _merge(other: str) -> Command:
    return Command("merge_into", ANA, data={"into": other})


class TestMemoryJournal:
    def test_opening_twice_is_harmless_and_opening_another_is_not(self) -> None:
        journal = journal_with()
        journal.execute("INC-1", Command("note", ANA), now=NOW)
        assert journal.open(journal.opened("INC-1")).version == 1
        with pytest.raises(IncidentExistsError):
            journal.open(MACHINE.open("INC-1", at=at(1)))

    def test_what_it_cannot_open(self) -> None:
        journal = MemoryJournal()
        with pytest.raises(UnknownIncidentError, match="INC-0"):
            journal.open(MACHINE.open("INC-1", at=NOW, parent="INC-0"))
        with pytest.raises(UnknownWorkflowError, match="other@1"):
            journal.open(Workflow.default().extend(id="other").compile().open("INC-1", at=NOW))
        with pytest.raises(UnknownStateError):
            journal.open(MACHINE.open("INC-1", at=NOW, state="nowhere"))
        with pytest.raises(UnknownIncidentError):
            journal.load("INC-1")
        with pytest.raises(UnknownIncidentError):
            journal.execute("INC-1", Command("note", ANA), now=NOW)

    def test_no_child_for_one_that_has_ended(self) -> None:
        journal = journal_with("merged")
        with pytest.raises(ParentEndedError, match="cannot be a child of INC-1, which is merged for good"):
            journal.open(MACHINE.open("INC-2", at=NOW, parent="INC-1"))

    def test_an_older_version_takes_nothing_back(self) -> None:
        third = Workflow.default().extend(id="incident", version=3)
        journal = MemoryJournal([third])
        opened = journal.open(third.compile().open("INC-1", at=NOW))
        outcome = journal.execute("INC-1", Command("note", ANA), now=NOW)
        assert outcome.entry is not None
        with pytest.raises(UnknownWorkflowError, match="nor a newer version"):
            Machines().of(opened)
        with pytest.raises(UnknownWorkflowError):
            replay(opened, [outcome.entry], MACHINE)

    def test_children_are_looked_up(self) -> None:
        journal = journal_with()
        returns = Workflow.builtin("return").compile()
        journal.open(returns.open("RMA-1", at=NOW, parent="INC-1", blocking=True))
        resolve = Command("resolve", ANA, data={"resolution": "refund"})
        denied = journal.execute("INC-1", resolve, now=NOW)
        assert (denied.codes, denied.reasons[0].params["children"]) == (("no_open_blocking_children",), ("RMA-1",))
        assert journal.execute("RMA-1", Command("cancel", CUSTOMER, data={"reason": "kept"}), now=NOW).ok
        assert journal.execute("INC-1", resolve, now=NOW).ok

    def test_a_merge_looks_up_the_other(self) -> None:
        journal = journal_with()
        journal.open(MACHINE.open("INC-2", at=NOW))
        assert journal.execute("INC-1", _merge("INC-9"), now=NOW).codes == ("merge_target_ok",)
        assert journal.execute("INC-1", _merge("INC-2"), now=NOW).ok
        assert journal.execute("INC-2", _merge("INC-1"), now=NOW).codes == ("merge_target_ok",)
        later = journal.execute("INC-1", Command("customer_reply", CUSTOMER), now=NOW)
        assert (later.codes, later.hint) == (("no-transition",), "forward:INC-2")

    def test_find(self) -> None:
        journal = MemoryJournal()
        for number, order in ((2, "#1001"), (1, "#1001"), (3, "#1002")):
            journal.open(MACHINE.open(f"INC-{number}", at=NOW, order=order, customer=f"c-{number % 2}"))
        assert [each.id for each in journal.find(order="#1001")] == ["INC-1", "INC-2"]
        assert [each.id for each in journal.find(order="#1001", customer="c-1")] == ["INC-1"]
        assert [each.id for each in journal.find(state="new")] == ["INC-1", "INC-2", "INC-3"]
        assert journal.find(state="closed") == ()
        assert journal.find(customer="") == ()

    def test_the_outbox_holds_every_entry_until_it_is_acknowledged(self) -> None:
        journal = journal_with()
        for _ in range(3):
            journal.execute("INC-1", Command("note", ANA), now=NOW)
        rows = journal.read(2)
        assert [row.entry.seq for row in rows] == [1, 2]
        assert journal.acknowledge(row.position for row in rows) == 2
        assert journal.acknowledge(row.position for row in rows) == 0
        assert journal.read(-1) == ()

        def sent() -> Iterator[int]:
            for row in journal.read():
                yield row.position

        assert [row.entry.seq for row in journal.read()] == [3]
        assert journal.acknowledge(sent()) == 1

    def test_the_same_id_on_another_incident_is_a_mismatch(self) -> None:
        journal = journal_with()
        journal.open(MACHINE.open("INC-2", at=NOW))
        note = Command("note", ANA, event_id="e1")
        assert journal.execute("INC-1", note, now=NOW).kind is OutcomeKind.APPLIED
        outcome = journal.execute("INC-2", note, now=NOW)
        assert outcome.kind is OutcomeKind.IDEMPOTENCY_MISMATCH
        with pytest.raises(DeniedError, match="idempotency-mismatch"):
            outcome.raise_if_denied()

    @pytest.mark.parametrize(
        ("again", "kind"),
        [
            (Command("note", ANA, event_id="e1", data={"n": 1}), "duplicate"),
            (Command("note", ANA, event_id="e1", occurred_at=NOW, data={"n": 1}), "duplicate"),
            (Command("note", ANA, event_id="e1", occurred_at=at(1), data={"n": 1}), "idempotency-mismatch"),
            (Command("note", ANA, event_id="e1", data={"n": 2}), "idempotency-mismatch"),
            (Command("note", ANA, event_id="e1", data={"n": True}), "idempotency-mismatch"),
            (Command("note", Actor("leo"), event_id="e1", data={"n": 1}), "idempotency-mismatch"),
            (Command("note", Actor("ana", "lead"), event_id="e1", data={"n": 1}), "idempotency-mismatch"),
        ],
    )
    def test_what_counts_as_the_same(self, again: Command, kind: str) -> None:
        journal = journal_with()
        journal.execute("INC-1", Command("note", ANA, event_id="e1", data={"n": 1}), now=NOW)
        assert journal.execute("INC-1", again, now=at(9)).kind == kind

    def test_a_new_version_of_the_workflow_takes_over(self) -> None:
        second = Workflow.default().extend(id="incident", version=2, rename={"in_progress": "on_it"})
        journal = MemoryJournal([second])
        journal.open(MACHINE.open("INC-1", at=NOW, state="in_progress"))
        outcome = journal.execute("INC-1", Command("ask_carrier", ANA), now=NOW)
        assert (outcome.incident.workflow, outcome.incident.state) == ("incident@2", "waiting_carrier")
        assert outcome.entry is not None
        assert outcome.entry.source == "on_it"
        again = replay(journal.opened("INC-1"), journal.history("INC-1"), Machines([second]))
        assert again == journal.load("INC-1")

    def test_threads(self) -> None:
        journal = journal_with()

        def work(name: str) -> None:
            for i in range(50):
                journal.execute("INC-1", Command("note", ANA, event_id=f"{name}-{i}"), now=NOW)

        threads = [Thread(target=work, args=(f"t{i}",)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [entry.seq for entry in journal.history("INC-1")] == list(range(1, 201))


class TestMachines:
    def test_two_workflows_of_one_name(self) -> None:
        one, two = (
            Workflow.default().extend(id="shop"),
            Workflow.default().extend(id="shop", remove=[{"event": "note"}]),
        )
        assert "shop@1" in Machines([one, one]).refs
        with pytest.raises(InvalidValueError, match="one workflow of each id and version"):
            Machines([one, two])


def story() -> tuple[Any, list[Entry]]:
    """One incident from the contact to the close."""
    journal = MemoryJournal()
    opened = journal.open(
        MACHINE.open("INC-1", at=NOW, opened_by="customer", customer="c-1", order="#1001", channel="email")
    )
    for minutes, command in (
        (5, Command("identify", ANA, data={"problem_type": "damaged", "priority": "high"})),
        (6, Command("register", ANA)),
        (7, Command("start", ANA, data={"assignee": "ana"})),
        (30, Command("ask_customer", ANA, data={"text": "May we see a photo?"})),
        (90, Command("customer_reply", CUSTOMER, data={"text": "Here it is"})),
        (95, Command("promise", ANA, data={"due_at": at(600)})),
        (120, Command("resolve", ANA, data={"resolution": "refund"})),
        (200, Command("customer_reply", CUSTOMER)),
        (230, Command("resolve", ANA, data={"resolution": "resend"})),
        (300, Command("close", CUSTOMER, data={"confirmed": True, "csat": 5})),
    ):
        assert journal.execute("INC-1", command, now=at(minutes)).ok
    return opened, list(journal.history("INC-1"))


class TestReplay:
    @pytest.mark.parametrize(
        ("damage", "problem"),
        [
            (lambda e: [*e[:3], *e[4:]], "gap"),
            (lambda e: [*e[:3], e[4], e[3], *e[5:]], "gap"),
            (lambda e: [e[0]._replace(source="registered"), *e[1:]], "source"),
            (lambda e: [e[0]._replace(target="in_progress"), *e[1:]], "transition"),
            (lambda e: [e[0]._replace(event="start"), *e[1:]], "transition"),
            (lambda e: [e[0]._replace(restarts=False), *e[1:]], "transition"),
            (lambda e: [e[0]._replace(workflow_digest="0" * 16), *e[1:]], "digest"),
            (lambda e: [e[0]._replace(incident_id="INC-2"), *e[1:]], "other-incident"),
            (lambda e: [e[0], e[1]._replace(effective_at=NOW), *e[2:]], "time"),
        ],
    )
    def test_damage_is_located(self, damage: Callable[[list[Entry]], list[Entry]], problem: str) -> None:
        opened, entries = story()
        with pytest.raises(DamagedJournalError) as caught:
            replay(opened, damage(entries), MACHINE)
        assert (caught.value.problem, caught.value.incident) == (problem, "INC-1")

    def test_guards_are_not_asked_again(self) -> None:
        opened, entries = story()
        stricter = Workflow.default().extend(id="incident", policy={"reopen_limit": 0}).compile()
        assert replay(opened, entries, stricter).state == "closed"

    def test_the_workflow_of_every_entry_must_be_there(self) -> None:
        opened, entries = story()
        with pytest.raises(UnknownWorkflowError, match="incident@7"):
            replay(opened, [entries[0]._replace(workflow="incident@7")], MACHINE)
        other: Machine = Workflow.builtin("return").compile()
        with pytest.raises(UnknownWorkflowError):
            replay(opened, entries, other)


class TestTicket:
    def test_clocks_and_kpis_read_it(self) -> None:
        opened, entries = story()
        facts = to_ticket(opened, entries, Workflow.default()).facts()
        assert (facts.created_at, facts.first_reply_at, facts.agent_replies, facts.customer_replies) == (
            NOW,
            at(30),
            1,
            2,
        )
        assert facts.solved_at == (at(120), at(230))
        assert (facts.closed_at, facts.reopens, facts.status) == (at(300), 1, StatusCategory.CLOSED)
        assert [(span.category, span.start, span.end) for span in facts.waiting or ()] == [
            (StatusCategory.WAITING_CUSTOMER, at(30), at(90))
        ]
        assert (facts.reason, facts.priority, facts.agent, facts.csat) == ("damaged", "high", "ana", 5)
        assert (facts.customer_id, facts.order_id, facts.channel, facts.agent_started) == (
            "c-1",
            "#1001",
            Channel.EMAIL,
            False,
        )
        assert kpi.first_reply([facts]).median == timedelta(minutes=30)

    def test_a_shops_own_names_change_nothing_for_them(self) -> None:
        shop = Workflow.default().extend(
            id="shop",
            rename={"in_progress": "on_it"},
            states=[{"name": "waiting_warehouse", "category": "waiting_third_party", "waiting_on": "warehouse"}],
            transitions=[
                {"event": "ask_warehouse", "source": ["on_it"], "target": "waiting_warehouse"},
                {"event": "warehouse_reply", "source": ["waiting_warehouse"], "target": "on_it"},
            ],
        )
        machine = shop.compile()
        opened = incident = machine.open("INC-1", at=NOW, state="on_it")
        entries = []
        for minutes, event in ((10, "ask_warehouse"), (70, "warehouse_reply")):
            incident, entry = machine.apply(incident, Command(event, ANA), now=at(minutes))
            entries.append(entry)
        facts = to_ticket(opened, entries, shop).facts()
        assert [(span.category, span.start, span.end) for span in facts.waiting or ()] == [
            (StatusCategory.WAITING_THIRD_PARTY, at(10), at(70))
        ]

    def test_a_promise_carries_its_instant(self) -> None:
        opened, entries = story()
        ticket = to_ticket(opened, entries, Workflow.default())
        (promise,) = [event for event in ticket.events if event.kind is EventKind.PROMISE]
        assert promise.data["due_at"] == at(600)

    def test_a_merged_one_says_so(self) -> None:
        journal = journal_with("new")
        journal.open(MACHINE.open("INC-2", at=NOW))
        journal.execute("INC-1", Command("merge_into", ANA, data={"into": "INC-2"}), now=NOW)
        facts = to_ticket(journal.opened("INC-1"), journal.history("INC-1"), Workflow.default()).facts()
        assert (facts.merged_into, facts.status) == ("INC-2", StatusCategory.CANCELLED)

    def test_what_came_before_is_unknown_and_not_zero(self) -> None:
        journal = journal_with(version=5)
        journal.execute("INC-1", Command("send_update", ANA), now=at(5))
        facts = to_ticket(journal.opened("INC-1"), journal.history("INC-1"), Workflow.default()).facts()
        assert (facts.agent_replies, facts.reopens, facts.first_reply_at) == (None, None, None)

    def test_erased_entries_keep_their_place(self) -> None:
        opened, entries = story()
        erased = [entry._replace(data=None, actor_id=None) for entry in entries]
        facts = to_ticket(opened, erased, Workflow.default()).facts()
        assert (facts.solved_at, facts.reopens, facts.agents) == ((at(120), at(230)), 1, None)
        assert (erased[0].erased, erased[0].actor, entries[0].actor) == (True, None, ANA)

    def test_ids_of_senders_hide_nothing(self) -> None:
        opened = incident = MACHINE.open("INC-1", at=NOW, state="in_progress", opened_by="customer")
        entries = []
        for minutes, event, actor, event_id in (
            (5, "send_update", ANA, "INC-1/0"),
            (6, "ask_customer", ANA, "e1"),
            (7, "customer_reply", CUSTOMER, "e1/status"),
        ):
            incident, entry = MACHINE.apply(incident, Command(event, actor, event_id=event_id), now=at(minutes))
            entries.append(entry)
        facts = to_ticket(opened, entries, Workflow.default()).facts()
        assert (facts.first_reply_at, facts.agent_replies, facts.customer_replies) == (at(5), 2, 1)

    def test_what_was_erased_is_unknown_and_not_as_before(self) -> None:
        opened = MACHINE.open("INC-1", at=NOW, state="in_progress", assignee="leo", priority="low")
        data = {"priority": "high", "assignee": "ana", "csat": 5}
        _, entry = MACHINE.apply(opened, Command("note", ANA, data=data), now=at(1))
        facts = to_ticket(opened, [entry], Workflow.default()).facts()
        assert (facts.priority, facts.agent, facts.csat) == ("high", "ana", 5)
        erased = to_ticket(opened, [entry._replace(data=None, actor_id=None)], Workflow.default()).facts()
        assert (erased.priority, erased.agent, erased.csat, erased.surveyed) == (None, None, None, None)

    def test_without_a_beginning_no_status_is_known(self) -> None:
        opened = Incident(id="INC-1", workflow="incident@1", state="resolved")
        _, entry = MACHINE.apply(opened, Command("customer_reply", CUSTOMER), now=at(1))
        assert to_ticket(opened, [entry], Workflow.default()).facts().reopens is None
        known = replace(opened, state_since=NOW)
        assert to_ticket(known, [entry], Workflow.default()).facts().reopens == 1

    def test_merged_into_nobody_knows_what(self) -> None:
        loose = Workflow.default().extend(id="loose", override=[{"event": "merge_into", "requires": [], "guards": []}])
        machine = loose.compile()
        opened = machine.open("INC-1", at=NOW)
        _, entry = machine.apply(opened, Command("merge_into", ANA), now=NOW)
        assert to_ticket(opened, [entry], loose).facts().merged_into is None

    def test_the_workflows_must_be_given(self) -> None:
        opened, entries = story()
        with pytest.raises(UnknownWorkflowError, match="incident@1"):
            to_ticket(opened, entries, Workflow.builtin("return"))
