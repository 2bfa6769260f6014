"""What an ``OnlineReturnPolicy`` says, as a policy."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from csprotocol.errors import InvalidValueError, one_of
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._terms import Fees, ReturnTerms, ReturnWindow, SeasonalOverride, Selector, WindowKind
from csprotocol.returns.forms._fields import CUSTOMER, MERCHANT, NATURES, Currencies, flag, mapping, rows, text, whole
from csprotocol.returns.forms._form import Losses
from csprotocol.returns.forms._plain import Place, named, wrong

__all__ = ["CONDITIONS", "FIELDS", "LABELS", "METHODS", "MICRO", "policy_of", "require"]

MICRO: Final = 1_000_000
METHODS: Final = {"BY_MAIL": "ReturnByMail", "IN_STORE": "ReturnInStore", "AT_A_KIOSK": "ReturnAtKiosk"}
CONDITIONS: Final = {"NEW": "NewCondition", "USED": "UsedCondition"}
LABELS: Final = {
    "DOWNLOAD_AND_PRINT": "ReturnLabelDownloadAndPrint",
    "IN_THE_PACKAGE": "ReturnLabelInBox",
    "CUSTOMER_RESPONSIBILITY": "ReturnLabelCustomerResponsibility",
}
_TYPES: Final = {
    "NUMBER_OF_DAYS_AFTER_DELIVERY": WindowKind.DAYS,
    "NO_RETURNS": WindowKind.NONE,
    "LIFETIME_RETURNS": WindowKind.UNLIMITED,
}
_FEES: Final = ("FIXED", "CUSTOMER_PAYING_ACTUAL_FEE")
# Fields, and whether they bear on a policy.
FIELDS: Final = {
    "name": False,
    "returnPolicyId": True,
    "label": True,
    "countries": True,
    "policy": True,
    "seasonalOverrides": True,
    "restockingFee": True,
    "returnMethods": True,
    "itemConditions": True,
    "returnShippingFee": True,
    "returnPolicyUri": False,
    "acceptDefectiveOnly": True,
    "processRefundDays": False,
    "acceptExchange": True,
    "returnLabelSource": True,
}
_PARTS: Final = {
    "policy": ("type", "days"),
    "restockingFee": ("fixedFee", "microPercent"),
    "returnShippingFee": ("type", "fixedFee"),
    "fixedFee": ("amountMicros", "currencyCode"),
    "seasonalOverrides": ("label", "startDate", "endDate", "returnDays", "returnUntilDate"),
}
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_LONGEST_LABEL: Final = 50


def policy_of(node: dict[str, Any], place: Place, losses: Losses) -> ReturnPolicy:
    """The policy that ``node`` says; what it says beyond that goes into ``losses``."""
    said = _known(node, tuple(FIELDS), place, losses)
    currencies = Currencies()
    kind, days = _window(said.get("policy"), losses)
    terms: dict[str, Any] = {
        "when": Selector(country=_countries(said.get("countries"))),
        "window": ReturnWindow(kind=kind, days=days),
        "seasonal_overrides": _seasons(said.get("seasonalOverrides"), losses),
        "conditions": _conditions(said.get("itemConditions")),
        "remedies": ("refund", "exchange") if _flag(said, "acceptExchange") else ("refund",),
        "requires": ("defective",) if _flag(said, "acceptDefectiveOnly") else (),
        **_charges(said, losses, currencies),
    }
    methods = _words(said.get("returnMethods"), METHODS, ("returnMethods",))
    if methods:
        terms["return_methods"] = methods
    if "returnLabelSource" in said:
        source = _word(said["returnLabelSource"], LABELS, ("returnLabelSource",))
        terms["label_sources"] = dict.fromkeys(NATURES, source)
    if "processRefundDays" in said:
        whole(said["processRefundDays"], ("processRefundDays",))
        losses.at(("processRefundDays",), "is kept; a ReturnPolicy does not say when a refund is due")
    return ReturnPolicy(
        id=text(said["returnPolicyId"], ("returnPolicyId",)) if "returnPolicyId" in said else "policy",
        label=_label(said.get("label", "")),
        currency=currencies.found,
        terms=(ReturnTerms(**terms),),
    )


def require(node: dict[str, Any]) -> None:
    """Refuse a policy without what Google requires."""
    text(node.get("returnPolicyUri"), ("returnPolicyUri",))
    countries = _countries(node.get("countries"))
    if not countries:
        raise InvalidValueError.of("countries", "none", expected="at least one", hint="say them in the terms' selector")
    if mapping(node.get("policy"), ("policy",)).get("type") == "NO_RETURNS":
        return
    for key in ("returnMethods", "itemConditions"):
        if not rows(node.get(key), (key,)):
            raise InvalidValueError.of(key, "none", expected="at least one, where things may come back")


def _known(node: dict[str, Any], fields: tuple[str, ...], place: Place, losses: Losses) -> dict[str, Any]:
    for key in node:
        if key not in fields:
            losses.at((*place, key), f"is no field here; {one_of(fields, found=key)}; kept, and not read")
    return {key: each for key, each in node.items() if key in fields and each is not None}


def _part(found: Any, kind: str, place: Place, losses: Losses) -> dict[str, Any]:
    return _known(mapping(found, place), _PARTS[kind], place, losses)


def _label(found: Any) -> str:
    if not isinstance(found, str) or len(found) > _LONGEST_LABEL:
        raise wrong(("label",), found, expected=f"a text of at most {_LONGEST_LABEL} characters")
    return found


def _countries(found: Any) -> tuple[str, ...]:
    for i, code in enumerate(rows(found, ("countries",))):
        if not isinstance(code, str) or not _COUNTRY.fullmatch(code):
            raise wrong(("countries", i), code, expected="a two-letter country code such as ES")
    return tuple(found or ())


def _flag(said: dict[str, Any], key: str) -> bool:
    return flag(said.get(key, False), (key,))


def _word(found: Any, known: dict[str, str], place: Place) -> str:
    if not isinstance(found, str) or found not in known:
        raise InvalidValueError.unknown(named(place), found if isinstance(found, str) else type(found).__name__, known)
    return known[found]


def _words(found: Any, known: dict[str, str], place: Place) -> tuple[str, ...]:
    return tuple(_word(each, known, (*place, i)) for i, each in enumerate(rows(found, place)))


def _conditions(found: Any) -> tuple[str, ...]:
    """All that Google knows are all there are."""
    words = _words(found, CONDITIONS, ("itemConditions",))
    return () if {*words} == {*CONDITIONS.values()} else words


def _window(found: Any, losses: Losses) -> tuple[WindowKind, int | None]:
    policy = _part(found, "policy", ("policy",), losses)
    kinds = {name: name for name in _TYPES}
    kind = _TYPES[_word(policy.get("type"), kinds, ("policy", "type"))]
    if kind is WindowKind.DAYS:
        return kind, whole(policy.get("days"), ("policy", "days"))
    # Zero is how the API leaves a number out.
    if whole(policy.get("days", 0), ("policy", "days")):
        losses.at(("policy", "days"), f"mean nothing beside {policy['type']}; kept, and not read")
    return kind, None


def _seasons(found: Any, losses: Losses) -> tuple[SeasonalOverride, ...]:
    seasons: list[SeasonalOverride] = []
    for i, row in enumerate(rows(found, ("seasonalOverrides",))):
        place: Place = ("seasonalOverrides", i)
        season = _part(row, "seasonalOverrides", place, losses)
        text(season.get("label"), (*place, "label"))
        if ("returnDays" in season) == ("returnUntilDate" in season):
            raise InvalidValueError.of(named(place), "both or none", expected="with returnDays or returnUntilDate")
        seasons.append(
            SeasonalOverride(
                start=_date(season.get("startDate"), (*place, "startDate")),
                end=_date(season.get("endDate"), (*place, "endDate")),
                days=whole(season["returnDays"], (*place, "returnDays")) if "returnDays" in season else None,
                return_by=_date(season["returnUntilDate"], (*place, "returnUntilDate"))
                if "returnUntilDate" in season
                else None,
            )
        )
    return tuple(seasons)


def _date(found: Any, place: Place) -> date:
    parts = mapping(found, place)
    try:
        return date(*(whole(parts.get(key), (*place, key)) for key in ("year", "month", "day")))
    except (ValueError, OverflowError) as failure:
        if isinstance(failure, InvalidValueError):
            raise
        raise wrong(place, str(tuple(parts.values())), expected="a date with year, month and day") from None


# Charges: for all reasons the same


def _charges(said: dict[str, Any], losses: Losses, currencies: Currencies) -> dict[str, Any]:
    shipping, payer = _shipping(said.get("returnShippingFee"), losses, currencies)
    fees = replace(_restocking(said.get("restockingFee"), losses, currencies), return_shipping=shipping)
    return {
        "fees": dict.fromkeys(NATURES, fees) if fees != Fees() else {},
        "return_cost": dict.fromkeys(NATURES, payer) if payer else {},
    }


def _shipping(found: Any, losses: Losses, currencies: Currencies) -> tuple[str | None, str | None]:
    if found is None:
        return None, None
    fee = _part(found, "returnShippingFee", ("returnShippingFee",), losses)
    kinds = {name: name for name in _FEES}
    if _word(fee.get("type"), kinds, ("returnShippingFee", "type")) != "FIXED":
        if "fixedFee" in fee:
            losses.at(("returnShippingFee", "fixedFee"), f"means nothing beside {fee['type']}; kept, and not read")
        return None, CUSTOMER
    amount = _price(fee.get("fixedFee"), ("returnShippingFee", "fixedFee"), losses, currencies)
    # A fee of nothing is how a free return is said.
    return (None, MERCHANT) if not Decimal(amount) else (amount, CUSTOMER)


def _restocking(found: Any, losses: Losses, currencies: Currencies) -> Fees:
    if found is None:
        return Fees()
    fee = _part(found, "restockingFee", ("restockingFee",), losses)
    if len(fee) != 1 or not fee.keys() <= {"fixedFee", "microPercent"}:
        raise InvalidValueError.of("restockingFee", sorted(fee), expected="one of fixedFee and microPercent")
    if "fixedFee" in fee:
        return Fees(restocking=_price(fee["fixedFee"], ("restockingFee", "fixedFee"), losses, currencies))
    return Fees(restocking_percent=_micros(fee["microPercent"], ("restockingFee", "microPercent")))


def _price(found: Any, place: Place, losses: Losses, currencies: Currencies) -> str:
    price = _part(found, "fixedFee", place, losses)
    currencies.see(text(price.get("currencyCode"), (*place, "currencyCode")), place)
    return _micros(price.get("amountMicros"), (*place, "amountMicros"))


def _micros(found: Any, place: Place) -> str:
    """Millionths, as the number that they are; the API writes int64 as texts."""
    micros = whole(found, place)
    if micros < 0:
        raise wrong(place, found, expected="not below 0")
    units, rest = divmod(micros, MICRO)
    return f"{units}.{rest:06}".rstrip("0").rstrip(".")
