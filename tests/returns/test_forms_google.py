from __future__ import annotations

import json
import warnings
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from csprotocol.errors import InvalidValueError
from csprotocol.model import ReasonNature
from csprotocol.returns import Fees, ReturnPolicy, ReturnTerms, ReturnWindow, SeasonalOverride, Selector, WindowKind
from csprotocol.returns.forms.google import read, write

EXAMPLE = Path(__file__).parents[2] / "examples" / "returns" / "policy-google.json"
REMORSE, DEFECT = ReasonNature.REMORSE, ReasonNature.NON_CONFORMITY
URI = "https://shop.example/returns"
NO_RETURNS = {"countries": ["ES"], "policy": {"type": "NO_RETURNS"}, "returnPolicyUri": URI}
DAYS = NO_RETURNS | {
    "policy": {"type": "NUMBER_OF_DAYS_AFTER_DELIVERY", "days": "30"},
    "returnMethods": ["BY_MAIL"],
    "itemConditions": ["NEW"],
}
SPAIN = Selector(country=("ES",))
SEASON = {"label": "x", "returnDays": 3, "endDate": {"year": 2026, "month": 12, "day": 24}}


def losses_of(uri: str | None = URI, **said: Any) -> list[str]:
    said = {"window": ReturnWindow(days=30), "when": SPAIN, "remedies": ("refund",), **said}
    # A currency has its place in an amount alone.
    policy = replace(ReturnPolicy.of("policy", **said), currency="EUR" if "fees" in said else None)
    return [str(loss) for loss in write(policy, return_policy_uri=uri).losses]


class TestRead:
    def test_the_example(self) -> None:
        policy = read(json.loads(EXAMPLE.read_text(encoding="utf-8")))
        fees = Fees(restocking_percent="10", return_shipping="4.95")
        expected = ReturnPolicy(
            id="456",
            label="shoes",
            currency="EUR",
            terms=(
                ReturnTerms(
                    when=Selector(country=("ES", "PT")),
                    window=ReturnWindow(days=30),
                    seasonal_overrides=(
                        SeasonalOverride(
                            start=date(2026, 11, 1), end=date(2026, 12, 24), return_by=date(2027, 1, 31)
                        ),
                    ),
                    conditions=("NewCondition",),
                    fees={REMORSE: fees, DEFECT: fees},
                    return_cost={REMORSE: "customer", DEFECT: "customer"},
                    remedies=("refund", "exchange"),
                    return_methods=("ReturnByMail", "ReturnInStore"),
                    label_sources=dict.fromkeys((REMORSE, DEFECT), "ReturnLabelDownloadAndPrint"),
                ),
            ),
        )  # fmt: skip
        assert expected == replace(policy, extra={})

    @pytest.mark.parametrize(("policy", "window"), [
        ({"type": "NUMBER_OF_DAYS_AFTER_DELIVERY", "days": 14}, ReturnWindow(days=14)),
        ({"type": "LIFETIME_RETURNS"}, ReturnWindow(kind=WindowKind.UNLIMITED)),
        ({"type": "NO_RETURNS", "days": "0"}, ReturnWindow(kind=WindowKind.NONE)),
    ])  # fmt: skip
    def test_windows(self, policy: Any, window: ReturnWindow) -> None:
        assert window == read(DAYS | {"policy": policy}).terms[0].window

    def test_only_defective_goods_is_a_requirement_of_a_change_of_mind(self) -> None:
        assert ("defective",) == read(DAYS | {"acceptDefectiveOnly": True}).terms[0].requires

    def test_a_fee_of_nothing_is_a_free_return(self) -> None:
        fee = {"type": "FIXED", "fixedFee": {"amountMicros": "0", "currencyCode": "EUR"}}
        terms = read(DAYS | {"returnShippingFee": fee}).terms[0]
        assert ({}, {REMORSE: "merchant", DEFECT: "merchant"}) == (terms.fees, terms.return_cost)

    def test_all_conditions_that_google_knows_are_none(self) -> None:
        assert () == read(DAYS | {"itemConditions": ["USED", "NEW"]}).terms[0].conditions

    @pytest.mark.parametrize(("resource", "message"), [
        ({**DAYS, "countries": []}, "countries must be at least one"),
        ({**DAYS, "countries": ["Spain"]}, r"countries\[0\] must be a two-letter country code"),
        ({**DAYS, "countries": "ES"}, "countries must be a list"),
        ({**DAYS, "returnPolicyUri": None}, "returnPolicyUri must be a text"),
        ({**DAYS, "policy": None}, "policy must be a mapping"),
        ({**DAYS, "policy": {"type": "TYPE_UNSPECIFIED"}}, "policy.type: 'TYPE_UNSPECIFIED' is unknown"),
        ({**DAYS, "policy": {"type": "NUMBER_OF_DAYS_AFTER_DELIVERY"}}, "policy.days must be a whole number"),
        ({**DAYS, "returnMethods": []}, "returnMethods must be at least one"),
        ({**DAYS, "itemConditions": None}, "itemConditions must be at least one"),
        ({**DAYS, "itemConditions": ["new"]}, "did you mean NEW"),
        ({**DAYS, "label": "x" * 51}, "label must be a text of at most 50 characters"),
        ({**DAYS, "acceptExchange": "yes"}, "acceptExchange must be true or false"),
        ({**DAYS, "restockingFee": {}}, "restockingFee must be one of fixedFee and microPercent"),
        ({**DAYS, "restockingFee": {"fixedFee": {"amountMicros": "1"}}}, "currencyCode"),
        ({**DAYS, "restockingFee": {"microPercent": 200_000_000}}, "restocking_percent"),
        ({**DAYS, "returnShippingFee": {"type": "FIXED"}}, "returnShippingFee.fixedFee must be a mapping"),
        ({**DAYS, "seasonalOverrides": [{"label": "x"}]}, "with returnDays or returnUntilDate"),
        ({**DAYS, "seasonalOverrides": [SEASON | {"startDate": {"year": 2026, "month": 13, "day": 1}}]},
         r"seasonalOverrides\[0\].startDate must be a date"),
    ])  # fmt: skip
    def test_refused(self, resource: Any, message: str) -> None:
        with pytest.raises(InvalidValueError, match=message):
            read(resource)

    @pytest.mark.parametrize(("said", "message"), [
        ({"processRefundDays": 5}, "processRefundDays: is kept"),
        ({"returnMethod": ["BY_MAIL"]}, "did you mean returnMethods?"),
        ({"policy": {"type": "LIFETIME_RETURNS", "days": 3}}, "mean nothing beside LIFETIME_RETURNS"),
    ])  # fmt: skip
    def test_what_a_policy_cannot_say_is_told(self, said: Any, message: str) -> None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            read(DAYS | said)
        assert message in str(caught[0].message)

    def test_no_returns_need_no_way_back(self) -> None:
        assert WindowKind.NONE is read(NO_RETURNS).terms[0].window.kind


class TestWrite:
    def test_a_change_leaves_the_rest_as_it_was(self) -> None:
        document = json.loads(EXAMPLE.read_text(encoding="utf-8"))
        policy = read(document)
        terms = replace(policy.terms[0], window=ReturnWindow(days=60), remedies=("refund",))
        written = write(replace(policy, terms=(terms,)))
        changed = {"policy": {"type": "NUMBER_OF_DAYS_AFTER_DELIVERY", "days": "60"}, "acceptExchange": False}
        assert (document | changed, ()) == written

    def test_a_new_address_replaces_the_old_one(self) -> None:
        assert URI + "/2" == write(read(DAYS), return_policy_uri=URI + "/2").value["returnPolicyUri"]

    @pytest.mark.parametrize(("said", "loss"), [
        ({}, None),
        ({"fees": {REMORSE: Fees(return_shipping="4.95")}, "return_cost": {REMORSE: "customer", DEFECT: "merchant"}},
         "terms[0].fees.non_conformity.return_shipping: is open, which Google cannot say; it is read back as 4.95"),
        ({"remedies": ("refund", "repair")}, "terms[0].remedies: Google has no word for refund, repair;"),
        ({"conditions": ("NewCondition", "DamagedCondition")}, "terms[0].conditions: Google has no word for"),
        ({"return_methods": ("ReturnByMail", "KeepProduct")}, "terms[0].return_methods: Google has no word for"),
        ({"seasonal_overrides": (
            SeasonalOverride(start=date(2026, 1, 1), end=date(2026, 2, 1), unlimited=True),)},
         "terms[0].seasonal_overrides: Google has no word for the season from 2026-01-01 to 2026-02-01; left out"),
        ({"seasonal_overrides": (
            SeasonalOverride(start=date(2026, 1, 1), end=date(2026, 2, 1), days=50),
            SeasonalOverride(start=date(2026, 2, 1), end=date(2026, 2, 9), days=60))},
         "seasonal_overrides: Google wants none that overlap; 2026-02-01 lies in two"),
        ({"fees": dict.fromkeys((REMORSE, DEFECT), Fees(restocking_percent="0.00000001"))},
         "terms[0].fees.remorse.restocking_percent: Google has no word for 1E-8; it is read back as 0"),
    ])  # fmt: skip
    def test_losses(self, said: dict[str, Any], loss: str | None) -> None:
        losses = losses_of(**said)
        assert any(each.startswith(loss) for each in losses) if loss else losses == []

    @pytest.mark.parametrize(("said", "message"), [
        ({"uri": None}, "returnPolicyUri must be a text"),
        ({"when": Selector()}, "countries must be at least one"),
        ({"return_methods": ("KeepProduct",)}, "returnMethods must be at least one"),
        ({"window": ReturnWindow(kind=WindowKind.DATE, until=date(2027, 1, 1))}, "a last date as a seasonal override"),
        ({"fees": {REMORSE: Fees(restocking="1e13")}}, "restocking must be at most"),
    ])  # fmt: skip
    def test_refused(self, said: dict[str, Any], message: str) -> None:
        with pytest.raises(InvalidValueError, match=message):
            losses_of(**said)

    def test_a_fee_needs_a_currency(self) -> None:
        policy = ReturnPolicy.of(window=ReturnWindow(days=30), when=SPAIN, fees={REMORSE: Fees(restocking="5")})
        with pytest.raises(InvalidValueError, match=r"ReturnPolicy\.currency"):
            write(policy, return_policy_uri=URI)
