"""How often a solved ticket comes back."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from csprotocol.kpi._choice import chosen
from csprotocol.kpi._definitions import definition
from csprotocol.kpi._population import Counting, MissingReason, Tally
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._resolution import ends_of, lacks_solves
from csprotocol.kpi._summary import RateSummary
from csprotocol.model import TicketFacts

__all__ = ["ReopenCounting", "reopen_rate"]


class ReopenCounting(StrEnum):
    """What is counted: tickets that were reopened at all, or every reopening.

    >>> ReopenCounting("events")
    <ReopenCounting.EVENTS: 'events'>
    """

    TICKETS = "tickets"
    EVENTS = "events"


def reopen_rate(
    facts: Iterable[TicketFacts],
    *,
    counting: ReopenCounting | str = ReopenCounting.TICKETS,
    merged: Counting | str = Counting.EXCLUDE,
    spam: Counting | str = Counting.EXCLUDE,
) -> RateSummary:
    """Tickets reopened at least once, as a share of those ever solved; or reopenings per solve.

    A ticket that was closed without having been solved counts as solved; one never solved is missing
    (``not-resolved``), one whose reopenings nobody counted too. By ``events``, one that was reopened more often than
    the solves on record allow is missing as well (``no-resolution-time``): its solves are not all known.

    >>> from datetime import datetime, timezone
    >>> at = lambda hour: datetime(2026, 11, 20, hour, tzinfo=timezone.utc)
    >>> calm = TicketFacts(ticket_id="1", solved_at=(at(9),), reopens=0)
    >>> stubborn = TicketFacts(ticket_id="2", solved_at=(at(9), at(11), at(15)), reopens=2)
    >>> print(reopen_rate([calm, stubborn]).ratio, reopen_rate([calm, stubborn], counting="events").ratio)
    1/2 (50.0%) 2/4 (50.0%)

    Raises:
        InvalidValueError: an unknown option.
    """
    tally = Tally(merged=merged, spam=spam)
    rule = chosen(ReopenCounting, "counting", counting)
    reopened = solved = 0
    for ticket in tally.tickets(facts):
        solves = len(ends_of(ticket))
        if ticket.reopens is None:
            tally.miss(MissingReason.NO_REOPEN_COUNT)
        elif not solves and ticket.solved_at is None and ticket.lives is None:
            tally.miss(MissingReason.NO_RESOLUTION_TIME)
        elif not solves:
            tally.miss(MissingReason.NOT_RESOLVED)
        elif rule is ReopenCounting.EVENTS and lacks_solves(ticket):
            tally.miss(MissingReason.NO_RESOLUTION_TIME)
        elif rule is ReopenCounting.TICKETS:
            solved += 1
            reopened += ticket.reopens > 0
        else:
            solved += solves
            reopened += ticket.reopens
    options = {"counting": rule, "merged": tally.merged, "spam": tally.spam}
    return RateSummary.of(definition("reopen_rate"), options, tally, Ratio(reopened, solved))
