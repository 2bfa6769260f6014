"""Lists and relative times of one locale: words that stand around others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, TypeAlias, get_args

from csprotocol.errors import InvalidValueError
from csprotocol.replies import mf2
from csprotocol.replies._cldr_exact import exact

__all__ = ["ListStyle", "RelativeUnit", "list_writer", "relative_writer"]

ListStyle: TypeAlias = Literal["standard", "standard-short", "or", "or-short", "unit", "unit-short", "unit-narrow"]
RelativeUnit: TypeAlias = Literal["year", "quarter", "month", "week", "day", "hour", "minute", "second"]

# The aliases of CLDR's root, which Babel's data leaves out.
_STYLE_FALLBACKS: dict[str, tuple[str, ...]] = {
    "or-short": ("or",),
    "standard-short": ("standard",),
    "unit": ("unit-short", "standard"),
    "unit-narrow": ("unit-short", "unit", "standard"),
    "unit-short": ("standard",),
}
# As ICU has it: y becomes e before the sound i, but not before a glide (hielo, hiato); accented letters added.
_SOUNDS_I = re.compile(r"[ií]|h[ií](?![aáeé])", re.IGNORECASE)
# o becomes u before the sound o: ocho, hotel, 8, 80, 11.
_SOUNDS_O = re.compile(r"h?[oó]|8|11(?: |\Z)", re.IGNORECASE)
_EUPHONY: dict[str, tuple[re.Pattern[str], str]] = {
    "{0} y {1}": (_SOUNDS_I, "{0} e {1}"),
    "{0} o {1}": (_SOUNDS_O, "{0} u {1}"),
}
_DIGITS = mf2.Digits()
# With what such texts may begin: most do not, and need no pattern.
_BEGINNINGS = {_SOUNDS_I: "iIíÍhHİı", _SOUNDS_O: "oOóÓhH81"}
_Join: TypeAlias = Callable[[str, str], str]


def list_writer(data: mf2.BabelLocaleData, style: str) -> Callable[[Iterable[str]], str]:
    """What joins texts as the locale does."""
    patterns = _list_patterns(data, style)
    start, middle = _joint(patterns["start"]), _joint(patterns["middle"])
    is_spanish = data.babel.language == "es"
    end, pair = (_last_joint(patterns.get(name, patterns["end"]), is_spanish=is_spanish) for name in ("end", "2"))
    # Nearly everywhere the patterns only stand between the texts, so that str.join does the work.
    between = _bare(patterns["start"]) if patterns["start"] == patterns["middle"] else None
    before_last = None if is_spanish else _bare(patterns["end"])

    def write(items: Iterable[str]) -> str:
        texts = items if type(items) is tuple or type(items) is list else _several(items)
        count = len(texts)
        try:
            "".join(texts)
        except TypeError:
            raise InvalidValueError.of("items", _first_foreign(texts), expected="texts") from None
        if count < 2:
            return texts[0] if texts else ""
        if count == 2:
            return pair(texts[0], texts[1])
        if between is not None:
            most, last = between.join(texts[:-1]), texts[-1]
            return end(most, last) if before_last is None else f"{most}{before_last}{last}"
        result = start(texts[0], texts[1])
        for text in texts[2:-1]:
            result = middle(result, text)
        return end(result, texts[-1])

    return write


def _several(items: Iterable[str]) -> Sequence[str]:
    if isinstance(items, str):
        raise InvalidValueError.of("items", "str", expected="several texts", hint="put the text into a list")
    return tuple(items)


def _first_foreign(texts: Sequence[object]) -> str:
    return next(type(each).__name__ for each in texts if not isinstance(each, str))


def _list_patterns(data: mf2.BabelLocaleData, style: str) -> dict[str, str]:
    if style not in get_args(ListStyle):
        raise InvalidValueError.unknown("style", style, get_args(ListStyle))
    known: Any = data.babel.list_patterns
    patterns: dict[str, str] = {}
    # Some styles leave to the next what is the same there.
    for name in reversed((style, *_STYLE_FALLBACKS.get(style, ()))):
        patterns |= known.get(name, {})
    return patterns


def _bare(pattern: str) -> str | None:
    """The text between the two places of a pattern; ``None`` where something stands around them too."""
    between = pattern.removeprefix("{0}").removesuffix("{1}")
    return between if len(between) == len(pattern) - 6 and "{" not in between else None


def _joint(pattern: str) -> _Join:
    between = _bare(pattern)
    if between is None:
        return pattern.format
    return lambda first, second: f"{first}{between}{second}"


def _last_joint(pattern: str, *, is_spanish: bool) -> _Join:
    usual = _joint(pattern)
    if not is_spanish or pattern not in _EUPHONY:
        return usual
    clashes, other = _EUPHONY[pattern]
    beginnings, bare, changed = _BEGINNINGS[clashes], _bare(pattern), _joint(other)

    def join(first: str, second: str) -> str:
        if second[:1] in beginnings and clashes.match(second):
            return changed(first, second)
        return f"{first}{bare}{second}"

    return join


def relative_writer(data: mf2.BabelLocaleData, unit: str) -> Callable[[Decimal | int], str]:
    """What writes a number of units before or after now."""
    if unit not in get_args(RelativeUnit):
        raise InvalidValueError.unknown("unit", unit, get_args(RelativeUnit))
    fields: Any = data.babel._data["date_fields"]
    field = fields.get(f"{unit}-long") or fields[unit]
    past, future = dict(field["past"]), dict(field["future"])
    number_text = data.number(mf2.NumberStyle()).text

    @lru_cache(maxsize=1024)
    def write(number: Decimal | int) -> str:
        shown = _DIGITS.rounded(exact(number, "number"))
        patterns = past if shown < 0 else future
        category = data.plural(shown.copy_abs(), ordinal=False)
        pattern = patterns.get(category) or patterns["other"]
        return str(pattern).replace("{0}", number_text(shown.copy_abs()))

    return write
