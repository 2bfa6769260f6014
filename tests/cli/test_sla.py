"""``csprotocol sla check``: what it prints, how it ends, and that its numbers are those of the engine."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from csprotocol.adapters import table, zendesk
from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.sla import Sla, SlaPolicy
from tests.cli.commands import run

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "src" / "csprotocol" / "data" / "sample_zendesk"
STANDARD = ROOT / "examples" / "sla" / "standard.toml"
HOURS = ROOT / "examples" / "sla" / "hours.toml"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
OPTIONS = ("--from", "zendesk", "--policy", STANDARD, "--now", "2026-11-21")


def test_the_numbers_are_those_of_the_engine() -> None:
    ended = run("sla", "check", SAMPLE, *OPTIONS, "--calendar", f"support={HOURS}", "--format", "json")
    told = json.loads(ended.out)
    calendar = BusinessCalendar(BusinessHours.load(HOURS))
    counts: Counter[tuple[str, str]] = Counter()
    sla = Sla(SlaPolicy.load(STANDARD), {"support": calendar})
    for _, clocks in sla.evaluate_many(zendesk.export(SAMPLE).value.tickets, NOW):
        for clock in clocks:
            state = "overdue" if not clock.is_finished and clock.breached else clock.state.value
            counts[clock.kind.value, state if state not in {"running", "paused"} else "in_time"] += 1
    found: Counter[tuple[str, str]] = Counter()
    for row in told["clocks"]:
        for state in ("met", "breached", "overdue", "in_time", "cancelled"):
            found[row["clock"], state] += row[state]
    assert +found == +counts
    assert ended.status == (1 if sum(row["overdue"] for row in told["clocks"]) else 0)
    assert told["tickets"] == 400


def test_own_schedules_of_zendesk_are_used() -> None:
    told = json.loads(run("sla", "check", SAMPLE, *OPTIONS, "--format", "json").out)
    export = zendesk.export(SAMPLE).value
    assert told["without_calendar"] == sum(ticket.id not in export.calendars for ticket in export.tickets)


def test_the_worst_come_first_and_add_up() -> None:
    told = json.loads(run("sla", "check", SAMPLE, *OPTIONS, "--worst", "7", "--format", "json").out)
    late = [each["late_seconds"] for each in told["worst"]]
    assert (len(late), late) == (7, sorted(late, reverse=True))
    for each in told["worst"]:
        assert sum(part["counted_seconds"] for part in each["stretches"]) == each["elapsed_seconds"]


def test_a_table_for_people_and_one_for_spreadsheets() -> None:
    told = run("sla", "check", SAMPLE, *OPTIONS, "--worst", "1").out
    assert "SLA 'standard' at 2026-11-21 00:00 UTC: 400 tickets" in told
    assert "Worst breaches" in told
    assert "running, closed" in told
    rows = list(csv.DictReader(io.StringIO(run("sla", "check", SAMPLE, *OPTIONS, "--format", "csv").out)))
    assert {row["clock"] for row in rows} >= {"first_reply", "resolution", "requester_wait"}


def test_it_ends_well_when_nothing_is_overdue(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "id,opened,replied,solved\n1,2026-11-20T09:00Z,2026-11-20T10:00Z,2026-11-20T11:00Z\n"
    )
    (tmp_path / "m.toml").write_text(
        'source = "x"\nlayout = "tickets"\n[columns]\nticket_id = "id"\ncreated_at = "opened"\n'
        'first_reply_at = "replied"\nsolved_at = "solved"\n',
        encoding="utf-8",
    )
    (tmp_path / "p.toml").write_text(
        'id = "p"\n[[rules]]\nname = "all"\n[rules.clocks]\nfirst_reply = { target = "30m" }\n'
        'resolution = { target = "4h" }\nnext_reply = { target = "4h" }\n',
        encoding="utf-8",
    )
    arguments = ("sla", "check", tmp_path / "t.csv", "--map", tmp_path / "m.toml", "--policy", tmp_path / "p.toml")
    ended = run(*arguments, "--calendar", "always", "--now", "2026-11-21", "--format", "json")
    assert ended.status == 0
    assert [(row["clock"], row["met"], row["breached"]) for row in json.loads(ended.out)["clocks"]] == [
        ("first_reply", 0, 1),
        ("resolution", 1, 0),
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--calendar", "x=y=z"), "y=z"),
        (("--calendar", HOURS, "--calendar", HOURS), "one file for each name"),
        (("--worst", "-1"), "--worst must be 0 or more"),
        (("--tz", "Europe/Madird"), "did you mean Europe/Madrid?"),
        (("--now", "soon"), "--now must be ISO 8601"),
        (("--preset", "zendsk"), "zendsk"),
    ],
)
def test_rubbish(options: tuple[object, ...], sentence: str) -> None:
    ended = run("sla", "check", SAMPLE, "--from", "zendesk", "--policy", STANDARD, *options)
    assert ended.status == 2
    assert sentence in ended.complaint


def test_a_table_without_hours_is_not_taken_for_open_around_the_clock(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,opened\n1,2026-11-20T09:00Z\n", encoding="utf-8")
    (tmp_path / "m.toml").write_text(
        'source = "x"\nlayout = "tickets"\n[columns]\nticket_id = "id"\ncreated_at = "opened"\n', encoding="utf-8"
    )
    ended = run("sla", "check", tmp_path / "t.csv", "--map", tmp_path / "m.toml", "--policy", STANDARD)
    assert (ended.status, "'always' for 24 hours a day" in ended.complaint) == (2, True)


@pytest.mark.shared
def test_made_sla_of_servicenow(shared: Path) -> None:
    """The figures of the guide."""
    mapping = table.TableMapping.load(ROOT / "examples" / "mappings" / "servicenow_incidents.toml")
    log = shared / "data" / "helpdesk_logs" / "incident_event_log_sample.csv"
    sla = Sla(SlaPolicy.load(ROOT / "examples" / "sla" / "servicenow.toml"), BusinessCalendar.ALWAYS_OPEN)
    verdicts = Counter(
        (ticket.sla_met, not clock.breached)
        for ticket, clocks in sla.evaluate_many(
            table.tickets(log, mapping).value.tickets, datetime(2017, 1, 1, tzinfo=UTC)
        )
        for clock in clocks
    )
    assert verdicts == {(True, True): 471, (False, False): 384, (True, False): 24, (False, True): 11}
