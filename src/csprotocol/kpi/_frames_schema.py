"""Which columns of a frame are read, and what each of them holds: asked before anything is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum, auto
from numbers import Real
from typing import Any, Final, NamedTuple

from csprotocol.errors import InvalidValueError, NaiveDatetimeError
from csprotocol.kpi._frames_engine import Engine, narwhals
from csprotocol.kpi._frames_native import pandas
from csprotocol.kpi._frames_spec import TableSpec

__all__ = ["FACTS", "INSTANTS", "Holds", "Source", "Sources", "sources"]

INSTANTS: Final = (
    "created_at",
    "first_customer_message_at",
    "first_reply_at",
    "first_agent_message_at",
    "second_agent_message_at",
    "first_auto_reply_at",
    "last_public_agent_message_at",
    "solved_at",
    "first_solved_at",
    "closed_at",
)
FLAGS: Final = ("replied", "opened_publicly", "surveyed", "agent_started", "spam", "sla_met")
NUMBERS: Final = (
    "agent_messages",
    "agent_replies",
    "customer_replies",
    "agents",
    "solves",
    "closes",
    "reopens",
    "csat",
    "nps",
    "ces",
)
WORDS: Final = ("ticket_id", "merged_into", "status", "calendar")
FACTS: Final = (*INSTANTS, *FLAGS, *NUMBERS, *WORDS)

_FIRST: Final = 100

# They take `Id` and `ID` for one column.
_BLIND_TO_CASE: Final = frozenset({"duckdb", "ibis", "pyspark"})


class Holds(Enum):
    """What a column holds, as far as it matters."""

    INSTANTS = auto()
    NAIVE_INSTANTS = auto()
    FLOATS = auto()
    """Numbers among which NaN may stand, which is nothing."""
    NUMBERS = auto()
    TEXT = auto()
    NOTHING = auto()
    """No value at all, so that nobody can tell of which kind they would be."""
    NESTED = auto()
    OTHER = auto()


class Source(NamedTuple):
    """A column of the frame given; ``told`` is what its engine calls what it holds."""

    column: str
    holds: Holds
    told: str


class Sources(NamedTuple):
    """Columns by the fact that they tell, and by the name inside of what is grouped by."""

    facts: Mapping[str, Source]
    keys: Mapping[str, Source]


def sources(
    engine: Engine, schema: Mapping[str, Any], spec: TableSpec, wanted: Iterable[str], keys: Mapping[str, str]
) -> Sources:
    """Where those of the ``wanted`` facts stand that the frame knows, and the columns ``keys``.

    Raises:
        InvalidValueError: a column is not there, holds another kind of thing, or cannot be told from another.
        NaiveDatetimeError: instants without a time zone.
    """
    for fact, column in spec.columns.items():
        if fact not in FACTS:
            raise InvalidValueError.unknown("TableSpec.columns", fact, FACTS)
        if column not in schema:
            raise InvalidValueError.unknown(f"TableSpec.columns[{fact}]", column, schema)
    for column in keys.values():
        if column not in schema:
            raise InvalidValueError.unknown("by", column, schema)
    named = {fact: spec.columns.get(fact, fact) for fact in sorted(set(wanted))}
    found = {fact: _source(engine, schema, column) for fact, column in named.items() if column in schema}
    for fact, source in found.items():
        _check_fact(fact, source)
    grouped = {key: _source(engine, schema, column) for key, column in keys.items()}
    for source in grouped.values():
        if source.holds is Holds.NESTED:
            raise InvalidValueError.of(
                f"column {source.column!r}", source.told, expected="one value a row, to group by", hint="unnest it"
            )
    return Sources(found, grouped)


def _source(engine: Engine, schema: Mapping[str, Any], column: str) -> Source:
    if engine.kind in _BLIND_TO_CASE:
        twins = [name for name in schema if name.casefold() == column.casefold()]
        if len(twins) > 1:
            raise InvalidValueError.of(
                "columns",
                ", ".join(twins),
                expected=f"told apart by more than case in {engine.kind}",
                hint="rename one",
            )
    if engine.kind == "pyspark" and any(sign in column for sign in ".`"):
        raise InvalidValueError.of("columns", column, expected="a name without dots and backticks", hint="rename it")
    if engine.kind == "pandas":
        return _of_pandas(engine.given[column], column)
    dtype = schema[column]
    return Source(column, _holds(engine, column, dtype), str(dtype))


def _check_fact(fact: str, source: Source) -> None:
    held = source.holds
    where = f"column {source.column!r}"
    if held is Holds.NOTHING or (fact in WORDS and fact != "calendar" and held is not Holds.NESTED):
        return
    if fact in INSTANTS and held is Holds.NAIVE_INSTANTS:
        raise NaiveDatetimeError.of_field(where, f"a column of {source.told}")
    if fact in INSTANTS:
        fits, expected = held is Holds.INSTANTS, f"instants with a time zone, as {fact}"
    elif fact in WORDS:
        fits = held is Holds.TEXT
        expected = f"{'one value a row' if held is Holds.NESTED else 'texts'}, as {fact}"
    else:
        fits = held in {Holds.FLOATS, Holds.NUMBERS}
        expected = f"{'yes or no' if fact in FLAGS else 'numbers'}, as {fact}"
    if not fits:
        raise InvalidValueError.of(where, source.told, expected=expected)


def _holds(engine: Engine, column: str, dtype: Any) -> Holds:
    nw = narwhals()
    if isinstance(dtype, nw.Datetime):
        # Spark's instants have the zone of the session.
        return Holds.INSTANTS if dtype.time_zone is not None or engine.kind == "pyspark" else Holds.NAIVE_INSTANTS
    if dtype.is_float():
        return Holds.FLOATS
    if dtype.is_numeric() or dtype == nw.Boolean:
        return Holds.NUMBERS
    if dtype in {nw.String, nw.Categorical, nw.Enum}:
        return Holds.TEXT
    if dtype.is_nested():
        return Holds.NESTED
    return _unknown(engine, column) if dtype in {nw.Unknown, nw.Object} else Holds.OTHER


def _unknown(engine: Engine, column: str) -> Holds:
    """What narwhals has no word for."""
    given = engine.given
    match engine.kind:
        case "polars":
            nothing = str(given.collect_schema()[column]) == "Null"
        case "pyarrow":
            nothing = str(given.schema.field(column).type) == "null"
        case "duckdb":
            told = str(given.types[given.columns.index(column)])
            if told == "TIMESTAMPTZ_NS":
                return Holds.INSTANTS
            nothing = told == '"NULL"'
        case "ibis":
            nothing = given.schema()[column].is_null()
        case _:
            nothing = given.schema[column].dataType.typeName() == "void"
    return Holds.NOTHING if nothing else Holds.OTHER


def _of_pandas(column: Any, name: str) -> Source:
    """By the type that pandas gives; where it tells of no kind, by the values."""
    held = _kind_in_pandas(column)
    # A column of nothing is of floats, of objects, or of instants without a zone.
    if held not in {Holds.INSTANTS, Holds.NUMBERS} and column.head(_FIRST).isna().all() and column.isna().all():
        held = Holds.NOTHING
    return Source(name, held, str(column.dtype))


def _kind_in_pandas(column: Any) -> Holds:  # a line a kind
    pd = pandas()
    dtype, types = column.dtype, pd.api.types
    if isinstance(dtype, pd.DatetimeTZDtype):
        return Holds.INSTANTS
    if isinstance(dtype, pd.ArrowDtype):
        import pyarrow as pa

        arrow = dtype.pyarrow_dtype
        if pa.types.is_dictionary(arrow):
            return Holds.TEXT if pa.types.is_string(arrow.value_type) else Holds.OTHER
        if pa.types.is_timestamp(arrow):
            return Holds.NAIVE_INSTANTS if arrow.tz is None else Holds.INSTANTS
        if pa.types.is_nested(arrow):
            return Holds.NESTED
        if pa.types.is_decimal(arrow):
            return Holds.NUMBERS
    if types.is_datetime64_dtype(dtype):
        return Holds.NAIVE_INSTANTS
    if types.is_float_dtype(dtype):
        return Holds.FLOATS
    if types.is_bool_dtype(dtype) or types.is_numeric_dtype(dtype):
        return Holds.NUMBERS
    if types.is_string_dtype(dtype) and not types.is_object_dtype(dtype):
        return Holds.TEXT
    if isinstance(dtype, pd.CategoricalDtype):
        return Holds.TEXT if types.infer_dtype(dtype.categories) in {"string", "empty"} else Holds.OTHER
    return _kind_of_objects(column) if types.is_object_dtype(dtype) else Holds.OTHER


def _kind_of_objects(column: Any) -> Holds:
    infer = pandas().api.types.infer_dtype
    # Millions of texts need not be looked at to know that they are no numbers.
    told = infer(column.head(_FIRST), skipna=True)
    match told if told == "string" else infer(column, skipna=True):
        case "string" | "empty":
            return Holds.TEXT
        case "integer" | "floating" | "mixed-integer-float" | "boolean" | "decimal":
            return Holds.NUMBERS
        case "mixed" | "mixed-integer":
            known = column.dropna()
            if all(isinstance(each, Real | Decimal) for each in known):
                return Holds.NUMBERS
            return Holds.NESTED if any(isinstance(each, list | dict | set) for each in known) else Holds.OTHER
    return Holds.OTHER
