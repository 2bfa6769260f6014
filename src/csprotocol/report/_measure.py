"""The KPIs of one group of tickets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from csprotocol.kpi import (
    Definition,
    DurationSummary,
    NetPromoterScore,
    OutOfScale,
    RateSummary,
    SurveyShare,
    Within,
    csat,
    fcr,
    first_reply,
    nps,
    reopen_rate,
    resolution,
    sla_attainment_of,
    survey_answers,
)
from csprotocol.model import FrozenDict, TicketFacts
from csprotocol.report._sla import judged
from csprotocol.report._spec import TARGETED, ReportSpec

__all__ = ["Applicable", "Measure", "applicable", "measures"]

_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Measure:
    """One KPI of one group: its statistics, and what they rest on.

    ``values`` are seconds for unit ``seconds``, 0..1 for ``share``, -100..100 for ``points``; ``None`` where no
    answer exists. ``variant`` tells two measures of one KPI apart: ``elapsed`` and ``business``, or which SLA.
    """

    definition: Definition
    variant: str
    unit: str
    values: Mapping[str, float | None]
    n: int
    missing: Mapping[str, int]
    rejected: Mapping[str, int]
    options: Mapping[str, str]
    note: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it inside a group."""
        return self.definition.id, self.variant


@dataclass(frozen=True, slots=True)
class Applicable:
    """Which measures make sense for the whole export, so that all groups show the same."""

    business: bool
    csat: bool
    nps: bool
    recorded_sla: bool
    promised: tuple[str, ...]


def applicable(facts: Sequence[TicketFacts], spec: ReportSpec) -> Applicable:
    """What the export has anything to say about."""
    promised = {target.kpi for target in spec.targets}
    promised |= {target.kpi for targets in spec.promises.values() for target in targets}
    return Applicable(
        business=spec.within is not None,
        csat=any(True for _ in survey_answers(facts, "csat")) and spec.csat_scale is not None,
        nps=any(ticket.nps is not None for ticket in facts),
        recorded_sla=any(ticket.sla_met is not None for ticket in facts),
        promised=tuple(kpi for kpi in TARGETED if kpi in promised),
    )


def measures(tickets: Sequence[TicketFacts], spec: ReportSpec, which: Applicable) -> Iterator[Measure]:
    """Every measure of the group, in the order of the report."""
    for compute in (first_reply, resolution):
        yield _duration(compute, tickets, None, "elapsed")
        if which.business:
            yield _duration(compute, tickets, spec.within, "business")
    yield _rate(fcr(tickets))
    yield _rate(reopen_rate(tickets))
    if which.csat and spec.csat_scale is not None:
        low, high = spec.csat_scale
        # Of a two-valued rating (good or bad) only the upper value is satisfied; else the top two boxes are.
        limit = high if high - low < 3 else None
        scale = (int(low), int(high))
        yield _survey(
            csat(
                survey_answers(tickets, "csat"),
                scale=scale,
                satisfied_from=limit,
                out_of_scale=OutOfScale.REJECT,
            )
        )
    if which.nps:
        yield _points(nps(survey_answers(tickets, "nps"), out_of_scale=OutOfScale.REJECT))
    if which.recorded_sla:
        yield _rate(sla_attainment_of(tickets), "recorded")
    for kpi in which.promised:
        yield _promise(tickets, kpi, spec)


def _duration(
    compute: Callable[..., DurationSummary], tickets: Sequence[TicketFacts], within: Within, variant: str
) -> Measure:
    summary = compute(tickets, within=within)
    statistics = {"median": summary.median, "mean": summary.mean, "p90": summary.p90}
    return Measure(
        summary.definition,
        variant,
        "seconds",
        FrozenDict({name: None if at is None else at / _SECOND for name, at in statistics.items()}),
        summary.n,
        summary.missing,
        summary.rejected,
        summary.options,
    )


def _rate(summary: RateSummary, variant: str = "") -> Measure:
    return Measure(
        summary.definition,
        variant,
        "share",
        FrozenDict(share=summary.value),
        summary.n,
        summary.missing,
        summary.rejected,
        summary.options,
    )


def _survey(answers: SurveyShare) -> Measure:
    return Measure(
        answers.definition,
        "",
        "share",
        FrozenDict(share=answers.value, response_rate=answers.response_rate.value),
        answers.n,
        answers.missing,
        answers.rejected,
        answers.options,
    )


def _points(score: NetPromoterScore) -> Measure:
    return Measure(
        score.definition,
        "",
        "points",
        FrozenDict(points=score.value),
        score.n,
        FrozenDict({"no-answer": score.unanswered} if score.unanswered else {}),
        FrozenDict({"out-of-scale": score.rejected} if score.rejected else {}),
        FrozenDict(),
    )


def _promise(tickets: Sequence[TicketFacts], kpi: str, spec: ReportSpec) -> Measure:
    verdicts = judged(tickets, kpi, spec)
    attainment = verdicts.attainment
    targets = [str(target) for target in spec.targets if target.kpi == kpi]
    own = any(target.kpi == kpi for promised in spec.promises.values() for target in promised)
    running = attainment.running - attainment.overdue
    return Measure(
        attainment.definition,
        kpi,
        "share",
        FrozenDict(share=attainment.value),
        int(attainment.completed.denominator),
        FrozenDict(sorted({**verdicts.missing, **({"running": running} if running else {})}.items())),
        FrozenDict(sorted(verdicts.rejected.items())),
        FrozenDict(target="; ".join([*(["each ticket's own"] if own else []), *targets])),
    )
