"""How long a customer waits for the first human word."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from csprotocol.kpi._choice import chosen
from csprotocol.kpi._definitions import definition
from csprotocol.kpi._open_time import Within, duration, earlier, elapsed, opening_hours_of
from csprotocol.kpi._population import Counting, MissingReason, Tally
from csprotocol.kpi._summary import DurationSummary, Measured
from csprotocol.model import TicketFacts

__all__ = ["AgentStarted", "Start", "first_reply", "first_reply_of"]


class AgentStarted(StrEnum):
    """How a ticket that an agent began is measured; the vendors disagree.

    ``FROM_CUSTOMER``: from the customer's first message to the answer to it, as an SLA does. ``SECOND_REPLY``
    (Zendesk): from creation to the second public agent message when the opening one was public, else to the first.
    ``EXCLUDE`` (Gorgias, Redo): not at all. ``CREATION`` (dbt_zendesk): from creation to the first public agent
    message, the opening one included.

    >>> AgentStarted("second_reply")
    <AgentStarted.SECOND_REPLY: 'second_reply'>
    """

    FROM_CUSTOMER = "from_customer"
    SECOND_REPLY = "second_reply"
    EXCLUDE = "exclude"
    CREATION = "creation"


class Start(StrEnum):
    """What starts a clock: the ticket's creation, or the customer's first message in it.

    >>> Start("created")
    <Start.CREATED: 'created'>
    """

    CREATED = "created"
    FIRST_CUSTOMER_MESSAGE = "first_customer_message"


def first_reply(
    facts: Iterable[TicketFacts],
    *,
    within: Within = None,
    agent_started: AgentStarted | str = AgentStarted.FROM_CUSTOMER,
    auto_replies: Counting | str = Counting.EXCLUDE,
    start: Start | str = Start.CREATED,
    merged: Counting | str = Counting.EXCLUDE,
    spam: Counting | str = Counting.EXCLUDE,
) -> DurationSummary:
    """First reply times of ``facts``, elapsed, or in open time when ``within`` gives a calendar.

    Tickets without a reply are missing, not zero (``no-reply``), and so are those of which the source does not say
    when they were answered, if at all (``replies-unknown``): also, with ``start="first_customer_message"``, those in
    which the shop spoke first. A reply before the start is rejected, not clipped; a reply outside opening
    hours took zero open time, which is a value. Private notes never are replies.

    >>> from datetime import datetime, timezone
    >>> at = lambda hour: datetime(2026, 11, 20, hour, tzinfo=timezone.utc)
    >>> replies = first_reply(
    ...     [
    ...         TicketFacts(ticket_id="1", created_at=at(9), first_reply_at=at(11)),
    ...         TicketFacts(ticket_id="2", created_at=at(9), agent_replies=0),
    ...         TicketFacts(ticket_id="3", created_at=at(9), first_reply_at=at(8)),
    ...     ]
    ... )
    >>> print(replies)
    First reply time: mean 2:00:00, median 2:00:00, p90 2:00:00; n 1; missing 1 (no-reply 1);
    rejected 1 (negative-duration 1)

    Raises:
        InvalidValueError: an unknown option.
    """
    tally = Tally(merged=merged, spam=spam)
    # Once for all tickets: a name is looked up each time, a member is not.
    agent_started = chosen(AgentStarted, "agent_started", agent_started)
    auto_replies = chosen(Counting, "auto_replies", auto_replies)
    start = chosen(Start, "start", start)
    options = {
        "agent_started": agent_started,
        "auto_replies": auto_replies,
        "start": start,
        "within": "elapsed time" if within is None else "a calendar",
        "merged": tally.merged,
        "spam": tally.spam,
    }
    each = (
        first_reply_of(ticket, within=within, agent_started=agent_started, auto_replies=auto_replies, start=start)
        for ticket in tally.tickets(facts)
    )
    return DurationSummary.of(definition("first_reply"), options, tally, each, within)


def first_reply_of(
    facts: TicketFacts,
    *,
    within: Within = None,
    agent_started: AgentStarted | str = AgentStarted.FROM_CUSTOMER,
    auto_replies: Counting | str = Counting.EXCLUDE,
    start: Start | str = Start.CREATED,
) -> Measured:
    """First reply time of one ticket, merged or not.

    A ticket of which nobody knows who began it counts as begun by the customer. With
    ``start="first_customer_message"`` only ``exclude`` still makes a difference among ``agent_started``.

    >>> from datetime import datetime, timezone
    >>> at = lambda hour: datetime(2026, 11, 20, hour, tzinfo=timezone.utc)
    >>> first_reply_of(TicketFacts(ticket_id="1", created_at=at(9), first_reply_at=at(11))).value
    datetime.timedelta(seconds=7200)

    Raises:
        InvalidValueError: an unknown option.
    """
    starter = chosen(AgentStarted, "agent_started", agent_started)
    counts_auto = chosen(Counting, "auto_replies", auto_replies) is Counting.INCLUDE
    from_message = chosen(Start, "start", start) is Start.FIRST_CUSTOMER_MESSAGE
    if facts.agent_started and starter is AgentStarted.EXCLUDE:
        return Measured(missing=MissingReason.AGENT_STARTED)
    if from_message or (facts.agent_started and starter is AgentStarted.FROM_CUSTOMER):
        begun, replied = facts.first_customer_message_at, facts.first_reply_at
        absent = MissingReason.NO_CUSTOMER_MESSAGE
    else:
        begun, replied = facts.created_at, _reply_after_creation(facts, starter)
        absent = MissingReason.NO_CREATION_TIME
    if counts_auto:
        replied = earlier(replied, facts.first_auto_reply_at)
    if begun is None:
        return Measured(missing=absent)
    if replied is None:
        # A source that keeps no messages does not say that nobody answered; one may know that somebody did, not when.
        silent = facts.replied is False or facts.agent_replies == 0
        return Measured(missing=MissingReason.NO_REPLY if silent else MissingReason.REPLIES_UNKNOWN)
    if from_message and _came_unasked(facts, begun, replied):
        # The answer to the customer is not in the row.
        return Measured(missing=MissingReason.REPLIES_UNKNOWN)
    return measured(facts, "first reply", begun, replied, within)


def _came_unasked(facts: TicketFacts, asked: datetime, replied: datetime) -> bool:
    """Whether the shop spoke in a ticket before the customer did, as where a bot or a system began it."""
    born = facts.created_at
    return born is not None and elapsed(born, replied) >= timedelta(0) > elapsed(asked, replied)


def measured(facts: TicketFacts, measure: str, start: datetime, end: datetime, within: Within) -> Measured:
    """From ``start`` to ``end`` by the ticket's own calendar; rejected when it would be negative."""
    took = elapsed(start, end)
    if took < timedelta(0):
        return Measured.reversed(facts.ticket_id, measure, start, end)
    if within is None:
        return Measured(took)
    hours = opening_hours_of(facts, within)
    if hours is None:
        return Measured(missing=MissingReason.NO_CALENDAR)
    return Measured(duration(start, end, hours))


# Sources stamp a ticket and its first message separately; less than this apart, they are one.
_SAME_INSTANT = timedelta(seconds=1)


def _reply_after_creation(facts: TicketFacts, starter: AgentStarted) -> datetime | None:
    if not facts.agent_started:
        return facts.first_reply_at
    if starter is AgentStarted.SECOND_REPLY and _opened_publicly(facts):
        return facts.second_agent_message_at
    return facts.first_agent_message_at


def _opened_publicly(facts: TicketFacts) -> bool:
    """Whether an agent's message is the opening one: it stands at creation, and the source does not call it private.

    Where an agent logged a customer's call, the opening words are the customer's, and the first message of an agent
    is an answer.
    """
    opening, created = facts.first_agent_message_at, facts.created_at
    if facts.opened_publicly is False:
        return False
    if opening is None or created is None:
        return facts.opened_publicly is True
    return abs(elapsed(created, opening)) < _SAME_INSTANT
