"""How much comes back: from what was charged, in whole minor units, so that all returns together give all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final, NamedTuple, Self

from csprotocol.errors import CurrencyMismatchError
from csprotocol.model import FrozenDict, Money, Order, OrderLine, allocate
from csprotocol.model._draft import draft_of
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._terms import PaymentSplit

__all__ = [
    "RefundBreakdown",
    "Transaction",
    "line_share",
    "minor_of",
    "order_discounts",
    "percent_of",
    "require_currency",
    "split",
]

_HUNDRED: Final = Decimal(100)


class Transaction(NamedTuple):
    """So much back by one means of payment."""

    method: str
    amount: Money


# The parts of a refund in the order in which they are told.
PARTS: Final = (
    "items", "discount", "tax", "shipping", "restocking_fee", "return_shipping_fee", "diminished_value", "exchange",
    "bonus", "cap", "total", "tax_included",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RefundBreakdown:
    """What comes back, part by part, with its sign: all of them but ``tax_included`` add up to ``total``.

    ``items`` is the price before discounts, ``tax`` what was charged on top of prices, ``tax_included`` the tax inside
    of them. ``exchange`` is the value of what goes out instead. ``bonus`` stands outside the ``cap``, which is what
    keeps the money paid back within what was captured.

    >>> refund = RefundBreakdown("EUR", 2, {"items": 5000, "discount": -500, "total": 4500})
    >>> str(refund.total), refund["discount"].minor, [name for name, _ in refund]
    ('45.00 EUR', -500, ['items', 'discount', 'total'])
    """

    currency: str
    exponent: int
    minor: Mapping[str, int]
    transactions: tuple[Transaction, ...] = ()

    def __getitem__(self, part: str) -> Money:
        """One part; 0 where there is none of it.

        Raises:
            KeyError: there is no such part.
        """
        if part not in PARTS:
            raise KeyError(part)
        return Money(self.minor.get(part, 0), self.currency, self.exponent)

    def __post_init__(self) -> None:
        object.__setattr__(self, "minor", FrozenDict(self.minor))

    def __iter__(self) -> Iterator[tuple[str, Money]]:
        """Name and amount of every part that is not 0, and of the total."""
        return ((name, self[name]) for name in PARTS if self.minor.get(name, 0) or name == "total")

    @property
    def total(self) -> Money:
        """What is paid back or credited."""
        return self["total"]

    @classmethod
    def of(cls, like: Money, minor: dict[str, int], transactions: tuple[Transaction, ...]) -> RefundBreakdown:
        """The parts in the currency of ``like``."""
        told = _Draft()
        told.currency, told.exponent = like.currency, like.exponent
        told.minor, told.transactions = FrozenDict(minor), transactions
        told.__class__ = cls
        refund: RefundBreakdown = told
        return refund

    @classmethod
    def nothing(cls, currency: str, exponent: int) -> Self:
        """No money at all."""
        return cls(currency, exponent, {"total": 0})


_Draft: Final = draft_of(RefundBreakdown)
_Amount: Final = draft_of(Money)


def _amount(minor: int, like: Money) -> Money:
    """Money in the currency of ``like``, which was checked when it was made."""
    told = _Amount()
    told.minor, told.currency, told.exponent = minor, like.currency, like.exponent
    told.__class__ = Money
    amount: Money = told
    return amount


def order_discounts(order: Order) -> tuple[int, ...]:
    """The share of every line in the discount of the order, by what the lines cost after their own discounts.

    Shared out once over the whole order, and never again over what is left of it: else what comes back would depend
    on the order in which it comes.
    """
    if order.discount is None or not order.discount.minor:
        return (0,) * len(order.lines)
    return allocate(order.discount.minor, [_after_own_discount(line) for line in order.lines])


def _after_own_discount(line: OrderLine) -> int:
    return line.total.minor - (line.discount.minor if line.discount is not None else 0)


def line_share(line: OrderLine, quantity: int, order_discount: int) -> tuple[int, int, int]:
    """Price, discount and tax of ``quantity`` more units of ``line``, after those that were reimbursed already."""
    discount = order_discount + (line.discount.minor if line.discount is not None else 0)
    tax = line.tax.minor if line.tax is not None else 0
    of, done = line.quantity, line.reimbursed_quantity
    if quantity == of:
        return line.total.minor, discount, tax
    until = done + quantity
    return (
        _between(line.total.minor, done, until, of),
        _between(discount, done, until, of) if discount else 0,
        _between(tax, done, until, of) if tax else 0,
    )


def _between(amount: int, done: int, until: int, of: int) -> int:
    """The share of the units from ``done`` to ``until``: sums of first units, each rounded half up, subtracted."""
    return (2 * amount * until + of) // (2 * of) - (2 * amount * done + of) // (2 * of)


def percent_of(amount: int, percent: Decimal) -> int:
    """So many percent, in minor units, rounded half up."""
    return int((Decimal(amount) * percent / _HUNDRED).to_integral_value(ROUND_HALF_UP))


@lru_cache(maxsize=1024)
def minor_of(amount: str, currency: str, exponent: int) -> int:
    """An amount of a document in minor units."""
    return Money.of(amount, currency, exponent=exponent).minor


def require_currency(policy: ReturnPolicy | None, like: Money) -> None:
    """The amounts of a policy are not those of another currency.

    Raises:
        CurrencyMismatchError: they would be.
    """
    if policy is not None and policy.currency is not None and policy.currency != like.currency:
        raise CurrencyMismatchError.between(policy.currency, like.currency)


def split(total: int, order: Order, how: PaymentSplit, method: str) -> tuple[Transaction, ...]:
    """``total`` back to the means with which the order was paid, none of them more than it had paid."""
    like = order.lines[0].total
    if not order.payments or method != "original_payment":
        return (Transaction(method, _amount(total, like)),) if total else ()
    left = [each.amount.minor - (each.refunded.minor if each.refunded is not None else 0) for each in order.payments]
    shares = _shares(total, [each.method for each in order.payments], left, how)
    found = [Transaction(order.payments[i].method, _amount(share, like)) for i, share in shares if share]
    rest = total - sum(each.amount.minor for each in found)
    # More was captured than the payments that are known: the rest goes back by whatever it was.
    return (*found, Transaction(method, _amount(rest, like))) if rest else tuple(found)


def _shares(total: int, methods: Sequence[str], left: Sequence[int], how: PaymentSplit) -> Iterator[tuple[int, int]]:
    """Which payment gets how much back, in the order in which they are asked."""
    if how is PaymentSplit.PROPORTIONAL:
        yield from enumerate(allocate(min(total, sum(left)), left) if sum(left) else ())
        return
    last = how is PaymentSplit.GIFT_CARD_LAST
    for i in sorted(range(len(left)), key=lambda i: (methods[i] == "gift_card") is last):
        share = min(total, left[i])
        total -= share
        yield i, share
