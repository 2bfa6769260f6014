"""Which row of a table with a row a day belongs to an instant: said to each engine in the words that it is quick in."""

from __future__ import annotations

from typing import Any, Final

from csprotocol.kpi._frames_engine import Engine, narwhals
from csprotocol.kpi._frames_native import Columns

__all__ = ["DAY_MICROS", "with_row_of_day"]

DAY_MICROS: Final = 86_400_000_000
# Engines round divisions of negative numbers in two ways: days are counted from the year 1.
_EARLIER_DAYS: Final = 719_162
_EARLIER_MICROS: Final = _EARLIER_DAYS * DAY_MICROS


def with_row_of_day(engine: Engine, frame: Any, at: str, table: Columns, *, key: str | None = None) -> Any:
    """``frame`` with the row of the UTC day of the instant in column ``at``, and the ``micros`` since that midnight.

    Days of ``table`` are whole numbers from 1970 on; with a ``key`` there is one for each value of that column. Nothing
    where the instant is missing.
    """
    nw = narwhals()
    frame = _with_day(engine, frame, at)
    frame = frame.with_columns((nw.col(at) - nw.col("day").cast(nw.Float64) * float(DAY_MICROS)).alias("micros"))
    if engine.kind == "polars" and not engine.was_lazy and key is None:
        return _taken(frame, table)
    on = ["day"] if key is None else ["day", key]
    return frame.join(engine.small(table), on=on, how="left")


def _with_day(engine: Engine, frame: Any, at: str) -> Any:
    nw = narwhals()
    if engine.kind in {"duckdb", "pyspark"}:
        # What narwhals makes of a whole division in SQL asks for types and signs in every row.
        divided = "//" if engine.kind == "duckdb" else "DIV"
        quoted = f'"{at}"' if engine.kind == "duckdb" else f"`{at}`"
        day = f"(CAST({quoted} AS BIGINT) + {_EARLIER_MICROS}) {divided} {DAY_MICROS} - {_EARLIER_DAYS}"
        native = frame.to_native()
        if engine.kind == "duckdb":
            return nw.from_native(native.project(f"*, {day} AS day"))
        from pyspark.sql import functions as spark

        return nw.from_native(native.withColumn("day", spark.expr(day)))
    # A missing instant falls on a day that no table has.
    whole = nw.col(at).fill_null(-float(_EARLIER_MICROS)).cast(nw.Int64) + _EARLIER_MICROS
    day = whole // DAY_MICROS
    if engine.kind == "ibis":
        # It divides as floats do, and lands on the next day a few microseconds early.
        rest = whole - day * DAY_MICROS
        day = nw.when(rest < 0).then(day - 1).otherwise(day)
    return frame.with_columns((day - _EARLIER_DAYS).cast(nw.Int64).alias("day"))


def _taken(frame: Any, table: Columns) -> Any:
    """Days without gaps are places in a list, and polars need not look for them."""
    import polars as pl

    days = table["day"][1]
    if not days:
        return frame.join(narwhals().from_native(pl.LazyFrame({"day": []}, schema={"day": pl.Int64})), on="day")
    place = pl.col("day") - days[0]
    known = pl.when(place.is_between(0, len(days) - 1)).then(place)
    lists = [pl.lit(pl.Series(list(values))).gather(known).alias(name) for name, (_, values) in table.items()]
    return narwhals().from_native(frame.to_native().with_columns(lists))
