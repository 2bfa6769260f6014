"""Exports say what replies say: every situation, in each of its cases, with and without optional values."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import product as pairs
from typing import Any

import pytest

from csprotocol.model import FrozenDict
from csprotocol.replies import VariableType
from csprotocol.replies._targets import HTML, TEXT
from csprotocol.replies.export import export
from csprotocol.replies.export._exported import Losses
from csprotocol.replies.export._liquid import LiquidWriter
from csprotocol.replies.export._message import Message, messages
from csprotocol.replies.export._product import Product, product
from tests.replies.export.samples import CATALOG, NUMBER, arguments, marked

# Complete languages in which 777 takes the form "other".
LOCALES = ("en", "es", "pt-PT")
SITUATIONS = CATALOG.situations()


def replies(name: str, locale: str, described: Product) -> tuple[Message, ...]:
    return messages(CATALOG, [name], locales=[locale], tone=None, product=described, losses=Losses())


# Languages with all kinds of plurals, and one that is written from right to left.
LIQUID_LOCALES = ("ar", "de", "en", "es", "fr", "it", "pl", "pt-PT")
ISOLATES = re.compile("</?bdi>|[\u2066-\u2069]")


@pytest.mark.parametrize("locale", LIQUID_LOCALES)
@pytest.mark.parametrize("name", SITUATIONS)
class TestLiquid:
    """Every variable has a placeholder here, so that Liquid decides everything."""

    @pytest.mark.parametrize("full", [True, False])
    def test_what_liquid_writes_is_the_reply(self, name: str, locale: str, *, full: bool) -> None:
        liquid = pytest.importorskip("liquid")
        situation = CATALOG.situation(name)
        described = Product(
            "zendesk", "liquid", FrozenDict({each: f"{{{{x_{each}}}}}" for each in situation.variables})
        )
        for message, target in pairs(replies(name, locale, described), (TEXT, HTML)):
            template = liquid.Template(LiquidWriter(message, target, described, Losses()).body())
            for given in in_all_numbers(arguments(situation, message.case, full=full)):
                reply = CATALOG.render(name, given, locale=locale)
                # In Arabic a reply isolates each item of a list, and an export the list.
                expected = ISOLATES.sub("", (reply.html or "") if target is HTML else reply.text)
                data = {f"x_{key}": shown(key, each) for key, each in given.items()}
                found = marked(ISOLATES.sub("", template.render(**data)), locale, given)
                # An absent slot is blank in Liquid, where the reply shows that it is still to be written.
                expected = marked(expected, locale, given)
                assert (expected if full else expected.replace("[agent_note]", "")) == found

    def test_what_is_not_known_is_left_to_the_agent(self, name: str, locale: str) -> None:
        """Without any placeholder no Liquid is written at all."""
        described = Product("zendesk", "liquid", FrozenDict())
        for message in replies(name, locale, described):
            text = LiquidWriter(message, TEXT, described, Losses()).body()
            assert "{%" not in text
            assert "{{" not in text


def in_all_numbers(given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The arguments with numbers of all forms of the plural, where there is one among them."""
    names = [name for name, each in given.items() if type(each) is int]
    for number in (1, 2, 3, 5, 11, 22, 100, NUMBER) if names else (0,):
        yield {**given, **dict.fromkeys(names, number)}


def shown(name: str, given: Any) -> Any:
    """A value as a product holds it: numbers, words and yes or no as they are, the rest as a text."""
    return given if isinstance(given, str | int) else f"[{name}]"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", SITUATIONS)
def test_the_table_holds_the_full_reply(name: str, locale: str) -> None:
    situation = CATALOG.situation(name)
    file = export(CATALOG, "csv", locale=locale, situations=[name]).files["replies.csv"]
    rows = list(csv.DictReader(io.StringIO(file, newline="")))
    found = replies(name, locale, product("csv", None, ()))
    assert len(found) == len(rows)
    for message, row in zip(found, rows, strict=True):
        given = arguments(situation, message.case, full=True)
        reply = CATALOG.render(name, given, locale=locale)
        assert marked(reply.text, locale, given) == row["text"]
        assert marked(reply.subject or "", locale, given) == row["subject"]
        # Only an address is written twice: a marker is no link.
        html = re.sub(r'<a href="[^"]*">(\[\w+\])</a>', r"\1", marked(reply.html or "", locale, given))
        assert html == re.sub(r'<a href="[^"]*">(\[\w+\])</a>', r"\1", row["html"])


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", SITUATIONS)
def test_the_template_is_the_reply_with_its_examples(name: str, locale: str) -> None:
    situation = CATALOG.situation(name)
    files = export(CATALOG, "whatsapp", locale=locale, situations=[name]).files
    templates = json.loads(files["templates.json"])["templates"]
    parameters = json.loads(files["parameters.json"])
    found = replies(name, locale, product("whatsapp", None, ()))
    for message, template in zip(found, templates, strict=True):
        [body] = template["components"]
        listed = parameters[template["name"]][template["language"]]
        assert [str(place + 1) for place in range(len(listed))] == re.findall(r"\{\{(\d+)\}\}", body["text"])
        given = arguments(situation, message.case, full=False)
        reply = CATALOG.render(name, given, locale=locale, channel="whatsapp")
        text = body["text"]
        for number, parameter in enumerate(listed, 1):
            text = text.replace(f"{{{{{number}}}}}", f"[{parameter['variable']}]")
        assert marked(reply.text, locale, given) == text
        examples = body.get("example", {"body_text": [[]]})["body_text"][0]
        assert len(listed) == len(examples)
        assert all(examples)


def test_the_number_of_the_samples_is_no_special_case() -> None:
    """Otherwise the text for all other numbers would not be the one of the reply."""
    kinds = {each.type for name in SITUATIONS for each in CATALOG.situation(name).variables.values()}
    assert VariableType.INT in kinds
    assert NUMBER > 2
