"""The page of presets against numbers that were counted by hand from the twenty tickets."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from itertools import combinations

import pytest

from csprotocol import kpi
from csprotocol.kpi import Ratio
from tools.build_docs import DOCS
from tools.build_presets_page import WORDS, Shown, presets_page, read_sample, shown_by

SAMPLE = read_sample()
SHOWN = {each.name: each for each in shown_by(SAMPLE)}


def test_the_page_is_the_one_in_the_docs() -> None:
    assert presets_page() == (DOCS / "kpi-presets.md").read_text(encoding="utf-8")


def test_there_are_twenty_tickets_of_all_kinds() -> None:
    facts = SAMPLE.facts
    assert 20 == len({each.ticket_id for each in facts})
    assert {"T06", "T07", "T11"} == {each.ticket_id for each in facts if each.agent_started}
    assert {"T05", "T19"} == {each.ticket_id for each in facts if each.reopens}
    assert ["T15"] == [each.ticket_id for each in facts if each.merged_into]
    assert ["T16"] == [each.ticket_id for each in facts if each.spam]
    assert {"T04", "T10"} == {each.ticket_id for each in facts if each.surveyed and each.csat is None}
    assert {"T08", "T09"} == {each.ticket_id for each in facts if each.auto_replied}
    assert {1, 2, 3, 4, 5} == {each.csat for each in facts if each.csat is not None}
    assert {each.id for each in SAMPLE.tickets} == set(SAMPLE.about)


@pytest.mark.parametrize(
    ("name", "met"),
    [
        # Of 16 that are resolved: not T15 (merged), T16 (spam), T17 and T18 (open).
        ("Our default", {"T01", "T02", "T08", "T10", "T12", "T20"}),
        ("Freshdesk", {"T01", "T02", "T05", "T08", "T10", "T12", "T20"}),
        ("dbt_zendesk", {"T01", "T02", "T05", "T07", "T08", "T10", "T11", "T12", "T20"}),
        ("Freshservice", {"T01", "T03", "T04", "T07", "T08", "T09", "T11", "T13"}),
        ("Intercom", {"T01", "T02", "T03", "T06", "T07", "T08", "T10", "T11", "T12", "T20"}),
        ("Zendesk", {"T01", "T02", "T04", "T05", "T07", "T08", "T09", "T10", "T11", "T12", "T20"}),
    ],
)
def test_first_contact_resolution_by_hand(name: str, met: set[str]) -> None:
    shown = SHOWN[name]
    counted = {
        each.ticket_id for each in SAMPLE.facts if kpi.fcr([each], variant=shown.fcr.options["variant"]).value == 1
    }
    assert (met, Ratio(len(met), 16)) == (counted, shown.fcr.ratio)
    assert f"| {len(met)}/16 ({len(met) / 16:.1%})" in _row(name)


MINUTES = {
    # Elapsed; from Friday 17:00 to Monday 10:00 it is 64 hours and not 65, for the clocks go forward in between.
    "T01": 90, "T02": 120, "T03": 30, "T05": 240, "T06": 60, "T08": 180, "T10": 360, "T12": 20, "T13": 150,
    "T14": 60, "T17": 420, "T19": 64 * 60, "T20": 130,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "minutes", "median"),
    [
        ("Our default", MINUTES, 130),
        ("Gorgias", {ticket: took for ticket, took in MINUTES.items() if ticket != "T06"}, 140),
        # From the agent's opening to the second public message, hours after the customer's question.
        ("Zendesk", MINUTES | {"T06": 7 * 60}, 150),
        ("dbt_zendesk", MINUTES | {"T06": 0, "T07": 0, "T11": 0}, 120),
        ("Intercom", MINUTES | {"T20": 10}, 120),
        ("Plain", {ticket: took for ticket, took in (MINUTES | {"T20": 10}).items() if ticket != "T06"}, 135),
    ],
)
def test_first_reply_times_by_hand(name: str, minutes: dict[str, int], median: int) -> None:
    found = SHOWN[name].elapsed
    assert sorted(minutes.values()) == sorted(took // timedelta(minutes=1) for took in found.values)
    assert (len(minutes), timedelta(minutes=median)) == (found.n, found.median)
    seconds = round(Fraction(60_000_000 * sum(minutes.values()), len(minutes)))
    assert timedelta(microseconds=seconds) == found.mean


def test_open_time_by_hand() -> None:
    # T12 fell on a Saturday; T19 is an hour of Friday and one of Monday.
    minutes = MINUTES | {"T12": 0, "T19": 120}
    found = SHOWN["Our default"].opening
    assert sorted(minutes.values()) == sorted(took // timedelta(minutes=1) for took in found.values)
    assert timedelta(hours=2) == found.median
    assert "**2 h 30 min 46 s**" in _row("Freshdesk")  # 1,960 minutes of 13 tickets


@pytest.mark.parametrize(
    ("name", "text"),
    [
        # 5: T01 T02 T09 T12 T20; 4: T03 T06 T08; 3: T05 T14; 2: T13; 1: T19.
        ("Our default", "8/12 (66.7%)"),
        ("Zendesk", "8/12 (66.7%)"),
        ("Gorgias", "3.83 of 12 on 1 to 5"),
        ("Help Scout", "+50.0 points (8 minus 2, of 12)"),
        ("Plain", "8/12 (66.7%), *as ours*"),
    ],
)
def test_satisfaction_by_hand(name: str, text: str) -> None:
    assert _row(name).endswith(f"| {text} |")


def test_other_options_give_other_numbers() -> None:
    for one, other in combinations(SHOWN.values(), 2):
        if one.chosen("fcr") != other.chosen("fcr"):
            assert one.fcr.ratio != other.fcr.ratio
        if one.chosen("first_reply") != other.chosen("first_reply"):
            assert one.elapsed.values != other.elapsed.values
            assert one.elapsed.mean != other.elapsed.mean
        if _satisfaction_of(one) != _satisfaction_of(other):
            assert one.satisfaction.value != other.satisfaction.value


@pytest.mark.parametrize(
    "told",
    [
        "- Beside ours: first contact resolution 7/16 (43.8%) and not 6/16 (37.5%): also T05",
        "resolution 8/16 (50.0%) and not 6/16 (37.5%): also T03 T04 T07 T09 T11 T13, without T02 T10 T12 T20",
        "over 15 tickets, and not of 7 h 18 min 28 s over 13: also T07 T11, otherwise T06",
        "over 12 tickets, and not of 7 h 18 min 28 s over 13: without T06",
        "over 13 tickets, and not of 7 h 18 min 28 s over 13: otherwise T20",
        "| T05 | the customer wrote again, reopened | no | **yes** | **yes** | no | no | **yes** |",
    ],
)
def test_says_which_tickets_make_the_difference(told: str) -> None:
    assert told in presets_page()


def test_every_choice_is_told_in_words() -> None:
    for vendor in kpi.vendors():
        for name in ("fcr", "first_reply"):
            for option, value in vendor.options.get(name, {}).items():
                assert WORDS[name, option, value]
        assert vendor.csat is None or WORDS[vendor.csat, "", ""]
        assert vendor.source in presets_page()


def _satisfaction_of(shown: Shown) -> str:
    return shown.satisfaction.definition.id


def _row(name: str) -> str:
    return next(line for line in presets_page().splitlines() if line.startswith(f"| [{name}]"))
