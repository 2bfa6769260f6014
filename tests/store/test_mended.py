"""Faults that were seen once, each with its smallest case."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from csprotocol import store
from csprotocol.errors import (
    CsprotocolError,
    DamagedJournalError,
    InvalidValueError,
    UnusableJournalError,
)
from csprotocol.incident import Command, Incident, MemoryJournal
from csprotocol.store import SqlJournal
from tests.store.shop import ANA, AT, MACHINE, after, command, engine_of, incident, open_url, resolved, told
from tests.store.test_tamper import found, raw, tamper

ODD_NAMES = ["Ana\u00a0M", "Ana\u3000M", "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}", "Kaffee\u00adkanne"]


def written(journal: SqlJournal) -> None:
    journal.open(incident("INC-1", customer="eva", order="#1"))
    journal.open(incident("INC-2", customer="eva", order="#1"))
    told(journal, *resolved())


class TestDump:
    def test_is_of_one_moment(self, url: str) -> None:
        with open_url(url) as journal, open_url(url) as other:
            written(journal)
            taken: list[tuple[str, int, int]] = []

            def take(opened: Incident, entries: Any, stands: Incident) -> None:
                if not taken:
                    writer = threading.Thread(
                        target=told, args=(other, command("note")), kwargs={"incident_id": "INC-2"}
                    )
                    writer.start()
                    writer.join(20)
                taken.append((opened.id, len(entries), stands.version))

            assert journal.dump(take) == 2
            assert taken == [("INC-1", 5, 5), ("INC-2", 0, 0)]
            assert other.load("INC-2").version == 1

    def test_must_not_use_the_journal(self, journal: SqlJournal) -> None:
        written(journal)
        with pytest.raises(UnusableJournalError, match="from within"):
            journal.dump(lambda *_: journal.load("INC-1"))

    def test_is_what_restore_takes(self, journal: SqlJournal) -> None:
        written(journal)
        journal.erase_personal_data("INC-1", now=AT)
        with store.sqlite(":memory:") as other:
            journal.dump(lambda opened, entries, stands: other.restore(opened, entries, now=AT, stands=stands))
            assert other.find() == journal.find()


class TestFind:
    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_finds_every_name_that_was_accepted(self, journal: SqlJournal, name: str) -> None:
        opened = journal.open(incident(customer=name, order=name))
        journal.open(incident("INC-2"))
        assert journal.find(customer=name) == journal.find(order=name) == (opened,)

    @pytest.mark.parametrize("field", ["customer", "order", "state"])
    def test_nothing_is_no_name(self, journal: SqlJournal, field: str) -> None:
        journal.open(incident())
        elsewhere = MemoryJournal()
        elsewhere.open(incident())
        given: dict[str, Any] = {field: ""}
        assert journal.find(**given) == elsewhere.find(**given) == ()

    def test_tells_categories(self, journal: SqlJournal) -> None:
        written(journal)
        assert [(category.value, each.id) for category, each in journal.with_categories()] == [
            ("resolved", "INC-1"), ("new", "INC-2"),
        ]  # fmt: skip


class TestVerify:
    @pytest.mark.parametrize(
        ("sql", "expected"),
        [
            ("UPDATE csp_entry SET body = REPLACE(body, '\"assign\"', '[1]') WHERE event_id = 'e3'", (3, "hash")),
            ("UPDATE csp_entry SET body = REPLACE(body, '\"assign\"', '{}') WHERE event_id = 'e3'", (3, "hash")),
            ("UPDATE csp_entry SET body = REPLACE(body, '\"incident@1\"', '[]') WHERE event_id = 'e3'", (3, "hash")),
            ("UPDATE csp_entry SET body = REPLACE(body, '.000000Z', '') WHERE event_id = 'e3'", (3, "hash")),
            ("UPDATE csp_incident SET opening = REPLACE(opening, '\"incident@1\"', 'null')", (0, "opening")),
            ("UPDATE csp_incident SET opening = REPLACE(opening, '\"incident@1\"', '7')", (0, "opening")),
            ("UPDATE csp_incident SET opening = REPLACE(opening, ',0,', ',1180591620717411303424,')", (0, "opening")),
            ("UPDATE csp_incident SET opening = REPLACE(opening, '#1', '{surrogate}')", (0, "opening")),
            ("UPDATE csp_incident SET opening = REPLACE(opening, '.000000Z', '')", (0, "opening")),
            ("UPDATE csp_incident SET projection = REPLACE(projection, '\"resolved\"', '[1]')", (5, "head")),
            ("UPDATE csp_incident SET projection = '[]'", (5, "head")),
            ("UPDATE csp_personal SET content = '[\"ana\",5]' WHERE seq = 3", (3, "personal")),
        ],
    )
    def test_names_what_is_of_another_type(self, url: str, sql: str, expected: tuple[int, str]) -> None:
        with open_url(url) as journal:
            written(journal)
            where = f"{sql} {'WHERE id' if 'csp_incident' in sql else 'AND incident_id'} = 'INC-1'"
            tamper(url, where.replace("{surrogate}", "\\ud800" if "://" not in url or "sqlite" in url else "\\\\ud800"))
            damaged = found(journal)
            assert ("INC-1", *expected) in damaged
            assert {"INC-1"} == {name for name, _, _ in damaged}

    @pytest.mark.parametrize(
        "column",
        [
            "csp_entry.body", "csp_entry.hash", "csp_entry.event_id", "csp_entry.seq", "csp_personal.content",
            "csp_personal.salt", "csp_incident.id", "csp_incident.opening", "csp_incident.opening_hash",
            "csp_incident.head_hash", "csp_incident.projection", "csp_incident.state", "csp_incident.customer",
        ],
    )  # fmt: skip
    def test_names_what_is_no_text(self, tmp_path: Path, column: str) -> None:
        table, _, name = column.partition(".")
        with store.sqlite(tmp_path / "journal.db") as journal:
            written(journal)
            where = "id = 'INC-1'" if table == "csp_incident" else "incident_id = 'INC-1' AND seq = 3"
            tamper(str(tmp_path / "journal.db"), f"UPDATE {table} SET {name} = CAST({name} AS BLOB) WHERE {where}")
            damaged = journal.verify().damaged
            assert damaged
            assert {"INC-1"} == {each.incident_id for each in damaged}

    @pytest.mark.parametrize(
        "change",
        [
            "'[]'", "'{}'", "'null'", "REPLACE(projection, '\"resolved\"', '[1]')", "'{\"id\":\"INC-2\"}'",
            "REPLACE(projection, '\"version\":5', '\"version\":1180591620717411303424')",
            "REPLACE(projection, '.000000Z', '')", "REPLACE(projection, '\"version\":5', '\"version\":true')",
        ],
    )  # fmt: skip
    def test_other_calls_say_that_it_is_damaged(self, url: str, change: str) -> None:
        with open_url(url) as journal:
            written(journal)
            tamper(url, f"UPDATE csp_incident SET projection = {change} WHERE id = 'INC-1'")
            calls: list[Callable[[], Any]] = [
                lambda: journal.load("INC-1"),
                journal.find,
                lambda: journal.execute("INC-1", command("note"), now=after(60)),
                lambda: journal.erase_personal_data("INC-1", now=AT),
            ]
            for call in calls:
                with pytest.raises(DamagedJournalError):
                    call()

    def test_a_head_that_is_none(self, url: str) -> None:
        with open_url(url) as journal:
            written(journal)
            tamper(url, "UPDATE csp_incident SET head_hash = 'zz' WHERE id = 'INC-1'")
            with pytest.raises(DamagedJournalError):
                journal.execute("INC-1", command("note"), now=after(60))
            with raw(url) as run:
                run("UPDATE csp_incident SET head_hash = NULL WHERE id = 'INC-1'")
            for name in ("INC-1", None):
                with pytest.raises(DamagedJournalError):
                    journal.head(name)

    def test_sees_what_nobody_erased(self, url: str) -> None:
        with open_url(url) as journal:
            written(journal)
            journal.erase_personal_data("INC-1", now=AT)
            journal.erase_personal_data("INC-2", now=AT)
            told(journal, command("note", order="#7"), minutes=30)
            assert journal.verify().ok
            for incident_id, was in (("INC-1", "#7"), ("INC-2", "#1")):
                change = f"order_id = '#9', projection = REPLACE(projection, '{was}', '#9')"
                with raw(url) as run:
                    run(f"UPDATE csp_incident SET {change} WHERE id = '{incident_id}'")
            assert [("INC-1", 6, "head"), ("INC-2", 0, "head")] == found(journal)

    def test_names_personal_data_that_belong_to_nothing(self, url: str) -> None:
        with open_url(url) as journal:
            written(journal)
            tamper(
                url,
                "DELETE FROM csp_entry WHERE incident_id = 'INC-1'",
                "DELETE FROM csp_incident WHERE id = 'INC-1'",
                "INSERT INTO csp_personal (incident_id, seq, content) VALUES ('INC-2', 7, '[]')",
            )
            assert [("INC-2", 7, "orphan"), ("INC-1", 0, "orphan")] == found(journal)


class TestOpenNext:
    def test_never_gives_a_number_twice(self, journal: SqlJournal) -> None:
        journal.open(incident("INC-999999999999"))
        numbers = [journal.open_next(incident).id for _ in range(3)]
        assert numbers == ["INC-1000000000000", "INC-1000000000001", "INC-1000000000002"]

    def test_refuses_to_be_used_from_within(self, journal: SqlJournal) -> None:
        def nested(name: str) -> Incident:
            journal.open(incident("OTHER"))
            return incident(name)

        with pytest.raises(UnusableJournalError, match="from within"):
            journal.open_next(nested)
        assert journal.find() == ()
        assert journal.open_next(incident).id == "INC-000001"

    @pytest.mark.parametrize("made", [None, "INC-000001", incident("OTHER")])
    def test_wants_an_incident_of_that_id(self, journal: SqlJournal, made: Any) -> None:
        with pytest.raises(InvalidValueError):
            journal.open_next(lambda _: made)
        assert journal.find() == ()

    def test_versions_that_no_database_counts(self, journal: SqlJournal) -> None:
        def huge(name: str) -> Incident:
            return Incident(id=name, workflow="incident@1", state="new", version=2**63)

        with pytest.raises(InvalidValueError, match="version"):
            journal.open_next(huge)
        with pytest.raises(InvalidValueError, match="version"):
            journal.restore(huge("INC-1"), (), now=AT)


class TestRestore:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"actor_id": ""}, {"actor_id": " ana "}, {"actor_id": 0}, {"actor_kind": "agent"}, {"actor_kind": None},
            {"data": {"order": 7}}, {"data": {"order": " x "}}, {"data": {"a": 1.5}}, {"data": {"customer": "a\nb"}},
            {"event": None}, {"source": ["new"]}, {"late": 1}, {"seq": True}, {"occurred_at": "now"},
            {"link": ("a", 1)}, {"actor_id": None}, {"workflow_digest": None},
        ],
    )  # fmt: skip
    def test_refuses_entries_that_no_command_made(self, journal: SqlJournal, wrong: dict[str, Any]) -> None:
        opened = incident()
        _, entry = MACHINE.apply(opened, command("note"), now=AT)
        with pytest.raises(CsprotocolError):
            journal.restore(opened, [entry._replace(**wrong)], now=AT)
        assert journal.find() == ()

    @pytest.mark.parametrize("field", ["customer", "assignee"])
    def test_brings_no_personal_data_back(self, journal: SqlJournal, field: str) -> None:
        opened = incident()
        noted, entry = MACHINE.apply(opened, Command("note", ANA, data={field: "eva"}), now=AT)
        gone = entry._replace(actor_id=None, data=None)
        with pytest.raises(DamagedJournalError, match=field):
            journal.restore(opened, [gone], now=AT, stands=noted)
        assert getattr(journal.restore(opened, [gone], now=AT), field) is None


class TestMisuse:
    @pytest.mark.parametrize(
        "call",
        [
            lambda journal: journal.acknowledge(["1"]),
            lambda journal: journal.acknowledge([True]),
            lambda journal: journal.read("x"),
            lambda journal: journal.read(1.5),
            lambda journal: journal.execute("INC-1", command("note"), now=None),
            lambda journal: journal.execute("INC-1", "note", now=AT),
            lambda journal: journal.execute("INC-1", command("note"), now=AT, expected_version="3"),
            lambda journal: journal.execute_many([("INC-1", command("note"))]),
            lambda journal: journal.open("INC-1"),
        ],
    )
    def test_is_named(self, call: Callable[[Any], Any]) -> None:
        with store.sqlite(":memory:") as journal:
            journal.open(incident())
            with pytest.raises(InvalidValueError):
                call(journal)


class TestScrub:
    NAME = "Eva-María-Überall"

    @pytest.mark.parametrize("scheme", ["", "sqlite:///"])
    def test_leaves_nothing_in_the_files(self, tmp_path: Path, scheme: str) -> None:
        file = tmp_path / "journal.db"
        store.sqlite(file).close()
        with open_url(f"{scheme}{file}") as journal:
            journal.open(incident(customer=self.NAME))
            told(journal, *(Command("note", ANA, data={"text": f"{self.NAME} {'x' * 3000}"}) for _ in range(9)))
            with sqlite3.connect(file, isolation_level=None) as reader:
                reader.execute("BEGIN")
                reader.execute("SELECT COUNT(*) FROM csp_entry").fetchall()
                journal.erase_personal_data("INC-1", now=AT)
                assert not journal.scrub()
                reader.execute("ROLLBACK")
            reader.close()
            assert journal.scrub()
            assert not any(self.NAME.encode() in each.read_bytes() for each in tmp_path.iterdir())


class TestSharedConnections:
    @pytest.mark.parametrize("pool", [sqlalchemy.StaticPool, sqlalchemy.SingletonThreadPool])
    def test_work_of_the_caller_is_not_committed(self, pool: Any) -> None:
        with engine_of("sqlite://", poolclass=pool) as engine, store.sqlalchemy(engine) as journal:
            with engine.connect() as connection:
                connection.exec_driver_sql("CREATE TABLE own (one INTEGER)")
                connection.commit()
                connection.exec_driver_sql("INSERT INTO own VALUES (1)")
                with pytest.raises(UnusableJournalError, match="a transaction is open"):
                    journal.open(incident())
                connection.rollback()
                assert connection.exec_driver_sql("SELECT * FROM own").fetchall() == []
            assert journal.open(incident()) == incident()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_threads_of_a_child_share_its_own_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from csprotocol.store._sqlite import SqlitePort

    with store.sqlite(tmp_path / "journal.db") as journal:
        journal.open(incident())
        port: Any = journal._port
        before, connect, connected = port._connection, SqlitePort._connect, []

        def slow(self: SqlitePort) -> Any:
            threading.Event().wait(0.05)
            connected.append(connect(self))
            return connected[-1]

        monkeypatch.setattr(SqlitePort, "_connect", slow)
        port._pid = -1  # As a child finds it.
        used = []
        threads = [threading.Thread(target=lambda: used.append((port._held(), port._connection))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(connected) == 1
        assert {id(connection) for _, connection in used} == {id(connected[0])}
        assert len({id(lock) for lock, _ in used}) == 1
        before.close()
