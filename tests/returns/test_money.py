"""What comes back: the public bugs of shop systems, by their issue numbers, and what must hold for any order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.model import Money, Order, OrderLine, Payment, ReasonNature
from csprotocol.returns import (
    ExchangeItem,
    Fees,
    OriginalShipping,
    PaymentSplit,
    RequestedLine,
    ReturnDecision,
    ReturnPolicy,
    ReturnRequest,
    decide,
)
from tests.returns.shop import asked, eur, order, policy

PLAIN = policy()


def line(name: str, price: str, quantity: int = 1, *, currency: str = "EUR", **facts: object) -> OrderLine:
    return OrderLine(id=name, unit_price=Money.of(price, currency), quantity=quantity, **facts)  # type: ignore[arg-type]


def back(found: Order, terms: ReturnPolicy = PLAIN, /, **lines: int) -> ReturnDecision:
    wanted = tuple(RequestedLine(id=name, quantity=count, reason="unwanted") for name, count in lines.items())
    return decide(found, asked("2026-03-20", lines=wanted), terms, law=None)


class TestPublicBugs:
    def test_solidus_512_a_discount_is_shared_by_value(self) -> None:
        found = order(line("a", "6.00"), line("b", "4.00"), discount=eur("1.00"))
        assert back(found, a=1).refund.total == eur("5.40")

    def test_solidus_707_nothing_is_cut_to_two_places(self) -> None:
        # 3 for 59.99: two are 39.99 and the third 20.00, never 39.98 and 19.99.
        found = order(OrderLine(id="a", quantity=3, total=eur("59.99")))
        assert back(found, a=3).refund.total == eur("59.99")
        assert back(found, a=2).refund.total == eur("39.99")

    def test_solidus_product_assembly_61_a_kit_loses_no_cents(self) -> None:
        assert (
            sum(each.minor for each in one_by_one(order(OrderLine(id="a", quantity=7, total=eur("10.00"))), "a"))
            == 1000
        )

    def test_saleor_7271_a_voucher_on_the_order_counts(self) -> None:
        found = order(line("a", "50.00"), line("b", "50.00"), discount=eur("20.00"))
        assert back(found, a=1).refund.total == eur("40.00")

    def test_medusa_15885_a_discount_is_not_taxed_twice(self) -> None:
        tax = Money.of("18.00", "USD")
        found = order(
            line("a", "100.00", 2, currency="USD", tax=tax), discount=Money.of("20.00", "USD"), tax_included=False
        )
        assert str(back(found, a=1).refund.total) == "99.00 USD"

    def test_medusa_4686_the_parcel_back_is_taken_off_once(self) -> None:
        terms = policy(fees={ReasonNature.REMORSE: Fees(return_shipping="6.95")})
        found = order(line("a", "30.00"), line("b", "20.00"))
        assert back(found, terms, a=1, b=1).refund.total == eur("43.05")

    def test_woocommerce_64668_a_full_refund_is_what_was_paid(self) -> None:
        pounds = Money.of("59.75", "GBP")
        found = order(line("a", "23.90", 10, currency="GBP", tax=Money.of("29.88", "GBP")), discount=pounds)
        assert str(back(found, a=10).refund.total) == "179.25 GBP"
        assert sum(each.minor for each in one_by_one(found, "a")) == 17925

    def test_woocommerce_41919_tax_is_a_share_of_the_tax_that_was_charged(self) -> None:
        found = order(line("a", "9.99", 3, tax=eur("2.53")), tax_included=False)
        taxes = [decision.refund["tax"].minor for decision in one_by_one_decided(found, "a")]
        assert (sum(taxes), max(taxes) - min(taxes)) == (253, 1)

    def test_woocommerce_ios_17630_never_more_than_is_left(self) -> None:
        found = order(line("a", "40.00", 2), captured=eur("80.00"), refunded=eur("10.00"))
        decision = back(found, a=2)
        assert (decision.refund.total, decision.refund["cap"].minor) == (eur("70.00"), -1000)
        assert "CAPPED_AT_REFUNDABLE" in decision.reasons

    @pytest.mark.parametrize(
        ("prices", "discount", "line_id", "total"),
        [(("150.00", "30.00"), "30.00", "a", "125.00"), (("50.00", "50.00"), "10.00", "a", "45.00")],
    )
    def test_prestashop_25687_a_voucher_is_not_taken_off_whole(
        self, prices: tuple[str, str], discount: str, line_id: str, total: str
    ) -> None:
        found = order(line("a", prices[0]), line("b", prices[1]), discount=eur(discount))
        assert back(found, PLAIN, **{line_id: 1}).refund.total == eur(total)

    def test_vendure_4811_a_discount_is_not_shared_again_over_what_is_left(self) -> None:
        found = order(line("a", "30.00"), line("b", "20.00"), discount=eur("10.00"))
        first = back(found, a=1)
        later = replace(found, lines=(replace(found.lines[0], reimbursed_quantity=1), found.lines[1]))
        assert (first.refund.total, back(later, b=1).refund.total) == (eur("24.00"), eur("16.00"))

    def test_vendure_2393_free_lines_take_no_share(self) -> None:
        found = order(line("a", "10.00"), line("gift", "0.00"), discount=eur("3.33"))
        assert (back(found, a=1).refund.total, back(found, gift=1).refund.total) == (eur("6.67"), eur("0.00"))

    def test_laravel_sisp_282_thirds_close(self) -> None:
        found = order(OrderLine(id="a", quantity=3, total=eur("100.00")))
        assert [str(each.to_decimal()) for each in one_by_one(found, "a")] == ["33.33", "33.34", "33.33"]


def one_by_one_decided(found: Order, line_id: str, terms: ReturnPolicy = PLAIN) -> list[ReturnDecision]:
    """All units of the line, one return after the other."""
    decisions = []
    for _ in range(found.line(line_id).quantity):
        decision = back(found, terms, **{line_id: 1})
        decisions.append(decision)
        refunded = decision.refund.total if found.refunded is None else found.refunded + decision.refund.total
        lines = tuple(
            replace(each, reimbursed_quantity=each.reimbursed_quantity + 1) if each.id == line_id else each
            for each in found.lines
        )
        found = replace(found, lines=lines, refunded=refunded)
    return decisions


def one_by_one(found: Order, line_id: str) -> list[Money]:
    return [decision.refund.total for decision in one_by_one_decided(found, line_id)]


class TestFees:
    def test_percent_is_of_what_was_paid_half_up(self) -> None:
        terms = policy(fees={ReasonNature.REMORSE: Fees(restocking_percent="15")})
        decision = back(order(line("a", "89.99")), terms, a=1)
        assert (decision.refund["restocking_fee"], decision.refund.total) == (-eur("13.50"), eur("76.49"))

    def test_nobody_pays_for_giving_back(self) -> None:
        terms = policy(fees={ReasonNature.REMORSE: Fees(return_shipping="6.95")})
        decision = back(order(line("a", "5.00")), terms, a=1)
        assert decision.refund.total == eur("0.00")
        assert "FEES_LIMITED" in decision.reasons
        assert sum(amount.minor for name, amount in decision.refund if name != "total") == 0

    def test_a_defect_has_fees_of_its_own(self) -> None:
        fees = {ReasonNature.REMORSE: Fees(restocking="5.00"), ReasonNature.NON_CONFORMITY: Fees()}
        found = order(line("a", "40.00"))
        bad = decide(found, asked("2026-03-20", "a", reason="defective"), policy(fees=fees), law=None)
        assert (back(found, policy(fees=fees), a=1).refund.total, bad.refund.total) == (eur("35.00"), eur("40.00"))


class TestShipping:
    @pytest.mark.parametrize(
        ("words", "total"), [(OriginalShipping.STATUTORY_ONLY, "40.00"), (OriginalShipping.ALWAYS, "44.95")]
    )
    def test_as_the_shop_says(self, words: OriginalShipping, total: str) -> None:
        found = order(line("a", "40.00"), shipping_paid=eur("4.95"))
        assert back(found, policy(refund_original_shipping=words), a=1).refund.total == eur(total)

    def test_it_comes_with_the_last_unit(self) -> None:
        found = order(line("a", "40.00", 2), shipping_paid=eur("4.95"))
        totals = one_by_one_decided(found, "a", policy(refund_original_shipping=OriginalShipping.ALWAYS))
        assert [each.refund["shipping"].minor for each in totals] == [0, 495]


class TestMeans:
    def test_in_proportion_or_gift_card_last(self) -> None:
        paid = (Payment(method="gift_card", amount=eur("30.00")), Payment(method="card", amount=eur("70.00")))
        found = order(line("a", "60.00"), line("b", "40.00"), payments=paid)
        split = {
            how: [
                (each.method, str(each.amount.to_decimal()))
                for each in back(found, each_policy, a=1).refund.transactions
            ]
            for how, each_policy in ((how, replace(PLAIN, payment_split=how)) for how in PaymentSplit)
        }
        assert split == {
            PaymentSplit.PROPORTIONAL: [("gift_card", "18.00"), ("card", "42.00")],
            PaymentSplit.GIFT_CARD_LAST: [("card", "60.00")],
            PaymentSplit.GIFT_CARD_FIRST: [("gift_card", "30.00"), ("card", "30.00")],
        }

    def test_a_bonus_stands_outside_the_cap(self) -> None:
        terms = policy(refund_methods=("original_payment", "store_credit"), store_credit_bonus_percent="10")
        found = order(line("a", "50.00"), captured=eur("50.00"))
        decision = decide(found, asked("2026-03-20", "a", refund_method="store_credit"), terms, law=None)
        assert (decision.refund.total, decision.refund_method) == (eur("55.00"), "store_credit")

    @pytest.mark.parametrize(
        ("wanted", "total", "difference"), [("25.00", "15.00", "-15.00"), ("65.00", "0.00", "25.00")]
    )
    def test_exchange_down_and_up(self, wanted: str, total: str, difference: str) -> None:
        items = (ExchangeItem(sku="X", unit_price=eur(wanted)),)
        found = order(line("a", "40.00"))
        decision = decide(found, asked("2026-03-20", "a", remedy="exchange", exchange_items=items), PLAIN, law=None)
        assert decision.difference_due is not None
        assert (str(decision.refund.total.to_decimal()), str(decision.difference_due.to_decimal())) == (
            total,
            difference,
        )

    def test_the_value_that_was_lost_is_taken_off(self) -> None:
        request = asked("2026-03-20", "a", line_facts={"diminished_value_percent": Decimal(20)})
        decision = decide(order(line("a", "100.00")), request, PLAIN, law=None)
        assert (decision.refund["diminished_value"], decision.refund.total) == (-eur("20.00"), eur("80.00"))


# Any order


CURRENCIES = st.sampled_from([("EUR", 2), ("JPY", 0), ("KWD", 3)])


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Random lines, discounts, tax inside or on top, shipping, in currencies of three kinds."""
    currency, exponent = draw(CURRENCIES)

    def money(most: int) -> Money:
        return Money(draw(st.integers(0, most)), currency, exponent)

    inside = draw(st.booleans())
    lines = []
    for number in range(draw(st.integers(1, 4))):
        total = money(100_000)
        discount = money(total.minor) if draw(st.booleans()) else None
        lines.append(
            OrderLine(
                id=f"l{number}", quantity=draw(st.integers(1, 5)), total=total, discount=discount, tax=money(20_000)
            )
        )
    value = sum(each.total.minor - (each.discount.minor if each.discount else 0) for each in lines)
    discount = Money(draw(st.integers(0, value)), currency, exponent) if value and draw(st.booleans()) else None
    paid = (
        value
        - (discount.minor if discount else 0)
        + (0 if inside else sum(each.tax.minor for each in lines if each.tax))
    )
    shipping = money(2_000)
    return order(
        *lines,
        tax_included=inside,
        discount=discount,
        shipping_paid=shipping,
        captured=Money(paid + shipping.minor, currency, exponent),
    )


ALWAYS = policy(refund_original_shipping=OriginalShipping.ALWAYS)


@given(orders(), st.data())
def test_returns_one_after_the_other_give_one_full_refund(found: Order, data: st.DataObject) -> None:
    assert found.captured is not None
    left = {each.id: each.quantity for each in found.lines}
    whole = back(found, ALWAYS, **left).refund.total
    assert whole == found.captured
    current, total = found, 0
    while left:
        wanted = {
            name: data.draw(st.integers(0 if len(left) > 1 else 1, count)) for name, count in sorted(left.items())
        }
        wanted = {name: count for name, count in wanted.items() if count}
        if not wanted:
            continue
        decision = back(current, ALWAYS, **wanted)
        refund = decision.refund
        assert refund.total.minor >= 0
        assert sum(a.minor for name, a in refund if name not in {"total", "tax_included"}) == refund.total.minor
        total += refund.total.minor
        assert total <= found.captured.minor
        lines = tuple(
            replace(each, reimbursed_quantity=each.reimbursed_quantity + wanted.get(each.id, 0))
            for each in current.lines
        )
        already = Money(total, found.currency, found.captured.exponent)
        current = replace(current, lines=lines, refunded=already)
        left = {
            each.id: each.quantity - each.reimbursed_quantity
            for each in lines
            if each.quantity > each.reimbursed_quantity
        }
    assert total == whole.minor


@given(orders(), st.integers(0, 200_000), st.data())
def test_an_exchange_is_a_refund_and_a_sale(found: Order, price: int, data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(found.lines))
    count = data.draw(st.integers(1, chosen.quantity))
    like = chosen.total
    items = (ExchangeItem(sku="X", unit_price=Money(price, like.currency, like.exponent)),)
    lines = (RequestedLine(id=chosen.id, quantity=count, reason="unwanted"),)
    request = ReturnRequest(at=asked("2026-03-20").at, lines=lines, remedy="exchange", exchange_items=items)  # type: ignore[arg-type]
    decision = decide(found, request, PLAIN, law=None)
    plain = back(found, PLAIN, **{chosen.id: count}).refund.total.minor
    assert decision.difference_due is not None
    assert decision.difference_due.minor == price - plain
    assert decision.refund.total.minor == max(0, plain - price)
