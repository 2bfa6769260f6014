"""The engine against a slow oracle, and the laws that hold for any order, request, policy and country."""

from __future__ import annotations

import json
import re
import string
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import csprotocol.returns
from csprotocol.model import Delivery, FrozenDict, Order, OrderLine, ReasonNature
from csprotocol.returns import (
    ExchangeItem,
    Law,
    RequestedLine,
    ReturnDecision,
    ReturnPolicy,
    ReturnTerms,
    ReturnWindow,
    SeasonalOverride,
    Selector,
    decide,
)
from tests.returns.oracle import NEVER, judge, local, money
from tests.returns.shop import asked, eur, order, policy
from tests.returns.strategies import (
    DAY,
    HAPPENED,
    Holidays,
    Question,
    questions,
    told,
    working_days,
)

HERE: Final = Path(csprotocol.returns.__file__).parent
LOCALES: Final = ("en", "es")
SENTENCES: Final = {each: tomllib.loads((HERE / f"data/explain/{each}.toml").read_text("utf-8")) for each in LOCALES}
FEW = settings(max_examples=60)
# How good an answer is for the customer.
GOOD: Final = {True: 2, None: 1, False: 0}


# The oracle


@given(questions(known=True))
@settings(max_examples=120)
def test_where_all_is_known_it_is_as_the_oracle_says(question: Question) -> None:
    remedy, decision = str(question.request.remedy), question.decided()
    assume(not is_older_than_the_law(decision))
    for wanted, line in zip(question.request.lines, decision.lines, strict=True):
        answer = judge(question, wanted)
        best = answer.best(remedy)
        found = (line.eligible, str(line.basis), line.remedies, line.requested_ok)
        if best is None:
            assert found == (False, "none", (), False)
            ends = [each.ends for each in answer.claims if each.ends != NEVER]
            if not answer.eligible and not any(each.is_open for each in answer.claims) and line.deadline is not None:
                assert max(ends, default=line.deadline) <= line.deadline
        else:
            assert found == (True, best.basis, best.remedies, remedy in best.remedies)
            deadline, unrolled = (None, None) if best.ends == NEVER else (best.ends, best.unrolled)
            assert (line.deadline, line.deadline_unrolled) == (deadline, unrolled)


@given(questions(known=True, remedy="refund"))
@settings(max_examples=120)
def test_the_money_is_as_the_oracle_says(question: Question) -> None:
    decision = question.decided()
    found = {name: amount.minor for name, amount in decision.refund}
    # Of goods that the customer keeps, nothing is taken off: tests/returns/test_edges.py.
    assume("KEEP_PRODUCT" not in decision.reasons)
    wanted = money(question)
    whole = ("items", "discount", "tax", "shipping")
    assert {name: found.get(name, 0) for name in whole} == {name: wanted[name] for name in whole}
    gross = sum(wanted[name] for name in whole)
    off = ("diminished_value", "restocking_fee", "return_shipping_fee")
    # Nobody pays for giving something back.
    net = max(0, gross + sum(wanted[name] for name in off))
    # Whether the shop's label may cost anything under the law is the law's word on the parcel back.
    assume(question.law is None or "return_shipping_fee" not in found)
    assert gross + sum(found.get(name, 0) for name in off) == net
    assert found["total"] - found.get("bonus", 0) == min(net, refundable(question.order, net))


def refundable(order: Order, otherwise: int) -> int:
    if order.captured is not None:
        return order.captured.minor
    return sum(each.amount.minor for each in order.payments) if order.payments else otherwise


def is_older_than_the_law(decision: ReturnDecision) -> bool:
    """Contracts from before the first rules that are known."""
    return "law_at_that_time" in decision.missing_facts


# The law and the shop


@given(questions(policy=True))
@settings(max_examples=100)
def test_the_law_never_makes_it_worse_than_the_shop_alone(question: Question) -> None:
    """The bonus is left out: it comes with a credit, and the law gives the money itself.

    The deadline is that of what a decision rests on. So the law may name an earlier one; but on the last day that the
    shop alone gives, something is due under the law as well.
    """
    assume(question.law is not None)
    assume(question.order.placed_at is not None)
    shop = replace(question, law=None).decided()
    law = question.decided()
    assert GOOD[law.eligible] >= GOOD[shop.eligible]
    assert law.requested_ok or not shop.requested_ok
    if shop.requested_ok:
        assert without_bonus(law) >= without_bonus(shop)
        for fee in ("restocking_fee", "return_shipping_fee", "diminished_value"):
            assert part(law, fee) >= part(shop, fee)
    if shop.eligible and shop.return_cost_paid_by == "merchant":
        assert law.return_cost_paid_by == "merchant"
    for each in shop.lines:
        if each.eligible and each.deadline is not None:
            later = question.on(each.deadline).decided()
            assert next(line.eligible for line in later.lines if line.id == each.id)


def part(decision: ReturnDecision, name: str) -> int:
    return {each: amount.minor for each, amount in decision.refund}.get(name, 0)


def without_bonus(decision: ReturnDecision) -> int:
    return decision.refund.total.minor - part(decision, "bonus")


# The order in which things are told


@given(questions(), st.randoms(use_true_random=False))
@FEW
def test_the_order_of_exclusions_and_conditions_changes_nothing(question: Question, random: Any) -> None:
    def shuffled(terms: ReturnTerms) -> ReturnTerms:
        names = ("exclusions", "requires", "conditions", "seasonal_overrides")
        changed: dict[str, Any] = {name: mixed(getattr(terms, name), random) for name in names}
        return replace(terms, **changed)

    policies = tuple(replace(each, terms=tuple(shuffled(terms) for terms in each.terms)) for each in question.policies)
    assert told(replace(question, policies=policies).decided()) == told(question.decided())


def mixed(items: tuple[Any, ...], random: Any) -> tuple[Any, ...]:
    found = [*items]
    random.shuffle(found)
    return tuple(found)


@given(questions(), st.randoms(use_true_random=False))
@FEW
def test_the_order_of_the_lines_of_an_order_changes_nothing(question: Question, random: Any) -> None:
    """Without a discount on the whole order: of its odd cents, ties go to the earlier line."""
    question = question.with_order(discount=None)
    assert told(question.with_order(lines=mixed(question.order.lines, random)).decided()) == told(question.decided())


@given(questions(), st.randoms(use_true_random=False))
@FEW
def test_the_order_of_the_deliveries_changes_nothing(question: Question, random: Any) -> None:
    deliveries = mixed(question.order.deliveries, random)
    assert told(question.with_order(deliveries=deliveries).decided()) == told(question.decided())


@given(questions(), st.randoms(use_true_random=False))
@FEW
def test_the_order_of_the_lines_of_a_request_changes_nothing(question: Question, random: Any) -> None:
    """Of each line; what is said of all of them together still depends on the first, see the end of this file."""
    lines = mixed(question.request.lines, random)
    one, other = question.decided(), replace(question, request=replace(question.request, lines=lines)).decided()
    assert told(one)["lines"] == told(other)["lines"]
    assert (one.eligible, one.basis, one.requested_ok) == (other.eligible, other.basis, other.requested_ok)
    for name in ("items", "discount", "tax", "shipping"):
        assert part(one, name) == part(other, name)


@given(questions(policy=True))
@FEW
def test_the_order_of_terms_that_do_not_overlap_changes_nothing(question: Question) -> None:
    policy, rest = question.policies[0], question.policies[0].terms[-1]
    # Every line has one title of these, as its product.
    lines = tuple(replace(each, product="xyz"[at]) for at, each in enumerate(question.order.lines))
    terms = tuple(
        replace(each, name=name, when=Selector(product=name))  # type: ignore[arg-type]  # a text is one of it
        for name, each in zip("xyz", (*policy.terms, rest, rest)[:3], strict=True)
    )

    def decided(*terms: ReturnTerms) -> ReturnDecision:
        shop: ReturnPolicy = replace(policy, terms=terms)
        return replace(question.with_order(lines=lines), policies=(shop,)).decided()

    assert told(decided(*terms)) == told(decided(*reversed(terms)))


# One more fact


@st.composite
def learned(draw: st.DrawFn, question: Question) -> Question | None:
    """The question with one more fact known; ``None`` where nothing is unknown."""
    order, request = question.order, question.request
    ways: list[tuple[str, int, str]] = []
    for at, line in enumerate(order.lines):
        ways += [("line", at, name) for name, value in line.attributes.items() if value is None]
    for at, line_asked in enumerate(request.lines):
        known = {**order.attributes, **order.line(line_asked.id).attributes, **line_asked.facts}
        ways += [("asked", at, name) for name in (*line_asked.facts, *HAPPENED) if known.get(name) is None]
        ways += [(name, at, name) for name in ("reason", "condition") if getattr(line_asked, name) is None]
    ways += [("order", 0, name) for name, value in order.attributes.items() if value is None]
    ways += [
        ("delivery", at, "delivered_on")
        for at, each in enumerate(order.deliveries)
        if each.arrived is None and (each.fulfilled_at or order.placed_at)
    ]
    ways += [("works", 0, "public_holidays")] if question.is_working_day is None else []
    if not ways:
        return None
    kind, at, name = draw(st.sampled_from(ways))
    value = draw(st.booleans())
    if kind == "works":
        return replace(question, is_working_day=draw(working_days))
    if kind == "order":
        return question.with_order(attributes={**order.attributes, name: value})
    if kind == "delivery":
        return question.with_order(deliveries=put(order.deliveries, at, draw(arrived(question, order.deliveries[at]))))
    if kind == "line":
        return question.with_order(
            lines=put(order.lines, at, replace(order.lines[at], attributes={**order.lines[at].attributes, name: value}))
        )
    wanted = request.lines[at]
    if kind == "reason":
        wanted = replace(wanted, reason="unwanted" if value else "defective")
    elif kind == "condition":
        wanted = replace(wanted, condition="NewCondition" if value else "UsedCondition")
    else:
        wanted = replace(wanted, facts=FrozenDict({**wanted.facts, name: value}))
    return replace(question, request=replace(request, lines=put(request.lines, at, wanted)))


def put(items: tuple[Any, ...], at: int, item: Any) -> tuple[Any, ...]:
    return (*items[:at], item, *items[at + 1 :])


@st.composite
def arrived(draw: st.DrawFn, question: Question, delivery: Delivery) -> Delivery:
    """A parcel of which it is now known when it came, not before it left; or that it has not."""
    moment = delivery.fulfilled_at or question.order.placed_at
    assert moment is not None
    least, most = local(moment, question.order), local(question.request.at, question.order)
    if draw(st.integers(0, 3)) == 0:
        return replace(delivery, arrived=False)
    return replace(delivery, delivered_at=min(least + draw(st.integers(0, 40)) * DAY, max(least, most)))


@given(questions(), st.data())
@settings(max_examples=200)
def test_one_more_fact_never_flips_an_answer(question: Question, data: st.DataObject) -> None:
    """Facts that were unknown: what is told of goods, units and contract, the reason, the condition, when a parcel
    came (within what its dispatch allows), and the public holidays.

    Not for a delivery that was estimated, which the decision says; nor for how many units were sent, of which none
    being told means all; nor for the day of the order, for which that of the dispatch is taken, and said.
    """
    # No parcel holds what was never sent: nobody learns that it arrived.
    assume(all(line.fulfilled_quantity != 0 for line in question.order.lines))
    more = data.draw(learned(question))
    assume(more is not None)
    assert more is not None
    before = question.decided()
    assume("DELIVERY_DATE_ESTIMATED" not in before.reasons)
    for one, other in zip(before.lines, more.decided().lines, strict=True):
        assert one.eligible in (None, other.eligible)


@given(questions(), st.data())
@settings(max_examples=100)
def test_an_answer_holds_in_every_possible_world(question: Question, data: st.DataObject) -> None:
    """What was decided without some facts is what the oracle says once they are drawn."""
    assume(question.order.placed_at is not None)
    # No parcel holds what was never sent: in no world does it arrive.
    assume(all(line.fulfilled_quantity != 0 for line in question.order.lines))
    decision, world = question.decided(), question
    assume("DELIVERY_DATE_ESTIMATED" not in decision.reasons)
    copy_on = {"contract_copy_on": question.order.placed_at, **question.order.attributes}
    world = world.with_order(attributes=copy_on)
    while (more := data.draw(learned(world))) is not None:
        world = more
    for wanted, line in zip(world.request.lines, decision.lines, strict=True):
        assert line.eligible in (None, judge(world, wanted).eligible)


# Time


@given(questions(), st.integers(1, 900))
@settings(max_examples=100)
def test_a_later_request_never_becomes_eligible_again(question: Question, days: int) -> None:
    day = local(question.request.at, question.order)
    early, late = question.on(day).decided(), question.on(day + days * DAY).decided()
    for one, other in zip(early.lines, late.lines, strict=True):
        assert GOOD[one.eligible] >= GOOD[other.eligible]


@given(questions())
@settings(max_examples=100)
def test_a_deadline_is_the_last_day(question: Question) -> None:
    for at, line in enumerate(question.decided().lines):
        if not line.eligible or line.deadline is None:
            continue
        last = question.on(line.deadline).decided().lines[at]
        after = question.on(line.deadline + DAY).decided().lines[at]
        assert (last.eligible, last.basis, last.deadline) == (True, line.basis, line.deadline)
        assert (after.eligible, after.basis) != (True, line.basis)


# What is told


@given(questions())
@FEW
def test_a_decision_survives_json(question: Question) -> None:
    decision = question.decided()
    again = ReturnDecision.from_dict(json.loads(json.dumps(decision.to_dict())))
    assert (again, again.id) == (decision, decision.id)


@given(questions())
@FEW
@pytest.mark.parametrize("locale", LOCALES)
def test_every_decision_explains_itself_without_a_blank(locale: str, question: Question) -> None:
    text = question.decided().explain(locale)
    assert [mark for mark in ("{", "}", "–", "None") if mark in text] == []


@given(questions())
@FEW
def test_the_same_question_has_the_same_answer(question: Question) -> None:
    before = repr(question)
    assert question.decided() == question.decided()
    assert repr(question) == before


# Sentences


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def leaves(table: dict[str, Any], at: str = "") -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, each in table.items():
        name = f"{at}.{key}"
        found |= (
            leaves(each, name) if isinstance(each, dict) else {name: blanks(each) if isinstance(each, str) else set()}
        )
    return found


def test_both_languages_say_the_same() -> None:
    assert leaves(SENTENCES["en"]) == leaves(SENTENCES["es"])


def has_sentence(code: str) -> bool:
    known = SENTENCES["en"]["codes"]
    head, _, fact = code.partition(":")
    return code in known or head.startswith(("EXEMPT_", "EXCLUDED_")) or (head == "MISSING_FACT" and bool(fact))


@given(questions())
@FEW
def test_every_reason_has_a_sentence(question: Question) -> None:
    codes = {outcome.code for outcome in question.decided().outcomes}
    assert [code for code in sorted(codes) if not has_sentence(code)] == []


def test_every_code_of_the_source_has_a_sentence_and_every_sentence_a_code() -> None:
    source = "\n".join(path.read_text("utf-8") for path in sorted(HERE.glob("*.py")))
    found = set(re.findall(r'"([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+|EXCHANGE)"', source))
    codes = {each for each in found if not each.endswith("_")}
    assert [code for code in sorted(codes) if not has_sentence(code)] == []
    general = {"OTHER", "EXEMPT", "EXCLUDED"}
    told = {code.removesuffix("_WITHOUT_END") for code in SENTENCES["en"]["codes"]}
    assert sorted(told - codes - general) == []


# What once did not hold

D: Final = date.fromisoformat
DEFECTIVE: Final = {"reason": "defective", "remedy": "repair"}


def mug(**facts: Any) -> OrderLine:
    return OrderLine(id="MUG-1", unit_price=eur("80.00"), attributes=facts)


def answer(on: str, law: str | None, *lines: OrderLine, wanted: dict[str, Any] | None = None, **facts: Any) -> Any:
    terms = facts.pop("policy", policy(days=None))
    works = facts.pop("is_working_day", Holidays())
    law_of = None if law is None else Law.of(law)
    found = order(*lines, **facts)
    return decide(found, asked(on, **(wanted or {})), terms, law=law_of, is_working_day=works)


def test_a_repair_gives_no_time_to_reject_that_had_ended() -> None:
    line = mug(repair_requested_on=D("2026-08-20"), repair_returned_on=D("2026-08-25"))
    late = answer("2026-08-30", "GB", line, wanted={"reason": "defective"}, delivered="2026-06-01", placed="2026-05-30")
    assert str(late.basis) == "legal_guarantee"


def test_a_repair_gives_no_guarantee_that_had_ended() -> None:
    line = mug(repair_requested_on=D("2027-01-01"))
    assert answer("2027-02-01", "BR", line, wanted=DEFECTIVE).eligible is False


def test_of_goods_in_repair_there_is_no_last_day() -> None:
    line = mug(repair_requested_on=D("2026-04-01"))
    assert answer("2026-07-20", "BR", line, wanted=DEFECTIVE).deadline is None


def test_two_doubtful_rights_are_no_sure_one() -> None:
    facts = {"contract_copy_sent": None, "disclosure_complete": None, "contract_copy_on": D("2026-03-04")}
    assert answer("2026-03-06", "CA-QC", attributes=facts).eligible is None


def test_an_exclusion_waits_for_the_reason() -> None:
    shop = policy(exclusions=("final_sale",))
    unknown = answer("2026-03-20", None, mug(final_sale=True), wanted={"reason": None}, policy=shop)
    assert (unknown.eligible, unknown.missing_facts) == (None, ("reason",))


def test_two_unknown_facts_are_as_good_as_one_after_the_other() -> None:
    facts = {"withdrawal_informed": None}
    assert answer("2027-03-18", "ES", attributes=facts, is_working_day=None).eligible is None


def test_nobody_keeps_what_is_exchanged() -> None:
    item = ExchangeItem(sku="X", unit_price=eur("80.00"))
    wanted = {"remedy": "exchange", "exchange_items": (item,)}
    shop = policy(keep_product_below="10.00")
    assert answer("2026-03-20", None, wanted=wanted, policy=shop).return_method == "ReturnByMail"


def test_nobody_keeps_what_is_worth_more_than_the_parcel() -> None:
    paid: dict[str, Any] = {"captured": eur("80.00"), "refunded": eur("75.00")}
    assert answer("2026-03-20", None, policy=policy(keep_product_below="10.00"), **paid).return_method == "ReturnByMail"


def test_a_word_for_the_original_shipping_is_as_good_as_its_member() -> None:
    shop = policy(refund_original_shipping="always")
    assert answer("2026-03-20", None, shipping_paid=eur("4.95"), policy=shop).refund.total == eur("84.95")


def test_a_window_from_the_order_waits_for_its_day() -> None:
    window = ReturnWindow(days=30, starts_from="ordered")  # type: ignore[arg-type]
    assert answer("2026-03-30", "PE", placed=None, policy=policy(days=None, window=window)).eligible is None


def test_the_first_line_does_not_speak_for_all() -> None:
    terms = (
        ReturnTerms(
            name="a", when=Selector(sku=("a",)), window=ReturnWindow(days=30), refund_methods=("store_credit",)
        ),
        ReturnTerms(name="rest", window=ReturnWindow(days=60)),
    )
    lines = tuple(OrderLine(id=name, sku=name, unit_price=eur("20.00")) for name in "ab")
    both = [
        answer(
            "2026-03-20", None, *lines, policy=ReturnPolicy(id="sample", terms=terms),
            wanted={"lines": tuple(RequestedLine(id=name, reason="unwanted") for name in names)},
        )
        for names in ("ab", "ba")
    ]  # fmt: skip
    assert told(both[0]) == told(both[1])


def test_without_a_reason_the_shop_still_pays_the_parcel_back() -> None:
    shop = policy(return_cost={ReasonNature.REMORSE: "merchant"})
    assert answer("2026-03-04", "CL", wanted={"reason": None}, policy=shop).return_cost_paid_by == "merchant"


def test_a_fixed_last_day_needs_no_delivery() -> None:
    season = SeasonalOverride(start=D("2026-02-15"), end=D("2026-03-15"), return_by=D("2026-06-30"))
    shop = policy(30, seasonal_overrides=(season,))
    assert answer("2026-05-01", None, delivered=None, sent="2026-03-02", policy=shop).eligible is True


def test_what_cannot_have_ended_is_open_without_a_copy_of_the_contract() -> None:
    assert answer("2026-03-02", "CA-QC", attributes={"disclosure_complete": False}).eligible is True


def test_a_period_from_the_contract_asks_for_its_day() -> None:
    late = answer("2026-03-04", "US", placed=None, delivered=None, contract="off_premises")
    assert late.missing_facts == ("placed_at",)
