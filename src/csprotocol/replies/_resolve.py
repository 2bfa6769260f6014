"""Which sentences answer in which language and form of address: settled once for a whole reply.

A reply is never put together from two languages, nor from two forms of address. Within a language a region's own
sentences go before those of its parents (es-AR, es-419, es), and there the shop's before the library's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from csprotocol.replies import cldr
from csprotocol.replies._channels import Tone
from csprotocol.replies._reply import Fallback
from csprotocol.replies._texts import LocaleTexts, Sentence

__all__ = ["Layer", "Resolved", "Voice", "resolve", "voice_of"]

Layer: TypeAlias = Callable[[str], LocaleTexts | None]


@dataclass(frozen=True, slots=True)
class Voice:
    """The texts of one language as one locale hears them, nearest first, with its forms of address."""

    locale: str
    texts: tuple[LocaleTexts, ...]
    # The same, but whatever the shop says before whatever the library says: so count their words on address.
    by_layer: tuple[LocaleTexts, ...] = ()

    @property
    def text_locale(self) -> str:
        """The nearest locale that holds sentences; empty when none does."""
        return self.texts[0].locale if self.texts else ""

    @property
    def tones(self) -> tuple[Tone, ...]:
        """Its forms of address; empty where there is one only."""
        return next((texts.tones for texts in self.by_layer if texts.tones is not None), ())

    @property
    def default_tone(self) -> Tone | None:
        """The one that shops mostly use."""
        tones = self.tones
        return next(
            (texts.default_tone for texts in self.by_layer if texts.default_tone in tones), next(iter(tones), None)
        )

    def sentence(self, key: str, tone: Tone | None) -> Sentence | None:
        """The nearest sentence of that form of address, or one that fits any."""
        for texts in self.texts:
            found = texts.sentences.get((key, tone)) or texts.sentences.get((key, None))
            if found is not None:
                return found
        return None

    def tones_for(self, keys: Iterable[str]) -> tuple[Tone | None, ...]:
        """The forms of address in which all of ``keys`` can be said; ``None`` stands for the only one."""
        wanted = tuple(keys)
        tones = self.tones or (None,)
        return tuple(tone for tone in tones if all(self.sentence(key, tone) is not None for key in wanted))

    def avoided(self, tone: Tone | None) -> tuple[str, ...]:
        """The words that betray another form of address; the nearest locale that says so decides."""
        if tone is None:
            return ()
        return next((texts.avoid[tone] for texts in self.by_layer if tone in texts.avoid), ())


@dataclass(frozen=True, slots=True)
class Resolved:
    """The sentences of one reply: all of them from ``voice``, in ``tone``."""

    voice: Voice
    tone: Tone | None
    sentences: Mapping[str, Sentence]
    fallbacks: tuple[Fallback, ...]


def voice_of(locale: str, layers: Iterable[Layer]) -> Voice:
    """What ``locale`` hears; ``layers`` from the library's own to the shop's last.

    Raises:
        InvalidValueError: ``locale`` names no language.
    """
    chain = cldr.fallback_chain(locale)
    over = tuple(layers)[::-1]
    texts = [found for name in chain for layer in over if (found := layer(name)) is not None]
    by_layer = [found for layer in over for name in chain if (found := layer(name)) is not None]
    return Voice(chain[0], tuple(texts), tuple(by_layer))


def resolve(keys: Iterable[str], voices: Iterable[Voice], tone: Tone | None, *, asked: str) -> Resolved | None:
    """The first voice and form of address that can say all of ``keys``; ``None`` when none can."""
    wanted = tuple(keys)
    for voice in voices:
        for candidate in _tones(voice, tone):
            found = {key: voice.sentence(key, candidate) for key in wanted}
            sentences = {key: sentence for key, sentence in found.items() if sentence is not None}
            if voice.texts and len(sentences) == len(wanted):
                return Resolved(voice, candidate, sentences, tuple(_fallbacks(voice, asked, tone, candidate)))
    return None


def _tones(voice: Voice, wanted: Tone | None) -> tuple[Tone | None, ...]:
    tones = voice.tones
    if not tones:
        return (None,)
    first = wanted if wanted in tones else voice.default_tone
    return tuple(dict.fromkeys((first, voice.default_tone, *tones)))


def _fallbacks(voice: Voice, asked: str, wanted: Tone | None, used: Tone | None) -> Iterator[Fallback]:
    if voice.locale != asked:
        yield Fallback("locale", asked, voice.locale)
    # A language with one form of address has nothing else to offer, and nothing is lost.
    if wanted is not None and used is not None and wanted is not used:
        yield Fallback("tone", wanted.value, used.value)
