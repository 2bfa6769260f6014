"""Orders of WooCommerce: the answer of its REST API v3, or the body of a webhook.

WooCommerce does not know when a parcel came, nor for sure whether it left: ``completed`` is a word of its books. So
deliveries and sent quantities are unknown; say them yourself where you know them.

>>> read = order(
...     {
...         "id": 727,
...         "number": "727",
...         "currency": "EUR",
...         "prices_include_tax": True,
...         "status": "completed",
...         "date_created_gmt": "2026-11-02T09:00:00",
...         "date_paid_gmt": "2026-11-02T09:01:00",
...         "total": "17.10",
...         "shipping": {"country": "ES"},
...         "shipping_total": "4.13",
...         "shipping_tax": "0.87",
...         "payment_method": "redsys",
...         "line_items": [
...             {
...                 "id": 315,
...                 "name": "Mug",
...                 "quantity": 2,
...                 "sku": "MUG-1",
...                 "subtotal": "12.00",
...                 "subtotal_tax": "2.52",
...                 "total": "10.00",
...                 "total_tax": "2.10",
...             }
...         ],
...     }
... )
>>> line = read.value.line("315")
>>> str(line.total), str(line.discount), str(line.tax), str(read.value.captured), read.warnings
('14.52 EUR', '2.42 EUR', '2.10 EUR', '17.10 EUR', ())
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final, Literal, overload

from csprotocol.adapters._orders import attributes_of, check_sum, country_of, read_one, read_several, zone_named
from csprotocol.adapters._payload import Payload, several
from csprotocol.adapters._read import Read, RefusedError
from csprotocol.model import Buyer, ContractChannel, Money, Order, OrderLine, Payment

__all__ = ["order", "orders"]

_SHIPPING_FIRST: Final = ("shipping", "billing")
# Without a day of payment, these say that nothing was paid; the others say nothing of it (cash on delivery).
_NOT_PAID: Final = frozenset({"pending", "on-hold", "failed", "cancelled", "checkout-draft", "auto-draft"})
_KNOWN: Final = _NOT_PAID | {"processing", "completed", "refunded", "trash"}
_ENDED: Final = frozenset({"cancelled", "failed", "trash"})


@overload
def order(
    payload: object,
    *,
    strict: Literal[True],
    refunds: Iterable[Any] = (),
    personalised: Mapping[str, bool] | None = None,
    tz: str | None = None,
) -> Read[Order]: ...


@overload
def order(
    payload: object,
    *,
    strict: bool = False,
    refunds: Iterable[Any] = (),
    personalised: Mapping[str, bool] | None = None,
    tz: str | None = None,
) -> Read[Order | None]: ...


def order(
    payload: object,
    *,
    strict: bool = False,
    refunds: Iterable[Any] = (),
    personalised: Mapping[str, bool] | None = None,
    tz: str | None = None,
) -> Read[Any]:
    """The order in ``payload``; ``None`` where it cannot be one.

    ``refunds`` are those of ``orders/ID/refunds``: the order itself says how much went back, not for which lines.

    ``tz`` is the zone of the site: what stands there without ``_gmt`` is read in it, and days are counted in it.

    Line totals are without tax in WooCommerce, whatever ``prices_include_tax`` says; where it says yes, the tax is put
    in. A discount is what lies between ``subtotal`` and ``total``. A negative fee is a discount on the order; any other
    fee was paid and belongs to no line: it is left out, and told.

    What a customer filled in at a line (``meta_data``) cannot be told from the size of a shirt. ``personalised`` says
    which names mean it: ``{"Engraving": True}``. A product without variations that has another name there is perhaps
    personalised: unknown.

    >>> order({"webhook_id": 142}).rejected[0].message
    'it is the greeting of a webhook, no order'

    Raises:
        ExportError: when strict, the first reason for which the payload cannot be an order.
        InvalidValueError: ``tz`` is no zone.
    """
    return read_one(payload, _Reader(refunds, personalised, tz), strict=strict)


def orders(
    payloads: object,
    *,
    strict: bool = False,
    personalised: Mapping[str, bool] | None = None,
    tz: str | None = None,
) -> Read[tuple[Order, ...]]:
    """All orders of a list; of one that stands there twice the newest by ``date_modified_gmt``.

    >>> orders([{"id": 1}]).rejected_counts
    {'absent': 1}

    Raises:
        ExportError: ``payloads`` is no list; or, when strict, the first order that cannot be one.
    """
    return read_several(payloads, _Reader((), personalised, tz), updated="date_modified_gmt", strict=strict)


class _Reader:
    """One order after another, by the same options."""

    def __init__(self, refunds: object, personalised: Mapping[str, bool] | None, tz: str | None) -> None:
        self._refunds, self._personalised, self._tz = refunds, personalised, tz
        self._zone = zone_named(tz)

    def __call__(self, payload: Payload) -> Order:
        if "webhook_id" in payload and "id" not in payload:
            raise RefusedError("ping", "it is the greeting of a webhook, no order")
        order_id = payload.needed_id("id")
        currency = payload.needed_currency("currency")
        found = [line for line in payload.many("line_items") if line.count("quantity") != 0]
        if not found:
            raise payload.refuse("absent", "line_items", "is absent or empty; an order without lines cannot be judged")
        amounts = [_LineAmounts.of(line, currency) for line in found]
        tax_included = payload.flag("prices_include_tax")
        if tax_included is None and any(each.tax_before.minor or each.tax.minor for each in amounts):
            raise payload.refuse("absent", "prices_include_tax", "is absent; nobody can say how prices were shown")
        refunds = several(self._refunds, payload.tally, "refunds", "refund")
        back = _reimbursed(refunds, [line.needed_id("id") for line in found])
        lines = tuple(
            self._line(line, each, back, tax_included=tax_included is not False)
            for line, each in zip(found, amounts, strict=True)
        )
        discount, fees = _fees(payload, currency)
        captured, refunded = _captured(payload, currency, self._zone), _refunded(payload, refunds, currency)
        method = payload.text("payment_method")
        order = Order(
            id=order_id,
            currency=currency,
            lines=lines,
            number=payload.text("number"),
            placed_at=_instant(payload, "date_created", self._zone),
            country=country_of(payload, _SHIPPING_FIRST, "country", "state"),
            tz=self._tz,
            buyer=_buyer(payload),
            contract=_contract(payload),
            sales_channel=payload.text("created_via"),
            tax_included=tax_included is not False,
            discount=discount,
            shipping_paid=payload.amount_of(("shipping_total", "shipping_tax"), currency),
            captured=captured,
            refunded=refunded,
            payments=(Payment(method=method, amount=captured, refunded=refunded),)
            if method and captured is not None and captured.minor
            else (),
        )
        check_sum(payload, order, said=payload.amount("total", currency), others=fees.minor)
        _say_status(payload)
        return order

    def _line(self, line: Payload, amounts: _LineAmounts, back: Counter[str], *, tax_included: bool) -> OrderLine:
        line_id, quantity = line.needed_id("id"), line.count("quantity")
        if quantity is None:
            raise line.refuse("absent", "quantity", "is absent")
        before, after, tax = amounts.before, amounts.after, amounts.gross - amounts.after
        if tax_included:
            before, after, tax = amounts.gross_before, amounts.gross, amounts.tax
        if before < after:
            line.notice("dearer", "lines that cost more than before discounts; what was paid counts")
            before = after
        if back[line_id] > quantity:
            line.notice("too-many-refunded", "lines of which more was refunded than bought; all of it counts as back")
        return OrderLine(
            id=line_id,
            quantity=quantity,
            total=before,
            discount=before - after if after < before else None,
            tax=tax,
            sku=line.text("sku"),
            title=html.unescape(line.text("name")),
            product=line.id("product_id") or "",
            reimbursed_quantity=min(quantity, back[line_id]),
            attributes=self._attributes(line),
        )

    def _attributes(self, line: Payload) -> dict[str, Any]:
        named = self._personalised or {}
        found = [each.text("key") for each in line.many("meta_data") if each.get("value") not in (None, "")]
        # Attributes of a variation stand among what a customer typed in; of a product without any, they cannot.
        is_simple = line.get("variation_id") in (None, 0, "0", "")
        filled_in = [
            key for key in found if key in named or (is_simple and not key.startswith(("_", "pa_")) and key != "")
        ]
        answer = attributes_of(named, filled_in)
        if answer.get("personalised", False) is None:
            line.notice("maybe-personalised", "lines that a customer filled something in at; perhaps personalised")
        return answer


@dataclass(frozen=True, slots=True)
class _LineAmounts:
    """Of all units of a line, before discounts and after: without tax, the tax itself, and both together.

    Both together are no sum of the two: net and tax may each end in half a cent.
    """

    before: Money
    after: Money
    tax_before: Money
    tax: Money
    gross_before: Money
    gross: Money

    @classmethod
    def of(cls, line: Payload, currency: str) -> _LineAmounts:
        after, tax = line.amount("total", currency), line.amount("total_tax", currency)
        if after is None:
            raise line.refuse("absent", "total", "is absent")
        tax = tax if tax is not None else Money(0, currency)
        before, tax_before = line.amount("subtotal", currency), line.amount("subtotal_tax", currency)
        names = "subtotal" if before is not None else "total", "subtotal_tax" if tax_before is not None else "total_tax"
        gross_before, gross = line.amount_of(names, currency), line.amount_of(("total", "total_tax"), currency)
        return cls(
            before=before if before is not None else after,
            after=after,
            tax_before=tax_before if tax_before is not None else tax,
            tax=tax,
            gross_before=gross_before if gross_before is not None else after,
            gross=gross if gross is not None else after,
        )


def _instant(payload: Payload, name: str, zone: tzinfo | None) -> datetime | None:
    """``name_gmt`` is UTC and says nothing of it; ``name`` is the local time of the site.

    Both together tell the site's offset, and so on which day it was there.
    """
    at = payload.stamp(f"{name}_gmt", UTC)
    if at is None:
        return payload.stamp(name, zone)
    local = payload.stamp(name, UTC)
    offset = local - at if local is not None else timedelta(0)
    is_offset = abs(offset) <= _FURTHEST and not offset % timedelta(minutes=1)
    return at.astimezone(timezone(offset)) if is_offset else at


# Kiribati.
_FURTHEST: Final = timedelta(hours=14)


def _fees(payload: Payload, currency: str) -> tuple[Money | None, Money]:
    """The discount that stands among the fees, and what other fees came to, tax and all."""
    discount = fees = Money(0, currency)
    for line in payload.many("fee_lines"):
        amount = line.amount_of(("total", "total_tax"), currency) or Money(0, currency)
        if amount.minor < 0:
            discount -= amount
        else:
            fees += amount
    if fees.minor:
        payload.notice("fees-left-out", "fees that belong to no line; they were paid, and no return brings them back")
    return (discount if discount.minor else None), fees


def _captured(payload: Payload, currency: str, zone: tzinfo | None) -> Money | None:
    """The whole, once there is a day of payment."""
    # In any zone: that there is a day of payment says enough.
    if _instant(payload, "date_paid", zone or UTC) is not None:
        return payload.amount("total", currency)
    if payload.text("status") in _NOT_PAID and ("date_paid" in payload or "date_paid_gmt" in payload):
        return Money(0, currency)
    payload.notice("payment-unknown", "orders without a day of payment; what was paid is unknown")
    return None


def _refunded(payload: Payload, refunds: Iterable[Payload], currency: str) -> Money | None:
    """What went back: the order has it below 0, the list of refunds above."""
    found: dict[str, int] = {}
    listed, inner = list(refunds), payload.many("refunds")
    for i, (each, name) in enumerate([*((r, "amount") for r in listed), *((r, "total") for r in inner)]):
        amount = each.amount(name, currency)
        if amount is not None:
            found.setdefault(each.id("id") or f"#{i}", abs(amount.minor))
    if {each.id("id") for each in inner} - {each.id("id") for each in listed}:
        payload.notice("refund-lines-unknown", "refunds of which the order does not say for which lines they were")
    return Money(sum(found.values()), currency) if found or "refunds" in payload else None


def _reimbursed(refunds: Iterable[Payload], line_ids: Iterable[str]) -> Counter[str]:
    """Units that came back, by line: a refund names the line in ``_refunded_item_id``, and counts below 0."""
    known, found, seen = {*line_ids}, Counter[str](), set[str]()
    for refund in refunds:
        identity = refund.id("id")
        if identity is not None and identity in seen:
            continue
        seen.add(identity or "")
        for each in refund.many("line_items"):
            owner = next((m.id("value") for m in each.many("meta_data") if m.get("key") == "_refunded_item_id"), None)
            if owner in known and owner is not None:
                found[owner] += _units(each)
            else:
                refund.notice("unknown-line", "refunds of lines that the order does not have; left out")
    return found


def _units(line: Payload) -> int:
    found = line.get("quantity")
    if type(found) is not int or abs(found) > _MOST_UNITS:
        raise line.refuse("no-count", "quantity", "is no whole number of pieces")
    return abs(found)


_MOST_UNITS: Final = 10**9


def _contract(payload: Payload) -> ContractChannel:
    in_store = payload.text("created_via").startswith("pos")
    return ContractChannel.IN_STORE if in_store else ContractChannel.DISTANCE


def _buyer(payload: Payload) -> Buyer:
    """Always a consumer: WooCommerce has no word for a business, and a company may be where somebody works."""
    addresses = [payload.one(name) for name in ("billing", "shipping")]
    if any(each is not None and each.text("company").strip() for each in addresses):
        payload.notice("company-named", "orders with a company in an address; the buyer is taken for a consumer")
    return Buyer.CONSUMER


def _say_status(payload: Payload) -> None:
    status = payload.text("status")
    if status in _ENDED:
        payload.notice("cancelled", "orders that were cancelled, failed or thrown away")
    elif status not in _KNOWN:
        payload.notice("unknown-status", "statuses that WooCommerce itself does not have")
