"""What groups are asked for, said to each engine in its own words where those are quicker than common ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from csprotocol.kpi._frames_engine import Engine, narwhals

__all__ = ["Ask", "answers"]

Row = dict[str, Any]


class Ask(NamedTuple):
    """One number of each group, or one list of quantiles; ``name`` is what the answer is called."""

    how: Literal["rows", "count", "sum", "max", "quantiles"]
    column: str
    name: str


def answers(engine: Engine, frame: Any, keys: Sequence[str], asks: Sequence[Ask], levels: Sequence[float]) -> list[Row]:
    """A row for each group, with the keys and what was asked; quantiles of no value are nothing.

    Quantiles are interpolated linearly, which all engines that know any can do.
    """
    match engine.kind:
        case "duckdb":
            return engine.rows(narwhals().from_native(_in_duckdb(frame.to_native(), keys, asks, levels)))
        case "pyspark":
            return engine.rows(narwhals().from_native(_in_spark(frame.to_native(), keys, asks, levels)))
        case _:
            return _in_common_words(engine, frame, keys, asks, levels)


def _in_common_words(
    engine: Engine, frame: Any, keys: Sequence[str], asks: Sequence[Ask], levels: Sequence[float]
) -> list[Row]:
    nw = narwhals()
    apart = engine.kind == "pyarrow"
    asked: list[Any] = []
    for ask in asks:
        column = nw.col(ask.column)
        match ask.how:
            case "rows":
                asked.append(nw.len().alias(ask.name))
            case "count":
                asked.append(column.count().alias(ask.name))
            case "sum":
                asked.append(column.sum().alias(ask.name))
            case "max":
                asked.append(column.max().alias(ask.name))
            case _ if not apart:
                # The same for polars, and much quicker, when nothing is null.
                values = column.drop_nulls() if engine.kind == "polars" else column
                asked += [values.quantile(level, "linear").alias(f"{ask.name}_{at}") for at, level in enumerate(levels)]
    rows = engine.rows(frame.group_by(*keys).agg(*asked) if keys else frame.select(*asked))
    for ask in asks:
        if ask.how != "quantiles":
            continue
        found = _in_arrow(frame, keys, ask.column, levels) if apart else {}
        for row in rows:
            if apart:
                row[ask.name] = found[tuple(row[key] for key in keys)]
            else:
                row[ask.name] = [row.pop(f"{ask.name}_{at}") for at in range(len(levels))]
    return rows


def _in_arrow(
    frame: Any, keys: Sequence[str], column: str, levels: Sequence[float]
) -> Mapping[tuple[Any, ...], Sequence[float | None]]:
    """Quantiles for pyarrow, whose groups know none but give their values."""
    import pyarrow.compute as pc

    def inside(values: Any) -> Any:
        return pc.quantile(values, q=list(levels)).to_pylist() if len(values) else [None] * len(levels)

    if not keys:
        return {(): inside(frame.to_native().column(column).drop_null())}
    found = frame.to_native().select([*keys, column]).group_by(list(keys)).aggregate([(column, "list")])
    groups = zip(*(found.column(key).to_pylist() for key in keys), strict=True)
    lists = found.column(f"{column}_list")
    return {group: inside(values.values.drop_null()) for group, values in zip(groups, lists, strict=True)}


# One call finds all quantiles of a column: to ask for each is to sort for each.
_SQL: Final = {"rows": "count(*)", "count": 'count("{}")', "sum": 'sum("{}")', "max": 'max("{}")'}


def _in_duckdb(frame: Any, keys: Sequence[str], asks: Sequence[Ask], levels: Sequence[float]) -> Any:
    words = {**_SQL, "quantiles": f'quantile_cont("{{}}", {list(levels)})'}
    groups = [f'"{key}"' for key in keys]
    asked = [f'{words[ask.how].format(ask.column)} AS "{ask.name}"' for ask in asks]
    return frame.aggregate(", ".join([*groups, *asked]), ", ".join(groups))


def _in_spark(frame: Any, keys: Sequence[str], asks: Sequence[Ask], levels: Sequence[float]) -> Any:
    from pyspark.sql import functions as spark

    asked = []
    for ask in asks:
        match ask.how:
            case "rows":
                found = spark.count(spark.lit(1))
            case "quantiles":
                found = spark.percentile(spark.col(ask.column), spark.array(*map(spark.lit, levels)))
            case how:
                found = getattr(spark, how)(ask.column)
        asked.append(found.alias(ask.name))
    return frame.groupBy(*keys).agg(*asked)
