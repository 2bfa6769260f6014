"""Whether what a journal is asked can be asked at all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from csprotocol.errors import InvalidValueError
from csprotocol.incident import Command, Incident
from csprotocol.incident._plain import utc
from csprotocol.store._records import LARGEST

__all__ = ["asked", "made", "moment", "positions_of", "require_incident", "require_whole", "triple"]


def moment(now: datetime) -> datetime:
    """``now`` in UTC."""
    if not isinstance(now, datetime):
        raise InvalidValueError.of("now", now, expected="an instant with a time zone")
    return utc("now", now)


def asked(command: Command, now: datetime) -> datetime:
    """``now`` in UTC, of a command that is one."""
    if not isinstance(command, Command):
        raise InvalidValueError.of("command", type(command).__name__, expected="a Command")
    return moment(now)


def triple(given: Any) -> tuple[str, Command, datetime]:
    """One of many commands: incident id, command, now."""
    if not isinstance(given, tuple | list) or len(given) != 3:
        raise InvalidValueError.of("commands", type(given).__name__, expected="triples: incident id, command, now")
    incident_id, command, now = given
    return incident_id, command, asked(command, now)


def require_incident(field: str, found: object) -> Incident:
    """``found``, which is one."""
    if not isinstance(found, Incident):
        raise InvalidValueError.of(field, type(found).__name__, expected="an Incident")
    return found


def made(found: object, due: str) -> Incident:
    """What a caller's function made for the id ``due``."""
    incident = require_incident("what incident gave", found)
    if incident.id != due:
        raise InvalidValueError.of("the id of what incident gave", incident.id, expected=due)
    return incident


def require_whole(field: str, found: object) -> None:
    """Refuse what is no whole number; ``True`` is none."""
    if type(found) is not int:
        raise InvalidValueError.of(field, found, expected="a whole number")


def positions_of(positions: Iterable[int]) -> list[int]:
    """Those of the outbox that can be there at all, each once, sorted."""
    given = list(positions)
    for position in given:
        require_whole("positions", position)
    return sorted({position for position in given if 0 < position < LARGEST})
