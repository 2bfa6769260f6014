"""Who pays for the parcel back."""

from __future__ import annotations

from typing import Final

from csprotocol.model import ReasonNature
from csprotocol.returns._law import Payer
from csprotocol.returns._line import Judged
from csprotocol.returns._outcome import RuleOutcome, Status, missing

__all__ = ["CUSTOMER", "MERCHANT", "return_cost_payer", "say_return_cost"]

CUSTOMER, MERCHANT = "customer", "merchant"
# Looked up once: a member is found through the class of its enum, which takes longer than most questions here.
_IF_INFORMED: Final = Payer.CUSTOMER_IF_INFORMED
_REMORSE: Final = ReasonNature.REMORSE


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
