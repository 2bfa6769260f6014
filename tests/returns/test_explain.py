"""What a decision says of itself is true, and what it writes comes back equal."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import csprotocol.returns
from csprotocol.errors import DocumentError
from csprotocol.model import FrozenDict, OrderLine
from csprotocol.returns import Law, NextAction, ReturnDecision, RuleOutcome, Status, decide
from tests.returns.shop import asked, eur, order, policy

DATA = Path(csprotocol.returns.__file__).parent / "data"
ES = Law.of("ES")
EARLY, LATE = "2026-03-10", "2026-05-10"


def mug(**facts: Any) -> OrderLine:
    return OrderLine(id="MUG-1", unit_price=eur("80.00"), attributes=facts)


class TestTheLastDay:
    def test_it_is_counted_where_nothing_made_it_later(self) -> None:
        assert "14 days from" in decide(order(), asked(EARLY), None, law=ES).explain()

    def test_it_is_only_named_where_something_did(self) -> None:
        told = decide(order(mug(withdrawal_informed=False)), asked(LATE), None, law=ES).explain()
        assert ("The last day is" in told, "14 days from" in told) == (True, False)

    def test_goods_that_are_left_out_have_none(self) -> None:
        decision = decide(order(mug(perishable=True)), asked(EARLY), None, law=ES)
        assert (decision.lines[0].eligible, "The last day is" in decision.explain()) == (False, False)

    def test_a_no_for_the_time_names_it(self) -> None:
        decision = decide(order(), asked(LATE), None, law=ES)
        line = replace(decision.lines[0], eligible=False)
        assert "The last day is" in replace(decision, lines=(line,)).explain()


def test_what_is_not_sure_is_no_fact() -> None:
    decision = decide(order(mug(hygiene_sealed=True)), asked(EARLY), None, law=ES)
    told = decision.explain()
    assert decision.lines[0].eligible is None
    assert ("may change their mind" in told, "The last day is" in told, "was the seal broken?" in told) == (
        False,
        False,
        True,
    )


def test_nobody_sends_what_was_never_sent() -> None:
    decision = decide(order(), asked(EARLY), None, law=ES)
    for action in (NextAction.CANCEL_ORDER, NextAction.REFUND_NOW):
        told = replace(decision, next_action=action, rma="R-1").explain()
        assert [each for each in ("parcel back", "sent back by", "number R-1", "goods are here") if each in told] == []


def test_an_inspection_says_what_to_look_for() -> None:
    decision = decide(order(), asked(EARLY), policy(), law=None)
    unknown = RuleOutcome("MISSING_FACT:unopened", Status.UNKNOWN, ("unopened",), (None,), "fees")
    told = replace(decision, next_action=NextAction.INSPECT_GOODS, outcomes=(*decision.outcomes, unknown)).explain()
    assert "is the box unopened?" in told


def facts_of(table: Any) -> Iterator[str]:
    """Names that the data asks for, at any depth."""
    if isinstance(table, list):
        for each in table:
            yield from facts_of(each)
    elif isinstance(table, dict):
        for key, each in table.items():
            if key == "when":
                yield from (name for name, value in each.items() if isinstance(value, bool))
            elif key == "fact":
                yield from (each, f"{each}_on")
            elif key == "requires":
                yield from each
            yield from facts_of(each)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_fact_of_the_data_has_a_question(language: str) -> None:
    paths = [path for folder in ("law", "policies") for path in sorted((DATA / folder).glob("*.toml"))]
    names = {name for path in paths for name in facts_of(tomllib.loads(path.read_text("utf-8")))}
    known = tomllib.loads((DATA / "explain" / f"{language}.toml").read_text("utf-8"))["facts"]
    assert sorted(names - known.keys()) == []


VALUES = (
    None, True, 3, 1.5, "2026-11-20", "yes", date(2026, 11, 20), datetime(2026, 11, 20, 9, tzinfo=UTC),
    Decimal("1.50"), FrozenDict({"a": (1, date(2026, 1, 1))}), ("a", Decimal(1)), frozenset({"a", "b"}), eur("1.00"),
)  # fmt: skip


@pytest.mark.parametrize("name", ["deadline", "total", "percent", "asked_on", "made_at", "code"])
@pytest.mark.parametrize("value", VALUES, ids=lambda each: type(each).__name__)
def test_facts_of_any_kind_come_back_equal(name: str, value: object) -> None:
    decision = decide(order(), asked(EARLY), None, law=ES)
    decision = replace(decision, outcomes=(RuleOutcome("FINAL_SALE", Status.BLOCK, (name,), (value,)),))
    again = ReturnDecision.from_dict(json.loads(json.dumps(decision.to_dict())))
    assert (again, again.id) == (decision, decision.id)
    assert [type(each) for each in again.outcomes[0].values] == [type(value)]
    assert again.explain() == decision.explain()


JUNK: tuple[Any, ...] = (
    None, True, -1, 10**9, 1.5, "", "no word", "9999-12-31", [], [1, "days"], ["x"], {}, {"date": 3}, {"x": "y"},
)  # fmt: skip


def changed(plain: Any) -> Iterator[Any]:
    """The same with one thing in it changed or gone."""
    if isinstance(plain, dict | list):
        for key in plain if isinstance(plain, dict) else range(len(plain)):
            inner = [*JUNK, *changed(plain[key])]
            for each in inner:
                copy: Any = plain.copy()
                copy[key] = each
                yield copy
            copy = plain.copy()
            del copy[key]
            yield copy


def test_what_was_tampered_with_is_refused_or_can_be_read() -> None:
    terms = policy(exclusions=("final_sale",))
    for decision in (
        decide(order(), asked(EARLY), terms, law=ES),
        decide(order(mug(hygiene_sealed=True)), asked(EARLY), None, law=ES),
    ):
        for plain in changed(decision.to_dict()):
            try:
                found = ReturnDecision.from_dict(plain)
            except DocumentError:
                continue
            assert found.explain("en")
            assert found.explain("es")
            assert isinstance(found.reasons + found.missing_facts, tuple)
            assert ReturnDecision.from_dict(found.to_dict()) == found
