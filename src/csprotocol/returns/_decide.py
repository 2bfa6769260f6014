"""The decision on a request: every line, then what holds for all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from csprotocol.errors import InvalidValueError
from csprotocol.model import Order, OrderLine, local_date
from csprotocol.returns._arrival import arrivals
from csprotocol.returns._decision import ReturnDecision
from csprotocol.returns._law import Law
from csprotocol.returns._line import Setting, judge_line
from csprotocol.returns._outcome import RuleOutcome, Status
from csprotocol.returns._period import IsWorkingDay
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._request import ReturnRequest
from csprotocol.returns._settle import settle
from csprotocol.returns._together import together

__all__ = ["decide"]

Policies = ReturnPolicy | Sequence[ReturnPolicy]


def decide(
    order: Order,
    request: ReturnRequest,
    policy: Policies | None,
    *,
    law: Law | None,
    is_working_day: IsWorkingDay | None = None,
    is_business_day: IsWorkingDay | None = None,
    actor: str | None = None,
) -> ReturnDecision:
    """Whether the lines of ``request`` may come back, until when, for how much, who pays, and why. Not legal advice.

    Every rule is run, so that all reasons are told. What rests on the law is never worse than the law has it, with
    ``law`` that of the consumer's country (:meth:`Law.of`), or ``None`` where only the shop's own words count.
    ``policy`` is one version, or several; the one in force on the day of the order counts.

    ``is_working_day`` says whether a date is no public holiday where the consumer lives; without it, a statutory
    period that a holiday might have put off leaves a late request undecided for a week. ``is_business_day`` is about
    the shop and serves its own ``extend_to_business_day`` alone. ``actor`` is the role that grants it.

    >>> from csprotocol.model import Delivery, Money, OrderLine
    >>> from csprotocol.returns import RequestedLine, ReturnWindow
    >>> order = Order(
    ...     id="1001",
    ...     currency="EUR",
    ...     lines=[OrderLine(id="MUG-1", quantity=2, unit_price=Money.of("9.90", "EUR"))],
    ...     deliveries=[Delivery(delivered_at=date(2026, 11, 2))],
    ... )
    >>> request = ReturnRequest(at=date(2026, 11, 10), lines=[RequestedLine(id="MUG-1", reason="unwanted")])
    >>> decision = decide(order, request, ReturnPolicy.of(window=ReturnWindow(days=30)), law=Law.of("ES"))
    >>> decision.eligible, decision.basis.value, decision.deadline.isoformat(), str(decision.refund.total)
    (True, 'statutory_withdrawal', '2026-11-16', '9.90 EUR')

    Raises:
        InvalidValueError: the request names a line that the order does not have, or exchanges into another currency.
    """
    trace: list[RuleOutcome] = []
    zone = order.zone
    asked_on = local_date(request.at, zone)
    ordered_on = contract_on = None if order.placed_at is None else local_date(order.placed_at, zone)
    arrived, by_line = arrivals(order, zone)
    whole = arrived
    if whole.came is None and any(_is_to_come(line) for line in order.lines):
        # What was never sent has not come.
        whole = replace(whole, came=False)
    if contract_on is None and law is not None:
        contract_on = whole.sent or whole.first
        latest = contract_on or asked_on
        if _changed_lately(law, latest):
            trace.append(RuleOutcome("ORDER_DATE_ASSUMED", Status.REVIEW, ("contract_on",), (latest,)))
    version, is_known = _version(policy, ordered_on, trace)
    setting = Setting(
        order,
        request,
        asked_on,
        ordered_on,
        contract_on,
        whole,
        version,
        is_known,
        law,
        is_working_day,
        is_business_day,
        actor,
    )
    judged = [judge_line(setting, order.line(each.id), each, by_line.get(each.id, arrived)) for each in request.lines]
    return together(setting, judged, settle(order, request, version, judged, trace), trace)


def _is_to_come(line: OrderLine) -> bool:
    """Whether none of it was sent, and some of it is still to be."""
    return line.fulfilled_quantity == 0 and line.reimbursed_quantity < line.quantity


def _changed_lately(law: Law, on: date) -> bool:
    """Whether a rule changed in the year before, so that the day of the order matters more than one can tell."""
    since = on - timedelta(days=366)
    return any(since < each <= on for rule in law.rules for each in (rule.valid_from, rule.valid_to) if each)


def _version(
    policy: Policies | None, ordered_on: date | None, trace: list[RuleOutcome]
) -> tuple[ReturnPolicy | None, bool]:
    """The version that was in force when the order was placed, the latest of several; and whether that is known."""
    if policy is None:
        return None, True
    if isinstance(policy, ReturnPolicy) and policy.valid_from is policy.valid_to is None:
        return policy, True
    versions = (policy,) if isinstance(policy, ReturnPolicy) else _versions(policy)
    if ordered_on is None:
        return (versions[0], True) if len(versions) == 1 else (None, False)
    latest, since = None, date.min
    for version in versions:
        begins = version.valid_from or date.min
        in_force = begins <= ordered_on and (version.valid_to is None or ordered_on <= version.valid_to)
        if in_force and (latest is None or since < begins):
            latest, since = version, begins
    if latest is None:
        trace.append(RuleOutcome("NO_POLICY_IN_FORCE", Status.BLOCK, ("placed_at",), (ordered_on,), "policy"))
    return latest, True


def _versions(policies: object) -> tuple[ReturnPolicy, ...]:
    if isinstance(policies, Sequence) and policies and all(isinstance(each, ReturnPolicy) for each in policies):
        return tuple(policies)
    raise InvalidValueError.of("policy", type(policies).__name__, expected="a ReturnPolicy, or several versions of one")
