"""Orders, requests and policies of a sample shop, written in few words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from csprotocol.model import Delivery, Money, Order, OrderLine
from csprotocol.returns import RequestedLine, ReturnPolicy, ReturnRequest, ReturnTerms, ReturnWindow

__all__ = ["asked", "eur", "order", "policy"]


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


def order(
    *lines: OrderLine,
    delivered: str | None = "2026-03-03",
    sent: str | None = None,
    placed: str | None = "2026-03-01",
    **facts: Any,
) -> Order:
    """An order of one parcel; without lines, of one mug for 80.00 EUR."""
    first = lines[0].total.currency if lines else "EUR"
    parcel = Delivery(fulfilled_at=_day(sent), delivered_at=_day(delivered))
    return Order(
        id="1001",
        currency=first,
        lines=lines or (OrderLine(id="MUG-1", unit_price=eur("80.00")),),
        placed_at=_day(placed),
        **{"deliveries": (parcel,), **facts},
    )


def asked(
    on: str, line: str = "MUG-1", quantity: int = 1, reason: str | None = "unwanted", **facts: Any
) -> ReturnRequest:
    """A request for one line; what is about the line is told by ``line_facts``."""
    own: Mapping[str, Any] = facts.pop("line_facts", {})
    lines = (RequestedLine(id=line, quantity=quantity, reason=reason, **own),)
    return ReturnRequest(at=date.fromisoformat(on), **{"lines": lines, **facts})


def policy(days: int | None = 30, **terms: Any) -> ReturnPolicy:
    """The same terms for all lines."""
    window = {} if days is None else {"window": ReturnWindow(days=days)}
    return ReturnPolicy(id="sample", terms=(ReturnTerms(**{**window, **terms}),))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
