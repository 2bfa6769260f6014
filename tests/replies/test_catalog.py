"""Which sentences answer, in which language and form of address, and what a reply knows of itself."""

from __future__ import annotations

import json
import pickle
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from csprotocol.errors import (
    CatalogError,
    DocumentError,
    InvalidValueError,
    NoSentencesError,
    ReplyArgumentError,
    ReplyTooLongError,
    UnknownSituationError,
)
from csprotocol.model import Channel, Money, StatusCategory
from csprotocol.replies import Catalog, Fallback, ReplyChannel, Tone

from .shops import overlay, shop

LATE: dict[str, Any] = {"order": "#1001", "days": 3, "eta": date(2026, 11, 27)}


class TestLocale:
    def test_region_says_its_own_and_inherits_the_rest(self) -> None:
        catalog = Catalog.builtin("es")
        reply = catalog.render("order.delayed", LATE, locale="es_AR")
        assert "respondé a este mensaje" in reply.text
        assert (reply.locale, reply.facts.text_locale, reply.fallbacks) == ("es-AR", "es-AR", ())

    @pytest.mark.parametrize(
        ("asked", "text_locale", "money"),
        [
            ("es-MX", "es-MX", "EUR\xa01,234.50"),
            ("es-CO", "es-419", "EUR\xa01.234,50"),
            ("es-ES", "es", "1234,50\xa0€"),
            ("de-AT", "de", "€\xa01.234,50"),
        ],
    )
    def test_numbers_are_those_of_the_region_asked_for(self, asked: str, text_locale: str, money: str) -> None:
        reply = Catalog.builtin().render("order.delayed", LATE, locale=asked, compensation=Money.of("1234.50", "EUR"))
        assert (reply.locale, reply.facts.text_locale) == (asked, text_locale)
        assert money in reply.text

    def test_grouping_of_a_shop_that_wants_it_always(self) -> None:
        catalog = Catalog.builtin("es", grouping="always")
        reply = catalog.render("order.delayed", LATE, locale="es", compensation=Money.of("1234.50", "EUR"))
        assert "1.234,50\xa0€" in reply.text

    def test_other_languages_are_answered_in_the_default_one(self) -> None:
        reply = Catalog.builtin("es", "en").render("order.delayed", LATE, locale="ja-JP")
        assert reply.locale == "es"
        assert reply.fallbacks == (Fallback("locale", "ja-JP", "es"),)
        shop_in_mexico = Catalog.builtin(default_locale="es-MX").render("order.delayed", LATE, locale="ja")
        assert (shop_in_mexico.locale, shop_in_mexico.facts.text_locale) == ("es-MX", "es-MX")

    def test_chosen_locales_bring_parents_and_regions_and_no_more(self) -> None:
        assert Catalog.builtin("es-AR").locales == ("es", "es-419", "es-AR")
        assert set(Catalog.builtin("pt", "en").locales) == {"en", "en-GB", "pt", "pt-PT"}

    def test_unknown_locale_names_those_there_are(self) -> None:
        with pytest.raises(InvalidValueError, match=r"'ja' is unknown.*es-419"):
            Catalog.builtin("ja")
        with pytest.raises(InvalidValueError, match="language tag"):
            Catalog.builtin("en").render("order.delayed", LATE, locale="")


class TestTone:
    def test_the_form_of_address_asked_for_is_taken(self) -> None:
        catalog = Catalog.builtin("es")
        informal = catalog.render("order.delayed", LATE, locale="es", tone="informal")
        formal = catalog.render("order.delayed", LATE, locale="es", tone=Tone.FORMAL)
        assert "Tu pedido" in informal.text
        assert "Su pedido" in formal.text
        assert (informal.tone, formal.tone) == (Tone.INFORMAL, Tone.FORMAL)

    def test_the_shop_decides_then_the_language(self) -> None:
        assert Catalog.builtin("de").render("order.delayed", LATE, locale="de").tone is Tone.FORMAL
        assert Catalog.builtin("de", tone="informal").render("order.delayed", LATE, locale="de").tone is Tone.INFORMAL

    def test_a_language_with_one_form_has_no_tone(self) -> None:
        reply = Catalog.builtin("en").render("order.delayed", LATE, locale="en", tone="formal")
        assert (reply.tone, reply.fallbacks) == (None, ())

    def test_a_reply_is_never_put_together_from_two(self, tmp_path: Path) -> None:
        # The situation has its text in one form only: the whole reply takes that one, and says so.
        files = {
            "situations/shop.toml": '[shop.hi]\nvariables = {}\nblocks = ["@greeting", "one", "@closing"]\n',
            "es/shop.toml": "[shop.hi.informal]\nsubject = 'Hola'\nsms = '¿Cómo estás?'\none = 'Te escribimos.'\n",
        }
        catalog = Catalog.builtin("es").overlay(overlay(tmp_path, files))
        reply = catalog.render("shop.hi", locale="es", tone="formal")
        assert (reply.tone, reply.fallbacks) == (Tone.INFORMAL, (Fallback("tone", "formal", "informal"),))
        assert "Escríbenos" in reply.text or "responde" in reply.text

    def test_unknown_word(self) -> None:
        with pytest.raises(InvalidValueError, match=r"did you mean formal\?"):
            Catalog.builtin("es").render("order.delayed", LATE, locale="es", tone="formel")


class TestOverlay:
    def test_a_shops_sentence_goes_before_the_librarys(self, tmp_path: Path) -> None:
        files = {"en/shop.toml": '[order.delayed]\nsubject = "Oh no: {$order} is late"\n'}
        catalog = Catalog.builtin().overlay(overlay(tmp_path, files))
        reply = catalog.render("order.delayed", LATE, locale="en")
        assert reply.subject == "Oh no: #1001 is late"
        assert "3 days later" in reply.text

    def test_the_catalogue_beneath_stays_as_it_was(self, tmp_path: Path) -> None:
        below = Catalog.builtin("en")
        below.overlay(overlay(tmp_path, {"en/shop.toml": '[order.delayed]\nsubject = "Late: {$order}"\n'}))
        assert (
            below.render("order.delayed", LATE, locale="en").subject == "Your order #1001 will arrive on Nov 27, 2026"
        )

    def test_a_region_of_the_library_is_nearer_than_a_parent_of_the_shop(self, tmp_path: Path) -> None:
        # The shop's tú must not stand among the vos of es-AR.
        files = {"es/shop.toml": '[order.delayed.informal]\nsubject = "Tu pedido {$order} tarda"\n'}
        catalog = Catalog.builtin("es").overlay(overlay(tmp_path, files))
        assert catalog.render("order.delayed", LATE, locale="es").subject == "Tu pedido #1001 tarda"

    def test_a_new_language_of_a_shop(self, tmp_path: Path) -> None:
        files = {
            "situations/shop.toml": '[shop.hi]\nvariables = { n = "int" }\nblocks = ["one"]\n',
            "nl_NL/shop.toml": "[shop.hi]\nsubject = 'Dag'\nsms = 'Dag'\none = 'Nog {$n} dagen'\n",
        }
        catalog = Catalog.builtin("en").overlay(overlay(tmp_path, files))
        assert catalog.render("shop.hi", locale="nl-NL", n=1200).text == "Nog 1.200 dagen"
        assert "nl-NL" in catalog.locales
        # Belgium has its own region, and the default language cannot say it.
        with pytest.raises(NoSentencesError) as caught:
            catalog.render("shop.hi", locale="nl-BE", n=1)
        assert caught.value.tried == ("nl-BE", "en")

    def test_faults_stop_it_all_at_once(self, tmp_path: Path) -> None:
        files = {"en/shop.toml": '[order.delayed]\nsubject = "{$oder} is late"\nlates = "x"\n'}
        with pytest.raises(CatalogError) as caught:
            Catalog.builtin("en").overlay(overlay(tmp_path, files))
        assert [(each.code, each.line) for each in caught.value.findings] == [
            ("undeclared-variable", 2),
            ("extra-block", 3),
        ]
        assert "did you mean order?" in caught.value.findings[0].hint
        assert "en/shop.toml:2:13" in str(caught.value)

    @pytest.mark.parametrize(
        ("files", "told"),
        [
            ({"en/shop.toml": "subject = "}, "en/shop.toml cannot be read: Invalid value"),
            ({"en/shop.toml": "[order.delayed]\nlate = 3\n"}, "order.delayed.late: must be a sentence"),
            ({"en/locale.toml": "tones = ['polite']\n"}, "tones: 'polite' is unknown; possible: informal, formal"),
            ({"en/locale.toml": "tone = ['formal']\n"}, "tone: is unknown; did you mean tones?"),
            ({"situations/x.toml": "[shop.x]\nblocks = ['@greting']\n"}, "did you mean @greeting?"),
            ({"situations/x.toml": "[shop.x]\nblocks = []\n"}, "must name at least one block"),
            ({"situations/x.toml": "[shop.x]\nblocks = ['a']\nvariables = { n = 'number' }\n"}, "'number' is unknown"),
            (
                {"situations/x.toml": "[shop.x]\nblocks = [{ id = 'a', when = 'n' }]\nvariables = { n = 'int' }\n"},
                "n is always there: the condition decides nothing",
            ),
            (
                {
                    "situations/x.toml": "[shop.x]\nvariables = { n = ['a'] }\n"
                    "blocks = [{ id = 'a', when = { n = 'z' } }]\n"
                },
                "n is never 'z'",
            ),
            ({"situations/x.toml": "[shop.x]\nblocks = [{ id = 'a', wen = 'n' }]\n"}, "did you mean when?"),
            ({"situations/x.toml": "[shop.x]\nblocks = ['a']\nreview = 'lawyer'\n"}, "'lawyer' is unknown"),
            ({"situations/x.toml": "[shop.x]\nblocks = ['a']\nstatus_after = 'done'\n"}, "'done' is unknown"),
        ],
    )
    def test_unreadable_files(self, tmp_path: Path, files: dict[str, str], told: str) -> None:
        with pytest.raises(DocumentError) as caught:
            Catalog.builtin("en").overlay(overlay(tmp_path, files))
        assert told in str(caught.value)

    def test_no_folder(self, tmp_path: Path) -> None:
        with pytest.raises(DocumentError, match="no such folder"):
            Catalog.builtin("en").overlay(tmp_path / "absent")


class TestArguments:
    def test_all_faults_at_once_and_no_value_in_them(self) -> None:
        with pytest.raises(ReplyArgumentError) as caught:
            Catalog.builtin("en").render(
                "order.delayed", locale="en", days=0, eta="2026-11-27", ordr="#1001", customer_name="  "
            )
        assert [problem.path for problem in caught.value.problems] == ["days", "eta", "ordr", "customer_name", "order"]
        assert "2026-11-27" not in str(caught.value)
        assert "did you mean order?" in str(caught.value)

    def test_none_is_absent(self) -> None:
        catalog = Catalog.builtin("en")
        plain = catalog.render("order.delayed", LATE, locale="en")
        assert catalog.render("order.delayed", LATE, locale="en", items=None, compensation=None) == plain
        with pytest.raises(ReplyArgumentError, match="order is missing"):
            catalog.render("order.delayed", {**LATE, "order": None}, locale="en")

    def test_a_variable_whose_name_is_taken_goes_into_the_mapping(self) -> None:
        arguments = {"channel": "phone", "contact": "+34 600 000 000"}
        reply = Catalog.builtin("en").render("contact.channel_moved", arguments, locale="en", channel="chat")
        assert "Please call us: +34 600 000 000" in reply.text

    @pytest.mark.parametrize(
        ("situation", "arguments", "told"),
        [
            ("order.delayed", {**LATE, "days": True}, "days must be an int"),
            ("order.delayed", {**LATE, "days": 3.0}, "days must be an int"),
            ("order.delayed", {**LATE, "eta": datetime(2026, 11, 27, tzinfo=UTC)}, "eta must be a date"),
            ("order.delayed", {**LATE, "items": "Mug"}, "items must be a list"),
            ("order.delayed", {**LATE, "items": []}, "items must hold 1 to 200"),
            ("order.delayed", {**LATE, "items": ["x"] * 201}, "items must hold 1 to 200"),
            ("order.delayed", {**LATE, "items": ["Mug", " "]}, "none of them blank"),
            ("order.delayed", {**LATE, "items": ["Mug", 3]}, "items must be a list of texts, none of them blank"),
            ("order.delayed", {**LATE, "compensation": "12.50 EUR"}, "compensation must be Money"),
            ("order.cancel_too_late", {"order": "#1", "return_url": "http://example.com"}, "begins with https://"),
            ("order.cancel_too_late", {"order": "#1", "return_url": "javascript:alert(1)"}, "begins with https://"),
            ("order.cancel_too_late", {"order": "#1", "return_url": 'https://example.com/"><b>'}, "without spaces"),
            ("order.lost", {"order": "#1", "carrier": "DHL", "option": "replace"}, "one of resend, refund"),
            ("order.lost", {"order": "#1", "carrier": "DHL", "option": ["resend"]}, "one of resend, refund"),
            ("incident.deadline_set", {"incident": "I", "due": datetime(2026, 11, 27)}, "with a time zone"),  # noqa: DTZ001
            ("contact.acknowledged", {"ticket": "T", "reply_within": timedelta(0)}, "timedelta above 0"),
            ("order.address_change", {"order": "#1", "accepted": 1}, "True or False"),
            ("complaint.compensation", {"compensation": 0.15}, "Money, a Decimal"),
        ],
    )
    def test_kinds(self, situation: str, arguments: dict[str, Any], told: str) -> None:
        with pytest.raises(ReplyArgumentError) as caught:
            Catalog.builtin("en").render(situation, arguments, locale="en")
        assert told in str(caught.value)

    def test_numbers_for_references_and_words_of_enums(self) -> None:
        reply = Catalog.builtin("en").render("order.delayed", {**LATE, "order": 1001}, locale="en")
        assert "order 1001" in reply.text

    def test_too_long(self) -> None:
        with pytest.raises(ReplyTooLongError, match="at most 64000"):
            Catalog.builtin("en").render("order.delayed", LATE, locale="en", agent_note="x" * 64_000)
        with pytest.raises(ReplyTooLongError, match="octets, at most 998"):
            Catalog.builtin("en").render("order.delayed", {**LATE, "order": "x" * 1000}, locale="en")

    def test_unknown_situation(self) -> None:
        with pytest.raises(UnknownSituationError, match=r"did you mean order.delayed\?"):
            Catalog.builtin("en").render("order.delay", locale="en")


class TestReply:
    def test_facts_and_actions(self) -> None:
        reply = Catalog.builtin("en").render("order.delayed", LATE, locale="en")
        assert (reply.actions.status_after, reply.actions.tags) == (StatusCategory.WAITING_THIRD_PARTY, ("delay",))
        assert reply.channel is ReplyChannel.EMAIL
        assert reply.ready()

    def test_nothing_personal_in_its_repr(self) -> None:
        reply = Catalog.builtin("en").render("order.delayed", LATE, locale="en", customer_name="Ana")
        assert "Ana" not in repr(reply)
        assert "#1001" not in repr(reply)

    def test_fingerprint_tells_wordings_apart_and_not_customers(self, tmp_path: Path) -> None:
        catalog = Catalog.builtin("en")
        one, two = (catalog.render("order.delayed", LATE, locale="en", customer_name=name) for name in ("Ana", "Luis"))
        assert one.fingerprint == two.fingerprint
        files = {"en/shop.toml": '[order.delayed]\nsubject = "Late: {$order}"\n'}
        other = catalog.overlay(overlay(tmp_path, files)).render("order.delayed", LATE, locale="en")
        assert other.fingerprint != one.fingerprint
        assert catalog.render("order.delayed", LATE, locale="en-GB").fingerprint != one.fingerprint

    def test_it_travels(self) -> None:
        reply = Catalog.builtin("en").render("order.delayed", LATE, locale="en")
        back = pickle.loads(pickle.dumps(reply))
        assert back == reply
        assert back.html == reply.html
        assert hash(back) == hash(reply)
        assert json.loads(json.dumps(reply.to_dict()))["subject"] == reply.subject

    def test_free_slots_block_it(self) -> None:
        arguments = {"order": "#1001", "reason": "not_returned"}
        waiting = Catalog.builtin("en").render("refund.rejected", arguments, locale="en")
        assert (waiting.ready(), waiting.requires_personalisation) == (False, ("agent_note",))
        assert "[agent_note]" in waiting.text
        assert waiting.html is not None
        assert "[agent_note]" in waiting.html
        written = Catalog.builtin("en").render(
            "refund.rejected", arguments, locale="en", agent_note="We checked twice."
        )
        assert written.ready()
        assert "We checked twice." in written.text
        # The short sentence of an SMS has no place for a note.
        assert Catalog.builtin("en").render("refund.rejected", arguments, locale="en", channel="sms").ready()

    def test_warnings(self) -> None:
        catalog = Catalog.builtin("en")
        legal = catalog.render("refund.rejected", {"order": "#1", "reason": "used"}, locale="en", agent_note="x")
        assert legal.warnings == ("legal-review",)
        long = catalog.render("order.delayed", {**LATE, "order": "x" * 80}, locale="en")
        assert long.warnings == ("long-subject",)
        whatsapp = catalog.render("order.delayed", LATE, locale="en", channel="whatsapp", agent_note="x" * 1100)
        assert whatsapp.warnings == ("long-whatsapp",)
        url = f"https://example.com/{'x' * 160}"
        shipped = {"order": "#1", "carrier": "DHL", "eta": date(2026, 11, 27), "tracking_url": url}
        sms = catalog.render("order.shipped", shipped, locale="en", channel="sms")
        assert sms.warnings == ("sms-segments",)
        assert sms.sms is not None
        assert (sms.sms.encoding, sms.sms.segments) == ("GSM-7", 2)

    def test_a_channel_of_the_model_is_one_of_ours_where_both_have_it(self) -> None:
        assert Catalog.builtin("en").render("order.delayed", LATE, locale="en", channel=Channel.CHAT).channel == "chat"
        with pytest.raises(InvalidValueError, match="possible: email, chat, sms, whatsapp, social"):
            Catalog.builtin("en").render("order.delayed", LATE, locale="en", channel="phone")

    def test_threads_share_a_catalogue(self) -> None:
        catalog, found = Catalog.builtin("en", "es", "de"), []

        def work(number: int) -> None:
            for locale in ("en", "es", "de"):
                reply = catalog.render("order.delayed", {**LATE, "order": f"#{number}"}, locale=locale)
                found.append(f"#{number}" in reply.text)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [True] * 60


def test_conditions_choose_the_blocks(tmp_path: Path) -> None:
    catalog = Catalog.builtin("en")

    def text(difference: str | None) -> str:
        money = None if difference is None else Money.of(difference, "EUR")
        items = {"order": "#1", "from_item": "Mug", "to_item": "Cap", "difference": money}
        return catalog.render("exchange.confirmed", items, locale="en", channel="chat").text

    assert "The difference is €5.00. We will send you a link" in text("5")
    assert "The difference is €5.00. We will pay it back" in text("-5")
    assert "no difference in price" in text("0")
    assert "difference" not in text(None)
    made = shop(
        tmp_path,
        "Hi {$name}",
        variables='name = "text?", n = "int"',
        blocks='[{ id = "text", when = "name" }, "@thanks"]',
    )
    assert made.render("shop.hello", locale="en", channel="chat", n=0).text == "Thank you for getting in touch."
