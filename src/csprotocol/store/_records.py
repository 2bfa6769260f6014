"""Incidents and entries from what the tables hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from json import JSONDecoder
from operator import attrgetter
from typing import Any, Final

from csprotocol.errors import DamagedJournalError
from csprotocol.incident import Entry, Incident, Link
from csprotocol.incident._incident import ERASABLE, evolve
from csprotocol.incident._plain import canonical, instant
from csprotocol.model import ActorKind, FrozenDict

__all__ = ["FROM_DATA", "entry_of", "incident_of", "is_id", "opening_of", "projection_of", "without_personal"]

# Fields of an incident that entries change by what they bring, which may have been erased since.
FROM_DATA: Final = (*ERASABLE, "order", "channel", "priority", "problem_type", "product", "carrier")

_DECODE: Final = JSONDecoder().decode
_KINDS: Final = {kind.value: kind for kind in ActorKind}
_INSTANTS: Final = ("opened_at", "state_since", "resolved_at", "closed_at", "last_occurred_at")
_BLANK: Final = Incident(id="-", workflow="-", state="-")
_NAMES: Final = tuple(each.name for each in fields(Incident))
_VALUES: Final = attrgetter(*_NAMES)
_DEFAULTS: Final = _VALUES(_BLANK)
_OPENING: Final = (
    "id", "workflow", "state", "version", *_INSTANTS, "opened_by", "reopen_count",
    "order", "channel", "priority", "problem_type", "product", "carrier", "parent", "blocking", "links",
)  # fmt: skip
_LONGEST_ID: Final = 200


def projection_of(incident: Incident) -> str:
    """``incident`` as the JSON text that :func:`incident_of` reads; what equals its default is left out."""
    told: dict[str, Any] = {
        name: instant(value) if value.__class__ is datetime else value
        for name, value, default in zip(_NAMES, _VALUES(incident), _DEFAULTS, strict=True)
        if value is not default and value != default
    }
    told["id"], told["workflow"], told["state"] = incident.id, incident.workflow, incident.state
    return canonical(told)


def incident_of(incident_id: str, projection: str) -> Incident:
    """The incident that :func:`projection_of` wrote; nothing in it is checked again.

    >>> incident_of("INC-1", projection_of(Incident(id="INC-1", workflow="incident@1", state="new", order="#1")))
    Incident(id='INC-1', workflow='incident@1', state='new', order='#1')

    Raises:
        DamagedJournalError: ``projection`` is none.
    """
    try:
        return _incident(_DECODE(projection))
    except (ValueError, TypeError, AttributeError, KeyError):
        raise DamagedJournalError.at(incident_id, 0, "head", "where the incident stands cannot be read") from None


def opening_of(incident_id: str, record: str, personal: str | None) -> Incident:
    """The incident as it was opened; without ``personal`` nobody knows any more whose it was.

    Raises:
        DamagedJournalError: ``record`` is none.
    """
    try:
        _, _, *values, _ = _DECODE(record)
        told = dict(zip(_OPENING, values, strict=True))
        told["customer"], told["assignee"] = (None, None) if personal is None else _DECODE(personal)
        return _incident(told)
    except (ValueError, TypeError, KeyError):
        raise DamagedJournalError.at(incident_id, 0, "opening", "what is written there is no opening") from None


def entry_of(incident_id: str, seq: int, record: str, personal: str | None) -> Entry:
    """The entry; without ``personal`` as one that was erased.

    Raises:
        DamagedJournalError: ``record`` is none.
    """
    try:
        (
            _, _, own_id, own_seq, event_id, event, source, target, restarts, occurred_at, recorded_at, effective_at,
            late, workflow, digest, role, kind, link, _,
        ) = _DECODE(record)  # fmt: skip
        actor_id, brought = (None, None) if personal is None else _DECODE(personal)
        return Entry(
            own_id,
            own_seq,
            event_id,
            event,
            source,
            target,
            restarts,
            datetime.fromisoformat(occurred_at),
            datetime.fromisoformat(recorded_at),
            datetime.fromisoformat(effective_at),
            late,
            workflow,
            digest,
            role,
            _KINDS[kind],
            actor_id,
            None if link is None else Link(*link),
            _frozen(brought),
        )
    except (ValueError, TypeError, KeyError):
        raise DamagedJournalError.at(incident_id, seq, "record", "what is written there is no entry") from None


def without_personal(incident: Incident) -> Incident:
    """``incident`` after its personal data were erased."""
    return evolve(incident, dict.fromkeys(ERASABLE))


def is_id(found: object) -> bool:
    """Whether anything can be called so: what cannot is not looked up, since databases disagree about odd texts."""
    return isinstance(found, str) and 0 < len(found) <= _LONGEST_ID and found == found.strip() and found.isprintable()


def _incident(told: dict[str, Any]) -> Incident:
    for name in _INSTANTS:
        at = told.get(name)
        if at is not None:
            told[name] = datetime.fromisoformat(at)
    if told.get("opened_by") is not None:
        told["opened_by"] = _KINDS[told["opened_by"]]
    links = told.get("links")
    if links is not None:
        told["links"] = tuple(Link(*link) for link in links)
    return evolve(_BLANK, told)


def _frozen(value: Any) -> Any:
    """What a command held: lists as tuples, objects as mappings that cannot change."""
    if isinstance(value, Mapping):
        return FrozenDict({key: _frozen(each) for key, each in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(each) for each in value)
    return value
