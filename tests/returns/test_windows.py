"""Until when: statutory periods and the shop's own windows, day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError
from csprotocol.model import Delivery, OrderLine
from csprotocol.returns import (
    Basis,
    Law,
    Period,
    ReturnDecision,
    ReturnWindow,
    SeasonalOverride,
    StartsFrom,
    WindowKind,
    decide,
)
from csprotocol.returns._period import rolled
from tests.returns.shop import asked, eur, order, policy

ES, DE, GB, EU = (Law.of(name) for name in ("ES", "DE", "GB", "EU"))
NO_RETURNS = policy(days=None)


def every_day(_: date) -> bool:
    """There are no holidays."""
    return True


def decided(on: str, **facts: Any) -> ReturnDecision:
    """A change of mind on that day, against the law alone."""
    law = facts.pop("law", ES)
    works = facts.pop("is_working_day", every_day)
    line_facts = facts.pop("line_facts", {})
    reason = facts.pop("reason", "unwanted")
    return decide(
        order(**facts), asked(on, reason=reason, line_facts=line_facts), NO_RETURNS, law=law, is_working_day=works
    )


class TestPeriod:
    @pytest.mark.parametrize(
        ("period", "start", "end"),
        [
            (Period(days=14), "2026-03-03", "2026-03-17"),
            (Period(months=1), "2026-01-31", "2026-02-28"),
            (Period(months=12), "2024-02-29", "2025-02-28"),
            (Period(years=3), "2024-02-29", "2027-02-28"),
            (Period(business_days=5), "2026-03-06", "2026-03-13"),  # from a Friday
            (Period(business_days=1), "2026-03-07", "2026-03-09"),  # from a Saturday
        ],
    )
    def test_the_first_day_is_not_counted(self, period: Period, start: str, end: str) -> None:
        assert period.after(date.fromisoformat(start)) == date.fromisoformat(end)

    @given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 60), st.sets(st.integers(0, 90), max_size=10))
    def test_business_days_are_counted_one_by_one(self, start: date, count: int, off: set[int]) -> None:
        holidays = {start + timedelta(days=n) for n in off}

        def works(day: date) -> bool:
            return day not in holidays

        end = Period(business_days=count).after(start, is_working_day=works)
        days = [start + timedelta(days=n + 1) for n in range((end - start).days)]
        assert sum(day.isoweekday() < 6 and works(day) for day in days) == count
        assert days[-1].isoweekday() < 6
        assert works(days[-1])

    @pytest.mark.parametrize("given_", [{}, {"days": 1, "months": 1}, {"days": 0}, {"days": -1}, {"days": True}])
    def test_one_of_the_four(self, given_: dict[str, Any]) -> None:
        with pytest.raises(InvalidValueError, match="one of days"):
            Period(**given_)

    def test_a_calendar_without_working_days(self) -> None:
        with pytest.raises(InvalidValueError, match="working days"):
            rolled(date(2026, 3, 3), is_working_day=lambda _: False)


class TestWithdrawal:
    def test_the_last_day_and_the_one_after(self) -> None:
        last, after = decided("2026-03-17"), decided("2026-03-18")
        assert (last.eligible, last.basis, last.deadline) == (True, Basis.STATUTORY_WITHDRAWAL, date(2026, 3, 17))
        assert (after.eligible, after.basis, after.deadline) == (False, Basis.NONE, date(2026, 3, 17))

    def test_a_weekend_puts_the_end_off(self) -> None:
        decision = decided("2026-03-23", delivered="2026-03-07")
        assert (decision.deadline, decision.deadline_unrolled) == (date(2026, 3, 23), date(2026, 3, 21))

    def test_a_holiday_puts_it_off_and_an_unknown_one_leaves_it_open(self) -> None:
        def works(day: date) -> bool:
            return day != date(2026, 3, 17)

        assert decided("2026-03-18", is_working_day=works).deadline == date(2026, 3, 18)
        unknown = decided("2026-03-18", is_working_day=None)
        assert (unknown.eligible, unknown.missing_facts) == (None, ("public_holidays",))
        assert decided("2026-03-25", is_working_day=None).eligible is False

    def test_it_is_not_put_off_in_great_britain(self) -> None:
        assert decided("2026-03-23", delivered="2026-03-07", law=GB).eligible is False

    @pytest.mark.parametrize(
        ("at", "eligible"), [("2026-03-17T23:30:00+01:00", True), ("2026-03-17T23:30:00+00:00", False)]
    )
    def test_the_day_is_that_of_the_consumer(self, at: str, eligible: bool) -> None:
        found = order(tz="Europe/Madrid")
        request = asked("2026-03-17")
        request = type(request)(at=datetime.fromisoformat(at), lines=request.lines)
        decision = decide(found, request, NO_RETURNS, law=ES, is_working_day=every_day)
        assert decision.eligible is eligible

    def test_instants_of_delivery_are_local_days(self) -> None:
        late = Delivery(delivered_at=datetime(2026, 3, 3, 23, 30, tzinfo=UTC))
        found = order(tz="Europe/Madrid", deliveries=(late,))
        decision = decide(found, asked("2026-03-18"), NO_RETURNS, law=ES, is_working_day=every_day)
        assert decision.deadline == date(2026, 3, 18)

    def test_the_last_of_several_parcels_counts(self) -> None:
        lines = (OrderLine(id="a", unit_price=eur("20.00")), OrderLine(id="b", unit_price=eur("30.00")))
        parcels = (
            Delivery(lines=("a",), delivered_at=date(2026, 3, 3)),
            Delivery(lines=("b",), delivered_at=date(2026, 3, 5)),
        )
        found = order(*lines, deliveries=parcels)
        decision = decide(found, asked("2026-03-19", "a"), NO_RETURNS, law=DE, is_working_day=every_day)
        assert (decision.deadline, "LAST_DELIVERY_GOVERNS" in decision.reasons) == (date(2026, 3, 19), True)
        regular = order(*lines, deliveries=parcels, attributes={"regular_delivery": True})
        decision = decide(regular, asked("2026-03-17", "b"), NO_RETURNS, law=DE, is_working_day=every_day)
        assert (decision.deadline, "FIRST_DELIVERY_GOVERNS" in decision.reasons) == (date(2026, 3, 17), True)

    @pytest.mark.parametrize(
        ("informed", "on", "eligible", "deadline"),
        [
            ({"withdrawal_informed": False}, "2027-03-17", True, "2027-03-17"),
            ({"withdrawal_informed": False}, "2027-03-18", False, "2027-03-17"),
            ({"withdrawal_informed_on": date(2026, 5, 4)}, "2026-05-18", True, "2026-05-18"),
            ({"withdrawal_informed_on": date(2027, 3, 10)}, "2027-03-18", False, "2027-03-17"),
            ({"withdrawal_informed_on": date(2026, 3, 1)}, "2026-03-18", False, "2026-03-17"),
            ({"withdrawal_informed": None}, "2026-03-17", True, "2026-03-17"),
            ({"withdrawal_informed": None}, "2026-04-17", None, "2026-03-17"),
            ({"withdrawal_informed": None}, "2027-03-18", False, "2026-03-17"),
        ],
    )
    def test_a_trader_that_kept_silent(
        self, informed: dict[str, object], on: str, eligible: bool | None, deadline: str
    ) -> None:
        decision = decided(on, attributes=informed)
        assert (decision.eligible, decision.deadline) == (eligible, date.fromisoformat(deadline))

    def test_unknown_delivery_is_open_as_long_as_it_cannot_be_over(self) -> None:
        def told(on: str, **facts: Any) -> bool | None:
            return decided(on, delivered=None, **facts).eligible

        assert [told(f"2026-03-{day}", sent="2026-03-02") for day in (16, 17)] == [True, None]
        assert [told(f"2026-03-{day}") for day in (15, 16, 17)] == [True, True, None]
        assert told("2026-03-04", placed=None) is None
        late = decided("2026-05-01", delivered=None, sent="2026-03-02")
        assert late.missing_facts == ("delivered_on",)

    def test_what_has_not_come_can_be_withdrawn_from(self) -> None:
        found = order(deliveries=(Delivery(fulfilled_at=date(2026, 3, 2), arrived=False),))
        decision = decide(found, asked("2026-09-04"), NO_RETURNS, law=ES)
        assert (decision.eligible, decision.deadline, "NOT_YET_DELIVERED" in decision.reasons) == (True, None, True)


class TestGuarantee:
    def test_three_years_in_spain(self) -> None:
        last = decided("2029-03-03", reason="defective")
        assert (last.eligible, last.basis, last.deadline) == (True, Basis.LEGAL_GUARANTEE, date(2029, 3, 3))
        assert last.needs_approval, "the customer has to show the defect by then"
        assert decided("2029-03-04", reason="defective").reasons[-1] == "RETURNS_NOT_PERMITTED"

    def test_two_years_for_what_was_bought_before_2022(self) -> None:
        old = decided("2023-06-02", reason="defective", placed="2021-06-01", delivered="2021-06-02")
        new = decided("2023-06-03", reason="defective", placed="2021-06-01", delivered="2021-06-02")
        assert (old.eligible, new.eligible) == (True, False)

    def test_second_hand_goods_and_when_nobody_says(self) -> None:
        used = OrderLine(
            id="MUG-1", unit_price=eur("80.00"), attributes={"second_hand": True, "agreed_guarantee_months": 6}
        )
        found = order(used, delivered="2025-06-10", placed="2025-06-01")
        assert decide(found, asked("2026-06-10", reason="defective"), NO_RETURNS, law=ES).eligible is True
        assert decide(found, asked("2026-06-11", reason="defective"), NO_RETURNS, law=ES).eligible is False
        unknown = OrderLine(
            id="MUG-1", unit_price=eur("80.00"), attributes={"second_hand": None, "agreed_guarantee_months": 6}
        )
        found = order(unknown, delivered="2025-06-10", placed="2025-06-01")
        late = decide(found, asked("2026-06-11", reason="defective"), NO_RETURNS, law=ES)
        assert (late.eligible, late.missing_facts) == (None, ("second_hand",))
        assert decide(found, asked("2026-06-10", reason="defective"), NO_RETURNS, law=ES).eligible is True

    @pytest.mark.parametrize(
        ("asked_on", "back_on", "deadline"),
        [("2026-06-27", "2026-07-06", "2026-07-13"), ("2026-06-05", "2026-06-20", "2026-07-17")],
    )
    def test_a_repair_stops_the_time_to_reject(self, asked_on: str, back_on: str, deadline: str) -> None:
        repair = {
            "repair_requested_on": date.fromisoformat(asked_on),
            "repair_returned_on": date.fromisoformat(back_on),
        }
        line = OrderLine(id="MUG-1", unit_price=eur("60.00"), attributes=repair)
        found = order(line, delivered="2026-06-01", placed="2026-05-30")
        decision = decide(found, asked(deadline, reason="defective"), NO_RETURNS, law=GB)
        assert (decision.basis, decision.deadline) == (Basis.SHORT_TERM_REJECT, date.fromisoformat(deadline))
        after = date.fromisoformat(deadline) + timedelta(days=1)
        assert decide(found, asked(str(after), reason="defective"), NO_RETURNS, law=GB).basis is Basis.LEGAL_GUARANTEE

    def test_a_major_failure_gives_the_choice(self) -> None:
        au = Law.of("AU")
        major = decided("2026-05-05", reason="defective", law=au, line_facts={"severity": "major"})
        assert (major.remedies, major.requested_ok) == (("refund", "replacement"), True)


class TestShopWindow:
    @pytest.mark.parametrize(
        ("starts_from", "deadline"),
        [
            (StartsFrom.DELIVERED, "2026-04-02"),
            (StartsFrom.FULFILLED, "2026-04-01"),
            (StartsFrom.ORDERED, "2026-03-31"),
        ],
    )
    def test_where_it_begins(self, starts_from: StartsFrom, deadline: str) -> None:
        terms = policy(days=None, window=ReturnWindow(days=30, starts_from=starts_from))
        found = order(sent="2026-03-02")
        for on, eligible in ((deadline, True), (str(date.fromisoformat(deadline) + timedelta(days=1)), False)):
            decision = decide(found, asked(on), terms, law=None)
            assert (decision.eligible, decision.deadline) == (eligible, date.fromisoformat(deadline))

    def test_a_transit_buffer_is_an_estimate(self) -> None:
        terms = policy(days=None, window=ReturnWindow(days=30, transit_buffer_days=5))
        found = order(sent="2026-05-01", delivered=None)
        last, late = (decide(found, asked(on), terms, law=None) for on in ("2026-06-05", "2026-06-06"))
        assert (last.eligible, late.eligible, last.deadline) == (True, False, date(2026, 6, 5))
        assert "DELIVERY_DATE_ESTIMATED" in last.reasons

    def test_a_date_no_end_and_no_returns(self) -> None:
        until = policy(days=None, window=ReturnWindow(kind=WindowKind.DATE, until=date(2026, 3, 31)))
        forever = policy(days=None, window=ReturnWindow(kind=WindowKind.UNLIMITED))
        assert [decide(order(), asked(on), until, law=None).eligible for on in ("2026-03-31", "2026-04-01")] == [
            True,
            False,
        ]
        assert decide(order(), asked("2036-03-31"), forever, law=None).eligible is True
        assert "RETURNS_NOT_PERMITTED" in decide(order(), asked("2026-03-04"), NO_RETURNS, law=None).reasons

    def test_a_season_gives_more_and_never_less(self) -> None:
        season = SeasonalOverride(start=date(2026, 11, 15), end=date(2026, 12, 24), return_by=date(2027, 1, 31))
        terms = policy(seasonal_overrides=(season,))
        early = order(placed="2026-11-25", delivered="2026-11-28")
        late = order(placed="2026-12-23", delivered="2027-01-10")
        assert decide(early, asked("2027-01-31"), terms, law=None).eligible is True
        assert decide(late, asked("2027-02-09"), terms, law=None).deadline == date(2027, 2, 9)
        unknown = order(placed=None, delivered="2026-11-28")
        decision = decide(unknown, asked("2027-01-31"), terms, law=None)
        assert (decision.eligible, decision.missing_facts) == (None, ("placed_at",))

    def test_a_closed_last_day_is_put_off_where_the_shop_says_so(self) -> None:
        terms = policy(days=None, window=ReturnWindow(days=18, extend_to_business_day=True))

        def opens(day: date) -> bool:
            return day.isoweekday() < 6

        decision = decide(order(), asked("2026-03-23"), terms, law=None, is_business_day=opens)
        assert (decision.eligible, decision.deadline, decision.deadline_unrolled) == (
            True,
            date(2026, 3, 23),
            date(2026, 3, 21),
        )

    def test_the_shops_days_never_touch_the_law(self) -> None:
        def never(_: date) -> bool:
            return False

        with_shop = decide(order(), asked("2026-03-17"), NO_RETURNS, law=ES, is_business_day=never)
        assert with_shop.deadline == date(2026, 3, 17)
