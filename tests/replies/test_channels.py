"""What is escaped, isolated, refused and left out, channel by channel."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csprotocol.errors import HeaderInjectionError
from csprotocol.replies import Catalog, ReplyChannel, count_sms
from csprotocol.replies._sms import for_sms

from .shops import shop

LATE: dict[str, Any] = {"order": "#1001", "days": 3, "eta": date(2026, 11, 27)}
NASTY = ("{$order}", "{{ ticket.id }}", "{% raw %}", "{#b}x{/b}", "%(name)s", "${name}", "\\n", "|x|", "<b>&'\"")


class Tags(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


class TestText:
    @pytest.mark.parametrize("value", NASTY)
    def test_values_are_never_read_as_a_message(self, tmp_path: Path, value: str) -> None:
        catalog = shop(tmp_path, "Note: {$name}!")
        for channel in ("email", "chat", "whatsapp"):
            assert catalog.render("shop.hello", locale="en", channel=channel, name=value).text == f"Note: {value}!"

    def test_markup_leaves_no_trace(self, tmp_path: Path) -> None:
        catalog = shop(
            tmp_path, "{#b}Now{/b}:{#br/}{#link href=$name}look{/link} {#i}here{/i}", variables='name = "url"'
        )
        told = catalog.render("shop.hello", locale="en", name="https://example.com/a")
        assert told.text == "Now:\nlook (https://example.com/a) here"
        assert told.html is not None
        assert '<strong>Now</strong>:<br><a href="https://example.com/a">look</a> <em>here</em>' in told.html
        whatsapp = catalog.render("shop.hello", locale="en", channel="whatsapp", name="https://example.com/a")
        assert whatsapp.text == "*Now*:\nlook (https://example.com/a) _here_"


class TestHtml:
    @given(value=st.text(st.characters(codec="utf-8")).map(lambda text: f"x{text}"))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
    def test_a_value_never_makes_a_tag(self, value: str) -> None:
        catalog = Catalog.builtin("en")
        plain = catalog.render("order.delayed", LATE, locale="en", agent_note="x").html
        page = catalog.render("order.delayed", LATE, locale="en", agent_note=value).html
        assert plain is not None
        assert page is not None
        extra = value.count("\n") + ("\u2068" in page)
        assert [tag for tag in Tags(page).tags if tag not in ("br", "bdi")] == [
            tag for tag in Tags(plain).tags if tag not in ("br", "bdi")
        ]
        assert Tags(page).tags.count("br") <= Tags(plain).tags.count("br") + value.count("\n") + extra

    def test_addresses_become_links_and_lines_stay_lines(self) -> None:
        catalog = Catalog.builtin("en")
        page = catalog.render(
            "order.cancel_too_late", locale="en", order="#1", return_url="https://example.com/?a=1&b=2"
        ).html
        assert page is not None
        assert '<a href="https://example.com/?a=1&amp;b=2">https://example.com/?a=1&amp;b=2</a>' in page
        moved = catalog.render(
            "order.address_change", locale="en", order="#1", accepted=True, new_address="1 High St\nLeeds"
        )
        assert moved.html is not None
        assert "1 High St<br>Leeds" in moved.html

    def test_language_and_direction_are_marked(self) -> None:
        arabic = Catalog.builtin("ar").render("order.delayed", LATE, locale="ar", customer_name="Ana <b>").html
        assert arabic is not None
        assert arabic.startswith('<div lang="ar" dir="rtl">')
        assert "<bdi>Ana &lt;b&gt;</bdi>" in arabic
        assert "\u2068" not in arabic
        spanish = Catalog.builtin("es").render("order.delayed", LATE, locale="es-AR").html
        assert spanish is not None
        assert spanish.startswith('<div lang="es-AR">')

    def test_only_mails_have_it(self) -> None:
        assert Catalog.builtin("en").render("order.delayed", LATE, locale="en", channel="chat").html is None


class TestSubject:
    @pytest.mark.parametrize("breaker", ["\r\nBcc: x@example.com", "\n", "\x00", "\u2028", "\u2029", "\x85", "\t"])
    def test_what_would_end_the_header_is_refused(self, breaker: str) -> None:
        with pytest.raises(HeaderInjectionError) as caught:
            Catalog.builtin("en").render("order.delayed", {**LATE, "order": f"10{breaker}x"}, locale="en")
        assert caught.value.variable == "order"
        assert "Bcc" not in str(caught.value)

    @given(order=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).map(lambda text: f"x{text}x"))
    @settings(deadline=None, max_examples=100)
    def test_what_passes_is_a_header(self, order: str) -> None:
        try:
            subject = Catalog.builtin("en").render("order.delayed", {**LATE, "order": order}, locale="en").subject
        except HeaderInjectionError:
            return
        assert subject is not None
        mail = EmailMessage()
        mail["Subject"] = subject
        assert len(mail.as_string().split("\n\n")[0].splitlines()) >= 1


class TestDirection:
    def test_every_value_is_isolated_in_right_to_left_text(self) -> None:
        told = Catalog.builtin("ar").render("order.delayed", {**LATE, "items": ["Mug", "Cap"]}, locale="ar")
        assert "\u2068#1001\u2069" in told.text
        assert "\u2068Mug\u2069" in told.text
        assert told.text.count("\u2069") == told.text.count("\u2068") + told.text.count("\u2067")

    def test_elsewhere_only_what_runs_against_the_sentence(self) -> None:
        catalog = Catalog.builtin("en")
        for name, isolated in (("Ana", False), ("Zoë", False), ("שרה", True), ("مريم", True), ("Ana مريم", True)):
            text = catalog.render("order.delayed", LATE, locale="en", customer_name=name).text
            assert (f"\u2068{name}\u2069" in text) is isolated
        items = catalog.render("order.delayed", {**LATE, "items": ["Mug", "كوب"]}, locale="en").text
        assert "Mug and \u2068كوب\u2069" in items

    def test_never_in_an_sms(self) -> None:
        text = Catalog.builtin("ar").render("order.delayed", LATE, locale="ar", channel="sms").text
        assert not {"\u2066", "\u2067", "\u2068", "\u2069"} & set(text)


class TestSocial:
    def test_nothing_personal_is_shown_to_others(self) -> None:
        told = Catalog.builtin("en").render("order.delayed", LATE, locale="en", channel="social", customer_name="Ana")
        assert "Ana" not in told.text
        assert told.text.startswith("Hello,")
        assert told.warnings == ("withheld:customer_name",)
        moved = {"order": "#1", "accepted": True, "new_address": "1 High St"}
        assert (
            "High St"
            not in Catalog.builtin("en").render("order.address_change", moved, locale="en", channel="social").text
        )

    def test_every_situation_can_be_said_without_what_is_personal(self) -> None:
        catalog = Catalog.builtin("en")
        needs = {name for name in catalog.situations() for each in catalog.situation(name).variables.values()
                 if each.pii and not each.optional}  # fmt: skip
        # These two tell what the customer said: they are no answer that others may read.
        assert needs == {"incident.registered", "incident.resolved"}


class TestSms:
    @pytest.mark.parametrize(
        ("text", "encoding", "units", "segments"),
        [
            ("", "GSM-7", 0, 0),
            ("x" * 160, "GSM-7", 160, 1),
            ("x" * 161, "GSM-7", 161, 2),
            ("x" * 306, "GSM-7", 306, 2),
            ("x" * 307, "GSM-7", 307, 3),
            ("€" * 80, "GSM-7", 160, 1),
            ("€" * 81, "GSM-7", 162, 2),
            # A sign of two places is not torn in two: 152 and 1 for the first part, the rest in the second.
            ("x" * 152 + "€" + "x" * 152, "GSM-7", 306, 3),
            ("á" * 70, "UCS-2", 70, 1),
            ("á" * 71, "UCS-2", 71, 2),
            ("à" * 160, "GSM-7", 160, 1),
            ("😀" * 35, "UCS-2", 70, 1),
            ("😀" * 36, "UCS-2", 72, 2),
            ("ç", "UCS-2", 1, 1),
            ("Ç[]{}~^|\\€", "GSM-7", 19, 1),
            ("line\nline\r", "GSM-7", 10, 1),
        ],
    )
    def test_count(self, text: str, encoding: str, units: int, segments: int) -> None:
        found = count_sms(text)
        assert (found.encoding, found.units, found.segments) == (encoding, units, segments)

    @given(st.text())
    def test_parts_are_enough_and_none_too_many(self, text: str) -> None:
        found = count_sms(text)
        alone, part = (160, 153) if found.encoding == "GSM-7" else (70, 67)
        if found.units <= alone:
            assert found.segments == (1 if text else 0)
        else:
            assert -(-found.units // part) <= found.segments <= -(-found.units // (part - 1))

    def test_spaces_that_would_cost_the_short_alphabet(self) -> None:
        assert for_sms("12,50\xa0€ 1\u202f000") == "12,50 € 1 000"
        money = {"order": "#1001", "pay_url": "https://example.com/p", "pay_by": date(2026, 11, 27)}
        from csprotocol.model import Money

        told = Catalog.builtin("de").render("order.payment_failed", {**money, "amount": Money.of("1234.50", "EUR")},
                                            locale="de", channel="sms")  # fmt: skip
        assert told.sms is not None
        assert "1.234,50 €" in told.text

    def test_the_mail_is_never_cut_off(self) -> None:
        for channel in ReplyChannel:
            assert Catalog.builtin("en").render("order.delayed", LATE, locale="en", channel=channel).text
