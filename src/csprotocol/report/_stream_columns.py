"""What the plain rows of a batch say, counted as columns by the tables of KPIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from csprotocol.adapters._parquet import arrow
from csprotocol.adapters._parquet_batches import Batch
from csprotocol.adapters._parquet_columns import MISSING, Coded, DayOffsets, day_of, local_days
from csprotocol.kpi import DurationStream, MissingReason, OutOfScale
from csprotocol.model import FrozenDict
from csprotocol.report._anomalies import AnomalyCount
from csprotocol.report._collect import csat_options
from csprotocol.report._evidence import Durations, Evidence, Points, Share, summed
from csprotocol.report._groups import UNKNOWN, period_with
from csprotocol.report._spec import PERIODS, PROPERTIES, ReportSpec

__all__ = ["anomalies_of", "evidence_of", "keys_of", "knowledge_of"]

Key = tuple[str, ...]

_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANTS: Final = ("created_at", "first_reply_at", "solved_at", "closed_at")
_NUMBERS: Final = ("agent_replies", "customer_replies", "reopens", "csat", "nps", "spam", "agent_started", "sla_met")
# Without these a KPI would be refused, which a report counts as missing. Tables have no columns for single messages,
# by which some vendors measure.
_NEEDED: Final = ("created_at", "first_reply_at", "reopens")
_MESSAGES: Final = (
    "first_customer_message_at",
    "first_agent_message_at",
    "second_agent_message_at",
    "last_public_agent_message_at",
)


class Known(NamedTuple):
    """How many tickets have a score, a verdict, and how many were asked or not for all that is known."""

    nps: int
    sla: int
    unsurveyed: int


def keys_of(batch: Batch, spec: ReportSpec, offsets: DayOffsets) -> tuple[list[Key], Any, list[int]]:
    """The groups of the batch, the number of each row's group, and the sizes."""
    import numpy as np

    labels: list[list[str]] = []
    codes: Any = np.zeros(len(batch), dtype=np.int64)
    for name in spec.by:
        values, own = _labelled(batch, name, spec, offsets)
        codes = codes * len(values) + own
        labels.append(values)
    distinct, numbers, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    keys = []
    for code in distinct.tolist():
        parts, rest = [], code
        for values in reversed(labels):
            rest, at = divmod(rest, len(values))
            parts.append(values[at])
        keys.append(tuple(reversed(parts)))
    return keys, numbers, sizes.tolist()


def _labelled(batch: Batch, name: str, spec: ReportSpec, offsets: DayOffsets) -> tuple[list[str], Any]:
    import numpy as np

    if name in PERIODS:
        micros = _anchor(batch, spec.anchor)
        days = local_days(micros, offsets)
        distinct, codes = np.unique(days, return_inverse=True)
        texts = [UNKNOWN if day == MISSING else period_with(day_of(day), name) for day in distinct.tolist()]
        # Thirty days have one month: fewer labels make smaller numbers of groups.
        known = {text: at for at, text in enumerate(dict.fromkeys(texts))}
        return list(known), np.array([known[text] for text in texts], dtype=np.int64)[codes]
    coded = batch.coded.get(name if name in PROPERTIES else f"attribute:{name}")
    if coded is None:
        return [UNKNOWN], np.zeros(len(batch), dtype=np.int64)
    return [UNKNOWN if value is None else str(value) for value in coded.values], coded.codes


def _anchor(batch: Batch, anchor: str) -> Any:
    import numpy as np

    nothing = np.full(len(batch), MISSING)
    if anchor != "resolved":
        return batch.instants.get("created_at" if anchor == "created" else "first_reply_at", nothing)
    return _ended(batch)


def _ended(batch: Batch) -> Any:
    """When it was solved, or else closed."""
    import numpy as np

    nothing = np.full(len(batch), MISSING)
    solved, closed = (batch.instants.get(name, nothing) for name in ("solved_at", "closed_at"))
    return np.where(solved != MISSING, solved, closed)


def evidence_of(
    batch: Batch, numbers: Any, count: int, spec: ReportSpec, nothing: Mapping[tuple[str, str], Evidence]
) -> dict[int, list[Evidence]]:
    """What each KPI of each group rests on. ``nothing`` is the evidence of no ticket, with its headings."""
    from csprotocol.kpi import TableKpi, TableSpec, group_kpis

    found: dict[tuple[str, str], TableKpi] = {}
    for kpi in ("first_reply", "resolution"):
        options = dict(spec.options_of(kpi))
        found[kpi, "elapsed"] = TableKpi(kpi, {**options, "within": "elapsed"}, name=f"{kpi} elapsed")
        if spec.within is not None:
            found[kpi, "business"] = TableKpi(kpi, options, name=f"{kpi} business")
    for kpi in ("fcr", "reopen_rate"):
        found[kpi, ""] = TableKpi(kpi, spec.options_of(kpi))
    if ("csat", "") in nothing and "csat" in batch.coded:
        found["csat", ""] = TableKpi("csat", csat_options(spec))
    if "nps" in batch.coded:
        found["nps", ""] = TableKpi("nps", {"out_of_scale": OutOfScale.REJECT})
    if "sla_met" in batch.coded:
        found["sla_attainment", "recorded"] = TableKpi("sla_attainment")
    table = group_kpis(
        _frame(batch, numbers, spec.preset),
        TableSpec(found.values(), duplicates="trust", levels=spec.levels),
        by=["number"],
        calendar=spec.within,  # type: ignore[arg-type]  # others are counted ticket by ticket
        quantiles="histogram",
    )
    silent = {survey: _silent(batch, numbers, count, survey) for survey in ("csat", "nps")}
    made: dict[int, list[Evidence]] = {}
    for group in table:
        number = int(group.key[0])
        made[number] = [
            _filled(zero, group[found[key].name] if key in found else None, silent.get(key[0], {}).get(number, {}))
            for key, zero in nothing.items()
        ]
    return made


def _frame(batch: Batch, numbers: Any, preset: str) -> Any:
    """The facts as an Arrow table, named as the tables of KPIs want them."""
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
        columns["merged_into"] = _floats(np.where(_is_known(batch, "merged_into"), 1.0, np.nan))
    if {"csat", "surveyed"} & batch.coded.keys():
        columns["surveyed"] = _floats(_surveyed(batch))
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


def _is_known(batch: Batch, fact: str) -> Any:
    import numpy as np

    if fact not in batch.coded:
        return np.zeros(len(batch), dtype=bool)
    values, codes = batch.coded[fact]
    return np.array([value is not None for value in values], dtype=bool)[codes]


def _surveyed(batch: Batch) -> Any:
    """1.0 for who was asked, as whoever answered was; NaN where nobody knows."""
    import numpy as np

    flag = number_of(batch.coded["surveyed"]) if "surveyed" in batch.coded else np.full(len(batch), np.nan)
    return np.where(_is_known(batch, "csat"), 1.0, flag)


def _silent(batch: Batch, numbers: Any, count: int, survey: str) -> dict[int, dict[str, int]]:
    """Tickets that gave no answer, by the reason, for each group; see the function of that name for tickets."""
    import numpy as np

    merged = _is_known(batch, "merged_into")
    spam = number_of(batch.coded["spam"]) == 1 if "spam" in batch.coded else np.zeros(len(batch), dtype=bool)
    rated, asked = _is_known(batch, survey), _surveyed(batch)
    reasons: list[tuple[str, Any]] = [("merged", merged), ("spam", spam), ("", rated)]
    if survey == "nps":
        reasons.append((str(MissingReason.NO_ANSWER), np.ones(len(batch), dtype=bool)))
    else:
        reasons += [("survey-unknown", np.isnan(asked)), ("not-surveyed", asked == 0)]
    found: dict[int, dict[str, int]] = {}
    rest: Any = np.ones(len(batch), dtype=bool)
    for reason, holds in reasons:
        if reason:
            each = np.bincount(numbers[rest & holds], minlength=count)
            for number in np.flatnonzero(each).tolist():
                found.setdefault(number, {})[reason] = int(each[number])
        rest &= ~holds
    return found


def _filled(zero: Evidence, summary: Any, silent: Mapping[str, int]) -> Evidence:
    """The evidence of a group from the summary that a table of KPIs has of it."""
    match zero:
        case Durations():
            return replace(zero, took=_stream(summary), missing=summary.missing, rejected=summary.rejected)
        case Points():
            if summary is None:
                return replace(zero, missing=summed(silent))
            rejected = FrozenDict({"out-of-scale": summary.rejected} if summary.rejected else {})
            return replace(zero, score=summary, missing=summed(silent), rejected=rejected)
        case Share() if zero.heading.definition.id == "csat":
            if summary is None:
                return replace(zero, missing=summed(silent))
            missing = summed(summary.missing, silent)
            return replace(zero, ratio=summary.ratio, missing=missing, rejected=summary.rejected, asked=summary.asked)
        case Share():
            if summary is None:
                return zero
            return replace(zero, ratio=summary.ratio, missing=summary.missing, rejected=summary.rejected)


def _stream(summary: Any) -> DurationStream:
    if not summary.n:
        return DurationStream()
    return DurationStream.from_dict(
        {
            "kind": DurationStream.kind,
            "microseconds": round(summary.mean_seconds * summary.n * 1_000_000),
            "histogram_of_seconds": summary.histogram.to_dict(),
            "missing": {},
            "rejected": {},
        }
    )


def anomalies_of(batch: Batch, as_of: datetime, counts: AnomalyCount) -> None:
    """Counts what cannot be, or hardly, in the plain rows."""
    import numpy as np

    nothing = np.full(len(batch), MISSING)
    created, replied = (batch.instants.get(name, nothing) for name in ("created_at", "first_reply_at"))
    ended = _ended(batch)
    now = (as_of.astimezone(UTC) - _EPOCH) // _MICROSECOND
    has_created, has_replied, has_ended = (each != MISSING for each in (created, replied, ended))
    for code, possible, wrong in (
        ("created-after-report", has_created, created > now),
        ("reply-before-creation", has_created & has_replied, replied < created),
        ("resolution-before-creation", has_created & has_ended, ended < created),
        ("resolution-before-first-reply", has_replied & has_ended, ended < replied),
    ):
        at = np.flatnonzero(possible & wrong)
        counts.add_many(
            code,
            int(possible.sum()),
            batch.lines[at].tolist(),
            lambda i, at=at: batch.ticket_id(int(at[i])),  # type: ignore[misc]
        )


def knowledge_of(batch: Batch) -> Known:
    """What the plain rows know of surveys and verdicts."""
    import numpy as np

    return Known(
        int(_is_known(batch, "nps").sum()),
        int(_is_known(batch, "sla_met").sum()),
        int(np.isnan(_surveyed(batch)).sum()),
    )
