from __future__ import annotations

import math
import statistics
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import Ratio, RunRule, Signal, p_chart, p_limits, xmr

NUMBERS = st.lists(st.integers(-1000, 1000), min_size=2, max_size=60)
COUNTS = st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


class TestXmr:
    def test_limits(self) -> None:
        chart = xmr([39, 41, 41, 41, 43, 44, 41, 42, 40, 41, 44, 40])
        found = (chart.centre, chart.mr_bar, chart.lower, chart.upper)
        assert pytest.approx((41.416667, 1.727273, 36.822121, 46.011212), abs=1e-5) == found
        assert chart.range_limit == pytest.approx(3.268 * 19 / 11)
        assert chart.ranges[:3] == (None, 2.0, 0.0)

    @pytest.mark.parametrize("values", [[], [41], [None, 41, None], [41, None, 42]])
    def test_without_neighbours_no_limits(self, values: list[float | None]) -> None:
        chart = xmr(values)
        assert (chart.centre, chart.mr_bar, chart.lower, chart.upper, chart.range_limit) == (None,) * 5
        assert chart.signals == ()
        assert str(chart).startswith("no limits; 0 signals; n ")

    def test_a_gap_has_no_range(self) -> None:
        chart = xmr([1, 3, None, 103, 105])
        assert chart.ranges == (None, 2.0, None, None, 2.0)
        assert (chart.mr_bar, chart.n, chart.missing) == (2.0, 4, {"no-value": 1})

    def test_a_baseline_holds_the_later_ones(self) -> None:
        chart = xmr([10, 12, 10, 12, 10, 12, 40, 41], baseline=6)
        assert (chart.centre, chart.mr_bar) == (11.0, 2.0)
        assert [signal.last for signal in chart.signals] == [6, 7]

    def test_durations_and_the_lowest(self) -> None:
        minutes = [timedelta(minutes=each) for each in (5, 25, 10, 30)]
        assert xmr(minutes).lower == timedelta(minutes=17.5) - 2.66 * timedelta(seconds=55 / 3 * 60)
        assert xmr(minutes, lowest=timedelta(0)).lower == timedelta(0)

    def test_a_constant_has_limits_of_no_width(self) -> None:
        chart = xmr([7] * 20)
        assert (chart.lower, chart.upper, chart.signals) == (7, 7, ())

    @pytest.mark.parametrize("baseline", [-1, 2.5])
    def test_a_baseline_is_a_count(self, baseline: Any) -> None:
        with pytest.raises(InvalidValueError, match="baseline"):
            xmr([1, 2], baseline=baseline)

    def test_unknown_rules_are_refused_of_nothing_too(self) -> None:
        with pytest.raises(InvalidValueError, match="did you mean nelson"):
            xmr([], rules="nelsen")

    @given(NUMBERS)
    def test_equals_the_textbook(self, values: list[int]) -> None:
        chart = xmr(values)
        moving = statistics.fmean(abs(after - before) for before, after in pairwise(values))
        centre = statistics.fmean(values)
        expected = (centre, moving, centre - 2.66 * moving, centre + 2.66 * moving)
        assert pytest.approx(expected, abs=1e-9) == (chart.centre, chart.mr_bar, chart.lower, chart.upper)
        outside = [i for i, value in enumerate(values) if abs(value - centre) > 2.66 * moving + 1e-9]
        found = [each.last for each in chart.signals if each.rule is RunRule.BEYOND_LIMITS]
        assert set(outside) <= set(found)

    @pytest.mark.parametrize(("values", "lowest"), [([1, 2, 3], 2), ([timedelta(hours=1)] * 2, timedelta(hours=2))])
    def test_refuses_a_lowest_that_is_not(self, values: list[Any], lowest: Any) -> None:
        with pytest.raises(InvalidValueError, match="no more than the least value, 1"):
            xmr(values, lowest=lowest)


class TestPChart:
    def test_limits_by_count(self) -> None:
        chart = p_chart([Ratio(180, 200), Ratio(45, 50)])
        assert chart.centre == 0.9
        assert [p_limits(0.9, 200), p_limits(0.9, 50)] == [(point.lower, point.upper) for point in chart.points]

    def test_an_empty_rate_is_a_gap(self) -> None:
        chart = p_chart([Ratio(1, 2), Ratio(0, 0)])
        assert chart.points[1] == (0, None, None, None)
        assert (chart.n, chart.missing) == (1, {"no-value": 1})

    @pytest.mark.parametrize("rates", [[], [Ratio(0, 0)]])
    def test_of_nothing(self, rates: list[Ratio]) -> None:
        chart = p_chart(rates)
        assert (chart.centre, chart.n, chart.signals) == (None, 0, ())
        assert str(chart).startswith("no centre")

    def test_a_perfect_baseline_signals_the_first_failure(self) -> None:
        chart = p_chart([Ratio(9, 9), Ratio(9, 9), Ratio(8, 9)], baseline=2)
        assert [signal.last for signal in chart.signals] == [2]

    def test_refuses_what_is_no_rate_of_counts(self) -> None:
        with pytest.raises(InvalidValueError, match="so many of so many"):
            p_chart([Ratio(3, 2)])
        shares: Any = [0.5, None]
        with pytest.raises(InvalidValueError, match="a Ratio or a summary that has one"):
            p_chart(shares)

    @given(st.lists(COUNTS, max_size=30))
    def test_points_outside_are_told(self, counts: list[tuple[int, int]]) -> None:
        chart = p_chart([Ratio(*each) for each in counts])
        for i, point in enumerate(chart.points):
            if point.value is not None and point.lower is not None and point.upper is not None:
                assert 0 <= point.lower <= point.upper <= 1
                outside = point.value < point.lower - 1e-12 or point.value > point.upper + 1e-12
                assert not outside or Signal(RunRule.BEYOND_LIMITS, i, i) in chart.signals


class TestPLimits:
    @pytest.mark.parametrize(("centre", "n", "expected"), [(0.9, 0, None), (0.0, 5, (0, 0)), (0.5, 1, (0, 1))])
    def test_ends(self, centre: float, n: int, expected: tuple[float, float] | None) -> None:
        assert expected == p_limits(centre, n)

    @pytest.mark.parametrize("centre", [-0.1, 1.1, math.nan])
    def test_refuses_shares_that_are_none(self, centre: float) -> None:
        with pytest.raises(InvalidValueError, match="share"):
            p_limits(centre, 5)
