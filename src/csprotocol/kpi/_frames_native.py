"""A few rows as a table of the engine that asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeAlias

__all__ = ["Columns", "native_table", "numbered", "numpy", "pandas"]

Columns: TypeAlias = Mapping[str, tuple[type, Sequence[Any]]]
"""Values by column, with their type, which a column of nothing does not tell."""

_POLARS: Final = {bool: "Boolean", int: "Int64", float: "Float64", str: "String"}
_ARROW: Final = {bool: "bool_", int: "int64", float: "float64", str: "string"}
_AS_TEXT: Final = range(1, 5_000)
_SQL: Final = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", str: "STRING", date: "DATE", datetime: "TIMESTAMP"}


def native_table(kind: str, given: Any, columns: Columns, *, small: bool = False) -> Any:
    """``columns`` as a table of ``kind``; engines with a session make it in that of the frame ``given``.

    ``small`` tells that it is to be joined with something large.
    """
    match kind:
        case "polars":
            return _of_polars(columns)
        case "pandas":
            return _of_pandas(columns)
        case "pyarrow":
            return _of_pyarrow(columns)
        case "ibis":
            import ibis

            return ibis.memtable(_of_pyarrow(columns))
        case "duckdb":
            return _of_duckdb(given, columns)
        case _:
            return _of_spark(given.sparkSession, columns, small=small)


def numpy() -> Any:
    """The library, which pandas brings."""
    import numpy as np

    return np


def pandas() -> Any:
    """The library, where a frame is of it."""
    import pandas as pd

    return pd


def numbered(column: Any) -> tuple[Any, list[Any]]:
    """A number for each row of a column of pandas, -1 where nothing is there, and the values that are numbered."""
    codes, values = pandas().factorize(column)
    return codes, values.tolist()


def _of_polars(columns: Columns) -> Any:
    import polars as pl

    made = [
        pl.Series(name, list(values), dtype=getattr(pl, _POLARS[of]) if of in _POLARS else None)
        for name, (of, values) in columns.items()
    ]
    return pl.LazyFrame(made)


def _of_pandas(columns: Columns) -> Any:
    import pandas as pd

    def series(of: type, values: Sequence[Any]) -> Any:
        # Its plain whole numbers have no way to say that one is missing.
        whole = "int64" if None not in values else "Int64"
        dtype = {int: whole, float: "float64", bool: "boolean"}.get(of)
        return pd.Series(list(values), dtype=dtype) if dtype or any(values) else pd.Series(list(values), dtype="str")

    return pd.DataFrame({name: series(of, values) for name, (of, values) in columns.items()})


def _of_pyarrow(columns: Columns) -> Any:
    import pyarrow as pa

    made = {
        name: pa.array(list(values), type=getattr(pa, _ARROW[of])() if of in _ARROW else None)
        for name, (of, values) in columns.items()
    }
    return pa.table(made)


def _of_duckdb(given: Any, columns: Columns) -> Any:
    """In the connection of ``given``, which can be reached through a query alone."""
    try:
        made = _of_pyarrow(columns)
    except ImportError:
        return given.query("given_frame", _select(columns))
    # DuckDB finds `made` by its name among the variables here; that is much less to read than every value as SQL.
    found = given.query("given_frame", "SELECT * FROM made")
    del made
    return found


def _of_spark(session: Any, columns: Columns, *, small: bool) -> Any:
    rows = list(zip(*(values for _, values in columns.values()), strict=True))
    if small and len(rows) in _AS_TEXT and all(of in {int, float} for of, _ in columns.values()):
        # Rows that Spark can read in the question itself need no Python beside it, and are known to be few.
        names = ", ".join(f"`{name}`" for name in columns)
        casts = ", ".join(f"CAST(`{name}` AS {_SQL[of]}) AS `{name}`" for name, (of, _) in columns.items())
        body = ", ".join(f"({', '.join(map(repr, row))})" for row in rows)
        return session.sql(f"SELECT {casts} FROM VALUES {body} AS made({names})").hint("broadcast")  # noqa: S608
    types = ", ".join(f"`{name}` {_SQL.get(of, 'STRING')}" for name, (of, _) in columns.items())
    made = session.createDataFrame(rows, types)
    return made.hint("broadcast") if small else made


def _select(columns: Columns) -> str:
    """The rows as one statement."""
    names = ", ".join(_quoted(name) for name in columns)
    types = [_SQL.get(of, "VARCHAR") for of, _ in columns.values()]
    typed = [f"CAST({{}} AS {'TIMESTAMPTZ' if of == 'TIMESTAMP' else of})" for of in types]
    rows = zip(*(values for _, values in columns.values()), strict=True)
    lines = [", ".join(map(_literal, row)) for row in rows]
    # One row of nothing tells the types where there is no row at all.
    lines = lines or [", ".join("NULL" for _ in columns)]
    casts = ", ".join(
        f"{cast.format(_quoted(name))} AS {_quoted(name)}" for cast, name in zip(typed, columns, strict=True)
    )
    empty = "" if any(len(values) for _, values in columns.values()) else " WHERE false"
    body = ", ".join(f"({line})" for line in lines)
    return f"SELECT {casts} FROM (VALUES {body}) AS made({names}){empty}"  # noqa: S608  # nothing of a caller's but values


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
