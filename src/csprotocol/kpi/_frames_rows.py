"""Tickets as the columns that a table of KPIs reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from csprotocol.kpi._frames_schema import FACTS
from csprotocol.kpi._resolution import ends_of
from csprotocol.model import TicketFacts

__all__ = ["facts_columns"]

_GROUPS: Final = (
    "channel",
    "channel_name",
    "reason",
    "priority",
    "language",
    "agent",
    "group",
    "customer_id",
    "order_id",
)
_DERIVED: Final = frozenset({"solved_at", "first_solved_at", "solves", "status", "calendar"})


def facts_columns(facts: Iterable[TicketFacts]) -> Mapping[str, list[Any]]:
    """A list for each fact, a row for each ticket, from which any frame can be made; instants in UTC.

    ``solved_at`` becomes the last solve, with ``first_solved_at`` and ``solves`` (how many) beside it; ``attributes``
    become columns where no fact has the name. A fact that no ticket knows has no column.

    >>> at = lambda hour: datetime(2026, 11, 20, hour, tzinfo=UTC)
    >>> columns = facts_columns([TicketFacts(ticket_id="1", solved_at=(at(9), at(15)))])
    >>> columns["solves"], columns["solved_at"][0].hour, columns["first_solved_at"][0].hour
    ([2], 15, 9)
    """
    tickets = list(facts)
    columns = {fact: [_plain(getattr(ticket, fact)) for ticket in tickets] for fact in FACTS if fact not in _DERIVED}
    columns |= {fact: [_plain(getattr(ticket, fact)) for ticket in tickets] for fact in ("status", *_GROUPS)}
    ends = [ends_of(ticket) if ticket.solved_at or ticket.lives is not None else () for ticket in tickets]
    columns["solved_at"] = [_plain(each[-1]) if each else None for each in ends]
    columns["first_solved_at"] = [_plain(each[0]) if each else None for each in ends]
    columns["solves"] = [
        None if ticket.solved_at is None and ticket.lives is None else len(each)
        for ticket, each in zip(tickets, ends, strict=True)
    ]
    for survey in ("csat", "ces"):
        # Half points are possible; engines want one type in a column.
        columns[survey] = [None if rating is None else float(rating) for rating in columns[survey]]
    for name in dict.fromkeys(name for ticket in tickets for name in ticket.attributes):
        columns.setdefault(name, [ticket.attributes.get(name) for ticket in tickets])
    return {name: values for name, values in columns.items() if any(value is not None for value in values)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return str(value) if isinstance(value, str) else value
