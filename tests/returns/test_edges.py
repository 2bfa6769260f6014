"""Corners in which a decision once was wrong, each with its smallest case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from csprotocol.errors import CurrencyMismatchError, InvalidValueError
from csprotocol.model import Buyer, Delivery, Money, OrderLine, Payment, ReasonNature
from csprotocol.returns import (
    ExchangeItem,
    Fees,
    Law,
    NextAction,
    RequestedLine,
    ReturnDecision,
    ReturnPolicy,
    ReturnTerms,
    ReturnWindow,
    SeasonalOverride,
    Selector,
    WindowKind,
    decide,
)
from tests.returns.shop import asked, eur, order, policy

ES = Law.of("ES")
LABEL = {ReasonNature.REMORSE: Fees(return_shipping="4.95")}


def mug(name: str = "MUG-1", price: str = "80.00", **facts: Any) -> OrderLine:
    return OrderLine(id=name, unit_price=eur(price), attributes=facts)


def both(first: str = "unwanted", second: str = "defective") -> tuple[RequestedLine, ...]:
    return RequestedLine(id="a", reason=first), RequestedLine(id="b", reason=second)


class TestVersions:
    old = replace(policy(30), version="1", valid_to=date(2026, 6, 1))
    new = replace(policy(60), version="2", valid_from=date(2026, 6, 2))

    def test_without_the_day_of_the_order_it_is_a_question(self) -> None:
        decision = decide(order(placed=None), asked("2026-03-20"), (self.old, self.new), law=None)
        assert (decision.eligible, decision.missing_facts, decision.next_action) == (
            None,
            ("placed_at",),
            NextAction.ASK_FOR_FACTS,
        )

    def test_of_overlapping_versions_the_latest_counts(self) -> None:
        always = replace(self.old, version="0", valid_to=None)
        versions = (always, replace(self.new, valid_from=date(2026, 1, 1)))
        for turned in (versions, versions[::-1]):
            assert decide(order(), asked("2026-04-20"), turned, law=None).policy_version == "2"

    @pytest.mark.parametrize("rubbish", [(), [None], "x", 5])
    def test_rubbish(self, rubbish: Any) -> None:
        with pytest.raises(InvalidValueError, match="a ReturnPolicy"):
            decide(order(), asked("2026-03-20"), rubbish, law=None)


class TestUnknownFacts:
    @pytest.mark.parametrize(
        ("fact", "on", "value"),
        [("service", "2026-03-20", True), ("regular_delivery", "2026-03-20", True)],
    )
    def test_what_may_change_the_answer_is_asked_for(self, fact: str, on: str, value: object) -> None:
        lines = (mug("a"), mug("b"))
        parcels = (
            Delivery(lines=("a",), delivered_at=date(2026, 3, 3)),
            Delivery(lines=("b",), delivered_at=date(2026, 3, 18)),
        )

        def answer(**facts: object) -> ReturnDecision:
            found = order(*lines, deliveries=parcels, attributes=facts)
            return decide(found, asked(on, "a"), policy(days=None), law=ES, is_working_day=lambda _: True)

        assert (answer().eligible, answer(**{fact: value}).eligible) == (True, False)
        unknown = answer(**{fact: None})
        assert (unknown.eligible, fact in unknown.missing_facts) == (None, True)

    def test_an_agreed_guarantee(self) -> None:
        line = mug(second_hand=True, agreed_guarantee_months=None)
        found = order(line, delivered="2026-03-03")
        late = decide(found, asked("2028-01-03", reason="defective", remedy="repair"), policy(days=None), law=ES)
        assert (late.eligible, late.missing_facts) == (None, ("agreed_guarantee_months",))

    def test_a_repair(self) -> None:
        found = order(mug(repair_requested_on=None), delivered="2026-03-03")
        request = asked("2026-10-03", reason="defective", remedy="repair")
        late = decide(found, request, policy(days=None), law=Law.of("AR"))
        assert (late.eligible, late.missing_facts) == (None, ("repair_requested_on",))

    def test_the_law_of_an_unknown_day_is_told(self) -> None:
        found = order(placed=None, deliveries=(Delivery(arrived=False),))
        decision = decide(found, asked("2021-01-05"), policy(days=None), law=Law.of("UY"))
        assert "ORDER_DATE_ASSUMED" in decision.reasons


class TestUnits:
    def test_what_was_cancelled_before_it_was_sent_never_came(self) -> None:
        line = OrderLine(id="MUG-1", unit_price=eur("10.00"), quantity=5, fulfilled_quantity=2, reimbursed_quantity=3)
        decision = decide(order(line), asked("2026-03-20", quantity=2), policy(), law=None)
        assert (decision.eligible, decision.returnable_quantity) == (True, 2)


class TestParcelBack:
    def test_nobody_pays_for_it_twice(self) -> None:
        found = order(mug("a", "40.00"), mug("b", "20.00"))
        for law in (None, ES):
            decision = decide(found, asked("2026-03-10", lines=both()), policy(fees=LABEL), law=law)
            assert (decision.refund.total, decision.return_cost_paid_by) == (eur("60.00"), "merchant")

    def test_there_is_none_of_goods_that_stay(self) -> None:
        terms = policy(fees=LABEL, keep_product_below="20.00")
        decision = decide(order(mug(price="10.00")), asked("2026-03-10"), terms, law=ES)
        assert (decision.refund.total, decision.next_action) == (eur("10.00"), NextAction.REFUND_NOW)
        assert (decision.return_cost_paid_by, decision.return_goods_by, decision.return_method) == (
            None,
            None,
            "KeepProduct",
        )

    @pytest.mark.parametrize("facts", [{"reason": "lost"}, {"line_facts": {"facts": {"digital": True}}}])
    def test_there_is_none_of_what_nobody_has(self, facts: dict[str, Any]) -> None:
        decision = decide(order(), asked("2026-03-10", **facts), policy(), law=None)
        assert (decision.return_method, decision.return_cost_paid_by) == (None, None)

    def test_bad_goods_are_sent_at_the_shops_cost_whatever_the_basis(self) -> None:
        hidden = replace(policy(days=None), posted=False)
        found = order(buyer=Buyer.BUSINESS)
        decision = decide(found, asked("2026-03-20", reason="defective"), hidden, law=Law.of("US-CA"))
        assert decision.return_cost_paid_by in {None, "merchant"}


class TestMeans:
    def test_one_means_that_all_lines_allow(self) -> None:
        terms = (
            ReturnTerms(
                name="x", when=Selector(sku=("x",)), window=ReturnWindow(days=30), refund_methods=("store_credit",)
            ),
            ReturnTerms(name="rest", window=ReturnWindow(days=30)),
        )
        lines = (OrderLine(id="a", sku="x", unit_price=eur("10.00")), mug("b", "90.00"))
        shop = ReturnPolicy(id="sample", terms=terms)
        decision = decide(order(*lines), asked("2026-03-20", lines=both("unwanted", "unwanted")), shop, law=None)
        assert (decision.refund_method, "METHODS_DIFFER" in decision.reasons) == ("original_payment", True)

    def test_store_credit_that_was_asked_for_is_given(self) -> None:
        decision = decide(order(), asked("2026-03-20", remedy="store_credit"), policy(), law=None)
        assert (decision.refund_method, "REFUND_METHOD_NOT_OFFERED" in decision.reasons) == ("store_credit", False)

    def test_the_law_guards_the_rest_of_an_exchange(self) -> None:
        items = (ExchangeItem(sku="X", unit_price=eur("30.00")),)
        request = asked("2026-03-10", remedy="exchange", exchange_items=items)
        decision = decide(order(), request, policy(refund_methods=("store_credit",)), law=ES)
        assert (decision.refund.total, decision.refund_method) == (eur("50.00"), "original_payment")

    def test_transactions_add_up(self) -> None:
        paid = (Payment(method="visa", amount=eur("30.00")),)
        decision = decide(order(captured=eur("80.00"), payments=paid), asked("2026-03-20"), policy(), law=None)
        assert sum(each.amount.minor for each in decision.refund.transactions) == decision.refund.total.minor == 8000

    def test_a_payment_gives_back_no_more_than_it_was(self) -> None:
        paid = Payment(method="visa", amount=eur("30.00"), refunded=eur("31.00"))
        with pytest.raises(InvalidValueError, match=r"at most 30\.00 EUR"):
            order(payments=(paid,))


class TestExchange:
    def test_it_is_for_something_in_the_same_money(self) -> None:
        with pytest.raises(InvalidValueError, match="what goes out instead"):
            asked("2026-03-20", remedy="exchange")
        with pytest.raises(InvalidValueError, match="not below 0"):
            ExchangeItem(sku="X", unit_price=eur("5.00") * -1)
        items = (ExchangeItem(sku="X", unit_price=Money.of("30.00", "USD")),)
        with pytest.raises(CurrencyMismatchError):
            decide(order(), asked("2026-03-20", remedy="exchange", exchange_items=items), policy(), law=None)

    def test_it_is_in_minor_units_of_the_same_size(self) -> None:
        items = (ExchangeItem(sku="X", unit_price=Money(30_000, "EUR", 3)),)
        with pytest.raises(CurrencyMismatchError):
            decide(order(), asked("2026-03-20", remedy="exchange", exchange_items=items), policy(), law=None)

    @pytest.mark.parametrize(
        ("remedies", "action"),
        [((), NextAction.INSPECT_GOODS), (("refund",), NextAction.CREATE_EXCHANGE)],
    )
    def test_what_costs_nothing_waits_for_nothing(self, remedies: tuple[str, ...], action: NextAction) -> None:
        opened = Fees(restocking_percent="15", when={"unopened": False}, remedies=remedies)
        request = asked("2026-03-20", remedy="exchange", exchange_items=(ExchangeItem(sku="X", unit_price=eur("80")),))
        decision = decide(order(), request, policy(fees={ReasonNature.REMORSE: opened}), law=None)
        assert (decision.next_action, "unopened" in decision.missing_facts) == (action, not remedies)

    def test_what_was_paid_back_already_buys_nothing(self) -> None:
        items = (ExchangeItem(sku="X", unit_price=eur("80.00")),)
        found = order(captured=eur("80.00"), refunded=eur("80.00"))
        decision = decide(found, asked("2026-03-20", remedy="exchange", exchange_items=items), policy(), law=None)
        assert decision.difference_due == eur("80.00")


class TestDates:
    def test_a_repair_does_not_end_before_it_begins(self) -> None:
        line = mug(repair_requested_on=date(2026, 3, 20), repair_returned_on=date(2026, 3, 10))
        with pytest.raises(InvalidValueError, match="not before the repair"):
            decide(order(line), asked("2026-03-25", reason="defective"), policy(), law=Law.of("GB"))

    @pytest.mark.parametrize("written", ["2026-03-20", date(2026, 3, 20)])
    def test_days_may_be_texts(self, written: object) -> None:
        line = mug(repair_requested_on=written, repair_returned_on="2026-04-10")
        decision = decide(order(line), asked("2026-04-15", reason="defective"), policy(days=None), law=Law.of("GB"))
        assert str(decision.basis) == "short_term_reject"

    @pytest.mark.parametrize("rubbish", ["soon", date.max, 7])
    def test_rubbish_is_refused(self, rubbish: object) -> None:
        with pytest.raises(InvalidValueError):
            decide(order(mug(repair_requested_on=rubbish)), asked("2026-03-25"), policy(), law=ES)


def test_a_season_opens_what_is_closed_else() -> None:
    season = SeasonalOverride(start=date(2026, 2, 1), end=date(2026, 3, 31), return_by=date(2026, 6, 30))
    closed = policy(days=None, window=ReturnWindow(kind=WindowKind.NONE), seasonal_overrides=(season,))
    decision = decide(order(), asked("2026-06-15"), closed, law=None)
    assert (decision.eligible, decision.deadline) == (True, date(2026, 6, 30))


def test_where_nothing_is_due_nobody_has_to_grant_it() -> None:
    shop = replace(policy(days=14), approval_limits={"agent": "50.00"})
    decision = decide(order(), asked("2026-06-15"), shop, law=None, actor="temp")
    assert (decision.needs_approval, decision.next_action) == (False, NextAction.REFUSE)


def test_some_lines_were_never_sent() -> None:
    unsent = OrderLine(id="b", unit_price=eur("30.00"), fulfilled_quantity=0)
    decision = decide(
        order(mug("a"), unsent), asked("2026-03-20", lines=both("unwanted", "unwanted")), policy(), law=None
    )
    assert decision.next_action is NextAction.SEND_RETURN_INSTRUCTIONS
