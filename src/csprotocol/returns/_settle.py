"""The money of a request: what its lines bring back, what is taken off, what is put on top, and by which means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from csprotocol.errors import CurrencyMismatchError
from csprotocol.model import Money, Order, ReasonNature
from csprotocol.returns._deductions import take_off
from csprotocol.returns._law import Shipping, StatutoryRule
from csprotocol.returns._line import Judged
from csprotocol.returns._outcome import RuleOutcome, Status
from csprotocol.returns._paid_lines import PaidLine, paid_lines
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._refund import (
    RefundBreakdown,
    minor_of,
    percent_of,
    require_currency,
    split,
)
from csprotocol.returns._request import Remedy, ReturnRequest
from csprotocol.returns._terms import OriginalShipping, PaymentSplit

__all__ = ["Settlement", "settle"]

_MONEY: Final = (Remedy.REFUND, Remedy.STORE_CREDIT, Remedy.EXCHANGE)
# Looked up once: a member is found through the class of its enum, which takes longer than most questions here.
_EXCHANGE: Final = Remedy.EXCHANGE
_STORE_CREDIT: Final = Remedy.STORE_CREDIT


# Made for one decision, and changed by nobody: not frozen, for that takes three times as long to make.
@dataclass(slots=True, eq=False)
class Settlement:
    """What comes back, by which means, and what a customer still pays for an exchange."""

    refund: RefundBreakdown
    method: str | None
    difference_due: Money | None
    # Whether the parcel back would cost more than the goods are worth to the shop, so that the customer keeps them.
    keeps: bool = False
    # Whether a fee hangs on what the goods turn out to be like.
    waits_for_goods: bool = False


def settle(
    order: Order,
    request: ReturnRequest,
    policy: ReturnPolicy | None,
    judged: Sequence[Judged],
    trace: list[RuleOutcome],
) -> Settlement:
    """The money for the lines that bring any; what was special about it goes into ``trace``."""
    like = order.lines[0].total
    paid = paid_lines(order, judged) if request.remedy in _MONEY else []
    if not paid:
        return Settlement(RefundBreakdown.nothing(like.currency, like.exponent), None, None)
    parts = _goods(order, paid)
    if order.shipping_paid is not None:
        parts["shipping"] = _shipping(order, paid, order.shipping_paid.minor, trace)
    keeps, waits = _keeps(paid, parts, policy, like, trace), False
    if True in [each.may_cost for each in paid]:
        require_currency(policy, like)
        waits = take_off(like, paid, parts, request.remedy, trace, keeps=keeps)
    total = sum(parts.values()) - parts.get("tax_included", 0)
    if order.captured is not None or order.payments:
        total += _cap(order, parts, total, trace)
    difference = None
    if request.remedy is _EXCHANGE:
        trace.append(RuleOutcome("EXCHANGE", Status.ADJUST))
        wanted = _price_of(request, like)
        difference = Money(wanted - total, like.currency, like.exponent)
        parts["exchange"] = -min(wanted, total)
        total += parts["exchange"]
    method = _method(request, paid, trace)
    if method == "store_credit":
        total += _bonus(parts, paid, total, trace)
    parts["total"] = total
    how = policy.payment_split if policy is not None else PaymentSplit.PROPORTIONAL
    refund = RefundBreakdown.of(like, parts, split(total, order, how, method))
    return Settlement(refund, method, difference, keeps, waits)


def _price_of(request: ReturnRequest, like: Money) -> int:
    """What goes out instead.

    Raises:
        CurrencyMismatchError: in another currency, or in minor units of another size.
    """
    for each in request.exchange_items:
        price = each.unit_price
        if (price.currency, price.exponent) != (like.currency, like.exponent):
            raise CurrencyMismatchError.between(like.currency, price.currency)
    return sum(each.unit_price.minor * each.quantity for each in request.exchange_items)


def _keeps(
    paid: Sequence[PaidLine],
    parts: Mapping[str, int],
    policy: ReturnPolicy | None,
    like: Money,
    trace: list[RuleOutcome],
) -> bool:
    """Whether goods that cost so little are worth no parcel, whatever is taken off or set against their price."""
    worth = 0
    for each in paid:
        below = each.judged.terms.keep_product_below if each.judged.terms is not None else None
        if below is None:
            return False
        require_currency(policy, like)
        worth = parts["items"] + parts["discount"] + parts.get("tax", 0)
        if worth >= minor_of(below, like.currency, like.exponent):
            return False
    trace.append(RuleOutcome("KEEP_PRODUCT", Status.ADJUST, ("total",), (worth,)))
    return True


def _goods(order: Order, paid: Iterable[PaidLine]) -> dict[str, int]:
    """Prices, discounts and taxes of what comes back."""
    items = discount = tax = 0
    for each in paid:
        items, discount, tax = items + each.items, discount - each.discount, tax + each.tax
    return {"items": items, "discount": discount, "tax_included" if order.tax_included else "tax": tax}


# The parcel to the customer


def _shipping(order: Order, paid: Sequence[PaidLine], charged: int, trace: list[RuleOutcome]) -> int:
    """It comes back with the last unit of the order, as far as the law or the shop says so."""
    back = {each.judged.line.id: each.judged.asked.quantity for each in paid}
    if not charged or any(line.reimbursed_quantity + back.get(line.id, 0) < line.quantity for line in order.lines):
        return 0
    amount = max(_shipping_of(each, order, charged) for each in paid)
    if 0 < amount < charged:
        trace.append(RuleOutcome("EXPRESS_SURCHARGE_NOT_REFUNDED", Status.ADJUST, ("paid", "back"), (charged, amount)))
    return amount


def _shipping_of(each: PaidLine, order: Order, charged: int) -> int:
    standard = order.shipping_standard.minor if order.shipping_standard is not None else charged
    amounts = {Shipping.NONE: 0, Shipping.STANDARD: min(charged, standard), Shipping.ALL: charged}
    terms = each.judged.terms
    words = terms.refund_original_shipping if terms is not None else OriginalShipping.STATUTORY_ONLY
    of_shop = words is OriginalShipping.ALWAYS or (
        words is OriginalShipping.DEFECT and each.nature is ReasonNature.NON_CONFORMITY
    )
    by_law = [amounts[claim.rule.outward_shipping] for claim in each.judged.legal if claim.rule is not None]
    return max([charged if of_shop else 0, *by_law])


# How it is paid


def _method(request: ReturnRequest, paid: Sequence[PaidLine], trace: list[RuleOutcome]) -> str:
    """The means that was asked for, where law and shop let it be; else the one that is due."""
    if request.remedy is _STORE_CREDIT:
        return "store_credit"
    wanted, same = request.refund_method, _same_means(paid)
    offered = _offered(paid, trace)
    if same is not None:
        if wanted is not None and (request.consumer_agreed or wanted == "original_payment"):
            return wanted
        if wanted is not None or offered[0] != "original_payment":
            facts = ("wanted", "offered"), (wanted, offered)
            trace.append(RuleOutcome("REFUND_METHOD_OVERRIDDEN", Status.ADJUST, *facts, same.source))
        return "original_payment"
    if wanted is not None and wanted not in offered:
        trace.append(RuleOutcome("REFUND_METHOD_NOT_OFFERED", Status.ADJUST, ("wanted", "offered"), (wanted, offered)))
    return wanted if wanted in offered and wanted is not None else offered[0]


def _same_means(paid: Iterable[PaidLine]) -> StatutoryRule | None:
    """The right of law, open for any of the lines, that wants the money back as it came."""
    for each in paid:
        for claim in each.judged.legal:
            if claim.rule is not None and claim.rule.same_means:
                return claim.rule
    return None


def _offered(paid: Sequence[PaidLine], trace: list[RuleOutcome]) -> tuple[str, ...]:
    """The means that the shop offers for all of the lines, the usual one first."""
    if len(paid) == 1 and paid[0].judged.terms is not None:
        return paid[0].judged.terms.refund_methods or _AS_PAID
    lists = [each.judged.terms.refund_methods for each in paid if each.judged.terms is not None]
    common = lists[0] if lists else ()
    if len({*lists}) > 1:
        common = tuple(method for method in common if all(method in each for each in lists))
        trace.append(RuleOutcome("METHODS_DIFFER", Status.ADJUST, ("common",), (common,)))
    return common or _AS_PAID


_AS_PAID: Final = ("original_payment",)


def _cap(order: Order, parts: dict[str, int], total: int, trace: list[RuleOutcome]) -> int:
    """What lies above the part of the captured payment that has not gone back yet, below 0; else 0."""
    if order.captured is not None:
        captured = order.captured.minor
    elif order.payments:
        captured = sum(each.amount.minor for each in order.payments)
    else:
        return 0
    refunded = order.refunded.minor if order.refunded is not None else 0
    refunded = max(refunded, sum(each.refunded.minor for each in order.payments if each.refunded is not None))
    left = max(0, captured - refunded)
    if total <= left:
        return 0
    parts["cap"] = left - total
    evidence = ("captured", "refunded"), (captured, refunded)
    trace.append(RuleOutcome("CAPPED_AT_REFUNDABLE", Status.ADJUST, *evidence))
    return left - total


def _bonus(parts: dict[str, int], paid: Iterable[PaidLine], total: int, trace: list[RuleOutcome]) -> int:
    """What the shop puts on top of a credit."""
    percents = [each.judged.terms.store_credit_bonus_percent for each in paid if each.judged.terms is not None]
    percent = min((Decimal(each or "0") for each in percents), default=Decimal(0))
    if not percent:
        return 0
    parts["bonus"] = percent_of(total, percent)
    trace.append(RuleOutcome("STORE_CREDIT_BONUS", Status.ADJUST, ("percent",), (percent,)))
    return parts["bonus"]
