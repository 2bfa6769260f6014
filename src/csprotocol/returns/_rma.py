"""Numbers that name a return, with a character that tells a slip of the pen."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

__all__ = ["is_rma", "rma_number"]

# Crockford's base 32: no I, L, O and U, so that what is read aloud or copied by hand stays what it is; the check
# character is the number modulo 37, which finds every wrong character and every swap of two neighbours.
_SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECKS: Final = _SYMBOLS + "*~$=U"
_ALIKE: Final = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_DIGITS: Final = 8


def rma_number(*facts: object) -> str:
    """The number of the return that ``facts`` make what it is; the same facts give the same number.

    >>> number = rma_number("1001", "MUG-1", 2)
    >>> number, is_rma(number), is_rma(number.lower()), is_rma(number[:-1] + "0")
    ('RMA-QRRH-G9D9-P', True, True, False)
    """
    text = "\x1f".join(map(str, facts))
    value = int.from_bytes(blake2b(text.encode(), digest_size=5).digest(), "big")
    digits = "".join(_SYMBOLS[value >> shift & 31] for shift in range(5 * _DIGITS - 5, -1, -5))
    return f"RMA-{digits[:4]}-{digits[4:]}-{_CHECKS[value % 37]}"


def is_rma(text: str) -> bool:
    """Whether ``text`` is such a number, however it is written: small letters, spaces, O for 0."""
    plain = text.strip().upper().removeprefix("RMA").translate(_ALIKE)
    digits, check = plain[:-1], plain[-1:]
    if len(digits) != _DIGITS or any(each not in _SYMBOLS for each in digits):
        return False
    value = 0
    for each in digits:
        value = value * 32 + _SYMBOLS.index(each)
    return _CHECKS[value % 37] == check
