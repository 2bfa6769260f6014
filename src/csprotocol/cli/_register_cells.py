"""Cells of a CSV file that stay harmless where a spreadsheet splits at semicolons or tabs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["as_told", "unsplit"]

# Quotes would not do: a program that splits at semicolons takes them only at the beginning of its own cells.
_SIGNS: Final = "[=+\\-@\\t\\r\N{FULLWIDTH EQUALS SIGN}＋－＠]"
_AFTER_SPLIT: Final = re.compile(rf"([;\t] *)(?='*{_SIGNS})")
_MARKED: Final = re.compile(rf"([;\t] *)'(?='*{_SIGNS})")


def unsplit(row: Mapping[str, Any]) -> dict[str, Any]:
    """``row`` with an apostrophe between a semicolon or tab and what a spreadsheet would run behind it.

    >>> unsplit({"order": "A;=1+1", "count": 2})
    {'order': "A;'=1+1", 'count': 2}
    """
    return {name: _AFTER_SPLIT.sub(r"\1'", value) if isinstance(value, str) else value for name, value in row.items()}


def as_told(cell: str) -> str:
    """``cell`` as it was before :func:`unsplit`.

    >>> as_told("A;'=1+1")
    'A;=1+1'
    """
    return _MARKED.sub(r"\1", cell)
