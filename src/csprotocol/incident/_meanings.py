"""What events of well-known names mean to clocks and KPIs, unless a workflow says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from csprotocol.incident._states import EventMeaning
from csprotocol.model import ActorKind, EventKind

__all__ = ["MEANINGS"]

_PUBLIC = EventMeaning(EventKind.MESSAGE, public=True)

MEANINGS: Final[Mapping[str, EventMeaning]] = {
    "customer_reply": EventMeaning(EventKind.MESSAGE, by=ActorKind.CUSTOMER, public=True),
    # Waiting for a customer who was asked nothing would be waiting in vain: the question is a public message.
    "ask_customer": _PUBLIC,
    "send_update": _PUBLIC,
    "promise": EventMeaning(EventKind.PROMISE, public=True),
    "change_priority": EventMeaning(EventKind.PRIORITY),
    "assign": EventMeaning(EventKind.ASSIGN),
    "reassign": EventMeaning(EventKind.ASSIGN),
    "merge_into": EventMeaning(EventKind.MERGED, link="merged_into", link_from="into"),
    "split_off": EventMeaning(EventKind.SPLIT, link="split_to", link_from="child"),
}
