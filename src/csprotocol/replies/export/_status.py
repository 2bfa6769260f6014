"""What follows from a reply beside its text, status and tags of the ticket, and what a product makes of them."""

from __future__ import annotations

from csprotocol.replies.export._exported import Losses
from csprotocol.replies.export._message import Message
from csprotocol.replies.export._product import Product

__all__ = ["status_of", "tell_lost"]

_LOST = {
    "actions": "the product sets no status and no tags",
    "review": "the product does not show that somebody has to read or complete the text",
    "subject": "the reply goes out under the subject of the ticket",
}


def status_of(message: Message, product: Product, losses: Losses) -> str:
    """The product's word for the status that the ticket takes; empty when it stays as it is."""
    status = message.situation.status_after
    if status is None:
        return ""
    exact = product.statuses.get(status)
    if exact is not None:
        return exact
    nearest = product.inexact_statuses[status]
    where = {"situation": message.situation.id, "locale": message.locale}
    losses.add("status", f"{product.name} has no {status}: {nearest} is the nearest", **where)
    return nearest


def tell_lost(message: Message, product: Product, losses: Losses, *codes: str) -> None:
    """Notes what the product has no place for, where the situation says something there."""
    situation = message.situation
    said = {
        "actions": bool(situation.tags) or situation.status_after is not None,
        "review": situation.review != "none" or situation.personalise,
        "subject": True,
    }
    for code in codes:
        if said[code]:
            told = f"{product.name}: {_LOST[code]}"
            losses.add(code, told, situation=situation.id, locale=message.locale)
