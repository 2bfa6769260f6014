"""Things that stand in a table more than once: the newest row of each counts."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from csprotocol.adapters._read import Outcome, RefusedError
from csprotocol.adapters._zendesk_tables import Extract, ExtractRow

__all__ = ["Newest"]

T = TypeVar("T")


class _Kept(NamedTuple, Generic[T]):
    line: int
    at: datetime | None
    value: T


class Newest(Generic[T]):
    """The newest row of each id of a table; the rows that it replaces are duplicates.

    A row marked as deleted that is as new as the others ends them: extracts mark a deletion without a new stamp.
    Without stamps nothing says which row is newer: then the first one counts, and a deleted one is left out.
    """

    def __init__(self, extract: Extract, table: str) -> None:
        self._extract = extract
        self._table = table
        self._kept: dict[str, _Kept[T]] = {}
        self.deleted: dict[str, datetime | None] = {}

    def take(self, row_id: str, value: T, row: ExtractRow, at: datetime | None) -> Outcome:
        """One row that is not deleted, last changed at ``at``."""
        known = self._kept.get(row_id)
        if known is None:
            self._kept[row_id] = _Kept(row.line, at, value)
            return Outcome.LATER
        self._extract.tally.notice(
            f"{self._table}-twice", f"rows of {self._table}s that stand there twice; the newest counts"
        )
        if at and (known.at is None or at > known.at):
            self._kept[row_id] = _Kept(known.line, at, value)
        return Outcome.DUPLICATE

    def delete(self, row: ExtractRow) -> None:
        """One row that the export marks as deleted."""
        row_id = row.id("id")
        if row_id is None:
            return
        try:
            at = row.stamp("updated_at")
        except RefusedError:
            at = None
        known = self.deleted.get(row_id)
        self.deleted[row_id] = max(at, known) if at and known else at or known

    def settle(self) -> dict[str, T]:
        """What is left, by id, when all rows are known; every row is counted now."""
        found: dict[str, T] = {}
        for row_id, (line, at, value) in self._kept.items():
            ended = self.deleted.get(row_id)
            gone = ended is not None and at is not None and ended >= at
            self._extract.settle(self._table, line, Outcome.DUPLICATE if gone else Outcome.USED)
            if not gone:
                found[row_id] = value
        return found
