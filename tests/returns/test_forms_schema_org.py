from __future__ import annotations

import json
import warnings
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from csprotocol.calendar.forms import LossWarning
from csprotocol.errors import CurrencyMismatchError, InvalidValueError
from csprotocol.model import ReasonNature
from csprotocol.returns import Fees, ReturnPolicy, ReturnTerms, ReturnWindow, SeasonalOverride, Selector, WindowKind
from csprotocol.returns.forms._schema_org_words import vocabulary
from csprotocol.returns.forms.schema_org import read, write

EXAMPLE = Path(__file__).parents[2] / "examples" / "returns" / "policy-schema-org.json"
REMORSE, DEFECT = ReasonNature.REMORSE, ReasonNature.NON_CONFORMITY
FINITE = {"@type": "MerchantReturnPolicy", "merchantReturnDays": 30}
IRI = "https://schema.org/"


def terms_of(**said: Any) -> ReturnTerms:
    return read(FINITE | said).terms[0]


def told(document: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read(document)
    return [str(each.message) for each in caught]


class TestRead:
    def test_the_example(self) -> None:
        policy = read(json.loads(EXAMPLE.read_text(encoding="utf-8")))
        expected = ReturnPolicy(
            id="https://shop.example/devoluciones#policy",
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
                    fees={REMORSE: Fees(return_shipping="4.95")},
                    return_cost={REMORSE: "customer", DEFECT: "merchant"},
                    remedies=("refund", "exchange"),
                    return_methods=("ReturnByMail", "ReturnInStore"),
                    label_sources={REMORSE: "ReturnLabelDownloadAndPrint", DEFECT: "ReturnLabelInBox"},
                ),
            ),
        )  # fmt: skip
        assert expected == replace(policy, extra={})

    @pytest.mark.parametrize(("said", "window"), [
        ({"merchantReturnDays": 30}, ReturnWindow(days=30)),
        ({"merchantReturnDays": "30"}, ReturnWindow(days=30)),
        ({"merchantReturnDays": 30.0}, ReturnWindow(days=30)),
        ({"merchantReturnDays": [0]}, ReturnWindow(days=0)),
        ({"merchantReturnDays": "2027-01-31"}, ReturnWindow(kind=WindowKind.DATE, until=date(2027, 1, 31))),
        ({"merchantReturnDays": "2027-01-31T00:00:00Z"}, ReturnWindow(kind=WindowKind.DATE, until=date(2027, 1, 31))),
        ({"merchantReturnDays": None, "returnPolicyCategory": "MerchantReturnUnlimitedWindow"},
         ReturnWindow(kind=WindowKind.UNLIMITED)),
        ({"merchantReturnDays": None, "returnPolicyCategory": "schema:MerchantReturnNotPermitted"},
         ReturnWindow(kind=WindowKind.NONE)),
    ])  # fmt: skip
    def test_windows(self, said: dict[str, Any], window: ReturnWindow) -> None:
        assert window == terms_of(**said).window

    @pytest.mark.parametrize("spelling", ["", "schema:", "https://schema.org/", "http://schema.org/"])
    @pytest.mark.parametrize("wrap", [lambda x: x, lambda x: [x], lambda x: {"@id": x}, lambda x: [{"@id": x}]])
    def test_a_word_in_every_spelling(self, spelling: str, wrap: Any) -> None:
        assert terms_of(itemCondition=wrap(f"{spelling}NewCondition")).conditions == ("NewCondition",)

    def test_properties_may_be_addresses_too(self) -> None:
        document = {"@type": f"{IRI}MerchantReturnPolicy", f"{IRI}merchantReturnDays": 14}
        assert read(document).terms[0].window.days == 14

    @pytest.mark.parametrize(("said", "fees", "payers"), [
        ({"returnFees": "FreeReturn"}, {}, {REMORSE: "merchant", DEFECT: "merchant"}),
        ({"returnFees": "ReturnFeesCustomerResponsibility", "itemDefectReturnFees": "FreeReturn"}, {},
         {REMORSE: "customer", DEFECT: "merchant"}),
        ({"restockingFee": 15}, {REMORSE: Fees(restocking_percent="15"), DEFECT: Fees(restocking_percent="15")}, {}),
        ({"restockingFee": 15, "itemDefectReturnFees": "FreeReturn"},
         {REMORSE: Fees(restocking_percent="15")}, {DEFECT: "merchant"}),
        ({"restockingFee": {"value": "3.50"}, "customerRemorseReturnFees": ["RestockingFees"]},
         {REMORSE: Fees(restocking="3.50")}, {REMORSE: "merchant"}),
        ({"customerRemorseReturnFees": "ReturnShippingFees", "returnShippingFeesAmount": {"value": 5}},
         {REMORSE: Fees(return_shipping="5"), DEFECT: Fees(return_shipping="5")},
         {REMORSE: "customer", DEFECT: "customer"}),
        ({"returnFees": "OriginalShippingFees"}, {}, {}),
    ])  # fmt: skip
    def test_charges(self, said: dict[str, Any], fees: Any, payers: Any) -> None:
        terms = terms_of(**said)
        assert (fees, payers) == (terms.fees, terms.return_cost)

    def test_in_store_is_one_way_more(self) -> None:
        assert terms_of(inStoreReturnsOffered=True).return_methods == ("ReturnByMail", "ReturnInStore")

    @pytest.mark.parametrize(("document", "place"), [
        (FINITE | {"itemCondition": "NewCondtion"}, "did you mean NewCondition"),
        (FINITE | {"returnMethod": ["ReturnByMail", 7]}, r"returnMethod\[1\] must be ReturnMethodEnumeration, got 7"),
        (FINITE | {"merchantReturnDays": True}, "merchantReturnDays must be Date or DateTime or Integer, got True"),
        (FINITE | {"merchantReturnDays": "soon"}, "merchantReturnDays"),
        (FINITE | {"merchantReturnDays": "2026-02-30"}, "merchantReturnDays"),
        (FINITE | {"merchantReturnDays": [14, 30]}, "one value"),
        (FINITE | {"restockingFee": "5 EUR"}, "restockingFee must be MonetaryAmount or Number"),
        (FINITE | {"returnShippingFeesAmount": 5}, "returnShippingFeesAmount must be MonetaryAmount"),
        (FINITE | {"returnShippingFeesAmount": {"currency": "EUR"}}, r"returnShippingFeesAmount.value must be"),
        (FINITE | {"returnShippingFeesAmount": {"value": -1}}, "not below 0"),
        (FINITE | {"inStoreReturnsOffered": "perhaps"}, "inStoreReturnsOffered must be Boolean"),
        (FINITE | {"merchantReturnDays": [], "returnPolicyCategory": f"{IRI}MerchantReturnFiniteReturnWindow"},
         "for a finite window"),
        ({"@graph": [FINITE, FINITE]}, r"one return policy, got '2: @graph\[0\], @graph\[1\]'"),
        ({"@type": "Offer"}, "a MerchantReturnPolicy, got 'none'; give its node"),
        ({"hasMerchantReturnPolicy": FINITE | {"returnFees": "Free"}}, "hasMerchantReturnPolicy.returnFees"),
        (FINITE | {"returnPolicySeasonalOverride": {"startDate": "2026-01-01"}},
         "returnPolicySeasonalOverride.endDate must be a date"),
    ])  # fmt: skip
    def test_refused(self, document: Any, place: str) -> None:
        with pytest.raises(InvalidValueError, match=place):
            read(document)

    def test_two_currencies_are_refused(self) -> None:
        said = {"returnFees": "ReturnShippingFees", "restockingFee": {"value": 1, "currency": "USD"}}
        with pytest.raises(CurrencyMismatchError):
            read(FINITE | said | {"returnShippingFeesAmount": {"value": 1, "currency": "EUR"}})

    @pytest.mark.parametrize(("document", "message"), [
        (FINITE | {"merchantReturnDay": 3}, "did you mean merchantReturnDays?"),
        (FINITE | {"itemDefectReturnShippingFees": 3}, "is no property of MerchantReturnPolicy"),
        (FINITE | {"applicableCountry": "Spain"}, "is no two-letter country code"),
        (FINITE | {"additionalProperty": {"name": "x"}}, "additionalProperty: is kept"),
        (FINITE | {"merchantReturnDays": "2027-01-31T18:00:00"}, "the whole day counts"),
        (FINITE | {"returnPolicyCategory": "MerchantReturnUnspecified"}, "does not say until when"),
        (FINITE | {"returnPolicyCategory": "MerchantReturnNotPermitted"}, "means nothing beside"),
        (FINITE | {"returnFees": "ReturnShippingFees"}, "returnShippingFeesAmount: is missing"),
        (FINITE | {"returnFees": ["FreeReturn", "ReturnFeesCustomerResponsibility"]}, "free and to cost something"),
        (FINITE | {"returnFees": "RestockingFees"}, "restockingFee: is missing"),
        (FINITE | {"returnLabelSource": ["ReturnLabelInBox", "ReturnLabelDownloadAndPrint"]},
         "ReturnLabelInBox is read"),
        (FINITE | {"returnPolicySeasonalOverride": {
            "startDate": "2026-11-01", "endDate": "2026-12-24", "returnPolicyCategory": "MerchantReturnNotPermitted"}},
         "returnPolicySeasonalOverride: is kept, and not read"),
        (FINITE | {"returnPolicySeasonalOverride": {
            "startDate": "2026-11-01", "endDate": "2026-12-24", "merchantReturnDays": 60, "restockingFee": 5}},
         "changes the days alone"),
    ])  # fmt: skip
    def test_what_a_policy_cannot_say_is_told(self, document: Any, message: str) -> None:
        assert any(message in each for each in told(document))

    @pytest.mark.parametrize("said", [
        {"merchantReturnLink": "https://shop.example"}, {"returnPolicyCountry": "IE"}, {"description": "..."},
    ])  # fmt: skip
    def test_what_bears_on_no_decision_is_kept_in_silence(self, said: Any) -> None:
        assert ([], FINITE | said) == (told(FINITE | said), read(FINITE | said).extra["schema_org"])

    def test_the_warning_points_to_its_caller(self) -> None:
        with pytest.warns(LossWarning) as caught:
            read(FINITE | {"additionalProperty": {"name": "x"}})
        assert __file__ == caught[0].filename


class TestWrite:
    def test_what_a_policy_says_by_itself_is_not_kept_twice(self) -> None:
        policy = ReturnPolicy.of(window=ReturnWindow(days=30), when=Selector(country=("ES",)))
        assert policy == read(write(policy).value)

    def test_a_change_is_written_as_its_document_is_spelled(self) -> None:
        document = {
            "@type": "Organization",
            "hasMerchantReturnPolicy": FINITE
            | {"itemCondition": ["schema:NewCondition"], "returnFees": "http://schema.org/FreeReturn", "name": "x"},
        }
        policy = read(document)
        terms = replace(
            policy.terms[0],
            window=ReturnWindow(days=60),
            conditions=("UsedCondition",),
            return_cost=dict.fromkeys((REMORSE, DEFECT), "customer"),
        )
        written = write(replace(policy, terms=(terms,)))
        expected = {
            "@type": "Organization",
            "hasMerchantReturnPolicy": {
                "@type": "MerchantReturnPolicy",
                "merchantReturnDays": 60,
                "itemCondition": ["schema:UsedCondition"],
                "returnFees": "http://schema.org/ReturnFeesCustomerResponsibility",
                "name": "x",
            },
        }
        assert (expected, ()) == written

    def test_a_season_that_no_policy_can_say_stays_where_others_change(self) -> None:
        apart = {
            "startDate": "2026-06-01",
            "endDate": "2026-06-30",
            "returnPolicyCategory": "MerchantReturnNotPermitted",
        }
        season = {"startDate": "2026-11-01", "endDate": "2026-12-24", "merchantReturnDays": 60, "name": "Navidad"}
        with pytest.warns(LossWarning):
            policy = read(FINITE | {"returnPolicySeasonalOverride": [apart, season]})
        (old,) = policy.terms[0].seasonal_overrides
        terms = replace(policy.terms[0], seasonal_overrides=(replace(old, days=90),))
        written = write(replace(policy, terms=(terms,))).value
        assert [season | {"merchantReturnDays": 90}, apart] == written["returnPolicySeasonalOverride"]

    @pytest.mark.parametrize(("changed", "loss"), [
        ({"version": "2"}, "version: schema.org has no word for 2; it is read back as 1"),
        ({"approval_limits": {"agent": "50"}}, "approval_limits: schema.org has no word for agent 50; left out"),
        ({"posted": False}, "posted: schema.org has no word for False; it is read back as True"),
        ({"valid_to": date(2027, 1, 1)}, "valid_to: schema.org has no word for 2027-01-01; left out"),
        ({"extra": {"erp": 1}}, "extra.erp: schema.org has no place for it; left out"),
        ({"terms": (ReturnTerms(name="sale", when=Selector(tag=("sale",))), ReturnTerms())},
         "terms[0]: schema.org has one set of terms; sale left out"),
    ])  # fmt: skip
    def test_losses_of_a_policy(self, changed: dict[str, Any], loss: str) -> None:
        losses = write(replace(ReturnPolicy.of(), **changed)).losses
        assert [loss] == [str(each) for each in losses]

    @pytest.mark.parametrize(("said", "loss"), [
        ({"exclusions": ("final_sale",)}, "terms[0].exclusions: schema.org has no word for final_sale; left out"),
        ({"rma_required": True}, "terms[0].rma_required: schema.org has no word for True; it is read back as False"),
        ({"when": Selector(tag=("sale",))}, "terms[0].when.tag: schema.org has no word for sale; left out"),
        ({"store_credit_bonus_percent": "10"},
         "terms[0].store_credit_bonus_percent: schema.org has no word for 10; left out"),
        ({"fees": {REMORSE: Fees(restocking="5", restocking_percent="10")}, "return_cost": {REMORSE: "customer"}},
         "terms[0].fees.remorse.restocking: schema.org has no word for 5; left out"),
        ({"window": ReturnWindow(days=30, transit_buffer_days=5)},
         "terms[0].window.transit_buffer_days: schema.org has no word for 5; left out"),
        ({"window": ReturnWindow(days=30, starts_from="ordered")},  # type: ignore[arg-type]
         "terms[0].window.starts_from: schema.org has no word for ordered; it is read back as delivered"),
    ])  # fmt: skip
    def test_losses_of_terms(self, said: dict[str, Any], loss: str) -> None:
        assert [loss] == [str(each) for each in write(ReturnPolicy.of(**said)).losses]

    def test_an_amount_without_a_currency_is_told(self) -> None:
        policy = ReturnPolicy.of(fees={REMORSE: Fees(restocking="5")})
        assert "currency" in [loss.path for loss in write(policy).losses]


class TestVocabulary:
    def test_it_says_where_it_comes_from(self) -> None:
        words = vocabulary()
        assert ("schema.org 30.0", date(2026, 11, 21)) == (words["source"].split(",")[0], words["as_of"])

    @pytest.mark.parametrize("kind", ["MerchantReturnPolicy", "MerchantReturnPolicySeasonalOverride"])
    def test_each_range_is_known(self, kind: str) -> None:
        others = {"Boolean", "Country", "Date", "DateTime", "Integer", "MemberTier", "MonetaryAmount", "Number"}
        others |= {"PropertyValue", "Text", "URL", "MerchantReturnPolicySeasonalOverride"}
        ranges = {each for found in vocabulary()[kind].values() for each in found}
        assert ranges <= others | {*vocabulary()["enumerations"]}
