"""Tables of KPIs beside the code that one would write by hand for one engine, with the same results."""

from __future__ import annotations

import math
import resource
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from statistics import median
from time import process_time
from typing import Any, Final

from benchmarks._measure import NOT_INSTALLED, Table, span

ENGINES: Final = ("polars", "pandas", "duckdb")
LIMIT: Final = 1.2
"""How much more processor time than by hand, at most, at 10 M rows."""
_CHANNELS: Final = ("chat", "email", "form", "phone", "social")
_STATUSES: Final = ("open", "resolved", "closed", "waiting_customer")
_FACTS: Final = ("first_reply", "resolution", "fcr", "reopen_rate", "csat", "csat_mean", "nps", "sla_attainment")

Call = Callable[[], Any]
Found = Mapping[tuple[str, str], tuple[float, ...]]


def frames(*, quick: bool) -> Table:
    """12 months and 5 channels, 8 KPIs: 23 numbers a group."""
    rows = 1_000_000 if quick else 10_000_000
    table = Table(
        f"{rows // 1_000_000} M tickets, 60 groups, {len(_FACTS)} KPIs with n and rejected",
        ["engine", "by hand, CPU", "csprotocol, CPU", "ratio", "quantiles by histogram, CPU"],
    )
    for engine in ENGINES:
        if not all(map(find_spec, (engine, "polars", "narwhals"))):
            table.add(engine, *[NOT_INSTALLED] * 4)
            continue
        frame = _frame(engine, rows)
        by_hand, ours, histogram = _BY_HAND[engine](frame), _ours(frame), _ours(frame, quantiles="histogram")
        _assert_equal(_read(by_hand()), _read_ours(ours()), error=1e-9)
        histogram()
        taken: dict[str, list[float]] = {"hand": [], "ours": [], "histogram": []}
        for _ in range(3):
            for name, call in (("hand", by_hand), ("ours", ours), ("histogram", histogram)):
                taken[name].append(_cpu(call))
        seconds = {name: median(found) for name, found in taken.items()}
        factor = median(ours / hand for ours, hand in zip(taken["ours"], taken["hand"], strict=True))
        table.add(
            engine, *(span(seconds[name]) for name in ("hand", "ours")), f"{factor:.2f}", span(seconds["histogram"])
        )
        if not quick:
            table.limit(f"{engine}: at most {LIMIT} x by hand; measured {factor:.2f} x", holds=factor <= LIMIT)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    table.notes += [
        "Results are asserted equal: counts exactly, durations and rates to 1e-9.",
        "Ids are trusted and missing tickets counted together, as the code by hand does. Processor time, all threads.",
        f"Peak memory of the whole run with its frames: {peak:.1f} GB.",
    ]
    return table


def _frame(engine: str, rows: int) -> Any:
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
    if engine == "polars":
        return made
    if engine == "pandas":
        return made.to_pandas()
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    arrow = made.to_arrow()
    connection.execute("CREATE TABLE tickets AS SELECT * FROM arrow")
    del arrow
    return connection.table("tickets")


def _ours(frame: Any, *, quantiles: str = "exact") -> Call:
    from csprotocol import kpi

    spec = kpi.TableSpec(_FACTS, duplicates="trust", missing="total")
    return lambda: kpi.group_kpis(frame, spec, by=["month", "channel"], tz="UTC", quantiles=quantiles)


def _read_ours(table: Any) -> Found:
    found = {}
    for group in table:
        numbers: list[float] = []
        for name in ("first_reply", "resolution"):
            one = group[name]
            numbers += [
                one.n,
                one.rejected.get("negative-duration", 0),
                one.mean_seconds,
                *one.quantile_seconds.values(),
            ]
        for name in ("fcr", "reopen_rate", "csat", "sla_attainment"):
            numbers += [group[name].n, group[name].ratio.numerator]
        numbers += [group["csat_mean"].value, group["nps"].n, group["nps"].value]
        found[group.key] = tuple(numbers)
    return found


def _read(rows: list[tuple[Any, ...]]) -> Found:
    found = {}
    for month, channel, *numbers in rows:
        *first, rated, promoters, detractors = numbers
        found[str(month)[:7], channel] = (*first, rated, 100 * (promoters - detractors) / rated)
    return found


def _assert_equal(one: Found, other: Found, *, error: float) -> None:
    assert one.keys() == other.keys(), (sorted(one)[:2], sorted(other)[:2])
    for key, numbers in one.items():
        for number, same in zip(numbers, other[key], strict=True):
            assert math.isclose(number, same, rel_tol=error), (key, numbers, other[key])


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
            .with_columns(month=pl.col("created_at").dt.strftime("%Y-%m"), frt=frt, ttr=pl.when(done).then(ttr))
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
            SELECT *, strftime(created_at, '%Y-%m') AS month, status IN ('resolved', 'closed') AS done,
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


_BY_HAND: Final[Mapping[str, Callable[[Any], Call]]] = {
    "polars": _by_hand_in_polars,
    "pandas": _by_hand_in_pandas,
    "duckdb": _by_hand_in_duckdb,
}


def _cpu(call: Call) -> float:
    before = process_time()
    call()
    return process_time() - before


if __name__ == "__main__":
    import sys

    print(frames(quick="--full" not in sys.argv))
