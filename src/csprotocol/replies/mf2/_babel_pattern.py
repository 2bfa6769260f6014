"""Date patterns of CLDR (``d MMM y``) compiled: each field becomes a look-up in the locale's names and digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from csprotocol.replies.mf2._locale_data import MomentFormatter

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["compiled"]

_OFFSET = re.compile(r"([+-])([0-9]{2})([0-9]{2})")
_WIDTHS = {3: "abbreviated", 4: "wide", 5: "narrow", 6: "short"}
_Digits: TypeAlias = Mapping[int, int] | None
_Field: TypeAlias = Callable[[datetime], str]


def compiled(pattern: str, locale: Locale, digits: _Digits) -> MomentFormatter:
    """What writes moments by the pattern, in the locale's names and digits."""
    from babel.dates import tokenize_pattern

    tokens: list[Any] = tokenize_pattern(pattern)
    pieces: list[str | _Field] = [
        _field(content[0], content[1], locale, digits) if kind == "field" else str(content) for kind, content in tokens
    ]

    def write(moment: datetime) -> str:
        return "".join([piece if type(piece) is str else piece(moment) for piece in pieces])  # type: ignore[operator]

    return write


def _field(letter: str, length: int, locale: Locale, digits: _Digits) -> _Field:
    if letter == "d":
        days = _numbers(32, length, digits)
        return lambda moment: days[moment.day]
    if letter in "ML":
        months = _numbers(13, length, digits) if length < 3 else _names(locale.months, letter == "L", length)
        return lambda moment: months[moment.month]
    if letter == "y" and length != 2:
        return lambda moment: _in_digits(f"{moment.year:0{length}d}", digits)
    if letter == "E" or (letter == "c" and length > 2):
        weekdays = _names(locale.days, letter == "c", max(3, length))
        return lambda moment: weekdays[moment.weekday()]
    if letter in "Hms":
        return _clock(letter, _numbers(60, length, digits))
    if letter in "hK":
        hours = _numbers(13, length, digits)
        noon = 12 if letter == "h" else 0
        return lambda moment: hours[moment.hour % 12 or noon]
    if letter == "a":
        halves = [_by_babel(letter, length, locale, digits)(datetime(2000, 1, 1, hour)) for hour in (1, 13)]  # noqa: DTZ001 - a reading of the clock
        return lambda moment: halves[moment.hour >= 12]
    if letter in "zZvVxXO":
        return _zone(letter, length, locale, digits)
    return _by_babel(letter, length, locale, digits)


def _clock(letter: str, numbers: list[str]) -> _Field:
    if letter == "H":
        return lambda moment: numbers[moment.hour]
    if letter == "m":
        return lambda moment: numbers[moment.minute]
    return lambda moment: numbers[moment.second]


def _by_babel(letter: str, length: int, locale: Locale, digits: _Digits) -> _Field:
    """The rarer fields: eras, quarters, weeks, parts of the day."""
    from babel.dates import DateTimeFormat

    field = letter * length

    def write(moment: datetime) -> str:
        shown = DateTimeFormat(moment, locale)
        try:
            return _in_digits(shown[field], digits)
        except ValueError:
            # Where a locale has no names for the parts of the day, CLDR has the halves stand for them.
            return _in_digits(shown["a" * length], digits)

    return write


def _zone(letter: str, length: int, locale: Locale, digits: _Digits) -> _Field:
    from babel.dates import DateTimeFormat

    field = letter * length
    pattern = str(locale.zone_formats["gmt"])

    def name(moment: datetime) -> str:
        found = DateTimeFormat(moment, locale)[field]
        offset = _OFFSET.fullmatch(found) if letter == "z" else None
        return _in_digits(found if offset is None else _offset(offset, pattern), digits)

    @lru_cache(maxsize=64)
    def named(zone: object, offset: object, saving: object, moment: _Hashless) -> str:  # noqa: ARG001 - the key
        return name(moment.moment)

    def write(moment: datetime) -> str:
        zone = getattr(moment.tzinfo, "key", None)
        # Zones of the zone database have a name and one text for each offset; others may say anything.
        if zone is None:
            return name(moment)
        return named(zone, moment.utcoffset(), moment.dst(), _Hashless(moment))

    return write


class _Hashless:
    """A moment that no cache looks at."""

    __slots__ = ("moment",)

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashless)

    def __hash__(self) -> int:
        return 0


def _offset(offset: re.Match[str], pattern: str) -> str:
    """Where the locale has no name for the zone, Babel writes a bare +0130 and CLDR GMT+1:30."""
    minutes = f":{offset[3]}" if offset[3] != "00" else ""
    shown = f"{offset[1]}{int(offset[2])}{minutes}"
    return pattern % ("" if shown[1:] == "0" else shown)


def _numbers(end: int, length: int, digits: _Digits) -> list[str]:
    return [_in_digits(f"{number:0{length}d}", digits) for number in range(end)]


def _names(by_context: Any, stands_alone: bool, length: int) -> Mapping[int, str]:  # noqa: FBT001 - told apart by name above
    return dict(by_context["stand-alone" if stands_alone else "format"][_WIDTHS[length]])


def _in_digits(text: str, digits: _Digits) -> str:
    return text.translate(digits) if digits else text
