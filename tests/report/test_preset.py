"""The same tickets, counted as a vendor's dashboard counts them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from csprotocol.adapters import Read, TicketExport
from csprotocol.adapters.table import TableMapping, tickets
from csprotocol.cli._report_options import VENDORS
from csprotocol.errors import InvalidValueError
from csprotocol.kpi import csat, csat_balance, csat_mean, fcr, first_reply, preset, resolution
from csprotocol.model import StatusCategory, TicketFacts
from csprotocol.report import Report, ReportSpec, build, render

from . import laws

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def after(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


# One was answered once, one not at all, one twice and reopened; the last one was begun by an agent, in public.
FACTS = (
    TicketFacts(
        ticket_id="1", created_at=NOON, first_customer_message_at=NOON, first_reply_at=after(1), agent_replies=1,
        agent_messages=1, customer_replies=2, agents=1, closes=1, reopens=0, solved_at=(after(4),),
        closed_at=after(10), status=StatusCategory.CLOSED, csat=5, surveyed=True,
    ),
    TicketFacts(
        ticket_id="2", created_at=NOON, first_customer_message_at=after(0.5), agent_replies=0, agent_messages=0,
        customer_replies=0, agents=1, closes=1, reopens=0, solved_at=(after(2),), status=StatusCategory.RESOLVED,
        csat=3, surveyed=True,
    ),
    TicketFacts(
        ticket_id="3", created_at=NOON, first_customer_message_at=NOON, first_reply_at=after(3), agent_replies=1,
        agent_messages=2, customer_replies=0, agents=2, closes=2, reopens=1, solved_at=(after(4), after(6)),
        closed_at=after(7), status=StatusCategory.CLOSED, csat=2, surveyed=True,
    ),
    TicketFacts(
        ticket_id="4", created_at=NOON, agent_started=True, opened_publicly=True, first_agent_message_at=NOON,
        first_customer_message_at=after(1), second_agent_message_at=after(5), first_reply_at=after(5),
        agent_replies=1, agent_messages=2, customer_replies=0, agents=1, closes=1, reopens=0,
        solved_at=(after(6),), closed_at=after(8), status=StatusCategory.CLOSED, surveyed=True,
    ),
)  # fmt: skip


def report(vendor: str, **options: Any) -> Report:
    read = Read(TicketExport(source="test", facts=FACTS))
    spec = ReportSpec(as_of=after(100), by=(), preset=vendor, min_n=0, csat_scale=(1, 5), **options)
    told = build(read, spec)
    laws.check(told)
    return told


class TestNumbers:
    @pytest.mark.parametrize("vendor", VENDORS)
    def test_each_number_is_that_of_the_vendors_options(self, vendor: str) -> None:
        total = report(vendor).total
        assert total.measure("fcr").values["share"] == fcr(FACTS, **preset(vendor, "fcr")).value
        for kpi, compute in (("first_reply", first_reply), ("resolution", resolution)):
            mean = compute(FACTS, **preset(vendor, kpi)).mean
            assert mean is not None
            assert total.measure(kpi, "elapsed").values["mean"] == mean.total_seconds()

    @pytest.mark.parametrize(
        ("vendor", "share"),
        [
            ("", 0.5), ("zendesk", 1.0), ("freshdesk", 0.75), ("freshservice", 0.75), ("intercom", 0.75),
            ("dbt_zendesk", 0.25), ("gorgias", 0.5),
        ],
    )  # fmt: skip
    def test_first_contact_resolution(self, vendor: str, share: float) -> None:
        assert report(vendor).total.measure("fcr").values["share"] == share

    @pytest.mark.parametrize(
        ("vendor", "hours", "n"),
        # Of the ticket that an agent began: from the customer's word, to the second message, not at all, the opening.
        [("", (1 + 3 + 4) / 3, 3), ("zendesk", 3, 3), ("gorgias", 2, 2), ("dbt_zendesk", (1 + 3 + 0) / 3, 3)],
    )
    def test_first_reply(self, vendor: str, hours: float, n: int) -> None:
        measure = report(vendor).total.measure("first_reply", "elapsed")
        assert measure.values["mean"] == pytest.approx(hours * 3600)
        assert measure.n == n

    @pytest.mark.parametrize(("vendor", "hours", "n"), [("", (4 + 2 + 6 + 6) / 4, 4), ("gorgias", (10 + 7 + 7) / 3, 3)])
    def test_resolution(self, vendor: str, hours: float, n: int) -> None:
        measure = report(vendor).total.measure("resolution", "elapsed")
        assert measure.values["mean"] == pytest.approx(hours * 3600)
        assert measure.n == n

    @pytest.mark.parametrize(
        ("vendor", "kpi", "statistic", "value"),
        [
            ("", "csat", "share", csat([5, 3, 2]).value),
            ("zendesk", "csat", "share", 1 / 3),
            ("gorgias", "csat_mean", "mean", csat_mean([5, 3, 2]).value),
            ("helpscout", "csat_balance", "points", csat_balance([5, 3, 2]).value),
        ],
    )
    def test_satisfaction(self, vendor: str, kpi: str, statistic: str, value: float) -> None:
        measure = report(vendor).total.measure(kpi)
        assert (measure.values[statistic], measure.n, measure.values["response_rate"]) == (value, 3, 0.75)
        assert measure.missing == {"no-answer": 1}

    def test_a_scale_of_two_has_an_upper_and_a_lower_end(self) -> None:
        facts = tuple(TicketFacts(ticket_id=str(i), csat=int(i % 3 > 0), surveyed=True) for i in range(9))
        read = Read(TicketExport(source="test", facts=facts))
        spec = ReportSpec(as_of=NOON, by=(), preset="helpscout", min_n=0, csat_scale=(0, 1))
        measure = build(read, spec).total.measure("csat_balance")
        assert measure.counts == {"satisfied": 6, "neutral": 0, "dissatisfied": 3}


class TestTables:
    @pytest.mark.parametrize(
        ("vendor", "reply", "resolution_hours"),
        [("intercom", 1.5, None), ("gorgias", None, 3.5), ("redo", None, 3.5), ("plain", 1.5, None)],
    )
    def test_a_column_with_the_first_word_of_the_customer_starts_the_clock(
        self, vendor: str, reply: float | None, resolution_hours: float | None
    ) -> None:
        mapping = TableMapping.from_dict(
            {
                "source": "test",
                "layout": "tickets",
                "columns": {
                    "ticket_id": "id", "created_at": "opened", "first_customer_message_at": "asked",
                    "first_reply_at": "answered", "closed_at": "closed", "agent_started": "ours", "status": "state",
                },
            }
        )  # fmt: skip
        header = "id,opened,asked,answered,closed,ours,state"
        row = "1,2026-11-02T12:00Z,2026-11-02T12:30Z,2026-11-02T14:00Z,2026-11-02T16:00Z,no,closed"
        spec = ReportSpec(as_of=after(100), by=(), preset=vendor, min_n=0)
        total = build(tickets([header, row], mapping), spec).total
        if reply is not None:
            assert total.measure("first_reply", "elapsed").values["mean"] == reply * 3600
        if resolution_hours is not None:
            assert total.measure("resolution", "elapsed").values["mean"] == resolution_hours * 3600


class TestWhatIsSaid:
    def test_each_number_says_whose_options_it_has(self) -> None:
        measures = {measure.key: measure for measure in report("zendesk").total.measures}
        assert {key: measure.vendor for key, measure in measures.items()} == {
            ("first_reply", "elapsed"): "zendesk",
            ("resolution", "elapsed"): "",
            ("fcr", ""): "zendesk",
            ("reopen_rate", ""): "",
            ("csat", ""): "",
        }
        assert measures["fcr", ""].options["variant"] == "less_than_two"

    def test_the_text_says_so_too(self) -> None:
        told = " ".join(render(report("zendesk")).split())
        assert "counted as zendesk does where it has options of its own" in told
        assert "options of zendesk variant less_than_two, merged exclude, spam exclude" in told
        assert "options of ours: zendesk has none of its own here counting tickets" in told

    def test_without_a_preset_nobody_is_named(self) -> None:
        assert "options of" not in render(report(""))

    def test_an_unknown_vendor_is_refused_with_those_that_are_known(self) -> None:
        with pytest.raises(InvalidValueError, match="'zendsk' is unknown; did you mean zendesk"):
            report("zendsk")
