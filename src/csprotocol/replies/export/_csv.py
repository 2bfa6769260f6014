"""A table of all replies, for people and for products that read one; every variable shows as [name]."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Final

from csprotocol.replies._targets import HTML, SUBJECT, TEXT
from csprotocol.replies.export._exported import Losses
from csprotocol.replies.export._message import Message
from csprotocol.replies.export._product import Product
from csprotocol.replies.export._writer import Writer

__all__ = ["cell", "table"]

_COLUMNS: Final = (
    "name", "situation", "case", "locale", "tone", "intent", "status_after", "tags", "review", "personalise",
    "subject", "text", "html",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def table(messages: Iterable[Message], product: Product, losses: Losses) -> Mapping[str, str]:
    """``replies.csv`` in UTF-8, all cells quoted, lines ended as RFC 4180 says."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for message in messages:
        situation = message.situation
        row = (
            message.name,
            situation.id,
            message.label.removeprefix(situation.id).strip(" ()"),
            message.locale,
            message.resolved.tone or "",
            situation.intent,
            situation.status_after or "",
            " ".join(situation.tags),
            situation.review,
            "yes" if situation.personalise else "no",
            Writer(message, SUBJECT, product, losses).subject(),
            Writer(message, TEXT, product, losses).body(),
            Writer(message, HTML, product, losses).body(),
        )
        writer.writerow([cell(text) for text in row])
    return {"replies.csv": out.getvalue()}


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that looks like it gets an apostrophe before it.

    >>> cell("=1+1"), cell("Hello, =1+1")
    ("'=1+1", 'Hello, =1+1')

    Source: OWASP, CSV Injection.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
