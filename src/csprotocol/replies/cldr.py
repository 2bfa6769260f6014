r"""Money, numbers, dates, lists and the like in the writing of a locale, as CLDR has it.

>>> from decimal import Decimal
>>> from csprotocol.replies import cldr
>>> spanish = cldr.formats("es-ES")
>>> spanish.currency("1234.50", "EUR"), spanish.currency("12345.50", "EUR")
('1234,50\xa0€', '12.345,50\xa0€')
>>> spanish.list(["aguja", "hilo"])
'aguja e hilo'

The data are Babel's. Where Babel's own formatters depart from CLDR, these follow CLDR: the least number of digits
before a separator of thousands, spaces beside letters of a currency, digits of the locale (Egyptian Arabic, Persian,
Bengali and others), Spanish *y* and *o* before their own sound. Halves are rounded away from zero, and zero has no
minus sign. Everything else is what Babel writes. Babel is imported when the first formats are made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Literal, TypeAlias

from csprotocol.errors import InvalidValueError
from csprotocol.model import Money
from csprotocol.replies import mf2
from csprotocol.replies._cldr_exact import exact
from csprotocol.replies._cldr_moments import Length
from csprotocol.replies._cldr_money import Rounding
from csprotocol.replies._cldr_numbers import UnitLength
from csprotocol.replies._cldr_words import ListStyle, RelativeUnit
from csprotocol.replies._cldr_writers import Writers

__all__ = ["Formats", "Grouping", "fallback_chain", "formats", "locale_data"]

Grouping: TypeAlias = Literal["auto", "always"]
Number: TypeAlias = Decimal | int | float | str


def formats(locale: str, *, grouping: Grouping = "auto") -> Formats:
    r"""The formats of the locale, made once; of its language where Babel does not know the region.

    ``locale`` is written as in BCP 47, ``_`` and any case are fine. ``grouping="always"`` sets the separator of
    thousands from four digits on, also where CLDR has it from five (Spanish, Italian, Polish, European Portuguese).

    >>> formats("es_es") is formats("es-ES"), formats("es-ZZ").locale
    (True, 'es')
    >>> formats("es", grouping="always").number(1234)
    '1.234'

    Raises:
        InvalidValueError: nobody knows the language, or ``grouping`` is another word.
    """
    if grouping not in ("auto", "always"):
        raise InvalidValueError.unknown("grouping", grouping, ("auto", "always"))
    return _formats(_tag(locale), grouping)


def _tag(locale: object) -> str:
    if not isinstance(locale, str):
        raise InvalidValueError.of("locale", locale, expected="a language tag such as es or pt-BR")
    return locale


@lru_cache(maxsize=256)
def _formats(locale: str, grouping: Grouping) -> Formats:
    name = mf2.canonical_locale(locale)
    data = mf2.locale_data(name, grouping=grouping) if name else None
    if data is None or data.direction == "auto":
        raise InvalidValueError.of("locale", locale, expected="a language that CLDR knows, such as es or pt-BR")
    known = str(data.babel).replace("_", "-")
    # One object for all spellings: what it has compiled is shared.
    return _formats_of(known, grouping)


@lru_cache(maxsize=256)
def _formats_of(locale: str, grouping: Grouping) -> Formats:
    data = mf2.locale_data(locale, grouping=grouping)
    return Formats(locale, "rtl" if data.direction == "rtl" else "ltr", grouping, Writers(data))


def locale_data(locale: str, *, grouping: Grouping = "auto") -> mf2.BabelLocaleData:
    r"""The data for ``mf2.Message(..., locale_data=cldr.locale_data)``: the very writers of ``formats``.

    For the other grouping pass ``functools.partial(cldr.locale_data, grouping="always")``. A language that nobody
    knows is no error here: the message is written in the root's way.

    >>> from functools import partial
    >>> from csprotocol.replies import cldr, mf2
    >>> always = partial(cldr.locale_data, grouping="always")
    >>> [mf2.Message("{1234 :number}", "es", locale_data=each).format() for each in (cldr.locale_data, always)]
    ['1234', '1.234']
    """
    return mf2.locale_data(locale, grouping=grouping)


def fallback_chain(locale: str) -> tuple[str, ...]:
    """The locale and its CLDR parents, nearest first, never the root: where to look for a text.

    ``locale`` may be written with ``_`` and in any case; BCP 47 comes back. Text in another script than the
    language's usual one is no fallback, so Taiwan's Chinese ends before ``zh``.

    >>> fallback_chain("es_AR")
    ('es-AR', 'es-419', 'es')
    >>> fallback_chain("pt-AO"), fallback_chain("nb")
    (('pt-AO', 'pt-PT', 'pt'), ('nb', 'no'))
    >>> fallback_chain("zh-TW")
    ('zh-TW', 'zh-Hant-TW', 'zh-Hant')

    Raises InvalidValueError: the text names no language.
    Source: Unicode TR35, "Parent Locales"; CLDR parentLocales as Babel carries them.
    """
    chain = mf2.parent_chain(_tag(locale))
    if not chain:
        raise InvalidValueError.of("locale", locale, expected="a language tag such as es or pt-BR")
    return chain


@dataclass(frozen=True, slots=True, eq=False)
class Formats:
    r"""How one locale writes; made by :func:`formats`, never changes, safe between threads.

    ``locale`` is the one whose data is used, ``direction`` that of its script. What is written is kept for the next
    time, by number and by moment only: no text of a customer stays behind.

    >>> formats("ar-EG").direction, formats("pt_br").locale
    ('rtl', 'pt-BR')
    """

    locale: str
    direction: Literal["ltr", "rtl"]
    grouping: Grouping
    _writers: Writers = field(repr=False)

    def money(self, amount: Money) -> str:
        r"""The amount with the sign of its currency.

        CLDR's decimals show; where CLDR counts in cash and shows fewer than the minor unit has, an amount that
        needs the others shows them. Nothing is rounded, and zero has no sign.

        >>> formats("es-MX").money(Money.of("1234.50", "EUR")), formats("ja").money(Money(1980, "JPY"))
        ('EUR\xa01,234.50', '￥1,980')
        """
        if not isinstance(amount, Money):
            raise InvalidValueError.of("amount", type(amount).__name__, expected="Money")
        return self._writers.currencies[amount.currency].of_minor(amount.minor, amount.exponent)

    def money_writer(self, currency: str) -> Callable[[int], str]:
        r"""What writes minor units of the currency, for those who write many amounts.

        >>> euros = formats("de").money_writer("EUR")
        >>> euros(199), euros(-5)
        ('1,99\xa0€', '-0,05\xa0€')

        Raises InvalidValueError: nobody knows the currency.
        """
        writer, exponent = self._writers.currencies[currency].of_minor, Money(0, currency).exponent

        def write(minor: int) -> str:
            if type(minor) is not int:
                raise InvalidValueError.of("minor", type(minor).__name__, expected="a whole number of minor units")
            return writer(minor, exponent)

        return write

    def currency(self, amount: Decimal | int | str, currency: str, *, rounding: Rounding = "refuse") -> str:
        r"""The amount in major units (``"19.90"``) with the sign of its currency.

        ``rounding="half-up"`` rounds to CLDR's decimals, halves away from zero; otherwise nothing is rounded.

        >>> formats("es-CL").currency(15990, "CLP"), formats("de-AT").currency("1234.5", "EUR")
        ('$15.990', '€\xa01.234,50')
        >>> formats("es-CL").currency("12.5", "CLP", rounding="half-up")
        '$13'

        Raises InvalidValueError: more decimals than the currency has, no number, or an unknown currency.
        """
        if rounding not in ("refuse", "half-up"):
            raise InvalidValueError.unknown("rounding", rounding, ("refuse", "half-up"))
        return self._writers.currencies[currency].of_amount(exact(amount, "amount", inexact=False), rounding)

    def number(self, number: Number, *, decimals: int | None = None) -> str:
        r"""The number with up to three decimals, or with exactly ``decimals`` (0 to 20) of them; halves go up.

        >>> (
        ...     formats("de").number(Decimal("1234.5678")),
        ...     formats("fa").number(1234),
        ...     formats("en").number(4.5, decimals=2),
        ... )
        ('1.234,568', '۱٬۲۳۴', '4.50')

        Raises InvalidValueError: no number, not finite, or longer than 400 digits.
        """
        return self._writers.numbers(decimals)(number if type(number) is int else exact(number, "number"))

    def number_writer(self, *, decimals: int | None = None) -> Callable[[Decimal | int], str]:
        """What writes numbers as :meth:`number` does, for those who write many.

        >>> formats("en-IN").number_writer()(1234567)
        '12,34,567'
        """
        return self._writers.numbers(decimals)

    def percent(self, share: Number, *, decimals: int = 0) -> str:
        r"""The share of one (0.15) in percent, with exactly ``decimals`` (0 to 20) decimals; halves go up.

        >>> formats("de").percent(Decimal("0.15")), formats("en").percent("0.125", decimals=1)
        ('15\xa0%', '12.5%')

        Raises InvalidValueError: as :meth:`number`.
        """
        return self._writers.percents(decimals)(share if type(share) is int else exact(share, "share"))

    def date(self, day: dt.date, *, length: Length = "medium") -> str:
        """The date; of a datetime the day on its own clock.

        >>> [formats("en").date(dt.date(2026, 11, 27), length=each) for each in ("full", "short")]
        ['Friday, November 27, 2026', '11/27/26']

        Raises InvalidValueError: no date, or another length than full, long, medium and short.
        """
        return self._writers.dates[length](day)

    def date_writer(self, *, length: Length = "medium") -> Callable[[dt.date], str]:
        """What writes dates as :meth:`date` does, for those who write many.

        >>> formats("es").date_writer(length="long")(dt.date(2026, 11, 27))
        '27 de noviembre de 2026'
        """
        return self._writers.dates[length]

    def time(self, time: dt.time | dt.datetime, *, length: Length = "short") -> str:
        r"""The time of the day, as its own clock reads; lengths from long on name the zone of a datetime that has one.

        >>> formats("en").time(dt.time(16, 30)), formats("de").time(dt.time(16, 30), length="medium")
        ('4:30\u202fPM', '16:30:00')

        Raises InvalidValueError: no time, or another length than full, long, medium and short.
        """
        return self._writers.times[length](time)

    def datetime(
        self,
        at: dt.datetime,
        *,
        date_length: Length = "medium",
        time_length: Length = "short",
        tz: dt.tzinfo | None = None,
    ) -> str:
        """The moment on the clock of ``tz``, by default on its own; a naive one is shown as it is.

        >>> from zoneinfo import ZoneInfo
        >>> sent_at = dt.datetime(2026, 11, 27, 15, 30, tzinfo=dt.timezone.utc)
        >>> formats("es").datetime(sent_at, date_length="long", tz=ZoneInfo("Europe/Madrid"))
        '27 de noviembre de 2026, 16:30'

        Raises InvalidValueError: no datetime, another length, or a moment outside the years 1 to 9999 in ``tz``.
        """
        if tz is not None and at.tzinfo is not None:
            try:
                at = at.astimezone(tz)
            except OverflowError:
                raise InvalidValueError.of("datetime", at.isoformat(), expected="within the years 1 to 9999") from None
        return self._writers.datetimes[date_length, time_length](at)

    def list(self, items: Iterable[str], *, style: ListStyle = "standard") -> str:
        """The texts as an enumeration: ``standard`` is "and", ``or`` is "or"; nothing gives an empty text.

        >>> formats("en").list(["Shirt", "Shoes", "Cap"]), formats("es").list(["siete", "ocho"], style="or")
        ('Shirt, Shoes, and Cap', 'siete u ocho')

        Raises InvalidValueError: one text instead of several, or another style.
        """
        return self._writers.lists[style](items)

    def list_writer(self, *, style: ListStyle = "standard") -> Callable[[Iterable[str]], str]:
        """What writes enumerations as :meth:`list` does, for those who write many.

        >>> formats("pl").list_writer()(["Koszulka", "Buty"])
        'Koszulka i Buty'
        """
        return self._writers.lists[style]

    def plural(self, number: Decimal | int) -> str:
        """The CLDR category: zero, one, two, few, many or other. A Decimal counts with the decimals that it shows.

        >>> [formats("pl").plural(n) for n in (1, 2, 5)], formats("en").plural(Decimal("1.0"))
        (['one', 'few', 'many'], 'other')

        Raises InvalidValueError: no Decimal and no int, or a Decimal that is not finite or longer than 400 digits.
        """
        if type(number) is int:
            return self._writers.plurals(number)
        return self._writers.plural(_visible(number), ordinal=False)

    def ordinal(self, number: Decimal | int) -> str:
        """The CLDR category for ranks: 1st, 2nd, 3rd.

        >>> [formats("en").ordinal(n) for n in (1, 2, 3, 4)]
        ['one', 'two', 'few', 'other']

        Raises InvalidValueError: as :meth:`plural`.
        """
        return self._writers.plural(_visible(number), ordinal=True)

    def unit(self, number: Number, unit: str, *, length: UnitLength = "long") -> str:
        r"""The number with its unit, a name of CLDR such as ``duration-hour``, ``kilogram`` or ``kilometer-per-hour``.

        >>> formats("de").unit(1, "duration-hour"), formats("es").unit(Decimal("1.5"), "kilogram", length="short")
        ('1 Stunde', '1,5 kg')

        Raises InvalidValueError: CLDR does not know the unit, or no number.
        """
        return self._writers.units(unit, length)(number if type(number) is int else exact(number, "number"))

    def relative(self, number: Decimal | int, *, unit: RelativeUnit = "day") -> str:
        """So many units from now, or ago when negative; always with the number (1 day, not tomorrow).

        >>> formats("en").relative(1), formats("es").relative(-1), formats("pl").relative(5, unit="hour")
        ('in 1 day', 'hace 1 día', 'za 5 godzin')

        Raises InvalidValueError: another unit than year, quarter, month, week, day, hour, minute and second.
        """
        return self._writers.relatives[unit](number if type(number) is int else exact(number, "number"))

    def interval(self, start: dt.date, end: dt.date, *, skeleton: str = "yMMMd") -> str:
        r"""The days (or moments, as their own clocks read) from start to end; one day where they are the same.

        ``skeleton`` names the fields that show, in CLDR's letters.

        >>> formats("en").interval(dt.date(2026, 11, 27), dt.date(2026, 12, 2))
        'Nov 27\u2009–\u2009Dec 2, 2026'

        Raises InvalidValueError: the end lies before the start, no dates, or a skeleton that is no letters.
        """
        return self._writers.intervals(skeleton)(start, end)

    def duration(self, duration: dt.timedelta) -> str:
        """The duration in days, hours, minutes and seconds, exactly; 24 hours are a day, and nothing is 0 minutes.

        >>> hours = formats("en").duration(dt.timedelta(hours=4))
        >>> hours, formats("es").duration(dt.timedelta(minutes=90))
        ('4 hours', '1 hora y 30 minutos')

        Raises InvalidValueError: no duration, or a negative one.
        """
        if not isinstance(duration, dt.timedelta):
            raise InvalidValueError.of("duration", type(duration).__name__, expected="a timedelta")
        return self._writers.durations(duration)


def _visible(number: Decimal | int) -> Decimal:
    if not isinstance(number, Decimal | int):
        raise InvalidValueError.of("number", type(number).__name__, expected="a Decimal or an int")
    return exact(number, "number")
