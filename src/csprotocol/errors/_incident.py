"""Commands that were denied, and machines that do not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from csprotocol.errors._base import CsprotocolError, one_of

__all__ = ["DeniedError", "UnknownStateError", "WorkflowMismatchError"]


class DeniedError(CsprotocolError, RuntimeError):
    """A command was denied; ``reasons`` holds every ``csprotocol.incident.Denial``."""

    code = "denied"
    event: str
    source: str
    reasons: tuple[Any, ...]

    @classmethod
    def of(cls, event: str, source: str, reasons: Iterable[Any]) -> Self:
        """``event`` was asked for in state ``source`` and is denied for ``reasons``."""
        found = tuple(reasons)
        return cls(
            f"{event} is denied in state {source}: {', '.join(reason.code for reason in found)}",
            hint=", ".join(dict.fromkeys(reason.hint for reason in found if reason.hint)),
            event=event,
            source=source,
            reasons=found,
        )


class WorkflowMismatchError(CsprotocolError, ValueError):
    """An incident was given to the machine of another workflow, or of another version of its own."""

    code = "workflow-mismatch"
    incident: str
    found: str
    expected: str

    @classmethod
    def of(cls, incident: str, found: str, expected: str) -> Self:
        """``incident`` runs by the workflow ``found``, the machine by ``expected``."""
        return cls(
            f"incident {incident} runs by workflow {found}, this machine by {expected}",
            hint="take the machine of its workflow, or bring it over with machine.migrate(incident)",
            incident=incident,
            found=found,
            expected=expected,
        )


class UnknownStateError(CsprotocolError, LookupError):
    """A workflow has no such state."""

    code = "unknown-state"
    state: str
    workflow: str

    @classmethod
    def of(cls, state: str, workflow: str, known: Iterable[str]) -> Self:
        """``workflow`` has no ``state``."""
        return cls(
            f"workflow {workflow} has no state {state!r}",
            hint=f"{one_of(known, found=state)}; a state of an earlier version goes into its table rename",
            state=state,
            workflow=workflow,
        )
