"""The order of a return, from a file of a shop or of our own, and what the command line says of it beside."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from csprotocol import _parse
from csprotocol.adapters import Read, shopify, woocommerce
from csprotocol.cli._return import PLATFORMS
from csprotocol.cli._return_request import require_thinkable
from csprotocol.errors import CsprotocolError, DocumentError, InvalidValueError, Problem, one_of
from csprotocol.model import Delivery, Money, Order, OrderLine, Payment

__all__ = ["Found", "delivered", "read_order"]

OWN: Final = "csprotocol"
_AMOUNTS: Final = ("discount", "shipping_paid", "shipping_standard", "captured", "refunded")
_LINE_AMOUNTS: Final = ("unit_price", "total", "discount", "tax")
_WOOCOMMERCE: Final = frozenset({"prices_include_tax", "date_created_gmt", "order_key", "created_via"})
_SHOPIFY: Final = frozenset({"taxes_included", "financial_status", "order_number", "total_price", "lineItems"})


class Found(NamedTuple):
    """An order, the platform whose form it has, and what was odd."""

    order: Order
    platform: str
    oddities: tuple[str, ...]


def read_order(path: str, platform: str | None, *, wanted: str | None, tz: str | None) -> Found:
    """The order that the file holds; of several the one with the id or the number ``wanted``.

    Raises:
        DocumentError: it cannot be read, holds no order or several, or an order that cannot be one.
    """
    name = "standard input" if path == "-" else Path(path).name or path
    payload = _one(_json(path, name), name, wanted)
    platform = platform or _recognised(payload, name)
    if platform == OWN:
        return Found(_own(payload, name, tz), OWN, ())
    read: Read[Order | None]
    read = shopify.order(payload, tz=tz) if platform == "shopify" else woocommerce.order(payload, tz=tz)
    if read.value is None:
        raise DocumentError.unreadable(
            f"the order in {name}", "; ".join(f"{each.column or 'it'}: {each.message}" for each in read.rejected)
        )
    return Found(read.value, platform, tuple(each.message for each in read.warnings))


def delivered(order: Order, on: date) -> Order:
    """The order with all of it delivered ``on`` that day, whatever it says itself."""
    sent = [each.fulfilled_at for each in order.deliveries if each.fulfilled_at is not None]
    # What was delivered was sent, also where the shop has not heard of it.
    lines = tuple(replace(line, fulfilled_quantity=None) if _is_unsent(line) else line for line in order.lines)
    parcel = Delivery(fulfilled_at=sent[0] if len(sent) == 1 else None, delivered_at=on)
    return replace(order, lines=lines, deliveries=(parcel,))


def _is_unsent(line: OrderLine) -> bool:
    return line.fulfilled_quantity is not None and line.fulfilled_quantity < line.quantity


# The file


def _json(path: str, name: str) -> Any:
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return json.loads(raw.decode("utf-8-sig"), parse_float=Decimal)
    except OSError as failure:
        raise DocumentError.unreadable(name, failure.strerror or "no such file") from None
    except UnicodeDecodeError:
        raise DocumentError.unreadable(name, "it is no UTF-8 text") from None
    except RecursionError:
        raise DocumentError.unreadable(name, "it is nested too deeply") from None
    except (ValueError, AttributeError) as failure:
        raise DocumentError.unreadable(name, f"it is no JSON: {' '.join(str(failure).split())}") from None


def _one(found: Any, name: str, wanted: str | None) -> Mapping[str, Any]:
    """The only order, or the one that is wanted."""
    if isinstance(found, Mapping) and isinstance(found.get("orders"), list):
        found = found["orders"]
    if isinstance(found, list):
        # Refunds and products come in lists as well, and have no currency.
        orders = [_bare(each) for each in found if isinstance(each, Mapping) and "currency" in _bare(each)]
    else:
        orders = [_bare(found)] if isinstance(found, Mapping) else []
    if not orders:
        raise DocumentError.unreadable(name, "it holds no order")
    names = [_name(each) for each in orders]
    if wanted is not None:
        for each in orders:
            if wanted.lstrip("#") in {str(each.get(key, "")).lstrip("#") for key in ("id", "name", "number")}:
                return each
        raise InvalidValueError.unknown("--order", wanted, names)
    if len(orders) > 1:
        raise DocumentError.unreadable(name, f"it holds {len(orders)} orders", hint=f"--order; {one_of(names)}")
    return orders[0]


def _bare(found: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = found.get("order")
    return inner if isinstance(inner, Mapping) else found


def _name(order: Mapping[str, Any]) -> str:
    return str(order.get("name") or order.get("number") or order.get("id", "?"))


def _recognised(order: Mapping[str, Any], name: str) -> str:
    if "lines" in order:
        return OWN
    if not _WOOCOMMERCE.isdisjoint(order):
        return "woocommerce"
    if not _SHOPIFY.isdisjoint(order):
        return "shopify"
    raise DocumentError.unreadable(name, "nobody can see whose order it is", hint=f"--from; {one_of(PLATFORMS)}")


# Our own form: the fields of an order, amounts as decimal texts


def _own(plain: Mapping[str, Any], name: str, tz: str | None) -> Order:
    currency = plain.get("currency")
    _check_keys(plain, name)
    try:
        whole = _with_amounts(plain, _AMOUNTS, currency)
        whole["lines"] = _each(plain.get("lines"), _LINE_AMOUNTS, currency)
        if "payments" in plain:
            whole["payments"] = _each(plain["payments"], ("amount", "refunded"), currency)
        order = _parse.parse(Order, whole)
        require_thinkable("placed_at", order.placed_at)
        for parcel in order.deliveries:
            require_thinkable("fulfilled_at", parcel.fulfilled_at)
            require_thinkable("delivered_at", parcel.delivered_at)
        return order if tz is None else replace(order, tz=tz)
    except DocumentError as error:
        raise DocumentError.of_problems(name, error.problems) from None
    except CsprotocolError as error:
        raise DocumentError.unreadable(f"the order in {name}", str(error)) from None


_Kind = type[Order] | type[OrderLine] | type[Delivery] | type[Payment]


def _check_keys(plain: Mapping[str, Any], name: str) -> None:
    """A misspelt key would be lost without a word."""
    kinds: dict[str, _Kind] = {"lines": OrderLine, "deliveries": Delivery, "payments": Payment}
    parts: list[tuple[str, _Kind, Mapping[str, Any]]] = [("", Order, plain)]
    parts += [
        (f"{key}[{i}].", kind, each)
        for key, kind in kinds.items()
        if isinstance(plain.get(key), list)
        for i, each in enumerate(plain[key])
        if isinstance(each, Mapping)
    ]
    problems = []
    for place, kind, part in parts:
        known = [field.name for field in fields(kind)]
        problems += [Problem(f"{place}{key}", one_of(known, found=key)) for key in part if key not in known]
    if problems:
        raise DocumentError.of_problems(name, [Problem(each.path, f"unknown; {each.message}") for each in problems])


def _each(found: Any, names: tuple[str, ...], currency: Any) -> Any:
    if not isinstance(found, list):
        return found
    return [_with_amounts(each, names, currency) if isinstance(each, Mapping) else each for each in found]


def _with_amounts(plain: Mapping[str, Any], names: tuple[str, ...], currency: Any) -> dict[str, Any]:
    found = dict(plain)
    for name in names:
        amount = plain.get(name)
        if isinstance(amount, str | int | Decimal) and not isinstance(amount, bool) and isinstance(currency, str):
            money = Money.of(amount, currency)
            found[name] = {"minor": money.minor, "currency": money.currency, "exponent": money.exponent}
    return found
