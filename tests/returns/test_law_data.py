"""The law as data: every file whole, every rule with its source, no stretch of time without one."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

import csprotocol.returns
from csprotocol.returns import Law, LawKind, Period, StatutoryRule, jurisdictions

FILES: Final = sorted((Path(csprotocol.returns.__file__).parent / "data" / "law").glob("*.toml"))
DAY: Final = timedelta(days=1)
CHANNELS: Final = ("distance", "off_premises", "unsolicited_visit", "in_store")
# A place in an act: an article, a section, a chapter.
PLACE: Final = re.compile(r"(\barts?\.|\bss?\.|§§?|\bregs?\.|\bchs?\.|\bCFR|\bArticle|\bL)\s?\(?(part )?[\dVIX]")


def document(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def own_rules(jurisdiction: str) -> list[StatutoryRule]:
    prefix = jurisdiction.lower()
    return [rule for rule in Law.of(jurisdiction).rules if rule.id.startswith(f"{prefix}.")]


def rules_for(law: Law, kind: LawKind, channel: str, on: date, facts: dict[str, bool]) -> list[StatutoryRule]:
    """Those of a kind that were in force, most special first."""
    return [
        rule
        for rule in law.of_kind(kind)
        if rule.applies_by == "contract"
        and (rule.valid_from is None or rule.valid_from <= on)
        and (rule.valid_to is None or on <= rule.valid_to)
        and (not rule.channels or channel in rule.channels)
        and all(facts.get(name) is value for name, value in rule.when.items())
    ]


@pytest.mark.parametrize(
    "name",
    "EU ES DE FR IT PT NL BE IE AT PL SE GB AR MX CL CO BR UY PE US CA-QC AU".split(),  # noqa: SIM905  # a list to read
)
def test_every_jurisdiction_is_there(name: str) -> None:
    law = Law.of(name)
    assert law.jurisdiction in jurisdictions()
    assert law.of_kind(LawKind.GUARANTEE)
    assert law.of_kind(LawKind.WITHDRAWAL) or law.of_kind(LawKind.NO_WITHDRAWAL)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestFile:
    def test_it_is_named_after_its_jurisdiction(self, path: Path) -> None:
        assert document(path)["jurisdiction"].lower() == path.stem
        assert Law.of(path.stem.upper()).chain[0] == path.stem.upper()

    def test_the_exemptions_that_are_named_are_there_and_none_is_idle(self, path: Path) -> None:
        law = Law.of(path.stem.upper())
        assert {name for rule in law.rules for name in rule.exemptions} <= {*law.exemptions}
        used = {name for each in jurisdictions() for rule in Law.of(each).rules for name in rule.exemptions}
        assert [each["id"] for each in document(path).get("exemptions", ()) if each["id"] not in used] == []

    def test_nothing_was_read_in_the_future(self, path: Path) -> None:
        found = document(path)
        read = [each["as_of"] for each in [*found.get("rules", ()), *found.get("exemptions", ())]]
        assert [day for day in read if day > date.today()] == []  # noqa: DTZ011  # the day on which this is run

    def test_what_was_read_in_an_act_names_its_place_there(self, path: Path) -> None:
        """Elsewhere the act alone may be named; then nobody claims to have read it."""
        found = document(path)
        rules = [*found.get("rules", ()), *found.get("exemptions", ())]
        assert [each["id"] for each in rules if not each["source"].strip()] == []
        placeless = [each for each in rules if not PLACE.search(each["source"])]
        assert [each["id"] for each in placeless if each["confidence"] == "text"] == []


def test_ids_are_unique_and_begin_with_the_jurisdiction() -> None:
    seen: dict[str, str] = {}
    for path in FILES:
        for rule in document(path).get("rules", ()):
            assert rule["id"] not in seen
            seen[rule["id"]] = path.stem
            assert rule["id"].startswith(f"{path.stem}.")


@pytest.mark.parametrize("name", jurisdictions())
def test_versions_leave_no_gap(name: str) -> None:
    """Between the first and the last day of what a kind says of a contract, there is always a rule."""
    law = Law.of(name)
    for kind in (LawKind.WITHDRAWAL, LawKind.GUARANTEE, LawKind.SHORT_TERM_REJECT, LawKind.POSTING):
        for channel in CHANNELS:
            for facts in ({}, *({each: value} for rule in law.of_kind(kind) for each, value in rule.when.items())):
                ends = {rule.valid_to for rule in law.of_kind(kind) if rule.valid_to is not None}
                for end in sorted(ends):
                    before = rules_for(law, kind, channel, end, facts)
                    after = rules_for(law, kind, channel, end + DAY, facts)
                    assert bool(before) <= bool(after), (kind, channel, facts, end)


@pytest.mark.parametrize("name", jurisdictions())
def test_versions_of_one_rule_do_not_overlap(name: str) -> None:
    """Of the same kind and facts, no two are in force for one channel on one day; a shorter list of channels is more
    special, and stands before.
    """
    alike = defaultdict(list)
    for rule in own_rules(name):
        if rule.kind is not LawKind.DUTY:
            alike[rule.kind, frozenset(rule.when.items()), rule.applies_by, rule.channels].append(rule)
    for rules in alike.values():
        spans = sorted((each.valid_from or date.min, each.valid_to or date.max) for each in rules)
        assert all(ends < starts for (_, ends), (starts, _) in pairwise(spans)), rules


@pytest.mark.parametrize("name", jurisdictions())
def test_what_is_special_stands_before_what_is_general(name: str) -> None:
    """The first rule that fits is the one, so that none may stand behind one that takes all of its cases."""
    rules = own_rules(name)
    for at, late in enumerate(rules):
        for early in rules[:at]:
            covers = (
                early.kind is late.kind is not LawKind.DUTY
                and early.applies_by == late.applies_by
                and (not early.channels or {*(late.channels or CHANNELS)} <= {*early.channels})
                and set(early.when.items()) <= set(late.when.items())
                and (early.valid_from or date.min) <= (late.valid_from or date.min)
                and (early.valid_to or date.max) >= (late.valid_to or date.max)
            )
            assert not covers, (early.id, late.id)


# What changed, and when


@pytest.mark.parametrize(("day", "days"), [("2024-12-18", 30), ("2024-12-19", 15)])
def test_colombia_pays_back_within_fifteen_days(day: str, days: int) -> None:
    rules = rules_for(Law.of("CO"), LawKind.WITHDRAWAL, "distance", date.fromisoformat(day), {})
    assert rules[0].refund_within == Period(days=days)
    assert rules[0].period == Period(business_days=5)


@pytest.mark.parametrize(("day", "act"), [("2025-09-03", "424/2020"), ("2025-09-04", "954/2025")])
def test_argentina_has_a_new_button(day: str, act: str) -> None:
    rule = rules_for(Law.of("AR"), LawKind.WITHDRAWAL, "distance", date.fromisoformat(day), {})[0]
    assert act in rule.source
    assert rule.acknowledge_within_hours == 24


@pytest.mark.parametrize("name", [each for each in jurisdictions() if "EU" in Law.of(each).chain])
def test_europe_has_a_withdrawal_function(name: str) -> None:
    found = [each for each in Law.of(name).of_kind(LawKind.DUTY) if "withdrawal_function" in each.id]
    assert date(2026, 6, 19) in {each.valid_from for each in found}


@pytest.mark.parametrize("name", [each for each in jurisdictions() if "EU" in Law.of(each).chain])
def test_a_repair_makes_the_guarantee_twelve_months_longer(name: str) -> None:
    """But where there is no end that it could put off: the Netherlands, Ireland."""
    found = [
        each
        for each in Law.of(name).of_kind(LawKind.GUARANTEE)
        if each.applies_by == "repair" and each.valid_from == date(2026, 7, 31)
    ]
    if name in ("IE", "NL"):
        assert found == []
    else:
        assert {each.repair_adds for each in found} == {Period(months=12)}


def test_the_dates_of_the_other_changes() -> None:
    spain = Law.of("ES")
    guarantee = {
        day: rules_for(spain, LawKind.GUARANTEE, "distance", date.fromisoformat(day), {})[0].period
        for day in ("2021-12-31", "2022-01-01")
    }
    assert guarantee == {"2021-12-31": Period(years=2), "2022-01-01": Period(years=3)}
