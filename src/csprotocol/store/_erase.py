"""What is personal, taken out of the tables."""

from __future__ import annotations

from typing import Final

from csprotocol.store._port import Statements
from csprotocol.store._records import projection_of, without_personal
from csprotocol.store._unit import Unit

__all__ = ["erase"]

_ERASE: Final = (
    "UPDATE csp_personal SET salt = NULL, content = NULL, erased_at = ?"
    " WHERE incident_id = ? AND seq {which} 0 AND content IS NOT NULL"
)


def erase(statements: Statements, unit: Unit, incident_id: str, at: str) -> int:
    """How many entries of the incident lost what was personal in them; the incident lost it too."""
    unit.lock((incident_id,))
    incident = without_personal(unit.incident(incident_id))
    statements.run(_ERASE.format(which="="), (at, incident_id))
    erased = statements.run(_ERASE.format(which=">"), (at, incident_id))
    row = (projection_of(incident), incident_id)
    statements.run("UPDATE csp_incident SET customer = NULL, projection = ? WHERE id = ?", row)
    return erased
