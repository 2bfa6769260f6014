from __future__ import annotations

import pytest

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import Ratio, automation_rate, deflection, self_service_score


class TestDeflection:
    def test_of_all_who_needed_help(self) -> None:
        assert Ratio(80, 100) == deflection(self_served=80, contacts=20)
        assert deflection(0, 0).value is None

    @pytest.mark.parametrize(("served", "contacts"), [(-1, 2), (1, -2), (0.5, 1)])
    def test_refusals(self, served: int, contacts: int) -> None:
        with pytest.raises(InvalidValueError):
            deflection(served, contacts)


class TestSelfServiceScore:
    def test_four_to_one(self) -> None:
        assert (self_service_score(400, 100).value, self_service_score(400, 0).value) == (4.0, None)


class TestAutomationRate:
    def test_handed_over_and_spam(self) -> None:
        assert Ratio(30, 100) == automation_rate(30, 100)
        assert Ratio(25, 100) == automation_rate(30, 110, handed_over=5, spam=10)
        assert automation_rate(0, 0).value is None

    @pytest.mark.parametrize(
        ("counts", "options"),
        [((101, 100), {}), ((30, 100), {"handed_over": 31}), ((30, 100), {"spam": 101}), ((30, 100), {"spam": 71})],
    )
    def test_parts_fit_their_wholes(self, counts: tuple[int, int], options: dict[str, int]) -> None:
        with pytest.raises(InvalidValueError, match="at most"):
            automation_rate(*counts, **options)
