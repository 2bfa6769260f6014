"""``csprotocol reply``: previews, lists, findings with file and line, catalogues that go elsewhere and come back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from csprotocol.cli import _reply
from csprotocol.replies import Catalog, ReplyChannel, Tone
from csprotocol.replies.export import TARGETS
from tests.cli.commands import run
from tests.replies.shops import overlay

LATE = ("--var", "order=#1001", "--var", "days=3", "--var", "eta=2026-11-27")


def test_the_words_of_the_options_are_those_of_the_library() -> None:
    assert tuple(ReplyChannel) == _reply.CHANNELS
    assert tuple(Tone) == _reply.TONES
    assert set(TARGETS) == set(_reply.TARGETS)


class TestPreview:
    def test_what_the_customer_sees(self) -> None:
        ended = run(
            "reply", "preview", "order.delayed", "--locale", "es-AR", "--tone", "informal", *LATE,
            "--var", "customer_name=Ana", "--var", "items=Remera M; Taza", "--var", "compensation=12.50 EUR",
        )  # fmt: skip
        assert (ended.status, ended.err) == (0, "")
        head, _, body = ended.out.partition("\n\n")
        assert head.splitlines()[1:] == [
            "  language   es-AR, informal",
            "  channel    email",
            "  subject    Tu pedido #1001 llegará el 27 nov 2026",
        ]
        assert body.startswith("Hola, Ana:\n\nTu pedido #1001 llegará 3 días más tarde")
        assert "Remera M y Taza" in body
        assert body.endswith("Saludos,\nAtención al cliente\n")

    def test_json_is_the_reply(self) -> None:
        ended = run("reply", "preview", "order.delayed", "--locale", "en", *LATE, "--format", "json")
        arguments = {"order": "#1001", "days": 3, "eta": date(2026, 11, 27)}
        assert json.loads(ended.out) == Catalog.builtin().render("order.delayed", arguments, locale="en").to_dict()

    def test_html_into_a_file(self, tmp_path: Path) -> None:
        target = tmp_path / "reply.html"
        ended = run("reply", "preview", "order.shipped", "--locale", "ar", "--sample", "--format", "html", "-o", target)
        assert (ended.status, ended.out) == (0, "")
        assert target.read_text(encoding="utf-8").startswith('<div lang="ar" dir="rtl">')

    def test_samples_fill_in_what_is_not_given(self) -> None:
        ended = run("reply", "preview", "refund.rejected", "--locale", "de-AT", "--sample", "--var", "order=#77")
        assert "Bestellung #77" in ended.out
        assert "not ready  still to be written: agent_note" in ended.out
        assert "look at    legal-review" in ended.out
        assert "(sentences of de), formal" in ended.out

    def test_an_sms_tells_what_it_costs(self) -> None:
        ended = run("reply", "preview", "order.delayed", "--locale", "en", "--channel", "sms", *LATE)
        assert "message(s)" in ended.out
        assert "GSM-7" in ended.out

    def test_another_language_is_told(self) -> None:
        ended = run("reply", "preview", "order.delayed", "--locale", "ja", *LATE)
        assert "  instead of  ja (locale)" in ended.out

    def test_nothing_that_a_terminal_would_obey(self) -> None:
        ended = run("reply", "preview", "order.delayed", "--locale", "en", *LATE, "--var", "agent_note=\x1b[2Jboo")
        assert "\x1b" not in ended.out
        assert "boo" in ended.out
        arabic = run("reply", "preview", "order.delayed", "--locale", "ar", *LATE)
        assert not {"\u2066", "\u2067", "\u2068", "\u2069", "\ufffd"} & set(arabic.out)

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            (("days",), "--var must be NAME=VALUE, got 'days'"),
            (("dys=3",), "--var: 'dys' is unknown; did you mean days?"),
            (("days=three",), "--var days must be a whole number, got 'three'"),
            (("days=0",), "days must be an int of 1 or more"),
            (("eta=27.11.2026",), "--var eta must be a date such as 2026-11-27"),
            (("compensation=12.50",), "--var compensation must be an amount such as '12.50 EUR'"),
            (("compensation=12.505 EUR",), "--var compensation must be an amount"),
            (("compensation=12 XXY",), "--var compensation must be an amount"),
            (("days=3", "days=4"), "given once"),
            (("items= ; ",), "items must hold 1 to 200 texts"),
            (("order=",), "order must be a text that is not blank"),
        ],
    )
    def test_values_that_cannot_be(self, values: tuple[str, ...], told: str) -> None:
        options = [part for value in values for part in ("--var", value)]
        ended = run("reply", "preview", "order.delayed", "--locale", "en", "--sample", *options)
        assert told in ended.complaint

    @pytest.mark.parametrize(
        ("situation", "value", "shown"),
        [
            ("contact.acknowledged", "reply_within=4h", "within 4 hours"),
            ("contact.acknowledged", "reply_within=1d 30m", "within 1 day and 30 minutes"),
            ("contact.out_of_hours", "reopens_at=2026-11-23T09:00", "November 23, 2026"),
            ("complaint.compensation", "compensation=15%", "15%"),
            ("complaint.compensation", "compensation=12.50 eur", "€12.50"),
            ("account.gift_card_or_points", "balance=1200", "1,200"),
            ("order.address_change", "accepted=no", "has left already"),
        ],
    )
    def test_values_as_people_type_them(self, situation: str, value: str, shown: str) -> None:
        ended = run(
            "reply", "preview", situation, "--locale", "en", "--sample", "--tz", "Europe/Madrid", "--var", value
        )
        assert shown in ended.out, ended

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (("order.delay", "--locale", "en"), "did you mean order.delayed?"),
            (("order.delayed", "--locale", "klingon!"), "must be a language tag"),
            (("order.delayed", "--locale", "en", "--channel", "fax"), "invalid choice"),
            (("order.delayed", "--locale", "en", "--sample", "--channel", "chat", "--format", "html"), "only e-mails"),
            (("order.delayed", "--locale", "en"), "order is missing (ref)"),
            (("order.delayed", "--locale", "en", "--sample", "--tz", "Madrid"), "did you mean"),
            (("order.delayed", "--locale", "en", "--sample", "--overlay", "absent"), "no such folder"),
        ],
    )
    def test_what_cannot_be(self, options: tuple[str, ...], told: str) -> None:
        assert told in run("reply", "preview", *options).complaint


class TestList:
    def test_all_of_an_area(self) -> None:
        lines = run("reply", "list", "order").out.splitlines()
        assert "  order.delayed                 days, eta, order" in lines
        assert lines[-1].startswith("17 situations")

    def test_one_in_full(self) -> None:
        told = run("reply", "list", "order.lost").out
        assert "  option         resend | refund" in told
        assert "  amount         money, may be absent" in told
        assert "ar, ca, de, en, en-GB, es, es-419, es-AR, es-MX, fr, it, pl, pt, pt-PT" in told

    def test_json_has_the_schema(self) -> None:
        (found,) = json.loads(run("reply", "list", "order.lost", "--format", "json").out)
        assert found["arguments"]["required"] == ["carrier", "option", "order"]

    def test_unknown(self) -> None:
        assert "did you mean order?" in run("reply", "list", "oder").complaint


class TestLint:
    def test_the_librarys_own_is_clean(self) -> None:
        ended = run("reply", "lint")
        assert (ended.status, ended.out) == (0, "0 errors, 0 warnings\n")

    def test_findings_as_compilers_tell_them(self, tmp_path: Path) -> None:
        folder = overlay(tmp_path, {"es/shop.toml": '[order.delayed.formal]\nsubject = "Tu pedido {$oder}"\n'})
        ended = run("reply", "lint", folder)
        assert ended.status == 1
        first = ended.out.splitlines()[0]
        assert first.startswith("es/shop.toml:2:")
        assert " error undeclared-variable (es, formal): " in ended.out
        assert "did you mean order?" in ended.out
        assert "tone-mix" in ended.out
        assert ended.out.endswith("warning\n") or ended.out.endswith("warnings\n")
        told = json.loads(run("reply", "lint", folder, "--format", "json").out)
        assert {each["code"] for each in told} >= {"undeclared-variable", "tone-mix"}
        only = run("reply", "lint", folder, "--errors")
        assert only.out.endswith(", 0 warnings\n")

    @pytest.mark.parametrize(
        ("text", "told"), [("x = ", "Invalid value"), ("[order.delayed]\nlate = 3\n", "must be a sentence")]
    )
    def test_files_that_cannot_be_read(self, tmp_path: Path, text: str, told: str) -> None:
        assert told in run("reply", "lint", overlay(tmp_path, {"en/shop.toml": text})).complaint


class TestExport:
    def test_what_would_be_lost_and_where_it_went(self, tmp_path: Path) -> None:
        ended = run("reply", "export", "gorgias", "--locale", "es", "--situation", "order.delayed")
        assert ended.status == 0
        assert "no-placeholder" in ended.out
        assert "-o FOLDER writes them" in ended.out
        each = run("reply", "export", "gorgias", "--locale", "es", "--situation", "order.delayed", "--losses")
        assert "no-placeholder: es order.delayed" in each.out
        written = run("reply", "export", "gorgias", "--locale", "es", "-o", tmp_path / "out")
        assert written.status == 0
        assert json.loads((tmp_path / "out" / "macros.json").read_text(encoding="utf-8"))

    @pytest.mark.parametrize("form", ["po", "xliff"])
    def test_translations_come_back_as_they_went(self, tmp_path: Path, form: str) -> None:
        assert run("reply", "export", form, "--locale", "de", "-o", tmp_path).status == 0
        back = run("reply", "import", tmp_path / f"de.{form}", "--locale", "de", "-o", tmp_path / "shop")
        assert back.status == 0, back
        assert run("reply", "lint", tmp_path / "shop").out == "0 errors, 0 warnings\n"
        options = ("reply", "preview", "order.delayed", "--locale", "de", *LATE)
        assert run(*options).out == run(*options, "--overlay", tmp_path / "shop").out

    def test_what_cannot_be(self, tmp_path: Path) -> None:
        assert "order.late" in run("reply", "export", "csv", "--situation", "order.late").complaint
        assert "cannot be read" in run("reply", "import", tmp_path / "x.po", "--locale", "de", "-o", tmp_path).complaint
        (tmp_path / "x.txt").write_text("x", encoding="utf-8")
        assert (
            "possible: po, xliff"
            in run("reply", "import", tmp_path / "x.txt", "--locale", "de", "-o", tmp_path).complaint
        )
        assert "is a file" in run("reply", "export", "csv", "-o", tmp_path / "x.txt").complaint
