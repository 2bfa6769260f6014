"""The facts of each row as numbers that mean the same in every engine: microseconds, counts, 1.0 or 0.0, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from csprotocol.errors import InvalidValueError, NaiveDatetimeError
from csprotocol.kpi._frames_engine import Engine, narwhals
from csprotocol.kpi._frames_spec import TableSpec
from csprotocol.model import StatusCategory

__all__ = ["CANCELLED", "DONE", "FACTS", "INSTANTS", "LIVE", "STRANGE", "Facts", "known_columns", "meaning_of_words"]
__all__ += ["read_facts"]

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

_SECOND: Final = 1_000_000

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
    nw = narwhals()
    known = known_columns(engine, frame.collect_schema(), spec, wanted, keys)
    micros = {fact: _instant(engine, column) for fact, column in known.items() if fact in INSTANTS}
    if engine.kind in {"duckdb", "ibis", "pyspark"} and micros:
        frame = _with_micros(engine, frame, {fact: known[fact] for fact in micros})
        micros = {fact: nw.col(f"micros of {fact}") for fact in micros}
    read = [
        (micros[fact] if fact in micros else _number(fact, column, spec)).alias(fact) for fact, column in known.items()
    ]
    chosen = frame.select(*(nw.col(column).alias(key) for key, column in keys.items()), *read)
    return Facts(chosen, frozenset(known))


def known_columns(
    engine: Engine, schema: Mapping[str, Any], spec: TableSpec, wanted: Iterable[str], keys: Mapping[str, str]
) -> Mapping[str, str]:
    """The columns of those of the ``wanted`` facts that the frame knows.

    Raises:
        InvalidValueError: a column is not there or holds another kind of thing.
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
    known = {fact: column for fact, column in named.items() if column in schema}
    for fact, column in known.items():
        _check_type(engine, fact, column, schema[column])
    return known


def _check_type(engine: Engine, fact: str, column: str, dtype: Any) -> None:
    nw = narwhals()
    if fact in WORDS:
        return
    if fact in INSTANTS:
        if not isinstance(dtype, nw.Datetime):
            told = f"instants with a time zone, as {fact}"
            raise InvalidValueError.of(f"column {column!r}", str(dtype), expected=told)
        if dtype.time_zone is None and engine.kind != "pyspark":
            raise NaiveDatetimeError.of_field(f"column {column!r}", f"a column of {dtype}")
    elif dtype in {nw.String, nw.Categorical, nw.Enum} or isinstance(dtype, nw.Datetime):
        kind = "yes or no" if fact in FLAGS else "numbers"
        raise InvalidValueError.of(f"column {column!r}", str(dtype), expected=f"{kind}, as {fact}")


def _instant(engine: Engine, column: str) -> Any:
    nw = narwhals()
    if engine.kind in {"duckdb", "ibis", "pyspark"}:
        return None
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
            each = [
                f"CAST(epoch_us({_quoted(of)}) AS DOUBLE) AS {_quoted(f'micros of {to}')}" for to, of in columns.items()
            ]
            made = native.project(", ".join(["*", *each]))
        case "ibis":
            made = native.mutate(
                **{
                    f"micros of {to}": (
                        native[of].truncate("s").epoch_seconds().cast("float64") * 1_000_000
                        + native[of].microsecond().cast("float64")
                    )
                    for to, of in columns.items()
                }
            )
        case _:
            from pyspark.sql import functions as spark

            made = native.withColumns(
                {
                    f"micros of {to}": spark.unix_micros(spark.col(f"`{of}`")).cast("double")
                    for to, of in columns.items()
                }
            )
    return narwhals().from_native(made)


def _number(fact: str, column: str, spec: TableSpec) -> Any:
    nw = narwhals()
    found = nw.col(column)
    if fact in {"ticket_id", "calendar"}:
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
