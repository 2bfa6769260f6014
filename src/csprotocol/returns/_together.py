"""What holds for all lines of a request together: money, dates, who pays, who grants it, and what to do now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from csprotocol.model import ReasonNature
from csprotocol.model._draft import draft_of
from csprotocol.returns._claims import Basis
from csprotocol.returns._decided import LineDecision, NextAction
from csprotocol.returns._decision import ReturnDecision
from csprotocol.returns._law import StatutoryRule
from csprotocol.returns._line import Judged, Setting
from csprotocol.returns._outcome import REVIEW, RuleOutcome, Status
from csprotocol.returns._period import Period
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._refund import minor_of, require_currency
from csprotocol.returns._request import Remedy
from csprotocol.returns._return_cost import return_cost_payer, say_return_cost
from csprotocol.returns._rma import rma_number
from csprotocol.returns._settle import Settlement
from csprotocol.returns._terms import ReturnTerms

__all__ = ["together"]


def together(
    setting: Setting, judged: Sequence[Judged], settlement: Settlement, trace: list[RuleOutcome]
) -> ReturnDecision:
    """What holds for all lines of the request."""
    order, policy = setting.order, setting.policy
    lines = tuple([each.decision for each in judged])
    # In which order they were asked for changes nothing: what ends first speaks for all.
    ranked = judged if len(judged) == 1 else sorted(judged, key=_end_of)
    keep = settlement.keeps
    granted: list[Judged] = []
    returned: list[Judged] = []
    for each in ranked:
        if each.decision.eligible:
            granted.append(each)
            if each.has_goods and not keep:
                returned.append(each)
    leading = (granted[0] if granted else ranked[0]).decision
    rule = _rule_of(granted) if setting.law is not None else None
    payer = _payer(returned, trace) if returned else None
    approver, needs_approval = _approval(policy, settlement, setting.actor, trace)
    outcomes = _once(lines, trace)
    terms = returned[0].terms if returned else None
    told = _Draft()
    told.order_id = order.id
    told.asked_on = setting.asked_on
    if len(lines) == 1:
        told.eligible, told.basis, told.requested_ok = leading.eligible, leading.basis, leading.requested_ok
        told.returnable_quantity = leading.returnable_quantity
    else:
        _sum_up(told, lines)
    told.lines = lines
    told.outcomes = outcomes
    told.remedies = leading.remedies
    told.deadline = leading.deadline
    told.deadline_unrolled = leading.deadline_unrolled
    told.refund = settlement.refund
    told.difference_due = settlement.difference_due
    told.refund_method = settlement.method
    _dates(told, rule, setting, pays=settlement.method is not None, sends=bool(returned))
    ways = terms.return_methods if terms is not None else ()
    told.return_method = "KeepProduct" if keep else ways[0] if ways else None
    told.label_source = _label(terms, returned[0].asked.nature if returned else None)
    told.return_cost_paid_by = payer
    told.needs_approval = needs_approval or _asks_for_review(outcomes)
    told.approver = approver
    told.next_action = _next_action(setting, told, judged, settlement, sends=bool(returned))
    told.policy = policy.id if policy is not None else None
    told.policy_version = policy.version if policy is not None else None
    told.law_version = setting.law.version if setting.law is not None else None
    told.rma = _rma(setting, returned) if returned else None
    told.__class__ = ReturnDecision
    decision: ReturnDecision = told
    return decision


_Draft: Final = draft_of(ReturnDecision)


def _end_of(judged: Judged) -> tuple[date, str]:
    return judged.decision.deadline or date.max, judged.line.id


def _rule_of(granted: Sequence[Judged]) -> StatutoryRule | None:
    """The rule of law that the first line with one rests on, of those that give what was asked for if any does."""
    for each in [each for each in granted if each.decision.requested_ok] or granted:
        if each.claim is not None and each.claim.rule is not None:
            return each.claim.rule
    return None


def _sum_up(told: Any, lines: Sequence[LineDecision]) -> None:
    """What several lines say together."""
    told.eligible = _any_of([each.eligible for each in lines])
    told.basis = _basis(lines)
    told.requested_ok = any(each.requested_ok for each in lines)
    told.returnable_quantity = sum(each.returnable_quantity for each in lines)


def _once(lines: Sequence[LineDecision], trace: list[RuleOutcome]) -> tuple[RuleOutcome, ...]:
    """The outcomes of all lines, and what was said of the request as a whole."""
    if len(lines) == 1:
        return (*lines[0].outcomes, *trace)
    return (*dict.fromkeys([outcome for each in lines for outcome in each.outcomes]), *trace)


def _asks_for_review(outcomes: Iterable[RuleOutcome]) -> bool:
    for outcome in outcomes:  # noqa: SIM110  # a generator takes twice as long, and this is asked of every decision
        if outcome[1] is REVIEW:
            return True
    return False


def _dates(told: Any, rule: StatutoryRule | None, setting: Setting, *, pays: bool, sends: bool) -> None:
    """What the law says of time besides the right itself."""
    told.refund_due = told.return_goods_by = told.acknowledge_within_hours = None
    told.may_withhold_until = ()
    if rule is None:
        return
    if pays and rule.refund_within is not None:
        told.refund_due = _after(rule.refund_within, rule, setting)
    if sends and rule.return_goods_within is not None:
        told.return_goods_by = _after(rule.return_goods_within, rule, setting)
    if sends and rule.may_withhold:
        told.may_withhold_until = _WITHHELD
    told.acknowledge_within_hours = rule.acknowledge_within_hours


def _after(period: Period, rule: StatutoryRule, setting: Setting) -> date:
    return period.after(setting.asked_on, weekdays=rule.working_weekdays, is_working_day=setting.is_working_day)


_WITHHELD: Final = ("goods_received", "proof_of_sending")


def _label(terms: ReturnTerms | None, nature: ReasonNature | None) -> str | None:
    if terms is None or not terms.label_sources:
        return None
    return terms.label_sources.get(nature or ReasonNature.REMORSE)


def _rma(setting: Setting, granted: Sequence[Judged]) -> str | None:
    """The number under which the goods come, or are to come where the shop asks for one."""
    rma = setting.request.rma
    if rma is not None or True not in [each.terms is not None and each.terms.rma_required for each in granted]:
        return rma
    lines = [fact for each in granted for fact in (each.line.id, each.line.reimbursed_quantity, each.asked.quantity)]
    return rma_number(setting.order.id, setting.asked_on, *lines)


def _any_of(answers: Sequence[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def _basis(lines: Sequence[LineDecision]) -> Basis:
    """That of the lines that decide, where it is one."""
    eligible = _any_of([each.eligible for each in lines])
    found = {each.basis for each in lines if each.eligible is eligible}
    return found.pop() if len(found) == 1 else Basis.MIXED


def _payer(granted: Sequence[Judged], trace: list[RuleOutcome]) -> str | None:
    for each in granted:
        if each.legal:
            say_return_cost(each, trace)
    if len(granted) == 1:
        return return_cost_payer(granted[0])
    payers = {return_cost_payer(each) for each in granted}
    return "merchant" if "merchant" in payers else payers.pop() if len(payers) == 1 else None


def _approval(
    policy: ReturnPolicy | None, settlement: Settlement, actor: str | None, trace: list[RuleOutcome]
) -> tuple[str | None, bool]:
    """Whose word it needs: the role with the least limit that is high enough. Exactly the limit is enough."""
    if policy is None or actor is None or not policy.approval_limits:
        return None, False
    total = settlement.refund.total
    require_currency(policy, total)
    limits = {role: minor_of(limit, total.currency, total.exponent) for role, limit in policy.approval_limits.items()}
    if not total.minor or total.minor <= limits.get(actor, -1):
        return None, False
    able = sorted((limit, role) for role, limit in limits.items() if limit >= total.minor)
    code = "ABOVE_AGENT_LIMIT" if actor in limits else "ROLE_WITHOUT_LIMIT"
    trace.append(RuleOutcome(code, Status.REVIEW, ("total", "actor"), (total.minor, actor), f"policy {policy.id}"))
    return (able[0][1] if able else None), True


def _next_action(
    setting: Setting, told: Any, judged: Sequence[Judged], settlement: Settlement, *, sends: bool
) -> NextAction:
    if told.eligible is None:
        return NextAction.ASK_FOR_FACTS
    if told.eligible and told.needs_approval:
        return NextAction.REQUEST_APPROVAL
    if False not in [each.not_sent for each in judged]:
        return NextAction.CANCEL_ORDER
    if not told.eligible:
        return NextAction.REVIEW if told.needs_approval else NextAction.REFUSE
    if not told.requested_ok:
        return NextAction.OFFER_REMEDY
    if settlement.waits_for_goods:
        return NextAction.INSPECT_GOODS
    if setting.request.remedy is _EXCHANGE:
        return NextAction.CREATE_EXCHANGE
    return _SEND if sends else NextAction.REFUND_NOW


# Looked up once: a member is found through the class of its enum.
_EXCHANGE: Final = Remedy.EXCHANGE
_SEND: Final = NextAction.SEND_RETURN_INSTRUCTIONS
