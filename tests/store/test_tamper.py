"""A journal that somebody changed behind its back: what is found, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from csprotocol.errors import JournalError, UnknownIncidentError
from csprotocol.incident import Workflow
from csprotocol.store import SqlJournal, Verification
from tests.store.shop import AT, command, engine_of, incident, open_url, resolved, told

Run = Callable[..., Any]
OFF = {
    "sqlite": [f"DROP TRIGGER csp_entry_no_{each}" for each in ("update", "delete", "replace")],
    "postgresql": ["ALTER TABLE csp_entry DISABLE TRIGGER ALL"],
    "mysql": [f"DROP TRIGGER csp_entry_no_{each}" for each in ("update", "delete")],
}
WHERE = {
    "head": "WHERE id = 'INC-2'",
    "of_3": "WHERE incident_id = 'INC-2' AND seq = 3",
    "of_0": "WHERE incident_id = 'INC-2' AND seq = 0",
}


@contextmanager
def raw(url: str) -> Iterator[Run]:
    """Statements past the journal."""
    with engine_of(url if "://" in url else f"sqlite:///{url}") as engine, engine.connect() as connection:

        def run(sql: str) -> Any:
            result = connection.exec_driver_sql(sql)
            rows = result.fetchall() if result.returns_rows else []
            connection.commit()
            return rows

        run.name = engine.dialect.name  # type: ignore[attr-defined]
        yield run


def tamper(url: str, *statements: str) -> None:
    with raw(url) as run:
        for sql in (*OFF[run.name], *statements):  # type: ignore[attr-defined]
            run(sql)


@pytest.fixture
def journal(url: str) -> Iterator[SqlJournal]:
    """Three incidents, of which the second one has a story."""
    with open_url(url) as journal:
        for name in ("INC-1", "INC-2", "INC-3"):
            journal.open(incident(name, customer="eva", order="#1"))
        told(journal, *resolved(), incident_id="INC-2")
        told(journal, command("note", "n1"), command("note", "n2"), incident_id="INC-3")
        assert Verification(incidents=3, entries=7) == journal.verify()
        yield journal


def found(journal: SqlJournal) -> list[tuple[str, int, str]]:
    return [(damage.incident_id, damage.seq, damage.problem) for damage in journal.verify().damaged]


class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE csp_entry SET body = '[]' WHERE incident_id = 'INC-2' AND seq = 3",
            "UPDATE csp_entry SET hash = hash",
            "DELETE FROM csp_entry WHERE seq = 5",
            "DELETE FROM csp_entry",
        ],
    )
    def test_changes_of_entries(self, journal: SqlJournal, url: str, sql: str) -> None:
        with raw(url) as run, pytest.raises(DBAPIError):
            run(sql)
        assert journal.verify().ok

    def test_the_ways_around(self, journal: SqlJournal, url: str) -> None:
        columns = "position, incident_id, seq, event_id, body, hash"
        row = "SELECT position, incident_id, seq, 'other', body, hash FROM csp_entry WHERE seq = 2"
        ways = {
            "sqlite": [
                f"INSERT OR REPLACE INTO csp_entry ({columns}) {row}",
                f"REPLACE INTO csp_entry ({columns}) {row}",
            ],
            "postgresql": ["TRUNCATE csp_entry"],
            "mysql": [f"REPLACE INTO csp_entry ({columns}) {row}"],
        }
        with raw(url) as run:
            for sql in ways[run.name]:  # type: ignore[attr-defined]
                with pytest.raises(DBAPIError):
                    run(sql)
        assert journal.verify().ok


class TestVerify:
    @pytest.mark.parametrize(
        ("sql", "expected"),
        [
            ("UPDATE csp_entry SET body = REPLACE(body, 'resolved', 'closed') WHERE event_id = 'e5'", (5, "hash")),
            ("UPDATE csp_entry SET body = REPLACE(body, '10:03', '10:04') WHERE event_id = 'e3'", (3, "hash")),
            ("UPDATE csp_entry SET body = 'x' WHERE event_id = 'e3'", (3, "hash")),
            ("UPDATE csp_entry SET event_id = 'e9' WHERE event_id = 'e3'", (3, "event-id")),
            ("DELETE FROM csp_entry WHERE event_id = 'e3'", (3, "missing")),
            ("DELETE FROM csp_entry WHERE event_id = 'e1'", (1, "missing")),
            ("DELETE FROM csp_entry WHERE event_id = 'e5'", (4, "head")),
            ("UPDATE csp_personal SET content = REPLACE(content, 'ana', 'kim') {of_3}", (3, "personal")),
            ("UPDATE csp_personal SET salt = 'zz' {of_3}", (3, "personal")),
            ("UPDATE csp_personal SET content = NULL {of_3}", (3, "personal")),
            ("DELETE FROM csp_personal {of_3}", (3, "personal")),
            ("DELETE FROM csp_personal {of_0}", (0, "personal")),
            ("UPDATE csp_incident SET opening = REPLACE(opening, '#1', '#2') {head}", (0, "opening")),
            ("UPDATE csp_incident SET opening = '[]' {head}", (0, "opening")),
            ("UPDATE csp_incident SET opening_hash = head_hash {head}", (0, "opening")),
            ("UPDATE csp_incident SET state = 'closed' {head}", (5, "head")),
            ("UPDATE csp_incident SET category = 'closed' {head}", (5, "head")),
            ("UPDATE csp_incident SET version = 6 {head}", (5, "head")),
            ("UPDATE csp_incident SET head_hash = opening_hash {head}", (5, "head")),
            ("UPDATE csp_incident SET customer = 'kim' {head}", (5, "head")),
            ("UPDATE csp_incident SET projection = REPLACE(projection, 'damaged', 'lost') {head}", (5, "head")),
            ("UPDATE csp_incident SET projection = 'x' {head}", (5, "head")),
        ],
    )  # fmt: skip
    def test_names_the_damage(self, journal: SqlJournal, url: str, sql: str, expected: tuple[int, str]) -> None:
        tamper(url, sql.format(**WHERE) if "{head}" in sql or "{of_" in sql else sql)
        assert ("INC-2", *expected) == found(journal)[0]
        assert {"INC-2"} == {name for name, _, _ in found(journal)}
        assert journal.verify("INC-2").damaged == journal.verify().damaged
        assert journal.verify("INC-1").ok
        assert not any("eva" in damage.message or "kim" in damage.message for damage in journal.verify().damaged)

    def test_names_only_the_one_that_was_altered(self, journal: SqlJournal, url: str) -> None:
        tamper(url, "UPDATE csp_entry SET body = REPLACE(body, 'registered', 'new') WHERE event_id = 'e3'")
        assert [("INC-2", 3, "hash")] == found(journal)

    def test_sees_two_that_changed_places(self, journal: SqlJournal, url: str) -> None:
        tamper(url, *(
            f"UPDATE csp_entry SET seq = {to} WHERE incident_id = 'INC-3' AND seq = {seq}"
            for seq, to in ((1, 9), (2, 1), (9, 2))
        ))  # fmt: skip
        assert {("INC-3", 1, "hash"), ("INC-3", 2, "hash")} <= {*found(journal)}

    def test_sees_an_entry_that_moved_to_another_incident(self, journal: SqlJournal, url: str) -> None:
        tamper(url, "UPDATE csp_entry SET incident_id = 'INC-1' WHERE event_id = 'n1'")
        assert {("INC-1", 1, "hash"), ("INC-3", 1, "missing")} <= {*found(journal)}

    def test_sees_entries_whose_incident_is_gone(self, journal: SqlJournal, url: str) -> None:
        tamper(url, "DELETE FROM csp_incident WHERE id = 'INC-3'")
        assert [("INC-3", 1, "orphan")] == found(journal)

    def test_sees_a_move_that_no_workflow_has(self, url: str) -> None:
        own = Workflow.default().extend(
            id="own", transitions=[{"event": "jump", "source": ["new"], "target": "closed"}]
        )
        with open_url(url, workflows=[own]) as journal:
            journal.open(own.compile().open("INC-1", at=AT))
            told(journal, command("jump", "j"))
            assert journal.verify().ok
        other = Workflow.default().extend(
            id="own", transitions=[{"event": "jump", "source": ["new"], "target": "resolved"}]
        )
        with open_url(url, workflows=[other]) as journal:
            assert [("INC-1", 1, "digest")] == found(journal)
        with open_url(url) as journal:
            assert ("INC-1", 1, "unknown-workflow") == found(journal)[0]

    def test_needs_an_incident_that_is_there(self, journal: SqlJournal) -> None:
        with pytest.raises(UnknownIncidentError):
            journal.verify("INC-9")

    def test_goes_through_more_than_a_page(self, url: str) -> None:
        with open_url(url) as journal:
            for number in range(1005):
                journal.open(incident(f"INC-{number}"))
            journal.execute_many(("INC-7", command("note"), AT) for _ in range(2100))
            assert Verification(incidents=1005, entries=2100) == journal.verify()


class TestHead:
    def test_shows_a_tail_that_was_cut_off(self, journal: SqlJournal, url: str) -> None:
        whole, one = journal.head(), journal.head("INC-3")
        before = journal.opened("INC-3")
        assert journal.holds("INC-3", one)
        tamper(
            url,
            "DELETE FROM csp_entry WHERE incident_id = 'INC-3'",
            "DELETE FROM csp_personal WHERE incident_id = 'INC-3' AND seq > 0",
            "DELETE FROM csp_outbox WHERE position NOT IN (SELECT position FROM csp_entry)",
            "UPDATE csp_incident SET head_hash = opening_hash, version = 0,"
            " projection = REPLACE(projection, '\"version\":2,', '') WHERE id = 'INC-3'",
            "UPDATE csp_incident SET projection = REPLACE(projection, '10:02:00', '10:00:00') WHERE id = 'INC-3'",
        )
        # The chain alone cannot show it ...
        assert before == journal.load("INC-3")
        assert journal.verify().ok
        # ... what was kept elsewhere does.
        assert whole != journal.head()
        assert not journal.holds("INC-3", one)

    def test_holds_what_it_once_was(self, journal: SqlJournal) -> None:
        start, before = journal.head("INC-1"), journal.head("INC-3")
        told(journal, command("note", "n3"), incident_id="INC-3", minutes=9)
        told(journal, command("note", "n4"), incident_id="INC-1", minutes=9)
        assert before != journal.head("INC-3")
        assert journal.holds("INC-3", before)
        assert journal.holds("INC-1", start)
        assert not journal.holds("INC-1", before)
        assert not journal.holds("INC-1", "\0")

    def test_differs_between_journals_that_were_told_the_same(self, journal: SqlJournal, tmp_path: Any) -> None:
        """Salts are random: nobody can tell from a head what was said."""
        with open_url(str(tmp_path / "other.db")) as other:
            other.open(incident("INC-1", customer="eva", order="#1"))
            assert other.head("INC-1") != journal.head("INC-1")


class TestWithoutChain:
    def test_still_checks_the_moves(self, url: str) -> None:
        with open_url(url, tamper_evident=False) as journal:
            journal.open(incident())
            told(journal, *resolved())
            assert Verification(incidents=1, entries=5) == journal.verify()
            with pytest.raises(JournalError, match="keeps no hash chain"):
                journal.head()
            tamper(url, "UPDATE csp_entry SET body = REPLACE(body, 'resolved', 'closed') WHERE event_id = 'e5'")
            assert [("INC-1", 5, "transition")] == found(journal)
