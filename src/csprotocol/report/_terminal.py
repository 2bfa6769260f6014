"""A report for a terminal: aligned tables, wrapped lines, nothing that a terminal would obey."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from csprotocol.report._build import Report
from csprotocol.report._sheets import Sheet, headline, sheets

__all__ = ["terminal"]

_WIDTH: Final = 110
_NARROWEST: Final = 40
_LONGEST_CELL: Final = 40


def terminal(report: Report, *, bold: bool, width: int | None = None) -> str:
    """The report as text; ``bold`` marks titles. Tables wider than ``width`` are cut into several."""
    strong, plain = ("\x1b[1m", "\x1b[0m") if bold else ("", "")
    lines: list[str] = []
    for i, line in enumerate(map(_clean, headline(report))):
        parts = [line] if width is None else textwrap.wrap(line, max(width, _NARROWEST), subsequent_indent="    ")
        lines += parts if i else [f"{strong}{part}{plain}" for part in parts]
    for sheet in sheets(report):
        if not (sheet.rows or sheet.lines):
            continue
        lines += ["", f"{strong}{sheet.title}{plain}", *_aligned(sheet, width)]
        for line in sheet.lines:
            lines += _wrapped(_clean(line), min(width or _WIDTH, _WIDTH))
    return "\n".join(lines) + "\n"


def _wrapped(line: str, width: int) -> list[str]:
    indent = "  " + " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        line.lstrip(),
        max(width, _NARROWEST),
        initial_indent=indent,
        subsequent_indent=indent + "    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _aligned(sheet: Sheet, width: int | None) -> Iterator[str]:
    if not sheet.rows:
        return
    table = [tuple(_cell(text) for text in row) for row in (sheet.headings, *sheet.rows)]
    widths = [max(_columns(row[i]) for row in table) for i in range(len(sheet.headings))]
    for number, chosen in enumerate(_blocks(widths, sheet.text_columns, sheet.leads, width)):
        if number:
            yield ""
        rule = "  " + "  ".join("-" * widths[k] for k in chosen)
        for i, row in enumerate(table):
            if i == 1 or (i == len(table) - 1 and len(table) > 2):
                yield rule
            cells = []
            for k in chosen:
                blanks = " " * (widths[k] - _columns(row[k]))
                cells.append(row[k] + blanks if k < sheet.text_columns else blanks + row[k])
            yield ("  " + "  ".join(cells)).rstrip()


def _blocks(widths: list[int], names: int, leads: tuple[int, ...], width: int | None) -> list[list[int]]:
    """The columns of each part of a table: the names of the groups, and as many others as fit beside them."""
    every = list(range(len(widths)))
    if width is None or sum(widths) + 2 * len(widths) <= width:
        return [every]
    free = width - sum(widths[:names]) - 2 * names
    blocks: list[list[int]] = [[]]
    starts = [names, *(lead for lead in leads if lead > names), len(widths)]
    for first, last in pairwise(starts):
        together = every[first:last]
        if blocks[-1] and _width(widths, blocks[-1] + together) > free:
            blocks.append([])
        for k in together:
            if blocks[-1] and _width(widths, [*blocks[-1], k]) > free:
                blocks.append([])
            blocks[-1].append(k)
    return [[*every[:names], *block] for block in blocks]


def _width(widths: list[int], columns: list[int]) -> int:
    return sum(widths[k] + 2 for k in columns)


def _cell(text: str) -> str:
    cell = _clean(text)
    if _columns(cell) <= _LONGEST_CELL:
        return cell
    kept = cell[: _LONGEST_CELL - 1]
    while _columns(kept) >= _LONGEST_CELL:
        kept = kept[:-1]
    return f"{kept}…"


def _clean(text: str) -> str:
    """Without line breaks and escape sequences: names of groups come from the export and may hold anything."""
    return "".join(
        letter if letter.isprintable() else " " if letter.isspace() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _columns(text: str) -> int:
    """How many places it takes on a terminal."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) > 0 for letter in text)
