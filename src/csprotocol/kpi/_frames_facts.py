"""The facts of each row as numbers that mean the same in every engine: microseconds, counts, 1.0 or 0.0, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from csprotocol.kpi._frames_engine import Engine, narwhals
from csprotocol.kpi._frames_schema import INSTANTS, Holds, Source, sources
from csprotocol.kpi._frames_spec import TableSpec
from csprotocol.model import StatusCategory

__all__ = ["CANCELLED", "DONE", "LIVE", "STRANGE", "Facts", "meaning_of_words", "read_facts", "strange_words"]

_SECOND: Final = 1_000_000
_NANOS: Final = 9
# Cut as elsewhere, and not rounded, before 1970 too.
_NANOS_SQL: Final = "((epoch_ns({0}) - (epoch_ns({0}) % 1000 + 1000) % 1000) // 1000)"

# What a status means for the KPIs, as a number; nothing where it is unknown.
LIVE: Final = 0.0
DONE: Final = 1.0
CANCELLED: Final = 2.0
STRANGE: Final = 3.0
"""A word that is no status."""


class Facts(NamedTuple):
    """The columns that tables need and no others; ``has`` tells which facts the frame knows at all."""

    frame: Any
    has: frozenset[str]

    def __call__(self, fact: str) -> Any:
        """The column of a fact, as an expression; nothing in every row where the frame does not know it."""
        nw = narwhals()
        return nw.col(fact) if fact in self.has else nw.lit(None, dtype=nw.Float64)

    def constant(self, value: float) -> Any:
        """The same number in every row."""
        return narwhals().lit(value)


def read_facts(engine: Engine, frame: Any, spec: TableSpec, wanted: Iterable[str], keys: Mapping[str, str]) -> Facts:
    """``wanted`` facts and the columns ``keys`` (by the name they get), read from ``frame``.

    Raises:
        InvalidValueError: a column that is not there or holds another kind of thing.
        NaiveDatetimeError: instants without a time zone.
    """
    schema = frame.collect_schema()
    known, grouped = sources(engine, schema, spec, wanted, keys)
    instants = {fact: source for fact, source in known.items() if fact in INSTANTS and source.holds is Holds.INSTANTS}
    prefix = "micros of "
    while any(name.casefold().startswith(prefix) for name in schema):
        prefix = f"_{prefix}"
    if engine.kind in {"duckdb", "ibis", "pyspark"} and instants:
        named = {f"{prefix}{fact}": source.column for fact, source in instants.items()}
        frame = _with_micros(engine, frame, named)
        micros = {fact: narwhals().col(f"{prefix}{fact}") for fact in instants}
    else:
        micros = {fact: _instant(engine, source.column) for fact, source in instants.items()}
    read = [
        (micros[fact] if fact in micros else _number(fact, source, spec)).alias(fact) for fact, source in known.items()
    ]
    chosen = frame.select(*(_known(source).alias(key) for key, source in grouped.items()), *read)
    return Facts(chosen, frozenset(known))


def strange_words(engine: Engine, frame: Any, spec: TableSpec) -> list[str]:
    """Up to three words for a status that mean none."""
    nw = narwhals()
    status = nw.col(spec.columns.get("status", "status")).cast(nw.String).alias("status")
    words = frame.lazy().select(status) if engine.kind in {"pandas", "polars"} else frame.select(status)
    strange = words.filter(~nw.col("status").is_in(list(meaning_of_words(spec)))).unique(keep="any")
    rows = engine.rows(strange.collect() if engine.kind == "pandas" else strange)
    return sorted(row["status"] for row in rows if row["status"] is not None)[:3]


def _known(source: Source) -> Any:
    """The column, with nothing in it where it says NaN: engines group, compare and count NaN each in its own way."""
    nw = narwhals()
    column = nw.col(source.column)
    match source.holds:
        case Holds.FLOATS:
            return nw.when(~column.is_nan()).then(column)
        case Holds.NOTHING:
            # Of which kind does not matter, but there are engines that do little with columns of no kind.
            return column.cast(nw.String)
        case _:
            return column


def _instant(engine: Engine, column: str) -> Any:
    nw = narwhals()
    micros = nw.col(column).dt.timestamp("us")
    if engine.kind == "pyarrow":
        # Arrow refuses to turn a whole number into a float that is not the same; the year 2256 is the first such.
        whole = micros // _SECOND
        return whole.cast(nw.Float64) * _SECOND + (micros - whole * _SECOND).cast(nw.Float64)
    return micros.cast(nw.Float64)


def _with_micros(engine: Engine, frame: Any, columns: Mapping[str, str]) -> Any:
    """Instants counted by the engine's own function, which does not look at the zone of its session."""
    native = frame.to_native()
    match engine.kind:
        case "duckdb":
            types = dict(zip(native.columns, map(str, native.types), strict=True))
            each = [
                f"CAST({(_NANOS_SQL if types[of].endswith('_NS') else 'epoch_us({0})').format(_quoted(of))} AS DOUBLE) "
                f"AS {_quoted(to)}"
                for to, of in columns.items()
            ]
            made = native.project(", ".join(["*", *each]))
        case "ibis":
            made = native.mutate(**{to: _in_ibis(native[of]) for to, of in columns.items()})
        case _:
            from pyspark.sql import functions as spark

            made = native.withColumns(
                {to: spark.unix_micros(spark.col(f"`{of}`")).cast("double") for to, of in columns.items()}
            )
    return narwhals().from_native(made)


def _in_ibis(instant: Any) -> Any:
    if instant.type().scale == _NANOS and instant.get_backend().name == "duckdb":
        # DuckDB reads no seconds from these; what ibis has no word for can be called by its name.
        import ibis

        of_ibis, moment = ibis.udf.scalar.builtin, instant.type()
        nanos = of_ibis(lambda at: at, name="epoch_ns", signature=((moment,), "int64"))(instant)
        divided = of_ibis(lambda of, by: (of, by), name="divide", signature=(("int64", "int64"), "int64"))
        return divided(nanos - (nanos % 1000 + 1000) % 1000, 1000).cast("float64")
    whole = instant.truncate("s").epoch_seconds().cast("float64")
    return whole * _SECOND + instant.microsecond().cast("float64")


def _number(fact: str, source: Source, spec: TableSpec) -> Any:
    nw = narwhals()
    found = _known(source)
    if fact == "calendar":
        # It is joined with plain texts; Arrow has several kinds of them.
        return found.cast(nw.String)
    if fact == "ticket_id":
        return found
    if fact == "merged_into":
        return nw.when(~found.is_null()).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    if fact == "status":
        return _status(found.cast(nw.String), spec)
    return found.cast(nw.Float64)


def _status(word: Any, spec: TableSpec) -> Any:
    nw = narwhals()
    meanings: dict[float, list[str]] = {LIVE: [], DONE: [], CANCELLED: []}
    for name, meaning in meaning_of_words(spec).items():
        meanings[meaning].append(name)
    # Left to right: nothing stays nothing, since no branch is true of it.
    return (
        nw.when(word.is_in(meanings[LIVE]))
        .then(nw.lit(LIVE))
        .when(word.is_in(meanings[DONE]))
        .then(nw.lit(DONE))
        .when(word.is_in(meanings[CANCELLED]))
        .then(nw.lit(CANCELLED))
        .when(~word.is_null())
        .then(nw.lit(STRANGE))
    )


def meaning_of_words(spec: TableSpec) -> Mapping[str, float]:
    """What each word for a status means, those of the shop among them."""
    own = {**{str(each): each for each in StatusCategory}, **spec.statuses}
    return {
        name: CANCELLED if category is StatusCategory.CANCELLED else LIVE if category.is_live else DONE
        for name, category in own.items()
    }


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
