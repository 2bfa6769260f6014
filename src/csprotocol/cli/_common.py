"""What several commands share: instants on the command line, the clock, documents, output."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from csprotocol.errors import CsprotocolError, DocumentError, ExportError, InvalidValueError, MissingExtraError, Problem

__all__ = [
    "add_output_options",
    "check_output",
    "is_colourful",
    "loaded",
    "parse_instant",
    "parse_now",
    "parse_zone",
    "write_output",
]

T = TypeVar("T")


def parse_zone(name: str) -> ZoneInfo:
    """The zone given with ``--tz``.

    Raises:
        InvalidValueError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        from zoneinfo import available_timezones

        near = get_close_matches(name, sorted(available_timezones()), n=1)
        hint = f"did you mean {near[0]}?" if near else ""
        expected = "an IANA time zone such as Europe/Madrid"
        raise InvalidValueError.of("--tz", name, expected=expected, hint=hint) from None


def parse_instant(option: str, text: str, zone: ZoneInfo) -> datetime:
    """An instant from ISO 8601; one that names no offset is meant in ``zone``.

    Raises:
        InvalidValueError: the text is no instant, or one that not every zone can write.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValueError.of(option, text, expected="ISO 8601, for example 2026-11-20T16:30") from None
    if not 1 < found.year < 9999:
        raise InvalidValueError.of(option, text, expected="in the years 2 to 9998")
    return found if found.utcoffset() is not None else found.replace(tzinfo=zone)


def parse_now(text: str | None, zone: ZoneInfo) -> datetime:
    """The moment of the answer: what ``--now`` says, else the clock. Only the command line ever reads it."""
    return datetime.now(UTC) if text is None else parse_instant("--now", text, zone)


def loaded(load: Callable[[str], T], path: str) -> T:
    """The document at ``path``; every fault in it names the file.

    Raises:
        DocumentError: it cannot be read, or does not make sense.
        MissingExtraError: YAML without the extra ``[yaml]``.
    """
    name = Path(path).name or path
    try:
        return load(path)
    except MissingExtraError:
        raise
    except DocumentError as error:
        if error.document == name:
            raise
        raise DocumentError.of_problems(name, error.problems) from None
    except CsprotocolError as error:
        raise DocumentError.of_problems(name, [Problem("", str(error))]) from None
    except RecursionError:
        raise DocumentError.unreadable(name, "it is nested too deeply") from None
    except (OSError, ValueError) as failure:
        raise DocumentError.unreadable(name, str(failure)) from None


def add_output_options(parser: argparse.ArgumentParser, formats: tuple[str, ...]) -> None:
    """``--format`` and ``-o``."""
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"default: {formats[0]}")
    parser.add_argument("-o", "--output", metavar="FILE", default="-", help="where to write; - is standard output")


def check_output(target: str, inputs: Iterable[str | None]) -> None:
    """Finds out before the work what would stop it at its end.

    Raises:
        ExportError: the output cannot be written, or is one of the ``inputs``.
    """
    if target == "-":
        if sys.stdout is None:
            raise ExportError.at("standard output", "is closed", hint="name a file with -o")
        return
    path = Path(target)
    try:
        if path.is_dir():
            raise ExportError.at(target, "is a folder", hint="name a file in it")
        if not path.parent.is_dir():
            raise ExportError.at(target, "cannot be written: there is no such folder")
        named = [given for given in inputs if given]
        same = path.exists() and any(_is_same(path, given) for given in named)
        folders = [given for given in named if Path(given).is_dir() and _stands_in(path, Path(given))]
    except OSError as failure:
        raise ExportError.at(target, f"cannot be written: {failure.strerror}") from None
    if same:
        raise ExportError.at(target, "is what is to be read", hint="the report would overwrite it; name another file")
    if folders:
        raise ExportError.at(
            target, f"stands in {folders[0]}, the folder that is to be read", hint="name one elsewhere"
        )


def _is_same(path: Path, given: str) -> bool:
    if given != "-":
        return Path(given).exists() and path.samefile(given)
    if sys.stdin is None or not path.is_file():
        return False
    try:
        return os.path.samestat(os.fstat(sys.stdin.fileno()), path.stat())
    except (OSError, ValueError):
        return False  # It is no file at all.


def _stands_in(path: Path, folder: Path) -> bool:
    """Whether ``path`` is, or would be, one of the folder's own files, also by another name."""
    if path.resolve().parent.samefile(folder):
        return True
    return path.exists() and any(path.samefile(each) for each in folder.iterdir() if each.is_file())


def write_output(text: str, target: str) -> None:
    """To a file, or to standard output for ``-``.

    Raises:
        ExportError: the file cannot be written.
    """
    if target == "-":
        sys.stdout.write(text)
        return
    try:
        Path(target).write_text(text, encoding="utf-8", newline="\n")
    except OSError as failure:
        raise ExportError.at(target, f"cannot be written: {failure.strerror}") from None


def is_colourful(target: str) -> bool:
    """Whether marks for a terminal make sense: it is one that knows them, and nobody said NO_COLOR."""
    if target != "-" or sys.stdout is None or not sys.stdout.isatty():
        return False
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
