"""What is said in one situation, locale and case: the sentences, resolved as a reply resolves them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from csprotocol.errors import InvalidValueError
from csprotocol.replies import cldr
from csprotocol.replies._channels import ReplyChannel, Tone
from csprotocol.replies._resolve import Resolved
from csprotocol.replies._situation import Block, Situation
from csprotocol.replies.cldr import Formats
from csprotocol.replies.export._cases import Case, cases_of, label, slug
from csprotocol.replies.export._exported import Losses
from csprotocol.replies.export._product import Product

if TYPE_CHECKING:
    from csprotocol.replies._catalog import Catalog

__all__ = ["Message", "messages"]


@dataclass(frozen=True, slots=True)
class Message:
    """One reply to export. ``locale`` is the one that was asked for, ``text_locale`` the one that answers.

    ``tone`` is the form of address where it was asked for by name, and part of titles then.
    """

    situation: Situation
    resolved: Resolved
    locale: str
    formats: Formats
    channel: ReplyChannel
    tone: Tone | None
    case: Case

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The paragraphs of its channel."""
        return tuple(block for block in self.situation.blocks if self.channel in block.channels)

    @property
    def is_foreign(self) -> bool:
        """Whether another language answers for the locale."""
        return any(fallback.kind == "locale" for fallback in self.resolved.fallbacks)

    @property
    def label(self) -> str:
        """The situation and the case, in words."""
        words = ", ".join(part for part in (label(self.case), self.tone or "") if part)
        return f"{self.situation.id} ({words})" if words else self.situation.id

    @property
    def name(self) -> str:
        """The situation and the case as an identifier, the same in every language."""
        return slug(self.situation.id, label(self.case), self.tone or "")


def messages(
    catalog: Catalog,
    situations: Iterable[str],
    *,
    locales: Iterable[str],
    tone: Tone | None,
    product: Product,
    losses: Losses,
) -> tuple[Message, ...]:
    """The replies to export, by situation, case and locale, with what is lost before a word is written."""
    channel = ReplyChannel.WHATSAPP if product.logic == "numbered" else ReplyChannel.EMAIL
    found: list[Message] = []
    wanted = tuple(locales)
    for name in situations:
        situation = catalog.situation(name)
        said = [_said(catalog, situation, locale, tone, channel) for locale in wanted]
        for each in said:
            _tell(catalog, each, losses)
        # The same cases in every language, also where one of them does not care.
        sentences = [sentence for each in said for sentence in each.resolved.sentences.values()]
        for case in cases_of(situation, sentences, product):
            found += [replace(each, case=case) for each in said]
            for each in said:
                for variable in case:
                    losses.add(
                        "choice",
                        f"{product.name} does not know {variable}: one reply for each of its words",
                        situation=name,
                        locale=each.locale,
                        variable=variable,
                    )
    _check_names(found)
    return tuple(found)


def _check_names(found: Iterable[Message]) -> None:
    """Names are files and keys in products: two replies with one name would hide one another."""
    taken: dict[tuple[str, str], str] = {}
    for message in found:
        other = taken.setdefault((message.name, message.locale), message.label)
        if other != message.label:
            expected = f"other ids: {other} and {message.label} would share the name {message.name}"
            raise InvalidValueError.of("situations", message.situation.id, expected=expected)


def _said(catalog: Catalog, situation: Situation, locale: str, tone: Tone | None, channel: ReplyChannel) -> Message:
    resolved = catalog.resolve(situation.id, locale=locale, tone=tone, channel=channel)
    formats = cldr.formats(resolved.voice.locale, grouping=catalog.grouping)
    return Message(situation, resolved, locale, formats, channel, tone, {})


def _tell(catalog: Catalog, message: Message, losses: Losses) -> None:
    situation, locale, resolved = message.situation.id, message.locale, message.resolved
    for fallback in resolved.fallbacks:
        code = "fallback" if fallback.kind == "locale" else "tone"
        told = f"{fallback.asked} was asked for; {fallback.used} answers"
        losses.add(code, told, situation=situation, locale=locale)
    others = [each.value for each in resolved.voice.tones if each is not resolved.tone]
    if message.tone is None and catalog.tone is None and others:
        told = f"only {resolved.tone} is exported; for the other pass tone={others[0]!r}"
        losses.add("tone", told, situation=situation, locale=locale)
    if message.formats.direction == "ltr":
        losses.add("direction", "names and words in a right-to-left script are not isolated", locale=locale)
