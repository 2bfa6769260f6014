from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import Ranks, asa, interval_ranks, median, median_interval, quantile_interval

LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


class TestIntervalRanks:
    @pytest.mark.parametrize(
        ("n", "q", "confidence", "expected"),
        [
            (20, 0.5, 0.95, (6, 15)),
            (0, 0.5, 0.95, None),
            (5, 0.5, 0.95, None),
            (5, 0.5, 0.9375, (1, 5)),  # exactly 1 - 2/32: a float that errs must not refuse it
            (3, 0.5, 0.75, (1, 3)),
            (7, 0.5, 0.875, (2, 6)),
            (2, 0.5, 0.5, (1, 2)),
            (6, 0.5, 0.95, (1, 6)),
            (10, 0.9, 0.95, None),
            (100, 0.9, 0.95, (84, 96)),
            (10_000_000, 0.5, 0.95, (4_996_901, 5_003_100)),
        ],
    )
    def test_ranks(self, n: int, q: float, confidence: float, expected: tuple[int, int] | None) -> None:
        ranks = interval_ranks(n, q=q, confidence=confidence)
        assert expected == (ranks and ranks[:2])

    @given(st.integers(1, 20_000), st.sampled_from([0.1, 0.25, 0.5, 0.9, 0.99]), LEVELS)
    def test_equals_scipy(self, n: int, q: float, confidence: float) -> None:
        tail = (1 - confidence) / 2
        low, high = int(stats.binom.ppf(tail, n, q)), int(stats.binom.isf(tail, n, q)) + 1
        expected = (low, high) if 1 <= low < high <= n else None
        ranks = interval_ranks(n, q=q, confidence=confidence)
        if ranks is None or ranks[:2] != expected:
            # Only where a tail is exactly the rest do roundings decide.
            ties = [stats.binom.cdf(low - 1, n, q), stats.binom.cdf(low, n, q), stats.binom.sf(high - 1, n, q)]
            assert expected == (ranks and ranks[:2]) or any(pytest.approx(tail, rel=1e-9) == tie for tie in ties)
        else:
            coverage = stats.binom.cdf(high - 1, n, q) - stats.binom.cdf(low - 1, n, q)
            assert pytest.approx(coverage, abs=1e-9) == ranks.coverage

    @given(st.integers(0, 3000), st.floats(0.01, 0.99), LEVELS)
    def test_covers_at_least_what_it_says(self, n: int, q: float, confidence: float) -> None:
        ranks = interval_ranks(n, q=q, confidence=confidence)
        assert ranks is None or ranks.coverage >= confidence - 1e-9

    @given(st.integers(6, 3000), LEVELS)
    def test_of_the_median_are_symmetric(self, n: int, confidence: float) -> None:
        ranks = interval_ranks(n, confidence=confidence)
        assert ranks is None or ranks.low + ranks.high == n + 1

    @pytest.mark.parametrize("q", [0, 1, 50, math.nan, None])
    def test_refuses_shares_that_are_none(self, q: Any) -> None:
        with pytest.raises(InvalidValueError, match="q must be between 0 and 1"):
            interval_ranks(10, q=q)

    @pytest.mark.parametrize("n", [-1, 2.5, True])
    def test_refuses_counts_that_are_none(self, n: Any) -> None:
        with pytest.raises(InvalidValueError, match="whole number"):
            interval_ranks(n)


class TestQuantileInterval:
    def test_of_nothing(self) -> None:
        found = quantile_interval([None, None], 0.9)
        assert (found.value, found.interval, found.ranks, found.n) == (None, None, None, 0)
        assert str(found) == "0.9 quantile: no value, no interval; n 0; missing 2 (no-value 2)"

    def test_of_too_few(self) -> None:
        found = median_interval([1, 2, 3])
        assert (found.value, found.interval) == (2.0, None)

    def test_of_durations(self) -> None:
        found = median_interval([timedelta(seconds=each) for each in range(20)])
        assert found.interval is not None
        assert found.ranks == pytest.approx(Ranks(6, 15, 0.958611), abs=1e-6)
        assert (found.interval.low, found.interval.high) == (timedelta(seconds=5), timedelta(seconds=14))
        assert found.value == timedelta(seconds=9.5)

    @pytest.mark.parametrize("values", [[1, timedelta(1)], [math.nan], ["1"], [10**400]])
    def test_refuses_what_is_no_sample(self, values: list[Any]) -> None:
        with pytest.raises(InvalidValueError):
            quantile_interval(values)

    @given(st.lists(st.integers(-100, 100), min_size=6, max_size=80))
    def test_the_median_lies_inside(self, values: list[int]) -> None:
        found = median_interval([float(value) for value in values])
        assert found.interval is not None
        assert found.value is not None
        assert found.value == median(values)
        assert found.value in found.interval

    @given(st.lists(st.integers(-100, 100), min_size=6, max_size=80))
    def test_more_confidence_is_no_narrower(self, values: list[int]) -> None:
        widths = [median_interval(values, confidence=level).interval for level in (0.5, 0.8, 0.95)]
        known = [interval.width for interval in widths if interval is not None]
        assert sorted(known) == known

    def test_of_a_summary_tells_what_it_left_out(self) -> None:
        waits = asa([timedelta(seconds=each) for each in (*range(1, 21),)])
        assert waits.interval(0.5).interval == median_interval(waits.values).interval
        assert waits.interval().missing == waits.missing
