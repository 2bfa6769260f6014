"""The fold: events in, clocks out. Nothing is stored, so nothing can be stale."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from csprotocol.model import Event, EventKind, Ticket, require_aware
from csprotocol.sla._clock_kind import NEEDS, ClockKind
from csprotocol.sla._fold import Fold
from csprotocol.sla._measure import clock_state
from csprotocol.sla._state import ClockState
from csprotocol.sla._terms import Calendars, Policies, Sheet

__all__ = ["Sla", "evaluate"]


def evaluate(
    ticket: Ticket | Iterable[Event], policy: Policies, calendars: Calendars, now: datetime
) -> tuple[ClockState, ...]:
    """Every cycle of every clock that ``policy`` sets for the ticket, as it stands at ``now``.

    ``calendars`` are by the names that the policy and ``calendar`` events use; one alone is for everything. Several
    policies by name let ``policy`` events change from one to another; the ticket begins under the first. Events may
    come in any order, later ones than ``now`` are not seen, and one that lies before the creation counts from there.

    Sources stamp a ticket and its first message separately: what is said within a second of the creation by an agent
    or the system tells who began it. Until that is known, a second later at most, replies and updates have no clocks
    yet, so that nothing is ever taken back that was told before.

    Clocks come in the order of :class:`ClockKind`, cycles in the order in which they began. For many tickets,
    :class:`Sla` prepares policy and calendars once.

    >>> from csprotocol.calendar import BusinessCalendar, BusinessHours
    >>> from csprotocol.model import ActorKind, EventKind
    >>> from csprotocol.sla import SlaPolicy
    >>> at = lambda day, hour: datetime(2026, 11, day, hour, tzinfo=UTC)
    >>> shop = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:00-17:00"))
    >>> events = [Event(at(20, 16), EventKind.CREATED, ActorKind.CUSTOMER)]  # a Friday
    >>> (clock,) = evaluate(events, SlaPolicy.of(first_reply="4h"), shop, at(20, 18))
    >>> clock.state.value, clock.due_at.isoformat(), str(clock.remaining)
    ('running', '2026-11-23T12:00:00+00:00', '3:00:00')

    Raises:
        NaiveDatetimeError: ``now`` has no time zone.
        InvalidValueError: an event names a calendar, a policy or a status category that is unknown.
        BusinessTimeError: time passed in years for which a calendar has no answer.
    """
    return Sla(policy, calendars).evaluate(ticket, now)


class Sla:
    """Policies and calendars, ready for many tickets; immutable in meaning, to be shared between threads.

    >>> from csprotocol.calendar import BusinessCalendar
    >>> from csprotocol.sla import SlaPolicy
    >>> Sla(SlaPolicy.of(first_reply="4h"), BusinessCalendar.ALWAYS_OPEN).kinds
    ('first_reply',)

    Raises:
        InvalidValueError: a rule names a calendar that is not given.
    """

    __slots__ = ("_sheet",)

    def __init__(self, policy: Policies, calendars: Calendars) -> None:
        self._sheet = Sheet(policy, calendars)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The clocks that any rule sets."""
        return tuple(str(kind) for kind in self._sheet.kinds)

    def untold(self, ticket: Ticket) -> tuple[ClockKind, ...]:
        """The clocks of the policy that the source of ``ticket`` cannot tell, for it keeps no messages, say.

        They are left out of the answer: a reply that nobody wrote down is not a reply that nobody gave.
        """
        if len(ticket.recorded) == _ALL_KINDS:
            return ()
        return tuple(kind for kind in self._sheet.kinds if not NEEDS[kind] <= ticket.recorded)

    def evaluate(self, ticket: Ticket | Iterable[Event], now: datetime) -> tuple[ClockState, ...]:
        """What :func:`evaluate` gives."""
        if type(now) is not datetime or now.tzinfo is not UTC:
            now = require_aware("now", now).astimezone(UTC)
        fold = Fold(ticket, self._sheet)
        fold.until(now)
        untold = self.untold(ticket) if isinstance(ticket, Ticket) else ()
        if fold.is_unsure:
            untold = (*untold, *_CONVERSATION)
        return tuple(
            [
                clock_state(cycle, track.kind, number, fold.ticket_id, now)
                for track in fold.tracks
                if track.kind not in untold
                for number, cycle in enumerate(track.cycles, 1)
            ]
        )

    def evaluate_many(
        self, tickets: Iterable[Ticket], now: datetime, *, progress: Callable[[int], object] | None = None
    ) -> Iterator[tuple[Ticket, tuple[ClockState, ...]]]:
        """Each ticket with its clocks, one after the other: any number of tickets in constant memory.

        ``progress`` is told how many are done, after each thousand and at the end.
        """
        done = 0
        for done, ticket in enumerate(tickets, 1):
            yield ticket, self.evaluate(ticket, now)
            if progress is not None and not done % _PROGRESS_EVERY:
                progress(done)
        if progress is not None and (done % _PROGRESS_EVERY or not done):
            progress(done)


_PROGRESS_EVERY: Final = 1000
# What depends on who began a ticket.
_CONVERSATION: Final = (
    ClockKind.FIRST_REPLY, ClockKind.NEXT_REPLY, ClockKind.PERIODIC_UPDATE, ClockKind.PAUSABLE_UPDATE,
)  # fmt: skip
_ALL_KINDS: Final = len(EventKind)
