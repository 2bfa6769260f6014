"""What every journal answers: in memory, in SQLite, and in the databases behind SQLAlchemy."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from csprotocol.errors import (
    DeniedError,
    IncidentExistsError,
    ParentEndedError,
    UnknownIncidentError,
    UnknownStateError,
    UnknownWorkflowError,
)
from csprotocol.incident import Actor, Command, Incident, Link, MemoryJournal, Workflow
from csprotocol.model import FrozenDict, Money, StatusCategory
from csprotocol.store import SqlJournal
from tests.store.shop import ANA, AT, AnyJournal, Make, after, command, incident, resolved, told

# Ids that careless databases take for equal, or cannot hold.
ODD_IDS = ("INC-1", "inc-1", "INC-1é", "INC-1e\u0301", "INC-1ß", "INC-1ss", "件-1", "\U0001f4e6", "a'b", 'a"b', "%_?")


class TestOpen:
    def test_answers_how_it_stands_when_it_is_told_again(self, any_journal: AnyJournal) -> None:
        assert any_journal.open(incident()) == incident()
        told(any_journal, *resolved())
        assert any_journal.open(incident()).state == "resolved"
        assert any_journal.opened("INC-1") == incident()

    def test_refuses_another_one_of_the_same_id(self, any_journal: AnyJournal) -> None:
        any_journal.open(incident(customer="eva"))
        with pytest.raises(IncidentExistsError) as caught:
            any_journal.open(incident(customer="tom"))
        assert "eva" not in str(caught.value)
        assert "tom" not in str(caught.value)

    def test_needs_the_parent(self, any_journal: AnyJournal) -> None:
        with pytest.raises(UnknownIncidentError, match="INC-1"):
            any_journal.open(incident("RMA-1", parent="INC-1"))

    def test_needs_a_parent_that_still_accepts_events(self, any_journal: AnyJournal) -> None:
        any_journal.open(incident())
        any_journal.open(incident("RMA-1", parent="INC-1"))
        told(any_journal, command("cancel", reason="x"))
        with pytest.raises(ParentEndedError):
            any_journal.open(incident("RMA-2", parent="INC-1"))
        assert "RMA-1" == any_journal.open(incident("RMA-1", parent="INC-1")).id

    def test_needs_a_workflow_and_a_state_that_are_known(self, any_journal: AnyJournal) -> None:
        with pytest.raises(UnknownWorkflowError):
            any_journal.open(Incident(id="INC-1", workflow="another@1", state="new"))
        with pytest.raises(UnknownStateError):
            any_journal.open(Incident(id="INC-1", workflow="incident@1", state="nowhere"))
        with pytest.raises(UnknownIncidentError):
            any_journal.load("INC-1")

    def test_keeps_every_field(self, any_journal: AnyJournal) -> None:
        full = Incident(
            id="INC-1", workflow="incident@1", state="closed", version=7, opened_at=AT, state_since=after(5),
            resolved_at=after(4), closed_at=after(5), last_occurred_at=after(5), reopen_count=2, assignee="ana",
            customer="eva", order="#1", channel="email", priority="high", problem_type="damaged", product="MUG",
            carrier="DHL", parent="INC-0", blocking=True, links=(Link("split_to", "INC-7"), Link("merged_into", "X")),
        )  # fmt: skip
        any_journal.open(incident("INC-0"))
        any_journal.open(full)
        assert full == any_journal.load("INC-1") == any_journal.opened("INC-1")
        assert told(any_journal, command("note"), minutes=10) == ["applied"]
        assert any_journal.history("INC-1")[0].seq == 8

    def test_tells_odd_ids_apart(self, any_journal: AnyJournal) -> None:
        for odd in ODD_IDS:
            any_journal.open(incident(odd))
            assert any_journal.execute(odd, command("note", f"event {odd}"), now=AT).ok
        assert sorted(ODD_IDS) == [each.id for each in any_journal.find()]
        assert [1] * len(ODD_IDS) == [len(any_journal.history(odd)) for odd in ODD_IDS]

    def test_takes_ids_of_the_greatest_length(self, any_journal: AnyJournal) -> None:
        longest = "\U0001f4e6" * 200
        any_journal.open(incident(longest, order=longest, customer=longest))
        assert any_journal.execute(longest, command("note", longest), now=AT).ok
        assert any_journal.execute(longest, command("note"), now=AT).ok
        assert [longest, f"~{longest}/2"] == [each.event_id for each in any_journal.history(longest)]


@pytest.mark.parametrize("unknown", ["INC-2", "", " INC-1", "INC-1 ", "INC-1\0", "inc-1", "x" * 300, "\ud800"])
class TestUnknown:
    def test_is_named_by_all(self, any_journal: AnyJournal, unknown: str) -> None:
        any_journal.open(incident())
        for ask in (any_journal.load, any_journal.history, any_journal.opened):
            with pytest.raises(UnknownIncidentError):
                ask(unknown)
        with pytest.raises(UnknownIncidentError):
            any_journal.execute(unknown, command("note"), now=AT)

    def test_is_found_by_nothing(self, any_journal: AnyJournal, unknown: str) -> None:
        any_journal.open(incident(order="INC-1", customer="INC-1"))
        if unknown:
            assert any_journal.find(order=unknown) == any_journal.find(customer=unknown) == ()
            assert any_journal.find(state=unknown) == ()


class TestExecute:
    def test_leads_through_the_states(self, any_journal: AnyJournal) -> None:
        any_journal.open(incident())
        assert ["applied"] * 5 == told(any_journal, *resolved())
        found = any_journal.load("INC-1")
        assert ("resolved", 5, "ana", after(5)) == (found.state, found.version, found.assignee, found.resolved_at)
        assert [1, 2, 3, 4, 5] == [entry.seq for entry in any_journal.history("INC-1")]

    def test_answers_a_redelivery_with_the_first_entry(self, any_journal: AnyJournal) -> None:
        any_journal.open(incident())
        note = command("note", "msg-1", text="1")
        first = any_journal.execute("INC-1", note, now=AT)
        any_journal.execute("INC-1", command("note", "msg-2"), now=after(1))
        again = any_journal.execute("INC-1", note, now=after(2), expected_version=0)
        assert ("duplicate", first.entry) == (again.kind.value, again.entry)
        assert 2 == any_journal.load("INC-1").version

    @pytest.mark.parametrize(
        "other",
        [
            command("note", "msg-1", text="2"),
            command("promise", "msg-1", text="1"),
            command("note", "msg-1", actor=Actor("tom"), text="1"),
            Command("note", ANA, event_id="msg-1", occurred_at=AT - timedelta(days=1), data={"text": "1"}),
        ],
    )
    def test_refuses_another_event_of_the_same_id(self, any_journal: AnyJournal, other: Command) -> None:
        any_journal.open(incident())
        any_journal.execute("INC-1", command("note", "msg-1", text="1"), now=AT)
        assert ["idempotency-mismatch"] == told(any_journal, other)

    def test_refuses_the_same_event_on_another_incident(self, any_journal: AnyJournal) -> None:
        for name in ("INC-1", "INC-2"):
            any_journal.open(incident(name))
        note = command("note", "msg-1")
        assert "applied" == any_journal.execute("INC-1", note, now=AT).kind.value
        assert "idempotency-mismatch" == any_journal.execute("INC-2", note, now=AT).kind.value
        assert () == any_journal.history("INC-2")

    def test_compares_what_was_brought_by_its_plain_form(self, any_journal: AnyJournal) -> None:
        any_journal.open(incident())
        brought: dict[str, Any] = {
            "amount": Decimal("19.90"),
            "lines": ["a", ["b"]],
            "at": AT,
            "refund": Money(5, "EUR"),
        }
        plain = {"refund": MappingProxyType({"minor": 5, "exponent": 2, "currency": "EUR"}), "lines": ("a", ("b",))}
        plain |= {"at": "2026-11-21T10:00:00.000000Z", "amount": "19.90"}
        assert ["applied"] == told(any_journal, Command("note", ANA, event_id="m", data=brought))
        assert ["duplicate"] == told(any_journal, Command("note", ANA, event_id="m", data=plain))

    def test_writes_nothing_for_an_old_version(self, any_journal: AnyJournal) -> None:
        any_journal.open(incident())
        told(any_journal, command("note"))
        outcome = any_journal.execute("INC-1", command("note", "m"), now=AT, expected_version=0)
        assert ("conflict", ("stale-version",), "reload") == (outcome.kind.value, outcome.codes, outcome.hint)
        assert ["applied"] == told(any_journal, command("note", "m"))

    def test_denials_do_not_use_up_the_event_id(self, any_journal: AnyJournal) -> None:
        any_journal.open(incident())
        outcome = any_journal.execute("INC-1", command("identify", "m"), now=AT)
        assert ("denied", ("missing-field:problem_type",)) == (outcome.kind.value, outcome.codes)
        with pytest.raises(DeniedError):
            outcome.raise_if_denied()
        assert ["applied"] == told(any_journal, command("identify", "m", problem_type="damaged"))

    def test_gives_entries_back_as_they_were(self, any_journal: AnyJournal) -> None:
        any_journal.open(incident())
        brought: dict[str, Any] = {
            "text": "ñ \U0001f4e6 \0 \u2028 \x7f",
            "deep": [{"a": [1, None, True]}],
            "n": -(2**63),
        }
        event = Command("note", ANA, event_id="m", occurred_at=AT - timedelta(days=9, microseconds=1), data=brought)
        outcome = any_journal.execute("INC-1", event, now=AT)
        (entry,) = any_journal.history("INC-1")
        assert outcome.entry == entry
        assert entry.late
        assert entry.data is not None
        assert (FrozenDict, tuple, FrozenDict, tuple) == (
            type(entry.data), type(entry.data["deep"]), type(entry.data["deep"][0]), type(entry.data["deep"][0]["a"])  # type: ignore[index, call-overload]
        )  # fmt: skip
        assert hash(entry) == hash(outcome.entry)
        assert [entry] == [row.entry for row in any_journal.read()]

    def test_looks_up_the_children(self, any_journal: AnyJournal) -> None:
        any_journal.open(incident())
        told(any_journal, *resolved()[:4])
        for name in ("RMA-2", "RMA-1"):
            any_journal.open(incident(name, parent="INC-1", blocking=True))
        any_journal.open(incident("RMA-3", parent="INC-1"))
        denied = any_journal.execute("INC-1", resolved()[4], now=after(9))
        assert [("RMA-1", "RMA-2")] == [reason.params["children"] for reason in denied.reasons]
        for name in ("RMA-1", "RMA-2"):
            assert ["applied"] == told(any_journal, command("cancel", reason="x"), incident_id=name)
        assert ["applied"] == told(any_journal, resolved()[4], minutes=10)

    def test_looks_up_what_it_is_merged_into(self, any_journal: AnyJournal) -> None:
        for name in ("INC-1", "INC-2", "INC-3"):
            any_journal.open(incident(name))
        merge = {name: command("merge_into", into=name) for name in ("INC-1", "INC-2", "INC-9", " ")}
        assert ["denied"] * 3 == told(any_journal, merge["INC-1"], merge["INC-9"], merge[" "])
        assert ["applied"] == told(any_journal, merge["INC-2"])
        assert Link("merged_into", "INC-2") == any_journal.history("INC-1")[0].link
        assert ["denied"] == told(any_journal, merge["INC-1"], incident_id="INC-3")
        later = any_journal.execute("INC-1", command("note"), now=after(9))
        assert "forward:INC-2" == later.hint

    def test_takes_an_incident_over_into_a_newer_version(self, make: Make) -> None:
        newer = Workflow.default().extend(id="incident", version=2, rename={"new": "fresh"})
        older = make()
        older.open(incident())
        told(older, command("note", "m1"))
        journals: list[AnyJournal] = [MemoryJournal([newer])]
        if "memory" not in repr(older):
            journals.append(make(workflows=[newer]))
        journals[0].open(incident())
        for journal in journals:
            kinds = told(journal, command("note", "m2"), command("identify", "m3", problem_type="x"), minutes=5)
            assert ["applied", "applied"] == kinds
            assert ("incident@2", "identified") == (journal.load("INC-1").workflow, journal.load("INC-1").state)
        if len(journals) > 1:
            last = journals[1]
            assert isinstance(last, SqlJournal)
            assert last.verify().ok
            assert ["incident@1", "incident@2", "incident@2"] == [entry.workflow for entry in last.history("INC-1")]


class TestFind:
    def test_all_that_is_given_applies(self, any_journal: AnyJournal) -> None:
        any_journal.open(incident("INC-2", order="#1", customer="eva"))
        any_journal.open(incident("INC-1", order="#1", customer="tom"))
        any_journal.open(incident("INC-3", order="#2", customer="eva"))
        told(any_journal, command("identify", problem_type="x", order="#3"), incident_id="INC-3")

        def found(**asked: str) -> list[str]:
            return [each.id for each in any_journal.find(**asked)]

        assert ["INC-1", "INC-2", "INC-3"] == found()
        assert ["INC-1", "INC-2"] == found(order="#1")
        assert ["INC-2", "INC-3"] == found(customer="eva")
        assert ["INC-2"] == found(customer="eva", order="#1", state="new")
        assert ["INC-3"] == found(state="identified") == found(order="#3")
        assert [] == found(order="#2") == found(customer="EVA")

    def test_by_category_and_by_parent(self, journal: SqlJournal) -> None:
        journal.open(incident())
        journal.open(incident("RMA-1", parent="INC-1"))
        told(journal, command("identify", problem_type="x"))
        assert ["INC-1"] == [each.id for each in journal.find(category=StatusCategory.OPEN)]
        assert ["RMA-1"] == [each.id for each in journal.find(parent="INC-1", category="new")]


class TestOutbox:
    def test_every_entry_once_until_it_is_acknowledged(self, any_journal: AnyJournal) -> None:
        any_journal.open(incident())
        told(any_journal, *resolved(), resolved()[0], command("identify"))
        rows = any_journal.read(3)
        assert [1, 2, 3] == [row.entry.seq for row in rows]
        assert rows == any_journal.read(3)
        assert 2 == any_journal.acknowledge(row.position for row in rows[:2])
        assert 0 == any_journal.acknowledge([rows[0].position, rows[0].position, 10**30, -1])
        assert [3, 4, 5] == [row.entry.seq for row in any_journal.read()]
        assert 3 == any_journal.acknowledge(row.position for row in any_journal.read())
        assert () == any_journal.read()
        told(any_journal, command("note"), minutes=30)
        (row,) = any_journal.read()
        assert row.position > max(each.position for each in rows)


class TestExecuteMany:
    def test_equals_one_after_the_other(self, journal: SqlJournal) -> None:
        memory = MemoryJournal()
        batch = [("INC-1", each, after(place)) for place, each in enumerate(resolved())]
        batch += [
            ("INC-2", resolved()[1], after(9)),
            ("INC-1", resolved()[0], after(9)),
            ("INC-2", command("note"), AT),
        ]
        batch += [("INC-2", command("merge_into", into="INC-1"), after(9)), ("INC-2", command("note"), after(9))]
        for each in (journal, memory):
            each.open(incident())
            each.open(incident("INC-2"))
        expected = [memory.execute(name, each, now=now) for name, each, now in batch]
        assert expected == list(journal.execute_many(batch))
        assert memory.history("INC-1") == journal.history("INC-1")
        assert memory.find() == journal.find()
        assert [row.entry for row in memory.read()] == [row.entry for row in journal.read()]

    def test_sees_what_it_did_to_children(self, journal: SqlJournal) -> None:
        journal.open(incident())
        journal.open(incident("RMA-1", parent="INC-1", blocking=True))
        batch = [("INC-1", each, AT) for each in resolved()]
        batch += [("RMA-1", command("cancel", reason="x"), AT), ("INC-1", resolved()[4], AT)]
        assert ["applied"] * 4 + ["denied"] + ["applied"] * 2 == [
            each.kind.value for each in journal.execute_many(batch)
        ]

    def test_stands_or_falls_as_a_whole(self, journal: SqlJournal) -> None:
        journal.open(incident())
        with pytest.raises(UnknownIncidentError):
            journal.execute_many([("INC-1", command("note"), AT), ("INC-2", command("note"), AT)])
        assert () == journal.history("INC-1")
        assert () == journal.execute_many([])

    def test_takes_more_than_a_statement_can_hold(self, journal: SqlJournal) -> None:
        names = [f"INC-{number}" for number in range(1203)]
        for name in names:
            journal.open(incident(name))
        batch = [(name, command("note", f"m-{name}"), AT) for name in names]
        assert {"applied"} == {each.kind.value for each in journal.execute_many(batch)}
        assert {"duplicate"} == {each.kind.value for each in journal.execute_many(batch)}
        assert 1203 == len(journal.read(5000)) == journal.acknowledge(row.position for row in journal.read(5000))
        assert journal.verify().ok
