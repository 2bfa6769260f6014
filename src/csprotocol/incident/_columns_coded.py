"""Columns as arrays of numbers: one number for each distinct value, in the order of first appearance."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final, NamedTuple

from csprotocol.incident._columns_loop import numbered
from csprotocol.incident._columns_read import (
    KEPT_REJECTIONS,
    NAT,
    Columns,
    Log,
    array_micros,
    holds_instants,
    in_range,
    is_missing,
    kind_of,
    micros_each,
    polars_micros,
    rejections,
    values,
)

__all__ = ["numpy", "read"]

# A table by value may be that much longer than the column before sorting the values is cheaper.
_ROOM: Final = 4
_TEXTS: Final = frozenset({"string", "large_string", "string_view"})


def numpy() -> Any:
    """The library, imported when it is first needed."""
    import numpy as np

    return np


class _Coded(NamedTuple):
    """Numbers that tell the values of a column apart, negative ones for missing values."""

    codes: Any
    column: Any

    def dense(self, rows: Any) -> tuple[Any, tuple[Hashable, ...]]:
        """Numbers from 0 in the order of first appearance among ``rows``, and the values behind them."""
        np = numpy()

        codes = self.codes if rows is None else self.codes[rows]
        if not codes.size:
            return codes, ()
        length = int(codes.max()) + 1
        first = np.full(length, codes.size, dtype=np.int64)
        # Written from the back, so that the first row of a value is the one that stays.
        first[codes[::-1]] = np.arange(codes.size - 1, -1, -1)
        used = np.flatnonzero(first < codes.size)
        order = used[np.argsort(first[used], kind="stable")]
        places = first[order]
        if not (order.size == length and (order[1:] > order[:-1]).all()):
            number = np.empty(length, dtype=np.int64)
            number[order] = np.arange(order.size)
            codes = number[codes]
        return codes, _taken(self.column, places if rows is None else rows[places])


def read(columns: Columns) -> Log:
    """The rows in which nothing is missing, as arrays; the others are rejected."""
    np = numpy()

    case, name = _coded("case", columns.case), _coded(columns.label, columns.name)
    at = _micros(columns.at)
    no_case, no_name = case.codes < 0, name.codes < 0
    bad = no_case | no_name | (at == NAT)
    rows, kept, rejected = np.arange(at.size), None, np.flatnonzero(bad)
    if rejected.size:
        rows = kept = np.flatnonzero(~bad)
        at = at[rows]
    if at.size:
        in_range(int(at.min()), int(at.max()))
    codes, cases = case.dense(kept)
    names_codes, names = name.dense(kept)
    examples = rejected[:KEPT_REJECTIONS]
    empty = np.where(no_case[examples], "case", np.where(no_name[examples], columns.label, "at"))
    told = rejections(examples.tolist(), empty.tolist())
    return Log(cases, names, codes, names_codes, at, rows, told, int(rejected.size))


def _micros(column: Any) -> Any:
    np = numpy()

    if kind_of(column) == "polars" and str(column.dtype) != "Object":
        return polars_micros(column).fill_null(NAT).to_numpy()
    if holds_instants(column):
        return array_micros(column)
    found = micros_each(values(column))
    if None in found:
        found = [NAT if each is None else each for each in found]
    return np.array(found, dtype=np.int64)


def _coded(field: str, column: Any) -> _Coded:
    """By the quickest way that the kind of the column offers; what has none goes through a dict."""
    np = numpy()

    codes = None
    kind = kind_of(column)
    if kind == "numpy":
        codes = _compact(column) if column.dtype.kind in "iu" else _text_codes(column)
    elif kind == "pandas" and str(column.dtype) != "object":
        import pandas as pd

        codes = pd.factorize(column)[0]
    elif kind == "polars":
        codes = _polars_codes(column)
    elif kind == "pyarrow" and str(column.type) in _TEXTS:
        encoded = column.dictionary_encode()
        whole = encoded.combine_chunks() if hasattr(encoded, "combine_chunks") else encoded
        codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    if codes is None:
        column = values(column)
        numbers, known = numbered(field, column)
        codes = np.fromiter(numbers, dtype=np.int64, count=len(numbers))
        missing = [code for code, value in enumerate(known) if is_missing(value)]
        if missing:
            codes[np.isin(codes, missing)] = -1
    return _Coded(np.asarray(codes, dtype=np.int64), column)


def _text_codes(column: Any) -> Any:
    """Texts of one width by their letters, eight at a time; ``None`` for other columns and for wider scripts."""
    np = numpy()

    width = column.dtype.itemsize // 4
    if column.dtype.kind != "U" or not column.dtype.isnative or not column.size or not width:
        return None
    letters = np.ascontiguousarray(column).view(np.uint32).reshape(-1, width)
    if letters.max() > _LATIN:
        return None
    padded = np.zeros((column.size, -(-width // 8) * 8), dtype=np.uint8)
    padded[:, :width] = letters
    first_word, *words = padded.view(np.uint64).T
    mixed = first_word
    for word in words:
        mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(_ODD) + word
    known, codes = np.unique(mixed, return_inverse=True)
    codes = codes.reshape(-1)
    # Not by `return_index`, for which numpy sorts another way, twice as long.
    firsts = np.empty(known.size, dtype=np.int64)
    firsts[codes] = np.arange(codes.size)
    # Two long texts may share a number, once in ages: whoever looks sees it.
    return codes if not words or (column[firsts][codes] == column).all() else None


_LATIN: Final = 255
_ODD: Final = 0xBF58476D1CE4E5B9


def _polars_codes(column: Any) -> Any:
    import polars as pl

    if column.dtype == pl.String:
        column = column.cast(pl.Categorical)
    elif not column.dtype.is_integer() and str(column.dtype).partition("(")[0] not in {"Categorical", "Enum"}:
        return None
    missing = column.is_null().to_numpy() if column.null_count() else None
    codes = _compact(column.to_physical().fill_null(0).to_numpy())
    if missing is not None:
        codes[missing] = -1
    return codes


def _compact(numbers: Any) -> Any:
    """Integers as small ones that start at 0, equal where they are equal."""
    np = numpy()

    if not numbers.size:
        return numbers.astype(np.int64)
    low, high = int(numbers.min()), int(numbers.max())
    if high - low >= _ROOM * numbers.size + (1 << 16):
        return np.unique(numbers, return_inverse=True)[1].reshape(-1)
    if low > np.iinfo(np.int64).max - 1:
        numbers = numbers - numbers.dtype.type(low)
        low = 0
    return numbers.astype(np.int64) - low


def _taken(column: Any, places: Any) -> tuple[Hashable, ...]:
    """The values of some rows, as Python knows them."""
    kind = kind_of(column)
    if kind == "numpy" or (kind == "pandas" and not hasattr(column, "iloc")):
        return tuple(column[places].tolist())
    if kind == "pandas":
        return tuple(column.iloc[places].tolist())
    if kind == "polars":
        return tuple(column.gather(places).to_list())
    if kind == "pyarrow":
        return tuple(column.take(places).to_pylist())
    return tuple(column[place] for place in places.tolist())
