from __future__ import annotations

import math
import warnings
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import SurvivalBand, kaplan_meier

FREIREICH = [
    (6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0), (19, 0),
    (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0),
]  # fmt: skip
FOLLOWED = st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=60)
SHARES = st.sampled_from([0.1, 0.25, 1 / 3, 0.5, 0.75, 0.9])


def columns(followed: list[tuple[int, Any]]) -> tuple[list[float], list[bool]]:
    return [float(took) for took, _ in followed], [bool(flag) for _, flag in followed]


def exactly(followed: list[tuple[int, bool]]) -> dict[int, Fraction]:
    """The product limit as it is written down, in fractions: slow and obvious."""
    share, curve = Fraction(1), {}
    for time in sorted({took for took, flag in followed if flag}):
        at_risk = sum(took >= time for took, _ in followed)
        ended = sum(took == time and bool(flag) for took, flag in followed)
        share *= Fraction(at_risk - ended, at_risk)
        curve[time] = share
    return curve


class TestKaplanMeier:
    def test_freireich(self) -> None:
        found = kaplan_meier(*columns(FREIREICH))
        shares = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
        assert pytest.approx(shares, abs=5e-5) == {step.after: step.open_share for step in found.steps}
        assert (found.median, found.n, found.ended, found.longest) == (23, 21, 9, 35)

    def test_a_half_is_a_half(self) -> None:
        """S(3) = 5/6 * 4/5 * 3/4 = 1/2; lifelines has a float a little above it, and the median 4."""
        found = kaplan_meier([1, 2, 3, 4, 10, 10], [True] * 4 + [False] * 2)
        assert (found.median, found.open_share(3)) == (3, 0.5)

    @pytest.mark.parametrize(("q", "expected"), [(0.1, 1), (0.3, 3), (0.9, 9), (0.91, 10)])
    def test_nine_tenths_are_nine_tenths(self, q: float, expected: float) -> None:
        """Of ten, nine have ended with the ninth; the float 0.9 is a little more than nine tenths."""
        assert expected == kaplan_meier(range(1, 11), [True] * 10).quantile(q)

    @pytest.mark.parametrize(
        ("followed", "median"),
        [([], None), ([(5, 0)], None), ([(5, 1)], 5), ([(1, 1), (2, 0)], 1), ([(1, 1), (2, 0), (3, 0)], None)],
    )
    def test_median_or_none(self, followed: list[tuple[int, int]], median: float | None) -> None:
        assert median == kaplan_meier(*columns(followed)).median

    def test_beyond_the_longest_nobody_knows(self) -> None:
        found = kaplan_meier([1, 4], [True, False])
        assert [found.open_share(after) for after in (0, 1, 4, 5)] == [1.0, 0.5, 0.5, None]
        assert kaplan_meier([1], [True]).open_share(99) == 0.0
        assert kaplan_meier([], []).open_share(0) is None

    def test_what_cannot_be_is_told(self) -> None:
        found = kaplan_meier([timedelta(hours=-1), None, timedelta(hours=2)], [True, True, True])
        assert (found.n, found.missing, found.rejected) == (1, {"no-value": 1}, {"negative-duration": 1})
        assert found.median == timedelta(hours=2)
        assert str(found) == ("median 2:00:00, 1 ended; n 1; missing 1 (no-value 1); rejected 1 (negative-duration 1)")

    @pytest.mark.parametrize("ended", [[True], [True, None], [True, 2], [True, "yes"]])
    def test_each_ended_or_not(self, ended: Any) -> None:
        with pytest.raises(InvalidValueError, match="yes or no"):
            kaplan_meier([1, 2], ended)

    @pytest.mark.parametrize("q", [0, 1, 50, math.nan])
    def test_refuses_shares_that_are_none(self, q: float) -> None:
        with pytest.raises(InvalidValueError, match="90th"):
            kaplan_meier([1], [True]).quantile(q)

    @given(FOLLOWED)
    def test_equals_the_product_in_fractions(self, followed: list[tuple[int, bool]]) -> None:
        found = kaplan_meier(*columns(followed))
        expected = {float(time): float(share) for time, share in exactly(followed).items()}
        assert pytest.approx(expected, rel=1e-12) == {step.after: step.open_share for step in found.steps}

    @given(FOLLOWED, SHARES)
    def test_quantiles_are_exact(self, followed: list[tuple[int, bool]], q: float) -> None:
        reached = [time for time, share in exactly(followed).items() if share <= 1 - Fraction(str(q))]
        assert (min(reached) if reached else None) == kaplan_meier(*columns(followed)).quantile(q)

    @given(FOLLOWED)
    def test_never_rises_and_each_ends_once(self, followed: list[tuple[int, bool]]) -> None:
        found = kaplan_meier(*columns(followed))
        shares = [1.0, *(step.open_share for step in found.steps)]
        assert shares == sorted(shares, reverse=True)
        assert found.ended == sum(step.ended for step in found.steps) == sum(flag for _, flag in followed)

    @given(FOLLOWED, st.sampled_from(list(SurvivalBand)))
    def test_the_band_holds_the_share(self, followed: list[tuple[int, bool]], band: SurvivalBand) -> None:
        for step in kaplan_meier(*columns(followed), band=band).steps:
            assert (step.interval is None) is (step.open_share == 0)
            if step.interval is not None:
                assert 0 <= step.interval.low <= step.open_share <= step.interval.high <= 1

    @given(FOLLOWED.filter(bool))
    def test_equals_statsmodels(self, followed: list[tuple[int, bool]]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # statsmodels divides by 0 where the last one ends
            oracle = SurvfuncRight(*columns(followed))
        found = kaplan_meier(*columns(followed), band="plain")
        assert pytest.approx(list(oracle.surv_prob)) == [step.open_share for step in found.steps]
        for step, error in zip(found.steps, oracle.surv_prob_se, strict=True):
            if step.interval is not None:
                spread = 1.959963984540054 * error
                expected = max(0, step.open_share - spread), min(1, step.open_share + spread)
                assert pytest.approx(expected, abs=1e-9) == (step.interval.low, step.interval.high)

    def test_a_hundred_thousand_tickets(self) -> None:
        took = [float(i * 7919 % 100_003) for i in range(100_000)]
        found = kaplan_meier(took, [i % 3 > 0 for i in range(100_000)])
        assert found.median is not None
        assert pytest.approx(0.5, abs=1e-4) == found.open_share(found.median)


class TestSurvivalBand:
    def test_ends_of_the_median_are_where_the_band_crosses_a_half(self) -> None:
        found = kaplan_meier(*columns(FREIREICH))
        assert found.median_ends == (13.0, None)
