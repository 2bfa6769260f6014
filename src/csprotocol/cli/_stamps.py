"""Stamps in files, by the format and the zone that the command line states."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from csprotocol.adapters._cells import StampReader
from csprotocol.errors import InvalidValueError

__all__ = ["stamp_reader"]


def stamp_reader(form: str, zone: ZoneInfo | None) -> StampReader:
    """A reader for ``--at-format``.

    Raises:
        InvalidValueError: a format that leaves year, day or hour open; strptime would put one in.
    """
    is_whole = re.search("%[Yyc]", form) and re.search("%[djc]", form) and re.search("%[HIcX]", form)
    if form != "iso" and not is_whole:
        expected = "iso, or a format with year, day and hour, for example %d/%m/%Y %H:%M"
        raise InvalidValueError.of("--at-format", form, expected=expected)
    return StampReader(form, zone)
