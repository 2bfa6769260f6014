"""Any helpdesk's table, read by a mapping document: one row a ticket, or one row an event.

>>> mapping = TableMapping.from_dict(
...     {
...         "source": "spreadsheet",
...         "layout": "tickets",
...         "columns": {"ticket_id": "id", "created_at": "opened", "csat": "stars"},
...         "time": {"zone": "Europe/Madrid"},
...         "csat": {"scale": [1, 5]},
...     }
... )
>>> read = tickets(["id;opened;stars", "7;2026-11-20 16:30:00;5", "8;yesterday;"], mapping)
>>> read.value.facts[0].created_at.isoformat(), read.value.facts[0].csat, read.value.facts[0].reopens
('2026-11-20T15:30:00+00:00', 5.0, None)
>>> print(read.rejected[0])
lines, line 3, column 'opened', ticket 8: a text of 9 characters is no ISO stamp such as 2026-11-20 16:30:00
"""

from __future__ import annotations

from csprotocol.adapters import _table_events, _table_tickets
from csprotocol.adapters._csv import Progress, Source
from csprotocol.adapters._export import TicketExport
from csprotocol.adapters._mapping import CesRules, Columns, CostRules, CsatRules, TableMapping, TagRules, TimeRules
from csprotocol.adapters._read import Read, Tally
from csprotocol.adapters._table_source import opened
from csprotocol.errors import InvalidValueError

__all__ = [
    "CesRules",
    "Columns",
    "CostRules",
    "CsatRules",
    "TableMapping",
    "TagRules",
    "TicketExport",
    "TimeRules",
    "tickets",
]


def tickets(
    source: Source, mapping: TableMapping, *, strict: bool = False, progress: Progress | None = None
) -> Read[TicketExport]:
    """The tickets of a CSV or Parquet file or a workbook (a path, or the lines of CSV) as ``mapping`` explains it.

    Facts that have no column are ``None``, never 0. Facts that are readable and impossible (solved before
    created) stay: ``TicketFacts.anomalies()`` names them. A row with a cell that cannot be read is rejected
    whole, with file, line and column. Instants come out in UTC.

    In a log of events a ticket's rows may stand anywhere in the file; a row that repeats another of its ticket in
    every cell is a duplicate. Of columns that repeat on every row (channel, priority, ``sla_met`` ...) the last
    value in time counts, empty cells say nothing. In a table of tickets a second row with the id of an earlier one
    is a duplicate when it says the same, else it is rejected.

    Cells with a type keep it: an instant of Parquet with a zone needs no other, one without has the mapping's, as has
    every one of a workbook; the format is for texts. A cell in which a formula failed rejects its row.

    ``progress`` is called now and then with the bytes done and the bytes of the file.

    >>> log = TableMapping.from_dict(
    ...     {
    ...         "source": "log",
    ...         "layout": "events",
    ...         "columns": {"ticket_id": "case", "at": "at", "status": "state"},
    ...         "created": "first_event",
    ...         "status": {"In": "new", "Done": "resolved"},
    ...     }
    ... )
    >>> read = tickets(["case,at,state", "1,2026-11-20T09:00Z,In", "1,2026-11-20T10:00Z,Done"], log)
    >>> [str(at) for at in read.value.facts[0].solved_at], read.value.facts[0].agent_replies
    (['2026-11-20 10:00:00+00:00'], None)

    Raises:
        ExportError: the file cannot be read, a column is absent, a stamp is naive and the mapping states no zone,
            or, when strict, the first rejected row.
        InvalidValueError: ``mapping`` is no :class:`TableMapping`.
        MissingExtraError: a Parquet file without the extra ``[parquet]``, a workbook without ``[xlsx]``.
    """
    if not isinstance(mapping, TableMapping):
        raise InvalidValueError.of(
            "mapping",
            type(mapping).__name__,
            expected="a TableMapping",
            hint="build it with TableMapping.load(path)",
        )
    tally = Tally(strict=strict)
    read = _table_events.read if mapping.layout == "events" else _table_tickets.read
    with opened(source, tally, mapping, progress) as table:
        facts, found = read(table, mapping)
    return tally.read(
        TicketExport(
            source=mapping.source,
            facts=facts,
            tickets=found,
            csat_scale=mapping.csat.scale if mapping.csat else None,
            ces_scale=mapping.ces.scale if mapping.ces else None,
            zone=mapping.time.zone,
        )
    )
