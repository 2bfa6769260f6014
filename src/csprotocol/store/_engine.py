"""The door to other databases, through SQLAlchemy; imported only when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from threading import RLock
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from csprotocol.errors import InvalidValueError, UnusableJournalError
from csprotocol.store._dialects import DIALECTS
from csprotocol.store._port import AgainError, Port, Statements

__all__ = ["EnginePort"]

T = TypeVar("T")

_SIGNS: Final = {"qmark": "?", "format": "%s", "pyformat": "%s"}


class EnginePort(Port):
    """A connection of the engine's pool for each transaction.

    Connections run in autocommit and the transactions are begun by our own words, because SQLAlchemy's way to begin
    one cannot say ``BEGIN IMMEDIATE``, and because the engine's settings are the caller's.
    """

    def __init__(self, engine: Engine) -> None:
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
        self._closed = True

    def _attempt(self, begin: tuple[str, ...], work: Callable[[Statements], T]) -> T:
        if self._closed:
            raise UnusableJournalError.of(self.name, "it is closed")
        with self._turn:
            try:
                with self._engine.connect() as connection:
                    return self._within(connection, begin, work)
            except DBAPIError as failure:
                raise self._told(failure) from None
            except SQLAlchemyError as failure:
                # Its own sentence may hold the values of a statement.
                raise UnusableJournalError.of(self.name, type(failure).__name__) from None

    def _within(self, connection: Connection, begin: tuple[str, ...], work: Callable[[Statements], T]) -> T:
        statements = _EngineStatements(connection, self._sign)
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

    def _told(self, failure: DBAPIError) -> Exception:
        """Our error for the database's, by its codes alone: its sentence may hold the values of a row."""
        codes = _codes(failure.orig)
        if self.dialect.retry.intersection(codes):
            return AgainError()
        reason = " ".join(["the database answered", type(failure.orig).__name__, *map(str, codes)])
        return UnusableJournalError.of(self.name, reason, hint="its own log has the details")


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

    def _said(self, sql: str, values: Sequence[Any]) -> tuple[Any, ...]:
        return (sql.replace("?", self._sign), tuple(values)) if values else (sql,)
