"""Gorgias, Freshdesk, Help Scout and HubSpot: one file each, with an entry for each reply and locale."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from csprotocol.replies._targets import HTML, SUBJECT, TEXT
from csprotocol.replies.export._exported import Losses
from csprotocol.replies.export._liquid import LiquidWriter
from csprotocol.replies.export._message import Message
from csprotocol.replies.export._product import Product
from csprotocol.replies.export._status import status_of, tell_lost
from csprotocol.replies.export._writer import Writer

__all__ = ["freshdesk", "gorgias", "helpscout", "hubspot"]


def gorgias(messages: Iterable[Message], product: Product, losses: Losses) -> Mapping[str, str]:
    """``macros.json``: name, intent, language and actions of each macro."""
    return {"macros.json": _json({"macros": [_gorgias_macro(each, product, losses) for each in messages]})}


def _gorgias_macro(message: Message, product: Product, losses: Losses) -> dict[str, Any]:
    tell_lost(message, product, losses, "review")
    locale = message.resolved.voice.text_locale
    language, _, region = locale.partition("-")
    if region:
        told = f"a macro's language is {language}; the name says {locale}"
        losses.add("region", told, situation=message.situation.id, locale=message.locale)
    status = status_of(message, product, losses)
    actions = [
        _action("Add tags", "addTags", tags=", ".join(message.situation.tags)) if message.situation.tags else None,
        _action("Set status", "setStatus", status=status) if status else None,
        _action("Set subject", "setSubject", subject=Writer(message, SUBJECT, product, losses).subject()),
        _action(
            "Add response text",
            "setResponseText",
            body_html=Writer(message, HTML, product, losses).body(),
            body_text=Writer(message, TEXT, product, losses).body(),
        ),
    ]
    return {
        "name": f"{message.label} [{message.locale}]",
        "intent": message.situation.intent or None,
        "language": language,
        "actions": [action for action in actions if action],
    }


def _action(title: str, name: str, **arguments: str) -> dict[str, Any]:
    return {"title": title, "name": name, "type": "user", "arguments": arguments}


def freshdesk(messages: Iterable[Message], product: Product, losses: Losses) -> Mapping[str, str]:
    """``canned_responses.json``, as the bulk request takes it; visible to all agents."""
    folder = product.settings.get("folder_id", "")
    if not folder.isdecimal() or len(folder) > 19:
        folder = ""
        losses.add("setting", "a response that all agents see needs a folder: pass its number as mapping folder_id")
    responses = []
    for message in messages:
        tell_lost(message, product, losses, "subject", "actions", "review")
        responses.append({
            "title": f"{message.label} [{message.locale}]",
            "content_html": LiquidWriter(message, HTML, product, losses).body(),
            "folder_id": int(folder) if folder.isdecimal() else None,
            "visibility": 0,
        })  # fmt: skip
    return {"canned_responses.json": _json({"canned_responses": responses})}


def helpscout(messages: Iterable[Message], product: Product, losses: Losses) -> Mapping[str, str]:
    """``saved_replies.json``: name, HTML and the text for chats of each saved reply."""
    replies = []
    for message in messages:
        tell_lost(message, product, losses, "subject", "actions", "review")
        replies.append({
            "name": f"{message.label} [{message.locale}]",
            "text": Writer(message, HTML, product, losses).body(),
            "chatText": Writer(message, TEXT, product, losses).body(),
        })  # fmt: skip
    return {"saved_replies.json": _json({"saved_replies": replies})}


def hubspot(messages: Iterable[Message], product: Product, losses: Losses) -> Mapping[str, str]:
    """``templates.json`` (name, subject, HTML) and ``snippets.json`` (name, shortcut, text)."""
    templates, snippets = [], []
    for message in messages:
        tell_lost(message, product, losses, "actions", "review")
        name = f"{message.label} [{message.locale}]"
        html = Writer(message, HTML, product, losses).body()
        subject = Writer(message, SUBJECT, product, losses).subject()
        templates.append({"name": name, "subject": subject, "body": html})
        shortcut = f"{message.name}_{message.locale}".casefold().replace("-", "_")
        snippets.append({"name": name, "shortcut": shortcut, "text": Writer(message, TEXT, product, losses).body()})
    return {"templates.json": _json({"templates": templates}), "snippets.json": _json({"snippets": snippets})}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
