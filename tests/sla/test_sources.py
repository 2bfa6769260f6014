"""Our own incidents and a helpdesk's export of the same story give the same clocks.

What cannot agree, and why:

- ``promise``: Zendesk has no field for a date that was named, so its export holds none.
- ``group``: the export's history tells of assignees; of the group only the last one is known.
- ``next_reply`` and updates agree as far as the words were public messages in both: an incident's own kinds of
  events (a note, a resolution without a message) are no comments.
- Priorities agree where both tell each change. An incident says the one it was opened with beside its events; once
  an event changes it, what it was before counts as the default.
- Events of one instant: the export keeps no order across its tables.
- Stamps of the export are whole seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from csprotocol.adapters import zendesk
from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.incident import Actor, Command, MemoryJournal, Workflow, to_ticket
from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket
from csprotocol.sla import ClockRule, ClockState, SlaPolicy, diff, evaluate

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MACHINE = Workflow.default().compile()
ANA, CUSTOMER = Actor("ana"), Actor("c-1", "customer")
OFFICE = BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-14:00,16:00-19:00"))
TABLE = {"urgent": "1h", "high": "2h", "normal": "4h", "low": "8h"}
POLICY = SlaPolicy.of(
    first_reply=ClockRule(TABLE),
    next_reply=ClockRule("1h"),
    periodic_update=ClockRule("6h"),
    requester_wait=ClockRule("8h"),
    resolution=ClockRule("2 business days"),
)
USERS = {ActorKind.CUSTOMER: 2, ActorKind.AGENT: 1, ActorKind.BOT: 9}
WORDS = {
    StatusCategory.NEW: "new",
    StatusCategory.OPEN: "open",
    StatusCategory.WAITING_CUSTOMER: "pending",
    StatusCategory.WAITING_THIRD_PARTY: "hold",
    StatusCategory.RESOLVED: "solved",
    StatusCategory.CLOSED: "closed",
    StatusCategory.CANCELLED: "deleted",
}

Step = tuple[int, Command]
ASK = Command("ask_customer", ANA, data={"text": "May we see a photo?"})
ANSWER = Command("customer_reply", CUSTOMER, data={"text": "Here it is"})
UPDATE = Command("send_update", ANA, data={"text": "It is on its way"})
RESOLVE = Command("resolve", ANA, data={"resolution": "refund"})
BEGIN: list[Step] = [
    (5, Command("identify", ANA, data={"problem_type": "damaged", "priority": "high"})),
    (6, Command("register", ANA)),
    (7, Command("start", ANA, data={"assignee": "ana"})),
]
STORIES: dict[str, list[Step]] = {
    "one answer": [(30, UPDATE), (120, RESOLVE)],
    "a late one": [(600, UPDATE), (900, RESOLVE)],
    "a question": [(30, ASK), (400, ANSWER), (430, UPDATE), (500, RESOLVE)],
    "reopened": [(30, UPDATE), (120, RESOLVE), (200, ANSWER), (230, UPDATE), (300, RESOLVE)],
    "over the weekend": [(30, ASK), (4000, ANSWER), (4100, UPDATE), (4300, RESOLVE)],
    "two questions": [(30, ASK), (60, ANSWER), (90, ASK), (150, ANSWER), (170, ANSWER)],
    "another priority": [(20, Command("change_priority", ANA, data={"priority": "low", "reason": "x"})), (200, UPDATE)],
    "unanswered": [(20, Command("note", ANA))],
}


def incident(steps: Iterable[Step]) -> Ticket:
    journal = MemoryJournal()
    opened = journal.open(MACHINE.open("10", at=NOW, opened_by="customer", customer="2", channel="email"))
    for minutes, command in [*BEGIN, *steps]:
        outcome = journal.execute("10", command, now=NOW + timedelta(minutes=minutes))
        assert outcome.ok, (command.event, outcome)
    return to_ticket(opened, journal.history("10"), MACHINE.workflow)


def exported(ticket: Ticket, folder: Path) -> Ticket:
    """The ticket as a helpdesk's export would hold it, read back."""
    comments = ["id,ticket_id,user_id,created,public", f"0,10,2,{stamp(NOW)},TRUE"]
    history = ["ticket_id,field_name,updated,user_id,value"]
    for k, event in enumerate(ticket.events, 1):
        if event.kind is EventKind.MESSAGE:
            comments.append(f"{k},10,{USERS[event.by]},{stamp(event.at)},{str(event.public).upper()}")
        elif event.kind is EventKind.STATUS:
            to = event.data["to"]
            assert isinstance(to, StatusCategory)
            history.append(f"10,status,{stamp(event.at)},1,{WORDS[to]}")
        elif event.kind is EventKind.PRIORITY:
            history.append(f"10,priority,{stamp(event.at)},1,{event.data['to']}")
    status = next(line.rpartition(",")[2] for line in reversed(history) if ",status," in line)
    tables = {
        "ticket": [
            "id,created_at,updated_at,status,requester_id,submitter_id,assignee_id,via_channel",
            f"10,{stamp(NOW)},{stamp(ticket.events[-1].at)},{status},2,2,1,email",
        ],
        "user": ["id,role", "1,agent", "2,end-user"],
        "ticket_comment": comments,
        "ticket_field_history": history,
    }
    for name, rows in tables.items():
        (folder / f"{name}_data.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (read,) = zendesk.export(folder).value.tickets
    return read


def stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def told(clocks: tuple[ClockState, ...]) -> list[tuple[object, ...]]:
    return [(c.kind, c.cycle, c.state, c.start, c.stop, c.elapsed, c.due_at, c.breached_at) for c in clocks]


class TestBothSources:
    @pytest.mark.parametrize("name", STORIES)
    @pytest.mark.parametrize("hours", [0.1, 2, 9, 80])
    def test_the_same_story_gives_the_same_clocks(self, name: str, hours: float, tmp_path: Path) -> None:
        ours = incident(STORIES[name])
        now = NOW + timedelta(hours=hours)
        found = evaluate(ours, POLICY, OFFICE, now)
        assert found
        assert diff(found, evaluate(exported(ours, tmp_path), POLICY, OFFICE, now)) == ()

    def test_the_clocks_are_those_of_the_story(self) -> None:
        clocks = evaluate(incident(STORIES["a question"]), POLICY, OFFICE, NOW + timedelta(hours=9))
        # 10:00 in Madrid; the shop is closed from 14:00 to 16:00.
        assert [(str(c.kind), str(c.state), c.elapsed / timedelta(minutes=1)) for c in clocks] == [
            ("first_reply", "met", 30),
            ("next_reply", "met", 30),
            ("periodic_update", "met", 280),
            ("periodic_update", "met", 70),
            ("requester_wait", "met", 130),
            ("resolution", "met", 380),
        ]

    def test_a_merged_ticket_of_an_export_is_called_off(self, tmp_path: Path) -> None:
        # Zendesk closes a ticket in the very instant in which it merges it.
        (tmp_path / "ticket.csv").write_text(
            "id,created_at,status,requester_id,submitter_id,merged_ticket_ids\n"
            f'10,{stamp(NOW)},closed,2,2,[]\n11,{stamp(NOW)},open,2,2,"[10]"\n',
            encoding="utf-8",
        )
        (tmp_path / "ticket_field_history.csv").write_text(
            f"ticket_id,field_name,updated,value\n10,status,{stamp(NOW)},new\n"
            f"10,status,{stamp(NOW + timedelta(hours=1))},closed\n",
            encoding="utf-8",
        )
        tickets = {ticket.id: ticket for ticket in zendesk.export(tmp_path).value.tickets}
        (clock,) = evaluate(tickets["10"], SlaPolicy.of(resolution="8h"), OFFICE, NOW + timedelta(hours=3))
        assert (clock.state, clock.stop_reason) == ("cancelled", "merged")

    def test_bare_events_and_a_ticket_of_them_agree(self) -> None:
        ticket = incident(STORIES["reopened"])
        bare: tuple[Event, ...] = ticket.events
        now = NOW + timedelta(hours=9)
        assert told(evaluate(ticket, POLICY, OFFICE, now)) == told(evaluate(bare, POLICY, OFFICE, now))
