"""The two ways to a journal."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from csprotocol.errors import MissingExtraError
from csprotocol.incident import Machine, Workflow
from csprotocol.model._words import member
from csprotocol.store._journal import SqlJournal
from csprotocol.store._sqlite import Durability, SqlitePort

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["sqlalchemy", "sqlite"]


def sqlite(
    path: str | os.PathLike[str],
    *,
    workflows: Iterable[Workflow | Machine] | None = None,
    tamper_evident: bool = True,
    durability: Durability | str = Durability.POWER_LOSS,
) -> SqlJournal:
    """The journal in the SQLite file ``path``, made when it is not there; ``":memory:"`` for one that is forgotten.

    ``workflows`` are the shop's own, beside those of this library. ``tamper_evident`` chains entries by hashes; a
    journal keeps for good what it was made with. The file must lie on a local disk, since SQLite's write-ahead log
    does not work over a network.

    >>> from csprotocol import store
    >>> with store.sqlite(":memory:") as journal:
    ...     journal.find()
    ()

    Raises:
        UnusableJournalError: the file cannot be opened, or is something else.
        SchemaVersionError: a newer csprotocol made it.
    """
    port = SqlitePort(path, member(Durability, "durability", durability))
    return SqlJournal(port, workflows=workflows, tamper_evident=tamper_evident)


def sqlalchemy(
    engine: Engine, *, workflows: Iterable[Workflow | Machine] | None = None, tamper_evident: bool = True
) -> SqlJournal:
    """The journal in the database of a SQLAlchemy ``engine``: PostgreSQL, MySQL, MariaDB or SQLite.

    Its tables are called ``csp_...``; making them takes the right to create tables and triggers. The engine stays
    the caller's: :meth:`SqlJournal.close` does not dispose of it.

    >>> import sqlalchemy
    >>> from csprotocol import store
    >>> engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.StaticPool)
    >>> with store.sqlalchemy(engine) as journal:
    ...     journal.find()
    ()
    >>> engine.dispose()

    Raises:
        MissingExtraError: without the extra ``[sqlalchemy]``.
        InvalidValueError: ``engine`` is none, or of another database.
        UnusableJournalError: the database cannot be reached.
        SchemaVersionError: a newer csprotocol made the tables.
    """
    try:
        from csprotocol.store._engine import EnginePort
    except ImportError:
        raise MissingExtraError.of("sqlalchemy", "a journal in this database") from None
    return SqlJournal(EnginePort(engine), workflows=workflows, tamper_evident=tamper_evident)
