"""The sentences of one locale as they are written down: what a folder of message files holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Protocol

from csprotocol.errors import DocumentError, Problem, one_of
from csprotocol.model import FrozenDict
from csprotocol.replies._channels import Tone

__all__ = ["LocaleTexts", "Sentence", "builtin_locales", "builtin_texts", "digest", "overlay_texts", "read_texts"]

LOCALE_FILE: Final = "locale.toml"
SOURCES_FILE: Final = "sources.toml"
_META_KEYS: Final = ("avoid", "default_tone", "name", "tones")
_HEADER: Final = re.compile(r"\[([^\]]+)\]")
_KEY: Final = re.compile(r"([A-Za-z0-9_-]+|\"[^\"]+\")\s*=\s*(\"\"\"|'''|\"|')?")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One message: its key (``order.delayed.late``), its form of address (``None``: fits any), and where it stands.

    ``line`` and ``column`` are those of its first character, counted from 1; 0 where nobody knows.
    """

    key: str
    tone: Tone | None
    source: str
    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class LocaleTexts:
    """What one folder of messages says in one locale.

    ``tones`` are the forms of address that the language has, empty for a language with one; ``None`` where the
    folder says nothing of it, as most folders of regions and of shops do. ``avoid`` holds words that betray another
    form of address, ``origins`` the digest of the English sentence that a sentence was translated from.
    """

    locale: str
    sentences: Mapping[tuple[str, Tone | None], Sentence]
    tones: tuple[Tone, ...] | None = None
    default_tone: Tone | None = None
    name: str = ""
    avoid: Mapping[Tone, tuple[str, ...]] = field(default_factory=FrozenDict)
    origins: Mapping[str, str] = field(default_factory=FrozenDict)


class Readable(Protocol):
    """A file in a folder or in a wheel."""

    @property
    def name(self) -> str: ...

    def read_text(self, encoding: str) -> str: ...


def digest(source: str) -> str:
    """A short name for a sentence, by which a translation remembers what it was made from.

    >>> digest("Thank you!")
    'f74ab3802038'
    """
    return blake2b(" ".join(source.split()).encode(), digest_size=6).hexdigest()


@cache
def builtin_locales() -> tuple[str, ...]:
    """The locales that the library brings sentences for."""
    return tuple(sorted(folder.name for folder in _builtin("messages").iterdir() if folder.is_dir()))


@cache
def builtin_texts(locale: str) -> LocaleTexts:
    """The library's own sentences of the locale; read once."""
    found = sorted(_builtin("messages").joinpath(locale).iterdir(), key=lambda file: file.name)
    return read_texts(locale, [file for file in found if file.name.endswith(".toml")], f"messages/{locale}")


def _builtin(folder: str) -> Any:
    return files("csprotocol.replies").joinpath("data").joinpath(folder)


def read_texts(locale: str, sources: Iterable[Readable], folder: str) -> LocaleTexts:
    """The sentences of ``locale`` from message files.

    Raises:
        DocumentError: a file is no TOML, or holds something that is no sentence.
    """
    sentences: dict[tuple[str, Tone | None], Sentence] = {}
    meta: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for file in sources:
        name = f"{folder}/{file.name}"
        text, plain = _read(file, name)
        if file.name == LOCALE_FILE:
            meta = _meta(name, plain)
        elif file.name == SOURCES_FILE:
            origins = {str(key): str(value) for key, value in plain.items()}
        else:
            places = dict(_places(text))
            for path, source in _flat(name, plain):
                sentence = _sentence(path, source, name, places)
                sentences[sentence.key, sentence.tone] = sentence
    return LocaleTexts(locale, FrozenDict(sentences), origins=FrozenDict(origins), **meta)


def _read(file: Readable, name: str) -> tuple[str, dict[str, Any]]:
    import tomllib

    try:
        text = file.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except UnicodeDecodeError:
        raise DocumentError.unreadable(name, "it is no UTF-8 text") from None
    except OSError as failure:
        raise DocumentError.unreadable(name, failure.strerror or "no such file") from None
    except tomllib.TOMLDecodeError as failure:
        raise DocumentError.unreadable(name, str(failure)) from None
    except RecursionError:
        raise DocumentError.unreadable(name, "it is nested too deeply") from None


def _meta(name: str, plain: Mapping[str, Any]) -> dict[str, Any]:
    unknown = [key for key in plain if key not in _META_KEYS]
    problems = [Problem(key, f"is unknown; {one_of(_META_KEYS, found=key)}") for key in unknown]
    known = tuple(tone.value for tone in Tone)
    tones = plain.get("tones")
    avoid = plain.get("avoid", {})
    default = plain.get("default_tone")
    said = [*(tones or ()), *avoid, *([default] if default is not None else [])]
    problems += [Problem("tones", f"{word!r} is unknown; {one_of(known)}") for word in said if word not in known]
    if default is not None and tones is not None and default not in tones:
        problems.append(Problem("default_tone", f"{default!r} is none of tones"))
    if problems:
        raise DocumentError.of_problems(name, problems)
    return {
        "name": str(plain.get("name", "")),
        "tones": None if tones is None else tuple(Tone(tone) for tone in tones),
        "default_tone": None if default is None else Tone(default),
        "avoid": FrozenDict({Tone(tone): tuple(str(word) for word in words) for tone, words in avoid.items()}),
    }


def _flat(name: str, plain: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in plain.items():
        if isinstance(value, str):
            yield (*path, key), value
        elif isinstance(value, Mapping):
            yield from _flat(name, value, (*path, key))
        else:
            raise DocumentError.of_problems(name, [Problem(".".join((*path, key)), "must be a sentence, in quotes")])


def _sentence(
    path: tuple[str, ...], source: str, name: str, places: Mapping[tuple[str, ...], tuple[int, int]]
) -> Sentence:
    # The form of address is the last table before the key; no situation is called by one of these words.
    *tables, key = path
    tone = Tone(tables.pop()) if tables and tables[-1] in ("formal", "informal") else None
    line, column = places.get(path, (0, 0))
    return Sentence(".".join((*tables, key)), tone, source, name, line, column)


def _places(text: str) -> Iterator[tuple[tuple[str, ...], tuple[int, int]]]:
    """Where each value of a TOML text begins: tomllib does not say.

    Reads lines, not TOML: tables and keys at the beginning of a line, as everybody writes them. What it does not
    understand has no place.
    """
    table: tuple[str, ...] = ()
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            inside = "" if inside in line else inside
            continue
        bare = line.strip()
        header = _HEADER.fullmatch(bare.partition(" #")[0].rstrip())
        if header is not None:
            table = tuple(part.strip().strip('"') for part in header[1].split("."))
            continue
        match = _KEY.match(line)
        if match is None:
            continue
        quotes = match[2] or ""
        starts_below = len(quotes) == 3 and not line[match.end() :].strip()
        yield (*table, match[1].strip('"')), (number + 1, 1) if starts_below else (number, match.end() + 1)
        if len(quotes) == 3 and quotes not in line[match.end() :]:
            inside = quotes


def overlay_texts(folder: Path) -> Iterator[LocaleTexts]:
    """The sentences of a shop: a folder with a folder for each locale.

    Raises:
        DocumentError: there is none, or a file in it cannot be read.
    """
    if not folder.is_dir():
        raise DocumentError.unreadable(folder.name, "there is no such folder", hint="an overlay has a folder a locale")
    for place in sorted(folder.iterdir()):
        if place.is_dir() and place.name != "situations" and not place.name.startswith((".", "_")):
            yield read_texts(place.name, sorted(place.glob("*.toml")), place.name)
