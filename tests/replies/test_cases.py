"""Decisions on returns, clocks and denials, as what a reply needs to know."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from csprotocol.adapters import shopify
from csprotocol.errors import InvalidValueError
from csprotocol.incident import Workflow
from csprotocol.model import Money
from csprotocol.replies import Catalog, case_of_delay, case_of_return
from csprotocol.returns import Law, RequestedLine, ReturnDecision, ReturnPolicy, ReturnRequest, decide

ORDER = Path(__file__).parents[2] / "examples" / "returns" / "shopify_order.json"
NAMES = {"71": "T-shirt M", "72": "Socks"}


def decided(on: date, reason: str = "unwanted", policy: str = "fashion") -> ReturnDecision:
    order = shopify.order(json.loads(ORDER.read_bytes()), strict=True).value
    line = RequestedLine(id="71", quantity=1, reason=reason, facts={"tags_attached": True})
    return decide(order, ReturnRequest(at=on, lines=(line,)), ReturnPolicy.sample(policy), law=Law.of("ES"))


class TestReturn:
    def test_a_yes_becomes_instructions(self) -> None:
        decision = decided(date(2026, 11, 10))
        case = case_of_return(decision, items=NAMES, order="#1001", shipping_cost=Money.of("4.95", "EUR"))
        assert case.situation == "return.instructions"
        assert case.arguments["items"] == ("T-shirt M",)
        assert (case.arguments["rma"], case.arguments["shipping_paid_by"]) == ("#1001", "customer")
        reply = Catalog.builtin("es").render(case.situation, case.arguments, locale="es")
        assert "T-shirt M" in reply.text
        assert "4,95\xa0€" in reply.text

    def test_a_no_becomes_a_refusal_with_its_reason(self) -> None:
        case = case_of_return(decided(date(2027, 11, 10)), items=NAMES)
        assert case.situation == "return.not_eligible"
        assert case.arguments["reason"] == "window_closed"
        reply = Catalog.builtin("en").render(case.situation, case.arguments, locale="en", agent_note="x")
        assert "time for returns is over" in reply.text or "that time is over" in reply.text

    def test_a_missing_fact_is_no_answer(self) -> None:
        order = shopify.order(json.loads(ORDER.read_bytes()), strict=True).value
        request = ReturnRequest(at=date(2026, 11, 10), lines=(RequestedLine(id="71", quantity=1),))
        undecided = decide(order, request, ReturnPolicy.sample("fashion"), law=None)
        assert undecided.eligible is None
        with pytest.raises(InvalidValueError, match="find out"):
            case_of_return(undecided)

    def test_different_reasons_are_told_by_a_person(self) -> None:
        def line(name: str, code: str) -> object:
            @dataclass
            class Outcome:
                code: str
                status: str = "block"

            @dataclass
            class Line:
                id: str
                outcomes: tuple[Outcome, ...]
                eligible: bool = False
                counted: tuple[int, str] | None = None

            return Line(name, (Outcome("WINDOW_EXPIRED"), Outcome(code)))

        @dataclass
        class Verdict:
            lines: tuple[object, ...]
            order_id: str = "#1"
            eligible: bool = False

        one = case_of_return(Verdict((line("a", "EXEMPT_HYGIENE_UNSEALED"),)))  # type: ignore[arg-type]
        assert one.arguments["reason"] == "hygiene"
        two = case_of_return(Verdict((line("a", "FINAL_SALE"), line("b", "EXEMPT_PERISHABLE"))))  # type: ignore[arg-type]
        assert two.arguments["reason"] == "other"
        absent = case_of_return(Verdict((line("a", "EXEMPT_CUSTOMER_UNUSED"),)))  # type: ignore[arg-type]
        assert absent.arguments["reason"] == "window_closed"
        assert two.arguments["items"] == ("a", "b")


@dataclass
class Clock:
    breached_at: datetime | None
    ticket_id: str | None = "INC-7"


class TestDelay:
    NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)

    def test_hours_since(self) -> None:
        due = self.NOW + timedelta(days=1)
        case = case_of_delay(Clock(self.NOW - timedelta(hours=2, minutes=59)), now=self.NOW, new_due=due)
        assert case.arguments == {"incident": "INC-7", "new_due": due, "hours_late": 2}
        text = Catalog.builtin("en").render(case.situation, case.arguments, locale="en").text
        assert "2 hours ago" in text

    @pytest.mark.parametrize("breached_at", [None, NOW + timedelta(minutes=1)])
    def test_in_time_needs_no_apology(self, breached_at: datetime | None) -> None:
        with pytest.raises(InvalidValueError, match="nothing to apologise"):
            case_of_delay(Clock(breached_at), now=self.NOW, new_due=self.NOW + timedelta(1))

    def test_somebody_has_to_say_whose_clock(self) -> None:
        with pytest.raises(InvalidValueError, match="number of the incident"):
            case_of_delay(Clock(self.NOW, None), now=self.NOW, new_due=self.NOW + timedelta(1))

    def test_instants(self) -> None:
        naive, later = self.NOW.replace(tzinfo=None), self.NOW + timedelta(1)
        for clock, now, new_due in (
            (Clock(self.NOW), naive, later), (Clock(self.NOW), self.NOW, naive), (Clock(naive), self.NOW, later),
        ):  # fmt: skip
            with pytest.raises(InvalidValueError, match="time zone"):
                case_of_delay(clock, now=now, new_due=new_due)
        with pytest.raises(InvalidValueError, match="later than now"):
            case_of_delay(Clock(self.NOW), now=self.NOW, new_due=self.NOW)


def test_every_denial_of_the_built_in_workflows_has_a_sentence() -> None:
    guards = {
        use.guard for name in Workflow.names() for each in Workflow.builtin(name).transitions for use in each.guard_uses
    }
    codes = Catalog.builtin("en").denials.codes
    assert guards <= set(codes)
    assert {"clock_skew", "missing_field", "no_transition", "role_required", "unknown_event"} <= set(codes)
