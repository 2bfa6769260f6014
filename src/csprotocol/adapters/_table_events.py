"""A table with one row an event of a ticket: rows anywhere in the file, in any order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from csprotocol.adapters._cells import shown_id
from csprotocol.adapters._csv import CsvTable
from csprotocol.adapters._mapping import TableMapping
from csprotocol.adapters._read import Outcome, RefusedError
from csprotocol.adapters._table_cells import RowCells, TableCells
from csprotocol.adapters._table_known import MESSAGES, ROWS, SURVEYS, Knowledge
from csprotocol.adapters._table_tickets import row_digest
from csprotocol.model import ActorKind, Event, EventKind, FrozenDict, StatusCategory, Ticket, TicketFacts

__all__ = ["read"]

# Facts that repeat on every row of a ticket, each with its reader; the last value in time counts.
_PER_TICKET: Final[Mapping[str, Callable[[RowCells], Any]]] = {
    "created_at": lambda row: row.stamp("created_at"),
    "channel": RowCells.channel,
    "priority": RowCells.priority,
    "language": lambda row: row.text("language"),
    "reason": lambda row: row.text("reason"),
    "agent": lambda row: row.text("agent"),
    "group": lambda row: row.text("group"),
    "customer_id": lambda row: row.text("customer_id"),
    "order_id": lambda row: row.text("order_id"),
    "csat": lambda row: row.score("csat"),
    "nps": lambda row: row.score("nps"),
    "ces": lambda row: row.score("ces"),
    "sla_met": lambda row: row.flag("sla_met"),
    "cost": RowCells.cost,
    "tags": RowCells.tags,
    "merged_into": lambda row: row.text("merged_into"),
    "spam": lambda row: row.flag("spam"),
}


class _Case:
    """One ticket while its rows come in."""

    __slots__ = ("attributes", "channel_name", "events", "last", "rows")

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.rows: set[bytes] = set()
        self.last: dict[str, tuple[datetime, Any]] = {}
        self.attributes: dict[str, tuple[datetime, str]] = {}
        self.channel_name: tuple[datetime, str] | None = None

    def value(self, fact: str) -> Any:
        return self.last[fact][1] if fact in self.last else None


def read(table: CsvTable, mapping: TableMapping) -> tuple[tuple[TicketFacts, ...], tuple[Ticket, ...]]:
    """The tickets of the log, in the order of their first rows."""
    reader = _Reader(table, mapping)
    table.each(reader.take)
    told = [reader.knowledge.of(reader.ticket(ticket_id, case)) for ticket_id, case in reader.cases.items()]
    facts = tuple(facts for facts, _ in told)
    reader.cells.note_oddities(facts)
    reader.note_damage()
    return facts, tuple(ticket for _, ticket in told)


class _Reader:
    def __init__(self, table: CsvTable, mapping: TableMapping) -> None:
        self.cells = TableCells(table, mapping)
        self.cases: dict[str, _Case] = {}
        self._mapping = mapping
        self._tally = table.tally
        self._damaged: set[str] = set()
        self._unexplained = 0
        self._per_ticket = [(fact, read) for fact, read in _PER_TICKET.items() if fact in self.cells.names]
        self.knowledge = Knowledge(mapping)
        # One mapping for all events that say the same: logs have few words and many rows.
        self._data: dict[tuple[StatusCategory | None, str | None], FrozenDict[str, object]] = {}

    def take(self, line: int, raw: list[str]) -> Outcome:
        """One row into its case; nothing of a refused row stays."""
        row = self.cells.row(line, raw)
        digest = row_digest(raw)
        case = self.cases.get(row.ticket_id)
        if case and digest in case.rows:
            return Outcome.DUPLICATE
        try:
            events, facts, at = self._read(row)
        except RefusedError:
            self._damaged.add(row.ticket_id)
            raise
        row.accept()
        if "activity" in self.cells.names and (activity := row.text("activity")):
            self._unexplained += activity not in self._mapping.activity
        if case is None:
            case = self.cases[row.ticket_id] = _Case()
        case.rows.add(digest)
        case.events.extend(events)
        for fact, value in facts.items():
            if fact not in case.last or at >= case.last[fact][0]:
                case.last[fact] = (at, value)
        for key, cell in row.attributes():
            if key not in case.attributes or at >= case.attributes[key][0]:
                case.attributes[key] = (at, cell)
        return Outcome.USED

    def _read(self, row: RowCells) -> tuple[list[Event], dict[str, Any], datetime]:
        at = row.stamp("at")
        if at is None:
            raise RefusedError(
                "stamp", "a row without its instant", column=self.cells.names["at"], ticket_id=shown_id(row.ticket_id)
            )
        status, activity, actor = row.status(), row.text("activity"), row.text("actor")
        meaning = self._mapping.activity.get(activity) if activity else None
        events = [self._event(at, status, meaning, activity, actor)]
        if status and meaning and meaning not in MESSAGES and StatusCategory(meaning) is not status:
            raise RefusedError(
                "two-statuses",
                f"the status says {status}, the activity {meaning}",
                column=self.cells.names["activity"],
                ticket_id=shown_id(row.ticket_id),
            )
        if status and meaning in MESSAGES:
            events.append(self._event(at, status, None, activity, actor))
        facts = {fact: value for fact, read in self._per_ticket if (value := read(row)) is not None}
        if "channel" in facts:
            facts["channel_name"] = row.text("channel")
        return events, facts, at

    def _event(
        self,
        at: datetime,
        status: StatusCategory | None,
        meaning: str | None,
        activity: str | None,
        actor: str | None,
    ) -> Event:
        if meaning in MESSAGES:
            by, public = MESSAGES[str(meaning)]
            return Event(at, EventKind.MESSAGE, by, actor, public, self._words(None, activity))
        if meaning:
            status = StatusCategory(meaning)
        kind = EventKind.STATUS if status else EventKind.NOTE
        return Event(at, kind, ActorKind.SYSTEM, actor, kind is EventKind.STATUS, self._words(status, activity))

    def _words(self, status: StatusCategory | None, activity: str | None) -> FrozenDict[str, object]:
        key = (status, activity)
        if key not in self._data:
            said: dict[str, object] = {"to": status} if status else {}
            self._data[key] = FrozenDict(said | ({"activity": activity} if activity else {}))
        return self._data[key]

    def ticket(self, ticket_id: str, case: _Case) -> Ticket:
        """The ticket of a case whose rows are all known."""
        events = [*self._opening(case, damaged=ticket_id in self._damaged), *case.events]
        for metric in SURVEYS:
            if metric in case.last:
                at, score = case.last[metric]
                events.append(Event(at, EventKind.SURVEY, data={"metric": metric, "score": score}))
        if "merged_into" in case.last:
            at, into = case.last["merged_into"]
            events.append(Event(at, EventKind.MERGED, data={"into": into}))
        return Ticket(
            id=ticket_id,
            events=tuple(events),
            source=self._mapping.source,
            customer_id=case.value("customer_id"),
            order_id=case.value("order_id"),
            channel=case.value("channel"),
            channel_name=case.value("channel_name"),
            reason=case.value("reason"),
            priority=case.value("priority"),
            language=case.value("language"),
            agent=case.value("agent"),
            group=case.value("group"),
            tags=case.value("tags") or (),
            spam=case.value("spam"),
            sla_met=case.value("sla_met"),
            cost=case.value("cost"),
            attributes=FrozenDict({key: cell for key, (_, cell) in case.attributes.items()}),
            # What a rejected row said of the conversation or the state is lost: nobody knows what it was.
            recorded=self.knowledge.recorded - (ROWS if ticket_id in self._damaged else frozenset()),
        )

    def _opening(self, case: _Case, *, damaged: bool) -> list[Event]:
        first = min(event.at for event in case.events)
        by_first_row = self._mapping.created == "first_event"
        if by_first_row and damaged:
            # The rejected row may have been the first.
            return []
        created = first if by_first_row else case.value("created_at")
        if created is None:
            return []
        if first < created:
            self._tally.notice("event-before-creation", "tickets with an event before their creation")
        return [Event(created, EventKind.CREATED)]

    def note_damage(self) -> None:
        """Say which tickets and values are known in part only."""
        lost = len(self._damaged - self.cases.keys())
        self._tally.notice(
            "incomplete-ticket",
            "tickets of which some rows were rejected: what those may have said is unknown",
            count=len(self._damaged) - lost,
        )
        self._tally.notice("lost-ticket", "tickets of which every row was rejected", count=lost)
        self._tally.notice(
            "unexplained-activity",
            "rows whose activity has no meaning in the mapping; kept as notes",
            count=self._unexplained,
        )
