"""Opening a journal: files that are none, tables of other versions, what is not installed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from csprotocol import store
from csprotocol.errors import InvalidValueError, SchemaVersionError, UnusableJournalError
from csprotocol.incident import Incident, Journal
from csprotocol.store import Durability
from csprotocol.store._schema import MIGRATIONS, prepare
from csprotocol.store._sqlite import SqlitePort
from tests.store.shop import AT, Make, command, engine_of, incident, open_url, resolved, told


class TestSqlite:
    def test_is_a_journal(self) -> None:
        with store.sqlite(":memory:") as opened:
            journal: Journal = opened
            assert () == journal.find()
            assert "SqlJournal(:memory:)" == repr(journal)

    def test_remembers(self, tmp_path: Path) -> None:
        with store.sqlite(tmp_path / "journal.db") as journal:
            journal.open(incident())
            told(journal, *resolved())
        with store.sqlite(str(tmp_path / "journal.db")) as journal:
            assert "resolved" == journal.load("INC-1").state

    def test_names_a_file_that_is_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("rubbish " * 1000)
        with pytest.raises(
            UnusableJournalError, match=r"notes\.txt cannot be used: it is no SQLite database"
        ) as caught:
            store.sqlite(tmp_path / "notes.txt")
        assert str(tmp_path) not in str(caught.value)
        assert (tmp_path / "notes.txt").read_text() == "rubbish " * 1000

    @pytest.mark.parametrize("place", ["absent/journal.db", "."])
    def test_names_a_place_where_no_file_can_be(self, tmp_path: Path, place: str) -> None:
        with pytest.raises(UnusableJournalError, match="unable to open"):
            store.sqlite(tmp_path / place)

    @pytest.mark.parametrize("path", ["", 7, b"x", "a\0b"])
    def test_refuses_what_is_no_file_name(self, path: Any) -> None:
        with pytest.raises(InvalidValueError, match="path must be"):
            store.sqlite(path)

    def test_says_when_another_is_writing_all_the_time(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("csprotocol.store._sqlite._BUSY_SECONDS", 0.05)
        with store.sqlite(tmp_path / "journal.db") as journal:
            journal.open(incident())
            other = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(UnusableJournalError, match="another process has been writing"):
                journal.execute("INC-1", command("note"), now=AT)
            other.execute("ROLLBACK")
            other.close()
            assert journal.execute("INC-1", command("note"), now=AT).ok

    def test_knows_its_durabilities(self) -> None:
        with pytest.raises(InvalidValueError, match="power-loss"):
            store.sqlite(":memory:", durability="none")
        with store.sqlite(":memory:", durability="crash"):
            pass


class TestSqlalchemy:
    def test_leaves_the_engine_as_it_was(self, memory_engine: sqlalchemy.Engine) -> None:
        with store.sqlalchemy(memory_engine) as journal:
            journal.open(incident())
        with store.sqlalchemy(memory_engine) as journal, memory_engine.begin() as connection:
            assert [("INC-1",)] == connection.exec_driver_sql("SELECT id FROM csp_incident").fetchall()
            assert journal.load("INC-1") == incident()

    @pytest.mark.parametrize("engine", ["sqlite://", None])
    def test_takes_engines_only(self, engine: Any) -> None:
        with pytest.raises(InvalidValueError, match=r"engine must be what sqlalchemy\.create_engine gives"):
            store.sqlalchemy(engine)

    def test_names_the_databases_that_it_knows(self) -> None:
        engine = sqlalchemy.create_mock_engine("sqlite://", print)
        with pytest.raises(InvalidValueError):
            store.sqlalchemy(engine)  # type: ignore[arg-type]

    def test_names_a_server_that_is_not_there(self, tmp_path: Path) -> None:
        absent = f"sqlite:///{tmp_path}/absent/journal.db"
        with engine_of(absent) as engine, pytest.raises(UnusableJournalError, match="sqlite cannot be used"):
            store.sqlalchemy(engine)

    def test_errors_hold_no_values(self, memory_engine: sqlalchemy.Engine) -> None:
        with store.sqlalchemy(memory_engine) as journal:
            journal.open(incident())
            with memory_engine.begin() as connection:
                connection.exec_driver_sql("DROP TABLE csp_personal")
            with pytest.raises(UnusableJournalError) as caught:
                journal.execute("INC-1", command("note", "m", text="secret"), now=AT)
            assert caught.value.__suppress_context__
            assert "secret" not in str(caught.value)
            assert 0 == journal.load("INC-1").version

    def test_is_not_needed_for_sqlite(self) -> None:
        code = (
            "import sys; sys.modules['sqlalchemy'] = None\n"
            "from csprotocol import store; store.sqlite(':memory:').close()\n"
            "from csprotocol.errors import MissingExtraError\n"
            "try: store.sqlalchemy(None)\n"
            "except MissingExtraError as error: print(error)"
        )
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        assert "pip install 'csprotocol[sqlalchemy]'" in shown


class TestClose:
    def test_ends_it(self, make: Make) -> None:
        journal = make()
        journal.close()
        journal.close()
        with pytest.raises(UnusableJournalError, match="it is closed"):
            journal.find()
        with pytest.raises(UnusableJournalError, match="it is closed"):
            journal.open(incident())


class TestSchema:
    def test_newer_tables_are_left_alone(self, url: str) -> None:
        with open_url(url) as journal:
            journal.open(incident())
        self._run(url, f"UPDATE csp_schema SET version = {len(MIGRATIONS) + 1}")
        with pytest.raises(SchemaVersionError, match=f"version {len(MIGRATIONS) + 1}"), open_url(url):
            pass

    def test_older_tables_are_brought_up_to_date_once(self, tmp_path: Path) -> None:
        with store.sqlite(tmp_path / "journal.db") as journal:
            journal.open(incident())
        later = (*MIGRATIONS, lambda _: ["CREATE TABLE csp_extra (one INTEGER)"])
        for _ in range(2):
            port = SqlitePort(tmp_path / "journal.db", Durability.CRASH)
            prepare(port, tamper_evident=True, migrations=later)
            assert [(2,)] == port.read(lambda statements: statements.rows("SELECT version FROM csp_schema"))
            assert [] == port.read(lambda statements: statements.rows("SELECT * FROM csp_extra"))
            port.close()

    def test_a_step_that_fails_leaves_the_tables_as_they_were(self, tmp_path: Path) -> None:
        with store.sqlite(tmp_path / "journal.db") as journal:
            journal.open(incident())
        broken = (*MIGRATIONS, lambda _: ["CREATE TABLE csp_extra (one INTEGER)", "CREATE RUBBISH"])
        port = SqlitePort(tmp_path / "journal.db", Durability.CRASH)
        with pytest.raises(UnusableJournalError, match="RUBBISH"):
            prepare(port, tamper_evident=True, migrations=broken)
        port.close()
        with store.sqlite(tmp_path / "journal.db") as journal:
            assert journal.verify().ok

    def test_a_first_opening_that_was_cut_off_is_made_good(self, url: str) -> None:
        """MySQL commits after each statement: what is there already must not stand in the way."""
        with open_url(url):
            pass
        self._run(url, "DELETE FROM csp_schema")
        with open_url(url) as journal:
            journal.open(incident())
            assert journal.verify().ok

    @pytest.mark.parametrize("chained", [True, False])
    def test_a_journal_stays_what_it_was_made(self, url: str, chained: bool) -> None:
        for _ in range(2):
            with open_url(url, tamper_evident=chained) as journal:
                assert journal.verify().ok
        wrong = pytest.raises(InvalidValueError, match=f"tamper_evident must be {chained}")
        with wrong, open_url(url, tamper_evident=not chained):
            pass

    def test_versions_that_no_database_can_count_are_refused(self) -> None:
        with store.sqlite(":memory:") as journal, pytest.raises(InvalidValueError, match="version"):
            journal.open(Incident(id="INC-1", workflow="incident@1", state="new", version=2**63))

    @staticmethod
    def _run(url: str, sql: str) -> None:
        with engine_of(url if "://" in url else f"sqlite:///{url}") as engine, engine.begin() as connection:
            connection.exec_driver_sql(sql)
