"""The library's own catalogue: complete, clean, and rendered in every way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from csprotocol.replies import Catalog, Reply, ReplyChannel, Situation, Tone, VariableType, sample_arguments
from csprotocol.replies._texts import builtin_locales, digest

LOCALES = ("ar", "ca", "de", "en", "en-GB", "es", "es-419", "es-AR", "es-MX", "fr", "it", "pl", "pt", "pt-PT")
ONE_FORM = {"ar", "en", "en-GB"}
CATALOG = Catalog.builtin()
_LEFT_OPEN = re.compile(r"\{[$:#/]|\[[a-z_]+\]|\ufffd|[ \u00a0]{2}| [,.](?!\w)")


def test_all_is_there() -> None:
    assert builtin_locales() == LOCALES
    assert len(CATALOG) == 48
    both, one = (Tone.INFORMAL, Tone.FORMAL), (None,)
    for locale, known in CATALOG.coverage().items():
        tones = one if locale in ONE_FORM else both
        assert set(known) == set(CATALOG.situations()), locale
        assert {frozenset(said) for said in known.values()} == {frozenset(tones)}, locale


def test_nothing_to_complain_of() -> None:
    assert [f"{each.place} {each.code} {each.message}" for each in CATALOG.lint()] == []


def test_every_translation_remembers_what_it_was_made_of() -> None:
    english = {key: digest(each.source) for (key, _), each in _texts("en").sentences.items()}
    for locale in set(LOCALES) - {"en"}:
        texts = _texts(locale)
        assert dict(texts.origins) == {key: english[key] for key in sorted({key for key, _ in texts.sentences})}, locale


def _texts(locale: str) -> Any:
    return CATALOG.voice(locale).texts[0]


@pytest.mark.parametrize("locale", LOCALES)
def test_everything_can_be_said_everywhere(locale: str) -> None:
    voice = CATALOG.voice(locale)
    for name, channel, tone in product(CATALOG.situations(), ReplyChannel, voice.tones or (None,)):
        situation = CATALOG.situation(name)
        for arguments in _variations(situation):
            reply = CATALOG.render(name, arguments, locale=locale, tone=tone, channel=channel)
            assert (reply.tone, reply.fallbacks, reply.locale) == (tone, (), locale)
            _check(reply)


def _variations(situation: Situation) -> Iterator[dict[str, Any]]:
    """Every choice and flag once, numbers of every plural category, with and without what may be absent."""
    full = {**sample_arguments(situation.variables), "agent_note": "Example note."}
    yield full
    yield {name: full[name] for name in situation.required} | {"agent_note": "Example note."}
    for name, variable in situation.variables.items():
        if variable.type is VariableType.CHOICE:
            yield from ({**full, name: choice} for choice in variable.choices)
        elif variable.type is VariableType.FLAG:
            yield {**full, name: False}
        elif variable.type is VariableType.INT:
            yield from (
                {**full, name: number} for number in (0, 1, 2, 5, 11, 22, 100) if number >= (variable.minimum or 0)
            )


def _check(reply: Reply) -> None:
    where = f"{reply.facts}"
    for text in (reply.text, reply.subject or "x", reply.html or "x"):
        assert text.strip(), where
        plain = re.sub(r"https://\S+|<[^>]+>", "", text)
        assert not _LEFT_OPEN.search(plain), (where, text)
    if reply.channel is ReplyChannel.EMAIL:
        assert reply.ready(), where
        assert reply.subject is not None
        assert len(reply.subject) <= 78, (where, reply.subject)
        assert reply.subject[-1] != "." or reply.subject.endswith("m."), (where, reply.subject)
    if reply.sms is not None:
        assert reply.sms.segments <= 3, (where, reply.text)


def test_denials_have_their_sentence_in_every_language() -> None:
    for locale in LOCALES:
        told = [
            CATALOG.denial(code, {"field": "x", "roles": ("a", "b")}, locale=locale) for code in CATALOG.denials.codes
        ]
        assert len(set(told)) == len(told), locale
    for unknown in ("shops-own-guard", "missing-field", "role-required"):
        assert CATALOG.denial(unknown, locale="en") == "This is not possible now."
    assert CATALOG.denial("role-required:agent|owner", locale="en") == "Only these roles may do it: agent or owner."


def test_vos_is_at_home_in_argentina() -> None:
    """No sentence that an Argentine customer hears informally is a sentence with tú."""
    voice = CATALOG.voice("es-AR")
    betraying = re.compile(
        r"\b(tú|ti|contigo|puedes|tienes|quieres|eres|debes|respóndenos|escríbenos|envíanos|dinos)\b", re.IGNORECASE
    )
    for key, _ in {pair: None for texts in voice.texts for pair in texts.sentences}:
        sentence = voice.sentence(key, Tone.INFORMAL)
        if sentence is not None:
            assert not betraying.search(sentence.source), (key, sentence.source)
