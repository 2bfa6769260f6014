"""Columns of any kind as plain values, and what is missing in them.

Kinds are told by the module of their type, so that reading a list imports neither numpy nor pandas nor polars.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from csprotocol.errors import InvalidValueError, NaiveDatetimeError
from csprotocol.model import Rejection

__all__ = [
    "EPOCH",
    "KEPT_REJECTIONS",
    "MASKED",
    "NAT",
    "Columns",
    "Log",
    "array_micros",
    "holds_instants",
    "in_range",
    "instant",
    "is_missing",
    "kind_of",
    "micros",
    "micros_each",
    "micros_of",
    "polars_micros",
    "rejections",
    "values",
]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# How numpy marks an instant that is missing.
NAT: Final = -(2**63)
# How numpy calls a masked value that was taken out of its array, into a list.
MASKED: Final = "MaskedConstant"
# More examples than that help nobody, and a broken column would fill the memory with them.
KEPT_REJECTIONS: Final = 1_000
_DAY: Final = 86_400
_MILLION: Final = 1_000_000
_LEAST: Final = (datetime.min.replace(tzinfo=UTC) - EPOCH).days * _DAY * _MILLION
_MOST: Final = ((datetime.max.replace(tzinfo=UTC) - EPOCH).days + 1) * _DAY * _MILLION - 1


class Columns(NamedTuple):
    """The three columns as the caller gave them; ``label`` is what the caller calls the second."""

    case: Any
    name: Any
    at: Any
    label: str

    @classmethod
    def of(cls, case: Any, name: Any, at: Any, label: str) -> Columns:
        """The columns, with iterators and the like made lists.

        Raises:
            InvalidValueError: a column that is none, or columns of different lengths.
        """
        columns = cls(
            _unmasked(_sized("case", case)), _unmasked(_sized(label, name)), _unmasked(_sized("at", at)), label
        )
        for field, column in ((label, columns.name), ("at", columns.at)):
            if len(column) != len(columns.case):
                expected = f"as long as case, {len(columns.case)} rows"
                raise InvalidValueError.of(field, f"{len(column)} rows", expected=expected)
        return columns


class Log(NamedTuple):
    """The rows that can be counted, as numbers: lists in the loop, arrays in numpy.

    ``case`` and ``name`` index ``cases`` and ``names``, which stand in the order of their first appearance; ``at``
    is microseconds since 1970; ``rows`` says where the row stood in the input.
    """

    cases: tuple[Hashable, ...]
    names: tuple[Hashable, ...]
    case: Any
    name: Any
    at: Any
    rows: Any
    rejected: tuple[Rejection, ...]
    rejections: int


def kind_of(column: Any) -> str:
    """The library a column comes from."""
    return type(column).__module__.partition(".")[0]


def _sized(field: str, column: Any) -> Any:
    # A column has one axis; lists have no shape, frames and tables have two. Sets and mappings have no rows at all.
    one_axis = len(getattr(column, "shape", (0,))) == 1 and not isinstance(column, str | bytes | AbstractSet | Mapping)
    if one_axis and hasattr(column, "__len__"):
        return column
    if one_axis and isinstance(column, Iterable):
        return list(column)
    raise InvalidValueError.of(field, type(column).__name__, expected="a column: a list, an array or a series")


def _unmasked(column: Any) -> Any:
    """The column; of a masked array of numpy, what is masked made missing: numpy goes on with the value behind."""
    if kind_of(column) != "numpy" or not hasattr(column, "mask"):
        return column
    if column.dtype.kind == "M":
        return column.filled(column.dtype.type("NaT"))
    return column.tolist() if column.mask.any() else column.data


def values(column: Any) -> Sequence[Any]:
    """The column as values of Python."""
    if isinstance(column, list | tuple):
        return column
    for method in ("to_pylist", "tolist", "to_list"):
        if hasattr(column, method):
            found: list[Any] = getattr(column, method)()
            return found
    return list(column)


def is_missing(value: object) -> bool:
    """Whether it is ``None``, masked, or one of the many values that are not equal to themselves (NaN, NaT, NA)."""
    if value is None or type(value).__name__ == MASKED:
        return True
    try:
        return bool(value != value)  # noqa: PLR0124  # the test for NaN that needs no library
    except (TypeError, ValueError):
        # pandas' NA has no truth.
        return True


def micros_of(field: str, at: object) -> int | None:
    """Microseconds since 1970, ``None`` for a missing instant.

    Raises:
        NaiveDatetimeError: it has no time zone.
        InvalidValueError: it is no instant.
    """
    if is_missing(at):
        return None
    if not isinstance(at, datetime):
        raise InvalidValueError.of(field, type(at).__name__, expected="an instant", hint="a datetime with a time zone")
    if at.utcoffset() is None:
        raise NaiveDatetimeError.of_field(field, at)
    # A third faster than a floor division of timedeltas.
    since = at - EPOCH
    return (since.days * _DAY + since.seconds) * _MILLION + since.microseconds


def micros(column: Any) -> list[int | None]:
    """The column ``at`` as microseconds since 1970, ``None`` where one is missing."""
    if kind_of(column) == "polars" and str(column.dtype) != "Object":
        found: list[int | None] = polars_micros(column).to_list()
    elif holds_instants(column):
        found = [None if each == NAT else each for each in array_micros(column).tolist()]
    else:
        found = micros_each(values(column))
    known = [each for each in found if each is not None]
    if known:
        in_range(min(known), max(known))
    return found


def micros_each(column: Sequence[Any]) -> list[int | None]:
    """Instants as Python knows them, as microseconds since 1970, ``None`` where one is missing."""
    # A column of nothing but datetimes needs no look at each: the naive one fails by itself.
    if set(map(type, column)) == {datetime}:
        try:
            sinces = [at - EPOCH for at in column]
        except TypeError:
            pass
        else:
            return [(since.days * _DAY + since.seconds) * _MILLION + since.microseconds for since in sinces]
    return [micros_of(f"at[{row}]", at) for row, at in enumerate(column)]


def holds_instants(column: Any) -> bool:
    """Whether it is an array of instants, not of objects of Python."""
    return kind_of(column) in {"numpy", "pandas", "pyarrow"} and str(getattr(column, "dtype", "")) != "object"


def array_micros(column: Any) -> Any:
    """Instants of numpy, pandas or pyarrow as an array of microseconds, ``NAT`` where one is missing."""
    # The calendar takes a while to import, and lists do not need it.
    from csprotocol.calendar._columns import microseconds

    if kind_of(column) != "pyarrow":
        return microseconds("at", column)
    if not hasattr(column.type, "tz"):
        raise InvalidValueError.of("at", str(column.type), expected="a column of instants with a time zone")
    if column.type.tz is None:
        raise NaiveDatetimeError.of_field("at", f"a column of {column.type}")
    return microseconds("at", column.to_numpy(zero_copy_only=False))


def polars_micros(column: Any) -> Any:
    """A series of polars as whole microseconds, null where an instant is missing."""
    dtype = column.dtype
    if not hasattr(dtype, "time_zone"):
        raise InvalidValueError.of("at", str(dtype), expected="a series of instants with a time zone")
    if dtype.time_zone is None:
        raise NaiveDatetimeError.of_field("at", f"a series of {dtype}")
    return column.dt.cast_time_unit("us").to_physical()


def in_range(low: int, high: int) -> None:
    """Nothing, when both are instants that a ``datetime`` in UTC can tell.

    Raises:
        InvalidValueError: they are not.
    """
    if low < _LEAST or high > _MOST:
        raise InvalidValueError.of(
            "at",
            f"{low} to {high} microseconds since 1970",
            expected="within the years 1 to 9999 of UTC",
            hint="check the unit of the column",
        )


def instant(since: int) -> datetime:
    """The instant, in UTC, so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=since)


def rejections(rows: Iterable[int], missing: Iterable[str]) -> tuple[Rejection, ...]:
    """Rows of which ``missing`` names the first empty column."""
    return tuple(
        # Line 1 is the header: row 0 of the columns is line 2 of the file they came from.
        Rejection("missing-value", "the cell is empty, and nothing is guessed", line=row + 2, column=column)
        for row, column in zip(rows, missing, strict=True)
    )
