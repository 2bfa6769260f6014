"""How often the shop kept its promise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import whole
from csprotocol.kpi._definitions import Definition, definition
from csprotocol.kpi._interval import rate_rows
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._population import Counting, MissingReason, Tally
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._summary import RateSummary
from csprotocol.kpi._view import View
from csprotocol.model import TicketFacts

__all__ = ["SlaAttainment", "sla_attainment", "sla_attainment_of"]


@dataclass(frozen=True, slots=True)
class SlaAttainment(Viewed):
    """Promises kept, broken and still running; ``overdue`` of the running ones are late already. Adding pools.

    >>> promises = SlaAttainment(met=90, missed=8, running=2)
    >>> str(promises.completed), str(promises.all)
    ('90/98 (91.8%)', '90/100 (90.0%)')

    Raises:
        InvalidValueError: a count that is negative or no whole number, more overdue than running.
    """

    met: int
    missed: int
    running: int = 0
    overdue: int = 0

    def __post_init__(self) -> None:
        for field in ("met", "missed", "running", "overdue"):
            whole(f"SlaAttainment.{field}", getattr(self, field))
        if self.overdue > self.running:
            raise InvalidValueError.of(
                "SlaAttainment.overdue", self.overdue, expected=f"at most the {self.running} running"
            )

    @property
    def definition(self) -> Definition:
        """What attainment means here."""
        return definition("sla_attainment")

    @property
    def completed(self) -> Ratio:
        """Met, of those whose end is known: an overdue one is missed whatever comes, one not due yet is not here.

        >>> str(SlaAttainment(met=90, missed=8, running=2, overdue=1).completed)
        '90/99 (90.9%)'
        """
        return Ratio(self.met, self.met + self.missed + self.overdue)

    @property
    def all(self) -> Ratio:
        """Met, of all."""
        return Ratio(self.met, self.met + self.missed + self.running)

    @property
    def value(self) -> float | None:
        """The share of :attr:`completed`; ``None`` when nothing is."""
        return self.completed.value

    def __add__(self, other: SlaAttainment) -> SlaAttainment:
        if not isinstance(other, SlaAttainment):
            return NotImplemented
        return SlaAttainment(
            self.met + other.met,
            self.missed + other.missed,
            self.running + other.running,
            self.overdue + other.overdue,
        )

    def __str__(self) -> str:
        running = f"; running {self.running}, overdue {self.overdue}" if self.running else ""
        return f"{self.definition.name}: {self.completed}{running}"

    def _view(self) -> View:
        running = f"{self.running}, of which overdue {self.overdue}"
        rows = (
            *rate_rows(self.completed),
            ("met", str(self.met)),
            ("missed", str(self.missed)),
            ("running", running),
            ("of all", str(self.all)),
        )
        return View(self.definition.name, str(self.completed), rows, about=self.definition._view().rows)


def sla_attainment(*, met: int, missed: int, running: int = 0, overdue: int = 0) -> SlaAttainment:
    """Attainment from counts; ``overdue`` says how many of the ``running`` are past their time already.

    >>> sla_attainment(met=90, missed=8, running=2).all.value
    0.9

    Raises:
        InvalidValueError: a count that is negative or no whole number, more overdue than running.
    """
    return SlaAttainment(met, missed, running, overdue)


def sla_attainment_of(
    facts: Iterable[TicketFacts],
    *,
    merged: Counting | str = Counting.EXCLUDE,
    spam: Counting | str = Counting.EXCLUDE,
) -> RateSummary:
    """Attainment by the verdicts that the source itself recorded; tickets without one are missing.

    >>> tickets = [TicketFacts(ticket_id="1", sla_met=True), TicketFacts(ticket_id="2")]
    >>> print(sla_attainment_of(tickets))
    SLA attainment: 1/1 (100.0%); n 1; missing 1 (no-verdict 1)

    Raises:
        InvalidValueError: an unknown option.
    """
    tally = Tally(merged=merged, spam=spam)
    met = judged = 0
    for ticket in tally.tickets(facts):
        if ticket.sla_met is None:
            tally.miss(MissingReason.NO_VERDICT)
        else:
            judged += 1
            met += ticket.sla_met
    options = {"merged": tally.merged, "spam": tally.spam}
    return RateSummary.of(definition("sla_attainment"), options, tally, Ratio(met, judged))
