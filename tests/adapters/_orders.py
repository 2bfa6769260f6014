"""Orders as shops write them, and rubbish made of them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

EXAMPLES = Path(__file__).parents[2] / "examples" / "returns"

_RUBBISH: list[Any] = [
    None, "", "x", "NaN", "Infinity", "1e999999", "-1", "9" * 400, 10**400, -1, 0, 1.5, float("nan"), float("inf"),
    True, False, [], {}, [None], [1], {"a": 1}, ["x"], "2026-11-02", "2026-11-02T10:00:00", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00", b"x", object(), "EUR", "XXX", "gid://", "\x00\x1b[2J", "\ud800", {"nodes": 3},
]  # fmt: skip


def example(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def places(found: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a payload."""
    inside = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    return [place for key, each in inside for place in ((*at, key), *places(each, (*at, key)))]


def put(payload: Any, at: tuple[Any, ...], value: Any) -> Any:
    """A copy with ``value`` at that place."""
    found = copy.deepcopy(payload)
    target = found
    for key in at[:-1]:
        target = target[key]
    target[at[-1]] = value
    return found


def drop(payload: Any, at: tuple[Any, ...]) -> Any:
    found = copy.deepcopy(payload)
    target = found
    for key in at[:-1]:
        target = target[key]
    del target[at[-1]]
    return found


@st.composite
def spoilt(draw: st.DrawFn, payload: Any) -> Any:
    """The payload with some of its places spoilt."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.sampled_from(places(payload) or [()]))
        if not at:
            break
        value = draw(st.sampled_from(_RUBBISH) | st.integers() | st.text(max_size=5))
        payload = drop(payload, at) if draw(st.booleans()) else put(payload, at, value)
    return payload


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def _text(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


@st.composite
def shopify_orders(draw: st.DrawFn) -> Any:
    """Paid orders whose parts come to their total."""
    included, total, lines = draw(st.booleans()), 0, []
    for i in range(draw(st.integers(1, 4))):
        quantity, price, tax = draw(st.integers(1, 5)), draw(st.integers(0, 99_999)), draw(st.integers(0, 5_000))
        shares = draw(st.lists(st.integers(0, max(0, quantity * price // 2)), max_size=2))
        total += quantity * price - sum(shares) + (0 if included else tax)
        lines.append({
            "id": i + 1, "quantity": quantity, "price": _text(price), "tax_lines": [{"price": _text(tax)}],
            "discount_allocations": [{"amount": _text(share)} for share in shares], "fulfillment_status": "fulfilled",
        })  # fmt: skip
    parcel, parcel_tax = draw(st.integers(0, 2_000)), draw(st.integers(0, 400))
    total += parcel + (0 if included else parcel_tax)
    return {
        "id": 1, "currency": "EUR", "taxes_included": included, "line_items": lines, "financial_status": "paid",
        "created_at": "2026-11-02T10:00:00+01:00", "total_price": _text(total),
        "shipping_lines": [{"price": _text(parcel), "tax_lines": [{"price": _text(parcel_tax)}]}],
    }  # fmt: skip


@st.composite
def woocommerce_orders(draw: st.DrawFn) -> Any:
    """Paid orders whose parts come to their total."""
    total, lines = 0, []
    for i in range(draw(st.integers(1, 4))):
        before, before_tax = draw(st.integers(0, 99_999)), draw(st.integers(0, 20_000))
        after, after_tax = draw(st.integers(0, before)), draw(st.integers(0, before_tax))
        total += after + after_tax
        lines.append({
            "id": i + 1, "quantity": draw(st.integers(1, 5)), "subtotal": _text(before),
            "subtotal_tax": _text(before_tax), "total": _text(after), "total_tax": _text(after_tax),
        })  # fmt: skip
    parcel, parcel_tax = draw(st.integers(0, 2_000)), draw(st.integers(0, 400))
    return {
        "id": 1, "currency": "EUR", "prices_include_tax": draw(st.booleans()), "line_items": lines,
        "date_created_gmt": "2026-11-02T09:00:00", "date_paid_gmt": "2026-11-02T09:00:00", "status": "completed",
        "total": _text(total + parcel + parcel_tax), "shipping_total": _text(parcel),
        "shipping_tax": _text(parcel_tax), "payment_method": "card",
    }  # fmt: skip
