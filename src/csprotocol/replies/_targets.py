"""How values and markup are written into a text, a subject, HTML, an SMS or a WhatsApp message.

Only this file knows what has to be escaped where. The sentences' own text comes from the shop, and is plain text too:
HTML is made of typed markup alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from csprotocol.errors import HeaderInjectionError

__all__ = ["ADDRESSES", "HTML", "MARKUP", "SMS", "SUBJECT", "TEXT", "WHATSAPP", "Target", "is_address", "runs_against"]

# What a sentence may mark: bold, italics, a link, a new line.
MARKUP: Final = ("b", "br", "i", "link")
_PLAIN: Final[Mapping[str, tuple[str, str]]] = {"b": ("", ""), "i": ("", "")}


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """One way of writing. ``value`` gives what escapes the values of a variable, ``None`` where nothing has to be.

    ``around`` are the two texts that isolate a value of unknown direction, ``formatted`` those around what the
    locale's own formats wrote; both empty where nothing is isolated. ``link`` makes a link of a text and an address.
    With ``is_one_line``, all that ``value`` does is refuse, and it refuses nothing that is printable. ``makes_links``
    says that an address that stands for itself becomes a link too.
    """

    value: Callable[[str], Callable[[str], str] | None]
    literal: Callable[[str], str]
    marks: Mapping[str, tuple[str, str]]
    line_break: str
    link: Callable[[str, str], str]
    around: tuple[str, str] = ("\u2068", "\u2069")
    formatted: tuple[str, str] = ("\u2067", "\u2069")
    is_one_line: bool = False
    makes_links: bool = False

    @property
    def isolates(self) -> bool:
        """Whether it isolates at all."""
        return bool(self.around[0])


def runs_against(text: str) -> bool:
    """Whether a text holds letters of a right-to-left script, which would turn a left-to-right sentence around."""
    return any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text)


_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "RLE", "RLO", "RLI"})


def _verbatim(text: str) -> str:
    return text


def _nothing(name: str) -> None:
    del name


def is_address(text: str) -> bool:
    """Whether a link may lead there."""
    return text.lower().startswith(ADDRESSES) and text.lower() not in ADDRESSES


ADDRESSES: Final = ("https://", "mailto:", "tel:")


def _unlinked(text: str, address: str) -> str:
    return text if address in text else f"{text} ({address})" if text else address


def _linked(text: str, address: str) -> str:
    return f'<a href="{escape(address)}">{text}</a>'


def _in_html(text: str) -> str:
    if not text.isprintable():
        # A page may hold no control characters but these two.
        text = "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) != "Cc")
    return escape(text, quote=False).replace("\n", "<br>")


def _in_one_line(text: str) -> str:
    """A sentence's own text in a subject: line breaks of the file are spaces there."""
    return _LINE_BREAKS.sub(" ", text)


_LINE_BREAKS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]*[\r\n\x00-\x1f\x7f-\x9f\u2028\u2029]\s*")


def _escaped(name: str) -> Callable[[str], str]:
    del name
    return _in_html


def _one_line(name: str) -> Callable[[str], str]:
    """Refuses what would end the header, and all other control characters with it."""

    def check(text: str) -> str:
        # Printable covers nearly every value; spaces of other widths are not printable to Python, and harmless.
        if not text.isprintable() and any(unicodedata.category(letter) in _BREAKING for letter in text):
            raise HeaderInjectionError.of(name)
        return text

    return check


_BREAKING: Final = frozenset({"Cc", "Zl", "Zp"})

TEXT: Final = Target(_nothing, _verbatim, _PLAIN, "\n", _unlinked)
SUBJECT: Final = Target(_one_line, _in_one_line, _PLAIN, " ", _unlinked, is_one_line=True)
HTML: Final = Target(
    _escaped,
    _in_html,
    {"b": ("<strong>", "</strong>"), "i": ("<em>", "</em>")},
    "<br>",
    _linked,
    ("<bdi>", "</bdi>"),
    ("<bdi>", "</bdi>"),
    makes_links=True,
)
WHATSAPP: Final = Target(_nothing, _verbatim, {"b": ("*", "*"), "i": ("_", "_")}, "\n", _unlinked)
# Controls of direction cost an SMS its short alphabet, and old telephones show them as boxes.
SMS: Final = Target(_nothing, _verbatim, _PLAIN, " ", _unlinked, ("", ""), ("", ""))
