"""What a customer asks for, from the words of the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from csprotocol.errors import InvalidValueError
from csprotocol.model import ContactReason, Money, Order, OrderLine
from csprotocol.returns import ExchangeItem, Law, Remedy, RequestedLine, ReturnPolicy, ReturnRequest

__all__ = ["parse_day", "request_of", "require_thinkable", "tagged"]

_WORDS: Final = {"yes": True, "true": True, "no": False, "false": False, "unknown": None}
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEARS: Final = range(1970, 2200)
_PLACED: Final = re.compile(r"(?P<line>.+)=(?P<count>[0-9]{1,9})")
_GOES_OUT: Final = re.compile(r"(?P<sku>.+)=(?P<price>[0-9]{1,12}(\.[0-9]{1,8})?)(x(?P<count>[0-9]{1,9}))?")
# Facts that the engine asks for by itself; those of a law and of a policy come on top.
_ASKED: Final = (
    "agreed_guarantee_months", "contract_copy_on", "digital", "regular_delivery", "repair_failed",
    "repair_requested_on", "repair_returned_on", "return_cost_informed", "service", "severity", "withdrawal_informed",
)  # fmt: skip
# What has an option of its own, and would be overwritten by it.
_OPTIONS: Final = {
    "condition": "--condition",
    "delivered_on": "--delivered",
    "reason": "--reason",
    "quantity": "--line",
    "placed_at": "the order",
}


def parse_day(option: str, text: str) -> date:
    """A date.

    Raises:
        InvalidValueError: the text is none.
    """
    try:
        # Python takes 20261120 and 2026-W47-5 as well.
        found = date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise InvalidValueError.of(option, text, expected="a date such as 2026-11-20") from None
    require_thinkable(option, found)
    return found


def require_thinkable(where: str, at: object) -> None:
    """No shop means a date beside these years; at the edges of the calendar, no period could be counted.

    Raises:
        InvalidValueError: it lies outside.
    """
    if isinstance(at, date) and not _YEARS.start <= at.year < _YEARS.stop:
        raise InvalidValueError.of(where, str(at), expected=f"in the years {_YEARS.start} to {_YEARS.stop - 1}")


def request_of(
    chosen: argparse.Namespace, order: Order, at: date | datetime, law: Law | None, policy: ReturnPolicy | None
) -> ReturnRequest:
    """The request.

    Raises:
        InvalidValueError: a line, a reason or a fact that there is none of.
    """
    reason = None if chosen.reason is None else _reason(chosen.reason)
    facts = _facts(chosen.fact, {*_known(law, policy)})
    severity = facts.pop("severity", None)
    if severity not in {None, "major", "minor"}:
        raise InvalidValueError.unknown("--fact severity", severity, ("major", "minor"))
    lines = [
        RequestedLine(
            id=line.id, quantity=count, reason=reason, condition=chosen.condition, severity=severity, facts=facts
        )
        for line, count in (_line(each, order) for each in chosen.line)
    ]
    ids = [line.id for line in lines]
    if len({*ids}) < len(ids):
        raise InvalidValueError.of("--line", ids, expected="each line once")
    goods = tuple(_exchanged(each, order.currency) for each in chosen.exchange)
    if bool(goods) != (chosen.type == Remedy.EXCHANGE):
        found = "goods that go out" if goods else "nothing that goes out"
        raise InvalidValueError.of("--exchange", found, expected="SKU=PRICE with --type exchange, and only there")
    return ReturnRequest(
        at=at, lines=tuple(lines), remedy=chosen.type, consumer_agreed=chosen.agreed, exchange_items=goods
    )


def _exchanged(given: str, currency: str) -> ExchangeItem:
    """What goes out: ``SKU=9.90``, or ``SKU=9.90x2`` for two of them."""
    found = _GOES_OUT.fullmatch(given)
    if found is None or int(found["count"] or 1) < 1:
        raise InvalidValueError.of("--exchange", given, expected="SKU=PRICE or SKU=PRICExQTY, such as MUG-2=9.90x2")
    price = Money.of(found["price"], currency)
    return ExchangeItem(sku=found["sku"], unit_price=price, quantity=int(found["count"] or 1))


def tagged(order: Order, request: ReturnRequest, tags: Iterable[str]) -> Order:
    """The order with more tags on the lines that come back."""
    ids, more = {line.id for line in request.lines}, tuple(tags)
    lines = (replace(line, tags=(*line.tags, *more)) if line.id in ids else line for line in order.lines)
    return replace(order, lines=tuple(lines))


def _line(given: str, order: Order) -> tuple[OrderLine, int]:
    """The line of ``ID=2`` or ``SKU=2``; without a number, one unit."""
    name, count = given, 1
    placed = _PLACED.fullmatch(given)
    if placed and not _lines(given, order):
        name, count = placed["line"], int(placed["count"])
    found = _lines(name, order)
    if len(found) == 1 and count:
        return found[0], count
    shown = "; ".join(_shown(line) for line in order.lines)
    if found and not count:
        raise InvalidValueError.of("--line", given, expected="at least one unit")
    if found:
        raise InvalidValueError.of(
            "--line", name, expected=f"the id of a line, for {len(found)} have this SKU: {shown}"
        )
    raise InvalidValueError.of("--line", name, expected=f"one of the order's: {shown}")


def _lines(name: str, order: Order) -> list[OrderLine]:
    by_id = [line for line in order.lines if line.id == name]
    return by_id or [line for line in order.lines if line.sku and line.sku == name]


def _shown(line: OrderLine) -> str:
    sku = f" (SKU {line.sku})" if line.sku and line.sku != line.id else ""
    return f"{line.id}{sku} {line.quantity} x {line.title[:40]}".rstrip(" x")


def _reason(code: str) -> str:
    known = [reason.code for reason in ContactReason.all() if reason.nature is not None]
    if code not in known:
        raise InvalidValueError.unknown("--reason", code, known)
    return code


def _facts(given: Iterable[str], known: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in given:
        name, separator, text = each.partition("=")
        name = name.strip()
        if not separator or not name:
            raise InvalidValueError.of("--fact", each, expected="NAME=yes, NAME=no or NAME=2026-11-20")
        if name in _OPTIONS:
            raise InvalidValueError.of("--fact", name, expected=f"said with {_OPTIONS[name]}")
        if name not in known:
            # A slip of the pen would change the decision, and nobody would see it.
            raise InvalidValueError.unknown("--fact", name, sorted(known))
        if name in found:
            raise InvalidValueError.of("--fact", name, expected="said once")
        found[name] = _fact(name, text.strip())
    return found


def _fact(name: str, text: str) -> object:
    if name.endswith("_on"):
        return parse_day(f"--fact {name}", text)
    if name == "severity":
        return text
    if name.endswith("_months"):
        if not re.fullmatch("[0-9]{1,4}", text):
            raise InvalidValueError.of(f"--fact {name}", text, expected="a number of months")
        return int(text)
    if text.casefold() not in _WORDS:
        raise InvalidValueError.unknown(f"--fact {name}", text, ("yes", "no", "unknown"))
    return _WORDS[text.casefold()]


def _known(law: Law | None, policy: ReturnPolicy | None) -> Iterable[str]:
    yield from _ASKED
    for rule in law.rules if law is not None else ():
        yield from rule.when
        if rule.not_informed is not None:
            yield rule.not_informed.fact
            yield f"{rule.not_informed.fact}_on"
        for exemption in rule.exemptions:
            yield from law.exemptions[exemption].when if law is not None else ()
    for terms in policy.terms if policy is not None else ():
        yield from terms.requires
        yield from terms.exclusions
        for fees in terms.fees.values():
            yield from fees.when
