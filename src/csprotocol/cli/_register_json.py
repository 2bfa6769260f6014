"""A register as one JSON document: openings and entries, as they are."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

from csprotocol.cli._progress import ProgressLine
from csprotocol.cli._register_open import Register, quietly
from csprotocol.cli._tables import plural
from csprotocol.errors import (
    ExportError,
    IncidentExistsError,
    InvalidValueError,
    JournalError,
    UnknownIncidentError,
    UnknownStateError,
    UnusableJournalError,
)
from csprotocol.incident import Actor, Entry, Incident, Link
from csprotocol.incident._plain import plain_data
from csprotocol.model import ActorKind
from csprotocol.model._words import member
from csprotocol.store import SqlJournal

__all__ = ["Told", "document", "dumped", "read"]

_FORMAT: Final = "csprotocol-register"
_VERSION: Final = 1
_BLANK: Final = Incident(id="-", workflow="-", state="-")
_ENTRY_TEXTS: Final = ("event_id", "event", "source", "target", "workflow", "workflow_digest", "actor_role")
_ENTRY_INSTANTS: Final = ("occurred_at", "recorded_at", "effective_at")
_LARGEST_SEQ: Final = 2**53


class Told(NamedTuple):
    """What became of an import; ``refused`` may hold fewer than ``refusals``."""

    summary: str
    notes: tuple[str, ...]
    refused: tuple[str, ...]
    refusals: int


class _RefusedError(Exception):
    """A part of the document that cannot be imported; the sentence holds no customer's text."""


def dumped(journal: SqlJournal) -> dict[str, Any]:
    """Everything, incident by incident, by id, as it stood at one moment."""
    incidents: list[dict[str, Any]] = []

    def take(opened: Incident, entries: tuple[Entry, ...], stands: Incident) -> None:
        told = [_entry_plain(entry) for entry in entries]
        incidents.append({"opened": _incident_plain(opened), "entries": told, "stands": _incident_plain(stands)})

    journal.dump(take)
    return {"format": _FORMAT, "version": _VERSION, "incidents": incidents}


def read(register: Register, incidents: Iterable[Any]) -> Told:
    """Every incident of a document that is not in the register yet, the parents before their children."""
    parts = list(_parents_first(incidents))
    restored = entries = there = 0
    refused: list[str] = []
    with ProgressLine(verb="importing", unit="k incidents", size=1e3, least=2_000) as progress:
        for done, (place, plain) in enumerate(parts, 1):
            try:
                opened, told, stands = _part(plain)
                is_new = _restored(register, opened, told, stands)
            except _RefusedError as wrong:
                # Its place in the file only: a part that cannot be read may hold anything.
                refused.append(f"incidents[{place}]: {wrong}")
            else:
                restored, entries, there = restored + is_new, entries + is_new * len(told), there + (not is_new)
            progress(done, len(parts))
    counts = f"{plural(restored, 'incident')} with {plural(entries, 'entry', several='entries')} imported"
    return Told(f"{counts}, {there:,} there already, {len(refused):,} refused", (), tuple(refused), len(refused))


def _restored(register: Register, opened: Incident, entries: tuple[Entry, ...], stands: Incident | None) -> bool:
    """Whether the incident was not there before.

    Raises:
        _RefusedError: the register does not take it.
    """
    is_new = not register.holds(opened.id)
    try:
        register.journal.restore(opened, entries, now=register.now, stands=stands)
    except IncidentExistsError:
        raise _RefusedError(f"{opened.id} has another history in the register, which stays as it is") from None
    except UnknownIncidentError as wrong:
        raise _RefusedError(f"{opened.id}: its parent {wrong.incident} is neither here nor there") from None
    except InvalidValueError as wrong:
        raise _RefusedError(f"{opened.id}: {quietly(wrong)}") from None
    except UnusableJournalError:
        raise
    except (JournalError, UnknownStateError) as wrong:
        raise _RefusedError(f"{opened.id}: {wrong}") from None
    return is_new


def document(file: Path) -> list[Any]:
    """The incidents of a document, not yet looked at.

    Raises:
        ExportError: it is no export of a register.
    """
    try:
        plain = json.loads(file.read_text(encoding="utf-8-sig"), object_pairs_hook=_each_once)
    except _RefusedError as wrong:
        raise ExportError.at(file.name, str(wrong)) from None
    except OSError as failure:
        raise ExportError.at(file.name, f"cannot be opened: {failure.strerror}") from None
    except UnicodeDecodeError:
        raise ExportError.at(file.name, "is no UTF-8 text") from None
    except json.JSONDecodeError as wrong:
        raise ExportError.at(file.name, f"is no JSON: {wrong.msg}", line=wrong.lineno) from None
    except (ValueError, RecursionError):
        raise ExportError.at(file.name, "is no JSON that can be read") from None
    if not isinstance(plain, dict) or plain.get("format") != _FORMAT or not isinstance(plain.get("incidents"), list):
        hint = "take what csprotocol register export wrote"
        raise ExportError.at(file.name, "is JSON, but no export of a register", hint=hint)
    # To Python, true and 1.0 are 1 too.
    if type(plain.get("version")) is not int or plain["version"] != _VERSION:
        hint = "install a newer csprotocol"
        raise ExportError.at(file.name, f"is an export of another version, this one reads {_VERSION}", hint=hint)
    incidents: list[Any] = plain["incidents"]
    return incidents


def _parents_first(incidents: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """The parts with their places, each behind its parent where that is in the document too."""
    parts = list(enumerate(incidents))
    ids = {_of_opening(plain, "id") for _, plain in parts}
    ready: deque[tuple[int, Any]] = deque()
    waiting: dict[str, list[tuple[int, Any]]] = {}
    for part in parts:
        parent = _of_opening(part[1], "parent")
        if parent is None or parent not in ids:
            ready.append(part)
        else:
            waiting.setdefault(parent, []).append(part)
    while ready:
        part = ready.popleft()
        yield part
        ready.extend(waiting.pop(_of_opening(part[1], "id") or "", ()))
    # Parents in a circle: the register refuses them by itself.
    yield from sorted((part for several in waiting.values() for part in several), key=itemgetter(0))


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RefusedError("is no export of a register: an object in it has a key twice")
    return found


def _of_opening(plain: Any, name: str) -> str | None:
    opened = plain.get("opened") if isinstance(plain, dict) else None
    found = opened.get(name) if isinstance(opened, dict) else None
    return found if isinstance(found, str) else None


def _part(plain: Any) -> tuple[Incident, tuple[Entry, ...], Incident | None]:
    """The opening, the entries and how the incident stands.

    Raises:
        _RefusedError: something in it is not what it should be.
    """
    if not isinstance(plain, dict) or not isinstance(plain.get("entries"), list):
        raise _RefusedError("opened, entries and stands are due")
    opened = _incident("opened", plain.get("opened"))
    entries = tuple(_entry(opened.id, place, each) for place, each in enumerate(plain["entries"]))
    stands = plain.get("stands")
    return opened, entries, None if stands is None else _incident("stands", stands)


def _incident_plain(incident: Incident) -> dict[str, Any]:
    """What is not as in a blank one."""
    told: dict[str, Any] = {}
    for each in fields(Incident):
        value = getattr(incident, each.name)
        if value != getattr(_BLANK, each.name) or each.name in {"id", "workflow", "state"}:
            told[each.name] = [link._asdict() for link in value] if each.name == "links" else value
    return told


def _incident(where: str, plain: Any) -> Incident:
    if not isinstance(plain, dict):
        raise _RefusedError(f"{where} is no object")
    known = {each.name for each in fields(Incident)}
    told: dict[str, Any] = {}
    for name, value in plain.items():
        if name not in known:
            raise _RefusedError(f"{where} has a key that no incident has")
        told[name] = value
        if name.endswith(("_at", "_since")) and value is not None:
            told[name] = _instant(f"{where}.{name}", value)
    if type(told.get("blocking", False)) is not bool:
        raise _RefusedError(f"{where}.blocking is neither true nor false")
    told["links"] = tuple(_link(f"{where}.links", each) for each in _list(f"{where}.links", told.get("links", [])))
    try:
        return Incident(**told)
    except TypeError:
        raise _RefusedError(f"{where} lacks id, workflow or state") from None
    except InvalidValueError as wrong:
        raise _RefusedError(f"{where}: {quietly(wrong)}") from None


def _entry_plain(entry: Entry) -> dict[str, Any]:
    told = {**entry._asdict(), "actor_kind": entry.actor_kind.value, "link": entry.link and entry.link._asdict()}
    del told["incident_id"]
    return told


def _entry(incident_id: str, place: int, plain: Any) -> Entry:
    where = f"entries[{place}]"
    if not isinstance(plain, dict) or {*plain} != {*Entry._fields} - {"incident_id"}:
        raise _RefusedError(f"{where} has not the fields of an entry")
    told: dict[str, Any] = {**plain, "incident_id": incident_id}
    if type(plain["seq"]) is not int or not 0 < plain["seq"] < _LARGEST_SEQ:
        raise _RefusedError(f"{where}.seq is no number of an entry")
    for name in ("restarts", "late"):
        if type(plain[name]) is not bool:
            raise _RefusedError(f"{where}.{name} is neither true nor false")
    for name in _ENTRY_TEXTS:
        if not isinstance(plain[name], str):
            raise _RefusedError(f"{where}.{name} is no text")
    for name in _ENTRY_INSTANTS:
        told[name] = _instant(f"{where}.{name}", plain[name])
    if (plain["data"] is None) != (plain["actor_id"] is None):
        raise _RefusedError(f"{where} is half erased")
    actor_id, kind = plain["actor_id"], plain["actor_kind"]
    if not isinstance(kind, str) or not isinstance(actor_id, str | None):
        raise _RefusedError(f"{where}: actor_id and actor_kind are texts")
    try:
        actor = Actor("-" if actor_id is None else actor_id, plain["actor_role"], member(ActorKind, "actor_kind", kind))
        told["actor_kind"] = actor.kind
        told["data"] = None if plain["data"] is None else plain_data("data", plain["data"])
    except InvalidValueError as wrong:
        raise _RefusedError(f"{where}: {quietly(wrong)}") from None
    told["link"] = None if plain["link"] is None else _link(f"{where}.link", plain["link"])
    return Entry(**told)


def _link(where: str, plain: Any) -> Link:
    if not isinstance(plain, Mapping) or {*plain} != {"kind", "id"}:
        raise _RefusedError(f"{where} is no link")
    if not all(isinstance(value, str) for value in plain.values()):
        raise _RefusedError(f"{where} is no link")
    return Link(plain["kind"], plain["id"])


def _list(where: str, plain: Any) -> list[Any]:
    if not isinstance(plain, list):
        raise _RefusedError(f"{where} is no list")
    return plain


def _instant(where: str, plain: Any) -> datetime:
    try:
        at = datetime.fromisoformat(plain)
    except (ValueError, TypeError):
        raise _RefusedError(f"{where} is no instant") from None
    if at.utcoffset() is None or not 1 < at.year < 9999:
        raise _RefusedError(f"{where} is no instant with a time zone")
    return at
