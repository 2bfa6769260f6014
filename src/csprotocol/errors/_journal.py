"""Journals that cannot do what was asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from csprotocol.errors._base import CsprotocolError, one_of

__all__ = [
    "DamagedJournalError",
    "IncidentExistsError",
    "JournalError",
    "ParentEndedError",
    "SchemaVersionError",
    "UnknownIncidentError",
    "UnknownWorkflowError",
    "UnusableJournalError",
]


class JournalError(CsprotocolError, RuntimeError):
    """A journal cannot do what was asked."""

    code = "journal"


class UnknownIncidentError(JournalError, LookupError):
    """A journal holds no such incident."""

    code = "unknown-incident"
    incident: str

    @classmethod
    def of(cls, incident: str) -> Self:
        """The journal does not hold ``incident``."""
        return cls(f"the journal holds no incident {incident!r}", hint="open it first", incident=incident)


class IncidentExistsError(JournalError):
    """A journal holds an incident of that id already, and another one."""

    code = "incident-exists"
    incident: str

    @classmethod
    def of(cls, incident: str) -> Self:
        """``incident`` was opened before, with other facts."""
        return cls(
            f"the journal holds another incident {incident!r} already",
            hint="give the new one an id of its own",
            incident=incident,
        )


class ParentEndedError(JournalError):
    """A child was opened for an incident that accepts nothing any more: nobody would ever wait for it."""

    code = "parent-ended"
    incident: str
    parent: str
    state: str

    @classmethod
    def of(cls, incident: str, parent: str, state: str) -> Self:
        """``incident`` names ``parent``, which is in the final ``state``."""
        return cls(
            f"incident {incident} cannot be a child of {parent}, which is {state} for good",
            hint="open it for the incident that took its place, or without a parent",
            incident=incident,
            parent=parent,
            state=state,
        )


class UnknownWorkflowError(JournalError, LookupError):
    """A journal was opened without the workflow by which one of its incidents runs."""

    code = "unknown-workflow"
    workflow: str

    @classmethod
    def of(cls, incident: str, workflow: str, known: Iterable[str]) -> Self:
        """``incident`` runs by ``workflow``, which was not given."""
        return cls(
            f"incident {incident} runs by workflow {workflow}, which is not here, nor a newer version of it",
            hint=f"give it, and the versions before it; {one_of(known)}",
            workflow=workflow,
        )


class DamagedJournalError(JournalError):
    """Entries of a journal do not fit together: one is missing, altered, or against its own workflow."""

    code = "damaged-journal"
    incident: str
    seq: int
    problem: str

    @classmethod
    def at(cls, incident: str, seq: int, problem: str, message: str) -> Self:
        """Entry ``seq`` of ``incident`` has ``problem`` (a stable code)."""
        return cls(f"entry {seq} of incident {incident}: {message}", incident=incident, seq=seq, problem=problem)


class SchemaVersionError(JournalError):
    """The tables of a journal are of a version that this library does not know."""

    code = "schema-version"
    found: int
    known: int

    @classmethod
    def of(cls, found: int, known: int) -> Self:
        """The tables are of version ``found``, this library knows up to ``known``."""
        return cls(
            f"the journal's tables are of version {found}, this library knows versions up to {known}",
            hint="install a newer csprotocol",
            found=found,
            known=known,
        )


class UnusableJournalError(JournalError):
    """The file or database of a journal does not serve; nothing of the call was written."""

    code = "unusable-journal"
    journal: str
    reason: str

    @classmethod
    def of(cls, journal: str, reason: str, *, hint: str = "") -> Self:
        """``journal`` (a file name, a database's kind) cannot be used for ``reason``, which holds no row's values."""
        return cls(f"the journal {journal} cannot be used: {reason}", hint=hint, journal=journal, reason=reason)
