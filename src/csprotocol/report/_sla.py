"""Whether targets were met, ticket by ticket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

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


class Unjudged(StrEnum):
    """Why there is nothing to judge, beyond the reasons of the KPI itself."""

    NO_TARGET = "no-target"


CREATED_LATER: Final = "created-after-report"


class Verdicts:
    """The attainment over many tickets, and why some have no verdict."""

    def __init__(self) -> None:
        self.counts: Counter[Verdict] = Counter()
        self.missing: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()

    def add(self, verdict: Verdict | Unjudged | MissingReason | str) -> None:
        """Counts one verdict, or the reason why there is none."""
        if isinstance(verdict, Verdict):
            self.counts[verdict] += 1
        elif isinstance(verdict, Unjudged | MissingReason):
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


def judged(tickets: Iterable[TicketFacts], kpi: str, spec: ReportSpec, hours: Within) -> Verdicts:
    """One verdict a ticket about ``kpi``, by its own promise where it has one, else by the report's target.

    ``hours`` gives the calendar for targets in business time.
    """
    general = [target for target in spec.targets if target.kpi == kpi]
    verdicts = Verdicts()
    for ticket in tickets:
        own = [promise for promise in spec.promises.get(ticket.ticket_id, ()) if promise.kpi == kpi]
        # Zendesk applies one policy at a time: the last one applied is the promise that counts.
        verdicts.add(_verdict(ticket, (general + own)[-1:], spec.as_of, hours))
    return verdicts


def _verdict(
    ticket: TicketFacts, promised: Sequence[Target], now: datetime, hours: Within
) -> Verdict | Unjudged | MissingReason | str:
    if ticket.merged_into is not None:
        return MissingReason.MERGED
    if ticket.spam:
        return MissingReason.SPAM
    if not promised:
        return Unjudged.NO_TARGET
    (target,) = promised
    within = hours if target.business else None
    if target.business and within is None:
        return MissingReason.NO_CALENDAR
    took = _measured(ticket, target.kpi, within)
    if took.value is not None:
        return Verdict.MET if took.value <= target.limit else Verdict.MISSED
    if took.missing not in (MissingReason.NO_REPLY, MissingReason.OPEN) or _ended_unanswered(ticket, target):
        return _reason(took)
    if ticket.created_at is not None and ticket.created_at.astimezone(UTC) > now.astimezone(UTC):
        return CREATED_LATER
    # It still runs: had it ended at this moment, would it have been in time?
    so_far = _measured(_as_if_ended(ticket, target, now), target.kpi, within)
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


def _as_if_ended(ticket: TicketFacts, target: Target, now: datetime) -> TicketFacts:
    if target.kpi == "first_reply":
        return replace(ticket, first_reply_at=now)
    # Its lives tell of earlier ends only, and would be believed before the instant of solving.
    return replace(ticket, solved_at=(now,), closed_at=None, lives=None, status=StatusCategory.RESOLVED)
