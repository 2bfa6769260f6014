"""A table with one row a ticket."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from csprotocol.adapters._cells import shown_id
from csprotocol.adapters._csv import CsvTable
from csprotocol.adapters._mapping import TableMapping
from csprotocol.adapters._read import Outcome, RefusedError
from csprotocol.adapters._table_cells import RowCells, TableCells
from csprotocol.model import Ticket, TicketFacts

__all__ = ["TicketRows", "read", "row_digest"]


def read(table: CsvTable, mapping: TableMapping) -> tuple[tuple[TicketFacts, ...], tuple[Ticket, ...]]:
    """The facts that the rows say; no events, because a row does not tell what happened when."""
    rows = TicketRows(TableCells(table, mapping))
    facts: list[TicketFacts] = []

    def take(line: int, raw: list[str]) -> Outcome:
        found = rows.facts_of(line, raw)
        if found is None:
            return Outcome.DUPLICATE
        facts.append(found)
        return Outcome.USED

    table.each(take)
    rows.cells.note_oddities(facts)
    return tuple(facts), ()


class TicketRows:
    """Reads rows to facts, and remembers the ids of those that were used: all, or those that may come again."""

    def __init__(self, cells: TableCells, may_repeat: Callable[[str], bool] | None = None) -> None:
        self.cells = cells
        self._may_repeat = may_repeat
        self._seen: dict[str, tuple[int, bytes]] = {}

    def facts_of(self, line: int, raw: list[str]) -> TicketFacts | None:
        """The facts of a row; ``None`` when it repeats an earlier one in every cell.

        Raises:
            RefusedError: a cell that cannot be read, a ticket that an earlier row tells otherwise.
        """
        row = self.cells.row(line, raw)
        digest = row_digest(raw)
        if row.ticket_id in self._seen:
            first, known = self._seen[row.ticket_id]
            if digest == known:
                return None
            raise RefusedError(
                "ticket-twice",
                f"the ticket stands in line {first} already, with other cells",
                column=self.cells.mapping.columns.ticket_id,
                ticket_id=shown_id(row.ticket_id),
            )
        facts = _facts(row, self.cells)
        row.accept()
        if self._may_repeat is None or self._may_repeat(row.ticket_id):
            self._seen[row.ticket_id] = (line, digest)
        return facts


def row_digest(row: list[str]) -> bytes:
    """A short mark of a whole row, so that repeated rows are found without keeping them."""
    return blake2b("\x1f".join(row).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _facts(row: RowCells, cells: TableCells) -> TicketFacts:
    solved_at, first_reply_at = row.stamp("solved_at"), row.stamp("first_reply_at")
    csat, nps = row.score("csat"), row.score("nps")
    return TicketFacts(
        ticket_id=row.ticket_id,
        customer_id=row.text("customer_id"),
        order_id=row.text("order_id"),
        created_at=row.stamp("created_at"),
        first_customer_message_at=row.stamp("first_customer_message_at"),
        first_reply_at=first_reply_at,
        # An empty cell of the column with the first reply says that there was none; how many it never says.
        replied=first_reply_at is not None if "first_reply_at" in cells.names else None,
        agent_replies=row.count("agent_replies"),
        customer_replies=row.count("customer_replies"),
        # An empty cell of a column that exists says "not solved", no column says nothing.
        solved_at=((solved_at,) if solved_at else ()) if "solved_at" in cells.names else None,
        closed_at=row.stamp("closed_at"),
        reopens=row.count("reopens"),
        status=row.status(),
        csat=csat,
        nps=None if nps is None else int(nps),
        ces=row.score("ces"),
        # Who did not answer may or may not have been asked.
        surveyed=True if csat is not None else row.flag("surveyed"),
        agent_started=row.flag("agent_started"),
        auto_replied=row.flag("auto_replied"),
        merged_into=row.text("merged_into"),
        spam=row.flag("spam"),
        sla_met=row.flag("sla_met"),
        channel=row.channel(),
        channel_name=row.text("channel"),
        reason=row.text("reason"),
        priority=row.priority(),
        language=row.text("language"),
        agent=row.text("agent"),
        group=row.text("group"),
        cost=row.cost(),
        attributes=row.frozen_attributes(),
    )
