"""A shop's own states mean to clocks what their category says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from csprotocol.calendar import BusinessCalendar
from csprotocol.incident import Actor, Command, Workflow, to_ticket
from csprotocol.sla import SlaPolicy, State, evaluate

SHOP = Path(__file__).parents[2] / "examples" / "workflow" / "shop.toml"


def test_waiting_for_the_warehouse_stops_the_agents_clock() -> None:
    workflow = Workflow.load(SHOP)
    machine = workflow.compile()
    opened_at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    opened = incident = machine.open("INC-1", at=opened_at, opened_by="customer", state="on_it")
    entries = []
    for hours, event in ((1, "ask_warehouse"), (4, "warehouse_reply")):
        incident, entry = machine.apply(incident, Command(event, Actor("ana")), now=opened_at + timedelta(hours=hours))
        entries.append(entry)
    ticket = to_ticket(opened, entries, workflow)
    policy = SlaPolicy.of(agent_work="8h", requester_wait="8h")
    now = opened_at + timedelta(hours=5)
    clocks = {clock.kind.value: clock for clock in evaluate(ticket, policy, BusinessCalendar.ALWAYS_OPEN, now)}
    assert {kind: clock.elapsed for kind, clock in clocks.items()} == {
        "agent_work": timedelta(hours=2),
        "requester_wait": timedelta(hours=5),
    }
    paused = evaluate(ticket, policy, BusinessCalendar.ALWAYS_OPEN, opened_at + timedelta(hours=2))
    assert {clock.kind.value: clock.state for clock in paused} == {
        "agent_work": State.PAUSED,
        "requester_wait": State.RUNNING,
    }
