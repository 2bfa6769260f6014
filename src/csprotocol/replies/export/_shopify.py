"""Shopify: for each reply and locale a Liquid file for the body and one for the subject of a notification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from csprotocol.replies._targets import HTML, SUBJECT
from csprotocol.replies.export._exported import Losses
from csprotocol.replies.export._liquid import LiquidWriter
from csprotocol.replies.export._message import Message
from csprotocol.replies.export._product import Product
from csprotocol.replies.export._status import tell_lost

__all__ = ["shopify"]


def shopify(messages: Iterable[Message], product: Product, losses: Losses) -> Mapping[str, str]:
    """``LOCALE/NAME.liquid`` and ``LOCALE/NAME.subject.liquid``."""
    files = {}
    for message in messages:
        tell_lost(message, product, losses, "actions", "review")
        place = f"{message.locale}/{message.name}"
        files[f"{place}.liquid"] = LiquidWriter(message, HTML, product, losses).body() + "\n"
        files[f"{place}.subject.liquid"] = LiquidWriter(message, SUBJECT, product, losses).subject() + "\n"
    return files
