"""Shopify Admin GraphQL ``ReturnPolicyProfile`` (2026-10): the window in which a market's orders may come back.

Fields were read 2026-11-22 at shopify.dev, the profile for 2026-10, its ``ReturnPoliciesReturnRules``,
``ReturnPoliciesEditRules`` and ``ReturnPoliciesReturnWindowStartingFrom`` for ``unstable``, since those pages were not
there for 2026-10. A start of the window other than the two words found there is kept as it is and read as delivery.
"""

from __future__ import annotations

from typing import Any, Final

from csprotocol.calendar.forms import Exported
from csprotocol.errors import one_of
from csprotocol.returns._policy import ReturnPolicy
from csprotocol.returns._terms import ReturnTerms, ReturnWindow, StartsFrom, WindowKind
from csprotocol.returns.forms._fields import flag, mapping, text, whole
from csprotocol.returns.forms._form import Form, Losses, read_form, write_form
from csprotocol.returns.forms._plain import Place, wrong

__all__ = ["read", "write"]

_NO_END: Final = -1
_STARTS: Final = {
    "ITEM_DELIVERY_DATE": StartsFrom.DELIVERED,
    "LAST_ITEM_DELIVERY_DATE": StartsFrom.LAST_DELIVERED,
}
_FIELDS: Final = ("id", "name", "default", "returnRules", "editRules", "markets", "updatedAt", "__typename")
_RULES: Final = (
    "canAcceptReturns",
    "returnWindowDays",
    "returnWindowStartingFrom",
    "extendWindowToBusinessDay",
    "__typename",
)


def read(profile: object) -> ReturnPolicy:
    """The policy of one profile, as a query for it returns it.

    ``returnRules`` that are ``null`` are no restriction, which is a window without end, as are -1 days. Fees, final
    sale and remedies are no part of a profile: they are as ``ReturnTerms`` says by default.

    >>> policy = read(
    ...     {
    ...         "id": "gid://shopify/ReturnPolicyProfile/1",
    ...         "default": True,
    ...         "name": None,
    ...         "returnRules": {
    ...             "canAcceptReturns": True,
    ...             "returnWindowDays": 30,
    ...             "returnWindowStartingFrom": "LAST_ITEM_DELIVERY_DATE",
    ...             "extendWindowToBusinessDay": True,
    ...         },
    ...     }
    ... )
    >>> window = policy.terms[0].window
    >>> window.days, window.starts_from.value, window.extend_to_business_day
    (30, 'last_delivered', True)

    Raises:
        InvalidValueError: ``returnRules`` were not asked for, a value of another kind, no number of days; the message
            names the place.

    Warns:
        LossWarning: markets (a ReturnPolicy selects by country), rules for edits and cancellations, an unknown field
            or start of the window.
    """
    return read_form(_FORM, profile)


def write(policy: ReturnPolicy) -> Exported[dict[str, Any]]:
    """The profile of ``policy``, and what Shopify cannot say.

    >>> value, losses = write(ReturnPolicy.of(window=ReturnWindow(kind=WindowKind.UNLIMITED)))
    >>> value["returnRules"]["returnWindowDays"], losses
    (-1, ())
    """
    return write_form(_FORM, policy)


def _policy_of(node: dict[str, Any], place: Place, losses: Losses) -> ReturnPolicy:
    _tell_unknown(node, _FIELDS, place, losses)
    if node.get("editRules") is not None:
        mapping(node["editRules"], ("editRules",))
        losses.at(("editRules",), "are kept; a ReturnPolicy says nothing of edits and cancellations")
    if node.get("markets"):
        losses.at(("markets",), "are kept; a ReturnPolicy selects by country, and is read as for all of them")
    name, gid = node.get("name"), node.get("id")
    return ReturnPolicy(
        id="policy" if gid is None else text(gid, ("id",)),
        label="" if name is None else _name(name),
        terms=(ReturnTerms(window=_window(node, losses)),),
    )


def _name(found: Any) -> str:
    if not isinstance(found, str):
        raise wrong(("name",), found, expected="a text or null")
    return found


def _window(node: dict[str, Any], losses: Losses) -> ReturnWindow:
    if "returnRules" not in node:
        raise wrong(("returnRules",), "nothing", expected="there, null for no restriction; add it to the query")
    if node["returnRules"] is None:
        return ReturnWindow(kind=WindowKind.UNLIMITED)
    rules = mapping(node["returnRules"], ("returnRules",))
    _tell_unknown(rules, _RULES, ("returnRules",), losses)
    starts_from = _start(rules.get("returnWindowStartingFrom"), losses)
    extends = rules.get("extendWindowToBusinessDay")
    extended = extends is not None and flag(extends, ("returnRules", "extendWindowToBusinessDay"))
    kind, days = WindowKind.NONE, None
    if flag(rules.get("canAcceptReturns"), ("returnRules", "canAcceptReturns")):
        days = whole(rules.get("returnWindowDays"), ("returnRules", "returnWindowDays"))
        kind, days = (WindowKind.UNLIMITED, None) if days == _NO_END else (WindowKind.DAYS, days)
    return ReturnWindow(kind=kind, days=days, starts_from=starts_from, extend_to_business_day=extended)


def _start(found: Any, losses: Losses) -> StartsFrom:
    if found is None:
        return StartsFrom.DELIVERED
    where: Place = ("returnRules", "returnWindowStartingFrom")
    word = text(found, where)
    if word not in _STARTS:
        losses.at(where, f"{word[:60]} is unknown; {one_of(_STARTS, found=word)}; kept, and read as delivery")
    return _STARTS.get(word, StartsFrom.DELIVERED)


def _tell_unknown(node: dict[str, Any], fields: tuple[str, ...], place: Place, losses: Losses) -> None:
    for key in node:
        if key not in fields:
            losses.at((*place, key), f"is no field here; {one_of(fields, found=key)}; kept, and not read")


def _node_of(policy: ReturnPolicy, losses: Losses) -> dict[str, Any]:  # noqa: ARG001  # what is lost is found by reading back
    window = policy.terms[-1].window
    rules: dict[str, Any] = {"canAcceptReturns": window.kind is not WindowKind.NONE}
    if window.kind is WindowKind.DATE:
        raise wrong(("window", "kind"), "date", expected="days, unlimited or none for Shopify")
    if rules["canAcceptReturns"]:
        rules["returnWindowDays"] = _NO_END if window.days is None else window.days
    starts = {ours: theirs for theirs, ours in _STARTS.items()}
    if window.starts_from in starts:
        rules["returnWindowStartingFrom"] = starts[window.starts_from]
    rules["extendWindowToBusinessDay"] = window.extend_to_business_day
    said: dict[str, Any] = {} if policy.id == "policy" else {"id": policy.id}
    return said | {"name": policy.label or None, "returnRules": rules}


_FORM: Final = Form(
    name="Shopify",
    key="shopify",
    interpret=_policy_of,
    compose=_node_of,
    means=lambda key: key in {"id", "name", "returnRules"},
)
