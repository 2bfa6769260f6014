"""``csprotocol return``: what it prints, how it ends, and that it says what the engine says."""

from __future__ import annotations

import io
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.adapters import shopify
from csprotocol.cli import _return
from csprotocol.returns import (
    Law,
    Remedy,
    RequestedLine,
    ReturnDecision,
    ReturnPolicy,
    ReturnRequest,
    decide,
    jurisdictions,
    working_days,
)
from tests.cli.commands import Ended, run

EXAMPLES = Path(__file__).parents[2] / "examples" / "returns"
SHOPIFY, WOOCOMMERCE, OWN = (EXAMPLES / f"{name}.json" for name in ("shopify_order", "woocommerce_order", "order"))
DAY = ("--on", "2026-11-10")
DOWNLOAD = ("--fact", "digital=yes", "--fact", "consent_and_acknowledgement=no")


def asked(order: Path | str = SHOPIFY, *options: object, line: str = "SHIRT-M=2", reason: str = "unwanted") -> Ended:
    return run("return", "decide", order, "--line", line, "--reason", reason, *(options or DAY))


def told(*options: object, order: Path = SHOPIFY, line: str = "SHIRT-M=2", reason: str = "unwanted") -> Any:
    ended = asked(order, *DAY, *options, "--format", "json", line=line, reason=reason)
    assert ended.status == 0, ended
    return json.loads(ended.out)


def order_file(folder: Path, **changes: Any) -> Path:
    """Our own sample order, changed."""
    path = folder / "changed.json"
    path.write_text(json.dumps({**json.loads(OWN.read_text(encoding="utf-8")), **changes}), encoding="utf-8")
    return path


class TestDecide:
    def test_it_is_the_decision_of_the_engine(self) -> None:
        order = shopify.order(json.loads(SHOPIFY.read_bytes()), strict=True).value
        request = ReturnRequest(at=date(2026, 11, 10), lines=(RequestedLine(id="71", quantity=2, reason="unwanted"),))
        law, policy = Law.of("ES"), ReturnPolicy.sample("fashion")
        try:
            holidays = working_days(law)
        except ImportError:
            holidays = None
        decision = decide(order, request, policy, law=law, is_working_day=holidays)
        assert ReturnDecision.from_dict(told("--policy", "fashion")) == decision

    def test_the_text(self) -> None:
        ended = asked(SHOPIFY, *DAY, "--policy", "fashion", "--no-holidays")
        lines = ended.out.splitlines()
        assert [line.split()[0] for line in lines[:8]] == [
            "order", "line", "eligible", "basis", "deadline", "refund", "next", "reasons",
        ]  # fmt: skip
        assert lines[2] == "  eligible  yes, refund"
        assert lines[4] == "  deadline  2026-11-18"
        assert "54.95 EUR" in lines[5]
        assert ended.out.endswith("Not legal advice. All of it, in sentences: --explain.\n")
        assert ended.err == "csprotocol: read as an order of shopify; --from says otherwise\n"

    @pytest.mark.parametrize(
        ("order", "platform", "line"),
        [(SHOPIFY, "shopify", "71"), (WOOCOMMERCE, "woocommerce", "MUG-1"), (OWN, "csprotocol", "MUG-1")],
    )
    def test_whose_order_it_is(self, order: Path, platform: str, line: str) -> None:
        by_itself, named = asked(order, *DAY, line=line), asked(order, *DAY, "--from", platform, line=line)
        assert by_itself.out == named.out
        assert (f"read as an order of {platform};" in by_itself.err, named.err) == (True, "")

    def test_a_missing_delivery_date_is_the_third_answer(self) -> None:
        options = ("--on", "2026-12-20", "--policy", "fashion")
        ended = asked(WOOCOMMERCE, *options, line="POT-1")
        assert (ended.status, "cannot be said yet" in ended.out) == (0, True)
        assert "supply    --delivered 2026-11-02" in ended.out
        assert asked(WOOCOMMERCE, *options, "--check", line="POT-1").status == 3
        found = asked(WOOCOMMERCE, *options, "--check", "--delivered", "2026-11-04", line="POT-1")
        assert (found.status, "--delivered" in found.out, "tags_attached" in found.out) == (3, False, True)
        late = asked(
            WOOCOMMERCE, "--on", "2027-03-01", *options[2:], "--check", "--delivered", "2026-11-04", line="POT-1"
        )
        assert (late.status, "  eligible  no\n" in late.out) == (1, True)

    @pytest.mark.parametrize(
        ("order", "options", "line", "answer", "deadline"),
        [
            # In time, and not sure whether the shop takes it.
            (SHOPIFY, ("--policy", "fashion", "--no-law"), "SHIRT-M=2", "cannot be said yet", "not known yet"),
            # In time, and never taken back.
            (OWN, ("--policy", "food"), "CAKE-1", "no", "none"),
            # Nothing to send back, and a right all the same.
            (OWN, DOWNLOAD, "MUG-1", "yes, refund", "2026-11-16"),
        ],
    )
    def test_an_end_and_a_parcel_only_of_what_is_sure(
        self, order: Path, options: tuple[str, ...], line: str, answer: str, deadline: str
    ) -> None:
        said = asked(order, *DAY, "--no-holidays", *options, line=line).out
        assert f"  eligible  {answer}\n" in said
        assert f"  deadline  {deadline}\n" in said
        assert "parcel" not in said

    def test_facts_are_supplied_as_it_says(self) -> None:
        ended = asked(
            WOOCOMMERCE, "--on", "2026-12-20", "--policy", "fashion", "--check", "--delivered", "2026-12-01",
            "--condition", "NewCondition", "--fact", "tags_attached=yes", line="POT-1",
        )  # fmt: skip
        assert (ended.status, "basis     shop_policy" in ended.out) == (0, True)
        assert "--tag says otherwise" in ended.err

    def test_check(self) -> None:
        food = ("--policy", "food", "--check")
        assert asked(OWN, *DAY, *food, line="CAKE-1").status == 1
        assert asked(OWN, *DAY, *food, line="MUG-1").status == 0
        assert asked(OWN, *DAY, "--policy", "food", line="CAKE-1").status == 0

    def test_a_country_beats_that_of_the_order(self) -> None:
        assert told()["law_version"].startswith("ES@")
        assert told("--country", "de")["law_version"].startswith("DE@")

    def test_without_the_law(self) -> None:
        found = told("--no-law", "--policy", "fashion", "--condition", "NewCondition", "--fact", "tags_attached=yes")
        assert (found["basis"], found["law_version"]) == ("shop_policy", None)

    def test_without_a_policy(self) -> None:
        assert (told()["basis"], told()["policy"]) == ("statutory_withdrawal", None)

    def test_the_day(self) -> None:
        assert told()["asked_on"] == "2026-11-10"
        # Two minutes to midnight in Madrid, the next day there already.
        now = ("--now", "2026-11-10T23:58+00:00", "--format", "json")
        assert json.loads(asked(OWN, *now, line="MUG-1").out)["asked_on"] == "2026-11-11"
        today = asked(OWN, "--check", line="MUG-1")
        assert "decided as of today" in today.err

    def test_several_lines(self) -> None:
        ended = run("return", "decide", OWN, "--line", "MUG-1=2", "--line", "CAKE-1", "--reason", "defective", *DAY)
        assert ended.out.count("\n  line ") == 2

    @pytest.mark.parametrize("remedy", ["refund", "exchange", "store_credit", "repair", "replacement"])
    def test_remedies(self, remedy: str) -> None:
        goes_out = ("--exchange", "SHIRT-L=29.95x2") if remedy == "exchange" else ()
        found = told("--type", remedy, *goes_out, reason="defective")
        assert found["eligible"] is True
        assert found["requested_ok"] == (remedy in found["remedies"])

    def test_what_goes_out_for_it(self) -> None:
        options = ("--policy", "fashion", "--condition", "NewCondition", "--fact", "tags_attached=yes")
        found = told(*options, "--type", "exchange", "--exchange", "SHIRT-XL=40.00x2")
        assert found["difference_due"]["minor"] > 0

    @pytest.mark.parametrize(
        "options",
        [
            ("--type", "exchange"),
            ("--exchange", "SHIRT-L=29.95"),
            ("--type", "exchange", "--exchange", "SHIRT-L"),
            ("--type", "exchange", "--exchange", "SHIRT-L=29.95x0"),
            ("--type", "exchange", "--exchange", "SHIRT-L=29.955"),
        ],
    )
    def test_an_exchange_names_what_goes_out(self, options: tuple[str, ...]) -> None:
        assert asked(SHOPIFY, *DAY, *options).status == 2

    def test_a_fact_that_only_a_fee_asks_for(self, tmp_path: Path) -> None:
        policy = tmp_path / "fee.toml"
        policy.write_text(
            'id = "fee"\n[[terms]]\nwindow = { days = 30 }\n'
            'fees.remorse = { restocking = "5.00", when = { dusty = true } }\n',
            encoding="utf-8",
        )
        assert told("--policy", policy, "--no-law", "--fact", "dusty=yes")["refund"]["minor"]["restocking_fee"] == -500

    @pytest.mark.parametrize(
        ("head", "terms", "doubt"),
        [
            ("", 'when = { country = ["es"] }', "country es is no code"),
            ("", 'when = { country = ["UK"] }', "country UK is no code"),
            ("", 'keep_product_below = "-1"', "below 0"),
            ('currency = "JPY"\n[approval_limits]\nagent = "4.95"\n', "", "4.95 has more decimals than JPY"),
            ("", 'remedies = ["refund", "store_credit"]', "a remedy store_credit"),
            (
                "",
                "seasonal_overrides = [{ start = 2026-11-01, end = 2026-12-24, return_by = 2026-01-31 }]",
                "before it begins",
            ),
            ("", "seasonal_overrides = [{ start = 2026-11-01, end = 2026-12-24, days = 60 }]", "there is none"),
        ],
    )
    def test_a_doubt(self, tmp_path: Path, head: str, terms: str, doubt: str) -> None:
        path = tmp_path / "doubtful.toml"
        path.write_text(f'id = "doubtful"\n{head}[[terms]]\n{terms}\n', encoding="utf-8")
        ended = run("return", "policy", "lint", path)
        assert (ended.status, doubt in ended.out) == (1, True), ended

    def test_another_means_needs_the_word_of_the_customer(self) -> None:
        options = ("--policy", "fashion", "--type", "store_credit", "--country", "ES")
        agreed = told(*options, "--agreed", "--condition", "NewCondition", "--fact", "tags_attached=yes")
        assert (agreed["refund_method"], agreed["refund"]["minor"]["bonus"]) == ("store_credit", 550)

    def test_an_actor_and_a_limit(self, tmp_path: Path) -> None:
        policy = tmp_path / "strict.toml"
        policy.write_text(
            'id = "strict"\n[approval_limits]\nagent = "10.00"\nlead = "99.00"\n'
            '[[terms]]\nname = "all"\nwindow = { days = 30 }\n',
            encoding="utf-8",
        )
        ended = asked(SHOPIFY, *DAY, "--policy", policy, "--actor", "agent")
        assert "approval  at least lead" in ended.out

    @pytest.mark.parametrize(("options", "sentence"), [((), "This is not legal advice."), (("es",), "Esto no es")])
    def test_explained(self, options: tuple[str, ...], sentence: str) -> None:
        assert sentence in asked(SHOPIFY, *DAY, "--explain", *options).out

    def test_into_a_file(self, tmp_path: Path) -> None:
        target = tmp_path / "decision.json"
        ended = asked(SHOPIFY, *DAY, "--format", "json", "-o", target)
        assert (ended.status, ended.out) == (0, "")
        assert json.loads(target.read_text(encoding="utf-8")) == told()

    def test_from_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SHOPIFY.read_bytes())))
        assert asked("-", *DAY).out == asked().out

    def test_one_of_several_orders(self, tmp_path: Path) -> None:
        both = [json.loads(WOOCOMMERCE.read_bytes()), {**json.loads(WOOCOMMERCE.read_bytes()), "id": 8, "number": "8"}]
        path = tmp_path / "orders.json"
        path.write_text(json.dumps(both), encoding="utf-8")
        assert "it holds 2 orders; --order; possible: 1001, 8" in asked(path, line="POT-1").complaint
        assert json.loads(asked(path, *DAY, "--order", "8", "--format", "json", line="POT-1").out)["order_id"] == "8"
        assert "--order: '9' is unknown" in asked(path, *DAY, "--order", "9", line="POT-1").complaint

    def test_what_was_never_sent_can_be_said_to_have_come(self, tmp_path: Path) -> None:
        plain = json.loads(SHOPIFY.read_bytes())["order"]
        plain["fulfillments"], plain["line_items"][0]["fulfillment_status"] = [], None
        path = tmp_path / "unsent.json"
        path.write_text(json.dumps(plain), encoding="utf-8")
        assert told(order=path)["next_action"] == "cancel_order"
        assert told("--delivered", "2026-11-04", order=path)["next_action"] == "send_return_instructions"

    def test_amounts_of_another_currency_are_not_read(self, tmp_path: Path) -> None:
        path = order_file(tmp_path, currency="USD")
        ended = asked(path, *DAY, "--policy", "food", line="MUG-1")
        assert (ended.status, "EUR and USD cannot be added" in ended.err) == (2, True)

    def test_tags(self) -> None:
        options = ("--no-law", "--policy", "fashion", "--condition", "NewCondition", "--fact", "tags_attached=yes")
        assert told(*options)["eligible"] is True
        assert told(*options, "--tag", "final_sale")["eligible"] is False

    def test_holidays_are_asked_for_where_they_matter(self) -> None:
        # The period ends on Wednesday 18 November; a holiday might have put it off.
        options = ("--on", "2026-11-19", "--no-holidays")
        ended = asked(SHOPIFY, *options)
        assert "public_holidays" in json.loads(asked(SHOPIFY, *options, "--format", "json").out)["lines"][0].__str__()
        assert "csprotocol[holidays]" in ended.err


def test_the_words_are_those_of_the_domain() -> None:
    assert set(_return.REMEDIES) == {str(each) for each in Remedy}
    assert _return.SAMPLES == ReturnPolicy.samples()
    for condition in _return.CONDITIONS:
        RequestedLine(id="a", condition=condition)


class TestLine:
    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            ("POT-9", "--line must be one of the order's: 315 (SKU MUG-1)"),
            ("MUG-1=0", "--line must be at least one unit"),
            ("MUG-1=x", "--line must be one of the order's"),
            ("", "--line must be one of the order's"),
        ],
    )
    def test_that_there_is_none_of(self, line: str, complaint: str) -> None:
        assert complaint in asked(WOOCOMMERCE, *DAY, line=line).complaint

    def test_two_of_one_sku(self, tmp_path: Path) -> None:
        lines = [{"id": each, "sku": "MUG", "unit_price": "9.90"} for each in ("a", "b")]
        path = order_file(tmp_path, lines=lines, shipping_paid=None)
        assert "the id of a line, for 2 have this SKU: a (SKU MUG)" in asked(path, *DAY, line="MUG").complaint
        assert asked(path, *DAY, line="a").status == 0

    def test_an_id_with_an_equals_sign(self, tmp_path: Path) -> None:
        path = order_file(tmp_path, lines=[{"id": "A=1", "quantity": 3, "unit_price": "9.90"}])
        for line, quantity in (("A=1", 1), ("A=1=2", 2)):
            assert told(order=path, line=line)["lines"][0]["quantity"] == quantity

    def test_a_line_twice(self) -> None:
        ended = run("return", "decide", WOOCOMMERCE, "--line", "MUG-1", "--line", "315", *DAY)
        assert "each line once" in ended.complaint


class TestWrongUse:
    @pytest.mark.parametrize(
        ("options", "complaint"),
        [
            (("--country", "AQ"), "--country must be one whose law is known here"),
            (("--country", "\x1b[2J"), "--country must be"),
            (("--on", "20261110"), "--on must be a date such as 2026-11-20"),
            (("--on", "2026-02-30"), "--on must be a date"),
            (("--now", "soon"), "--now must be ISO 8601"),
            (("--now", "9998-01-01T00:00"), "--now must be in the years 1970 to 2199"),
            (("--delivered", "9999-12-31"), "--delivered must be in the years 1970 to 2199"),
            (("--tz", "Mars"), "--tz must be an IANA time zone"),
            (("--delivered", "yesterday"), "--delivered must be a date"),
            (("--fact", "sealbroken=no"), "'sealbroken' is unknown"),
            (("--fact", "seal_broken=maybe"), "--fact seal_broken: 'maybe' is unknown; possible: yes, no, unknown"),
            (("--fact", "seal_broken"), "--fact must be NAME=yes"),
            (("--fact", "seal_broken=no", "--fact", "seal_broken=yes"), "said once"),
            (("--fact", "delivered_on=2026-11-01"), "said with --delivered"),
            (("--fact", "repair_requested_on=soon"), "a date such as"),
            (("--fact", "agreed_guarantee_months=x"), "a number of months"),
            (("--fact", "severity=awful"), "possible: major, minor"),
            (("--policy", "fashon"), "or a sample; did you mean fashion?"),
            (("--policy", "no/such.toml"), "such.toml cannot be read"),
            (("--no-law",), "with a policy to decide by"),
            (("--explain", "--format", "json"), "without --format json"),
            (("--explain", "fr"), "invalid choice: 'fr'"),
            (("--condition", "Worn"), "invalid choice: 'Worn'"),
            (("--type", "hug"), "invalid choice: 'hug'"),
            (("--on", "2026-11-10", "--now", "2026-11-10"), "not allowed with"),
            (("-o", "/no/such/folder/x"), "there is no such folder"),
            (("-o", SHOPIFY), "is what is to be read"),
            (("--from", "magento"), "invalid choice: 'magento'"),
            (("--from", "csprotocol"), "changed"),
        ],
    )
    def test_one_line(self, options: tuple[object, ...], complaint: str) -> None:
        if complaint == "changed":
            complaint = "shopify_order.json"
        assert complaint in asked(SHOPIFY, *options).complaint

    def test_a_reason_that_is_none(self) -> None:
        assert "--reason: 'unwnted' is unknown; did you mean unwanted?" in asked(SHOPIFY, reason="unwnted").complaint
        assert "'refund_status' is unknown" in asked(SHOPIFY, reason="refund_status").complaint

    def test_no_country_at_all(self, tmp_path: Path) -> None:
        assert "the order names no country" in asked(order_file(tmp_path, country=None), *DAY, line="MUG-1").complaint

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("", "it is no JSON"),
            ("[]", "it holds no order"),
            ("3", "it holds no order"),
            ("{}", "nobody can see whose order it is"),
            ("[" * 100_000, "cannot be read"),
            ('{"lines": 3, "currency": "EUR"}', "lines: "),
            ('{"lines": [], "currency": "EUR", "id": "1"}', "Order.lines must be at least one"),
            ('{"lines": [{"id": "a", "unit_price": "x"}], "currency": "EUR", "id": "1"}', "Money amount"),
            ('{"lines": [{"id": "a", "unit_price": "1"}], "currency": "EUR", "id": "1", "contry": "ES"}', "contry"),
            ('{"taxes_included": true, "id": 1}', "currency: is absent"),
            ('{"taxes_included": true, "id": 1, "currency": "EUR", "line_items": {"a": NaN}}', "line_items"),
            (
                '{"id": "1", "currency": "EUR", "lines": [{"id": "a", "unit_price": "1"}], '
                '"deliveries": [{"delivered_at": "0001-01-01T00:00:00Z"}]}',
                "delivered_at must be in the years",
            ),
            ('{"webhook_id": 142, "order_key": 1}', "the greeting of a webhook"),
        ],
    )
    def test_files_that_hold_no_order(self, tmp_path: Path, text: str, complaint: str) -> None:
        path = tmp_path / "order.json"
        path.write_text(text, encoding="utf-8")
        assert complaint in asked(path, line="a").complaint

    def test_a_list_of_refunds_holds_no_order(self, tmp_path: Path) -> None:
        path = tmp_path / "refunds.json"
        path.write_text('[{"id": 726, "amount": "10.00"}, {"id": 724, "amount": "9.00"}]', encoding="utf-8")
        assert "it holds no order" in asked(path).complaint

    def test_files_that_are_none(self, tmp_path: Path) -> None:
        assert "No such file" in asked(tmp_path / "absent.json").complaint
        assert "cannot be read" in asked(tmp_path).complaint
        (tmp_path / "x.json").write_bytes(b"\xff\xfe\x00")
        assert "no UTF-8 text" in asked(tmp_path / "x.json").complaint

    @given(
        st.sampled_from(["--fact", "--country", "--on", "--now", "--delivered", "--tz", "--line", "--tag", "--actor"]),
        st.text(max_size=12).filter(lambda text: not text.startswith("-")),
    )
    def test_no_word_ends_in_a_traceback(self, option: str, word: str) -> None:
        ended = asked(SHOPIFY, option, word)
        assert ended.status in {0, 2}, ended
        assert "Traceback" not in ended.err


class TestPolicies:
    @pytest.mark.parametrize("name", ReturnPolicy.samples())
    def test_the_samples_are_clean(self, name: str) -> None:
        ended = run("return", "policy", "lint", name)
        assert (ended.status, "0 doubts" in ended.out) == (0, True)

    def test_there_are_three(self) -> None:
        assert {"fashion", "electronics", "food"} <= {*ReturnPolicy.samples()}
        assert "ES" in jurisdictions()

    def test_doubts(self, tmp_path: Path) -> None:
        path = tmp_path / "odd.toml"
        path.write_text(
            """\
id = "odd"
currency = "JPY"
posted = false
[[terms]]
name = "some"
when = { tag = ["x"] }
window = { days = 7 }
store_credit_bonus_percent = "5"
keep_product_below = "9.99"
return_cost = { non_conformity = "customer" }
fees = { non_conformity = { restocking = "100" } }
""",
            encoding="utf-8",
        )
        ended = run("return", "policy", "lint", path)
        assert (ended.status, ended.out.count("\n? ")) == (1, 8)
        for part in (
            "the last terms",
            "posted",
            "7 days",
            "transit_buffer_days",
            "a fee on",
            "sending",
            "bonus",
            "9.99",
        ):
            assert part in ended.out

    def test_one_that_cannot_be_read(self, tmp_path: Path) -> None:
        path = tmp_path / "shop.toml"
        path.write_text('id = "x"\n[[terms]]\nnam = "all"\n', encoding="utf-8")
        assert "shop.toml" in run("return", "policy", "lint", path).complaint

    def test_the_season_of_presents(self) -> None:
        plain = told("--no-law", "--policy", "fashion", "--condition", "NewCondition", "--fact", "tags_attached=yes")
        assert plain["deadline"] == "2027-01-31"

    def test_a_restocking_fee_is_for_changes_of_mind_outside_the_law(self) -> None:
        fit = ("--condition", "UsedCondition", "--fact", "all_parts_there=yes")
        options = ("--policy", "electronics", "--tag", "camera", *fit)
        opened = told(*options, "--no-law", "--fact", "unopened=no")
        assert opened["refund"]["minor"]["restocking_fee"] == -809
        assert "restocking_fee" not in told(*options, "--no-law", "--fact", "unopened=yes")["refund"]["minor"]
        assert told(*options, "--no-law")["next_action"] == "inspect_goods"
        assert told(*options, "--fact", "unopened=no")["refund"]["minor"].get("restocking_fee", 0) == 0

    def test_opened_software(self) -> None:
        options = ("--policy", "electronics", "--tag", "software", "--no-law")
        assert told(*options)["eligible"] is None
        assert told(*options, "--fact", "unopened=no")["eligible"] is False
        assert told(*options, "--fact", "unopened=no", reason="defective")["eligible"] is True

    def test_small_things_stay_with_the_customer(self) -> None:
        found = told("--policy", "food", "--no-law", order=OWN, line="MUG-1", reason="damaged")
        assert (found["next_action"], found["return_method"]) == ("refund_now", "KeepProduct")


class TestRealOrders:
    def test_shopify(self, shared: Path) -> None:
        path = shared / "data" / "platforms" / "shopify_rest" / "order.json"
        ended = asked(path, "--on", "2008-02-01", "--policy", "electronics", "--no-law", line="IPOD2008GREEN")
        assert (ended.status, "cannot be said yet" in ended.out) == (0, True)
        assert "perhaps personalised" in ended.err

    def test_woocommerce(self, shared: Path) -> None:
        path = shared / "data" / "platforms" / "woocommerce_v3" / "orders__retrieve_an_order.json"
        ended = asked(path, "--on", "2017-03-25", "--no-law", "--policy", "fashion", line="Bar3")
        assert (ended.status, "cannot be said yet" in ended.out) == (0, True)
