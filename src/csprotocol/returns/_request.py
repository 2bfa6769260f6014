"""What a customer asks for, and what is known of the goods when they ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from csprotocol.errors import InvalidValueError
from csprotocol.model import ContactReason, FrozenDict, Money, ReasonNature
from csprotocol.model._frozen import deep_frozen
from csprotocol.model._order import require_moment
from csprotocol.model._words import member
from csprotocol.returns._terms import CONDITIONS, MEANS

__all__ = ["ExchangeItem", "Remedy", "RequestedLine", "ReturnRequest"]


class Remedy(StrEnum):
    """What a customer can ask for."""

    REFUND = "refund"
    EXCHANGE = "exchange"
    STORE_CREDIT = "store_credit"
    REPAIR = "repair"
    REPLACEMENT = "replacement"
    PRICE_REDUCTION = "price_reduction"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeItem:
    """What the customer wants instead."""

    sku: str
    unit_price: Money
    quantity: int = 1

    def __post_init__(self) -> None:
        if type(self.quantity) is not int or self.quantity < 1:
            raise InvalidValueError.of("ExchangeItem.quantity", self.quantity, expected="a whole number, at least 1")
        price: object = self.unit_price
        if not isinstance(price, Money) or price.minor < 0:
            raise InvalidValueError.of(
                "ExchangeItem.unit_price", str(price), expected="an amount of Money, not below 0"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedLine:
    """So many units of one line, and why.

    ``reason`` is the code of a :class:`~csprotocol.model.ContactReason`, or ``None`` where nobody said. ``condition``
    is an item condition of schema.org. ``facts`` are about these units (``seal_broken``, ``original_packaging``) and
    come before those of the order line; ``None`` is unknown. ``severity`` of a defect is ``major`` or ``minor``.
    ``diminished_value_percent`` is what an inspection found them to have lost by excessive handling.
    """

    id: str
    quantity: int = 1
    reason: str | None = None
    condition: str | None = None
    severity: str | None = None
    diminished_value_percent: Decimal | None = None
    facts: Mapping[str, object] = field(default_factory=FrozenDict)
    nature: ReasonNature | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        where = f"RequestedLine {self.id}"
        if type(self.quantity) is not int or self.quantity < 1:
            raise InvalidValueError.of(f"{where}.quantity", self.quantity, expected="a whole number, at least 1")
        if self.reason is not None:
            object.__setattr__(self, "nature", ContactReason.of(self.reason).nature)
        if self.condition is not None and self.condition not in CONDITIONS:
            raise InvalidValueError.unknown(f"{where}.condition", self.condition, CONDITIONS)
        if self.severity not in (None, "major", "minor"):
            raise InvalidValueError.unknown(f"{where}.severity", self.severity, ("major", "minor"))
        percent = self.diminished_value_percent
        given: object = percent
        if percent is not None and not (isinstance(given, Decimal) and percent.is_finite() and 0 <= percent <= 100):
            raise InvalidValueError.of(f"{where}.diminished_value_percent", percent, expected="a Decimal, 0 to 100")
        object.__setattr__(self, "facts", FrozenDict(deep_frozen(self.facts)))  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequest:
    """A request as it came in: a local date, or an instant with its zone.

    ``refund_method`` is how the customer wants the money (``store_credit``); ``consumer_agreed`` says that they
    expressly agreed to another means than the one they had paid with. ``rma`` is the number under which goods are on
    their way already.

    >>> request = ReturnRequest(at=date(2026, 11, 20), lines=[RequestedLine(id="MUG-1", reason="unwanted")])
    >>> request.remedy, request.lines[0].nature
    (<Remedy.REFUND: 'refund'>, <ReasonNature.REMORSE: 'remorse'>)

    Raises:
        InvalidValueError: no lines, a line twice, an unknown reason or remedy, an exchange for nothing.
        NaiveDatetimeError: an instant without a zone.
    """

    at: date | datetime
    lines: tuple[RequestedLine, ...]
    remedy: Remedy = Remedy.REFUND
    refund_method: str | None = None
    consumer_agreed: bool = False
    exchange_items: tuple[ExchangeItem, ...] = ()
    rma: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(self.lines))
        object.__setattr__(self, "exchange_items", tuple(self.exchange_items))
        object.__setattr__(self, "remedy", member(Remedy, "ReturnRequest.remedy", self.remedy))
        at: object = self.at
        require_moment("ReturnRequest.at", "" if at is None else at)
        ids = [line.id for line in self.lines]
        if not ids or len({*ids}) < len(ids):
            raise InvalidValueError.of("ReturnRequest.lines", ids, expected="at least one, each line once")
        if self.remedy is Remedy.EXCHANGE and not self.exchange_items:
            raise InvalidValueError.of("ReturnRequest.exchange_items", (), expected="what goes out instead")
        if self.refund_method is not None and self.refund_method not in MEANS:
            raise InvalidValueError.unknown("ReturnRequest.refund_method", self.refund_method, MEANS)
