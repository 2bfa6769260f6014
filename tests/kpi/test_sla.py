from __future__ import annotations

import pytest

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import Ratio, SlaAttainment, sla_attainment, sla_attainment_of
from csprotocol.model import TicketFacts


class TestSlaAttainment:
    @pytest.mark.parametrize(
        ("counts", "completed", "of_all"),
        [
            ({"met": 90, "missed": 8, "running": 2}, Ratio(90, 98), Ratio(90, 100)),
            ({"met": 90, "missed": 8, "running": 2, "overdue": 1}, Ratio(90, 99), Ratio(90, 100)),
            ({"met": 0, "missed": 0, "running": 5}, Ratio(0, 0), Ratio(0, 5)),
            ({"met": 0, "missed": 0}, Ratio(0, 0), Ratio(0, 0)),
        ],
    )
    def test_two_denominators(self, counts: dict[str, int], completed: Ratio, of_all: Ratio) -> None:
        found = sla_attainment(**counts)
        assert (completed, of_all, completed.value) == (found.completed, found.all, found.value)

    def test_pools(self) -> None:
        assert SlaAttainment(3, 1, 2, 1) == SlaAttainment(1, 0, 1, 0) + SlaAttainment(2, 1, 1, 1)

    @pytest.mark.parametrize("counts", [{"overdue": 1}, {"running": -1}, {"running": 0.5}])
    def test_refusals(self, counts: dict[str, int]) -> None:
        with pytest.raises(InvalidValueError, match="SlaAttainment"):
            sla_attainment(met=1, missed=1, **counts)


class TestSlaAttainmentOf:
    def test_a_missing_verdict_is_not_a_miss(self) -> None:
        tickets = [TicketFacts(ticket_id=str(i), sla_met=met) for i, met in enumerate([True, False, None])]
        found = sla_attainment_of(tickets)
        assert (Ratio(1, 2), {"no-verdict": 1}) == (found.ratio, found.missing)
