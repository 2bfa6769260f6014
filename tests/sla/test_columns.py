"""Whole columns say what the fold says, row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.errors import InvalidValueError, NaiveDatetimeError
from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket
from csprotocol.sla import ClockKind, Sla, SlaPolicy, hours, judge_columns

np = pytest.importorskip("numpy")

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CALENDARS = [
    BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-14:00,16:00-19:00")),
    BusinessCalendar(BusinessHours(tz="America/New_York", weekly="mon-sun 22:00-06:00")),
    BusinessCalendar.ALWAYS_OPEN,
]
ROW = st.tuples(
    st.integers(-40_000, 500), st.none() | st.integers(0, 20_000), st.none() | st.integers(0, 30_000)
)  # fmt: skip


@given(st.lists(ROW, min_size=1, max_size=12), st.sampled_from(CALENDARS), st.integers(1, 40))
def test_columns_are_the_fold(
    rows: list[tuple[int, int | None, int | None]], calendar: BusinessCalendar, target: int
) -> None:
    tickets, created, replied, solved = [], [], [], []
    for number, (start, reply, end) in enumerate(rows):
        at = NOW + timedelta(minutes=start)
        events = [Event(at, EventKind.CREATED, ActorKind.CUSTOMER)]
        reply_at = None if reply is None else at + timedelta(minutes=reply)
        end_at = None if end is None else at + timedelta(minutes=end)
        if reply_at is not None:
            events.append(Event(reply_at, EventKind.MESSAGE, ActorKind.AGENT))
        if end_at is not None:
            events.append(Event(end_at, EventKind.STATUS, data={"to": StatusCategory.RESOLVED}))
        tickets.append(Ticket(id=str(number), events=tuple(events)))
        created.append(at)
        # A resolution answers, too.
        replied.append(min((each for each in (reply_at, end_at) if each is not None), default=None))
        solved.append(end_at)
    sla = Sla(SlaPolicy.of(first_reply=hours(target), resolution=hours(target)), calendar)
    told = [{clock.kind: clock for clock in sla.evaluate(ticket, NOW)} for ticket in tickets]
    for kind, stops in ((ClockKind.FIRST_REPLY, replied), (ClockKind.RESOLUTION, solved)):
        found = judge_columns(_array(created), _array(stops), hours(target), calendar, NOW)
        for row, clocks in enumerate(told):
            if created[row] > NOW:
                assert np.isnat(found.due_at[row])
                assert not found.breached[row]
                continue
            clock = clocks[kind]
            assert found.due_at[row].item().replace(tzinfo=UTC) == clock.due_at
            assert found.elapsed[row].item() == clock.elapsed
            assert bool(found.breached[row]) == clock.breached


def _array(instants: list[datetime] | list[datetime | None]) -> object:
    plain = [None if at is None else at.astimezone(UTC).replace(tzinfo=None) for at in instants]
    return np.array(plain, dtype="datetime64[us]")


def test_series_of_pandas_and_polars() -> None:
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    start = [NOW - timedelta(hours=9), NOW - timedelta(hours=2)]
    stop = [NOW - timedelta(hours=1), None]
    expected = [True, False]
    for make in (lambda values: pd.Series(pd.to_datetime(values, utc=True)), pl.Series):
        found = judge_columns(make(start), make(stop), timedelta(hours=4), BusinessCalendar.ALWAYS_OPEN, NOW)
        assert found.breached.tolist() == expected


def test_rubbish() -> None:
    one, two = _array([NOW]), _array([NOW, NOW])
    with pytest.raises(InvalidValueError, match="as long as start"):
        judge_columns(one, two, hours(1), CALENDARS[0], NOW)
    with pytest.raises(InvalidValueError, match="not before its start"):
        judge_columns(one, _array([NOW - timedelta(seconds=1)]), hours(1), CALENDARS[0], NOW)
    with pytest.raises(NaiveDatetimeError):
        judge_columns(one, one, hours(1), CALENDARS[0], NOW.replace(tzinfo=None))
    with pytest.raises(InvalidValueError):
        judge_columns(one, one, timedelta(0), CALENDARS[0], NOW)
