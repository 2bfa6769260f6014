from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.kpi import RunRule, RunRules
from csprotocol.kpi._run_rules import rules_of, signals

ROWS = st.lists(st.integers(-4, 4) | st.none(), max_size=40)


def found(row: list[float | None], rules: RunRules | RunRule | str) -> list[int]:
    """Where the rule is met, last points, in a chart of centre 0 and sigma 1."""
    chosen = rules_of([rules] if isinstance(rules, RunRule) else rules)
    return [signal.last for signal in signals(row, [0.0] * len(row), [1.0] * len(row), chosen)]


class TestRunRule:
    @pytest.mark.parametrize(
        ("rule", "row", "expected"),
        [
            (RunRule.BEYOND_LIMITS, [3, 3.1, -3, -3.1], [1, 3]),
            (RunRule.TWO_OF_THREE_BEYOND_TWO_SIGMA, [2.1, 0, 2.1], [2]),
            (RunRule.TWO_OF_THREE_BEYOND_TWO_SIGMA, [2.1, 2.1, 0], [1]),  # no second time for the same two
            (RunRule.TWO_OF_THREE_BEYOND_TWO_SIGMA, [2.1, 0, -2.1], []),
            (RunRule.TWO_OF_THREE_BEYOND_TWO_SIGMA, [2, 0, 2], []),
            (RunRule.FOUR_OF_FIVE_BEYOND_ONE_SIGMA, [1.1, 1.1, 0, 1.1, 1.1], [4]),
            (RunRule.FOUR_OF_FIVE_BEYOND_ONE_SIGMA, [1.1, 1.1, 0, 1.1, -1.1], []),
            (RunRule.EIGHT_ON_ONE_SIDE, [1] * 8, [7]),
            (RunRule.EIGHT_ON_ONE_SIDE, [-1] * 9, [7, 8]),
            (RunRule.EIGHT_ON_ONE_SIDE, [1] * 4 + [0] + [1] * 4, []),
            (RunRule.EIGHT_ON_ONE_SIDE, [1] * 4 + [None] + [1] * 4, []),
            (RunRule.NINE_ON_ONE_SIDE, [1] * 9, [8]),
            (RunRule.THREE_OF_FOUR_NEARER_A_LIMIT, [1.6, 0, 1.6, 1.6], [3]),
            (RunRule.THREE_OF_FOUR_NEARER_A_LIMIT, [1.5, 0, 1.5, 1.5], []),
            (RunRule.SIX_IN_ONE_DIRECTION, [-2, -1, 0, 1, 2, 3], [5]),
            (RunRule.SIX_IN_ONE_DIRECTION, [3, 2, 1, 1, 0, -1], []),
            (RunRule.FOURTEEN_ALTERNATING, [1, -1] * 7, [13]),
            (RunRule.FOURTEEN_ALTERNATING, [1, 1] + [-1, 1] * 6, []),
            (RunRule.FIFTEEN_WITHIN_ONE_SIGMA, [0.5, -0.5, 0] * 5, [14]),
            (RunRule.FIFTEEN_WITHIN_ONE_SIGMA, [1.0] * 15, []),
            (RunRule.EIGHT_OUTSIDE_ONE_SIGMA, [1.5, -1.5] * 4, [7]),
            (RunRule.EIGHT_OUTSIDE_ONE_SIGMA, [1.5] * 8, []),
        ],
    )
    def test_where_it_is_met(self, rule: RunRule, row: list[float | None], expected: list[int]) -> None:
        assert expected == found(row, rule)

    @pytest.mark.parametrize("rule", list(RunRule))
    @given(row=ROWS)
    def test_up_and_down_are_alike(self, rule: RunRule, row: list[float | None]) -> None:
        mirrored = [None if value is None else -value for value in row]
        assert found(row, rule) == found(mirrored, rule)

    @pytest.mark.parametrize("rule", list(RunRule))
    @given(row=ROWS, later=ROWS)
    def test_what_comes_later_takes_no_signal_back(
        self, rule: RunRule, row: list[float | None], later: list[float | None]
    ) -> None:
        assert found(row, rule) == [last for last in found([*row, *later], rule) if last < len(row)]

    @given(ROWS)
    def test_eight_on_one_side_by_counting(self, row: list[float | None]) -> None:
        """A second implementation: the length of the run so far."""
        expected, side, run = [], 0, 0
        for i, value in enumerate(row):
            now = 0 if not value else 1 if value > 0 else -1
            run = run + 1 if now and now == side else abs(now)
            side = now
            expected += [i] if run >= 8 else []
        assert expected == found(row, RunRule.EIGHT_ON_ONE_SIDE)


class TestRunRules:
    @given(ROWS)
    def test_more_rules_find_no_less(self, row: list[float | None]) -> None:
        for larger in (RunRules.WESTERN_ELECTRIC, RunRules.WHEELER):
            assert set(found(row, RunRules.BASIC)) <= set(found(row, larger))

    def test_one_by_one(self) -> None:
        row: list[float | None] = [1] * 8
        assert found(row, "basic") == [7]
        assert signals(row, [0.0] * 8, [1.0] * 8, rules_of(["nine_on_one_side"])) == ()

    @pytest.mark.parametrize("rules", list(RunRules))
    def test_chance_alone_rarely_signals(self, rules: RunRules) -> None:
        """False alarms of 20,000 normal points, a share each: each set's own price."""

        chance = random.Random(20261122)
        row: list[float | None] = [chance.gauss(0, 1) for _ in range(20_000)]
        most = {"basic": 0.02, "western_electric": 0.04, "nelson": 0.05, "wheeler": 0.03}
        assert len(set(found(row, rules))) / len(row) < most[rules]
