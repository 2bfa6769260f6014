"""From the tickets of one group to what its KPIs rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Final, Literal

from csprotocol.kpi import (
    DurationStream,
    DurationSummary,
    MissingReason,
    NetPromoterScore,
    OutOfScale,
    RateSummary,
    SurveyBalance,
    SurveyMean,
    SurveyShare,
    Within,
    csat,
    csat_balance,
    csat_mean,
    fcr,
    first_reply,
    nps,
    reopen_rate,
    resolution,
    sla_attainment_of,
    survey_answers,
)
from csprotocol.model import FrozenDict, TicketFacts
from csprotocol.report._evidence import Durations, Evidence, Heading, Mean, Points, Share, summed
from csprotocol.report._reach import Reach
from csprotocol.report._sla import Verdicts, judged
from csprotocol.report._spec import QUANTILES, TARGETED, ReportSpec

__all__ = ["Applicable", "applicable", "csat_options", "durations_heading", "evidence", "promise", "promised_kpis"]

_RATES: Final[Mapping[str, Callable[..., RateSummary]]] = {"fcr": fcr, "reopen_rate": reopen_rate}
_SPANS: Final[Mapping[str, Callable[..., DurationSummary]]] = {"first_reply": first_reply, "resolution": resolution}


@dataclass(frozen=True, slots=True)
class Applicable:
    """Which measures make sense for the whole export, so that all groups show the same."""

    csat: bool
    nps: bool
    response: bool
    recorded_sla: bool
    promised: tuple[str, ...]


def applicable(facts: Sequence[TicketFacts], spec: ReportSpec) -> Applicable:
    """What the export has anything to say about."""
    return Applicable(
        csat=any(True for _ in survey_answers(facts, "csat")) and spec.csat_scale is not None,
        nps=any(ticket.nps is not None for ticket in facts),
        # Where nobody knows who was asked and kept silent, the answered are all there is: no response rate.
        response=all(ticket.surveyed is not None for ticket in facts),
        recorded_sla=any(ticket.sla_met is not None for ticket in facts),
        promised=promised_kpis(spec),
    )


def promised_kpis(spec: ReportSpec) -> tuple[str, ...]:
    """The KPIs for which there is a target."""
    promised = {target.kpi for target in spec.targets}
    promised |= {target.kpi for targets in spec.promises.values() for target in targets}
    return tuple(kpi for kpi in TARGETED if kpi in promised)


def evidence(tickets: Sequence[TicketFacts], spec: ReportSpec, which: Applicable, reach: Reach) -> Iterator[Evidence]:
    """What every measure of the group rests on, in the order of the report."""
    for kpi in _SPANS:
        yield _durations(kpi, tickets, None, "elapsed", spec)
        if spec.within is not None:
            yield _durations(kpi, tickets, reach.of(kpi), "business", spec)
    for kpi, compute in _RATES.items():
        chosen = spec.options_of(kpi)
        yield _rate(compute(tickets, **chosen), vendor=spec.preset if chosen else "")
    if which.csat and spec.csat_scale is not None:
        yield _satisfaction(tickets, spec, response=which.response)
    if which.nps:
        yield _points(tickets)
    if which.recorded_sla:
        yield _rate(sla_attainment_of(tickets), variant="recorded")
    for kpi in which.promised:
        yield promise(judged(tickets, kpi, spec, reach.of(kpi)), kpi, spec)


def _durations(kpi: str, tickets: Sequence[TicketFacts], within: Within, variant: str, spec: ReportSpec) -> Durations:
    summary = _SPANS[kpi](tickets, within=within, **spec.options_of(kpi))
    took = summary.values if spec.quantiles == QUANTILES[0] else DurationStream.of(summary.values)
    return Durations(durations_heading(summary, variant, spec), took, summary.missing, summary.rejected)


def durations_heading(summary: DurationSummary, variant: str, spec: ReportSpec) -> Heading:
    """The heading of a summary; what its quantiles are is one of its options where they are not exact."""
    kpi = summary.definition
    options = dict(summary.options)
    if spec.quantiles != QUANTILES[0]:
        options["quantiles"] = "by histogram, within 1%"
    return Heading(kpi, variant, FrozenDict(options), spec.preset if spec.options_of(kpi.id) else "")


def _rate(summary: RateSummary, *, variant: str = "", vendor: str = "") -> Share:
    heading = Heading(summary.definition, variant, summary.options, vendor)
    return Share(heading, summary.ratio, summary.missing, summary.rejected)


def csat_options(spec: ReportSpec) -> Mapping[str, Any]:
    """The scale of the ratings and which of them satisfy: the vendor's where it names one."""
    low, high = spec.csat_scale or (1, 5)
    scale = (floor(low), ceil(high))
    # Of a two-valued rating (good or bad) only the upper value is satisfied; else the top two boxes are.
    boxes = 1 if scale[1] - scale[0] < 3 else 2
    limits = {"satisfied_from": scale[1] - boxes + 1, "dissatisfied_to": scale[0] + boxes - 1}
    wanted = {"csat": ("satisfied_from",), "csat_balance": tuple(limits), "csat_mean": ()}[spec.satisfaction]
    chosen = {name: limits[name] for name in wanted}
    return {"scale": scale, **chosen, **spec.options_of(spec.satisfaction), "out_of_scale": OutOfScale.REJECT}


def _satisfaction(tickets: Sequence[TicketFacts], spec: ReportSpec, *, response: bool) -> Evidence:
    answers = _RATINGS[spec.satisfaction](survey_answers(tickets, "csat"), **csat_options(spec))
    is_vendors = spec.satisfaction != "csat" or spec.options_of("csat")
    heading = Heading(answers.definition, "", answers.options, spec.preset if is_vendors else "")
    missing = summed(answers.missing, silent(tickets, "csat"))
    asked = answers.asked if response else None
    match answers:
        case SurveyShare():
            return Share(heading, answers.ratio, missing, answers.rejected, asked)
        case SurveyMean():
            return Mean(heading, answers.total, answers.n, missing, answers.rejected, asked)
        case SurveyBalance():
            score = NetPromoterScore(answers.satisfied, answers.neutral, answers.dissatisfied)
            return Points(heading, score, missing, answers.rejected, asked)


_RATINGS: Final[Mapping[str, Callable[..., SurveyShare | SurveyMean | SurveyBalance]]] = {
    "csat": csat,
    "csat_mean": csat_mean,
    "csat_balance": csat_balance,
}


def _points(tickets: Sequence[TicketFacts]) -> Points:
    score = nps(survey_answers(tickets, "nps"), out_of_scale=OutOfScale.REJECT)
    rejected = FrozenDict({"out-of-scale": score.rejected} if score.rejected else {})
    return Points(Heading(score.definition, "", FrozenDict()), score, summed(silent(tickets, "nps")), rejected)


def silent(tickets: Iterable[TicketFacts], survey: Literal["csat", "nps"]) -> dict[str, int]:
    """Tickets that gave no answer, by the reason; of those that were asked, the survey itself tells."""
    counts: Counter[str] = Counter()
    for ticket in tickets:
        if ticket.merged_into is not None:
            counts["merged"] += 1
        elif ticket.spam:
            counts["spam"] += 1
        elif getattr(ticket, survey) is not None:
            continue
        elif survey == "nps":
            # Nobody says who was asked: asked and silent looks like not asked.
            counts[str(MissingReason.NO_ANSWER)] += 1
        elif not ticket.surveyed:
            counts["survey-unknown" if ticket.surveyed is None else "not-surveyed"] += 1
    return dict(counts)


def promise(verdicts: Verdicts, kpi: str, spec: ReportSpec) -> Share:
    """The attainment of the targets of one KPI."""
    attainment = verdicts.attainment
    targets = [str(target) for target in spec.targets if target.kpi == kpi]
    own = any(target.kpi == kpi for promised in spec.promises.values() for target in promised)
    running = attainment.running - attainment.overdue
    options = FrozenDict(target="; ".join([*(["each ticket's own"] if own else []), *targets]))
    return Share(
        Heading(attainment.definition, kpi, options),
        attainment.completed,
        summed(verdicts.missing, {"running": running}),
        summed(verdicts.rejected),
    )
