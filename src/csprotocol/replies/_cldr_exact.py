"""What counts as a number that can be written: exact, finite, and of a length that somebody could mean."""

from __future__ import annotations

from decimal import Decimal

from csprotocol.errors import InvalidValueError

__all__ = ["exact"]

_MOST_DIGITS = 400


def exact(number: object, field: str, *, inexact: bool = True) -> Decimal:
    """The number as a Decimal; a float counts as it prints (0.1), and not at all unless ``inexact``.

    Raises InvalidValueError: it is no number, not finite, or has more than 400 digits. Texts are not repeated.
    """
    found: Decimal | None = None
    if isinstance(number, Decimal):
        found = number
    elif isinstance(number, str):
        try:
            found = Decimal(number) if len(number) <= 2 * _MOST_DIGITS else None
        except ArithmeticError:
            found = None
    elif isinstance(number, int) and not isinstance(number, bool):
        # No int is spelled out before its length is known: that takes time by the square of it.
        found = Decimal(number) if number.bit_length() < 4 * _MOST_DIGITS else None
    elif isinstance(number, float) and inexact:
        found = Decimal(repr(float(number)))
    if found is None or not (found.is_finite() and -_MOST_DIGITS < found.adjusted() < _MOST_DIGITS):
        kinds = "a Decimal, an int, a float or a text" if inexact else "a Decimal, an int or a text"
        shown = type(number).__name__
        raise InvalidValueError.of(field, shown, expected=f"{kinds} with a finite number of at most 400 digits")
    return found
