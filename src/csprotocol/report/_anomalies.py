"""Tickets whose instants cannot be, or hardly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from csprotocol.model import TicketFacts

__all__ = ["Anomaly", "anomalies"]

_SENTENCES: Final = {
    "created-after-report": "with a creation were created after the moment of the report",
    "reply-before-creation": "with a creation and a first reply were answered before they were created",
    "resolution-before-creation": "with a creation and an end ended before they were created",
    "resolution-before-first-reply": "with a first reply and an end ended before their first reply",
}
_EXAMPLES: Final = 3
_LONGEST_ID: Final = 40


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One kind of impossible tickets: ``count`` of the ``of`` that have the instants in question.

    >>> Anomaly("resolution-before-first-reply", 1_365, 2_769, ("3", "4")).sentence
    '49.3% (1,365 of 2,769) of the tickets with a first reply and an end ended before their first reply, such as 3, 4'
    """

    code: str
    count: int
    of: int
    examples: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """How many, of how many, what, and the ids of some."""
        share = f"{100 * self.count / self.of:.1f}% ({self.count:,} of {self.of:,})"
        such_as = f", such as {', '.join(self.examples)}" if self.examples else ""
        return f"{share} of the tickets {_SENTENCES[self.code]}{such_as}"


def anomalies(facts: Iterable[TicketFacts], as_of: datetime) -> tuple[Anomaly, ...]:
    """The kinds that occur, each with the first tickets as examples."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    possible = dict.fromkeys(_SENTENCES, 0)
    for ticket in facts:
        created, replied = ticket.created_at is not None, ticket.first_reply_at is not None
        ended = bool(ticket.solved_at) or ticket.closed_at is not None
        possible["created-after-report"] += created
        possible["reply-before-creation"] += created and replied
        possible["resolution-before-creation"] += created and ended
        possible["resolution-before-first-reply"] += replied and ended
        for code in ticket.anomalies():
            found[code].append(ticket.ticket_id)
        if ticket.created_at is not None and ticket.created_at.astimezone(UTC) > as_of.astimezone(UTC):
            found["created-after-report"].append(ticket.ticket_id)
    return tuple(
        Anomaly(code, len(found[code]), possible[code], tuple(filter(_is_id, found[code]))[:_EXAMPLES])
        for code in _SENTENCES
        if found[code]
    )


def _is_id(ticket_id: str) -> bool:
    """Short, with a digit and without an address: what is not may be a customer's name."""
    has_digit = any(letter.isdigit() for letter in ticket_id)
    return has_digit and len(ticket_id) <= _LONGEST_ID and ticket_id.isprintable() and "@" not in ticket_id
