"""Dates and times from Babel: which pattern of the locale shows the wished fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from csprotocol.replies.mf2._babel_pattern import compiled
from csprotocol.replies.mf2._locale_data import MomentFormatter, MomentStyle

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["moment_formatter"]

# Fields and length -> the skeleton of CLDR that shows them.
_SKELETONS = {
    "weekday": {"long": "EEEE", "medium": "E", "short": "E"},
    "day-weekday": {"long": "EEEEd", "medium": "Ed", "short": "Ed"},
    "month-day": {"long": "MMMMd", "medium": "MMMd", "short": "Md"},
    "month-day-weekday": {"long": "MMMMEEEEd", "medium": "MMMEd", "short": "MEd"},
    "year-month-day": {"long": "yMMMMd", "medium": "yMMMd", "short": "yMd"},
    "year-month-day-weekday": {"long": "yMMMMEEEEd", "medium": "yMMMEd", "short": "yMEd"},
}
_FIELD = re.compile(r"'[^']*'|([a-zA-Z])\1*")
_Patterns: TypeAlias = Mapping[str, Any]


def moment_formatter(locale: Locale, digits: Mapping[int, int] | None, style: MomentStyle) -> MomentFormatter:
    """What writes moments of one style in one locale."""
    show = _shower(locale, digits, style)
    # Moments with a zone are equal when their instants are, so they would share a place in a cache: those go without.
    cached = lru_cache(maxsize=1024)(show)
    return lambda moment: cached(moment) if moment.tzinfo is None else show(moment)


def _shower(locale: Locale, digits: Mapping[int, int] | None, style: MomentStyle) -> MomentFormatter:
    date = compiled(_date_pattern(locale, style), locale, digits) if style.date else None
    if not style.time:
        assert date is not None  # noqa: S101 - a style shows a date, a time or both
        return date
    clock = compiled(_time_pattern(locale, style), locale, digits)
    zone = compiled("zzzz" if style.zone == "long" else "z", locale, digits) if style.zone else None

    def time_of(moment: datetime) -> str:
        text = clock(moment)
        # A moment without a zone shows none: Babel would say UTC, which nobody told it.
        return text if zone is None or moment.tzinfo is None else f"{text} {zone(moment)}"

    if date is None:
        return time_of
    joined = str(locale.datetime_formats[style.length]).replace("'", "")
    return lambda moment: joined.replace("{0}", time_of(moment)).replace("{1}", date(moment))


def _date_pattern(locale: Locale, style: MomentStyle) -> str:
    if style.date == "year-month-day":
        return str(locale.date_formats[style.length].pattern)
    if style.date == "year-month-day-weekday" and style.length == "long":
        return str(locale.date_formats["full"].pattern)
    return _by_skeleton(locale, _SKELETONS[style.date][style.length])


def _by_skeleton(locale: Locale, skeleton: str) -> str:
    from babel.dates import match_skeleton

    known: _Patterns = locale.datetime_skeletons
    nearest = skeleton if skeleton in known else match_skeleton(skeleton, known)
    if nearest is None:
        return skeleton
    wanted = {_family(match[1]): len(match[0]) for match in _FIELD.finditer(skeleton)}

    def widened(match: re.Match[str]) -> str:
        letter = match[1]
        width = wanted.get(_family(letter), 0) if letter else 0
        # Names of months and weekdays get the wished length; numbers keep the locale's.
        is_name = len(match[0]) >= 3 or (letter or "") in "Ec"
        return letter * width if width > len(match[0]) and is_name else match[0]

    return _FIELD.sub(widened, str(known[nearest].pattern))


def _family(letter: str | None) -> str:
    return {"L": "M", "c": "E", "e": "E"}.get(letter or "", letter or "")


def _time_pattern(locale: Locale, style: MomentStyle) -> str:
    usual = str(locale.time_formats["medium" if style.time == "second" else "short"].pattern)
    usual_is_12 = "h" in _letters(usual) or "K" in _letters(usual)
    is_12 = usual_is_12 if style.hour12 is None else style.hour12
    if style.time != "hour" and is_12 == usual_is_12:
        return usual
    hour = "h" if is_12 else "H"
    return _by_skeleton(locale, {"hour": hour, "minute": f"{hour}m", "second": f"{hour}ms"}[style.time])


def _letters(pattern: str) -> set[str]:
    return {match[1] for match in _FIELD.finditer(pattern) if match[1]}
