from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import NaiveDatetimeError
from csprotocol.kpi import kaplan_meier, resolution, resolution_survival
from csprotocol.model import StatusCategory, TicketFacts
from tests.kpi.rows import BASE, HOURS, at


def ticket(name: str, took: int | None, *, created: datetime = BASE, **rest: object) -> TicketFacts:
    solved = () if took is None else (created + timedelta(hours=took),)
    status = StatusCategory.OPEN if took is None else StatusCategory.RESOLVED
    facts = {"ticket_id": name, "created_at": created, "solved_at": solved, "status": status} | rest
    return TicketFacts(**facts)  # type: ignore[arg-type]


class TestResolutionSurvival:
    def test_open_tickets_are_not_left_out(self) -> None:
        facts = [ticket(str(i), took) for i, took in enumerate([1, 2, 3, 4, None, None])]
        found = resolution_survival(facts, BASE + timedelta(hours=10))
        assert found.median == timedelta(hours=3)
        assert resolution(facts).median == timedelta(hours=2.5)
        assert (found.n, found.ended, found.longest) == (6, 4, timedelta(hours=10))

    def test_what_was_solved_later_was_open_then(self) -> None:
        found = resolution_survival([ticket("1", 30)], BASE + timedelta(hours=10))
        assert (found.n, found.ended, found.longest) == (1, 0, timedelta(hours=10))
        assert resolution_survival([ticket("1", 30)], BASE + timedelta(hours=10), which="first").ended == 0

    def test_reasons(self) -> None:
        facts = [
            ticket("1", 1, created=BASE + timedelta(days=9)),
            ticket("2", 1, status=StatusCategory.CANCELLED),
            ticket("3", 1, created_at=None),
            ticket("4", 1, merged_into="5"),
            ticket("5", -3),
            ticket("6", 1),
            ticket("6", 1),
        ]
        found = resolution_survival(facts, BASE + timedelta(days=1))
        assert found.missing == {"cancelled": 1, "merged": 1, "no-creation-time": 1, "not-created": 1}
        assert found.rejected == {"duplicate-ticket": 1, "negative-duration": 1}
        assert found.n == 1

    def test_first_and_full(self) -> None:
        again = ticket("1", 2, status=StatusCategory.OPEN)
        as_of = BASE + timedelta(hours=10)
        assert resolution_survival([again], as_of, which="first").median == timedelta(hours=2)
        assert resolution_survival([again], as_of).missing == {"no-reopen-time": 1}

    def test_in_open_time(self) -> None:
        found = resolution_survival([ticket("1", None)], at("12:00"), within=HOURS)
        assert found.longest == timedelta(hours=3)

    def test_needs_a_zone(self) -> None:
        with pytest.raises(NaiveDatetimeError):
            resolution_survival([], datetime(2026, 11, 20))  # noqa: DTZ001

    @given(st.lists(st.integers(0, 50) | st.none(), max_size=30), st.integers(0, 40))
    def test_equals_the_estimator_on_durations(self, hours: list[int | None], hour: int) -> None:
        found = resolution_survival(
            [ticket(str(i), took) for i, took in enumerate(hours)], BASE + timedelta(hours=hour)
        )
        flags = [took is not None and took <= hour for took in hours]
        spans = [
            timedelta(hours=took if flag and took is not None else hour)
            for took, flag in zip(hours, flags, strict=True)
        ]
        assert found.steps == kaplan_meier(spans, flags).steps
