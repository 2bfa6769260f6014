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

    def test_an_open_ticket_was_never_solved(self) -> None:
        assert reopen_rate([facts_of()]).missing == {"not-resolved": 1}

    def test_unknown_option(self) -> None:
        with pytest.raises(InvalidValueError, match="possible: tickets, events"):
            reopen_rate([], counting="both")
