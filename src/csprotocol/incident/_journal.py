"""What every journal answers, and one that lives in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from threading import Lock
from typing import Final, NamedTuple, Protocol

from csprotocol.errors import DeniedError, IncidentExistsError, ParentEndedError, UnknownIncidentError
from csprotocol.incident._command import Command
from csprotocol.incident._decision import Denial, DenialKind, Denied
from csprotocol.incident._entry import Entry
from csprotocol.incident._facts import NO_FACTS, Child, Facts
from csprotocol.incident._incident import Incident
from csprotocol.incident._machine import Machine
from csprotocol.incident._machines import Machines
from csprotocol.incident._plain import canonical
from csprotocol.incident._workflow import Workflow
from csprotocol.model import FrozenDict

__all__ = ["Journal", "MemoryJournal", "OutboxRow", "Outcome", "OutcomeKind", "child_of", "settle"]


class OutcomeKind(StrEnum):
    """What became of a command."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    DENIED = "denied"
    CONFLICT = "conflict"
    IDEMPOTENCY_MISMATCH = "idempotency-mismatch"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command, and the incident as it stands now.

    ``entry`` is the new one when it was applied, the first one when it is a duplicate. ``reasons`` tell why not.
    """

    kind: OutcomeKind
    incident: Incident
    entry: Entry | None = None
    reasons: tuple[Denial, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the event stands in the journal, now or from before."""
        return self.entry is not None

    def __bool__(self) -> bool:
        return self.ok

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all reasons."""
        return tuple(reason.code for reason in self.reasons)

    @property
    def hint(self) -> str | None:
        """The first hint that any reason gives."""
        return next((reason.hint for reason in self.reasons if reason.hint), None)

    def raise_if_denied(self, event: str = "the event") -> Outcome:
        """For those who prefer exceptions.

        Raises:
            DeniedError: unless the event stands in the journal.
        """
        if not self.ok:
            raise DeniedError.of(event, self.incident.state, self.reasons)
        return self


class OutboxRow(NamedTuple):
    """An entry that somebody outside still has to hear of; ``position`` is for acknowledging it."""

    position: int
    entry: Entry


class Journal(Protocol):
    """Where incidents and their entries are kept.

    A command is checked in this order: its ``event_id`` (a redelivered one is answered with its first entry, also
    when the caller's version is old by now), ``expected_version``, the decision. What is denied is not written and
    does not use up its id.
    """

    def open(self, incident: Incident) -> Incident:
        """Write down a new incident; the very same one again is answered with how it stands."""
        ...

    def load(self, incident_id: str) -> Incident:
        """The incident as it stands."""
        ...

    def history(self, incident_id: str) -> tuple[Entry, ...]:
        """Its entries, the first one first."""
        ...

    def find(
        self, *, order: str | None = None, customer: str | None = None, state: str | None = None
    ) -> tuple[Incident, ...]:
        """The incidents to which all that is given applies, by id."""
        ...

    def execute(
        self,
        incident_id: str,
        command: Command,
        *,
        now: datetime,
        expected_version: int | None = None,
        facts: Facts | None = None,
    ) -> Outcome:
        """Decide, and write down what was allowed, with its row in the outbox."""
        ...

    def read(self, limit: int = 100) -> tuple[OutboxRow, ...]:
        """The entries that nobody acknowledged yet, the oldest first."""
        ...

    def acknowledge(self, positions: Iterable[int]) -> int:
        """How many rows of the outbox were taken off."""
        ...


def settle(
    incident: Incident,
    command: Command,
    machine: Machine,
    facts: Facts | Callable[[], Facts],
    *,
    now: datetime,
    expected_version: int | None,
    earlier: Entry | None,
) -> Outcome:
    """What becomes of ``command``: the part of every journal that needs no database.

    ``earlier`` is the entry, of any incident, that has the command's ``event_id``; ``machine`` that of the incident's
    workflow, in whatever version. ``facts`` may be how to look them up: only guards ask, and most events have none.
    """
    if earlier is not None:
        same = earlier.incident_id == incident.id and redelivers(command, earlier)
        if same:
            return Outcome(OutcomeKind.DUPLICATE, incident, earlier)
        mismatch = Denial(DenialKind.CONFLICT, "idempotency-mismatch", FrozenDict({"event_id": earlier.event_id}))
        return Outcome(OutcomeKind.IDEMPOTENCY_MISMATCH, incident, reasons=(mismatch,))
    if expected_version is not None and expected_version != incident.version:
        params = FrozenDict({"expected": expected_version, "found": incident.version})
        stale = Denial(DenialKind.CONFLICT, "stale-version", params, "reload")
        return Outcome(OutcomeKind.CONFLICT, incident, reasons=(stale,))
    current = incident if incident.workflow == machine.ref else machine.migrate(incident)
    if not isinstance(facts, Facts):
        facts = facts() if machine.is_guarded(current, command.event) else NO_FACTS
    decision = machine.decide(current, command, facts, now=now)
    if isinstance(decision, Denied):
        return Outcome(OutcomeKind.DENIED, incident, reasons=decision.reasons)
    after, entry = machine.commit(current, command, decision, now=now)
    return Outcome(OutcomeKind.APPLIED, after, entry)


def redelivers(command: Command, entry: Entry) -> bool:
    """Whether ``command`` says what ``entry`` says; of what was erased nobody can tell, and it counts as the same."""
    return (
        (command.event, command.actor.role, command.actor.kind) == (entry.event, entry.actor_role, entry.actor_kind)
        and command.occurred_at in {None, entry.occurred_at}
        and entry.actor_id in {None, command.actor.id}
        # As texts: to Python, 1 and true are equal.
        and (entry.data is None or canonical(entry.data) == canonical(command.data))
    )


def child_of(incident: Incident, machine: Machine) -> Child:
    """A child incident as guards of its parent see it; it has ended when nobody has anything to do any more."""
    ended = not machine.state(incident).category.is_live
    return Child(incident.id, machine.workflow.id, incident.blocking, ended)


class MemoryJournal:
    """A journal that forgets when the program ends: for tests, and for hosts that keep entries themselves.

    >>> from datetime import datetime, timezone
    >>> from csprotocol.incident import Actor, Command
    >>> journal, now = MemoryJournal(), datetime(2026, 11, 21, 10, tzinfo=timezone.utc)
    >>> opened = journal.open(Workflow.default().compile().open("INC-1", at=now))
    >>> identify = Command("identify", Actor("ana"), event_id="msg-1", data={"problem_type": "damaged"})
    >>> [journal.execute("INC-1", identify, now=now).kind.value for _ in range(2)]
    ['applied', 'duplicate']
    """

    def __init__(self, workflows: Iterable[Workflow | Machine] | None = None) -> None:
        self._machines: Final = Machines(workflows)
        self._lock: Final = Lock()
        self._opened: Final[dict[str, Incident]] = {}
        self._incidents: Final[dict[str, Incident]] = {}
        self._entries: Final[dict[str, list[Entry]]] = {}
        self._children: Final[dict[str, list[str]]] = {}
        self._by_event: Final[dict[str, Entry]] = {}
        self._outbox: Final[dict[int, Entry]] = {}
        self._position = 0

    def open(self, incident: Incident) -> Incident:
        """Write down a new incident; the very same one again is answered with how it stands.

        Raises:
            IncidentExistsError: another one has its id.
            UnknownIncidentError: its parent is not here.
            ParentEndedError: its parent accepts nothing any more.
            UnknownWorkflowError, UnknownStateError: nobody could decide about it.
        """
        with self._lock:
            if incident.id in self._opened:
                if self._opened[incident.id] != incident:
                    raise IncidentExistsError.of(incident.id)
                return self._incidents[incident.id]
            if incident.parent is not None:
                parent = self.load(incident.parent)
                if self._machines.at(parent).state(parent).final:
                    raise ParentEndedError.of(incident.id, parent.id, parent.state)
            self._machines.at(incident).state(incident)
            self._opened[incident.id] = self._incidents[incident.id] = incident
            self._entries[incident.id] = []
            if incident.parent is not None:
                self._children.setdefault(incident.parent, []).append(incident.id)
            return incident

    def load(self, incident_id: str) -> Incident:
        """The incident as it stands.

        Raises:
            UnknownIncidentError: it is not here.
        """
        try:
            return self._incidents[incident_id]
        except KeyError:
            raise UnknownIncidentError.of(incident_id) from None

    def opened(self, incident_id: str) -> Incident:
        """The incident as it was opened: where a replay begins."""
        self.load(incident_id)
        return self._opened[incident_id]

    def history(self, incident_id: str) -> tuple[Entry, ...]:
        """Its entries, the first one first."""
        self.load(incident_id)
        return tuple(self._entries[incident_id])

    def find(
        self, *, order: str | None = None, customer: str | None = None, state: str | None = None
    ) -> tuple[Incident, ...]:
        """The incidents to which all that is given applies, by id."""
        asked = {"order": order, "customer": customer, "state": state}
        found = (
            incident
            for incident in list(self._incidents.values())
            if all(value is None or getattr(incident, name) == value for name, value in asked.items())
        )
        return tuple(sorted(found, key=lambda incident: incident.id))

    def execute(
        self,
        incident_id: str,
        command: Command,
        *,
        now: datetime,
        expected_version: int | None = None,
        facts: Facts | None = None,
    ) -> Outcome:
        """Decide, and write down what was allowed; ``facts`` are looked up here unless given.

        Raises:
            UnknownIncidentError: the incident is not here.
        """
        with self._lock:
            incident = self.load(incident_id)
            outcome = settle(
                incident,
                command,
                self._machines.of(incident),
                facts or partial(self._facts, incident, command),
                now=now,
                expected_version=expected_version,
                earlier=self._by_event.get(command.event_id) if command.event_id else None,
            )
            if outcome.kind is OutcomeKind.APPLIED and outcome.entry is not None:
                self._write(outcome.incident, outcome.entry)
            return outcome

    def read(self, limit: int = 100) -> tuple[OutboxRow, ...]:
        """The entries that nobody acknowledged yet, the oldest first."""
        with self._lock:
            return tuple(OutboxRow(position, entry) for position, entry in list(self._outbox.items())[: max(limit, 0)])

    def acknowledge(self, positions: Iterable[int]) -> int:
        """How many rows of the outbox were taken off."""
        # Before the lock: the positions may come from a generator that reads this journal.
        taken = set(positions)
        with self._lock:
            return sum(self._outbox.pop(position, None) is not None for position in taken)

    def _write(self, incident: Incident, entry: Entry) -> None:
        self._incidents[incident.id] = incident
        self._entries[incident.id].append(entry)
        self._by_event[entry.event_id] = entry
        self._position += 1
        self._outbox[self._position] = entry

    def _facts(self, incident: Incident, command: Command) -> Facts:
        # By id, as in every journal: denials list them.
        others = sorted((each for each in self._incidents.values() if each.parent == incident.id), key=lambda i: i.id)
        children = tuple(child_of(each, self._machines.at(each)) for each in others)
        into = self._incidents.get(str(command.data.get("into")))
        accepts = {into.id: not self._machines.at(into).state(into).final} if into else {}
        return Facts(children, accepts)
