"""Numbers in the writing of one locale of Babel: signs, digits, groups, currencies and units.

Where Babel's own formatters differ from CLDR (a least number of digits before a group, spaces beside letters of a
currency, digits of the locale, minus zero), this follows CLDR.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from csprotocol.replies.mf2._cldr_gaps import CURRENCY_PATTERNS
from csprotocol.replies.mf2._errors import UnsupportedOperationError
from csprotocol.replies.mf2._locale_data import NumberStyle
from csprotocol.replies.mf2._parts import SubPart

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["BabelNumber", "Script"]

_AFFIX_KINDS = {"¤": "currency", "%": "percentSign", "-": "minusSign", "+": "plusSign"}


class Script(NamedTuple):
    """What a locale writes numbers with.

    ``digits`` is ``None`` where they are ASCII; ``minimum_grouping`` digits stand before the first separator at least.
    """

    symbols: Mapping[str, str]
    digits: Mapping[int, int] | None
    minimum_grouping: int


class BabelNumber:
    """Writes numbers of one style with one locale's pattern and symbols."""

    __slots__ = ("_affixes", "_decimal", "_digits", "_frame", "_group", "_group_sign", "_least", "_style", "_texts")

    def __init__(self, locale: Locale, style: NumberStyle, script: Script, category: Callable[[Decimal], str]) -> None:
        pattern, symbol = _pattern(locale, style), _symbol(locale, style)
        symbols = script.symbols
        self._style = style
        self._digits = script.digits
        self._decimal, self._group_sign = symbols["decimal"], symbols["group"]
        self._group = _grouping(pattern.grouping, style)
        # The least length of a whole number with a separator.
        self._least = (self._group[0] if self._group else 0) + _minimum_grouping(style, script)
        self._affixes = {
            sign: (_affix(before, symbols, symbol, opens=True), _affix(after, symbols, symbol, opens=False))
            for sign, (before, after) in _signed(pattern).items()
        }
        self._texts = {
            sign: ("".join([part.value for part in before]), "".join([part.value for part in after]))
            for sign, (before, after) in self._affixes.items()
        }
        self._frame = _frame_of(locale, style, category)

    def text(self, number: Decimal) -> str:
        """The number as text."""
        whole, _, fraction = f"{number:f}".lstrip("-").partition(".")
        bare = self._assembled(self._sign(number.is_signed(), zero=not number), whole, fraction)
        return bare if self._frame is None else self._frame.text(number, bare)

    def text_of_minor(self, minor: int, decimals: int) -> str:
        """The same for a whole number of minor units: 1990 with two decimals is 19.90."""
        if self._frame is not None:
            return self.text(Decimal(minor).scaleb(-decimals))
        spelled = str(abs(minor))
        sign = self._sign(minor < 0, zero=not minor)
        if not decimals:
            return self._assembled(sign, spelled, "")
        spelled = spelled.rjust(decimals + 1, "0")
        return self._assembled(sign, spelled[:-decimals], spelled[-decimals:])

    def parts(self, number: Decimal) -> tuple[SubPart, ...]:
        """The number in pieces."""
        before, after = self._affixes[self._sign(number.is_signed(), zero=not number)]
        pieces = (*before, *self._written(number), *after)
        return self._frame.parts(number, pieces) if self._frame else pieces

    def _sign(self, negative: bool, *, zero: bool) -> str:  # noqa: FBT001 - called for every number
        wish = self._style.sign
        if wish == "auto":
            return "-" if negative and not zero else ""
        if wish == "never" or (zero and wish != "always"):
            return ""
        if negative:
            return "-"
        return "+" if wish in {"always", "exceptZero"} else ""

    def _assembled(self, sign: str, whole: str, fraction: str) -> str:
        before, after = self._texts[sign]
        whole = self._padded(whole, fraction)
        if self._group is not None and len(whole) >= self._least:
            whole = self._group_sign.join(self._groups(whole))
        text = f"{whole}{self._decimal}{fraction}" if fraction else whole
        # Separators are no digits, so the whole may be put into the locale's digits at once.
        return f"{before}{text.translate(self._digits) if self._digits else text}{after}"

    def _padded(self, whole: str, fraction: str) -> str:
        least = self._style.minimum_integer
        if least == 1:
            return whole
        return "" if least == 0 and whole == "0" and fraction else whole.rjust(least, "0")

    def _written(self, number: Decimal) -> list[SubPart]:
        whole, _, fraction = f"{number.copy_abs():f}".partition(".")
        whole = self._padded(whole, fraction)
        if self._digits:
            whole, fraction = whole.translate(self._digits), fraction.translate(self._digits)
        parts: list[SubPart] = []
        for group in self._groups(whole):
            if parts:
                parts.append(SubPart("group", self._group_sign))
            parts.append(SubPart("integer", group))
        if fraction:
            parts += [SubPart("decimal", self._decimal), SubPart("fraction", fraction)]
        return parts

    def _groups(self, whole: str) -> list[str]:
        if self._group is None or len(whole) < self._least:
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
        return _currency_pattern(locale, is_accounting=style.accounting)
    return locale.decimal_formats[None]


def _currency_pattern(locale: Locale, *, is_accounting: bool) -> Any:
    from babel.numbers import parse_pattern

    formats = locale.currency_formats
    # Not every locale has a pattern of its own for accounts.
    if is_accounting and formats.get("accounting"):
        return formats["accounting"]
    spaced = CURRENCY_PATTERNS.get(str(locale).replace("_", "-"))
    return parse_pattern(spaced) if spaced else formats["standard"]


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


def _minimum_grouping(style: NumberStyle, script: Script) -> int:
    if style.grouping == "always":
        return 1
    return max(2, script.minimum_grouping) if style.grouping == "min2" else script.minimum_grouping


class _Frame:
    """The name of a currency or a unit around a number."""

    __slots__ = ("_category", "_kind", "_names", "_patterns")

    def __init__(
        self, kind: str, patterns: Mapping[str, str], names: Mapping[str, str], category: Callable[[Decimal], str]
    ) -> None:
        self._kind = kind
        self._patterns = patterns
        self._names = names
        self._category = category

    def text(self, number: Decimal, written: str) -> str:
        """The written number with its name."""
        pattern, name = self._found(number)
        return pattern.replace("{1}", name).replace("{0}", written)

    def parts(self, number: Decimal, pieces: tuple[SubPart, ...]) -> tuple[SubPart, ...]:
        """The pieces of the number with the name's around them."""
        pattern, name = self._found(number)
        before, place, after = pattern.partition("{0}")
        # Arabic says one and two hours without a figure.
        shown = pieces if place else ()
        first, last = ((SubPart(self._kind, text.replace("{1}", name)),) if text else () for text in (before, after))
        return (*first, *shown, *last)

    def _found(self, number: Decimal) -> tuple[str, str]:
        category = self._category(number.copy_abs())
        return (
            self._patterns.get(category) or self._patterns["other"],
            self._names.get(category) or self._names["other"],
        )


def _frame_of(locale: Locale, style: NumberStyle, category: Callable[[Decimal], str]) -> _Frame | None:
    """What puts the name of a currency or a unit around a number; ``None`` where there is none to put."""
    if style.kind == "unit":
        return _Frame("unit", _unit_patterns(locale, style), {"other": ""}, category)
    if style.kind == "currency" and style.currency_display == "name":
        held: Any = locale._data
        names = dict(held["currency_names_plural"].get(style.currency) or {})
        names.setdefault("other", str(locale.currencies.get(style.currency, style.currency)))
        return _Frame("currency", dict(held["currency_unit_patterns"]), names, category)
    return None


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
            own = patterns.get(display, {})
            # In CLDR's root the short texts stand for the others.
            found = dict(own) if "other" in own else {**patterns.get("short", {}), **own}
            return found if "other" in found else None
    return None
