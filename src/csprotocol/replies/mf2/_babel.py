"""Locale data from Babel: the default answer to ``LocaleData``.

Babel is imported below this module only, and only when a message first needs it. Where Babel's own formatters differ
from CLDR, this follows CLDR; ``_babel_number`` says where.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from csprotocol.replies.mf2._babel_moments import moment_formatter
from csprotocol.replies.mf2._babel_number import BabelNumber, Script
from csprotocol.replies.mf2._babel_pattern import compiled
from csprotocol.replies.mf2._cldr_gaps import MINIMUM_GROUPING_DIGITS
from csprotocol.replies.mf2._digits import ARITHMETIC
from csprotocol.replies.mf2._lineage import canonical_locale, parent_chain
from csprotocol.replies.mf2._locale_data import MomentFormatter, MomentStyle, NumberStyle
from csprotocol.replies.mf2._values import Direction

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["BabelLocaleData", "locale_data"]

# The zeros of the numbering systems that are some locale's default in CLDR; the other digits follow them.
_ZEROS = {
    "adlm": 0x1E950,
    "arab": 0x660,
    "arabext": 0x6F0,
    "beng": 0x9E6,
    "cakm": 0x11136,
    "deva": 0x966,
    "hmnp": 0x1E140,
    "mtei": 0xABF0,
    "mymr": 0x1040,
    "nkoo": 0x7C0,
    "olck": 0x1C50,
    "rohg": 0x10D30,
    "tibt": 0xF20,
}
_ONE = Decimal(1)


@lru_cache(maxsize=256)
def locale_data(locale: str, *, grouping: Literal["auto", "always"] = "auto") -> BabelLocaleData:
    r"""The data of the nearest locale that Babel knows; of none in particular for an unknown language.

    ``grouping`` says what ``useGrouping=auto`` means: as CLDR has it, or ``always`` from four digits on.

    >>> from csprotocol.replies import mf2
    >>> [mf2.locale_data(locale).direction for locale in ("es-MX", "he", "und")]
    ['ltr', 'rtl', 'auto']
    >>> style = mf2.NumberStyle()
    >>> [mf2.locale_data("es", grouping=each).number(style).text(Decimal(1234)) for each in ("auto", "always")]
    ['1234', '1.234']
    """
    return BabelLocaleData(locale, grouping=grouping)


def _nearest(locale: str) -> Locale | None:
    from babel import Locale, UnknownLocaleError

    name = canonical_locale(locale)
    tags = name.split("-") if name else []
    while tags:
        try:
            return Locale.parse("-".join(tags), sep="-")
        except (UnknownLocaleError, ValueError):
            tags.pop()
    return None


class BabelLocaleData:
    """One locale of Babel, read as formatters ask for it; made by ``locale_data``.

    ``babel`` is Babel's own locale, the root for an unknown language; ``plural_of`` the category of whole numbers.

    >>> from csprotocol.replies import mf2
    >>> str(mf2.locale_data("es-ZZ").babel), mf2.locale_data("pl").plural_of(5)
    ('es', 'many')
    """

    __slots__ = (
        "_moments",
        "_numbers",
        "_patterns",
        "_plurals",
        "babel",
        "digits",
        "direction",
        "locale",
        "plural_of",
        "symbols",
    )

    def __init__(self, locale: str, *, grouping: Literal["auto", "always"] = "auto") -> None:
        from babel import Locale

        known = _nearest(locale)
        self.locale = locale
        self.babel: Locale = known or Locale("root")
        self.direction: Direction = "auto" if known is None else "rtl" if known.text_direction == "rtl" else "ltr"
        system = self.babel.default_numbering_system
        zero = _ZEROS.get(system, 0)
        self.digits = {ord("0") + n: zero + n for n in range(10)} if zero else None
        by_system: Any = self.babel.number_symbols
        # Some systems have digits of their own and leave the signs to the Latin ones.
        self.symbols: Mapping[str, str] = {**by_system["latn"], **(by_system.get(system, {}) if zero else {})}
        script = Script(self.symbols, self.digits, 1 if grouping == "always" else _minimum_grouping(self.babel))
        # All caches are keyed by styles, numbers and moments: no text of a customer stays in them.
        self._numbers = lru_cache(maxsize=256)(lambda style: BabelNumber(self.babel, style, script, self._cardinal))
        self._moments = lru_cache(maxsize=64)(lambda style: moment_formatter(self.babel, self.digits, style))
        self._patterns = lru_cache(maxsize=128)(lambda pattern: compiled(pattern, self.babel, self.digits))
        self._plurals = (_plural_rule(self.babel.plural_form), _plural_rule(self.babel.ordinal_form))
        self.plural_of: Callable[[int], str] = lru_cache(maxsize=2048)(self.babel.plural_form)

    def number(self, style: NumberStyle) -> BabelNumber:
        """A formatter of numbers, made once a style."""
        return self._numbers(style)

    def moment(self, style: MomentStyle) -> MomentFormatter:
        """A formatter of dates and times, made once a style."""
        return self._moments(style)

    def pattern(self, pattern: str) -> MomentFormatter:
        """A formatter of moments by a date pattern of CLDR such as ``d MMM y``, made once a pattern."""
        return self._patterns(pattern)

    def plural(self, number: Decimal, *, ordinal: bool) -> str:
        """The CLDR category of the number."""
        return self._plurals[ordinal](str(number))

    def _cardinal(self, number: Decimal) -> str:
        return self._plurals[False](str(number))

    def currency_digits(self, currency: str) -> int:
        """The decimals of the currency; 2 for one that CLDR does not list."""
        from babel.core import get_global

        fractions = get_global("currency_fractions")
        return int((fractions.get(currency) or fractions["DEFAULT"])[0])


def _minimum_grouping(locale: Locale) -> int:
    chain = parent_chain(str(locale))
    return next((MINIMUM_GROUPING_DIGITS[each] for each in chain if each in MINIMUM_GROUPING_DIGITS), 1)


def _plural_rule(rule: Callable[[Decimal | int], str]) -> Callable[[str], str]:
    """The rule for numbers as they are spelled: 1 and 1.0 are equal, but not alike."""

    @lru_cache(maxsize=2048)
    def category(spelled: str) -> str:
        number = Decimal(spelled)
        # Babel is quicker with an int, and sees the same digits in it.
        if number.same_quantum(_ONE):
            return rule(int(number))
        # Its arithmetic fails on more digits than the usual context has.
        with decimal.localcontext(ARITHMETIC):
            return rule(number)

    return category
