"""Where the values of a TOML text stand: ``tomllib`` reads them and does not say.

A walk over the text that knows comments, headers, keys and the four kinds of strings; everything else is passed over.
It is made for files that ``tomllib`` has read without complaint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["RawString", "places"]

Path = tuple[str, ...]

_SPACE: Final = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_KEY_PART: Final = re.compile(r"[ \t]*(?:([A-Za-z0-9_-]+)|\"((?:[^\"\\\n]|\\.)*)\"|'([^'\n]*)')[ \t]*")
_OTHER: Final = re.compile(r"[^,\]\}\n#]*")
# What stands between the quotes, by the quotes.
_INSIDE: Final = {
    '"': re.compile(r'(?:[^"\\\n]|\\.)*'),
    '"""': re.compile(r'(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*'),
    "'": re.compile(r"[^'\n]*"),
    "'''": re.compile(r"(?:[^']|'{1,2}(?!'))*"),
}
_ESCAPE: Final = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[ \t]*\r?\n[ \t\r\n]*|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class RawString:
    """A string as it stands in the file, from its first character on; ``line`` and ``column`` count from 1."""

    raw: str
    line: int
    column: int
    has_escapes: bool

    def place(self, position: int) -> tuple[int, int]:
        """Line and column in the file of the character at ``position`` of the value."""
        at = self._raw_position(position)
        before = self.raw[:at]
        lines = before.count("\n")
        return (self.line + lines, at - before.rfind("\n")) if lines else (self.line, self.column + at)

    def _raw_position(self, position: int) -> int:
        at = value = 0
        # Line breaks of Windows are one character of the value.
        while value < position and at < len(self.raw):
            match = _ESCAPE.match(self.raw, at) if self.has_escapes else None
            if match is not None:
                at = match.end()
                value += 0 if match[0].endswith(("\n", " ", "\t")) and "\n" in match[0] else 1
            else:
                at += 2 if self.raw.startswith("\r\n", at) else 1
                value += 1
        return at


def places(text: str) -> Iterator[tuple[Path, RawString]]:
    """Every string value with the path of its key."""
    yield from _Walk(text).document()


def _key_part(match: re.Match[str]) -> str:
    bare, quoted, literal = match.groups()
    if quoted is None or "\\" not in quoted:
        return next(part for part in (bare, quoted, literal) if part is not None)
    import tomllib

    (key,) = tomllib.loads(f'"{quoted}" = 0')
    return key


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def document(self) -> Iterator[tuple[Path, RawString]]:
        table: Path = ()
        while True:
            self._skip()
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                while self.text.startswith("[", self.at):
                    self.at += 1
                table = self._key()
                while self.text.startswith("]", self.at):
                    self.at += 1
                continue
            before = self.at
            yield from self._pair(table)
            if self.at == before:
                return  # Nothing that is known here: better no places than wrong ones.

    def _skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        assert match is not None  # noqa: S101 - it matches nothing as well
        self.at = match.end()

    def _key(self) -> Path:
        parts: list[str] = []
        while (match := _KEY_PART.match(self.text, self.at)) is not None:
            parts.append(_key_part(match))
            self.at = match.end()
            if not self.text.startswith(".", self.at):
                break
            self.at += 1
        return tuple(parts)

    def _pair(self, table: Path) -> Iterator[tuple[Path, RawString]]:
        key = self._key()
        if not key or not self.text.startswith("=", self.at):
            return
        self.at += 1
        while self.text[self.at : self.at + 1] in (" ", "\t"):
            self.at += 1
        yield from self._value((*table, *key))

    def _value(self, path: Path) -> Iterator[tuple[Path, RawString]]:
        letter = self.text[self.at : self.at + 1]
        if letter and letter in "\"'":
            yield path, self._string()
        elif letter == "{":
            self.at += 1
            while True:
                self._skip()
                if self.text.startswith("}", self.at) or self.at >= len(self.text):
                    self.at += 1
                    return
                before = self.at
                yield from self._pair(path)
                if self.at == before:
                    return
        elif letter == "[":
            self.at += 1
            while True:
                self._skip()
                if self.text.startswith("]", self.at) or self.at >= len(self.text):
                    self.at += 1
                    return
                before = self.at
                # Values of a list have no path of their own.
                for _ in self._value(path):
                    pass
                if self.at == before:
                    return
        else:
            match = _OTHER.match(self.text, self.at)
            self.at = match.end() if match else self.at

    def _string(self) -> RawString:
        quote = self.text[self.at]
        fence = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        start = self.at + len(fence)
        if len(fence) == 3:
            start += 2 if self.text.startswith("\r\n", start) else 1 if self.text.startswith("\n", start) else 0
        end = self._end(fence, start)
        before = self.text[:start]
        found = RawString(
            self.text[start:end], before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1, quote == '"'
        )
        self.at = end + len(fence)
        return found

    def _end(self, fence: str, start: int) -> int:
        match = _INSIDE[fence].match(self.text, start)
        assert match is not None  # noqa: S101 - it matches nothing as well
        end = match.end()
        # Up to two quotes may stand before the three that end it.
        while len(fence) == 3 and self.text.startswith(fence, end + 1):
            end += 1
        return end
