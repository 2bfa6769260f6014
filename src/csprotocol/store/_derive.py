"""What follows from entries, also where some of them were erased."""

from __future__ import annotations

from typing import Final

from csprotocol.incident import Entry, Incident, Machines, replay
from csprotocol.incident._command import TOLD
from csprotocol.incident._incident import ERASABLE
from csprotocol.store._records import without_personal

__all__ = ["followed"]

# What any event may say of an incident and an erasure leaves there, so that nobody can derive it any more.
_KEPT: Final = frozenset(TOLD) - frozenset(ERASABLE)


def followed(
    incident: Incident, unknown: frozenset[str], entry: Entry, machines: Machines
) -> tuple[Incident, frozenset[str]]:
    """``incident`` after ``entry``, and the fields of which nobody can tell; ``unknown`` are those before it.

    An erasure takes all that is personal at once, so the incident has neither customer nor assignee behind an entry
    that was erased, until a later one names them.

    Raises:
        DamagedJournalError: the entry does not fit.
        UnknownWorkflowError, UnknownStateError: nobody could have decided so.
    """
    after = replay(incident, (entry,), machines)
    if entry.data is None:
        return without_personal(after), _KEPT
    return after, unknown.difference(entry.data) if unknown else unknown
