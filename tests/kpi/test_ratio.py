from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import Ratio, mean

EXACT = st.integers(0, 10**9) | st.fractions(0, 10**6) | st.decimals(0, 10**6, places=3)
RATIOS = st.builds(Ratio, EXACT, EXACT)


class TestRatio:
    def test_more_than_a_float_can_hold(self) -> None:
        huge = Ratio(10**400, 1)
        with pytest.raises(InvalidValueError, match="read exact"):
            _ = huge.value
        assert huge.exact == 10**400
        assert str(huge).endswith("(more than a float can hold)")
        assert str(Ratio(Fraction(10**400, 3), 1)) == "about 10**399/1 (more than a float can hold)"

    @pytest.mark.parametrize(
        ("numerator", "denominator", "value", "shown"),
        [
            (8, 10, 0.8, "8/10 (80.0%)"),
            (0, 10, 0.0, "0/10 (0.0%)"),
            (0, 0, None, "0/0 (no value)"),
            (5, 0, None, "5/0 (no value)"),
            (200, 10, 20.0, "200/10 (2000.0%)"),
            (Decimal("12.5"), 100, 0.125, "12.5/100 (12.5%)"),
            (Fraction(1, 4), Decimal("0.5"), 0.5, "0.25/0.5 (50.0%)"),
        ],
    )
    def test_value_and_text(
        self, numerator: int | Decimal | Fraction, denominator: int | Decimal, value: float | None, shown: str
    ) -> None:
        ratio = Ratio(numerator, denominator)
        assert (value, shown) == (ratio.value, str(ratio))

    @pytest.mark.parametrize(
        "number", [-1, Decimal("-0.01"), Fraction(-1, 3), float("nan"), 0.5, Decimal("NaN"), Decimal("Infinity"), True]
    )
    def test_refused_numbers(self, number: int) -> None:
        for field, pair in (("numerator", (number, 10)), ("denominator", (10, number))):
            with pytest.raises(InvalidValueError) as caught:
                Ratio(*pair)
            assert f"Ratio.{field}" == caught.value.field

    def test_whole_decimals_equal_whole_numbers(self) -> None:
        assert Ratio(8, 10) == Ratio(Decimal("8.00"), Fraction(10))
        assert len({Ratio(8, 10), Ratio(Decimal(8), 10)}) == 1

    def test_value_is_exact_until_the_last_step(self) -> None:
        assert Fraction(1, 3) == Ratio(Decimal("0.1"), Decimal("0.3")).exact
        assert Ratio(10**40, 3 * 10**40).value == 1 / 3

    def test_pool_is_not_the_mean_of_rates(self) -> None:
        groups = [Ratio(9, 10), Ratio(10, 100)]
        assert Fraction(19, 110) == Ratio.sum(groups).exact
        assert mean([0.9, 0.1]) == 0.5

    def test_groups_may_all_lead_and_the_pool_trail(self) -> None:
        """Simpson: each group of the first is better than the second's, the pools say the contrary."""
        first, second = [Ratio(81, 87), Ratio(192, 263)], [Ratio(234, 270), Ratio(55, 80)]
        assert all((a.exact or 0) > (b.exact or 0) for a, b in zip(first, second, strict=True))
        assert (Ratio.sum(first).exact or 0) < (Ratio.sum(second).exact or 0)

    def test_complement_needs_a_part(self) -> None:
        assert Ratio(2, 10) == Ratio(8, 10).complement
        assert Ratio(0, 0) == Ratio(0, 0).complement
        with pytest.raises(InvalidValueError, match="part of a whole"):
            _ = Ratio(11, 10).complement

    def test_adds_only_ratios(self) -> None:
        with pytest.raises(TypeError):
            _ = Ratio(1, 2) + 1  # type: ignore[operator]

    @given(RATIOS, RATIOS)
    def test_pooling_commutes(self, one: Ratio, other: Ratio) -> None:
        assert one + other == other + one

    @given(RATIOS, RATIOS, RATIOS)
    def test_pooling_associates(self, one: Ratio, two: Ratio, three: Ratio) -> None:
        assert (one + two) + three == one + (two + three)

    @given(RATIOS)
    def test_nothing_is_the_identity(self, ratio: Ratio) -> None:
        assert ratio == ratio + Ratio(0, 0)

    @given(st.lists(RATIOS))
    def test_sum_is_repeated_addition(self, ratios: list[Ratio]) -> None:
        total = Ratio(0, 0)
        for ratio in ratios:
            total = ratio + total
        assert total == Ratio.sum(ratios)

    @given(st.integers(0, 1000), st.integers(1, 1000))
    def test_complement_and_part_make_one(self, part: int, rest: int) -> None:
        ratio = Ratio(part, part + rest)
        assert (ratio.exact or 0) + (ratio.complement.exact or 0) == 1
