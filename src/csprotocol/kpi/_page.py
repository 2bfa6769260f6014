"""A view as HTML or Markdown: no script, nothing from outside, no colour that a dark page would swallow."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from csprotocol.kpi._picture import picture
from csprotocol.kpi._view import Row, Table, View

__all__ = ["html_page", "markdown_page"]

MOST_ROWS = 40
_CELL = "text-align:left;padding:1px 12px 1px 0;vertical-align:top;font-weight:normal"
_NUMBER = "text-align:right;padding:1px 12px 1px 0;vertical-align:top"
_QUIET = "opacity:.65"
_BAR = "height:.7em;background:currentColor;opacity:.45"
# What XML has no place for would make a page that nothing can read.
_UNREADABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def html_page(view: View) -> str:
    """A part of a page, well-formed as HTML and as XML; every text is escaped."""
    headline = f" {_text(view.headline)}" if view.headline else ""
    parts = [
        f'<p style="margin:.2em 0"><strong>{_text(view.title)}</strong>{headline}</p>',
        _facts(view.rows),
        "" if view.table is None else _table(view.table),
        "" if view.chart is None else picture(view.chart, _text(view.chart.label)),
        f'<details style="{_QUIET}"><summary>Definition</summary>{_facts(view.about)}</details>' if view.about else "",
    ]
    return f'<div class="csprotocol" style="max-width:60em">{"".join(parts)}</div>'


def _facts(rows: Iterable[Row]) -> str:
    told = "".join(
        f'<tr><th scope="row" style="{_CELL};{_QUIET}">{_text(name)}</th><td style="{_CELL}">{_text(text)}</td></tr>'
        for name, text in rows
    )
    return f"<table><tbody>{told}</tbody></table>" if told else ""


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col" style="{_CELL if i == 0 else _NUMBER}">{_text(name)}</th>'
        for i, name in enumerate(table.head)
    )
    shown = table.rows[:MOST_ROWS]
    body = "".join(f"<tr>{_cells(row)}{_bar(table.bars, i)}</tr>" for i, row in enumerate(shown))
    more = f'<p style="{_QUIET}">{_more(table)}</p>' if len(shown) < len(table.rows) else ""
    bar = '<th scope="col"></th>' if table.bars else ""
    return f"<table><thead><tr>{head}{bar}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cells(row: Iterable[str]) -> str:
    return "".join(
        f'<th scope="row" style="{_CELL}">{_text(text)}</th>' if i == 0 else f'<td style="{_NUMBER}">{_text(text)}</td>'
        for i, text in enumerate(row)
    )


def _bar(bars: tuple[float, ...], i: int) -> str:
    if not bars:
        return ""
    return f'<td style="width:8em;{_CELL}"><div style="{_BAR};width:{100 * bars[i]:.1f}%"></div></td>'


def _more(table: Table) -> str:
    return f"and {len(table.rows) - MOST_ROWS} rows more"


def _text(text: str) -> str:
    return escape(_UNREADABLE.sub("\ufffd", text))


def markdown_page(view: View) -> str:
    """The same as Markdown, without the chart; nothing in it can start a line, a link or a tag of its own."""
    headline = f": {_plain(view.headline)}" if view.headline else ""
    parts = [f"**{_plain(view.title)}**{headline}"]
    if view.rows:
        parts.append(_lines([("", ""), *view.rows]))
    if view.table is not None:
        parts.append(_lines([view.table.head, *view.table.rows[:MOST_ROWS]]))
        parts += [_more(view.table)] if len(view.table.rows) > MOST_ROWS else []
    parts += ["\n".join(f"- {_plain(name)}: {_plain(text)}" for name, text in view.about)] if view.about else []
    return "\n\n".join(parts)


def _lines(rows: Iterable[tuple[str, ...]]) -> str:
    head, *body = rows
    rule = ["---", *("---:" for _ in head[1:])] if head[0] else ["---"] * len(head)
    lines = [" | ".join(map(_plain, head)), " | ".join(rule), *(" | ".join(map(_plain, row)) for row in body)]
    return "\n".join(f"| {line} |" for line in lines)


_MARKS = re.compile(r"([\\`*_\[\]<>#|~&$])")


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(_UNREADABLE.sub("\ufffd", text).split()))
