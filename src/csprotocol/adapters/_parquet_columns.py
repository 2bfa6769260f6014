"""Columns of a batch as numbers: what each distinct cell means is asked once, of the reader of single rows.

A row in which something is unusual is marked and read by itself later, so that a column never decides otherwise than
a row would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from csprotocol.adapters._parquet import arrow, cells
from csprotocol.adapters._read import RefusedError
from csprotocol.adapters._table_cells import RowCells, TableCells

__all__ = ["MISSING", "Coded", "DayOffsets", "WordReader", "instants_of"]

MISSING: Final = -(2**63)
"""No instant, in a column of microseconds since 1970."""

_DAY: Final = 86_400_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Beyond these days calendars and libraries begin to differ; such rows are read one by one.
_FIRST_DAY, _LAST_DAY = 1, 365 * 229
_KEPT_WORDS: Final = 100_000
_NAIVE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?$"
_ZONED: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?(Z|[+-][0-9]{2}:[0-9]{2})$"


class Coded(NamedTuple):
    """A column of few distinct values: ``values[codes[i]]`` is that of row ``i``."""

    values: tuple[Any, ...]
    codes: Any


class WordReader:
    """What the cells of one column mean as a fact."""

    def __init__(self, table: TableCells, name: str, read: Callable[[RowCells], Any]) -> None:
        self._table = table
        self._place = table.table.header.index(name)
        self._id = table.place["ticket_id"]
        self._read = read
        self._known: dict[str, Any] = {}

    def __call__(self, column: Any) -> tuple[Coded, Any]:
        """The column as codes, and which rows must be read by themselves."""
        import numpy as np

        pa = arrow()
        coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        words = [*cells(coded.dictionary), ""]
        codes = coded.indices.cast(pa.int64()).fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
        found = [self._value(word) for word in words]
        odd = np.array([value is _ODD for value in found], dtype=bool)
        return Coded(tuple(None if value is _ODD else value for value in found), codes), odd[codes]

    def _value(self, word: str) -> Any:
        if word in self._known:
            return self._known[word]
        row = [""] * len(self._table.table.header)
        row[self._id] = "1"
        row[self._place] = word
        try:
            value = self._read(RowCells(self._table, 0, row))
        except RefusedError:
            value = _ODD
        if len(self._known) < _KEPT_WORDS:
            self._known[word] = value
        return value


_ODD: Final = object()


def instants_of(column: Any, form: str, offsets: DayOffsets | None, null: frozenset[str]) -> tuple[Any, Any]:
    """Microseconds since 1970 in UTC, and which rows must be read by themselves.

    ``offsets`` are those of the mapping's zone; without one a naive stamp is for the reader of rows to refuse.
    """
    import numpy as np

    pa = arrow()
    types, kind = pa.types, column.type
    if types.is_dictionary(kind):
        return instants_of(column.dictionary_decode(), form, offsets, null)
    if types.is_string(kind) or types.is_large_string(kind):
        return _instants_of_texts(column, form, offsets, null)
    known = column.is_valid().to_numpy(zero_copy_only=False)
    if not types.is_timestamp(kind):
        return np.full(len(column), MISSING), known
    whole = column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64())
    micros = np.where(known, whole.fill_null(0).to_numpy(zero_copy_only=False), MISSING)
    return _placed(micros, known, None if kind.tz is not None else offsets, naive=kind.tz is None)


def _instants_of_texts(column: Any, form: str, offsets: DayOffsets | None, null: frozenset[str]) -> tuple[Any, Any]:
    """ISO 8601 in its two most usual forms; a batch with another one is read row by row."""
    import numpy as np

    pa = arrow()
    pc = pa.compute
    silent = pc.is_in(column, pa.array(sorted(null), column.type)).fill_null(fill_value=False)
    said = pc.and_(column.is_valid(), pc.invert(silent)).to_numpy(zero_copy_only=False)
    texts = pc.if_else(silent, pa.scalar(None, column.type), column)
    for pattern, zone in ((_NAIVE, None), (_ZONED, "UTC")):
        if form == "iso" and pc.all(pc.match_substring_regex(texts, pattern)).as_py():
            try:
                micros = texts.cast(pa.timestamp("us", zone)).cast(pa.int64())
            except pa.ArrowInvalid:
                break  # The 30th of February.
            found = np.where(said, micros.fill_null(0).to_numpy(zero_copy_only=False), MISSING)
            return _placed(found, said, offsets if zone is None else None, naive=zone is None)
    return np.full(len(column), MISSING), said


def _placed(micros: Any, known: Any, offsets: DayOffsets | None, *, naive: bool) -> tuple[Any, Any]:
    """The instants in UTC, without those of far days and of days on which the clocks change."""
    import numpy as np

    days = np.floor_divide(micros, _DAY)
    near = known & (days >= _FIRST_DAY) & (days < _LAST_DAY)
    if naive:
        if offsets is None:
            return micros, known
        away = offsets.of_local(np.where(near, days, _FIRST_DAY))
        near &= away != MISSING
        micros = micros - np.where(near, away, 0)
    return np.where(near, micros, MISSING), known & ~near


class DayOffsets:
    """How far a zone is from UTC on each day, in microseconds; ``MISSING`` on days on which that changes."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._local: dict[int, int] = {}
        self._utc: dict[int, int] = {}

    def of_local(self, days: Any) -> Any:
        """For days of local clocks, as numbers since 1970."""
        return self._looked_up(days, self._local, self._on_local_day)

    def of_utc(self, days: Any) -> Any:
        """For days of UTC."""
        return self._looked_up(days, self._utc, self._on_utc_day)

    def _looked_up(self, days: Any, known: dict[int, int], find: Callable[[datetime], int]) -> Any:
        import numpy as np

        distinct, codes = np.unique(days, return_inverse=True)
        for day in distinct.tolist():
            if day not in known:
                known[day] = find(_EPOCH + timedelta(days=day))
        return np.array([known[day] for day in distinct.tolist()], dtype=np.int64)[codes]

    def _on_local_day(self, start: datetime) -> int:
        # The hours around midnight are those of the neighbours as well: a change just then concerns both days.
        ends = [start.replace(tzinfo=self._zone) + timedelta(hours=hours) for hours in (0, 24)]
        return _same([end.replace(fold=fold).utcoffset() for end in ends for fold in (0, 1)])

    def _on_utc_day(self, start: datetime) -> int:
        return _same([(start + timedelta(hours=hours)).astimezone(self._zone).utcoffset() for hours in (0, 24)])


def _same(offsets: list[timedelta | None]) -> int:
    first = offsets[0]
    if first is None or any(each != first for each in offsets):
        return MISSING
    return first // timedelta(microseconds=1)


READERS: Final[Mapping[str, Callable[[RowCells], Any]]] = {
    "status": RowCells.status,
    "channel": RowCells.channel,
    "priority": RowCells.priority,
    "cost": RowCells.cost,
    **{fact: lambda row, fact=fact: row.score(fact) for fact in ("csat", "nps", "ces")},  # type: ignore[misc]
    **{
        fact: lambda row, fact=fact: row.flag(fact)  # type: ignore[misc]
        for fact in ("surveyed", "agent_started", "auto_replied", "spam", "sla_met")
    },
    **{
        fact: lambda row, fact=fact: row.count(fact)  # type: ignore[misc]
        for fact in ("reopens", "agent_replies", "customer_replies")
    },
    **{
        fact: lambda row, fact=fact: row.text(fact)  # type: ignore[misc]
        for fact in ("merged_into", "reason", "language", "agent", "group")
    },
}
"""How each fact is read from the cells of a row."""


def local_days(micros: Any, offsets: DayOffsets) -> Any:
    """The local day of each instant, as a number since 1970; ``MISSING`` where there is none or the clocks change."""
    import numpy as np

    known = micros != MISSING
    away = offsets.of_utc(np.floor_divide(np.where(known, micros, _DAY), _DAY))
    known &= away != MISSING
    return np.where(known, np.floor_divide(micros + np.where(known, away, 0), _DAY), MISSING)


def day_of(number: int) -> date:
    """The date of a day counted from 1970."""
    return (_EPOCH + timedelta(days=number)).date()
