"""An incident from its journal alone."""

from __future__ import annotations

from collections.abc import Iterable

from csprotocol.errors import DamagedJournalError, UnknownWorkflowError, WorkflowMismatchError
from csprotocol.incident._entry import Entry
from csprotocol.incident._incident import Incident
from csprotocol.incident._machine import Machine

__all__ = ["replay"]


def replay(incident: Incident, entries: Iterable[Entry], machines: Machine | Iterable[Machine]) -> Incident:
    """``incident`` as it was opened, after all ``entries``.

    Each entry is checked against the workflow and version that it names: its source is the state before it, the
    event leads to its target there, its number is the next one. Guards are not asked again: history has decided.
    Where an entry runs by a newer version than the one before it, that version's ``rename`` says what became of
    the state.

    >>> from datetime import datetime, timezone
    >>> from csprotocol.incident import Actor, Command, Workflow
    >>> machine, now = Workflow.default().compile(), datetime(2026, 11, 21, tzinfo=timezone.utc)
    >>> opened = machine.open("INC-1", at=now)
    >>> noted, entry = machine.apply(opened, Command("note", Actor("ana")), now=now)
    >>> replay(opened, [entry], machine) == noted
    True

    Raises:
        DamagedJournalError: an entry does not fit; ``problem`` is ``other-incident``, ``gap``, ``source``,
            ``transition``, ``digest``, ``workflow`` or ``time``.
        UnknownWorkflowError: the machine of an entry is not among ``machines``.
        UnknownStateError: a state that a newer version neither has nor renames.
    """
    known = {each.ref: each for each in ([machines] if isinstance(machines, Machine) else machines)}
    for entry in entries:
        machine = known.get(entry.workflow)
        if machine is None:
            raise UnknownWorkflowError.of(incident.id, entry.workflow, sorted(known))
        if incident.workflow != machine.ref:
            incident = _taken_over(incident, entry, machine)
        _check(incident, entry, machine)
        incident = machine.follow(incident, entry)
    return incident


def _taken_over(incident: Incident, entry: Entry, machine: Machine) -> Incident:
    """The incident under the newer version by which ``entry`` runs."""
    try:
        return machine.migrate(incident)
    except WorkflowMismatchError:
        message = f"it runs by workflow {entry.workflow}, the incident by {incident.workflow}"
        raise DamagedJournalError.at(incident.id, entry.seq, "workflow", message) from None


def _check(incident: Incident, entry: Entry, machine: Machine) -> None:
    problem = message = ""
    if entry.incident_id != incident.id:
        problem, message = "other-incident", f"it belongs to incident {entry.incident_id}"
    elif entry.seq != incident.version + 1:
        problem, message = "gap", f"number {incident.version + 1} was due"
    elif entry.workflow_digest != machine.digest:
        problem, message = "digest", f"it was written by another table of moves that called itself {entry.workflow} too"
    elif entry.source != incident.state:
        problem, message = "source", f"it starts from {entry.source}, the incident is in {incident.state}"
    elif not machine.leads(entry.source, entry.event, entry.target, restarts=entry.restarts):
        problem, message = "transition", f"{entry.event} does not lead from {entry.source} to {entry.target}"
    elif incident.last_occurred_at is not None and entry.effective_at < incident.last_occurred_at:
        problem, message = "time", "it counts from before the entry that it follows"
    if problem:
        raise DamagedJournalError.at(incident.id, entry.seq, problem, message)
