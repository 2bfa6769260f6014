"""Whether the plain rows of a batch kept the targets of the report.

The tables of KPIs count, and the groups that they count are divided by what only the clock knows: was it in time, and
if it still runs, is it overdue? So what leaves a ticket out is decided where it is decided for the durations.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from csprotocol.adapters._parquet_batches import Batch
from csprotocol.adapters._parquet_columns import MISSING
from csprotocol.calendar import BusinessCalendar
from csprotocol.kpi import MissingReason
from csprotocol.report._sla import CREATED_LATER, Verdict, Verdicts
from csprotocol.report._spec import ReportSpec, Target
from csprotocol.report._stream_frame import ended_of, frame_of, number_of

__all__ = ["targets_of"]

_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# In time or not; and of what still runs: how it ended, by the clock of the report.
_IN_TIME: Final = 2
_STATES: Final = (Verdict.RUNNING, Verdict.OVERDUE, CREATED_LATER, None, "negative-duration")
_CASES: Final = _IN_TIME * len(_STATES)
_RUNS: Final = {"first_reply": str(MissingReason.NO_REPLY), "resolution": str(MissingReason.OPEN)}


def targets_of(batch: Batch, numbers: Any, spec: ReportSpec, target: Target) -> dict[int, Verdicts]:
    """The verdicts of each group on one target, as :func:`judged` has them ticket by ticket."""
    from csprotocol.kpi import TableKpi, TableSpec, group_kpis

    within = spec.within if target.business and isinstance(spec.within, BusinessCalendar) else None
    table = group_kpis(
        frame_of(batch, numbers * _CASES + _case(batch, spec, target, within), preset=""),
        TableSpec([TableKpi(target.kpi, name="took")], duplicates="trust", levels=()),
        by=["number"],
        calendar=within,
    )
    found: dict[int, Verdicts] = {}
    for group in table:
        number, case = divmod(int(group.key[0]), _CASES)
        state, in_time = divmod(case, _IN_TIME)
        verdicts = found.setdefault(number, Verdicts())
        took = group["took"]
        verdicts.counts[Verdict.MET if in_time else Verdict.MISSED] += took.n
        missing = dict(took.missing)
        running = missing.pop(_RUNS[target.kpi], 0)
        ended = _STATES[state]
        if ended is None:
            verdicts.missing[_RUNS[target.kpi]] += running
        elif isinstance(ended, Verdict):
            verdicts.counts[ended] += running
        else:
            verdicts.rejected[ended] += running
        verdicts.missing.update(missing)
        verdicts.rejected.update(took.rejected)
    return found


def _case(batch: Batch, spec: ReportSpec, target: Target, within: BusinessCalendar | None) -> Any:
    """For each row: in time or not if it has ended, and what it is if it runs."""
    import numpy as np

    nothing = np.full(len(batch), MISSING)
    created = batch.instants.get("created_at", nothing)
    begun = _begun(batch, created) if target.kpi == "first_reply" else created
    ended = batch.instants.get("first_reply_at", nothing) if target.kpi == "first_reply" else ended_of(batch)
    now = (spec.as_of.astimezone(UTC) - _EPOCH) // _MICROSECOND
    limit = target.limit // _MICROSECOND
    took = _between(begun, ended, within)
    so_far = _between(begun, np.where(begun > now, MISSING, now), within)
    state = np.where(begun > now, 4, (so_far > limit).astype(np.int64))
    state = np.where(created > now, 2, state)
    if target.kpi == "first_reply":
        # Ended without a word: nobody can reply any more.
        state = np.where(_is_over(batch), 3, state)
    return state * _IN_TIME + (took <= limit)


def _begun(batch: Batch, created: Any) -> Any:
    """Where the clock of a first reply starts: if the shop wrote first, at the first word of the customer."""
    import numpy as np

    if "agent_started" not in batch.coded:
        return created
    asked = batch.instants.get("first_customer_message_at", np.full(len(batch), MISSING))
    return np.where(number_of(batch.coded["agent_started"]) == 1, asked, created)


def _between(start: Any, end: Any, within: BusinessCalendar | None) -> Any:
    """Microseconds from start to end; 0 where one is not known, which no count looks at."""
    import numpy as np

    known = (start != MISSING) & (end != MISSING)
    if within is None:
        return np.where(known, end - np.where(known, start, 0), 0)
    both = known & (start <= end)
    found: Any = np.zeros(len(start), dtype=np.int64)
    if both.any():
        first, last = (each[both].astype("datetime64[us]") for each in (start, end))
        found[both] = within.between_many(first, last).astype("timedelta64[us]").astype(np.int64)
    return found


def _is_over(batch: Batch) -> Any:
    import numpy as np

    if "status" not in batch.coded:
        return np.zeros(len(batch), dtype=bool)
    values, codes = batch.coded["status"]
    return np.array([value is not None and not value.is_live for value in values], dtype=bool)[codes]
