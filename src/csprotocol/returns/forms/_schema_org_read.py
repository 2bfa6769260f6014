"""What a ``MerchantReturnPolicy`` says, as a policy."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any, Final

from csprotocol.errors import InvalidValueError, one_of
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._terms import ReturnTerms, ReturnWindow, SeasonalOverride, Selector, WindowKind
from csprotocol.returns.forms._fields import Currencies, day, whole
from csprotocol.returns.forms._form import Losses
from csprotocol.returns.forms._plain import Place, wrong
from csprotocol.returns.forms._schema_org_charges import charges_of
from csprotocol.returns.forms._schema_org_words import (
    CLASS,
    SEASON,
    enumeration,
    listed,
    local_name,
    require_range,
    single,
    truth,
    unwrapped,
    vocabulary,
)

__all__ = ["REMEDIES", "is_apart", "policy_of"]

REMEDIES: Final = {"FullRefund": "refund", "ExchangeRefund": "exchange", "StoreCreditRefund": "store_credit"}
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_MIDNIGHT: Final = re.compile(r"[0-9-]{10}(T00:00(:00)?(\.0+)?(Z|[+-][0-9:]{4,6})?)?")


def policy_of(node: dict[str, Any], place: Place, losses: Losses) -> ReturnPolicy:
    """The policy that ``node``, found at ``place``, says; what it says beyond that goes into ``losses``."""
    said = _properties(node, CLASS, place, losses)
    currencies = Currencies()
    terms: dict[str, Any] = {
        "when": Selector(
            country=tuple(_names(said, "applicableCountry", place, losses)),
            member_tier=tuple(_names(said, "validForMemberTier", place, losses)),
        ),
        "window": _window(said, place, losses),
        "seasonal_overrides": tuple(_seasons(said, place, losses)),
        "conditions": tuple(enumeration(said.get("itemCondition"), "OfferItemCondition", (*place, "itemCondition"))),
    }
    terms |= _words(said, place) | charges_of(said, place, losses, currencies)
    if "additionalProperty" in said:
        losses.at((*place, "additionalProperty"), "is kept, and not read; ReturnPolicy has no place for it")
    title, address = said.get("name"), node.get("@id")
    return ReturnPolicy(
        id=address if isinstance(address, str) and address else "policy",
        label=title if isinstance(title, str) else "",
        currency=currencies.found,
        terms=(ReturnTerms(**terms),),
    )


def _properties(node: dict[str, Any], kind: str, place: Place, losses: Losses) -> dict[str, Any]:
    """The properties by their names, each of a kind that it may hold; what the class does not have is told."""
    table: dict[str, list[str]] = vocabulary()[kind]
    of_things = vocabulary()["Thing"]["properties"]
    said: dict[str, Any] = {}
    for key, value in node.items():
        name = local_name(key)
        if key.startswith("@") or not listed(value):
            continue
        if name in said:
            raise InvalidValueError.of(".".join(map(str, (*place, name))), "two", expected="there once")
        if name in table:
            require_range(value, table[name], (*place, key))
            said[name] = value
        elif name in of_things:
            said[name] = value
        else:
            losses.at((*place, key), f"is no property of {kind}; {one_of(table, found=name)}; kept, and not read")
    return said


def _names(said: dict[str, Any], key: str, place: Place, losses: Losses) -> list[str]:
    names: list[str] = []
    for each in listed(said.get(key)):
        name = each.get("name", unwrapped(each)) if isinstance(each, dict) else each
        if not isinstance(name, str) or not name:
            raise wrong((*place, key), name, expected="a text, or a node with a name")
        if key == "applicableCountry" and not _COUNTRY.fullmatch(name):
            losses.at((*place, key), f"{name[:60]!r} is no two-letter country code; no order is of that country")
        names.append(name)
    return names


def _words(said: dict[str, Any], place: Place) -> dict[str, Any]:
    """Remedies and ways to send things back; what is not said is as it is by default."""
    words: dict[str, Any] = {}
    refunds = enumeration(said.get("refundType"), "RefundTypeEnumeration", (*place, "refundType"))
    if refunds:
        words["remedies"] = tuple(REMEDIES[each] for each in refunds)
    methods = enumeration(said.get("returnMethod"), "ReturnMethodEnumeration", (*place, "returnMethod"))
    offered = single(said, "inStoreReturnsOffered", place)
    in_store = offered is not None and truth(offered, (*place, "inStoreReturnsOffered"))
    if in_store and "ReturnInStore" not in methods:
        methods = [*(methods or ["ReturnByMail"]), "ReturnInStore"]
    if methods:
        words["return_methods"] = tuple(methods)
    return words


# Windows


def _window(said: dict[str, Any], place: Place, losses: Losses) -> ReturnWindow:
    category = _category(said, place)
    days, until = _days(said, place, losses)
    if category == "MerchantReturnUnspecified" or (category is None and days is None and until is None):
        losses.at(place, "does not say until when things may come back; read as no returns beyond what the law gives")
        return ReturnWindow(kind=WindowKind.NONE)
    if category in _WITHOUT_END:
        if days is not None or until is not None:
            losses.at((*place, "merchantReturnDays"), f"means nothing beside {category}; kept, and not read")
        return ReturnWindow(kind=_WITHOUT_END[category])
    if until is not None:
        return ReturnWindow(kind=WindowKind.DATE, until=until)
    if days is None:
        raise wrong((*place, "merchantReturnDays"), None, expected="a number of days or a date, for a finite window")
    return ReturnWindow(days=days)


_WITHOUT_END: Final = {
    "MerchantReturnNotPermitted": WindowKind.NONE,
    "MerchantReturnUnlimitedWindow": WindowKind.UNLIMITED,
}


def _category(said: dict[str, Any], place: Place) -> str | None:
    found = single(said, "returnPolicyCategory", place)
    names = enumeration(found, "MerchantReturnEnumeration", (*place, "returnPolicyCategory"))
    return names[0] if names else None


def _days(said: dict[str, Any], place: Place, losses: Losses) -> tuple[int | None, date | None]:
    where = (*place, "merchantReturnDays")
    found = unwrapped(single(said, "merchantReturnDays", place))
    if found is None:
        return None, None
    if isinstance(found, str) and "-" in found[1:]:
        return None, _date(found, where, losses)
    return whole(found, where), None


def _date(found: Any, place: Place, losses: Losses) -> date:
    """The day of a Date or DateTime, as the shop wrote it."""
    if not isinstance(found, str) or len(found) <= len("YYYY-MM-DD"):
        return day(found, place)
    try:
        at = datetime.fromisoformat(found)
    except ValueError:
        raise wrong(place, found, expected="a date YYYY-MM-DD, with or without a time") from None
    if not _MIDNIGHT.fullmatch(found):
        losses.at(place, f"the time of {found[:40]} is left out; the whole day counts")
    return at.date()


def _seasons(said: dict[str, Any], place: Place, losses: Losses) -> list[SeasonalOverride]:
    key = "returnPolicySeasonalOverride"
    found = said.get(key)
    seasons: list[SeasonalOverride] = []
    for i, each in enumerate(listed(found)):
        where = (*place, key, i) if isinstance(found, list) else (*place, key)
        if not isinstance(each, dict):
            raise wrong(where, each, expected=SEASON)
        season = _season(each, where, losses)
        if season is not None:
            seasons.append(season)
    return seasons


def _season(node: dict[str, Any], place: Place, losses: Losses) -> SeasonalOverride | None:
    said = _properties(node, SEASON, place, losses)
    start, end = (_date(unwrapped(single(said, key, place)), (*place, key), losses) for key in ("startDate", "endDate"))
    for key in ("refundType", "restockingFee", "returnFees", "returnMethod", "returnShippingFeesAmount"):
        if key in said:
            losses.at((*place, key), "is kept; a season of a ReturnPolicy changes the days alone")
    category = _category(said, place)
    days, until = _days(said, place, losses)
    if category == "MerchantReturnUnlimitedWindow":
        return SeasonalOverride(start=start, end=end, unlimited=True)
    if is_apart(node):
        losses.at(place, "is kept, and not read: a season of a ReturnPolicy only ever gives more time")
        return None
    return SeasonalOverride(start=start, end=end, days=days, return_by=until)


def is_apart(row: Any) -> bool:
    """Whether a season says what no season of a policy can say."""
    said = {local_name(key): value for key, value in row.items()} if isinstance(row, dict) else {}
    categories = [local_name(term) for term in map(unwrapped, listed(said.get("returnPolicyCategory"))) if term]
    if categories and categories[0] != "MerchantReturnFiniteReturnWindow":
        return categories[0] != "MerchantReturnUnlimitedWindow"
    return not listed(said.get("merchantReturnDays"))
