"""One careful reader of CSV files: streaming, strict about what is damaged, silent about nothing."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from os import PathLike, fstat
from pathlib import Path
from typing import IO, Final

from csprotocol.adapters._read import FileTally, Outcome, RefusedError, Tally
from csprotocol.errors import ExportError, one_of

__all__ = ["DELIMITERS", "CsvTable", "Progress", "Source", "open_table"]

Progress = Callable[[int, int], object]
Source = str | PathLike[str] | Iterable[str]

DELIMITERS: Final = (",", ";", "\t", "|")
_LINE_LIMIT: Final = 16 * 2**20
_FIELD_LIMIT: Final = 16 * 2**20
_PROGRESS_STEP: Final = 2**18
_HEADER_LINES: Final = 100
_SHOWN_NAMES: Final = 60
_SHOWN_LENGTH: Final = 40

# What a file is that is no text, by its first bytes.
_SIGNATURES: Final = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF document",
}

# csv.Error has one class and several sentences; the order is that of their likelihood.
_FAULTS: Final = (
    ("expected after", "quotation", "a quotation mark inside a quoted field is not doubled"),
    ("unexpected end", "quotation", "a quotation mark is never closed"),
    (
        "field larger",
        "field-too-long",
        "a field longer than {limit:,} characters; is a quotation mark open?",
    ),
    ("new-line", "line-ending", "a carriage return stands inside an unquoted field"),
)


class CsvTable:
    """The header and the rows of one file, and the tally of what became of them."""

    def __init__(self, header: tuple[str, ...], rows: Iterator[tuple[int, list[str] | RefusedError]],
                 counters: FileTally, tally: Tally) -> None:  # fmt: skip
        self.header = header
        self.counters = counters
        self.tally = tally
        self._rows = rows

    @property
    def file(self) -> str:
        """The file's name, without its folder."""
        return self.counters.file

    def require(self, columns: Iterable[str]) -> dict[str, int]:
        """Where each of ``columns`` stands.

        Raises:
            ExportError: a column is absent or stands in the header twice.
        """
        wanted = tuple(columns)
        # A header in which nothing is as announced is perhaps no header but a customer's row, and not shown.
        is_header = any(column in self.header for column in wanted)
        return {column: self._place(column, shown=is_header) for column in wanted}

    def _place(self, column: str, *, shown: bool) -> int:
        found = self.header.count(column)
        if found == 1:
            return self.header.index(column)
        if found:
            raise ExportError.at(
                self.file,
                f"stands in the header {found} times",
                line=1,
                column=column,
                hint="rename one of them",
            )
        if not shown:
            raise ExportError.at(
                self.file,
                f"is not in the first line, which has {_fields_of(len(self.header))} and none of the names expected",
                line=1,
                column=column,
                hint="the first line must be the header; is this the right file and delimiter?",
            )
        names = [name[:_SHOWN_LENGTH] for name in self.header if name][:_SHOWN_NAMES]
        raise ExportError.at(self.file, "is not in the header", line=1, column=column, hint=one_of(names, found=column))

    def each(self, take: Callable[[int, list[str]], Outcome]) -> None:
        """Hand every sound row to ``take`` and count what it says; a refusal rejects the row.

        Raises:
            ExportError: the file is no text, or a row is rejected by a strict reader.
        """
        counters, tally = self.counters, self.tally
        for line, row in self._rows:
            counters.rows += 1
            if isinstance(row, RefusedError):
                tally.reject(counters, line, row)
                continue
            try:
                outcome = take(line, row)
            except RefusedError as refused:
                tally.reject(counters, line, refused)
            else:
                if outcome is Outcome.USED:
                    counters.used += 1
                else:
                    tally.settle(counters, outcome)
        if not counters.rows:
            tally.notice("no-rows", f"{self.file} has a header and no rows")


@contextmanager
def open_table(
    source: Source, tally: Tally, *, delimiter: str = "", progress: Progress | None = None
) -> Iterator[CsvTable]:
    """A table to read, closed at the end. ``source`` is a path or the lines themselves.

    UTF-8 with or without a byte order mark; the delimiter is the one of ``, ; tab |`` that cuts the header into
    most fields unless given. Lines are read one by one: the file may be larger than the memory.

    Raises:
        ExportError: no such file, a folder, no text, empty, or without a header that can be read.
    """
    if not isinstance(source, str | PathLike):
        yield _table(_checked(source), "lines", tally, delimiter)
        return
    handle, name = _opened(source)
    with handle:
        yield _table(_decoded(handle, name, progress), name, tally, delimiter)


def _opened(source: str | PathLike[str]) -> tuple[IO[bytes], str]:
    """The file, open, and its name without the folder."""
    if isinstance(source, str) and "\n" in source:
        raise ExportError.at(
            "source", "is the text of a table, not its path", hint="pass text.splitlines(keepends=True)"
        )
    try:
        path = Path(source)
        name = path.name or str(path)
        if path.is_dir():
            raise ExportError.at(name, "is a folder", hint="name a file in it")
        return path.open("rb"), name
    except OSError as failure:
        raise ExportError.at(_short(source), f"cannot be opened: {failure.strerror or 'no such file'}") from None
    except (ValueError, TypeError) as failure:
        if isinstance(failure, ExportError):
            raise
        raise ExportError.at("source", "is no file name") from None


def _short(source: str | PathLike[str]) -> str:
    """The end of a path: enough to find it, too short for a text that was passed instead of one."""
    return Path(source).name[-_SHOWN_LENGTH:]


def _decoded(handle: IO[bytes], name: str, progress: Progress | None) -> Iterator[str]:
    """The lines of a file as text; bytes that are no text are an error with their line."""
    size = fstat(handle.fileno()).st_size
    done = told = number = 0
    while raw := _line(handle, name, number + 1):
        number += 1
        done += len(raw)
        if number == 1:
            raw = _first(raw, name)
        if b"\0" in raw:
            raise ExportError.at(name, "holds NUL bytes: it is no text", line=number, hint=_SAVE_AS)
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as failure:
            byte = raw[failure.start]
            raise ExportError.at(name, f"byte 0x{byte:02X} is no UTF-8", line=number, hint=_SAVE_AS) from None
        if progress and done - told >= _PROGRESS_STEP:
            told = done
            progress(done, size)
        yield text
    if progress:
        progress(done, size)


_SAVE_AS: Final = "save it as CSV in UTF-8"


def _line(handle: IO[bytes], name: str, number: int) -> bytes:
    try:
        raw = handle.readline(_LINE_LIMIT)
    except OSError as failure:
        raise ExportError.at(name, f"cannot be read: {failure.strerror}", line=number) from None
    if len(raw) == _LINE_LIMIT and not raw.endswith(b"\n"):
        raise ExportError.at(
            name, f"a line longer than {_LINE_LIMIT:,} bytes: this is no table", line=number, hint=_SAVE_AS
        )
    return raw


def _first(raw: bytes, name: str) -> bytes:
    for signature, kind in _SIGNATURES.items():
        if raw.startswith(signature):
            raise ExportError.at(name, f"is {kind}, not CSV", hint=_SAVE_AS)
    if re.search(rb"\r(?!\n)", raw):
        raise ExportError.at(name, "ends its lines with carriage returns only", line=1, hint="save it with line feeds")
    return raw.removeprefix(b"\xef\xbb\xbf")


def _checked(lines: Iterable[str]) -> Iterator[str]:
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            if not isinstance(line, str):
                raise ExportError.at("lines", f"a {type(line).__name__} where a text is due", line=number)
            if "\0" in line:
                raise ExportError.at("lines", "holds NUL characters: it is no text", line=number)
            yield line.removeprefix("\ufeff") if number == 1 else line
    except UnicodeDecodeError:
        raise ExportError.at("lines", "no UTF-8 text", line=number + 1, hint="open it with encoding='utf-8'") from None
    except TypeError:
        raise ExportError.at("lines", f"a {type(lines).__name__} is neither a path nor lines") from None


def _table(lines: Iterator[str], name: str, tally: Tally, delimiter: str) -> CsvTable:
    first, blank = _header_lines(lines, name)
    sep = delimiter or max(DELIMITERS, key=lambda mark: len(_fields(first, mark)))
    header = tuple(field.strip() for field in _fields(first, sep))
    if not any(header):
        raise ExportError.at(name, "its first line cannot be read as a header", line=blank + 1)
    rows = _rows(chain(first, lines), sep, len(header), blank)
    next(rows)
    return CsvTable(header, rows, tally.file(name), tally)


def _header_lines(lines: Iterator[str], name: str) -> tuple[list[str], int]:
    """The lines of the header (a quoted name may run over several), and how many blank ones stand before."""
    blank = 0
    header: list[str] = []
    for line in lines:
        if not header and not line.strip():
            blank += 1
            continue
        header.append(line)
        if sum(text.count('"') for text in header) % 2 == 0 or len(header) == _HEADER_LINES:
            break
    if not header:
        raise ExportError.at(name, "is empty", hint="a header with the names of the columns is due")
    return header, blank


def _fields(lines: list[str], delimiter: str) -> list[str]:
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _rows(
    lines: Iterator[str], delimiter: str, width: int, blank: int
) -> Iterator[tuple[int, list[str] | RefusedError]]:
    """Every row with the line on which it starts, as an editor counts; damaged ones as a refusal."""
    # The body of an e-mail is longer than the 131,072 characters of the csv module, whose limit is one for the whole
    # process: it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), _FIELD_LIMIT))
    counted = _CountedLines(lines)
    # Strict: a lenient reader swallows the rest of the file into one field when a quotation mark stays open.
    reader = csv.reader(counted, delimiter=delimiter, strict=True)
    while True:
        line = counted.lines + 1 + blank
        counted.marks = 0
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as failure:
            yield line, _damaged(failure, line, counted, blank)
            continue
        if len(row) == width:
            yield line, row
        elif row:
            yield line, RefusedError("field-count", f"{_fields_of(len(row))}, the header has {width}")


def _fields_of(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


class _CountedLines:
    """Lines, how many of them were read, and the quotation marks in those of the present row."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._source = lines
        self.lines = 0
        self.marks = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._source)
        self.lines += 1
        self.marks += line.count('"')
        return line

    def skip_field(self) -> None:
        """Go to the end of the quoted field in which the reader gave up: what follows in it are no rows."""
        while self.marks % 2 and next(self, None) is not None:
            pass


def _damaged(failure: csv.Error, first: int, lines: _CountedLines, blank: int) -> RefusedError:
    told = str(failure)
    code, message = next(
        ((code, message) for mark, code, message in _FAULTS if mark in told),
        ("malformed-row", "the row cannot be cut into fields"),
    )
    if code == "field-too-long":
        lines.skip_field()
    last = lines.lines + blank
    message = message.format(limit=csv.field_size_limit())
    return RefusedError(code, f"{message} (lines {first} to {last} are lost)" if last > first else message)
