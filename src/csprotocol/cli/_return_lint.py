"""``csprotocol return policy lint FILE``: whether a policy can be read, and what its owner may not have meant."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from csprotocol.cli._common import loaded
from csprotocol.cli._tables import clean, plural
from csprotocol.errors import InvalidValueError, one_of
from csprotocol.model import Money, ReasonNature
from csprotocol.returns import ReturnPolicy, ReturnTerms, WindowKind

__all__ = ["policy_named", "run"]

_STATUTORY_DAYS = 14
_COUNTRY = re.compile("[A-Z]{2}(-[A-Z0-9]{1,3})?")


def policy_named(name: str) -> ReturnPolicy:
    """A sample by its name, or the policy in a file; ``./fashion`` is a file."""
    if name in ReturnPolicy.samples():
        return ReturnPolicy.sample(name)
    path = Path(name)
    if not path.suffix and path.name == name and not path.exists():
        # Meant for a sample, most likely.
        raise InvalidValueError.of("policy", name, expected="a file (TOML, JSON, YAML)", hint=_hint(name))
    return loaded(ReturnPolicy.load, name)


def _hint(name: str) -> str:
    return f"or a sample; {one_of(ReturnPolicy.samples(), found=name)}"


def run(chosen: argparse.Namespace) -> int:
    """Tells what stands in it, and what is doubtful."""
    policy = policy_named(chosen.policy)
    print(clean(f"{policy.id}, version {policy.version}: {plural(len(policy.terms), 'set')} of terms"))
    for terms in policy.terms:
        print(clean(f"  {terms.name}: {_window(terms)}"))
    found = [*_doubts(policy)]
    for doubt in found:
        print(clean(f"? {doubt}"))
    print(f"{plural(len(found), 'doubt')}; what the law gives, it gives whatever a policy says")
    return 1 if found else 0


def _window(terms: ReturnTerms) -> str:
    window = terms.window
    told = {
        WindowKind.DAYS: f"{window.days} days from {window.starts_from}",
        WindowKind.DATE: f"until {window.until}",
        WindowKind.UNLIMITED: "for ever",
        WindowKind.NONE: "nothing comes back",
    }[window.kind]
    return f"{told}; {', '.join(terms.remedies)}"


def _doubts(policy: ReturnPolicy) -> Iterator[str]:
    if not policy.terms[-1].when.is_for_all:
        yield "the last terms are not for all lines: of a line that none choose, the policy says nothing"
    if not policy.posted:
        yield "posted is false: where the law has a default for such shops, that counts instead"
    if policy.currency is None and (policy.approval_limits or any(_amounts(terms) for terms in policy.terms)):
        yield "amounts without a currency: they are read in that of each order"
    for role, limit in policy.approval_limits.items():
        yield from (f"approval_limits, {role}: {each}" for each in _too_fine([limit], policy.currency))
    for terms in policy.terms:
        yield from (f"terms {terms.name}: {each}" for each in _doubts_of(terms, policy.currency))


def _doubts_of(terms: ReturnTerms, currency: str | None) -> Iterator[str]:
    window = terms.window
    # What is left out for a change of mind anyway needs no days for it.
    left_out = not {*terms.when.tag}.isdisjoint(terms.exclusions)
    if window.days is not None and window.days < _STATUTORY_DAYS and not left_out:
        yield f"{window.days} days are less than the {_STATUTORY_DAYS} of consumers in the EU, where the law counts"
    if window.kind is WindowKind.DAYS and window.starts_from.endswith("delivered") and not window.transit_buffer_days:
        yield "no transit_buffer_days: without a day of delivery, late requests are not decided"
    defects = terms.fees.get(ReasonNature.NON_CONFORMITY)
    if defects is not None and (defects.restocking or defects.restocking_percent or defects.return_shipping):
        yield "a fee on faulty goods: in most places the law does not allow it"
    if terms.return_cost.get(ReasonNature.NON_CONFORMITY) == "customer":
        yield "the customer pays for sending faulty goods back: in most places the law does not allow it"
    if terms.store_credit_bonus_percent and "store_credit" not in terms.refund_methods:
        yield "a bonus on store credit, which is no refund method here"
    # All remedies are what stands there where nobody wrote any.
    is_written = terms.remedies != ReturnTerms().remedies
    if is_written and "store_credit" in terms.remedies and "store_credit" not in terms.refund_methods:
        yield "a remedy store_credit, which is no refund method here"
    if terms.keep_product_below is not None and Decimal(terms.keep_product_below) < 0:
        yield "keep_product_below is below 0: nobody ever keeps anything"
    yield from _doubts_of_choice(terms)
    yield from _too_fine(_amounts(terms), currency)


def _doubts_of_choice(terms: ReturnTerms) -> Iterator[str]:
    """Of the orders that they are for, by country and by season."""
    for code in terms.when.country:
        if not _COUNTRY.fullmatch(code) or code == "UK":
            yield f"country {code} is no code of ISO 3166 in capitals (ES, GB, CA-QC): it chooses no order"
    for season in terms.seasonal_overrides:
        if season.return_by is not None and season.return_by < season.start:
            yield f"the season from {season.start} ends with returns by {season.return_by}, before it begins"
        if terms.window.kind is WindowKind.NONE:
            yield f"the season from {season.start} makes a window longer, and there is none"


def _too_fine(amounts: Iterable[str], currency: str | None) -> Iterator[str]:
    if currency is None:
        return
    exponent = Money(0, currency).exponent
    for amount in amounts:
        try:
            Money.of(amount, currency)
        except InvalidValueError:
            yield f"{amount} has more decimals than {currency} ({exponent}); a decision that needs it fails"


def _amounts(terms: ReturnTerms) -> list[str]:
    found = [terms.keep_product_below]
    for fees in terms.fees.values():
        found += [fees.restocking, fees.return_shipping]
    return [amount for amount in found if amount is not None]
