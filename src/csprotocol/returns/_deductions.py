"""What is taken off a refund: loss of value, and fees as far as the law lets them be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from csprotocol.model import Money
from csprotocol.returns._outcome import RuleOutcome, Status, missing
from csprotocol.returns._paid_lines import PaidLine
from csprotocol.returns._refund import minor_of, percent_of
from csprotocol.returns._request import Remedy
from csprotocol.returns._return_cost import CUSTOMER, return_cost_payer
from csprotocol.returns._terms import Fees

__all__ = ["take_off"]

_NO_FEES: Final = Fees()


def take_off(
    like: Money,
    paid: Sequence[PaidLine],
    parts: dict[str, int],
    remedy: Remedy,
    trace: list[RuleOutcome],
    *,
    keeps: bool,
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


def _lost_value(each: PaidLine, trace: list[RuleOutcome]) -> int:
    percent = each.judged.asked.diminished_value_percent
    if not percent:
        return 0
    told = each.judged.facts.get("withdrawal_informed", True) is not False
    allowed = told and all(claim.rule is not None and claim.rule.diminished_value for claim in each.judged.legal)
    code = "DIMINISHED_VALUE" if allowed else "DIMINISHED_VALUE_WAIVED"
    trace.append(RuleOutcome(code, Status.ADJUST, ("percent",), (percent,)))
    return percent_of(each.price, percent) if allowed else 0


def _restocking(like: Money, paid: Iterable[PaidLine], remedy: Remedy, trace: list[RuleOutcome]) -> int:
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


def _return_shipping(like: Money, paid: Sequence[PaidLine], remedy: Remedy, trace: list[RuleOutcome]) -> int:
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


def _fees(each: PaidLine, remedy: Remedy) -> Fees:
    """Those that are due for such a reason, such a remedy and such goods."""
    fees, facts = _fees_for(each, remedy), each.judged.facts
    return fees if all(facts.get(name) is fact for name, fact in fees.when.items()) else _NO_FEES


def _fees_for(each: PaidLine, remedy: Remedy) -> Fees:
    """Those for such a reason and such a remedy, whatever the goods are like."""
    terms = each.judged.terms
    fees = terms.fees.get(each.nature, _NO_FEES) if terms is not None and terms.fees else _NO_FEES
    return fees if not fees.remedies or remedy in fees.remedies else _NO_FEES


def _facts_for_fees(paid: Iterable[PaidLine], remedy: Remedy) -> list[RuleOutcome]:
    """A fee that hangs on what nobody knows yet is left out, and the fact asked for."""
    return [
        missing(name, "fees")
        for each in paid
        if not each.judged.legal
        for name in _fees_for(each, remedy).when
        if each.judged.facts.get(name) is None
    ]


def _waive(each: PaidLine, trace: list[RuleOutcome]) -> None:
    rule = next((claim.rule for claim in each.judged.legal if claim.rule is not None), None)
    if rule is not None:
        trace.append(RuleOutcome("FEE_WAIVED_BY_STATUTE", Status.ADJUST, source=rule.source))
