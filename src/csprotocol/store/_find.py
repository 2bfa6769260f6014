"""Incidents by what their columns hold."""

from __future__ import annotations

from collections.abc import Mapping

from csprotocol.errors import DamagedJournalError
from csprotocol.incident import Incident
from csprotocol.model import StatusCategory
from csprotocol.store._port import Port
from csprotocol.store._records import incident_of, is_name

__all__ = ["found"]


def found(port: Port, columns: Mapping[str, str]) -> tuple[tuple[StatusCategory, Incident], ...]:
    """Those whose ``columns`` hold these values, with their categories, by id; one statement, so of one moment."""
    # What nothing can be called is not looked up, since databases disagree about odd texts.
    if not all(map(is_name, columns.values())):
        return ()
    where = f" WHERE {' AND '.join(f'{column} = ?' for column in columns)}" if columns else ""
    sql = f"SELECT category, id, projection FROM csp_incident{where} ORDER BY id"
    rows = port.read(lambda statements: statements.rows(sql, tuple(columns.values())))
    return tuple((_category(word, incident_id), incident_of(incident_id, told)) for word, incident_id, told in rows)


def _category(word: object, incident_id: str) -> StatusCategory:
    try:
        return StatusCategory(word)  # type: ignore[arg-type]  # whatever the column holds
    except ValueError:
        raise DamagedJournalError.at(incident_id, 0, "head", "its category is none") from None
