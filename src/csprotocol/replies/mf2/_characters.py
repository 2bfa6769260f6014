"""Which characters the syntax knows, as compiled expressions that read from a position."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["BIDI", "ESCAPE", "KEYWORD", "LITERAL", "NAME", "OPTIONAL", "QUOTED", "REQUIRED", "TEXT", "normal"]

BIDI = "\u061c\u200e\u200f\u2066-\u2069"
_SPACE = " \t\r\n\u3000"
# Everything but controls, spaces, bidi marks, surrogates, noncharacters and the ASCII signs of the syntax.
_START = (
    "A-Za-z+_\u00a1-\u061b\u061d-\u167f\u1681-\u1fff\u200b-\u200d\u2010-\u2027\u2030-\u205e\u2060-\u2065"
    "\u206a-\u2fff\u3001-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd"
) + "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 17))
_CHAR = _START + "0-9.\\-"

OPTIONAL = re.compile(f"[{_SPACE}{BIDI}]*")
REQUIRED = re.compile(f"[{BIDI}]*[{_SPACE}][{_SPACE}{BIDI}]*")
NAME = re.compile(f"[{BIDI}]?([{_START}][{_CHAR}]*)[{BIDI}]?")
LITERAL = re.compile(f"[{_CHAR}]+")
TEXT = re.compile(r"[^\\{}\x00]+")
QUOTED = re.compile(r"[^\\|\x00]+")
ESCAPE = re.compile(r"\\([\\{|}])")
KEYWORD = re.compile(r"\.(?:input|local|match)")


def normal(name: str) -> str:
    """The name in the form in which names and keys are compared (NFC)."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)
