r"""PO files, written and read here: a MessageFormat sentence is one text in them, whatever it chooses by.

moz.l10n reads and writes PO too, through polib, but it wants plurals as PO has them (one variable, whole numbers,
fewer forms than CLDR), and would make the simplest export depend on an optional library. What is needed of the format
fits in this file; the tests let polib read what is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from csprotocol.errors import Problem
from csprotocol.replies.export._translations import SOURCE_LOCALE, Entry, entry_id

__all__ = ["Unit", "read_po", "write_po"]

_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_UNESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPE: Final = re.compile(r"\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{2})(?:\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{2}))*|\\(.)", re.DOTALL)
_LINE: Final = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+)?"((?:[^"\\]|\\.)*)"\s*')


@dataclass(slots=True)
class Unit:
    """What a file for translators says of one sentence, before anybody has checked it."""

    name: str = ""
    source: str = ""
    target: str = ""
    line: int = 0
    doubt: str = ""
    parts: dict[str, str] = field(default_factory=dict)


def write_po(entries: Iterable[Entry], locale: str) -> str:
    """The PO file of a locale."""
    header = (
        f"Language: {locale}\n"
        "MIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=UTF-8\n"
        "Content-Transfer-Encoding: 8bit\n"
        f"X-Source-Language: {SOURCE_LOCALE}\n"
    )
    parts = [f'msgid ""\n{_said("msgstr", header)}']
    for entry in entries:
        notes = "".join(f"#. {line}\n" for note in entry.notes for line in note.splitlines())
        named = f"{_said('msgctxt', entry_id(entry))}{_said('msgid', entry.source)}"
        parts.append(f"{notes}#, no-c-format\n{named}{_said('msgstr', entry.target)}")
    return "\n".join(parts)


def _said(keyword: str, text: str) -> str:
    lines = [f'"{_escaped(line)}"' for line in re.findall(r"[^\n]*\n|[^\n]+", text)] or ['""']
    # As the tools write it: nothing on the first line where there are several.
    return "\n".join([f'{keyword} ""', *lines] if len(lines) > 1 else [f"{keyword} {lines[0]}"]) + "\n"


def _escaped(line: str) -> str:
    return "".join(_ESCAPES.get(letter) or (letter if ord(letter) >= 32 else f"\\{ord(letter):03o}") for letter in line)


def read_po(text: str, problems: list[Problem]) -> tuple[str, list[Unit]]:
    """The language that the file names, and its units with a name; what cannot be read is a problem."""
    language = ""
    units: list[Unit] = []
    for unit in _units(text, problems):
        unit.name = unit.parts.get("msgctxt", "")
        unit.source, unit.target = unit.parts.get("msgid", ""), unit.parts.get("msgstr", "")
        if not unit.name and not unit.source:
            match = re.search(r"^Language:[ \t]*(\S+)", unit.target, re.MULTILINE)
            language = match[1] if match else language
        elif missing := [each for each in ("msgid", "msgstr") if not any(part.startswith(each) for part in unit.parts)]:
            problems.append(Problem(unit.name or f"line {unit.line}", f"has no {missing[0]}"))
        elif not unit.name:
            problems.append(Problem(f"line {unit.line}", "has no msgctxt, so that nobody knows which sentence it is"))
        elif "msgid_plural" in unit.parts:
            problems.append(Problem(f"line {unit.line}", "has plurals of its own; a sentence brings them with .match"))
        else:
            units.append(unit)
    return language, units


def _units(text: str, problems: list[Problem]) -> Iterator[Unit]:
    unit, current = Unit(), ""
    # Only line feeds end a line here: a sentence may hold the other separators that splitlines knows.
    for number, line in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), 1):
        bare = line.strip(" \t")
        if not bare or bare.startswith("#"):
            # An entry goes on after a blank line until it has its translation.
            if any(part.startswith("msgstr") for part in unit.parts):
                yield unit
                unit, current = Unit(), ""
            if bare.startswith("#,") and "fuzzy" in re.split(r"[,\s]+", bare[2:]):
                unit.doubt = "is marked as fuzzy"
            continue
        match = _LINE.fullmatch(bare)
        if match is None or not (match[1] or current):
            problems.append(Problem(f"line {number}", "is no line of a PO file"))
            continue
        if match[1] and (match[1] == "msgctxt" or (match[1] == "msgid" and "msgid" in unit.parts)) and unit.parts:
            yield unit
            unit = Unit()
        if match[1]:
            if match[1] in unit.parts:
                unit.doubt = f"has {match[1]} twice"
            current = match[1]
            unit.line = unit.line or number
        unit.parts[current] = unit.parts.get(current, "") + _ESCAPE.sub(_unescaped, match[2])
    if unit.parts:
        yield unit


def _unescaped(match: re.Match[str]) -> str:
    letter = match[1]
    if letter is not None:
        return _UNESCAPES.get(letter, letter)
    # Numbers are bytes of UTF-8; what is none becomes half of a character, which nobody lets pass.
    numbers = match[0].split("\\")[1:]
    said = bytes((int(each[1:], 16) if each[0] == "x" else int(each, 8)) & 0xFF for each in numbers)
    return said.decode("utf-8", "surrogateescape")
