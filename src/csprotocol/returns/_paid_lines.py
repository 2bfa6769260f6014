"""The lines that bring money back, with their shares of what was paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from csprotocol.model import Order, ReasonNature
from csprotocol.returns._line import Judged
from csprotocol.returns._refund import line_share, order_discounts

__all__ = ["PaidLine", "paid_lines"]

_REMORSE: Final = ReasonNature.REMORSE


# Made for one decision, and changed by nobody: not frozen, for that takes three times as long to make.
@dataclass(slots=True, eq=False)
class PaidLine:
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


def _line_id(judged: Judged) -> str:
    return judged.line.id


def paid_lines(order: Order, judged: Sequence[Judged]) -> list[PaidLine]:
    """By the id of the line: in which order they were asked for changes nothing."""
    discounts: dict[str, int] = {}
    if order.discount is not None:
        discounts = dict(zip([line.id for line in order.lines], order_discounts(order), strict=True))
    return [
        PaidLine(each, *line_share(each.line, each.asked.quantity, discounts.get(each.line.id, 0)))
        for each in (judged if len(judged) == 1 else sorted(judged, key=_line_id))
        if each.decision.requested_ok
    ]
