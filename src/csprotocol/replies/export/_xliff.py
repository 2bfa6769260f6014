"""XLIFF 1.2, written and read here: one unit for each sentence, its source and its target as plain text.

moz.l10n reads and writes XLIFF too, with lxml; but no sentence that chooses by a value fits in its XLIFF messages, so
that all of them would pass as texts anyway. Reading with the standard library keeps lxml out, and files with a
DOCTYPE, the only ones in which entities could grow, are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from csprotocol.errors import DocumentError, Problem
from csprotocol.replies.export._exported import Losses
from csprotocol.replies.export._po import Unit
from csprotocol.replies.export._translations import SOURCE_LOCALE, Entry, entry_id

__all__ = ["read_xliff", "write_xliff"]

_NAMESPACE: Final = "urn:oasis:names:tc:xliff:document:1.2"
# XML 1.0, production 2: everything else cannot stand in a document, not even as a reference.
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A reader turns a bare carriage return into a line feed.
_KEPT: Final = {"\r": "&#13;"}


def write_xliff(entries: Iterable[Entry], locale: str, losses: Losses) -> str:
    """The XLIFF file of a locale."""
    units = "".join(_unit(entry, locale, losses) for entry in entries)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<xliff xmlns="{_NAMESPACE}" version="1.2">\n'
        f'<file original="csprotocol.replies" datatype="plaintext" source-language="{SOURCE_LOCALE}"'
        f" target-language={quoteattr(locale)}>\n<body>\n{units}</body>\n</file>\n</xliff>\n"
    )


def _unit(entry: Entry, locale: str, losses: Losses) -> str:
    name = entry_id(entry)
    if _NO_XML.search(f"{name}{entry.source}{entry.target}"):
        losses.add("character", "holds a character that XML cannot; left out", locale=locale, block=entry.key)
        return ""
    target = f"<target>{escape(entry.target, _KEPT)}</target>\n" if entry.target else ""
    notes = "".join(f"<note>{escape(_NO_XML.sub('', note), _KEPT)}</note>\n" for note in entry.notes)
    source = f"<source>{escape(entry.source, _KEPT)}</source>\n"
    return f'<trans-unit id={quoteattr(name)} xml:space="preserve">\n{source}{target}{notes}</trans-unit>\n'


def read_xliff(text: str, problems: list[Problem]) -> list[tuple[str, list[Unit]]]:
    """The language that each ``file`` names, and its units; what cannot be read is a problem.

    Raises:
        DocumentError: it is no XLIFF 1.2, or has a DOCTYPE.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise DocumentError.unreadable("XLIFF", "it has a DOCTYPE", hint="export it again without one")
    try:
        root = ET.fromstring(text.removeprefix("\ufeff"))  # noqa: S314 - entities were refused above
    except (ET.ParseError, ValueError, LookupError) as error:
        # Beside what is no XML: half of a character, an encoding that nobody knows.
        raise DocumentError.unreadable("XLIFF", str(error)) from None
    version = root.get("version", "")
    if root.tag != f"{{{_NAMESPACE}}}xliff" or not version.startswith("1."):
        found = f"it is {root.tag.rpartition('}')[2]} {version}".rstrip()
        raise DocumentError.unreadable("XLIFF", found, hint="XLIFF 1.2 is read")
    files = root.iter(f"{{{_NAMESPACE}}}file")
    return [(file.get("target-language", ""), list(_units(file, problems))) for file in files]


def _units(root: ET.Element, problems: list[Problem]) -> Iterator[Unit]:
    for element in root.iter(f"{{{_NAMESPACE}}}trans-unit"):
        name = element.get("id", "")
        source = element.find(f"{{{_NAMESPACE}}}source")
        target = element.find(f"{{{_NAMESPACE}}}target")
        if not name or source is None:
            problems.append(Problem(name or "trans-unit", "has no id or no source"))
            continue
        if target is None:
            continue
        inline = [each.tag.rpartition("}")[2] for each in target.iter() if each is not target]
        if any(tag != "mrk" for tag in inline):
            problems.append(Problem(name, f"has an element <{inline[0]}> inside; a sentence is plain text"))
            continue
        state = target.get("state", "")
        doubt = f"has the state {state}" if state.startswith("needs-") else ""
        yield Unit(name, "".join(source.itertext()), "".join(target.itertext()), doubt=doubt)
