"""What a return costs, and who pays for it, as a ``MerchantReturnPolicy`` says it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from csprotocol.model import ReasonNature
from csprotocol.returns._terms import Fees
from csprotocol.returns.forms._fields import CUSTOMER, MERCHANT, NATURES, Currencies, amount_text
from csprotocol.returns.forms._form import Losses
from csprotocol.returns.forms._plain import Place, wrong
from csprotocol.returns.forms._schema_org_words import GROUPS, enumeration, local_name, single, unwrapped

__all__ = ["charges_of"]


def charges_of(said: dict[str, Any], place: Place, losses: Losses, currencies: Currencies) -> dict[str, Any]:
    """Fees, who pays for the parcel back and who makes its label, each by whose fault the return is."""
    words = {nature: _fee_words(said, nature, place) for nature in NATURES}
    restocking = _restocking(said, place)
    named = any("RestockingFees" in each for each in words.values())
    if named and restocking is None:
        losses.at((*place, "restockingFee"), "is missing, so that no fee is charged")
    fees, payers, labels = {}, {}, {}
    for nature in NATURES:
        shipping, payer = _shipping(said, nature, place, losses, currencies)
        restocks = "RestockingFees" in words[nature] if named else not _is_free(words[nature])
        charged = Fees(return_shipping=shipping)
        if restocking is not None and restocks:
            amount = restocking.charged(currencies)
            percent = restocking.is_percent
            charged = replace(charged, restocking_percent=amount) if percent else replace(charged, restocking=amount)
        if charged != Fees():
            fees[nature] = charged
        if payer:
            payers[nature] = payer
        label = _label(said, nature, place, losses)
        if label:
            labels[nature] = label
    return {"fees": fees, "return_cost": payers, "label_sources": labels}


def _key(said: dict[str, Any], nature: ReasonNature, suffix: str) -> str:
    """The property for this kind of reason, or the one for any reason."""
    own = GROUPS[nature] + suffix
    return own if own in said else suffix[:1].lower() + suffix[1:]


def _fee_words(said: dict[str, Any], nature: ReasonNature, place: Place) -> list[str]:
    key = _key(said, nature, "ReturnFees")
    return enumeration(said.get(key), "ReturnFeesEnumeration", (*place, key))


def _shipping(
    said: dict[str, Any],
    nature: ReasonNature,
    place: Place,
    losses: Losses,
    currencies: Currencies,
) -> tuple[str | None, str | None]:
    """What the shop charges for the parcel back, and who pays for it."""
    words = _fee_words(said, nature, place)
    key = _key(said, nature, "ReturnShippingFeesAmount")
    amount = single(said, key, place)
    fee = None if amount is None else _amount(amount, (*place, key))
    if "FreeReturn" in words and len({*words}) > 1:
        losses.at(place, "a return is said to be free and to cost something; the cost is read")
    if "ReturnShippingFees" in words or (fee is not None and not words):
        if fee is None:
            losses.at((*place, key), "is missing; read as what the customer's own parcel costs")
        return None if fee is None else fee.charged(currencies), CUSTOMER
    if fee is not None:
        losses.at((*place, key), f"means nothing beside {', '.join(words)}; kept, and not read")
    if "ReturnFeesCustomerResponsibility" in words:
        return None, CUSTOMER
    # Where a restocking fee is named and nothing for the parcel, the parcel costs nothing.
    return None, MERCHANT if _is_free(words) or "RestockingFees" in words else None


def _is_free(words: list[str]) -> bool:
    """Whether nothing is charged for sending back; what was paid for the first parcel is another matter."""
    return "FreeReturn" in words and {*words} <= {"FreeReturn", "OriginalShippingFees"}


def _label(said: dict[str, Any], nature: ReasonNature, place: Place, losses: Losses) -> str | None:
    key = _key(said, nature, "ReturnLabelSource")
    labels = enumeration(said.get(key), "ReturnLabelSourceEnumeration", (*place, key))
    if len(labels) > 1:
        losses.at((*place, key), f"a ReturnPolicy has one source of labels for a kind of reason; {labels[0]} is read")
    return labels[0] if labels else None


def _restocking(said: dict[str, Any], place: Place) -> _Amount | None:
    found = single(said, "restockingFee", place)
    if found is None:
        return None
    where = (*place, "restockingFee")
    if isinstance(found, dict) and "@value" not in found:
        return _amount(found, where)
    return _Amount(amount_text(unwrapped(found), where), None, where, is_percent=True)


def _amount(found: Any, place: Place) -> _Amount:
    if not isinstance(found, dict):
        raise wrong(place, found, expected="a MonetaryAmount")
    amount = {local_name(key): each for key, each in found.items()}
    return _Amount(amount_text(unwrapped(amount.get("value")), (*place, "value")), amount.get("currency"), place)


class _Amount(NamedTuple):
    """An amount and its currency, of which nobody takes note before the amount is charged."""

    told: str
    currency: Any
    place: Place
    is_percent: bool = False

    def charged(self, currencies: Currencies) -> str:
        currencies.see(self.currency, (*self.place, "currency"))
        return self.told
