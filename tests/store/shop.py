"""What the tests of the store share: commands, and where journals are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy
from sqlalchemy.engine import Engine, make_url

from csprotocol import store
from csprotocol.incident import Actor, Command, Incident, MemoryJournal, Workflow
from csprotocol.store import SqlJournal

AT: Final = datetime(2026, 11, 21, 10, tzinfo=UTC)
MACHINE: Final = Workflow.default().compile()
ANA: Final = Actor("ana", "agent")
TABLES: Final = ("csp_outbox", "csp_personal", "csp_entry", "csp_incident", "csp_schema")
SERVERS: Final = {"postgresql": "CSPROTOCOL_POSTGRESQL_URL", "mysql": "CSPROTOCOL_MYSQL_URL"}

AnyJournal = SqlJournal | MemoryJournal
Make = Callable[..., SqlJournal]


def incident(incident_id: str = "INC-1", **known: Any) -> Incident:
    return MACHINE.open(incident_id, at=AT, **known)


def command(event: str, event_id: str | None = None, *, actor: Actor = ANA, **told: Any) -> Command:
    return Command(event, actor, event_id=event_id, data=told)


def after(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


def told(journal: AnyJournal, *commands: Command, incident_id: str = "INC-1", minutes: int = 1) -> list[str]:
    """What becomes of each, one minute after the other."""
    return [
        journal.execute(incident_id, each, now=after(minutes + place)).kind.value for place, each in enumerate(commands)
    ]


def resolved() -> list[Command]:
    """From new to resolved."""
    return [
        command("identify", "e1", problem_type="damaged"),
        command("register", "e2"),
        command("assign", "e3", assignee="ana"),
        command("start", "e4"),
        command("resolve", "e5", resolution="refund"),
    ]


@contextmanager
def open_url(url: str, **options: Any) -> Iterator[SqlJournal]:
    """The journal behind a file name or a database's address: what processes hand to each other."""
    if "://" not in url:
        with store.sqlite(url, **options) as journal:
            yield journal
        return
    with engine_of(url) as engine, store.sqlalchemy(engine, **options) as journal:
        yield journal


def server_url(name: str) -> str:
    """The address of a database of this test process's own, empty."""
    given = os.environ[SERVERS[name]]
    database = f"csp_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with engine_of(given) as admin, admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {database}")
        connection.exec_driver_sql(f"CREATE DATABASE {database}")
    return make_url(given).set(database=database).render_as_string(hide_password=False)


def empty(url: str) -> None:
    with engine_of(url) as engine, engine.begin() as connection:
        for table in TABLES:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")


@contextmanager
def engine_of(url: str, **options: Any) -> Iterator[Engine]:
    engine = sqlalchemy.create_engine(url, **options)
    try:
        yield engine
    finally:
        engine.dispose()
