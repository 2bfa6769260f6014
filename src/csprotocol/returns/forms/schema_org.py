"""schema.org ``MerchantReturnPolicy``, as JSON-LD of web pages holds it.

Sources: schema.org 30.0, data/releases; Google Search Central, merchant return policy markup; read 2026-11-21.
"""

from __future__ import annotations

from typing import Any, Final

from csprotocol.calendar.forms import Exported
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns.forms._form import Form, read_form, write_form
from csprotocol.returns.forms._schema_org_find import place_of_policy
from csprotocol.returns.forms._schema_org_read import is_apart, policy_of
from csprotocol.returns.forms._schema_org_write import means, node_of, spelled

__all__ = ["read", "write"]

_FORM: Final = Form(
    name="schema.org",
    key="schema_org",
    interpret=policy_of,
    compose=node_of,
    means=means,
    locate=place_of_policy,
    spell=spelled,
    apart=("returnPolicySeasonalOverride", is_apart),
)


def read(document: object) -> ReturnPolicy:
    """The policy of one node, a list, a ``@graph``, or an owner with ``hasMerchantReturnPolicy``.

    ``applicableCountry`` and ``validForMemberTier`` choose the lines. ``merchantReturnDays`` is a number of days from
    delivery, or the last day. A property for change of mind or for defects goes before the one for any reason; where
    ``RestockingFees`` is named for one of the two, the fee is for that one alone, otherwise for all that is not free.
    A policy that says no window is read as none beyond the law. The season of an override is read as the days on
    which orders are placed.

    >>> policy = read(
    ...     {
    ...         "@type": "MerchantReturnPolicy",
    ...         "applicableCountry": "ES",
    ...         "returnPolicyCategory": "https://schema.org/MerchantReturnFiniteReturnWindow",
    ...         "merchantReturnDays": 30,
    ...         "customerRemorseReturnFees": "ReturnShippingFees",
    ...         "customerRemorseReturnShippingFeesAmount": {"value": 4.95, "currency": "EUR"},
    ...         "itemDefectReturnFees": "FreeReturn",
    ...     }
    ... )
    >>> terms = policy.terms[0]
    >>> terms.window.days, terms.when.country, terms.return_cost["non_conformity"], policy.currency
    (30, ('ES',), 'merchant', 'EUR')
    >>> terms.fees["remorse"].return_shipping
    '4.95'

    Raises:
        InvalidValueError: no policy or several, a word that its enumeration does not have, a value of another kind
            than the property holds, a finite window without days; the message names the place.
        CurrencyMismatchError: amounts in two currencies.

    Warns:
        LossWarning: a property that the class does not have (the nearest is named), or that a policy cannot say.
    """
    return read_form(_FORM, document)


def write(policy: ReturnPolicy) -> Exported[Any]:
    """The document of ``policy``, a mapping unless a list was read, and what schema.org cannot say.

    A policy that was read comes back in its document, as it was written there, with what was changed since. Of
    several terms the last are written: they are for what no other terms are for.

    >>> from csprotocol.returns import ReturnWindow
    >>> value, losses = write(ReturnPolicy.of(window=ReturnWindow(days=30), requires=("tags_attached",)))
    >>> value["returnPolicyCategory"], value["merchantReturnDays"]
    ('https://schema.org/MerchantReturnFiniteReturnWindow', 30)
    >>> print(losses[0])
    terms[0].requires: schema.org has no word for tags_attached; left out
    """
    return write_form(_FORM, policy)
