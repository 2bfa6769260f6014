"""The options that every function and markup has: ``u:id``, ``u:dir`` and ``u:locale``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from csprotocol.replies.mf2._errors import BadOptionError
from csprotocol.replies.mf2._registry import OptionValue, Report
from csprotocol.replies.mf2._string import spelled
from csprotocol.replies.mf2._values import Direction

__all__ = ["UnicodeOptions", "read_identity", "read_unicode_options"]

_TAG = r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*"
_LOCALES = re.compile(rf"\s*({_TAG})\s*(?:,\s*{_TAG}\s*)*")
_DIRECTIONS: Mapping[object, Direction] = {"ltr": "ltr", "rtl": "rtl", "auto": "auto"}


@dataclass(frozen=True, slots=True)
class UnicodeOptions:
    """What they ask for; ``faulty`` when one of them was reported."""

    id: str | None = None
    direction: Direction | None = None
    locale: str | None = None
    isolate: bool = False
    faulty: bool = False


def read_unicode_options(options: Mapping[str, OptionValue], report: Report) -> UnicodeOptions:
    """The options of an expression; a faulty one is reported and left out."""
    errors: list[BadOptionError] = []
    identity = read_identity(options, errors)
    direction = None
    if "u:dir" in options:
        word = options["u:dir"].value
        word = word if isinstance(word, str) else ""
        direction = _DIRECTIONS.get(word)
        if direction is None and word != "inherit":
            errors.append(BadOptionError("the option u:dir has a value that it cannot have", hint=_DIRECTION_HINT))
    locale = None
    if "u:locale" in options:
        word = options["u:locale"].value
        match = _LOCALES.fullmatch(word) if isinstance(word, str) else None
        if match is None:
            errors.append(BadOptionError("the option u:locale names no locale", hint="write a tag such as pt-BR"))
        else:
            locale = match[1]
    for error in errors:
        report(error)
    return UnicodeOptions(identity, direction, locale, isolate=direction is not None, faulty=bool(errors))


_DIRECTION_HINT = "possible: ltr, rtl, auto, inherit"


def read_identity(options: Mapping[str, OptionValue], errors: list[BadOptionError]) -> str | None:
    """The value of ``u:id``; adds to the errors when it is no text."""
    if "u:id" not in options:
        return None
    identity = spelled(options["u:id"].value)
    if identity is None:
        errors.append(BadOptionError("the option u:id is no text", hint="write u:id=name"))
    return identity
