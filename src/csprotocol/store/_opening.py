"""How an incident is written down for the first time."""

from __future__ import annotations

from typing import Final

from csprotocol.errors import IncidentExistsError, InvalidValueError, ParentEndedError
from csprotocol.incident import Incident, Machines
from csprotocol.store import _chain
from csprotocol.store._dialects import Dialect
from csprotocol.store._port import Statements
from csprotocol.store._records import LARGEST, incident_of, opening_of, projection_of, without_personal
from csprotocol.store._unit import Unit

__all__ = ["OPENING", "write_opening"]

OPENING: Final = (
    "SELECT i.opening, p.content, i.projection FROM csp_incident i"
    " LEFT JOIN csp_personal p ON p.incident_id = i.id AND p.seq = 0 WHERE i.id = ?"
)
_NEW_INCIDENT: Final = (
    "INSERT INTO csp_incident (id, version, workflow, state, category, order_id, customer, parent, blocking,"
    " opening, opening_hash, head_hash, projection) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_NEW_PERSONAL: Final = "INSERT INTO csp_personal (incident_id, seq, salt, content) VALUES (?, 0, ?, ?)"


def write_opening(
    statements: Statements,
    dialect: Dialect,
    machines: Machines,
    incident: Incident,
    *,
    chained: bool,
    parent_must_live: bool = True,
) -> Incident:
    """``incident``, which was written; or how it stands, where the very same one is there already.

    One that comes from elsewhere with its history may have a parent that has ended since.

    Raises:
        InvalidValueError: it is none, or counts beyond what databases can.
        IncidentExistsError: another one has its id.
        UnknownIncidentError: its parent is not here.
        ParentEndedError: its parent accepts nothing any more.
        UnknownWorkflowError, UnknownStateError: nobody could decide about it.
    """
    for name in ("version", "reopen_count"):
        if getattr(incident, name) > LARGEST:
            raise InvalidValueError.of(f"Incident.{name}", getattr(incident, name), expected=f"at most {LARGEST}")
    unit = Unit(statements, dialect, machines)
    # The parent too: a merge or an end of it must not slip in between.
    unit.lock((incident.id, incident.parent))
    for record, personal, projection in statements.rows(OPENING, (incident.id,)):
        told = without_personal(incident) if personal is None else incident
        if opening_of(incident.id, record, personal) != told:
            raise IncidentExistsError.of(incident.id)
        return incident_of(incident.id, projection)
    if incident.parent is not None:
        parent = unit.incident(incident.parent)
        if parent_must_live and machines.at(parent).state(parent).final:
            raise ParentEndedError.of(incident.id, parent.id, parent.state)
    state = machines.at(incident).state(incident)
    personal = _chain.personal_of_opening(incident)
    salt = _chain.new_salt() if chained else None
    record = _chain.opening_record(incident, _chain.personal_digest(salt, personal) if salt else None)
    start = _chain.genesis(record) if chained else None
    row = (
        incident.id, incident.version, incident.workflow, incident.state, state.category.value, incident.order,
        incident.customer, incident.parent, int(incident.blocking), record, start, start, projection_of(incident),
    )  # fmt: skip
    statements.run(_NEW_INCIDENT, row)
    statements.run(_NEW_PERSONAL, (incident.id, salt, personal))
    return incident
