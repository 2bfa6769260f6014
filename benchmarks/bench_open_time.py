"""Open time between two columns of a frame, counted by the day table of KPIs and by an as-of join by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final

from benchmarks._measure import NOT_INSTALLED, Table, ratio, span
from csprotocol.calendar import BusinessCalendar, BusinessHours, SpecialHours

LIMIT: Final = 3.0
"""How many times quicker than the as-of join, at least, in processor time."""
_HOLIDAYS: Final = (date(2025, 1, 6), date(2025, 5, 1), date(2025, 12, 25))
_START: Final = datetime(2025, 1, 1, tzinfo=UTC)

Call = Callable[[], tuple[int, float]]


def open_time(*, quick: bool) -> Table:
    """Mean open time of random tickets of a year, in polars."""
    rows = 1_000_000 if quick else 10_000_000
    table = Table(
        f"{rows // 1_000_000} M open times, Mon-Fri 09:00-14:00 and 16:00-19:00 Madrid", ["polars", "CPU", "wall"]
    )
    if not all(map(find_spec, ("polars", "narwhals", "numpy"))):
        table.add("polars", *[NOT_INSTALLED] * 2)
        return table
    special = {day: SpecialHours(name="holiday") for day in _HOLIDAYS}
    calendar = BusinessCalendar(
        BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-14:00,16:00-19:00", special=special)
    )
    frame = _frame(rows)
    calls = {"csprotocol, day table": _by_days(frame, calendar), "join_asof, twice": _as_of(frame, calendar)}
    (n, seconds), (same_n, same_seconds) = (call() for call in calls.values())
    assert n == same_n
    assert math.isclose(seconds, same_seconds, rel_tol=1e-12), (seconds, same_seconds)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for _ in range(5):
        for name, call in calls.items():
            before = process_time(), perf_counter()
            call()
            taken[name].append((process_time() - before[0], perf_counter() - before[1]))
    for name, found in taken.items():
        table.add(name, *(span(median(each)) for each in zip(*found, strict=True)))
    ours, theirs = taken.values()
    processor, wall = (ratio(of, to) for of, to in zip(zip(*theirs, strict=True), zip(*ours, strict=True), strict=True))
    told = f"at least {LIMIT:.0f} x the as-of join; measured {processor:.2f} x (CPU), {wall:.2f} x (wall)"
    if not quick:
        table.limit(told, holds=processor >= LIMIT)
    table.notes += [
        *([told] if quick else []),
        f"Both find {n:,} durations and the same mean to 1e-12. Medians of interleaved rounds.",
        "The as-of join has a row for each opening and closing with the open time before it, and sorts for each join.",
    ]
    return table


def _frame(rows: int) -> Any:
    import numpy as np
    import polars as pl

    random = np.random.default_rng(20261122)
    created = int(_START.timestamp()) * 1_000_000 + random.integers(0, 365 * 86_400_000_000, rows)
    replied = created + random.integers(0, 10 * 86_400_000_000, rows)
    made = pl.DataFrame({"created_at": created, "first_reply_at": replied})
    return made.with_columns(pl.all().cast(pl.Datetime("us", "UTC")))


def _by_days(frame: Any, calendar: BusinessCalendar) -> Call:
    from csprotocol import kpi

    spec = kpi.TableSpec(["first_reply"], duplicates="trust", missing="total", levels=())

    def run() -> tuple[int, float]:
        (everything,) = kpi.group_kpis(frame, spec, calendar=calendar)
        return everything["first_reply"].n, everything["first_reply"].mean_seconds

    return run


def _as_of(frame: Any, calendar: BusinessCalendar) -> Call:
    import polars as pl

    def run() -> tuple[int, float]:
        marks = _marks(calendar, frame)

        def until(found: Any, column: str) -> Any:
            joined = found.sort(column).join_asof(marks, left_on=column, right_on="mark")
            since = (pl.col(column) - pl.col("mark")).dt.total_microseconds()
            return joined.select(
                pl.exclude("mark", "before", "is_open"),
                (pl.col("before") + since * pl.col("is_open")).alias(f"open_until_{column}"),
            )

        took = pl.col("open_until_first_reply_at") - pl.col("open_until_created_at")
        ((n, mean),) = (
            until(until(frame.lazy(), "created_at"), "first_reply_at")
            .select(n=took.count(), mean=took.cast(pl.Float64).mean() / 1e6)
            .collect()
            .rows()
        )
        return n, mean

    return run


def _marks(calendar: BusinessCalendar, frame: Any) -> Any:
    """Each opening and closing, the open microseconds before it, and whether it is open after it."""
    import polars as pl

    low, high = frame["created_at"].min(), frame["first_reply_at"].max()
    rows: list[tuple[datetime, int, int]] = [(low, 0, 0)]
    total = 0
    for interval in calendar.intervals(low, high):
        opens, closes = interval.start.astimezone(UTC), interval.end.astimezone(UTC)
        rows.append((opens, total, 1))
        total += (closes - opens) // timedelta(microseconds=1)
        rows.append((closes, total, 0))
    schema = {"mark": pl.Datetime("us", "UTC"), "before": pl.Int64, "is_open": pl.Int64}
    return pl.LazyFrame(rows, schema=schema, orient="row").sort("mark", maintain_order=True)


if __name__ == "__main__":
    import sys

    print(open_time(quick="--full" not in sys.argv))
