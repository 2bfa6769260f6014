from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import (
    MIN_COMPARED,
    NetPromoterScore,
    NoVerdict,
    Ratio,
    Verdict,
    asa,
    compare,
    csat,
    csat_mean,
    difference_interval,
    fcr,
    first_reply,
    nps,
    rate_test,
    unreplied,
)
from csprotocol.model import StatusCategory, TicketFacts

COUNTS = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SCORES = st.builds(NetPromoterScore, *[st.integers(0, 60)] * 3)
MINUTES = st.lists(st.integers(0, 500), max_size=40)


def waits(minutes: list[int]) -> Any:
    return asa(timedelta(minutes=each) for each in minutes)


class TestCompare:
    @pytest.mark.parametrize(
        ("a", "b", "verdict", "reason"),
        [
            (Ratio(56, 70), Ratio(48, 80), Verdict.HIGHER, None),
            (Ratio(48, 80), Ratio(56, 70), Verdict.LOWER, None),
            (Ratio(5, 7), Ratio(4, 8), Verdict.NOISE, None),
            (Ratio(0, 10), Ratio(0, 10), Verdict.NOISE, None),
            (Ratio(0, 0), Ratio(1, 2), None, NoVerdict.EMPTY),
            (Ratio(1, 2), Ratio(0, 0), None, NoVerdict.EMPTY),
            (nps([10] * 50), nps([0] * 50), Verdict.HIGHER, None),
            (nps([10]), nps([0]), Verdict.NOISE, None),
            (nps([]), nps([0]), None, NoVerdict.EMPTY),
            (waits([1, 2, 3, 4, 5, 6]), waits([11, 12, 13, 14, 15, 16]), Verdict.LOWER, None),
            (waits([1, 2, 3, 4, 5]), waits([11, 12, 13, 14, 15, 16]), None, NoVerdict.TOO_FEW),
            (waits([]), waits([1]), None, NoVerdict.EMPTY),
            ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], Verdict.NOISE, None),
            ([5] * 6, [5] * 6, Verdict.NOISE, None),
            ([], [], None, NoVerdict.EMPTY),
        ],
    )
    def test_verdicts(self, a: Any, b: Any, verdict: Verdict | None, reason: NoVerdict | None) -> None:
        found = compare(a, b)
        assert (verdict, reason) == (found.verdict, found.reason)
        assert (found.difference is None) is (reason is NoVerdict.EMPTY)
        assert (found.verdict is None) is (found.is_noise is None)

    @pytest.mark.parametrize("n", [MIN_COMPARED - 1, MIN_COMPARED])
    def test_more_may_be_asked_for(self, n: int) -> None:
        found = compare(Ratio(n, n), Ratio(0, 99), min_n=MIN_COMPARED)
        assert found.verdict is (Verdict.HIGHER if n >= MIN_COMPARED else None)
        assert found.difference == 1.0

    def test_what_was_left_out_is_told_of_each_side(self) -> None:
        found = compare(csat([5, None, 9], out_of_scale="reject"), csat([1, 1]))
        assert (found.a.n, found.a.missing, found.a.rejected) == (1, {"no-answer": 1}, {"out-of-scale": 1})
        assert (found.b.n, found.b.missing) == (2, {})

    def test_better_by_the_definition(self) -> None:
        assert compare(waits([1] * 9), waits([5] * 9)).is_better is True
        assert compare(csat([1] * 30), csat([5] * 30)).is_better is False
        assert compare(csat([1]), csat([5])).is_better is None
        assert compare(Ratio(1, 99), Ratio(98, 99)).is_better is None

    def test_a_change_of_the_formula_is_no_change(self) -> None:
        facts = [TicketFacts(ticket_id="1", status=StatusCategory.RESOLVED, agent_replies=1, reopens=0)]
        with pytest.raises(InvalidValueError, match="definition and options of a, fcr variant=one_reply"):
            compare(fcr(facts), fcr(facts, variant="less_than_two"))
        with pytest.raises(InvalidValueError, match="definition"):
            compare(fcr(facts), unreplied(facts))
        with pytest.raises(InvalidValueError, match="definition"):
            compare(first_reply([]), waits([]))

    @pytest.mark.parametrize(
        ("a", "b"),
        [(Ratio(1, 2), [1]), (nps([1]), Ratio(1, 2)), ("12", "13"), (1, 2), ([1], [timedelta(1)]), (waits([1]), [1])],
    )
    def test_refuses_what_cannot_be_compared(self, a: Any, b: Any) -> None:
        with pytest.raises(InvalidValueError):
            compare(a, b)

    def test_means_have_no_comparison_and_say_what_has(self) -> None:
        with pytest.raises(InvalidValueError, match="compare the share: csat, ces_share"):
            compare(csat_mean([5]), csat_mean([4]))  # type: ignore[call-overload]

    def test_refuses_bad_options_of_nothing_too(self) -> None:
        with pytest.raises(InvalidValueError, match="confidence"):
            compare([], [], confidence=95)
        with pytest.raises(InvalidValueError, match="min_n"):
            compare([], [], min_n=-1)

    def test_says_why_not(self) -> None:
        assert str(compare(Ratio(0, 0), Ratio(1, 2))) == "no difference can be told, empty; a n 0; b n 2"
        assert str(compare([1], [2])) == "no verdict, too-few: -1.0000; a n 1; b n 1"

    @given(COUNTS, COUNTS)
    def test_rates_by_newcombe(self, a: tuple[int, int], b: tuple[int, int]) -> None:
        found = compare(Ratio(*a), Ratio(*b))
        assert difference_interval(Ratio(*a), Ratio(*b)) == found.interval
        assert found.interval is None or found.interval.low <= (found.difference or 0) <= found.interval.high

    @given(COUNTS, COUNTS)
    def test_the_test_and_the_interval_agree_far_from_the_line(self, a: tuple[int, int], b: tuple[int, int]) -> None:
        found, test = compare(Ratio(*a), Ratio(*b)), rate_test(Ratio(*a), Ratio(*b))
        if test.p is not None and min(a[1], b[1]) >= 50:
            assert test.p < 0.2 or found.is_noise
            assert test.p > 0.002 or not found.is_noise

    @given(SCORES, SCORES)
    def test_scores_the_other_way_round(self, a: NetPromoterScore, b: NetPromoterScore) -> None:
        one, other = compare(a, b), compare(b, a)
        opposite = {Verdict.HIGHER: Verdict.LOWER, Verdict.LOWER: Verdict.HIGHER}
        assert one.verdict == opposite.get(other.verdict, other.verdict)  # type: ignore[arg-type]
        if one.interval is not None and other.interval is not None:
            assert pytest.approx((-other.interval.high, -other.interval.low)) == (one.interval.low, one.interval.high)
            assert -200 <= one.interval.low <= one.interval.high <= 200

    @given(MINUTES, MINUTES)
    def test_durations_the_other_way_round(self, a: list[int], b: list[int]) -> None:
        one, other = compare(waits(a), waits(b)), compare(waits(b), waits(a))
        assert one.difference == (None if other.difference is None else -other.difference)
        if one.interval is not None and other.interval is not None:
            assert abs(one.interval.low + other.interval.high) <= timedelta(microseconds=1)

    @given(MINUTES)
    def test_the_same_is_noise(self, minutes: list[int]) -> None:
        assert compare(minutes, minutes).verdict in {Verdict.NOISE, None}

    def test_covers_the_true_difference_of_medians(self) -> None:
        """Skewed durations, whose true medians differ by 1: about 95 of 100 intervals hold it, rather more."""
        chance = random.Random(7)
        covered = 0
        for _ in range(1500):
            a = [1 + chance.lognormvariate(0, 1) for _ in range(15)]
            b = [chance.lognormvariate(0, 1) for _ in range(40)]
            interval = compare(a, b).interval
            covered += interval is not None and 1.0 in interval
        assert 0.94 <= covered / 1500 <= 0.995

    def test_two_equal_rates_are_noise_nineteen_times_in_twenty(self) -> None:
        chance = random.Random(8)
        rates = [Ratio(sum(chance.random() < 0.9 for _ in range(60)), 60) for _ in range(2000)]
        alarms = sum(not compare(a, b).is_noise for a, b in zip(rates[::2], rates[1::2], strict=True))
        assert alarms / 1000 < 0.065
