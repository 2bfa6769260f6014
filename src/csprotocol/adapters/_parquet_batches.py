"""The tickets of a large Parquet file, batch by batch: plain rows as columns, unusual ones as facts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from os import PathLike
from typing import Any, Final, NamedTuple

from csprotocol.adapters._csv import CsvTable, Progress
from csprotocol.adapters._mapping import INSTANTS, TableMapping
from csprotocol.adapters._parquet import ParquetTable, cells, check_column
from csprotocol.adapters._parquet_columns import MISSING, READERS, Coded, DayOffsets, WordReader, instants_of
from csprotocol.adapters._parquet_repeats import Repeats, find_repeats, marks_of
from csprotocol.adapters._read import Outcome, Tally
from csprotocol.adapters._table_cells import TableCells
from csprotocol.adapters._table_source import wanted
from csprotocol.adapters._table_tickets import TicketRows
from csprotocol.errors import InvalidValueError, MissingExtraError
from csprotocol.model import TicketFacts

__all__ = ["Batch", "TicketBatches"]

_ROWS: Final = 262_144
# Any text will do in these, so no row is worse for them: they are read where they are dimensions.
_TEXTS: Final = ("customer_id", "order_id", "language", "reason", "agent", "group")


class Batch(NamedTuple):
    """Plain rows as columns, and the facts of the others with their lines.

    ``instants`` are microseconds since 1970, :data:`MISSING` where there is none; ``coded`` holds the other facts,
    and the attributes under their names with ``attribute:`` before. ``lines`` are the numbers of the plain rows.
    """

    instants: Mapping[str, Any]
    coded: Mapping[str, Coded]
    lines: Any
    facts: tuple[tuple[int, TicketFacts], ...]
    ids: Any

    def __len__(self) -> int:
        return len(self.lines)

    def ticket_id(self, at: int) -> str:
        """The id of a plain row."""
        return cells(self.ids.slice(at, 1))[0]


class TicketBatches:
    """Reads a Parquet file with one row a ticket in bounded memory, by the same rules as row by row.

    What each distinct cell means is asked of the reader of rows; rows with anything unusual (a cell that is refused,
    a day on which the clocks change, an id that may be another's) are read by it themselves.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        mapping: TableMapping,
        *,
        dimensions: Collection[str] = (),
        strict: bool = False,
    ) -> None:
        if mapping.layout != "tickets":
            raise InvalidValueError.of("layout", mapping.layout, expected="tickets, to be read in batches")
        self.mapping = _narrowed(mapping, dimensions)
        self.tally = Tally(strict=strict)
        self._source = ParquetTable(path)
        try:
            names = tuple(self._source.schema.names)
            CsvTable(names, iter(()), Tally().file(self._source.file), self.tally).require(wanted(mapping))
            for name in wanted(mapping):
                check_column(self._source, name)
        except BaseException:
            self._source.close()
            raise
        self._counters = self.tally.file(self._source.file)
        self._unknown_channels = 0

    @property
    def rows(self) -> int:
        """How many rows the file says that it has."""
        return self._source.rows

    def close(self) -> None:
        """Let the file go."""
        self._source.close()

    def repeats(self, progress: Progress | None = None) -> Repeats:
        """The ids that may stand in the file more than once: a first pass, over the ids alone."""
        _require_numpy()
        return find_repeats(self._ids(progress), frozenset(self.mapping.null) | {""})

    def _ids(self, progress: Progress | None) -> Iterator[list[str]]:
        done = 0
        for batch in self._source.batches([self.mapping.columns.ticket_id], _ROWS):
            with self._source.faults():
                yield cells(batch.column(0))
            done += batch.num_rows
            if progress is not None:
                progress(done, self.rows)

    def batches(
        self,
        repeats: Repeats,
        *,
        days: Any = None,
        one_by_one: bool = False,
        progress: Progress | None = None,
    ) -> Iterator[Batch]:
        """All rows. ``days`` says of an array of instants which of them lie on a day that the caller knows: the rows
        of the others are read one by one, as all are with ``one_by_one``.
        """
        # Whether a row repeats another is a question about all of its cells.
        names = self._source.schema.names if len(repeats.marks) else wanted(self.mapping)
        table = CsvTable(tuple(names), iter(()), self._counters, self.tally)
        columns = _Columns(TableCells(table, self.mapping), repeats)
        done = 0
        for batch in self._source.batches(table.header, _ROWS):
            with self._source.faults():
                yield self._batch(columns, batch, done, repeats, days, one_by_one=one_by_one)
            done += batch.num_rows
            if progress is not None:
                progress(done, self.rows)
        columns.rows.cells.note_oddities(())
        columns.rows.cells.note_channels(self._unknown_channels)
        if not done:
            self.tally.notice("no-rows", f"{self._source.file} has a header and no rows")

    def _batch(
        self, columns: _Columns, batch: Any, done: int, repeats: Repeats, days: Any, *, one_by_one: bool
    ) -> Batch:
        import numpy as np

        by_name = dict(zip(batch.schema.names, batch.columns, strict=True))
        ids = by_name[self.mapping.columns.ticket_id]
        odd = np.full(batch.num_rows, one_by_one)
        if repeats.odd or len(repeats.marks):
            odd |= columns.odd_ids(ids, repeats)
        instants, coded = ({}, {}) if one_by_one else columns.read(by_name, odd)
        if days is not None:
            for micros in instants.values():
                odd |= (micros != MISSING) & ~days(micros)
        plain = ~odd
        self._unknown_channels += columns.unknown_channels(coded, plain)
        self._counters.rows += int(plain.sum())
        self._counters.used += int(plain.sum())
        facts = columns.one_by_one(batch, np.flatnonzero(odd), done, self._counters, self.tally)
        self._unknown_channels += sum(
            ticket.channel_name is not None and not columns.rows.cells.knows_channel(ticket.channel_name)
            for _, ticket in facts
        )
        kept = np.flatnonzero(plain)
        whole = len(kept) == batch.num_rows
        return Batch(
            {fact: micros if whole else micros[kept] for fact, micros in instants.items()},
            {fact: each if whole else Coded(each.values, each.codes[kept]) for fact, each in coded.items()},
            kept + done + 1,
            facts,
            ids if whole else ids.take(_indices(kept)),
        )


def _require_numpy() -> None:
    try:
        import numpy as np  # noqa: F401  # asked for once, before anything is read
    except ImportError:
        raise MissingExtraError.of("parquet", "reading a Parquet file in batches") from None


def _indices(positions: Any) -> Any:
    from csprotocol.adapters._parquet import arrow

    return arrow().array(positions)


def _narrowed(mapping: TableMapping, dimensions: Collection[str]) -> TableMapping:
    """The mapping without the texts that nobody asks for."""
    unread: dict[str, Any] = {fact: None for fact in _TEXTS if fact not in dimensions}
    attributes = {key: column for key, column in mapping.attributes.items() if key in dimensions}
    return replace(mapping, columns=replace(mapping.columns, **unread), attributes=attributes)


class _Columns:
    """The readers of all columns."""

    def __init__(self, table: TableCells, repeats: Repeats) -> None:
        self.table = table.table
        self.rows = TicketRows(table, repeats.known())
        names, self._null = table.names, table.null
        self._words = {
            fact: (names[fact], WordReader(table, names[fact], read)) for fact, read in READERS.items() if fact in names
        }
        if "channel" in names:
            self._words["channel_name"] = (
                names["channel"],
                WordReader(table, names["channel"], lambda row: row.text("channel")),
            )
        for key, column in table.mapping.attributes.items():
            reader = WordReader(table, column, lambda row, key=key: dict(row.attributes()).get(key))  # type: ignore[misc]
            self._words[f"attribute:{key}"] = (column, reader)
        zone = table.mapping.zone_info()
        self._offsets = None if zone is None else DayOffsets(zone)
        time = table.mapping.time
        self._instants = {fact: (names[fact], time.format_of(fact)) for fact in INSTANTS if fact in names}

    def read(self, by_name: Mapping[str, Any], odd: Any) -> tuple[dict[str, Any], dict[str, Coded]]:
        """Every fact of every row; rows that must be read by themselves are marked in ``odd``."""
        instants, coded = {}, {}
        for fact, (name, form) in self._instants.items():
            instants[fact], strange = instants_of(by_name[name], form, self._offsets, self._null)
            odd |= strange
        for fact, (name, reader) in self._words.items():
            coded[fact], strange = reader(by_name[name])
            odd |= strange
        return instants, coded

    def odd_ids(self, ids: Any, repeats: Repeats) -> Any:
        """Rows without a proper id, and those whose id may be another's."""
        import numpy as np

        texts = cells(ids)
        odd = np.fromiter((each in self._null or each != each.strip() for each in texts), dtype=bool, count=len(texts))
        return odd | repeats.hold(marks_of(each.strip() for each in texts))

    def unknown_channels(self, coded: Mapping[str, Coded], plain: Any) -> int:
        """How many plain rows have a channel without a meaning."""
        import numpy as np

        if "channel_name" not in coded:
            return 0
        words, codes = coded["channel_name"]
        unknown = np.array([word is not None and not self.rows.cells.knows_channel(word) for word in words], dtype=bool)
        return int((unknown[codes] & plain).sum())

    def one_by_one(
        self, batch: Any, positions: Any, done: int, counters: Any, tally: Tally
    ) -> tuple[tuple[int, TicketFacts], ...]:
        """The rows at ``positions`` as the reader of rows has them."""
        if not len(positions):
            return ()
        found: list[tuple[int, TicketFacts]] = []

        def take(line: int, raw: list[str]) -> Outcome:
            facts = self.rows.facts_of(line, raw)
            if facts is None:
                return Outcome.DUPLICATE
            found.append((line, facts))
            return Outcome.USED

        at = _indices(positions)
        texts = [cells(column.take(at)) for column in self._ordered(batch)]
        lines = (positions + done + 1).tolist()
        rows = ((line, list(row)) for line, row in zip(lines, zip(*texts, strict=True), strict=True))
        CsvTable(self.table.header, rows, counters, tally).each(take)
        return tuple(found)

    def _ordered(self, batch: Any) -> list[Any]:
        """The columns in the order of the header; of a name that stands there twice the first is the first."""
        left: dict[str, list[Any]] = {}
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            left.setdefault(name, []).append(column)
        return [left[name].pop(0) for name in self.table.header]
