from __future__ import annotations

import pytest

from csprotocol.errors import CurrencyMismatchError, InvalidValueError
from csprotocol.kpi import Ratio, contact_rate, refund_rate, return_rate
from csprotocol.model import Money

EUR = [Money.of(amount, "EUR") for amount in ("0", "30", "1000")]


class TestContactRate:
    def test_may_exceed_one(self) -> None:
        assert (Ratio(10, 200), 1.5) == (contact_rate(10, 200), contact_rate(15, 10).value)

    def test_none_without_orders(self) -> None:
        assert contact_rate(3, 0).value is None


class TestReturnRate:
    def test_units_or_value(self) -> None:
        assert (Ratio(12, 300), Ratio(3000, 100000)) == (return_rate(12, 300), return_rate(EUR[1], EUR[2]))

    def test_none_without_sales(self) -> None:
        assert return_rate(0, 0).value is None

    def test_no_more_than_was_sold(self) -> None:
        with pytest.raises(InvalidValueError, match="the same orders"):
            return_rate(5, 4)

    def test_two_kinds_do_not_mix(self) -> None:
        with pytest.raises(InvalidValueError, match="Money, as returned is"):
            return_rate(EUR[1], 4)
        with pytest.raises(InvalidValueError, match="units, as returned is"):
            return_rate(1, EUR[1])


class TestRefundRate:
    def test_amounts_have_a_currency(self) -> None:
        with pytest.raises(InvalidValueError, match="must be Money"):
            refund_rate(5, 100)  # type: ignore[arg-type]

    def test_of_net_sales(self) -> None:
        assert Ratio(3000, 100000) == refund_rate(EUR[1], EUR[2])
        assert refund_rate(EUR[1], EUR[0]).value is None

    def test_two_currencies(self) -> None:
        with pytest.raises(CurrencyMismatchError):
            refund_rate(EUR[1], Money.of("30", "USD"))

    def test_negative_amounts(self) -> None:
        for pair in ((-EUR[1], EUR[2]), (EUR[1], -EUR[2])):
            with pytest.raises(InvalidValueError, match="zero or more"):
                refund_rate(*pair)
