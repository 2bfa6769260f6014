"""The door to SQLite, through the standard library."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from threading import Lock, RLock
from typing import Any, Final, TypeVar

from csprotocol.errors import InvalidValueError, UnusableJournalError
from csprotocol.store._dialects import SQLITE
from csprotocol.store._port import Port, Statements

__all__ = ["Durability", "SqlitePort", "folded"]

T = TypeVar("T")

_BUSY_SECONDS: Final = 30.0
_SCRUB_MILLISECONDS: Final = 250


class Durability(StrEnum):
    """What an acknowledged entry survives.

    ``power-loss``: everything; each transaction waits for the disk. ``crash``: the end of the program, kill -9
    included, but the last moments before a power cut may be lost (the journal stays whole).
    """

    POWER_LOSS = "power-loss"
    CRASH = "crash"


class SqlitePort(Port):
    """One file, one connection, one lock.

    Writers take turns in SQLite anyway, so a connection for each thread would win little and leak when threads end;
    ``:memory:`` works alike this way. A process that forked gets a connection of its own.
    """

    dialect = SQLITE

    def __init__(self, path: str | os.PathLike[str], durability: Durability) -> None:
        super().__init__()
        given: object = path
        self._file = str(given)
        if not isinstance(given, str | os.PathLike) or not self._file or "\0" in self._file:
            raise InvalidValueError.of("path", path, expected="a file name, or ':memory:'")
        self.name = self._file if self._file == ":memory:" else Path(self._file).name
        self._durability = durability
        self._lock = RLock()
        self._pid = os.getpid()
        self._connection: sqlite3.Connection | None = self._connect()

    def close(self) -> None:
        """Close the file; the last one out folds the write-ahead log into it."""
        self._require_idle()
        with self._held():
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def scrub(self) -> bool:
        """Whether the write-ahead log, which still holds old pages, could be folded and emptied.

        Deleted pages are overwritten already (``secure_delete``). Who reads or writes just now is not waited for.
        """
        self._require_idle()
        with self._held():
            return folded(self._live().execute)

    def _attempt(self, begin: tuple[str, ...], work: Callable[[Statements], T]) -> T:
        with self._held():
            connection = self._live()
            statements = _SqliteStatements(connection)
            try:
                for statement in begin:
                    connection.execute(statement)
                result = work(statements)
                if begin:
                    connection.execute("COMMIT")
            except sqlite3.Error as failure:
                self._roll_back(connection)
                raise self._told(failure) from None
            except BaseException:
                self._roll_back(connection)
                raise
            return result

    def _held(self) -> RLock:
        """The lock; after a fork a new one, with a new connection, since neither may be shared with the parent."""
        if self._pid != os.getpid():
            with _fork_lock[0]:
                if self._pid != os.getpid():
                    self._take_over()
        return self._lock

    def _take_over(self) -> None:
        if self._connection is not None and self._file != ":memory:":
            foreign, self._connection = self._connection, self._connect()
            # Never closed here: that would drop the file locks of the process that opened it.
            _FOREIGN.append(foreign)
        self._lock = RLock()
        # Last: whoever finds it uses what stands above, without asking for the lock.
        self._pid = os.getpid()

    def _live(self) -> sqlite3.Connection:
        if self._connection is None:
            raise UnusableJournalError.of(self.name, "it is closed")
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self._file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as failure:
            raise self._told(failure) from None
        try:
            _into_wal(connection)
            level = "FULL" if self._durability is Durability.POWER_LOSS else "NORMAL"
            connection.execute(f"PRAGMA synchronous = {level}")
            connection.execute("PRAGMA secure_delete = ON").fetchall()
        except sqlite3.Error as failure:
            connection.close()
            raise self._told(failure) from None
        return connection

    def _told(self, failure: sqlite3.Error) -> Exception:
        """Our error for SQLite's; its sentences name tables and columns, never values."""
        code = getattr(failure, "sqlite_errorname", None) or type(failure).__name__
        if code == "SQLITE_NOTADB":
            return UnusableJournalError.of(self.name, "it is no SQLite database", hint="give the file of a journal")
        if code.startswith("SQLITE_BUSY"):
            reason = f"another process has been writing for {_BUSY_SECONDS:.0f} s"
            return UnusableJournalError.of(self.name, reason, hint="try again later")
        return UnusableJournalError.of(self.name, f"{failure} ({code})")

    @staticmethod
    def _roll_back(connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


_FOREIGN: Final[list[sqlite3.Connection]] = []
_fork_lock: Final = [Lock()]


def _renew_fork_lock() -> None:
    """Some thread of the parent may have held it."""
    _fork_lock[0] = Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_fork_lock)


def folded(execute: Callable[[str], Any]) -> bool:
    """Whether the write-ahead log is in the file and empty now; short of that after a quarter of a second."""
    patience = execute("PRAGMA busy_timeout").fetchall()[0][0]
    execute(f"PRAGMA busy_timeout = {_SCRUB_MILLISECONDS}").fetchall()
    try:
        return bool(execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0] == 0)
    except sqlite3.OperationalError:
        return False
    finally:
        execute(f"PRAGMA busy_timeout = {patience}").fetchall()


def _into_wal(connection: sqlite3.Connection) -> None:
    """Readers and the writer side by side; the first to switch a new file is not waited for by SQLite itself."""
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
        except sqlite3.OperationalError as failure:
            if not str(getattr(failure, "sqlite_errorname", "")).startswith("SQLITE_BUSY") or time.monotonic() > until:
                raise
            time.sleep(0.005)
        else:
            return


class _SqliteStatements:
    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        return self._connection.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        if len(rows) == 1:
            self._connection.execute(sql, rows[0])
        else:
            self._connection.executemany(sql, rows)
