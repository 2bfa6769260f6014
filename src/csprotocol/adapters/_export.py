"""Tickets as an export holds them, the same shape whatever the helpdesk."""

from __future__ import annotations

from dataclasses import dataclass

from csprotocol.model import Ticket, TicketFacts

__all__ = ["TicketExport"]


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class TicketExport:
    """The tickets of one export. Reports need only ``facts``, one row a ticket.

    ``tickets`` holds the events as well, where the source has events; a table with one row a ticket has none.
    ``csat_scale`` and ``ces_scale`` are the lowest and the highest score a customer could give, ``None`` when nobody
    was asked.
    ``zone`` is the time zone in which the source writes its naive stamps.

    >>> TicketExport(source="a spreadsheet", facts=(TicketFacts(ticket_id="1"),))
    TicketExport(source='a spreadsheet', 1 ticket)
    """

    source: str
    facts: tuple[TicketFacts, ...]
    tickets: tuple[Ticket, ...] = ()
    csat_scale: tuple[float, float] | None = None
    ces_scale: tuple[float, float] | None = None
    zone: str | None = None

    def __repr__(self) -> str:
        # Facts hold customer ids and free attributes: they do not belong in logs and tracebacks.
        count = len(self.facts)
        return f"{type(self).__name__}(source={self.source!r}, {count:,} ticket{'' if count == 1 else 's'})"
