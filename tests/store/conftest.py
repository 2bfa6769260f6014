"""Every kind of journal, by name; those on servers only where an address is given."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from csprotocol import store
from csprotocol.incident import MemoryJournal
from csprotocol.store import SqlJournal
from tests.store.shop import SERVERS, AnyJournal, Make, empty, engine_of, open_url, server_url

# Without an address their tests are not collected; test_servers.py says so once instead of a hundred times.
SERVED = [pytest.param(name, marks=pytest.mark.engines) for name in SERVERS if SERVERS[name] in os.environ]
KINDS = ["sqlite", "sqlite-memory", "sqlalchemy-sqlite", *SERVED]
SHARED_KINDS = ["sqlite", "sqlalchemy-sqlite", *SERVED]


@pytest.fixture(scope="session")
def servers() -> dict[str, str]:
    return {}


def address(kind: str, servers: dict[str, str], folder: Path) -> str:
    """Where an empty journal of ``kind`` can be opened, also by another process."""
    if kind == "sqlite":
        return str(folder / "journal.db")
    if kind == "sqlalchemy-sqlite":
        return f"sqlite:///{folder / 'journal.db'}"
    if kind not in servers:
        servers[kind] = server_url(kind)
    empty(servers[kind])
    return servers[kind]


@pytest.fixture(params=SHARED_KINDS)
def url(request: pytest.FixtureRequest, servers: dict[str, str], tmp_path: Path) -> str:
    return address(request.param, servers, tmp_path)


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest, servers: dict[str, str], tmp_path: Path) -> Iterator[Make]:
    """Opens the journal of this test, as often as asked: each time the same database."""
    with ExitStack() as stack:
        if request.param == "sqlite-memory":
            yield lambda **options: stack.enter_context(store.sqlite(":memory:", **options))
            return
        url = address(request.param, servers, tmp_path)

        def again(**options: Any) -> SqlJournal:
            return stack.enter_context(open_url(url, **options))

        yield again


@pytest.fixture
def journal(make: Make) -> SqlJournal:
    return make()


@pytest.fixture(params=["memory", *KINDS])
def any_journal(request: pytest.FixtureRequest, servers: dict[str, str], tmp_path: Path) -> Iterator[AnyJournal]:
    """A journal of every kind, the one in memory among them."""
    if request.param == "memory":
        yield MemoryJournal()
        return
    if request.param == "sqlite-memory":
        with store.sqlite(":memory:") as journal:
            yield journal
        return
    with open_url(address(request.param, servers, tmp_path)) as journal:
        yield journal


@pytest.fixture
def memory_engine() -> Iterator[sqlalchemy.Engine]:
    with engine_of("sqlite://", poolclass=sqlalchemy.StaticPool) as engine:
        yield engine
