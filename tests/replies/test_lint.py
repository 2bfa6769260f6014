"""Each finding of the lint: a sentence that fires it, and its neighbour that does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from csprotocol.replies import Catalog, Diagnostic, lint_message
from csprotocol.replies._lint import SEVERITIES
from csprotocol.replies._texts import digest

from .shops import overlay

ONE_DAY = ".input {$n :integer}\n.match $n\none {{one}}\n"


def codes(message: str, locale: str = "en", original: str | None = None, **variables: Any) -> list[str]:
    return [each.code for each in lint_message(message, locale, variables=variables, source_message=original)]


def linted(folder: Path, files: dict[str, str], *locales: str) -> list[Diagnostic]:
    return Catalog.builtin(*(locales or ("en",))).overlay(overlay(folder, files), strict=False).lint()


@pytest.mark.parametrize(
    ("code", "wrong", "right", "locale", "variables"),
    [
        ("undeclared-variable", "Hi {$nmae}", "Hi {$name}", "en", {"name": "text"}),
        ("undeclared-variable", "Hi {$name}", "Hi {$name}", "en", {}),
        ("wrong-type", "{$sum :date}", "{$sum :currency}", "en", {"sum": "money"}),
        ("wrong-type", "{$sum}", "{$sum :cs:amount}", "en", {"sum": "amount"}),
        ("wrong-type", "{$items}", "{$items :cs:list}", "en", {"items": "list"}),
        ("wrong-type", "{$at :date}{$at :integer}", "{$at :date}", "en", {"at": "date"}),
        ("wrong-type", "{#link href=$name}x{/link}", "{#link href=$url}x{/link}", "en", {"name": "text", "url": "url"}),
        ("plural-coverage", ONE_DAY + "* {{more}}", ONE_DAY + "few {{2}} many {{5}} * {{more}}", "pl", {"n": "int"}),
        (
            "plural-coverage",
            ".input {$n :integer} .local $m = {$n} .match $m one {{x}} * {{y}}",
            ".input {$n :integer} .local $m = {$n} .match $m one {{x}} few {{x}} many {{x}} * {{y}}",
            "pl",
            {"n": "int"},
        ),
        ("empty", ONE_DAY + "* {{}}", ONE_DAY + "* {{y}}", "en", {"n": "int"}),
        ("empty", "{#b} {/b}", "{#b}x{/b}", "en", {}),
        ("bad-option", ONE_DAY + "* {{{$at :date length=foo}}}", ONE_DAY + "* {{y}}", "en", {"n": "int", "at": "date"}),
        ("wrong-type", ".local $x = {|https://a.b|} {{{#link href=$x}y{/link}}}", "y", "en", {}),
        ("markup", "{#link href=$u}{#link href=$u}x{/link}{/link}", "{#link href=$u}x{/link}", "en", {"u": "url"}),
        ("markup", "x{#link href=$u /}", "{#link href=$u}x{/link}", "en", {"u": "url"}),
        (
            "plural-coverage",
            ".input {$n :integer select=ordinal} .match $n one {{st}} * {{th}}",
            ".input {$n :integer select=ordinal} .match $n one {{st}} two {{nd}} few {{rd}} * {{th}}",
            "en",
            {"n": "int"},
        ),
        ("dead-variant", ONE_DAY + "few {{2}} * {{y}}", ONE_DAY + "0 {{none}} * {{y}}", "en", {"n": "int"}),
        (
            "dead-variant",
            ".input {$by :string} .match $by shp {{we}} * {{you}}",
            ".input {$by :string} .match $by shop {{we}} * {{you}}",
            "en",
            {"by": ["shop", "customer"]},
        ),
        (
            "dead-variant",
            ".input {$ok :string} .match $ok yes {{we}} * {{you}}",
            ".input {$ok :string} .match $ok true {{we}} * {{you}}",
            "en",
            {"ok": "flag"},
        ),
        ("empty", "  ", "x", "en", {}),
        ("markup", "{#script}x{/script}", "{#b}x{/b}", "en", {}),
        ("markup", "{#b}x", "{#b}x{/b}", "en", {}),
        ("markup", "{#link}x{/link}", "{#link href=|https://example.com|}x{/link}", "en", {}),
        ("markup", "{#link href=|javascript:x|}x{/link}", "{#link href=|tel:112|}x{/link}", "en", {}),
        ("bad-option", "{$at :date lenght=long}", "{$at :date length=long}", "en", {"at": "date"}),
        ("bad-option", "{$at :date length=huge}", "{$at :date length=long}", "en", {"at": "date"}),
        ("unknown-function", "{$at :dat}", "{$at :date}", "en", {"at": "date"}),
        ("syntax-error", "{$at", "{$at}", "en", {"at": "date"}),
        ("missing-fallback-variant", ONE_DAY, ONE_DAY + "* {{y}}", "en", {"n": "int"}),
    ],
)
def test_sentence(code: str, wrong: str, right: str, locale: str, variables: dict[str, Any]) -> None:
    assert code in codes(wrong, locale, **variables)
    if variables or code != "undeclared-variable":
        assert codes(right, locale, **variables) == []


def test_millions_are_no_reason_to_write_a_sentence_twice() -> None:
    # CLDR has "many" for them in Spanish; whoever writes it is right as well.
    assert codes(ONE_DAY + "* {{más}}", "es", n="int") == []
    assert codes(ONE_DAY + "many {{de}} * {{más}}", "es", n="int") == []


def test_a_number_that_is_a_whole_category_stands_for_it() -> None:
    assert codes(".input {$n :integer} .match $n 1 {{x}} * {{y}}", "en", n="int") == []
    assert codes(".input {$n :integer} .match $n 1 {{x}} * {{y}}", "fr", n="int") == ["plural-coverage"]
    assert codes(".input {$n :integer} .match $n 0 {{z}} 1 {{x}} * {{y}}", "fr", n="int") == []


def test_placeholder_drift() -> None:
    assert codes("Es kommt bald.", "de", "Llega el {$eta :date}", eta="date") == ["placeholder-drift"]
    assert codes("Es kommt am {$eta :date}.", "de", "Llega pronto", eta="date") == ["placeholder-drift"]
    assert codes("Es kommt am {$eta :date length=long}.", "de", "Llega el {$eta :date}", eta="date") == []


class TestFiles:
    def test_all_eleven_have_a_severity(self) -> None:
        assert sorted(SEVERITIES) == [
            "dead-variant", "empty", "extra-block", "length-sms", "missing-block", "placeholder-drift",
            "plural-coverage", "stale-source", "tone-mix", "undeclared-variable", "wrong-type",
        ]  # fmt: skip

    def test_places(self, tmp_path: Path) -> None:
        text = '# mine\n[order.delayed]\nsubject = "Late: {$oder}"\n\nlate = """\nYour order\nis {$dys} late"""\n'
        found = linted(tmp_path, {"en/order.toml": text})
        told = [(each.code, each.place, each.nearest) for each in found if each.code == "undeclared-variable"]
        assert told == [
            ("undeclared-variable", "en/order.toml:3:19", "order"),
            ("undeclared-variable", "en/order.toml:7:5", "days"),
        ]

    def test_missing_block(self, tmp_path: Path) -> None:
        situation = '[shop.hi]\nvariables = { n = "int" }\nblocks = ["one", "two"]\n'
        half = "[shop.hi]\nsubject = 'Hi'\nsms = 'Hi'\none = 'One'\n"
        found = linted(tmp_path, {"situations/x.toml": situation, "en/x.toml": half})
        assert [(each.code, each.key, each.file) for each in found] == [("missing-block", "shop.hi.two", "en/x.toml")]
        assert found[0].hint == "write it to [shop.hi]"
        assert linted(tmp_path, {"en/x.toml": f"{half}two = 'Two'\n"}) == []

    def test_a_situation_in_one_language_is_no_fault_of_the_others(self, tmp_path: Path) -> None:
        situation = '[shop.hi]\nvariables = { n = "int" }\nblocks = ["one"]\n'
        files = {"situations/x.toml": situation, "es/x.toml": "[shop.hi]\nsubject='Hola'\nsms='Hola'\none='Hola'\n"}
        assert linted(tmp_path, files, "en", "es", "de") == []

    def test_extra_block(self, tmp_path: Path) -> None:
        found = linted(tmp_path, {"en/x.toml": "[order.delayed]\nlat = 'x'\n[order.delay]\nlate = 'x'\n"})
        assert [(each.code, each.nearest) for each in found] == [
            ("extra-block", "order.delayed.late"),
            ("extra-block", "order.delayed.late"),
        ]
        formal = linted(tmp_path, {"en/x.toml": "[order.delayed.formal]\nsubject = 'Late: {$order}'\n"})
        assert formal[0].message == "en has no formal form of address"

    def test_optional_variables_need_a_condition(self, tmp_path: Path) -> None:
        found = linted(
            tmp_path, {"en/x.toml": "[order.delayed]\nsubject = 'Hi {$customer_name}: {$order} {$eta :date}'\n"}
        )
        assert [(each.code, each.message) for each in found] == [
            ("undeclared-variable", "$customer_name may be absent here"),
            ("placeholder-drift", "$customer_name is not in the original"),
        ][:1]
        guarded = "[order.delayed]\nrefund = 'Back: {$compensation :currency}'\n"
        assert linted(tmp_path, {"en/x.toml": guarded}) == []

    def test_tone_mix(self, tmp_path: Path) -> None:
        mixed = "[order.delayed.formal]\nsubject = 'Tu pedido {$order} tarda hasta el {$eta :date}'\n"
        found = linted(tmp_path, {"es/x.toml": mixed}, "es")
        assert {(each.code, each.tone, each.locale) for each in found} >= {("tone-mix", "formal", "es")}
        right = "[order.delayed.formal]\nsubject = 'Su pedido {$order} tarda hasta el {$eta :date}'\n"
        assert linted(tmp_path, {"es/x.toml": right}, "es") == []

    def test_a_sentence_for_all_forms_must_address_nobody(self, tmp_path: Path) -> None:
        found = linted(tmp_path, {"es/x.toml": "[order.delayed]\nitems = 'Contigo va: {$items :cs:list}.'\n"}, "es")
        # In Spain it is no formal word, in Argentina none at all.
        assert {(each.code, each.tone, each.locale) for each in found} == {
            ("tone-mix", "formal", "es"), ("tone-mix", "informal", "es-AR"),
        }  # fmt: skip
        assert all("stands for all forms" in each.message for each in found)

    def test_tu_among_vos(self, tmp_path: Path) -> None:
        text = "[order.delayed.informal]\nsubject = 'Ya puedes esperar {$order} el {$eta :date}'\n"
        found = linted(tmp_path, {"es-AR/x.toml": text}, "es")
        assert [(each.code, each.locale, each.tone) for each in found] == [("tone-mix", "es-AR", "informal")]

    def test_stale_source(self, tmp_path: Path) -> None:
        english = Catalog.builtin("en").voice("en").sentence("order.delayed.subject", None)
        assert english is not None
        text = "[order.delayed.informal]\nsubject = 'Tu pedido {$order} llegará el {$eta :date}'\n"
        fresh = f"'order.delayed.subject' = '{digest(english.source)}'\n"
        assert linted(tmp_path, {"es/x.toml": text, "es/sources.toml": fresh}, "es", "en") == []
        stale = linted(
            tmp_path, {"es/x.toml": text, "es/sources.toml": fresh.replace(digest(english.source), "0")}, "es", "en"
        )
        assert [each.code for each in stale] == ["stale-source"]
        assert digest(english.source) in stale[0].hint

    def test_length_sms(self, tmp_path: Path) -> None:
        long = f"[order.delayed]\nsms = 'Order {{$order}}, {{$eta :date}} {'so sorry ' * 40}'\n"
        assert [each.code for each in linted(tmp_path, {"en/x.toml": long})] == ["length-sms"]
        short = long.replace("so sorry " * 40, "so sorry " * 20)
        assert linted(tmp_path, {"en/x.toml": short}) == []

    def test_warnings_do_not_stop_a_strict_catalogue(self, tmp_path: Path) -> None:
        long = f"[order.delayed]\nsms = 'Order {{$order}}, {{$eta :date}} {'so sorry ' * 40}'\n"
        Catalog.builtin("en").overlay(overlay(tmp_path, {"en/x.toml": long}))
