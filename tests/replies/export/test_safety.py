"""No text breaks out of Liquid, HTML, JSON or CSV, and none becomes a placeholder."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from csprotocol.model import FrozenDict
from csprotocol.replies import mf2
from csprotocol.replies._targets import HTML, TEXT
from csprotocol.replies._texts import Sentence
from csprotocol.replies.export import export
from csprotocol.replies.export._csv import cell
from csprotocol.replies.export._exported import Losses
from csprotocol.replies.export._liquid import LiquidWriter
from csprotocol.replies.export._message import Message, messages
from csprotocol.replies.export._product import product
from csprotocol.replies.export._writer import Writer
from tests.replies.export.samples import CATALOG

KEY = "order.cancel_too_late.late"
nasty = st.lists(
    st.sampled_from(["{", "}", "%", "{{", "{%", "%}", "}}", "endraw", "raw", " ", "'", '"', "<b>", "&amp;", "x", "-"]),
    max_size=12,
).map("".join)


def message_of(name: str, target: str, *parts: str | mf2.Expression) -> Message:
    described = product(target, None, ())
    [message] = messages(CATALOG, [name], locales=["en"], tone=None, product=described, losses=Losses())
    sentence = Sentence(KEY, None, mf2.serialise(mf2.PatternMessage((), tuple(part for part in parts if part))))
    sentences = {**message.resolved.sentences, KEY: sentence}
    return replace(message, resolved=replace(message.resolved, sentences=FrozenDict(sentences)))


VALUE = mf2.Expression(mf2.VariableRef("order"))


@given(before=nasty, after=nasty)
@example(before="{% endraw %}{{ shop.name }}", after="{")
@example(before="{", after="{ shop.name }}")
@example(before="{{{%", after="%}}}")
def test_liquid_says_the_words_as_they_are(before: str, after: str) -> None:
    liquid = pytest.importorskip("liquid")
    message = message_of("order.cancel_too_late", "shopify", before, VALUE, after)
    described = product("shopify", None, ())
    for target in (TEXT, HTML):
        source = LiquidWriter(message, target, described, Losses()).sentence(KEY)
        text = liquid.Template(source).render(name="#1", shop={"name": "leaked"})
        assert f"{before}#1{after}" == (unescape(text) if target is HTML else text)
        assert target is TEXT or "<" not in text


@given(before=nasty, after=nasty)
@pytest.mark.parametrize("target", ["gorgias", "helpscout", "hubspot", "whatsapp"])
def test_no_words_become_a_placeholder(target: str, before: str, after: str) -> None:
    message = message_of("order.cancel_too_late", target, before, VALUE, after)
    described = product(target, None, ())
    text = Writer(message, TEXT, described, Losses()).sentence(KEY)
    assert "{{" not in text
    assert "{%" not in text
    assert f"{before}[order]{after}" == text.replace("\u2060", "")


@given(text=nasty | st.text(max_size=20))
def test_html_is_made_of_marks_alone(text: str) -> None:
    if "\0" in text:
        return
    message = message_of("order.cancel_too_late", "gorgias", f"{text}.")
    html = Writer(message, HTML, product("gorgias", None, ()), Losses()).paragraph(KEY)
    assert ("<p>", "</p>") == (html[:3], html[-4:])
    # A line break of a sentence is one on the page, too.
    assert "<" not in html[3:-4].replace("<br>", "")


@given(st.text(max_size=10))
@example("=HYPERLINK(1)")
@example("\t=1")
@example("@x")
def test_no_cell_is_a_formula(text: str) -> None:
    written = cell(text)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert text in (written, written[1:])


def test_a_script_in_a_link_is_no_link() -> None:
    source = '{#link href=|javascript:alert(1)|}here{/link} {#link href=|https://x.example/?a="b|}there{/link}'
    message = message_of("order.cancel_too_late", "gorgias", "x")
    sentences = {**message.resolved.sentences, KEY: Sentence(KEY, None, source)}
    message = replace(message, resolved=replace(message.resolved, sentences=FrozenDict(sentences)))
    html = Writer(message, HTML, product("gorgias", None, ()), Losses()).sentence(KEY)
    assert 'here (javascript:alert(1)) <a href="https://x.example/?a=&quot;b">there</a>' == html


def test_every_json_file_reads_and_every_row_is_whole() -> None:
    for target in ("freshdesk", "gorgias", "helpscout", "hubspot", "whatsapp", "zendesk"):
        for text in export(CATALOG, target, locale="es").files.values():
            assert json.loads(text)
    rows = list(csv.reader(io.StringIO(export(CATALOG, "csv").files["replies.csv"], newline="")))
    assert 1 == len({len(row) for row in rows})
