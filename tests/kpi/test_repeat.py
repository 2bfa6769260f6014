from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError, NaiveDatetimeError
from csprotocol.kpi import CustomerContact, Ratio, fcr_no_repeat

WEEK = timedelta(days=7)


def test_a_window_has_a_unit() -> None:
    with pytest.raises(InvalidValueError, match="window must be a timedelta"):
        fcr_no_repeat([], window=7)  # type: ignore[arg-type]


def on(day: int, hour: int = 0) -> datetime:
    return datetime(2025, 1, day, hour, tzinfo=UTC)


CONTACTS = [("c1", on(1)), ("c1", on(5)), ("c2", on(1)), ("c3", on(1)), ("c3", on(9))]


class TestFcrNoRepeat:
    @pytest.mark.parametrize(
        ("as_of", "met", "n", "too_early"),
        [
            (None, 4, 5, 0),
            (on(31), 4, 5, 0),
            (on(16), 4, 5, 0),
            (on(15), 3, 4, 1),  # c3 of the 9th may still come back on the 16th
            (on(10), 2, 3, 2),
            (on(1), 0, 0, 5),
        ],
    )
    def test_windows_that_are_not_over_are_left_out(
        self, as_of: datetime | None, met: int, n: int, too_early: int
    ) -> None:
        found = fcr_no_repeat(CONTACTS, window=WEEK, as_of=as_of)
        assert (Ratio(met, n), too_early) == (found.ratio, found.missing.get("window-open", 0))

    @pytest.mark.parametrize(("later", "settled"), [(timedelta(0), 0), (timedelta(microseconds=1), 1)])
    def test_exactly_the_window_later_is_a_repeat(self, later: timedelta, settled: int) -> None:
        pair = [("c1", on(1)), ("c1", on(8) + later)]
        assert Ratio(1 + settled, 2) == fcr_no_repeat(pair, window=WEEK).ratio

    def test_topics_are_apart(self) -> None:
        pair = [CustomerContact("c1", on(1), "late"), CustomerContact("c1", on(2), "size")]
        assert Ratio(2, 2) == fcr_no_repeat(pair, window=WEEK).ratio
        assert Ratio(1, 2) == fcr_no_repeat([contact[:2] for contact in pair], window=WEEK).ratio

    def test_a_contact_told_twice_is_rejected(self) -> None:
        same = [("c1", on(1, 12)), ("c1", on(1, 12).astimezone(ZoneInfo("Europe/Madrid")))]
        found = fcr_no_repeat(same, window=WEEK)
        assert (Ratio(1, 1), {"duplicate-contact": 1}) == (found.ratio, found.rejected)

    def test_nobody_has_no_rate(self) -> None:
        assert fcr_no_repeat([], window=WEEK).value is None

    def test_refusals(self) -> None:
        with pytest.raises(InvalidValueError, match="window must be a positive duration"):
            fcr_no_repeat([], window=timedelta(0))
        with pytest.raises(NaiveDatetimeError, match=r"CustomerContact\.at"):
            fcr_no_repeat([("c1", datetime(2025, 1, 1))], window=WEEK)  # noqa: DTZ001
        with pytest.raises(NaiveDatetimeError, match="as_of"):
            fcr_no_repeat([], window=WEEK, as_of=datetime(2025, 1, 1))  # noqa: DTZ001

    @given(
        st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 28).map(on)), max_size=20),
        st.randoms(use_true_random=False),
    )
    def test_equals_the_obvious_count_in_any_order(self, contacts: list[tuple[str, datetime]], random: Random) -> None:
        distinct = set(contacts)
        repeated = sum(
            any(who == other and when < again <= when + WEEK for other, again in distinct) for who, when in distinct
        )
        shuffled = random.sample(contacts, len(contacts))
        assert Ratio(len(distinct) - repeated, len(distinct)) == fcr_no_repeat(shuffled, window=WEEK).ratio
