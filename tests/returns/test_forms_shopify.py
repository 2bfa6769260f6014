from __future__ import annotations

import json
import warnings
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from csprotocol.calendar.forms import LossWarning
from csprotocol.errors import InvalidValueError
from csprotocol.returns import ReturnPolicy, ReturnWindow, StartsFrom, WindowKind
from csprotocol.returns.forms.shopify import read, write

EXAMPLE = Path(__file__).parents[2] / "examples" / "returns" / "policy-shopify.json"


def rules(**said: Any) -> dict[str, Any]:
    return {"returnRules": {"canAcceptReturns": True, "returnWindowDays": 30} | said}


class TestRead:
    @pytest.mark.parametrize(("profile", "window"), [
        (rules(), ReturnWindow(days=30)),
        (rules(returnWindowDays=-1), ReturnWindow(kind=WindowKind.UNLIMITED)),
        (rules(canAcceptReturns=False, returnWindowDays=None), ReturnWindow(kind=WindowKind.NONE)),
        (rules(canAcceptReturns=False), ReturnWindow(kind=WindowKind.NONE)),
        ({"returnRules": None}, ReturnWindow(kind=WindowKind.UNLIMITED)),
        (rules(returnWindowStartingFrom="LAST_ITEM_DELIVERY_DATE"),
         ReturnWindow(days=30, starts_from=StartsFrom.LAST_DELIVERED)),
        (rules(extendWindowToBusinessDay=True), ReturnWindow(days=30, extend_to_business_day=True)),
    ])  # fmt: skip
    def test_windows(self, profile: Any, window: ReturnWindow) -> None:
        assert window == read(profile).terms[0].window

    def test_the_example(self) -> None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            policy = read(json.loads(EXAMPLE.read_text(encoding="utf-8")))
        assert ("gid://shopify/ReturnPolicyProfile/1", "EU") == (policy.id, policy.label)
        assert ["editRules", "markets"] == sorted(str(each.message).split(":")[0] for each in caught)

    def test_a_start_that_nobody_knows_is_kept(self) -> None:
        profile = rules(returnWindowStartingFrom="ITEM_PICKUP_DATE")
        with pytest.warns(LossWarning, match="ITEM_PICKUP_DATE is unknown; .*kept, and read as delivery"):
            policy = read(profile)
        assert (StartsFrom.DELIVERED, profile) == (policy.terms[0].window.starts_from, write(policy).value)

    @pytest.mark.parametrize(("profile", "message"), [
        ({}, "returnRules must be there, null for no restriction; add it to the query"),
        ([], "the document must be a mapping"),
        (rules(returnWindowDays=None), "returnWindowDays must be a whole number"),
        (rules(returnWindowDays=-2), "window.days must be 0 to 36500 days"),
        (rules(canAcceptReturns=None), "canAcceptReturns must be true or false"),
        (rules(extendWindowToBusinessDay=1), "extendWindowToBusinessDay must be true or false"),
        ({"returnRules": [], "name": "x"}, "returnRules must be a mapping"),
        (rules() | {"name": 7}, "name must be a text or null"),
        (rules() | {"id": ""}, "id must be a text"),
    ])  # fmt: skip
    def test_refused(self, profile: Any, message: str) -> None:
        with pytest.raises(InvalidValueError, match=message):
            read(profile)


class TestWrite:
    def test_no_rules_become_rules_where_they_change(self) -> None:
        policy = read({"default": True, "returnRules": None})
        changed = replace(policy.terms[0], window=ReturnWindow(days=14))
        expected = {
            "default": True,
            "returnRules": {
                "canAcceptReturns": True,
                "returnWindowDays": 14,
                "returnWindowStartingFrom": "ITEM_DELIVERY_DATE",
                "extendWindowToBusinessDay": False,
            },
        }
        assert (expected, ()) == write(replace(policy, terms=(changed,)))

    @pytest.mark.parametrize(("said", "loss"), [
        ({"remedies": ("refund",)},
         "terms[0].remedies: Shopify has no word for refund; it is read back as refund, exchange, store_credit"),
        ({"window": ReturnWindow(days=3, starts_from=StartsFrom.ORDERED)},
         "terms[0].window.starts_from: Shopify has no word for ordered; it is read back as delivered"),
        ({"keep_product_below": "5.00"}, "terms[0].keep_product_below: Shopify has no word for 5.00; left out"),
    ])  # fmt: skip
    def test_losses(self, said: dict[str, Any], loss: str) -> None:
        assert [loss] == [str(each) for each in write(ReturnPolicy.of(**said)).losses]

    def test_a_last_date_is_refused(self) -> None:
        policy = ReturnPolicy.of(window=ReturnWindow(kind=WindowKind.DATE, until=date(2027, 1, 1)))
        with pytest.raises(InvalidValueError, match="days, unlimited or none for Shopify"):
            write(policy)
