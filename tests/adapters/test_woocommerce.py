"""Orders of WooCommerce: what it does not know stays unknown."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.adapters import Read, woocommerce
from csprotocol.errors import ExportError, InvalidValueError
from csprotocol.model import Buyer, ContractChannel, Order
from csprotocol.returns import Law, RequestedLine, ReturnRequest, decide

from ._orders import drop, example, json_values, put, spoilt, woocommerce_orders
from ._shared import shared

SAMPLE = example("woocommerce_order.json")
LINE = ("line_items", 0)


def read(payload: Any = SAMPLE, **options: Any) -> Read[Order | None]:
    return woocommerce.order(payload, **options)


def order(payload: Any = SAMPLE, **options: Any) -> Order:
    got: Order = woocommerce.order(payload, strict=True, **options).value
    return got


def codes(found: Read[Any]) -> set[str]:
    return {notice.code for notice in found.warnings}


def refund_of_all(got: Order, on: date = date(2026, 11, 10)) -> str:
    lines = [RequestedLine(id=line.id, quantity=line.quantity, reason="unwanted") for line in got.lines]
    decision = decide(got, ReturnRequest(at=on, lines=tuple(lines)), None, law=Law.of("ES"))
    return str(decision.refund.total)


class TestSample:
    def test_all_of_it(self) -> None:
        assert (read().warnings, read().rejections) == ((), 0)
        got = order()
        line = got.line("315")
        assert (got.id, got.number, got.country, got.tax_included) == ("727", "1001", "ES", True)
        assert [str(each) for each in (line.total, line.discount, line.tax)] == ["22.00 EUR", "2.20 EUR", "3.44 EUR"]
        assert (str(got.shipping_paid), str(got.captured), str(got.refunded)) == ("5.00 EUR", "41.30 EUR", "0.00 EUR")
        assert (line.title, line.sku, line.product) == ("Mug – blue", "MUG-1", "93")
        assert got.placed_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
        assert (got.deliveries, line.fulfilled_quantity, got.contract) == ((), None, ContractChannel.DISTANCE)
        assert [(each.method, str(each.amount)) for each in got.payments] == [("redsys", "41.30 EUR")]

    @pytest.mark.parametrize("tax_included", [True, False])
    def test_net_and_tax_are_added_before_they_are_rounded(self, tax_included: bool) -> None:
        amounts = {"subtotal": "4.975", "total": "4.975", "subtotal_tax": "0.995", "total_tax": "0.995"}
        line = {"id": 1, "name": "Cup", "quantity": 1, **amounts}
        got = order({**SAMPLE, "prices_include_tax": tax_included, "line_items": [line]}).lines[0]
        assert got.tax is not None
        assert got.total.minor + (0 if tax_included else got.tax.minor) == 597

    def test_what_comes_back_in_full_is_what_was_paid(self) -> None:
        assert refund_of_all(order()) == "41.30 EUR"
        # Prices without tax are another way to write the same order.
        assert refund_of_all(order(put(SAMPLE, ("prices_include_tax",), False))) == "41.30 EUR"

    @given(woocommerce_orders())
    def test_so_it_is_for_any_order(self, payload: Any) -> None:
        assert codes(read(payload)) <= {"not-paid"}
        assert refund_of_all(order(payload)) == f"{payload['total']} EUR"


class TestMoney:
    def test_a_negative_fee_is_a_discount_any_other_is_told(self) -> None:
        payload = put(SAMPLE, ("fee_lines",), [{"total": "-2.00", "total_tax": "-0.42"}, {"total": "1.00"}])
        payload = put(payload, ("total",), "39.88")
        got = order(payload)
        assert (str(got.discount), codes(read(payload))) == ("2.42 EUR", {"fees-left-out"})
        assert refund_of_all(got) == "38.88 EUR"

    def test_parts_that_do_not_add_up_are_told(self) -> None:
        assert codes(read(put(SAMPLE, ("total",), "60.00"))) == {"does-not-add-up"}

    def test_a_line_that_got_dearer(self) -> None:
        payload = put(SAMPLE, (*LINE, "subtotal"), "1.00")
        found = read(put(payload, (*LINE, "subtotal_tax"), "0.21"))
        assert found.value is not None
        assert (str(found.value.lines[0].total), found.value.lines[0].discount) == ("19.80 EUR", None)
        assert codes(found) == {"dearer"}

    def test_numbers_and_more_digits(self) -> None:
        found = read(put(put(SAMPLE, (*LINE, "total"), 16.3612), (*LINE, "total_tax"), 3.44))
        assert found.value is not None
        assert (str(found.value.lines[0].discount), codes(found)) == ("2.20 EUR", {"rounded"})

    @pytest.mark.parametrize(
        ("status", "captured"),
        [("pending", "0.00 EUR"), ("on-hold", "0.00 EUR"), ("processing", "None"), ("shipped-by-plugin", "None")],
    )
    def test_without_a_day_of_payment(self, status: str, captured: str) -> None:
        payload = put(put(put(SAMPLE, ("date_paid",), None), ("date_paid_gmt",), None), ("status",), status)
        found = read(payload)
        assert found.value is not None
        assert (str(found.value.captured), found.value.payments) == (captured, ())
        assert ("unknown-status" in codes(found)) == (status == "shipped-by-plugin")

    def test_refunds_of_the_order_say_no_lines(self) -> None:
        payload = put(SAMPLE, ("refunds",), [{"id": 9, "total": "-9.90"}])
        assert (str(order(payload).refunded), codes(read(payload))) == ("9.90 EUR", {"refund-lines-unknown"})

    def test_refunds_beside_it_do(self) -> None:
        payload = put(SAMPLE, ("refunds",), [{"id": 9, "total": "-9.90"}])
        line = {"id": 1, "quantity": -1, "meta_data": [{"key": "_refunded_item_id", "value": "315"}]}
        beside = [{"id": 9, "amount": "9.90", "line_items": [line]}] * 2
        found = read(payload, refunds=beside)
        assert found.value is not None
        assert (str(found.value.refunded), found.value.line("315").reimbursed_quantity) == ("9.90 EUR", 1)
        assert codes(found) == set()


class TestTimes:
    @pytest.mark.parametrize(
        ("local", "placed"),
        [
            ("2026-11-03T00:30:00", "2026-11-03T00:30:00+01:00"),
            ("2026-11-02T20:30:00", "2026-11-02T20:30:00-03:00"),
            ("2026-11-05T20:30:00", "2026-11-02T23:30:00+00:00"),
            (None, "2026-11-02T23:30:00+00:00"),
        ],
    )
    def test_both_times_together_tell_the_day_of_the_site(self, local: str | None, placed: str) -> None:
        payload = put(put(SAMPLE, ("date_created_gmt",), "2026-11-02T23:30:00"), ("date_created",), local)
        got = order(payload).placed_at
        assert isinstance(got, datetime)
        assert got.isoformat() == placed

    def test_local_times_need_a_zone(self) -> None:
        payload = drop(SAMPLE, ("date_created_gmt",))
        assert (order(payload).placed_at, codes(read(payload))) == (None, {"naive-time"})
        assert order(payload, tz="Europe/Madrid").placed_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
        with pytest.raises(InvalidValueError, match="Europe/Madrid"):
            order(tz="Mars")


class TestLines:
    @pytest.mark.parametrize(
        ("fields", "known", "told"),
        [
            ({"meta_data": [{"key": "Engraving", "value": "Ana"}]}, None, None),
            ({"meta_data": [{"key": "Engraving", "value": "Ana"}]}, {"Engraving": True}, True),
            ({"meta_data": [{"key": "Engraving", "value": "Ana"}], "variation_id": 4}, {"Engraving": True}, True),
            ({"meta_data": [{"key": "size", "value": "M"}], "variation_id": 4}, None, "absent"),
            ({"meta_data": [{"key": "_sku", "value": "M"}, {"key": "pa_color", "value": "red"}]}, None, "absent"),
        ],
    )
    def test_what_a_customer_filled_in(self, fields: Any, known: Any, told: Any) -> None:
        payload = put(SAMPLE, LINE, {**SAMPLE["line_items"][0], **fields})
        assert order(payload, personalised=known).lines[0].attributes.get("personalised", "absent") == told


class TestPeople:
    def test_billing_where_nothing_was_shipped(self) -> None:
        payload = put(SAMPLE, ("shipping",), {"country": ""})
        assert (order(payload).country, codes(read(payload))) == ("ES", {"country-from-billing"})

    def test_a_company_is_told_and_the_till_is_a_shop(self) -> None:
        payload = put(SAMPLE, ("billing", "company"), "Ana SL")
        assert (order(payload).buyer, codes(read(payload))) == (Buyer.CONSUMER, {"company-named"})
        assert order(put(SAMPLE, ("created_via",), "pos-rest-api")).contract is ContractChannel.IN_STORE

    def test_cancelled_orders_are_told(self) -> None:
        assert codes(read(put(SAMPLE, ("status",), "cancelled"))) == {"cancelled"}


class TestRubbish:
    @pytest.mark.parametrize(
        ("payload", "code", "column"),
        [
            (None, "no-mapping", None),
            ({"webhook_id": 142}, "ping", None),
            ({"id": []}, "no-id", "id"),
            (drop(SAMPLE, ("currency",)), "absent", "currency"),
            (drop(SAMPLE, ("line_items",)), "absent", "line_items"),
            (drop(SAMPLE, (*LINE, "total")), "absent", "line_items[0].total"),
            (drop(SAMPLE, (*LINE, "quantity")), "absent", "line_items[0].quantity"),
            (put(SAMPLE, (*LINE, "total"), True), "no-number", "line_items[0].total"),
            (drop(SAMPLE, ("prices_include_tax",)), "absent", "prices_include_tax"),
            (put(SAMPLE, ("refunds",), "x"), "no-list", "refunds"),
        ],
    )
    def test_a_reason_with_its_place(self, payload: Any, code: str, column: str | None) -> None:
        found = read(payload)
        assert (found.value, found.rejections) == (None, 1)
        assert (found.rejected[0].code, found.rejected[0].column) == (code, column)
        with pytest.raises(ExportError):
            order(payload)

    @given(spoilt(SAMPLE))
    def test_nothing_foreign_gets_out(self, payload: Any) -> None:
        found = read(payload)
        assert (found.value is None) == (found.rejections == 1)

    @given(json_values, json_values)
    def test_nor_of_anything_else(self, payload: Any, refunds: Any) -> None:
        read(payload)
        read(SAMPLE, refunds=refunds)


class TestOrders:
    @given(st.lists(spoilt(SAMPLE) | json_values, max_size=4))
    def test_every_row_is_accounted_for(self, payloads: Any) -> None:
        assert woocommerce.orders(payloads).files[0].adds_up

    def test_the_newest_of_each(self) -> None:
        new = {**SAMPLE, "date_modified_gmt": "2026-11-09T00:00:00", "status": "processing", "number": "new"}
        found = woocommerce.orders([SAMPLE, new, SAMPLE])
        assert ([each.number for each in found.value], found.duplicates) == (["new"], 2)


@pytest.mark.shared
class TestFixtures:
    def test_the_orders_of_the_documentation(self) -> None:
        path = shared("platforms", "woocommerce_v3", "orders__list_all_orders.json")
        found = woocommerce.orders(json.loads(path.read_bytes()))
        first, second = found.value
        assert (str(first.captured), first.country, first.line("316").title[:9]) == ("29.35 USD", "US-CA", "Ship Your")
        assert (second.captured, str(second.refunded), second.country) == (None, "19.00 USD", "BR")
        assert codes(found) == {"payment-unknown", "refund-lines-unknown"}
        assert refund_of_all(first, date(2017, 3, 25)) == "29.35 USD"

    def test_its_refunds_beside_it(self) -> None:
        orders = json.loads(shared("platforms", "woocommerce_v3", "orders__list_all_orders.json").read_bytes())
        refunds = json.loads(shared("platforms", "woocommerce_v3", "order-refunds__list_all_refunds.json").read_bytes())
        got = order(orders[1], refunds=refunds)
        assert (str(got.refunded), [line.reimbursed_quantity for line in got.lines]) == ("19.00 USD", [1, 0])
