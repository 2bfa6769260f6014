"""Parquet files, batch by batch: the file may be larger than the memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any, Final

from csprotocol.adapters._csv import CsvTable, Progress
from csprotocol.adapters._read import RefusedError, Tally
from csprotocol.adapters._typed import StampCell, cell_of
from csprotocol.errors import ExportError, MissingExtraError

__all__ = ["ParquetTable", "arrow", "open_parquet"]

_BATCH: Final = 65_536
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # stamps without a zone get the mapping's, later
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def arrow() -> Any:
    """The library, imported when a Parquet file is first read.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.compute
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError.of("parquet", "reading a Parquet file") from None
    return pa


class ParquetTable:
    """An open file: the names and types of its columns, and its rows in batches."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self.file = self.path.name
        self._arrow = arrow()
        with self.faults(ValueError):
            # Buffered ahead, the bytes of all columns would stay in memory: 200 MB of ten million tickets.
            self._opened = self._arrow.parquet.ParquetFile(self.path, pre_buffer=False, page_checksum_verification=True)
            self.schema: Any = self._opened.schema_arrow
            self.rows: int = self._opened.metadata.num_rows

    def close(self) -> None:
        """Let the file go."""
        self._opened.close()

    @property
    def size(self) -> int:
        """The bytes of the file."""
        return self.path.stat().st_size

    def batches(self, columns: Collection[str], size: int = _BATCH) -> Iterator[Any]:
        """The rows of some columns, in order, as record batches.

        Raises:
            ExportError: the file is damaged.
        """
        with self.faults(ValueError):
            # Of a name that stands in the file twice both columns come, and twice both if it is asked for twice.
            names = [*dict.fromkeys(columns)]
            yield from self._opened.iter_batches(batch_size=size, columns=names, use_threads=True)

    @contextmanager
    def faults(self, *others: type[Exception]) -> Iterator[None]:
        """What the library raises over a damaged file, as an error of ours.

        ``others`` are for where nothing runs but the library: a ``ValueError`` of our own is no damage.
        """
        try:
            yield
        except (self._arrow.ArrowException, OSError, UnicodeDecodeError, *others) as failure:
            if isinstance(failure, ExportError):
                raise
            told = str(failure).split("\n", 1)[0][:120].rstrip(".")
            raise ExportError.at(
                self.file, f"cannot be read as Parquet: {told}", hint="is it whole? write the file once more"
            ) from None


@contextmanager
def open_parquet(
    path: str | PathLike[str], tally: Tally, wanted: Collection[str], *, progress: Progress | None = None
) -> Iterator[CsvTable]:
    """The file as a table of cells; the line of a row is its number, from 1.

    Raises:
        ExportError: the file is damaged, lacks one of the ``wanted`` columns, or holds in it what is no cell.
        MissingExtraError: pyarrow is not installed.
    """
    source = ParquetTable(path)
    try:
        header = tuple(source.schema.names)
        counters = tally.file(source.file)
        CsvTable(header, iter(()), counters, tally).require(wanted)
        for name in wanted:
            check_column(source, name)
        yield CsvTable(header, _rows(source, header, progress), counters, tally)
    finally:
        source.close()


def check_column(source: ParquetTable, name: str) -> None:
    """Raises when the column holds lists or structures, of which nobody says what they mean.

    Raises:
        ExportError: it does.
    """
    kind = source.schema.field(name).type
    types = arrow().types
    if types.is_nested(kind) and not types.is_dictionary(kind):
        raise ExportError.at(source.file, f"holds {kind}: one value a row is due", column=name)


def _rows(
    source: ParquetTable, header: Sequence[str], progress: Progress | None
) -> Iterator[tuple[int, list[str] | RefusedError]]:
    done = 0
    for batch in source.batches(header):
        with source.faults():
            columns = [cells(column) for column in batch.columns]
        for at, row in enumerate(zip(*columns, strict=True), done + 1):
            yield at, list(row)
        done += batch.num_rows
        if progress is not None:
            progress(source.size * done // max(source.rows, 1), source.size)


def cells(column: Any) -> list[str]:
    """An array as cells."""
    pa = arrow()
    types, kind = pa.types, column.type
    if types.is_dictionary(kind):
        return cells(column.dictionary_decode())
    if types.is_timestamp(kind):
        # Whole microseconds: pandas would take over the nanoseconds, and Python knows no others.
        micros = column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64())
        epoch = _NAIVE_EPOCH if kind.tz is None else _EPOCH
        return [_stamp(epoch, each) for each in micros.to_pylist()]
    if types.is_date(kind):
        days = column.cast(pa.date32(), safe=False).cast(pa.int32())
        return [_date(each) for each in days.to_pylist()]
    if types.is_binary(kind) or types.is_large_binary(kind):
        # Old writers do not say that a text is one.
        return [_text(each) for each in column.to_pylist()]
    if types.is_timestamp(kind) or types.is_duration(kind) or types.is_time(kind):
        return [cell_of(None if each is None else str(each)) for each in column.cast(pa.int64()).to_pylist()]
    return [cell_of(each) for each in column.to_pylist()]


def _stamp(epoch: datetime, micros: int | None) -> str:
    if micros is None:
        return ""
    try:
        return StampCell(epoch + timedelta(microseconds=micros))
    except OverflowError:
        return f"{micros} microseconds since 1970"


def _date(days: int | None) -> str:
    if days is None:
        return ""
    try:
        return StampCell((_NAIVE_EPOCH + timedelta(days=days)).date())
    except OverflowError:
        return f"{days} days since 1970"


def _text(raw: bytes | None) -> str:
    return "" if raw is None else raw.decode("utf-8", "replace")
