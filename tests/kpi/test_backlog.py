from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from csprotocol.errors import InvalidValueError, NaiveDatetimeError
from csprotocol.kpi import Ratio, ageing, backlog, unreplied
from csprotocol.model import StatusCategory, TicketFacts
from tests.kpi.rows import BASE, HOURS, at, facts_of, rows, status

DAY = timedelta(days=1)
REOPENED = facts_of(status("resolved", "12:00"), status("open", "14:00"), status("closed", "16:00"))


class TestBacklog:
    @pytest.mark.parametrize(
        ("clock", "count"),
        [
            ("09:59", 0),
            ("10:00", 1),  # created at or before
            ("11:59", 1),
            ("12:00", 0),  # ended at or before
            ("13:00", 0),
            ("14:00", 1),  # reopened
            ("16:00", 0),
        ],
    )
    def test_follows_the_lives_of_a_ticket(self, clock: str, count: int) -> None:
        assert count == backlog([REOPENED], at(clock)).value

    def test_cancelled_tickets_are_gone(self) -> None:
        assert backlog([facts_of(status("cancelled", "11:00"))], at("12:00")).value == 0

    @pytest.mark.parametrize(
        ("row", "live", "missing"),
        [
            ({"solved_at": ()}, True, None),
            ({"solved_at": (at("11:00"),)}, False, None),
            ({"solved_at": (at("13:00"),)}, True, None),
            # Reopened, says the row, and not when: perhaps long after.
            ({"solved_at": (at("11:00"),), "status": StatusCategory.OPEN}, False, "no-reopen-time"),
            ({"solved_at": (at("13:00"),), "status": StatusCategory.OPEN}, True, None),
            ({"solved_at": (at("13:00"),), "status": StatusCategory.RESOLVED, "reopens": 2}, False, "no-reopen-time"),
            ({"solved_at": (at("11:00"),), "status": StatusCategory.RESOLVED, "reopens": 2}, False, None),
            ({"solved_at": (at("11:00"), at("13:00"))}, False, "no-reopen-time"),
            ({"solved_at": (at("11:00"),), "closed_at": at("13:00")}, False, None),
            ({"closed_at": at("11:00"), "status": StatusCategory.CLOSED}, False, None),
            ({"status": StatusCategory.OPEN}, True, None),
            ({"status": StatusCategory.RESOLVED}, False, "no-resolution-time"),
            ({}, False, "no-resolution-time"),
        ],
    )
    def test_rows_without_a_history(self, row: dict[str, object], live: bool, missing: str | None) -> None:
        facts = TicketFacts(ticket_id="1", created_at=at("10:00"), **row)  # type: ignore[arg-type]
        found = backlog([facts], at("12:00"))
        assert (int(live), {missing: 1} if missing else {}) == (found.value, found.missing)

    def test_without_creation_time(self) -> None:
        assert backlog([TicketFacts(ticket_id="1")], at("12:00")).missing == {"no-creation-time": 1}

    def test_in_the_hour_that_comes_twice(self) -> None:
        madrid = ZoneInfo("Europe/Madrid")
        row = TicketFacts(ticket_id="1", created_at=datetime(2026, 10, 25, 2, 50, tzinfo=madrid), solved_at=())
        assert backlog([row], datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=madrid)).value == 1
        assert backlog([row], datetime(2026, 10, 25, 2, 10, tzinfo=madrid)).value == 0

    def test_naive_instant(self) -> None:
        with pytest.raises(NaiveDatetimeError):
            backlog([], datetime(2026, 11, 20))  # noqa: DTZ001

    @given(rows())
    def test_every_ticket_is_live_or_not_or_told(self, tickets: list[TicketFacts]) -> None:
        found = backlog(tickets, BASE + DAY)
        assert found.value <= found.n
        assert len(tickets) == found.n + sum(found.missing.values()) + sum(found.rejected.values())


class TestAgeing:
    def test_an_age_on_a_bound_is_the_older(self) -> None:
        created = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (1, 17, 19, 20)]
        live = [TicketFacts(ticket_id=str(i), created_at=when, solved_at=()) for i, when in enumerate(created)]
        found = ageing(live, datetime(2026, 11, 20, 12, tzinfo=UTC))
        assert [bucket.tickets for bucket in found.buckets] == [1, 1, 1, 0, 1]
        assert (found.buckets[1].from_age, found.buckets[1].to_age) == (DAY, 3 * DAY)
        assert found.buckets[-1].to_age is None

    def test_in_open_time(self) -> None:
        friday = TicketFacts(ticket_id="1", created_at=at("16:00"), solved_at=())
        buckets = [timedelta(hours=1), timedelta(hours=8)]
        found = ageing([friday], at("09:30", day=23), buckets, within=HOURS)
        assert [bucket.tickets for bucket in found.buckets] == [0, 1, 0]
        assert ageing([friday], at("17:00"), within=lambda _: None).missing == {"no-calendar": 1}

    def test_bounds_are_durations(self) -> None:
        with pytest.raises(InvalidValueError, match="a timedelta"):
            ageing([], at("12:00"), [1])  # type: ignore[list-item]

    @pytest.mark.parametrize("buckets", [[DAY, DAY], [2 * DAY, DAY], [timedelta(0)], [-DAY]])
    def test_bounds_rise(self, buckets: list[timedelta]) -> None:
        with pytest.raises(InvalidValueError, match="rising and positive"):
            ageing([], at("12:00"), buckets)

    @given(rows())
    def test_buckets_hold_the_backlog(self, tickets: list[TicketFacts]) -> None:
        assert backlog(tickets, BASE + DAY).value == ageing(tickets, BASE + DAY).n


class TestUnreplied:
    @pytest.mark.parametrize(
        ("known", "ratio"),
        [
            ({"replied": False}, Ratio(1, 1)),
            ({"replied": True}, Ratio(0, 1)),
            ({"first_reply_at": at("11:00")}, Ratio(0, 1)),
            ({"agent_replies": 0}, Ratio(1, 1)),
            ({}, Ratio(0, 0)),
        ],
    )
    def test_by_whichever_fact_is_known(self, known: dict[str, Any], ratio: Ratio) -> None:
        assert ratio == unreplied([TicketFacts(ticket_id="1", **known)]).ratio

    def test_zero_is_counted_and_unknown_is_not_zero(self) -> None:
        counts = [0, 0, 2, None]
        found = unreplied(TicketFacts(ticket_id=str(i), agent_replies=count) for i, count in enumerate(counts))
        assert (Ratio(2, 3), {"no-reply-count": 1}) == (found.ratio, found.missing)
