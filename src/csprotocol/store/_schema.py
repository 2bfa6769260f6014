"""The tables, version by version, and how a journal comes to the newest one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from csprotocol.errors import InvalidValueError, SchemaVersionError
from csprotocol.store._dialects import Dialect
from csprotocol.store._port import Port, Statements

__all__ = ["MIGRATIONS", "prepare"]


def _version_1(dialect: Dialect) -> Sequence[str]:
    return (
        *_table(
            dialect,
            "csp_incident",
            "id {id} NOT NULL PRIMARY KEY, version {number} NOT NULL, workflow {id} NOT NULL, state {id} NOT NULL,"
            " category {word} NOT NULL, order_id {id}, customer {id}, parent {id}, blocking {number} NOT NULL,"
            # The chain: where it begins (the digest of the opening) and where it has come to.
            " opening {json} NOT NULL, opening_hash {word}, head_hash {word},"
            # What the entries add up to, so that a decision need not replay them.
            " projection {json} NOT NULL",
            indexes=("order_id", "customer", "parent", "state", "category"),
        ),
        *_table(
            dialect,
            "csp_entry",
            # The position is never used twice, since entries are never deleted; the outbox counts on that.
            "position {position}, incident_id {id} NOT NULL, seq {number} NOT NULL, event_id {event} NOT NULL,"
            " body {json} NOT NULL, hash {word}, UNIQUE (incident_id, seq), UNIQUE (event_id)",
        ),
        # Apart from the entries, because it can be erased; seq 0 is what the opening of the incident brought.
        *_table(
            dialect,
            "csp_personal",
            "incident_id {id} NOT NULL, seq {number} NOT NULL, salt {word}, content {json}, erased_at {word},"
            " PRIMARY KEY (incident_id, seq)",
            by_key="{by_key}",
        ),
        # Of the entries that nobody acknowledged yet.
        *_table(dialect, "csp_outbox", "position {number} NOT NULL PRIMARY KEY"),
        *dialect.append_only,
    )


# Each step leads from the version before it to its own: never change one that was released, append another.
MIGRATIONS: Final[tuple[Callable[[Dialect], Sequence[str]], ...]] = (_version_1,)

_VERSION_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS csp_schema"
    " (one {number} NOT NULL PRIMARY KEY, version {number} NOT NULL, tamper_evident {number} NOT NULL){options}"
)


def prepare(
    port: Port,
    *,
    tamper_evident: bool,
    migrations: Sequence[Callable[[Dialect], Sequence[str]]] = MIGRATIONS,
) -> None:
    """The tables in their newest version, made or migrated where need be; any number of processes may do so at once.

    Raises:
        SchemaVersionError: the tables are newer than this library.
        InvalidValueError: the journal was made with the other ``tamper_evident``.
    """
    version, chained = port.read(lambda statements: _found(statements, port.dialect))
    if version < len(migrations):
        version, chained = port.write(
            lambda statements: _migrate(statements, port.dialect, migrations, tamper_evident=tamper_evident)
        )
    if version > len(migrations):
        raise SchemaVersionError.of(version, len(migrations))
    if chained != tamper_evident:
        raise InvalidValueError.of(
            "tamper_evident", tamper_evident, expected=f"{chained}: the journal was made so, which cannot change later"
        )


def _found(statements: Statements, dialect: Dialect) -> tuple[int, bool]:
    """The version of the tables, 0 where there are none, and whether entries are chained."""
    if not statements.rows(dialect.has_schema):
        return 0, True
    rows = statements.rows("SELECT version, tamper_evident FROM csp_schema")
    return (int(rows[0][0]), bool(rows[0][1])) if rows else (0, True)


def _migrate(
    statements: Statements,
    dialect: Dialect,
    migrations: Sequence[Callable[[Dialect], Sequence[str]]],
    *,
    tamper_evident: bool,
) -> tuple[int, bool]:
    for statement in dialect.lock_schema:
        statements.rows(statement)
    try:
        # Read again: another process may have been faster.
        version, chained = _found(statements, dialect)
        if version == 0:
            chained = tamper_evident
            statements.run(_VERSION_TABLE.format(**dialect.types))
        for step in migrations[version:]:
            for statement in step(dialect):
                statements.run(statement)
        if version == 0:
            row = (1, len(migrations), int(tamper_evident))
            statements.run("INSERT INTO csp_schema (one, version, tamper_evident) VALUES (?, ?, ?)", row)
        elif version < len(migrations):
            statements.run("UPDATE csp_schema SET version = ?", (len(migrations),))
        return max(version, len(migrations)), chained
    finally:
        for statement in dialect.unlock_schema:
            statements.run(statement)


def _table(dialect: Dialect, name: str, columns: str, *, indexes: Sequence[str] = (), by_key: str = "") -> list[str]:
    inside = "".join(f", INDEX {name}_{column} ({column})" for column in indexes) if dialect.indexes_in_table else ""
    table = f"CREATE TABLE IF NOT EXISTS {name} ({columns}{inside}){{options}}{by_key}".format(**dialect.types)
    if dialect.indexes_in_table:
        return [table]
    return [table, *(f"CREATE INDEX IF NOT EXISTS {name}_{column} ON {name} ({column})" for column in indexes)]
