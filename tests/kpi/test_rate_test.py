from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportions_ztest

from csprotocol.kpi import Ratio, rate_test

COUNTS = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


class TestRateTest:
    def test_worked(self) -> None:
        found = rate_test(Ratio(95, 100), Ratio(80, 100))
        assert pytest.approx((3.20713, 0.00134064), abs=1e-5) == (found.z, found.p)
        assert rate_test(Ratio(80, 100), Ratio(95, 100)).z == pytest.approx(-3.20713, abs=1e-5)

    @pytest.mark.parametrize(
        ("a", "b"), [(Ratio(0, 0), Ratio(1, 2)), (Ratio(2, 2), Ratio(3, 3)), (Ratio(0, 2), Ratio(0, 3))]
    )
    def test_without_an_error_to_count_in(self, a: Ratio, b: Ratio) -> None:
        assert rate_test(a, b)[:2] == (None, None)

    @given(COUNTS, COUNTS)
    def test_equals_statsmodels(self, a: tuple[int, int], b: tuple[int, int]) -> None:
        found = rate_test(Ratio(*a), Ratio(*b))
        if found.z is not None:
            expected = proportions_ztest([a[0], b[0]], [a[1], b[1]])
            assert pytest.approx(expected, rel=1e-9, abs=1e-12) == (found.z, found.p)
