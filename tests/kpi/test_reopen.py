from __future__ import annotations

import pytest

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import Ratio, reopen_rate
from csprotocol.model import StatusCategory, TicketFacts
from tests.kpi.rows import at, facts_of, status

CALM = facts_of(status("resolved", "12:00"), status("closed", "13:00"))
STUBBORN = TicketFacts(
    ticket_id="2", solved_at=(at("11:00"), at("12:00"), at("13:00")), reopens=2, status=StatusCategory.OPEN
)


class TestReopenRate:
    def test_by_tickets_and_by_events(self) -> None:
        assert Ratio(1, 2) == reopen_rate([CALM, STUBBORN]).ratio
        assert Ratio(2, 4) == reopen_rate([CALM, STUBBORN], counting="events").ratio

    def test_closed_without_having_been_solved_counts(self) -> None:
        closed = facts_of(status("closed", "12:00"), status("open", "13:00"))
        assert Ratio(1, 1) == reopen_rate([closed]).ratio

    @pytest.mark.parametrize(
        ("row", "missing"),
        [
            ({"solved_at": (at("11:00"),)}, "no-reopen-count"),
            ({"reopens": 0, "solved_at": ()}, "not-resolved"),
            ({"reopens": 0}, "no-resolution-time"),
        ],
    )
    def test_unknown_is_missing(self, row: dict[str, object], missing: str) -> None:
        found = reopen_rate([TicketFacts(ticket_id="1", **row)])  # type: ignore[arg-type]
        assert (None, {missing: 1}) == (found.value, found.missing)

    @pytest.mark.parametrize(
        ("reopens", "status_now", "ratio"),
        [
            (3, StatusCategory.RESOLVED, Ratio(0, 0)),
            (1, StatusCategory.RESOLVED, Ratio(0, 0)),
            (1, StatusCategory.OPEN, Ratio(1, 1)),
        ],
    )
    def test_events_need_every_solve(self, reopens: int, status_now: StatusCategory, ratio: Ratio) -> None:
        row = TicketFacts(ticket_id="1", solved_at=(at("11:00"),), reopens=reopens, status=status_now)
        assert ratio == reopen_rate([row], counting="events").ratio
        assert Ratio(1, 1) == reopen_rate([row]).ratio

    @pytest.mark.parametrize(
        "facts",
        [
            facts_of(status("resolved", "12:00"), created=None),
            facts_of(status("closed", "12:00"), created=None),
            facts_of(status("cancelled", "11:00"), status("resolved", "12:00")),
        ],
    )
    def test_a_solve_without_a_life_is_a_solve(self, facts: TicketFacts) -> None:
        assert Ratio(0, 1) == reopen_rate([facts]).ratio

    def test_an_open_ticket_was_never_solved(self) -> None:
        assert reopen_rate([facts_of()]).missing == {"not-resolved": 1}

    def test_unknown_option(self) -> None:
        with pytest.raises(InvalidValueError, match="possible: tickets, events"):
            reopen_rate([], counting="both")
