"""Files for translators: out and in again, and what outside readers make of them."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from csprotocol.errors import DocumentError, InvalidValueError, MissingExtraError
from csprotocol.replies import Catalog, Tone, mf2
from csprotocol.replies._texts import digest, overlay_texts
from csprotocol.replies.export import export, import_translations, write_overlay
from csprotocol.replies.export._exported import Losses
from csprotocol.replies.export._po import write_po
from csprotocol.replies.export._translations import Entry, entries, entry_id
from csprotocol.replies.export._xliff import write_xliff

CATALOG = Catalog.builtin("en", "es")
Kind: TypeAlias = Literal["po", "xliff"]
FORMATS: tuple[Kind, ...] = ("po", "xliff")


def written(kind: Kind, found: list[Entry]) -> str:
    return write_po(found, "es") if kind == "po" else write_xliff(found, "es", Losses())


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
printable = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]) | st.sampled_from("\t\n\r"), max_size=40)


@st.composite
def sentences(draw: st.DrawFn, words: st.SearchStrategy[str] = texts) -> str:
    """A sentence that reads, with a value, marks, and maybe a plural."""
    value = mf2.Expression(mf2.VariableRef("days"), draw(st.sampled_from([None, mf2.FunctionRef("integer")])))
    bold = (mf2.Markup("open", "b"), value, mf2.Markup("close", "b"))
    pattern: mf2.Pattern = (f"{draw(words)} ", *draw(st.sampled_from([(), (value,), bold])), f" {draw(words)}.")
    if draw(st.booleans()):
        return mf2.serialise(mf2.PatternMessage((), pattern))
    declared = mf2.InputDeclaration("days", mf2.Expression(mf2.VariableRef("days"), mf2.FunctionRef("integer")))
    variants = (
        mf2.Variant((mf2.Literal("one"),), (f"{draw(words)}",)),
        mf2.Variant((mf2.CatchallKey(),), (f"{draw(words)}",)),
    )
    return mf2.serialise(mf2.SelectMessage((declared,), (mf2.VariableRef("days"),), variants))


keys = st.from_regex(r"[a-z]{1,6}\.[a-z_]{1,8}\.[a-z_]{1,8}", fullmatch=True).filter(
    lambda key: key.split(".")[1] not in ("formal", "informal")
)
tones = st.sampled_from([None, *Tone])


class TestRoundTrip:
    @pytest.mark.parametrize("kind", FORMATS)
    @pytest.mark.parametrize("locale", ["en", "es"])
    def test_every_sentence_of_the_library_comes_back(self, kind: Kind, locale: str) -> None:
        done = export(CATALOG, kind, locale=locale)
        back = import_translations(done.files[f"{locale}.{kind}"], format=kind, locale=locale)
        said = entries(CATALOG, CATALOG.situations(), locale, None, Losses())
        assert () == done.losses
        assert () == back.problems
        assert {(each.key, each.tone): each.target for each in said} == back.sentences
        assert {each.key: digest(each.source) for each in said} == back.sources
        assert len(back.sentences) > 200

    @pytest.mark.parametrize("kind", FORMATS)
    @given(said=st.dictionaries(st.tuples(keys, tones), st.tuples(texts, sentences()), max_size=4))
    @settings(max_examples=60)
    @example(said={("a.b.c", None): ("", 'a "quoted" \\\\ line\r\n\tand \x0b \x7f \x85 \u2028 more')})
    def test_generated_sentences_come_back(
        self, kind: Kind, said: dict[tuple[str, Tone | None], tuple[str, str]]
    ) -> None:
        found = [Entry(key, tone, source, target, ()) for (key, tone), (source, target) in said.items()]
        back = import_translations(written(kind, found), format=kind, locale="es")
        expected = {(each.key, each.tone): each.target for each in found}
        if kind == "xliff":
            # What XML cannot hold is left out, and told: the test below.
            expected = {key: expected[key] for key in expected if key in back.sentences}
        assert () == back.problems
        assert expected == back.sentences

    @given(said=st.dictionaries(st.tuples(keys, tones), st.tuples(printable, sentences(printable)), max_size=4))
    @settings(max_examples=60)
    def test_xliff_holds_all_that_xml_can(self, said: dict[tuple[str, Tone | None], tuple[str, str]]) -> None:
        losses = Losses()
        found = [Entry(key, tone, source, target, ()) for (key, tone), (source, target) in said.items()]
        back = import_translations(write_xliff(found, "es", losses), format="xliff", locale="es")
        lost = {loss.block for loss in losses.all()}
        assert {each.key for each in found} == {key for key, _ in back.sentences} | lost

    @pytest.mark.parametrize("kind", FORMATS)
    @given(said=st.dictionaries(st.tuples(keys, tones), sentences(), min_size=1, max_size=4))
    @settings(max_examples=40)
    def test_an_overlay_says_what_was_imported(self, kind: Kind, said: dict[tuple[str, Tone | None], str]) -> None:
        found = [Entry(key, tone, "English", target, ()) for (key, tone), target in said.items()]
        back = import_translations(written(kind, found), format=kind, locale="es")
        with tempfile.TemporaryDirectory() as folder:
            write_overlay(back, folder)
            [read] = overlay_texts(Path(folder)).values()
        assert {key: sentence.source for key, sentence in read.sentences.items()} == back.sentences
        assert back.sources == read.origins


class TestOverlay:
    def test_a_catalogue_says_it_and_knows_what_it_was_translated_from(self, tmp_path: Path) -> None:
        text = export(CATALOG, "po", locale="es", situations=["contact.need_order_number"]).files["es.po"]
        text = text.replace('msgstr "Hola:"', 'msgstr "Buenos días:"')
        back = import_translations(text, format="po", locale="es")
        names = [path.name for path in write_overlay(back, tmp_path)]
        reply = CATALOG.overlay(tmp_path).render("contact.need_order_number", locale="es")
        assert reply.text.startswith("Buenos días:")
        assert ["contact.toml", "shared.toml", "sources.toml"] == names

    def test_a_region_is_filled_with_its_own_words_only(self) -> None:
        text = export(CATALOG, "po", locale="es-AR").files["es-AR.po"]
        back = import_translations(text, format="po", locale="es-AR")
        own = CATALOG.voice("es-AR").texts[0]
        assert "es-AR" == own.locale
        assert {key for key in own.sentences if key in back.sentences} == set(back.sentences)
        assert 0 < len(back.sentences) < text.count("msgctxt")
        assert "#. Now heard: " in text

    def test_a_new_language_starts_empty(self) -> None:
        done = export(CATALOG, "xliff", locale="nl", tone="formal", situations=["order.delayed"])
        assert '<trans-unit id="order.delayed.late|formal"' in done.files["nl.xliff"]
        assert "<target>" not in done.files["nl.xliff"]


class TestImport:
    UNIT = 'msgctxt "shared.thanks"\nmsgid "Thanks"\nmsgstr "{}"\n'

    @pytest.mark.parametrize(
        ("text", "path", "message"),
        [
            ("#, fuzzy\n" + UNIT.format("Danke"), "shared.thanks", "fuzzy"),
            (UNIT.format("{$"), "shared.thanks", "cannot be read"),
            (UNIT.format("Danke") + "\n" + UNIT.format("Merci"), "shared.thanks", "two wordings"),
            ('msgid "Thanks"\nmsgstr "Danke"\n', "line 1", "no msgctxt"),
            (UNIT.format("Danke").replace("msgstr", 'msgid_plural "x"\nmsgstr[0]'), "line 1", "plurals"),
            (UNIT.format("Danke") + "hello\n", "line 4", "no line of a PO file"),
            (UNIT.format("Danke").replace("shared.thanks", "shared..x"), "shared..x", "no key"),
            (UNIT.format("Danke").replace("shared.thanks", "a.formal.b"), "a.formal.b", "no key"),
            (UNIT.format("Danke") + UNIT.format("x").replace("thanks", "thanks.a"), "shared.thanks.a", "below another"),
            ('msgid ""\nmsgstr "Language: fr\\n"\n\n', "language", "the file says fr, de"),
        ],
    )
    def test_what_is_doubtful_is_left_out_and_told(self, text: str, path: str, message: str) -> None:
        back = import_translations(text, format="po", locale="de")
        assert path in [problem.path for problem in back.problems]
        assert message in " ".join(problem.message for problem in back.problems)
        assert len(back.sentences) <= 1

    @pytest.mark.parametrize(
        "text",
        [
            '<!DOCTYPE x [<!ENTITY a "aaaa">]>\n<x>&a;</x>',
            "<xliff>\n",
            '<xliff version="2.0" xmlns="urn:oasis:names:tc:xliff:document:2.0">\n</xliff>',
            "<html>\n</html>",
        ],
    )
    def test_another_document_is_refused(self, text: str) -> None:
        with pytest.raises(DocumentError):
            import_translations(text, format="xliff", locale="de")

    def test_elements_inside_a_target_are_told(self) -> None:
        text = written("xliff", [Entry("a.b.c", None, "Hi", "Hola", ())]).replace("Hola", "Ho<g id='1'>la</g>")
        back = import_translations(text, format="xliff", locale="es")
        assert {} == back.sentences
        assert "<g>" in back.problems[0].message

    def test_files_and_their_absence(self, tmp_path: Path) -> None:
        file = tmp_path / "es.po"
        file.write_text(written("po", [Entry("a.b.c", None, "Hi", "Hola", ())]), encoding="utf-8-sig")
        assert {("a.b.c", None): "Hola"} == import_translations(file, format="po", locale="es").sentences
        assert {("a.b.c", None): "Hola"} == import_translations(str(file), format="po", locale="es").sentences
        file.write_bytes(b"\xff\xfe\xff")
        for absent in (file, tmp_path / "no.po", "no.po"):
            with pytest.raises(DocumentError):
                import_translations(absent, format="po", locale="es")
        with pytest.raises(InvalidValueError):
            import_translations("x\n", format="csv", locale="es")  # type: ignore[arg-type]


class TestNoise:
    PIECES = (
        "msgctxt",
        "msgid",
        "msgstr",
        "msgid_plural",
        '"',
        "\\",
        "\n",
        "#, fuzzy",
        "#~",
        " ",
        "a.b.c",
        "x",
        "\\777",
        "{$",
    )

    @given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join))
    def test_no_text_breaks_the_reader_of_po(self, text: str) -> None:
        back = import_translations(f"{text}\n", format="po", locale="es")
        assert all(isinstance(key, str) for key, _ in back.sentences)

    TAGS = (
        "<xliff>",
        "</xliff>",
        "<trans-unit id='a.b'>",
        "<source>",
        "</source>",
        "<target>",
        "&amp;",
        "&x;",
        "<![CDATA[",
    )

    @given(st.lists(st.sampled_from(TAGS) | st.text(max_size=3), max_size=20).map("".join))
    @example("<?xml version='1.0' encoding='no-such'?><x/>")
    @example("\ud800")
    def test_no_text_breaks_the_reader_of_xliff(self, text: str) -> None:
        body = f'<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">{text}</xliff>'
        for noise in (f"{text}\n", body):
            with contextlib.suppress(DocumentError):
                import_translations(noise, format="xliff", locale="es")

    def test_a_language_that_is_none_is_told(self) -> None:
        back = import_translations('msgid ""\nmsgstr "Language: ???\\n"\n', format="po", locale="es")
        assert ["language"] == [problem.path for problem in back.problems]


class TestOutsideReaders:
    def test_polib_reads_the_same(self) -> None:
        polib = pytest.importorskip("polib")
        said = entries(CATALOG, CATALOG.situations(), "es", None, Losses())
        read = polib.pofile(export(CATALOG, "po", locale="es").files["es.po"])
        found = {entry.msgctxt: (entry.msgid, entry.msgstr) for entry in read}
        assert {
            f"{each.key}|{each.tone}" if each.tone else each.key: (each.source, each.target) for each in said
        } == found
        assert "es" == read.metadata["Language"]

    def test_polib_writes_what_comes_back(self) -> None:
        polib = pytest.importorskip("polib")
        read = polib.pofile(export(CATALOG, "po", locale="en").files["en.po"], wrapwidth=40)
        back = import_translations(str(read), format="po", locale="en")
        said = entries(CATALOG, CATALOG.situations(), "en", None, Losses())
        assert {(each.key, each.tone): each.target for each in said} == back.sentences

    def test_moz_l10n_reads_the_xliff(self) -> None:
        pytest.importorskip("lxml")
        from moz.l10n.formats.xliff.parse import xliff_parse

        said = entries(CATALOG, CATALOG.situations(), "es", None, Losses())
        read = xliff_parse(export(CATALOG, "xliff", locale="es").files["es.xliff"].encode())
        found = {entry.id[-1]: "".join(map(str, entry.value.pattern)) for entry in read.all_entries()}  # type: ignore[union-attr]
        assert {entry_id(each): each.target for each in said} == found


class TestFluent:
    @pytest.mark.parametrize("locale", ["en", "es"])
    def test_fluent_reads_every_sentence(self, locale: str) -> None:
        syntax = pytest.importorskip("fluent.syntax")
        done = export(CATALOG, "ftl", locale=locale)
        assert (["en.ftl"] if locale == "en" else ["es.informal.ftl", "es.formal.ftl"]) == list(done.files)
        for text in done.files.values():
            body = syntax.FluentParser().parse(text).body
            assert {"Message"} == {type(entry).__name__ for entry in body}
            assert len({entry.id.name for entry in body}) == len(body) > 200
        assert not [loss for loss in done.losses if "left out" in loss.message]

    def test_plurals_and_words_are_chosen_there(self) -> None:
        pytest.importorskip("moz.l10n")
        text = export(CATALOG, "ftl", locale="en", situations=["order.cancelled"]).files["en.ftl"]
        assert "{ $refund_days ->\n        [0] We are" in text
        assert "       *[other] We are" in text

    def test_what_fluent_has_not_is_told(self) -> None:
        pytest.importorskip("moz.l10n")
        losses = export(CATALOG, "ftl", locale="en", situations=["order.delayed"]).losses
        assert ("order.delayed.items", "function") in {(loss.block, loss.code) for loss in losses}
        assert ("order.delayed.late", "markup") in {(loss.block, loss.code) for loss in losses}

    def test_without_the_library_its_extra_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(__import__("sys").modules, "moz.l10n.model", None)
        with pytest.raises(MissingExtraError, match=r"csprotocol\[l10n\]"):
            export(CATALOG, "ftl", locale="en", situations=["order.delayed"])
