"""Tickets for the tests, written as short as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket, TicketFacts

__all__ = ["BASE", "HOURS", "at", "facts_of", "rows", "said", "status"]

BASE = datetime(2026, 11, 20, tzinfo=UTC)  # a Friday
HOURS = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:00-17:00"))


def at(clock: str, *, day: int = 20) -> datetime:
    """``"10:00"`` or ``"10:00:01"`` UTC of a day in November 2026."""
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}+00:00")


def said(by: str, clock: str, *, public: bool = True, day: int = 20) -> Event:
    return Event(at(clock, day=day), EventKind.MESSAGE, ActorKind(by), actor=by, public=public)


def status(to: str, clock: str, *, day: int = 20) -> Event:
    return Event(at(clock, day=day), EventKind.STATUS, data={"to": StatusCategory(to)})


def facts_of(*events: Event, created: str | None = "10:00", by: str = "customer") -> TicketFacts:
    """The facts of a ticket created at 10:00 by the customer, unless said otherwise."""
    first = [] if created is None else [Event(at(created), EventKind.CREATED, ActorKind(by))]
    return Ticket(id="1", events=(*first, *events)).facts()


_MINUTES = st.integers(min_value=0, max_value=3 * 24 * 60)


@st.composite
def _row(draw: st.DrawFn) -> dict[str, object]:
    created = BASE + timedelta(minutes=draw(_MINUTES))
    reply = draw(st.none() | st.integers(min_value=-30, max_value=1000))
    solved = draw(st.none() | st.integers(min_value=-30, max_value=3000))
    return {
        "created_at": draw(st.sampled_from([created, created, None])),
        "first_reply_at": None if reply is None else created + timedelta(minutes=reply),
        "solved_at": () if solved is None else (created + timedelta(minutes=solved),),
        "status": StatusCategory.OPEN if solved is None else StatusCategory.RESOLVED,
        "agent_replies": draw(st.none() | st.integers(0, 3)),
        "reopens": draw(st.none() | st.integers(0, 2)),
        "spam": draw(st.sampled_from([None, False, True])),
        "merged_into": draw(st.sampled_from([None, None, "9"])),
    }


def rows() -> st.SearchStrategy[list[TicketFacts]]:
    """Rows of different tickets, sound and broken."""

    def numbered(drawn: Sequence[dict[str, object]]) -> list[TicketFacts]:
        return [TicketFacts(ticket_id=str(i), **row) for i, row in enumerate(drawn)]  # type: ignore[arg-type]

    return st.lists(_row(), max_size=12).map(numbered)
