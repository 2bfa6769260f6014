"""The ``OnlineReturnPolicy`` that says a given policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any, Final

from csprotocol.errors import InvalidValueError
from csprotocol.model import ReasonNature
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._terms import Fees, ReturnTerms, ReturnWindow, SeasonalOverride, WindowKind
from csprotocol.returns.forms._fields import CUSTOMER, MERCHANT, NATURES, fees_of
from csprotocol.returns.forms._form import Losses
from csprotocol.returns.forms._google_read import CONDITIONS, FIELDS, LABELS, METHODS, MICRO

__all__ = ["means", "node_of"]

_MOST: Final = 10**12
_DEFAULT: Final = ReturnTerms()


def node_of(policy: ReturnPolicy, losses: Losses) -> dict[str, Any]:
    """The resource of ``policy``, without the address that Google requires and a policy does not have."""
    terms = policy.terms[-1]
    node: dict[str, Any] = {} if policy.id == "policy" else {"returnPolicyId": policy.id}
    if policy.label:
        node["label"] = policy.label
    node |= {"countries": list(terms.when.country), "policy": _window(terms.window)}
    seasons = _seasons(terms.seasonal_overrides, losses)
    if seasons:
        node["seasonalOverrides"] = seasons
    node |= _charges(policy)
    brief = terms.window.kind is WindowKind.NONE
    if not brief or terms.return_methods != _DEFAULT.return_methods:
        node["returnMethods"] = _words(METHODS, terms.return_methods)
    if not brief or terms.conditions:
        node["itemConditions"] = _words(CONDITIONS, terms.conditions or tuple(CONDITIONS.values()))
    label = _first(terms.label_sources)
    if label is not None:
        node["returnLabelSource"] = _words(LABELS, (label,))[0]
    return node | {
        "acceptDefectiveOnly": "defective" in terms.requires,
        "acceptExchange": "exchange" in terms.remedies,
    }


def means(key: str) -> bool:
    """Whether a field bears on the policy."""
    return FIELDS.get(key, False)


def _words(known: Mapping[str, str], ours: tuple[str, ...]) -> list[str]:
    theirs = {our: their for their, our in known.items()}
    return [theirs[each] for each in ours if each in theirs]


def _first(by_nature: Mapping[ReasonNature, str]) -> str | None:
    """What holds for a change of mind, else for defects: Google has one for all."""
    return next((by_nature[nature] for nature in NATURES if nature in by_nature), None)


def _window(window: ReturnWindow) -> dict[str, Any]:
    match window.kind:
        case WindowKind.DAYS:
            return {"type": "NUMBER_OF_DAYS_AFTER_DELIVERY", "days": str(window.days)}
        case WindowKind.UNLIMITED:
            return {"type": "LIFETIME_RETURNS"}
        case WindowKind.NONE:
            return {"type": "NO_RETURNS"}
    raise InvalidValueError.of(
        "window.kind",
        "date",
        expected="days, unlimited or none for Google",
        hint="say a last date as a seasonal override",
    )


def _seasons(seasons: tuple[SeasonalOverride, ...], losses: Losses) -> list[dict[str, Any]]:
    for one, other in pairwise(sorted(seasons, key=lambda each: each.start)):
        if other.start <= one.end:
            losses.at(("seasonal_overrides",), f"Google wants none that overlap; {other.start} lies in two")
    return [_season(each) for each in seasons if not each.unlimited]


def _season(season: SeasonalOverride) -> dict[str, Any]:
    said: dict[str, Any] = {
        "label": f"{season.start} to {season.end}",
        "startDate": _date(season.start),
        "endDate": _date(season.end),
    }
    if season.return_by is not None:
        return said | {"returnUntilDate": _date(season.return_by)}
    return said | {"returnDays": season.days}


def _date(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}


def _charges(policy: ReturnPolicy) -> dict[str, Any]:
    said: dict[str, Any] = {}
    fees = next((fees_of(policy, nature) for nature in NATURES if fees_of(policy, nature) != Fees()), Fees())
    if fees.restocking_percent is not None:
        said["restockingFee"] = {"microPercent": _micros("restocking_percent", fees.restocking_percent)}
    elif fees.restocking is not None:
        said["restockingFee"] = {"fixedFee": _price(policy, "restocking", fees.restocking)}
    payer = _first(policy.terms[-1].return_cost)
    if fees.return_shipping is not None and (payer or CUSTOMER) == CUSTOMER:
        said["returnShippingFee"] = {
            "type": "FIXED",
            "fixedFee": _price(policy, "return_shipping", fees.return_shipping),
        }
    elif payer == CUSTOMER:
        said["returnShippingFee"] = {"type": "CUSTOMER_PAYING_ACTUAL_FEE"}
    elif payer == MERCHANT and policy.currency is not None:
        # Google has no word for free but a fee of nothing, and no fee without a currency.
        said["returnShippingFee"] = {"type": "FIXED", "fixedFee": _price(policy, "return_shipping", "0")}
    return said


def _price(policy: ReturnPolicy, field: str, amount: str) -> dict[str, str]:
    if policy.currency is None:
        raise InvalidValueError.of("ReturnPolicy.currency", None, expected=f"said, for {field} has a price at Google")
    return {"amountMicros": str(_micros(field, amount)), "currencyCode": policy.currency}


def _micros(field: str, amount: str) -> int:
    exact = Decimal(amount)
    if exact > _MOST:
        raise InvalidValueError.of(field, amount, expected=f"at most {_MOST} for Google")
    # What is finer is found when it is read back, and told.
    return int((exact * MICRO).to_integral_value(ROUND_HALF_UP)) if exact.adjusted() > -12 else 0
