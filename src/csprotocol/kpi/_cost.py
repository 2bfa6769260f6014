"""What a contact costs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._choice import whole
from csprotocol.kpi._definitions import Definition, definition
from csprotocol.kpi._notebook import Viewed
from csprotocol.kpi._view import View
from csprotocol.model import Money

__all__ = ["CostPerContact", "cost_per_contact"]


@dataclass(frozen=True, slots=True)
class CostPerContact(Viewed):
    """A cost and the contacts (or resolved tickets) that share it, undivided. Adding pools.

    >>> unit = CostPerContact(Money.of("1250", "EUR"), 500)
    >>> unit.value, unit.rounded
    (Decimal('2.50'), Money(minor=250, currency='EUR', exponent=2))
    >>> third = CostPerContact(Money.of("10", "EUR"), 3)
    >>> third.exact, third.value, str(third.rounded)
    (Fraction(10, 3), Decimal('3.33'), '3.33 EUR')

    Raises:
        InvalidValueError: a negative cost, a count that is negative or no whole number.
        CurrencyMismatchError: adding two currencies.
    """

    cost: Money
    contacts: int

    def __post_init__(self) -> None:
        if not isinstance(self.cost, Money):
            raise InvalidValueError.of("CostPerContact.cost", self.cost, expected="Money")
        if self.cost.minor < 0:
            raise InvalidValueError.of("CostPerContact.cost", str(self.cost), expected="zero or more")
        whole("CostPerContact.contacts", self.contacts)

    @property
    def definition(self) -> Definition:
        """What the cost of a contact means here."""
        return definition("cost_per_contact")

    @property
    def exact(self) -> Fraction | None:
        """Major units by contact, without rounding; ``None`` without contacts."""
        return Fraction(self.cost.minor, self.contacts * 10**self.cost.exponent) if self.contacts else None

    @property
    def rounded(self) -> Money | None:
        """The nearest whole minor unit, half to even, for a page; ``None`` without contacts."""
        if not self.contacts:
            return None
        return Money(round(Fraction(self.cost.minor, self.contacts)), self.cost.currency, self.cost.exponent)

    @property
    def value(self) -> Decimal | None:
        """The same in major units."""
        return None if self.rounded is None else self.rounded.to_decimal()

    def __add__(self, other: CostPerContact) -> CostPerContact:
        if not isinstance(other, CostPerContact):
            return NotImplemented
        return CostPerContact(self.cost + other.cost, self.contacts + other.contacts)

    def __str__(self) -> str:
        shown = "no value" if self.rounded is None else str(self.rounded)
        return f"{self.definition.name}: {shown} ({self.cost} / {self.contacts})"

    def _view(self) -> View:
        rows = (("cost", str(self.cost)), ("contacts", str(self.contacts)))
        told = "no value" if self.rounded is None else str(self.rounded)
        return View(self.definition.name, told, rows, about=self.definition._view().rows)


def cost_per_contact(cost: Money, contacts: int) -> CostPerContact:
    """The cost of one contact, exact until it is read.

    >>> print(cost_per_contact(Money.of("1250", "EUR"), 500))
    Cost per contact: 2.50 EUR (1250.00 EUR / 500)

    Raises:
        InvalidValueError: a negative cost, a count that is negative or no whole number.
    """
    return CostPerContact(cost, contacts)
