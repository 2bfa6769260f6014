"""What a Shopify order says of money: its lines, the parcel, what was paid and what went back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from csprotocol.adapters._payload import Payload
from csprotocol.adapters._read import RefusedError
from csprotocol.model import Money, Payment, allocate

__all__ = ["Purse", "Settled", "goods_lines", "line_amounts", "settled", "shipping_of"]

_PAYS: Final = frozenset({"sale", "capture"})
# What the status of an order says of the whole sum; a part of it is no sum.
_ALL_PAID: Final = frozenset({"paid", "partially_refunded", "refunded"})
_NOTHING_PAID: Final = frozenset({"pending", "authorized", "voided", "expired", "unpaid"})


@dataclass(frozen=True, slots=True)
class Purse:
    """In which of an order's two currencies its amounts are read.

    Shopify writes every amount in the shop's own currency, and again, in ``..._set``, in the one that the customer saw
    and paid: the refund goes back in that one.
    """

    currency: str
    kind: str | None = None

    @classmethod
    def of(cls, order: Payload, money: str) -> Purse:
        """That of ``order``: the customer's (``presentment``) or the ``shop``'s."""
        own = order.needed_currency("currency")
        seen = order.currency("presentment_currency") or own
        if seen == own:
            return cls(own)
        return cls(seen, "presentment_money") if money == "presentment" else cls(own, "shop_money")

    def amount(self, found: Payload, name: str, *, in_set: str = "") -> Money | None:
        """The amount at ``name``, or in the set beside it where there are two currencies."""
        if self.kind is None:
            return found.amount(name, self.currency)
        both = found.one(in_set or f"{name}_set")
        one = both.one(self.kind) if both is not None else None
        if one is not None:
            return one.amount("amount", self.currency)
        if self.kind == "shop_money" or found.get(name) is None:
            return found.amount(name, self.currency)
        told = f"is not told in the customer's currency ({self.currency}); money='shop' reads the shop's own"
        raise found.refuse("no-presentment", in_set or f"{name}_set", told)

    def none(self) -> Money:
        """Nothing, in this currency."""
        return Money(0, self.currency)

    def sum_of(self, found: Iterable[Payload], name: str, *, in_set: str = "") -> Money:
        """All of them together; what is absent is nothing."""
        total = self.none()
        for each in found:
            total += self.amount(each, name, in_set=in_set) or self.none()
        return total


def goods_lines(order: Payload) -> list[Payload]:
    """The lines of which anything was bought."""
    found = order.many("line_items")
    if not found:
        raise order.refuse("absent", "line_items", "is absent or empty; an order without lines cannot be judged")
    lines = [line for line in found if line.count("quantity") != 0]
    if len(lines) < len(found):
        order.notice("no-units", "lines of no units; left out")
    if not lines:
        raise order.refuse("absent", "line_items", "has no units at all")
    return lines


@dataclass(slots=True)
class LineAmounts:
    """Of one line: its own discount, and its tax where it says it."""

    total: Money
    discount: Money
    tax: Money | None


def line_amounts(order: Payload, lines: list[Payload], purse: Purse) -> tuple[list[LineAmounts], Money | None]:
    """Of every line, and the discount that is on the order as a whole.

    Shopify shares the discounts of an order out over its lines itself (``discount_allocations``). Orders from before
    that have a total only; of them, what the lines do not have is the order's.
    """
    found = [_of_line(line, purse) for line in lines]
    rest: Money | None = None
    if not any("discount_allocations" in line for line in lines):
        total = purse.amount(order, "total_discounts") or purse.none()
        shared = sum((each.discount for each in found), purse.none()) + _shipping_discount(order, purse)
        rest = total - shared if shared < total else None
    _share_tax(order, found, purse)
    return found, rest


def _of_line(line: Payload, purse: Purse) -> LineAmounts:
    quantity = line.count("quantity")
    price = purse.amount(line, "price")
    if quantity is None or price is None:
        raise line.refuse("absent", "price" if price is None else "quantity", "is absent")
    if "discount_allocations" in line:
        discount = purse.sum_of(line.many("discount_allocations"), "amount")
    else:
        discount = purse.amount(line, "total_discount") or purse.none()
    tax = purse.sum_of(line.many("tax_lines"), "price") if "tax_lines" in line else None
    return LineAmounts(price * quantity, discount, tax)


def _share_tax(order: Payload, lines: list[LineAmounts], purse: Purse) -> None:
    """Old orders have the tax of the whole only; it is shared out by what the lines cost."""
    if all(line.tax is not None for line in lines):
        return
    total = purse.amount(order, "total_tax")
    if total is None:
        return
    known = sum((line.tax for line in lines if line.tax is not None), _shipping_tax(order, purse))
    silent = [line for line in lines if line.tax is None]
    left = max(0, (total - known).minor)
    weights = [max(0, (line.total - line.discount).minor) for line in silent]
    shares = allocate(left, weights) if any(weights) else (0,) * len(silent)
    for line, share in zip(silent, shares, strict=True):
        line.tax = Money(share, purse.currency)
    if left:
        order.notice("tax-shared-out", "the lines do not say their tax; that of the order is shared out by price")


# The parcel to the customer


def shipping_of(order: Payload, purse: Purse, *, tax_included: bool) -> Money | None:
    """What the customer paid for it, with tax and after discounts."""
    if "shipping_lines" not in order:
        return purse.amount(order, "total_shipping_price", in_set="total_shipping_price_set")
    total = purse.none()
    for line in _shipping_lines(order):
        price = purse.amount(line, "price") or purse.none()
        if "discount_allocations" in line:
            price -= purse.sum_of(line.many("discount_allocations"), "amount")
        elif line.get("discounted_price") is not None:
            price = purse.amount(line, "discounted_price") or purse.none()
        total += price
    return total if tax_included else total + _shipping_tax(order, purse)


def _shipping_lines(order: Payload) -> list[Payload]:
    return [line for line in order.many("shipping_lines") if not line.flag("is_removed")]


def _shipping_tax(order: Payload, purse: Purse) -> Money:
    return sum((purse.sum_of(line.many("tax_lines"), "price") for line in _shipping_lines(order)), purse.none())


def _shipping_discount(order: Payload, purse: Purse) -> Money:
    lines = _shipping_lines(order)
    return sum((purse.sum_of(line.many("discount_allocations"), "amount") for line in lines), purse.none())


# What was paid, and paid back


@dataclass(slots=True)
class Settled:
    """Captured and refunded money, by means of payment as far as that is known."""

    captured: Money | None = None
    refunded: Money | None = None
    payments: tuple[Payment, ...] = ()


@dataclass(slots=True)
class _Till:
    purse: Purse
    paid: dict[str, Money] = field(default_factory=dict)
    back: dict[str, Money] = field(default_factory=dict)

    def take(self, each: Payload) -> None:
        """One successful movement."""
        kind, gateway = each.text("kind"), each.text("gateway") or "unknown"
        currency = each.currency("currency") or self.purse.currency
        if kind not in {*_PAYS, "refund", "change"}:
            return
        if currency != self.purse.currency:
            each.notice("other-currency", "transactions in another currency than the order; what was paid is unknown")
            raise _OtherCurrencyError
        amount = each.amount("amount", currency)
        if amount is None or amount.minor < 0:
            raise each.refuse("no-amount", "amount", "is absent or below 0")
        into = self.back if kind == "refund" else self.paid
        before = into.get(gateway, self.purse.none())
        into[gateway] = before - amount if kind == "change" else before + amount


class _OtherCurrencyError(Exception):
    """Never leaves this module."""


def settled(order: Payload, transactions: list[Payload], refunds: list[Payload], purse: Purse) -> Settled:
    """From the transactions where there are any; else from what the status of the order says of the whole.

    ``transactions`` may be absent from an order, its refunds bring their own. Only successful ones count, each once.
    """
    of_refunds = [each for refund in refunds for each in refund.many("transactions")]
    till, seen, has_sales = _Till(purse), set[str](), False
    try:
        for each in (*transactions, *of_refunds):
            identity = each.id("id")
            if (identity is not None and identity in seen) or each.text("status") != "success":
                continue
            if identity is not None:
                seen.add(identity)
            till.take(each)
    except _OtherCurrencyError:
        return Settled()
    has_sales = bool(transactions)
    refunded = sum(till.back.values(), purse.none())
    captured = sum(till.paid.values(), purse.none()) if has_sales else _by_status(order, purse)
    if not has_sales and captured is not None and captured.minor:
        till.paid = _by_name(order, captured)
    return Settled(captured, refunded if has_sales or "refunds" in order else None, _payments(till))


def _by_status(order: Payload, purse: Purse) -> Money | None:
    status = order.text("financial_status")
    total = purse.amount(order, "total_price")
    if status in _NOTHING_PAID:
        return purse.none()
    if status in _ALL_PAID:
        return total
    owed = order.get("total_outstanding")
    if status == "partially_paid" and owed is not None and purse.kind is None and total is not None:
        left = order.amount("total_outstanding", purse.currency) or purse.none()
        return total - left if left <= total else None
    if status and status != "partially_paid":
        order.notice("unknown-status", "financial statuses that Shopify does not document; what was paid is unknown")
    return None


def _by_name(order: Payload, captured: Money) -> dict[str, Money]:
    """All by the one gateway, where it is one; how several shared it, only transactions say."""
    names = order.get("payment_gateway_names")
    found = [each for each in names if isinstance(each, str) and each] if isinstance(names, list | tuple) else []
    if not found and order.text("gateway"):
        found = [order.text("gateway")]
    if len(found) > 1:
        order.notice("payments-unknown", "several means of payment, and no transactions that say how much by each")
    return {found[0]: captured} if len(found) == 1 else {}


def _payments(till: _Till) -> tuple[Payment, ...]:
    none = till.purse.none()
    if any(amount.minor < 0 for amount in till.paid.values()):
        raise RefusedError("no-amount", "more change than was paid", column="transactions")
    return tuple(
        Payment(method=gateway, amount=amount, refunded=till.back.get(gateway, none))
        for gateway, amount in till.paid.items()
    )
