"""What is wrong or doubtful in the sentences of a catalogue, before any customer reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, Literal

from csprotocol.errors import InvalidValueError
from csprotocol.replies import mf2
from csprotocol.replies._channels import Tone
from csprotocol.replies._lint_message import Fault, faults_of
from csprotocol.replies._plan import parsed, patterns_of
from csprotocol.replies._resolve import Voice
from csprotocol.replies._samples import sms_segments
from csprotocol.replies._situation import DENIAL, SMS, Block, Situation
from csprotocol.replies._texts import LocaleTexts, Sentence, digest
from csprotocol.replies._variables import Variable

if TYPE_CHECKING:
    from csprotocol.replies._catalog import Catalog

__all__ = ["SEVERITIES", "SOURCE_LOCALE", "Diagnostic", "lint", "lint_message"]

Severity = Literal["error", "warning"]

# The language that translations are compared with.
SOURCE_LOCALE: Final = "en"
_MOST_SEGMENTS: Final = 2
SEVERITIES: Final[Mapping[str, Severity]] = {
    "dead-variant": "warning",
    "empty": "error",
    "extra-block": "error",
    "length-sms": "warning",
    "missing-block": "error",
    "placeholder-drift": "warning",
    "plural-coverage": "error",
    "stale-source": "warning",
    "tone-mix": "warning",
    "undeclared-variable": "error",
    "wrong-type": "error",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding: what, how bad, where, and what to do.

    ``code`` is one of the eleven of :data:`SEVERITIES`, or the standard's own word for a sentence that cannot be read
    (``syntax-error``, ``missing-fallback-variant`` and the like, always errors). ``nearest`` is the name that was
    probably meant, ``missing`` the plural categories that nobody wrote. ``line`` and ``column`` count from 1; 0 means
    that no file is at hand.
    """

    code: str
    message: str
    locale: str
    key: str
    tone: str | None = None
    file: str = ""
    line: int = 0
    column: int = 0
    hint: str = ""
    nearest: str | None = None
    missing: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """``error`` stops a strict catalogue, ``warning`` does not."""
        return SEVERITIES.get(self.code, "error")

    @property
    def situation(self) -> str:
        """The situation, ``order.delayed``; ``shared`` for what all share."""
        return self.key.rpartition(".")[0]

    @property
    def block(self) -> str:
        """The sentence in it."""
        return self.key.rpartition(".")[2]

    @property
    def place(self) -> str:
        """File, line and column as editors read them; the key where there is no file."""
        return f"{self.file}:{self.line}:{self.column}" if self.file and self.line else self.file or self.key


def lint_message(
    source: str,
    locale: str,
    *,
    variables: Mapping[str, Variable | str],
    source_message: str | None = None,
) -> list[Diagnostic]:
    """What is wrong with one sentence for these variables; compared with ``source_message`` where it is given.

    >>> [(each.code, each.nearest) for each in lint_message("Hola, {$nmae}", "es", variables={"name": "text"})]
    [('undeclared-variable', 'name')]
    """
    if not isinstance(source, str):
        raise InvalidValueError.of("source", type(source).__name__, expected="the text of a message")
    known = {
        name: kind if isinstance(kind, Variable) else Variable.read(name, kind) for name, kind in variables.items()
    }
    sentence = Sentence("message", None, source)
    faults = faults_of(source, locale, known, guarded=known, original=source_message)
    return [_diagnostic(fault, sentence, locale) for fault in faults]


def lint(catalog: Catalog) -> list[Diagnostic]:
    """All findings of all layers, by file and line; a sentence that several locales inherit is told once."""
    found: dict[tuple[object, ...], Diagnostic] = {}
    known = _Known.of(catalog)
    for locale in catalog.locales:
        for each in _of_locale(known, locale):
            same = (each.code, each.key, each.tone, each.file, each.line, each.column, each.message)
            found.setdefault(same if each.line else (*same, locale), each)
    return sorted(
        found.values(), key=lambda each: (each.locale, each.file, each.line, each.column, each.key, each.code)
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What the sentences of a catalogue are held against: their situations, conditions, and English wording."""

    catalog: Catalog
    wanted: Mapping[str, Situation | None]
    guards: Mapping[str, Mapping[str, set[str]]]
    original: Voice

    @classmethod
    def of(cls, catalog: Catalog) -> _Known:
        situations = [catalog.situation(name) for name in catalog.situations()]
        wanted: dict[str, Situation | None] = {key: situation for situation in situations for key in situation.keys}
        wanted |= dict.fromkeys((f"{DENIAL}.{code}" for code in catalog.denials.codes), None)
        guards = {situation.id: _guards(situation) for situation in situations}
        return cls(catalog, wanted, guards, catalog.voice(SOURCE_LOCALE))

    def variables(self, key: str) -> tuple[Mapping[str, Variable], set[str]]:
        """The variables that the sentence may use, and the optional ones that are there whenever it shows."""
        situation = self.wanted[key]
        if situation is None:
            denials = self.catalog.denials.variables
            return denials, set(denials)
        if key.startswith("shared."):
            block = next(block for block in situation.blocks if key in block.keys)
            return self.catalog.shared.variables, _present(block, key)
        return situation.variables, self.guards[situation.id].get(key, set())


def _of_locale(known: _Known, locale: str) -> Iterator[Diagnostic]:
    voice = known.catalog.voice(locale)
    for texts in voice.texts:
        if texts.locale == locale:
            for sentence in texts.sentences.values():
                yield from _of_sentence(known, texts, voice, sentence)
    is_region = any(texts.locale != locale for texts in voice.texts)
    for tone in voice.tones or (None,):
        heard = {key: said for key in known.wanted if (said := voice.sentence(key, tone)) is not None}
        for sentence in heard.values():
            yield from _tone_mix(sentence, locale, tone, voice)
        # A region only holds what is said otherwise there: what is missing is told of its parent.
        if not is_region:
            yield from (_missing(key, locale, tone, _home(voice, key)) for key in _gaps(known, voice, tone, heard))


def _gaps(known: _Known, voice: Voice, tone: Tone | None, heard: Mapping[str, Sentence]) -> Iterator[str]:
    """The sentences that are missing where others of the same situation are there.

    A situation that a language does not speak of at all is no fault: it is answered in another one. Nor is a form of
    address that a shop does not use.
    """
    begun = {_area(key) for key, sentence in heard.items() if sentence.tone is tone}
    toned = {_area(key) for texts in voice.texts for key, other in texts.sentences if other is not None}
    begun |= {_area(key) for key in heard} - toned
    # What is begun needs the sentences that all share as well.
    needed = {key for key in known.wanted if _area(key) in begun}
    needed |= {key for area in begun if area in known.guards for key in known.catalog.situation(area).keys}
    yield from sorted(needed - heard.keys())


def _area(key: str) -> str:
    return key.rpartition(".")[0]


def _of_sentence(known: _Known, texts: LocaleTexts, voice: Voice, sentence: Sentence) -> Iterator[Diagnostic]:
    key, tone, locale = sentence.key, sentence.tone, texts.locale
    if key not in known.wanted:
        near = next(iter(get_close_matches(key, list(known.wanted), n=1)), None)
        hint = f"did you mean {near}?" if near else "take it out, or add its situation"
        yield _diagnostic(
            Fault("extra-block", f"{key} is no sentence of any situation", hint=hint, nearest=near), sentence, locale
        )
        return
    if tone is not None and not any(tone in (each.tones or ()) for each in voice.texts):
        hint = "name it in tones of locale.toml, or move the sentence one table up"
        yield _diagnostic(Fault("extra-block", f"{locale} has no {tone} form of address", hint=hint), sentence, locale)
    variables, guarded = known.variables(key)
    source = known.original.sentence(key, tone) if locale != SOURCE_LOCALE else None
    original = None if source is None else source.source
    faults = faults_of(sentence.source, locale, variables, guarded=guarded, original=original)
    yield from (_diagnostic(fault, sentence, locale) for fault in faults)
    yield from _stale(sentence, source, texts)
    if key.endswith(f".{SMS}") and not faults:
        yield from _long_sms(sentence, variables, locale)


def _guards(situation: Situation) -> Mapping[str, set[str]]:
    """For each sentence the variables that its condition has seen to be there, in all of its places."""
    found: dict[str, set[str]] = {}
    for block in situation.blocks:
        for key in block.keys:
            present = _present(block, key)
            found[key] = found[key] & present if key in found else present
    return found


def _present(block: Block, key: str) -> set[str]:
    if key != block.key:
        # What shows otherwise knows only that the condition does not hold.
        return {each.variable for each in block.when if each.wanted is False and len(block.when) == 1}
    return {each.variable for each in block.when if each.wanted is not False}


def _missing(key: str, locale: str, tone: str | None, home: str) -> Diagnostic:
    told = f" in the {tone} form of address" if tone else ""
    return Diagnostic(
        code="missing-block",
        message=f"{key} has no sentence{told}",
        locale=locale,
        key=key,
        tone=tone,
        file=home,
        hint=f"write it to [{key.rpartition('.')[0]}]",
    )


def _home(voice: Voice, key: str) -> str:
    """The file in which the sentence would be expected: that of its neighbours."""
    near = (each for texts in voice.texts for each in texts.sentences.values() if _area(each.key) == _area(key))
    return next((each.file for each in near), "")


def _tone_mix(sentence: Sentence, locale: str, tone: Any, voice: Voice) -> Iterator[Diagnostic]:
    avoided = frozenset(word.casefold() for word in voice.avoided(tone))
    match = _betraying(sentence.source, avoided) if avoided else None
    if match is not None:
        message = f"{match!r} betrays another form of address than {tone}"
        if sentence.tone is None:
            message += ", and the sentence stands for all forms"
        hint = f"write a sentence of {locale} in the table of each form of address"
        yield replace(_diagnostic(Fault("tone-mix", message, hint=hint), sentence, locale), tone=str(tone))


def _betraying(source: str, avoided: frozenset[str]) -> str | None:
    """The first word, or words next to each other, that betray; capitals alone (USA, TU) are no words of address."""
    try:
        patterns = patterns_of(parsed(source))
    except mf2.MessageError:
        return None  # Its own finding tells it.
    # Texts alone: placeholders and addresses of links address nobody.
    for text in (part for pattern in patterns for part in pattern if isinstance(part, str)):
        words = _WORDS.findall(text)
        for length in (1, 2, 3):
            for start in range(len(words) - length + 1):
                said = words[start : start + length]
                if " ".join(said).casefold() in avoided and not (said[0].isupper() and len(said[0]) > 1):
                    return " ".join(said)
    return None


_WORDS: Final = re.compile(r"\w+")


def _stale(sentence: Sentence, source: Sentence | None, texts: LocaleTexts) -> Iterator[Diagnostic]:
    noted = texts.origins.get(sentence.key)
    if noted is not None and source is not None and noted != digest(source.source):
        message = "the English sentence has changed since this one was made of it"
        hint = f"read it again, then note {digest(source.source)} in sources.toml"
        yield _diagnostic(Fault("stale-source", message, hint=hint), sentence, texts.locale)


def _long_sms(sentence: Sentence, variables: Mapping[str, Variable], locale: str) -> Iterator[Diagnostic]:
    segments = sms_segments(sentence.source, variables, locale)
    if segments > _MOST_SEGMENTS:
        message = f"with usual values the SMS takes {segments} messages"
        yield _diagnostic(Fault("length-sms", message, hint=f"at most {_MOST_SEGMENTS} are read"), sentence, locale)


def _diagnostic(fault: Fault, sentence: Sentence, locale: str) -> Diagnostic:
    line, column = sentence.place(fault.position)
    if sentence.home is None and fault.position is not None:
        before = sentence.source[: fault.position]
        line, column = before.count("\n") + 1, fault.position - before.rfind("\n")
    return Diagnostic(
        code=fault.code,
        message=fault.message,
        locale=locale,
        key=sentence.key,
        tone=None if sentence.tone is None else sentence.tone.value,
        file=sentence.file,
        line=line,
        column=column,
        hint=fault.hint,
        nearest=fault.nearest,
        missing=fault.missing,
    )
