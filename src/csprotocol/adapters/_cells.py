"""One cell to one value; what a cell is not is a refusal that never repeats a customer's text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, time
from difflib import get_close_matches
from typing import Final
from zoneinfo import ZoneInfo

from csprotocol.adapters._read import RefusedError
from csprotocol.adapters._typed import StampCell

__all__ = [
    "StampReader",
    "count",
    "flag",
    "identifier",
    "iso_stamp",
    "number",
    "shown_id",
    "shown_number",
    "shown_stamp",
    "shown_word",
]

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
# A date alone, or at midnight, may be the day on which a customer was born.
_TIME_OF_DAY: Final = re.compile(r"[0-9]:[0-9]{2}")
_MIDNIGHT: Final = re.compile(r"[ T]0?0:00(:00([.,]0+)?)?(?![0-9:])")
# What helpdesks count with: few digits, behind capitals or not. More digits are a telephone, a card, a birthday.
_ID_LIKE: Final = re.compile(r"#?([0-9]{1,7}|[A-Z]{1,8}[-_]?[0-9]{1,7})")
# "Cerado" is a slip of "Cerrado"; "Owen" is none of "open".
_NEAR: Final = 0.8
_LARGEST_SHOWN: Final = 1_000


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
        raise RefusedError("no-count", f"{shown_number(found)} is no count; a whole number from 0 is due")
    return int(found)


def identifier(cell: str) -> str:
    """An id as text; ``4711.0`` is 4711."""
    whole = _WHOLE.fullmatch(cell)
    return whole[1] if whole else cell


def shown_word(cell: str, known: Iterable[str]) -> str:
    """A word for a message: itself when it is a slip of a known one, else its length only."""
    near = len(cell) <= _SHOWN and cell.isprintable()
    folded = [word.casefold() for word in known]
    return repr(cell) if near and get_close_matches(cell.casefold(), folded, n=1, cutoff=_NEAR) else _length(cell)


def shown_id(cell: str) -> str:
    """An id for a message: itself when it looks like the number of a ticket, else its length only."""
    return cell if _ID_LIKE.fullmatch(cell) else f"(an id of {len(cell):,} character{'' if len(cell) == 1 else 's'})"


def shown_number(found: float) -> str:
    """A number for a message; a long one may be a telephone."""
    return f"{found:g}" if abs(found) < _LARGEST_SHOWN else f"a number of {len(f'{abs(found):.0f}')} digits"


def shown_stamp(cell: str) -> str:
    """A cell that should be a stamp, for a message: itself when it looks like one, else its length only."""
    timed = len(cell) <= _SHOWN and _TIME_OF_DAY.search(cell) and not _MIDNIGHT.search(cell)
    if timed and _STAMP_LIKE.fullmatch(cell) and not _THREE_DIGITS.search(cell):
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

    def __call__(self, cell: str) -> datetime:
        """The instant. Where the clock repeats or skips an hour, the first reading: :meth:`is_unsure` tells."""
        at = self._known.get(cell)
        if at is None:
            if len(self._known) >= _CACHED_STAMPS:
                self._known.clear()
                self._unsure.clear()
            at = self._read(cell)
            self._known[cell] = at
        return at

    def typed(self, cell: StampCell) -> datetime:
        """The instant of a cell that is a date or an instant already, whatever the format of texts.

        A date alone is an instant only where the format says that stamps have no time of day.
        """
        at = cell.at
        if not isinstance(at, datetime):
            if self._form == "iso" or re.search("%[HI]", self._form):
                raise RefusedError("stamp", "a date without a time of day")
            at = datetime.combine(at, time())
        return self._in_utc(at, cell)

    def is_unsure(self, cell: str) -> bool:
        """Whether the clock shows ``cell``, which was just read, twice or never."""
        return cell in self._unsure

    def _read(self, cell: str) -> datetime:
        return self._in_utc(iso_stamp(cell) if self._form == "iso" else self._by_format(cell), cell)

    def _in_utc(self, found: datetime, cell: str) -> datetime:
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
