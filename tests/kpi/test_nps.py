from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from csprotocol.errors import InvalidValueError, OutOfScaleError
from csprotocol.kpi import NetPromoterScore, Ratio, nps, round_points

SCORES = st.lists(st.none() | st.integers(0, 10), max_size=40)


class TestNps:
    @pytest.mark.parametrize("rating", ["5", Decimal("NaN"), Decimal("7.5"), [9]])
    def test_what_is_no_whole_number_is_not_on_the_scale(self, rating: Any) -> None:
        with pytest.raises(OutOfScaleError):
            nps([rating])
        assert nps([rating, 9], out_of_scale="reject") == NetPromoterScore(1, 0, 0, rejected=1)

    @pytest.mark.parametrize(
        ("ratings", "value"),
        [
            ([10, 9, 8, 3], 25.0),
            ([9, 6], 0.0),
            ([7, 8], 0.0),
            ([0], -100.0),
            (list(range(11)), pytest.approx(-45.454545, abs=1e-6)),
            ([], None),
            ([None], None),
            ([10.0], 100.0),
        ],
    )
    def test_value(self, ratings: list[int | None], value: float | None) -> None:
        assert value == nps(ratings).value

    @pytest.mark.parametrize("rating", [-1, 11, 8.5, math.nan, math.inf, True])
    def test_out_of_scale_raises_or_is_counted(self, rating: float) -> None:
        with pytest.raises(OutOfScaleError, match="whole number from 0 to 10"):
            nps([rating])
        found = nps([rating, 10], out_of_scale="reject")
        assert (found.value, found.n, found.rejected) == (100.0, 1, 1)

    @given(SCORES, SCORES)
    def test_pooling_is_the_score_of_the_union(self, one: list[int | None], other: list[int | None]) -> None:
        assert nps(one) + nps(other) == nps([*one, *other])

    @given(SCORES)
    def test_an_unanswered_survey_changes_nothing(self, ratings: list[int | None]) -> None:
        assert nps(ratings).exact == nps([*ratings, None]).exact


class TestNetPromoterScore:
    @pytest.mark.parametrize(
        ("counts", "value", "error"),
        [
            ((60, 25, 15), 45.0, 7.399324),
            ((10, 0, 0), 100.0, 0.0),
            ((0, 0, 4), -100.0, 0.0),
            ((162, 108, 54), 100 / 3, 100 * math.sqrt(5 / 9 / 324)),
        ],
    )
    def test_value_and_standard_error(self, counts: tuple[int, int, int], value: float, error: float) -> None:
        score = NetPromoterScore(*counts)
        assert value == score.value
        assert pytest.approx(error, abs=1e-6) == score.standard_error

    def test_nobody_has_no_score(self) -> None:
        score = NetPromoterScore(0, 0, 0, unanswered=3)
        assert (score.value, score.standard_error, score.rounded()) == (None, None, None)
        assert str(score) == "Net promoter score: no value; n 0; missing 3 (no-answer 3)"
        assert Ratio(0, 3) == score.response_rate

    @pytest.mark.parametrize("field", ["promoters", "passives", "detractors", "unanswered", "rejected"])
    @pytest.mark.parametrize("count", [-1, 1.5, True])
    def test_counts_are_whole(self, field: str, count: int) -> None:
        counts: dict[str, int] = {"promoters": 1, "passives": 1, "detractors": 1, field: count}
        with pytest.raises(InvalidValueError, match=field):
            NetPromoterScore(**counts)

    def test_explain(self) -> None:
        assert "60 promoters, 25 passives, 15 detractors" in NetPromoterScore(60, 25, 15).explain()

    @given(SCORES)
    def test_stays_between_the_ends(self, ratings: list[int | None]) -> None:
        score = nps(ratings)
        assert score.exact is None or -100 <= score.exact <= 100


class TestInterval:
    @pytest.mark.parametrize(
        ("counts", "low", "high"),
        [
            ((162, 108, 54), 24.9453, 41.1098),
            ((60, 25, 15), 29.3431, 58.0355),
            ((0, 0, 1), -98.4986, 48.4986),
            ((10, 0, 0), 47.5036, 100.0),  # 106.3 without the end of the scale
            ((0, 0, 10), -100.0, -47.5036),
        ],
    )
    def test_adjusted_wald(self, counts: tuple[int, int, int], low: float, high: float) -> None:
        found = NetPromoterScore(*counts).interval()
        assert found is not None
        assert pytest.approx((low, high), abs=1e-3) == (found.low, found.high)

    def test_nobody_has_none(self) -> None:
        assert nps([None]).interval() is None

    @given(st.tuples(*[st.integers(0, 400)] * 3).filter(any), st.sampled_from([0.8, 0.95, 0.99]))
    def test_equals_the_weighted_mean_of_one_zero_and_minus_one(
        self, counts: tuple[int, int, int], confidence: float
    ) -> None:
        """A second way: mean and error of +1, 0, -1 weighted by the counts and 3/4, 3/2 and 3/4 more."""
        weights = np.add(counts, (0.75, 1.5, 0.75))
        places = np.array([1, 0, -1])
        centre = np.average(places, weights=weights)
        error = math.sqrt(np.average((places - centre) ** 2, weights=weights) / weights.sum())
        expected = stats.norm.interval(confidence, loc=100 * centre, scale=100 * error)
        found = NetPromoterScore(*counts).interval(confidence=confidence)
        assert found is not None
        assert pytest.approx(np.clip(expected, -100, 100)) == (found.low, found.high)


class TestRoundPoints:
    @pytest.mark.parametrize(
        ("points", "half_even", "half_up", "half_up_away"),
        [
            (45.5, 46, 46, 46),
            (44.5, 44, 45, 45),
            (-0.5, 0, 0, -1),
            (-1.5, -2, -1, -2),
            (0.49, 0, 0, 0),
            (Fraction(-100, 3), -33, -33, -33),
        ],
    )
    def test_where_the_half_goes(self, points: float, half_even: int, half_up: int, half_up_away: int) -> None:
        found = tuple(round_points(points, how=how) for how in ("half_even", "half_up", "half_up_away"))
        assert (half_even, half_up, half_up_away) == found

    def test_refuses_nan(self) -> None:
        with pytest.raises(InvalidValueError, match="finite"):
            round_points(math.nan)
