"""What stands under a key, of the kind that is due there."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

from csprotocol.errors import CurrencyMismatchError
from csprotocol.model import ReasonNature
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._terms import Fees
from csprotocol.returns.forms._plain import Place, wrong

__all__ = [
    "CUSTOMER",
    "MERCHANT",
    "NATURES",
    "Currencies",
    "amount_text",
    "day",
    "fees_of",
    "flag",
    "mapping",
    "number",
    "rows",
    "text",
    "whole",
]

NATURES: Final = (ReasonNature.REMORSE, ReasonNature.NON_CONFORMITY)
CUSTOMER: Final = "customer"
MERCHANT: Final = "merchant"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,12})?")
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")


def mapping(found: Any, place: Place) -> dict[str, Any]:
    """A mapping, or an error."""
    if not isinstance(found, dict):
        raise wrong(place, found, expected="a mapping")
    return found


def rows(found: Any, place: Place) -> list[Any]:
    """A list, or an error; what is absent is an empty one."""
    if found is None:
        return []
    if not isinstance(found, list):
        raise wrong(place, found, expected="a list")
    return found


def text(found: Any, place: Place) -> str:
    """A text that is not empty, or an error."""
    if not isinstance(found, str) or not found:
        raise wrong(place, found, expected="a text")
    return found


def flag(found: Any, place: Place) -> bool:
    """True or false, or an error."""
    if not isinstance(found, bool):
        raise wrong(place, found, expected="true or false")
    return found


def whole(found: Any, place: Place) -> int:
    """A whole number, be it written ``30``, ``30.0`` or ``"30"``, or an error."""
    if isinstance(found, str) and _WHOLE.fullmatch(found):
        return int(found)
    if isinstance(found, float) and found.is_integer() and abs(found) < 1e15:
        return int(found)
    if type(found) is not int:
        raise wrong(place, found, expected="a whole number")
    return found


def day(found: Any, place: Place) -> date:
    """A date ``YYYY-MM-DD``, or an error."""
    try:
        return date.fromisoformat(found if isinstance(found, str) and _DAY.fullmatch(found) else "")
    except ValueError:
        raise wrong(place, found, expected="a date YYYY-MM-DD") from None


def amount_text(found: Any, place: Place) -> str:
    """A number, not below 0, as a policy writes it; of a float, what its writer saw."""
    told = repr(found) if isinstance(found, float) else str(found) if type(found) is int else found
    if isinstance(found, float) and "e" in str(told):
        told = format(Decimal(str(told)), "f")
    if not isinstance(told, str) or not _NUMBER.fullmatch(told) or Decimal(told) < 0:
        raise wrong(place, found, expected="a number, not below 0, with at most 12 decimals")
    return told.removeprefix("+")


def number(told: str) -> int | float | str:
    """The number that a policy writes as a text; the text itself where a float would not be that number."""
    exact = Decimal(told)
    if not -12 <= exact.adjusted() <= 14:
        return told
    if exact == exact.to_integral_value():
        return int(exact)
    near = float(exact)
    return near if Decimal(repr(near)) == exact else told


class Currencies:
    """The one currency of all amounts of a document; a policy has no second."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: str | None = None

    def see(self, found: Any, place: Place) -> None:
        """Take note of the currency of an amount, if it has one."""
        if found is None:
            return
        code = text(found, place)
        if self.found is not None and code != self.found:
            raise CurrencyMismatchError.between(self.found, code)
        self.found = code


def fees_of(policy: ReturnPolicy, nature: ReasonNature) -> Fees:
    """What the last terms of ``policy`` charge, of which nothing may be said."""
    return policy.terms[-1].fees.get(nature, _NONE)


_NONE: Final = Fees()
