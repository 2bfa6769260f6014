"""What translators get: each sentence in English, what stands in their language, and what has to be known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from csprotocol.replies._channels import Tone
from csprotocol.replies._resolve import Voice
from csprotocol.replies._situation import Situation
from csprotocol.replies._texts import Sentence, builtin_texts
from csprotocol.replies.export._exported import Losses

if TYPE_CHECKING:
    from csprotocol.replies._catalog import Catalog

__all__ = ["SOURCE_LOCALE", "Entry", "entries", "entry_id", "entry_key"]

SOURCE_LOCALE: Final = "en"
_SHARED: Final = "shared."


@dataclass(frozen=True, slots=True)
class Entry:
    """One sentence to translate. ``target`` is empty where the locale has none of its own."""

    key: str
    tone: Tone | None
    source: str
    target: str
    notes: tuple[str, ...]


def entries(
    catalog: Catalog, situations: Iterable[str], locale: str, tone: Tone | None, losses: Losses
) -> tuple[Entry, ...]:
    """Every sentence that the situations may need, once, in the order in which they are said.

    The locale's own sentences only: what a region takes from its parents is empty, and stands in a note.
    """
    voice, english = catalog.voice(locale), catalog.voice(SOURCE_LOCALE)
    keys: dict[str, Situation] = {}
    for name in situations:
        situation = catalog.situation(name)
        for key in situation.keys:
            keys.setdefault(key, situation)
    found: list[Entry] = []
    for key, situation in keys.items():
        source = _source(english, catalog.voice(catalog.default_locale), key)
        if source is None:
            losses.add("fallback", "no sentence to translate from; left out", locale=locale, block=key)
            continue
        if not _is_english(source, english):
            told = f"there is no English: translated from {catalog.default_locale}"
            losses.add("fallback", told, locale=locale, block=key)
        notes = tuple(_notes(key, situation))
        for each in _tones(voice, key, tone):
            own = _own(voice, key, each)
            heard = voice.sentence(key, each)
            inherited = (f"Now heard: {heard.source}",) if own is None and heard is not None else ()
            found.append(Entry(key, each, source.source, own.source if own else "", (*notes, *inherited)))
    return tuple(found)


def _source(english: Voice, default: Voice, key: str) -> Sentence | None:
    # A catalogue of a few languages need not hold English; its sentences are the origin all the same.
    library = builtin_texts(SOURCE_LOCALE).sentences.get((key, None))
    return english.sentence(key, None) or library or default.sentence(key, default.default_tone)


def _is_english(source: Sentence, english: Voice) -> bool:
    return english.sentence(source.key, None) is source or source in builtin_texts(SOURCE_LOCALE).sentences.values()


def _tones(voice: Voice, key: str, wanted: Tone | None) -> tuple[Tone | None, ...]:
    said = {tone for texts in voice.texts for each, tone in texts.sentences if each == key}
    if wanted is not None:
        said = {tone for tone in said if tone in (None, wanted)} or {wanted}
    return tuple(sorted(said or {None}, key=str))


def _own(voice: Voice, key: str, tone: Tone | None) -> Sentence | None:
    own = (texts for texts in voice.texts if texts.locale == voice.locale)
    return next((texts.sentences[key, tone] for texts in own if (key, tone) in texts.sentences), None)


def _notes(key: str, situation: Situation) -> Iterator[str]:
    if key.startswith(_SHARED):
        yield "Shared by many situations."
        return
    yield situation.purpose
    if situation.variables:
        yield "Variables: " + ", ".join(f"{name} ({each.type})" for name, each in situation.variables.items())


def entry_id(entry: Entry) -> str:
    """The name of an entry in a file for translators: the key, and the form of address behind a bar."""
    return entry.key if entry.tone is None else f"{entry.key}|{entry.tone.value}"


def entry_key(name: str) -> tuple[str, Tone | None]:
    """The key and the form of address that the name of an entry says.

    >>> entry_key("order.delayed.late|formal")
    ('order.delayed.late', <Tone.FORMAL: 'formal'>)
    """
    key, _, tone = name.rpartition("|")
    return (key, Tone(tone)) if key and tone in tuple(Tone) else (name, None)
