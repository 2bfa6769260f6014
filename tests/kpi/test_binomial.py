from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from csprotocol.kpi._binomial import at_least, at_most

SHARES = st.floats(1e-6, 1 - 1e-6)


@pytest.mark.parametrize(
    ("successes", "tries", "share", "most", "least"),
    [
        (-1, 5, 0.5, 0.0, 1.0),
        (0, 5, 0.5, 1 / 32, 1.0),
        (5, 5, 0.5, 1.0, 1 / 32),
        (6, 5, 0.5, 1.0, 0.0),
        (0, 5, 0.0, 1.0, 1.0),
        (1, 5, 0.0, 1.0, 0.0),
        (5, 5, 1.0, 1.0, 1.0),
        (4, 5, 1.0, 0.0, 1.0),
        (0, 0, 0.5, 1.0, 1.0),
    ],
)
def test_ends(successes: int, tries: int, share: float, most: float, least: float) -> None:
    assert pytest.approx((most, least)) == (at_most(successes, tries, share), at_least(successes, tries, share))


@given(st.integers(1, 300_000), st.floats(0, 1), SHARES)
def test_equals_scipy(tries: int, place: float, share: float) -> None:
    successes = round(place * tries)
    most, least = stats.binom.cdf(successes, tries, share), stats.binom.sf(successes - 1, tries, share)
    # scipy's own tails lose digits when they are next to nothing.
    assert pytest.approx(most, rel=1e-8, abs=1e-300) == at_most(successes, tries, share)
    assert pytest.approx(least, rel=1e-8, abs=1e-300) == at_least(successes, tries, share)


@given(st.integers(1, 2000), st.integers(0, 2000), SHARES)
def test_most_and_one_more_are_all(tries: int, successes: int, share: float) -> None:
    assert pytest.approx(1) == at_most(successes, tries, share) + at_least(successes + 1, tries, share)
