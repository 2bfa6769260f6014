"""What a Shopify order says of parcels: what was sent, when, and when it came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from csprotocol.adapters._payload import Payload, in_utc
from csprotocol.model import Delivery

__all__ = ["Parcels", "parcels"]

_NOT_SENT: Final = frozenset({"cancelled"})


class Parcels:
    """The parcels of an order, and how many units of each line were sent; ``None`` where nobody can say.

    A fulfilment that failed or is still being made was perhaps sent, perhaps not: of its lines the number is unknown.
    """

    def __init__(self, deliveries: tuple[Delivery, ...], sent: Counter[str], unsure: Collection[str]) -> None:
        self.deliveries = deliveries
        self._sent, self._unsure = sent, unsure

    def fulfilled(self, line: Payload, line_id: str, quantity: int, *, cancelled: int, is_listed: bool) -> int | None:
        """Of that line. One of which units were ``cancelled`` is called fulfilled once the rest was sent."""
        is_known = is_listed and line_id not in self._unsure
        if line.text("fulfillment_status") == "fulfilled" and not (cancelled and is_known):
            return max(0, quantity - cancelled)
        if not is_known:
            return None
        return min(quantity, self._sent[line_id])


def parcels(fulfillments: list[Payload], events: list[Payload], line_ids: Collection[str]) -> Parcels:
    """Only what was sent with success is a parcel, and only an event ``delivered`` says when it came.

    ``happened_at`` is the carrier's scan; ``created_at`` is when Shopify heard of it, often weeks later.
    """
    came = _arrivals(events)
    sent: Counter[str] = Counter()
    unsure, deliveries, seen = set[str](), list[Delivery](), set[str]()
    for each in fulfillments:
        identity = each.id("id")
        if identity is not None and identity in seen:
            each.notice("fulfillment-twice", "fulfilments that stand there twice; the first counts")
            continue
        seen.add(identity or "")
        status = each.text("status").casefold()
        lines = _lines(each, line_ids)
        if status in _NOT_SENT:
            continue
        if status != "success":
            unsure |= lines.keys() or {*line_ids}
            continue
        sent.update(lines)
        if not lines:
            unsure |= {*line_ids}
        deliveries.append(_delivery(each, lines, came.get(identity or "")))
    return Parcels(tuple(deliveries), sent, unsure)


def _arrivals(events: list[Payload]) -> dict[str, datetime]:
    """By fulfilment, the first scan that says so."""
    found: dict[str, datetime] = {}
    for event in events:
        if event.text("status").casefold() != "delivered":
            continue
        owner = event.id("fulfillment_id")
        at = event.stamp("happened_at")
        if owner is None or at is None:
            event.notice("undated-delivery", "deliveries without a parcel or a time; nothing is made of them")
        elif owner not in found or in_utc(at) < in_utc(found[owner]):
            found[owner] = at
    return found


def _lines(fulfillment: Payload, line_ids: Collection[str]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for line in fulfillment.many("line_items"):
        line_id = line.id("id")
        if line_id is not None and line_id in line_ids:
            found[line_id] += line.count("quantity") or 0
        else:
            fulfillment.notice("unknown-line", "parcels with lines that the order does not have; left out of them")
    return dict(found)


def _delivery(fulfillment: Payload, lines: Mapping[str, int], event_at: datetime | None) -> Delivery:
    own = [
        at
        for each in fulfillment.many("events")
        if each.text("status").casefold() == "delivered" and (at := each.stamp("happened_at")) is not None
    ]
    # GraphQL tells it as a field of the fulfilment.
    graphql = fulfillment.stamp("deliveredAt")
    known = [at for at in (event_at, graphql, *own) if at is not None]
    said = fulfillment.text("shipment_status").casefold() == "delivered"
    if said and not known:
        fulfillment.notice("undated-delivery", "deliveries without a parcel or a time; nothing is made of them")
    return Delivery(
        lines=tuple(lines),
        fulfilled_at=fulfillment.stamp("created_at"),
        delivered_at=min(known, key=in_utc, default=None),
        arrived=True if said else None,
    )
