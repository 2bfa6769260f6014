"""Tickets whose instants cannot be, or hardly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from csprotocol.model import TicketFacts

__all__ = ["Anomaly", "AnomalyCount", "anomalies"]

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


class AnomalyCount:
    """Counts the kinds while tickets come in, in any order; ``line`` says in which order they stand in the export."""

    def __init__(self, as_of: datetime) -> None:
        self._now = as_of.astimezone(UTC)
        self._possible: Counter[str] = Counter()
        self._found: Counter[str] = Counter()
        self._examples: dict[str, list[tuple[int, str]]] = {}

    def add(self, line: int, ticket: TicketFacts) -> None:
        """Takes one ticket."""
        created, replied = ticket.created_at is not None, ticket.first_reply_at is not None
        ended = bool(ticket.solved_at) or ticket.closed_at is not None
        self._possible["created-after-report"] += created
        self._possible["reply-before-creation"] += created and replied
        self._possible["resolution-before-creation"] += created and ended
        self._possible["resolution-before-first-reply"] += replied and ended
        codes = ticket.anomalies()
        if ticket.created_at is not None and ticket.created_at.astimezone(UTC) > self._now:
            codes = (*codes, "created-after-report")
        for code in codes:
            self._found[code] += 1
            self._show(code, line, ticket.ticket_id)

    def add_many(self, code: str, of: int, lines: Sequence[int], ticket_id: Callable[[int], str]) -> None:
        """Takes the tickets of a batch: those at ``lines`` are of the kind, of the ``of`` that can be.

        ``ticket_id`` gives the id of one by its place among ``lines``.
        """
        self._possible[code] += of
        self._found[code] += len(lines)
        for at, line in enumerate(lines):
            shown = self._examples.get(code, ())
            if len(shown) == _EXAMPLES and line > shown[-1][0]:
                break
            self._show(code, int(line), ticket_id(at))

    def _show(self, code: str, line: int, ticket_id: str) -> None:
        if _is_id(ticket_id):
            self._examples[code] = sorted([*self._examples.get(code, ()), (line, ticket_id)])[:_EXAMPLES]

    def _shown(self, code: str) -> tuple[str, ...]:
        return tuple(ticket_id for _, ticket_id in self._examples.get(code, ()))

    @property
    def found(self) -> tuple[Anomaly, ...]:
        """The kinds that occur, each with the first tickets as examples."""
        return tuple(
            Anomaly(code, self._found[code], self._possible[code], self._shown(code))
            for code in _SENTENCES
            if self._found[code]
        )


def anomalies(facts: Iterable[TicketFacts], as_of: datetime) -> tuple[Anomaly, ...]:
    """The kinds that occur, each with the first tickets as examples."""
    counts = AnomalyCount(as_of)
    for line, ticket in enumerate(facts):
        counts.add(line, ticket)
    return counts.found


def _is_id(ticket_id: str) -> bool:
    """Short, with a digit and without an address: what is not may be a customer's name."""
    has_digit = any(letter.isdigit() for letter in ticket_id)
    return has_digit and len(ticket_id) <= _LONGEST_ID and ticket_id.isprintable() and "@" not in ticket_id
