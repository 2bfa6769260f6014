"""The fixed vocabularies that two or more domains speak."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from csprotocol.errors import InvalidValueError

__all__ = ["ActorKind", "Channel", "EventKind", "StatusCategory", "member"]

Word = TypeVar("Word", bound=StrEnum)


def member(vocabulary: type[Word], field: str, word: object) -> Word:
    """The member of ``vocabulary`` that ``word`` is or names."""
    if isinstance(word, vocabulary):
        return word
    try:
        return vocabulary(str(word))
    except ValueError:
        raise InvalidValueError.unknown(field, word, vocabulary) from None


class StatusCategory(StrEnum):
    """What a shop's own status means; shops may name their statuses as they like.

    >>> StatusCategory("waiting_customer").is_live
    True
    """

    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD_PARTY = "waiting_third_party"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def is_live(self) -> bool:
        """Whether somebody still has something to do; leaving ``resolved`` for a live one is a reopen."""
        return self not in _ENDED

    @property
    def is_waiting(self) -> bool:
        """Whether the shop waits for somebody outside."""
        return self in _WAITING


_ENDED = frozenset({StatusCategory.RESOLVED, StatusCategory.CLOSED, StatusCategory.CANCELLED})
_WAITING = frozenset({StatusCategory.WAITING_CUSTOMER, StatusCategory.WAITING_THIRD_PARTY})


class ActorKind(StrEnum):
    """Who did it. ``bot`` speaks to the customer (auto-reply, rule), ``system`` only keeps books."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


class Channel(StrEnum):
    """Where the customer and the shop talk; the vendor's own name is kept beside it."""

    EMAIL = "email"
    PHONE = "phone"
    CHAT = "chat"
    FORM = "form"
    SOCIAL = "social"
    MESSAGING = "messaging"
    MARKETPLACE = "marketplace"
    HELP_CENTER = "help_center"
    IN_STORE = "in_store"
    OTHER = "other"


class EventKind(StrEnum):
    """What can happen to a ticket."""

    CREATED = "created"
    MESSAGE = "message"
    STATUS = "status"
    PRIORITY = "priority"
    ASSIGN = "assign"
    CHANNEL = "channel"
    TAG = "tag"
    PROMISE = "promise"
    SURVEY = "survey"
    MERGED = "merged"
    SPLIT = "split"
    CALENDAR = "calendar"
    POLICY = "policy"
    NOTE = "note"
