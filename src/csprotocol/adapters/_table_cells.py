"""The cells of one row, by the facts that the mapping gives to its columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, NoReturn, TypeVar

from csprotocol.adapters._cells import (
    MissingZoneError,
    StampReader,
    count,
    flag,
    number,
    shown_id,
    shown_number,
    shown_word,
)
from csprotocol.adapters._csv import CsvTable
from csprotocol.adapters._mapping import INSTANTS, TableMapping
from csprotocol.adapters._read import RefusedError
from csprotocol.adapters._typed import ErrorCell, StampCell
from csprotocol.errors import CsprotocolError, ExportError, one_of
from csprotocol.model import Channel, FrozenDict, Money, StatusCategory, TicketFacts

__all__ = ["RowCells", "TableCells"]

T = TypeVar("T")

_NPS: Final = (0, 10)


class TableCells:
    """Where every fact of the mapping stands in a table, and how its cells are read."""

    def __init__(self, table: CsvTable, mapping: TableMapping) -> None:
        self.table = table
        self.mapping = mapping
        self.names = mapping.columns.named()
        places = table.require(dict.fromkeys([*self.names.values(), *mapping.attributes.values()]))
        self.place = {fact: places[name] for fact, name in self.names.items()}
        self.attribute_place = {key: places[name] for key, name in mapping.attributes.items()}
        # An empty cell says nothing, whatever else does: as an id it would make one customer of many.
        self.null = frozenset(mapping.null) | {""}
        zone = mapping.zone_info()
        self.unsure_stamps = 0
        self.stamps = {fact: StampReader(mapping.time.format_of(fact), zone) for fact in INSTANTS if fact in self.names}

    def row(self, line: int, row: list[str]) -> RowCells:
        """The cells of the row at ``line``; its ticket's id is read at once."""
        return RowCells(self, line, row)

    def knows_channel(self, word: str) -> bool:
        """Whether the vendor's word for a channel has a meaning."""
        table = self.mapping.channel
        return word in table if table else word.casefold() in _OUR_CHANNEL

    def note_oddities(self, facts: Iterable[TicketFacts]) -> None:
        """Count, in what was used, the stamps with two readings or none and the channels without a meaning."""
        self.table.tally.notice(
            "ambiguous-stamp",
            f"stamps in an hour that {self.mapping.time.zone} repeats or skips; the first reading counts",
            count=self.unsure_stamps,
        )
        named = (ticket.channel_name for ticket in facts)
        self.note_channels(sum(name is not None and not self.knows_channel(name) for name in named))

    def note_channels(self, unknown: int) -> None:
        """Count tickets whose channel has no meaning."""
        self.table.tally.notice(
            "unknown-channel",
            "tickets of a channel that has no meaning in the mapping; kept as other",
            count=unknown,
        )


class RowCells:
    """One row. Every reader gives ``None`` for a fact without a column and for a cell that says nothing."""

    __slots__ = ("_cells", "_line", "_row", "_unsure", "ticket_id")

    def __init__(self, cells: TableCells, line: int, row: list[str]) -> None:
        self._cells = cells
        self._line = line
        self._row = row
        self._unsure = 0
        self.ticket_id = ""
        found = self.text("ticket_id")
        if found is None:
            self._refuse("ticket_id", RefusedError("ticket-id", "a row without the id of its ticket"))
        self.ticket_id = found

    def text(self, fact: str) -> str | None:
        """The cell without blanks around it."""
        place = self._cells.place.get(fact)
        if place is None:
            return None
        raw = self._row[place]
        cell = raw.strip()
        if cell in self._cells.null:
            return None
        if type(raw) is ErrorCell:
            self._refuse(fact, RefusedError("error-cell", f"the cell holds {raw}, not a value"))
        return cell

    def stamp(self, fact: str) -> datetime | None:
        """The instant, in UTC."""
        cell = self.text(fact)
        if cell is None:
            return None
        reader = self._cells.stamps[fact]
        raw = self._row[self._cells.place[fact]]
        try:
            at = reader.typed(raw) if type(raw) is StampCell else reader(cell)
        except RefusedError as refused:
            self._refuse(fact, refused)
        except MissingZoneError:
            raise ExportError.at(
                self._cells.table.file,
                "a stamp names no offset, and the mapping states no zone",
                line=self._line,
                column=self._cells.names[fact],
                hint="set [time] zone, for example Europe/Madrid",
            ) from None
        self._unsure += reader.is_unsure(cell)
        return at

    def accept(self) -> None:
        """The row is used: what was odd in it counts now."""
        self._cells.unsure_stamps += self._unsure

    def flag(self, fact: str) -> bool | None:
        """True or false."""
        return self._with(fact, flag)

    def count(self, fact: str) -> int | None:
        """A whole number from 0."""
        return self._with(fact, count)

    def score(self, fact: str) -> float | None:
        """A rating, inside its scale where it has one."""
        found = self._with(fact, number)
        rules = {"csat": self._cells.mapping.csat, "ces": self._cells.mapping.ces}.get(fact)
        scale = rules.scale if rules else _NPS if fact == "nps" else None
        if found is None or scale is None:
            return found
        low, high = scale
        if not low <= found <= high or (fact == "nps" and found != int(found)):
            whole = "a whole number from " if fact == "nps" else ""
            self._refuse(
                fact,
                RefusedError(
                    "out-of-scale", f"{shown_number(found)} is no score; possible: {whole}{low:g} to {high:g}"
                ),
            )
        return found

    def status(self) -> StatusCategory | None:
        """The meaning of the vendor's status; a word without a meaning is a refusal."""
        word = self.text("status")
        if word is None:
            return None
        table = self._cells.mapping.status
        found = table.get(word) if table else _OUR_STATUS.get(word.casefold())
        if found is None:
            known = table or _OUR_STATUS
            told = f"{shown_word(word, known)} is no status; {one_of(known, found=word)}"
            self._refuse("status", RefusedError("unknown-status", told))
        return found

    def channel(self) -> Channel | None:
        """The channel; a vendor's word without a meaning is ``other``."""
        word = self.text("channel")
        if word is None:
            return None
        table = self._cells.mapping.channel
        return table.get(word, Channel.OTHER) if table else _OUR_CHANNEL.get(word.casefold(), Channel.OTHER)

    def priority(self) -> str | None:
        """The priority, renamed where the mapping says so."""
        word = self.text("priority")
        return None if word is None else self._cells.mapping.priority.get(word, word)

    def cost(self) -> Money | None:
        """What the ticket cost."""
        rules = self._cells.mapping.cost
        return self._with("cost", lambda cell: _money(cell, rules.currency)) if rules else None

    def tags(self) -> tuple[str, ...] | None:
        """The tags in their order, each once."""
        cell = self.text("tags")
        if cell is None:
            return None
        parts = (part.strip() for part in cell.split(self._cells.mapping.tags.separator))
        return tuple(dict.fromkeys(part for part in parts if part))

    def attributes(self) -> Iterator[tuple[str, str]]:
        """The further columns that say something."""
        for key, place in self._cells.attribute_place.items():
            raw = self._row[place]
            cell = raw.strip()
            # To group by, a failed formula says as little as an empty cell; a ticket is no worse for it.
            if cell not in self._cells.null and type(raw) is not ErrorCell:
                yield key, cell

    def frozen_attributes(self) -> Mapping[str, str]:
        """The further columns of the one row of a ticket."""
        return FrozenDict(self.attributes())

    def _with(self, fact: str, read: Callable[[str], T]) -> T | None:
        cell = self.text(fact)
        if cell is None:
            return None
        try:
            return read(cell)
        except RefusedError as refused:
            self._refuse(fact, refused)

    def _refuse(self, fact: str, refused: RefusedError) -> NoReturn:
        raise RefusedError(
            refused.code,
            refused.message,
            column=self._cells.names[fact],
            ticket_id=shown_id(self.ticket_id) if self.ticket_id else None,
        )


_OUR_STATUS: Final = {str(status): status for status in StatusCategory}
_OUR_CHANNEL: Final = {str(channel): channel for channel in Channel}


def _money(cell: str, currency: str) -> Money:
    found = number(cell)
    try:
        return Money.of(cell, currency)
    except CsprotocolError:
        raise RefusedError(
            "no-amount", f"{shown_number(found)} is no amount of {currency}: it has too many decimals"
        ) from None
