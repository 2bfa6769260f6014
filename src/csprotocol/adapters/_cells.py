"""One cell to one value; what a cell is not is a refusal that never repeats a customer's text."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from csprotocol.adapters._read import RefusedError

__all__ = ["StampReader", "count", "flag", "identifier", "iso_stamp", "number", "shown_stamp", "shown_word"]

_SHOWN: Final = 40
_LONGEST_NUMBER: Final = 20
_CACHED_STAMPS: Final = 100_000

_FLAGS: Final = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0"), False),
}

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")
# Pandas writes whole numbers as decimals when one of them is missing.
_WHOLE: Final = re.compile(r"([0-9]+)\.0")
# Digits in the lengths that stamps have, and the words that stamps hold: a name or a telephone number is none.
_STAMP_LIKE: Final = re.compile(
    r"[0-9]{1,4}([-/. T][0-9]{1,4}|[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?([.,][0-9]{1,9})?"
    r"|[-/. ](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
    r"| ?([ap]m|utc|gmt|z)|[+-][0-9]{2}:?[0-9]{2})*",
    re.IGNORECASE,
)
_THREE_DIGITS: Final = re.compile(r"(?<![.,0-9])[0-9]{3}(?![0-9])")


def flag(cell: str) -> bool:
    """``TRUE``, ``yes``, ``1`` and their like, in any case."""
    try:
        return _FLAGS[cell.casefold()]
    except KeyError:
        raise RefusedError(
            "no-flag", f"{_length(cell)} is neither true nor false; possible: true, false, yes, no, 1, 0"
        ) from None


def number(cell: str) -> float:
    """A decimal number with a point; a comma is refused, because it may mean thousands."""
    if len(cell) > _LONGEST_NUMBER or not _NUMBER.fullmatch(cell) or not math.isfinite(found := float(cell)):
        raise RefusedError("no-number", f"{_length(cell)} is no number; write it with a decimal point")
    return found


def count(cell: str) -> int:
    """A whole number, 0 or more; ``3.0`` is one."""
    found = number(cell)
    if found < 0 or found != int(found):
        raise RefusedError("no-count", f"{found:g} is no count; a whole number from 0 is due")
    return int(found)


def identifier(cell: str) -> str:
    """An id as text; ``4711.0`` is 4711."""
    whole = _WHOLE.fullmatch(cell)
    return whole[1] if whole else cell


def shown_word(cell: str) -> str:
    """A word of a fixed vocabulary for a message, by its length when it is too long to be one."""
    return repr(cell) if len(cell) <= _SHOWN and cell.isprintable() else _length(cell)


def shown_stamp(cell: str) -> str:
    """A cell that should be a stamp, for a message: itself when it looks like one, else its length only."""
    if len(cell) <= _SHOWN and _STAMP_LIKE.fullmatch(cell) and not _THREE_DIGITS.search(cell):
        return repr(cell)
    return _length(cell)


def iso_stamp(cell: str) -> datetime:
    """An ISO 8601 stamp with date and time of day, naive when the cell names no offset."""
    text = f"{cell[:-4]}+00:00" if cell.endswith(" UTC") else cell
    # fromisoformat takes a bare date for midnight, and eight digits for a date: both would be guesses.
    if text[4:5] == "-" and text[7:8] == "-" and text[10:11] in {"T", " "}:
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise RefusedError("stamp", f"{shown_stamp(cell)} is no ISO stamp such as 2026-11-20 16:30:00")


class MissingZoneError(Exception):
    """A naive stamp, and no zone was stated: the whole file cannot be read."""


class StampReader:
    """Cells of one column to instants in UTC, by one format and, for naive stamps, one stated zone."""

    def __init__(self, form: str, zone: ZoneInfo | None) -> None:
        self._form = form
        self._zone = zone
        self._known: dict[str, datetime] = {}
        self._unsure: set[str] = set()
        self.unsure = 0

    def __call__(self, cell: str) -> datetime:
        """The instant. Where the clock repeats or skips an hour, the first reading, counted in ``unsure``."""
        at = self._known.get(cell)
        if at is None:
            at = self._read(cell)
            if len(self._known) >= _CACHED_STAMPS:
                self._known.clear()
                self._unsure.clear()
            self._known[cell] = at
        if cell in self._unsure:
            self.unsure += 1
        return at

    def _read(self, cell: str) -> datetime:
        found = iso_stamp(cell) if self._form == "iso" else self._by_format(cell)
        if found.tzinfo is None:
            if self._zone is None:
                raise MissingZoneError
            found = found.replace(tzinfo=self._zone)
            if self._zone.utcoffset(found) != self._zone.utcoffset(found.replace(fold=1)):
                self._unsure.add(cell)
        try:
            return found.astimezone(UTC)
        except OverflowError:
            raise RefusedError("stamp", f"{shown_stamp(cell)} lies outside the years 1 to 9999") from None

    def _by_format(self, cell: str) -> datetime:
        try:
            return datetime.strptime(cell, self._form)  # noqa: DTZ007  # the stated zone is attached by the caller
        except (ValueError, OverflowError):
            raise RefusedError("stamp", f"{shown_stamp(cell)} does not match the format {self._form!r}") from None


def _length(cell: str) -> str:
    return f"a text of {len(cell):,} character{'' if len(cell) == 1 else 's'}"
