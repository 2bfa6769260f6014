"""Orders of Shopify: facts, never guesses."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.adapters import Read, shopify
from csprotocol.errors import ExportError, InvalidValueError
from csprotocol.model import Buyer, ContractChannel, Order
from csprotocol.returns import Law, RequestedLine, ReturnRequest, decide

from ._orders import drop, example, json_values, put, shopify_orders, spoilt
from ._shared import shared

SAMPLE = example("shopify_order.json")
LINE = ("order", "line_items", 0)


def read(payload: Any = SAMPLE, **options: Any) -> Read[Order | None]:
    return shopify.order(payload, **options)


def order(payload: Any = SAMPLE, **options: Any) -> Order:
    got: Order = shopify.order(payload, strict=True, **options).value
    return got


def codes(found: Read[Any]) -> set[str]:
    return {notice.code for notice in found.warnings}


def at(*keys: Any) -> tuple[Any, ...]:
    return ("order", *keys)


def with_line(**fields: Any) -> Any:
    payload = SAMPLE
    for name, value in fields.items():
        payload = put(payload, (*LINE, name), value)
    return payload


class TestSample:
    def test_all_of_it(self) -> None:
        found = read()
        assert (found.warnings, found.rejections, found.used) == ((), 0, 1)
        got = order()
        line = got.lines[0]
        assert (got.id, got.number, got.currency, got.country, got.tax_included) == ("4501", "#1001", "EUR", "ES", True)
        assert [str(each) for each in (line.total, line.discount, line.tax)] == ["59.90 EUR", "6.00 EUR", "9.35 EUR"]
        assert (str(got.shipping_paid), str(got.captured), got.discount) == ("5.00 EUR", "58.90 EUR", None)
        assert [(each.method, str(each.amount)) for each in got.payments] == [("shopify_payments", "58.90 EUR")]
        assert (line.sku, line.fulfilled_quantity, line.product) == ("SHIRT-M", 2, "501")
        assert got.deliveries[0].delivered_at == datetime.fromisoformat("2026-11-04T13:20:00+01:00")
        assert (got.buyer, got.contract) == (Buyer.CONSUMER, ContractChannel.DISTANCE)

    def test_the_outer_mapping_does_not_matter(self) -> None:
        assert order(SAMPLE["order"]) == order()

    def test_anything_that_turns_into_a_mapping(self) -> None:
        class Client:
            def to_dict(self) -> Any:
                return SAMPLE["order"]

        class Broken:
            def model_dump(self) -> Any:
                raise KeyError("session")

        assert order(Client()) == order()
        assert read(Broken()).rejected[0].code == "no-mapping"

    def test_what_comes_back_in_full_is_what_was_paid(self) -> None:
        assert _refund_of_all(order()) == "58.90 EUR"

    @given(shopify_orders())
    def test_so_it_is_for_any_order(self, payload: Any) -> None:
        assert "does-not-add-up" not in codes(read(payload))
        assert _refund_of_all(order(payload)) == f"{payload['total_price']} EUR"


def _refund_of_all(got: Order) -> str:
    lines = [RequestedLine(id=line.id, quantity=line.quantity, reason="unwanted") for line in got.lines]
    decision = decide(got, ReturnRequest(at=date(2026, 11, 10), lines=tuple(lines)), None, law=Law.of("ES"))
    return str(decision.refund.total)


class TestMoney:
    def test_tax_on_top_comes_back_with_that_of_the_parcel(self) -> None:
        payload = put(SAMPLE, at("taxes_included"), False)
        payload = put(payload, at("total_price"), "69.12")
        assert "does-not-add-up" not in codes(read(payload))
        assert _refund_of_all(order(payload)) == "69.12 EUR"

    def test_parts_that_do_not_add_up_are_told(self) -> None:
        assert codes(read(put(SAMPLE, at("total_price"), "60.00"))) == {"does-not-add-up"}

    def test_without_allocations_the_discount_is_the_orders(self) -> None:
        payload = drop(SAMPLE, (*LINE, "discount_allocations"))
        got = order(payload)
        assert (str(got.discount), got.lines[0].discount) == ("6.00 EUR", None)
        assert _refund_of_all(got) == "58.90 EUR"

    def test_the_tax_of_an_old_order_is_shared_out(self) -> None:
        payload = drop(put(SAMPLE, at("taxes_included"), False), (*LINE, "tax_lines"))
        found = read(payload)
        assert found.value is not None
        assert (str(found.value.lines[0].tax), "tax-shared-out" in codes(found)) == ("9.35 EUR", True)

    @pytest.mark.parametrize(
        ("status", "captured"),
        [
            ("paid", "58.90 EUR"),
            ("refunded", "58.90 EUR"),
            ("pending", "0.00 EUR"),
            ("authorized", "0.00 EUR"),
            ("partially_paid", "None"),
            ("surprise", "None"),
        ],
    )
    def test_what_a_status_says_of_the_payment(self, status: str, captured: str) -> None:
        found = read(put(SAMPLE, at("financial_status"), status))
        assert found.value is not None
        assert str(found.value.captured) == captured
        assert ("unknown-status" in codes(found)) == (status == "surprise")
        assert ("not-paid" in codes(found)) == (captured == "0.00 EUR")

    def test_transactions_say_who_paid_how_much(self) -> None:
        rows = [
            {"id": 1, "kind": "authorization", "status": "success", "amount": "58.90", "gateway": "card"},
            {"id": 2, "kind": "capture", "status": "success", "amount": "48.90", "gateway": "card"},
            {"id": 2, "kind": "capture", "status": "success", "amount": "48.90", "gateway": "card"},
            {"id": 3, "kind": "sale", "status": "success", "amount": "10.00", "gateway": "gift_card"},
            {"id": 4, "kind": "sale", "status": "failure", "amount": "99.00", "gateway": "card"},
            {"id": 5, "kind": "refund", "status": "success", "amount": "5.00", "gateway": "card"},
        ]
        for beside in (rows, {"transactions": rows}):
            got = order(transactions=beside)
            assert (str(got.captured), str(got.refunded)) == ("58.90 EUR", "5.00 EUR")
            assert [(p.method, str(p.amount), str(p.refunded)) for p in got.payments] == [
                ("card", "48.90 EUR", "5.00 EUR"),
                ("gift_card", "10.00 EUR", "0.00 EUR"),
            ]

    def test_several_gateways_without_transactions(self) -> None:
        found = read(put(SAMPLE, at("payment_gateway_names"), ["gift_card", "card"]))
        assert found.value is not None
        assert (found.value.payments, codes(found)) == ((), {"payments-unknown"})

    def test_a_refund_is_its_transactions_not_its_lines(self) -> None:
        refund = {
            "id": 7,
            "refund_line_items": [{"line_item_id": 71, "quantity": 1, "subtotal": 26.95}],
            "transactions": [
                {"id": 8, "kind": "refund", "status": "success", "amount": "20.00", "gateway": "shopify_payments"},
                {"id": 9, "kind": "suggested_refund", "status": "success", "amount": "26.95"},
            ],
        }
        got = order(put(SAMPLE, at("refunds"), [refund, refund]))
        assert (str(got.refunded), got.lines[0].reimbursed_quantity) == ("20.00 EUR", 1)

    def test_more_units_back_than_bought(self) -> None:
        refund = {"id": 7, "refund_line_items": [{"line_item_id": 71, "quantity": 3}]}
        found = read(put(SAMPLE, at("refunds"), [refund]))
        assert found.value is not None
        assert (found.value.lines[0].reimbursed_quantity, codes(found)) == (2, {"too-many-refunded"})

    def test_the_customers_currency_or_the_shops(self) -> None:
        payload = put(SAMPLE, at("presentment_currency"), "USD")
        assert read(payload).rejected[0].code == "no-presentment"
        assert order(payload, money="shop").currency == "EUR"
        both = {"presentment_money": {"amount": "33.00", "currency_code": "USD"}}
        for place in ((*LINE, "price_set"), at("total_price_set"), at("shipping_lines", 0, "price_set")):
            payload = put(payload, place, both)
        for name in ("discount_allocations", "tax_lines"):
            payload = put(payload, (*LINE, name), [])
            payload = put(payload, at("shipping_lines", 0, name), [])
        got = order(payload)
        assert (got.currency, str(got.lines[0].total)) == ("USD", "66.00 USD")
        with pytest.raises(InvalidValueError, match="presentment, shop"):
            order(money="euro")

    def test_transactions_in_another_currency_say_nothing(self) -> None:
        rows = [{"id": 1, "kind": "sale", "status": "success", "amount": "58.90", "currency": "USD"}]
        found = read(transactions=rows)
        assert found.value is not None
        assert (found.value.captured, "other-currency" in codes(found)) == (None, True)


class TestParcels:
    def test_events_may_come_beside_the_order_and_count_by_the_scan(self) -> None:
        payload = drop(drop(SAMPLE, at("fulfillments", 0, "events")), at("fulfillments", 0, "shipment_status"))
        event = {
            "fulfillment_id": 901,
            "status": "delivered",
            "happened_at": "2026-11-04T13:20:00+01:00",
            "created_at": "2026-12-02T08:00:00+01:00",
        }
        assert order(payload).deliveries[0].delivered_at is None
        for beside in ([event], [{"fulfillment_event": event}], {"fulfillment_events": [event]}):
            assert order(payload, events=beside).deliveries == order().deliveries
        assert order(payload, events=[{**event, "status": "out_for_delivery"}]).deliveries[0].delivered_at is None

    def test_the_field_of_graphql(self) -> None:
        payload = put(SAMPLE, at("fulfillments", 0, "events"), [])
        payload = put(payload, at("fulfillments", 0, "deliveredAt"), "2026-11-04T12:20:00Z")
        assert order(payload).deliveries[0].delivered_at == datetime.fromisoformat("2026-11-04T12:20:00Z")

    def test_delivered_without_a_day(self) -> None:
        found = read(put(SAMPLE, at("fulfillments", 0, "events"), []))
        assert found.value is not None
        parcel = found.value.deliveries[0]
        assert (parcel.arrived, parcel.delivered_at, codes(found)) == (True, None, {"undated-delivery"})

    @pytest.mark.parametrize(
        ("status", "fulfilled", "parcels"),
        [("success", 1, 2), ("cancelled", 0, 0), ("failure", None, 0), ("pending", None, 0), ("new word", None, 0)],
    )
    def test_only_success_was_sent(self, status: str, fulfilled: int | None, parcels: int) -> None:
        payload = put(with_line(fulfillment_status=None), at("fulfillments", 0, "status"), status)
        payload = put(payload, at("fulfillments", 0, "line_items", 0, "quantity"), 1)
        got = order(payload)
        assert (got.lines[0].fulfilled_quantity, len(got.deliveries)) == (fulfilled, parcels)

    def test_the_rest_of_a_line_has_not_come(self) -> None:
        payload = put(with_line(fulfillment_status="partial"), at("fulfillments", 0, "line_items", 0, "quantity"), 1)
        assert (order(payload).deliveries[1].arrived, order(payload).deliveries[1].lines) == (False, ("71",))

    def test_what_was_cancelled_was_never_sent(self) -> None:
        payload = put(with_line(fulfillment_status="fulfilled"), at("fulfillments", 0, "line_items", 0, "quantity"), 1)
        row = {"line_item_id": 71, "quantity": 1, "restock_type": "cancel"}
        got = order(put(payload, at("refunds"), [{"id": 1, "refund_line_items": [row]}])).lines[0]
        assert (got.quantity, got.fulfilled_quantity, got.reimbursed_quantity) == (2, 1, 1)

    def test_without_the_list_nobody_knows(self) -> None:
        payload = drop(with_line(fulfillment_status=None), at("fulfillments"))
        assert order(payload).lines[0].fulfilled_quantity is None


class TestLines:
    @pytest.mark.parametrize(
        ("properties", "known", "told"),
        [
            ([{"name": "Engraving", "value": "Ana"}], None, None),
            ([{"name": "Engraving", "value": "Ana"}], {"Engraving": True}, True),
            ([{"name": "Gift note", "value": "Ana"}], {"Gift note": False}, "absent"),
            ([{"name": "Gift note", "value": "Ana"}, {"name": "Engraving", "value": "x"}], {"Gift note": False}, None),
            ([{"name": "_bundle", "value": "1"}], None, "absent"),
            ([{"name": "Engraving", "value": ""}], None, "absent"),
        ],
    )
    def test_what_a_customer_filled_in(self, properties: Any, known: Any, told: Any) -> None:
        line = order(with_line(properties=properties), personalised=known).lines[0]
        assert line.attributes.get("personalised", "absent") == told

    def test_gift_cards_and_what_is_not_shipped(self) -> None:
        assert order(with_line(gift_card=True)).lines[0].attributes == {"gift_card": True}
        assert order(with_line(requires_shipping=False)).lines[0].attributes == {"digital": None, "service": None}

    def test_lines_of_no_units_are_left_out(self) -> None:
        payload = put(SAMPLE, at("line_items"), [SAMPLE["order"]["line_items"][0], {"id": 5, "quantity": 0}])
        assert ([line.id for line in order(payload).lines], codes(read(payload))) == (["71"], {"no-units"})


class TestPeople:
    @pytest.mark.parametrize(
        ("address", "country"),
        [
            ({"country_code": "CA", "province_code": "QC"}, "CA-QC"),
            ({"country_code": "us", "province_code": "ca"}, "US-CA"),
            ({"country_code": "ES", "province_code": "M"}, "ES"),
            ({"country_code": "US", "province_code": "a very long one"}, "US"),
            ({"country_code": "Spain"}, None),
            ({}, None),
            (None, None),
        ],
    )
    def test_where_the_consumer_lives(self, address: Any, country: str | None) -> None:
        assert order(put(SAMPLE, at("shipping_address"), address)).country == country

    def test_only_b2b_orders_are_of_a_business(self) -> None:
        named = put(SAMPLE, at("shipping_address", "company"), "Ana SL")
        assert (order(named).buyer, codes(read(named))) == (Buyer.CONSUMER, {"company-named"})
        assert order(put(SAMPLE, at("company"), {"id": 3, "location_id": 4})).buyer is Buyer.BUSINESS

    def test_the_till(self) -> None:
        assert order(put(SAMPLE, at("source_name"), "pos")).contract is ContractChannel.IN_STORE

    def test_an_imported_order_was_placed_when_it_was_processed(self) -> None:
        got = order(put(SAMPLE, at("processed_at"), "2025-11-02T10:00:00+01:00"))
        assert got.placed_at == datetime.fromisoformat("2025-11-02T10:00:00+01:00")

    def test_naive_times_are_unknown(self) -> None:
        payload = put(SAMPLE, at("created_at"), "2026-11-02T10:00:00")
        assert (order(payload).placed_at, codes(read(payload))) == (None, {"naive-time"})

    def test_cancelled_and_test_orders_are_told(self) -> None:
        payload = put(put(SAMPLE, at("cancelled_at"), "2026-11-03T10:00:00+01:00"), at("test"), True)
        assert codes(read(payload)) == {"cancelled", "test"}

    def test_a_zone(self) -> None:
        assert order(tz="Europe/Madrid").tz == "Europe/Madrid"
        with pytest.raises(InvalidValueError, match="Europe/Madrid"):
            order(tz="Mars")


class TestRubbish:
    @pytest.mark.parametrize(
        ("payload", "code", "column"),
        [
            (None, "no-mapping", None),
            ([], "no-mapping", None),
            ({}, "absent", "id"),
            ({"id": True}, "no-id", "id"),
            (drop(SAMPLE, at("currency")), "absent", "currency"),
            (put(SAMPLE, at("currency"), "€"), "unknown-currency", "currency"),
            (put(SAMPLE, at("line_items"), []), "absent", "line_items"),
            (put(SAMPLE, at("line_items"), "x"), "no-list", "line_items"),
            (drop(SAMPLE, (*LINE, "price")), "absent", "line_items[0].price"),
            (put(SAMPLE, (*LINE, "price"), "12,50"), "no-number", "line_items[0].price"),
            (put(SAMPLE, (*LINE, "price"), "1e29"), "no-amount", "line_items[0].price"),
            (put(SAMPLE, (*LINE, "price"), "-1"), "impossible", None),
            (put(SAMPLE, (*LINE, "quantity"), 1.5), "no-count", "line_items[0].quantity"),
            (put(SAMPLE, (*LINE, "quantity"), 10**12), "no-count", "line_items[0].quantity"),
            (drop(SAMPLE, at("taxes_included")), "absent", "taxes_included"),
            (put(SAMPLE, at("created_at"), "yesterday"), "stamp", "created_at"),
            ({"id": 1, "lineItems": {"nodes": []}}, "graphql", "lineItems"),
        ],
    )
    def test_a_reason_with_its_place(self, payload: Any, code: str, column: str | None) -> None:
        found = read(payload)
        assert (found.value, found.rejections) == (None, 1)
        assert found.rejected[0].code == code
        assert column is None or found.rejected[0].column == column
        with pytest.raises(ExportError):
            order(payload)

    def test_no_message_repeats_what_a_customer_wrote(self) -> None:
        for place in (at("currency"), (*LINE, "price"), (*LINE, "quantity"), at("created_at"), at("taxes_included")):
            told = read(put(SAMPLE, place, "Ana Secret"))
            assert "Secret" not in f"{told.rejected} {told.warnings}".title(), place

    @given(spoilt(SAMPLE))
    def test_nothing_foreign_gets_out(self, payload: Any) -> None:
        found = read(payload)
        assert (found.value is None) == (found.rejections == 1)

    @given(json_values, json_values, json_values)
    def test_nor_of_anything_else(self, payload: Any, events: Any, transactions: Any) -> None:
        read(payload)
        read(SAMPLE, events=events, transactions=transactions)

    @given(spoilt(SAMPLE))
    def test_strict_raises_for_the_same(self, payload: Any) -> None:
        if read(payload).value is None:
            with pytest.raises(ExportError):
                order(payload)


class TestOrders:
    def test_the_newest_of_each(self) -> None:
        old, new, other = SAMPLE["order"], {**SAMPLE["order"], "updated_at": "2026-11-09T00:00:00Z"}, None
        new = {**new, "name": "#1001-new"}
        found = shopify.orders({"orders": [old, new, old, other, {**old, "id": 9}]})
        assert [each.number for each in found.value] == ["#1001-new", "#1001"]
        assert (found.rows, found.used, found.duplicates, found.rejections) == (5, 2, 2, 1)
        assert found.files[0].adds_up
        assert found.rejected[0].line == 4

    @given(st.lists(spoilt(SAMPLE) | json_values, max_size=4))
    def test_every_row_is_accounted_for(self, payloads: Any) -> None:
        assert shopify.orders(payloads).files[0].adds_up

    def test_no_list(self) -> None:
        with pytest.raises(ExportError, match="a list of orders is due"):
            shopify.orders("x")


@pytest.mark.shared
class TestFixtures:
    def test_the_order_of_the_client_library(self) -> None:
        found = read(json.loads(shared("platforms", "shopify_rest", "order.json").read_bytes()))
        assert found.value is not None
        got = found.value
        assert got.line("466157049").attributes == {"personalised": None}
        # It failed: perhaps sent, perhaps not; nothing of it is a delivery.
        assert (got.line("466157049").fulfilled_quantity, got.deliveries) == (None, ())
        assert (got.country, str(got.captured)) == ("US-KY", "0.00 USD")
        assert codes(found) == {"maybe-personalised", "tax-shared-out", "does-not-add-up", "not-paid"}

    def test_transactions_and_refunds_beside_it(self) -> None:
        payload = json.loads(shared("platforms", "shopify_rest", "order.json").read_bytes())["order"]
        rows = json.loads(shared("platforms", "shopify_rest", "transactions.json").read_bytes())
        payload["refunds"] = [json.loads(shared("platforms", "shopify_rest", "refund.json").read_bytes())["refund"]]
        got = order(payload, transactions=rows)
        assert (str(got.captured), str(got.refunded)) == ("0.00 USD", "209.00 USD")
        assert [line.reimbursed_quantity for line in got.lines] == [1, 0, 1]

    def test_a_label_is_no_delivery(self) -> None:
        event = json.loads(shared("platforms", "shopify_rest", "fulfillment_event.json").read_bytes())
        payload = put(SAMPLE, at("fulfillments", 0, "events"), [])
        payload = drop(
            put(payload, at("fulfillments", 0, "id"), 2608403447971), at("fulfillments", 0, "shipment_status")
        )
        assert order(payload, events=[event]).deliveries[0].arrived is None

    def test_an_order_without_lines(self) -> None:
        found = shopify.orders(json.loads(shared("platforms", "shopify_rest", "orders.json").read_bytes()))
        assert (found.value, found.rejected[0].column) == ((), "line_items")
