"""Whose word counts, who pays, who grants it, and that every rule is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from csprotocol.errors import DocumentError, InvalidValueError
from csprotocol.model import Buyer, ContractChannel, OrderLine, ReasonNature
from csprotocol.returns import (
    Basis,
    Fees,
    Law,
    NextAction,
    RequestedLine,
    ReturnDecision,
    ReturnPolicy,
    ReturnTerms,
    ReturnWindow,
    Selector,
    Status,
    decide,
    is_rma,
)
from tests.returns.shop import asked, eur, order, policy

ES, GB = Law.of("ES"), Law.of("GB")
NO_RETURNS = policy(days=None)


class TestWhoseWordCounts:
    def test_the_law_beats_what_the_shop_excludes_and_charges(self) -> None:
        terms = policy(
            exclusions=("final_sale",),
            requires=("original_packaging",),
            fees={ReasonNature.REMORSE: Fees(restocking_percent="15")},
            refund_methods=("store_credit",),
        )
        line = OrderLine(
            id="MUG-1", unit_price=eur("80.00"), attributes={"final_sale": True, "original_packaging": False}
        )
        decision = decide(order(line), asked("2026-03-10"), terms, law=ES)
        assert (decision.basis, decision.refund.total, decision.refund_method) == (
            Basis.STATUTORY_WITHDRAWAL,
            eur("80.00"),
            "original_payment",
        )
        assert {
            "POLICY_EXCLUSION_OVERRIDDEN", "POLICY_CONDITION_OVERRIDDEN", "FEE_WAIVED_BY_STATUTE",
            "REFUND_METHOD_OVERRIDDEN", "STATUTORY_FLOOR_APPLIED",
        } <= {*decision.reasons}  # fmt: skip

    def test_all_reasons_at_once(self) -> None:
        terms = policy(days=14, exclusions=("final_sale", "clearance"), conditions=("NewCondition",), rma_required=True)
        line = OrderLine(id="MUG-1", unit_price=eur("80.00"), tags=("clearance",), attributes={"final_sale": True})
        request = asked("2026-06-01", quantity=2, line_facts={"condition": "UsedCondition"})
        decision = decide(order(line), request, terms, law=None)
        assert {*decision.reasons} == {
            "QUANTITY_EXCEEDED", "FINAL_SALE", "EXCLUDED_CLEARANCE", "CONDITION_NOT_ACCEPTED", "RMA_REQUIRED",
            "WINDOW_EXPIRED",
        }  # fmt: skip
        assert (decision.eligible, decision.next_action) == (False, NextAction.REFUSE)

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"buyer": Buyer.BUSINESS}, "NOT_A_CONSUMER"),
            ({"contract": ContractChannel.IN_STORE}, "NOT_DISTANCE_CONTRACT"),
        ],
    )
    def test_the_right_is_not_everybodys(self, facts: dict[str, Any], code: str) -> None:
        decision = decide(order(**facts), asked("2026-03-04"), NO_RETURNS, law=ES)
        assert (decision.eligible, code in decision.reasons) == (False, True)

    def test_bad_goods_are_no_change_of_mind(self) -> None:
        line = OrderLine(id="MUG-1", unit_price=eur("80.00"), attributes={"final_sale": True})
        terms = policy(exclusions=("final_sale",))
        decision = decide(order(line), asked("2026-05-10", reason="defective"), terms, law=ES)
        assert (decision.basis, decision.remedies, decision.requested_ok) == (
            Basis.LEGAL_GUARANTEE,
            ("repair", "replacement"),
            False,
        )
        assert (decision.next_action, decision.refund.total) == (NextAction.OFFER_REMEDY, eur("0.00"))
        repair = decide(order(line), asked("2026-05-10", reason="defective", remedy="repair"), terms, law=ES)
        assert repair.requested_ok

    def test_bad_goods_can_be_withdrawn_from_as_well(self) -> None:
        decision = decide(order(), asked("2026-03-10", reason="defective"), NO_RETURNS, law=ES)
        assert (decision.basis, decision.refund.total) == (Basis.STATUTORY_WITHDRAWAL, eur("80.00"))

    def test_without_a_reason_the_guarantee_is_a_question(self) -> None:
        late = decide(order(), asked("2026-06-10", reason=None), NO_RETURNS, law=ES)
        assert (late.eligible, late.missing_facts, late.next_action) == (None, ("reason",), NextAction.ASK_FOR_FACTS)
        assert decide(order(), asked("2026-03-10", reason=None), NO_RETURNS, law=ES).eligible is True

    @pytest.mark.parametrize(
        ("attributes", "eligible"),
        [
            ({"hygiene_sealed": True, "seal_broken": True}, False),
            ({"hygiene_sealed": True, "seal_broken": False}, True),
            ({"hygiene_sealed": True, "seal_broken": None}, None),
            ({"hygiene_sealed": True}, None),
            ({"hygiene_sealed": None, "seal_broken": True}, None),
            ({"hygiene_sealed": None, "seal_broken": False}, True),
            ({"seal_broken": True}, True),
        ],
    )
    def test_an_exemption_has_three_answers(self, attributes: dict[str, object], eligible: bool | None) -> None:
        line = OrderLine(id="MUG-1", unit_price=eur("80.00"), attributes=attributes)
        assert decide(order(line), asked("2026-03-10"), NO_RETURNS, law=ES).eligible is eligible

    def test_what_was_never_sent_is_cancelled(self) -> None:
        line = OrderLine(id="MUG-1", unit_price=eur("80.00"), fulfilled_quantity=0)
        shop = decide(order(line, delivered=None), asked("2026-03-10"), policy(), law=None)
        law = decide(order(line, delivered=None), asked("2026-03-10"), policy(), law=ES)
        assert (shop.eligible, shop.next_action) == (False, NextAction.CANCEL_ORDER)
        assert (law.eligible, law.basis, law.next_action) == (True, Basis.STATUTORY_WITHDRAWAL, NextAction.CANCEL_ORDER)

    def test_a_rule_that_nobody_checked_says_so(self) -> None:
        unverified = [
            (name, rule)
            for name in ("DE", "PL", "FR", "IT")
            for rule in Law.of(name).rules
            if rule.confidence == "unverified"
        ]
        assert unverified
        old = order(placed="2021-06-01", delivered="2021-06-02")
        decision = decide(old, asked("2022-01-02", reason="defective", remedy="repair"), NO_RETURNS, law=Law.of("FR"))
        assert "LAW_UNVERIFIED" in decision.reasons


class TestPolicies:
    def test_the_version_of_the_day_of_the_order(self) -> None:
        old = replace(policy(30), version="2026-01", valid_to=date(2026, 3, 9))
        new = replace(policy(14), version="2026-03", valid_from=date(2026, 3, 10))
        decisions = [
            decide(order(placed=on), asked("2026-03-30"), (old, new), law=None) for on in ("2026-03-09", "2026-03-10")
        ]
        assert [(each.policy_version, each.eligible) for each in decisions] == [("2026-01", True), ("2026-03", False)]
        unknown = decide(order(placed=None), asked("2026-03-30"), (old, new), law=None)
        assert unknown.missing_facts == ("placed_at",)
        none = decide(order(placed="2026-03-09"), asked("2026-03-30"), (new,), law=None)
        assert none.reasons == ("NO_POLICY_IN_FORCE",)

    def test_the_first_terms_that_are_for_the_line(self) -> None:
        terms = (
            ReturnTerms(name="sale", when=Selector(tag=("sale",))),
            ReturnTerms(name="vip", when=Selector(member_tier=("gold",)), window=ReturnWindow(days=90)),
            ReturnTerms(name="rest", window=ReturnWindow(days=30)),
        )
        shop = ReturnPolicy(id="sample", terms=terms)
        line = OrderLine(id="MUG-1", unit_price=eur("80.00"), tags=("sale",))
        request = asked("2026-05-20")
        assert decide(order(line), request, shop, law=None).eligible is False
        assert decide(order(member_tier="gold"), request, shop, law=None).eligible is True
        assert decide(order(), request, shop, law=None).eligible is False

    def test_a_policy_that_was_not_posted(self) -> None:
        hidden = replace(NO_RETURNS, posted=False)
        decision = decide(order(), asked("2026-03-30"), hidden, law=Law.of("US-CA"))
        assert (decision.eligible, decision.basis) == (True, Basis.STATUTORY_DEFAULT)
        assert decide(order(), asked("2026-03-30"), NO_RETURNS, law=Law.of("US-CA")).eligible is False

    @pytest.mark.parametrize(
        ("actor", "needs", "approver"),
        [
            ("agent", True, "supervisor"),
            ("supervisor", False, None),
            ("intern", True, "supervisor"),
            (None, False, None),
        ],
    )
    def test_empowerment(self, actor: str | None, needs: bool, approver: str | None) -> None:
        shop = replace(policy(), approval_limits={"agent": "50.00", "supervisor": "80.00"})
        decision = decide(order(), asked("2026-03-20"), shop, law=None, actor=actor)
        assert (decision.eligible, decision.needs_approval, decision.approver) == (True, needs, approver)

    def test_nobody_may_grant_it(self) -> None:
        shop = replace(policy(), approval_limits={"agent": "50.00"})
        decision = decide(order(), asked("2026-03-20"), shop, law=None, actor="agent")
        assert (decision.needs_approval, decision.approver, decision.next_action) == (
            True,
            None,
            NextAction.REQUEST_APPROVAL,
        )

    def test_a_number_for_the_return(self) -> None:
        decision = decide(order(), asked("2026-03-20"), policy(rma_required=True), law=None)
        assert decision.rma is not None
        assert is_rma(decision.rma)
        assert decide(order(), asked("2026-03-20", rma="R-7"), policy(rma_required=True), law=None).rma == "R-7"

    def test_goods_worth_less_than_the_parcel_stay(self) -> None:
        line = OrderLine(id="MUG-1", unit_price=eur("7.50"))
        decision = decide(order(line), asked("2026-03-20"), policy(keep_product_below="10.00"), law=None)
        assert (decision.return_method, decision.next_action) == ("KeepProduct", NextAction.REFUND_NOW)

    def test_what_was_asked_before_changes_nothing(self) -> None:
        words: dict[str, Any] = {"requires": ("tags_attached", "unopened"), "exclusions": ("final_sale",)}
        used = policy(**words)
        for told in product((True, False, None), repeat=3):
            facts = dict(zip(("tags_attached", "unopened", "final_sale"), told, strict=True))
            request = asked("2026-03-20", line_facts={"facts": facts})
            decision = decide(order(), request, used, law=None)
            assert decision == decide(order(), request, policy(**words), law=None)
            looked_at = {name: fact for each in decision.outcomes for name, fact in each.evidence.items()}
            assert facts.items() <= looked_at.items()


class TestSeveralLines:
    lines = (
        OrderLine(id="a", unit_price=eur("20.00")),
        OrderLine(id="b", unit_price=eur("30.00"), attributes={"final_sale": True}),
    )

    def test_each_has_its_answer(self) -> None:
        wanted = tuple(RequestedLine(id=name, reason="unwanted") for name in ("a", "b"))
        decision = decide(
            order(*self.lines), asked("2026-03-20", lines=wanted), policy(exclusions=("final_sale",)), law=None
        )
        assert [each.eligible for each in decision.lines] == [True, False]
        assert (decision.eligible, decision.basis, decision.refund.total) == (True, Basis.SHOP_POLICY, eur("20.00"))
        assert "FINAL_SALE" in decision.lines[1].reasons

    def test_a_line_that_is_not_there(self) -> None:
        with pytest.raises(InvalidValueError, match="possible: a, b"):
            decide(order(*self.lines), asked("2026-03-20", "c"), policy(), law=None)


class TestTelling:
    decision = decide(
        order(number="#1001"),
        asked("2026-03-23", line_facts={"condition": "NewCondition"}),
        policy(conditions=("NewCondition",), fees={ReasonNature.REMORSE: Fees(restocking_percent="15")}),
        law=ES,
        actor="agent",
    )

    def test_round_trip(self) -> None:
        again = ReturnDecision.from_dict(json.loads(json.dumps(self.decision.to_dict())))
        assert again == self.decision
        assert (again.id, len(again.id)) == (self.decision.id, 24)

    @pytest.mark.parametrize("rubbish", [{}, {"lines": 3}, {"refund": None}, []])
    def test_rubbish_is_no_decision(self, rubbish: object) -> None:
        with pytest.raises(DocumentError, match="no decision"):
            ReturnDecision.from_dict(rubbish)  # type: ignore[arg-type]

    def test_every_outcome_has_evidence_and_source(self) -> None:
        statuses = {outcome.code: (outcome.status, outcome.evidence) for outcome in self.decision.outcomes}
        assert statuses["CONDITION_NOT_ACCEPTED"] == (Status.PASS, {"condition": "NewCondition"})
        assert all(outcome.source for outcome in self.decision.outcomes if outcome.code != "RESTOCKING_FEE")

    @pytest.mark.parametrize(
        ("locale", "words"),
        [
            ("en", ("rests on the shop's own policy", "30 days from Tuesday 3 March 2026", "not legal advice")),
            (
                "es-AR",
                ("Se apoya en la política de la tienda", "30 días desde el martes 3 de marzo de 2026", "jurídico"),
            ),
            ("xx", ("The shop keeps 12.00 EUR for restocking",)),
        ],
    )
    def test_it_explains_itself(self, locale: str, words: tuple[str, ...]) -> None:
        told = self.decision.explain(locale)
        assert [word for word in words if word not in told] == []

    def test_no_fact_is_a_dash(self) -> None:
        assert "–" not in self.decision.explain()
