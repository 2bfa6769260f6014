"""Whether targets were met, ticket by ticket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from csprotocol.kpi import (
    Measured,
    MissingReason,
    SlaAttainment,
    Within,
    first_reply_of,
    resolution_of,
    sla_attainment,
)
from csprotocol.model import StatusCategory, TicketFacts
from csprotocol.report._spec import ReportSpec, Target

__all__ = ["Verdicts", "judged"]


class Verdict(StrEnum):
    """What became of one promise."""

    MET = "met"
    MISSED = "missed"
    RUNNING = "running"
    OVERDUE = "overdue"


class Verdicts:
    """The attainment over many tickets, and why some have no verdict."""

    def __init__(self) -> None:
        self.counts: Counter[Verdict] = Counter()
        self.missing: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()

    def add(self, verdict: Verdict | MissingReason | str) -> None:
        """Counts one verdict, or the reason why there is none."""
        if isinstance(verdict, Verdict):
            self.counts[verdict] += 1
        elif isinstance(verdict, MissingReason):
            self.missing[str(verdict)] += 1
        else:
            self.rejected[verdict] += 1

    @property
    def attainment(self) -> SlaAttainment:
        """Met, missed, running and overdue."""
        return sla_attainment(
            met=self.counts[Verdict.MET],
            missed=self.counts[Verdict.MISSED],
            running=self.counts[Verdict.RUNNING] + self.counts[Verdict.OVERDUE],
            overdue=self.counts[Verdict.OVERDUE],
        )


def judged(tickets: Iterable[TicketFacts], kpi: str, spec: ReportSpec) -> Verdicts:
    """The verdicts on every promise about ``kpi``: the ticket's own where it has one, else the report's targets."""
    general = [target for target in spec.targets if target.kpi == kpi]
    verdicts = Verdicts()
    for ticket in tickets:
        own = [promise for promise in spec.promises.get(ticket.ticket_id, ()) if promise.kpi == kpi]
        # Zendesk applies one policy at a time: the last one applied is the promise that counts.
        for target in own[-1:] or general:
            verdicts.add(_verdict(ticket, target, spec))
    return verdicts


def _verdict(ticket: TicketFacts, target: Target, spec: ReportSpec) -> Verdict | MissingReason | str:
    within = spec.within if target.business else None
    if target.business and within is None:
        return MissingReason.NO_CALENDAR
    if ticket.merged_into is not None:
        return MissingReason.MERGED
    if ticket.spam:
        return MissingReason.SPAM
    took = _measured(ticket, target.kpi, within)
    if took.value is not None:
        return Verdict.MET if took.value <= target.limit else Verdict.MISSED
    if took.missing not in (MissingReason.NO_REPLY, MissingReason.OPEN) or _ended_unanswered(ticket, target):
        return _reason(took)
    # It still runs: had it ended at this moment, would it have been in time?
    so_far = _measured(_as_if_ended(ticket, target, spec), target.kpi, within)
    if so_far.value is None:
        return _reason(so_far)
    return Verdict.OVERDUE if so_far.value > target.limit else Verdict.RUNNING


def _measured(ticket: TicketFacts, kpi: str, within: Within) -> Measured:
    if kpi == "first_reply":
        return first_reply_of(ticket, within=within)
    return resolution_of(ticket, within=within)


def _reason(took: Measured) -> MissingReason | str:
    if took.rejection is not None:
        return took.rejection.code
    return took.missing or MissingReason.NO_VERDICT


def _ended_unanswered(ticket: TicketFacts, target: Target) -> bool:
    """Ended without a word: nobody can reply any more."""
    return target.kpi == "first_reply" and ticket.status is not None and not ticket.status.is_live


def _as_if_ended(ticket: TicketFacts, target: Target, spec: ReportSpec) -> TicketFacts:
    if target.kpi == "first_reply":
        return replace(ticket, first_reply_at=spec.as_of)
    return replace(ticket, solved_at=(spec.as_of,), status=StatusCategory.RESOLVED)
