"""The vocabulary of schema.org, and how its terms are spelled: bare, with a prefix, or as an address."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from csprotocol.errors import InvalidValueError
from csprotocol.model import ReasonNature
from csprotocol.returns.forms._fields import amount_text, flag, whole
from csprotocol.returns.forms._plain import Place, named, wrong

__all__ = [
    "CLASS",
    "GROUPS",
    "SEASON",
    "enumeration",
    "listed",
    "local_name",
    "prefix_of",
    "require_range",
    "single",
    "truth",
    "unwrapped",
    "vocabulary",
]

CLASS: Final = "MerchantReturnPolicy"
SEASON: Final = "MerchantReturnPolicySeasonalOverride"
# How the properties for one kind of reason begin.
GROUPS: Final[Mapping[ReasonNature, str]] = {
    ReasonNature.REMORSE: "customerRemorse",
    ReasonNature.NON_CONFORMITY: "itemDefect",
}
_TERM: Final = re.compile(r"(https?://schema\.org/|schema:)?([A-Za-z]{1,60})")


@lru_cache(maxsize=1)
def vocabulary() -> Mapping[str, Any]:
    """The tables of ``data/schema_org.toml``."""
    table = files("csprotocol.returns.forms").joinpath("data/schema_org.toml").read_text(encoding="utf-8")
    return tomllib.loads(table)


def local_name(term: str) -> str:
    """``NewCondition`` of ``https://schema.org/NewCondition``; what is no term comes back as it is."""
    match = _TERM.fullmatch(term)
    return match[2] if match else term


def prefix_of(found: Any) -> str | None:
    """How the first term in ``found`` is spelled (``https://schema.org/``, ``schema:``, nothing)."""
    for each in listed(found):
        match = _TERM.fullmatch(each) if isinstance(each, str) else None
        if match:
            return match[1] or ""
    return None


def listed(found: Any) -> list[Any]:
    """One value or a list, as a list; JSON-LD knows no ``null`` values."""
    return [each for each in (found if isinstance(found, list) else [found]) if each is not None]


def single(said: dict[str, Any], name: str, place: Place) -> Any:
    """The one value of a property that may hold a list of one; ``None`` where it is absent."""
    found = listed(said.get(name))
    if len(found) > 1:
        raise wrong((*place, name), found, expected="one value")
    return found[0] if found else None


def unwrapped(found: Any) -> Any:
    """The value of ``{"@value": ...}`` or the address of ``{"@id": ...}``."""
    if isinstance(found, dict):
        return found.get("@value", found.get("@id", found))
    return found


def enumeration(found: Any, kind: str, place: Place) -> list[str]:
    """The members of enumeration ``kind`` in ``found``, without their prefixes."""
    members = vocabulary()["enumerations"][kind]
    names: list[str] = []
    for i, each in enumerate(listed(found)):
        where = (*place, i) if isinstance(found, list) else place
        term = unwrapped(each)
        if not isinstance(term, str):
            raise wrong(where, each, expected=f"a member of {kind}")
        if local_name(term) not in members:
            raise InvalidValueError.unknown(named(where), local_name(term)[:80], members)
        names.append(local_name(term))
    return names


def truth(found: Any, place: Place) -> bool:
    """A Boolean, be it JSON's or one of schema.org's terms."""
    term = unwrapped(found)
    words = {"true": True, "false": False}
    spelled = words.get(local_name(term).casefold()) if isinstance(term, str) else None
    return flag(term if spelled is None else spelled, place)


def require_range(found: Any, ranges: list[str], place: Place) -> None:
    """Refuse values that are of none of the kinds that a property may hold."""
    for i, each in enumerate(listed(found)):
        where = (*place, i) if isinstance(found, list) else place
        if not any(_fits(each, kind) for kind in ranges):
            raise wrong(where, each, expected=" or ".join(ranges))


def _fits(found: Any, kind: str) -> bool:
    value = unwrapped(found)
    if kind == "Boolean":
        return _passes(truth, found)
    if kind == "Integer":
        return _passes(whole, value)
    if kind == "Number":
        return _passes(amount_text, value)
    if kind in {"Date", "DateTime", "Text", "URL"} or kind in vocabulary()["enumerations"]:
        return isinstance(value, str)
    # A thing: itself, or its name or address. An amount is no name.
    return isinstance(found, dict) or (isinstance(value, str) and kind != "MonetaryAmount")


def _passes(read: Any, found: Any) -> bool:
    try:
        read(found, ())
    except InvalidValueError:
        return False
    return True
