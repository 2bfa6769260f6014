"""The plain rows of a batch as an Arrow table with the facts that the tables of KPIs read."""

from __future__ import annotations

from typing import Any, Final

from csprotocol.adapters._parquet import arrow
from csprotocol.adapters._parquet_batches import Batch
from csprotocol.adapters._parquet_columns import MISSING, Coded

__all__ = ["ended_of", "frame_of", "is_known", "number_of", "surveyed_of"]

_INSTANTS: Final = ("created_at", "first_customer_message_at", "first_reply_at", "solved_at", "closed_at")
_NUMBERS: Final = ("agent_replies", "customer_replies", "reopens", "csat", "nps", "spam", "agent_started", "sla_met")
# Without these a KPI would be refused, which a report counts as missing. Of the single messages by which some vendors
# measure, tables have at most the first.
_NEEDED: Final = ("created_at", "first_reply_at", "reopens")
_MESSAGES: Final = (
    "first_customer_message_at",
    "first_agent_message_at",
    "second_agent_message_at",
    "last_public_agent_message_at",
)


def frame_of(batch: Batch, numbers: Any, *, preset: str) -> Any:
    """The facts, named as the tables of KPIs want them, beside the ``numbers`` of the groups."""
    import numpy as np

    pa = arrow()
    size = len(batch)
    utc = pa.timestamp("us", "UTC")
    columns: dict[str, Any] = {"number": pa.array(numbers)}
    for fact in _INSTANTS:
        if fact in batch.instants:
            micros = batch.instants[fact]
            columns[fact] = pa.array(micros, mask=micros == MISSING).cast(utc)
    if "first_reply_at" in batch.instants:
        columns["replied"] = pa.array((batch.instants["first_reply_at"] != MISSING).astype(np.float64))
    for fact in _NUMBERS:
        if fact in batch.coded:
            columns[fact] = _floats(number_of(batch.coded[fact]))
    if "merged_into" in batch.coded:
        columns["merged_into"] = _floats(np.where(is_known(batch, "merged_into"), 1.0, np.nan))
    if {"csat", "surveyed"} & batch.coded.keys():
        columns["surveyed"] = _floats(surveyed_of(batch))
    if "status" in batch.coded:
        coded = batch.coded["status"]
        words = pa.array([None if value is None else str(value) for value in coded.values], pa.string())
        columns["status"] = words.take(pa.array(coded.codes))
    else:
        columns["status"] = pa.nulls(size, pa.string())
    for fact in (*_NEEDED, *(_MESSAGES if preset else ())):
        columns.setdefault(fact, pa.nulls(size, utc if fact.endswith("_at") else pa.float64()))
    if "solved_at" not in columns:
        # Nobody says how often it was solved; a column solved_at would say that it never was.
        columns["solves"] = pa.nulls(size, pa.float64())
    return pa.table(columns)


def number_of(coded: Coded) -> Any:
    """The values as floats, NaN for nothing."""
    import numpy as np

    return np.array([np.nan if value is None else float(value) for value in coded.values])[coded.codes]


def _floats(values: Any) -> Any:
    import numpy as np

    return arrow().array(values, mask=np.isnan(values))


def is_known(batch: Batch, fact: str) -> Any:
    """Which rows say something of a fact."""
    import numpy as np

    if fact not in batch.coded:
        return np.zeros(len(batch), dtype=bool)
    values, codes = batch.coded[fact]
    return np.array([value is not None for value in values], dtype=bool)[codes]


def surveyed_of(batch: Batch) -> Any:
    """1.0 for who was asked, as whoever answered was; NaN where nobody knows."""
    import numpy as np

    flag = number_of(batch.coded["surveyed"]) if "surveyed" in batch.coded else np.full(len(batch), np.nan)
    return np.where(is_known(batch, "csat"), 1.0, flag)


def ended_of(batch: Batch) -> Any:
    """When it was solved, or else closed."""
    import numpy as np

    nothing = np.full(len(batch), MISSING)
    solved, closed = (batch.instants.get(name, nothing) for name in ("solved_at", "closed_at"))
    return np.where(solved != MISSING, solved, closed)
