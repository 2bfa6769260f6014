"""Formats of locales: what CLDR and ICU 78 write, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import partial
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import InvalidValueError
from csprotocol.model import Money
from csprotocol.model._currencies import EXPONENTS
from csprotocol.replies import cldr, mf2

MADRID = ZoneInfo("Europe/Madrid")


class TestFormats:
    @pytest.mark.parametrize(
        ("asked", "used", "direction"),
        [
            ("es-ES", "es-ES", "ltr"),
            ("es_es", "es-ES", "ltr"),
            ("ES-419", "es-419", "ltr"),
            ("es-ZZ", "es", "ltr"),
            ("es-XX", "es", "ltr"),
            ("es-ES-u-nu-arab", "es-ES", "ltr"),
            ("zh-TW", "zh-Hant-TW", "ltr"),
            ("zh-hant-hk", "zh-Hant-HK", "ltr"),
            ("iw-IL", "he-IL", "rtl"),
            ("en-UK", "en-GB", "ltr"),
            ("no-NO", "no", "ltr"),
            ("sr-ME", "sr-Latn-ME", "ltr"),
            ("ar-EG", "ar-EG", "rtl"),
            ("fa", "fa", "rtl"),
            ("ca-ES-valencia", "ca-ES-VALENCIA", "ltr"),
        ],
    )
    def test_locale(self, asked: str, used: str, direction: str) -> None:
        formats = cldr.formats(asked)
        assert (formats.locale, formats.direction) == (used, direction)

    @pytest.mark.parametrize(
        "locale", ["", "xx", "xx-ES", "und", "root", "e", "klingon", "es--ES", "es ES", "../es", "a" * 10_000, "x-es"]
    )
    def test_unknown(self, locale: str) -> None:
        with pytest.raises(InvalidValueError, match="a language that CLDR knows"):
            cldr.formats(locale)

    def test_unknown_grouping(self) -> None:
        wrong: Any = "never"
        with pytest.raises(InvalidValueError, match="possible: auto, always"):
            cldr.formats("es", grouping=wrong)

    def test_made_once_for_all_spellings(self) -> None:
        assert cldr.formats("pt_br") is cldr.formats("pt-BR")
        assert cldr.formats("es") is not cldr.formats("es", grouping="always")

    def test_frozen(self) -> None:
        formats: Any = cldr.formats("es")
        with pytest.raises(AttributeError):
            formats.locale = "en"

    def test_shows_no_more_than_its_locale(self) -> None:
        assert repr(cldr.formats("es")) == "Formats(locale='es', direction='ltr', grouping='auto')"

    def test_shared_by_threads(self) -> None:
        found: list[str] = []

        def write() -> None:
            formats = cldr.formats("sv-FI")
            found.extend(formats.currency(amount, "EUR") for amount in range(200))

        threads = [Thread(target=write) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found) == sorted([cldr.formats("sv-FI").currency(amount, "EUR") for amount in range(200)] * 8)

    def test_import_is_light(self) -> None:
        # The files of the formats alone: what the package around them imports is its own matter.
        program = (
            "import sys, csprotocol.replies as package; before = set(sys.modules); import csprotocol.replies.cldr;"
            "print(sorted({'babel', 'pydantic'} & (set(sys.modules) - before)))"
        )
        shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert shown.stdout == "[]\n"


class TestGrouping:
    @pytest.mark.parametrize(
        ("locale", "shown", "longer"),
        [
            ("es", "1234", "12.345"),
            ("es-ES", "1234", "12.345"),
            ("es-419", "1,234", "12,345"),
            ("es-MX", "1,234", "12,345"),
            ("es-AR", "1.234", "12.345"),
            ("es-US", "1,234", "12,345"),
            ("it-IT", "1234", "12.345"),
            ("pl-PL", "1234", "12\xa0345"),
            ("pt", "1.234", "12.345"),
            ("pt-PT", "1234", "12\xa0345"),
            ("pt-MZ", "1234", "12\xa0345"),
            ("pt-AO", "1\xa0234", "12\xa0345"),
            ("de", "1.234", "12.345"),
            ("bg", "1234", "12\xa0345"),
            ("en-IN", "1,234", "12,345"),
            ("ee", "1234", "12345"),
        ],
    )
    def test_auto(self, locale: str, shown: str, longer: str) -> None:
        formats = cldr.formats(locale)
        assert (formats.number(1234), formats.number(12345)) == (shown, longer)

    @pytest.mark.parametrize(
        ("locale", "shown"), [("es", "1.234"), ("it", "1.234"), ("pt-PT", "1\xa0234"), ("en", "1,234")]
    )
    def test_always(self, locale: str, shown: str) -> None:
        assert cldr.formats(locale, grouping="always").number(1234) == shown

    def test_of_money_percent_and_units(self) -> None:
        formats = cldr.formats("es")
        shown = (formats.currency(1234, "EUR"), formats.percent(Decimal("12.34")), formats.unit(1234, "duration-day"))
        assert shown == ("1234,00\xa0€", "1234\xa0%", "1234 días")


class TestMoney:
    @pytest.mark.parametrize(
        ("locale", "amount", "currency", "shown"),
        [
            ("es-ES", "1234.50", "EUR", "1234,50\xa0€"),
            ("es-AR", "1234.50", "ARS", "$\xa01.234,50"),
            ("es-AR", "-1234.50", "ARS", "-$\xa01.234,50"),
            ("es-CO", "1234.50", "COP", "$\xa01.234,50"),
            ("es-MX", "1234.50", "EUR", "EUR\xa01,234.50"),
            ("en-GB", "-0.05", "GBP", "-£0.05"),
            ("ja", "1980", "JPY", "￥1,980"),
            ("ar-EG", "1234.50", "USD", "\u200f١٬٢٣٤٫٥٠\xa0US$"),
            ("bn", "1234.50", "BDT", "১,২৩৪.৫০৳"),
            ("en", "0.00", "EUR", "€0.00"),
            ("en", "1.250", "KWD", "KWD\xa01.250"),
        ],
    )
    def test_shown(self, locale: str, amount: str, currency: str, shown: str) -> None:
        formats = cldr.formats(locale)
        assert formats.currency(amount, currency) == shown
        assert formats.money(Money.of(amount, currency)) == shown

    @pytest.mark.parametrize(
        ("amount", "currency", "shown"),
        [
            ("12.5", "CLP", "CLP\xa013"),
            ("-12.5", "CLP", "-CLP\xa013"),
            ("0.004", "EUR", "€0.00"),
            ("-0.004", "EUR", "€0.00"),
            ("0.005", "EUR", "€0.01"),
            ("2.675", "EUR", "€2.68"),
        ],
    )
    def test_half_up_when_asked_for(self, amount: str, currency: str, shown: str) -> None:
        assert cldr.formats("en").currency(amount, currency, rounding="half-up") == shown

    @pytest.mark.parametrize(
        ("amount", "currency"),
        [("12.5", "CLP"), ("0.001", "EUR"), ("NaN", "EUR"), ("Infinity", "EUR"), ("1e9999", "EUR"), ("twelve", "EUR")],
    )
    def test_refused(self, amount: str, currency: str) -> None:
        with pytest.raises(InvalidValueError, match="amount must be"):
            cldr.formats("en").currency(amount, currency)

    def test_no_float(self) -> None:
        amount: Any = 0.1
        with pytest.raises(InvalidValueError, match="a Decimal, an int or a text"):
            cldr.formats("en").currency(amount, "EUR")

    def test_text_of_an_amount_is_not_repeated_when_it_is_none(self) -> None:
        with pytest.raises(InvalidValueError) as caught:
            cldr.formats("en").currency("Ana García", "EUR")
        assert "Ana" not in str(caught.value)

    def test_unknown_currency(self) -> None:
        with pytest.raises(InvalidValueError, match="did you mean EUR"):
            cldr.formats("en").currency(1, "eur")

    def test_no_minor_unit_is_lost(self) -> None:
        formats = cldr.formats("en")
        shown = [formats.money(Money.of(amount, "AFN")) for amount in ("150", "150.50")]
        assert shown == ["AFN\xa0150", "AFN\xa0150.50"]
        assert formats.currency("150.50", "AFN") == "AFN\xa0150.50"

    def test_own_exponent(self) -> None:
        assert cldr.formats("en").money(Money(19_900, "EUR", 3)) == "€19.90"
        assert cldr.formats("en").money(Money(199, "EUR", 1)) == "€19.90"

    @given(st.integers(-(10**12), 10**12), st.sampled_from(sorted(EXPONENTS)), st.sampled_from(["es", "ar-EG", "hi"]))
    def test_money_is_its_amount(self, minor: int, currency: str, locale: str) -> None:
        formats, amount = cldr.formats(locale), Money(minor, currency)
        shown = formats.money(amount)
        assert shown == formats.currency(amount.to_decimal(), currency)
        assert shown == formats.money_writer(currency)(minor)


class TestNumber:
    @pytest.mark.parametrize(
        ("locale", "number", "shown"),
        [
            ("en", 0, "0"),
            ("en", Decimal("-0.0"), "0"),
            ("en", Decimal("-0.0004"), "0"),
            ("en", Decimal("1.0"), "1"),
            ("en", 0.1, "0.1"),
            ("en", "1234.5678", "1,234.568"),
            ("sv", -5, "\u22125"),
            ("fa", Decimal("1234.5"), "۱٬۲۳۴٫۵"),
            ("ar-EG", 1234, "١٬٢٣٤"),
            ("ar-AE", 1234, "1,234"),
            ("mr", 1234567, "१२,३४,५६७"),
            ("my", 12, "၁၂"),
        ],
    )
    def test_shown(self, locale: str, number: Any, shown: str) -> None:
        assert cldr.formats(locale).number(number) == shown

    def test_decimals(self) -> None:
        formats = cldr.formats("de")
        assert [formats.number(Decimal("4.25"), decimals=n) for n in (0, 1, 3)] == ["4", "4,3", "4,250"]

    @pytest.mark.parametrize("number", [True, None, "x", float("nan"), Decimal("sNaN"), 10**500, "1e500", []])
    def test_refused(self, number: Any) -> None:
        with pytest.raises(InvalidValueError, match="number must be"):
            cldr.formats("en").number(number)

    @pytest.mark.parametrize("decimals", [-1, 21, True, "2"])
    def test_decimals_refused(self, decimals: Any) -> None:
        with pytest.raises(InvalidValueError, match="decimals must be"):
            cldr.formats("en").number(1, decimals=decimals)

    @pytest.mark.parametrize(
        ("locale", "share", "shown"),
        [
            ("es", "0.15", "15\xa0%"),
            ("en", "0.125", "13%"),
            ("tr", "0.15", "%15"),
            ("fa", "0.15", "۱۵٪"),
            ("en", "-0", "0%"),
        ],
    )
    def test_percent(self, locale: str, share: str, shown: str) -> None:
        assert cldr.formats(locale).percent(share) == shown


class TestDate:
    @pytest.mark.parametrize(
        ("locale", "length", "shown"),
        [
            ("es-MX", "full", "viernes, 27 de noviembre de 2026"),
            ("en-US", "short", "11/27/26"),
            ("de", "medium", "27.11.2026"),
            ("ja", "full", "2026年11月27日金曜日"),
            ("ar-EG", "long", "٢٧ نوفمبر ٢٠٢٦"),
            ("bn", "long", "২৭ নভেম্বর, ২০২৬"),
            ("th", "long", "27 พฤศจิกายน ค.ศ. 2026"),
        ],
    )
    def test_shown(self, locale: str, length: Any, shown: str) -> None:
        assert cldr.formats(locale).date(date(2026, 11, 27), length=length) == shown
        assert cldr.formats(locale).date_writer(length=length)(date(2026, 11, 27)) == shown

    def test_a_datetime_shows_its_own_day(self) -> None:
        # Equal instants on two days must not share a place in the cache.
        late = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
        assert late == late.astimezone(MADRID)
        formats = cldr.formats("de")
        assert [formats.date(each) for each in (late, late.astimezone(MADRID))] == ["27.11.2026", "28.11.2026"]

    @pytest.mark.parametrize("day", ["2026-11-27", None, 20261127])
    def test_refused(self, day: Any) -> None:
        with pytest.raises(InvalidValueError, match="a date"):
            cldr.formats("en").date(day)

    def test_length_refused(self) -> None:
        wrong: Any = "tiny"
        with pytest.raises(InvalidValueError, match="possible: full, long, medium, short"):
            cldr.formats("en").date(date(2026, 11, 27), length=wrong)


class TestTime:
    def test_lengths(self) -> None:
        at = datetime(2026, 11, 27, 16, 5, 9, tzinfo=MADRID)
        formats = cldr.formats("de")
        lengths: tuple[Any, ...] = ("short", "medium", "long", "full")
        assert [formats.time(at, length=each) for each in lengths] == [
            "16:05", "16:05:09", "16:05:09 MEZ", "16:05:09 Mitteleuropäische Normalzeit",
        ]  # fmt: skip
        assert formats.time(time(16, 5, 9), length="full") == "16:05:09"

    def test_datetime_in_a_zone(self) -> None:
        at, formats = datetime(2026, 11, 27, 15, 30, tzinfo=UTC), cldr.formats("es")
        assert formats.datetime(at) == "27 nov 2026, 15:30"
        assert formats.datetime(at, tz=MADRID) == "27 nov 2026, 16:30"
        assert formats.datetime(at.replace(tzinfo=None), tz=MADRID) == "27 nov 2026, 15:30"

    def test_summer_and_winter_have_their_own_names(self) -> None:
        formats = cldr.formats("es")
        shown = [formats.time(datetime(2026, month, 1, 12, tzinfo=MADRID), length="long") for month in (1, 7)]
        assert shown == ["12:00:00 CET", "12:00:00 CEST"]

    @pytest.mark.parametrize(
        ("locale", "hours", "shown"), [("en", 5.5, "GMT+5:30"), ("fr", -3, "UTC-3"), ("en", 0, "UTC")]
    )
    def test_zone_without_a_name(self, locale: str, hours: float, shown: str) -> None:
        zone = timezone(timedelta(hours=hours))
        text = cldr.formats(locale).time(datetime(2026, 11, 27, 16, 30, tzinfo=zone), length="long")
        assert text.split(maxsplit=1)[-1].endswith(shown)

    def test_outside_of_all_years(self) -> None:
        with pytest.raises(InvalidValueError, match="years 1 to 9999"):
            cldr.formats("en").datetime(datetime.max.replace(tzinfo=UTC), tz=ZoneInfo("Asia/Tokyo"))

    @pytest.mark.parametrize("at", ["16:30", None, date(2026, 11, 27)])
    def test_refused(self, at: Any) -> None:
        with pytest.raises(InvalidValueError, match="a time or a datetime"):
            cldr.formats("en").time(at)


class TestList:
    @pytest.mark.parametrize(
        ("locale", "items", "shown"),
        [
            ("es", [], ""),
            ("es", ["uno"], "uno"),
            ("es", ["uno", "dos"], "uno y dos"),
            ("en", ["a", "b", "c"], "a, b, and c"),
            ("en-GB", ["a", "b", "c", "d"], "a, b, c and d"),
            ("ja", ["a", "b", "c"], "a、b、c"),
            ("en", ["{1}", "%s", "{0}"], "{1}, %s, and {0}"),
        ],
    )
    def test_shown(self, locale: str, items: list[str], shown: str) -> None:
        assert cldr.formats(locale).list(items) == shown
        assert cldr.formats(locale).list(iter(items)) == shown

    @pytest.mark.parametrize(
        ("items", "joined"),
        [
            (["aguja", "hilo"], "e"),
            (["aguja", "Hilo"], "e"),
            (["padre", "hijo"], "e"),
            (["Ana", "Inés"], "e"),
            (["agua", "ídolo"], "e"),
            (["a", "b", "iris"], "e"),
            (["nieve", "hielo"], "y"),
            (["diptongo", "hiato"], "y"),
            (["iris", "gafas"], "y"),
            (["rosas", "yerba"], "y"),
            (["rosas", ""], "y"),
            (["rosas", "hueso"], "y"),
        ],
    )
    def test_spanish_and(self, items: list[str], joined: str) -> None:
        for locale in ("es", "es-MX", "es-419"):
            assert cldr.formats(locale).list(items).split()[-2:][0] == joined or items[-1] == ""
        assert f" {joined} " in cldr.formats("es").list(items)

    @pytest.mark.parametrize(
        ("last", "joined"),
        [("ocho", "u"), ("hotel", "u"), ("8", "u"), ("80 kg", "u"), ("11", "u"), ("11 kg", "u"), ("Óscar", "u"),
         ("110", "o"), ("1", "o"), ("hielo", "o"), ("nueve", "o")],
    )  # fmt: skip
    def test_spanish_or(self, last: str, joined: str) -> None:
        assert cldr.formats("es").list(["uno", last], style="or") == f"uno {joined} {last}"

    def test_other_languages_keep_their_word(self) -> None:
        assert cldr.formats("ca").list(["agulla", "illa"]) == "agulla i illa"
        assert cldr.formats("it").list(["sette", "otto"], style="or") == "sette o otto"

    def test_one_text_is_no_list(self) -> None:
        with pytest.raises(InvalidValueError, match="put the text into a list"):
            cldr.formats("en").list("abc")

    @pytest.mark.parametrize("items", [[5], ["Shirt", None], ("Shirt", "Cap", 3, "Shoes")])
    def test_what_is_no_text_is_refused(self, items: Any) -> None:
        with pytest.raises(InvalidValueError, match=r"items must be texts, got '(int|NoneType)'"):
            cldr.formats("en").list(items)

    def test_style_refused(self) -> None:
        wrong: Any = "nor"
        with pytest.raises(InvalidValueError, match="did you mean or"):
            cldr.formats("en").list(["a"], style=wrong)


class TestPlural:
    @pytest.mark.parametrize(
        ("locale", "number", "category"),
        [
            ("pl", 1, "one"), ("pl", 22, "few"), ("pl", 25, "many"), ("pl", Decimal("1.5"), "other"),
            ("ar", 0, "zero"), ("ar", 2, "two"), ("ar", 103, "few"), ("en", Decimal("1.0"), "other"),
            ("en", Decimal(1), "one"), ("fr", Decimal("1.5"), "one"), ("es", 10**6, "many"), ("en", -1, "one"),
        ],
    )  # fmt: skip
    def test_cardinal(self, locale: str, number: Decimal | int, category: str) -> None:
        assert cldr.formats(locale).plural(number) == category

    def test_equal_numbers_with_other_decimals_keep_apart(self) -> None:
        formats = cldr.formats("en")
        numbers: list[Decimal | int] = [1, Decimal("1.0"), Decimal(1), Decimal("1.00"), 1]
        assert [formats.plural(number) for number in numbers] == ["one", "other", "one", "other", "one"]

    @pytest.mark.parametrize("number", ["1", 1.5, None, Decimal("NaN"), True])
    def test_refused(self, number: Any) -> None:
        with pytest.raises(InvalidValueError, match="number must be"):
            cldr.formats("en").plural(number)


class TestUnit:
    @pytest.mark.parametrize(
        ("locale", "number", "unit", "length", "shown"),
        [
            ("de", 1, "duration-hour", "long", "1 Stunde"),
            ("es", Decimal("1.5"), "duration-hour", "long", "1,5 horas"),
            ("pl", 5, "duration-hour", "long", "5 godzin"),
            ("ar", 1, "duration-hour", "long", "ساعة"),
            ("ar-EG", 3, "duration-hour", "long", "٣ ساعات"),
            ("en", 5, "kilometer-per-hour", "short", "5 km/h"),
        ],
    )
    def test_shown(self, locale: str, number: Decimal | int, unit: str, length: Any, shown: str) -> None:
        assert cldr.formats(locale).unit(number, unit, length=length) == shown

    def test_unknown(self) -> None:
        with pytest.raises(InvalidValueError, match="did you mean duration-hour"):
            cldr.formats("en").unit(1, "duration-houre")

    def test_what_is_no_name_is_refused(self) -> None:
        unit: Any = 5
        with pytest.raises(InvalidValueError, match="a name of CLDR"):
            cldr.formats("en").unit(1, unit)


class TestRelative:
    @pytest.mark.parametrize(
        ("locale", "number", "unit", "shown"),
        [
            ("en", 1, "day", "in 1 day"),
            ("en", 0, "day", "in 0 days"),
            ("es", -1, "day", "hace 1 día"),
            ("ru", 2, "day", "через 2 дня"),
            ("ar-EG", 2, "day", "خلال يومين"),
            ("ar-EG", 3, "day", "خلال ٣ أيام"),
            ("fa", -3, "hour", "۳ ساعت پیش"),
            ("de", Decimal("1.5"), "hour", "in 1,5 Stunden"),
            ("en", 1000, "day", "in 1,000 days"),
        ],
    )
    def test_shown(self, locale: str, number: Decimal | int, unit: Any, shown: str) -> None:
        assert cldr.formats(locale).relative(number, unit=unit) == shown

    def test_unit_refused(self) -> None:
        wrong: Any = "days"
        with pytest.raises(InvalidValueError, match="did you mean day"):
            cldr.formats("en").relative(1, unit=wrong)


class TestInterval:
    @pytest.mark.parametrize(
        ("locale", "end", "shown"),
        [
            ("es", date(2026, 12, 2), "27 nov\u2009–\u20092 dic 2026"),
            ("de", date(2026, 11, 30), "27.–30. Nov. 2026"),
            ("en", date(2027, 1, 2), "Nov 27, 2026\u2009–\u2009Jan 2, 2027"),
            ("en", date(2026, 11, 27), "Nov 27, 2026"),
        ],
    )
    def test_shown(self, locale: str, end: date, shown: str) -> None:
        assert cldr.formats(locale).interval(date(2026, 11, 27), end) == shown

    def test_hours(self) -> None:
        start, end = datetime(2026, 11, 27, 9, tzinfo=MADRID), datetime(2026, 11, 27, 18, tzinfo=MADRID)
        assert cldr.formats("de").interval(start, end, skeleton="Hm") == "09:00–18:00 Uhr"

    @pytest.mark.parametrize(
        ("locale", "hour", "shown"),
        [
            ("es", 20, "9 de la mañana – 8 de la noche"),
            ("es", 11, "9–11 de la mañana"),
            ("az-Arab-IR", 18, "۹ AM – ۶ PM"),
        ],
    )
    def test_parts_of_the_day(self, locale: str, hour: int, shown: str) -> None:
        start, end = datetime(2026, 11, 27, 9, tzinfo=MADRID), datetime(2026, 11, 27, hour, tzinfo=MADRID)
        assert cldr.formats(locale).interval(start, end, skeleton="Bh") == shown

    def test_reversed(self) -> None:
        with pytest.raises(InvalidValueError, match="no earlier than the start"):
            cldr.formats("en").interval(date(2026, 11, 27), date(2026, 11, 26))

    @pytest.mark.parametrize("skeleton", ["", "y M", "{}", "y" * 100, None])
    def test_skeleton_refused(self, skeleton: Any) -> None:
        with pytest.raises(InvalidValueError, match="skeleton must be"):
            cldr.formats("en").interval(date(2026, 11, 27), date(2026, 11, 28), skeleton=skeleton)


class TestDuration:
    @pytest.mark.parametrize(
        ("duration", "shown"),
        [
            (timedelta(0), "0 minutes"),
            (timedelta(hours=4), "4 hours"),
            (timedelta(minutes=90), "1 hour and 30 minutes"),
            (timedelta(days=2), "2 days"),
            (timedelta(hours=36), "1 day and 12 hours"),
            (timedelta(days=1, hours=2, minutes=3, seconds=4), "1 day, 2 hours, 3 minutes, and 4 seconds"),
            (timedelta(seconds=1, microseconds=1), "1.000001 seconds"),
            (timedelta(days=1200), "1,200 days"),
        ],
    )
    def test_shown(self, duration: timedelta, shown: str) -> None:
        assert cldr.formats("en").duration(duration) == shown

    def test_negative(self) -> None:
        with pytest.raises(InvalidValueError, match="zero or longer"):
            cldr.formats("en").duration(timedelta(minutes=-1))


class TestFallbackChain:
    @pytest.mark.parametrize(
        ("locale", "chain"),
        [
            ("es_AR", "es-AR es-419 es"),
            ("es-ES", "es-ES es"),
            ("PT-ao", "pt-AO pt-PT pt"),
            ("pt-BR", "pt-BR pt"),
            ("en-ES", "en-ES en-150 en-001 en"),
            ("en-AU", "en-AU en-001 en"),
            ("fr-CA", "fr-CA fr"),
            ("zh_hant_hk", "zh-Hant-HK zh-Hant"),
            ("zh-TW", "zh-TW zh-Hant-TW zh-Hant"),
            ("zh-CN", "zh-CN zh"),
            ("zh-Hans-SG", "zh-Hans-SG zh-Hans zh"),
            ("nb", "nb no"),
            ("nn-NO", "nn-NO nn no"),
            ("sr-ME", "sr-ME sr-Latn-ME sr-Latn"),
            ("iw", "he"),
            ("tlh", "tlh"),
        ],
    )
    def test_chain(self, locale: str, chain: str) -> None:
        assert cldr.fallback_chain(locale) == tuple(chain.split())

    @pytest.mark.parametrize("locale", ["", "root", "und", "-", "español", "a1"])
    def test_refused(self, locale: str) -> None:
        with pytest.raises(InvalidValueError, match="a language tag"):
            cldr.fallback_chain(locale)


class TestLocaleData:
    @pytest.mark.parametrize(("grouping", "shown"), [("auto", "1234,50\xa0€"), ("always", "1.234,50\xa0€")])
    def test_messages_write_as_the_formats_do(self, grouping: cldr.Grouping, shown: str) -> None:
        data = partial(cldr.locale_data, grouping=grouping)
        message = mf2.Message("{$sum :currency}", "es", locale_data=data)
        assert message.format({"sum": Money.of("1234.50", "EUR")}) == shown
        assert cldr.formats("es", grouping=grouping).currency("1234.50", "EUR") == shown

    @given(
        st.decimals(-(10**9), 10**9, places=2, allow_nan=False),
        st.sampled_from(["es", "en-IN", "ar", "ar-EG", "he", "fa", "de-CH", "sl", "pl"]),
        st.sampled_from(
            [
                mf2.NumberStyle(),
                mf2.NumberStyle("percent"),
                mf2.NumberStyle("currency", currency="EUR"),
                mf2.NumberStyle("currency", currency="CHF", currency_display="name"),
                mf2.NumberStyle("unit", unit="duration-hour", unit_display="long"),
                mf2.NumberStyle(sign="exceptZero", grouping="min2", minimum_integer=4),
            ]
        ),
    )
    def test_parts_and_minor_units_make_the_text(self, number: Decimal, locale: str, style: mf2.NumberStyle) -> None:
        formatter = cldr.locale_data(locale).number(style)
        text = formatter.text(number)
        assert "".join(part.value for part in formatter.parts(number)) == text
        assert formatter.text_of_minor(int(number.scaleb(2)), 2) == text

    def test_arabic_says_one_hour_without_a_figure(self) -> None:
        message = mf2.Message("{$n :unit unit=hour unitDisplay=long}", "ar", bidi_isolation="none")
        assert [message.format({"n": n}) for n in (1, 2, 3)] == ["ساعة", "ساعتان", "3 ساعات"]

    def test_it_is_the_same_object(self) -> None:
        assert cldr.locale_data("es") is cldr.locale_data("es")

    @pytest.mark.parametrize(
        ("option", "shown"), [("auto", "1234"), ("always", "1.234"), ("min2", "1234"), ("never", "1234")]
    )
    def test_use_grouping(self, option: str, shown: str) -> None:
        assert mf2.Message(f"{{1234 :number useGrouping={option}}}", "es").format() == shown
