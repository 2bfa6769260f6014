"""Whole columns at once: numpy arrays, pandas and polars series in, the same kind out.

Every boundary is a multiple of g, the greatest common divisor of all boundaries (half an hour, mostly). Cut time
into cells of g and F(t) becomes a look-up: one number a cell holds F at the start of the cell and whether it is
open. That is several times faster than searching. Where the grid would grow too large, searching it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from math import gcd
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from csprotocol.calendar._compile import EPOCH
from csprotocol.calendar._timeline import Timeline
from csprotocol.errors import InvalidValueError, MissingExtraError, NaiveDatetimeError

if TYPE_CHECKING:
    from csprotocol.calendar._calendar import BusinessCalendar

__all__ = ["add_many", "between_many", "is_open_many", "microseconds"]

MAX_CELLS: Final = 4_000_000
# Temporaries of this many rows stay in the cache of the processor.
_CHUNK: Final = 1 << 15
_MICROSECOND: Final = timedelta(microseconds=1)
_NAT: Final = -(2**63)
_LARGEST: Final = 2**62
_COARSER: Final = ("Y", "M", "W", "D", "h", "m", "s", "ms")


def between_many(calendar: BusinessCalendar, start: Any, end: Any) -> Any:
    """See :meth:`BusinessCalendar.between_many`."""
    np = _numpy()
    first, last = _instants("start", start), _instants("end", end)
    a, b = first.values, last.values
    if first.shape != last.shape:
        raise InvalidValueError.of("end", last.shape, expected=f"as long as start, {first.shape}")
    missing = (a == _NAT) | (b == _NAT)
    line = _line_over(calendar, a, b, missing, up_to=True)
    if line is None:
        return first.durations(np.full(a.shape, _NAT, dtype="int64"))
    opened = _clock(line).opened
    result = np.empty(a.shape, dtype="int64")
    for at in range(0, result.size, _CHUNK):
        np.subtract(opened(b[at : at + _CHUNK]), opened(a[at : at + _CHUNK]), out=result[at : at + _CHUNK])
    if missing.any():
        result[missing] = _NAT
    return first.durations(result)


def is_open_many(calendar: BusinessCalendar, at: Any) -> Any:
    """See :meth:`BusinessCalendar.is_open_many`."""
    np = _numpy()
    column = _instants("at", at)
    missing = column.values == _NAT
    line = _line_over(calendar, column.values, column.values, missing)
    if line is None:
        return column.booleans(np.zeros(column.values.shape, dtype=bool))
    is_open = (np.searchsorted(_micros(line.marks), column.values, side="right") & 1).astype(bool)
    return column.booleans(is_open & ~missing)


def add_many(calendar: BusinessCalendar, at: Any, work: Any) -> Any:
    """See :meth:`BusinessCalendar.add_many`."""
    np = _numpy()
    column = _instants("at", at)
    works = _durations(work, column)
    missing = (column.values == _NAT) | (works == _NAT)
    result = np.where(missing, _NAT, column.values)
    line = _line_over(calendar, column.values, column.values, missing)
    todo = np.flatnonzero(~missing & (works != 0))
    if line is not None and todo.size:
        starts, amounts = column.values[todo], works[todo]
        reached, beyond = _reached(line, starts, amounts)
        while beyond is not None:
            # The scalar call compiles what is missing, or raises the error that says why there is no answer.
            calendar.add(EPOCH + _timedelta(starts[beyond]), _timedelta(amounts[beyond]))
            reached, beyond = _reached(calendar._line, starts, amounts)
        result[todo] = reached
    return column.instants(result)


def microseconds(name: str, column: Any) -> Any:
    """The instants of ``column`` as whole microseconds since 1970, in one array; a missing one is ``-2**63``."""
    return _instants(name, column).values


def _reached(line: Timeline, starts: Any, amounts: Any) -> tuple[Any, int | None]:
    """Where the work is done, or the first row whose answer lies beyond what is compiled."""
    np = _numpy()
    clock = _clock(line)
    total = (line.closing[-1] - line.base[0]) // _MICROSECOND if line.closing else 0
    result = np.empty(starts.shape, dtype="int64")
    for at in range(0, result.size, _CHUNK):
        chunk = slice(at, at + _CHUNK)
        backwards = amounts[chunk] < 0
        target = clock.opened(starts[chunk]) + amounts[chunk]
        # Earliest instant forwards, latest instant backwards: F stands still while it is closed.
        beyond = (target < 0) | (target > total) | (backwards & (target == total))
        if beyond.any():
            return None, at + int(np.argmax(beyond))
        result[chunk] = clock.reach(target, backwards)
    return result, None


def _line_over(calendar: BusinessCalendar, a: Any, b: Any, missing: Any, *, up_to: bool = False) -> Timeline | None:
    """The line over all instants of the columns; ``None`` when there are none."""
    if missing.any():
        a, b = a[~missing], b[~missing]
    if not a.size:
        return None
    low, high = min(a.min(), b.min()), max(a.max(), b.max())
    try:
        return calendar._covering(_timedelta(low), _timedelta(high), up_to=up_to)
    except OverflowError:
        raise InvalidValueError.of(
            "instant", f"{low} to {high} microseconds since 1970", expected="within the years 1 to 9999"
        ) from None


class _Clock(Protocol):
    """F and its inverse for arrays of microseconds."""

    def opened(self, at: Any) -> Any: ...

    def reach(self, opened: Any, latest: Any) -> Any: ...


def _clock(line: Timeline) -> _Clock:
    """By the grid where it fits, by search otherwise."""
    marks = [mark // _MICROSECOND for mark in line.marks]
    cell = gcd(*(mark - marks[0] for mark in marks)) if marks else 0
    if cell and (marks[-1] - marks[0]) // cell <= MAX_CELLS:
        return _Grid(marks, cell)
    return _Search(line)


class _Grid:
    """Time cut into cells that are open or closed as a whole.

    Cell 0 is all time before the first opening, the last one all time after the last closing.
    """

    def __init__(self, marks: list[int], cell: int) -> None:
        np = _numpy()
        self._origin, self._cell = marks[0], cell
        self._last = (marks[-1] - marks[0]) // cell + 1
        edges = (np.array(marks, dtype="int64") - marks[0]) // cell
        change = np.zeros(self._last + 1, dtype="int64")
        change[edges[::2] + 1] += 1
        change[edges[1::2] + 1] -= 1
        is_open = np.cumsum(change)
        before = np.concatenate(([0], np.cumsum(is_open)[:-1])) * cell
        starts = (np.arange(self._last + 1, dtype="int64") - 1) * cell
        # F is `before`, plus where it is open the time since the start of the cell. Both facts go into one number, so
        # that one look-up does.
        self._packed = ((before - is_open * starts) << 1) | is_open
        self._open_starts = starts[is_open == 1] + marks[0]

    def opened(self, at: Any) -> Any:
        np = _numpy()
        since = at - self._origin
        index = since // self._cell
        index += 1
        np.clip(index, 0, self._last, out=index)
        found = self._packed[index]
        since &= -(found & 1)
        found >>= 1
        found += since
        return found

    def reach(self, opened: Any, latest: Any) -> Any:
        # The k-th open cell holds F from k cells to k + 1 cells; at a border the direction decides.
        k = (opened - ~latest) // self._cell
        return self._open_starts[k] + (opened - k * self._cell)


class _Search:
    """The boundaries themselves, searched."""

    def __init__(self, line: Timeline) -> None:
        self._marks, self._base, self._closing = _micros(line.marks), _micros(line.base), _micros(line.closing)

    def opened(self, at: Any) -> Any:
        np = _numpy()
        index = np.searchsorted(self._marks, at, side="right")
        return self._base[index] + np.where(index & 1, at, 0)

    def reach(self, opened: Any, latest: Any) -> Any:
        np = _numpy()
        m = np.where(
            latest,
            np.searchsorted(self._closing, opened, side="right"),
            np.searchsorted(self._closing, opened, side="left"),
        )
        return self._marks[2 * m + 1] - (self._closing[m] - opened)


class _Column(NamedTuple):
    """Instants as microseconds since the epoch, flat, and how to give results back in the caller's kind."""

    values: Any
    shape: tuple[int, ...]
    instants: Callable[[Any], Any]
    durations: Callable[[Any], Any]
    booleans: Callable[[Any], Any]


def _kind(column: Any) -> str:
    return type(column).__module__.partition(".")[0]


def _instants(name: str, column: Any) -> _Column:
    kind = _kind(column)
    if kind == "pandas":
        return _from_pandas(name, column)
    if kind == "polars":
        return _from_polars(name, column)
    np = _numpy()
    array = np.asarray(column)
    if array.dtype.kind != "M":
        raise InvalidValueError.of(
            name, str(array.dtype), expected="a column of instants", hint="numpy datetime64 in UTC, or a series"
        )
    shape = array.shape
    return _Column(
        _to_micros(name, array),
        shape,
        lambda values: values.view("datetime64[us]").reshape(shape),
        lambda values: values.view("timedelta64[us]").reshape(shape),
        lambda values: values.reshape(shape),
    )


def _from_pandas(name: str, column: Any) -> _Column:
    import pandas as pd

    is_index = isinstance(column, pd.DatetimeIndex)
    series = column.to_series() if is_index else column
    if not isinstance(series, pd.Series):
        raise InvalidValueError.of(name, type(column).__name__, expected="a series of instants with a time zone")
    dtype = series.dtype
    # Timestamps of Arrow say their zone elsewhere; as pandas' own they are the same instants.
    tz = getattr(dtype, "tz", None) or getattr(getattr(dtype, "pyarrow_dtype", None), "tz", None)
    if tz is None:
        if getattr(dtype, "kind", "") == "M":
            raise NaiveDatetimeError.of_field(name, f"a series of {dtype}")
        raise InvalidValueError.of(name, str(dtype), expected="a series of instants with a time zone")
    own = series if hasattr(dtype, "tz") else series.astype(f"datetime64[us, {tz}]")
    values = _to_micros(name, own.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy())

    def back(found: Any) -> Any:
        return pd.Series(found, index=series.index, name=series.name)

    def instants(found: Any) -> Any:
        zoned = back(found.view("datetime64[us]")).dt.tz_localize("UTC").dt.tz_convert(tz)
        return pd.DatetimeIndex(zoned, name=column.name) if is_index else zoned

    def durations(found: Any) -> Any:
        spans = back(found.view("timedelta64[us]"))
        return pd.TimedeltaIndex(spans, name=column.name) if is_index else spans

    return _Column(
        values,
        (len(series),),
        instants,
        durations,
        lambda found: back(found).astype("boolean").mask(values == _NAT),
    )


def _from_polars(name: str, column: Any) -> _Column:
    import polars as pl

    if not isinstance(column, pl.Series):
        raise InvalidValueError.of(name, type(column).__name__, expected="a series of instants with a time zone")
    if not isinstance(column.dtype, pl.Datetime):
        raise InvalidValueError.of(name, str(column.dtype), expected="a series of instants with a time zone")
    zone = column.dtype.time_zone
    if zone is None:
        raise NaiveDatetimeError.of_field(name, f"a series of {column.dtype}")
    values = column.dt.cast_time_unit("us").to_physical().fill_null(_NAT).to_numpy()

    def back(found: Any) -> Any:
        # Null is null in polars; numpy can only mark it.
        return pl.Series(column.name, found).zip_with(
            pl.Series(found != _NAT), pl.Series(column.name, [None], dtype=pl.Int64)
        )

    def booleans(found: Any) -> Any:
        return pl.Series(column.name, found).zip_with(
            pl.Series(values != _NAT), pl.Series(column.name, [None], dtype=pl.Boolean)
        )

    return _Column(
        values,
        (len(column),),
        lambda found: back(found).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone),
        lambda found: back(found).cast(pl.Duration("us")),
        booleans,
    )


def _durations(work: Any, column: _Column) -> Any:
    np = _numpy()
    if isinstance(work, timedelta):
        # More than 64 bits of microseconds is more than any calendar holds: beyond all horizons, either way.
        micros = max(-_LARGEST, min(_LARGEST, work // _MICROSECOND))
        return np.full(column.values.shape, micros, dtype="int64")
    kind = _kind(work)
    if kind == "polars":
        import polars as pl

        if not (isinstance(work, pl.Series) and isinstance(work.dtype, pl.Duration)):
            raise InvalidValueError.of("work", str(getattr(work, "dtype", type(work))), expected="durations")
        work = work.dt.cast_time_unit("us").to_physical().fill_null(_NAT).to_numpy().view("timedelta64[us]")
    elif kind == "pandas":
        work = work.to_numpy()
    array = np.asarray(work)
    if array.dtype.kind != "m" or array.shape != column.shape:
        expected = f"a timedelta or a column of {column.shape} durations"
        raise InvalidValueError.of("work", f"{array.dtype} {array.shape}", expected=expected)
    return _to_micros("work", array)


def _to_micros(name: str, array: Any) -> Any:
    """Whole microseconds, rounded down like the clock; NaT keeps its pattern of bits."""
    np = _numpy()
    kind = array.dtype.kind
    unit, step = np.datetime_data(array.dtype)
    flat = np.ascontiguousarray(array).reshape(-1)
    if unit == "us" and step == 1 and flat.dtype.isnative:
        return flat.view("int64")
    exact = flat.astype(f"{kind}8[us]")
    # numpy wraps around in silence when a coarser unit holds more than microseconds can.
    if unit in _COARSER and bool((exact.astype(array.dtype.newbyteorder("=")) != flat)[~np.isnat(flat)].any()):
        raise InvalidValueError.of(
            name, f"{array.dtype}", expected="within the years 1 to 9999", hint="check the unit of the column"
        )
    return exact.view("int64")


def _micros(line: list[timedelta]) -> Any:
    return _numpy().array([mark // _MICROSECOND for mark in line], dtype="int64")


def _timedelta(micros: Any) -> timedelta:
    return timedelta(microseconds=int(micros))


def _numpy() -> Any:
    try:
        import numpy as np
    except ImportError:
        raise MissingExtraError.of("frames", "business time in columns") from None
    return np
