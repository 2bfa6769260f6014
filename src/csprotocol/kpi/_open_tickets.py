"""How long tickets take, with those that are still open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from csprotocol.kpi._backlog import is_live
from csprotocol.kpi._choice import chosen
from csprotocol.kpi._definitions import definition
from csprotocol.kpi._first_reply import measured
from csprotocol.kpi._interval import CONFIDENCE
from csprotocol.kpi._open_time import Within
from csprotocol.kpi._population import Counting, MissingReason, Tally
from csprotocol.kpi._resolution import Resolution, ends_of, lacks_solves
from csprotocol.kpi._sample import Sample
from csprotocol.kpi._survival import Survival, SurvivalBand, survival_of
from csprotocol.model import FrozenDict, StatusCategory, TicketFacts, require_aware

__all__ = ["resolution_survival"]

_MICROSECOND = timedelta(microseconds=1)


def resolution_survival(
    facts: Iterable[TicketFacts],
    as_of: datetime,
    *,
    within: Within = None,
    which: Resolution | str = Resolution.FULL,
    confidence: float = CONFIDENCE,
    band: SurvivalBand | str = SurvivalBand.LOG_LOG,
    merged: Counting | str = Counting.EXCLUDE,
    spam: Counting | str = Counting.EXCLUDE,
) -> Survival[timedelta]:
    """Resolution time from creation as known at ``as_of``: solved tickets ended, live ones have lasted so far.

    ``resolution`` speaks of the solved ones alone and is too small while tickets are open. Choose the tickets by
    their creation, not by their solving: that would leave out the slow ones again. With ``which="first"`` a ticket
    ends with its first solve, reopened or not. What is solved after ``as_of`` was open then.

    >>> at = lambda hour: datetime(2026, 11, 20, hour, tzinfo=UTC)
    >>> solved = [
    ...     TicketFacts(ticket_id=str(hour), created_at=at(0), solved_at=(at(hour),), status=StatusCategory.RESOLVED)
    ...     for hour in (1, 2, 3, 4)
    ... ]
    >>> live = [TicketFacts(ticket_id=name, created_at=at(0), status=StatusCategory.OPEN) for name in ("a", "b")]
    >>> print(resolution_survival([*solved, *live], at(10)))
    median 3:00:00, 4 ended; n 6

    Missing are tickets whose state at ``as_of`` nobody knows, cancelled ones, and those created later
    (``not-created``). One that ended before it began is rejected.

    Raises:
        NaiveDatetimeError: ``as_of`` has no time zone.
        InvalidValueError: an unknown option, a ``confidence`` not between 0 and 1.
    Source: see :func:`kaplan_meier`.
    """
    instant = require_aware("as_of", as_of).astimezone(UTC)
    rule = chosen(Resolution, "which", which)
    tally = Tally(merged=merged, spam=spam)
    followed = []
    for ticket in tally.tickets(facts):
        end = _end(ticket, instant, rule)
        if isinstance(end, MissingReason) or ticket.created_at is None:
            tally.miss(end if isinstance(end, MissingReason) else MissingReason.NO_CREATION_TIME)
            continue
        took = measured(ticket, "resolution", ticket.created_at, end or instant, within)
        if took.rejection is not None:
            tally.rejections.append(took.rejection)
        elif took.missing is not None:
            tally.miss(took.missing)
        elif took.value is not None:
            followed.append((took.value / _MICROSECOND, end is not None))
    found: Survival[timedelta] = survival_of(
        Sample((), is_time=True),
        followed,
        confidence=confidence,
        band=band,
        missing=FrozenDict(sorted(tally.missing.items())),
        rejections=tuple(tally.rejections),
    )
    options = {
        "as_of": as_of.isoformat(),
        "which": str(rule),
        "within": "elapsed time" if within is None else "a calendar",
        "merged": str(tally.merged),
        "spam": str(tally.spam),
    }
    return replace(found, definition=definition("resolution"), options=FrozenDict(options))


def _end(ticket: TicketFacts, at: datetime, which: Resolution) -> datetime | MissingReason | None:
    """When it was solved, as far as ``at`` knows; ``None`` for a live one, or why nobody can tell."""
    if ticket.created_at is None:
        return MissingReason.NO_CREATION_TIME
    if ticket.created_at.astimezone(UTC) > at:
        return MissingReason.NOT_CREATED
    if _is_cancelled(ticket, at):
        return MissingReason.CANCELLED
    ends = [end for end in ends_of(ticket) if end.astimezone(UTC) <= at]
    if which is Resolution.FIRST and lacks_solves(ticket):
        return MissingReason.NO_RESOLUTION_TIME
    if which is Resolution.FIRST and ends:
        return ends[0]
    live = is_live(ticket, at)
    if isinstance(live, MissingReason):
        return live
    if live:
        return None
    return ends[-1] if ends else MissingReason.NO_RESOLUTION_TIME


def _is_cancelled(ticket: TicketFacts, at: datetime) -> bool:
    """Whether it was cancelled then; a row without its lives knows what it is now."""
    if ticket.lives is None:
        return ticket.status is StatusCategory.CANCELLED
    begun = [life for life in ticket.lives if life.start.astimezone(UTC) <= at]
    last = begun[-1] if begun else None
    return (
        last is not None
        and last.end is not None
        and last.end.astimezone(UTC) <= at
        and last.into is StatusCategory.CANCELLED
    )
