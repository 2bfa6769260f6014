"""The options of the number functions: which there are, what they may be, and what they mean together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from csprotocol.replies.mf2._digits import Digits
from csprotocol.replies.mf2._errors import BadOptionError, FunctionError, UnsupportedOperationError
from csprotocol.replies.mf2._registry import Options

__all__ = ["ALLOWED", "DROPPED", "Read", "Settings", "digit_size", "digits", "read"]

Settings: TypeAlias = dict[str, int | str]
_DIGIT_SIZE = re.compile(r"0|[1-9][0-9]?")
_INCREMENTS = {1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000}

_CHOICES: dict[str, Collection[str]] = {
    "select": ("plural", "ordinal", "exact"),
    "signDisplay": ("auto", "always", "exceptZero", "negative", "never"),
    "useGrouping": ("auto", "always", "never", "min2"),
    "trailingZeroDisplay": ("auto", "stripIfInteger"),
    "roundingPriority": ("auto", "morePrecision", "lessPrecision"),
    "roundingMode": (
        "ceil",
        "floor",
        "expand",
        "trunc",
        "halfCeil",
        "halfFloor",
        "halfExpand",
        "halfTrunc",
        "halfEven",
    ),
    "currencySign": ("accounting", "standard"),
    "currencyDisplay": ("narrowSymbol", "symbol", "name", "code", "never"),
    "unitDisplay": ("short", "narrow", "long"),
}
_SIZES = {
    "minimumIntegerDigits",
    "minimumFractionDigits",
    "maximumFractionDigits",
    "minimumSignificantDigits",
    "maximumSignificantDigits",
}
_ROUNDING = {*_SIZES, "roundingPriority", "roundingIncrement", "roundingMode", "trailingZeroDisplay", "useGrouping"}

ALLOWED: Mapping[str, frozenset[str]] = {
    "number": frozenset({*_ROUNDING, "select", "signDisplay"}),
    "integer": frozenset({"select", "signDisplay", "useGrouping", "minimumIntegerDigits", "maximumSignificantDigits"}),
    "percent": frozenset({*_ROUNDING, "signDisplay"} - {"minimumIntegerDigits", "roundingIncrement"}),
    "currency": frozenset(
        {*_ROUNDING, "currency", "currencySign", "currencyDisplay", "fractionDigits"}
        - {"minimumFractionDigits", "maximumFractionDigits"}
    ),
    "unit": frozenset({*_ROUNDING, "signDisplay", "unit", "unitDisplay", "usage"} - {"trailingZeroDisplay"}),
}
# What a function forgets of the options that its operand brings.
DROPPED: Mapping[str, frozenset[str]] = {
    "number": frozenset(),
    "integer": frozenset({"minimumFractionDigits", "maximumFractionDigits", "minimumSignificantDigits"}),
    "percent": frozenset({"minimumIntegerDigits", "roundingIncrement", "select"}),
    "currency": frozenset({"select", "minimumFractionDigits", "maximumFractionDigits"}),
    "unit": frozenset({"select"}),
}

Complaint: TypeAlias = Callable[[], FunctionError]


@dataclass(frozen=True, slots=True)
class Read:
    """The options that hold, and what is wrong with the others."""

    settings: Settings
    complaints: tuple[Complaint, ...]
    selectable: bool


def read(kind: str, options: Options) -> Read:
    """The options of a number function, each checked by itself."""
    settings: Settings = {}
    complaints: list[Complaint] = []
    selectable = True
    for name, option in options.items():
        if name not in ALLOWED[kind]:
            continue
        if name == "select" and not option.is_literal:
            selectable = False
            complaints.append(_complaint(name, "must be spelled in the message, not passed", "plural, ordinal, exact"))
            continue
        if name == "usage":
            complaints.append(_no_conversion)
            continue
        value = _value(name, option.value)
        if value is None:
            complaints.append(_complaint(name, "has a value that it cannot have", _possible(name)))
        else:
            settings[name] = value
    return Read(settings, tuple(complaints), selectable)


def digit_size(value: object) -> int | None:
    """The value of a digit size option, 0 to 99; ``None`` when it is none."""
    if isinstance(value, str):
        return int(value) if _DIGIT_SIZE.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return int(value) if 0 <= value <= 99 and value == int(value) else None


def _value(name: str, value: object) -> int | str | None:
    if name in _SIZES:
        size = digit_size(value)
        return None if size == 0 and "Significant" in name else size
    if name == "fractionDigits":
        return "auto" if value == "auto" else digit_size(value)
    if name == "roundingIncrement":
        text = str(value) if isinstance(value, str | int | Decimal) else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 5 and int(text) in _INCREMENTS else None
    if name == "currency":
        return value.upper() if isinstance(value, str) and re.fullmatch(r"[A-Za-z]{3}", value) else None
    if name == "unit":
        return value if isinstance(value, str) and re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", value) else None
    return value if isinstance(value, str) and value in _CHOICES[name] else None


def _possible(name: str) -> str:
    if name in _CHOICES:
        return ", ".join(_CHOICES[name])
    if name in _SIZES:
        return "1 to 99" if "Significant" in name else "0 to 99"
    return {
        "fractionDigits": "auto, 0 to 99",
        "roundingIncrement": ", ".join(str(step) for step in sorted(_INCREMENTS)),
        "currency": "three letters, such as EUR",
        "unit": "a unit of CLDR, such as kilogram",
    }[name]


def _complaint(name: str, found: str, possible: str) -> Complaint:
    return lambda: BadOptionError(f"the option {name} {found}", hint=f"possible: {possible}")


def _no_conversion() -> FunctionError:
    return UnsupportedOperationError("units are not converted, so usage is left out", hint="convert the value before")


def digits(kind: str, settings: Settings, *, currency_digits: int = 2) -> Digits:
    """How many digits show under these settings."""

    def size(name: str) -> int | None:
        value = settings.get(name)
        return value if isinstance(value, int) else None

    least, most = size("minimumFractionDigits"), size("maximumFractionDigits")
    given = least is not None or most is not None
    if kind == "currency":
        fixed = size("fractionDigits")
        given = fixed is not None
        least = most = currency_digits if fixed is None else fixed
    elif kind == "integer":
        given, least, most = False, 0, 0
    default = 3 if kind in {"number", "unit"} else 0
    minimum = least or 0
    maximum = max(default, minimum) if most is None else max(most, minimum)
    least_significant, most_significant = size("minimumSignificantDigits"), size("maximumSignificantDigits")
    if least_significant and most_significant:
        most_significant = max(least_significant, most_significant)
    priority = settings.get("roundingPriority", "auto")
    return Digits(
        minimum_fraction=minimum,
        maximum_fraction=maximum,
        minimum_significant=None if kind == "integer" else least_significant,
        maximum_significant=most_significant,
        fraction_given=given,
        priority="morePrecision"
        if priority == "morePrecision"
        else "lessPrecision"
        if priority == "lessPrecision"
        else "auto",
        increment=size("roundingIncrement") or 1,
        mode=str(settings.get("roundingMode", "halfExpand")),
        strip_if_integer=settings.get("trailingZeroDisplay") == "stripIfInteger",
    )
