"""The form of each product's files, the shop's mapping, and the arguments of ``export``."""

from __future__ import annotations

import csv
import io
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from csprotocol.errors import DocumentError, InvalidValueError, UnknownSituationError
from csprotocol.replies import Catalog
from csprotocol.replies.export import LOSS_CODES, TARGETS, Exported, export
from csprotocol.replies.export._cases import label, slug
from csprotocol.replies.export._product import product
from tests.replies.export.samples import CATALOG

PRODUCTS = [name for name in TARGETS if name not in ("ftl", "po", "xliff")]


def loaded(target: str, file: str, **options: Any) -> Any:
    return json.loads(export(CATALOG, target, **options).files[file])


class TestZendesk:
    def test_a_macro_has_a_status_tags_and_a_comment(self) -> None:
        [macro] = loaded("zendesk", "macros.json", locale="en", situations=["order.delayed"])["macros"]
        assert {"title", "description", "active", "actions"} == set(macro)
        assert "en::order::delayed" == macro["title"]
        assert ["status", "current_tags", "comment_value_html"] == [action["field"] for action in macro["actions"]]
        assert ["hold", "delay"] == [action["value"] for action in macro["actions"][:2]]

    def test_a_closed_ticket_is_out_of_reach_of_macros(self) -> None:
        done = export(CATALOG, "zendesk", locale="en", situations=["incident.closed_thanks"])
        [macro] = json.loads(done.files["macros.json"])["macros"]
        assert {"field": "status", "value": "solved"} == macro["actions"][0]
        assert "status" in {loss.code for loss in done.losses}

    def test_dynamic_content_has_one_default_and_a_variant_a_locale(self) -> None:
        ids = {"locale_id.en": "1", "locale_id.es": "2"}
        options: dict[str, Any] = {"locales": ["es", "en"], "situations": ["order.shipped"], "mapping": ids}
        [item] = loaded("zendesk", "dynamic_content.json", **options)["items"]
        assert ("order_shipped", 1) == (item["name"], item["default_locale_id"])
        assert [("es", 2, False), ("en", 1, True)] == [
            (each["locale"], each["locale_id"], each["default"]) for each in item["variants"]
        ]
        [macro] = loaded("zendesk", "macros_with_dynamic_content.json", **options)["macros"]
        assert {"field": "comment_value", "value": "{{dc.order_shipped}}"} == macro["actions"][-1]

    def test_another_language_is_no_variant(self) -> None:
        options: dict[str, Any] = {"locales": ["en", "ja"], "situations": ["order.shipped"]}
        [item] = loaded("zendesk", "dynamic_content.json", **options)["items"]
        assert ["en"] == [each["locale"] for each in item["variants"]]

    def test_a_field_of_the_ticket_decides(self) -> None:
        mapping = {"by": "{{ticket.ticket_field_1}}", "refund_days": "{{ticket.ticket_field_2}}"}
        options: dict[str, Any] = {"locale": "en", "situations": ["order.cancelled"], "mapping": mapping}
        [macro] = loaded("zendesk", "macros.json", **options)["macros"]
        body = macro["actions"][-1]["value"]
        assert '{% if ticket.ticket_field_1 == "shop" %}' in body
        assert "{% assign cs_refund_days = ticket.ticket_field_2 | plus: 0 %}{% if cs_refund_days == 0 %}" in body
        assert "{% elsif cs_refund_days == 1 %}" in body

    def test_a_word_that_is_not_known_makes_a_macro_each(self) -> None:
        macros = loaded("zendesk", "macros.json", locale="en", situations=["order.cancelled"])["macros"]
        assert ["en::order::cancelled (by customer)", "en::order::cancelled (by shop)"] == [
            macro["title"] for macro in macros
        ]


class TestGorgias:
    def test_a_macro_has_name_intent_language_and_actions(self) -> None:
        [macro] = loaded("gorgias", "macros.json", locale="es-MX", situations=["order.delayed"])["macros"]
        assert ("order.delayed [es-MX]", "shipping/status", "es") == (
            macro["name"], macro["intent"], macro["language"],
        )  # fmt: skip
        assert ["addTags", "setStatus", "setSubject", "setResponseText"] == [each["name"] for each in macro["actions"]]
        assert {"user"} == {each["type"] for each in macro["actions"]}
        assert {"body_html", "body_text"} == set(macro["actions"][-1]["arguments"])
        assert "{{ticket.customer.firstname}}" in macro["actions"][-1]["arguments"]["body_text"]


class TestOthers:
    def test_freshdesk(self) -> None:
        options: dict[str, Any] = {"locale": "en", "situations": ["order.shipped"], "mapping": {"folder_id": "7"}}
        [response] = loaded("freshdesk", "canned_responses.json", **options)["canned_responses"]
        assert {"title", "content_html", "folder_id", "visibility"} == set(response)
        assert (7, 0) == (response["folder_id"], response["visibility"])

    def test_help_scout(self) -> None:
        [reply] = loaded("helpscout", "saved_replies.json", locale="en", situations=["order.shipped"])["saved_replies"]
        assert {"name", "text", "chatText"} == set(reply)
        assert "Hi {%customer.firstName%}," in reply["chatText"]

    def test_hubspot(self) -> None:
        [snippet] = loaded("hubspot", "snippets.json", locale="en", situations=["order.shipped"])["snippets"]
        assert "order_shipped_en" == snippet["shortcut"]
        [template] = loaded("hubspot", "templates.json", locale="en", situations=["order.shipped"])["templates"]
        assert "Your order [order] is on its way" == template["subject"]

    def test_shopify_writes_a_file_for_each_part(self) -> None:
        done = export(CATALOG, "shopify", locale="en", situations=["order.shipped"])
        assert ["en/order_shipped.liquid", "en/order_shipped.subject.liquid"] == list(done.files)
        body = done.files["en/order_shipped.liquid"]
        shown = "{{ fulfillment.tracking_url | escape }}"
        assert f'<a href="{shown}">{shown}</a>' in body
        assert '{{ fulfillment.estimated_delivery_at | date: "%-m/%-d/%Y" }}' in body
        assert "{{ name | escape }}" in body

    @pytest.mark.parametrize(
        ("locale", "shown"), [("en", "%-m/%-d/%Y %H:%M"), ("es", "%-d/%-m/%Y %H:%M"), ("pt-PT", "%d/%m/%Y %H:%M")]
    )
    def test_shopify_writes_moments_in_figures(self, locale: str, shown: str) -> None:
        mapping = {"new_due": "{{ order.due_at }}"}
        options: dict[str, Any] = {"situations": ["incident.sla_delay_apology"], "mapping": mapping}
        done = export(CATALOG, "shopify", locale=locale, **options)
        body = done.files[f"{locale}/incident_sla_delay_apology.liquid"]
        assert f'{{{{ order.due_at | date: "{shown}" }}}}' in body
        assert "new_due" in {loss.variable for loss in done.losses if loss.code == "date-format"}

    def test_a_right_to_left_body_isolates_its_values(self) -> None:
        catalog = Catalog.builtin("ar", "en")
        done = export(catalog, "shopify", locale="ar", situations=["order.cancel_too_late"])
        body = done.files["ar/order_cancel_too_late.liquid"]
        assert "direction" not in {loss.code for loss in done.losses}
        assert 'dir="rtl"' in body
        assert "<bdi>{{ name | escape }}</bdi>" in body

    def test_a_table_row(self) -> None:
        text = export(CATALOG, "csv", locale="es", tone="formal", situations=["order.delayed"]).files["replies.csv"]
        [row] = csv.DictReader(io.StringIO(text, newline=""))
        assert ("order_delayed_formal", "order.delayed", "es", "formal") == (
            row["name"], row["situation"], row["locale"], row["tone"],
        )  # fmt: skip
        assert ("waiting_third_party", "delay", "shipping/status") == (row["status_after"], row["tags"], row["intent"])


class TestWhatsApp:
    @pytest.mark.parametrize(
        ("locale", "code"), [("en", "en"), ("es", "es"), ("es-AR", "es_AR"), ("es-MX", "es_MX"), ("es-419", "es"),
                             ("pt", "pt_BR"), ("pt-PT", "pt_PT")],
    )  # fmt: skip
    def test_language_codes(self, locale: str, code: str) -> None:
        [template] = loaded("whatsapp", "templates.json", locale=locale, situations=["order.shipped"])["templates"]
        assert code == template["language"]
        assert {"name", "language", "category", "parameter_format", "components"} == set(template)
        assert re.fullmatch(r"[a-z0-9_]{1,512}", template["name"])

    def test_two_locales_never_share_a_template(self) -> None:
        done = export(CATALOG, "whatsapp")
        templates = json.loads(done.files["templates.json"])["templates"]
        names = [(template["name"], template["language"]) for template in templates]
        assert len(set(names)) == len(names)
        assert {"UTILITY", "MARKETING"} == {template["category"] for template in templates}
        assert ("es-419", "fallback") in {(loss.locale, loss.code) for loss in done.losses}

    def test_all_bodies_are_short_enough_or_told(self) -> None:
        done = export(CATALOG, "whatsapp")
        long = sum(
            len(each["components"][0]["text"]) > 1024 for each in json.loads(done.files["templates.json"])["templates"]
        )
        assert bool(long) is ("too-long" in {loss.code for loss in done.losses})


class TestMapping:
    def test_a_file_does_as_well(self, tmp_path: Path) -> None:
        file = tmp_path / "ours.toml"
        file.write_text('[placeholders]\norder = "{{ticket.ticket_field_9}}"\nbrand = ""\n')
        done = export(CATALOG, "zendesk", locale="en", situations=["order.shipped"], mapping=file)
        assert "{{ticket.ticket_field_9}}" in done.files["macros.json"]
        assert "ticket.brand.name" not in done.files["macros.json"]

    @pytest.mark.parametrize(
        ("target", "mapping"),
        [
            ("zendesk", {"oder": "{{x}}"}),
            ("zendesk", {"order": "ticket.id"}),
            ("zendesk", {"order": "{{x}} {{y}}"}),
            ("zendesk", {"order": "{{x}}</p><script>"}),
            ("zendesk", {"order": "{% assign x = 1 %}"}),
            ("gorgias", {"order": "{{x\n}}"}),
            ("gorgias", {"locale_id.en": "1"}),
            ("whatsapp", {"order": "{{1}}"}),
            ("csv", {"order": "{{x}}"}),
            ("po", {"order": "{{x}}"}),
        ],
    )
    def test_what_is_no_placeholder_is_refused(self, target: str, mapping: dict[str, str]) -> None:
        with pytest.raises(InvalidValueError):
            export(CATALOG, target, locale="en", situations=["order.shipped"], mapping=mapping)

    def test_a_file_that_is_none(self, tmp_path: Path) -> None:
        file = tmp_path / "ours.toml"
        file.write_text("order = 1\n")
        for path in (file, tmp_path / "absent.toml"):
            with pytest.raises(DocumentError):
                export(CATALOG, "zendesk", locale="en", mapping=path)

    @pytest.mark.parametrize("name", PRODUCTS)
    def test_our_own_placeholders_pass_the_same_check(self, name: str) -> None:
        variables = {each for key in CATALOG.situations() for each in CATALOG.situation(key).variables}
        described = product(name, None, variables)
        assert set(described.placeholders) <= variables
        if described.placeholders:
            assert described.placeholders == product(name, dict(described.placeholders), variables).placeholders

    def test_every_data_file_says_what_it_was_made_from(self) -> None:
        folder = files("csprotocol.replies.export").joinpath("data")
        names = sorted(file.name.removesuffix(".toml") for file in folder.iterdir())
        assert sorted(PRODUCTS) == names
        for name in names:
            text = folder.joinpath(f"{name}.toml").read_text(encoding="utf-8")
            assert re.search(r"^as_of = 20\d\d-\d\d-\d\d$", text, re.MULTILINE)
            assert "sources = [" in text


class TestExport:
    @pytest.mark.parametrize(
        "options",
        [
            {"to": "intercom"},
            {"to": "csv", "locale": "en", "locales": ["es"]},
            {"to": "csv", "locales": "en"},
            {"to": "csv", "locale": "klingon!"},
            {"to": "csv", "tone": "rude"},
        ],
    )
    def test_wrong_arguments(self, options: dict[str, Any]) -> None:
        with pytest.raises(InvalidValueError):
            export(CATALOG, **options)

    def test_an_unknown_situation(self) -> None:
        with pytest.raises(UnknownSituationError):
            export(CATALOG, "csv", locale="en", situations=["order.delaid"])

    @pytest.mark.parametrize("target", TARGETS)
    def test_every_target_takes_the_whole_catalogue(self, target: str) -> None:
        if target == "ftl":
            pytest.importorskip("moz.l10n")
        done = export(CATALOG, target)
        assert done.files
        assert {loss.code for loss in done.losses} <= set(LOSS_CODES)
        assert len({loss[:-1] for loss in map(tuple, map(_fields, done.losses))}) == len(done.losses)
        assert done.files == export(CATALOG, target).files

    def test_two_replies_never_share_a_name(self, tmp_path: Path) -> None:
        (tmp_path / "situations").mkdir()
        text = "".join(f'[{name}]\npurpose = "x"\nblocks = ["words"]\n' for name in ("a.b_c", "a_b.c"))
        (tmp_path / "situations" / "a.toml").write_text(text)
        (tmp_path / "en").mkdir()
        said = 'subject = "x"\nsms = "x"\nwords = "x"\n'
        (tmp_path / "en" / "a.toml").write_text(f"[a.b_c]\n{said}[a_b.c]\n{said}")
        with pytest.raises(InvalidValueError, match="would share the name a_b_c"):
            export(CATALOG.overlay(tmp_path), "shopify", locale="en", situations=["a.b_c", "a_b.c"])

    def test_a_tone_is_part_of_the_title(self) -> None:
        [macro] = loaded("gorgias", "macros.json", locale="es", tone="formal", situations=["order.shipped"])["macros"]
        assert "order.shipped (formal) [es]" == macro["name"]

    def test_files_are_written_as_they_are(self, tmp_path: Path) -> None:
        done = Exported("csv", {"a/b.csv": "x\r\n", "c.json": "é\n"})
        assert [tmp_path / "a" / "b.csv", tmp_path / "c.json"] == list(done.write(tmp_path))
        assert b"x\r\n" == (tmp_path / "a" / "b.csv").read_bytes()


def _fields(loss: Any) -> tuple[str, ...]:
    return (loss.situation, loss.locale, loss.block, loss.variable, loss.code, loss.message)


def test_labels_and_slugs() -> None:
    assert "" == label({})
    assert "order_damaged_option_refund_photos_needed_no" == slug(
        "order.damaged", label({"option": "refund", "photos_needed": False})
    )
