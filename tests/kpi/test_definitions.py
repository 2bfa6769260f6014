from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date

import pytest

from csprotocol import kpi
from csprotocol.errors import InvalidValueError
from csprotocol.kpi import Clock, Definition, definition, definitions, preset, vendors

ROW = [
    "first_reply",
    "resolution",
    "resolution_survival",
    "fcr",
    "fcr_no_repeat",
    "reopen_rate",
    "csat",
    "csat_balance",
    "csat_mean",
    "nps",
    "ces",
    "hit_rate",
    "support_contact_rate",
    "service_counts",
    "sla_attainment",
    "deflection",
    "contact_rate",
    "return_rate",
    "refund_rate",
    "aht",
    "asa",
    "abandonment",
    "service_level",
    "cost_per_contact",
    "backlog",
    "ageing",
    "causes",
    "automation_rate",
    "self_service_score",
    "unreplied",
]
VENDORS = ["dbt_zendesk", "freshdesk", "freshservice", "gorgias", "helpscout", "intercom", "plain", "redo", "zendesk"]

FUNCTIONS: dict[str, tuple[Callable[..., object], ...]] = {
    "ces": (kpi.ces, kpi.ces_share),
    "sla_attainment": (kpi.sla_attainment_of,),
}
# Those whose optional parameters are choices, and not counts.
CHOOSING = {
    "ageing",
    "backlog",
    "causes",
    "ces",
    "csat",
    "csat_balance",
    "csat_mean",
    "fcr",
    "fcr_no_repeat",
    "first_reply",
    "nps",
    "reopen_rate",
    "resolution",
    "resolution_survival",
    "service_counts",
    "sla_attainment",
    "unreplied",
}


class TestDefinition:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [("frt", "first_reply"), ("ttr", "resolution"), ("first_reply", "first_reply"), ("nps", "nps")],
    )
    def test_by_id_or_alias(self, name: str, expected: str) -> None:
        assert expected == definition(name).id

    def test_unknown_names_the_nearest(self) -> None:
        with pytest.raises(InvalidValueError, match="did you mean first_reply") as caught:
            definition("frist_reply")
        assert caught.value.found == "frist_reply"

    def test_explain_shows_options_and_doubt(self) -> None:
        text = definition("asa").explain()
        assert "(asa), in duration, lower is better" in text
        assert "(unverified)" in text
        assert "variant: one_reply | less_than_two" in definition("fcr").explain()
        assert "better" not in definition("causes").explain()


class TestDefinitions:
    def test_every_kpi_has_one(self) -> None:
        assert sorted(ROW) == [each.id for each in definitions()]

    @pytest.mark.parametrize("each", definitions(), ids=lambda each: each.id)
    def test_is_complete(self, each: Definition) -> None:
        assert all([each.name, each.unit, each.formula, each.source, each.worked])
        assert each.as_of is not None
        assert each.as_of <= date(2027, 11, 21)
        assert each.confidence in {"read", "unverified"}

    @pytest.mark.parametrize("each", [d for d in definitions() if hasattr(kpi, d.id)], ids=lambda each: each.id)
    def test_options_are_those_of_the_function(self, each: Definition) -> None:
        parameters: dict[str, inspect.Parameter] = {}
        for function in FUNCTIONS.get(each.id, (getattr(kpi, each.id),)):
            parameters |= inspect.signature(function).parameters
        assert set(each.options) <= set(parameters)
        for option, values in each.options.items():
            default = parameters[option].default
            if isinstance(default, str):
                assert values[0] == str(default)

    @pytest.mark.parametrize("each", [d for d in definitions() if d.id in CHOOSING], ids=lambda each: each.id)
    def test_every_option_of_the_function_is_told(self, each: Definition) -> None:
        for function in FUNCTIONS.get(each.id, (getattr(kpi, each.id),)):
            for name, parameter in inspect.signature(function).parameters.items():
                assert parameter.default is inspect.Parameter.empty or name in each.options


class TestPreset:
    @pytest.mark.parametrize("vendor", VENDORS)
    def test_holds_options_that_exist(self, vendor: str) -> None:
        for each in definitions():
            for option, value in preset(vendor, each.id).items():
                assert value in each.options[option]

    @pytest.mark.parametrize("vendor", VENDORS)
    def test_holds_nothing_but_what_differs(self, vendor: str) -> None:
        for each in definitions():
            for option, value in preset(vendor, each.id).items():
                assert value != each.options[option][0]

    def test_freshdesk_does_not_ask_whether_it_was_reopened(self) -> None:
        assert preset("freshdesk", "fcr") == {"variant": "equal_one"}

    def test_is_accepted_by_the_function(self) -> None:
        for vendor in VENDORS:
            kpi.first_reply([], **preset(vendor, "frt"))
            kpi.resolution([], **preset(vendor, "ttr"))
            kpi.fcr([], **preset(vendor, "fcr"))

    def test_unknown_vendor(self) -> None:
        with pytest.raises(InvalidValueError, match="did you mean zendesk"):
            preset("zendesc", "fcr")


class TestVendors:
    def test_are_those_with_a_preset(self) -> None:
        assert VENDORS == [vendor.id for vendor in vendors()]

    @pytest.mark.parametrize("vendor", vendors(), ids=lambda vendor: vendor.id)
    def test_name_a_source_and_a_kpi_of_satisfaction(self, vendor: kpi.Vendor) -> None:
        assert all([vendor.name, vendor.source, vendor.as_of <= date(2027, 11, 21)])
        assert vendor.csat in {None, "csat", "csat_mean", "csat_balance"}
        assert vendor.statistic in {None, "mean", "median"}

    @pytest.mark.parametrize("vendor", vendors(), ids=lambda vendor: vendor.id)
    def test_hold_the_options_of_their_presets(self, vendor: kpi.Vendor) -> None:
        assert {each.id: preset(vendor.id, each.id) for each in definitions()} == {
            each.id: vendor.options.get(each.id, {}) for each in definitions()
        }

    def test_say_nothing_where_their_pages_do_not(self) -> None:
        clocks = {vendor.id: vendor.clock for vendor in vendors()}
        assert (Clock.BOTH, None) == (clocks["zendesk"], clocks["freshservice"])
        assert {"dbt_zendesk", "freshservice", "plain", "redo"} == {each.id for each in vendors() if each.csat is None}
