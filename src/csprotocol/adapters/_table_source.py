"""Which reader takes a table: what kind of file it is says its first bytes, not its name."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from enum import StrEnum
from os import PathLike
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from csprotocol.adapters._csv import CsvTable, Progress, Source, open_table
from csprotocol.adapters._mapping import TableMapping
from csprotocol.adapters._parquet import open_parquet
from csprotocol.adapters._read import Tally
from csprotocol.adapters._xlsx import open_xlsx
from csprotocol.errors import ExportError

__all__ = ["FileKind", "kind_of", "opened", "wanted"]


class FileKind(StrEnum):
    """What a table is written in."""

    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


_ENDINGS: Final = {
    ".parquet": FileKind.PARQUET,
    ".pq": FileKind.PARQUET,
    ".xlsx": FileKind.XLSX,
    ".xlsm": FileKind.XLSX,
}
_NAMES: Final = {FileKind.PARQUET: "Parquet file", FileKind.XLSX: "workbook of Excel"}
_OTHER: Final = {
    b"PARE": ("is an encrypted Parquet file", "write it without encryption"),
    b"\xd0\xcf\x11\xe0": (
        "is an old (.xls) or an encrypted workbook",
        "save it as .xlsx without a password, or as CSV in UTF-8",
    ),
}


def opened(
    source: Source, tally: Tally, mapping: TableMapping, progress: Progress | None
) -> AbstractContextManager[CsvTable]:
    """The table to read, closed at the end.

    Raises:
        ExportError: the file is none of the three, or not what its name says.
        MissingExtraError: the library that reads it is not installed.
    """
    if isinstance(source, str | PathLike):
        match kind_of(source):
            case FileKind.PARQUET:
                return open_parquet(source, tally, wanted(mapping), progress=progress)
            case FileKind.XLSX:
                return open_xlsx(source, tally, wanted(mapping), sheet=mapping.sheet, progress=progress)
            case FileKind.CSV:
                pass
    return open_table(source, tally, delimiter=mapping.delimiter, progress=progress)


def wanted(mapping: TableMapping) -> Collection[str]:
    """The columns that the mapping names, each once."""
    return dict.fromkeys([*mapping.columns.named().values(), *mapping.attributes.values()])


def kind_of(source: str | PathLike[str]) -> FileKind:
    """What the file is written in; CSV where it is not one of the others, or not there at all.

    Raises:
        ExportError: it is called a Parquet file or a workbook and is none.
    """
    try:
        path = Path(source)
        if not path.is_file():
            return FileKind.CSV  # From a pipe every byte comes once: the reader of CSV must have the first ones too.
        with path.open("rb") as file:
            first = file.read(4)
    except (OSError, ValueError):
        return FileKind.CSV  # Its reader says what is wrong.
    if first == b"PAR1":
        return FileKind.PARQUET
    called = _ENDINGS.get(path.suffix.lower())
    if first == b"PK\x03\x04" and (called is FileKind.XLSX or _is_workbook(path)):
        return FileKind.XLSX
    if first in _OTHER and called is not None:
        message, hint = _OTHER[first]
        raise ExportError.at(path.name, message, hint=hint)
    if called is not None:
        message = f"is no {_NAMES[called]}, in spite of its name" if first else "is empty"
        raise ExportError.at(path.name, message, hint="write it once more, or rename it if it is CSV")
    return FileKind.CSV


def _is_workbook(path: Path) -> bool:
    try:
        with ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return False
