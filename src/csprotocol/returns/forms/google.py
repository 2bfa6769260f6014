"""Google Merchant API ``OnlineReturnPolicy`` (accounts, v1).

Names and meanings were read 2026-11-22 in Google's reference of v1 (label and its 50 characters, countries, the reading
of absent fees, seasons by order date) and in published copies of its protocol files of v1beta (all fields and
enumerations). Not verified: that a fixed shipping fee of nothing is how Google says a free return.
"""

from __future__ import annotations

from typing import Any, Final

from csprotocol.calendar.forms import Exported
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns.forms._form import Form, read_form, write_form
from csprotocol.returns.forms._google_read import policy_of, require
from csprotocol.returns.forms._google_write import means, node_of

__all__ = ["read", "write"]

_FORM: Final = Form(
    name="Google", key="google", interpret=policy_of, compose=node_of, means=means, require=require
)  # fmt: skip


def read(resource: object) -> ReturnPolicy:
    """The policy of one ``OnlineReturnPolicy`` resource.

    Its fees, labels and payers hold for all reasons. ``acceptDefectiveOnly`` is read as ``requires=("defective",)``,
    which bites on a change of mind alone. Both item conditions, which are all that Google knows, are no condition.
    A fixed shipping fee of nothing is a free return.

    >>> policy = read(
    ...     {
    ...         "countries": ["ES"],
    ...         "policy": {"type": "NUMBER_OF_DAYS_AFTER_DELIVERY", "days": "30"},
    ...         "restockingFee": {"microPercent": 15000000},
    ...         "returnMethods": ["BY_MAIL"],
    ...         "itemConditions": ["NEW"],
    ...         "returnPolicyUri": "https://shop.example/returns",
    ...     }
    ... )
    >>> terms = policy.terms[0]
    >>> terms.window.days, terms.fees["remorse"].restocking_percent, terms.conditions
    (30, '15', ('NewCondition',))

    Raises:
        InvalidValueError: a field that Google requires is missing, a word or a value of another kind; the message
            names the place.
        CurrencyMismatchError: fees in two currencies.

    Warns:
        LossWarning: a field that is unknown (the nearest is named), or that a policy cannot say
            (``processRefundDays``).
    """
    return read_form(_FORM, resource)


def write(policy: ReturnPolicy, *, return_policy_uri: str | None = None) -> Exported[dict[str, Any]]:
    """The resource of ``policy``, and what Google cannot say.

    ``return_policy_uri`` is where the policy can be read; Google requires it, and a policy that was read has it. The
    countries are those of the terms' selector. Where fees differ by reason, those for a change of mind are written,
    and that they hold for all is a loss. Google gives ids itself and overlooks the one that is sent.

    >>> from csprotocol.returns import ReturnWindow, Selector
    >>> policy = ReturnPolicy.of(window=ReturnWindow(days=30), when=Selector(country=("ES",)))
    >>> value, losses = write(policy, return_policy_uri="https://shop.example/returns")
    >>> value["policy"], [str(loss) for loss in losses]
    ({'type': 'NUMBER_OF_DAYS_AFTER_DELIVERY', 'days': '30'},
     ['terms[0].remedies: Google has no word for refund, exchange, store_credit; it is read back as refund, exchange'])

    Raises:
        InvalidValueError: no address, no country, no way to send things back, a window that ends on a date, a fee
            without a currency, a label of more than 50 characters.
    """
    return write_form(_FORM, policy, besides={"returnPolicyUri": return_policy_uri} if return_policy_uri else {})
