"""Personal data that were erased."""

from __future__ import annotations

from pathlib import Path

import pytest

from csprotocol import store
from csprotocol.errors import IncidentExistsError, UnknownIncidentError
from csprotocol.incident import Actor
from csprotocol.store import SqlJournal, Verification
from tests.store.shop import AT, Make, after, command, incident, resolved, told

NAME = "Eva-María-Überall"


@pytest.fixture
def erased(make: Make) -> SqlJournal:
    journal = make()
    journal.open(incident(customer=NAME, assignee="ana", order="#1"))
    journal.open(incident("INC-2", customer=NAME))
    told(journal, *resolved(), command("note", "m", actor=Actor(NAME, "customer"), text=NAME))
    assert 6 == journal.erase_personal_data("INC-1", now=after(60))
    return journal


class TestErasePersonalData:
    def test_removes_people_and_what_they_said(self, erased: SqlJournal) -> None:
        found = erased.load("INC-1")
        assert (None, None) == (found.customer, found.assignee)
        assert (None, None) == (erased.opened("INC-1").customer, erased.opened("INC-1").assignee)
        assert [(None, None)] * 6 == [(entry.actor_id, entry.data) for entry in erased.history("INC-1")]
        assert all(entry.erased for entry in erased.history("INC-1"))
        assert ["INC-2"] == [each.id for each in erased.find(customer=NAME)]

    def test_keeps_the_moves_and_what_is_not_personal(self, erased: SqlJournal) -> None:
        found = erased.load("INC-1")
        assert ("resolved", 6, "damaged", "#1") == (found.state, found.version, found.problem_type, found.order)
        entry = erased.history("INC-1")[5]
        assert ("note", "m", "customer", after(6)) == (entry.event, entry.event_id, entry.actor_role, entry.recorded_at)
        assert 6 == len(erased.read())

    def test_still_verifies_and_shows(self, erased: SqlJournal) -> None:
        assert Verification(incidents=2, entries=6, erased=6) == erased.verify()
        assert 0 == erased.erase_personal_data("INC-1", now=after(61))
        told(erased, command("note", "later", text="again"), minutes=70)
        assert Verification(incidents=2, entries=7, erased=6) == erased.verify()
        assert 1 == erased.erase_personal_data("INC-1", now=after(80))
        assert erased.verify().ok

    def test_does_not_change_the_head(self, make: Make) -> None:
        journal = make()
        journal.open(incident(customer=NAME))
        told(journal, *resolved())
        before = journal.head("INC-1")
        journal.erase_personal_data("INC-1", now=AT)
        assert before == journal.head("INC-1")

    def test_still_knows_redelivered_events(self, erased: SqlJournal) -> None:
        again = command("note", "m", actor=Actor(NAME, "customer"), text=NAME)
        assert ["duplicate"] == told(erased, again)
        assert ["idempotency-mismatch"] == told(erased, command("promise", "m"))
        assert 6 == erased.open(incident(customer=NAME, assignee="ana", order="#1")).version
        with pytest.raises(IncidentExistsError):
            erased.open(incident(customer=NAME, assignee="ana", order="#2"))

    def test_needs_an_incident_that_is_there(self, erased: SqlJournal) -> None:
        with pytest.raises(UnknownIncidentError):
            erased.erase_personal_data("INC-9", now=AT)

    def test_leaves_nothing_in_the_files(self, tmp_path: Path) -> None:
        with store.sqlite(tmp_path / "journal.db") as journal:
            journal.open(incident(customer=NAME))
            told(journal, *(command("note", text=f"{NAME} {place} {'x' * 3000}") for place in range(30)))
            assert self._bytes(tmp_path).count(NAME.encode()) > 30
            journal.erase_personal_data("INC-1", now=AT)
            assert 0 == self._bytes(tmp_path).count(NAME.encode())

    @staticmethod
    def _bytes(folder: Path) -> bytes:
        return b"".join(each.read_bytes() for each in folder.iterdir())
