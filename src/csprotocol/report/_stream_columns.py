"""What the plain rows of a batch say, counted as columns by the tables of KPIs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from csprotocol.adapters._parquet_batches import Batch
from csprotocol.adapters._parquet_columns import MISSING, DayOffsets, day_of, local_days
from csprotocol.kpi import (
    PERIODS,
    DurationStream,
    MissingReason,
    NetPromoterScore,
    OutOfScale,
    SurveyShare,
    period_of,
)
from csprotocol.model import FrozenDict
from csprotocol.report._anomalies import AnomalyCount
from csprotocol.report._collect import csat_options, promise
from csprotocol.report._evidence import Durations, Evidence, Mean, Points, Share, summed
from csprotocol.report._groups import Key
from csprotocol.report._sla import Verdicts
from csprotocol.report._spec import PROPERTIES, ReportSpec
from csprotocol.report._stream_frame import ended_of, frame_of, is_known, number_of, surveyed_of
from csprotocol.report._stream_targets import targets_of

if TYPE_CHECKING:
    from csprotocol.kpi import TableKpi

__all__ = ["anomalies_of", "evidence_of", "keys_of", "knowledge_of"]

_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Known(NamedTuple):
    """How many tickets have a score, a verdict, and how many were asked or not for all that is known."""

    nps: int
    sla: int
    unsurveyed: int


def keys_of(batch: Batch, spec: ReportSpec, offsets: DayOffsets) -> tuple[list[Key], Any, list[int]]:
    """The groups of the batch, the number of each row's group, and the sizes."""
    import numpy as np

    labels: list[list[str | None]] = []
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


def _labelled(batch: Batch, name: str, spec: ReportSpec, offsets: DayOffsets) -> tuple[list[str | None], Any]:
    import numpy as np

    if name in PERIODS:
        micros = _anchor(batch, spec.anchor)
        days = local_days(micros, offsets)
        distinct, codes = np.unique(days, return_inverse=True)
        texts = [None if day == MISSING else period_of(day_of(day), name) for day in distinct.tolist()]
        # Thirty days have one month: fewer labels make smaller numbers of groups.
        known = {text: at for at, text in enumerate(dict.fromkeys(texts))}
        return list(known), np.array([known[text] for text in texts], dtype=np.int64)[codes]
    coded = batch.coded.get(name if name in PROPERTIES else f"attribute:{name}")
    if coded is None:
        return [None], np.zeros(len(batch), dtype=np.int64)
    return [None if value is None else str(value) for value in coded.values], coded.codes


def _anchor(batch: Batch, anchor: str) -> Any:
    import numpy as np

    nothing = np.full(len(batch), MISSING)
    if anchor != "resolved":
        return batch.instants.get("created_at" if anchor == "created" else "first_reply_at", nothing)
    return ended_of(batch)


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
    satisfaction = spec.satisfaction
    has_ratings = (satisfaction, "") in nothing and "csat" in batch.coded
    if has_ratings:
        found[satisfaction, ""] = _ratings_kpi(satisfaction, csat_options(spec))
    if "nps" in batch.coded:
        found["nps", ""] = TableKpi("nps", {"out_of_scale": OutOfScale.REJECT})
    if "sla_met" in batch.coded:
        found["sla_attainment", "recorded"] = TableKpi("sla_attainment")
    table = group_kpis(
        frame_of(batch, numbers, preset=spec.preset),
        TableSpec(found.values(), duplicates="trust", levels=spec.levels),
        by=["number"],
        calendar=spec.within,  # type: ignore[arg-type]  # others are counted ticket by ticket
        quantiles="histogram",
    )
    judged = {target.kpi: targets_of(batch, numbers, spec, target) for target in spec.targets}
    silent = {kpi: _silent(batch, numbers, count, survey) for kpi, survey in ((satisfaction, "csat"), ("nps", "nps"))}
    below = []
    if has_ratings and satisfaction == "csat_balance":
        below = _dissatisfied(batch, numbers, count, csat_options(spec))
    made: dict[int, list[Evidence]] = {}
    for group in table:
        number = int(group.key[0])
        made[number] = []
        for key, zero in nothing.items():
            kpi, variant = key
            if kpi == "sla_attainment" and variant in judged:
                made[number].append(promise(judged[variant].get(number, Verdicts()), variant, spec))
                continue
            summary = group[found[key].name] if key in found else None
            if kpi == "csat_balance" and summary is not None:
                summary = _Balance(summary, below[number])
            made[number].append(_filled(zero, summary, silent.get(kpi, {}).get(number, {})))
    return made


def _silent(batch: Batch, numbers: Any, count: int, survey: str) -> dict[int, dict[str, int]]:
    """Tickets that gave no answer, by the reason, for each group; see the function of that name for tickets."""
    import numpy as np

    merged, spam = is_known(batch, "merged_into"), _is_spam(batch)
    rated, asked = is_known(batch, survey), surveyed_of(batch)
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


def _ratings_kpi(kpi: str, options: Mapping[str, Any]) -> TableKpi:
    """The KPI of the ratings in a table, which has no balance: the share of the satisfied is one half of it."""
    from csprotocol.kpi import TableKpi

    if kpi != "csat_balance":
        return TableKpi(kpi, options)
    return TableKpi("csat", {name: value for name, value in options.items() if name != "dissatisfied_to"})


class _Balance(NamedTuple):
    """The satisfied of a group, and how many are dissatisfied: of these the tables of KPIs have no count."""

    satisfied: SurveyShare
    dissatisfied: int


def _dissatisfied(batch: Batch, numbers: Any, count: int, options: Mapping[str, Any]) -> list[int]:
    """How many ratings on the scale lie at the lower end, for each group."""
    import numpy as np

    ratings = number_of(batch.coded["csat"])
    low, _ = options["scale"]
    counted = (ratings >= low) & (ratings <= options["dissatisfied_to"]) & ~_left_out(batch)
    return [int(each) for each in np.bincount(numbers[counted], minlength=count)]


def _left_out(batch: Batch) -> Any:
    """Tickets that take no part: merged ones, and spam."""
    return is_known(batch, "merged_into") | _is_spam(batch)


def _is_spam(batch: Batch) -> Any:
    import numpy as np

    return number_of(batch.coded["spam"]) == 1 if "spam" in batch.coded else np.zeros(len(batch), dtype=bool)


def _filled(zero: Evidence, summary: Any, silent: Mapping[str, int]) -> Evidence:
    """The evidence of a group from the summary that a table of KPIs has of it."""
    match zero:
        case Durations():
            return replace(zero, took=_stream(summary), missing=summary.missing, rejected=summary.rejected)
        case Points() | Mean() if summary is None:
            return replace(zero, missing=summed(silent))
        case Mean():
            missing = summed(summary.missing, silent)
            counts = {"total": summary.total, "n": summary.n, "asked": summary.asked}
            return replace(zero, missing=missing, rejected=summary.rejected, **counts)
        case Points() if isinstance(summary, _Balance):
            best, n = int(summary.satisfied.ratio.numerator), summary.satisfied.n
            return replace(
                zero,
                score=NetPromoterScore(best, n - best - summary.dissatisfied, summary.dissatisfied),
                missing=summed(summary.satisfied.missing, silent),
                rejected=summary.satisfied.rejected,
                asked=summary.satisfied.asked,
            )
        case Points():
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
    ended = ended_of(batch)
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
        int(is_known(batch, "nps").sum()),
        int(is_known(batch, "sla_met").sum()),
        int(np.isnan(surveyed_of(batch)).sum()),
    )
