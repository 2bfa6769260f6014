"""What an entry does to an incident: the one fold that deciding and replaying share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from csprotocol.incident._command import TOLD
from csprotocol.incident._entry import Entry
from csprotocol.incident._incident import Incident, evolve
from csprotocol.incident._states import State
from csprotocol.model import StatusCategory

__all__ = ["project"]


def project(incident: Incident, entry: Entry, states: Mapping[str, State]) -> Incident:
    """``incident`` with what ``entry`` changed."""
    changes: dict[str, Any] = {
        "version": entry.seq,
        "state": entry.target,
        "workflow": entry.workflow,
        "last_occurred_at": entry.effective_at,
    }
    if entry.restarts:
        changes["state_since"] = entry.effective_at
    if entry.source != entry.target:
        changes |= _turned(incident, entry, states[entry.source].category, states[entry.target].category)
    if entry.link is not None:
        changes["links"] = (*incident.links, entry.link)
    if entry.data:
        changes |= {name: _text(entry.data[name]) for name in TOLD if name in entry.data}
    return evolve(incident, changes)


def _turned(incident: Incident, entry: Entry, left: StatusCategory, into: StatusCategory) -> dict[str, Any]:
    """The counters and instants of an incident that was resolved, closed, or taken up again."""
    changes: dict[str, Any] = {}
    if left in _DONE and into.is_live:
        changes = {"reopen_count": incident.reopen_count + 1, "resolved_at": None, "closed_at": None}
    elif into is StatusCategory.RESOLVED:
        changes = {"resolved_at": entry.recorded_at, "closed_at": None}
    elif into is StatusCategory.CLOSED:
        changes = {"closed_at": entry.recorded_at}
    return changes


_DONE: Final = (StatusCategory.RESOLVED, StatusCategory.CLOSED)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
