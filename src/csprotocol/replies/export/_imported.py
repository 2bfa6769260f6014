"""Translations that come back: checked, as sentences by key and form of address, and written as an overlay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from csprotocol.errors import DocumentError, InvalidValueError, Problem
from csprotocol.model import FrozenDict
from csprotocol.replies import mf2
from csprotocol.replies._channels import Tone
from csprotocol.replies._plan import parsed
from csprotocol.replies._texts import LOCALE_FILE, SOURCES_FILE, builtin_locales, builtin_texts, digest
from csprotocol.replies.cldr import fallback_chain
from csprotocol.replies.export._po import Unit, read_po
from csprotocol.replies.export._toml import sentences_toml, table_toml
from csprotocol.replies.export._translations import entry_key
from csprotocol.replies.export._xliff import read_xliff

__all__ = ["Imported", "import_translations", "write_overlay"]


@dataclass(frozen=True, slots=True)
class Imported:
    r"""The sentences of one locale by key and form of address (``None``: fits any), and what was left out, with why.

    ``sources`` holds for each key the digest of the English sentence that was translated, so that the catalogue's
    lint can tell when the English has changed since.

    >>> text = 'msgctxt "shared.thanks"\nmsgid "Thank you!"\nmsgstr "Dank je wel!"\n'
    >>> import_translations(text, format="po", locale="nl").sentences["shared.thanks", None]
    'Dank je wel!'
    """

    locale: str
    sentences: Mapping[tuple[str, Tone | None], str]
    sources: Mapping[str, str] = field(default_factory=FrozenDict)
    problems: tuple[Problem, ...] = ()


def import_translations(path_or_text: str | Path, *, format: Literal["po", "xliff"], locale: str) -> Imported:  # noqa: A002 - the word that everybody looks for
    r"""The sentences that translators wrote, from a PO or XLIFF file as ``export`` makes them.

    A ``Path`` is read; a text is the file's content, or a file's name where it has no line break. What is not
    translated is no sentence and no problem. What is marked as doubtful, does not parse, or comes twice in two
    wordings is a problem and left out.

    >>> done = import_translations('msgctxt "shared.thanks"\nmsgid "Thanks"\nmsgstr "{$"\n', format="po", locale="nl")
    >>> done.sentences, done.problems[0].path
    ({}, 'shared.thanks')

    Raises:
        DocumentError: the file cannot be read, or is of another format.
        InvalidValueError: another format, or a locale that names no language.
    """
    if format not in ("po", "xliff"):
        raise InvalidValueError.unknown("format", format, ("po", "xliff"))
    wanted = fallback_chain(locale)[0]
    problems: list[Problem] = []
    language, units = _read(_content(path_or_text), format, wanted, problems)
    if language and _known(language) != wanted:
        problems.append(Problem("language", f"the file says {language}, {wanted} was asked for"))
    sentences: dict[tuple[str, Tone | None], str] = {}
    sources: dict[str, str] = {}
    for unit in units:
        found = _checked(unit, sentences, problems)
        if found is not None:
            sentences[found] = unit.target
            sources[found[0]] = digest(unit.source)
    paths = {_path(*each) for each in sentences}
    below = [
        each
        for each in sentences
        if _is_below(each[0], sentences)
        or any(_path(*each)[:length] in paths for length in range(1, len(_path(*each))))
    ]
    for key, tone in below:
        problems.append(Problem(key, "lies below another sentence, which no file can say"))
        del sentences[key, tone]
    return Imported(wanted, FrozenDict(sentences), FrozenDict(sources), tuple(problems))


def _read(text: str, format: str, wanted: str, problems: list[Problem]) -> tuple[str, list[Unit]]:  # noqa: A002 - as above
    if format == "po":
        return read_po(text, problems)
    files = read_xliff(text, problems)
    if len({_known(language) for language, _ in files}) < 2:
        return next((language for language, _ in files), ""), [unit for _, units in files for unit in units]
    for language, units in files:
        if _known(language) != wanted:
            problems.append(Problem("file", f"has {len(units)} sentences in {language or 'no language'}, left out"))
    return "", [unit for language, units in files for unit in units if _known(language) == wanted]


def _known(language: str) -> str:
    try:
        return fallback_chain(language)[0]
    except InvalidValueError:
        return language


def _is_below(key: str, sentences: Mapping[tuple[str, Tone | None], str]) -> bool:
    parts = key.split(".")
    above = {".".join(parts[:length]) for length in range(1, len(parts))}
    return any((name, tone) in sentences for name in above for tone in (None, *Tone))


def _path(key: str, tone: Tone | None) -> tuple[str, ...]:
    *tables, last = key.split(".")
    return (*tables, *([tone.value] if tone else []), last)


def _content(path_or_text: str | Path) -> str:
    if isinstance(path_or_text, str) and ("\n" in path_or_text or path_or_text.lstrip("\ufeff ").startswith("<")):
        return path_or_text
    if not isinstance(path_or_text, str | Path):
        raise InvalidValueError.of("path_or_text", path_or_text, expected="a path or the content of a file")
    path = Path(path_or_text)
    try:
        # Bytes, as line ends inside of a sentence must stay what they are.
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentError.unreadable(path.name, "it is no UTF-8 text") from None
    except (OSError, ValueError) as failure:
        raise DocumentError.unreadable(path.name, getattr(failure, "strerror", None) or "no such file") from None


def _checked(
    unit: Unit, sentences: Mapping[tuple[str, Tone | None], str], problems: list[Problem]
) -> tuple[str, Tone | None] | None:
    if not unit.target and not unit.doubt:
        return None
    key = entry_key(unit.name)
    fault = unit.doubt
    if not fault and sentences.get(key, unit.target) != unit.target:
        fault = "comes twice, in two wordings; the first is kept"
    *tables, last = key[0].split(".")
    if not fault and (not all((*tables, last)) or tables[-1:] in (["formal"], ["informal"])):
        fault = "is no key of a sentence, such as order.delayed.late"
    if not fault:
        try:
            parsed(unit.target)
            f"{unit.name}{unit.source}{unit.target}".encode()
        except mf2.MessageError as error:
            fault = f"cannot be read: {error}"
        except UnicodeEncodeError:
            fault = "holds half of a character"
    if fault:
        problems.append(Problem(unit.name, fault))
        return None
    return key


def write_overlay(imported: Imported, folder: str | Path) -> tuple[Path, ...]:
    """The files of an overlay with these sentences, written below ``folder``, for ``Catalog.overlay(folder)``.

    A folder of the locale with a file for each area (``order.toml``), and ``sources.toml``; ``locale.toml`` with the
    forms of address where neither the library nor the folder names those of the language. Files of the same names
    are replaced.

    Raises:
        OSError: the folder cannot be written.
    """
    home = Path(folder) / imported.locale
    home.mkdir(parents=True, exist_ok=True)
    written = []
    # The forms of address of a language that the library does not bring, where the shop has not named them.
    brought = (builtin_texts(each) for each in fallback_chain(imported.locale) if each in builtin_locales())
    is_known = (home / LOCALE_FILE).exists() or any(texts.tones for texts in brought)
    for name, text in _files(imported, is_known=is_known):
        path = home / name
        path.write_bytes(text.encode())
        written.append(path)
    return tuple(written)


def _files(imported: Imported, *, is_known: bool) -> Iterator[tuple[str, str]]:
    areas: dict[str, dict[tuple[str, Tone | None], str]] = {}
    for (key, tone), text in imported.sentences.items():
        areas.setdefault(_file(key), {})[key, tone] = text
    for name, sentences in sorted(areas.items()):
        yield name, sentences_toml(sentences)
    tones = sorted({tone.value for _, tone in imported.sentences if tone is not None})
    if tones and not is_known:
        yield LOCALE_FILE, f"tones = [{', '.join(f'{chr(34)}{tone}{chr(34)}' for tone in tones)}]\n"
    yield SOURCES_FILE, table_toml(imported.sources)


def _file(key: str) -> str:
    area = key.partition(".")[0]
    # The two names that mean something else, and whatever a file cannot be called, get a file of their own.
    is_plain = (
        area.isascii()
        and area.replace("_", "").replace("-", "").isalnum()
        and area.lower() not in ("locale", "sources")
    )
    return f"{area.lower()}.toml" if is_plain else "more.toml"
