"""Sheets of a workbook (.xlsx), row by row."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from itertools import chain, repeat
from os import PathLike
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

from csprotocol.adapters._csv import CsvTable, Progress
from csprotocol.adapters._read import RefusedError, Tally
from csprotocol.adapters._typed import ErrorCell, StampCell, cell_of
from csprotocol.errors import ExportError, MissingExtraError, one_of

__all__ = ["open_xlsx"]

_HEADER_ROWS: Final = 50
_PROGRESS_ROWS: Final = 1_000
_MIDNIGHT: Final = time(0)
# What a format of Excel shows beside the date: hours or seconds, outside of quoted words and colours.
_QUOTED: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_FORMULA: Final = re.compile(rb"<(?:\w+:)?(f)[ >/]")
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell ref="[A-Z]+\d+:[A-Z]+(\d+)"')
_NO_VALUE: Final = ErrorCell("a formula without a value")

Row = tuple[int, list[str]]


@contextmanager
def open_xlsx(
    path: str | PathLike[str],
    tally: Tally,
    wanted: Collection[str],
    *,
    sheet: str = "",
    progress: Progress | None = None,
) -> Iterator[CsvTable]:
    """One sheet as a table of cells; the line of a row is the one that a spreadsheet shows.

    The sheet is the one named, else the only visible one that is not empty. The header is the first of the upper rows
    in which every one of the ``wanted`` names stands, for there may be titles above it. Empty rows are no rows.

    Raises:
        ExportError: no workbook, a damaged or an encrypted one, several sheets and none named, no header.
        MissingExtraError: openpyxl is not installed.
    """
    book = _Book(Path(path))
    try:
        name = book.chosen(sheet)
        rows = book.rows(name, progress)
        above, header = _header(rows, wanted)
        if header is None:
            raise ExportError.at(book.file, "is empty", hint="a header with the names of the columns is due")
        line, names = header
        while names and not names[-1].strip():
            names.pop()
        kept = above[: [at for at, _ in above].index(line)]
        tally.notice("above-header", f"rows above the header of {book.file}", count=len(kept))
        tally.notice(
            "merged-cells",
            f"merged cells below the header of {book.file}: the first of them has the value, the others have none",
            count=book.merged(name, below=line),
        )
        below = chain(above[len(kept) + 1 :], rows)
        yield CsvTable(tuple(each.strip() for each in names), _cut(below, len(names)), tally.file(book.file), tally)
    finally:
        book.close()


class _Book:
    def __init__(self, path: Path) -> None:
        self.path, self.file = path, path.name
        self._open: list[Any] = []
        try:
            self._values = self._loaded(data_only=True)
            # A formula that no program has calculated has no value, and looks like an empty cell.
            self._formulas = self._loaded(data_only=False) if self._has_formulas() else None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let the file go."""
        for each in reversed(self._open):
            each.close()

    def chosen(self, sheet: str) -> str:
        """The name of the sheet to read."""
        sheets = {each.title: each for each in self._values.worksheets}
        if sheet:
            if sheet not in sheets:
                raise ExportError.at(self.file, f"has no sheet {sheet!r}", hint=one_of(sheets, found=sheet))
            return sheet
        visible = [name for name, each in sheets.items() if each.sheet_state == "visible"]
        filled = [name for name in visible if next(self.rows(name, None), None) is not None]
        if len(filled) > 1:
            told = ", ".join(filled[:20])
            hint = 'name one in the mapping: sheet = "..."'
            raise ExportError.at(self.file, f"has {len(filled)} sheets: {told}", hint=hint)
        if not filled:
            raise ExportError.at(self.file, "is empty", hint="a header with the names of the columns is due")
        (only,) = filled
        return str(only)

    def rows(self, name: str, progress: Progress | None) -> Iterator[Row]:
        """The rows of a sheet that are not empty."""
        sheet = self._values[name]
        last, size = sheet.max_row or 0, self.path.stat().st_size
        values = self._read(sheet)
        formulas: Iterator[Any] = self._read(self._formulas[name]) if self._formulas is not None else repeat(())
        for at, (row, beside) in enumerate(zip(values, formulas, strict=False), 1):
            cells = [_cell(each) for each in row]
            for k, formula in enumerate(beside):
                if formula.data_type == "f" and k < len(row) and _is_uncalculated(row[k]):
                    cells[k] = _NO_VALUE
            if any(cells):
                yield at, cells
            if progress is not None and not at % _PROGRESS_ROWS and last:
                progress(size * min(at, last) // last, size)

    def merged(self, name: str, *, below: int) -> int:
        """How many ranges of merged cells reach beyond the row ``below``."""
        # Read-only sheets leave out what stands behind their rows.
        part = self._values[name]._worksheet_path  # the library tells it nowhere else
        with self._faults(), ZipFile(self.path) as archive:
            ends = [int(end) for end in _found(archive, part, _MERGED)]
        return sum(end > below for end in ends)

    def _read(self, sheet: Any) -> Iterator[Any]:
        # Writers are often wrong about how large their sheets are.
        sheet.reset_dimensions()
        rows = sheet.iter_rows()
        while True:
            with self._faults():
                row = next(rows, None)
            if row is None:
                return
            yield row

    def _loaded(self, *, data_only: bool) -> Any:
        try:
            import openpyxl
        except ImportError:
            raise MissingExtraError.of("xlsx", "reading a workbook") from None
        with self._faults():
            # Open already, because the library asks for a name that ends in .xlsx, and standard input has none.
            handle = self.path.open("rb")
            self._open.append(handle)
            book = openpyxl.load_workbook(handle, read_only=True, data_only=data_only, keep_links=False)
            self._open.append(book)
            return book

    def _has_formulas(self) -> bool:
        with self._faults(), ZipFile(self.path) as archive:
            for name in archive.namelist():
                if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
                    continue
                if next(_found(archive, name, _FORMULA), None) is not None:
                    return True
        return False

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            with warnings.catch_warnings():
                # Of styles and extensions that have nothing to do with the cells.
                warnings.simplefilter("ignore")
                yield
        except Exception as failure:  # noqa: BLE001  # a damaged archive ends in any error of zip, XML or openpyxl
            told = f"{type(failure).__name__}: {failure}".split("\n", 1)[0][:120].rstrip(".")
            raise ExportError.at(
                self.file, f"cannot be read as a workbook ({told})", hint="is it whole? save it once more as .xlsx"
            ) from None


def _found(archive: ZipFile, name: str, pattern: re.Pattern[bytes]) -> Iterator[bytes]:
    """What the one group of the pattern holds wherever it occurs in a part of the archive."""
    with archive.open(name) as opened:
        rest = b""
        while part := opened.read(2**20):
            text = rest + part
            # Not beyond the last mark that is closed: the next part may go on with it.
            whole = text.rfind(b">") + 1
            for match in pattern.finditer(text[:whole]):
                yield match[1]
            rest = text[whole:]


def _header(rows: Iterator[Row], wanted: Collection[str]) -> tuple[list[Row], Row | None]:
    """The upper rows, and the one among them that is the header; without a good one the first."""
    upper: list[Row] = []
    for row in rows:
        upper.append(row)
        if {*wanted} <= {cell.strip() for cell in row[1]}:
            return upper, row
        if len(upper) == _HEADER_ROWS:
            break
    return upper, upper[0] if upper else None


def _cut(rows: Iterator[Row], width: int) -> Iterator[tuple[int, list[str] | RefusedError]]:
    """Rows as wide as the header; what stands beside the table belongs to no column."""
    for line, cells in rows:
        kept = cells[:width]
        if any(kept):
            yield line, kept + [""] * (width - len(kept))


def _is_uncalculated(cell: Any) -> bool:
    """Whether no program has calculated the formula: a text without a letter is what ``=IF(A1="","",A1)`` gives."""
    return cell.value is None and cell.data_type != "str"


def _cell(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        return ErrorCell(value)
    if isinstance(value, datetime) and value.time() == _MIDNIGHT and not _shows_time(cell.number_format):
        return StampCell(value.date())
    return cell_of(value)


def _shows_time(form: str) -> bool:
    return any(letter in _QUOTED.sub("", form).lower() for letter in "hs")
