"""The money of a request: what its lines bring back, what is taken off, what is put on top, and by which means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from csprotocol.errors import CurrencyMismatchError
from csprotocol.model import Money, Order, ReasonNature
from csprotocol.returns._law import Payer, Shipping, StatutoryRule
from csprotocol.returns._line import Judged
from csprotocol.returns._outcome import RuleOutcome, Status, missing
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._refund import (
    RefundBreakdown,
    line_share,
    minor_of,
    order_discounts,
    percent_of,
    require_currency,
    split,
)
from csprotocol.returns._request import Remedy, ReturnRequest
from csprotocol.returns._terms import Fees, OriginalShipping, PaymentSplit

__all__ = ["Settlement", "return_cost_payer", "say_return_cost", "settle"]

_MONEY: Final = (Remedy.REFUND, Remedy.STORE_CREDIT, Remedy.EXCHANGE)
_NO_FEES: Final = Fees()
# Looked up once: a member is found through the class of its enum, which takes longer than most questions here.
_EXCHANGE: Final = Remedy.EXCHANGE
_STORE_CREDIT: Final = Remedy.STORE_CREDIT
_REMORSE: Final = ReasonNature.REMORSE
CUSTOMER, MERCHANT = "customer", "merchant"


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


@dataclass(slots=True, eq=False)
class _Paid:
    """A line that brings money back, with price, discount and tax of the units that come back."""

    judged: Judged
    items: int
    discount: int
    tax: int

    @property
    def price(self) -> int:
        """What was charged for the units that come back, without tax on top."""
        return self.items - self.discount

    @property
    def nature(self) -> ReasonNature:
        """Whoever gives no reason changed their mind."""
        return self.judged.asked.nature or _REMORSE

    @property
    def may_cost(self) -> bool:
        """Whether anything might be taken off at all."""
        terms = self.judged.terms
        return (terms is not None and bool(terms.fees)) or self.judged.asked.diminished_value_percent is not None


def settle(
    order: Order,
    request: ReturnRequest,
    policy: ReturnPolicy | None,
    judged: Sequence[Judged],
    trace: list[RuleOutcome],
) -> Settlement:
    """The money for the lines that bring any; what was special about it goes into ``trace``."""
    like = order.lines[0].total
    paid = _paid(order, judged) if request.remedy in _MONEY else []
    if not paid:
        return Settlement(RefundBreakdown.nothing(like.currency, like.exponent), None, None)
    parts = _goods(order, paid)
    if order.shipping_paid is not None:
        parts["shipping"] = _shipping(order, paid, order.shipping_paid.minor, trace)
    keeps, waits = _keeps(paid, parts, policy, like, trace), False
    if True in [each.may_cost for each in paid]:
        require_currency(policy, like)
        waits = _take_off(like, paid, parts, request.remedy, trace, keeps=keeps)
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
    paid: Sequence[_Paid], parts: Mapping[str, int], policy: ReturnPolicy | None, like: Money, trace: list[RuleOutcome]
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


def _line_id(judged: Judged) -> str:
    return judged.line.id


def _paid(order: Order, judged: Sequence[Judged]) -> list[_Paid]:
    """By the id of the line: in which order they were asked for changes nothing."""
    discounts: dict[str, int] = {}
    if order.discount is not None:
        discounts = dict(zip([line.id for line in order.lines], order_discounts(order), strict=True))
    return [
        _Paid(each, *line_share(each.line, each.asked.quantity, discounts.get(each.line.id, 0)))
        for each in (judged if len(judged) == 1 else sorted(judged, key=_line_id))
        if each.decision.requested_ok
    ]


def _goods(order: Order, paid: Iterable[_Paid]) -> dict[str, int]:
    """Prices, discounts and taxes of what comes back."""
    items = discount = tax = 0
    for each in paid:
        items, discount, tax = items + each.items, discount - each.discount, tax + each.tax
    return {"items": items, "discount": discount, "tax_included" if order.tax_included else "tax": tax}


# The parcel to the customer


def _shipping(order: Order, paid: Sequence[_Paid], charged: int, trace: list[RuleOutcome]) -> int:
    """It comes back with the last unit of the order, as far as the law or the shop says so."""
    back = {each.judged.line.id: each.judged.asked.quantity for each in paid}
    if not charged or any(line.reimbursed_quantity + back.get(line.id, 0) < line.quantity for line in order.lines):
        return 0
    amount = max(_shipping_of(each, order, charged) for each in paid)
    if 0 < amount < charged:
        trace.append(RuleOutcome("EXPRESS_SURCHARGE_NOT_REFUNDED", Status.ADJUST, ("paid", "back"), (charged, amount)))
    return amount


def _shipping_of(each: _Paid, order: Order, charged: int) -> int:
    standard = order.shipping_standard.minor if order.shipping_standard is not None else charged
    amounts = {Shipping.NONE: 0, Shipping.STANDARD: min(charged, standard), Shipping.ALL: charged}
    terms = each.judged.terms
    words = terms.refund_original_shipping if terms is not None else OriginalShipping.STATUTORY_ONLY
    of_shop = words is OriginalShipping.ALWAYS or (
        words is OriginalShipping.DEFECT and each.nature is ReasonNature.NON_CONFORMITY
    )
    by_law = [amounts[claim.rule.outward_shipping] for claim in each.judged.legal if claim.rule is not None]
    return max([charged if of_shop else 0, *by_law])


# Who pays for the parcel back


def return_cost_payer(judged: Judged) -> str | None:
    """``customer`` or ``merchant``, whichever of law and shop is better for the customer; ``None`` if unknown."""
    nature, terms = judged.asked.nature or _REMORSE, judged.terms
    payers: list[str | None] = []
    if terms is not None:
        payers.append(terms.return_cost.get(nature) or (CUSTOMER if nature is _REMORSE else MERCHANT))
    for claim in judged.legal:
        payer = claim.rule.return_cost if claim.rule is not None else None
        if payer is _IF_INFORMED:
            informed = judged.facts.get("return_cost_informed", True)
            payers.append(MERCHANT if informed is False else CUSTOMER if informed else None)
        elif payer is not None:
            payers.append(str(payer))
    return MERCHANT if MERCHANT in payers else None if None in payers or not payers else CUSTOMER


def say_return_cost(judged: Judged, trace: list[RuleOutcome]) -> None:
    """What the payer rests on, where customers pay only if they were told so, and nobody told them or knows."""
    informed = judged.facts.get("return_cost_informed", True)
    if informed is not False and informed is not None:
        return
    for claim in judged.legal:
        rule = claim.rule
        if rule is not None and rule.return_cost is _IF_INFORMED:
            if informed is None:
                trace.append(missing("return_cost_informed", rule.source))
            else:
                trace.append(RuleOutcome("RETURN_COST_NOT_INFORMED", Status.ADJUST, source=rule.source))


_IF_INFORMED: Final = Payer.CUSTOMER_IF_INFORMED


# What is taken off


def _take_off(
    like: Money, paid: Sequence[_Paid], parts: dict[str, int], remedy: Remedy, trace: list[RuleOutcome], *, keeps: bool
) -> bool:
    """Loss of value and fees, each no more than is left: nobody pays for giving something back.

    Goods that the customer ``keeps`` are neither sent nor put on a shelf. Whether a fee hangs on what they are like.
    """
    waits = False
    left = sum(parts.values()) - parts.get("tax_included", 0)
    wanted = [("diminished_value", sum([_lost_value(each, trace) for each in paid]))]
    if not keeps:
        wanted += [
            ("restocking_fee", _restocking(like, paid, remedy, trace)),
            ("return_shipping_fee", _return_shipping(like, paid, remedy, trace)),
        ]
        lacking = _facts_for_fees(paid, remedy)
        trace += lacking
        waits = bool(lacking)
    for name, amount in wanted:
        if not amount:
            continue
        taken = min(amount, left)
        if taken < amount:
            trace.append(RuleOutcome("FEES_LIMITED", Status.ADJUST, ("due", "taken"), (amount, taken)))
        parts[name] = -taken
        left -= taken
    return waits


def _lost_value(each: _Paid, trace: list[RuleOutcome]) -> int:
    percent = each.judged.asked.diminished_value_percent
    if not percent:
        return 0
    told = each.judged.facts.get("withdrawal_informed", True) is not False
    allowed = told and all(claim.rule is not None and claim.rule.diminished_value for claim in each.judged.legal)
    code = "DIMINISHED_VALUE" if allowed else "DIMINISHED_VALUE_WAIVED"
    trace.append(RuleOutcome(code, Status.ADJUST, ("percent",), (percent,)))
    return percent_of(each.price, percent) if allowed else 0


def _restocking(like: Money, paid: Iterable[_Paid], remedy: Remedy, trace: list[RuleOutcome]) -> int:
    """Percent of every line, and the highest of the amounts a return."""
    by_percent, flat = 0, 0
    for each in paid:
        fees = _fees(each, remedy)
        fee = percent_of(each.price, Decimal(fees.restocking_percent)) if fees.restocking_percent else 0
        once = minor_of(fees.restocking, like.currency, like.exponent) if fees.restocking else 0
        if not fee and not once:
            continue
        if each.judged.legal:
            _waive(each, trace)
        else:
            by_percent, flat = by_percent + fee, max(flat, once)
    if by_percent or flat:
        trace.append(RuleOutcome("RESTOCKING_FEE", Status.ADJUST, ("amount",), (by_percent + flat,)))
    return by_percent + flat


def _return_shipping(like: Money, paid: Sequence[_Paid], remedy: Remedy, trace: list[RuleOutcome]) -> int:
    """What the shop's label costs: the customer's share of one parcel back, where all of it is theirs."""
    fee = 0
    theirs = all(return_cost_payer(each.judged) == CUSTOMER for each in paid)
    for each in paid:
        amount = _fees(each, remedy).return_shipping
        own = minor_of(amount, like.currency, like.exponent) if amount else 0
        if own and not theirs:
            _waive(each, trace)
        fee = max(fee, own)
    if not theirs or not fee:
        return 0
    trace.append(RuleOutcome("RETURN_SHIPPING_FEE", Status.ADJUST, ("amount",), (fee,)))
    return fee


def _fees(each: _Paid, remedy: Remedy) -> Fees:
    """Those that are due for such a reason, such a remedy and such goods."""
    fees, facts = _fees_for(each, remedy), each.judged.facts
    return fees if all(facts.get(name) is fact for name, fact in fees.when.items()) else _NO_FEES


def _fees_for(each: _Paid, remedy: Remedy) -> Fees:
    """Those for such a reason and such a remedy, whatever the goods are like."""
    terms = each.judged.terms
    fees = terms.fees.get(each.nature, _NO_FEES) if terms is not None and terms.fees else _NO_FEES
    return fees if not fees.remedies or remedy in fees.remedies else _NO_FEES


def _facts_for_fees(paid: Iterable[_Paid], remedy: Remedy) -> list[RuleOutcome]:
    """A fee that hangs on what nobody knows yet is left out, and the fact asked for."""
    return [
        missing(name, "fees")
        for each in paid
        if not each.judged.legal
        for name in _fees_for(each, remedy).when
        if each.judged.facts.get(name) is None
    ]


def _waive(each: _Paid, trace: list[RuleOutcome]) -> None:
    rule = next((claim.rule for claim in each.judged.legal if claim.rule is not None), None)
    if rule is not None:
        trace.append(RuleOutcome("FEE_WAIVED_BY_STATUTE", Status.ADJUST, source=rule.source))


# How it is paid


def _method(request: ReturnRequest, paid: Sequence[_Paid], trace: list[RuleOutcome]) -> str:
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


def _same_means(paid: Iterable[_Paid]) -> StatutoryRule | None:
    """The right of law, open for any of the lines, that wants the money back as it came."""
    for each in paid:
        for claim in each.judged.legal:
            if claim.rule is not None and claim.rule.same_means:
                return claim.rule
    return None


def _offered(paid: Sequence[_Paid], trace: list[RuleOutcome]) -> tuple[str, ...]:
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


def _bonus(parts: dict[str, int], paid: Iterable[_Paid], total: int, trace: list[RuleOutcome]) -> int:
    """What the shop puts on top of a credit."""
    percents = [each.judged.terms.store_credit_bonus_percent for each in paid if each.judged.terms is not None]
    percent = min((Decimal(each or "0") for each in percents), default=Decimal(0))
    if not percent:
        return 0
    parts["bonus"] = percent_of(total, percent)
    trace.append(RuleOutcome("STORE_CREDIT_BONUS", Status.ADJUST, ("percent",), (percent,)))
    return parts["bonus"]
