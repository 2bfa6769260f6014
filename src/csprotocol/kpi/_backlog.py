"""What lies on the desk, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import spent
from csprotocol.kpi._definitions import Definition, definition
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._open_time import Within, duration, opening_hours_of
from csprotocol.kpi._population import Counting, MissingReason, Tally, told
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._resolution import lacks_solves
from csprotocol.kpi._summary import RateSummary
from csprotocol.kpi._view import Table, View, counted_rows, took
from csprotocol.model import FrozenDict, Rejection, TicketFacts, require_aware

__all__ = ["AgeBucket", "Ageing", "Backlog", "ageing", "backlog", "is_live", "unreplied"]

_DAY = timedelta(days=1)
_MOST_TICKETS = 20


@dataclass(frozen=True, slots=True)
class Backlog(Viewed):
    """The tickets that were live at an instant, by id, in the order in which they came.

    >>> at = lambda day: datetime(2025, 1, day, tzinfo=UTC)
    >>> print(backlog([TicketFacts(ticket_id="7", created_at=at(1), solved_at=())], at(2)))
    Backlog: 1 of 1 tickets at 2025-01-02T00:00:00+00:00; n 1
    """

    definition: Definition
    at: datetime
    tickets: tuple[str, ...]
    n: int
    missing: Mapping[str, int]
    rejected: Mapping[str, int]
    rejections: tuple[Rejection, ...]

    @property
    def value(self) -> int:
        """How many."""
        return len(self.tickets)

    def __str__(self) -> str:
        shown = f"{self.value} of {self.n} tickets at {self.at.isoformat()}"
        return f"{self.definition.name}: {shown}; {told(self.n, self.missing, self.rejected)}"

    def _view(self) -> View:
        oldest = ", ".join(self.tickets[:_MOST_TICKETS])
        more = f" and {self.value - _MOST_TICKETS} more" if self.value > _MOST_TICKETS else ""
        return View(
            self.definition.name,
            f"{self.value} tickets at {self.at.isoformat()}",
            (
                *((("tickets", oldest + more),) if oldest else ()),
                *counted_rows(self.n, self.missing, self.rejected, self.rejections),
            ),
            about=self.definition._view().rows,
        )


@dataclass(frozen=True, slots=True)
class AgeBucket(Viewed):
    """How many live tickets are at least ``from_age`` and less than ``to_age`` old; the last has no ``to_age``.

    >>> print(AgeBucket(timedelta(days=1), timedelta(days=3), 4))
    1 day, 0:00:00 to 3 days, 0:00:00: 4
    """

    from_age: timedelta
    to_age: timedelta | None
    tickets: int

    def __str__(self) -> str:
        bound = f"{self.from_age} to {self.to_age}" if self.to_age else f"{self.from_age} and more"
        return f"{bound}: {self.tickets}"


@dataclass(frozen=True, slots=True)
class Ageing(Viewed):
    """The backlog of an instant, by age. ``n`` is the number of tickets in the buckets together.

    >>> at = lambda day: datetime(2025, 1, day, tzinfo=UTC)
    >>> ages = ageing([TicketFacts(ticket_id="7", created_at=at(1), solved_at=())], at(3))
    >>> [bucket.tickets for bucket in ages.buckets]
    [0, 1, 0, 0, 0]
    """

    definition: Definition
    at: datetime
    buckets: tuple[AgeBucket, ...]
    missing: Mapping[str, int]
    rejected: Mapping[str, int]
    rejections: tuple[Rejection, ...]

    @property
    def n(self) -> int:
        """How many live tickets have an age."""
        return sum(bucket.tickets for bucket in self.buckets)

    def __str__(self) -> str:
        buckets = ", ".join(map(str, self.buckets))
        at = self.at.isoformat()
        return f"{self.definition.name} at {at}: {buckets}; {told(self.n, self.missing, self.rejected)}"

    def _view(self) -> View:
        most = max((bucket.tickets for bucket in self.buckets), default=0) or 1
        rows = tuple((_between(bucket), str(bucket.tickets)) for bucket in self.buckets)
        return View(
            self.definition.name,
            f"{self.n} tickets at {self.at.isoformat()}",
            counted_rows(self.n, self.missing, self.rejected, self.rejections),
            Table(("age", "tickets"), rows, tuple(bucket.tickets / most for bucket in self.buckets)),
            about=self.definition._view().rows,
        )


def _between(bucket: AgeBucket) -> str:
    if bucket.to_age is None:
        return f"{took(bucket.from_age)} and more"
    return f"{took(bucket.from_age)} to {took(bucket.to_age)}" if bucket.from_age else f"below {took(bucket.to_age)}"


def backlog(
    facts: Iterable[TicketFacts],
    at: datetime,
    *,
    merged: Counting | str = Counting.EXCLUDE,
    spam: Counting | str = Counting.EXCLUDE,
) -> Backlog:
    """The tickets created at or before ``at`` and not ended (solved, closed, cancelled) at or before it.

    A reopened ticket is back in it from its reopening. Where a row knows its solves and not its reopenings, the
    time between is unknown, and the ticket missing (``no-reopen-time``); so is the time after the last solve of a
    ticket that is live again, and the time before the first one known where more reopenings than solves are.

    >>> from csprotocol.model import StatusCategory
    >>> day = lambda day: datetime(2025, 1, day, tzinfo=UTC)
    >>> tickets = [
    ...     TicketFacts(ticket_id="1", created_at=day(1), solved_at=(day(2),), status=StatusCategory.RESOLVED),
    ...     TicketFacts(ticket_id="2", created_at=day(2), solved_at=(), status=StatusCategory.OPEN),
    ... ]
    >>> backlog(tickets, day(3)).tickets
    ('2',)

    Raises:
        NaiveDatetimeError: ``at`` has no time zone.
        InvalidValueError: an unknown option.
    """
    tally = Tally(merged=merged, spam=spam)
    live, n = _live(tally, facts, at)
    return Backlog(
        definition=definition("backlog"),
        at=at,
        tickets=tuple(ticket.ticket_id for ticket in live),
        n=n,
        missing=FrozenDict(sorted(tally.missing.items())),
        rejected=FrozenDict(sorted(tally.rejected.items())),
        rejections=tuple(tally.rejections),
    )


def ageing(
    facts: Iterable[TicketFacts],
    at: datetime,
    buckets: Sequence[timedelta] = (_DAY, 3 * _DAY, 7 * _DAY, 14 * _DAY),
    *,
    within: Within = None,
    merged: Counting | str = Counting.EXCLUDE,
    spam: Counting | str = Counting.EXCLUDE,
) -> Ageing:
    """The backlog at ``at`` by time since creation, in open time when ``within`` gives a calendar.

    ``buckets`` are the bounds between the buckets; an age on a bound belongs to the older bucket.

    >>> at = lambda day: datetime(2025, 1, day, tzinfo=UTC)
    >>> two = [TicketFacts(ticket_id=str(day), created_at=at(day), solved_at=()) for day in (1, 9)]
    >>> [bucket.tickets for bucket in ageing(two, at(10), [timedelta(days=1), timedelta(days=7)]).buckets]
    [0, 1, 1]

    Raises:
        NaiveDatetimeError: ``at`` has no time zone.
        InvalidValueError: bounds that are not positive or do not rise, an unknown option.
    """
    bounds = (timedelta(0), *(spent("buckets", bound) for bound in buckets))
    if any(high <= low for low, high in pairwise(bounds)):
        raise InvalidValueError.of("buckets", tuple(buckets), expected="rising and positive")
    tally = Tally(merged=merged, spam=spam)
    counts = [0] * len(bounds)
    for ticket in _live(tally, facts, at)[0]:
        hours = None if within is None else opening_hours_of(ticket, within)
        if ticket.created_at is None or (within is not None and hours is None):
            tally.miss(MissingReason.NO_CALENDAR)
            continue
        age = duration(ticket.created_at, at, hours)
        counts[sum(age >= bound for bound in bounds) - 1] += 1
    return Ageing(
        definition=definition("ageing"),
        at=at,
        buckets=tuple(
            AgeBucket(low, high, count) for low, high, count in zip(bounds, (*bounds[1:], None), counts, strict=True)
        ),
        missing=FrozenDict(sorted(tally.missing.items())),
        rejected=FrozenDict(sorted(tally.rejected.items())),
        rejections=tuple(tally.rejections),
    )


def unreplied(
    facts: Iterable[TicketFacts],
    *,
    merged: Counting | str = Counting.EXCLUDE,
    spam: Counting | str = Counting.EXCLUDE,
) -> RateSummary:
    """Tickets without any public reply of an agent: how many (``ratio.numerator``), and as a share.

    Unknown is not 0: tickets of which nobody says whether they were answered are missing.

    >>> unreplied([TicketFacts(ticket_id=str(i), agent_replies=i) for i in (0, 1, 2)]).ratio
    Ratio(numerator=1, denominator=3)

    Raises:
        InvalidValueError: an unknown option.
    """
    tally = Tally(merged=merged, spam=spam)
    silent = known = 0
    for ticket in tally.tickets(facts):
        answered = _is_answered(ticket)
        if answered is None:
            tally.miss(MissingReason.NO_REPLY_COUNT)
        else:
            known += 1
            silent += not answered
    options = {"merged": tally.merged, "spam": tally.spam}
    return RateSummary.of(definition("unreplied"), options, tally, Ratio(silent, known))


def _is_answered(ticket: TicketFacts) -> bool | None:
    """By whichever of the facts the source gives; they need not all be there."""
    if ticket.replied is not None:
        return ticket.replied
    if ticket.first_reply_at is not None:
        return True
    return None if ticket.agent_replies is None else ticket.agent_replies > 0


def _live(tally: Tally, facts: Iterable[TicketFacts], at: datetime) -> tuple[tuple[TicketFacts, ...], int]:
    """The tickets live at ``at``, and of how many that can be told."""
    instant = require_aware("at", at).astimezone(UTC)
    live = []
    n = 0
    for ticket in tally.tickets(facts):
        verdict = is_live(ticket, instant)
        if isinstance(verdict, MissingReason):
            tally.miss(verdict)
            continue
        n += 1
        if verdict:
            live.append(ticket)
    return tuple(live), n


def is_live(ticket: TicketFacts, at: datetime) -> bool | MissingReason:
    """Whether it was on the desk at ``at``, an instant in UTC; or why nobody can tell."""
    if ticket.created_at is None:
        return MissingReason.NO_CREATION_TIME
    if ticket.created_at.astimezone(UTC) > at:
        return False
    if ticket.lives is not None:
        return any(
            life.start.astimezone(UTC) <= at and (life.end is None or life.end.astimezone(UTC) > at)
            for life in ticket.lives
        )
    ends = [*(ticket.solved_at or ()), *([ticket.closed_at] if ticket.closed_at else [])]
    over = sum(end.astimezone(UTC) <= at for end in ends)
    still = ticket.status is not None and ticket.status.is_live
    if (over < len(ends) or not ends) and lacks_solves(ticket):
        return MissingReason.NO_REOPEN_TIME
    if over == 0:
        # Nothing ended it by then; without any end on record, only the status tells whether one is missing.
        known = ends or still or (ticket.status is None and ticket.solved_at is not None)
        return True if known else MissingReason.NO_RESOLUTION_TIME
    if over == len(ends):
        # Live again, but since when? It may have been reopened after the instant asked for.
        return MissingReason.NO_REOPEN_TIME if still else False
    # Solved before and solved again after: was it reopened by then? A closing that follows is no second solve.
    solves_after = any(end.astimezone(UTC) > at for end in ticket.solved_at or ())
    return MissingReason.NO_REOPEN_TIME if solves_after else False
