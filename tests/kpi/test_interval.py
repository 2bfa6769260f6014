from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import CONFIDENCE, Interval, RateMethod, Ratio, csat, difference_interval, rate_interval

COUNTS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
ORACLES = {"wilson": "wilson", "agresti_coull": "agresti_coull", "clopper_pearson": "beta"}


def ends(found: Interval[float] | None) -> tuple[float, float]:
    assert found is not None
    return found.low, found.high


class TestRateInterval:
    @pytest.mark.parametrize(
        ("part", "whole", "low", "high"),
        [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0, 0.1611),
            (1, 29, 0.0061, 0.1718),
            (20, 20, 0.8389, 1),
        ],
    )
    def test_wilson_as_newcombe_prints_it(self, part: int, whole: int, low: float, high: float) -> None:
        found = rate_interval(Ratio(part, whole))
        assert pytest.approx((low, high), abs=5e-5) == ends(found)
        assert found is not None
        assert (found.method, found.n, found.confidence) == ("wilson", whole, CONFIDENCE)

    @pytest.mark.parametrize("method", list(RateMethod))
    def test_nothing_has_none(self, method: RateMethod) -> None:
        assert rate_interval(Ratio(0, 0), method=method) is None

    @pytest.mark.parametrize("method", list(RateMethod))
    @given(counts=COUNTS, confidence=LEVELS)
    def test_equals_statsmodels(self, method: RateMethod, counts: tuple[int, int], confidence: float) -> None:
        expected = proportion_confint(*counts, alpha=1 - confidence, method=ORACLES[method])
        found = rate_interval(Ratio(*counts), confidence=confidence, method=method)
        assert pytest.approx(expected, abs=1e-12) == ends(found)

    @pytest.mark.parametrize("method", list(RateMethod))
    @given(counts=COUNTS, confidence=LEVELS)
    def test_holds_the_rate_and_stays_on_the_scale(
        self, method: RateMethod, counts: tuple[int, int], confidence: float
    ) -> None:
        low, high = ends(rate_interval(Ratio(*counts), confidence=confidence, method=method))
        assert 0 <= low <= counts[0] / counts[1] <= high <= 1

    @given(COUNTS, LEVELS)
    def test_the_complement_mirrors(self, counts: tuple[int, int], confidence: float) -> None:
        low, high = ends(rate_interval(Ratio(*counts), confidence=confidence))
        other = ends(rate_interval(Ratio(*counts).complement, confidence=confidence))
        assert pytest.approx((1 - high, 1 - low), abs=1e-12) == other

    @pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.77, 0.99])
    def test_clopper_pearson_never_covers_less_than_it_says(self, share: float) -> None:
        n = 23
        covers = sum(
            stats.binom.pmf(part, n, share)
            for part in range(n + 1)
            if share in (rate_interval(Ratio(part, n), method="clopper_pearson") or ())
        )
        assert covers >= CONFIDENCE

    @pytest.mark.parametrize("rate", [Ratio(3, 2), Ratio(1, 3).inverse, Ratio(7, 2), Ratio(1, 10**400)])
    def test_refuses_what_is_no_part(self, rate: Ratio) -> None:
        with pytest.raises(InvalidValueError, match="so many of so many"):
            rate_interval(rate)

    @pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, math.nan, None, "0.95"])
    def test_refuses_levels_that_are_none(self, confidence: Any) -> None:
        with pytest.raises(InvalidValueError, match=r"0\.95 for 95%"):
            rate_interval(Ratio(0, 0), confidence=confidence)

    def test_refuses_an_unknown_method(self) -> None:
        with pytest.raises(InvalidValueError, match="did you mean wilson"):
            rate_interval(Ratio(1, 2), method="wilsen")

    def test_a_summary_is_a_rate(self) -> None:
        answers = csat([5, 5, 4, 3, 1])
        assert rate_interval(answers) == answers.interval() == rate_interval(Ratio(3, 5))


class TestDifferenceInterval:
    def test_as_newcombe_prints_it(self) -> None:
        assert pytest.approx((0.0524, 0.3339), abs=5e-5) == ends(difference_interval(Ratio(56, 70), Ratio(48, 80)))

    @pytest.mark.parametrize("pair", [(Ratio(0, 0), Ratio(1, 2)), (Ratio(1, 2), Ratio(0, 0))])
    def test_an_empty_sample_has_none(self, pair: tuple[Ratio, Ratio]) -> None:
        assert difference_interval(*pair) is None

    @given(COUNTS, COUNTS, LEVELS)
    def test_equals_statsmodels(self, a: tuple[int, int], b: tuple[int, int], confidence: float) -> None:
        expected = confint_proportions_2indep(*a, *b, method="newcomb", compare="diff", alpha=1 - confidence)
        found = difference_interval(Ratio(*a), Ratio(*b), confidence=confidence)
        assert pytest.approx(expected, abs=1e-9) == ends(found)

    @given(COUNTS, COUNTS)
    def test_the_other_way_round_is_the_negative(self, a: tuple[int, int], b: tuple[int, int]) -> None:
        low, high = ends(difference_interval(Ratio(*a), Ratio(*b)))
        assert pytest.approx((-high, -low)) == ends(difference_interval(Ratio(*b), Ratio(*a)))


class TestInterval:
    def test_holds_its_ends(self) -> None:
        found = Interval(0.25, 0.5, 0.95, "wilson", 9)
        assert 0.25 in found
        assert 0.5 in found
        assert 0.51 not in found
        assert found.width == 0.25
        assert str(found) == "0.2500 to 0.5000 (95%, wilson, n 9)"
