"""The databases whose tests run."""

from __future__ import annotations

import os

import pytest

from tests.store.shop import SERVERS, engine_of


@pytest.mark.engines
@pytest.mark.parametrize("name", SERVERS)
def test_server_is_there(name: str) -> None:
    if SERVERS[name] not in os.environ:
        pytest.skip(f"no {name} server: {SERVERS[name]} is not set (make test-engines)")
    with engine_of(os.environ[SERVERS[name]]) as engine, engine.connect() as connection:
        assert 1 == connection.exec_driver_sql("SELECT 1").scalar()
