"""Tables with a row for each UTC day: local periods and open time become an equi-join and a little arithmetic.

No engine's own zones take part, nor the zone of its session, and no as-of join: with a row a day, every instant finds
its row by a division.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

from csprotocol.calendar import BusinessCalendar
from csprotocol.errors import InvalidValueError
from csprotocol.kpi._frames_engine import Engine, narwhals
from csprotocol.kpi._frames_lookup import DAY_MICROS, with_row_of_day
from csprotocol.kpi._frames_native import Columns
from csprotocol.kpi._frames_slots import Slots
from csprotocol.kpi._periods import period_of

__all__ = ["Calendars", "Range", "calendars_of", "local_dates", "open_days", "period_days", "ranges"]
__all__ += ["with_open_time", "with_periods"]

Calendars = BusinessCalendar | Mapping[str, BusinessCalendar]
Range = tuple[float, float] | None
"""The first and the last instant of a column, in microseconds since 1970; ``None`` where it holds none."""

_DAY_SECONDS: Final = 86_400
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DAYS: Final = 150_000
# Of these two days a part has no date in some zones.
_FIRST_DAY: Final = date.min.toordinal() - date(1970, 1, 1).toordinal()
_LAST_DAY: Final = date.max.toordinal() - date(1970, 1, 1).toordinal()
_PROBES: Final = (0, 6 * 3600, 12 * 3600, 18 * 3600)


def with_periods(
    engine: Engine, frame: Any, *, anchor: str, told: str, periods: Mapping[str, str], reach: Range, zone: tzinfo
) -> tuple[Any, Mapping[str, Sequence[str]]]:
    """The number of the local period of ``anchor`` in each row, for each of ``periods`` by column; and their names.

    ``told`` is what the caller knows the instants as.
    """
    nw = narwhals()
    if reach is None:
        return frame.with_columns(*(nw.lit(None, dtype=nw.Float64).alias(column) for column in periods)), {}
    table, names = period_days(told, periods, reach, zone)
    width = sum(name.startswith("from_") for name in table)
    joined = with_row_of_day(engine, frame, anchor, table)
    found = []
    for column in periods:
        number = nw.col(f"{column}_0")
        for k in range(1, width):
            number = nw.when(nw.col("micros") >= nw.col(f"from_{k}")).then(nw.col(f"{column}_{k}")).otherwise(number)
        found.append(number.alias(column))
    return joined.with_columns(*found).drop("micros", *table), names


def period_days(
    told: str, periods: Mapping[str, str], reach: tuple[float, float], zone: tzinfo
) -> tuple[Columns, Mapping[str, Sequence[str]]]:
    """A row for each UTC day that ``reach`` touches: from which microsecond on which periods go; and their names.

    Raises:
        InvalidValueError: instants, ``told`` by that name, too far apart, or on days that have no date in the zone.
    """
    first, last = _days(reach)
    if not _FIRST_DAY < first <= last < _LAST_DAY:
        spread = f"{_at_most(first)} to {_at_most(last)}"
        raise InvalidValueError.of(told, spread, expected="within 0001-01-02 to 9999-12-30", hint="check its unit")
    if last - first > _MOST_DAYS:
        spread = f"{_date(first)} to {_date(last)}"
        raise InvalidValueError.of(told, spread, expected="within 400 years", hint="null says that it is unknown")
    pieces = [tuple(local_dates(day, zone)) for day in range(first, last + 1)]
    width = max(map(len, pieces))
    # A day has mostly one or two local dates: after the last one, no second of it changes anything.
    padded = [[*each, *[(_DAY_SECONDS, each[-1][1])] * (width - len(each))] for each in pieces]
    names = {
        column: sorted({period_of(on, period) for each in pieces for _, on in each})
        for column, period in periods.items()
    }
    table: dict[str, tuple[type, list[Any]]] = {"day": (int, list(range(first, last + 1)))}
    for k in range(width):
        table[f"from_{k}"] = (float, [float(each[k][0] * 1_000_000) for each in padded])
        for column, period in periods.items():
            number = {name: at for at, name in enumerate(names[column])}
            table[f"{column}_{k}"] = (int, [number[period_of(each[k][1], period)] for each in padded])
    return table, names


def with_open_time(
    engine: Engine, frame: Any, columns: Mapping[str, str], reaches: Iterable[Range], calendars: Calendars
) -> Any:
    """Open time up to the instants in ``columns``, in microseconds: the difference of two is the time between them.

    Nothing where the instant or the calendar is unknown. Where there are several, the column ``calendar`` tells which.

    Raises:
        HorizonError: the calendar does not reach as far as the columns do.
    """
    nw = narwhals()
    ends = [end for reach in reaches for end in reach or ()]
    if not ends or not calendars_of(calendars):
        return frame.with_columns(*(nw.lit(None, dtype=nw.Float64).alias(to) for to in columns.values()))
    # One table for all: open time is counted from its first day.
    table = open_days((min(ends), max(ends)), calendars)
    key = "calendar" if "calendar" in table else None
    if engine.kind == "polars" and not engine.was_lazy and key is None and (slots := Slots.of(table)) is not None:
        native = frame.to_native()
        return nw.from_native(native.with_columns(slots.until(column).alias(to) for column, to in columns.items()))
    since, opened = nw.col("micros"), nw.col("opened")
    for k in range(1, 1 + sum(name.startswith("open_") for name in table)):
        opens, closes = nw.col(f"open_{k}"), nw.col(f"close_{k}")
        inside = nw.when(since >= closes).then(closes - opens).otherwise(since - opens)
        opened = opened + nw.when(since <= opens).then(nw.lit(0.0)).otherwise(inside)
    helpers = [name for name in table if name != key]
    for column, to in columns.items():
        frame = with_row_of_day(engine, frame, column, table, key=key)
        frame = frame.with_columns(opened.alias(to)).drop("micros", *helpers)
    return frame


def open_days(reach: tuple[float, float], calendars: Calendars) -> Columns:
    """A row for each UTC day that ``reach`` touches, of each calendar in turn: open time before it, and its shifts."""
    first, last = (_date(day) for day in _days(reach))
    each = calendars_of(calendars)
    made = {name: calendar.day_table(first, last).columns() for name, calendar in each.items()}
    width = max((len(columns) for columns in made.values()), default=2)
    nobody: dict[str, list[int]] = {"day": [], "opened": []}
    longest = next((columns for columns in made.values() if len(columns) == width), nobody)
    table: dict[str, tuple[type, list[Any]]] = {}
    for name in longest:
        of, scale = (int, 1) if name == "day" else (float, 1_000_000)
        values = [
            of(value * scale) for columns in made.values() for value in columns.get(name, [0] * len(columns["day"]))
        ]
        table[name] = (of, values)
    if not isinstance(calendars, BusinessCalendar):
        table["calendar"] = (str, [name for name, columns in made.items() for _ in columns["day"]])
    return table


def calendars_of(calendars: Calendars) -> Mapping[str, BusinessCalendar]:
    """Calendars by name; one that is for all has none."""
    return {"": calendars} if isinstance(calendars, BusinessCalendar) else calendars


def local_dates(day: int, zone: tzinfo) -> Iterator[tuple[int, date]]:
    """The local dates within a UTC day (counted from 1970), each with the second of the UTC day at which it begins.

    >>> from zoneinfo import ZoneInfo
    >>> for second, on in local_dates(20178, ZoneInfo("Europe/Madrid")):  # 2025-03-31, in summer time
    ...     print(second // 3600, on)
    0 2025-03-31
    22 2025-04-01
    """
    shown = None
    for start, end, offset in _offsets(day, zone):
        second = start
        while second < end:
            local = day * _DAY_SECONDS + second + offset
            on = _date(local // _DAY_SECONDS)
            if on != shown:
                yield second, on
                shown = on
            second += _DAY_SECONDS - local % _DAY_SECONDS


def _offsets(day: int, zone: tzinfo) -> Iterator[tuple[int, int, int]]:
    """Stretches of a UTC day (from second, to second) with one offset from UTC, in seconds."""
    start, now = 0, _offset(day, 0, zone)
    for probe in (*_PROBES[1:], _DAY_SECONDS):
        if _offset(day, probe, zone) == now:
            continue
        low, high = probe - _PROBES[1], probe
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(day, middle, zone) == now else (low, middle)
        if high < _DAY_SECONDS:
            yield start, high, now
            start, now = high, _offset(day, high, zone)
    yield start, _DAY_SECONDS, now


def _offset(day: int, second: int, zone: tzinfo) -> int:
    at = (_EPOCH + timedelta(days=day, seconds=second)).astimezone(zone)
    return int((at.utcoffset() or timedelta(0)).total_seconds())


def _days(reach: tuple[float, float]) -> tuple[int, int]:
    first, last = (int(at) // DAY_MICROS for at in reach)
    return first, last


def _date(day: int) -> date:
    try:
        return date(1970, 1, 1) + timedelta(days=day)
    except OverflowError:
        raise InvalidValueError.of("instant", f"day {day} since 1970", expected="within the years 1 to 9999") from None


def _at_most(day: int) -> date:
    return _date(min(max(day, _FIRST_DAY), _LAST_DAY))


def ranges(row: Mapping[str, Any], columns: Iterable[str]) -> dict[str, Range]:
    """The ranges of ``columns`` as one row of least and greatest values tells them."""
    found: dict[str, Range] = {}
    for column in columns:
        low, high = row[f"min_{column}"], row[f"max_{column}"]
        found[column] = None if low is None or high is None else (float(low), float(high))
    return found
