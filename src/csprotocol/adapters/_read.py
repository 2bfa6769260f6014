"""What a reader hands back, and the tally by which it accounts for every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from csprotocol.errors import ExportError
from csprotocol.model import FrozenDict, Rejection

__all__ = ["FileCount", "FileTally", "Notice", "Outcome", "Read", "RefusedError", "Tally"]

T = TypeVar("T")

# More examples than that help nobody, and a broken file would fill the memory with them.
KEPT_REJECTIONS = 1_000


@dataclass(frozen=True, slots=True)
class Notice:
    """Something odd that was read all the same; ``count`` says how often (rows or tickets, as the message says).

    >>> str(Notice("unknown-priority", "priorities that Zendesk does not know; kept as they are", 2))
    'priorities that Zendesk does not know; kept as they are (2)'
    """

    code: str
    message: str
    count: int = 1

    def __str__(self) -> str:
        return f"{self.message} ({self.count:,})"


@dataclass(frozen=True, slots=True)
class FileCount:
    """What became of the rows of one file; ``rows`` is the sum of the other four.

    ``left_out`` holds rows that are understood and not wanted: deleted ones, fields that no KPI reads.

    >>> count = FileCount("ticket.csv", rows=10, used=7, rejected=2, duplicates=1)
    >>> count.adds_up
    True
    """

    file: str
    rows: int = 0
    used: int = 0
    rejected: int = 0
    duplicates: int = 0
    left_out: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether every row is accounted for; a reader that answers ``False`` has a bug."""
        return self.rows == self.used + self.rejected + self.duplicates + self.left_out


@dataclass(frozen=True, slots=True, repr=False)
class Read(Generic[T]):
    """What a reader understood: the ``value``, what was odd, what was rejected, and a count of all rows.

    ``rejected`` keeps the first 1,000 in full, ``rejected_counts`` counts all of them by code. A row is rejected
    whole: nothing is half read.

    >>> read = Read("the value", files=(FileCount("log.csv", rows=3, used=2, rejected=1),))
    >>> read.rows, read.used, read.rejections
    (3, 2, 1)
    >>> read
    Read('the value', rows=3, used=2, rejected=1, duplicates=0, left_out=0, warnings=0)
    """

    value: T
    warnings: tuple[Notice, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    rejected_counts: Mapping[str, int] = field(default_factory=FrozenDict)
    files: tuple[FileCount, ...] = ()

    @property
    def rows(self) -> int:
        """Rows read in all files, headers and blank lines not counted."""
        return sum(count.rows for count in self.files)

    @property
    def used(self) -> int:
        """Rows that went into the value."""
        return sum(count.used for count in self.files)

    @property
    def rejections(self) -> int:
        """Rows rejected, all of them, not only those kept in ``rejected``."""
        return sum(count.rejected for count in self.files)

    @property
    def duplicates(self) -> int:
        """Rows that repeat another, or that a newer row of the same thing replaces."""
        return sum(count.duplicates for count in self.files)

    @property
    def left_out(self) -> int:
        """Rows understood and not wanted; the warnings say which and why."""
        return sum(count.left_out for count in self.files)

    def __repr__(self) -> str:
        return (
            f"Read({self.value!r}, rows={self.rows}, used={self.used}, rejected={self.rejections}, "
            f"duplicates={self.duplicates}, left_out={self.left_out}, warnings={len(self.warnings)})"
        )


class Outcome(Enum):
    """What became of a row; ``LATER`` is settled by :meth:`Tally.settle` when the other tables are known."""

    USED = "used"
    DUPLICATE = "duplicate"
    LEFT_OUT = "left_out"
    LATER = "later"


class RefusedError(Exception):
    """A row cannot be used. Never leaves the adapters: the tally turns it into a rejection."""

    def __init__(self, code: str, message: str, *, column: str | None = None, ticket_id: str | None = None) -> None:
        super().__init__(code)
        self.code, self.message, self.column, self.ticket_id = code, message, column, ticket_id


@dataclass(slots=True)
class FileTally:
    """Counters of the file that is being read."""

    file: str
    rows: int = 0
    used: int = 0
    rejected: int = 0
    duplicates: int = 0
    left_out: int = 0


class Tally:
    """Counts rows while a reader works; the first rejection is an error when ``strict``."""

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._files: list[FileTally] = []
        self._rejected: list[Rejection] = []
        self._counts: dict[str, int] = {}
        self._notices: dict[tuple[str, str], int] = {}

    def file(self, name: str) -> FileTally:
        """Counters for one more file."""
        counters = FileTally(name)
        self._files.append(counters)
        return counters

    def settle(self, counters: FileTally, outcome: Outcome, *, rows: int = 1) -> None:
        """``rows`` rows of the file became ``outcome``."""
        match outcome:
            case Outcome.USED:
                counters.used += rows
            case Outcome.DUPLICATE:
                counters.duplicates += rows
            case Outcome.LEFT_OUT:
                counters.left_out += rows
            case Outcome.LATER:
                pass

    def reject(self, counters: FileTally, line: int, refused: RefusedError) -> None:
        """One row of the file is rejected.

        Raises:
            ExportError: when strict.
        """
        if self._strict:
            raise ExportError.at(counters.file, refused.message, line=line, column=refused.column)
        counters.rejected += 1
        self._counts[refused.code] = self._counts.get(refused.code, 0) + 1
        if len(self._rejected) < KEPT_REJECTIONS:
            self._rejected.append(
                Rejection(
                    refused.code,
                    refused.message,
                    file=counters.file,
                    line=line,
                    column=refused.column,
                    ticket_id=refused.ticket_id,
                )
            )

    def notice(self, code: str, message: str, *, count: int = 1) -> None:
        """Something odd happened ``count`` times more."""
        if count:
            self._notices[code, message] = self._notices.get((code, message), 0) + count

    def read(self, value: T) -> Read[T]:
        """What was read, with all counts."""
        return Read(
            value,
            warnings=tuple(Notice(code, message, count) for (code, message), count in self._notices.items()),
            rejected=tuple(self._rejected),
            rejected_counts=FrozenDict(self._counts),
            files=tuple(FileCount(f.file, f.rows, f.used, f.rejected, f.duplicates, f.left_out) for f in self._files),
        )
