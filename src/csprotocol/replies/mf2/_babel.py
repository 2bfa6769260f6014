"""Locale data from Babel: the default answer to ``LocaleData``.

Babel is imported here only, and only when a message first needs it. Where Babel's own formatters differ from CLDR
(symbols beside letters, digits of the locale), this follows CLDR.
"""

from __future__ import annotations

import decimal
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from csprotocol.replies.mf2._babel_moments import moment_formatter
from csprotocol.replies.mf2._digits import ARITHMETIC
from csprotocol.replies.mf2._errors import UnsupportedOperationError
from csprotocol.replies.mf2._locale_data import MomentFormatter, MomentStyle, NumberStyle
from csprotocol.replies.mf2._parts import SubPart
from csprotocol.replies.mf2._values import Direction

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["BabelLocaleData", "locale_data"]

_SUBTAGS = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{2,8})*")
# The zeros of the numbering systems that are some locale's default in CLDR.
_ZEROS = {
    "adlm": 0x1E950,
    "arab": 0x660,
    "arabext": 0x6F0,
    "beng": 0x9E6,
    "cakm": 0x11136,
    "deva": 0x966,
    "hanidec": 0,
    "mymr": 0x1040,
    "nkoo": 0x7C0,
    "olck": 0x1C50,
    "tibt": 0xF20,
}
_ONE = Decimal(1)
_AFFIX_KINDS = {"¤": "currency", "%": "percentSign", "-": "minusSign", "+": "plusSign"}


@lru_cache(maxsize=256)
def locale_data(locale: str) -> BabelLocaleData:
    """The data of the nearest locale that Babel knows; of none in particular for an unknown language.

    >>> locale_data("es-MX").direction, locale_data("he").direction, locale_data("und").direction
    ('ltr', 'rtl', 'auto')
    """
    return BabelLocaleData(locale)


def _nearest(locale: str) -> Locale | None:
    from babel import Locale, UnknownLocaleError

    match = _SUBTAGS.match(locale)
    tags = match[0].replace("_", "-").split("-") if match else []
    # What follows a single letter (-u-nu-arab) names settings, not a language; the expression stops before it.
    while tags and tags[0].lower() not in {"und", "root"}:
        try:
            return Locale.parse("-".join(tags), sep="-")
        except (UnknownLocaleError, ValueError):
            tags.pop()
    return None


class BabelLocaleData:
    """One locale of Babel, read as formatters ask for it."""

    __slots__ = ("_locale", "_moments", "_numbers", "_plurals", "digits", "direction", "locale", "symbols")

    def __init__(self, locale: str) -> None:
        from babel import Locale

        known = _nearest(locale)
        self.locale = locale
        self._locale: Locale = known or Locale("root")
        self.direction: Direction = "auto" if known is None else "rtl" if known.text_direction == "rtl" else "ltr"
        system = self._locale.default_numbering_system
        zero = _ZEROS.get(system, 0)
        self.digits = {ord("0") + n: zero + n for n in range(10)} if zero else None
        by_system: Any = self._locale.number_symbols
        self.symbols: Mapping[str, str] = dict(by_system.get(system if zero else "latn") or by_system["latn"])
        self._numbers = lru_cache(maxsize=256)(lambda style: BabelNumber(self, self._locale, style))
        self._moments = lru_cache(maxsize=64)(lambda style: moment_formatter(self._locale, self.digits, style))
        self._plurals: tuple[Callable[[Decimal | int], str], Callable[[Decimal | int], str]] = (
            self._locale.plural_form,
            self._locale.ordinal_form,
        )

    def number(self, style: NumberStyle) -> BabelNumber:
        """A formatter of numbers, made once a style."""
        return self._numbers(style)

    def moment(self, style: MomentStyle) -> MomentFormatter:
        """A formatter of dates and times, made once a style."""
        return self._moments(style)

    def plural(self, number: Decimal, *, ordinal: bool) -> str:
        """The CLDR category of the number."""
        return _category(self._plurals[ordinal], number)

    def currency_digits(self, currency: str) -> int:
        """The decimals of the currency; 2 for one that CLDR does not list."""
        from babel.core import get_global

        fractions = get_global("currency_fractions")
        return int((fractions.get(currency) or fractions["DEFAULT"])[0])


def _category(rule: Callable[[Decimal | int], str], number: Decimal) -> str:
    # Babel is quicker with an int, and sees the same digits in it.
    if number.same_quantum(_ONE):
        return rule(int(number))
    # Its arithmetic fails on more digits than the usual context has.
    with decimal.localcontext(ARITHMETIC):
        return rule(number)


class BabelNumber:
    """Writes numbers of one style with one locale's pattern and symbols."""

    __slots__ = ("_affixes", "_data", "_frame", "_group", "_minimum_grouping", "_style", "_texts")

    def __init__(self, data: BabelLocaleData, locale: Locale, style: NumberStyle) -> None:
        pattern, symbol = _pattern(locale, style), _symbol(locale, style)
        self._data = data
        self._style = style
        self._group = _grouping(pattern.grouping, style)
        self._minimum_grouping = 2 if style.grouping == "min2" else 1
        self._affixes = {
            sign: (
                _affix(before, data.symbols, symbol, opens=True),
                _affix(after, data.symbols, symbol, opens=False),
            )
            for sign, (before, after) in _signed(pattern).items()
        }
        self._texts = {
            sign: ("".join(part.value for part in before), "".join(part.value for part in after))
            for sign, (before, after) in self._affixes.items()
        }
        self._frame = _frame_of(locale, style)

    def text(self, number: Decimal) -> str:
        """The number as text."""
        if self._frame:
            return "".join([part.value for part in self.parts(number)])
        before, after = self._texts[self._sign(number)]
        whole, fraction = self._spelled(number)
        symbols = self._data.symbols
        if self._group is not None:
            whole = symbols["group"].join(self._groups(whole))
        return f"{before}{whole}{symbols['decimal']}{fraction}{after}" if fraction else f"{before}{whole}{after}"

    def parts(self, number: Decimal) -> tuple[SubPart, ...]:
        """The number in pieces."""
        before, after = self._affixes[self._sign(number)]
        pieces = (*before, *self._written(number), *after)
        return self._frame(number, pieces) if self._frame else pieces

    def _sign(self, number: Decimal) -> str:
        wish = self._style.sign
        if wish == "never" or (not number and wish != "always"):
            return ""
        if number.is_signed():
            return "-"
        return "+" if wish in {"always", "exceptZero"} else ""

    def _spelled(self, number: Decimal) -> tuple[str, str]:
        """The digits before and after the decimal sign."""
        whole, _, fraction = f"{number.copy_abs():f}".partition(".")
        whole = whole.rjust(self._style.minimum_integer, "0")
        if self._style.minimum_integer == 0 and whole == "0" and fraction:
            whole = ""
        digits = self._data.digits
        return (whole.translate(digits), fraction.translate(digits)) if digits else (whole, fraction)

    def _written(self, number: Decimal) -> list[SubPart]:
        whole, fraction = self._spelled(number)
        symbols = self._data.symbols
        parts: list[SubPart] = []
        for group in self._groups(whole):
            if parts:
                parts.append(SubPart("group", symbols["group"]))
            parts.append(SubPart("integer", group))
        if fraction:
            parts += [SubPart("decimal", symbols["decimal"]), SubPart("fraction", fraction)]
        return parts

    def _groups(self, whole: str) -> list[str]:
        if self._group is None or len(whole) < self._group[0] + self._minimum_grouping:
            return [whole] if whole else []
        first, further = self._group
        groups = [whole[-first:]]
        rest = whole[:-first]
        while rest:
            groups.append(rest[-further:])
            rest = rest[:-further]
        return groups[::-1]


def _pattern(locale: Locale, style: NumberStyle) -> Any:
    if style.kind == "percent":
        return locale.percent_formats[None]
    if style.kind == "currency" and style.currency_display not in {"name", "never"}:
        # Not every locale has a pattern of its own for accounts.
        formats = locale.currency_formats
        return (formats.get("accounting") if style.accounting else None) or formats["standard"]
    return locale.decimal_formats[None]


def _symbol(locale: Locale, style: NumberStyle) -> str:
    if style.kind != "currency" or style.currency_display == "code":
        return style.currency
    # Babel has no narrow symbols; the standard lets them be the usual ones.
    return str(locale.currency_symbols.get(style.currency, style.currency))


def _grouping(grouping: tuple[int, int], style: NumberStyle) -> tuple[int, int] | None:
    return None if style.grouping == "never" or grouping[0] > 9 else (grouping[0], min(grouping[1], 9) or grouping[0])


def _signed(pattern: Any) -> dict[str, tuple[str, str]]:
    """The text before and after a number without sign, with minus and with plus."""
    plain, minus = zip(pattern.prefix, pattern.suffix, strict=True)
    has_sign = "-" in minus[0] + minus[1]
    plus = (minus[0].replace("-", "+"), minus[1].replace("-", "+")) if has_sign else (f"+{plain[0]}", plain[1])
    return {"": plain, "-": minus, "+": plus}


def _affix(affix: str, symbols: Mapping[str, str], symbol: str, *, opens: bool) -> tuple[SubPart, ...]:
    words = {"¤": symbol, "%": symbols["percentSign"], "-": symbols["minusSign"], "+": symbols["plusSign"]}
    bare = affix.replace("'", "")
    parts = [SubPart(_AFFIX_KINDS.get(sign, "literal"), words.get(sign, sign)) for sign in bare]
    if bare[-1:] == "¤" and opens and _needs_space(symbol[-1:]):
        parts.append(SubPart("literal", "\xa0"))
    if bare[:1] == "¤" and not opens and _needs_space(symbol[:1]):
        parts.insert(0, SubPart("literal", "\xa0"))
    return tuple(parts)


def _needs_space(edge: str) -> bool:
    # CLDR's currency spacing: between a digit and anything that is neither a symbol nor a space.
    return bool(edge) and unicodedata.category(edge)[0] not in "SZ"


def _frame_of(
    locale: Locale, style: NumberStyle
) -> Callable[[Decimal, tuple[SubPart, ...]], tuple[SubPart, ...]] | None:
    """What puts the name of a currency or a unit around a number; ``None`` where there is none to put."""
    if style.kind == "unit":
        patterns, names, kind = _unit_patterns(locale, style), {"other": ""}, "unit"
    elif style.kind == "currency" and style.currency_display == "name":
        held: Any = locale._data
        patterns = dict(held["currency_unit_patterns"])
        names = dict(held["currency_names_plural"].get(style.currency) or {})
        names.setdefault("other", str(locale.currencies.get(style.currency, style.currency)))
        kind = "currency"
    else:
        return None

    def frame(number: Decimal, pieces: tuple[SubPart, ...]) -> tuple[SubPart, ...]:
        category = _category(locale.plural_form, number.copy_abs())
        pattern = patterns.get(category) or patterns["other"]
        before, _, after = pattern.partition("{0}")
        name = names.get(category) or names["other"]
        texts = [SubPart(kind, text.replace("{1}", name)) for text in (before, after)]
        return (*(texts[:1] if before else ()), *pieces, *(texts[1:] if after else ()))

    return frame


def _unit_patterns(locale: Locale, style: NumberStyle) -> dict[str, str]:
    known: Any = locale._data["unit_patterns"]
    found = _simple_unit(known, style.unit, style.unit_display)
    if found is None and "-per-" in style.unit:
        above, _, below = style.unit.partition("-per-")
        found, per = (_simple_unit(known, unit, style.unit_display) for unit in (above, below))
        if found is not None and per is not None:
            join = per.get("per") or locale._data["compound_unit_patterns"]["per"][style.unit_display]["compound"]
            bare = per.get("one", per["other"]).replace("{0}", "").strip()
            return {
                category: join.replace("{0}", pattern).replace("{1}", bare)
                for category, pattern in found.items()
                if category != "per"
            }
        found = None
    if found is None:
        raise UnsupportedOperationError(f"there is no data for the unit {style.unit}", hint="use a unit of CLDR")
    return found


def _simple_unit(known: Any, unit: str, display: str) -> dict[str, str] | None:
    for name in known:
        if name == unit or name.partition("-")[2] == unit:
            patterns = known[name]
            return dict(patterns.get(display) or patterns.get("short") or patterns["long"])
    return None
