"""Every code of a loss: where it is met, and where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from csprotocol.replies import Catalog
from csprotocol.replies.export import LOSS_CODES, export
from tests.replies.export.samples import CATALOG

SHOP = """
[order.cancel_too_late]
late = "Write \\\\{\\\\{ticket.id\\\\}\\\\} and {#link href=|https://example.com|}look{/link}."
instead = "Here is how: {$return_url} \\u0007"
"""
FIELDS = {name: f"{{{{ticket.{name}}}}}" for name in ("days", "eta", "items", "compensation", "order")}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder = tmp_path_factory.mktemp("shop") / "en"
    folder.mkdir()
    (folder / "order.toml").write_text(SHOP)
    return Catalog.builtin("en", "es").overlay(folder.parent, strict=False)


# code: what meets it, and what does not
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "actions": ({"to": "freshdesk"}, {"to": "zendesk"}),
    "character": ({"to": "xliff", "situations": ["order.cancel_too_late"]}, {"to": "po"}),
    "choice": ({"to": "gorgias", "situations": ["order.lost"]}, {"to": "gorgias"}),
    "condition": ({"to": "zendesk"}, {"to": "po"}),
    "date-format": ({"to": "zendesk", "mapping": FIELDS}, {"to": "whatsapp"}),
    "direction": ({"to": "zendesk"}, {"to": "po"}),
    "duration-format": ({"to": "csv", "situations": ["contact.acknowledged"]}, {"to": "csv"}),
    "fallback": ({"to": "zendesk", "locale": "ja"}, {"to": "zendesk"}),
    "function": ({"to": "ftl"}, {"to": "po"}),
    "list-format": ({"to": "zendesk", "mapping": FIELDS}, {"to": "zendesk"}),
    "literal": ({"to": "gorgias", "situations": ["order.cancel_too_late"]}, {"to": "gorgias"}),
    "markup": ({"to": "csv"}, {"to": "shopify"}),
    "money-format": ({"to": "zendesk", "mapping": FIELDS}, {"to": "zendesk"}),
    "no-placeholder": ({"to": "zendesk"}, {"to": "csv"}),
    "number-format": ({"to": "zendesk", "mapping": FIELDS}, {"to": "zendesk"}),
    "plural": ({"to": "zendesk"}, {"to": "zendesk", "mapping": FIELDS}),
    "position": ({"to": "whatsapp", "situations": ["order.shipped"]}, {"to": "csv"}),
    "region": ({"to": "gorgias", "locale": "es-AR"}, {"to": "gorgias", "locale": "es"}),
    "review": ({"to": "gorgias", "situations": ["order.defective"]}, {"to": "gorgias"}),
    "setting": ({"to": "freshdesk"}, {"to": "freshdesk", "mapping": {"folder_id": "1"}}),
    "status": ({"to": "gorgias"}, {"to": "zendesk"}),
    "subject": ({"to": "zendesk"}, {"to": "gorgias"}),
    "tone": ({"to": "zendesk", "locale": "es"}, {"to": "zendesk", "locale": "es", "tone": "formal"}),
    "too-long": ({"to": "whatsapp", "situations": ["long.text"]}, {"to": "whatsapp"}),
}  # fmt: skip


class TestCodes:
    @pytest.mark.parametrize("code", sorted(CASES))
    def test_each_is_met_where_it_should_and_nowhere_else(self, shop: Catalog, code: str, tmp_path: Path) -> None:
        if code == "function":
            pytest.importorskip("moz.l10n")
        if code == "too-long":
            shop = with_a_long_text(tmp_path)
        for options, expected in zip(CASES[code], (True, False), strict=True):
            done = export(shop, **{"locale": "en", "situations": ["order.delayed"], **options})
            assert expected is (code in {loss.code for loss in done.losses}), options

    def test_no_code_is_left_out(self) -> None:
        assert sorted(LOSS_CODES) == sorted(CASES)


def with_a_long_text(folder: Path) -> Catalog:
    (folder / "situations").mkdir()
    (folder / "situations" / "long.toml").write_text('[long.text]\npurpose = "Long."\nblocks = ["words"]\n')
    (folder / "en").mkdir()
    (folder / "en" / "long.toml").write_text(
        f'[long.text]\nsubject = "Long"\nsms = "Long"\nwords = "{"long " * 210}"\n'
    )
    return CATALOG.overlay(folder)


class TestLoss:
    def test_the_place_is_named(self) -> None:
        losses = export(CATALOG, "zendesk", locale="en", situations=["order.delayed"]).losses
        [loss] = [each for each in losses if each.code == "plural"]
        assert ("order.delayed", "en", "order.delayed.late", "days") == (
            loss.situation, loss.locale, loss.block, loss.variable,
        )  # fmt: skip

    def test_a_shop_with_one_form_of_address_misses_none(self) -> None:
        catalog = Catalog.builtin("es", tone="formal")
        losses = export(catalog, "csv", situations=["order.lost"], locale="es").losses
        assert "tone" not in {loss.code for loss in losses}
