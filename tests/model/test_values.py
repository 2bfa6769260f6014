"""The small values: money, spans, frozen mappings, contact reasons, words."""

from __future__ import annotations

import copy
import operator
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from csprotocol.errors import CurrencyMismatchError, InvalidValueError, NaiveDatetimeError
from csprotocol.model import (
    ContactArea,
    ContactReason,
    FrozenDict,
    Money,
    ReasonNature,
    Rejection,
    Span,
    StatusCategory,
    allocate,
)
from csprotocol.model._currencies import EXPONENTS
from csprotocol.model._reason import _document

weights = st.lists(st.integers(0, 10**6) | st.fractions(0, 100), min_size=1, max_size=12)
amounts = st.integers(-(10**12), 10**12)


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "currency", "minor"),
        [
            ("19.90", "EUR", 1990),
            ("-0.01", "EUR", -1),
            (5, "JPY", 5),
            ("1.234", "KWD", 1234),
            (Decimal("1E+2"), "EUR", 10000),
            ("0.0001", "CLF", 1),
        ],
    )
    def test_of(self, amount: Any, currency: str, minor: int) -> None:
        assert Money(minor, currency) == Money.of(amount, currency)

    @pytest.mark.parametrize(
        ("amount", "currency", "message"),
        [
            ("1.999", "EUR", "at most 2 decimals for EUR"),
            ("0.5", "JPY", "at most 0 decimals for JPY"),
            (1.5, "EUR", "a Decimal, an int or a text"),
            ("abc", "EUR", "a decimal number"),
            ("NaN", "EUR", "a finite number"),
            ("Infinity", "EUR", "a finite number"),
            ("1", "EURO", "did you mean EUR"),
        ],
    )
    def test_of_refuses(self, amount: Any, currency: str, message: str) -> None:
        with pytest.raises(InvalidValueError, match=message):
            Money.of(amount, currency)

    @pytest.mark.parametrize("minor", [1.0, "1", True, None])
    def test_minor_units_are_whole(self, minor: Any) -> None:
        with pytest.raises(InvalidValueError, match="a whole number of minor units"):
            Money(minor, "EUR")

    def test_exponent_may_be_overridden_and_then_differs(self) -> None:
        assert Money.of("10", "HUF", exponent=0).minor == 10
        with pytest.raises(CurrencyMismatchError):
            Money(10, "HUF", 0) + Money(10, "HUF")

    def test_currencies_do_not_mix(self) -> None:
        for mix in (operator.add, operator.sub, operator.lt, operator.le):
            with pytest.raises(CurrencyMismatchError, match="EUR and USD"):
                mix(Money(1, "EUR"), Money(1, "USD"))
        assert Money(1, "EUR") != Money(1, "USD")

    def test_arithmetic(self) -> None:
        ten, one = Money(1000, "EUR"), Money(100, "EUR")
        assert [Money(1100, "EUR"), Money(900, "EUR"), Money(-1000, "EUR"), Money(3000, "EUR")] == [
            ten + one,
            ten - one,
            -ten,
            ten * 3,
        ]
        assert one < ten
        assert one <= one  # noqa: PLR0124  # the law, not a slip
        assert not Money(0, "EUR")

    @pytest.mark.parametrize(
        ("minor", "shown"), [(12345678, "123456.78 EUR"), (-5, "-0.05 EUR"), (10**30 + 1, f"{10**28}.01 EUR")]
    )
    def test_does_not_round_to_the_digits_of_the_context(self, minor: int, shown: str) -> None:
        with localcontext(prec=6):
            assert shown == str(Money(minor, "EUR"))

    @given(amounts, st.sampled_from(sorted(EXPONENTS)))
    def test_decimal_and_back(self, minor: int, currency: str) -> None:
        money = Money(minor, currency)
        assert money == Money.of(money.to_decimal(), currency)
        assert money == Money.of(str(money).removesuffix(f" {currency}"), currency)

    @given(amounts, weights)
    def test_parts_add_up(self, total: int, shares: list[Any]) -> None:
        assume(sum(shares) > 0)
        assert total == sum(allocate(total, shares))

    @given(amounts, weights)
    def test_no_part_is_off_by_a_unit(self, total: int, shares: list[Any]) -> None:
        assume(sum(shares) > 0)
        whole = sum(Fraction(share) for share in shares)
        for part, share in zip(allocate(total, shares), shares, strict=True):
            assert abs(part - Fraction(total) * Fraction(share) / whole) < 1

    @given(amounts, st.integers(1, 50))
    def test_equal_weights_give_the_rest_to_the_earlier(self, total: int, count: int) -> None:
        parts = allocate(abs(total), [1] * count)
        assert sorted(parts, reverse=True) == list(parts)

    @pytest.mark.parametrize("shares", [[], [0, 0], [1, -1, 5]])
    def test_weights_that_share_nothing_out(self, shares: list[int]) -> None:
        with pytest.raises(InvalidValueError, match="zero or more each"):
            allocate(10, shares)


class TestSpan:
    def test_elapsed_across_a_change_of_clocks(self) -> None:
        madrid = ZoneInfo("Europe/Madrid")
        night = Span(datetime(2026, 3, 29, 1, tzinfo=madrid), datetime(2026, 3, 29, 4, tzinfo=madrid))
        assert timedelta(hours=2) == night.duration

    def test_the_hour_that_comes_twice_is_no_reversal(self) -> None:
        madrid = ZoneInfo("Europe/Madrid")
        first = datetime(2026, 10, 25, 2, 50, tzinfo=madrid)
        second = datetime(2026, 10, 25, 2, 10, tzinfo=madrid, fold=1)
        assert timedelta(minutes=20) == Span(first, second).duration
        with pytest.raises(InvalidValueError, match="swap the two"):
            Span(second, first)

    def test_half_open(self) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        span = Span(start, start + timedelta(hours=1))
        assert [True, False] == [span.start in span, span.end in span]

    def test_naive(self) -> None:
        with pytest.raises(NaiveDatetimeError, match=r"Span\.start must carry a time zone"):
            Span(datetime(2026, 1, 1), datetime(2026, 1, 2, tzinfo=UTC))  # noqa: DTZ001


class TestFrozenDict:
    def test_cannot_change(self) -> None:
        frozen = FrozenDict({"a": 1})
        changes: tuple[Callable[[], object], ...] = (
            lambda: frozen.__setitem__("a", 2),
            lambda: frozen.pop("a"),
            lambda: frozen.update(a=3),
            frozen.clear,
            lambda: frozen.setdefault("b", 1),
            frozen.popitem,
        )
        for change in changes:
            with pytest.raises(TypeError, match="cannot change"):
                change()
        assert frozen == {"a": 1}

    def test_copies_and_travels(self) -> None:
        frozen = FrozenDict({"a": (1, 2)})
        for again in (pickle.loads(pickle.dumps(frozen)), copy.deepcopy(frozen)):
            assert again == frozen
            assert hash(again) == hash(frozen)
            assert isinstance(again, FrozenDict)

    @given(st.dictionaries(st.text(), st.integers()))
    def test_equal_mappings_hash_alike(self, plain: dict[str, int]) -> None:
        assert hash(FrozenDict(plain)) == hash(FrozenDict(reversed(plain.items())))


class TestContactReason:
    @pytest.mark.parametrize(
        ("platform", "code", "reason"),
        [
            ("shopify", "SIZE_TOO_LARGE", "size_too_large"),
            ("shopify", "DEFECTIVE", "defective"),
            ("amazon", "MISSED_ESTIMATED_DELIVERY", "late"),
            ("google_merchant", "noLongerNeeded", "unwanted"),
        ],
    )
    def test_from_platform(self, platform: str, code: str, reason: str) -> None:
        assert ContactReason.of(reason) == ContactReason.from_platform(platform, code)

    def test_a_code_that_says_nothing(self) -> None:
        assert ContactReason.from_platform("shopify", "OTHER") is None

    def test_refusals(self) -> None:
        with pytest.raises(InvalidValueError, match="did you mean damaged"):
            ContactReason.of("damagd")
        with pytest.raises(InvalidValueError, match="shopify reason"):
            ContactReason.from_platform("shopify", "NOPE")
        with pytest.raises(InvalidValueError, match="platform"):
            ContactReason.from_platform("etsy", "X")
        with pytest.raises(InvalidValueError, match="platform"):
            ContactReason.of("late").to_platform("etsy")

    def test_every_area_and_both_natures_are_there(self) -> None:
        assert set(ContactArea) == {reason.area for reason in ContactReason.all()}
        assert {None, *ReasonNature} == {reason.nature for reason in ContactReason.all()}

    def test_all_of_shopify(self) -> None:
        # The ten values of ReturnReason in Shopify's Admin API 2025-10.
        words = "COLOR DEFECTIVE NOT_AS_DESCRIBED OTHER SIZE_TOO_LARGE SIZE_TOO_SMALL STYLE UNKNOWN UNWANTED WRONG_ITEM"
        read = {code: ContactReason.from_platform("shopify", code) for code in words.split()}
        assert {"OTHER", "UNKNOWN"} == {code for code, reason in read.items() if reason is None}

    def test_no_code_means_two_reasons(self) -> None:
        for platform in _document()["platforms"]:
            codes = [code for r in ContactReason.all() for code in r.platform_codes.get(platform, ())]
            assert len(set(codes)) == len(codes), platform

    def test_what_is_written_is_read_back(self) -> None:
        for platform in _document()["platforms"]:
            for reason in ContactReason.all():
                code = reason.to_platform(platform)
                assert code is None or reason == ContactReason.from_platform(platform, code)

    def test_the_table_says_where_it_comes_from(self) -> None:
        for platform, facts in _document()["platforms"].items():
            assert {"source", "as_of", "says_nothing"} <= set(facts), platform


class TestWords:
    def test_live_and_waiting(self) -> None:
        live = [category for category in StatusCategory if category.is_live]
        waiting = [category for category in StatusCategory if category.is_waiting]
        assert ["new", "open", "waiting_customer", "waiting_third_party"] == live
        assert ["waiting_customer", "waiting_third_party"] == waiting

    @pytest.mark.parametrize(
        ("rejection", "text"),
        [
            (Rejection("stamp", "no stamp", "a.csv", 3, "at", "7"), "a.csv, line 3, column 'at', ticket 7: no stamp"),
            (Rejection("stamp", "no stamp"), "no stamp"),
        ],
    )
    def test_a_rejection_says_where(self, rejection: Rejection, text: str) -> None:
        assert text == str(rejection)
