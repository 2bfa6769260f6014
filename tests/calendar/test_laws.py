"""The compiled calendar against an oracle that walks minutes, and the laws that hold for any calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from csprotocol.calendar import BusinessCalendar, BusinessHours, CalendarHistory
from csprotocol.errors import BusinessTimeError
from tests.calendar.oracle import MINUTE, Oracle
from tests.calendar.strategies import instants, situations, works

SPAN = timedelta(hours=40)
MICROSECOND = timedelta(microseconds=1)


@given(situations())
@settings(max_examples=150)
def test_every_minute_is_as_the_oracle_says(situation: tuple[BusinessHours, datetime]) -> None:
    hours, near = situation
    calendar = BusinessCalendar(hours)
    found = [
        (at, calendar.is_open(at)) for at in (near - SPAN / 2 + step * MINUTE for step in range(int(SPAN / MINUTE)))
    ]
    assert list(Oracle(hours).minutes(near - SPAN / 2, near + SPAN / 2)) == found


@given(situations(), st.timedeltas(-SPAN, SPAN), st.integers(0, 59_999_999))
@settings(max_examples=60)
def test_between_counts_what_the_oracle_counts(
    situation: tuple[BusinessHours, datetime], span: timedelta, micro: int
) -> None:
    hours, near = situation
    start = near + timedelta(microseconds=micro)
    assert BusinessCalendar(hours).between(start, start + span) == Oracle(hours).between(start, start + span)


@given(situations(), st.timedeltas(MICROSECOND, timedelta(hours=20)))
@settings(max_examples=40)
def test_add_lands_where_the_oracle_lands(situation: tuple[BusinessHours, datetime], work: timedelta) -> None:
    hours, near = situation
    expected = Oracle(hours).add(near, work, limit=timedelta(days=8))
    assume(expected is not None)
    assert expected == BusinessCalendar(hours).add(near, work)


@given(situations())
@settings(max_examples=40)
def test_next_open_is_the_first_open_minute(situation: tuple[BusinessHours, datetime]) -> None:
    hours, near = situation
    expected = Oracle(hours).next_open(near, limit=timedelta(days=8))
    assume(expected is not None)
    assert expected == BusinessCalendar(hours).next_open(near)


@given(situations(), st.integers(-2, 2))
@settings(max_examples=60)
def test_a_business_day_ends_where_the_oracle_says(situation: tuple[BusinessHours, datetime], step: int) -> None:
    hours, near = situation
    day = near.date() + timedelta(days=step)
    found = BusinessCalendar(hours).closing_of(day)
    # In UTC: in the hour that comes twice, instants of two zones are never equal.
    assert Oracle(hours).closing(day) == (None if found is None else found.astimezone(UTC))


@given(situations(), situations(), st.integers(-2, 2))
def test_a_business_day_has_an_end_and_no_other_day_has_one(
    left: tuple[BusinessHours, datetime], right: tuple[BusinessHours, datetime], step: int
) -> None:
    a, b = BusinessCalendar(left[0]), BusinessCalendar(right[0])
    day = left[1].date() + timedelta(days=step)
    for calendar in (a, a | b, a & b, a - b, b - a):
        closing = calendar.closing_of(day)
        assert (closing is not None) == calendar.is_business_day(day)
        if closing is not None:
            # It was open until then: that is a closing, or where the next hours touch.
            assert calendar.is_open(closing.astimezone(UTC) - MICROSECOND)
            assert closing.astimezone(calendar.tz).date() >= day


@given(situations(), instants, instants, instants)
def test_between_is_additive(situation: tuple[BusinessHours, datetime], a: datetime, b: datetime, c: datetime) -> None:
    calendar = BusinessCalendar(situation[0])
    assert calendar.between(a, c) == calendar.between(a, b) + calendar.between(b, c)


@given(situations(), works)
def test_between_undoes_add(situation: tuple[BusinessHours, datetime], work: timedelta) -> None:
    calendar, start = BusinessCalendar(situation[0]), situation[1]
    for amount in (work, -work):
        try:
            assert amount == calendar.between(start, calendar.add(start, amount))
        except BusinessTimeError:
            assume(False)


@given(situations(), works)
def test_add_lands_at_the_earliest_instant(situation: tuple[BusinessHours, datetime], work: timedelta) -> None:
    calendar, start = BusinessCalendar(situation[0]), situation[1]
    assume(work > timedelta(0))
    try:
        due = calendar.add(start, work)
    except BusinessTimeError:
        assume(False)
    assert calendar.between(start, due - MICROSECOND) == work - MICROSECOND


@given(situations(), works)
def test_subtracting_lands_at_the_latest_instant(situation: tuple[BusinessHours, datetime], work: timedelta) -> None:
    calendar, start = BusinessCalendar(situation[0]), situation[1]
    assume(work > timedelta(0))
    try:
        since = calendar.add(start, -work)
    except BusinessTimeError:
        assume(False)
    assert calendar.between(start, since + MICROSECOND) == -work + MICROSECOND


@given(situations(), st.timedeltas(timedelta(0), timedelta(days=9)), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_open_time_never_decreases(
    situation: tuple[BusinessHours, datetime], first: timedelta, second: timedelta
) -> None:
    calendar, start = BusinessCalendar(situation[0]), situation[1]
    low, high = sorted((first, second))
    assert calendar.between(start, start + low) <= calendar.between(start, start + high)


@given(situations(), st.timedeltas(-SPAN, SPAN))
def test_open_means_that_time_counts(situation: tuple[BusinessHours, datetime], shift: timedelta) -> None:
    calendar, at = BusinessCalendar(situation[0]), situation[1] + shift
    assert (calendar.between(at, at + MICROSECOND) == MICROSECOND) == calendar.is_open(at)


@given(situations(), st.timedeltas(timedelta(0), timedelta(days=30)))
def test_intervals_sum_to_between(situation: tuple[BusinessHours, datetime], span: timedelta) -> None:
    calendar, start = BusinessCalendar(situation[0]), situation[1]
    total = sum((part.duration for part in calendar.intervals(start, start + span)), timedelta(0))
    assert total == calendar.between(start, start + span)


@given(situations(), st.timedeltas(timedelta(minutes=1), timedelta(days=12)))
def test_explanation_has_no_gap_and_agrees(situation: tuple[BusinessHours, datetime], span: timedelta) -> None:
    calendar, start = BusinessCalendar(situation[0]), situation[1]
    told = calendar.explain(start, start + span)
    edges = [(part.start.astimezone(UTC), part.end.astimezone(UTC)) for part in told]
    assert [start, *(end for _, end in edges)] == [*(begin for begin, _ in edges), start + span]
    assert calendar.between(start, start + span) == told.open_time
    assert all(part.is_open == calendar.is_open(part.start) for part in told)


@given(situations(), instants, st.sampled_from(["Asia/Tokyo", "America/New_York", "Europe/Madrid"]))
def test_zone_of_the_argument_changes_nothing(
    situation: tuple[BusinessHours, datetime], at: datetime, zone: str
) -> None:
    calendar, start = BusinessCalendar(situation[0]), situation[1]
    there, here = at.astimezone(ZoneInfo(zone)), at.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert calendar.between(start, at) == calendar.between(start, there) == calendar.between(start, here)
    assert calendar.is_open(there) == calendar.is_open(here)


@given(situations(), instants)
def test_growing_the_compiled_years_changes_nothing(situation: tuple[BusinessHours, datetime], far: datetime) -> None:
    hours, start = situation
    fresh, grown = BusinessCalendar(hours), BusinessCalendar(hours)
    grown.between(start, far)
    end = start + timedelta(days=20)
    assert fresh.between(start, end) == grown.between(start, end)
    assert fresh.intervals(start, end) == grown.intervals(start, end)


@given(situations(plain=True), st.sets(st.integers(-3, 3), max_size=2))
def test_splitting_at_midnight_changes_nothing_under_calendar_day(
    situation: tuple[BusinessHours, datetime], closed: set[int]
) -> None:
    hours, near = situation
    holidays = tuple(near.date() + timedelta(days=step) for step in closed)
    whole = BusinessHours(tz=hours.tz, weekly=hours.weekly, holidays=holidays)
    split = BusinessHours(tz=hours.tz, weekly=_split(hours), holidays=holidays)
    span = (near - timedelta(days=5), near + timedelta(days=5))
    assert BusinessCalendar(whole).intervals(*span) == BusinessCalendar(split).intervals(*span)


def _split(hours: BusinessHours) -> Any:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    parts: dict[str, list[tuple[str, str]]] = {day: [] for day in days}
    for i, day in enumerate(days):
        for opens, closes in hours.weekly.get(day, ()):  # type: ignore[union-attr,call-overload]
            if closes > opens:
                parts[day].append((opens, closes))
            else:
                parts[day].append((opens, "24:00"))
                if closes != "00:00":
                    parts[days[(i + 1) % 7]].append(("00:00", closes))
    return {day: _joined(pieces) for day, pieces in parts.items()}


def _joined(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A tail may overlap the hours of the day into which it runs; a document may not say so twice."""
    joined: list[tuple[str, str]] = []
    for opens, closes in sorted(pieces):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return joined


@given(situations(), situations(), st.timedeltas(-SPAN, SPAN))
def test_algebra_is_pointwise(
    left: tuple[BusinessHours, datetime], right: tuple[BusinessHours, datetime], shift: timedelta
) -> None:
    a, b = BusinessCalendar(left[0]), BusinessCalendar(right[0])
    at = left[1] + shift
    assert (a & b).is_open(at) == (a.is_open(at) and b.is_open(at))
    assert (a | b).is_open(at) == (a.is_open(at) or b.is_open(at))
    assert (a - b).is_open(at) == (a.is_open(at) and not b.is_open(at))


@given(situations(), situations(), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_union_and_intersection_share_the_time(
    left: tuple[BusinessHours, datetime], right: tuple[BusinessHours, datetime], span: timedelta
) -> None:
    a, b = BusinessCalendar(left[0]), BusinessCalendar(right[0])
    start, end = left[1], left[1] + span
    both, either = (a & b).between(start, end), (a | b).between(start, end)
    assert a.between(start, end) + b.between(start, end) == both + either
    assert (a - b).between(start, end) == a.between(start, end) - both
    assert (a | b).explain(start, end).open_time == either
    assert (a - b).explain(start, end).open_time == a.between(start, end) - both


@given(situations(), st.timedeltas(timedelta(0), timedelta(days=9)), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_a_history_of_one_calendar_is_that_calendar(
    situation: tuple[BusinessHours, datetime], change: timedelta, span: timedelta
) -> None:
    calendar, start = BusinessCalendar(situation[0]), situation[1]
    history = CalendarHistory([(start, calendar), (start + change, calendar)])
    assert calendar.between(start, start + span) == history.between(start, start + span)
    assert calendar.between(start + span, start) == history.between(start + span, start)
