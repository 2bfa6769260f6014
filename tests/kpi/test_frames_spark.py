"""The same numbers on PySpark, in local mode, with a session in another zone than the shop's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from csprotocol import kpi
from csprotocol.model import TicketFacts
from tests.kpi.frames import CALENDARS, SPEC, ZONE, agree, grouped, scalar, tickets
from tests.kpi.test_frames import month_and_channel

pyspark_sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed", exc_type=ImportError)

pytestmark = [
    pytest.mark.engines,
    pytest.mark.enable_socket,  # Python and Java talk through one of this machine
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif("CSPROTOCOL_SPARK" not in os.environ, reason="`make test-engines` asks for Spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
]
_TYPES = {bool: "boolean", int: "bigint", float: "double", str: "string"}


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    options = {
        "spark.sql.session.timeZone": "America/New_York",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
    }
    builder = pyspark_sql.SparkSession.builder.master("local[1]")
    for name, value in options.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    yield made
    made.stop()


def framed(session: Any, facts: list[TicketFacts]) -> Any:
    columns = kpi.facts_columns(facts)
    schema = []
    for name, values in columns.items():
        of = type(next(value for value in values if value is not None))
        schema.append(f"`{name}` {'timestamp' if name.endswith('_at') else _TYPES[of]}")
    return session.createDataFrame(list(zip(*columns.values(), strict=True)), ", ".join(schema))


def test_on_a_grid_of_groups(session: Any) -> None:
    facts = tickets(2500, seed=1)
    within = CALENDARS["madrid"]
    expected = grouped(facts, month_and_channel)
    frame = framed(session, facts)
    table = kpi.group_kpis(frame, SPEC, by=["month", "channel"], tz=ZONE, calendar=within)
    assert {group.key for group in table} == set(expected)
    for group in table:
        for asked in SPEC:
            agree(group[asked.name], scalar(expected[group.key], asked, within))


@pytest.mark.parametrize("name", CALENDARS)
def test_open_time_and_histograms(session: Any, name: str) -> None:
    facts = tickets(1000, seed=3)
    spec = [asked for asked in SPEC if asked.name in {"first_reply_open", "resolution_open"}]
    frame = framed(session, facts)
    (exact,) = kpi.group_kpis(frame, spec, calendar=CALENDARS[name])
    (near,) = kpi.group_kpis(frame, spec, calendar=CALENDARS[name], quantiles="histogram")
    for asked in spec:
        agree(exact[asked.name], scalar(facts, asked, CALENDARS[name]))
        for level, seconds in exact[asked.name].quantile_seconds.items():
            assert near[asked.name].quantile_seconds[level] == pytest.approx(seconds, rel=0.01)


def test_spark_in_spark_out_and_duplicates(session: Any) -> None:
    facts = tickets(50, seed=4)
    frame = framed(session, facts)
    table: Any = kpi.table(frame.union(frame), ["csat", "unreplied"], by="channel")
    assert type(table) is type(frame)
    assert sum(row["unreplied_rejected"] for row in table.collect()) == len(facts)
