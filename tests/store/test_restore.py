"""Incidents that bring a history from elsewhere, and ids by number; in every database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from csprotocol.errors import (
    DamagedJournalError,
    IncidentExistsError,
    InvalidValueError,
    JournalError,
    NaiveDatetimeError,
    UnknownIncidentError,
    UnknownStateError,
    UnknownWorkflowError,
)
from csprotocol.incident import Command, Entry, Incident, MemoryJournal, Workflow
from csprotocol.store import SqlJournal
from tests.store.shop import AT, MACHINE, Make, after, command, incident, resolved, told


def history(*commands: Command, incident_id: str = "INC-1", **known: Any) -> tuple[Incident, tuple[Entry, ...]]:
    """An opening and the entries behind it, made by a journal in memory."""
    elsewhere = MemoryJournal()
    opened = elsewhere.open(incident(incident_id, **known))
    told(elsewhere, *commands, incident_id=incident_id)
    return opened, elsewhere.history(incident_id)


class TestRestore:
    def test_history_and_version_are_those_of_elsewhere(self, journal: SqlJournal) -> None:
        opened, entries = history(*resolved(), customer="eva", order="#1")
        restored = journal.restore(opened, entries, now=after(60))
        assert (restored.state, restored.version) == ("resolved", 5)
        assert journal.load("INC-1") == restored
        assert journal.opened("INC-1") == opened
        assert journal.history("INC-1") == entries
        assert journal.find(customer="eva", category="resolved") == (restored,)
        assert journal.verify().ok
        assert journal.verify().entries == 5

    def test_nothing_goes_to_the_outbox(self, journal: SqlJournal) -> None:
        journal.restore(*history(*resolved()), now=AT)
        assert journal.read() == ()
        assert told(journal, command("note", "new one"), minutes=90) == ["applied"]
        assert [row.entry.event_id for row in journal.read()] == ["new one"]
        assert journal.verify().ok

    def test_redelivered_events_are_known(self, journal: SqlJournal) -> None:
        journal.restore(*history(*resolved()), now=AT)
        assert told(journal, *resolved(), minutes=90) == ["duplicate"] * 5

    def test_the_same_again_changes_nothing(self, journal: SqlJournal) -> None:
        opened, entries = history(*resolved())
        first = journal.restore(opened, entries, now=AT)
        head = journal.head()
        assert journal.restore(opened, entries, now=after(90)) == first
        assert journal.head() == head

    @pytest.mark.parametrize("more", [0, 2, 4])
    def test_another_history_is_refused(self, journal: SqlJournal, more: int) -> None:
        opened, entries = history(*resolved())
        journal.restore(opened, entries[:3], now=AT)
        other = entries[:more] if more < 3 else (*entries[:2], entries[2]._replace(actor_id="tom"))
        with pytest.raises(IncidentExistsError):
            journal.restore(opened, other, now=AT)
        assert journal.history("INC-1") == entries[:3]

    def test_another_opening_is_refused(self, journal: SqlJournal) -> None:
        opened, entries = history(*resolved())
        journal.restore(opened, entries, now=AT)
        with pytest.raises(IncidentExistsError):
            journal.restore(incident(order="another"), entries, now=AT)

    def test_an_incident_without_entries(self, journal: SqlJournal) -> None:
        assert journal.restore(incident(), (), now=AT) == incident()
        assert journal.load("INC-1") == incident()
        assert journal.verify().ok

    def test_a_child_whose_parent_was_merged_since(self, journal: SqlJournal) -> None:
        journal.open(incident("OTHER"))
        journal.restore(*history(command("note")), now=AT)
        assert told(journal, command("merge_into", into="OTHER"), minutes=5) == ["applied"]
        # It was opened before that happened: what is history elsewhere is not refused here.
        child = incident("RMA-1", parent="INC-1")
        assert journal.restore(child, (), now=after(9)) == child

    def test_one_in_the_middle_of_its_life(self, journal: SqlJournal) -> None:
        opened, entries = history(command("note"), state="resolved", version=7)
        assert journal.restore(opened, entries, now=AT).version == 8
        assert journal.verify().ok

    def test_without_a_chain(self, make: Make) -> None:
        journal = make(tamper_evident=False)
        opened, entries = history(*resolved())
        journal.restore(opened, entries, now=AT)
        assert journal.history("INC-1") == entries
        assert journal.verify().ok


class TestErased:
    def erased(self, journal: SqlJournal) -> tuple[Incident, tuple[Entry, ...], Incident]:
        """A journal's incident after an erasure and one more event, as an export would tell it."""
        journal.open(incident("OLD", customer="eva"))
        told(journal, *resolved(), incident_id="OLD")
        journal.erase_personal_data("OLD", now=after(30))
        told(journal, command("note", "later", text="hello"), incident_id="OLD", minutes=40)
        return journal.opened("OLD"), journal.history("OLD"), journal.load("OLD")

    @pytest.fixture
    def other(self, make: Make, tmp_path: Any) -> Iterable[SqlJournal]:
        from csprotocol import store

        with store.sqlite(tmp_path / "other.db") as other:
            yield other

    def test_they_stay_erased_and_verify(self, journal: SqlJournal, other: SqlJournal) -> None:
        opened, entries, stands = self.erased(other)
        assert stands.problem_type == "damaged"
        assert journal.restore(opened, entries, now=after(90), stands=stands) == stands
        assert journal.history("OLD") == entries
        found = journal.verify()
        assert (found.ok, found.erased) == (True, 5)
        assert journal.restore(opened, entries, now=after(99), stands=stands) == stands

    def test_without_how_it_stands_only_what_entries_tell_is_known(
        self, journal: SqlJournal, other: SqlJournal
    ) -> None:
        opened, entries, stands = self.erased(other)
        restored = journal.restore(opened, entries, now=after(90))
        assert (restored.problem_type, restored.state, restored.version) == (None, stands.state, stands.version)
        assert journal.verify().ok

    def test_what_was_erased_here_stays_erased(self, journal: SqlJournal) -> None:
        opened, entries = history(*resolved(), customer="eva")
        journal.restore(opened, entries, now=AT)
        journal.erase_personal_data("INC-1", now=after(60))
        assert journal.restore(opened, entries, now=after(90)).customer is None
        assert all(entry.erased for entry in journal.history("INC-1"))

    def test_what_was_erased_elsewhere_is_not_erased_here(self, journal: SqlJournal, other: SqlJournal) -> None:
        opened, entries, stands = self.erased(other)
        full = tuple(
            entry._replace(actor_id="ana", data={}) if entry.erased else entry for entry in entries
        )  # fmt: skip
        journal.restore(opened, full, now=AT)
        with pytest.raises(IncidentExistsError):
            journal.restore(opened, entries, now=AT, stands=stands)


class TestRefused:
    @pytest.mark.parametrize(
        ("place", "change", "problem"),
        [
            (0, {"seq": 2}, "gap"),
            (1, {"source": "new"}, "source"),
            (1, {"target": "closed"}, "transition"),
            (1, {"workflow_digest": "0"}, "digest"),
            (1, {"incident_id": "INC-2"}, "other-incident"),
            (1, {"effective_at": AT.replace(year=2020)}, "time"),
            (1, {"event_id": "~INC-9/2"}, "event-id"),
        ],
    )
    def test_entries_that_do_not_fit(
        self, journal: SqlJournal, place: int, change: dict[str, Any], problem: str
    ) -> None:
        opened, found = history(*resolved())
        entries = [*found]
        entries[place] = entries[place]._replace(**change)
        with pytest.raises(DamagedJournalError) as caught:
            journal.restore(opened, entries, now=AT)
        assert caught.value.problem == problem
        assert journal.find() == ()

    def test_a_place_where_they_do_not_lead(self, journal: SqlJournal) -> None:
        opened, entries = history(*resolved())
        stands = MACHINE.open("INC-1", at=AT, state="closed")
        with pytest.raises(DamagedJournalError, match="not where its entries lead: state") as caught:
            journal.restore(opened, entries, now=AT, stands=stands)
        assert caught.value.problem == "head"

    def test_an_event_id_that_another_incident_has(self, journal: SqlJournal) -> None:
        journal.restore(*history(*resolved()), now=AT)
        with pytest.raises(JournalError, match="INC-2 brings an event id that an entry of INC-1 has"):
            journal.restore(*history(*resolved(), incident_id="INC-2"), now=AT)
        assert [each.id for each in journal.find()] == ["INC-1"]
        assert journal.verify().ok

    def test_an_event_id_twice(self, journal: SqlJournal) -> None:
        opened, found = history(command("note", "a"), command("note", "b"))
        entries = (found[0], found[1]._replace(event_id="a"))
        with pytest.raises(DamagedJournalError, match="stands twice"):
            journal.restore(opened, entries, now=AT)
        assert journal.find() == ()

    def test_what_cannot_be_written(self, journal: SqlJournal) -> None:
        opened, (entry,) = history(command("note"))
        for change, error in (
            ({"event_id": " "}, InvalidValueError),
            ({"recorded_at": AT.replace(tzinfo=None)}, NaiveDatetimeError),
            ({"data": {"amount": 1.5}}, InvalidValueError),
        ):
            with pytest.raises(error):
                journal.restore(opened, (entry._replace(**change),), now=AT)
        with pytest.raises(NaiveDatetimeError):
            journal.restore(opened, (entry,), now=AT.replace(tzinfo=None))

    def test_unknown_parents_workflows_and_states(self, journal: SqlJournal) -> None:
        for opened, error in (
            (incident(parent="INC-0"), UnknownIncidentError),
            (Incident(id="INC-1", workflow="moon@1", state="new"), UnknownWorkflowError),
            (Incident(id="INC-1", workflow="incident@1", state="moon"), UnknownStateError),
        ):
            with pytest.raises(error):
                journal.restore(opened, (), now=AT)
        assert journal.find() == ()


class TestOpenNext:
    def test_numbers_run_on_from_the_highest(self, journal: SqlJournal) -> None:
        def opened(incident_id: str) -> Incident:
            return incident(incident_id)

        for taken in ("INC-7", "INC-abc", "inc-000099", "INC.000050", "INC-12345678901234567890", "RMA-000500"):
            journal.open(incident(taken))
        assert [journal.open_next(opened).id for _ in range(2)] == ["INC-000008", "INC-000009"]
        assert journal.open_next(opened, prefix="RMA-").id == "RMA-000501"
        journal.open(incident("INC-999999"))
        assert journal.open_next(opened).id == "INC-1000000"
        assert journal.open_next(opened).id == "INC-1000001"

    def test_by_a_workflow_of_the_shop(self, make: Make) -> None:
        shop = Workflow.default().extend(id="shop")
        machine = shop.compile()
        journal = make(workflows=[shop])
        assert journal.open_next(lambda incident_id: machine.open(incident_id, at=AT)).workflow == "shop@1"

    @pytest.mark.parametrize("prefix", ["", " ", "x" * 201])
    def test_a_prefix_that_cannot_begin_an_id(self, journal: SqlJournal, prefix: str) -> None:
        with pytest.raises(InvalidValueError, match="prefix"):
            journal.open_next(incident, prefix=prefix)
