"""Several processes and threads at one journal, and processes that are killed at it."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from csprotocol import store
from csprotocol.store import SqlJournal
from tests.store.shop import AT, Make, command, incident, open_url, resolved, told
from tests.store.worker import BATCH, together

APPENDS = 40
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


class TestTwoProcesses:
    def test_lose_no_entry_and_leave_no_gap(self, url: str) -> None:
        with open_url(url) as journal:
            journal.open(incident())
            together(["append", url, "one", str(APPENDS)], ["append", url, "two", str(APPENDS)])
            entries = journal.history("INC-1")
            assert list(range(1, 2 * APPENDS + 1)) == [entry.seq for entry in entries]
            expected = {f"{name}-{number}" for name in ("one", "two") for number in range(APPENDS)}
            assert expected == {entry.event_id for entry in entries}
            rows = journal.read(1000)
            assert Counter(entries) == Counter(row.entry for row in rows)
            assert journal.verify().ok

    def test_resolve_once(self, url: str) -> None:
        with open_url(url) as journal:
            journal.open(incident())
            told(journal, *resolved()[:4])
            assert ["applied", "conflict"] == sorted(together(["resolve", url, "one"], ["resolve", url, "two"]))
            assert 5 == len(journal.history("INC-1")) == len(journal.read())

    def test_apply_a_redelivered_event_once(self, url: str) -> None:
        with open_url(url) as journal:
            journal.open(incident())
            counts = together(*[["redeliver", url, "INC-1", str(APPENDS)]] * 2)
            assert APPENDS == sum(each.get("applied", 0) for each in counts)
            assert {"applied", "duplicate"} >= {*counts[0], *counts[1]}
            assert APPENDS == len(journal.history("INC-1")) == len(journal.read(1000))

    def test_give_an_event_to_one_incident_only(self, url: str) -> None:
        with open_url(url) as journal:
            journal.open(incident("INC-1"))
            journal.open(incident("INC-2"))
            counts = together(*[["redeliver", url, each, str(APPENDS)] for each in ("INC-1", "INC-2")])
            assert {"applied", "idempotency-mismatch"} >= {*counts[0], *counts[1]}
            assert APPENDS == sum(each.get("applied", 0) for each in counts)
            assert journal.verify().ok

    def test_merge_two_incidents_into_each_other_once(self, url: str) -> None:
        with open_url(url) as journal:
            for number in range(APPENDS):
                for prefix in "AB":
                    journal.open(incident(f"{prefix}{number}"))
            one, two = together(["merge", url, "A", "B", str(APPENDS)], ["merge", url, "B", "A", str(APPENDS)])
            assert {("applied", "denied")} == {tuple(sorted(pair)) for pair in zip(one, two, strict=True)}

    def test_never_give_two_incidents_one_number(self, url: str) -> None:
        with open_url(url) as journal:
            ids = [each for answer in together(*[["count", url, str(APPENDS)]] * 2) for each in answer]
            assert 2 * APPENDS == len({*ids}) == len(journal.find())

    def test_may_both_be_the_first_to_open(self, url: str) -> None:
        assert [True] * 4 == together(*[["first", url]] * 4)


class TestThreads:
    def test_share_a_journal(self, make: Make) -> None:
        journal = make()
        journal.open(incident())

        def append(name: int) -> int:
            return sum(journal.execute("INC-1", command("note", f"{name}-{each}"), now=AT).ok for each in range(20))

        with ThreadPoolExecutor(4) as pool:
            assert [20] * 4 == list(pool.map(append, range(4)))
        assert list(range(1, 81)) == [entry.seq for entry in journal.history("INC-1")]
        assert journal.verify().ok


@needs_fork
class TestFork:
    def test_gives_the_child_a_connection_of_its_own(self, tmp_path: Path) -> None:
        path = str(tmp_path / "journal.db")
        with store.sqlite(path) as journal:
            journal.open(incident())
        assert [0] == together(["fork", path])
        with store.sqlite(path) as journal:
            assert ["child", "parent"] == [entry.event_id for entry in journal.history("INC-1")]
            assert journal.verify().ok


@needs_fork
class TestCrash:
    ROUNDS = 50

    def test_loses_nothing_acknowledged_and_leaves_no_half_batch(self, tmp_path: Path) -> None:
        path = str(tmp_path / "journal.db")
        with store.sqlite(path) as journal:
            journal.open(incident("INC-1"))
            journal.open(incident("INC-2"))
        (acknowledged,) = together(["crash", path, str(self.ROUNDS)])
        assert self.ROUNDS == len([each for each in acknowledged if each > 0])
        with store.sqlite(path) as journal:
            batches = self._written(journal)
            lost = {(number, batch) for number, count in enumerate(acknowledged) for batch in range(count)} - {*batches}
            assert set() == lost
            assert {BATCH} == {*batches.values()}
            assert journal.verify().ok
            assert sum(batches.values()) == len(journal.read(10**6))

    @staticmethod
    def _written(journal: SqlJournal) -> Counter[tuple[int, int]]:
        entries = (entry for name in ("INC-1", "INC-2") for entry in journal.history(name))
        parts = (entry.event_id.split("/") for entry in entries)
        return Counter((int(number), int(batch)) for number, batch, _ in parts)


@pytest.mark.parametrize("durability", store.Durability)
def test_durability_is_what_was_asked_for(tmp_path: Path, durability: store.Durability) -> None:
    with store.sqlite(tmp_path / "journal.db", durability=durability) as journal:
        levels = journal._port.read(lambda statements: statements.rows("PRAGMA synchronous"))
        modes = journal._port.read(lambda statements: statements.rows("PRAGMA journal_mode"))
    assert (2 if durability is store.Durability.POWER_LOSS else 1, "wal") == (levels[0][0], modes[0][0])
