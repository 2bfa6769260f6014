"""The sentences of one locale as they are written down: what a folder of message files holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Protocol

from csprotocol.errors import DocumentError, InvalidValueError, Problem, one_of
from csprotocol.model import FrozenDict
from csprotocol.replies import cldr
from csprotocol.replies._channels import Tone
from csprotocol.replies._toml_places import RawString, places

__all__ = [
    "FORMS",
    "LocaleTexts",
    "Sentence",
    "builtin_locales",
    "builtin_texts",
    "digest",
    "overlay_texts",
    "read_texts",
]

LOCALE_FILE: Final = "locale.toml"
SOURCES_FILE: Final = "sources.toml"
_META_KEYS: Final = ("avoid", "default_tone", "name", "tones")


class SourceFile:
    """A message file, which knows where its sentences stand when somebody asks."""

    __slots__ = ("_places", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._places: dict[tuple[str, ...], RawString] | None = None

    def place(self, path: tuple[str, ...], position: int) -> tuple[int, int]:
        """Line and column of a character of a value; 0 and 0 for what cannot be found."""
        if self._places is None:
            self._places = dict(places(self.text))
        raw = self._places.get(path)
        return (0, 0) if raw is None else raw.place(position)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One message: its key (``order.delayed.late``), its form of address (``None``: fits any), and where it stands."""

    key: str
    tone: Tone | None
    source: str
    home: SourceFile | None = field(default=None, repr=False, compare=False)
    path: tuple[str, ...] = field(default=(), repr=False, compare=False)

    @property
    def file(self) -> str:
        """The name of its file; empty where there is none."""
        return "" if self.home is None else self.home.name

    def place(self, position: int | None = None) -> tuple[int, int]:
        """Line and column in its file of a character of the sentence, of the first by default, counted from 1.

        0 and 0 where no file is at hand.
        """
        return (0, 0) if self.home is None else self.home.place(self.path, position or 0)


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
            for sentence in _sentences(name, text, plain):
                before = sentences.setdefault((sentence.key, sentence.tone), sentence)
                if before is not sentence:
                    told = f"is said twice, here and in {before.file}; keep one"
                    raise DocumentError.of_problems(name, [Problem(sentence.key, told)])
    return LocaleTexts(locale, FrozenDict(sentences), origins=FrozenDict(origins), **meta)


def _sentences(name: str, text: str, plain: Mapping[str, Any]) -> Iterator[Sentence]:
    home = SourceFile(name, text)
    try:
        found = list(_flat(name, plain))
    except RecursionError:
        raise DocumentError.unreadable(name, "it is nested too deeply") from None
    for path, source in found:
        yield _sentence(path, source, home)


def _read(file: Readable, name: str) -> tuple[str, dict[str, Any]]:
    import tomllib

    try:
        # Editors of Windows begin a file with a mark.
        text = file.read_text(encoding="utf-8-sig")
        return text, tomllib.loads(text)
    except UnicodeDecodeError:
        raise DocumentError.unreadable(name, "it is no UTF-8 text") from None
    except OSError as failure:
        raise DocumentError.unreadable(name, failure.strerror or "no such file") from None
    except tomllib.TOMLDecodeError as failure:
        raise DocumentError.unreadable(name, str(failure)) from None
    except ValueError:
        raise DocumentError.unreadable(name, "it holds a number that nobody can read") from None
    except RecursionError:
        raise DocumentError.unreadable(name, "it is nested too deeply") from None


def _meta(name: str, plain: Mapping[str, Any]) -> dict[str, Any]:
    problems = [Problem(key, f"is unknown; {one_of(_META_KEYS, found=key)}") for key in plain if key not in _META_KEYS]
    tones = plain.get("tones")
    if tones is not None:
        problems += _unknown_tones("tones", tones)
    default = plain.get("default_tone")
    if default is not None:
        problems += _unknown_tones("default_tone", [default])
    avoid = plain.get("avoid", {})
    if isinstance(avoid, Mapping):
        problems += _unknown_tones("avoid", list(avoid))
        problems += [
            Problem(f"avoid.{tone}", "must be a list of words")
            for tone, words in avoid.items()
            if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words)
        ]
    else:
        problems.append(Problem("avoid", "must be a table of lists of words, by form of address"))
    if not problems and default is not None and tones is not None and default not in tones:
        problems.append(Problem("default_tone", f"{default!r} is none of tones"))
    if problems:
        raise DocumentError.of_problems(name, problems)
    return {
        "name": str(plain.get("name", "")),
        "tones": None if tones is None else tuple(Tone(tone) for tone in tones),
        "default_tone": None if default is None else Tone(default),
        "avoid": FrozenDict({Tone(tone): tuple(words) for tone, words in avoid.items()}),
    }


def _unknown_tones(path: str, said: object) -> list[Problem]:
    known = tuple(tone.value for tone in Tone)
    if not isinstance(said, list):
        return [Problem(path, f"must be a list; {one_of(known)}")]
    return [Problem(path, f"{word!r} is unknown; {one_of(known)}") for word in said if word not in known]


def _flat(name: str, plain: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in plain.items():
        if isinstance(value, str):
            yield (*path, key), value
        elif isinstance(value, Mapping):
            yield from _flat(name, value, (*path, key))
        else:
            raise DocumentError.of_problems(name, [Problem(".".join((*path, key)), "must be a sentence, in quotes")])


def _sentence(path: tuple[str, ...], source: str, home: SourceFile) -> Sentence:
    # The form of address is the last table before the key; no situation is called by one of these words.
    *tables, key = path
    tone = Tone(tables.pop()) if tables and tables[-1] in FORMS else None
    return Sentence(".".join((*tables, key)), tone, source, home, path)


FORMS: Final = frozenset(tone.value for tone in Tone)


def overlay_texts(folder: Path) -> dict[str, LocaleTexts]:
    """The sentences of a shop by locale: a folder with a folder for each locale.

    Raises:
        DocumentError: there is none, a file in it cannot be read, or a folder of sentences is called by no locale.
    """
    if not folder.is_dir():
        raise DocumentError.unreadable(folder.name, "there is no such folder", hint="an overlay has a folder a locale")
    found: dict[str, LocaleTexts] = {}
    homes: dict[str, str] = {}
    for place in sorted(folder.iterdir()):
        files = sorted(place.glob("*.toml")) if place.is_dir() and not place.name.startswith((".", "_")) else []
        if not files or place.name == "situations":
            continue
        locale = _locale_of(place)
        if locale in homes:
            told = f"is the same locale as {homes[locale]}; keep one of the two folders"
            raise DocumentError.of_problems(folder.name, [Problem(place.name, told)])
        homes[locale] = place.name
        found[locale] = read_texts(locale, files, place.name)
    return found


def _locale_of(folder: Path) -> str:
    try:
        cldr.formats(folder.name)
        return cldr.fallback_chain(folder.name)[0]
    except InvalidValueError:
        told = "holds sentences, and is called by no locale that CLDR knows"
        raise DocumentError.of_problems(folder.parent.name, [Problem(folder.name, told)]) from None
