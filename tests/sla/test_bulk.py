"""A hundred thousand tickets of seven events in one call: the same clocks as one by one, and as whole columns say."""

from __future__ import annotations

import tracemalloc
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket
from csprotocol.sla import ClockKind, Sla, SlaPolicy, hours, judge_columns

MANY = 100_000
# Stories that differ; the tickets take turns.
STORIES = 500
START = datetime(2026, 3, 23, 6, tzinfo=UTC)
NOW = datetime(2026, 4, 9, 12, tzinfo=UTC)
SHOP = BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-14:00,16:00-19:00"))
POLICY = SlaPolicy.of(first_reply="4h", next_reply="6h", requester_wait="20h", resolution="12h")


def story(number: int) -> tuple[Event, ...]:
    """Asked, waiting for the customer, answered, gone on, asked again, answered again, solved."""
    at = START + timedelta(minutes=37 * number)
    step = timedelta(minutes=11 + 7 * (number % 97))
    status, message = EventKind.STATUS, EventKind.MESSAGE
    return (
        Event(at, EventKind.CREATED, ActorKind.CUSTOMER),
        Event(at + step, status, data={"to": StatusCategory.WAITING_CUSTOMER}),
        Event(at + 2 * step, message, ActorKind.AGENT),
        Event(at + 3 * step, status, data={"to": StatusCategory.OPEN}),
        Event(at + 4 * step, message, ActorKind.CUSTOMER),
        Event(at + 5 * step, message, ActorKind.AGENT),
        Event(at + 6 * step, status, data={"to": StatusCategory.RESOLVED}),
    )


def tickets(stories: list[tuple[Event, ...]]) -> Iterator[Ticket]:
    for number in range(MANY):
        yield Ticket(id=str(number), events=stories[number % STORIES])


def test_one_call() -> None:
    stories = [story(number) for number in range(STORIES)]
    sla = Sla(POLICY, SHOP)
    alone = [
        [(clock.kind, clock.state, clock.elapsed, clock.due_at) for clock in sla.evaluate(events, NOW)]
        for events in stories
    ]
    told: list[int] = []
    count = 0
    for ticket, clocks in sla.evaluate_many(tickets(stories), NOW, progress=told.append):
        assert int(ticket.id) == count
        if count % 7 == 0:
            assert [(c.kind, c.state, c.elapsed, c.due_at) for c in clocks] == alone[count % STORIES]
        count += 1
    assert count == MANY
    assert told == list(range(1000, MANY + 1, 1000))


def test_memory_does_not_grow_with_the_tickets() -> None:
    stories = [story(number) for number in range(STORIES)]
    clocks = Sla(POLICY, SHOP).evaluate_many(tickets(stories), NOW)
    tracemalloc.start()
    deque(islice(clocks, 1000), maxlen=0)
    early = tracemalloc.get_traced_memory()[0]
    deque(islice(clocks, 8000), maxlen=0)
    grown = tracemalloc.get_traced_memory()[0] - early
    tracemalloc.stop()
    assert grown < 20_000


def test_the_end_is_told_of_few_tickets_and_of_none() -> None:
    sla, told = Sla(POLICY, SHOP), list[int]()
    assert not list(sla.evaluate_many([], NOW, progress=told.append))
    list(sla.evaluate_many([Ticket(id="1", events=story(1))], NOW, progress=told.append))
    assert told == [0, 1]


def test_columns_of_as_many_rows() -> None:
    np = pytest.importorskip("numpy")
    stories = [story(number) for number in range(STORIES)]
    sla = Sla(POLICY, SHOP)
    picked = [stories[number % STORIES] for number in range(MANY)]
    for kind, end, target in ((ClockKind.FIRST_REPLY, 2, hours(4)), (ClockKind.RESOLUTION, 6, hours(12))):
        start, stop = (
            np.array([events[k].at.replace(tzinfo=None) for events in picked], dtype="datetime64[us]") for k in (0, end)
        )
        found = judge_columns(start, stop, target, SHOP, NOW)
        assert len(found.breached) == MANY
        verdicts = {True: 0, False: 0}
        for row in range(STORIES):
            (clock,) = (each for each in sla.evaluate(stories[row], NOW) if each.kind is kind)
            for same in range(row, MANY, STORIES * 40):
                assert bool(found.breached[same]) == clock.breached
                assert found.elapsed[same].item() == clock.elapsed
                verdicts[clock.breached] += 1
        assert all(verdicts.values())
