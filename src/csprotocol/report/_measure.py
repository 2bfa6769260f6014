"""The KPIs of one group of tickets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, floor
from typing import Final, Literal

from csprotocol.kpi import (
    Definition,
    DurationSummary,
    MissingReason,
    OutOfScale,
    RateSummary,
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
from csprotocol.report._reach import Reach
from csprotocol.report._sla import judged
from csprotocol.report._spec import TARGETED, ReportSpec

__all__ = ["Applicable", "Measure", "applicable", "measures"]

_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Measure:
    """One KPI of one group: its statistics, and what they rest on.

    ``values`` are seconds for unit ``seconds``, 0..1 for ``share``, -100..100 for ``points``; ``None`` where no
    answer exists. ``n``, ``missing`` and ``rejected`` add up to the tickets of the group. ``variant`` tells two
    measures of one KPI apart: ``elapsed`` and ``business``, or which SLA.
    """

    definition: Definition
    variant: str
    unit: str
    values: Mapping[str, float | None]
    n: int
    missing: Mapping[str, int]
    rejected: Mapping[str, int]
    options: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it inside a group."""
        return self.definition.id, self.variant


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
    promised = {target.kpi for target in spec.targets}
    promised |= {target.kpi for targets in spec.promises.values() for target in targets}
    return Applicable(
        csat=any(True for _ in survey_answers(facts, "csat")) and spec.csat_scale is not None,
        nps=any(ticket.nps is not None for ticket in facts),
        # Where nobody knows who was asked and kept silent, the answered are all there is: no response rate.
        response=all(ticket.surveyed is not None for ticket in facts),
        recorded_sla=any(ticket.sla_met is not None for ticket in facts),
        promised=tuple(kpi for kpi in TARGETED if kpi in promised),
    )


def measures(tickets: Sequence[TicketFacts], spec: ReportSpec, which: Applicable, reach: Reach) -> Iterator[Measure]:
    """Every measure of the group, in the order of the report."""
    for kpi, compute in (("first_reply", first_reply), ("resolution", resolution)):
        yield _duration(compute, tickets, None, "elapsed")
        if spec.within is not None:
            yield _duration(compute, tickets, reach.of(kpi), "business")
    yield _rate(fcr(tickets))
    yield _rate(reopen_rate(tickets))
    if which.csat and spec.csat_scale is not None:
        yield _satisfaction(tickets, spec.csat_scale, response=which.response)
    if which.nps:
        yield _points(tickets)
    if which.recorded_sla:
        yield _rate(sla_attainment_of(tickets), "recorded")
    for kpi in which.promised:
        yield _promise(tickets, kpi, spec, reach.of(kpi))


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


def _satisfaction(tickets: Sequence[TicketFacts], bounds: tuple[float, float], *, response: bool) -> Measure:
    low, high = floor(bounds[0]), ceil(bounds[1])
    # Of a two-valued rating (good or bad) only the upper value is satisfied; else the top two boxes are.
    limit = high if high - low < 3 else high - 1
    answers = csat(
        survey_answers(tickets, "csat"), scale=(low, high), satisfied_from=limit, out_of_scale=OutOfScale.REJECT
    )
    values: dict[str, float | None] = {"share": answers.value}
    if response:
        values["response_rate"] = answers.response_rate.value
    return Measure(
        answers.definition,
        "",
        "share",
        FrozenDict(values),
        answers.n,
        FrozenDict(sorted({**answers.missing, **_silent(tickets, "csat")}.items())),
        answers.rejected,
        answers.options,
    )


def _points(tickets: Sequence[TicketFacts]) -> Measure:
    score = nps(survey_answers(tickets, "nps"), out_of_scale=OutOfScale.REJECT)
    return Measure(
        score.definition,
        "",
        "points",
        FrozenDict(points=score.value),
        score.n,
        FrozenDict(sorted(_silent(tickets, "nps").items())),
        FrozenDict({"out-of-scale": score.rejected} if score.rejected else {}),
        FrozenDict(),
    )


def _silent(tickets: Iterable[TicketFacts], survey: Literal["csat", "nps"]) -> dict[str, int]:
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


def _promise(tickets: Sequence[TicketFacts], kpi: str, spec: ReportSpec, hours: Within) -> Measure:
    verdicts = judged(tickets, kpi, spec, hours)
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
