"""Which calendar counts a ticket: none where its instants lie outside the years that the calendar knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from csprotocol.errors import BusinessTimeError
from csprotocol.kpi import OpenTime, Within
from csprotocol.model import TicketFacts

__all__ = ["Reach"]


class Reach:
    """The calendars of a report, without those that would fail: one ticket from the year 1 must not end a report.

    ``beyond`` holds the ids of the tickets that were turned away, once their durations were asked for.
    """

    def __init__(self, within: Within) -> None:
        # Once: to ask a value whether it fits a protocol takes longer than the whole answer about a ticket.
        self._calendar = within if isinstance(within, OpenTime) else None
        self._of_ticket = within if within is not None and not isinstance(within, OpenTime) else None
        self.beyond: set[str] = set()

    def of(self, kpi: str) -> Within:
        """How to find the calendar for a duration of ``kpi``; ``None`` where there is no calendar at all."""
        if self._calendar is None and self._of_ticket is None:
            return None
        return lambda ticket: self._known(ticket, _INSTANTS[kpi])

    def _known(
        self, ticket: TicketFacts, instants: Callable[[TicketFacts], Iterable[datetime | None]]
    ) -> OpenTime | None:
        hours = self._of_ticket(ticket) if self._of_ticket else self._calendar
        if hours is None:
            return None
        try:
            for at in instants(ticket):
                if at is not None:
                    hours.between(at, at)
        except BusinessTimeError:
            self.beyond.add(ticket.ticket_id)
            return None
        return hours


def _of_reply(ticket: TicketFacts) -> Iterable[datetime | None]:
    # The later two are read by the options of some vendors.
    messages = (ticket.first_agent_message_at, ticket.second_agent_message_at)
    return (ticket.created_at, ticket.first_customer_message_at, ticket.first_reply_at, *messages)


def _of_resolution(ticket: TicketFacts) -> Iterable[datetime | None]:
    lives = (life.end for life in ticket.lives or ())
    messages = (ticket.first_customer_message_at, ticket.last_public_agent_message_at)
    return (ticket.created_at, ticket.closed_at, *(ticket.solved_at or ()), *lives, *messages)


_INSTANTS: Final[Mapping[str, Callable[[TicketFacts], Iterable[datetime | None]]]] = {
    "first_reply": _of_reply,
    "resolution": _of_resolution,
}
