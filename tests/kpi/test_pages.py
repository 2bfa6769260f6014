from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import PageSupport, Ratio, hit_rate, rank_pages, support_contact_rate


class TestHitRate:
    def test_sales_per_request(self) -> None:
        assert (Ratio(200, 10), None) == (hit_rate(200, 10), hit_rate(200, 0).value)

    @given(st.integers(1, 1000), st.integers(1, 1000))
    def test_the_inverse_is_the_support_contact_rate(self, sales: int, requests: int) -> None:
        assert hit_rate(sales, requests).inverse == support_contact_rate(sales, requests)

    @pytest.mark.parametrize(("sales", "requests"), [(-1, 1), (1, -1), (1.5, 1)])
    def test_refusals(self, sales: int, requests: int) -> None:
        with pytest.raises(InvalidValueError, match="PageSupport"):
            hit_rate(sales, requests)


class TestRankPages:
    def test_most_work_first(self) -> None:
        pages = [
            PageSupport("quiet", 0, 0),
            PageSupport("good", 200, 10),
            PageSupport("bad", 10, 5),
            PageSupport("worse", 20, 10),  # the same rate as bad, on more requests
            PageSupport("unsold", 0, 1),
        ]
        assert [page.page for page in rank_pages(pages)] == ["unsold", "worse", "bad", "good", "quiet"]

    def test_a_page_is_listed_once(self) -> None:
        with pytest.raises(InvalidValueError, match="add up its counts"):
            rank_pages([PageSupport("a", 1, 1), PageSupport("a", 2, 1)])


def test_many_pages_are_ranked_in_little_time() -> None:
    """Counting each name in all names would take as many steps as there are pairs: minutes, not a moment."""
    pages = [PageSupport(f"/{i}", 1, 1) for i in range(50_000)]
    assert len(rank_pages(pages)) == 50_000
