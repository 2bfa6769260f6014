"""How many messages an SMS costs.

Source: 3GPP TS 23.038 (the GSM 7-bit default alphabet and its extension table) and TS 23.040 (parts of a long message).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["SmsCount", "count_sms", "for_sms"]

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these takes two places: an escape, and itself.
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_SPACES: Final = {0xA0: " ", 0x2007: " ", 0x2009: " ", 0x200A: " ", 0x202F: " "}


@dataclass(frozen=True, slots=True)
class SmsCount:
    """The alphabet, the units that the text takes in it, and the messages that are paid.

    One message holds 160 units of GSM-7 or 70 of UCS-2; each part of a longer text 153 or 67.

    >>> count_sms("Tu pedido llega hoy")
    SmsCount(encoding='GSM-7', units=19, segments=1)
    """

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int


def count_sms(text: str) -> SmsCount:
    """What the text costs as an SMS. One letter outside GSM-7 (*á*, *ó*, *ç*) makes all of it UCS-2.

    >>> count_sms("Twoja paczka się opóźni.")
    SmsCount(encoding='UCS-2', units=24, segments=1)
    >>> count_sms("x" * 161).segments, count_sms("").segments
    (2, 0)
    """
    if all(letter in _BASIC or letter in _EXTENSION for letter in text):
        sizes = [2 if letter in _EXTENSION else 1 for letter in text]
        return SmsCount("GSM-7", sum(sizes), _segments(sizes, 160, 153))
    sizes = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    return SmsCount("UCS-2", sum(sizes), _segments(sizes, 70, 67))


def _segments(sizes: list[int], alone: int, part: int) -> int:
    """The parts; a letter of two units is never torn in two, so a part may end one unit early."""
    if sum(sizes) <= alone:
        return 1 if sizes else 0
    parts, left = 1, part
    for size in sizes:
        if size > left:
            parts, left = parts + 1, part
        left -= size
    return parts


def for_sms(text: str) -> str:
    """The text with the spaces that telephones know: an unbreakable one would make the whole SMS UCS-2."""
    return text.translate(_SPACES)
