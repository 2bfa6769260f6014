"""``csprotocol workflow``: documents shown, linted and drawn, logs held against them."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from csprotocol.incident import Actor, Command, Decision, Entry, Incident, Machine, Workflow, to_ticket
from csprotocol.incident._statuses import StatusMap
from csprotocol.model import StatusCategory

from .commands import run

SHOP = Path(__file__).parents[2] / "examples" / "workflow" / "shop.toml"
WRONG = """\
id = "wrong"
version = 1
initial = "begin"
states = [{ name = "new", category = "new" }, { name = "done", category = "closed", final = true }]

[[transitions]]
event = "end"
source = ["new", "nowhere"]
target = "done"

[[transitions]]
event = "again"
source = ["done"]
target = "new"
"""
DOUBTFUL = """\
extends = "incident"
id = "doubtful"
states = [{ name = "island", category = "open" }, { name = "waits", category = "waiting_customer" }]
transitions = [{ event = "wait", source = ["new"], target = "waits", guards = ["is_monday"] }]
"""


def lines(*arguments: object, status: int = 0) -> list[str]:
    ended = run("workflow", *arguments)
    assert (ended.status, ended.err) == (status, ""), ended
    return ended.out.splitlines()


class TestList:
    def test_every_workflow_of_the_library(self) -> None:
        assert [line.split("@")[0].strip() for line in lines("list")] == [*Workflow.names()]


class TestShow:
    @pytest.mark.parametrize("name", [*Workflow.names(), SHOP])
    def test_every_state_and_event_is_there(self, name: object) -> None:
        workflow = Workflow.load(SHOP) if name is SHOP else Workflow.builtin(str(name))
        words = {word.strip(",;") for line in lines("show", name) for word in line.split()}
        assert {state.name for state in workflow.states} <= words
        assert {*workflow.event_names} <= words

    def test_nothing_is_cut_off(self) -> None:
        told = " ".join(" ".join(lines("show", "incident")).split())
        assert "new, identified, registered, in_progress, waiting_carrier, waiting_supplier -> (stays)" in told
        assert "guards: no_open_blocking_children, within_compensation_limit; fields: resolution" in told
        assert "in_progress -> cancelled; guards: no_open_blocking_children; fields: reason; roles: supervisor" in told

    def test_all_states_but_some(self, tmp_path: Path) -> None:
        text = 'extends = "incident"\nid = "a"\n[[transitions]]\nevent = "ping"\nsource = "*"\nexcept = ["new"]\n'
        (tmp_path / "a.toml").write_text(text, encoding="utf-8")
        told = [" ".join(line.split()) for line in lines("show", tmp_path / "a.toml")]
        assert "ping every state that is not final except new -> (stays)" in told

    def test_labels_in_a_language(self) -> None:
        assert any("A la espera del almacén" in line for line in lines("show", SHOP, "--language", "es-AR"))
        assert any("Waiting for the warehouse" in line for line in lines("show", SHOP))

    def test_json_is_the_whole_document(self, tmp_path: Path) -> None:
        told = run("workflow", "show", SHOP, "--format", "json").out
        (tmp_path / "whole.json").write_text(told, encoding="utf-8")
        assert Workflow.load(tmp_path / "whole.json") == Workflow.load(SHOP)
        assert json.loads(told)["policy"]["reopen_limit"] == 3

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["show", "incidnet"], "workflow: 'incidnet' is unknown; did you mean incident?"),
            (["show", ""], "workflow: '' is unknown"),
            (["show", "absent.toml"], "absent.toml cannot be read: No such file or directory"),
            (["show", "."], ".: Is a directory"),
            (["show", "incident", "--language", "xx"], "--language: 'xx' is unknown; possible: en, es"),
            (["diagram", "incident", "--highlight", "nwe"], "has no state 'nwe'; did you mean new?"),
            (["diagram", "incident", "-o", "absent/a.mmd"], "there is no such folder"),
            (["lint", "absent.toml"], "absent.toml cannot be read"),
            (["lint", "nope"], "workflow: 'nope' is unknown"),
        ],
    )
    def test_what_cannot_be(
        self, arguments: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert sentence in run("workflow", *arguments).complaint


class TestLint:
    @pytest.fixture(autouse=True)
    def documents(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        for name, text in {
            "wrong": WRONG,
            "doubtful": DOUBTFUL,
            "broken": "id = ",
            "typo": DOUBTFUL + "\nx = 1",
        }.items():
            Path(f"{name}.toml").write_text(text, encoding="utf-8")
        Path("far.toml").write_text(
            'extends = "incident"\nid = "far"\npolicy = { reopen_limit = -1 }', encoding="utf-8"
        )

    def test_sound_ones(self) -> None:
        assert lines("lint", "incident") == ["no findings"]
        assert lines("lint", "incident", "return", SHOP, "--strict") == [
            "incident: no findings", "return: no findings", f"{SHOP}: no findings",
        ]  # fmt: skip

    def test_everything_wrong_at_once(self) -> None:
        found = lines("lint", "wrong.toml", status=1)
        assert [": ".join(line.split(": ")[:3]) for line in found] == [
            "error: exit-from-final: transitions[1] (again).source",
            "error: unknown-state: initial",
            "error: unknown-state: transitions[0] (end).source",
        ]

    def test_warnings_are_no_fault_unless_strict(self) -> None:
        found = lines("lint", "doubtful.toml")
        assert {line.split(": ")[1] for line in found} == {
            "unknown-guard", "unreachable-state", "waiting-without-party",
        }  # fmt: skip
        assert all(line.startswith("warning: ") for line in found)
        assert lines("lint", "doubtful.toml", "--strict", status=1) == found
        assert len(lines("lint", "doubtful.toml", "--guard", "is_monday")) == len(found) - 1

    def test_a_wrong_key_and_a_wrong_value_are_findings(self) -> None:
        assert lines("lint", "typo.toml", status=1)[0].startswith("error: invalid-document: x: unknown key; possible:")
        assert lines("lint", "far.toml", status=1) == [
            "error: invalid-value: policy.reopen_limit: policy.reopen_limit must be 0 to 1000000, got -1"
        ]

    def test_an_unreadable_one_does_not_hide_the_others(self) -> None:
        assert "broken.toml cannot be read: Invalid value" in run("workflow", "lint", "broken.toml").complaint
        ended = run("workflow", "lint", "broken.toml", "wrong.toml", "incident")
        assert (ended.status, ended.err.count("\n")) == (2, 1)
        assert ended.out.splitlines()[-1] == "incident: no findings"
        assert len(ended.out.splitlines()) == 4


class TestDiagram:
    @pytest.mark.parametrize("form", ["mermaid", "dot"])
    def test_it_is_what_the_workflow_draws(self, form: str, tmp_path: Path) -> None:
        workflow = Workflow.load(SHOP)
        options = {"highlight": "waiting_warehouse", "language": "es"}
        expected = (workflow.to_mermaid if form == "mermaid" else workflow.to_dot)(**options)
        arguments = ["--format", form, "--highlight", "waiting_warehouse", "--language", "es"]
        assert run("workflow", "diagram", SHOP, *arguments) == (0, expected, "")
        assert run("workflow", "diagram", SHOP, *arguments, "-o", tmp_path / "picture") == (0, "", "")
        assert (tmp_path / "picture").read_text(encoding="utf-8") == expected

    def test_it_does_not_overwrite_its_document(self, tmp_path: Path) -> None:
        (tmp_path / "shop.toml").write_text(SHOP.read_text(encoding="utf-8"), encoding="utf-8")
        complaint = run("workflow", "diagram", tmp_path / "shop.toml", "-o", tmp_path / "shop.toml").complaint
        assert "is what is to be read" in complaint


class TestTheExampleOfAShop:
    NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)

    def told(self, *events: tuple[str, Mapping[str, object]]) -> tuple[Machine, Incident, list[Entry]]:
        """The machine, the incident after these events, an hour apart, and its entries."""
        machine = Workflow.load(SHOP).compile()
        incident = machine.open("INC-1", at=self.NOW)
        entries: list[Entry] = []
        for hour, (event, data) in enumerate(events, 1):
            command = Command(event, Actor("ana"), data=data)
            incident, entry = machine.apply(incident, command, now=self.NOW.replace(hour=10 + hour))
            entries.append(entry)
        return machine, incident, entries

    WAITING: tuple[tuple[str, dict[str, object]], ...] = (
        ("identify", {"problem_type": "damaged"}), ("register", {}), ("assign", {"assignee": "ana"}), ("start", {}),
        ("ask_warehouse", {}),
    )  # fmt: skip

    def test_it_lints_clean(self) -> None:
        assert Workflow.load(SHOP).lint() == ()

    def test_every_state_has_its_label_in_both_languages(self) -> None:
        assert [state.name for state in Workflow.load(SHOP).states if {*state.labels} != {"en", "es"}] == []

    def test_an_agent_does_not_cancel(self) -> None:
        machine, incident, _ = self.told(*self.WAITING[:2])

        def decide(role: str) -> Decision:
            command = Command("cancel", Actor("x", role), data={"reason": "mistake"})
            return machine.decide(incident, command, now=self.NOW)

        assert [reason.code for reason in decide("agent").reasons] == ["role-required:supervisor"]
        assert decide("supervisor").ok

    def test_the_warehouse_is_waited_for(self) -> None:
        machine, incident, entries = self.told(*self.WAITING, ("note", {}), ("warehouse_reply", {}))
        assert incident.state == "on_it"
        facts = to_ticket(machine.open("INC-1", at=self.NOW), entries, machine.workflow).facts()
        assert [(w.category, w.start.hour, w.end.hour if w.end else None) for w in facts.waiting or ()] == [
            (StatusCategory.WAITING_THIRD_PARTY, 15, 17)
        ]
        assert machine.workflow.state("waiting_warehouse").waiting_on == "warehouse"

    def test_a_compensation_above_the_limit(self) -> None:
        machine, incident, _ = self.told(*self.WAITING)

        def answer(role: str, amount: str) -> Decision:
            command = Command("resolve", Actor("x", role), data={"resolution": "refund", "compensation": amount})
            return machine.decide(incident, command, now=self.NOW)

        (denial,) = answer("agent", "50.01 EUR").reasons
        assert denial.code == "within_compensation_limit"
        params = denial.params
        assert (params["limit"], params["may_approve"]) == ("50.00 EUR", ("supervisor",))
        assert answer("agent", "50.00 EUR").ok
        assert answer("supervisor", "500.00 EUR").ok
        assert answer("supervisor", "500.01 EUR").reasons[0].params["may_approve"] == ()


LOG = """\
case,when,state
A,2026-11-20T09:00Z,new
A,2026-11-20T10:00Z,Being done
A,2026-11-20T10:00Z,Being done
A,2026-11-20T12:00Z,resolved
B,2026-11-20T09:00Z,on the moon
B,,new
B,2026-11-20T11:00Z,in_progress
A,2026-11-20T11:00Z,in_progress
C,yesterday,new
"""
COLUMNS = ("--case", "case", "--at", "when", "--status", "state")


class TestCheck:
    @pytest.fixture(autouse=True)
    def log(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("log.csv").write_text(LOG, encoding="utf-8")

    def test_counts(self) -> None:
        ended = run("workflow", "check", "log.csv", *COLUMNS, "--map", "Being done=in_progress", "--format", "json")
        told = json.loads(ended.out)
        assert ended.status == 1
        assert {name: told[name] for name in ("rows", "rejected", "cases", "illegal", "repeated", "reopens")} == {
            "rows": 9, "rejected": 2, "cases": 2, "illegal": 1, "repeated": 2, "reopens": 0,
        }  # fmt: skip
        assert told["illegal_moves"] == [{"from": "new", "to": "in_progress", "count": 1}]
        assert told["unknown"] == {"on the moon": 1}
        assert (told["start_states"], told["not_from_initial"]) == ({"new": 1}, 1)
        assert told["seconds_in"] == {"in_progress": 7200, "new": 3600}
        assert told["final_states"] == {"in_progress": 1, "resolved": 1}
        assert (told["out_of_order"], told["equal_stamps"]) == (1, 1)
        assert [(each["line"], each["column"], each["code"]) for each in told["rejected_rows"]] == [
            (7, "when", "missing-value"), (10, "when", "stamp"),
        ]  # fmt: skip

    def test_table_tells_the_same(self) -> None:
        told = lines("check", "log.csv", *COLUMNS, "--map", "Being done=in_progress", status=1)
        facts = {line[2:23].strip(): line[23:].split()[0] for line in told[2:12]}
        assert facts == {
            "rows": "9", "rejected rows": "2", "cases": "2", "illegal moves": "1", "reopens": "0",
            "not starting in new": "1", "repeated rows": "2", "unknown statuses": "1", "out of order": "1",
            "equal stamps": "1",
        }  # fmt: skip
        assert "  on the moon     1" in told
        assert any("log.csv, line 7, column 'when': the cell is empty" in line for line in told)

    def test_words_that_tell_nothing(self) -> None:
        arguments = ("log.csv", *COLUMNS, "--map", "Being done=in_progress", "--ignore", "on the moon")
        told = json.loads(run("workflow", "check", *arguments, "--format", "json").out)
        assert (told["rows"], told["ignored"], told["rejected"], told["unknown"]) == (9, 1, 2, {})
        assert told["start_states"] == {"in_progress": 1, "new": 1}
        assert "  ignored rows         1" in lines("check", *arguments, status=1)

    def test_events(self) -> None:
        Path("log.csv").write_text(
            "case;at;step\n1;2026-11-20 09:00;Named\n1;2026-11-20 10:00;register\n1;2026-11-20 11:00;close\n",
            encoding="utf-8",
        )
        told = json.loads(
            run(
                "workflow", "check", "log.csv", "--case", "case", "--at", "at", "--event", "step", "--tz", "UTC",
                "--map", "Named=identify", "--format", "json", "--until", "2026-11-20T12:00",
            ).out
        )  # fmt: skip
        assert told["illegal_moves"] == [{"from": "registered", "event": "close", "count": 1}]
        assert told["seconds_in"] == {"identified": 3600, "registered": 7200}

    def test_statuses_of_a_helpdesk_in_any_case(self) -> None:
        Path("log.csv").write_text("id,at,s\n1,2026-11-20T09:00Z,OPEN\n1,2026-11-20T10:00Z,solved\n", encoding="utf-8")
        arguments = ("log.csv", "--case", "id", "--at", "at", "--status", "s", "--helpdesk", "zendesk")
        told = json.loads(run("workflow", "check", *arguments, "--format", "json").out)
        assert (told["start_states"], told["final_states"]) == ({"in_progress": 1}, {"resolved": 1})
        assert run("workflow", "check", *arguments).status == 0

    def test_an_hour_that_comes_twice_is_told(self) -> None:
        Path("log.csv").write_text("id,at,s\n1,2026-10-25 02:30:00,new\n", encoding="utf-8")
        arguments = ("log.csv", "--case", "id", "--at", "at", "--status", "s", "--tz", "Europe/Madrid")
        assert "  unsure stamps        1 (in an hour that the clock shows twice or never)" in lines("check", *arguments)

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (["--map", "x"], "--map must be WORD=NAME"),
            (["--map", "=new"], "--map must be WORD=NAME"),
            (["--map", "x=nwe"], "--map: 'nwe' is unknown; did you mean new?"),
            (["--map", "x=new", "--map", "x=closed"], "--map must be given once for each word"),
            (["--helpdesk", "notes"], "invalid choice: 'notes'"),
            (["--event", "state"], "not allowed with argument --status"),
            (["--tz", "Mars"], "--tz must be an IANA time zone"),
            (["--at-format", "%d/%m"], "--at-format must be iso, or a format with year, day and hour"),
            (["--delimiter", "ab"], "--delimiter must be one character, or tab"),
            (["--until", "soon"], "--until must be ISO 8601"),
            (["--workflow", "nope"], "workflow: 'nope' is unknown"),
            (["--case", "cases"], "log.csv, line 1, column 'cases': is not in the header; did you mean case?"),
            (["-o", "log.csv"], "log.csv: is what is to be read"),
        ],
    )
    def test_what_cannot_be(self, options: list[str], sentence: str) -> None:
        before = Path("log.csv").read_bytes()
        assert sentence in run("workflow", "check", "log.csv", *COLUMNS, *options).complaint
        assert Path("log.csv").read_bytes() == before

    def test_a_helpdesk_has_no_events(self) -> None:
        arguments = ("log.csv", "--case", "case", "--at", "when", "--event", "state", "--helpdesk", "zendesk")
        assert "--helpdesk must be used with --status" in run("workflow", "check", *arguments).complaint

    def test_a_stamp_without_a_zone(self) -> None:
        Path("log.csv").write_text("case,when,state\nA,2026-11-20 09:00:00,new\n", encoding="utf-8")
        complaint = run("workflow", "check", "log.csv", *COLUMNS).complaint
        assert (
            "log.csv, line 2, column 'when': a stamp names no offset and no zone was given; give it with --tz"
            in complaint
        )

    def test_a_customers_text_is_never_repeated(self) -> None:
        Path("log.csv").write_text(LOG.replace("yesterday", '"Maria Lopez, Calle Mayor 1"'), encoding="utf-8")
        assert "Maria" not in run("workflow", "check", "log.csv", *COLUMNS).out


# From here on: four real logs, counted a second time by plain loops.

LOGS: dict[str, dict[str, Any]] = {
    "servicenow": {
        "file": "incident_event_log_sample.csv", "case": "number", "at": "sys_updated_at", "status": "incident_state",
        "form": "%d-%m-%Y %H:%M", "tz": "UTC", "helpdesk": "servicenow",
    },
    "servicenow by map": {
        "file": "incident_event_log_sample.csv", "case": "number", "at": "sys_updated_at", "status": "incident_state",
        "form": "%d-%m-%Y %H:%M", "tz": "UTC",
        "map": {"New": "new", "Active": "in_progress", "Awaiting User Info": "waiting_customer", "Closed": "closed"},
    },
    "bpi": {
        "file": "bpi_13_incidents.csv", "case": "CaseID", "at": "CompleteTimestamp", "status": "ActivityID",
        "form": "iso", "tz": "UTC", "map": {"1": "in_progress", "9": "resolved", "5": "closed"},
    },
    "italian": {
        "file": "italian_helpdesk.csv", "case": "Case ID", "at": "Complete Timestamp", "status": "Activity",
        "form": "%Y/%m/%d %H:%M:%S.%f", "tz": "Europe/Rome",
        "map": {"Insert ticket": "new", "Take in charge ticket": "in_progress", "Wait": "waiting_supplier",
                "Resolve ticket": "resolved", "Closed": "closed", "INVALID": "cancelled"},
    },
    "customer support": {
        "file": "customer_support_tickets.csv", "case": "Ticket ID", "at": "First Response Time",
        "status": "Ticket Status", "form": "iso", "tz": "UTC",
        "map": {"Open": "in_progress", "Pending Customer Response": "waiting_customer", "Closed": "closed"},
    },
}  # fmt: skip


@cache
def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def stamps(log: Mapping[str, Any], rows: list[dict[str, str]]) -> list[datetime | None]:
    zone = ZoneInfo(log["tz"])
    form = "%Y-%m-%d %H:%M:%S" if log["form"] == "iso" else log["form"]
    return [
        datetime.strptime(row[log["at"]], form).replace(tzinfo=zone).astimezone(UTC) if row[log["at"]] else None
        for row in rows
    ]


def counted_by_hand(log: Mapping[str, Any], rows: list[dict[str, str]]) -> dict[str, Any]:
    """The same numbers by a loop a case: no table of moves, no arrays."""
    workflow = Workflow.default()
    meaning = dict(log.get("map", {}))
    if "helpdesk" in log:
        meaning = dict(StatusMap.builtin(log["helpdesk"]).to_states(workflow=workflow))
    elif not meaning.keys() >= {state.name for state in workflow.states}:
        meaning = {state.name: state.name for state in workflow.states} | meaning
    steps = {(source, target) for source, _, target, _ in workflow.arrows()}
    category = {state.name: state.category for state in workflow.states}
    done = {StatusCategory.RESOLVED, StatusCategory.CLOSED}
    cases: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    told: Counter[str] = Counter(rows=len(rows))
    moves: Counter[tuple[str, str]] = Counter()
    unknown: Counter[str] = Counter()
    starts: Counter[str] = Counter()
    finals: Counter[str] = Counter()
    seconds: dict[str, float] = defaultdict(float)
    for row, at in zip(rows, stamps(log, rows), strict=True):
        if at is None:
            told["rejected"] += 1
            continue
        case = cases[row[log["case"]]]
        told["out_of_order"] += bool(case) and at < case[-1][0]
        case.append((at, row[log["status"]]))
    for events in cases.values():
        events.sort(key=lambda each: each[0])
        told["equal_stamps"] += sum(a[0] == b[0] for a, b in pairwise(events))
        states = [meaning.get(status) for _, status in events]
        unknown.update(status for _, status in events if status not in meaning)
        if states[0] is not None:
            starts[states[0]] += 1
        if states[-1] is not None:
            finals[states[-1]] += 1
        for ((a_at, _), a), ((b_at, _), b) in pairwise(zip(events, states, strict=True)):
            if a is not None:
                seconds[a] += (b_at - a_at).total_seconds()
            if a is None or b is None:
                continue
            told["repeated"] += a == b
            if a != b and (a, b) not in steps:
                moves[a, b] += 1
        known = [state for state in states if state is not None]
        reopens = sum(category[a] in done and category[b].is_live for a, b in pairwise(known))
        told["reopens"] += reopens
        told["reopened_cases"] += reopens > 0
    told["cases"], told["illegal"] = len(cases), moves.total()
    told["not_from_initial"] = len(cases) - starts["new"]
    return {
        **{name: told[name] for name in (
            "rows", "rejected", "cases", "illegal", "repeated", "reopens", "reopened_cases", "out_of_order",
            "equal_stamps", "not_from_initial",
        )},
        "illegal_moves": dict(moves), "unknown": dict(unknown), "start_states": +starts, "final_states": +finals,
        "seconds_in": {state: pytest.approx(found) for state, found in seconds.items() if found},
    }  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("name", LOGS)
def test_a_real_log(shared: Path, name: str) -> None:
    log = LOGS[name]
    path = shared / "data" / "helpdesk_logs" / log["file"]
    arguments = [path, "--case", log["case"], "--at", log["at"], "--status", log["status"], "--tz", log["tz"]]
    arguments += ["--at-format", log["form"]]
    arguments += ["--helpdesk", log["helpdesk"]] if "helpdesk" in log else []
    for word, state in log.get("map", {}).items():
        arguments += ["--map", f"{word}={state}"]
    ended = run("workflow", "check", *arguments, "--format", "json")
    told = json.loads(ended.out)
    expected = counted_by_hand(log, rows_of(path))
    assert (ended.status, ended.err) == (1 if expected["illegal"] or expected["unknown"] else 0, "")
    found = {name: told[name] for name in expected}
    found["illegal_moves"] = {(move["from"], move["to"]): move["count"] for move in told["illegal_moves"]}
    found["seconds_in"] = {state: seconds for state, seconds in told["seconds_in"].items() if seconds}
    assert found == expected
    counts = [move["count"] for move in told["illegal_moves"]]
    assert counts == sorted(counts, reverse=True)
    table = run("workflow", "check", *arguments)
    assert (table.status, table.err) == (ended.status, "")


@pytest.mark.shared
def test_real_events(shared: Path) -> None:
    """The Italian log by its activities; the machine itself is the second opinion."""
    log = LOGS["italian"]
    path = shared / "data" / "helpdesk_logs" / log["file"]
    words = {"Insert ticket": "identify", "Take in charge ticket": "register", "Wait": "note", "Closed": "close"}
    arguments: list[object] = [path, "--case", log["case"], "--at", log["at"], "--event", log["status"]]
    arguments += ["--tz", log["tz"], "--at-format", log["form"]]
    for word, event in words.items():
        arguments += ["--map", f"{word}={event}"]
    told = json.loads(run("workflow", "check", *arguments, "--format", "json").out)
    rows = rows_of(path)
    cases: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for row, at in zip(rows, stamps(log, rows), strict=True):
        assert at is not None
        cases[row[log["case"]]].append((at, words.get(row[log["status"]], row[log["status"]])))
    moves, illegal = Workflow.default().moves, Counter[tuple[str, str]]()
    for events in cases.values():
        state = "new"
        for _, event in sorted(events, key=lambda each: each[0]):
            if (state, event) in moves:
                state = moves[state, event]
            else:
                illegal[state, event] += 1
    assert {(move["from"], move["event"]): move["count"] for move in told["illegal_moves"]} == illegal
    assert (told["rows"], told["cases"], told["illegal"]) == (len(rows), len(cases), illegal.total())
