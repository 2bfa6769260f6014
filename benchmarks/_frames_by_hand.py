"""Tickets by the million, and the code that one would write by hand for one engine to count them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

__all__ = ["BY_HAND", "frame_of", "write_tickets"]

_CHANNELS: Final = ("chat", "email", "form", "phone", "social")
_STATUSES: Final = ("open", "resolved", "closed", "waiting_customer")

Call = Callable[[], Any]


def write_tickets(path: Path, rows: int) -> None:
    """Random tickets of 2025 with gaps, a few negative durations, and local months of UTC."""
    import numpy as np
    import polars as pl

    random = np.random.default_rng(20261121)
    start = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
    created = start + random.integers(0, 365 * 86_400, rows) * 1_000_000

    def later(hours: float) -> Any:
        return created + (random.exponential(hours * 3600, rows) - hours * 60).astype("int64") * 1_000_000

    made = pl.DataFrame(
        {
            "ticket_id": np.arange(rows),
            "created_at": created,
            "first_reply_at": later(8),
            "solved_at": later(48),
            "channel": pl.Series(_CHANNELS)[random.integers(0, len(_CHANNELS), rows)],
            "status": pl.Series(_STATUSES)[random.integers(0, len(_STATUSES), rows)],
            "agent_replies": random.integers(0, 4, rows),
            "reopens": random.integers(0, 2, rows),
            "csat": random.integers(1, 6, rows).astype("float64"),
            "nps": random.integers(0, 11, rows),
            "sla_met": random.random(rows) < 0.8,
        }
    )
    gaps = {name: pl.Series(random.random(rows) < 0.8) for name in ("first_reply_at", "csat", "nps", "sla_met")}
    made = made.with_columns(pl.when(mask).then(pl.col(name)).alias(name) for name, mask in gaps.items())
    is_done = pl.col("status").is_in(["resolved", "closed"])
    made = made.with_columns(pl.when(is_done).then(pl.col("solved_at")).alias("solved_at"))
    instants = ("created_at", "first_reply_at", "solved_at")
    made = made.with_columns(pl.col(name).cast(pl.Datetime("us", "UTC")) for name in instants)
    made.write_parquet(path)


def frame_of(engine: str, path: Path) -> Any:
    """The tickets in memory, but for Spark, which reads them when it is asked."""
    match engine:
        case "polars":
            import polars as pl

            return pl.read_parquet(path)
        case "pandas":
            import pandas as pd

            return pd.read_parquet(path)
        case "duckdb":
            import duckdb

            connection = duckdb.connect()
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("CREATE TABLE tickets AS SELECT * FROM read_parquet(?)", [str(path)])
            return connection.table("tickets")
        case _:
            return _session().read.parquet(str(path))


def _session() -> Any:
    from pyspark.sql import SparkSession

    options = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "6g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in options.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _by_hand_in_polars(frame: Any) -> Call:
    import polars as pl

    frt = (pl.col("first_reply_at") - pl.col("created_at")).dt.total_microseconds() / 1e6
    ttr = (pl.col("solved_at") - pl.col("created_at")).dt.total_microseconds() / 1e6
    done = pl.col("status").is_in(["resolved", "closed"])

    def durations(name: str) -> list[Any]:
        good = pl.col(name).filter(pl.col(name) >= 0)
        return [
            good.count().alias(f"{name}_n"),
            (pl.col(name) < 0).sum().alias(f"{name}_rejected"),
            good.mean().alias(f"{name}_mean"),
            good.median().alias(f"{name}_median"),
            good.quantile(0.9, "linear").alias(f"{name}_p90"),
        ]

    def run() -> list[tuple[Any, ...]]:
        return list(
            frame.lazy()
            .with_columns(month=pl.col("created_at").dt.truncate("1mo"), frt=frt, ttr=pl.when(done).then(ttr))
            .group_by("month", "channel")
            .agg(
                *durations("frt"),
                *durations("ttr"),
                done.sum().alias("fcr_n"),
                (done & (pl.col("agent_replies") == 1) & (pl.col("reopens") == 0)).sum().alias("fcr"),
                pl.col("solved_at").count().alias("reopen_n"),
                (pl.col("solved_at").is_not_null() & (pl.col("reopens") > 0)).sum().alias("reopen"),
                pl.col("csat").count().alias("csat_n"),
                (pl.col("csat") >= 4).sum().alias("csat"),
                pl.col("sla_met").count().alias("sla_n"),
                pl.col("sla_met").sum().alias("sla"),
                pl.col("csat").mean().alias("csat_mean"),
                pl.col("nps").count().alias("nps_n"),
                (pl.col("nps") >= 9).sum().alias("promoters"),
                (pl.col("nps") <= 6).sum().alias("detractors"),
            )
            .collect()
            .rows()
        )

    return run


def _by_hand_in_pandas(frame: Any) -> Call:
    def run() -> list[tuple[Any, ...]]:
        done = frame["status"].isin(["resolved", "closed"])
        made = frame[["channel", "csat"]].assign(
            month=frame["created_at"].dt.year * 100 + frame["created_at"].dt.month,
            frt=(frame["first_reply_at"] - frame["created_at"]).dt.total_seconds(),
            ttr=(frame["solved_at"] - frame["created_at"]).dt.total_seconds().where(done),
            fcr_n=done,
            fcr=done & (frame["agent_replies"] == 1) & (frame["reopens"] == 0),
            reopen_n=frame["solved_at"].notna(),
            sla_n=frame["sla_met"].notna(),
            sla=frame["sla_met"].astype("float64"),
            nps_n=frame["nps"].notna(),
            promoters=frame["nps"] >= 9,
            detractors=frame["nps"] <= 6,
            good=(frame["csat"] >= 4),
        )
        made["reopen"] = made["reopen_n"] & (frame["reopens"] > 0)
        made["frt_rejected"], made["ttr_rejected"] = made["frt"] < 0, made["ttr"] < 0
        made["frt"], made["ttr"] = made["frt"].where(made["frt"] >= 0), made["ttr"].where(made["ttr"] >= 0)
        groups = made.groupby(["month", "channel"], sort=False)
        counts = ["fcr_n", "fcr", "reopen_n", "reopen", "sla_n", "sla", "nps_n", "promoters", "detractors", "good"]
        sums = groups[[*counts, "frt_rejected", "ttr_rejected"]].sum()
        times = groups[["frt", "ttr", "csat"]]
        n, mean = times.count(), times.mean()
        middle, p90 = groups[["frt", "ttr"]].median(), groups[["frt", "ttr"]].quantile(0.9)
        found = []
        for key in sums.index:
            row = sums.loc[key]
            each = [
                number
                for name in ("frt", "ttr")
                for number in (
                    n.loc[key, name], row[f"{name}_rejected"], mean.loc[key, name],
                    middle.loc[key, name], p90.loc[key, name],
                )
            ]  # fmt: skip
            month = f"{key[0] // 100}-{key[0] % 100:02}"
            rates = [row["fcr_n"], row["fcr"], row["reopen_n"], row["reopen"], n.loc[key, "csat"], row["good"]]
            rest = [row["sla_n"], row["sla"], mean.loc[key, "csat"], row["nps_n"], row["promoters"], row["detractors"]]
            found.append((month, key[1], *each, *rates, *rest))
        return found

    return run


def _by_hand_in_duckdb(frame: Any) -> Call:
    def durations(name: str) -> str:
        return (
            f"count({name}) FILTER ({name} >= 0), count(*) FILTER ({name} < 0), avg({name}) FILTER ({name} >= 0), "
            f"median({name}) FILTER ({name} >= 0), quantile_cont({name}, 0.9) FILTER ({name} >= 0)"
        )

    query = f"""
        WITH timed AS (
            SELECT *, date_trunc('month', created_at) AS month, status IN ('resolved', 'closed') AS done,
                epoch_us(first_reply_at) / 1e6 - epoch_us(created_at) / 1e6 AS frt,
                CASE WHEN status IN ('resolved', 'closed')
                    THEN epoch_us(solved_at) / 1e6 - epoch_us(created_at) / 1e6 END AS ttr
            FROM tickets)
        SELECT month, channel, {durations("frt")}, {durations("ttr")},
            count(*) FILTER (done), count(*) FILTER (done AND agent_replies = 1 AND reopens = 0),
            count(solved_at), count(*) FILTER (solved_at IS NOT NULL AND reopens > 0),
            count(csat), count(*) FILTER (csat >= 4), count(sla_met), count(*) FILTER (sla_met),
            avg(csat), count(nps), count(*) FILTER (nps >= 9), count(*) FILTER (nps <= 6)
        FROM timed GROUP BY month, channel"""
    return lambda: frame.query("tickets", query).fetchall()


def _by_hand_in_spark(frame: Any) -> Call:
    from pyspark.sql import functions as spark

    done = spark.col("status").isin("resolved", "closed")

    def seconds(name: str) -> Any:
        return (spark.unix_micros(name) - spark.unix_micros("created_at")) / 1e6

    def durations(name: str) -> list[Any]:
        good = spark.when(spark.col(name) >= 0, spark.col(name))
        levels = spark.array(spark.lit(0.5), spark.lit(0.9))
        return [
            spark.count(good),
            spark.count_if(spark.col(name) < 0),
            spark.avg(good),
            spark.percentile(good, levels),
        ]

    def run() -> list[tuple[Any, ...]]:
        col = spark.col
        rows = (
            frame.withColumn("month", spark.date_trunc("month", "created_at"))
            .withColumn("frt", seconds("first_reply_at"))
            .withColumn("ttr", spark.when(done, seconds("solved_at")))
            .groupBy("month", "channel")
            .agg(
                *durations("frt"),
                *durations("ttr"),
                spark.count_if(done),
                spark.count_if(done & (col("agent_replies") == 1) & (col("reopens") == 0)),
                spark.count("solved_at"),
                spark.count_if(col("solved_at").isNotNull() & (col("reopens") > 0)),
                spark.count("csat"),
                spark.count_if(col("csat") >= 4),
                spark.count("sla_met"),
                spark.count_if("sla_met"),
                spark.avg("csat"),
                spark.count("nps"),
                spark.count_if(col("nps") >= 9),
                spark.count_if(col("nps") <= 6),
            )
            .collect()
        )
        return [tuple(each for cell in row for each in (cell if isinstance(cell, list) else [cell])) for row in rows]

    return run


BY_HAND: Final[Mapping[str, Callable[[Any], Call]]] = {
    "polars": _by_hand_in_polars,
    "pandas": _by_hand_in_pandas,
    "duckdb": _by_hand_in_duckdb,
    "pyspark": _by_hand_in_spark,
}
