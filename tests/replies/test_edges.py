"""Edges that once gave a wrong answer, each with its smallest case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from csprotocol.errors import (
    CatalogError,
    DocumentError,
    InvalidValueError,
    ReplyArgumentError,
    ReplyTooLongError,
    SentenceError,
    UnknownSituationError,
)
from csprotocol.model import Money
from csprotocol.replies import Catalog, Tone, cldr, lint_message

from .shops import overlay, shop

LATE: dict[str, Any] = {"order": "#1001", "days": 3, "eta": date(2026, 11, 27)}
EN = Catalog.builtin("en")
SITUATION, ONE = "situations/s.toml", "[shop.x]\nblocks = ['a']\n"


class TestSocial:
    @pytest.mark.parametrize("situation", ["incident.registered", "incident.resolved"])
    def test_what_is_personal_and_required_leaves_its_block_out(self, situation: str) -> None:
        arguments = {"incident": "I-7", "summary": "secret", "solution": "secret", "due": date(2026, 11, 27)}
        wanted = {name: arguments[name] for name in EN.situation(situation).required}
        reply = EN.render(situation, wanted, locale="en", channel="social")
        assert "secret" not in reply.text
        assert "I-7" in reply.text
        assert reply.withheld in (("summary",), ("solution",))

    def test_it_is_missed_all_the_same(self) -> None:
        with pytest.raises(ReplyArgumentError, match="summary is missing"):
            EN.render("incident.registered", locale="en", channel="social", incident="I", due=date(2026, 11, 27))


class TestSlots:
    @pytest.mark.parametrize(
        ("sentences", "channel"),
        [
            ({"sms": "S {$note}"}, "sms"),
            ({"subject": "T {$note}"}, "email"),
            ({"other": "O {$note}"}, "chat"),
            ({"text": "O {$note}"}, "whatsapp"),
        ],
    )
    def test_an_empty_one_is_seen_wherever_it_stands(
        self, tmp_path: Path, sentences: dict[str, str], channel: str
    ) -> None:
        said = {"subject": "s", "sms": "s", "text": "t"} | sentences
        when = ', when = "name"' if "other" in sentences else ""
        block = f'{{ id = "text"{when}{", otherwise = " + chr(34) + "other" + chr(34) if when else ""} }}'
        files = {
            "situations/s.toml": f'[shop.x]\nvariables = {{ note = "slot?", name = "text?" }}\nblocks = [{block}]\n',
            "en/s.toml": "[shop.x]\n"
            + "".join(f"{key} = '{text}'\n" for key, text in said.items() if when or key != "other"),
        }
        catalog = EN.overlay(overlay(tmp_path, files))
        empty = catalog.render("shop.x", locale="en", channel=channel)
        assert (empty.ready(), empty.requires_personalisation) == (False, ("note",))
        assert catalog.render("shop.x", locale="en", channel=channel, note="now").ready()

    @pytest.mark.parametrize(
        "message",
        [
            ".local $k = {$memo :cs:slot} {{Note: {$k}}}",
            ".local $k = {$memo} {{Note: {$k}}}",
            ".input {$memo :cs:slot} {{Note: {$memo :cs:slot}}}",
        ],
    )
    def test_behind_another_name(self, tmp_path: Path, message: str) -> None:
        catalog = shop(tmp_path, message, variables='memo = "slot?"')
        empty = catalog.render("shop.hello", locale="en", channel="chat")
        assert (empty.text, empty.ready()) == ("Note: [memo]", False)
        assert catalog.render("shop.hello", locale="en", channel="chat", memo="now").text == "Note: now"

    def test_a_note_that_a_channel_has_no_place_for_is_told(self) -> None:
        reply = EN.render("order.delayed", {**LATE, "agent_note": "Hi"}, locale="en", channel="sms")
        assert reply.warnings == ("withheld:agent_note",)

    def test_who_asks_for_one_must_have_a_place_for_it(self, tmp_path: Path) -> None:
        files = {"situations/s.toml": '[shop.x]\npersonalise = true\nblocks = ["@greeting"]\n'}
        with pytest.raises(DocumentError, match="such as @note"):
            EN.overlay(overlay(tmp_path, files))


class TestValues:
    def test_they_cannot_turn_the_sentence_around(self) -> None:
        name = "\u202dAna \u05d0\u2069\u202eabc\u2066"
        text = EN.render("order.delayed", LATE, locale="en", customer_name=name).text
        assert "\u2068Ana \u05d0abc\u2069" in text
        assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067") & set(text)

    @pytest.mark.parametrize(
        "blank", ["\u200b", "\ufe0f", "\u180e\u034f", "\u3164", "\u00a0", " \u2060 ", "\u2800", "\x00\x07"]
    )
    def test_what_nobody_sees_is_blank(self, blank: str) -> None:
        with pytest.raises(ReplyArgumentError, match="not blank"):
            EN.render("order.delayed", LATE, locale="en", customer_name=blank)

    def test_spaces_around_them_are_no_part_of_them(self) -> None:
        name = "\u2068 Zoë \u2069 "
        reply = EN.render("order.delayed", {**LATE, "items": [" Mug ", "Cap"]}, locale="en", customer_name=name)
        assert reply.text.startswith("Hi Zoë,")
        assert "Mug and Cap" in reply.text

    def test_members_of_enums_are_their_words(self) -> None:
        class Order(str, Enum):  # noqa: UP042 - the older way, which many shops have
            LAST = "#77"

        reply = EN.render("order.delayed", {**LATE, "order": Order.LAST, "items": [Order.LAST]}, locale="en")
        assert "order #77" in reply.text
        assert "Order.LAST" not in reply.text

    @pytest.mark.parametrize(
        ("situation", "name", "value"),
        [
            ("order.delayed", "order", 10**5000),
            ("order.delayed", "order", "\ud800" * 300),
            ("order.delayed", "days", 10**500),
            ("order.delayed", "compensation", Money(10**5000, "EUR")),
            ("complaint.compensation", "compensation", Decimal("1E+999999999")),
            ("complaint.compensation", "compensation", Decimal("sNaN")),
            ("complaint.compensation", "compensation", Fraction(1, 10**5000)),
        ],
        ids=range(7),
    )
    def test_what_nobody_can_write_is_named(self, situation: str, name: str, value: object) -> None:
        arguments = {**(LATE if situation == "order.delayed" else {}), name: value}
        for _ in range(2):  # the second time by the quick way
            with pytest.raises(ReplyArgumentError, match=rf"\b{name} must be"):
                EN.render(situation, arguments, locale="en")

    def test_said_twice(self) -> None:
        with pytest.raises(ReplyArgumentError, match="order is given in the mapping and by name"):
            EN.render("order.delayed", {**LATE}, locale="en", order="#2")

    def test_html_holds_no_control_characters(self) -> None:
        page = EN.render("order.delayed", LATE, locale="en", agent_note="a\x1b[31m\x00b\nc").html
        assert page is not None
        assert "a[31mb<br>c" in page


class TestSubject:
    def test_line_breaks_of_the_sentence_are_spaces(self, tmp_path: Path) -> None:
        catalog = shop(tmp_path, "x", subject="\nHello\r\nBcc:  you\n{#link href=|https://a.b/c|}there{/link}")
        subject = catalog.render("shop.hello", locale="en", name="x").subject
        assert subject == "Hello Bcc:  you there (https://a.b/c)"

    def test_a_constant_is_its_own_text_too(self, tmp_path: Path) -> None:
        catalog = shop(tmp_path, "x", subject="{|a\nb|}")
        assert catalog.render("shop.hello", locale="en", name="x").subject == "a b"

    def test_octets_are_counted_as_octets(self) -> None:
        with pytest.raises(ReplyTooLongError, match="the subject has 1039 octets"):
            EN.render("order.delayed", {**LATE, "order": "é" * 500}, locale="en")


class TestLinks:
    def test_an_address_as_the_text_of_its_own_link(self, tmp_path: Path) -> None:
        catalog = shop(tmp_path, "{#link href=$u}{$u}{/link}", variables='u = "url"')
        reply = catalog.render("shop.hello", locale="en", u="https://a.b/")
        assert reply.text == "https://a.b/"
        assert reply.html is not None
        assert reply.html.count("<a ") == 1
        arabic = shop(tmp_path / "ar", "{#link href=$u}هنا{/link} {$u}", variables='u = "url"', locale="ar")
        assert arabic.render("shop.hello", locale="ar", u="https://a.b/").text == (
            "هنا (\u2068https://a.b/\u2069) \u2068https://a.b/\u2069"
        )

    def test_what_was_never_checked_makes_no_dangerous_link(self, tmp_path: Path) -> None:
        for number, message in enumerate(("{#link href=|javascript:x|}t{/link}", "{#link href=$name}t{/link}")):
            catalog = shop(tmp_path / str(number), message, strict=False)
            page = catalog.render("shop.hello", locale="en", name="javascript:x").html
            assert page is not None
            assert "href" not in page


class TestEngine:
    def test_what_is_left_to_it_is_isolated_as_well(self, tmp_path: Path) -> None:
        catalog = shop(tmp_path, ".local $x = {$name} {{Hi {$x}!}}")
        assert catalog.render("shop.hello", locale="en", name="דוד").text == "Hi \u2068דוד\u2069!"

    def test_an_option_that_is_a_variable(self, tmp_path: Path) -> None:
        variables = 'l = "list", k = ["or", "standard"]'
        catalog = shop(tmp_path, "{$l :cs:list style=$k}", variables=variables, strict=False)
        assert catalog.render("shop.hello", locale="en", channel="chat", l=["a", "b"], k="or").text == "a or b"

    def test_money_loses_nothing_to_an_option(self, tmp_path: Path) -> None:
        catalog = shop(tmp_path, "{$m :currency currencyDisplay=code}", variables='m = "money"')
        for amount, told in ((Money.of("1500.50", "RSD"), "RSD\xa01,500.50"), (Money(1505, "EUR", 3), "EUR\xa01.505")):
            assert catalog.render("shop.hello", locale="en", channel="chat", m=amount).text == told

    def test_a_sentence_that_was_never_checked_fails_with_an_error_of_ours(self, tmp_path: Path) -> None:
        catalog = shop(tmp_path, "Hi {$q}{$zz}", variables='q = "text?"', strict=False)
        with pytest.raises(SentenceError):
            catalog.render("shop.hello", locale="en")


class TestOverlay:
    def test_any_spelling_of_a_locale_is_checked(self, tmp_path: Path) -> None:
        for number, name in enumerate(("es_AR", "ES-ar", "pt_BR")):
            folder = overlay(tmp_path / str(number), {f"{name}/x.toml": "[order.delayed]\nlate = 'HOLA {$ordr}'\n"})
            with pytest.raises(CatalogError, match="undeclared-variable"):
                Catalog.builtin().overlay(folder)

    def test_two_folders_of_one_locale(self, tmp_path: Path) -> None:
        files = {"es_AR/a.toml": "[shared]\ngreeting='Hola'\n", "es-AR/b.toml": "[shared]\nthanks='Gracias.'\n"}
        with pytest.raises(DocumentError, match="is the same locale as es-AR; keep one"):
            Catalog.builtin("es").overlay(overlay(tmp_path, files))

    def test_two_sentences_of_one_key(self, tmp_path: Path) -> None:
        files = dict.fromkeys(("en/a.toml", "en/b.toml"), "[shared]\nthanks = 'Thanks.'\n")
        with pytest.raises(DocumentError, match=r"said twice, here and in en/a\.toml"):
            EN.overlay(overlay(tmp_path, files))

    def test_folders_that_are_no_locale(self, tmp_path: Path) -> None:
        (tmp_path / "images").mkdir()
        assert EN.overlay(tmp_path).locales == ("en", "en-GB")
        with pytest.raises(DocumentError, match="epsanol: holds sentences, and is called by no locale"):
            EN.overlay(overlay(tmp_path, {"epsanol/x.toml": "[shared]\nthanks = 'x'\n"}))

    def test_names_of_one_place(self, tmp_path: Path) -> None:
        files = {
            "situations/s.toml": "[shop.x]\nblocks = ['a']\n",
            "zh-TW/s.toml": "[shop.x]\nsubject='主'\nsms='主'\na='你好'\n",
        }
        catalog = EN.overlay(overlay(tmp_path, files))
        for locale in ("zh-TW", "zh_TW", "zh-Hant-TW"):
            assert catalog.render("shop.x", locale=locale).text == "你好"

    def test_a_language_that_lacks_what_all_share(self, tmp_path: Path) -> None:
        files = {
            "situations/s.toml": "[shop.x]\nblocks = ['@greeting', 'a']\n",
            "nl/s.toml": "[shop.x]\nsubject='Dag'\nsms='Dag'\na='Dag'\n",
        }
        found = EN.overlay(overlay(tmp_path, files), strict=False).lint()
        assert [(each.code, each.key) for each in found] == [
            ("missing-block", "shared.greeting"), ("missing-block", "shared.greeting_named"),
        ]  # fmt: skip

    def test_a_shop_that_knows_one_form_of_address(self, tmp_path: Path) -> None:
        catalog = Catalog.builtin("es").overlay(overlay(tmp_path, {"es/locale.toml": "tones = ['formal']\n"}))
        reply = catalog.render("order.delayed", LATE, locale="es")
        assert (reply.tone, "Su pedido" in reply.text) == (Tone.FORMAL, True)
        usual = overlay(tmp_path / "b", {"es/locale.toml": "default_tone = 'formal'\n"})
        assert Catalog.builtin("es").overlay(usual).render("order.delayed", LATE, locale="es-MX").tone is Tone.FORMAL

    def test_words_of_address_stop_nobody(self, tmp_path: Path) -> None:
        text = "[order.delayed.informal]\nitems = 'Puedes verlo aquí: {$items :cs:list}'\n"
        catalog = Catalog.builtin("es").overlay(overlay(tmp_path, {"es/x.toml": text}))
        assert {each.severity for each in catalog.lint()} == {"warning"}

    def test_capitals_and_addresses_are_no_words_of_address(self, tmp_path: Path) -> None:
        said = "Talla TU desde USA, {#link href=|https://tu.example.com|}aquí{/link}: {$items :cs:list}"
        text = f"[order.delayed.formal]\nitems = '{said}'\n"
        assert Catalog.builtin("es").overlay(overlay(tmp_path, {"es/x.toml": text})).lint() == []

    def test_a_mark_at_the_beginning_of_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "en").mkdir()
        (tmp_path / "en" / "x.toml").write_bytes(
            b"\xef\xbb\xbf[order.delayed]\r\nsubject = 'Late: {$order} {$days} {$eta :date}'\r\n"
        )
        subject = EN.overlay(tmp_path).render("order.delayed", LATE, locale="en").subject
        assert subject == "Late: #1001 3 Nov 27, 2026"

    @pytest.mark.parametrize(
        ("name", "text", "told"),
        [
            ("en/locale.toml", "tones = 5\n", "tones: must be a list"),
            ("en/locale.toml", "avoid = 5\n", "avoid: must be a table"),
            ("en/locale.toml", "avoid = ['formal']\n", "avoid: must be a table"),
            ("en/locale.toml", "avoid = { formal = 'usted' }\n", "avoid.formal: must be a list of words"),
            ("en/locale.toml", "avoid = { formal = [''] }\n", "avoid.formal: must be a list of words"),
            ("en/x.toml", f"a = {'9' * 5000}\n", "cannot be read"),
            ("en/x.toml", f"{'.'.join('a' * 3000)} = 'x'\n", "nested too deeply"),
            (SITUATION, "[shop.x]\nblocks = ['a']\ntags = 5\n", "tags: must be a list of words"),
            (SITUATION, "[shop.x]\nblocks = ['a']\ntags = 'vip'\n", "tags: must be a list of words"),
            (SITUATION, "[shop.x]\nblocks = ['a']\nvariables = { k = { choices = 5 } }\n", "a list of words"),
            (SITUATION, "[shop.x]\nblocks = ['a']\nvariables = { k = [''] }\n", "a list of words"),
            (SITUATION, "[shop.x]\nblocks = [{ id = 'a', channels = 5 }]\n", "must be a list of email"),
            (SITUATION, "[shop.x]\nblocks = [{ id = 'a', channels = ['sms'] }]\n", "a sentence of its own"),
            (SITUATION, "[shop.x]\nblocks = [{ id = 'a', channels = [] }]\n", "must be a list of email"),
            (SITUATION, f"{ONE}variables = {{ n = {{ type = 'int', minimum = 'x' }} }}\n", "n.minimum must be an int"),
            (SITUATION, f"{ONE}variables = {{ n = {{ type = 'int', pii = 'no' }} }}\n", "true or false"),
            (SITUATION, f"{ONE}variables = {{ customer_name = 'list?' }}\n", "leave it out"),
            (SITUATION, f"{ONE}personalise = 'no'\n", "personalise: must be true or false"),
            (SITUATION, "[shop.x]\nblocks = ['subject']\n", "another name"),
            (SITUATION, "[shop.formal]\nblocks = ['a']\n", "a form of address"),
            (SITUATION, "[shared.x]\nblocks = ['a']\n", "what all situations share"),
            (SITUATION, "[denial.x]\nblocks = ['a']\n", "what all situations share"),
        ],
    )
    def test_rubbish(self, tmp_path: Path, name: str, text: str, told: str) -> None:
        with pytest.raises(DocumentError) as caught:
            EN.overlay(overlay(tmp_path, {name: text}))
        assert told in str(caught.value)


class TestPlaces:
    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("[order.delayed]#c\nsubject = '{$ordr}'\n", "2:13"),
            ("[order.delayed]\n  subject = '{$ordr}'\n", "2:15"),
            ("[order]\ndelayed.subject = '{$ordr}'\n", "2:21"),
            ("[order.delayed]\n'subject' = '{$ordr}'\n", "2:15"),
            ('[order.delayed]\n"s\\u0075bject" = "{$ordr}"\n', "2:20"),
            ("[order]\ndelayed = { subject = '{$ordr}' }\n", "2:25"),
            ("['order'.delayed]\nsubject = '{$ordr}'\n", "2:13"),
            ('[order.delayed]\nsubject = "one\\ntwo {$ordr}"\n', "2:22"),
            ('[order.delayed]\nsubject = "\\"q\\" \\u00e1 {$ordr}"\n', "2:26"),
            ('[order.delayed]\nsubject = """\\\n   x {$ordr}"""\n', "3:7"),
            ("[order.delayed]\nsubject = '''\na\nb {$ordr}'''\n", "4:4"),
            ("[order.delayed]\nitems = 'a\u2028b: {$items :cs:list}'\nsubject = '{$ordr}'\n", "3:13"),
            ("# x = '['\nx = ['a', \"b\"]\n[order.delayed]\nsubject = '{$ordr}'\n", "4:13"),
        ],
    )
    def test_line_and_column(self, tmp_path: Path, text: str, place: str) -> None:
        folder = overlay(tmp_path, {})
        (folder / "en").mkdir()
        if text.startswith("# x"):
            text = text.replace("x = ['a', \"b\"]\n", "")
            place = "3:13"
        (folder / "en" / "x.toml").write_text(text, encoding="utf-8")
        found = [each for each in EN.overlay(folder, strict=False).lint() if each.nearest == "order"]
        assert [each.place for each in found] == [f"en/x.toml:{place}"]

    def test_lines_of_windows(self, tmp_path: Path) -> None:
        (tmp_path / "en").mkdir()
        (tmp_path / "en" / "x.toml").write_bytes(b"[order.delayed]\r\nsubject = '''\r\na\r\nb {$ordr}'''\r\n")
        found = [each for each in EN.overlay(tmp_path, strict=False).lint() if each.nearest == "order"]
        assert [each.place for each in found] == ["en/x.toml:4:4"]


class TestCalls:
    @pytest.mark.parametrize("wrong", [None, 5, ["en"], {}])
    def test_locales(self, wrong: Any) -> None:
        for call in (
            lambda: EN.render("order.delayed", LATE, locale=wrong),
            lambda: EN.voice(wrong),
            lambda: EN.denial("other", locale=wrong),
            lambda: Catalog.builtin(wrong),
            lambda: cldr.formats(wrong),
            lambda: cldr.fallback_chain(wrong),
        ):
            with pytest.raises(InvalidValueError):
                call()

    @pytest.mark.parametrize("wrong", [[], {}, 5])
    def test_words(self, wrong: Any) -> None:
        with pytest.raises(UnknownSituationError):
            EN.render(wrong, LATE, locale="en")
        with pytest.raises(InvalidValueError):
            EN.render("order.delayed", LATE, locale="en", channel=wrong)
        with pytest.raises(InvalidValueError):
            EN.render("order.delayed", LATE, locale="en", tone=wrong)
        with pytest.raises(InvalidValueError):
            EN.overlay(wrong)

    def test_moments_that_are_none(self) -> None:
        import pandas as pd

        class Broken(tzinfo):
            def utcoffset(self, moment: datetime | None) -> timedelta | None:
                raise RuntimeError

            def dst(self, moment: datetime | None) -> timedelta | None:
                raise RuntimeError

            def tzname(self, moment: datetime | None) -> str | None:
                raise RuntimeError

        for due in (pd.NaT, datetime(2026, 11, 27, tzinfo=Broken())):
            with pytest.raises(ReplyArgumentError, match="due must be a datetime"):
                EN.render("incident.deadline_set", locale="en", incident="I", due=due)

    def test_what_was_answered_before_changes_nothing(self) -> None:
        EN.render("contact.need_order_number", locale="en")
        with pytest.raises(InvalidValueError):
            EN.render("contact.need_order_number", locale="en for en")

    def test_every_finding_of_a_sentence(self, tmp_path: Path) -> None:
        said = "{#link href=|x|}a{/link} {#link href=|y|}b{/link}: {$items :cs:list}"
        found = EN.overlay(
            overlay(tmp_path, {"en/x.toml": f"[order.delayed]\nitems = '{said}'\n"}), strict=False
        ).lint()
        assert [each.code for each in found] == ["markup", "markup"]

    def test_other_things(self) -> None:
        for call in (
            lambda: EN.render("order.delayed", [1], locale="en"),  # type: ignore[arg-type]
            lambda: EN.denial(None, locale="en"),  # type: ignore[arg-type]
            lambda: EN.denial("other", [1], locale="en"),  # type: ignore[arg-type]
            lambda: Catalog.builtin("en", grouping="foo"),  # type: ignore[arg-type]
            lambda: EN.overlay(""),
            lambda: cldr.formats("en").money(5),  # type: ignore[arg-type]
            lambda: cldr.formats("en").money_writer("EUR")(1.5),  # type: ignore[arg-type]
            lambda: cldr.formats("en").money_writer("EUR")(True),
            lambda: cldr.formats("en").duration("x"),  # type: ignore[arg-type]
            lambda: lint_message(5, "en", variables={}),  # type: ignore[arg-type]
        ):
            with pytest.raises(InvalidValueError):
                call()

    def test_nothing_of_a_catalogue_changes(self) -> None:
        with pytest.raises(AttributeError, match="never changes"):
            EN.tone = Tone.FORMAL
        schema = EN.situation("order.lost").json_schema()
        schema["properties"]["amount"]["properties"].clear()
        assert EN.situation("order.cancelled").json_schema()["properties"]["amount"]["properties"]

    def test_spellings_share_what_was_prepared(self) -> None:
        catalog = Catalog.builtin("es")
        for tag in ("es-AR", "es_ar", "ES-AR", "es-AR-u-nu-latn"):
            catalog.render("order.delayed", LATE, locale=tag)
        assert len({id(plan) for plan in catalog._plans.values()}) == 1

    def test_instants_of_two_zones_and_shapes_of_two_orders(self) -> None:
        due = datetime(2026, 11, 27, 23, tzinfo=UTC)
        one = EN.render("incident.deadline_set", locale="en", incident="I", due=due, customer_name="Ana")
        two = EN.render("incident.deadline_set", locale="en", customer_name="Ana", due=due, incident="I")
        assert one == two
        assert timedelta(0) == due - due
