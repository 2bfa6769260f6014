"""WhatsApp: message templates as the Business Platform takes them, for approval by Meta.

A template has no conditions, and an empty value is refused: paragraphs for values that may be absent stay out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from csprotocol.model import Money
from csprotocol.replies import mf2
from csprotocol.replies._sentence import compiled
from csprotocol.replies._targets import SMS, WHATSAPP
from csprotocol.replies._variables import Variable, VariableType
from csprotocol.replies.cldr import fallback_chain
from csprotocol.replies.export._exported import Losses
from csprotocol.replies.export._message import Message
from csprotocol.replies.export._product import Product
from csprotocol.replies.export._status import tell_lost
from csprotocol.replies.export._writer import Writer

__all__ = ["whatsapp"]

_LONGEST_BODY: Final = 1_024
_EDGE: Final = re.compile(r"\A[\s*_]*\{\{\d+\}\}|\{\{\d+\}\}[\s*_]*\Z")
_NEIGHBOURS: Final = re.compile(r"\{\{\d+\}\}\s*\{\{\d+\}\}")


def whatsapp(messages: Iterable[Message], product: Product, losses: Losses) -> Mapping[str, str]:
    """``templates.json``, and ``parameters.json``: which variable each number of each template stands for."""
    all_messages = tuple(messages)
    owners = _owners(all_messages, product)
    templates: list[dict[str, Any]] = []
    parameters: dict[str, dict[str, list[dict[str, str]]]] = {}
    for message in all_messages:
        language = _language(message, product, owners, losses)
        if language is None:
            continue
        tell_lost(message, product, losses, "actions", "review")
        writer = _NumberedWriter(message, WHATSAPP, product, losses)
        text = writer.body()
        _check(text, message, losses)
        component: dict[str, Any] = {"type": "BODY", "text": text}
        if writer.examples:
            component["example"] = {"body_text": [writer.examples]}
        templates.append({
            "name": message.name[:512],
            "language": language,
            "category": product.more["categories"].get(message.situation.id, "UTILITY"),
            "parameter_format": "POSITIONAL",
            "components": [component],
        })  # fmt: skip
        parameters.setdefault(message.name, {})[language] = writer.numbered
    return {"templates.json": _json({"templates": templates}), "parameters.json": _json(parameters)}


def _code(message: Message, product: Product) -> str:
    """The language's own code, or that of the nearest of its parents."""
    codes = product.more["languages"]
    language = message.locale.partition("-")[0]
    return next((codes[each] for each in fallback_chain(message.locale) if each in codes), language)


def _owners(messages: Iterable[Message], product: Product) -> Mapping[tuple[str, str], str]:
    """The locale that has a template's name and language: one with a code of its own first."""
    owners: dict[tuple[str, str], str] = {}
    own = [message for message in messages if not message.is_foreign]
    for message in sorted(own, key=lambda each: each.locale not in product.more["languages"]):
        owners.setdefault((message.name, _code(message, product)), message.locale)
    return owners


def _language(message: Message, product: Product, owners: Mapping[tuple[str, str], str], losses: Losses) -> str | None:
    """The code under which the template stands; ``None`` when another one stands there already."""
    where = {"situation": message.situation.id, "locale": message.locale}
    if message.is_foreign:
        losses.add("fallback", "left out: a template's language is that of its text", **where)
        return None
    code = _code(message, product)
    owner = owners[message.name, code]
    if owner != message.locale:
        losses.add("fallback", f"left out: {code} is taken by the template of {owner}", **where)
        return None
    if message.locale not in product.more["languages"]:
        losses.add("region", f"WhatsApp has no {message.locale}; the template stands under {code}", **where)
    return code


def _check(text: str, message: Message, losses: Losses) -> None:
    where = {"situation": message.situation.id, "locale": message.locale}
    if len(text) > _LONGEST_BODY:
        losses.add("too-long", f"the body has {len(text)} characters, WhatsApp takes {_LONGEST_BODY}", **where)
    if _EDGE.search(text) or _NEIGHBOURS.search(text):
        losses.add("position", "WhatsApp refuses a body that begins or ends with a value, or has two in a row", **where)


class _NumberedWriter(Writer):
    """Writes ``{{1}}``, ``{{2}}`` in the order of the text: a new number for each place, in the format of the place."""

    def __init__(self, message: Message, target: Any, product: Product, losses: Losses) -> None:
        super().__init__(message, target, product, losses)
        self.numbered: list[dict[str, str]] = []
        self.examples: list[str] = []

    def is_there(self, name: str) -> bool:
        """Never: a value that may be absent cannot be sent as an empty one."""
        del name
        return False

    def shown(self, name: str) -> bool:
        """Always: whatever has a value can be sent; only free slots are for agents."""
        return name in self.variables

    def is_computed(self, functions: tuple[mf2.FunctionRef, ...]) -> bool:
        """Where a value passes several functions; the sender can call one."""
        return len(functions) > 1

    def filled(self, name: str) -> str:
        """The next number, for a value as it was passed."""
        return self._next(name, None)

    def formatted(self, name: str, variable: Variable, function: mf2.FunctionRef | None) -> str:
        """The next number, for a value as the sentence formats it."""
        del variable
        return self._next(name, function)

    def lost(self, code: str, message: str, variable: str = "", block: str = "") -> None:
        """As elsewhere, but formats are not lost: the sender writes the values."""
        if not code.endswith("-format"):
            super().lost(code, message, variable, block)

    def _next(self, name: str, function: mf2.FunctionRef | None) -> str:
        expression = mf2.Expression(mf2.VariableRef(name), function)
        pattern = mf2.PatternMessage((), (expression,))
        self.numbered.append({"variable": name, "placeholder": mf2.serialise(pattern)})
        variable = self.variables[name]
        write = compiled(pattern, self.variables, self.message.formats, SMS, self.key)
        self.examples.append(write({name: _example(variable, self.product.more["examples"])}))
        return f"{{{{{len(self.numbered)}}}}}"


def _example(variable: Variable, words: Mapping[str, str]) -> Any:
    """A value to show to those who approve the template."""
    match variable.type:
        case VariableType.DATE:
            return date(2026, 11, 27)
        case VariableType.DATETIME:
            return datetime(2026, 11, 27, 16, 30, tzinfo=UTC)
        case VariableType.DURATION:
            return timedelta(hours=4)
        case VariableType.INT:
            return max(3, variable.minimum or 0)
        case VariableType.MONEY | VariableType.AMOUNT:
            return Money.of("12.50", "EUR")
        case VariableType.PERCENT:
            return Decimal("0.15")
        case VariableType.LIST:
            return (words["text"],)
        case VariableType.CHOICE:
            return variable.choices[0]
        case VariableType.FLAG:
            return True
        case VariableType.PERSON | VariableType.REF | VariableType.URL:
            return words[variable.type]
        case _:
            return words["text"]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
