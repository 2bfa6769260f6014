"""Returns: one request against an order, a policy and the law of a country."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from csprotocol.errors import CsprotocolError, MissingExtraError
from csprotocol.model import Delivery, FrozenDict, Money, Order, OrderLine, Payment, ReasonNature, allocate
from csprotocol.returns import (
    ExchangeItem,
    Fees,
    Law,
    RequestedLine,
    ReturnDecision,
    ReturnPolicy,
    ReturnRequest,
    ReturnTerms,
    ReturnWindow,
    SeasonalOverride,
    WindowKind,
    decide,
    working_days,
)
from tests.conformance._handler import UnknownCaseError, refuse_unknown_keys

_CASE = ("id", "title", "source", "verified", "jurisdiction", "policy", "order", "request", "expected", "note", "tags")
_POLICY = (
    "window_days", "window_from", "fees", "refund_methods", "exclusions", "refund_original_shipping", "return_cost",
    "transit_buffer_days", "rma_required", "approval_limits", "keep_product_below", "seasonal_overrides", "version",
    "superseded_by", "conditions", "posted", "split", "store_credit_bonus_percent", "return_until",
)  # fmt: skip
_ORDER = (
    "lines", "currency", "channel", "buyer", "tax_included", "order_date", "tz", "shipping", "order_discount",
    "captured", "already_refunded", "payments", "regular_delivery", "withdrawal_informed", "withdrawal_informed_on",
    "return_cost_informed", "contract_confirmed", "disclosure_complete", "contract_copy_on",
)  # fmt: skip
_FACTS = _ORDER[12:]
_LINE = (
    "id", "quantity", "unit_price", "line_total", "tax_percent", "delivered_on", "fulfilled_on", "delivery",
    "fulfilled_quantity", "return_requested_quantity", "reimbursed_quantity", "repair", "line_discount",
)  # fmt: skip
_ATTRIBUTES = (
    "agreed_guarantee_months", "consent_and_acknowledgement", "dated_service", "digital", "final_sale", "gift_card",
    "hygiene_sealed", "inseparably_mixed", "market_price", "media_sealed", "performance_begun", "periodical",
    "perishable", "personalised", "public_auction", "seal_broken", "second_hand", "service", "fully_performed",
    "urgent_repair", "used_beyond_inspection", "wine_futures",
)  # fmt: skip
_REQUEST = (
    "date", "lines", "type", "condition", "packaging", "consumer_agreed", "severity", "sequence", "exchange_items",
    "refund_method", "actor", "inspection", "rma",
)  # fmt: skip


def answer(case: Mapping[str, Any]) -> object:
    """What was decided, in the words of the case."""
    refuse_unknown_keys("case", case, _CASE)
    expected, wanted = case["expected"], case["request"]
    order, policies = _order(case["order"], case["jurisdiction"]), list(_policies(case["policy"]))
    law = None if case["jurisdiction"] is None else Law.of(case["jurisdiction"])

    def decided(order: Order, lines: list[Mapping[str, Any]]) -> ReturnDecision:
        return decide(
            order,
            _request(wanted, lines, order),
            policies,
            law=law,
            is_working_day=_working_days(law),
            actor=wanted.get("actor"),
        )

    if "sequence" not in wanted:
        return _told(decided(order, wanted["lines"]), expected)
    decisions = []
    for lines in wanted["sequence"]:
        decisions.append(decided(order, lines))
        order = _after(order, lines, decisions[-1])
    totals = [_amount(decision.refund.total) for decision in decisions]
    return _told(decisions[-1], expected) | {"refund_sequence": totals}


def error_name(error: CsprotocolError) -> str:
    return error.code


def _working_days(law: Law | None) -> Callable[[date], bool] | None:
    """The public holidays of the country; where nobody knows them, none: no case hangs on one."""
    try:
        return None if law is None else working_days(law)
    except MissingExtraError:
        return _every_day


def _every_day(_: date) -> bool:
    return True


# The answer


def _told(decision: ReturnDecision, expected: Mapping[str, Any]) -> dict[str, object]:
    refuse_unknown_keys("expected", expected, [*_ANSWERS, "reasons", "absent", "refund", "refund_sequence"])
    told = {name: give(decision) for name, give in _ANSWERS.items() if name in expected}
    found = set(decision.reasons)
    if "reasons" in expected:
        told["reasons"] = expected["reasons"] if found >= {*expected["reasons"]} else sorted(found)
    if "absent" in expected:
        told["absent"] = expected["absent"] if found.isdisjoint(expected["absent"]) else sorted(found)
    if "refund" in expected:
        told["refund"] = {name: _part(decision, name) for name in expected["refund"]}
    return told


def _iso(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


_ANSWERS: Mapping[str, Callable[[ReturnDecision], object]] = {
    "eligible": lambda d: d.eligible,
    "basis": lambda d: str(d.basis),
    "deadline": lambda d: _iso(d.deadline),
    "deadline_unrolled": lambda d: _iso(d.deadline_unrolled),
    "remedies": lambda d: list(d.remedies),
    "requested_ok": lambda d: d.requested_ok,
    "refund_due": lambda d: _iso(d.refund_due),
    "refund_due_days": lambda d: None if d.refund_due is None else (d.refund_due - d.asked_on).days,
    "may_withhold_until": lambda d: list(d.may_withhold_until),
    "return_goods_by": lambda d: _iso(d.return_goods_by),
    "return_cost_paid_by": lambda d: d.return_cost_paid_by,
    "acknowledge_within_hours": lambda d: d.acknowledge_within_hours,
    "refund_method": lambda d: d.refund_method,
    "return_method": lambda d: d.return_method,
    "needs_approval": lambda d: d.needs_approval,
    "approver": lambda d: d.approver,
    "next_action": lambda d: str(d.next_action),
    "policy_version": lambda d: d.policy_version,
    "returnable_quantity": lambda d: d.returnable_quantity,
    "difference_due": lambda d: None if d.difference_due is None else _amount(d.difference_due),
    "missing_facts": lambda d: list(d.missing_facts),
}
_PARTS = {"tax_included_in_total": "tax_included"}


def _part(decision: ReturnDecision, name: str) -> object:
    if name == "transactions":
        return [{"method": each.method, "amount": _amount(each.amount)} for each in decision.refund.transactions]
    try:
        return _amount(decision.refund[_PARTS.get(name, name)])
    except KeyError:
        raise UnknownCaseError(f"expected.refund: unknown key {name}") from None


def _amount(money: Money) -> str:
    return f"{money.to_decimal():f}"


# The question


def _policies(said: Mapping[str, Any]) -> Iterator[ReturnPolicy]:
    refuse_unknown_keys("policy", said, _POLICY)
    later = said.get("superseded_by")
    first = _policy(said)
    if later is None:
        yield first
        return
    starts = date.fromisoformat(later["version"])
    yield replace(first, valid_to=starts - timedelta(days=1))
    yield replace(_policy({**said, **later}), valid_from=starts)


def _policy(said: Mapping[str, Any]) -> ReturnPolicy:
    both = (ReasonNature.REMORSE, ReasonNature.NON_CONFORMITY)
    conditions = said.get("conditions", ())
    terms = ReturnTerms(
        window=_window(said),
        seasonal_overrides=tuple(_season(each) for each in said.get("seasonal_overrides", ())),
        conditions=tuple(each for each in conditions if each.endswith("Condition")),
        requires=tuple(each for each in conditions if not each.endswith("Condition")),
        exclusions=tuple(said.get("exclusions", ())),
        fees={nature: _fees(said.get("fees", {}), _GROUPS[nature]) for nature in both},
        return_cost={ReasonNature.REMORSE: said.get("return_cost", "customer")},
        refund_original_shipping=said.get("refund_original_shipping", "statutory_only"),
        refund_methods=tuple(said.get("refund_methods", ("original_payment",))),
        store_credit_bonus_percent=said.get("store_credit_bonus_percent"),
        keep_product_below=said.get("keep_product_below"),
        rma_required=said.get("rma_required", False),
    )
    return ReturnPolicy(
        id="case",
        terms=(terms,),
        version=said.get("version", "1"),
        posted=said.get("posted", True),
        payment_split=said.get("split", "proportional"),
        approval_limits=said.get("approval_limits", {}),
    )


_GROUPS = {ReasonNature.REMORSE: "remorse", ReasonNature.NON_CONFORMITY: "defect"}


def _window(said: Mapping[str, Any]) -> ReturnWindow:
    if said.get("window_days") is None:
        return ReturnWindow(kind=WindowKind.UNLIMITED)
    return ReturnWindow(
        days=said["window_days"],
        starts_from=said.get("window_from", "delivered"),
        transit_buffer_days=said.get("transit_buffer_days"),
    )


def _fees(said: Mapping[str, Any], group: str) -> Fees:
    refuse_unknown_keys("fees", said, ("restocking_percent", "return_shipping", "restocking"))
    own = {name: fee.get(group) if isinstance(fee, Mapping) else fee for name, fee in said.items()}
    return Fees(
        restocking_percent=own.get("restocking_percent"),
        restocking=own.get("restocking"),
        return_shipping=own.get("return_shipping"),
    )


def _season(said: Mapping[str, Any]) -> SeasonalOverride:
    return SeasonalOverride(
        start=date.fromisoformat(said["start"]),
        end=date.fromisoformat(said["end"]),
        days=said.get("days"),
        return_by=_day(said.get("return_by")),
    )


def _order(said: Mapping[str, Any], jurisdiction: str | None) -> Order:
    refuse_unknown_keys("order", said, _ORDER)
    currency, shipping = said["currency"], said.get("shipping", {})
    refuse_unknown_keys("shipping", shipping, ("paid", "standard"))

    def money(amount: str | None) -> Money | None:
        return None if amount is None else Money.of(amount, currency)

    discount = money(said.get("order_discount"))
    lines = [_line(each, currency) for each in said["lines"]]
    shares = allocate(discount.minor if discount else 0, [line.total.minor for line in lines])
    return Order(
        id="1001",
        currency=currency,
        lines=tuple(
            _taxed(line, each, share, inside=said["tax_included"])
            for line, each, share in zip(lines, said["lines"], shares, strict=True)
        ),
        placed_at=_day(said.get("order_date")),
        country=jurisdiction,
        tz=said.get("tz"),
        buyer=said["buyer"],
        contract=said["channel"],
        tax_included=said["tax_included"],
        discount=discount,
        shipping_paid=money(shipping.get("paid")),
        shipping_standard=money(shipping.get("standard")),
        captured=money(said.get("captured")),
        refunded=money(said.get("already_refunded")),
        payments=tuple(
            Payment(method=each["method"], amount=Money.of(each["amount"], currency))
            for each in said.get("payments", ())
        ),
        deliveries=tuple(_delivery(each) for each in said["lines"]),
        attributes=FrozenDict({name: _fact(said[name]) for name in _FACTS if name in said}),
    )


def _fact(value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _line(said: Mapping[str, Any], currency: str) -> OrderLine:
    refuse_unknown_keys("line", said, (*_LINE, *_ATTRIBUTES))
    facts = {name: said[name] for name in _ATTRIBUTES if name in said}
    repair = said.get("repair") or {}
    refuse_unknown_keys("repair", repair, ("requested_on", "returned_on"))
    facts |= {f"repair_{name}": _day(repair[name]) for name in repair}
    never_sent = "fulfilled_on" in said and said["fulfilled_on"] is None and said.get("delivered_on") is None
    total, unit_price = said.get("line_total"), said.get("unit_price")
    return OrderLine(
        id=said["id"],
        quantity=said["quantity"],
        unit_price=None if unit_price is None else Money.of(unit_price, currency),
        total=None if total is None else Money.of(total, currency),  # type: ignore[arg-type]  # worked out there
        discount=None if "line_discount" not in said else Money.of(said["line_discount"], currency),
        fulfilled_quantity=0 if never_sent else said.get("fulfilled_quantity"),
        return_requested_quantity=said.get("return_requested_quantity", 0),
        reimbursed_quantity=said.get("reimbursed_quantity", 0),
        attributes=FrozenDict(facts),
    )


def _taxed(line: OrderLine, said: Mapping[str, Any], discount: int, *, inside: bool) -> OrderLine:
    """The tax as it was charged when the order was placed, rounded half up."""
    percent = Fraction(Decimal(said.get("tax_percent", "0")))
    net = line.total.minor - discount - (line.discount.minor if line.discount else 0)
    tax = int(net * percent / (100 + percent if inside else 100) + Fraction(1, 2))
    return replace(line, tax=Money(tax, line.total.currency, line.total.exponent))


def _delivery(said: Mapping[str, Any]) -> Delivery:
    came = {None: None, "not_delivered": False}[said.get("delivery")]
    days = {"fulfilled_at": _day(said.get("fulfilled_on")), "delivered_at": _day(said.get("delivered_on"))}
    return Delivery(lines=(said["id"],), arrived=came, **days)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _request(said: Mapping[str, Any], lines: list[Mapping[str, Any]], order: Order) -> ReturnRequest:
    refuse_unknown_keys("request", said, _REQUEST)
    at = said["date"]
    return ReturnRequest(
        at=datetime.fromisoformat(at) if "T" in at else date.fromisoformat(at),
        lines=tuple(_asked(each, said) for each in lines),
        remedy=said["type"],
        refund_method=said.get("refund_method"),
        consumer_agreed=said.get("consumer_agreed", False),
        exchange_items=tuple(
            ExchangeItem(
                sku=each["sku"], quantity=each["quantity"], unit_price=Money.of(each["unit_price"], order.currency)
            )
            for each in said.get("exchange_items", ())
        ),
        rma=said.get("rma"),
    )


def _asked(line: Mapping[str, Any], said: Mapping[str, Any]) -> RequestedLine:
    refuse_unknown_keys("request line", line, ("id", "quantity", "reason"))
    inspection = said.get("inspection", {})
    refuse_unknown_keys("inspection", inspection, ("diminished_value_percent",))
    percent = inspection.get("diminished_value_percent")
    facts = {} if "packaging" not in said else {"original_packaging": said["packaging"] == "original"}
    return RequestedLine(
        id=line["id"],
        quantity=line["quantity"],
        reason=line["reason"],
        condition=said.get("condition"),
        severity=said.get("severity"),
        diminished_value_percent=None if percent is None else Decimal(percent),
        facts=facts,
    )


def _after(order: Order, lines: list[Mapping[str, Any]], decision: ReturnDecision) -> Order:
    """The order once the money went back."""
    back = {each["id"]: each["quantity"] for each in lines}
    refunded = decision.refund.total if order.refunded is None else order.refunded + decision.refund.total
    return replace(
        order,
        refunded=refunded,
        lines=tuple(
            replace(line, reimbursed_quantity=line.reimbursed_quantity + back.get(line.id, 0)) for line in order.lines
        ),
    )
