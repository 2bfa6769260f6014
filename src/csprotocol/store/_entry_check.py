"""Whether an entry from elsewhere is one that a journal could have written."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from csprotocol.errors import DamagedJournalError, InvalidValueError
from csprotocol.incident import Actor, Entry, Link
from csprotocol.incident._command import DERIVED, _named
from csprotocol.incident._plain import canonical, plain_data, require_id, utc
from csprotocol.model import ActorKind
from csprotocol.store._records import LARGEST

__all__ = ["require_entry"]

# fmt: off
_TYPES: Final[tuple[tuple[str, type, str], ...]] = (
    ("incident_id",     str,       "a text"),
    ("event_id",        str,       "a text"),
    ("event",           str,       "a text"),
    ("source",          str,       "a text"),
    ("target",          str,       "a text"),
    ("workflow",        str,       "a text"),
    ("workflow_digest", str,       "a text"),
    ("actor_role",      str,       "a text"),
    ("seq",             int,       "a number from 1"),
    ("restarts",        bool,      "true or false"),
    ("late",            bool,      "true or false"),
    ("occurred_at",     datetime,  "an instant"),
    ("recorded_at",     datetime,  "an instant"),
    ("effective_at",    datetime,  "an instant"),
    ("actor_kind",      ActorKind, "an ActorKind"),
)
# fmt: on


def require_entry(entry: Entry) -> None:
    """Refuse what no journal could have written; an id that looks like one of ours must be that of its place.

    Raises:
        InvalidValueError: a field holds what it cannot.
        DamagedJournalError: the event id is that of another place.
    """
    for name, kind, expected in _TYPES:
        value: Any = getattr(entry, name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise InvalidValueError.of(f"Entry.{name}", type(value).__name__, expected=expected)
    for name in ("event_id", "event", "actor_role"):
        require_id(f"Entry.{name}", getattr(entry, name))
    if not 0 < entry.seq <= 2 * LARGEST:
        raise InvalidValueError.of("Entry.seq", entry.seq, expected="a number from 1")
    if entry.event_id.startswith(DERIVED) and entry.event_id != f"{DERIVED}{entry.incident_id}/{entry.seq}":
        message = f"its event id begins with {DERIVED} and is not that of its place"
        raise DamagedJournalError.at(entry.incident_id, entry.seq, "event-id", message)
    for name in ("occurred_at", "recorded_at", "effective_at"):
        utc(f"Entry.{name}", getattr(entry, name))
    _require_link(entry.link)
    _require_personal(entry)


def _require_link(link: object) -> None:
    if link is None:
        return
    if not isinstance(link, Link):
        raise InvalidValueError.of("Entry.link", type(link).__name__, expected="a Link")
    for part in link:
        require_id("Entry.link", part)


def _require_personal(entry: Entry) -> None:
    """Refuse what no command could have brought; what was found stays out of the error."""
    if (entry.data is None) != (entry.actor_id is None):
        raise InvalidValueError.of("Entry.data", "half of it", expected="there with the actor, or erased with it")
    if entry.data is None:
        return
    actor_id: object = entry.actor_id
    if not isinstance(actor_id, str) or Actor(actor_id).id != actor_id:
        raise InvalidValueError.of("Entry.actor_id", type(actor_id).__name__, expected="a name as Actor holds it")
    held = canonical(_named(plain_data("Entry.data", entry.data)))
    try:
        is_held = canonical(entry.data) == held
    except (TypeError, ValueError):
        is_held = False
    if not is_held:
        raise InvalidValueError.of("Entry.data", "something else", expected="just what a Command holds")
