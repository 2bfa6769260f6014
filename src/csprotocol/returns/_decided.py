"""What was decided: for every line and for the whole request, with all reasons, dates and money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from csprotocol.model import Money
from csprotocol.returns._claims import Basis
from csprotocol.returns._outcome import RuleOutcome, Status
from csprotocol.returns._refund import RefundBreakdown

__all__ = ["Decided", "LineDecision", "NextAction"]


class NextAction(StrEnum):
    """What whoever serves the customer does now."""

    ASK_FOR_FACTS = "ask_for_facts"
    CANCEL_ORDER = "cancel_order"
    CREATE_EXCHANGE = "create_exchange"
    INSPECT_GOODS = "inspect_goods"
    OFFER_REMEDY = "offer_remedy"
    REFUND_NOW = "refund_now"
    REFUSE = "refuse"
    REQUEST_APPROVAL = "request_approval"
    REVIEW = "review"
    SEND_RETURN_INSTRUCTIONS = "send_return_instructions"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDecision:
    """One line. ``eligible`` says that some remedy is due, and is ``None`` where a fact is missing for that.

    ``remedies`` are those that are due, ``requested_ok`` says whether the requested one is among them. ``deadline`` is
    the last day of what it rests on; of a line that is not eligible, the latest of the days found for it.
    ``counted_from`` is the day before the first that was counted, ``counted`` how many of what: ``(14, "days")``.
    """

    id: str
    quantity: int
    eligible: bool | None
    basis: Basis
    outcomes: tuple[RuleOutcome, ...]
    remedies: tuple[str, ...]
    requested_ok: bool
    deadline: date | None
    deadline_unrolled: date | None
    returnable_quantity: int
    counted_from: date | None = None
    counted: tuple[int, str] | None = None
    source: str = ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """The codes of the outcomes that matter, each once."""
        return _reasons(self.outcomes)

    @property
    def missing_facts(self) -> tuple[str, ...]:
        """What to find out."""
        return _missing(self.outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was decided, as data; see :class:`ReturnDecision` for what the parts mean."""

    order_id: str
    asked_on: date
    eligible: bool | None
    basis: Basis
    lines: tuple[LineDecision, ...]
    outcomes: tuple[RuleOutcome, ...]
    remedies: tuple[str, ...]
    requested_ok: bool
    deadline: date | None
    deadline_unrolled: date | None
    refund: RefundBreakdown
    difference_due: Money | None
    refund_method: str | None
    refund_due: date | None
    may_withhold_until: tuple[str, ...]
    return_goods_by: date | None
    acknowledge_within_hours: int | None
    return_method: str | None
    label_source: str | None
    return_cost_paid_by: str | None
    needs_approval: bool
    approver: str | None
    next_action: NextAction
    returnable_quantity: int
    policy: str | None
    policy_version: str | None
    law_version: str | None
    rma: str | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """The codes of all outcomes that matter, each once."""
        return _reasons(self.outcomes)

    @property
    def missing_facts(self) -> tuple[str, ...]:
        """What to find out."""
        return _missing(self.outcomes)


def _reasons(outcomes: Iterable[RuleOutcome]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(outcome.code for outcome in outcomes if outcome.is_reason))


def _missing(outcomes: Iterable[RuleOutcome]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            outcome.code.partition(":")[2] or outcome.names[0]
            for outcome in outcomes
            if outcome.status is Status.UNKNOWN
        )
    )
