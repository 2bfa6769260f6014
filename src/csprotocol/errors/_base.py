"""What every error is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

__all__ = ["CsprotocolError", "one_of"]


def one_of(names: Iterable[object], *, found: object = None) -> str:
    """What is possible, as a sentence part; the nearest name comes first when ``found`` looks like a slip.

    >>> one_of(["mon", "tue"], found="Mom")
    'did you mean mon? possible: mon, tue'
    >>> one_of([])
    'possible: nothing'
    >>> one_of(range(300))
    'possible: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 ... (300 in all)'
    """
    from difflib import get_close_matches

    known = [str(name) for name in names]
    folded = {name.casefold(): name for name in reversed(known)}
    near = get_close_matches(found.casefold(), folded, n=1) if isinstance(found, str) else []
    shown = ", ".join(known[:_SHOWN]) if len(known) > 2 * _SHOWN else ", ".join(known)
    listed = f"possible: {shown or 'nothing'}"
    if len(known) > 2 * _SHOWN:
        listed += f" ... ({len(known)} in all)"
    return f"did you mean {folded[near[0]]}? {listed}" if near else listed


# A list of 500 countries helps nobody.
_SHOWN = 12


class CsprotocolError(Exception):
    """Root of all errors of this library.

    ``code`` is stable and meant for programs; ``hint`` says what to do, ``str(error)`` is for people.
    """

    code: ClassVar[str] = "csprotocol"
    hint: str

    def __init__(self, message: str, *, hint: str = "", **facts: object) -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.hint = hint
        for name, fact in facts.items():
            setattr(self, name, fact)
