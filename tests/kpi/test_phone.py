from __future__ import annotations

from datetime import timedelta

import pytest

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import Ratio, ServiceLevel, abandonment, aht, asa, service_level

SECOND = timedelta(seconds=1)


class TestAht:
    def test_talk_hold_and_wrap(self) -> None:
        assert aht(talk=300 * SECOND, hold=60 * SECOND, wrap=90 * SECOND, handled=3) == 150 * SECOND
        assert aht(talk=300 * SECOND, handled=3) == 100 * SECOND

    def test_a_bare_number_has_no_unit(self) -> None:
        with pytest.raises(InvalidValueError, match="talk must be a timedelta, got 5"):
            aht(talk=5, handled=1)  # type: ignore[arg-type]
        with pytest.raises(InvalidValueError, match="wait must be a timedelta"):
            asa([None])  # type: ignore[list-item]

    def test_none_without_contacts(self) -> None:
        assert aht(talk=SECOND, handled=0) is None

    @pytest.mark.parametrize("field", ["talk", "hold", "wrap"])
    def test_refuses_negative_time(self, field: str) -> None:
        spent = {"talk": SECOND, "hold": SECOND, "wrap": SECOND, field: -SECOND}
        with pytest.raises(InvalidValueError, match=field):
            aht(handled=1, **spent)


class TestAsa:
    def test_mean_of_answered(self) -> None:
        assert asa([10 * SECOND, 20 * SECOND, 30 * SECOND]).mean == 20 * SECOND

    def test_negative_waits_are_rejected(self) -> None:
        found = asa([10 * SECOND, -SECOND])
        assert (found.mean, found.rejected) == (10 * SECOND, {"negative-duration": 1})

    def test_none_without_answers(self) -> None:
        assert asa([]).mean is None


class TestAbandonment:
    def test_short_ones_leave_both_sides(self) -> None:
        assert Ratio(10, 100) == abandonment(10, 100)
        assert Ratio(6, 96) == abandonment(10, 100, short=4)
        assert abandonment(3, 3, short=3).value is None

    @pytest.mark.parametrize(("abandoned", "offered", "short"), [(11, 10, 0), (5, 10, 6), (-1, 10, 0), (1, 10, -1)])
    def test_refusals(self, abandoned: int, offered: int, short: int) -> None:
        with pytest.raises(InvalidValueError):
            abandonment(abandoned, offered, short=short)


class TestServiceLevel:
    def test_three_denominators(self) -> None:
        level = service_level(answered_within=72, answered=85, abandoned_within=5, abandoned=15)
        assert (Ratio(72, 100), Ratio(72, 85), Ratio(72, 95), 0.72) == (
            level.of_offered,
            level.of_answered,
            level.without_short_abandons,
            level.value,
        )

    def test_pools(self) -> None:
        assert ServiceLevel(3, 5, 1, 2) == ServiceLevel(1, 2, 1, 1) + ServiceLevel(2, 3, 0, 1)

    def test_none_without_calls(self) -> None:
        assert service_level(answered_within=0, answered=0).value is None

    @pytest.mark.parametrize(
        ("counts", "field"),
        [((2, 1, 0, 0), "answered_within"), ((1, 1, 2, 1), "abandoned_within"), ((0, -1, 0, 0), "answered")],
    )
    def test_parts_fit_their_wholes(self, counts: tuple[int, int, int, int], field: str) -> None:
        with pytest.raises(InvalidValueError, match=rf"ServiceLevel\.{field}"):
            ServiceLevel(*counts)
