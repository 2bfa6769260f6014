"""The same numbers on PySpark, in local mode, with a session in another zone than the shop's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from csprotocol import kpi
from csprotocol.errors import InvalidValueError
from csprotocol.kpi import Ratio
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


def test_nan_and_columns_of_nothing(session: Any) -> None:
    nan = float("nan")
    rows = [("1", 1.0, 5.0, None, nan), ("2", nan, nan, None, None), ("3", None, 1.0, None, nan)]
    frame = session.createDataFrame(rows, "ticket_id string, k double, csat double, surveyed void, merged_into double")
    groups = kpi.group_kpis(frame, "csat", by="k")
    assert [(*group.key, group["csat"].ratio) for group in groups] == [(1.0, Ratio(1, 1)), (None, Ratio(0, 1))]
    ids = session.createDataFrame([(1.0, True), (nan, True), (None, True)], "ticket_id double, sla_met boolean")
    (group,) = kpi.group_kpis(ids, "sla_attainment")
    assert (group["sla_attainment"].n, group["sla_attainment"].rejected) == (1, {"ticket-id": 2})


def test_what_spark_cannot_be_asked(session: Any) -> None:
    frame = session.createDataFrame(
        [("1", 5, [1], "so?")], "ticket_id string, `c.sat` int, k array<int>, status string"
    )
    with pytest.raises(InvalidValueError, match=r"without dots and backticks, got 'c\.sat'"):
        kpi.table(frame, kpi.TableSpec(["csat"], columns={"csat": "c.sat"}))
    with pytest.raises(InvalidValueError, match="column 'k' must be one value a row"):
        kpi.table(frame.withColumnRenamed("c.sat", "csat"), "csat", by="k")
    replies = frame.selectExpr("ticket_id", "status", "1 AS agent_replies", "0 AS reopens")
    with pytest.raises(InvalidValueError, match=r"got 'so\?'"):
        kpi.table(replies, "fcr")


def test_a_far_row_of_spam(session: Any) -> None:
    rows = [("1", "2025-03-03T09:00:00Z", False), ("2", "2290-03-03T09:00:00Z", True)]
    texts = session.createDataFrame(rows, "ticket_id string, at string, spam boolean")
    frame = texts.selectExpr("ticket_id", "spam", "timestamp(at) AS created_at", "timestamp(at) AS first_reply_at")
    (group,) = kpi.group_kpis(frame, "first_reply", calendar=CALENDARS["madrid"])
    assert (group["first_reply"].n, group["first_reply"].missing) == (1, {"spam": 1})
