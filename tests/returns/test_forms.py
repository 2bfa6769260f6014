"""The laws that all forms of return policies keep."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations, product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.calendar.forms import LossWarning
from csprotocol.errors import CsprotocolError
from csprotocol.model import ReasonNature
from csprotocol.returns import (
    Fees,
    ReturnPolicy,
    ReturnTerms,
    ReturnWindow,
    SeasonalOverride,
    Selector,
    StartsFrom,
    WindowKind,
)
from csprotocol.returns.forms import google, schema_org, shopify
from csprotocol.returns.forms._schema_org_words import vocabulary

EXAMPLES = Path(__file__).parents[2] / "examples" / "returns"
URI = "https://shop.example/returns"


class Form(NamedTuple):
    read: Callable[[Any], ReturnPolicy]
    write: Callable[[ReturnPolicy], Any]


def write_google(policy: ReturnPolicy) -> Any:
    """A document that was read has its address."""
    return google.write(policy, return_policy_uri=None if "google" in policy.extra else URI)


FORMS = {
    "schema-org": Form(schema_org.read, schema_org.write),
    "google": Form(google.read, write_google),
    "shopify": Form(shopify.read, shopify.write),
}
every_form = pytest.mark.parametrize("name", FORMS)


def quietly(call: Callable[[Any], Any], argument: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LossWarning)
        return call(argument)


def spelled(value: Any) -> str:
    """JSON tells 1 from 1.0 and from true."""
    return json.dumps(value, sort_keys=True)


def bare(policy: ReturnPolicy) -> ReturnPolicy:
    """The policy without the document that it came from, and with amounts in one spelling."""
    terms = tuple(replace(each, fees=dict(_same_numbers(each))) for each in policy.terms)
    return replace(policy, extra={}, terms=terms)


def _same_numbers(terms: ReturnTerms) -> Iterator[tuple[ReasonNature, Fees]]:
    for nature, fees in terms.fees.items():
        if fees != Fees():
            yield (
                nature,
                replace(
                    fees,
                    restocking_percent=_plain(fees.restocking_percent),
                    restocking=_plain(fees.restocking),
                    return_shipping=_plain(fees.return_shipping),
                ),
            )


def _plain(amount: str | None) -> str | None:
    return format(Decimal(amount).normalize(), "f") if amount else None


# Policies

days = st.integers(0, 400)
dates = st.dates(date(2020, 1, 1), date(2030, 12, 31))
amounts = st.sampled_from(["0", "0.00", "4.95", "6.50", "10", "12.345678", "100000.01"])
natures = st.sampled_from([ReasonNature.REMORSE, ReasonNature.NON_CONFORMITY])
names = st.sampled_from(["", "Ropa", "zapatos & más", "x" * 50])


def few(words: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), unique=True, max_size=3).map(tuple)


windows = st.one_of(
    st.builds(
        ReturnWindow,
        days=days,
        starts_from=st.sampled_from(StartsFrom),
        extend_to_business_day=st.booleans(),
        transit_buffer_days=st.sampled_from([None, None, 3]),
    ),
    st.builds(ReturnWindow, kind=st.just(WindowKind.DATE), until=dates),
    st.builds(ReturnWindow, kind=st.sampled_from([WindowKind.NONE, WindowKind.UNLIMITED])),
    st.builds(ReturnWindow, days=days),
)
# fmt: off
fees = st.builds(
    Fees,
    restocking_percent=st.sampled_from([None, None, "15", "12.5", "0.0001", "10.50"]),
    restocking=st.none() | amounts,
    return_shipping=st.none() | amounts,
)
# fmt: on


spans = st.tuples(dates, dates).map(sorted)
seasons = st.one_of(
    st.builds(lambda span, days: SeasonalOverride(start=span[0], end=span[1], days=days), spans, days),
    st.builds(lambda span, day: SeasonalOverride(start=span[0], end=span[1], return_by=day), spans, dates),
    st.builds(lambda span: SeasonalOverride(start=span[0], end=span[1], unlimited=True), spans),
)
selectors = st.builds(
    Selector,
    country=few(["ES", "PT", "MX"]),
    member_tier=st.sampled_from([(), (), ("gold",), ("gold", "silver")]),
    tag=st.sampled_from([(), (), ("shoes",)]),
)
terms = st.builds(
    ReturnTerms,
    name=st.sampled_from(["all", "all", "shoes"]),
    when=selectors,
    window=windows,
    seasonal_overrides=st.lists(seasons, max_size=3).map(tuple),
    conditions=few(["NewCondition", "UsedCondition", "RefurbishedCondition", "DamagedCondition"]),
    requires=few(["defective", "tags_attached"]),
    exclusions=st.sampled_from([(), (), ("final_sale",)]),
    fees=st.dictionaries(natures, fees),
    return_cost=st.dictionaries(natures, st.sampled_from(["customer", "merchant"])),
    remedies=few(["refund", "exchange", "store_credit", "repair"]),
    return_methods=few(["ReturnByMail", "ReturnInStore", "ReturnAtKiosk", "KeepProduct"]),
    label_sources=st.dictionaries(natures, st.sampled_from(["ReturnLabelInBox", "ReturnLabelDownloadAndPrint"])),
    keep_product_below=st.sampled_from([None, None, "5"]),
    rma_required=st.booleans(),
)
plain_terms = st.builds(ReturnTerms, window=windows, when=selectors, requires=few(["defective"]))


@st.composite
def policies(draw: st.DrawFn) -> ReturnPolicy:
    last = draw(terms | plain_terms)
    first = draw(st.sampled_from([(), (), (), (ReturnTerms(name="first", when=Selector(tag=("sale",))),)]))
    return ReturnPolicy(
        id=draw(st.sampled_from(["policy", "fashion", "https://shop.example/#policy"])),
        terms=(*first, last),
        version=draw(st.sampled_from(["1", "1", "2"])),
        valid_from=draw(st.none() | dates),
        label=draw(names),
        currency=draw(st.sampled_from([None, "EUR", "EUR", "CLP"])),
        posted=draw(st.booleans()),
        approval_limits=draw(st.sampled_from([{}, {"agent": "50"}])),
        extra=draw(st.sampled_from([{}, {}, {"erp": "17"}])),
    )


# Documents

IRIS = ["", "schema:", "https://schema.org/", "http://schema.org/"]
unknown_keys = st.dictionaries(st.sampled_from(["x-note", "merchantReturnDay", "@foo"]), st.integers() | st.text())


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


def words(*known: str) -> st.SearchStrategy[Any]:
    one = st.tuples(st.sampled_from(IRIS), st.sampled_from(known)).map("".join)
    one = one | one.map(lambda iri: {"@id": iri})  # type: ignore[arg-type, return-value]
    return one | st.lists(one, max_size=3)


def word(*known: str) -> st.SearchStrategy[Any]:
    return st.tuples(st.sampled_from(IRIS), st.sampled_from(known)).map("".join).flatmap(
        lambda iri: st.sampled_from([iri, [iri], {"@id": iri}])
    )  # fmt: skip


money = st.fixed_dictionaries(
    {"value": st.sampled_from([5, 5.0, 4.95, "4.95", 0, 0.1])},
    optional={"@type": st.just("MonetaryAmount"), "currency": st.just("EUR"), "note": st.text()},
)
iso_dates = dates.map(date.isoformat)
fee_words = words(
    "FreeReturn",
    "OriginalShippingFees",
    "RestockingFees",
    "ReturnFeesCustomerResponsibility",
    "ReturnShippingFees",
)
label_words = words("ReturnLabelInBox", "ReturnLabelDownloadAndPrint", "ReturnLabelCustomerResponsibility")
return_days = st.integers(0, 400) | st.sampled_from([30.0, "30", {"@value": 14}]) | iso_dates
season_nodes = st.fixed_dictionaries(
    {"startDate": st.just("2026-11-01"), "endDate": st.sampled_from(["2026-12-24", "2026-12-24T00:00:00"])},
    optional={
        "merchantReturnDays": return_days,
        "returnPolicyCategory": word("MerchantReturnUnlimitedWindow", "MerchantReturnNotPermitted"),
        "refundType": words("FullRefund"),
        "@type": st.just("MerchantReturnPolicySeasonalOverride"),
    },
)
schema_nodes = st.tuples(
    some(
        returnPolicyCategory=word(
            "MerchantReturnUnlimitedWindow", "MerchantReturnNotPermitted", "MerchantReturnUnspecified"
        )
    )
    | st.builds(
        lambda category, days: {"returnPolicyCategory": category, "merchantReturnDays": days},
        word("MerchantReturnFiniteReturnWindow"),
        return_days,
    ),
    some(
        applicableCountry=st.sampled_from(
            ["ES", ["ES", "PT"], ["ES"], {"@type": "Country", "name": "ES"}, "Spain", []]
        ),
        itemCondition=words("NewCondition", "DamagedCondition"),
        returnMethod=words("KeepProduct", "ReturnByMail", "ReturnInStore"),
        inStoreReturnsOffered=st.booleans() | st.sampled_from(["true", "https://schema.org/False"]),
        refundType=words("FullRefund", "StoreCreditRefund"),
        restockingFee=money | st.sampled_from([15, 15.0, 12.5, "10"]),
        returnFees=fee_words,
        customerRemorseReturnFees=fee_words,
        itemDefectReturnFees=fee_words,
        returnShippingFeesAmount=money,
        customerRemorseReturnShippingFeesAmount=money,
        itemDefectReturnShippingFeesAmount=money,
        returnLabelSource=label_words,
        itemDefectReturnLabelSource=label_words,
        returnPolicySeasonalOverride=season_nodes | st.lists(season_nodes, max_size=3),
        validForMemberTier=st.sampled_from([{"@type": "MemberTier", "name": "gold"}, [{"@id": "#gold"}], "gold"]),
        merchantReturnLink=st.just(URI),
        returnPolicyCountry=st.just("IE"),
        name=st.sampled_from(["Normal", ""]),
    ),
    unknown_keys,
).map(lambda parts: {"@type": "MerchantReturnPolicy", **parts[0], **parts[1], **parts[2]})
schema_documents = schema_nodes.flatmap(
    lambda node: st.sampled_from(
        [
            node,
            [node],
            {"@graph": [{"@type": "WebSite"}, node]},
            {"@type": "Offer", "price": 1.5, "hasMerchantReturnPolicy": [node]},
            {"@graph": [{"hasMerchantReturnPolicy": {"@id": "#p"}}, {**node, "@id": "#p"}]},
        ]
    )
)
google_dates = dates.map(lambda day: {"year": day.year, "month": day.month, "day": day.day})
prices = st.fixed_dictionaries(
    {"amountMicros": st.sampled_from(["4950000", 4950000, "0", "1"]), "currencyCode": st.just("EUR")}
)
google_documents = st.tuples(
    st.fixed_dictionaries(
        {
            "countries": st.sampled_from([["ES"], ["ES", "PT"]]),
            "policy": st.sampled_from(
                [
                    {"type": "NO_RETURNS"},
                    {"type": "NO_RETURNS", "days": "0"},
                    {"type": "LIFETIME_RETURNS"},
                    {"type": "NUMBER_OF_DAYS_AFTER_DELIVERY", "days": 30},
                    {"type": "NUMBER_OF_DAYS_AFTER_DELIVERY", "days": "14", "note": None},
                ]
            ),
            "returnMethods": st.lists(st.sampled_from(["BY_MAIL", "IN_STORE"]), min_size=1, max_size=2),
            "itemConditions": st.lists(st.sampled_from(["NEW", "USED"]), min_size=1, max_size=3),
            "returnPolicyUri": st.just(URI),
        },
        optional={
            "returnPolicyId": st.just("17"),
            "label": st.sampled_from(["shoes", ""]),
            "seasonalOverrides": st.lists(
                st.builds(
                    lambda end, said: {
                        "label": "Navidad",
                        "startDate": {"year": 2019, "month": 1, "day": 1},
                        "endDate": end,
                        **said,
                    },
                    google_dates,
                    google_dates.map(lambda day: {"returnUntilDate": day}) | days.map(lambda n: {"returnDays": n}),
                ),
                max_size=2,
            ),
            "restockingFee": st.sampled_from([None, {"microPercent": 12500001}])
            | prices.map(lambda price: {"fixedFee": price}),
            "returnShippingFee": st.just({"type": "CUSTOMER_PAYING_ACTUAL_FEE"})
            | prices.map(lambda price: {"type": "FIXED", "fixedFee": price}),
            "acceptDefectiveOnly": st.booleans(),
            "acceptExchange": st.booleans(),
            "processRefundDays": st.integers(0, 30),
            "returnLabelSource": st.sampled_from(["DOWNLOAD_AND_PRINT", "IN_THE_PACKAGE"]),
        },
    ),
    unknown_keys,
).map(lambda parts: {**parts[0], **parts[1]})
shopify_documents = st.fixed_dictionaries(
    {
        "returnRules": st.none()
        | st.fixed_dictionaries(
            {"canAcceptReturns": st.booleans(), "returnWindowDays": st.integers(-1, 400)},
            optional={
                "returnWindowStartingFrom": st.sampled_from(
                    [None, "ITEM_DELIVERY_DATE", "LAST_ITEM_DELIVERY_DATE", "SOME_NEW_WORD"]
                ),
                "extendWindowToBusinessDay": st.none() | st.booleans(),
            },
        )
    },
    optional={
        "id": st.just("gid://shopify/ReturnPolicyProfile/1"),
        "name": st.sampled_from([None, "", "EU"]),
        "default": st.booleans(),
        "editRules": st.sampled_from([None, {"canAcceptEdits": True, "editWindowMinutes": -1}]),
        "markets": st.sampled_from([[], [{"id": "gid://shopify/Market/1"}]]),
        "other": st.integers(),
    },
)
DOCUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "schema-org": schema_documents,
    "google": google_documents,
    "shopify": shopify_documents,
}

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=3) | dates
rubbish = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=3),
    max_leaves=12,
)


def mutated(draw: st.DrawFn, document: Any) -> Any:
    """The document with one value somewhere in it replaced by rubbish."""
    if isinstance(document, dict) and document and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(document)))
        return {**document, key: mutated(draw, document[key])}
    if isinstance(document, list) and document and draw(st.integers(0, 9)):
        i = draw(st.integers(0, len(document) - 1))
        return [*document[:i], mutated(draw, document[i]), *document[i + 1 :]]
    return draw(rubbish)


@st.composite
def mutants(draw: st.DrawFn, name: str) -> Any:
    return mutated(draw, draw(DOCUMENTS[name]))


def is_refused(call: Callable[[Any], Any], argument: Any) -> bool:
    try:
        quietly(call, argument)
    except CsprotocolError:
        return True
    return False


def read_again(name: str, value: Any) -> ReturnPolicy:
    return bare(quietly(FORMS[name].read, value))


class TestLaws:
    @every_form
    @given(st.data())
    def test_write_undoes_read(self, name: str, data: st.DataObject) -> None:
        document = data.draw(DOCUMENTS[name])
        if not is_refused(FORMS[name].read, document):
            policy = quietly(FORMS[name].read, document)
            assert spelled(document) == spelled(FORMS[name].write(policy).value)

    @every_form
    @given(st.data())
    def test_what_was_read_can_be_said_without_its_document(self, name: str, data: st.DataObject) -> None:
        document = data.draw(DOCUMENTS[name])
        if not is_refused(FORMS[name].read, document):
            policy = bare(quietly(FORMS[name].read, document))
            assert policy == read_again(name, FORMS[name].write(policy).value)

    def test_a_fee_beside_free_and_not_free(self) -> None:
        """Found by the law above: what is said to be free and to cost something was free of one fee alone."""
        document = {
            "@type": "MerchantReturnPolicy",
            "restockingFee": 15,
            "customerRemorseReturnFees": ["FreeReturn", "ReturnFeesCustomerResponsibility"],
        }
        policy = bare(quietly(FORMS["schema-org"].read, document))
        assert set(policy.terms[-1].fees) == set(ReasonNature)
        assert policy == read_again("schema-org", FORMS["schema-org"].write(policy).value)

    def test_a_free_return_without_the_first_parcel(self) -> None:
        """Found by the law above: it was free of the parcel back, and not of the restocking fee."""
        document = {
            "@type": "MerchantReturnPolicy",
            "restockingFee": 15,
            "customerRemorseReturnFees": "OriginalShippingFees",
            "returnFees": ["FreeReturn", "OriginalShippingFees"],
        }
        policy = bare(quietly(FORMS["schema-org"].read, document))
        assert set(policy.terms[-1].fees) == {ReasonNature.REMORSE}
        assert policy.terms[-1].return_cost == {ReasonNature.NON_CONFORMITY: "merchant"}
        assert policy == read_again("schema-org", FORMS["schema-org"].write(policy).value)

    @pytest.mark.parametrize("restocking", [None, 15, {"value": 5}])
    def test_all_pairs_of_fee_words(self, restocking: Any) -> None:
        words = vocabulary()["enumerations"]["ReturnFeesEnumeration"]
        sets = [list(chosen) for n in range(3) for chosen in combinations(words, n)]
        for remorse, defect in product(sets, sets):
            for amount in (None, {"value": 5}):
                said = {
                    "customerRemorseReturnFees": remorse,
                    "itemDefectReturnFees": defect,
                    "customerRemorseReturnShippingFeesAmount": amount,
                    "restockingFee": restocking,
                }
                document = {"@type": "MerchantReturnPolicy"} | {key: each for key, each in said.items() if each}
                policy = bare(quietly(FORMS["schema-org"].read, document))
                assert policy == read_again("schema-org", FORMS["schema-org"].write(policy).value), document

    @every_form
    @given(policies())
    def test_without_losses_read_undoes_write(self, name: str, policy: ReturnPolicy) -> None:
        if not is_refused(FORMS[name].write, policy):
            value, losses = FORMS[name].write(policy)
            if not losses:
                assert bare(policy) == read_again(name, value)

    @every_form
    @given(policies())
    def test_with_losses_something_is_told_of_each_difference(self, name: str, policy: ReturnPolicy) -> None:
        if not is_refused(FORMS[name].write, policy):
            value, losses = FORMS[name].write(policy)
            assert bool(losses) >= (bare(policy) != read_again(name, value) or policy.extra != {})

    @every_form
    @given(policies())
    def test_what_was_written_is_written_again_without_losses(self, name: str, policy: ReturnPolicy) -> None:
        if not is_refused(FORMS[name].write, policy):
            value, _ = FORMS[name].write(policy)
            again, losses = FORMS[name].write(quietly(FORMS[name].read, value))
            assert spelled(value) == spelled(again)
            assert {"seasonal_overrides", "currency"} >= {loss.path for loss in losses}

    @every_form
    @given(st.data(), policies())
    def test_a_changed_policy_writes_what_it_says_now(self, name: str, data: st.DataObject, now: ReturnPolicy) -> None:
        document = data.draw(DOCUMENTS[name])
        if is_refused(FORMS[name].read, document) or is_refused(FORMS[name].write, now):
            return
        kept = quietly(FORMS[name].read, document).extra
        value, losses = FORMS[name].write(replace(now, extra={**now.extra, **kept}))
        new, new_losses = FORMS[name].write(now)
        assert read_again(name, new) == read_again(name, value)
        assert new_losses == losses

    @every_form
    @given(st.data())
    def test_what_was_read_is_plain_data(self, name: str, data: st.DataObject) -> None:
        document = data.draw(DOCUMENTS[name])
        if not is_refused(FORMS[name].read, document):
            policy = quietly(FORMS[name].read, document)
            assert policy == ReturnPolicy.from_dict(json.loads(json.dumps(policy.to_dict())))


class TestRubbish:
    @every_form
    @given(rubbish)
    def test_rubbish_is_refused(self, name: str, document: Any) -> None:
        is_refused(FORMS[name].read, document)

    @every_form
    @given(st.data())
    def test_a_document_with_rubbish_in_it_is_read_or_refused(self, name: str, data: st.DataObject) -> None:
        document = data.draw(mutants(name))
        if not is_refused(FORMS[name].read, document):
            policy = quietly(FORMS[name].read, document)
            assert spelled(document) == spelled(FORMS[name].write(policy).value)

    @every_form
    @given(rubbish)
    def test_rubbish_kept_in_extra_is_refused(self, name: str, document: Any) -> None:
        key = name.replace("-", "_")
        policy = ReturnPolicy.of(window=ReturnWindow(days=30), when=Selector(country=("ES",)))
        is_refused(FORMS[name].write, replace(policy, extra={key: document}))

    @every_form
    def test_monsters_are_refused(self, name: str) -> None:
        cyclic: dict[str, Any] = {"@type": "MerchantReturnPolicy"}
        cyclic["a"] = [cyclic, cyclic]
        wide: Any = []
        for _ in range(50):
            wide = [wide, wide]
        deep: Any = {}
        for _ in range(50_000):
            deep = {"a": deep}
        for monster in (cyclic, wide, deep, 10**10_000, {"id": 10**5_000}, "\ud800", {"\ud800": 1}, float("nan")):
            assert is_refused(FORMS[name].read, monster)


class TestExamples:
    @every_form
    def test_the_example_comes_back(self, name: str) -> None:
        document = json.loads((EXAMPLES / f"policy-{name}.json").read_text(encoding="utf-8"))
        policy = quietly(FORMS[name].read, document)
        assert document == FORMS[name].write(policy).value
        assert 30 == policy.terms[0].window.days
