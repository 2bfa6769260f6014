"""Sentences as TOML, written so that people like to read it: one table a situation, long sentences in three quotes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from csprotocol.replies._channels import Tone

__all__ = ["sentences_toml", "table_toml"]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def sentences_toml(sentences: Mapping[tuple[str, Tone | None], str]) -> str:
    """The tables of the sentences, in the order in which they come.

    >>> print(sentences_toml({("shared.thanks", None): "Thanks", ("shared.thanks", Tone.FORMAL): "Thank you"}))
    [shared]
    thanks = "Thanks"
    <BLANKLINE>
    [shared.formal]
    thanks = "Thank you"
    <BLANKLINE>
    """
    tables: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for (key, tone), text in sentences.items():
        *path, name = key.split(".")
        tables.setdefault((*path, *([tone.value] if tone else [])), []).append((name, text))
    parts = []
    # What stands at the top must come before the first table.
    for table, pairs in sorted(tables.items(), key=lambda item: bool(item[0])):
        header = f"[{'.'.join(map(_key, table))}]\n" if table else ""
        parts.append(header + "".join(f"{_key(name)} = {_text(text)}\n" for name, text in pairs))
    return "\n".join(parts)


def table_toml(values: Mapping[str, str]) -> str:
    """A table of texts, sorted, with keys that may have dots."""
    return "".join(f"{_quoted(key)} = {_quoted(value)}\n" for key, value in sorted(values.items()))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _text(text: str) -> str:
    if "\n" not in text:
        return _quoted(text)
    # The line feed after the opening quotes is not part of the text.
    return f'"""\n{"".join(_escaped(letter, keep=chr(10)) for letter in text)}"""'


def _quoted(text: str) -> str:
    return f'"{"".join(_escaped(letter) for letter in text)}"'


def _escaped(letter: str, *, keep: str = "") -> str:
    if letter == keep:
        return letter
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return letter if letter.isprintable() or ord(letter) > 0x9F else f"\\u{ord(letter):04x}"
