"""``csprotocol return decide``: reads an order, decides, tells."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from csprotocol.cli._common import check_output, parse_instant, parse_zone, write_output
from csprotocol.cli._return_lint import policy_named
from csprotocol.cli._return_order import Found, delivered, read_order
from csprotocol.cli._return_request import parse_day, request_of, require_thinkable, tagged
from csprotocol.cli._return_told import verdict
from csprotocol.cli._tables import clean, json_text
from csprotocol.errors import InvalidValueError, MissingExtraError
from csprotocol.model import Order
from csprotocol.returns import (
    Basis,
    Law,
    ReturnDecision,
    ReturnPolicy,
    ReturnRequest,
    decide,
    jurisdictions,
    working_days,
)

__all__ = ["run"]

_REFUSED: Final = 1
_UNDECIDED: Final = 3


def run(chosen: argparse.Namespace) -> int:
    """Reads, decides, tells."""
    check_output(chosen.output, (chosen.order, chosen.policy))
    if chosen.explain and chosen.format == "json":
        raise InvalidValueError.of("--explain", chosen.explain, expected="without --format json")
    if chosen.no_law and chosen.policy is None:
        raise InvalidValueError.of("--no-law", "no --policy", expected="with a policy to decide by")
    zone = None if chosen.tz is None else parse_zone(chosen.tz)
    at = _asked_at(chosen, zone)
    policy = None if chosen.policy is None else policy_named(chosen.policy)
    found = read_order(chosen.order, chosen.platform, wanted=chosen.wanted, tz=chosen.tz)
    order = found.order
    if chosen.delivered is not None:
        order = delivered(order, parse_day("--delivered", chosen.delivered))
    law = None if chosen.no_law else _law(chosen.country, order)
    if chosen.country is not None:
        order = replace(order, country=chosen.country.strip().upper())
    request = request_of(chosen, order, at, law, policy)
    order = tagged(order, request, chosen.tag)
    holidays = _holidays(law) if chosen.holidays else None
    decision = decide(order, request, policy, law=law, is_working_day=holidays, actor=chosen.actor)
    _say(chosen, found, policy, decision, has_holidays=holidays is not None)
    write_output(_told(chosen, decision, order, request), chosen.output)
    if not chosen.check:
        return 0
    return {True: 0, False: _REFUSED, None: _UNDECIDED}[decision.eligible]


def _asked_at(chosen: argparse.Namespace, zone: ZoneInfo | None) -> date | datetime:
    """When the customer asked: the clock is read here, never in the library."""
    if chosen.on is not None:
        return parse_day("--on", chosen.on)
    if chosen.now is not None:
        at = parse_instant("--now", chosen.now, zone or ZoneInfo("UTC"))
        require_thinkable("--now", at)
        return at
    return datetime.now(zone).astimezone(zone).date()


def _law(country: str | None, order: Order) -> Law:
    where = order.country if country is None else country.strip().upper()
    if where is None:
        raise InvalidValueError.of(
            "--country", "nothing", expected="given: the order names no country", hint="or --no-law"
        )
    try:
        return Law.of(where)
    except InvalidValueError:
        raise InvalidValueError.of(
            "--country",
            where,
            expected=f"one whose law is known here: {', '.join(jurisdictions())}",
            hint="--no-law decides by the policy alone",
        ) from None


def _holidays(law: Law | None) -> Callable[[date], bool] | None:
    if law is None or law.holidays is None:
        return None
    try:
        return working_days(law)
    except MissingExtraError:
        return None


def _told(chosen: argparse.Namespace, decision: ReturnDecision, order: Order, request: ReturnRequest) -> str:
    if chosen.format == "json":
        return json_text(decision.to_dict())
    if chosen.explain:
        return f"{decision.explain(chosen.explain)}\n"
    return verdict(decision, order, request.remedy)


def _say(
    chosen: argparse.Namespace,
    found: Found,
    policy: ReturnPolicy | None,
    decision: ReturnDecision,
    *,
    has_holidays: bool,
) -> None:
    """What whoever reads the answer should know beside it."""
    if chosen.on is None and chosen.now is None:
        _warn(f"decided as of today, {decision.asked_on}; --on names another day")
    if chosen.platform is None:
        _warn(f"read as an order of {found.platform}; --from says otherwise")
    for each in found.oddities:
        _warn(f"noted in the order: {each}")
    if not has_holidays and "public_holidays" in decision.missing_facts:
        _warn("without public holidays the last day is not sure; they come with csprotocol[holidays]")
    if found.platform != "csprotocol" and not chosen.tag and policy is not None and decision.basis is Basis.SHOP_POLICY:
        selects = any(terms.when.tag or terms.when.collection for terms in policy.terms)
        if selects or any(terms.exclusions for terms in policy.terms):
            _warn("orders of a shop do not carry product tags; exclusions by tag count as not so, --tag says otherwise")


def _warn(sentence: str) -> None:
    print(f"csprotocol: {clean(sentence)}", file=sys.stderr)
