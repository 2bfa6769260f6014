"""What Babel's own formatters write, and what is left to change of it to have CLDR's text: the judge of ``cldr``.

Slow and obvious on purpose. Each mend works on Babel's finished text or chooses among Babel's own options; none of them
uses the code that is judged.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel import Locale, dates, lists, numbers, units

# The digits of the numbering systems, by their names in Unicode.
_SCRIPTS = {
    "adlm": "ADLAM",
    "arab": "ARABIC-INDIC",
    "arabext": "EXTENDED ARABIC-INDIC",
    "beng": "BENGALI",
    "cakm": "CHAKMA",
    "deva": "DEVANAGARI",
    "hmnp": "NYIAKENG PUACHUE HMONG",
    "mtei": "MEETEI MAYEK",
    "mymr": "MYANMAR",
    "nkoo": "NKO",
    "olck": "OL CHIKI",
    "tibt": "TIBETAN",
}
# CLDR 48, minimumGroupingDigits; the nearest in the chain of parents counts.
_TWO = ("be", "bg", "es", "et", "hu", "hy", "ia", "ie", "it", "ka", "lv", "pl", "pt_PT", "ru_UA", "sl", "sq")
_MINIMUM_GROUPING = {**dict.fromkeys(_TWO, 2), "ee": 3, "es_419": 1, "pt_AO": 1}
_SPACED = {"es_AR": "¤\xa0#,##0.00", "es_CO": "¤\xa0#,##0.00"}
_BARE_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")
# A digit, but not one of the month names of CLDR's root (M01), which are names.
_DIGIT = re.compile(r"(?<!M)(?<!M\d)\d")

Answer = tuple[str, str, tuple[str, ...]]
"""Babel's text, CLDR's, and the reasons for the difference."""


@dataclass
class Tally:
    """How often ours was compared, and how often Babel's text had to be changed, by the reason."""

    compared: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[object, ...]] = field(default_factory=list)

    def take(self, ours: str, raw: str, mended: str, reasons: tuple[str, ...], *about: object) -> None:
        """One comparison: ours is Babel's text, changed only where a reason is given for it."""
        self.compared += 1
        if ours != mended or (mended != raw and not reasons):
            self.wrong.append((*about, ours, mended, raw))
        elif mended != raw:
            self.changed[" + ".join(reasons)] += 1


class Mended:
    """Babel's texts of one locale, each with the CLDR text and the reasons why they differ."""

    def __init__(self, identifier: str) -> None:
        self.locale = Locale.parse(identifier)
        self.minimum_grouping = next(
            (_MINIMUM_GROUPING[each] for each in chain(identifier) if each in _MINIMUM_GROUPING), 1
        )
        system = self.locale.default_numbering_system
        script = _SCRIPTS.get(system)
        known: Any = self.locale.number_symbols
        # Where a system has no signs of its own the Latin ones stand for them; Babel would write its own guess.
        self.system = "default" if script and {"decimal", "group"} <= set(known.get(system, ())) else "latn"
        zero = ord(unicodedata.lookup(f"{script} DIGIT ZERO")) if script else 0
        self.digits = {ord("0") + n: zero + n for n in range(10)} if script else {}

    def _number(self, write: Callable[..., str], value: Decimal, shown: Decimal) -> Answer:
        """``write`` in Babel's usual way, and as CLDR has it for the number that is shown."""
        raw = write(value)
        reasons = []
        options: dict[str, Any] = {}
        if shown != value or (not shown and value.is_signed()):
            reasons.append("half up" if shown != value else "minus zero")
        whole = f"{abs(shown):f}".partition(".")[0]
        if self.minimum_grouping > 1 and len(whole) < 3 + self.minimum_grouping:
            options["group_separator"] = False
            reasons.append("grouping")
        if self.digits:
            options["numbering_system"] = self.system
            reasons.append("digits")
        text = write(shown or abs(shown), **options)
        signed = self._signed(text, is_negative=shown < 0)
        if signed != text:
            reasons.append("signs")
        return raw, signed.translate(self.digits), tuple(reasons)

    def _signed(self, text: str, *, is_negative: bool) -> str:
        """The signs of the locale, where Babel leaves those of the pattern."""
        symbols: Any = self.locale.number_symbols
        system = self.locale.default_numbering_system if self.digits else "latn"
        own = {**symbols["latn"], **symbols.get(system, {})}
        if is_negative and own["minusSign"] not in text:
            text = text.replace("-", own["minusSign"])
        return text if own["percentSign"] in text else text.replace("%", own["percentSign"])

    def number(self, value: Decimal) -> Answer:
        """A plain number."""
        shown = value.quantize(Decimal("0.001"), ROUND_HALF_UP)
        return self._number(
            lambda number, **options: numbers.format_decimal(number, locale=self.locale, **options), value, shown
        )

    def percent(self, value: Decimal) -> Answer:
        """A share of one."""
        raw, _, _ = self._number(
            lambda each, **options: numbers.format_percent(each, locale=self.locale, **options), value, value
        )
        percents = (value * 100).quantize(Decimal(1), ROUND_HALF_UP)
        _, mended, reasons = self._number(
            lambda each, **options: numbers.format_percent(each / 100, locale=self.locale, **options),
            percents,
            percents,
        )
        return raw, mended, (*reasons, "half up") if percents != value * 100 else reasons

    def currency(self, value: Decimal, currency: str) -> Answer:
        """An amount of money."""
        step = Decimal(1).scaleb(-numbers.get_currency_precision(currency))
        spaced = _SPACED.get(str(self.locale))

        def write(number: Decimal, **options: Any) -> str:
            if options.pop("mend", False) and spaced:
                options["format"] = spaced
            return numbers.format_currency(number, currency, locale=self.locale, **options)

        raw, _, reasons = self._number(write, value, value.quantize(step, ROUND_HALF_UP))
        _, text, _ = self._number(
            lambda number, **options: write(number, mend=True, **options), value, value.quantize(step, ROUND_HALF_UP)
        )
        mended = self._spaced(text, numbers.get_currency_symbol(currency, self.locale))
        return raw, mended, (*reasons, "spacing") if mended != text or spaced else reasons

    @staticmethod
    def _spaced(text: str, symbol: str) -> str:
        """CLDR's currency spacing: a no-break space between a digit and what is neither a symbol nor a space."""
        before, _, after = text.partition(symbol)
        if after and unicodedata.category(after[0]) == "Nd" and unicodedata.category(symbol[-1])[0] not in "SZ":
            return f"{before}{symbol}\xa0{after}"
        if before and unicodedata.category(before[-1]) == "Nd" and unicodedata.category(symbol[0])[0] not in "SZ":
            return f"{before}\xa0{symbol}{after}"
        return text

    def _in_digits(self, raw: str) -> Answer:
        return raw, self._digits_of(raw), ("digits",) if self.digits else ()

    def date(self, day: dt.date, length: str) -> Answer:
        """A date."""
        return self._in_digits(dates.format_date(day, length, locale=self.locale))

    def datetime(self, at: dt.datetime, length: str) -> Answer:
        """A datetime with a zone."""
        raw = dates.format_datetime(at, length, tzinfo=at.tzinfo, locale=self.locale)
        named = raw
        for width in ("long", "short"):
            bare = dates.get_timezone_name(at, width, locale=self.locale)
            match = _BARE_OFFSET.fullmatch(bare)
            if match and length in {"full", "long"}:
                named = named.replace(bare, self._offset(match))
        reasons = (("zone",) if named != raw else ()) + (("digits",) if self.digits else ())
        return raw, self._digits_of(named), reasons

    def _offset(self, match: re.Match[str]) -> str:
        minutes = f":{match[3]}" if match[3] != "00" else ""
        return str(self.locale.zone_formats["gmt"]) % f"{match[1]}{int(match[2])}{minutes}"

    def _digits_of(self, text: str) -> str:
        return _DIGIT.sub(lambda match: match[0].translate(self.digits), text)

    def interval(self, start: dt.date, end: dt.date, skeleton: str) -> Answer:
        """The days from start to end."""
        return self._in_digits(dates.format_interval(start, end, skeleton, locale=self.locale))

    def items(self, texts: list[str], style: Any) -> Answer | None:
        """Texts as an enumeration; ``None`` where Babel has not all patterns of the style, and fails or doubles one."""
        if not {"start", "middle", "end", "2"} <= set(lists._resolve_list_style(self.locale, style)):
            return None
        text = lists.format_list(texts, style=style, locale=self.locale)
        return text, text, ()

    def unit(self, value: Decimal, unit: str, length: str) -> Answer:
        """A number of units."""
        any_length: Any = length
        raw = units.format_unit(value, unit, any_length, locale=self.locale)
        known: Any = self.locale._data["unit_patterns"][unit]
        own = known.get(length, {})
        _, text, reasons = self.number(value)
        category = self.locale.plural_form(value.quantize(Decimal("0.001"), ROUND_HALF_UP).normalize())
        if category in own:
            return raw, own[category].replace("{0}", text), reasons
        # A category without text is written as "other", a length without texts as "short"; Babel writes its key.
        patterns = own if "other" in own else {**known["short"], **own}
        return raw, patterns.get(category, patterns["other"]).replace("{0}", text), (*reasons, "absent")

    def relative(self, number: int, unit: Any) -> Answer:
        """So many units from now."""
        seconds = dict(dates.TIMEDELTA_UNITS)[unit] * number
        raw = dates.format_timedelta(seconds, granularity=unit, threshold=1e99, add_direction=True, locale=self.locale)
        _, text, reasons = self.number(Decimal(abs(number)))
        # Babel writes the number as Python does; CLDR has it in the locale's groups, which may be of two digits.
        return raw, raw.replace(str(abs(number)), text), reasons or ("groups",)


def chain(identifier: str) -> list[str]:
    """The locale and its parents, as Babel loads its data."""
    from babel.core import get_global

    found = [identifier]
    while parent := get_global("parent_exceptions").get(found[-1]) or found[-1].rpartition("_")[0]:
        found.append(str(parent))
    return found
