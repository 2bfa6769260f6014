"""A decision in a few lines, for whoever has the customer on the phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from csprotocol.cli._tables import clean, key_values, listed
from csprotocol.model import Order
from csprotocol.returns import LineDecision, Remedy, ReturnDecision, Status

__all__ = ["verdict"]

_ANSWERS: Final = {True: "yes", False: "no", None: "cannot be said yet"}
_SUPPLY: Final = {
    "condition": "--condition NewCondition (or Used-, Damaged-, RefurbishedCondition)",
    "delivered_on": "--delivered 2026-11-02 (the day on which the goods came)",
    "fulfilled_at": "--delivered 2026-11-02 (or the day of the dispatch, in the order)",
    "placed_at": "the day of the order, in the order itself",
    "public_holidays": "whether the last day is a holiday: pip install 'csprotocol[holidays]'",
    "reason": "--reason unwanted (or defective, ...)",
}
_PAYERS: Final = {"customer": "the customer pays for the parcel back", "merchant": "the shop pays for the parcel back"}


def verdict(decision: ReturnDecision, order: Order, remedy: Remedy) -> str:
    """The text, with its last line feed."""
    lines = [*key_values(_facts(decision, order, remedy)), *listed("  reasons   ", _reasons(decision))]
    for i, fact in enumerate(_open_facts(decision)):
        lines.append(f"  {'' if i else 'supply':<8}  {clean(supply(fact))}")
    lines += ["", "Not legal advice. All of it, in sentences: --explain."]
    return "\n".join(lines) + "\n"


def _open_facts(decision: ReturnDecision) -> tuple[str, ...]:
    """What is missing for an answer; of a line that has one, no fact changes it any more."""
    if decision.eligible is None or (decision.eligible and not decision.requested_ok):
        return decision.missing_facts
    found = [fact for line in decision.lines if line.eligible is None for fact in line.missing_facts]
    return tuple(dict.fromkeys(found))


def _reasons(decision: ReturnDecision) -> tuple[str, ...]:
    """All that say something; what a fact is missing for says nothing yet."""
    said = [each.code for each in decision.outcomes if each.is_reason and each.status is not Status.UNKNOWN]
    return tuple(dict.fromkeys(said)) or ("none yet" if decision.eligible is None else "none",)


def supply(fact: str) -> str:
    """How to say what is missing."""
    return _SUPPLY.get(fact) or f"--fact {fact}={'2026-11-02' if fact.endswith('_on') else 'yes (or no)'}"


def _facts(decision: ReturnDecision, order: Order, remedy: Remedy) -> Iterator[tuple[str, str]]:
    yield "order", f"{order.number or order.id}, asked for on {decision.asked_on}"
    for line in decision.lines:
        yield "line", _line(line, order)
    yield "eligible", _eligible(decision, remedy)
    yield "basis", str(decision.basis)
    yield "deadline", _deadline(decision)
    yield "refund", _refund(decision)
    payer = decision.return_cost_paid_by
    yield "next", f"{decision.next_action} ({_PAYERS[payer]})" if payer in _PAYERS else str(decision.next_action)
    if decision.needs_approval:
        yield "approval", f"at least {decision.approver}" if decision.approver else "by a person"
    if decision.rma is not None:
        yield "rma", decision.rma


def _line(line: LineDecision, order: Order) -> str:
    goods = order.line(line.id)
    name = f"{goods.sku or line.id} {goods.title[:40]}".strip()
    told = f"{line.quantity} of {goods.quantity} x {name}"
    return f"{told}: {_ANSWERS[line.eligible]}"


def _eligible(decision: ReturnDecision, remedy: Remedy) -> str:
    answer = _ANSWERS[decision.eligible]
    if decision.eligible and not decision.requested_ok:
        return f"{answer}, but not {remedy} first: {' or '.join(decision.remedies)}"
    return f"{answer}, {remedy}" if decision.eligible else answer


def _deadline(decision: ReturnDecision) -> str:
    """A right that is not sure has no sure end, and a no for another cause is not about the time."""
    if decision.eligible is None or (decision.eligible and decision.deadline is None):
        return "not known yet"
    if decision.deadline is None or (not decision.eligible and decision.asked_on <= decision.deadline):
        return "none"
    moved = decision.deadline_unrolled is not None and decision.deadline_unrolled != decision.deadline
    put_off = f" (put off from {decision.deadline_unrolled})" if moved else ""
    return f"{decision.deadline}{put_off}"


def _refund(decision: ReturnDecision) -> str:
    told = str(decision.refund.total)
    if decision.refund_method is not None and decision.refund.total:
        means = [f"{each.amount} {each.method}" for each in decision.refund.transactions]
        by = decision.refund_method if len(means) < 2 else f"{decision.refund_method}: {' + '.join(means)}"
        told += f" by {by}"
    if decision.refund_due is not None:
        told += f", no later than {decision.refund_due}"
    return told
