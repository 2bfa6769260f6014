"""What several commands share: instants on the command line, the clock, output."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from csprotocol.errors import ExportError, InvalidValueError

__all__ = ["add_output_options", "is_colourful", "parse_instant", "parse_zone", "write_output"]


def parse_zone(name: str) -> ZoneInfo:
    """The zone given with ``--tz``.

    Raises:
        InvalidValueError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise InvalidValueError.of("--tz", name, expected="an IANA time zone such as Europe/Madrid") from None


def parse_instant(option: str, text: str, zone: ZoneInfo) -> datetime:
    """An instant from ISO 8601; one that names no offset is meant in ``zone``.

    Raises:
        InvalidValueError: the text is no instant.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValueError.of(option, text, expected="ISO 8601, for example 2026-11-20T16:30") from None
    return found if found.utcoffset() is not None else found.replace(tzinfo=zone)


def parse_now(text: str | None, zone: ZoneInfo) -> datetime:
    """The moment of the answer: what ``--now`` says, else the clock. Only the command line ever reads it."""
    return parse_instant("--now", text, zone) if text else datetime.now(UTC)


def add_output_options(parser: argparse.ArgumentParser, formats: tuple[str, ...]) -> None:
    """``--format`` and ``-o``."""
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"default: {formats[0]}")
    parser.add_argument("-o", "--output", metavar="FILE", default="-", help="where to write; - is standard output")


def write_output(text: str, target: str) -> None:
    """To a file, or to standard output for ``-``.

    Raises:
        ExportError: the file cannot be written.
    """
    if target == "-":
        sys.stdout.write(text)
        return
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as failure:
        raise ExportError.at(target, f"cannot be written: {failure.strerror}") from None


def is_colourful(target: str) -> bool:
    """Whether marks for a terminal make sense: it is one, and nobody said NO_COLOR."""
    return target == "-" and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
