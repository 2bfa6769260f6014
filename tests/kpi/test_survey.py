from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError, OutOfScaleError
from csprotocol.kpi import (
    Ratio,
    SurveyMean,
    SurveyShare,
    ces,
    ces_share,
    csat,
    csat_balance,
    csat_good_bad,
    csat_mean,
    nps,
    survey_answers,
)
from csprotocol.model import TicketFacts

STARS = st.lists(st.none() | st.integers(1, 5), max_size=30)
Scalar = Callable[..., SurveyShare | SurveyMean]


class TestCsat:
    @pytest.mark.parametrize(
        ("ratings", "value", "n", "response"),
        [
            ([5, 5, 4, 3, 1], 0.6, 5, 1.0),
            ([None, None], None, 0, 0.0),
            ([], None, 0, None),
            ([5, None, None, None], 1.0, 1, 0.25),
            ([4.5, 3.9], 0.5, 2, 1.0),
            ([1], 0.0, 1, 1.0),
        ],
    )
    def test_top_two_boxes(
        self, ratings: list[int | None], value: float | None, n: int, response: float | None
    ) -> None:
        found = csat(ratings)
        assert (value, n, response) == (found.value, found.n, found.response_rate.value)

    @pytest.mark.parametrize(
        ("scale", "satisfied_from", "ratings", "ratio"),
        [
            ((1, 7), None, [7, 6, 5], Ratio(2, 3)),
            ((0, 10), None, [10, 9, 8], Ratio(2, 3)),
            ((1, 3), 3, [3, 2, 1], Ratio(1, 3)),
            ((1, 5), 5, [5, 4], Ratio(1, 2)),
            ((1, 5), 1, [5, 1], Ratio(2, 2)),
        ],
    )
    def test_other_scales_and_limits(
        self, scale: tuple[int, int], satisfied_from: int | None, ratings: list[int], ratio: Ratio
    ) -> None:
        assert ratio == csat(ratings, scale=scale, satisfied_from=satisfied_from).ratio

    @pytest.mark.parametrize("rating", ["5", Decimal("NaN"), [5], "five"])
    def test_what_is_no_number_is_not_on_the_scale(self, rating: Any) -> None:
        with pytest.raises(OutOfScaleError):
            csat([rating])
        assert csat([rating], out_of_scale="reject").rejected == {"out-of-scale": 1}

    def test_decimals_and_fractions(self) -> None:
        assert csat([Decimal("4.5"), Fraction(7, 2)]).ratio == Ratio(1, 2)

    def test_a_short_scale_has_no_sensible_top_two(self) -> None:
        with pytest.raises(InvalidValueError, match="satisfied_from must be named on a scale of 1 to 3"):
            csat([3], scale=(1, 3))

    @pytest.mark.parametrize("limit", [0, 6, math.nan, "4"])
    def test_the_limit_is_on_the_scale(self, limit: Any) -> None:
        with pytest.raises(InvalidValueError, match="between 1 and 5"):
            csat([3], satisfied_from=limit)

    @pytest.mark.parametrize("scale", [(5, 1), (3, 3), (1, math.inf), (1, 2, 3), (1,), None, ("1", "5")])
    def test_a_scale_has_two_ends(self, scale: Any) -> None:
        with pytest.raises(InvalidValueError, match="the lower first"):
            csat([], scale=scale)

    @pytest.mark.parametrize("function", [csat, csat_mean, ces, ces_share])
    @pytest.mark.parametrize("rating", [0, -1, 8, math.nan, math.inf, True])
    def test_out_of_scale_raises_or_is_counted(self, function: Scalar, rating: float) -> None:
        with pytest.raises(OutOfScaleError) as caught:
            function([rating])
        assert caught.value.code == "out-of-scale"
        found = function([rating, 5, None], out_of_scale="reject")
        assert (found.n, found.rejected, found.missing) == (1, {"out-of-scale": 1}, {"no-answer": 1})
        assert Ratio(1, 2) == found.response_rate
        assert "out_of_scale reject" in found.explain()

    @given(STARS)
    def test_an_unanswered_survey_changes_nothing(self, ratings: list[int | None]) -> None:
        assert csat(ratings).ratio == csat([*ratings, None]).ratio

    @given(STARS, STARS)
    def test_pooling_is_the_rate_of_the_union(self, one: list[int | None], other: list[int | None]) -> None:
        assert csat(one).ratio + csat(other).ratio == csat([*one, *other]).ratio


class TestCsatMean:
    def test_mean_and_rescaled(self) -> None:
        found = csat_mean([5, 5, 4, 3, 1, None])
        assert (found.value, found.rescaled, found.n) == (3.6, 65.0, 5)

    def test_none_of_nothing(self) -> None:
        found = csat_mean([None])
        assert (found.value, found.rescaled, found.n) == (None, None, 0)
        assert str(found) == "Average customer satisfaction: no value; n 0; missing 1 (no-answer 1)"

    def test_a_scale_from_zero(self) -> None:
        assert csat_mean([0, 10], scale=(0, 10)).rescaled == 50.0

    @given(st.lists(st.integers(1, 5), min_size=1))
    def test_rescaled_runs_from_0_to_100(self, ratings: list[int]) -> None:
        found = csat_mean(ratings)
        expected = Fraction(sum(rating - 1 for rating in ratings), 4 * len(ratings)) * 100
        assert float(expected) == found.rescaled


class TestCsatGoodBad:
    @pytest.mark.parametrize(
        ("ratings", "ratio", "response"),
        [
            (["good", "good", "good", "bad"], Ratio(3, 4), Ratio(4, 4)),
            (["good", None, "offered"], Ratio(1, 1), Ratio(1, 3)),
            (["unoffered"], Ratio(0, 0), Ratio(0, 0)),
            (["good_with_comment", "badwithcomment"], Ratio(1, 2), Ratio(2, 2)),
        ],
    )
    def test_words(self, ratings: list[str | None], ratio: Ratio, response: Ratio) -> None:
        found = csat_good_bad(ratings)
        assert (ratio, response) == (found.ratio, found.response_rate)

    def test_other_words(self) -> None:
        with pytest.raises(OutOfScaleError, match="good or bad"):
            csat_good_bad(["great"])
        assert csat_good_bad(["great"], out_of_scale="reject").rejected == {"out-of-scale": 1}
        with pytest.raises(OutOfScaleError, match="good or bad"):
            csat_good_bad([1])  # type: ignore[list-item]


class TestCes:
    def test_mean_on_seven(self) -> None:
        assert (ces([7, 6, 2, None]).value, ces([7, 6, 2, None]).n) == (5.0, 3)


class TestCesShare:
    def test_top_three_boxes(self) -> None:
        assert Ratio(2, 4) == ces_share([7, 5, 4, 1]).ratio
        assert Ratio(1, 2) == ces_share([5, 3], scale=(1, 5), easy_from=4).ratio

    def test_the_limit_is_called_by_its_name(self) -> None:
        with pytest.raises(InvalidValueError, match="easy_from must be between 1 and 7, got 99"):
            ces_share([], easy_from=99)
        with pytest.raises(InvalidValueError, match="easy_from must be named"):
            ces_share([], scale=(1, 5))


class TestSurveyAnswers:
    def test_who_was_not_asked_is_left_out(self) -> None:
        tickets = [
            TicketFacts(ticket_id="1", csat=5, surveyed=True),
            TicketFacts(ticket_id="2", surveyed=True),
            TicketFacts(ticket_id="3", surveyed=False),
            TicketFacts(ticket_id="4"),
            TicketFacts(ticket_id="5", csat=1),
        ]
        assert list(survey_answers(tickets, "csat")) == [5, None, 1]

    @pytest.mark.parametrize("metric", ["nps", "ces"])
    def test_nobody_knows_who_was_asked_for_the_others(self, metric: Literal["nps", "ces"]) -> None:
        tickets = [
            TicketFacts(ticket_id="1", csat=5, surveyed=True),
            TicketFacts(ticket_id="2", nps=7, ces=7),
            TicketFacts(ticket_id="3", surveyed=True),
        ]
        assert list(survey_answers(tickets, metric)) == [7]

    def test_duplicates_merged_tickets_and_spam_are_out(self) -> None:
        tickets = [
            TicketFacts(ticket_id="1", csat=5),
            TicketFacts(ticket_id="1", csat=5),
            TicketFacts(ticket_id="2", csat=4, merged_into="1"),
            TicketFacts(ticket_id="3", csat=3, spam=True),
        ]
        assert list(survey_answers(tickets, "csat")) == [5]
        assert list(survey_answers(tickets, "csat", merged="include", spam="include")) == [5, 4, 3]

    def test_a_rating_that_no_scale_has_does_not_cost_the_sample(self) -> None:
        ratings = survey_answers(
            [TicketFacts(ticket_id=str(i), ces=rating) for i, rating in enumerate((900, 5))], "ces"
        )
        found = ces(ratings, out_of_scale="reject")
        assert (found.value, found.rejected) == (5.0, {"out-of-scale": 1})

    def test_unknown_metric(self) -> None:
        with pytest.raises(InvalidValueError, match="did you mean csat"):
            survey_answers([], "csta")  # type: ignore[arg-type]


class TestCsatBalance:
    @pytest.mark.parametrize(
        ("ratings", "points", "counts"),
        [
            ([5, 4, 3, 2, 1], 0.0, (2, 1, 2)),
            ([5, 5, 4, None], 100.0, (3, 0, 0)),
            ([1, 3, 3, 3], -25.0, (0, 3, 1)),
            ([None], None, (0, 0, 0)),
            ([], None, (0, 0, 0)),
        ],
    )
    def test_satisfied_minus_dissatisfied(
        self, ratings: list[int | None], points: float | None, counts: tuple[int, int, int]
    ) -> None:
        found = csat_balance(ratings)
        assert (points, counts) == (found.value, (found.satisfied, found.neutral, found.dissatisfied))

    @given(STARS)
    def test_is_the_share_of_the_one_minus_that_of_the_other(self, ratings: list[int | None]) -> None:
        found = csat_balance(ratings)
        happy, unhappy = csat(ratings), csat([None if each is None else 6 - each for each in ratings])
        if found.value is None:
            assert happy.value is None
        else:
            exact = (happy.ratio.exact or 0) - (unhappy.ratio.exact or 0)
            assert float(100 * exact) == found.value
        assert (happy.n, happy.missing) == (found.n, found.missing)

    def test_is_as_sure_as_a_net_promoter_score_of_the_same_counts(self) -> None:
        assert nps([10, 10, 7, 0]).interval() == csat_balance([5, 4, 3, 2]).interval()
        assert csat_balance([None]).interval() is None

    def test_three_faces_must_be_named(self) -> None:
        with pytest.raises(InvalidValueError, match="satisfied_from"):
            csat_balance([3], scale=(1, 3))
        found = csat_balance([3, 2, 1, 1], scale=(1, 3), satisfied_from=3, dissatisfied_to=1)
        assert (-25.0, "3", "1") == (found.value, found.options["satisfied_from"], found.options["dissatisfied_to"])

    @pytest.mark.parametrize("limits", [{"dissatisfied_to": 4}, {"satisfied_from": 2}, {"dissatisfied_to": 9}])
    def test_limits_must_rise(self, limits: dict[str, int]) -> None:
        with pytest.raises(InvalidValueError, match="dissatisfied_to"):
            csat_balance([3], **limits)  # type: ignore[arg-type]

    def test_a_rating_that_the_scale_does_not_have(self) -> None:
        assert {"out-of-scale": 1} == csat_balance([9, 5], out_of_scale="reject").rejected
        with pytest.raises(OutOfScaleError):
            csat_balance([9])

    def test_explains_itself(self) -> None:
        told = csat_balance([5, None]).explain()
        assert "Balance of customer satisfaction: 100.0 points; n 1; missing 1 (no-answer 1)" in told
        assert "dissatisfied_to 2" in told
