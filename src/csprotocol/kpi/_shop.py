"""What the shop's orders cause: contacts, returns, refunds."""

from __future__ import annotations

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import whole
from csprotocol.kpi._ratio import Ratio
from csprotocol.model import Money

__all__ = ["contact_rate", "refund_rate", "return_rate"]


def contact_rate(contacts: int, orders: int) -> Ratio:
    """Contacts per order (or per product, or per order line); may exceed 1.

    >>> contact_rate(contacts=10, orders=200).value
    0.05

    Raises:
        InvalidValueError: a count that is negative or no whole number.
    """
    return Ratio(whole("contacts", contacts), whole("orders", orders))


def return_rate(returned: int | Money, sold: int | Money) -> Ratio:
    """What came back of what was sold: units, orders, or (both as :class:`Money`) value.

    Both belong to the orders placed in the period, whenever they came back: returns of this month by sales of this
    month compare two groups of orders, and for recent orders the returns are still to come.

    >>> return_rate(12, 300).value
    0.04
    >>> print(return_rate(Money.of("30", "EUR"), Money.of("1000", "EUR")))
    3000/100000 (3.0%)

    Raises:
        InvalidValueError: a negative amount, or more returned than sold.
        CurrencyMismatchError: two currencies.
    """
    rate = _by_value(returned, sold) if isinstance(returned, Money) else Ratio(returned, _units(sold))
    if rate.numerator > rate.denominator:
        raise InvalidValueError.of(
            "returned", str(returned), expected=f"at most {sold}", hint="count the returns of the same orders"
        )
    return rate


def refund_rate(refunded: Money, net_sales: Money) -> Ratio:
    """Amount refunded per net sales of the same orders, in minor units.

    >>> print(refund_rate(Money.of("50", "EUR"), Money.of("1000", "EUR")))
    5000/100000 (5.0%)

    Raises:
        InvalidValueError: a negative amount.
        CurrencyMismatchError: two currencies.
    """
    return _by_value(refunded, net_sales)


def _by_value(part: Money, whole_amount: int | Money) -> Ratio:
    if not isinstance(part, Money):
        raise InvalidValueError.of("refunded", part, expected="Money")
    if not isinstance(whole_amount, Money):
        raise InvalidValueError.of("sold", whole_amount, expected="Money, as returned is")
    # The subtraction refuses two currencies.
    rest = whole_amount - part
    return Ratio(part.minor, part.minor + rest.minor)


def _units(sold: int | Money) -> int:
    if isinstance(sold, Money):
        raise InvalidValueError.of("sold", str(sold), expected="a number of units, as returned is")
    return whole("sold", sold)
