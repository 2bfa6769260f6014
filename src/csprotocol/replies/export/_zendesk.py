"""Zendesk: a macro for each reply and locale, and dynamic content with a variant for each locale."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from csprotocol.replies._targets import HTML, TEXT
from csprotocol.replies.export._exported import Losses
from csprotocol.replies.export._liquid import LiquidWriter
from csprotocol.replies.export._message import Message
from csprotocol.replies.export._product import Product
from csprotocol.replies.export._status import status_of, tell_lost

__all__ = ["zendesk"]


def zendesk(messages: Iterable[Message], product: Product, losses: Losses, default_locale: str) -> Mapping[str, str]:
    """``macros.json`` with a macro a locale, ``dynamic_content.json``, and the macros that show that content."""
    macros = [_macro(message, product, losses) for message in messages]
    items, shown = [], []
    for name, group in groupby(messages, key=lambda message: message.name):
        same = list(group)
        items.append(_item(name, same, product, losses, default_locale))
        actions = [
            *_ticket_actions(same[0], product, losses),
            {"field": "comment_value", "value": f"{{{{dc.{name}}}}}"},
        ]
        shown.append({"title": _title(same[0], "all languages"), **_about(same[0]), "actions": actions})
    return {
        "macros.json": _json({"macros": macros}),
        "dynamic_content.json": _json({"items": items}),
        "macros_with_dynamic_content.json": _json({"macros": shown}),
    }


def _macro(message: Message, product: Product, losses: Losses) -> dict[str, Any]:
    tell_lost(message, product, losses, "subject")
    body = LiquidWriter(message, HTML, product, losses).body()
    actions = [*_ticket_actions(message, product, losses), {"field": "comment_value_html", "value": body}]
    return {"title": _title(message, message.locale), **_about(message), "actions": actions}


def _title(message: Message, folder: str) -> str:
    # Two colons make a folder of what stands before.
    area, _, name = message.label.partition(".")
    return f"{folder}::{area}::{name}"


def _about(message: Message) -> dict[str, Any]:
    situation = message.situation
    notes = [situation.purpose]
    if situation.review == "legal":
        notes.append("To be read by somebody who knows the law.")
    if situation.personalise:
        notes.append("Wants words of the agent's own.")
    return {"description": " ".join(notes), "active": True}


def _ticket_actions(message: Message, product: Product, losses: Losses) -> list[dict[str, str]]:
    status = status_of(message, product, losses)
    actions = [{"field": "status", "value": status}] if status else []
    if message.situation.tags:
        tags = ["_".join(tag.split()) for tag in message.situation.tags]
        if tags != list(message.situation.tags):
            where = {"situation": message.situation.id, "locale": message.locale}
            losses.add("actions", "a tag has no spaces in Zendesk: _ stands in their place", **where)
        actions.append({"field": "current_tags", "value": " ".join(tags)})
    return actions


def _item(name: str, same: list[Message], product: Product, losses: Losses, default_locale: str) -> dict[str, Any]:
    # Zendesk answers in the default where it has no variant, which is what the catalogue would do.
    own = [message for message in same if not message.is_foreign] or same[:1]
    default = next((message for message in own if message.locale == default_locale), own[0])
    return {
        "name": name,
        "default_locale_id": _locale_id(default, product, losses),
        "variants": [
            {
                "locale": message.locale,
                "locale_id": _locale_id(message, product, losses),
                "default": message is default,
                "active": True,
                "content": LiquidWriter(message, TEXT, product, losses).body(),
            }
            for message in own
        ],
    }


def _locale_id(message: Message, product: Product, losses: Losses) -> int | None:
    key = f"locale_id.{message.locale}"
    said = product.settings.get(key, "")
    if said.isdecimal() and len(said) < 20:
        return int(said)
    losses.add("setting", f"look the id up at /api/v2/locales and pass it as mapping {key}", locale=message.locale)
    return None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
