"""The commands of one transaction: what they read, what they decide, and what they leave to be written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any, Final

from csprotocol.errors import DamagedJournalError, UnknownIncidentError
from csprotocol.incident import Command, Entry, Facts, Incident, Machines, Outcome
from csprotocol.incident._journal import OutcomeKind, child_of, settle
from csprotocol.store import _chain
from csprotocol.store._dialects import Dialect
from csprotocol.store._port import Statements, chunks, marks
from csprotocol.store._records import entry_of, incident_of, is_id, projection_of

__all__ = ["ENTRY_COLUMNS", "ENTRY_TABLES", "Unit"]

ENTRY_TABLES: Final = "csp_entry e LEFT JOIN csp_personal p ON p.incident_id = e.incident_id AND p.seq = e.seq"
ENTRY_COLUMNS: Final = "e.incident_id, e.seq, e.body, p.content"

_HEADS: Final = "SELECT id, head_hash, projection FROM csp_incident WHERE id IN ({marks}) ORDER BY id"
_EARLIER: Final = f"SELECT {ENTRY_COLUMNS} FROM {ENTRY_TABLES} WHERE e.event_id IN ({{marks}})"
_CHILDREN: Final = "SELECT id, projection FROM csp_incident WHERE parent = ?"
_NEW_ENTRY: Final = "INSERT INTO csp_entry (incident_id, seq, event_id, body, hash) VALUES (?, ?, ?, ?, ?)"
_NEW_PERSONAL: Final = "INSERT INTO csp_personal (incident_id, seq, salt, content) VALUES (?, ?, ?, ?)"
_NEW_OUTBOX: Final = (
    "INSERT INTO csp_outbox (position) SELECT position FROM csp_entry WHERE incident_id = ? AND seq = ?"
)
_NEW_HEAD: Final = "UPDATE csp_incident SET version = ?, head_hash = ?, projection = ? WHERE id = ?"
_NEW_COLUMNS: Final = (
    "UPDATE csp_incident SET workflow = ?, state = ?, category = ?, order_id = ?, customer = ? WHERE id = ?"
)


class _Head:
    """An incident as it stands, and where its chain has come to."""

    __slots__ = ("before", "hash", "incident")

    def __init__(self, incident: Incident, head_hash: str | None) -> None:
        self.before = self.incident = incident
        self.hash = head_hash


class Unit:
    """Reads all it needs at once, in the order of ids, so that two units never wait for each other."""

    __slots__ = ("_dialect", "_earlier", "_entries", "_heads", "_machines", "_outbox", "_personal", "_statements")

    def __init__(self, statements: Statements, dialect: Dialect, machines: Machines) -> None:
        self._statements = statements
        self._dialect = dialect
        self._machines = machines
        self._heads: dict[str, _Head] = {}
        self._earlier: dict[str, Entry] = {}
        self._entries: list[tuple[Any, ...]] = []
        self._personal: list[tuple[Any, ...]] = []
        self._outbox: list[tuple[Any, ...]] = []

    def lock(self, incident_ids: Iterable[object]) -> None:
        """Read the incidents that are there, and keep others from changing them until the end."""
        for some in chunks(sorted(filter(is_id, {str(each) for each in incident_ids if each is not None}))):
            sql = _HEADS.format(marks=marks(len(some))) + self._dialect.for_update
            for incident_id, head_hash, projection in self._statements.rows(sql, some):
                self._heads[incident_id] = _Head(incident_of(incident_id, projection), head_hash)

    def recall(self, event_ids: Iterable[str | None]) -> None:
        """Read the entries that have these event ids; only after the locks, so that none can slip in between."""
        for some in chunks({each for each in event_ids if each is not None}):
            sql = _EARLIER.format(marks=marks(len(some)))
            for row in self._statements.rows(sql, some):
                entry = entry_of(*row)
                self._earlier[entry.event_id] = entry

    def incident(self, incident_id: str) -> Incident:
        """The incident as it stands, what this unit did included.

        Raises:
            UnknownIncidentError: it is not in the journal.
        """
        head = self._heads.get(incident_id)
        if head is None:
            raise UnknownIncidentError.of(incident_id)
        return head.incident

    def execute(
        self,
        incident_id: str,
        command: Command,
        *,
        now: datetime,
        expected_version: int | None = None,
        facts: Facts | None = None,
    ) -> Outcome:
        """What becomes of the command; what it changed is seen by those after it."""
        incident = self.incident(incident_id)
        outcome = settle(
            incident,
            command,
            self._machines.of(incident),
            facts or partial(self._facts, incident, command),
            now=now,
            expected_version=expected_version,
            earlier=self._earlier.get(command.event_id) if command.event_id else None,
        )
        if outcome.kind is OutcomeKind.APPLIED and outcome.entry is not None:
            self._note(outcome.incident, outcome.entry)
        return outcome

    def write(self) -> None:
        """Write what the commands changed."""
        if not self._entries:
            return
        self._statements.run_many(_NEW_ENTRY, self._entries)
        self._statements.run_many(_NEW_PERSONAL, self._personal)
        self._statements.run_many(_NEW_OUTBOX, self._outbox)
        changed = [head for _, head in sorted(self._heads.items()) if head.incident is not head.before]
        self._statements.run_many(_NEW_HEAD, [_standing(head) for head in changed])
        # Apart, because SQLite renews every index on a column that is set, also to the value that it had.
        moved = [self._columns(head.incident) for head in changed if _searched(head.before) != _searched(head.incident)]
        if moved:
            self._statements.run_many(_NEW_COLUMNS, moved)

    def _note(self, incident: Incident, entry: Entry) -> None:
        head = self._heads[incident.id]
        personal = _chain.personal_of_entry(entry)
        if head.hash is None:
            salt = None
            record = _chain.entry_record(entry, None)
        else:
            salt = _chain.new_salt()
            record = _chain.entry_record(entry, _chain.personal_digest(salt, personal))
            head.hash = _linked(incident.id, head.hash, record)
        head.incident = incident
        self._earlier[entry.event_id] = entry
        self._entries.append((entry.incident_id, entry.seq, entry.event_id, record, head.hash))
        self._personal.append((entry.incident_id, entry.seq, salt, personal))
        self._outbox.append((entry.incident_id, entry.seq))

    def _columns(self, incident: Incident) -> tuple[Any, ...]:
        workflow, state, order, customer = _searched(incident)
        category = self._machines.at(incident).state(incident).category.value
        return workflow, state, category, order, customer, incident.id

    def _facts(self, incident: Incident, command: Command) -> Facts:
        found = {row[0]: incident_of(*row) for row in self._statements.rows(_CHILDREN, (incident.id,))}
        # What this unit did to a child is not written yet.
        found |= {child_id: self._heads[child_id].incident for child_id in found if child_id in self._heads}
        children = tuple(child_of(found[each], self._machines.at(found[each])) for each in sorted(found))
        into = self._heads.get(str(command.data.get("into")))
        if into is None:
            return Facts(children)
        state = self._machines.at(into.incident).state(into.incident)
        return Facts(children, {into.incident.id: not state.final})


def _linked(incident_id: str, previous: str, record: str) -> str:
    try:
        return _chain.linked(previous, record)
    except (ValueError, TypeError):
        raise DamagedJournalError.at(incident_id, 0, "head", "the end of its chain is no hash") from None


def _standing(head: _Head) -> tuple[Any, ...]:
    return head.incident.version, head.hash, projection_of(head.incident), head.incident.id


def _searched(incident: Incident) -> tuple[str | None, ...]:
    """What incidents are found by, as far as entries change it."""
    return incident.workflow, incident.state, incident.order, incident.customer
