"""Equal to Babel in all its locales, but for the mends that are computed from Babel's own text.

``babel_mended`` says for each text what Babel writes, what CLDR has, and why they differ; ours must be CLDR's, and must
be Babel's wherever no reason is given. The locales are gone through once; a test a subject looks at what came out.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from babel import localedata

from csprotocol.replies import cldr, mf2
from csprotocol.replies._cldr_words import ListStyle
from csprotocol.replies._cldr_writers import Writers
from tests.replies.babel_mended import Answer, Mended, Tally

CURRENCIES = ("EUR", "USD", "JPY", "CLP", "KWD", "AFN")
LENGTHS = ("full", "long", "medium", "short")
UNITS = ("duration-hour", "duration-day", "mass-kilogram", "length-kilometer", "temperature-celsius", "volume-liter")
RELATIVE = ("year", "month", "week", "day", "hour", "minute", "second")
DAYS = (date(2026, 11, 27), date(1999, 1, 2), date(2026, 9, 6))
MOMENTS = (
    datetime(2026, 11, 27, 16, 5, 9, tzinfo=ZoneInfo("Europe/Madrid")),
    datetime(2026, 7, 27, 0, 30, tzinfo=ZoneInfo("America/New_York")),
    datetime(2026, 7, 27, 12, 0, tzinfo=ZoneInfo("Asia/Kolkata")),
)
ENDS = (date(2026, 12, 2), date(2026, 11, 29), date(2027, 1, 2), date(2026, 11, 27))
SKELETONS = ("yMMMd", "yMd", "MMMd", "yMMMMd", "Md", "d")
COUNTS = (*range(31), 99, 100, 101, 111, 1000, 10**6, *map(Decimal, ("1.0", "1.5", "0.1", "2.00")))
# Words that begin with no sound before which Spanish changes its "y" or "o"; braces must mean nothing.
ITEMS = ("alfa", "{0}", "gamma", "delta", "Beta")
SPANISH_ITEMS = ("alfa", "iris", "ocho", "hilo")

Compared = Iterator[tuple[str, str, Answer, object]]


def _plain(text: str) -> Answer:
    return text, text, ()


def _random_amounts(chance: random.Random, count: int) -> list[Decimal]:
    return [Decimal(chance.randint(-(10**9), 10**9)).scaleb(-chance.randint(0, 7)) for _ in range(count)]


def _money(ours: cldr.Formats, babel: Mended, chance: random.Random) -> Compared:
    for currency in CURRENCIES:
        for amount in (*_random_amounts(chance, 8), *map(Decimal, ("1234.50", "-0.001", "12.5", "-12345.5"))):
            text = ours.currency(amount, currency, rounding="half-up")
            yield "money", text, babel.currency(amount, currency), (currency, amount)


def _numbers(ours: cldr.Formats, babel: Mended, chance: random.Random) -> Compared:
    for number in (*_random_amounts(chance, 8), *map(Decimal, ("1234", "-0.0001", "0.0005"))):
        yield "numbers", ours.number(number), babel.number(number), number
        yield "percent", ours.percent(number), babel.percent(number), number


def _dates(ours: cldr.Formats, babel: Mended, chance: random.Random) -> Compared:
    for length in LENGTHS:
        known: Any = length
        for day in DAYS:
            yield "dates", ours.date(day, length=known), babel.date(day, length), (length, day)
        for at in MOMENTS:
            text = ours.datetime(at, date_length=known, time_length=known)
            yield "datetimes", text, babel.datetime(at, length), (length, at)


def _intervals(ours: cldr.Formats, babel: Mended, chance: random.Random) -> Compared:
    for skeleton in SKELETONS:
        for end in ENDS:
            text = ours.interval(DAYS[0], end, skeleton=skeleton)
            yield "intervals", text, babel.interval(DAYS[0], end, skeleton), (skeleton, end)


def _lists(ours: cldr.Formats, babel: Mended, chance: random.Random) -> Compared:
    items = ITEMS if babel.locale.language == "es" else (*ITEMS, *SPANISH_ITEMS)
    for style in get_args(ListStyle):
        for count in range(6):
            texts = chance.sample(items, k=min(count, len(items)))
            answer = babel.items(texts, style)
            if answer is not None:
                yield "lists", ours.list(texts, style=style), answer, (style, count)


def _plurals(ours: cldr.Formats, babel: Mended, chance: random.Random) -> Compared:
    for number in COUNTS:
        yield "plurals", ours.plural(number), _plain(babel.locale.plural_form(number)), number
        yield "plurals", ours.ordinal(number), _plain(babel.locale.ordinal_form(number)), number


def _units(ours: cldr.Formats, babel: Mended, chance: random.Random) -> Compared:
    for unit in UNITS:
        for length in ("long", "short", "narrow"):
            known: Any = length
            for number in map(Decimal, ("0", "1", "2", "5", "1.5", "1234", "-12345.6789")):
                text = ours.unit(number, unit, length=known)
                yield "units", text, babel.unit(number, unit, length), (unit, length, number)


def _relatives(ours: cldr.Formats, babel: Mended, chance: random.Random) -> Compared:
    for unit in RELATIVE:
        known: Any = unit
        for number in (1, 2, 3, 5, 21, 100, -1, -2, -5):
            yield "relative", ours.relative(number, unit=known), babel.relative(number, unit), (unit, number)


SUBJECTS: tuple[Callable[[cldr.Formats, Mended, random.Random], Compared], ...] = (
    _money, _numbers, _dates, _intervals, _lists, _plurals, _units, _relatives,
)  # fmt: skip


def tallies() -> dict[str, Tally]:
    """What came out, by subject; all locales, in some 20 seconds."""
    found: dict[str, Tally] = {}
    chance = random.Random(20261122)
    kept = dict(localedata._cache)
    for identifier in sorted(localedata.locale_identifiers()):
        # Babel resolves aliases in data that its locales share, so that what it writes depends on which locale was
        # asked before. Here each locale starts afresh.
        localedata._cache.clear()
        data = mf2.BabelLocaleData(identifier)
        ours = cldr.Formats(identifier, "rtl" if data.direction == "rtl" else "ltr", "auto", Writers(data))
        babel = Mended(identifier)
        for compare in SUBJECTS:
            for subject, text, answer, about in compare(ours, babel, chance):
                found.setdefault(subject, Tally()).take(text, *answer, identifier, about)
    localedata._cache.clear()
    localedata._cache.update(kept)
    return found


# Subject -> at least so many comparisons, and the only reasons for which Babel's text may be changed.
EXPECTED: dict[str, tuple[int, set[str]]] = {
    "money": (75_000, {"half up", "minus zero", "grouping", "digits", "spacing", "signs"}),
    "numbers": (11_000, {"half up", "minus zero", "grouping", "digits", "signs"}),
    "percent": (11_000, {"half up", "minus zero", "grouping", "digits", "signs"}),
    "dates": (12_000, {"digits"}),
    "datetimes": (12_000, {"digits", "zone"}),
    "intervals": (25_000, {"digits"}),
    "lists": (30_000, set()),
    "plurals": (80_000, set()),
    "units": (130_000, {"half up", "minus zero", "grouping", "digits", "signs", "absent"}),
    "relative": (65_000, {"digits", "groups"}),
}


def test_equal_to_babel_but_for_the_mends() -> None:
    # One test: workers side by side would each compare everything.
    found = tallies()
    assert found.keys() == EXPECTED.keys()
    for subject, (least, reasons) in EXPECTED.items():
        tally = found[subject]
        assert tally.wrong[:5] == [], subject
        assert tally.compared >= least, subject
        assert {reason for each in tally.changed for reason in each.split(" + ")} <= reasons, subject


class TestSpaceBesideCurrency:
    """The mend itself, where its text is known from elsewhere (ICU 78)."""

    @pytest.mark.parametrize(
        ("locale", "currency", "expected"),
        [
            ("es-MX", "EUR", "EUR\xa01,234.50"),
            ("es-AR", "ARS", "$\xa01.234,50"),
            ("en-US", "CHF", "CHF\xa01,234.50"),
            ("en-US", "EUR", "€1,234.50"),
            ("de-AT", "EUR", "€\xa01.234,50"),
        ],
    )
    def test_known(self, locale: str, currency: str, expected: str) -> None:
        assert cldr.formats(locale).currency("1234.5", currency) == expected
