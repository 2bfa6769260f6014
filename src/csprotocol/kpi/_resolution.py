"""How long it takes until a ticket is solved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import chosen
from csprotocol.kpi._definitions import definition
from csprotocol.kpi._first_reply import Start, measured
from csprotocol.kpi._open_time import OpenTime, Within, duration, elapsed, opening_hours_of
from csprotocol.kpi._population import Counting, MissingReason, Tally
from csprotocol.kpi._summary import DurationSummary, Measured
from csprotocol.model import StatusCategory, TicketFacts

__all__ = ["Resolution", "ResolutionEnd", "ends_of", "lacks_solves", "resolution", "resolution_of"]

_DONE = (StatusCategory.RESOLVED, StatusCategory.CLOSED)


class Resolution(StrEnum):
    """Which time it was solved: the last one, by which it stayed solved, or the first.

    >>> Resolution("full")
    <Resolution.FULL: 'full'>
    """

    FULL = "full"
    FIRST = "first"


class ResolutionEnd(StrEnum):
    """What ends the clock: ``SOLVED`` (or closed without it), ``CLOSED`` (Gorgias), ``LAST_OUTBOUND`` (Plain).

    >>> ResolutionEnd("last_outbound")
    <ResolutionEnd.LAST_OUTBOUND: 'last_outbound'>
    """

    SOLVED = "solved"
    CLOSED = "closed"
    LAST_OUTBOUND = "last_outbound"


def resolution(
    facts: Iterable[TicketFacts],
    *,
    within: Within = None,
    which: Resolution | str = Resolution.FULL,
    start: Start | str = Start.CREATED,
    end: ResolutionEnd | str = ResolutionEnd.SOLVED,
    minus: Iterable[StatusCategory | str] = (),
    merged: Counting | str = Counting.EXCLUDE,
    spam: Counting | str = Counting.EXCLUDE,
) -> DurationSummary:
    """Resolution times of ``facts``, elapsed, or in open time when ``within`` gives a calendar.

    An open ticket is missing (``open``) and not short: of a period with open tickets, the mean of the solved
    ones is too small. ``minus`` takes off the time in which the shop waited: ``waiting_customer``,
    ``waiting_third_party``. Only ``end="solved"`` has a ``first``: of closings and messages only the last is on record.

    >>> from datetime import datetime, timezone
    >>> at = lambda hour: datetime(2026, 11, 20, hour, tzinfo=timezone.utc)
    >>> solved = TicketFacts(
    ...     ticket_id="1", created_at=at(10), solved_at=(at(12), at(16)), status=StatusCategory.RESOLVED
    ... )
    >>> str(resolution([solved]).mean), str(resolution([solved], which="first").mean)
    ('6:00:00', '2:00:00')

    Raises:
        InvalidValueError: an unknown option, two that do not go together, a status in ``minus`` in which nobody waits.
    """
    tally = Tally(merged=merged, spam=spam)
    waits = _waits(minus)
    which, start = chosen(Resolution, "which", which), chosen(Start, "start", start)
    end = chosen(ResolutionEnd, "end", end)
    _require_pair(which, end)
    options = {
        "which": which,
        "start": start,
        "end": end,
        "minus": " + ".join(waits) or "nothing",
        "within": "elapsed time" if within is None else "a calendar",
        "merged": tally.merged,
        "spam": tally.spam,
    }
    each = (
        resolution_of(ticket, within=within, which=which, start=start, end=end, minus=waits)
        for ticket in tally.tickets(facts)
    )
    return DurationSummary.of(definition("resolution"), options, tally, each, within)


def resolution_of(
    facts: TicketFacts,
    *,
    within: Within = None,
    which: Resolution | str = Resolution.FULL,
    start: Start | str = Start.CREATED,
    end: ResolutionEnd | str = ResolutionEnd.SOLVED,
    minus: Iterable[StatusCategory | str] = (),
) -> Measured:
    """Resolution time of one ticket, merged or not.

    The first resolution exists even when the ticket is live again, the full one does not. A row that tells of more
    reopenings than of solves does not know the first one.

    >>> from datetime import datetime, timezone
    >>> at = lambda hour: datetime(2026, 11, 20, hour, tzinfo=timezone.utc)
    >>> again = TicketFacts(ticket_id="1", created_at=at(10), solved_at=(at(12),), status=StatusCategory.OPEN)
    >>> resolution_of(again).missing, str(resolution_of(again, which="first").value)
    (<MissingReason.OPEN: 'open'>, '2:00:00')

    Raises:
        InvalidValueError: an unknown option, two that do not go together, a status in ``minus`` in which nobody waits.
    """
    waits = _waits(minus)
    which, end = chosen(Resolution, "which", which), chosen(ResolutionEnd, "end", end)
    _require_pair(which, end)
    ended = _ended(facts, which, end)
    if chosen(Start, "start", start) is Start.CREATED:
        begun, absent = facts.created_at, MissingReason.NO_CREATION_TIME
    else:
        begun, absent = facts.first_customer_message_at, MissingReason.NO_CUSTOMER_MESSAGE
    if begun is None:
        return Measured(missing=absent)
    if isinstance(ended, MissingReason):
        return Measured(missing=ended)
    whole = measured(facts, "resolution", begun, ended, within)
    if whole.value is None or not waits:
        return whole
    if facts.waiting is None:
        return Measured(missing=MissingReason.NO_WAITING_TIMES)
    hours = None if within is None else opening_hours_of(facts, within)
    return Measured(whole.value - _waited(facts, waits, begun, ended, hours))


def _require_pair(which: Resolution, end: ResolutionEnd) -> None:
    if which is Resolution.FIRST and end is not ResolutionEnd.SOLVED:
        raise InvalidValueError.of("which", str(which), expected=f"full, with end={end}")


def _ended(facts: TicketFacts, which: Resolution, end: ResolutionEnd) -> datetime | MissingReason:
    """The instant that ends the clock, or why there is none."""
    live = facts.status is not None and facts.status.is_live
    if facts.status is StatusCategory.CANCELLED:
        return MissingReason.CANCELLED
    if live and (which is Resolution.FULL or end is not ResolutionEnd.SOLVED):
        return MissingReason.OPEN
    if end is ResolutionEnd.CLOSED:
        return facts.closed_at or MissingReason.NO_RESOLUTION_TIME
    ends = ends_of(facts)
    if not ends:
        if facts.status in _DONE or (facts.status is None and facts.solved_at is None):
            return MissingReason.NO_RESOLUTION_TIME
        return MissingReason.OPEN
    if end is ResolutionEnd.LAST_OUTBOUND:
        return facts.last_public_agent_message_at or MissingReason.NO_OUTBOUND_MESSAGE
    if which is Resolution.FULL:
        return ends[-1]
    # The first that is known is not the first.
    return MissingReason.NO_RESOLUTION_TIME if lacks_solves(facts) else ends[0]


def lacks_solves(facts: TicketFacts) -> bool:
    """Whether it was reopened more often than the solves on record allow: a row that keeps only the last one."""
    if facts.lives is not None or facts.reopens is None:
        return False
    solves = len(ends_of(facts))
    # Every reopening follows a solve, and of a ticket that is done now another solve follows the last one.
    done = facts.status is None or facts.status in _DONE
    return facts.reopens >= max(solves, 1) if done else facts.reopens > solves


def ends_of(facts: TicketFacts) -> tuple[datetime, ...]:
    """Every instant at which work on it was done; closed without having been solved is done."""
    if facts.lives is not None:
        return tuple(life.end for life in facts.lives if life.end is not None and life.into in _DONE)
    solved = tuple(sorted(facts.solved_at or (), key=lambda at: at.timestamp()))
    return solved or ((facts.closed_at,) if facts.closed_at else ())


def _waited(
    facts: TicketFacts, waits: tuple[StatusCategory, ...], start: datetime, end: datetime, hours: OpenTime | None
) -> timedelta:
    """How much of ``start`` .. ``end`` the shop waited for somebody in ``waits``; for two at once, it waited once."""
    total = timedelta(0)
    passed = start
    for _, since, until in sorted(
        (each for each in facts.waiting or () if each.category in waits), key=lambda each: each.start.timestamp()
    ):
        first = max(since, passed, key=lambda at: at.timestamp())
        last = min(until or end, end, key=lambda at: at.timestamp())
        if elapsed(first, last) > timedelta(0):
            total += duration(first, last, hours)
            passed = last
    return total


def _waits(minus: Iterable[StatusCategory | str]) -> tuple[StatusCategory, ...]:
    # A text is an iterable of letters: one status alone is meant.
    given = (minus,) if isinstance(minus, str) else tuple(minus)
    waits = tuple(dict.fromkeys(chosen(StatusCategory, "minus", status) for status in given))
    for status in waits:
        if not status.is_waiting:
            raise InvalidValueError.unknown("minus", str(status), [each for each in StatusCategory if each.is_waiting])
    return waits
