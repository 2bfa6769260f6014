"""A whole journal from one moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from csprotocol.incident import Entry, Incident
from csprotocol.store._port import Port, Statements
from csprotocol.store._records import entry_of, incident_of, opening_of
from csprotocol.store._unit import ENTRY_COLUMNS, ENTRY_TABLES

__all__ = ["HISTORY", "dumped"]

HISTORY: Final = f"SELECT {ENTRY_COLUMNS} FROM {ENTRY_TABLES} WHERE e.incident_id = ? ORDER BY e.seq"

_PAGE: Final = 100
_INCIDENTS: Final = (
    "SELECT i.id, i.opening, p.content, i.projection FROM csp_incident i"
    " LEFT JOIN csp_personal p ON p.incident_id = i.id AND p.seq = 0 WHERE i.id > ? ORDER BY i.id LIMIT ?"
)


def dumped(port: Port, take: Callable[[Incident, tuple[Entry, ...], Incident], object]) -> int:
    """How many incidents ``take`` got, all as they stood at one moment."""

    def work(statements: Statements) -> int:
        count, last = 0, ""
        while True:
            page: list[Any] = statements.rows(_INCIDENTS, (last, _PAGE))
            for incident_id, opening, personal, projection in page:
                entries = tuple(entry_of(*row) for row in statements.rows(HISTORY, (incident_id,)))
                take(opening_of(incident_id, opening, personal), entries, incident_of(incident_id, projection))
            count += len(page)
            if len(page) < _PAGE:
                return count
            last = page[-1][0]

    return port.snapshot(work)
