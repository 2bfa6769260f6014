"""The ``MerchantReturnPolicy`` that says a given policy."""

from __future__ import annotations

from typing import Any, Final

from csprotocol.model import ReasonNature
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._terms import Fees, ReturnTerms, ReturnWindow, SeasonalOverride, WindowKind
from csprotocol.returns.forms._fields import CUSTOMER, MERCHANT, NATURES, fees_of, number
from csprotocol.returns.forms._form import Losses
from csprotocol.returns.forms._schema_org_read import REMEDIES
from csprotocol.returns.forms._schema_org_words import (
    CLASS,
    GROUPS,
    SEASON,
    listed,
    local_name,
    prefix_of,
    vocabulary,
)

__all__ = ["means", "node_of", "spelled"]

_IRI: Final = "https://schema.org/"
_REFUND_TYPES: Final = {remedy: term for term, remedy in REMEDIES.items()}
_CATEGORIES: Final = {
    WindowKind.DAYS: "MerchantReturnFiniteReturnWindow",
    WindowKind.DATE: "MerchantReturnFiniteReturnWindow",
    WindowKind.UNLIMITED: "MerchantReturnUnlimitedWindow",
    WindowKind.NONE: "MerchantReturnNotPermitted",
}
_DEFAULT: Final = ReturnTerms()


def node_of(policy: ReturnPolicy, losses: Losses) -> dict[str, Any]:
    """The node of ``policy``, with terms as full addresses and without what is not said."""
    terms = policy.terms[-1]
    node: dict[str, Any] = {"@context": "https://schema.org", "@type": CLASS}
    if policy.id != "policy":
        node["@id"] = policy.id
    tiers = [{"@type": "MemberTier", "name": tier} for tier in terms.when.member_tier]
    said = {
        "name": policy.label,
        "applicableCountry": _one_or_list(list(terms.when.country)),
        "validForMemberTier": _one_or_list(tiers),
        **_window(terms.window),
        **_words(terms),
        **_charges(policy, losses),
        "returnPolicySeasonalOverride": _one_or_list([_season(each) for each in terms.seasonal_overrides]),
    }
    return node | {key: each for key, each in said.items() if each not in ("", [], None)}


def means(key: str) -> bool:
    """Whether a property bears on the policy; links, notes and the rest are kept whatever changes."""
    name = local_name(key)
    return (name in vocabulary()[CLASS] or name in {"@id", "name"}) and name not in {
        "merchantReturnLink",
        "returnPolicyCountry",
        "additionalProperty",
    }


def spelled(kept: Any, fresh: Any) -> Any:
    """``fresh`` as ``kept`` was written: with its spelling of terms, and as a list if it was one."""
    prefix = prefix_of(kept)
    terms = [_respelled(each, prefix) for each in listed(fresh)]
    return terms if isinstance(fresh, list) or isinstance(kept, list) else terms[0] if terms else fresh


def _respelled(found: Any, prefix: str | None) -> Any:
    return prefix + local_name(found) if prefix is not None and isinstance(found, str) and _IRI in found else found


def _one_or_list(found: list[Any]) -> Any:
    return found[0] if len(found) == 1 else found


def _terms(names: list[str]) -> Any:
    return _one_or_list([_IRI + name for name in names])


def _window(window: ReturnWindow) -> dict[str, Any]:
    said: dict[str, Any] = {"returnPolicyCategory": _IRI + _CATEGORIES[window.kind]}
    if window.days is not None:
        said["merchantReturnDays"] = window.days
    if window.until is not None:
        said["merchantReturnDays"] = window.until.isoformat()
    return said


def _season(season: SeasonalOverride) -> dict[str, Any]:
    node: dict[str, Any] = {
        "@type": SEASON,
        "startDate": season.start.isoformat(),
        "endDate": season.end.isoformat(),
    }
    if season.unlimited:
        return node | {"returnPolicyCategory": _IRI + _CATEGORIES[WindowKind.UNLIMITED]}
    node["returnPolicyCategory"] = _IRI + _CATEGORIES[WindowKind.DAYS]
    days = season.return_by.isoformat() if season.return_by is not None else season.days
    return node | {"merchantReturnDays": days}


def _words(terms: ReturnTerms) -> dict[str, Any]:
    # What may not come back needs no way to come back.
    brief = terms.window.kind is WindowKind.NONE
    said: dict[str, Any] = {"itemCondition": _terms(list(terms.conditions))}
    if not brief or terms.remedies != _DEFAULT.remedies:
        said["refundType"] = _terms([_REFUND_TYPES[each] for each in terms.remedies if each in _REFUND_TYPES])
    if not brief or terms.return_methods != _DEFAULT.return_methods:
        said["returnMethod"] = _terms(list(terms.return_methods))
    return said


def _charges(policy: ReturnPolicy, losses: Losses) -> dict[str, Any]:
    terms = policy.terms[-1]
    words = _all_fee_words(policy)
    amounts = {
        nature: _amount(policy, fees_of(policy, nature).return_shipping)
        for nature in NATURES
        if any(term.endswith("ReturnShippingFees") for term in listed(words[nature]))
    }
    labels = {nature: _IRI + source for nature, source in terms.label_sources.items()}
    said = _by_nature(words, "ReturnFees") | _by_nature(amounts, "ReturnShippingFeesAmount")
    said |= _by_nature(labels, "ReturnLabelSource")
    for nature in NATURES:
        fees = fees_of(policy, nature)
        if fees.restocking_percent is not None:
            said.setdefault("restockingFee", number(fees.restocking_percent))
        elif fees.restocking is not None:
            said.setdefault("restockingFee", _amount(policy, fees.restocking))
    if policy.currency is None and any(isinstance(each, dict) for each in said.values()):
        losses.at(("currency",), "is open; an amount without a currency says nothing to a reader of schema.org")
    return said


def _all_fee_words(policy: ReturnPolicy) -> dict[ReasonNature, Any]:
    """The kinds of fees for each kind of reason; a restocking fee that goes without saying is not named."""
    payers = policy.terms[-1].return_cost
    restocks = {nature: _restocks(fees_of(policy, nature)) for nature in NATURES}
    words = {nature: _shipping_words(policy, nature) for nature in NATURES}
    # Named alone, a restocking fee says that the parcel back costs nothing: where that is open, it stays unnamed.
    is_open = [restocks[nature] and not words[nature] and nature not in payers for nature in NATURES]
    is_plain = [restocks[nature] or words[nature] == ["FreeReturn"] for nature in NATURES]
    is_merchant = [restocks[nature] and payers.get(nature) == MERCHANT for nature in NATURES]
    if not (any(is_open) and all(is_plain)) or any(is_merchant):
        words = {nature: [*words[nature], *["RestockingFees"] * restocks[nature]] for nature in NATURES}
    return {nature: _terms(each) for nature, each in words.items()}


def _restocks(fees: Fees) -> bool:
    return fees.restocking is not None or fees.restocking_percent is not None


def _shipping_words(policy: ReturnPolicy, nature: ReasonNature) -> list[str]:
    fees, payer = fees_of(policy, nature), policy.terms[-1].return_cost.get(nature)
    usual = CUSTOMER if nature is ReasonNature.REMORSE else MERCHANT
    # A shop that pays for the parcel itself charges no fee for it, whatever the fee is.
    if fees.return_shipping is not None and (payer or usual) == CUSTOMER:
        return ["ReturnShippingFees"]
    if payer == CUSTOMER:
        return ["ReturnFeesCustomerResponsibility"]
    return ["FreeReturn"] if payer == MERCHANT and not _restocks(fees) else []


def _by_nature(values: dict[ReasonNature, Any], suffix: str) -> dict[str, Any]:
    """One property where both kinds of reason say the same, else one for each."""
    said = {nature: each for nature, each in values.items() if each not in ([], None)}
    if len(said) == len(NATURES) and said[NATURES[0]] == said[NATURES[1]]:
        return {suffix[:1].lower() + suffix[1:]: said[NATURES[0]]}
    return {GROUPS[nature] + suffix: each for nature, each in said.items()}


def _amount(policy: ReturnPolicy, told: str | None) -> dict[str, Any] | None:
    if told is None:
        return None
    node = {"@type": "MonetaryAmount", "value": number(told)}
    return node if policy.currency is None else {**node, "currency": policy.currency}
