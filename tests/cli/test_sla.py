"""``csprotocol sla check``: what it prints, how it ends, and that its numbers are those of the engine."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from csprotocol.adapters import table, zendesk
from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.sla import Sla, SlaPolicy
from tests.cli.commands import Ended, run

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
    assert "running, in 143 openings" in told
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
        (("--calendar", "support=y=z"), "y=z"),
        (("--calendar", "suport=always"), "--calendar: 'suport' is unknown; did you mean support?"),
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


class Table:
    """Rows of a spreadsheet, a column for each of the facts named."""

    def __init__(self, folder: Path, *columns: str, policy: str = 'first_reply = "4h"\nresolution = "8h"') -> None:
        self.folder, self.columns = folder, columns
        named = "".join(f'{name} = "{name}"\n' for name in columns)
        (folder / "m.toml").write_text(
            f'source = "x"\nlayout = "tickets"\n[columns]\n{named}[time]\nzone = "UTC"\n', encoding="utf-8"
        )
        clocks = "".join(
            f"[rules.clocks.{kind}]\ntarget = {target}\n"
            for kind, target in (line.split(" = ", 1) for line in policy.splitlines())
        )
        (folder / "p.toml").write_text(f'id = "p"\n[[rules]]\nname = "all"\n{clocks}', encoding="utf-8")

    def check(self, *rows: str, calendar: object = "always", form: str = "json", more: tuple[str, ...] = ()) -> Ended:
        text = "\n".join((",".join(self.columns), *rows)) + "\n"
        (self.folder / "t.csv").write_text(text.replace("@", "2026-11-02T"), encoding="utf-8")
        options = ("--policy", self.folder / "p.toml", "--now", "2026-11-21", "--format", form)
        return run(
            "sla", "check", self.folder / "t.csv", "--map", self.folder / "m.toml", "--calendar", calendar,
            *options, *more,
        )  # fmt: skip


def zendesk_tables(folder: Path, **tables: tuple[str, ...]) -> None:
    """An export of Zendesk; ``@`` is one day."""
    folder.mkdir()
    for name, rows in tables.items():
        (folder / f"{name}_data.csv").write_text("\n".join(rows).replace("@", "2026-11-02 ") + "\n", encoding="utf-8")


def judged(ended: Ended) -> dict[str, dict[str, int]]:
    """What was found, by clock: the states that any cycle is in, and why others were left out."""
    told = json.loads(ended.out)
    found: dict[str, dict[str, int]] = {}
    for row in told["clocks"]:
        states = {state: row[state] for state in ("met", "breached", "overdue", "in_time", "cancelled")}
        found.setdefault(row["clock"], {}).update({state: count for state, count in states.items() if count})
    for row in told["left_out"]:
        found.setdefault(row["clock"], {})[row["reason"]] = row["count"]
    return found


FULL = ("ticket_id", "created_at", "status", "first_reply_at", "solved_at")
ROWS = {
    # Each with what the first reply and the resolution say.
    "1,@10:00,closed,@11:00,@12:00": ("met", "met"),
    "1,@10:00,open,,": ("overdue", "overdue"),
    "1,@10:00,closed,,": ("end-unknown", "end-unknown"),
    "1,@10:00,cancelled,,": ("end-unknown", "end-unknown"),
    "1,@10:00,resolved,@11:00,": ("met", "end-unknown"),
    "1,@10:00,cancelled,,@12:00": ("cancelled", "cancelled"),
    # Open again, and nobody knows since when.
    "1,@10:00,open,@11:00,@12:00": ("met", "reopened"),
    "1,@10:00,open,,@12:00": ("reopened", "reopened"),
    "1,@10:00,,,": ("overdue", "overdue"),
}


class TestOneRowATicket:
    """What a row does not say did not happen late: it is unknown."""

    @pytest.mark.parametrize(("row", "expected"), ROWS.items())
    def test_a_row(self, tmp_path: Path, row: str, expected: tuple[str, str]) -> None:
        ended = Table(tmp_path, *FULL).check(row)
        assert judged(ended) == {"first_reply": {expected[0]: 1}, "resolution": {expected[1]: 1}}
        assert ended.status == ("overdue" in expected)

    def test_no_column_for_it(self, tmp_path: Path) -> None:
        ended = Table(tmp_path, "ticket_id", "created_at").check("1,@10:00", "2,@10:00")
        assert judged(ended) == {"first_reply": {"not-recorded": 2}, "resolution": {"not-recorded": 2}}
        assert ended.status == 0

    def test_no_column_for_the_reply_and_no_invented_success(self, tmp_path: Path) -> None:
        ended = Table(tmp_path, "ticket_id", "created_at", "closed_at").check("1,@10:00,@11:00")
        assert judged(ended) == {"first_reply": {"not-recorded": 1}, "resolution": {"met": 1}}

    def test_no_column_for_the_end(self, tmp_path: Path) -> None:
        ended = Table(tmp_path, "ticket_id", "created_at", "first_reply_at").check("1,@10:00,@11:00", "2,@10:00,")
        assert judged(ended) == {"first_reply": {"met": 1, "end-unknown": 1}, "resolution": {"not-recorded": 2}}

    def test_reopened_as_a_column_says(self, tmp_path: Path) -> None:
        ended = Table(tmp_path, "ticket_id", "created_at", "solved_at", "reopens").check(
            "1,@10:00,@11:00,2", "2,@10:00,@11:00,0"
        )
        assert judged(ended)["resolution"] == {"met": 1, "reopened": 1}

    def test_merged(self, tmp_path: Path) -> None:
        ended = Table(tmp_path, "ticket_id", "created_at", "solved_at", "merged_into").check(
            "1,@10:00,@11:00,9", "2,@10:00,,9"
        )
        assert judged(ended)["resolution"] == {"cancelled": 1, "end-unknown": 1}

    def test_begun_by_an_agent(self, tmp_path: Path) -> None:
        """The clock starts with the customer's first word, for which there is no column."""
        ended = Table(tmp_path, *FULL, "agent_started").check("1,@10:00,open,@11:00,,true")
        assert judged(ended)["first_reply"] == {"not-recorded": 1}

    def test_a_clock_that_pauses(self, tmp_path: Path) -> None:
        """Only those that were late without it would be left out else, and the share kept would be a lie."""
        table = Table(tmp_path, *FULL, policy='first_reply = "4h"\nrequester_wait = "8h"\nresolution = "8h"')
        with (tmp_path / "p.toml").open("a", encoding="utf-8") as file:
            file.write('pause_on = ["waiting_customer"]\n')
        ended = table.check("1,@10:00,waiting_customer,,", "2,@10:00,closed,@11:00,@12:00")
        unknown = {"waiting-unknown": 2}
        assert judged(ended) == {
            "first_reply": {"overdue": 1, "met": 1},
            "requester_wait": unknown,
            "resolution": unknown,
        }

    def test_a_clock_that_could_pause_and_may_not(self, tmp_path: Path) -> None:
        table = Table(tmp_path, *FULL, policy='requester_wait = "8h"')
        with (tmp_path / "p.toml").open("a", encoding="utf-8") as file:
            file.write("pause_on = []\n")
        assert judged(table.check("1,@10:00,closed,@11:00,@12:00")) == {"requester_wait": {"met": 1}}

    def test_reversed(self, tmp_path: Path) -> None:
        ended = Table(tmp_path, *FULL).check("7,@10:00,closed,@09:00,@08:00", "8,@10:00,closed,@11:00,@12:00")
        assert judged(ended) == {"first_reply": {"met": 1}, "resolution": {"met": 1}}
        assert json.loads(ended.out)["rejected"] == [{"reason": "reversed", "count": 1, "tickets": ["7"]}]
        told = Table(tmp_path, *FULL).check("7,@10:00,closed,@09:00,@08:00", form="table").out
        assert "tickets left out: answered or ended before it was created  1 (7)" in told

    def test_every_ticket_is_accounted_for(self, tmp_path: Path) -> None:
        rows = [row.replace("1,", f"{number},", 1) for number, row in enumerate(ROWS)]
        odd = ("90,,open,,", "91,2027-01-01T10:00,open,,", "92,@10:00,closed,@09:00,@09:00")
        told = json.loads(Table(tmp_path, *FULL).check(*rows, *odd).out)
        whole = told["not_created_yet"] + told["without_creation"] + sum(each["count"] for each in told["rejected"])
        assert (whole, told["tickets"]) == (3, len(rows) + 3)
        for counts in judged(Table(tmp_path, *FULL).check(*rows, *odd)).values():
            assert sum(counts.values()) == len(rows)


class TestWhatIsLeftOut:
    def test_it_is_said_in_every_format(self, tmp_path: Path) -> None:
        table = Table(tmp_path, *FULL)
        rows = ("1,@10:00,closed,@11:00,", "2,2027-11-02T10:00,open,,")
        assert json.loads(table.check(*rows).out)["not_created_yet"] == 1
        told = table.check(*rows, form="table").out
        assert "not created yet                                  1\n" in told
        assert "resolution left out: nobody knows when it ended  1\n" in told
        ended = table.check(*rows, form="csv")
        assert ended.out.splitlines()[1:] == ["first_reply,normal,1,0,0,0,0,1.0"]
        assert "csprotocol: resolution left out: nobody knows when it ended: 1\n" in ended.err

    def test_all_of_it(self, tmp_path: Path) -> None:
        told = Table(tmp_path, "ticket_id", "created_at").check("1,2027-11-02T10:00", form="table").out
        assert "no clock could be judged" in told
        assert "not created yet  1" in told

    @pytest.mark.parametrize("state", ["open", "waiting_customer"])
    def test_a_calendar_that_never_opens(self, tmp_path: Path, state: str) -> None:
        (tmp_path / "never.toml").write_text('tz = "UTC"\nweekly = {}\n', encoding="utf-8")
        log = Log(tmp_path, 'requester_wait = "8h"')
        ended = log.check("1,@10:00,new,low", f"1,@11:00,{state},low", calendar=tmp_path / "never.toml")
        assert judged(ended) == {"requester_wait": {"calendar-never-opens": 1}}

    def test_one_ticket_of_another_century_loses_no_other(self, tmp_path: Path) -> None:
        ended = Table(tmp_path, *FULL).check("7,1800-11-02T10:00,open,,", "8,@10:00,open,,", calendar=HOURS)
        assert judged(ended) == {"first_reply": {"overdue": 1}, "resolution": {"overdue": 1}}
        assert json.loads(ended.out)["rejected"] == [{"reason": "horizon", "count": 1, "tickets": ["7"]}]

    def test_a_now_of_another_century_is_a_slip(self, tmp_path: Path) -> None:
        ended = Table(tmp_path, *FULL).check("8,@10:00,open,,", calendar=HOURS, more=("--now", "2200-01-01"))
        assert "outside the years 1900 to 2100" in ended.complaint


class Log(Table):
    """Rows of a log: what happened, and the priority from then on."""

    def __init__(self, folder: Path, policy: str) -> None:
        super().__init__(folder, "ticket_id", "at", "status", "priority", policy=policy)
        mapping = (folder / "m.toml").read_text(encoding="utf-8")
        mapping = mapping.replace('layout = "tickets"', 'layout = "events"\ncreated = "first_event"')
        (folder / "m.toml").write_text(mapping, encoding="utf-8")


class TestTheTable:
    def test_labels_are_the_priority_of_the_verdict(self, tmp_path: Path) -> None:
        Table(tmp_path, "ticket_id", policy='requester_wait = { low = "8h", urgent = "1h" }')
        changes = (
            # Judged while it was low.
            "1,priority,@10:00,low", "1,status,@10:00,new", "1,status,@11:00,solved", "1,priority,@12:00,urgent",
            # Urgent after --now.
            "2,priority,@10:00,low", "2,status,@10:00,new", "2,priority,2026-11-22 10:00,urgent",
            "3,priority,@10:00,low", "3,status,@10:00,new", "3,priority,@10:30,urgent", "3,status,@12:00,solved",
            # No promise any more: it was one to low.
            "4,priority,@10:00,low", "4,status,@10:00,new", "4,priority,@10:30,normal",
        )  # fmt: skip
        zendesk_tables(
            tmp_path / "export",
            ticket=("id,created_at", *(f"{number},@10:00" for number in (1, 2, 3, 4))),
            ticket_field_history=("ticket_id,field_name,updated,value", *changes),
        )
        policy = ("--policy", tmp_path / "p.toml", "--now", "2026-11-21", "--calendar", "always", "--format", "json")
        told = json.loads(run("sla", "check", tmp_path / "export", "--from", "zendesk", *policy).out)
        states = ("met", "breached", "overdue", "cancelled")
        rows = {row["priority"]: tuple(row[state] for state in states) for row in told["clocks"]}
        assert rows == {"low": (1, 0, 1, 1), "urgent": (0, 1, 0, 0)}

    def test_one_priority_in_two_spellings(self, tmp_path: Path) -> None:
        table = Table(tmp_path, "ticket_id", "created_at", "solved_at", "priority")
        told = json.loads(table.check("1,@10:00,@11:00,High", "2,@10:00,@11:00,high").out)
        assert [(row["priority"], row["met"]) for row in told["clocks"]] == [("high", 2)]

    def test_a_breached_clock_that_stands_still_does_not_run(self, tmp_path: Path) -> None:
        log = Log(tmp_path, 'requester_wait = "8h"')
        told = log.check("1,@10:00,new,low", "1,@23:00,waiting_customer,low", form="table").out
        assert "5 h of open time too long, stands still (waiting_customer)\n" in told
        assert "still running" not in told

    def test_ids_do_not_rule_the_terminal(self, tmp_path: Path) -> None:
        table = Table(tmp_path, *FULL)
        told = table.check('"a\nb",@10:00,open,,', "\x1b[31mX,@10:00,open,,", form="table").out
        assert "1. a b: resolution" in told or "1. a b: first_reply" in told
        assert "\x1b" not in told

    def test_long_explanations_go_from_turn_to_turn(self, tmp_path: Path) -> None:
        log = Log(tmp_path, 'requester_wait = "1h"')
        rows = ("1,@10:00,new,low", "1,2026-11-05T10:00,waiting_customer,low", "1,2026-11-16T10:00,open,low")
        told = log.check(*rows, calendar=HOURS, form="table").out.partition("Worst breaches")[2]
        assert [line.split("  ", 3)[-1].strip() for line in told.splitlines()[3:]] == [
            "24:00:00  running, in 7 openings",
            "0:00:00  waiting_customer, in 15 openings",
            "38:00:00  running, in 10 openings",
        ]


class TestCalendars:
    RULES = """id = "p"
calendar = "support"
[[rules]]
name = "all"
[rules.clocks.first_reply]
target = "1h"
[rules.clocks.resolution]
target = "8h"
calendar = "vip"
"""

    def check(self, folder: Path, *options: object) -> Ended:
        (folder / "p.toml").write_text(self.RULES, encoding="utf-8")
        policy = ("--from", "zendesk", "--policy", folder / "p.toml", "--now", "2026-11-21", "--format", "json")
        return run("sla", "check", folder / "export", *policy, *options)

    @pytest.fixture
    def export(self, tmp_path: Path) -> Path:
        """Two tickets, of which one has a schedule."""
        zendesk_tables(
            tmp_path / "export",
            ticket=("id,created_at,status", "1,@10:00,open", "2,@10:00,open"),
            ticket_field_history=("ticket_id,field_name,updated,value", "1,status,@10:00,open", "2,status,@10:00,open"),
            ticket_comment=("ticket_id,created,public,user_id", "1,@10:00,true,5", "2,@10:00,true,5"),
            user=("id,role", "5,end-user"),
            schedule=("id,start_time,end_time,time_zone", "8,1980,2460,UTC"),
            ticket_schedule=("ticket_id,schedule_id,created_at", "1,8,@10:00"),
        )
        return tmp_path

    def test_hours_that_a_rule_names_do_not_need_others(self, export: Path) -> None:
        ended = self.check(export, "--calendar", "vip=always")
        assert judged(ended) == {"first_reply": {"overdue": 1, "without-calendar": 1}, "resolution": {"overdue": 2}}
        assert json.loads(ended.out)["without_calendar"] == 0

    def test_a_ticket_with_nothing_but_the_default(self, export: Path) -> None:
        self.RULES = TestCalendars.RULES.replace('calendar = "vip"\n', "")
        ended = self.check(export)
        assert judged(ended) == {"first_reply": {"overdue": 1}, "resolution": {"overdue": 1}}
        assert json.loads(ended.out)["without_calendar"] == 1

    def test_hours_that_a_rule_names_are_asked_for(self, export: Path) -> None:
        assert "--calendar must be given as vip=FILE as well" in self.check(export).complaint


class TestOutput:
    """No input is ever written over."""

    @pytest.mark.parametrize("name", ["t.csv", "m.toml", "p.toml", "h.toml"])
    def test_a_file(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "h.toml").write_text(HOURS.read_text(encoding="utf-8"), encoding="utf-8")
        table = Table(tmp_path, *FULL)
        for calendar in (tmp_path / "h.toml", f"default={tmp_path / 'h.toml'}"):
            ended = table.check("1,@10:00,open,,", calendar=calendar, more=("-o", str(tmp_path / name)))
            assert "is what is to be read" in ended.complaint
        assert (tmp_path / "h.toml").read_text(encoding="utf-8") == HOURS.read_text(encoding="utf-8")

    @pytest.mark.parametrize("command", [("sla", "check"), ("report",)])
    def test_a_file_of_the_folder(self, tmp_path: Path, command: tuple[str, ...]) -> None:
        folder = tmp_path / "export"
        shutil.copytree(SAMPLE, folder)
        before = (folder / "ticket_comment_data.csv").read_bytes()
        (tmp_path / "soft.csv").symlink_to(folder / "ticket_comment_data.csv")
        (tmp_path / "hard.csv").hardlink_to(folder / "ticket_comment_data.csv")
        policy = ("--policy", STANDARD) if command[0] == "sla" else ()
        for name in ("export/ticket_comment_data.csv", "export/new.csv", "soft.csv", "hard.csv"):
            ended = run(*command, folder, "--from", "zendesk", *policy, "-o", tmp_path / name)
            assert "export, the folder that is to be read" in ended.complaint
        assert (folder / "ticket_comment_data.csv").read_bytes() == before
        assert not (folder / "new.csv").exists()
        assert run(*command, folder, "--from", "zendesk", *policy, "-o", tmp_path / "out.txt").status != 2


def test_a_failure_of_ours_is_not_taken_for_something_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("csprotocol.cli._sla.sheet_of", fail)
    ended = run("sla", "check", SAMPLE, *OPTIONS)
    assert ended.status == 70
    assert "ZeroDivisionError" in ended.err
    assert "70 when csprotocol itself failed" in run("sla", "check", "--help").out


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
