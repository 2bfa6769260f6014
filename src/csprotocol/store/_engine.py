"""The door to other databases, through SQLAlchemy; imported only when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from threading import RLock
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import Pool, SingletonThreadPool, StaticPool

from csprotocol.errors import InvalidValueError, UnusableJournalError
from csprotocol.store._dialects import DIALECTS
from csprotocol.store._port import AgainError, Port, Statements
from csprotocol.store._sqlite import folded

__all__ = ["EnginePort"]

T = TypeVar("T")

_SIGNS: Final = {"qmark": "?", "format": "%s", "pyformat": "%s"}


class EnginePort(Port):
    """A connection of the engine's pool for each transaction.

    Connections run in autocommit and the transactions are begun by our own words, because SQLAlchemy's way to begin
    one cannot say ``BEGIN IMMEDIATE``, and because the engine's settings are the caller's.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        if not isinstance(engine, Engine):
            raise InvalidValueError.of("engine", type(engine).__name__, expected="what sqlalchemy.create_engine gives")
        if engine.dialect.name not in DIALECTS:
            raise InvalidValueError.unknown("engine.dialect", engine.dialect.name, sorted(DIALECTS))
        if engine.dialect.paramstyle not in _SIGNS:
            raise InvalidValueError.unknown("engine.dialect.paramstyle", engine.dialect.paramstyle, sorted(_SIGNS))
        self.dialect = DIALECTS[engine.dialect.name]
        self.name = engine.dialect.name
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._sign = _SIGNS[engine.dialect.paramstyle]
        # A pool for SQLite in memory gives all threads the same connection.
        self._turn: Any = RLock() if engine.dialect.name == "sqlite" else nullcontext()
        self._closed = False

    def close(self) -> None:
        """Nothing works afterwards; the engine stays the caller's."""
        self._require_idle()
        self._closed = True

    def scrub(self) -> bool:
        """Whether nothing of what was deleted is left in the file of SQLite; the others clean up in their own time."""
        if self.name != "sqlite":
            return False
        return bool(self.read(lambda statements: statements.folded()))  # type: ignore[attr-defined]  # this port's own

    def _attempt(self, begin: tuple[str, ...], work: Callable[[Statements], T]) -> T:
        if self._closed:
            raise UnusableJournalError.of(self.name, "it is closed")
        with self._turn:
            try:
                self._require_own_transaction()
                with self._engine.connect() as connection:
                    return self._within(connection, begin, work)
            except DBAPIError as failure:
                raise self._told(failure) from None
            except SQLAlchemyError as failure:
                # Its own sentence may hold the values of a statement.
                raise UnusableJournalError.of(self.name, type(failure).__name__) from None

    def _within(self, connection: Connection, begin: tuple[str, ...], work: Callable[[Statements], T]) -> T:
        statements = _EngineStatements(connection, self._sign)
        if begin and self.name == "sqlite":
            # What is erased is to be overwritten; a setting of the connection.
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        for sql in begin:
            connection.exec_driver_sql(sql)
        try:
            result = work(statements)
            if begin:
                connection.exec_driver_sql("COMMIT")
        except BaseException:
            if begin:
                _roll_back(connection)
            raise
        return result

    def _require_own_transaction(self) -> None:
        """Refuse a connection that the caller is using just now: to go over to autocommit would commit the work."""
        if _is_in_use(self._engine.pool):
            raise UnusableJournalError.of(
                self.name,
                "the engine has one connection for all, and a transaction is open on it",
                hint="commit first, or give the journal an engine of its own",
            )

    def _told(self, failure: DBAPIError) -> Exception:
        """Our error for the database's, by its codes alone: its sentence may hold the values of a row."""
        codes = _codes(failure.orig)
        if self.dialect.retry.intersection(codes):
            return AgainError()
        reason = " ".join(["the database answered", type(failure.orig).__name__, *map(str, codes)])
        return UnusableJournalError.of(self.name, reason, hint="its own log has the details")


def _is_in_use(pool: Pool) -> bool:
    """Whether ``pool`` has one connection for everybody, or for a thread, on which a transaction is open."""
    if isinstance(pool, StaticPool):
        # Not checked out: to give it back would roll back.
        return _has_transaction(pool.connection.dbapi_connection)
    if isinstance(pool, SingletonThreadPool):
        lent = pool.connect()
        try:
            return _has_transaction(lent.dbapi_connection)
        finally:
            lent.close()  # Rolls back only when nobody else in this thread holds it.
    return False


def _has_transaction(driver: Any) -> bool:
    """By the words of sqlite3, of PyMySQL and of psycopg."""
    if getattr(driver, "in_transaction", None) is True:
        return True
    if isinstance(status := getattr(driver, "server_status", None), int):
        return bool(status & 1)
    return bool(getattr(getattr(driver, "info", None), "transaction_status", 0))


def _roll_back(connection: Connection) -> None:
    """End the transaction, whatever state it is in; a connection that cannot even do that is thrown away."""
    try:
        connection.exec_driver_sql("ROLLBACK")
    except SQLAlchemyError:
        connection.invalidate()


def _codes(error: BaseException | None) -> tuple[str | int, ...]:
    """SQLSTATE of PostgreSQL, error number of MySQL, name of SQLite's: drivers know one of them, or two."""
    names = (getattr(error, name, None) for name in ("sqlstate", "pgcode", "sqlite_errorname"))
    numbers = (each for each in getattr(error, "args", ()) if isinstance(each, int))
    return (*(str(name) for name in names if name), *numbers)


class _EngineStatements:
    __slots__ = ("_connection", "_sign")

    def __init__(self, connection: Connection, sign: str) -> None:
        self._connection = connection
        self._sign = sign

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        return [tuple(row) for row in self._connection.exec_driver_sql(*self._said(sql, values))]

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        return self._connection.exec_driver_sql(*self._said(sql, values)).rowcount

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._connection.exec_driver_sql(sql.replace("?", self._sign), [tuple(row) for row in rows])

    def folded(self) -> bool:
        """Whether the write-ahead log of SQLite is in the file and empty now."""
        try:
            return folded(self._connection.exec_driver_sql)
        except DBAPIError:
            return False

    def _said(self, sql: str, values: Sequence[Any]) -> tuple[Any, ...]:
        return (sql.replace("?", self._sign), tuple(values)) if values else (sql,)
