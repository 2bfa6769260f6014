"""Incidents and entries from what the tables hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from json import JSONDecoder
from operator import attrgetter
from typing import Any, Final

from csprotocol.errors import DamagedJournalError, InvalidValueError
from csprotocol.incident import Entry, Incident, Link
from csprotocol.incident._incident import ERASABLE, evolve
from csprotocol.incident._plain import canonical, instant, name_of
from csprotocol.model import ActorKind, FrozenDict

__all__ = [
    "LARGEST",
    "entry_of",
    "incident_of",
    "is_id",
    "is_name",
    "opening_of",
    "projection_of",
    "without_personal",
]

# Every database can count so far, and a little on.
LARGEST: Final = 2**62

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
_COUNTS: Final = ("version", "reopen_count")
_NEVER_NULL: Final = frozenset({"id", "workflow", "state", *_COUNTS, "blocking", "links"})
_TYPES: Final[Mapping[str, type]] = {
    **dict.fromkeys(_NAMES, str),
    **dict.fromkeys(_COUNTS, int),
    "blocking": bool,
    "links": list,
}
_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


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
    """The incident that :func:`projection_of` wrote. What it says is not judged again, but it is of the right types.

    >>> incident_of("INC-1", projection_of(Incident(id="INC-1", workflow="incident@1", state="new", order="#1")))
    Incident(id='INC-1', workflow='incident@1', state='new', order='#1')

    Raises:
        DamagedJournalError: ``projection`` is none.
    """
    try:
        told = _decoded(projection)
        if told["id"] != incident_id:
            raise ValueError
        return _incident(told)
    except _UNREADABLE:
        raise DamagedJournalError.at(incident_id, 0, "head", "where the incident stands cannot be read") from None


def opening_of(incident_id: str, record: str, personal: str | None) -> Incident:
    """The incident as it was opened; without ``personal`` nobody knows any more whose it was.

    Raises:
        DamagedJournalError: ``record`` is none.
    """
    try:
        _, _, *values, _ = _decoded(record)
        told = dict(zip(_OPENING, values, strict=True))
        told["customer"], told["assignee"] = (None, None) if personal is None else _decoded(personal)
        return _incident(told)
    except _UNREADABLE:
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
        ) = _decoded(record)  # fmt: skip
        actor_id, brought = (None, None) if personal is None else _brought(personal)
        for text in (own_id, event_id, event, source, target, workflow, digest, role):
            if text.__class__ is not str:
                raise TypeError
        if own_seq.__class__ is not int or not 0 < own_seq <= 2 * LARGEST:
            raise ValueError
        if restarts.__class__ is not bool or late.__class__ is not bool:
            raise TypeError
        return Entry(
            own_id,
            own_seq,
            event_id,
            event,
            source,
            target,
            restarts,
            _instant(occurred_at),
            _instant(recorded_at),
            _instant(effective_at),
            late,
            workflow,
            digest,
            role,
            _KINDS[kind],
            actor_id,
            None if link is None else _link(link),
            _frozen(brought),
        )
    except _UNREADABLE:
        raise DamagedJournalError.at(incident_id, seq, "record", "what is written there is no entry") from None


def without_personal(incident: Incident) -> Incident:
    """``incident`` after its personal data were erased."""
    return evolve(incident, dict.fromkeys(ERASABLE))


def is_id(found: object) -> bool:
    """Whether anything can be called so: what cannot is not looked up, since databases disagree about odd texts."""
    return isinstance(found, str) and 0 < len(found) <= _LONGEST_ID and found == found.strip() and found.isprintable()


def is_name(found: object) -> bool:
    """Whether a person or a thing can be called so: just what an incident accepts as a name."""
    try:
        return isinstance(found, str) and name_of("name", found) == found
    except InvalidValueError:
        return False


def _decoded(text: str) -> Any:
    found = _DECODE(text)
    if "\\ud" in text or "\\uD" in text:
        canonical(found).encode()  # Half of a surrogate pair is a text to Python and to nobody else.
    return found


def _incident(told: dict[str, Any]) -> Incident:
    for name, value in told.items():
        if value is None:
            if name in _NEVER_NULL:
                raise TypeError
        elif value.__class__ is not _TYPES[name]:
            raise TypeError
    if not (is_id(told["workflow"]) and is_id(told["state"])):
        raise ValueError
    for name in _COUNTS:
        if not 0 <= told.get(name, 0) <= 2 * LARGEST:
            raise ValueError
    for name in _INSTANTS:
        at = told.get(name)
        if at is not None:
            told[name] = _instant(at)
    if told.get("opened_by") is not None:
        told["opened_by"] = _KINDS[told["opened_by"]]
    links = told.get("links")
    if links is not None:
        told["links"] = tuple(_link(link) for link in links)
    return evolve(_BLANK, told)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is not UTC:
        raise ValueError
    return at


def _link(pair: Any) -> Link:
    kind, other = pair
    if kind.__class__ is not str or other.__class__ is not str:
        raise TypeError
    return Link(kind, other)


def _brought(personal: str) -> tuple[str, dict[str, Any]]:
    actor_id, brought = _decoded(personal)
    if actor_id.__class__ is not str or not actor_id or brought.__class__ is not dict:
        raise TypeError
    return actor_id, brought


def _frozen(value: Any) -> Any:
    """What a command held: lists as tuples, objects as mappings that cannot change."""
    if value.__class__ is float:
        raise TypeError  # No journal wrote one.
    if isinstance(value, Mapping):
        return FrozenDict({key: _frozen(each) for key, each in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(each) for each in value)
    return value
