"""The files of an export: which tables there are, which columns they need, and how a row is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from csprotocol.adapters._cells import StampReader, count, flag, identifier
from csprotocol.adapters._csv import Progress, open_table
from csprotocol.adapters._read import FileTally, Outcome, RefusedError, Tally
from csprotocol.errors import ExportError

__all__ = ["CUSTOM", "ORDER", "REASON", "Extract", "ExtractRow"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Table:
    """Columns by our name, each with the names it goes by in exports; the first of ``needed`` is missed aloud."""

    needed: Mapping[str, tuple[str, ...]]
    wanted: Mapping[str, tuple[str, ...]]


def _columns(*names: str) -> dict[str, tuple[str, ...]]:
    """``created=created|created_at``: our name, and what exports call it."""
    split = (name.partition("=") for name in names)
    return {ours: tuple((theirs or ours).split("|")) for ours, _, theirs in split}


_DELETED: Final = "deleted=_fivetran_deleted"

TABLES: Final[Mapping[str, _Table]] = {
    "user": _Table(_columns("id", "role"), _columns("locale", "suspended", "updated_at", _DELETED)),
    "user_tag": _Table(_columns("user_id", "tag"), _columns(_DELETED)),
    "group": _Table(_columns("id", "name"), _columns("updated_at", _DELETED)),
    "ticket": _Table(
        _columns("id", "created_at"),
        _columns("status", "updated_at", "requester_id", "submitter_id", "assignee_id", "group_id", "priority",
                 "via_channel", "type", "brand_id", "merged_ticket_ids", _DELETED),
    ),
    "ticket_comment": _Table(
        _columns("ticket_id", "created=created|created_at", "public"),
        _columns("id", "user_id=user_id|author_id", _DELETED),
    ),
    "ticket_field_history": _Table(
        _columns("ticket_id", "field_name", "updated=updated|updated_at", "value"), _columns("user_id", _DELETED)
    ),
    "satisfaction_rating": _Table(
        _columns("ticket_id", "score", "created_at"), _columns("id", "updated_at", _DELETED)
    ),
    "schedule": _Table(
        _columns("id", "start_time", "end_time", "time_zone"), _columns("name", _DELETED)
    ),
    "schedule_holiday": _Table(_columns("schedule_id", "start_date", "end_date"), _columns("name", _DELETED)),
    "ticket_schedule": _Table(_columns("ticket_id", "schedule_id", "created_at"), _columns(_DELETED)),
    "sla_policy_metric_history": _Table(
        _columns("sla_policy_id", "sla_policy_updated_at", "metric", "priority", "target", "business_hours"),
        _columns("index", _DELETED),
    ),
    "ticket_sla_policy": _Table(_columns("ticket_id", "sla_policy_id", "policy_applied_at"), _columns(_DELETED)),
    "ticket_tag": _Table(_columns("ticket_id", "tag"), _columns(_DELETED)),
}  # fmt: skip

# Columns of the ticket that the caller names: every account keeps these in fields of its own.
REASON: Final = "contact_reason"
ORDER: Final = "order_id"
CUSTOM: Final[Mapping[str, str]] = {REASON: "custom_contact_reason", ORDER: "custom_order_id"}

# Their offsets are frozen at one moment: right for half of the year. The zone names of the schedules are enough.
_FROZEN_OFFSETS: Final = ("time_zone", "daylight_time")
_UTC: Final = ZoneInfo("UTC")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class ExtractRow:
    """One row of a table: cells by our names, ``None`` where there is no column or the cell is empty."""

    __slots__ = ("_cells", "_names", "_place", "_stamp", "line")

    def __init__(self, line: int, cells: list[str], place: Mapping[str, int], names: Mapping[str, str],
                 stamp: StampReader) -> None:  # fmt: skip
        self.line = line
        self._cells = cells
        self._place = place
        self._names = names
        self._stamp = stamp

    def text(self, column: str) -> str | None:
        """The cell without blanks around it."""
        place = self._place.get(column)
        return (self._cells[place].strip() or None) if place is not None else None

    def id(self, column: str) -> str | None:
        """An id, as text."""
        return self._with(column, identifier)

    def flag(self, column: str) -> bool | None:
        """True or false."""
        return self._with(column, flag)

    def count(self, column: str) -> int | None:
        """A whole number from 0."""
        return self._with(column, count)

    def stamp(self, column: str) -> datetime | None:
        """An instant; naive stamps of this export are UTC."""
        return self._with(column, self._stamp)

    def day(self, column: str) -> date | None:
        """A date, without a time of day."""
        return self._with(column, _day)

    def due(self, column: str, found: T | None) -> T:
        """``found``, which the row cannot do without."""
        if found is None:
            raise RefusedError("empty-cell", "is empty, and the row needs it", column=self.name(column))
        return found

    def name(self, column: str) -> str:
        """What the export calls the column."""
        return self._names.get(column, column)

    def _with(self, column: str, read: Callable[[str], T]) -> T | None:
        cell = self.text(column)
        if cell is None:
            return None
        try:
            return read(cell)
        except RefusedError as refused:
            raise RefusedError(refused.code, refused.message, column=self.name(column)) from None


class Extract:
    """The folder of an export."""

    def __init__(
        self, folder: str | PathLike[str], tally: Tally, *, progress: Progress | None, custom: Mapping[str, str]
    ) -> None:
        self.tally = tally
        self._custom = custom
        self.found = _files(folder)
        self._progress = progress
        self._sizes = {name: path.stat().st_size for name, path in self.found.items()}
        self._done = 0
        self._counters: dict[str, FileTally] = {}
        self._note_files(Path(folder))

    def __contains__(self, table: str) -> bool:
        return table in self.found

    def file(self, table: str) -> str:
        """The name of the table's file, or what it would be."""
        return self.found[table].name if table in self.found else f"{table}.csv"

    def each(
        self,
        table: str,
        take: Callable[[ExtractRow], Outcome],
        *,
        deleted: Callable[[ExtractRow], None] | None = None,
        lost: Callable[[ExtractRow], None] | None = None,
    ) -> None:
        """Hand every row to ``take``, but those marked as deleted to ``deleted``; ``lost`` hears of the rejected.

        Nothing happens when the export lacks the table.
        """
        path = self.found.get(table)
        if path is None:
            return
        with open_table(path, self.tally, progress=self._share()) as rows:
            self._counters[table] = rows.counters
            names = _present(TABLES[table], rows.header)
            if table == "ticket":
                names |= self._custom_columns(rows.header)
            place = rows.require(names.values())
            places = {column: place[name] for column, name in names.items()}
            stamp = StampReader("iso", _UTC)

            def taken(line: int, cells: list[str]) -> Outcome:
                row = ExtractRow(line, cells, places, names, stamp)
                try:
                    if not row.flag("deleted"):
                        return take(row)
                except RefusedError:
                    if lost:
                        lost(row)
                    raise
                self.tally.notice("deleted-row", f"rows of {table} that the export marks as deleted; left out")
                if deleted:
                    deleted(row)
                return Outcome.LEFT_OUT

            rows.each(taken)
        self._done += self._sizes[table]

    def _custom_columns(self, header: tuple[str, ...]) -> dict[str, str]:
        """The columns of the ticket that the caller names, as far as they are there."""
        absent = [name for ours, name in self._custom.items() if name not in header and name != CUSTOM[ours]]
        if absent:
            told = f"columns that were asked for and that {self.file('ticket')} lacks: {', '.join(absent)}"
            self.tally.notice("missing-column", told, count=len(absent))
        return {ours: name for ours, name in self._custom.items() if name in header}

    def settle(self, table: str, line: int, verdict: Outcome | RefusedError) -> None:
        """Count a row that waited for other tables."""
        counters = self._counters[table]
        if isinstance(verdict, RefusedError):
            self.tally.reject(counters, line, verdict)
        else:
            self.tally.settle(counters, verdict)

    def _share(self) -> Progress | None:
        """Progress of one file as progress of the whole folder."""
        if self._progress is None:
            return None
        progress, before, total = self._progress, self._done, sum(self._sizes.values())
        return lambda done, _size: progress(before + done, total)

    def _note_files(self, folder: Path) -> None:
        if ignored := [name for name in _FROZEN_OFFSETS for _ in _candidates(folder, name)]:
            self.tally.notice(
                "frozen-offsets",
                f"tables not read on purpose ({', '.join(ignored)}): their offsets are right for half of the year",
                count=len(ignored),
            )
        missing = [name for name in TABLES if name not in self.found]
        if missing:
            self.tally.notice(
                "missing-table", f"tables that the export lacks: {', '.join(missing)}", count=len(missing)
            )


def _files(folder: str | PathLike[str]) -> dict[str, Path]:
    try:
        place = Path(folder)
        if not place.is_dir():
            what = "is a file" if place.exists() else "does not exist"
            raise ExportError.at(place.name or str(place), f"{what}; a folder with the tables is due")
        found: dict[str, Path] = {}
        for table in TABLES:
            paths = _candidates(place, table)
            if len(paths) > 1:
                raise ExportError.at(
                    paths[0].name, f"stands beside {paths[1].name}; which one is the table?", hint="keep one"
                )
            if paths:
                found[table] = paths[0]
    except (OSError, ValueError, TypeError) as failure:
        if isinstance(failure, ExportError):
            raise
        raise ExportError.at("the folder", f"cannot be opened ({type(failure).__name__})") from None
    if "ticket" not in found:
        present = sorted(path.name for path in place.glob("*.csv"))[:40]
        raise ExportError.at(
            place.name or str(place),
            "holds neither ticket_data.csv nor ticket.csv",
            hint=f"files there: {', '.join(present) or 'none'}",
        )
    return found


def _candidates(folder: Path, table: str) -> list[Path]:
    return [path for name in (f"{table}_data.csv", f"{table}.csv") if (path := folder / name).is_file()]


def _present(table: _Table, header: tuple[str, ...]) -> dict[str, str]:
    """The columns of the file by our names; needed ones that are absent stay, to be missed by name."""
    present: dict[str, str] = {}
    for column, names in {**table.needed, **table.wanted}.items():
        found = next((name for name in names if name in header), None)
        if found is not None or column in table.needed:
            present[column] = found or names[0]
    return present


def _day(cell: str) -> date:
    try:
        if _DAY.fullmatch(cell):
            return date.fromisoformat(cell)
    except ValueError:
        pass
    raise RefusedError("day", "is no date such as 2026-11-20")
