from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given

from csprotocol.errors import InvalidValueError, NegativeDurationError
from csprotocol.kpi import MissingReason, resolution, resolution_of
from csprotocol.model import Event, StatusCategory, TicketFacts
from tests.kpi.rows import HOURS, at, facts_of, rows, said, status

HOUR = timedelta(hours=1)
TWICE = (status("resolved", "12:00"), status("open", "13:00"), status("resolved", "16:00"))


class TestResolutionOf:
    @pytest.mark.parametrize(
        ("events", "first", "full"),
        [
            ([status("resolved", "12:00")], 2, 2),
            (TWICE, 2, 6),
            ([status("closed", "13:00")], 3, 3),  # closed without having been solved
            ([status("resolved", "12:00"), status("closed", "18:00")], 2, 2),  # closing is not solving again
            ([*TWICE[:2], status("closed", "17:00")], 2, 7),  # reopened, then closed without having been solved
            ([status("cancelled", "11:00"), status("open", "12:00"), status("resolved", "13:00")], 3, 3),
        ],
    )
    def test_first_and_full(self, events: list[Event], first: int, full: int) -> None:
        facts = facts_of(*events)
        assert first * HOUR == resolution_of(facts, which="first").value
        assert full * HOUR == resolution_of(facts).value

    @pytest.mark.parametrize(
        ("events", "missing"),
        [
            ([], MissingReason.OPEN),
            ([status("waiting_customer", "11:00")], MissingReason.OPEN),
            ([status("resolved", "12:00"), status("open", "13:00")], MissingReason.OPEN),
            ([status("cancelled", "12:00")], MissingReason.CANCELLED),
        ],
    )
    def test_open_tickets_are_missing(self, events: list[Event], missing: MissingReason) -> None:
        found = resolution_of(facts_of(*events))
        assert (None, missing) == (found.value, found.missing)

    def test_the_first_resolution_of_a_reopened_ticket_exists(self) -> None:
        assert resolution_of(facts_of(*TWICE[:2]), which="first").value == 2 * HOUR

    @pytest.mark.parametrize(
        ("row", "hours", "missing"),
        [
            ({"solved_at": (at("16:00"), at("12:00")), "status": StatusCategory.RESOLVED}, 6, None),
            ({"closed_at": at("13:00"), "status": StatusCategory.CLOSED}, 3, None),
            ({"solved_at": (at("12:00"),)}, 2, None),
            ({"status": StatusCategory.RESOLVED}, None, MissingReason.NO_RESOLUTION_TIME),
            ({}, None, MissingReason.NO_RESOLUTION_TIME),
            ({"solved_at": ()}, None, MissingReason.OPEN),
            ({"solved_at": (at("12:00"),), "status": StatusCategory.OPEN}, None, MissingReason.OPEN),
        ],
    )
    def test_rows_without_a_history(
        self, row: dict[str, object], hours: int | None, missing: MissingReason | None
    ) -> None:
        facts = TicketFacts(ticket_id="1", created_at=at("10:00"), **row)  # type: ignore[arg-type]
        found = resolution_of(facts)
        assert (None if hours is None else hours * HOUR, missing) == (found.value, found.missing)

    @pytest.mark.parametrize(
        ("reopens", "status_now", "first"),
        [
            (3, StatusCategory.RESOLVED, None),  # one solve is on record: the last
            (1, StatusCategory.RESOLVED, None),
            (0, StatusCategory.RESOLVED, 2 * HOUR),
            (1, StatusCategory.OPEN, 2 * HOUR),
            (2, StatusCategory.OPEN, None),
        ],
    )
    def test_a_row_that_lacks_solves_does_not_know_the_first(
        self, reopens: int, status_now: StatusCategory, first: timedelta | None
    ) -> None:
        row = TicketFacts(
            ticket_id="1", created_at=at("10:00"), solved_at=(at("12:00"),), reopens=reopens, status=status_now
        )
        found = resolution_of(row, which="first")
        assert (first, None if first else MissingReason.NO_RESOLUTION_TIME) == (found.value, found.missing)

    def test_solved_after_it_was_cancelled(self) -> None:
        facts = facts_of(status("cancelled", "11:00"), status("resolved", "12:00"))
        assert resolution_of(facts).value == 2 * HOUR

    def test_before_creation_is_rejected(self) -> None:
        with pytest.raises(NegativeDurationError):
            resolution_of(facts_of(status("resolved", "09:00"))).strict()

    def test_a_second_is_a_second_across_a_minute(self) -> None:
        """A difference of minutes that counts boundaries would say one minute."""
        facts = facts_of(status("resolved", "10:01:00"), created="10:00:59")
        assert timedelta(seconds=1) == resolution_of(facts).value

    @pytest.mark.parametrize(("end", "hours"), [("solved", 2), ("closed", 8), ("last_outbound", 1)])
    def test_end(self, end: str, hours: int) -> None:
        facts = facts_of(said("agent", "11:00"), status("resolved", "12:00"), status("closed", "18:00"))
        assert hours * HOUR == resolution_of(facts, end=end).value

    def test_last_outbound_needs_a_message(self) -> None:
        found = resolution_of(facts_of(status("resolved", "12:00")), end="last_outbound")
        assert found.missing is MissingReason.NO_OUTBOUND_MESSAGE

    def test_from_the_first_customer_message(self) -> None:
        facts = facts_of(said("agent", "10:00"), said("customer", "11:00"), status("resolved", "12:00"), by="agent")
        assert resolution_of(facts, start="first_customer_message").value == HOUR

    WAITED = (
        status("waiting_customer", "11:00"),
        status("open", "13:00"),
        status("waiting_third_party", "14:00"),
        status("resolved", "17:00"),
    )

    @pytest.mark.parametrize(
        ("minus", "hours"),
        [
            ((), 7),
            ("waiting_customer", 5),
            (("waiting_third_party",), 4),
            (("waiting_customer", "waiting_third_party"), 2),
            (("waiting_customer", "waiting_customer"), 5),
        ],
    )
    def test_minus_waiting(self, minus: tuple[str, ...], hours: int) -> None:
        assert hours * HOUR == resolution_of(facts_of(*self.WAITED), minus=minus).value

    def test_minus_waiting_in_open_time(self) -> None:
        facts = facts_of(
            status("waiting_customer", "16:00"), status("open", "10:00", day=23), status("resolved", "11:00", day=23)
        )
        # Friday 10-17 and Monday 9-11 are open, of which 16-17 and 9-10 were spent waiting.
        assert resolution_of(facts, within=HOURS, minus=["waiting_customer"]).value == 7 * HOUR

    def test_waiting_after_the_first_resolution_does_not_count(self) -> None:
        facts = facts_of(*TWICE[:2], status("waiting_customer", "14:00"), status("resolved", "16:00"))
        assert resolution_of(facts, which="first", minus=["waiting_customer"]).value == 2 * HOUR

    def test_waiting_before_the_clock_starts_does_not_count(self) -> None:
        facts = facts_of(
            said("agent", "10:00"),
            status("waiting_customer", "10:30"),
            said("customer", "12:00"),
            status("open", "13:00"),
            status("resolved", "16:00"),
            by="agent",
        )
        found = resolution_of(facts, start="first_customer_message", minus=["waiting_customer"])
        assert found.value == 3 * HOUR

    def test_minus_needs_waiting_times(self) -> None:
        row = TicketFacts(ticket_id="1", created_at=at("10:00"), solved_at=(at("12:00"),))
        assert resolution_of(row, minus=["waiting_customer"]).missing is MissingReason.NO_WAITING_TIMES

    def test_minus_refuses_a_status_in_which_nobody_waits(self) -> None:
        with pytest.raises(InvalidValueError, match="possible: waiting_customer, waiting_third_party"):
            resolution_of(facts_of(), minus=["open"])


class TestResolution:
    def test_open_tickets_are_told(self) -> None:
        solved, live = (
            facts_of(status("resolved", "12:00")),
            TicketFacts(ticket_id="2", created_at=at("10:00"), solved_at=(), status=StatusCategory.OPEN),
        )
        found = resolution([solved, live], minus=["waiting_customer"])
        assert (found.n, found.missing, found.mean) == (1, {"open": 1}, 2 * HOUR)
        assert found.options["minus"] == "waiting_customer"

    @given(rows())
    def test_every_ticket_is_somewhere(self, tickets: list[TicketFacts]) -> None:
        found = resolution(tickets)
        assert len(tickets) == found.n + sum(found.missing.values()) + sum(found.rejected.values())

    @given(rows())
    def test_first_never_exceeds_full(self, tickets: list[TicketFacts]) -> None:
        for ticket in tickets:
            full, first = resolution_of(ticket).value, resolution_of(ticket, which="first").value
            if resolution_of(ticket, which="first").missing is not MissingReason.NO_RESOLUTION_TIME:
                assert full is None or (first is not None and first <= full)
