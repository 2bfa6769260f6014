"""The quick way of writing: the same as the message engine, block by block, and nothing of a text is ever evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.errors import ReplyArgumentError
from csprotocol.model import Money
from csprotocol.replies import (
    Catalog,
    ReplyChannel,
    Situation,
    Variable,
    VariableType,
    cldr,
    functions,
    mf2,
    sample_arguments,
)
from csprotocol.replies import _spelled as spelled_module
from csprotocol.replies._channels import JOINTS
from csprotocol.replies._plan import parsed, variables_in
from csprotocol.replies._sentence import compiled
from csprotocol.replies._spelled import Kind, Piece, Place, source_of, source_of_checker, spelled, spelled_pair
from csprotocol.replies._targets import HTML, SMS, SUBJECT, TEXT, WHATSAPP, Target
from csprotocol.replies._texts import Sentence, builtin_locales, builtin_texts
from csprotocol.replies._variables import UnfitError, sure_type
from tests.replies.shops import overlay

CATALOG = Catalog.builtin()
NASTY = "\"'`{}{{a[n0]}}\\ \\N{BULLET} %s\n\"\"\" '''\r\t\u2028 $x #1 {__import__('os')} \x00 é \U0001f600"
_ISOLATION = re.compile("[\u2066-\u2069]")

# Values with which a sentence may change its shape or a formatter its way.
_VALUES: Mapping[VariableType, tuple[Any, ...]] = {
    VariableType.AMOUNT: (Money.of("12.50", "EUR"), Money(1980, "JPY"), Decimal("0.125"), 0, 250),
    VariableType.DATE: (date(2026, 11, 27), date(2027, 1, 1)),
    VariableType.DATETIME: (datetime(2026, 11, 27, 16, 30, tzinfo=UTC), datetime(2026, 1, 2, 9, 5, tzinfo=UTC)),
    VariableType.DURATION: (timedelta(hours=4), timedelta(days=1, minutes=1)),
    VariableType.FLAG: (True, False),
    VariableType.INT: (0, 1, 2, 3, 5, 11, 100, 1_000_000),
    VariableType.LIST: (("Mug",), ("Mug", "Cap"), ("aguja", "siete", "hilo")),
    VariableType.MONEY: (Money.of("12345.60", "EUR"), Money(0, "USD"), Money(-5, "EUR"), Money(1980, "JPY")),
    VariableType.PERCENT: (Decimal("0.15"), Decimal(1)),
    VariableType.PERSON: ("Ana", "José María"),
    VariableType.REF: ("#1001",),
    VariableType.SLOT: ("A note.",),
    VariableType.TEXT: ("Example", 'Größe "L" & {$x}'),
    VariableType.URL: ("https://example.com/1001?a=1&b=2",),
}


def _arguments(variables: Mapping[str, Variable], names: set[str]) -> Iterator[dict[str, Any]]:
    """Each value of each variable at least once, and all pairs of numbers, choices and flags."""
    usual: dict[str, Any] = {}
    shaping: dict[str, tuple[Any, ...]] = {}
    for name in sorted(names):
        values: tuple[Any, ...] = variables[name].choices or _VALUES[variables[name].type]
        least = variables[name].minimum
        usual[name], shaping[name] = values[0], tuple(each for each in values if least is None or each >= least)
    for first, second in product(shaping, repeat=2):
        for one, two in product(shaping[first], shaping[second]):
            yield {**usual, first: one, second: two}
    if not shaping:
        yield {}


@cache
def _variables(key: str) -> Mapping[str, Variable]:
    """Those of the first situation that says the sentence: many say what all share."""
    situations = (CATALOG.situation(name) for name in CATALOG.situations())
    return next((each.variables for each in situations if key in each.keys), CATALOG.denials.variables)


@pytest.mark.parametrize("locale", builtin_locales())
def test_every_sentence_is_what_the_engine_makes_of_it(locale: str) -> None:
    formats = cldr.formats(locale)
    for (key, _), sentence in builtin_texts(locale).sentences.items():
        variables = _variables(key)
        target = SMS if key.endswith(".sms") else TEXT
        # To the engine markup is nothing; what a text makes of it is a new line.
        source = sentence.source.replace("{#br/}", target.line_break)
        engine = mf2.Message(source, locale, functions=functions(), bidi_isolation="none", locale_data=cldr.locale_data)
        model = parsed(sentence.source)
        write = compiled(model, variables, formats, target, key)
        for args in _arguments(variables, variables_in(model)):
            assert _ISOLATION.sub("", write(args)) == engine.format(args, strict=True), (key, args)
            if formats.direction == "ltr":
                assert not _ISOLATION.search(write(args))


@pytest.mark.parametrize("locale", ["ar", "de", "en", "es"])
@pytest.mark.parametrize("channel", [ReplyChannel.EMAIL, ReplyChannel.CHAT, ReplyChannel.WHATSAPP])
def test_a_reply_is_its_blocks_one_by_one(locale: str, channel: ReplyChannel) -> None:
    target: Target = WHATSAPP if channel is ReplyChannel.WHATSAPP else TEXT
    for name in CATALOG.situations():
        situation = CATALOG.situation(name)
        resolved = CATALOG.resolve(name, locale=locale, channel=channel)

        for is_full in (True, False):
            args = {
                key: situation.variables[key].check()(value)
                for key, value in sample_arguments(situation.variables, optional=is_full).items()
            }
            keys = [
                block.key if all(each.test(args) for each in block.when) else block.otherwise
                for block in situation.blocks
                if channel in block.channels
            ]
            reply = CATALOG.render(name, args, locale=locale, channel=channel)
            assert reply.text == JOINTS[channel].join(
                _alone(locale, resolved.sentences[key], situation, target, args) for key in keys if key
            )
            if channel is ReplyChannel.EMAIL:
                assert reply.subject == _alone(locale, resolved.sentences[f"{name}.subject"], situation, SUBJECT, args)
                paragraphs = "\n".join(
                    f"<p>{_alone(locale, resolved.sentences[key], situation, HTML, args)}</p>" for key in keys if key
                )
                direction = ' dir="rtl"' if locale == "ar" else ""
                assert reply.html == f'<div lang="{locale}"{direction}>\n{paragraphs}\n</div>'


def _alone(locale: str, sentence: Sentence, situation: Situation, target: Target, args: Mapping[str, Any]) -> str:
    return compiled(parsed(sentence.source), situation.variables, cldr.formats(locale), target, sentence.key)(args)


class TestSpelled:
    @pytest.mark.parametrize("count", [0, 1, 2, 3, 63, 64, 65, 130, 1_000])
    def test_any_number_of_pieces(self, count: int) -> None:
        pieces: list[Piece] = [Place(Kind.BARE, "x") if place % 2 else f"{place}{NASTY}" for place in range(count)]
        expected = "".join("value" if place % 2 else f"{place}{NASTY}" for place in range(count))
        assert spelled(pieces)({"x": "value"}) == expected
        assert spelled_pair(pieces, [NASTY])({"x": "value"}) == (expected, NASTY)

    @given(st.lists(st.one_of(st.text(), st.sampled_from(Kind)), max_size=12), st.text())
    def test_each_kind_writes_what_it_says(self, said: list[str | Kind], value: str) -> None:
        pieces = [each if isinstance(each, str) else _piece(each) for each in said]
        expected = "".join(each if isinstance(each, str) else _plainly(each, value) for each in said)
        assert spelled(pieces)({"x": value, "m": Money(5, "EUR")}) == expected

    def test_sentences_come_out_verbatim(self) -> None:
        source = NASTY.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}").replace("\x00", "")
        said = NASTY.replace("\x00", "")
        variables = {"x": Variable.read("x", "text")}
        write = compiled(parsed(source + "{$x}" + source), variables, cldr.formats("en"), TEXT, "key")
        assert write({"x": "{a[n0]}"}) == f"{said}{{a[n0]}}{said}"

    def test_no_text_is_evaluated(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[str] = []
        evaluate = spelled_module._evaluated

        def watched(source: str) -> Any:
            seen.append(source)
            return evaluate(source)

        monkeypatch.setattr(spelled_module, "_evaluated", watched)
        spelled_module._frame.cache_clear()
        spelled_module._checker_frame.cache_clear()
        files = {
            "situations/shop.toml": """
                [shop.hello]
                variables = { secretname = "text", amount = "money?", days = "int", by = ["secretchoice", "shop"] }
                blocks = ["text", { id = "more", when = "amount" }, "chosen"]
            """,
            "en/shop.toml": """
                [shop.hello]
                subject = "Secretsubject {$secretname}"
                text = "Secrettext \\"{$secretname}\\" {$days :integer}"
                more = "Secretblock {$amount :currency}"
                chosen = ".input {$by :string} .match $by secretchoice {{Secretone}} * {{Secrettwo}}"
                sms = "Secretsms"
            """,
        }
        shop = Catalog.builtin("en").overlay(overlay(tmp_path, files), strict=False)
        args = {"secretname": "Secretvalue", "amount": Money(5, "EUR"), "days": 3, "by": "secretchoice"}
        for _ in range(2):
            reply = shop.render("shop.hello", args, locale="en")
            assert reply.text == 'Secrettext "Secretvalue" 3\n\nSecretblock €0.05\n\nSecretone'
            assert reply.html is not None
        assert seen
        words = "lambda|if|else|is|and|type|isascii|isprintable|strip|minor|currency|exponent"
        own = re.compile(rf"({words}|[acfgkntv]\d*|[\s\[\](){{}}:=.,\"]|f\")+")
        assert [source for source in seen if not own.fullmatch(source)] == []

    def test_sources_hold_numbers_and_fragments_only(self) -> None:
        assert source_of([[Kind.CHOSEN], [Kind.OTHER]]) == (
            'lambda n0, f0, f1: lambda a: (f"{f0(a[n0])(a)}", f"{f1(a)}")'
        )
        assert source_of_checker([]) == "lambda : lambda g: {}"


def _piece(kind: Kind) -> Piece:
    if kind is Kind.TEXT:
        return NASTY
    if kind is Kind.OTHER:
        return lambda args: f"<{args['x']}>"
    if kind is Kind.CHOSEN:
        return Place(kind, "x", lambda value: lambda args: f"{len(value)}{args['x']}")
    if kind is Kind.AMOUNT:
        return Place(kind, "m", lambda minor, currency, exponent: f"{minor} {currency} {exponent}")
    return Place(kind, "x", lambda value: f"<{value}>", lambda text: f"[{text}]")


def _plainly(kind: Kind, value: str) -> str:
    """What a kind means, said once more without haste."""
    as_it_is = {Kind.IF_ASCII: value.isascii(), Kind.IF_PRINTABLE: value.isprintable(), Kind.BARE: True}
    as_it_is[Kind.IF_BOTH] = value.isascii() and value.isprintable()
    if kind in as_it_is:
        return value if as_it_is[kind] else f"<{value}>"
    return {
        Kind.TEXT: NASTY,
        Kind.WRITTEN: f"<{value}>",
        Kind.CHECKED: f"[<{value}>]",
        Kind.CHOSEN: f"{len(value)}{value}",
        Kind.OTHER: f"<{value}>",
        Kind.AMOUNT: "5 EUR 2",
    }[kind]


class _Names(str, Enum):  # noqa: UP042 - the older form, whose str() is not its word
    ORDER = "order"


_LOST: Mapping[str, Any] = {"carrier": "DHL", "option": "resend"}


class TestChecks:
    @pytest.mark.parametrize("kind", list(VariableType))
    def test_a_value_of_the_sure_type_stays_as_it_is(self, kind: VariableType) -> None:
        variable = Variable(name="x", type=kind, choices=("a", "b") if kind is VariableType.CHOICE else ())
        sure = sure_type(variable)
        if sure is not None:
            values = [each for each in _VALUES[kind] if type(each) is sure]
            assert values
            assert all(variable.check()(each) is each for each in values)
        else:
            with pytest.raises(UnfitError):
                variable.check()("" if kind is not VariableType.DURATION else timedelta(0))

    def test_a_minimum_is_always_looked_at(self) -> None:
        assert sure_type(Variable(name="x", type=VariableType.INT, minimum=1)) is None

    def test_names_may_be_words_of_an_enum(self) -> None:
        catalog, order = Catalog.builtin("en"), _Names.ORDER
        for _ in range(3):
            assert "#1001" in catalog.render("order.lost", {**_LOST, order: "#1001"}, locale="en").text

    @pytest.mark.parametrize("first", [3, None])
    def test_the_order_of_calls_makes_no_difference(self, first: int | None) -> None:
        catalog = Catalog.builtin("en")
        wholly = {"order": "#1001", "days": 3, "eta": date(2026, 11, 27), "customer_name": "Ana"}
        without = {**wholly, "customer_name": None}
        texts = {
            "Ana" in catalog.render("order.delayed", args, locale="en").text: args["customer_name"]
            for args in ([wholly, without] if first else [without, wholly]) * 3
        }
        assert texts == {True: "Ana", False: None}

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"days": "3"}, "days"),
            ({"days": True}, "days"),
            ({"order": " "}, "order"),
            ({"eta": datetime(2026, 11, 27, tzinfo=UTC)}, "eta"),
            ({"order": None}, "order"),
            ({"nobody": 1}, "nobody"),
        ],
    )
    def test_what_is_wrong_is_found_in_the_second_call_too(self, wrong: Mapping[str, Any], told: str) -> None:
        catalog = Catalog.builtin("en")
        right = {"order": "#1001", "days": 3, "eta": date(2026, 11, 27), "customer_name": "Ana"}
        for args in (right, {**right, **wrong}, right, {**right, **wrong}):
            if args is right:
                assert catalog.render("order.delayed", args, locale="en").ready()
            else:
                with pytest.raises(ReplyArgumentError, match=told):
                    catalog.render("order.delayed", args, locale="en")
