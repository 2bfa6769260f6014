"""Verdicts on promises, ticket by ticket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from csprotocol.adapters import Read, TicketExport
from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket, TicketFacts
from csprotocol.report import Measure, ReportSpec, Target, build

from . import laws

OPENED = datetime(2026, 11, 20, 9, tzinfo=UTC)
NOW = OPENED + timedelta(hours=5)
OPEN, DONE = StatusCategory.OPEN, StatusCategory.RESOLVED


def after(hours: float) -> datetime:
    return OPENED + timedelta(hours=hours)


def verdicts(*facts: TicketFacts, target: str, **options: Any) -> Measure:
    spec = ReportSpec(min_n=0, as_of=options.pop("as_of", NOW), by=(), targets=(Target.parse(target),), **options)
    report = build(Read(TicketExport(source="test", facts=facts)), spec)
    laws.check(report)
    return report.total.measure("sla_attainment", target.partition("=")[0])


def ticket(**facts: Any) -> TicketFacts:
    return TicketFacts(**{"ticket_id": "1", "created_at": OPENED, "agent_replies": 0, "status": OPEN, **facts})


class TestFirstReply:
    @pytest.mark.parametrize(
        ("facts", "share", "missing", "rejected"),
        [
            ({"first_reply_at": after(4)}, 1.0, {}, {}),
            ({"first_reply_at": after(4.001)}, 0.0, {}, {}),
            ({}, 0.0, {}, {}),
            ({"created_at": after(2)}, None, {"running": 1}, {}),
            ({"created_at": after(6)}, None, {}, {"created-after-report": 1}),
            ({"created_at": None}, None, {"no-creation-time": 1}, {}),
            ({"first_reply_at": after(-1)}, None, {}, {"negative-duration": 1}),
            ({"status": DONE, "solved_at": (after(1),)}, None, {"no-reply": 1}, {}),
            ({"agent_replies": None}, None, {"replies-unknown": 1}, {}),
            ({"spam": True}, None, {"spam": 1}, {}),
            ({"merged_into": "9"}, None, {"merged": 1}, {}),
        ],
    )
    def test_verdict(
        self, facts: dict[str, Any], share: float | None, missing: dict[str, int], rejected: dict[str, int]
    ) -> None:
        found = verdicts(ticket(**facts), target="first_reply=4h")
        assert (found.values["share"], dict(found.missing), dict(found.rejected)) == (share, missing, rejected)


class TestResolution:
    @pytest.mark.parametrize(("hours", "share"), [(4, 0.0), (5, None), (6, None)])
    def test_a_ticket_of_a_log_that_is_still_open_runs(self, hours: int, share: float | None) -> None:
        """Its earlier lives must not speak for it."""
        events = (
            Event(OPENED, EventKind.CREATED, ActorKind.CUSTOMER),
            Event(after(1), EventKind.STATUS, data={"to": DONE}),
            Event(after(2), EventKind.STATUS, data={"to": OPEN}),
        )
        found = verdicts(Ticket(id="1", events=events).facts(), target=f"resolution={hours}h")
        assert (found.values["share"], found.missing.get("running", 0)) == (share, int(share is None))

    @pytest.mark.parametrize(
        ("facts", "share", "missing"),
        [
            ({"status": DONE, "solved_at": (after(3),)}, 1.0, {}),
            ({"status": DONE, "solved_at": (after(3), after(5))}, 0.0, {}),
            ({"status": OPEN, "solved_at": ()}, 0.0, {}),
            ({"status": StatusCategory.CANCELLED}, None, {"cancelled": 1}),
            ({"status": DONE}, None, {"no-resolution-time": 1}),
        ],
    )
    def test_verdict(self, facts: dict[str, Any], share: float | None, missing: dict[str, int]) -> None:
        found = verdicts(ticket(**facts), target="resolution=4h")
        assert (found.values["share"], dict(found.missing)) == (share, missing)


class TestBusinessTargets:
    HOURS = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:00-11:00"))

    @pytest.mark.parametrize(("days", "share"), [(0, None), (2, None), (3, 0.0)])
    def test_closed_hours_do_not_count(self, days: int, share: float | None) -> None:
        # Friday, 09:00: two hours of that day are open, the next on Monday.
        found = verdicts(ticket(), target="first_reply=3h:business", within=self.HOURS, as_of=after(3.5 + 24 * days))
        assert found.values["share"] == share

    def test_a_ticket_without_a_calendar_has_no_verdict(self) -> None:
        found = verdicts(ticket(), target="first_reply=3h:business", within=lambda _: None, as_of=after(100))
        assert dict(found.missing) == {"no-calendar": 1}

    @pytest.mark.parametrize("year", [1, 9999])
    def test_a_ticket_beyond_the_calendar_does_not_end_the_report(self, year: int) -> None:
        odd = ticket(ticket_id="2", created_at=OPENED.replace(year=year, month=6), first_reply_at=after(1))
        found = verdicts(
            ticket(first_reply_at=after(1)), odd, target="first_reply=3h:business", within=self.HOURS, as_of=NOW
        )
        assert (found.values["share"], found.n) == (1.0, 1)


class TestOwnPromises:
    def test_a_ticket_without_a_promise_is_counted_as_such(self) -> None:
        kept = Target.parse("first_reply=4h")
        facts = [ticket(ticket_id=name, first_reply_at=after(3)) for name in "abc"]
        spec = ReportSpec(
            min_n=0, as_of=NOW, by=(), promises={"a": (kept,), "b": (kept, Target.parse("first_reply=2h"))}
        )
        report = build(Read(TicketExport(source="test", facts=tuple(facts))), spec)
        laws.check(report)
        found = report.total.measure("sla_attainment", "first_reply")
        # The last promise applied is the one that counts.
        assert (found.values["share"], found.n, dict(found.missing)) == (0.5, 2, {"no-target": 1})
        assert dict(found.options) == {"target": "each ticket's own"}

    def test_its_own_promise_goes_before_the_general_target(self) -> None:
        facts = tuple(ticket(ticket_id=name, first_reply_at=after(3)) for name in "ab")
        spec = ReportSpec(
            min_n=0,
            as_of=NOW,
            by=(),
            targets=(Target.parse("first_reply=1h"),),
            promises={"a": (Target.parse("first_reply=4h"),)},
        )
        report = build(Read(TicketExport(source="test", facts=facts)), spec)
        assert report.total.measure("sla_attainment", "first_reply").values["share"] == 0.5
