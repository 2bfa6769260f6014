"""Tables for a terminal and for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import re
import textwrap
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

__all__ = [
    "aligned",
    "clean",
    "csv_text",
    "from_spreadsheet",
    "json_text",
    "key_values",
    "listed",
    "plural",
    "titled",
    "wrapped",
]

_LONGEST_CELL: Final = 60
_WIDTH: Final = 110
# What a spreadsheet would run, the wide forms of the same signs too, behind any number of our own marks.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\N{FULLWIDTH EQUALS SIGN}＋－＠]")


def aligned(
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Collection[str] = (),
    longest: int = _LONGEST_CELL,
) -> Iterator[str]:
    """The lines of a table; the columns named in ``right`` hold numbers, cells are cut behind ``longest`` letters.

    >>> list(aligned(("state", "cases"), [("new", 12), ("closed", 3)], right={"cases"}))
    ['  state   cases', '  ------  -----', '  new        12', '  closed      3']
    """
    table = [tuple(headings), *(tuple(_cell(cell, longest) for cell in row) for row in rows)]
    widths = [max(_places(row[i]) for row in table) for i in range(len(headings))]
    for number, row in enumerate(table):
        if number == 1:
            yield "  " + "  ".join("-" * width for width in widths)
        cells = []
        for heading, cell, width in zip(headings, row, widths, strict=True):
            blanks = " " * (width - _places(cell))
            cells.append(blanks + cell if heading in right else cell + blanks)
        yield ("  " + "  ".join(cells)).rstrip()


def titled(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[object]], *, right: Collection[str] = ()
) -> list[str]:
    """A blank line, the title and the table; nothing at all without rows."""
    found = list(rows)
    return ["", title, *aligned(headings, found, right=right)] if found else []


def key_values(pairs: Iterable[tuple[str, object]]) -> Iterator[str]:
    """``name  value``, a line each, the values below each other."""
    found = [(clean(name), "" if value is None else clean(value)) for name, value in pairs]
    width = max((len(name) for name, _ in found), default=0)
    for name, value in found:
        yield f"  {name:<{width}}  {value}".rstrip()


def clean(text: object) -> str:
    """``text`` without line breaks and without what a terminal would obey: it may come from anywhere."""
    return "".join(
        letter if letter.isprintable() else " " if letter.isspace() else "\N{REPLACEMENT CHARACTER}"
        for letter in str(text)
    )


def wrapped(first: str, text: str) -> Iterator[str]:
    """``text`` behind ``first``, in lines that fit a terminal, the later ones below its beginning."""
    yield from textwrap.wrap(
        clean(text),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def listed(first: str, items: Iterable[str]) -> Iterator[str]:
    """``items`` behind ``first``, parted by commas, in lines that fit a terminal; no item is cut in two.

    >>> list(listed("possible: ", ["a", "b c"]))
    ['possible: a, b c']
    """
    line, is_begun = first, False
    for item in items:
        if is_begun and len(line) + len(item) + 2 > _WIDTH:
            yield f"{line},"
            line, is_begun = " " * len(first), False
        line += f", {item}" if is_begun else item
        is_begun = True
    yield line


def plural(count: int, noun: str, *, several: str = "") -> str:
    """``1 case``, ``1,200 cases``.

    >>> plural(1, "case"), plural(1200, "case"), plural(0, "entry", several="entries")
    ('1 case', '1,200 cases', '0 entries')
    """
    return f"{count:,} {noun if count == 1 else several or f'{noun}s'}"


def json_text(plain: object) -> str:
    """``plain`` as JSON for people and programs, with its line feed."""
    return json.dumps(plain, ensure_ascii=False, indent=2, default=_plain) + "\n"


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A CSV table that no spreadsheet runs: what begins with ``= + - @`` is written behind an apostrophe.

    >>> csv_text(("id", "order"), [{"id": "INC-1", "order": "=1+1"}]).splitlines()
    ['id,order', "INC-1,'=1+1"]
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_for_spreadsheet(row.get(column)) for column in columns] for row in rows)
    return out.getvalue()


def from_spreadsheet(cell: str) -> str:
    """``cell`` as it was before :func:`csv_text` wrote it.

    >>> from_spreadsheet("'=1+1"), from_spreadsheet("'n boek")
    ('=1+1', "'n boek")
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _for_spreadsheet(value: object) -> str:
    text = "" if value is None else str(_plain(value))
    return f"'{text}" if _FORMULA.match(text) else text


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _cell(value: object, longest: int) -> str:
    text = "" if value is None else clean(value)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _places(text: str) -> int:
    """How many places it takes on a terminal."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) > 0 for letter in text)
