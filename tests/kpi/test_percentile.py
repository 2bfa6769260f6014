from __future__ import annotations

import math
import statistics
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import PercentileMethod, mean, median, percentile

FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=32)
SHARES = st.floats(0, 1) | st.integers(0, 100).map(lambda percent: percent / 100)


class TestPercentile:
    @pytest.mark.parametrize("values", [[None], ["1"], [10**400], [math.nan]])
    def test_values_are_finite_numbers(self, values: list[Any]) -> None:
        for statistic in (mean, median):
            with pytest.raises(InvalidValueError, match="a finite number"):
                statistic(values)

    @pytest.mark.parametrize("q", ["0.5", None, math.nan])
    def test_the_share_is_a_number(self, q: Any) -> None:
        with pytest.raises(InvalidValueError, match="a share from 0 to 1"):
            percentile([1], q)

    @pytest.mark.parametrize(
        ("values", "q", "linear", "inverted_cdf", "nearest"),
        [
            ([1, 2, 3, 4, 100], 0.9, 61.6, 100, 100),
            ([100, 4, 3, 2, 1], 0.5, 3, 3, 3),
            ([1, 2], 0.5, 1.5, 1, 1),
            ([1, 2, 3, 4], 0.5, 2.5, 2, 3),  # rank 1.5 goes to the even rank 2
            ([7], 0.0, 7, 7, 7),
            ([7, 9], 1.0, 9, 9, 9),
            ([7, 9], 0.0, 7, 7, 7),
        ],
    )
    def test_methods(self, values: list[float], q: float, linear: float, inverted_cdf: float, nearest: float) -> None:
        found = {name: percentile(values, q, method=name) for name in ("linear", "inverted_cdf", "nearest")}
        expected = {"linear": linear, "inverted_cdf": inverted_cdf, "nearest": nearest}
        assert pytest.approx(expected, abs=1e-12) == found

    @pytest.mark.parametrize("method", list(PercentileMethod))
    def test_none_of_nothing(self, method: PercentileMethod) -> None:
        assert percentile([], 0.5, method=method) is None

    @pytest.mark.parametrize("q", [-0.1, 1.1, 90, math.nan])
    def test_refuses_shares_outside(self, q: float) -> None:
        with pytest.raises(InvalidValueError, match="q must be a share from 0 to 1"):
            percentile([1], q)

    @pytest.mark.parametrize("value", [math.nan, math.inf])
    def test_refuses_values_that_are_none(self, value: float) -> None:
        with pytest.raises(InvalidValueError, match="finite"):
            percentile([1, value], 0.5)

    def test_refuses_unknown_methods_and_names_the_nearest(self) -> None:
        with pytest.raises(InvalidValueError, match="did you mean nearest"):
            percentile([1], 0.5, method="neares")

    @pytest.mark.parametrize("method", list(PercentileMethod))
    @given(values=st.lists(FLOATS, min_size=1, max_size=40), q=SHARES)
    def test_equals_numpy(self, method: PercentileMethod, values: list[float], q: float) -> None:
        expected = float(np.quantile(np.array(values, dtype=float), q, method=method.value))
        assert expected == percentile(values, q, method=method)

    @pytest.mark.parametrize("method", list(PercentileMethod))
    @given(values=st.lists(FLOATS, min_size=1, max_size=40), q=SHARES)
    def test_stays_between_the_ends(self, method: PercentileMethod, values: list[float], q: float) -> None:
        found = percentile(values, q, method=method)
        assert found is not None
        assert min(values) <= found <= max(values)


class TestPercentileMethod:
    def test_types_of_r(self) -> None:
        assert [PercentileMethod.of_r_type(number).r_type for number in range(1, 10)] == list(range(1, 10))
        with pytest.raises(InvalidValueError, match="number"):
            PercentileMethod.of_r_type(10)

    def test_the_example_of_r(self) -> None:
        """``quantile(c(1, 2, 4, 8, 16), 0.3, type = 1:9)`` by the formulas of ``?quantile``, worked by hand."""
        found = [
            percentile([1, 2, 4, 8, 16], 0.3, method=PercentileMethod.of_r_type(number)) for number in range(1, 10)
        ]
        assert pytest.approx([2, 2, 2, 1.5, 2, 1.8, 2.4, 1 + 14 / 15, 1.95]) == found


class TestMedian:
    @given(st.lists(st.integers(-1000, 1000), min_size=1))
    def test_is_the_textbook_median(self, values: list[int]) -> None:
        assert statistics.median(values) == median(values)

    def test_none_of_nothing(self) -> None:
        assert median([]) is None


class TestMean:
    @pytest.mark.parametrize(
        ("values", "expected"), [([], None), ([1, 2, 3, 4, 100], 22.0), ([1e16, 1.0, -1e16], 1 / 3)]
    )
    def test_is_summed_without_rounding(self, values: list[float], expected: float | None) -> None:
        assert expected == mean(values)

    def test_refuses_nan(self) -> None:
        with pytest.raises(InvalidValueError, match="finite"):
            mean([math.nan])
