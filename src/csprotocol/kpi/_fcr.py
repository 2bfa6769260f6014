"""How many tickets are resolved at the first contact."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from csprotocol.kpi._choice import chosen
from csprotocol.kpi._definitions import definition
from csprotocol.kpi._population import Counting, MissingReason, Tally
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._summary import RateSummary
from csprotocol.model import StatusCategory, TicketFacts

__all__ = ["FcrVariant", "fcr"]


class FcrVariant(StrEnum):
    """What "first contact" means; every vendor has its own, and one has two.

    ``ONE_REPLY``: exactly one public agent reply, never reopened. ``LESS_THAN_TWO`` (Zendesk's English page):
    none or one. ``EQUAL_ONE`` (its German page): exactly one, reopened or not. ``EQUAL_ONE_MESSAGE``
    (dbt_zendesk): exactly one public agent message, the opening one included. ``ZERO_CUSTOMER_REPLIES``
    (Freshservice): the customer never wrote again. ``SINGLE_CLOSE_SINGLE_AGENT`` (Intercom): closed once, by one
    participating agent.

    >>> FcrVariant("less_than_two")
    <FcrVariant.LESS_THAN_TWO: 'less_than_two'>
    """

    ONE_REPLY = "one_reply"
    LESS_THAN_TWO = "less_than_two"
    EQUAL_ONE = "equal_one"
    EQUAL_ONE_MESSAGE = "equal_one_message"
    ZERO_CUSTOMER_REPLIES = "zero_customer_replies"
    SINGLE_CLOSE_SINGLE_AGENT = "single_close_single_agent"


def fcr(
    facts: Iterable[TicketFacts],
    *,
    variant: FcrVariant | str = FcrVariant.ONE_REPLY,
    merged: Counting | str = Counting.EXCLUDE,
    spam: Counting | str = Counting.EXCLUDE,
) -> RateSummary:
    """Tickets resolved at the first contact, as a share of those that are resolved or closed now.

    Others are missing (``not-resolved``), as are tickets whose counts are unknown: unknown is not 0.

    >>> solved = StatusCategory.RESOLVED
    >>> tickets = [
    ...     TicketFacts(ticket_id="1", status=solved, agent_replies=1, customer_replies=1, reopens=0),
    ...     TicketFacts(ticket_id="2", status=solved, agent_replies=3, customer_replies=0, reopens=0),
    ...     TicketFacts(ticket_id="3", status=solved, agent_replies=0, customer_replies=0, reopens=0),
    ... ]
    >>> for variant in ("one_reply", "less_than_two", "zero_customer_replies"):
    ...     print(fcr(tickets, variant=variant).ratio)
    1/3 (33.3%)
    2/3 (66.7%)
    2/3 (66.7%)

    Raises:
        InvalidValueError: an unknown option.
    """
    tally = Tally(merged=merged, spam=spam)
    rule = chosen(FcrVariant, "variant", variant)
    met = resolved = 0
    for ticket in tally.tickets(facts):
        if ticket.status is None:
            tally.miss(MissingReason.NO_STATUS)
        elif ticket.status not in {StatusCategory.RESOLVED, StatusCategory.CLOSED}:
            tally.miss(MissingReason.NOT_RESOLVED)
        elif isinstance(verdict := _at_first_contact(ticket, rule), MissingReason):
            tally.miss(verdict)
        else:
            resolved += 1
            met += verdict
    options = {"variant": rule, "merged": tally.merged, "spam": tally.spam}
    return RateSummary.of(definition("fcr"), options, tally, Ratio(met, resolved))


def _at_first_contact(ticket: TicketFacts, rule: FcrVariant) -> bool | MissingReason:
    """The verdict on a resolved ticket, or what must be known first.

    An unknown count leaves the ticket out even where another fact alone would decide: where another count says no,
    only the candidates for yes would be left out, and where ``replied`` says "none", only those answered.
    """
    needed = {field: getattr(ticket, field) for field in _NEEDS[rule]}
    for field, count in needed.items():
        if count is None:
            return _ABSENT[field]
    match rule:
        case FcrVariant.ONE_REPLY:
            return needed == {"agent_replies": 1, "reopens": 0}
        case FcrVariant.LESS_THAN_TWO:
            return bool(needed["agent_replies"] < 2)
        case FcrVariant.EQUAL_ONE:
            return needed == {"agent_replies": 1}
        case FcrVariant.EQUAL_ONE_MESSAGE:
            return needed == {"agent_messages": 1}
        case FcrVariant.ZERO_CUSTOMER_REPLIES:
            return needed == {"customer_replies": 0}
        case FcrVariant.SINGLE_CLOSE_SINGLE_AGENT:
            return needed == {"closes": 1, "agents": 1}


_NEEDS = {
    FcrVariant.ONE_REPLY: ("agent_replies", "reopens"),
    FcrVariant.LESS_THAN_TWO: ("agent_replies",),
    FcrVariant.EQUAL_ONE: ("agent_replies",),
    FcrVariant.EQUAL_ONE_MESSAGE: ("agent_messages",),
    FcrVariant.ZERO_CUSTOMER_REPLIES: ("customer_replies",),
    FcrVariant.SINGLE_CLOSE_SINGLE_AGENT: ("closes", "agents"),
}
_ABSENT = {
    "agent_messages": MissingReason.NO_MESSAGE_COUNT,
    "agent_replies": MissingReason.NO_REPLY_COUNT,
    "agents": MissingReason.NO_AGENT_COUNT,
    "closes": MissingReason.NO_CLOSE_COUNT,
    "customer_replies": MissingReason.NO_REPLY_COUNT,
    "reopens": MissingReason.NO_REOPEN_COUNT,
}
