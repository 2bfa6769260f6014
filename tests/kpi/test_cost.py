from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from csprotocol.errors import CurrencyMismatchError, InvalidValueError
from csprotocol.kpi import CostPerContact, cost_per_contact
from csprotocol.model import Money


class TestCostPerContact:
    @pytest.mark.parametrize(
        ("amount", "currency", "contacts", "exact", "value"),
        [
            ("1250", "EUR", 500, Fraction(5, 2), Decimal("2.50")),
            ("10", "EUR", 3, Fraction(10, 3), Decimal("3.33")),
            ("0.25", "EUR", 2, Fraction(1, 8), Decimal("0.12")),  # half to even
            ("100", "JPY", 3, Fraction(100, 3), Decimal(33)),
            ("1", "KWD", 3, Fraction(1, 3), Decimal("0.333")),
            ("10", "EUR", 0, None, None),
        ],
    )
    def test_exact_and_rounded(
        self, amount: str, currency: str, contacts: int, exact: Fraction | None, value: Decimal | None
    ) -> None:
        found = cost_per_contact(Money.of(amount, currency), contacts)
        assert (exact, value) == (found.exact, found.value)

    def test_pools_before_it_divides(self) -> None:
        one, other = cost_per_contact(Money.of("10", "EUR"), 1), cost_per_contact(Money.of("10", "EUR"), 3)
        assert CostPerContact(Money.of("20", "EUR"), 4) == one + other

    def test_refusals(self) -> None:
        with pytest.raises(InvalidValueError, match=r"CostPerContact\.cost"):
            cost_per_contact(Money.of("-1", "EUR"), 1)
        with pytest.raises(InvalidValueError, match=r"CostPerContact\.contacts"):
            cost_per_contact(Money.of("1", "EUR"), -1)
        with pytest.raises(CurrencyMismatchError):
            _ = cost_per_contact(Money.of("1", "EUR"), 1) + cost_per_contact(Money.of("1", "USD"), 1)

    def test_without_contacts(self) -> None:
        assert str(cost_per_contact(Money.of("1", "EUR"), 0)) == "Cost per contact: no value (1.00 EUR / 0)"

    def test_a_cost_has_a_currency(self) -> None:
        with pytest.raises(InvalidValueError, match="must be Money, got 1250"):
            cost_per_contact(1250, 500)  # type: ignore[arg-type]
