"""Small catalogues of a shop's own, each with one thing that an export once got wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from csprotocol.errors import DocumentError, InvalidValueError
from csprotocol.replies import Catalog
from csprotocol.replies.export import Exported, export, import_translations, write_overlay

SITUATION = """[shop.x]
purpose = "p"
blocks = ["main"]
[shop.x.variables]
n = "int"
n_10 = "int"
f = "flag"
u = "url"
w = ["a", "b"]
name = "text"
"""


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    def made(main: str, locale: str = "en", situation: str = SITUATION, **options: Any) -> Catalog:
        for name, text in (
            ("situations/s.toml", situation),
            (f"{locale}/s.toml", f"[shop.x]\n{main}subject = 's'\nsms = 's'\n"),
        ):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return Catalog.builtin(locale, **options).overlay(tmp_path, strict=False)

    def written(main: str, **options: Any) -> Catalog:
        return made(f"main = '''\n{main}'''\n", **options)

    written.raw = made  # type: ignore[attr-defined]
    return written


def said(catalog: Catalog, target: str, locale: str = "en", **mapping: str) -> tuple[str, Exported]:
    done = export(catalog, target, locale=locale, situations=["shop.x"], mapping=mapping)
    if target == "zendesk":
        [item] = json.loads(done.files["dynamic_content.json"])["items"][:1]
        return item["variants"][0]["content"], done
    if target == "gorgias":
        [macro] = json.loads(done.files["macros.json"])["macros"][:1]
        return macro["actions"][-1]["arguments"]["body_html"], done
    return done.files[f"{locale}/shop_x.liquid"], done


def rendered(text: str, **fields: Any) -> str:
    liquid = pytest.importorskip("liquid")
    return str(liquid.Template(text).render(x=fields))


class TestShopifyEscapes:
    def test_inside_of_an_attribute(self, shop: Any) -> None:
        text, _ = said(shop("{#link href=$u}here{/link} {$u}"), "shopify", u="{{ x.u }}")
        assert '<a href="{{ x.u | escape }}">here</a> <a href="{{ x.u | escape }}">{{ x.u | escape }}</a>' in text

    def test_after_the_filters_of_a_mapping(self, shop: Any) -> None:
        text, _ = said(shop("Hi {$name}"), "shopify", name="{{ x.n | capitalize }}")
        assert "Hi {{ x.n | capitalize | escape }}" in text


class TestOffset:
    MAIN = ".local $r = {$n :offset subtract=1}\n{{left {$r} of {$n}}}"

    def test_liquid_works_it_out(self, shop: Any) -> None:
        text, _ = said(shop(self.MAIN), "zendesk", n="{{x.n}}")
        assert "left {{ x.n | minus: 1 }} of {{x.n}}" == text
        assert "left 4 of 5" == rendered(text, n="5")

    def test_other_products_show_what_is_missing(self, shop: Any) -> None:
        text, done = said(shop(self.MAIN), "gorgias", n="{{x.n}}")
        assert "left [n - 1] of {{x.n}}" in text
        assert "function" in {loss.code for loss in done.losses if loss.variable == "n"}

    def test_nothing_is_chosen_by_it(self, shop: Any) -> None:
        main = ".local $r = {$n :offset subtract=1} .local $k = {$r :integer} .match $k\none {{one}}\n* {{rest}}"
        text, done = said(shop(main), "zendesk", n="{{x.n}}")
        assert "rest" == text
        assert "choice" in {loss.code for loss in done.losses}

    def test_whatsapp_shows_a_chain_as_a_mark(self, shop: Any) -> None:
        main = ".local $a = {$n :offset subtract=1} .local $b = {$a :integer}\n{{left {$b} x}}"
        done = export(shop(main), "whatsapp", locale="en", situations=["shop.x"])
        assert "left [n - 1] x" in done.files["templates.json"]
        assert "function" in {loss.code for loss in done.losses}


class TestLiquid:
    def test_names_that_it_assigns_do_not_collide(self, shop: Any) -> None:
        main = (
            ".input {$n :integer} .input {$n_10 :integer} .match $n $n_10\none one {{oo}}\nfew few {{ff}}\n"
            "many many {{mm}}\nfew * {{f}}\n* few {{sf}}\nmany * {{m}}\n* * {{rest}}"
        )
        catalog = shop(main, locale="pl")
        text, _ = said(catalog, "zendesk", "pl", n="{{x.n}}", n_10="{{x.t}}")
        for first, second in ((22, 5), (2, 22), (25, 1), (12, 3), (22, 22)):
            values = {"n": first, "n_10": second, "f": True, "u": "https://e.com/1", "w": "a", "name": "Ana"}
            reply = catalog.render("shop.x", values, locale="pl", channel="chat").text
            assert reply == rendered(text, n=first, t=second)

    @pytest.mark.parametrize("key", ["1.0", "²", "|a b|", "--1", "+1", "01"])
    def test_a_key_that_no_number_equals_is_dropped(self, shop: Any, key: str) -> None:
        main = f".input {{$n :integer}} .match $n\n{key} {{{{key}}}}\none {{{{one}}}}\n* {{{{rest}}}}"
        text, _ = said(shop(main), "zendesk", n="{{x.n}}")
        assert ("one", "rest") == (rendered(text, n=1), rendered(text, n=2))

    def test_a_flag_beside_a_number(self, shop: Any) -> None:
        main = ".input {$f :string} .input {$n :integer} .match $f $n\n"
        main += "true one {{yes one}}\nfalse one {{no one}}\n* * {{no}}"
        text, _ = said(shop(main), "zendesk", f="{{x.f}}", n="{{x.n}}")
        assert ("yes one", "no one", "no one", "no") == (
            rendered(text, f=True, n=1), rendered(text, f="", n=1), rendered(text, n=1), rendered(text, f=True, n=2),
        )  # fmt: skip

    def test_a_word_that_cannot_be_written(self, shop: Any) -> None:
        main = ".input {$name :string} .match $name\n|a\"'b| {{QUOTE}}\n* {{rest}}"
        text, _ = said(shop(main), "zendesk", name="{{x.name}}")
        assert "rest" == text

    def test_a_filter_is_kept_where_the_word_decides(self, shop: Any) -> None:
        main = ".input {$w :string} .match $w\na {{AA}}\nb {{BB}}\n* {{rest}}"
        text, _ = said(shop(main), "zendesk", w="{{ x.w | downcase }}")
        assert ("AA", "rest") == (rendered(text, w="A"), rendered(text, w="C"))

    def test_a_sign_is_settled_where_there_are_too_many_cases(self, shop: Any) -> None:
        words = "".join(f'{name} = ["{name}1", "{name}2", "{name}3", "{name}4", "{name}5"]\n' for name in "abc")
        situation = (
            '[shop.x]\npurpose = "p"\nblocks = ["main", {id = "pos", when = {m = "positive"}}]\n'
            f'[shop.x.variables]\nm = "money"\n{words}'
        )
        chosen = "".join(f".input {{${name} :string}} " for name in "abc")
        main = f"{chosen}.match $a $b $c\na1 * * {{{{A1}}}}\n* b1 * {{{{B1}}}}\n* * c1 {{{{C1}}}}\n* * * {{{{rest}}}}"
        catalog = shop.raw(f"main = '''{main}'''\npos = 'POS {{$m}}'\n", situation=situation)
        text, done = said(catalog, "zendesk", m="{{x.m}}")
        assert "rest" == text
        assert ("condition", "m") in {(loss.code, loss.variable) for loss in done.losses}

    def test_no_blank_lines_before_the_first_paragraph(self, shop: Any) -> None:
        situation = (
            '[shop.x]\npurpose = "p"\nblocks = [{id = "b1", when = "w"}, {id = "b2", when = "v"}, '
            '{id = "b3", when = "k"}]\n'
            '[shop.x.variables]\nw = "text?"\nv = "text?"\nk = "text?"\n'
        )
        catalog = shop.raw("b1 = 'B1'\nb2 = 'B2'\nb3 = 'B3'\n", situation=situation)
        text, _ = said(catalog, "zendesk", w="{{x.w}}", v="{{x.v}}", k="{{x.k}}")
        assert ("B3", "B2\n\nB3", "B1\n\nB3", "") == (
            rendered(text, k=1), rendered(text, v=1, k=1), rendered(text, w=1, k=1), rendered(text),
        )  # fmt: skip


class TestLinks:
    def test_a_link_that_shows_its_own_address(self, shop: Any) -> None:
        catalog = shop("{#link href=$u}{$u}{/link}")
        html, _ = said(catalog, "shopify", u="{{ x.u }}")
        assert '<p><a href="{{ x.u | escape }}">{{ x.u | escape }}</a></p>' in html
        text, _ = said(catalog, "zendesk", u="{{ x.u }}")
        assert "{{ x.u }}" == text

    def test_no_mark_inside_of_an_attribute(self, shop: Any) -> None:
        text, _ = said(shop("{#link href=|https://e.com/a\nb|}x{/link}"), "gorgias")
        assert '<a href="https://e.com/ab">x</a>' in text


class TestWhatsApp:
    @pytest.mark.parametrize(
        ("locales", "codes"),
        [(["es-CO", "es-CL"], ["es"]), (["pt", "pt-BR"], ["pt_BR"]), (["de-AT", "de-CH"], ["de"]),
         (["pt-AO"], ["pt_PT"]), (["en-US"], ["en_US"]), (["es-CO", "es"], ["es"])],
    )  # fmt: skip
    def test_one_template_a_language(self, locales: list[str], codes: list[str]) -> None:
        done = export(Catalog.builtin(), "whatsapp", locales=locales, situations=["contact.need_order_number"])
        assert codes == [each["language"] for each in json.loads(done.files["templates.json"])["templates"]]
        assert ("fallback" in {loss.code for loss in done.losses}) is (len(locales) > 1)


def po(*pairs: tuple[str, str]) -> str:
    return "".join(f'msgctxt "{key}"\nmsgid "e"\nmsgstr "{text}"\n\n' for key, text in pairs)


class TestImport:
    def test_forms_of_address_of_a_new_language(self, tmp_path: Path) -> None:
        found = import_translations(po(("shared.thanks|formal", "Dank u!")), format="po", locale="nl")
        assert "locale.toml" in {path.name for path in write_overlay(found, tmp_path)}
        assert ("formal",) == Catalog.builtin("en").overlay(tmp_path, strict=False).voice("nl").tones
        (tmp_path / "nl" / "locale.toml").write_text('tones = ["formal", "informal"]\n')
        write_overlay(found, tmp_path)
        assert "informal" in (tmp_path / "nl" / "locale.toml").read_text()

    @pytest.mark.parametrize("key", ["Locale.x", "Sources.x"])
    def test_names_of_other_files(self, tmp_path: Path, key: str) -> None:
        found = import_translations(po((key, "x")), format="po", locale="nl")
        assert "more.toml" in {path.name for path in write_overlay(found, tmp_path)}

    def test_a_sentence_named_as_a_form_of_address(self, tmp_path: Path) -> None:
        found = import_translations(po(("a.formal", "x"), ("a.b|formal", "y")), format="po", locale="en")
        assert ["a.b"] == [problem.path for problem in found.problems]
        write_overlay(found, tmp_path)
        Catalog.builtin("en").overlay(tmp_path, strict=False)

    @pytest.mark.parametrize("between", ["\n", "# c\n"])
    def test_a_gap_inside_of_an_entry(self, between: str) -> None:
        text = f'msgctxt "a.b"\nmsgid "e"\n{between}msgstr "x"\n'
        assert {("a.b", None): "x"} == import_translations(text, format="po", locale="nl").sentences

    @pytest.mark.parametrize(
        "text",
        ['msgctxt "a.b"\nmsgid "e"\nmsgstr "x"\nmsgstr "y"\n', 'msgctxt "a.b"\nmsgstr "x"\n',
         'msgctxt "a.b"\nmsgid "e"\n', 'msgctxt "a.b"\nmsgid "\ud800"\nmsgstr "x"\n',
         'msgctxt "a.b"\nmsgid "e"\nmsgstr "\\303"\n'],
    )  # fmt: skip
    def test_entries_that_are_none(self, text: str) -> None:
        found = import_translations(text, format="po", locale="nl")
        assert ({}, ["a.b"]) == (found.sentences, [problem.path for problem in found.problems])

    def test_octal_escapes_are_bytes(self) -> None:
        found = import_translations('msgctxt "a.b"\nmsgid "e"\nmsgstr "\\303\\241"\n', format="po", locale="nl")
        assert "á" == found.sentences["a.b", None]

    def test_files_of_several_languages(self) -> None:
        files = "".join(
            f'<file original="a" datatype="plaintext" source-language="en" target-language="{language}"><body>'
            f'<trans-unit id="a.{language}"><source>x</source><target>y</target></trans-unit></body></file>'
            for language in ("fr", "nl")
        )
        text = f'<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2">{files}</xliff>'
        found = import_translations(text, format="xliff", locale="nl")
        assert ({("a.nl", None): "y"}, ["file"]) == (found.sentences, [each.path for each in found.problems])


class TestRest:
    def test_two_keys_that_become_one_id(self, shop: Any) -> None:
        pytest.importorskip("moz.l10n")
        situation = '[shop."a b"]\npurpose = "p"\nblocks = ["c"]\n[shop."a-b"]\npurpose = "p"\nblocks = ["c"]\n'
        said = "c = 'x'\nsubject = 's'\nsms = 's'\n"
        catalog = shop.raw(f"[shop.'a b']\n{said}[shop.'a-b']\n{said}[more]\n", situation=situation)
        with pytest.raises(InvalidValueError, match="would share the id"):
            export(catalog, "ftl", locale="en", situations=["shop.a b", "shop.a-b"])

    def test_a_tag_with_a_space(self, shop: Any) -> None:
        situation = '[shop.x]\npurpose = "p"\ntags = ["late parcel", "b"]\nblocks = ["main"]\n'
        _, done = said(shop("x", situation=situation), "zendesk")
        assert '"late_parcel b"' in done.files["macros.json"]
        assert "actions" in {loss.code for loss in done.losses}

    def test_a_brace_before_a_placeholder(self, shop: Any) -> None:
        _, done = said(shop(r"\{{$name}\}"), "gorgias", name="{{x}}")
        assert "literal" in {loss.code for loss in done.losses}

    def test_constants(self, shop: Any) -> None:
        text, _ = said(shop("{1 :cs:relative} {1234 :number}", locale="es", grouping="always"), "zendesk", "es")
        assert "dentro de 1 día 1.234" == text
        text, done = said(shop("{12 :number minimumFractionDigits=$n}"), "zendesk", n="{{x.n}}")
        assert "function" in {loss.code for loss in done.losses}

    @pytest.mark.parametrize(
        "options",
        [{"mapping": {5: "x"}}, {"situations": 5}, {"situations": "order.delayed"}, {"situations": [[]]},
         {"locales": 5}, {"locales": [None]}],
    )  # fmt: skip
    def test_rubbish(self, options: Any) -> None:
        with pytest.raises(InvalidValueError):
            export(Catalog.builtin("en"), "zendesk", **options)

    def test_no_translations(self) -> None:
        nothing: Any = None
        with pytest.raises(InvalidValueError):
            import_translations(nothing, format="po", locale="nl")

    @pytest.mark.parametrize("text", ['placeholders = "x"\n', "placeholders = [1]\n"])
    def test_a_mapping_file_without_a_table(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "m.toml").write_text(text)
        with pytest.raises(DocumentError):
            export(Catalog.builtin("en"), "zendesk", mapping=tmp_path / "m.toml")
