"""Arguments of replies as people type them: ``days=3``, ``eta=2026-11-27``, ``amount='12.50 EUR'``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from csprotocol.cli._common import parse_instant
from csprotocol.errors import InvalidValueError
from csprotocol.model import Money
from csprotocol.replies import Situation, Variable, VariableType

__all__ = ["typed_values"]

_DURATION: Final = re.compile(r"(\d{1,6})\s*([dhms])")
_UNITS: Final = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_YES_NO: Final = {"yes": True, "true": True, "no": False, "false": False}


def typed_values(situation: Situation, given: Iterable[str], zone: ZoneInfo) -> dict[str, Any]:
    """The values of ``NAME=VALUE``, each as its variable takes it; a name given again makes a longer list.

    Raises:
        InvalidValueError: no ``=``, an unknown name, or a value that its variable cannot have.
    """
    found: dict[str, Any] = {}
    for each in given:
        name, sign, text = each.partition("=")
        if not sign:
            raise InvalidValueError.of("--var", each, expected="NAME=VALUE")
        variable = situation.variables.get(name)
        if variable is None:
            raise InvalidValueError.unknown("--var", name, situation.variables)
        value = _typed(variable, text, zone)
        if name in found and variable.type is not VariableType.LIST:
            raise InvalidValueError.of("--var", name, expected="given once", hint="only lists may be given again")
        found[name] = found[name] + value if name in found else value
    return found


def _typed(variable: Variable, text: str, zone: ZoneInfo) -> Any:
    option = f"--var {variable.name}"
    if variable.type is VariableType.DATETIME:
        return parse_instant(option, text, zone)
    reader = _READERS.get(variable.type)
    if reader is None:
        return text
    try:
        return reader(text.strip())
    except (ValueError, LookupError, ArithmeticError):
        expected = _EXPECTED[variable.type]
        # What a customer wrote stands in texts only, and those are not read at all.
        raise InvalidValueError.of(option, text, expected=expected) from None


def _duration(text: str) -> timedelta:
    parts = _DURATION.findall(text)
    units = [unit for _, unit in parts]
    if not parts or _DURATION.sub("", text).strip() or len(set(units)) != len(units):
        raise ValueError
    return timedelta(**{_UNITS[unit]: int(number) for number, unit in parts})


def _list(text: str) -> list[str]:
    return [item.strip() for item in text.split(";") if item.strip()]


def _money(text: str) -> Money:
    amount, currency = text.split()
    return Money.of(amount, currency.upper())


def _share(text: str) -> Decimal:
    if text.endswith("%"):
        return Decimal(text[:-1].strip()) / 100
    return Decimal(text)


def _amount(text: str) -> Money | Decimal | int:
    if text.endswith("%"):
        return _share(text)
    return int(text) if " " not in text else _money(text)


_READERS: Final[Mapping[VariableType, Callable[[str], Any]]] = {
    VariableType.AMOUNT: _amount,
    VariableType.DATE: date.fromisoformat,
    VariableType.DURATION: _duration,
    VariableType.FLAG: lambda text: _YES_NO[text.lower()],
    VariableType.INT: int,
    VariableType.LIST: _list,
    VariableType.MONEY: _money,
    VariableType.PERCENT: _share,
}
_EXPECTED: Final[Mapping[VariableType, str]] = {
    VariableType.AMOUNT: "an amount such as '12.50 EUR', 15% or a number of points",
    VariableType.DATE: "a date such as 2026-11-27",
    VariableType.DURATION: "a duration such as 4h, 90m or 2d",
    VariableType.FLAG: "yes or no",
    VariableType.INT: "a whole number",
    VariableType.LIST: "texts, with ; between them",
    VariableType.MONEY: "an amount such as '12.50 EUR'",
    VariableType.PERCENT: "a share such as 15% or 0.15",
}
