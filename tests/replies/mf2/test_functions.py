"""The functions of the standard: what they show and what they choose."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.numbers import format_currency, format_decimal, format_percent, get_minus_sign_symbol
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.replies import mf2
from csprotocol.replies.mf2._digits import Digits


def shown(placeholder: str, locale: str = "en", **args: object) -> str:
    return mf2.Message(f"{{{{{placeholder}}}}}", locale, bidi_isolation="none").format(args, strict=True)


def codes(source: str, **args: object) -> list[str]:
    heard: list[mf2.MessageError] = []
    mf2.Message(source, "en").format(args, on_error=heard.append)
    return [error.code for error in heard]


def chosen(number: str, key: str, locale: str = "en") -> bool:
    source = f".local $n = {{{number}}} .match $n {key} {{{{yes}}}} * {{{{no}}}}"
    return mf2.Message(source, locale).format(strict=True) == "yes"


class TestNumbers:
    @pytest.mark.parametrize(
        ("placeholder", "text"),
        [
            ("{1234567.8915 :number}", "1,234,567.892"),
            ("{|123456789012345678901234567890| :number}", "123,456,789,012,345,678,901,234,567,890"),
            ("{0.1 :number minimumFractionDigits=3}", "0.100"),
            ("{1.5 :number maximumFractionDigits=0}", "2"),
            ("{2.5 :number maximumFractionDigits=0 roundingMode=halfEven}", "2"),
            ("{-2.5 :number maximumFractionDigits=0 roundingMode=halfCeil}", "-2"),
            ("{-2.5 :number maximumFractionDigits=0 roundingMode=halfFloor}", "-3"),
            ("{2.1 :number maximumFractionDigits=0 roundingMode=ceil}", "3"),
            ("{-2.1 :number maximumFractionDigits=0 roundingMode=expand}", "-3"),
            ("{2.9 :number maximumFractionDigits=0 roundingMode=trunc}", "2"),
            ("{12345 :number maximumSignificantDigits=2}", "12,000"),
            ("{9.99 :number maximumSignificantDigits=2}", "10"),
            ("{1 :number minimumSignificantDigits=3}", "1.00"),
            ("{0 :number minimumSignificantDigits=3}", "0.00"),
            ("{1.23456 :number maximumSignificantDigits=2 maximumFractionDigits=3}", "1.2"),
            (
                "{1.23456 :number maximumSignificantDigits=2 maximumFractionDigits=3 roundingPriority=morePrecision}",
                "1.235",
            ),
            (
                "{1.23456 :number maximumSignificantDigits=2 maximumFractionDigits=3 roundingPriority=lessPrecision}",
                "1.2",
            ),
            ("{1.13 :number maximumFractionDigits=2 roundingIncrement=5}", "1.15"),
            ("{5 :number minimumFractionDigits=2 trailingZeroDisplay=stripIfInteger}", "5"),
            ("{5.5 :number minimumFractionDigits=2 trailingZeroDisplay=stripIfInteger}", "5.50"),
            ("{5 :number minimumIntegerDigits=3}", "005"),
            ("{1234 :number useGrouping=min2} {12345 :number useGrouping=min2}", "1234 12,345"),
            ("{1234 :number useGrouping=never}", "1234"),
            ("{1 :number signDisplay=always} {0 :number signDisplay=always}", "+1 +0"),
            ("{1 :number signDisplay=exceptZero} {0 :number signDisplay=exceptZero}", "+1 0"),
            ("{-1 :number signDisplay=never} {-0.2 :integer signDisplay=negative}", "1 0"),
            ("{1.5 :integer} {-1.5 :integer} {12345 :integer maximumSignificantDigits=2}", "2 -2 12,000"),
            (
                "{0.125 :percent} {0.125 :percent maximumFractionDigits=1} {1 :percent signDisplay=always}",
                "13% 12.5% +100%",
            ),
            ("{9.99 :offset add=1} {1 :offset subtract=3}", "10.99 -2"),
        ],
    )
    def test_options(self, placeholder: str, text: str) -> None:
        assert text == shown(placeholder)

    @pytest.mark.parametrize(
        ("locale", "text"),
        [
            ("de", "1.234.567,5"),
            ("fr", "1\u202f234\u202f567,5"),
            ("hi", "12,34,567.5"),
            ("ar-EG", "١٬٢٣٤٬٥٦٧٫٥"),
            ("sv", "1\xa0234\xa0567,5"),
        ],
    )
    def test_locales(self, locale: str, text: str) -> None:
        assert text == shown("{1234567.5 :number}", locale)

    @pytest.mark.parametrize("value", [4.2, "4.2", Decimal("4.2"), Decimal("4.20")])
    def test_operands(self, value: object) -> None:
        assert shown("{$n :number}", n=value) == "4.2"

    def test_floats_bring_no_noise(self) -> None:
        assert shown("{$n :number maximumFractionDigits=20}", n=0.1) == "0.1"

    def test_options_travel_with_the_value(self) -> None:
        source = (
            ".input {$n :number minimumFractionDigits=2 signDisplay=always} {{{$n :number minimumFractionDigits=1}}}"
        )
        assert mf2.Message(source, "en").format({"n": 1}, strict=True) == "+1.0"

    def test_integer_forgets_fraction_digits(self) -> None:
        source = ".input {$n :number minimumFractionDigits=2} {{{$n :integer}}}"
        assert mf2.Message(source, "en").format({"n": 1}, strict=True) == "1"

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("{1 :number minimumFractionDigits=100}", ["bad-option"]),
            ("{1 :number minimumSignificantDigits=0}", ["bad-option"]),
            ("{1 :number minimumFractionDigits=01}", ["bad-option"]),
            ("{1 :number roundingIncrement=3}", ["bad-option"]),
            ("{1 :number select=many}", ["bad-option"]),
            ("{1 :number unknown=x}", []),
            ("{|1e999| :number}", ["bad-operand"]),
            ("{1 :number minimumFractionDigits=$x}", ["unresolved-variable", "bad-option"]),
        ],
    )
    def test_faults(self, source: str, expected: list[str]) -> None:
        assert expected == codes(source)

    @given(st.sampled_from(["en", "de", "fr", "sv", "he", "hi"]), st.decimals(-(10**9), 10**9, places=4))
    def test_equal_to_babel(self, locale: str, number: Decimal) -> None:
        # Babel rounds halves to even, writes a negative zero, and a hyphen where the locale has a minus of its own.
        def with_minus(text: str) -> str:
            return text.replace("-", get_minus_sign_symbol(locale))

        rounded = Digits(0, 3).rounded(number) or 0
        assert shown("{$n :number}", locale, n=number) == with_minus(format_decimal(rounded, locale=locale))
        cents = Digits(2, 2).rounded(number) or Decimal(0)
        euros = format_currency(cents, "EUR", locale=locale)
        assert shown("{$n :currency currency=EUR}", locale, n=cents) == with_minus(euros)
        assert shown("{$n :percent}", locale, n=int(number)) == with_minus(format_percent(int(number), locale=locale))


class TestSelection:
    @pytest.mark.parametrize(
        ("number", "key", "locale"),
        [
            ("1 :number", "1", "en"),
            ("1 :number", "one", "en"),
            ("|1.0| :number", "1", "en"),
            ("2 :number", "other", "en"),
            ("2 :number select=ordinal", "two", "en"),
            ("23 :number select=ordinal", "few", "en"),
            ("1 :number select=exact", "1", "en"),
            ("1000000 :number", "many", "es"),
            ("5 :number", "many", "pl"),
            ("22 :number", "few", "pl"),
            ("2 :number", "two", "ar"),
            ("0 :number", "zero", "ar"),
            ("0.01 :percent", "1", "en"),
            ("0.01 :percent", "one", "en"),
            ("10 :offset subtract=9", "one", "en"),
            ("1.5 :number", "1.5", "en"),
            ("|999999999999999999999999999950.5| :number", "other", "en"),
            ("|1e399| :number", "many", "es"),
            ("a :string", "a", "en"),
            ("|a b| :string", "|a b|", "en"),
        ],
    )
    def test_matches(self, number: str, key: str, locale: str) -> None:
        assert chosen(number, key, locale)

    @pytest.mark.parametrize(
        ("number", "key"),
        [
            ("1 :number select=exact", "one"),
            ("1 :number minimumFractionDigits=1", "one"),
            ("1 :number", "1.0"),
            ("1 :percent", "1"),
            ("1 :number", "other"),
            ("a :string", "A"),
        ],
    )
    def test_does_not_match(self, number: str, key: str) -> None:
        assert not chosen(number, key)

    def test_none_chooses_the_last_variant_and_shows_nothing(self) -> None:
        source = ".input {$x :string} .match $x null {{a}} None {{b}} || {{c}} * {{other}}"
        assert mf2.Message(source, "en").format({"x": None}, strict=True) == "other"
        assert codes("{$x :string}", x=None) == ["bad-operand"]
        assert codes("{$x}{$x :number}", x=None) == ["unresolved-variable", "unresolved-variable", "bad-operand"]

    def test_a_spelled_number_goes_before_a_category(self) -> None:
        source = ".input {$n :number} .match $n one {{category}} 1 {{number}} * {{other}}"
        assert mf2.Message(source, "en").format({"n": 1}, strict=True) == "number"

    def test_the_first_selector_counts_most(self) -> None:
        source = (
            ".input {$a :number} .input {$b :number} .match $a $b "
            "* 1 {{second}} one one {{categories}} 1 * {{first}} * * {{none}}"
        )
        assert mf2.Message(source, "en").format({"a": 1, "b": 1}, strict=True) == "first"

    @pytest.mark.parametrize("key", ["horse", "01", "||", "+1"])
    def test_a_bad_key_is_told_and_the_last_variant_taken(self, key: str) -> None:
        source = f".local $n = {{1 :number}} .match $n {key} {{{{a}}}} * {{{{b}}}}"
        assert codes(source) == ["bad-variant-key", "bad-selector"]
        assert mf2.Message(source, "en").format() == "b"


class Price:
    amount = Decimal("19.90")
    currency = "EUR"


class TestMeasures:
    @pytest.mark.parametrize(
        ("placeholder", "locale", "text"),
        [
            ("{12 :currency currency=eur}", "en", "€12.00"),
            ("{12 :currency currency=EUR}", "es", "12,00\xa0€"),
            ("{12 :currency currency=CHF}", "en", "CHF\xa012.00"),
            ("{12 :currency currency=JPY}", "en", "¥12"),
            ("{-12 :currency currency=EUR currencySign=accounting}", "en", "(€12.00)"),
            ("{12 :currency currency=EUR currencyDisplay=code}", "en", "EUR\xa012.00"),
            ("{12 :currency currency=EUR currencyDisplay=name}", "es", "12,00 euros"),
            ("{12 :currency currency=EUR currencyDisplay=never}", "en", "12.00"),
            ("{12 :currency currency=EUR trailingZeroDisplay=stripIfInteger}", "en", "€12"),
            ("{12.345 :currency currency=EUR fractionDigits=1}", "en", "€12.3"),
            ("{12.345 :currency currency=EUR fractionDigits=auto}", "en", "€12.35"),
            ("{12 :currency currency=XYZ}", "en", "XYZ\xa012.00"),
            ("{1 :unit unit=kilogram unitDisplay=long}", "en", "1 kilogram"),
            ("{2 :unit unit=kilogram unitDisplay=long}", "es", "2 kilogramos"),
            ("{2 :unit unit=kilogram}", "en", "2 kg"),
            ("{50 :unit unit=kilometer-per-hour}", "en", "50 km/h"),
            ("{3 :unit unit=gram-per-liter}", "en", "3 g/L"),
        ],
    )
    def test_options(self, placeholder: str, locale: str, text: str) -> None:
        assert text == shown(placeholder, locale)

    @pytest.mark.parametrize("value", [Price(), {"value": "19.90", "currency": "EUR"}])
    def test_values_that_know_their_currency(self, value: object) -> None:
        assert shown("{$p :currency}", p=value) == "€19.90"

    def test_a_value_that_knows_its_unit(self) -> None:
        assert shown("{$w :unit}", w={"value": 2, "unit": "kilogram"}) == "2 kg"

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("{$p :currency currency=USD}", ["bad-option"]),
            ("{$p :currency currency=EUR}", []),
            ("{12 :currency}", ["bad-operand"]),
            ("{12 :currency currency=EURO}", ["bad-option"]),
            ("{12 :unit}", ["bad-operand"]),
            ("{12 :unit unit=parsnip}", ["unsupported-operation"]),
            ("{12 :unit unit=meter usage=road}", ["unsupported-operation"]),
            (".local $p = {1 :unit unit=meter} .match $p 1 {{a}} * {{b}}", ["bad-selector"]),
        ],
    )
    def test_faults(self, source: str, expected: list[str]) -> None:
        assert expected == codes(source, p=Price())


MOMENT = datetime(2026, 11, 27, 16, 5, 9)  # noqa: DTZ001 - a moment without a zone is what is tested


class TestMoments:
    @pytest.mark.parametrize(
        ("placeholder", "locale", "text"),
        [
            ("{$d :date}", "en", "Nov 27, 2026"),
            ("{$d :date length=long}", "es", "27 de noviembre de 2026"),
            ("{$d :date length=short}", "de", "27.11.26"),
            ("{$d :date fields=weekday length=long}", "en", "Friday"),
            ("{$d :date fields=day-weekday}", "es", "vie 27"),
            ("{$d :date fields=month-day length=long}", "de", "27. November"),
            ("{$d :date fields=month-day-weekday length=long}", "fr", "vendredi 27 novembre"),
            ("{$d :date fields=year-month-day-weekday length=long}", "en", "Friday, November 27, 2026"),
            ("{$d :date fields=year-month-day-weekday length=short}", "en", "Fri, 11/27/2026"),
            ("{$d :time}", "en", "4:05\u202fPM"),
            ("{$d :time precision=hour}", "en", "4\u202fPM"),
            ("{$d :time precision=second}", "es", "16:05:09"),
            ("{$d :time hour12=true}", "de", "4:05\u202fPM"),
            ("{$d :time hour12=false}", "en", "16:05"),
            ("{$d :datetime}", "es", "27 nov 2026, 16:05"),
            ("{$d :datetime dateLength=long timePrecision=second}", "de", "27. November 2026, 16:05:09"),
            ("{$d :time timeZoneStyle=short}", "en", "4:05\u202fPM"),
            ("{$d :time timeZoneStyle=short timeZone=|Europe/Madrid|}", "es", "16:05 CET"),
            ("{$d :time timeZoneStyle=short timeZone=|Europe/Madrid|}", "en", "4:05\u202fPM GMT+1"),
        ],
    )
    def test_options(self, placeholder: str, locale: str, text: str) -> None:
        assert text.replace("\u202f", " ") == shown(placeholder, locale, d=MOMENT).replace("\u202f", " ")

    def test_digits_follow_the_locale(self) -> None:
        assert shown("{$d :date length=long}", "ar-EG", d=MOMENT) == "٢٧ نوفمبر ٢٠٢٦"

    @pytest.mark.parametrize(
        "value", [date(2026, 11, 27), MOMENT, "2026-11-27", "2026-11-27T16:05:09", "2026-11-27T16:05:09.123Z"]
    )
    def test_operands(self, value: object) -> None:
        assert shown("{$d :date}", d=value) == "Nov 27, 2026"

    @pytest.mark.parametrize("value", ["2026-02-30", "27.11.2026", "2026-11-27 16:05", "", 1, True, "2026-11-27T16:05"])
    def test_what_is_no_date(self, value: object) -> None:
        assert codes("{$d :date}", d=value) == ["bad-operand"]

    @pytest.mark.parametrize(
        ("moment", "zone", "text"),
        [
            (datetime(2026, 1, 1, 12, tzinfo=UTC), "Europe/Madrid", "13:00"),
            (datetime(2026, 1, 1, 12, tzinfo=ZoneInfo("Asia/Tokyo")), "UTC", "03:00"),
            (datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=2))), "input", "12:00"),
            (MOMENT, "Europe/Madrid", "16:05"),
        ],
    )
    def test_time_zones(self, moment: datetime, zone: str, text: str) -> None:
        assert text == shown("{$d :time hour12=false timeZone=$zone}", d=moment, zone=zone)

    def test_the_zone_of_the_message(self) -> None:
        message = mf2.Message("{$d :time hour12=false}", "en", time_zone=ZoneInfo("Europe/Madrid"))
        assert message.format({"d": datetime(2026, 1, 1, 12, tzinfo=UTC)}) == "13:00"

    def test_equal_instants_in_two_zones_keep_their_clocks(self) -> None:
        message = mf2.Message("{$d :time hour12=false}", "en")
        noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
        assert [message.format({"d": at}) for at in (noon, noon.astimezone(ZoneInfo("Asia/Tokyo")))] == [
            "12:00",
            "21:00",
        ]

    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("{$d :date length=huge}", ["bad-option"]),
            ("{$d :date length=$l}", ["bad-option"]),
            ("{$d :time precision=day}", ["bad-option"]),
            ("{$d :time timeZone=|Nowhere/Land|}", ["bad-option"]),
            ("{$d :time timeZone=Europe}", ["bad-option"]),
            ("{$d :time timeZone=input}", ["bad-operand"]),
            ("{$d :time hour12=maybe}", ["bad-option"]),
            ("{$d :date calendar=gregory}", []),
            ("{$d :date calendar=hebrew}", ["unsupported-operation"]),
            ("{$d :date hour12=true}", []),
        ],
    )
    def test_faults(self, source: str, expected: list[str]) -> None:
        assert expected == codes(source, d=MOMENT, l="long")

    def test_overrides_travel_and_the_rest_does_not(self) -> None:
        source = ".local $d = {$x :datetime dateLength=long hour12=false} {{{$d :date} {$d :time}}}"
        assert mf2.Message(source, "en").format({"x": MOMENT}, strict=True) == "Nov 27, 2026 16:05"
