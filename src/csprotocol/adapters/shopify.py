"""Orders of Shopify: the answer of its REST API, or the body of a webhook.

What the payload does not say is unknown, never guessed: Shopify tells when a parcel came only by an event
``delivered``, and which means of payment paid how much only by transactions. Neither stands in an order itself, both
can be handed over beside it.

>>> read = order(
...     {
...         "order": {
...             "id": 4501,
...             "name": "#1001",
...             "created_at": "2026-11-02T10:00:00+01:00",
...             "currency": "EUR",
...             "taxes_included": True,
...             "total_price": "24.90",
...             "financial_status": "paid",
...             "shipping_address": {"country_code": "ES"},
...             "line_items": [
...                 {"id": 71, "sku": "MUG-1", "title": "Mug", "price": "9.95", "quantity": 2, "tax_lines": []}
...             ],
...             "shipping_lines": [{"price": "5.00"}],
...         }
...     }
... )
>>> read.value.number, str(read.value.line("71").total), str(read.value.captured), read.value.deliveries
('#1001', '19.90 EUR', '24.90 EUR', ())
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, overload

from csprotocol.adapters._orders import attributes_of, check_sum, country_of, read_one, read_several, zone_named
from csprotocol.adapters._payload import Payload, in_utc, several
from csprotocol.adapters._read import Read
from csprotocol.adapters._shopify_money import LineAmounts, Purse, goods_lines, line_amounts, settled, shipping_of
from csprotocol.adapters._shopify_parcels import Parcels, parcels
from csprotocol.errors import InvalidValueError
from csprotocol.model import Buyer, ContractChannel, Delivery, Money, Order, OrderLine

__all__ = ["order", "orders"]

Payloads = Iterable[Any]
_MONEY: Final = ("presentment", "shop")
_SHIPPING_FIRST: Final = ("shipping_address", "billing_address")


@overload
def order(
    payload: object,
    *,
    strict: Literal[True],
    events: Payloads = (),
    transactions: Payloads = (),
    personalised: Mapping[str, bool] | None = None,
    money: str = "presentment",
    tz: str | None = None,
) -> Read[Order]: ...


@overload
def order(
    payload: object,
    *,
    strict: bool = False,
    events: Payloads = (),
    transactions: Payloads = (),
    personalised: Mapping[str, bool] | None = None,
    money: str = "presentment",
    tz: str | None = None,
) -> Read[Order | None]: ...


def order(
    payload: object,
    *,
    strict: bool = False,
    events: Payloads = (),
    transactions: Payloads = (),
    personalised: Mapping[str, bool] | None = None,
    money: str = "presentment",
    tz: str | None = None,
) -> Read[Any]:
    """The order in ``payload``, with or without the outer ``{"order": ...}``; ``None`` where it cannot be one.

    ``events`` are the order's fulfilment events, ``transactions`` its transactions: Shopify answers with each on a
    page of its own. Events and transactions inside the order count as well.

    A line with ``properties`` that a customer filled in is perhaps personalised, and that takes the right to change
    one's mind away: an engraving and a gift note look the same, so it is unknown. ``personalised`` says it of the
    names that your shop uses: ``{"Engraving": True, "Gift note": False}``. Names that begin with ``_`` belong to apps.

    ``money`` is ``presentment`` for the currency in which the customer paid, or ``shop`` for the shop's own. ``tz`` is
    the zone in which the customer's days begin; without it, dates are those of the shop's own offset.

    Discounts are those of the lines, over which Shopify has shared the order's own. Refunded money comes from refund
    transactions alone, refunded units from the lines of refunds. Only a parcel sent with success counts as sent.

    >>> order({"id": 1}).rejected[0].code
    'absent'

    Raises:
        ExportError: when strict, the first reason for which the payload cannot be an order.
        InvalidValueError: ``money`` is another word, or ``tz`` no zone.
    """
    return read_one(payload, _Reader(events, transactions, personalised, money, tz), strict=strict)


def orders(
    payloads: object,
    *,
    strict: bool = False,
    personalised: Mapping[str, bool] | None = None,
    money: str = "presentment",
    tz: str | None = None,
) -> Read[tuple[Order, ...]]:
    """All orders of a list, or of an answer ``{"orders": [...]}``; of one that stands there twice the newest.

    >>> read = orders({"orders": [{"id": 1}, "rubbish"]})
    >>> read.value, read.rejections
    ((), 2)

    Raises:
        ExportError: ``payloads`` is no list; or, when strict, the first order that cannot be one.
    """
    reader = _Reader((), (), personalised, money, tz)
    return read_several(payloads, reader, updated="updated_at", strict=strict)


class _Reader:
    """One order after another, by the same options."""

    def __init__(
        self,
        events: object,
        transactions: object,
        personalised: Mapping[str, bool] | None,
        money: str,
        tz: str | None,
    ) -> None:
        if money not in _MONEY:
            raise InvalidValueError.unknown("money", money, _MONEY)
        zone_named(tz)
        self._events, self._transactions = events, transactions
        self._personalised, self._money, self._tz = personalised, money, tz

    def __call__(self, payload: Payload) -> Order:
        if "lineItems" in payload:
            told = "it is an answer of the GraphQL API; what is read is the REST form, or the body of a webhook"
            raise payload.refuse("graphql", "lineItems", told)
        order_id = payload.needed_id("id")
        purse = Purse.of(payload, self._money)
        found = goods_lines(payload)
        ids = [line.needed_id("id") for line in found]
        amounts, rest = line_amounts(payload, found, purse)
        tax_included = _tax_included(payload, amounts)
        refunds = _once(payload.many("refunds"))
        sent = parcels(
            payload.many("fulfillments"),
            several(self._events, payload.tally, "fulfillment_events", "fulfillment_event"),
            frozenset(ids),
        )
        paid = settled(
            payload,
            [
                *payload.many("transactions"),
                *several(self._transactions, payload.tally, "transactions", "transaction"),
            ],
            refunds,
            purse,
        )
        back = _reimbursed(refunds)
        lines = tuple(
            self._line(payload, line, amount, sent, back) for line, amount in zip(found, amounts, strict=True)
        )
        order = Order(
            id=order_id,
            currency=purse.currency,
            lines=lines,
            number=payload.text("name"),
            placed_at=_placed_at(payload),
            country=country_of(payload, _SHIPPING_FIRST, "country_code", "province_code"),
            tz=self._tz,
            buyer=_buyer(payload),
            contract=ContractChannel.IN_STORE if payload.text("source_name") == "pos" else ContractChannel.DISTANCE,
            sales_channel=payload.text("source_name"),
            tax_included=tax_included,
            discount=rest,
            shipping_paid=shipping_of(payload, purse, tax_included=tax_included),
            captured=paid.captured,
            refunded=paid.refunded,
            payments=paid.payments,
            deliveries=(*sent.deliveries, *_to_come(lines)),
        )
        _say_what_is_odd(payload, order, purse)
        return order

    def _line(self, order: Payload, line: Payload, amounts: LineAmounts, sent: Parcels, back: _Back) -> OrderLine:
        line_id, quantity = line.needed_id("id"), line.count("quantity") or 0
        if back.units[line_id] > quantity:
            order.notice("too-many-refunded", "lines of which more was refunded than bought; all of it counts as back")
        price = Money(amounts.total.minor // quantity, amounts.total.currency)
        return OrderLine(
            id=line_id,
            quantity=quantity,
            unit_price=price,
            total=amounts.total,
            discount=amounts.discount if amounts.discount.minor else None,
            tax=amounts.tax,
            sku=line.text("sku"),
            title=line.text("title") or line.text("name"),
            product=line.id("product_id") or "",
            fulfilled_quantity=sent.fulfilled(
                line, line_id, quantity, cancelled=back.cancelled[line_id], is_listed="fulfillments" in order
            ),
            reimbursed_quantity=min(quantity, back.units[line_id]),
            attributes=self._attributes(line),
        )

    def _attributes(self, line: Payload) -> dict[str, Any]:
        filled_in = [
            each.text("name")
            for each in line.many("properties")
            if not each.text("name").startswith("_") and each.get("value") not in (None, "")
        ]
        found = attributes_of(self._personalised, filled_in)
        if found.get("personalised", False) is None:
            line.notice("maybe-personalised", "lines that a customer filled something in at; perhaps personalised")
        if line.flag("gift_card"):
            found["gift_card"] = True
        elif line.flag("requires_shipping") is False:
            # A download, a service, or goods that the shop brings itself: the payload does not say which.
            found |= {"digital": None, "service": None}
            line.notice("not-shipped", "lines that are not shipped; whether digital or a service is unknown")
        return found


def _once(refunds: list[Payload]) -> list[Payload]:
    found: dict[str, Payload] = {}
    for i, refund in enumerate(refunds):
        found.setdefault(refund.id("id") or f"#{i}", refund)
    return list(found.values())


class _Back(NamedTuple):
    """Units that were taken back, by line; and how many of them were never sent."""

    units: Counter[str]
    cancelled: Counter[str]


def _reimbursed(refunds: list[Payload]) -> _Back:
    """That of a removal before dispatch too, though no money moved for it."""
    found = _Back(Counter(), Counter())
    for refund in refunds:
        for each in refund.many("refund_line_items"):
            line_id, count = each.id("line_item_id") or "", each.count("quantity") or 0
            found.units[line_id] += count
            if each.text("restock_type").casefold() == "cancel":
                found.cancelled[line_id] += count
    return found


def _to_come(lines: Iterable[OrderLine]) -> Iterable[Delivery]:
    """What is left of a line of which a part was sent has not come."""
    waiting = tuple(
        line.id
        for line in lines
        if line.fulfilled_quantity and line.fulfilled_quantity + line.reimbursed_quantity < line.quantity
    )
    return (Delivery(lines=waiting, arrived=False),) if waiting else ()


def _tax_included(payload: Payload, amounts: Iterable[LineAmounts]) -> bool:
    said = payload.flag("taxes_included")
    if said is None and any(line.tax is None or line.tax.minor for line in amounts):
        raise payload.refuse("absent", "taxes_included", "is absent; nobody can say what the prices contain")
    return said is not False


def _placed_at(payload: Payload) -> datetime | None:
    """When it was processed; for orders that were brought over from elsewhere that is before they were created."""
    created, processed = payload.stamp("created_at"), payload.stamp("processed_at")
    known = [at for at in (created, processed) if at is not None]
    return min(known, key=in_utc, default=None)


def _buyer(payload: Payload) -> Buyer:
    """A business where the order is one of Shopify's B2B; a company in an address may be where somebody works."""
    company = payload.one("company")
    if company is not None and company.id("id") is not None:
        return Buyer.BUSINESS
    addresses = [payload.one(name) for name in ("billing_address", "shipping_address")]
    if any(each is not None and each.text("company").strip() for each in addresses):
        payload.notice("company-named", "orders with a company in an address; the buyer is taken for a consumer")
    return Buyer.CONSUMER


def _say_what_is_odd(payload: Payload, order: Order, purse: Purse) -> None:
    tip = purse.amount(payload, "total_tip_received") if purse.kind is None else None
    check_sum(payload, order, said=purse.amount(payload, "total_price"), others=tip.minor if tip is not None else 0)
    if payload.get("cancelled_at"):
        payload.notice("cancelled", "orders that were cancelled")
    if payload.flag("test"):
        payload.notice("test", "orders that are tests")
