"""What was sold, sent, delivered and paid: the facts of an order, as a shop knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum

from csprotocol.errors import CurrencyMismatchError, InvalidValueError
from csprotocol.model._frozen import FrozenDict, deep_frozen
from csprotocol.model._money import Money
from csprotocol.model._span import require_aware
from csprotocol.model._words import member

__all__ = ["Buyer", "ContractChannel", "Delivery", "Order", "OrderLine", "Payment", "local_date"]

Moment = date | datetime
"""A local date, or an instant with its zone."""


class Buyer(StrEnum):
    """Who bought; most rights are the consumer's alone."""

    CONSUMER = "consumer"
    BUSINESS = "business"


class ContractChannel(StrEnum):
    """Where the contract was made; the right to change one's mind depends on it."""

    DISTANCE = "distance"
    IN_STORE = "in_store"
    OFF_PREMISES = "off_premises"
    UNSOLICITED_VISIT = "unsolicited_visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One parcel: which lines are in it (none named: all), when it left, and whether and when it arrived.

    ``arrived`` is ``None`` where nobody knows; a parcel with ``delivered_at`` has arrived.
    """

    lines: tuple[str, ...] = ()
    fulfilled_at: Moment | None = None
    delivered_at: Moment | None = None
    arrived: bool | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(self.lines))
        for name in ("fulfilled_at", "delivered_at"):
            require_moment(f"Delivery.{name}", getattr(self, name))
        if self.delivered_at is not None:
            if self.arrived is False:
                raise InvalidValueError.of("Delivery.arrived", self.arrived, expected="true of what has a date")
            object.__setattr__(self, "arrived", True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One means with which an order was paid, and how much of it went back so far."""

    method: str
    amount: Money
    refunded: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line of an order; amounts are those of the whole line.

    ``total`` is the price of all units before discounts; ``unit_price`` times ``quantity`` unless given. ``discount``
    is the line's own. ``tax`` is what was charged on it after all discounts; inside the prices or on top, as the order
    says. ``fulfilled_quantity`` is ``None`` where nobody knows. ``attributes`` are facts that rules ask for
    (``final_sale``, ``hygiene_sealed``): ``None`` is unknown; what is not there at all, the goods are not.

    Raises:
        InvalidValueError: no price, less than one unit, more given back than bought, a negative amount.
    """

    id: str
    quantity: int = 1
    unit_price: Money | None = None
    total: Money = None  # type: ignore[assignment]  # worked out below
    discount: Money | None = None
    tax: Money | None = None
    sku: str = ""
    title: str = ""
    product: str = ""
    collections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    fulfilled_quantity: int | None = None
    return_requested_quantity: int = 0
    reimbursed_quantity: int = 0
    attributes: Mapping[str, object] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        where = f"OrderLine {self.id}"
        _require_count(f"{where}.quantity", self.quantity, least=1)
        for name in ("return_requested_quantity", "reimbursed_quantity"):
            _require_count(f"{where}.{name}", getattr(self, name), most=self.quantity)
        if self.fulfilled_quantity is not None:
            _require_count(f"{where}.fulfilled_quantity", self.fulfilled_quantity, most=self.quantity)
        total: Money | None = self.total
        if total is None:
            if self.unit_price is None:
                raise InvalidValueError.of(f"{where}.unit_price", None, expected="given, or the total of the line")
            object.__setattr__(self, "total", self.unit_price * self.quantity)
        for name in ("unit_price", "total", "discount", "tax"):
            _require_amount(f"{where}.{name}", getattr(self, name), self.total)
        if self.discount is not None and self.total < self.discount:
            raise InvalidValueError.of(f"{where}.discount", str(self.discount), expected=f"at most {self.total}")
        object.__setattr__(self, "collections", tuple(self.collections))
        object.__setattr__(self, "tags", tuple(self.tags))
        object.__setattr__(self, "attributes", FrozenDict(deep_frozen(self.attributes)))  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as it stands: who bought what, under which circumstances, and what was paid and paid back.

    ``country`` is where the consumer lives (``ES``, ``CA-QC``), ``tz`` the zone there. ``discount`` is on the whole
    order, on top of those of the lines. ``tax_included`` says whether prices contain the tax. ``shipping_standard`` is
    what the cheapest ordinary delivery would have cost. ``captured`` is what was really paid, ``refunded`` what went
    back already; without them, the sum of the payments counts. ``attributes`` are facts of the contract that rules
    ask for: ``withdrawal_informed``, ``return_cost_informed``, ``contract_confirmed`` ...

    >>> order = Order(
    ...     id="1001", currency="EUR", lines=[OrderLine(id="MUG-1", quantity=2, unit_price=Money.of("9.90", "EUR"))]
    ... )
    >>> str(order.line("MUG-1").total)
    '19.80 EUR'

    Raises:
        InvalidValueError: no lines, two of one id, an unknown zone, a delivery of a line that is not there, or prices
            without tax and a line that does not say its tax.
        CurrencyMismatchError: an amount in another currency.
    """

    id: str
    currency: str
    lines: tuple[OrderLine, ...]
    number: str = ""
    placed_at: Moment | None = None
    country: str | None = None
    tz: str | None = None
    buyer: Buyer = Buyer.CONSUMER
    contract: ContractChannel = ContractChannel.DISTANCE
    sales_channel: str = ""
    member_tier: str = ""
    tax_included: bool = True
    discount: Money | None = None
    shipping_paid: Money | None = None
    shipping_standard: Money | None = None
    captured: Money | None = None
    refunded: Money | None = None
    payments: tuple[Payment, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    attributes: Mapping[str, object] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        for name in ("lines", "payments", "deliveries"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "attributes", FrozenDict(deep_frozen(self.attributes)))  # type: ignore[call-overload]
        object.__setattr__(self, "buyer", member(Buyer, "Order.buyer", self.buyer))
        object.__setattr__(self, "contract", member(ContractChannel, "Order.contract", self.contract))
        require_moment("Order.placed_at", self.placed_at)
        self._check_lines()
        for name, amount in self._amounts():
            _require_amount(name, amount, self.lines[0].total)
        if self.lines[0].total.currency != self.currency:
            raise CurrencyMismatchError.between(self.currency, self.lines[0].total.currency)
        if self.tz is not None:
            _zone(self.tz)

    def _check_lines(self) -> None:
        ids = [line.id for line in self.lines]
        if not ids or len({*ids}) < len(ids):
            raise InvalidValueError.of("Order.lines", ids, expected="at least one, each with its own id")
        for delivery in self.deliveries:
            for line in delivery.lines:
                if line not in ids:
                    raise InvalidValueError.unknown("Delivery.lines", line, ids)
        untaxed = [line.id for line in self.lines if line.tax is None]
        if not self.tax_included and untaxed:
            raise InvalidValueError.of(
                f"OrderLine {untaxed[0]}.tax",
                None,
                expected="given where prices are without tax",
                hint="0 if there is none",
            )
        value = sum((line.total.minor - (line.discount.minor if line.discount else 0) for line in self.lines), 0)
        if self.discount is not None and self.discount.minor > value:
            raise InvalidValueError.of("Order.discount", str(self.discount), expected="at most the sum of the lines")

    def _amounts(self) -> Iterable[tuple[str, Money | None]]:
        for line in self.lines:
            yield f"OrderLine {line.id}.total", line.total
        for name in ("discount", "shipping_paid", "shipping_standard", "captured", "refunded"):
            yield f"Order.{name}", getattr(self, name)
        for payment in self.payments:
            yield f"Payment {payment.method}", payment.amount
            yield f"Payment {payment.method}.refunded", payment.refunded
            if payment.refunded is not None and payment.amount.minor < payment.refunded.minor:
                found, most = str(payment.refunded), f"at most {payment.amount}"
                raise InvalidValueError.of(f"Payment {payment.method}.refunded", found, expected=most)

    def line(self, line_id: str) -> OrderLine:
        """The line of that id.

        Raises:
            InvalidValueError: there is none; the message names those that are there.
        """
        for line in self.lines:
            if line.id == line_id:
                return line
        raise InvalidValueError.unknown(f"line of order {self.id}", line_id, [line.id for line in self.lines])

    @property
    def zone(self) -> tzinfo | None:
        """Where the consumer's days begin and end; ``None`` where nobody said."""
        return None if self.tz is None else _zone(self.tz)


def local_date(moment: Moment, zone: tzinfo | None) -> date:
    """The date at ``moment`` in ``zone``, or in the zone that the instant itself carries."""
    if not isinstance(moment, datetime):
        return moment
    return moment.date() if zone is None else moment.astimezone(zone).date()


def _zone(name: str) -> tzinfo:
    # Here, not above: few who import the shared words ask for zones.
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidValueError.of("Order.tz", name, expected="an IANA time zone such as Europe/Madrid") from None


def require_moment(name: str, found: object) -> None:
    """A local date, an instant with its zone, or nothing."""
    if isinstance(found, datetime):
        require_aware(name, found)
    elif found is not None and not isinstance(found, date):
        raise InvalidValueError.of(name, found, expected="a date, or a datetime with a time zone")
    if isinstance(found, date) and not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise InvalidValueError.of(name, found, expected=f"in the years {_FIRST_YEAR} to {_LAST_YEAR}")


# Orders are of our times; a slip of the pen is not, and a deadline after it may lie beyond the calendar.
_FIRST_YEAR, _LAST_YEAR = 1900, 2300


def _require_count(name: str, found: object, *, least: int = 0, most: int | None = None) -> None:
    if type(found) is not int or found < least or (most is not None and found > most):
        upper = "" if most is None else f", at most {most}"
        raise InvalidValueError.of(name, found, expected=f"a whole number, at least {least}{upper}")


def _require_amount(name: str, found: object, like: Money) -> None:
    if found is None:
        return
    if not isinstance(found, Money) or found.minor < 0:
        raise InvalidValueError.of(name, str(found), expected="an amount of Money, not below 0")
    if (found.currency, found.exponent) != (like.currency, like.exponent):
        raise CurrencyMismatchError.between(like.currency, found.currency)
