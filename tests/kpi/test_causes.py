from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import Ratio, causes


class TestCauses:
    def test_counts_shares_and_the_vital_few(self) -> None:
        found = causes(["size", *["late"] * 6, *["damaged"] * 3, None])
        assert [
            ("late", 6, Ratio(6, 10), Ratio(6, 10), True),
            ("damaged", 3, Ratio(3, 10), Ratio(9, 10), True),
            ("size", 1, Ratio(1, 10), Ratio(10, 10), False),
        ] == [(c.name, c.count, c.share, c.cumulative, c.vital) for c in found.causes]
        assert (found.n, found.missing) == (10, {"no-cause": 1})

    def test_the_line_itself_suffices(self) -> None:
        found = causes(["late"] * 8 + ["damaged"] * 2)
        assert [cause.name for cause in found.vital_few] == ["late"]

    def test_equals_come_by_name(self) -> None:
        assert [cause.name for cause in causes(["b", "a"]).causes] == ["a", "b"]

    @pytest.mark.parametrize(("share", "vital"), [(Decimal("0.5"), 1), (Fraction(7, 10), 2), (1, 3), (0, 0)])
    def test_another_line(self, share: Fraction, vital: int) -> None:
        found = causes([*["a"] * 6, *["b"] * 3, "c"], vital_share=share)
        assert vital == len(found.vital_few)

    def test_nothing_has_no_causes(self) -> None:
        assert (causes([]).n, causes([]).causes) == (0, ())

    def test_the_line_is_a_share(self) -> None:
        with pytest.raises(InvalidValueError, match="vital_share"):
            causes([], vital_share=Decimal(80))

    @given(st.lists(st.sampled_from("abcdef"), min_size=1))
    def test_the_vital_few_are_the_fewest_that_reach_the_line(self, items: list[str]) -> None:
        found = causes(items)
        reached = [(cause.cumulative.exact or 0) >= Fraction(4, 5) for cause in found.causes]
        assert reached.index(True) + 1 == len(found.vital_few)

    @pytest.mark.parametrize("share", [float("nan"), "0.8", None])
    def test_the_line_is_a_number(self, share: Any) -> None:
        with pytest.raises(InvalidValueError, match="vital_share"):
            causes([], vital_share=share)

    def test_a_cause_is_a_text(self) -> None:
        with pytest.raises(InvalidValueError, match="a text"):
            causes([["late"]])  # type: ignore[list-item]
