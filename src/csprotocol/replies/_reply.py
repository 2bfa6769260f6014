"""A reply, ready to be sent or waiting for the words of an agent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, NamedTuple

from csprotocol.model import StatusCategory
from csprotocol.replies._channels import ReplyChannel, Tone
from csprotocol.replies._sms import SmsCount, count_sms

__all__ = ["Fallback", "Reply", "ReplyActions", "ReplyFacts", "made"]

_LONG_SUBJECT: Final = 78  # RFC 5322, section 2.1.1: lines should have no more characters
_LONG_WHATSAPP: Final = 1_024  # the body of a template of the WhatsApp Business Platform


@dataclass(frozen=True, slots=True)
class ReplyActions:
    """What sending the reply does to the ticket.

    >>> ReplyActions(StatusCategory.RESOLVED, ("refund",)).tags
    ('refund',)
    """

    status_after: StatusCategory | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """Something that was asked for and not at hand: another language or another form of address was taken.

    >>> Fallback("locale", "ja", "en").used
    'en'
    """

    kind: Literal["locale", "tone"]
    asked: str
    used: str


@dataclass(frozen=True, slots=True)
class ReplyFacts:
    """What is true of every reply to the same situation in the same language, form of address and channel.

    ``locale`` is the one whose formats are used, ``text_locale`` the nearest one that holds sentences of its own.
    ``tone`` is ``None`` in a language with one form of address. ``fingerprint`` changes when any sentence does, and
    says nothing of the customer: it may be logged.
    """

    situation: str
    locale: str
    text_locale: str
    tone: Tone | None
    channel: ReplyChannel
    direction: Literal["ltr", "rtl"]
    fallbacks: tuple[Fallback, ...]
    actions: ReplyActions
    review: Literal["none", "legal"]
    fingerprint: str


class Reply(NamedTuple):
    """What the catalogue made of a situation and its arguments. Its repr shows nothing that a customer said.

    ``requires_personalisation`` names the free slots that are empty, ``withheld`` the variables that were left out
    because others may read the channel, ``made_of`` is what the HTML is made of when somebody asks for it.

    >>> from csprotocol.replies import Catalog
    >>> reply = Catalog.builtin("en").render("contact.need_order_number", locale="en")
    >>> reply.subject, reply.ready()
    ('What is your order number?', True)
    >>> reply
    Reply(situation='contact.need_order_number', locale='en', tone=None, channel='email', ...)
    """

    facts: ReplyFacts
    text: str
    subject: str | None = None
    requires_personalisation: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    made_of: tuple[Callable[[Any], str], Mapping[str, Any]] | str | None = None

    @property
    def situation(self) -> str:
        """Its id, ``order.delayed``."""
        return self.facts.situation

    @property
    def locale(self) -> str:
        """Whose numbers, dates and money show."""
        return self.facts.locale

    @property
    def tone(self) -> Tone | None:
        """The form of address; ``None`` where the language has one."""
        return self.facts.tone

    @property
    def channel(self) -> ReplyChannel:
        """Where it goes."""
        return self.facts.channel

    @property
    def fallbacks(self) -> tuple[Fallback, ...]:
        """What was asked for and could not be had."""
        return self.facts.fallbacks

    @property
    def actions(self) -> ReplyActions:
        """What sending it does to the ticket."""
        return self.facts.actions

    @property
    def fingerprint(self) -> str:
        """Names situation, language and the wording, for logs."""
        return self.facts.fingerprint

    @property
    def html(self) -> str | None:
        """The same as HTML, made when it is first asked for each time; ``None`` in channels without HTML."""
        if isinstance(self.made_of, tuple):
            write, args = self.made_of
            return write(args)
        return self.made_of

    @property
    def sms(self) -> SmsCount | None:
        """What it costs as an SMS; ``None`` in other channels."""
        return count_sms(self.text) if self.channel is ReplyChannel.SMS else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Codes of what to look at before it is sent.

        ``legal-review``, ``long-subject`` (over 78 characters), ``long-whatsapp`` (over 1,024), ``sms-segments`` (more
        than one), ``withheld:NAME`` (left out where others may read it).
        """
        told = ["legal-review"] if self.facts.review == "legal" else []
        if self.subject is not None and len(self.subject) > _LONG_SUBJECT:
            told.append("long-subject")
        if self.channel is ReplyChannel.WHATSAPP and len(self.text) > _LONG_WHATSAPP:
            told.append("long-whatsapp")
        if self.channel is ReplyChannel.SMS and count_sms(self.text).segments > 1:
            told.append("sms-segments")
        return (*told, *(f"withheld:{name}" for name in self.withheld))

    def ready(self) -> bool:
        """Whether it may be sent: no free slot is empty.

        >>> from csprotocol.replies import Catalog
        >>> from csprotocol.model import Money
        >>> def refused(**note):
        ...     return Catalog.builtin("en").render(
        ...         "refund.rejected", locale="en", order="#1001", reason="not_returned", **note
        ...     )
        >>> refused().ready(), refused().requires_personalisation
        (False, ('agent_note',))
        >>> refused(agent_note="The parcel was last seen on Monday.").ready()
        True
        """
        return not self.requires_personalisation

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data, for JSON; the customer's words are in it."""
        facts = self.facts
        return {
            "situation": facts.situation,
            "locale": facts.locale,
            "text_locale": facts.text_locale,
            "tone": None if facts.tone is None else facts.tone.value,
            "channel": facts.channel.value,
            "direction": facts.direction,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "ready": self.ready(),
            "requires_personalisation": list(self.requires_personalisation),
            "status_after": None if facts.actions.status_after is None else facts.actions.status_after.value,
            "tags": list(facts.actions.tags),
            "fallbacks": [{"kind": each.kind, "asked": each.asked, "used": each.used} for each in facts.fallbacks],
            "warnings": list(self.warnings),
            "fingerprint": facts.fingerprint,
        }

    def __eq__(self, other: object) -> bool:
        return tuple(self[:5]) == tuple(other[:5]) if isinstance(other, Reply) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(tuple(self[:5]))

    def __repr__(self) -> str:
        facts, tone = self.facts, self.tone
        return (
            f"Reply(situation={facts.situation!r}, locale={facts.locale!r}, tone={tone and tone.value!r}, "
            f"channel={facts.channel.value!r}, fingerprint={facts.fingerprint!r})"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # What makes the HTML stays behind; the HTML goes along.
        return Reply, (self.facts, self.text, self.subject, self.requires_personalisation, self.withheld, self.html)


# A tuple is made directly: the constructor of a named tuple takes a tenth of the time of a whole reply.
made: Final[Callable[[tuple[Any, ...]], Reply]] = partial(tuple.__new__, Reply)
