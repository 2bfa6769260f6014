"""``csprotocol register``: a whole story in a file, and what may go wrong with it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol import store
from csprotocol.cli._tables import csv_text, from_spreadsheet
from csprotocol.incident import Workflow

from .commands import run

SHOP = Path(__file__).parents[2] / "examples" / "workflow" / "shop.toml"
AT = "2026-11-20T09:00+00:00"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder; nothing comes from the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CSPROTOCOL_REGISTER", raising=False)
    monkeypatch.delenv("CSPROTOCOL_WORKFLOWS", raising=False)
    return tmp_path


def register(*arguments: object, status: int = 0) -> list[str]:
    ended = run("register", *arguments)
    assert (ended.status, ended.err) == (status, ""), ended
    return ended.out.splitlines()


def refused(*arguments: object) -> str:
    return run("register", *arguments).complaint


def record(incident: str, event: str, *more: object, status: int = 0, hour: int = 10) -> list[str]:
    now = ("--now", f"2026-11-20T{hour:02}:00Z", "--by", "ana")
    return register("record", incident, event, *now, *more, status=status)


def new(*more: object, now: str = AT) -> str:
    (incident,) = register("new", "--now", now, *more)
    return incident


def started(*more: object) -> str:
    incident = new(*more)
    record(incident, "identify", "problem_type=damaged", "product=MUG", hour=10)
    record(incident, "register", hour=11)
    record(incident, "assign", "assignee=ana", hour=12)
    record(incident, "start", hour=13)
    return incident


def exported() -> Any:
    return json.loads(run("register", "export").out)


def files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path().iterdir()}


class TestNew:
    def test_numbers_run_on(self) -> None:
        assert [new(), new("--id", "A-7"), new(), new("--id", "INC-41"), new()] == [
            "INC-000001", "A-7", "INC-000002", "INC-41", "INC-000042",
        ]  # fmt: skip

    def test_it_is_what_was_said(self) -> None:
        told = {
            "order": "#1", "customer": "eva", "assignee": "ana", "channel": "email", "priority": "high",
            "problem_type": "late", "product": "MUG", "carrier": "DHL",
        }  # fmt: skip
        new(*(part for name, value in told.items() for part in (f"--{name.replace('_', '-')}", value)))
        new("--kind", "return", "--parent", "INC-000001", "--blocking")
        with store.sqlite("incidents.db") as journal:
            found = journal.load("INC-000001")
            child = journal.load("INC-000002")
        assert {name: getattr(found, name) for name in told} == told
        assert (found.opened_at, found.workflow) == (datetime(2026, 11, 20, 9, tzinfo=UTC), "incident@1")
        assert (child.workflow, child.parent, child.blocking) == ("return@1", "INC-000001", True)

    def test_a_shops_own_workflow_is_the_default(self, monkeypatch: pytest.MonkeyPatch) -> None:
        new("--workflow", SHOP)
        monkeypatch.setenv("CSPROTOCOL_WORKFLOWS", str(SHOP))
        new()
        new("--kind", "incident")
        told = json.loads(run("register", "list", "--json").out)
        assert [row["workflow"] for row in told] == ["ana-shop@1", "ana-shop@1", "incident@1"]

    def test_the_same_again_is_the_same(self) -> None:
        assert new("--id", "A-1", "--order", "1") == new("--id", "A-1", "--order", "1")
        assert "holds another incident 'A-1' already" in refused("new", "--id", "A-1", "--now", AT)

    def test_many_at_once_get_a_number_each(self) -> None:
        command = [sys.executable, "-m", "csprotocol", "register", "new", "--now", AT]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(6)]
        told = [process.communicate(timeout=60) for process in running]
        assert sorted(out.decode() for out, _ in told) == [f"INC-{number:06}\n" for number in range(1, 7)]
        assert {err for _, err in told} == {b""}

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (["--kind", "returns"], "--kind: 'returns' is unknown; did you mean return?"),
            (["--parent", "INC-9"], "the register holds no incident 'INC-9'"),
            (["--blocking"], "--blocking needs --parent"),
            (["--id", " x"], "Incident.id must be 1 to 200 printable characters"),
            (["--now", "soon"], "--now must be ISO 8601"),
            (["--tz", "Mars"], "--tz must be an IANA time zone"),
            (["--tz", ""], "--tz must be an IANA time zone"),
            (["--workflow", "nope.toml"], "nope.toml cannot be read"),
        ],
    )
    def test_what_cannot_be(self, options: list[str], sentence: str) -> None:
        assert sentence in refused("new", *options)


class TestRecord:
    def test_each_move_is_told(self) -> None:
        incident = new()
        assert record(incident, "identify", "problem_type=late")[0].endswith("identify: new -> identified (version 1)")
        assert record(incident, "note") == [f"applied: {incident} note: stays in identified (version 2)"]

    def test_applied_duplicate_mismatch_and_conflict(self) -> None:
        incident = new()
        once = ("problem_type=late", "--event-id", "m-1")
        assert record(incident, "identify", *once) == [f"applied: {incident} identify: new -> identified (version 1)"]
        assert record(incident, "identify", *once, hour=15) == [
            f"duplicate: {incident} has it as entry 1 of 2026-11-20 10:00:00+00:00", "now: identified (version 1)",
        ]  # fmt: skip
        told = record(incident, "identify", "problem_type=lost", "--event-id", "m-1", status=1)
        assert told[:2] == [
            f"idempotency-mismatch: {incident} stays in identified (version 1)",
            "  idempotency-mismatch: event id m-1 was used before, for something else",
        ]
        told = record(incident, "register", "--expect", "0", status=1)
        assert told[:2] == [
            f"conflict: {incident} stays in identified (version 1)",
            "  stale-version: version 0 was expected, it is at 1; look at it again [reload]",
        ]
        assert record(incident, "register", "--expect", "1")[0].endswith("identified -> registered (version 2)")

    def test_fields_may_stand_anywhere(self) -> None:
        incident = new()
        register("record", "--by", "ana", incident, "identify", "product=MUG", "--now", AT, "problem_type=a=b")
        with store.sqlite("incidents.db") as journal:
            assert journal.history(incident)[0].data == {"product": "MUG", "problem_type": "a=b"}

    def test_yes_and_no_and_texts(self) -> None:
        incident = new()
        record(incident, "note", "a=true", "b=false", "c=True", "d=1", "e=", "order=true", "text=Größe = 5")
        with store.sqlite("incidents.db") as journal:
            assert journal.history(incident)[0].data == {
                "a": True, "b": False, "c": "True", "d": "1", "e": "", "order": "true", "text": "Größe = 5",
            }  # fmt: skip
            assert journal.load(incident).order == "true"

    def test_late_events_are_marked(self) -> None:
        incident = new()
        record(incident, "note", hour=12)
        assert record(incident, "note", "--at", "2026-11-20T11:00", hour=13)[0].endswith("(version 2, late)")
        assert record(incident, "note", "--at", "2026-11-20T12:30", "--tz", "Europe/Madrid", hour=13)[0].endswith(
            "late)"
        )

    def test_who_acts(self) -> None:
        incident = new()
        for role, by in (("customer", ()), ("bot", ()), ("supervisor", ("--by", "eva"))):
            register("record", incident, "note", "--role", role, *by, "--now", AT)
        with store.sqlite("incidents.db") as journal:
            told = [(entry.actor_id, entry.actor_role, entry.actor_kind.value) for entry in journal.history(incident)]
        assert told == [("customer", "customer", "customer"), ("bot", "bot", "bot"), ("eva", "supervisor", "agent")]

    @pytest.mark.parametrize(
        ("more", "sentence"),
        [
            (["note", "secret"], "field 1 has no name and =; write FIELD=VALUE"),
            (["note", "a=1", "=secret"], "field 2 has no name and ="),
            (["note", "a=1", "a=secret"], "a is given twice"),
            (["note", f"order={'secret' * 50}"], "Command.data['order'] must be a text of at most 200 characters"),
            (["note", "--by", "secret" * 50], "Actor.id must be a text of at most 200 characters"),
            (["note", "--at", "soon"], "--at must be ISO 8601"),
            (["note", "--expect", "one"], "argument --expect: invalid int value: 'one'"),
            (["note", "--event-id", "~1"], "Command.event_id"),
            (["", "a=1"], "Command.event must be 1 to 200"),
            ([], "the following arguments are required: EVENT"),
        ],
    )
    def test_what_cannot_be(self, more: list[str], sentence: str) -> None:
        incident = new()
        complaint = refused("record", incident, *more)
        assert sentence in complaint
        assert "secret" not in complaint
        assert register("history", incident)[-1] == "now: new (version 0)"


class TestDenials:
    """The sentences, as the shop of the example hears them."""

    @pytest.fixture
    def incident(self, monkeypatch: pytest.MonkeyPatch) -> str:
        monkeypatch.setenv("CSPROTOCOL_WORKFLOWS", str(SHOP))
        return started("--order", "#1001")

    def reasons(self, incident: str, event: str, *more: object, hour: int = 15) -> list[str]:
        told = record(incident, event, *more, status=1, hour=hour)
        return [line.strip() for line in told if line.startswith("  ") and not line.startswith("   ")]

    def test_all_reasons_at_once_and_what_is_possible(self, incident: str) -> None:
        assert record(incident, "cancel", status=1) == [
            f"denied: {incident} stays in on_it (version 4)",
            "  missing-field:reason: give reason=...",
            "  role-required:supervisor: role agent may not; may: supervisor [ask-role:supervisor]",
            "possible now: ask_customer, ask_carrier, ask_supplier, resolve resolution=..., merge_into into=...,",
            "              ask_warehouse",
            "and, staying: customer_reply, note, promise due_at=..., send_update, change_priority priority=...,"
            " escalate,",
            "              assign assignee=..., reassign, split_off child=...",
        ]

    def test_each_sentence(self, incident: str) -> None:
        assert self.reasons(incident, "resolv") == [
            "unknown-event: the workflow has no such event; did you mean resolve?"
        ]
        assert self.reasons(incident, "close") == ["no-transition: not possible in state on_it"]
        assert self.reasons(incident, "note", "--at", "2026-11-21T15:00", hour=15) == [
            "clock-skew: 86400 s in the future, at most 300 s are taken"
        ]
        assert self.reasons(incident, "resolve", "resolution=refund", "compensation=60.00 EUR") == [
            "within_compensation_limit: 60.00 EUR is above the limit of role agent, 50.00 EUR; may approve: supervisor"
            " [ask-role:supervisor]"
        ]
        assert self.reasons(incident, "resolve", "resolution=refund", "compensation=900 USD") == [
            "within_compensation_limit: 900.00 USD is above the limit of role agent, nothing in this currency;"
            " may approve: nobody"
        ]
        assert self.reasons(incident, "resolve", "resolution=refund", "compensation=a lot") == [
            'within_compensation_limit: compensation must be an amount, for example compensation="50.00 EUR"'
        ]
        for into, why in ((incident, "it cannot be merged into itself"), ("INC-9", "there is no incident INC-9")):
            assert self.reasons(incident, "merge_into", f"into={into}") == [f"merge_target_ok: {why}"]

    def test_children_that_are_waited_for(self, incident: str) -> None:
        child = new("--parent", incident, "--blocking", "--kind", "return")
        assert self.reasons(incident, "resolve", "resolution=refund") == [
            f"no_open_blocking_children: it waits for {child}; end them first"
        ]
        record(child, "cancel", "reason=mistake")
        assert record(incident, "resolve", "resolution=refund", hour=16)[0].startswith("applied")

    def test_closing_and_reopening(self, incident: str) -> None:
        record(incident, "resolve", "resolution=refund", hour=14)
        assert self.reasons(incident, "close") == [
            "confirmed_or_grace_elapsed: the customer may object until 2026-11-23 14:00:00 UTC;"
            " give confirmed=true when they agree"
        ]
        record(incident, "close", "confirmed=true", hour=15)
        told = register("record", incident, "reopen", "reason=again", "--now", "2027-06-01", "--by", "ana", status=1)
        assert told[1] == (
            "  within_reopen_window: closed at 2026-11-20 15:00:00 UTC, more than 60 days ago; open a new incident"
            " [open-follow-up]"
        )
        for again in range(3):
            record(incident, "reopen", f"reason={again}", hour=16 + again)
            record(incident, "resolve", "resolution=refund", hour=16 + again)
        assert self.reasons(incident, "reopen", "reason=4", hour=20) == [
            "under_reopen_limit: reopened 3 times, at most 3; open a new incident [open-follow-up]"
        ]

    def test_a_merged_one_says_where_it_went(self, incident: str) -> None:
        other = new()
        record(incident, "merge_into", f"into={other}")
        told = record(incident, "note", status=1)
        assert told[1:] == [
            f"  no-transition: not possible in state merged [forward:{other}]", "possible now: nothing that leads on",
        ]  # fmt: skip
        assert self.reasons(other, "merge_into", f"into={incident}") == [f"merge_target_ok: {incident} has ended"]

    def test_without_its_workflow(self, incident: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CSPROTOCOL_WORKFLOWS")
        for command in (("record", incident, "note"), ("allowed", incident), ("verify",)):
            complaint = refused(*command)
            assert (
                "has incidents of workflow ana-shop@1, which was not given; name its file with --workflow" in complaint
            )
        assert register("list")[-1] == "1 incident"
        assert register("history", incident)[-1] == "now: on_it (version 4)"
        assert exported()["incidents"][0]["stands"]["state"] == "on_it"


class TestList:
    @pytest.fixture(autouse=True)
    def some(self) -> None:
        new("--order", "#1", "--customer", "eva")
        started("--order", "#1", "--customer", "tom")
        new("--kind", "return", "--order", "#2", "--customer", "eva")
        record("INC-000003", "cancel", "reason=mistake")

    @pytest.mark.parametrize(
        ("options", "found"),
        [
            ([], [1, 2, 3]),
            (["--open"], [1, 2]),
            (["--order", "#1"], [1, 2]),
            (["--customer", "eva"], [1, 3]),
            (["--customer", "eva", "--order", "#1"], [1]),
            (["--state", "in_progress"], [2]),
            (["--category", "cancelled"], [3]),
            (["--category", "cancelled", "--open"], []),
            (["--order", " #1"], []),
            (["--state", "inspecting"], []),
        ],
    )
    def test_what_is_asked_for(self, options: list[str], found: list[int]) -> None:
        ids = [f"INC-00000{number}" for number in found]
        assert [row["id"] for row in json.loads(run("register", "list", *options, "--json").out)] == ids
        told = run("register", "list", *options, "--format", "csv").out
        assert [row["id"] for row in csv.DictReader(io.StringIO(told))] == ids
        *lines, count = register("list", *options)
        assert [line.split()[0] for line in lines[2:]] == ids
        assert count == f"{len(ids)} incident{'' if len(ids) == 1 else 's'}"

    def test_instants_in_a_zone(self) -> None:
        assert "2026-11-20 10:00:00+01:00" in register("list", "--tz", "Europe/Madrid")[2]

    def test_unknown_words(self) -> None:
        assert "--state: 'in_progres' is unknown; did you mean in_progress?" in refused("list", "--state", "in_progres")
        assert "invalid choice: 'open_'" in refused("list", "--category", "open_")


class TestHistory:
    def test_it_tells_everything(self) -> None:
        incident = new("--customer", "eva")
        record(incident, "note", "text=\x1b[31mred\nline", "ok=true", hour=12)
        record(incident, "note", "--at", "2026-11-20T11:00Z", hour=13)
        told = register("history", incident)
        assert told[0] == f"{incident} opened 2026-11-20 09:00:00+00:00 in new (incident@1)"
        assert "stays in new  ana (agent)" in told[3]
        assert told[3].endswith("ok=true, text=\N{REPLACEMENT CHARACTER}[31mred line")
        assert "of 2026-11-20 11:00:00+00:00" in told[4]
        assert told[5] == "now: new (version 2)"

    def test_erased_ones_say_so(self) -> None:
        incident = new("--customer", "eva")
        record(incident, "note", "text=hello")
        assert register("erase", incident) == [f"{incident}: customer and assignee are forgotten; 1 entry erased"]
        assert register("erase", incident) == [f"{incident}: customer and assignee are forgotten; 0 entries erased"]
        told = register("history", incident)
        assert "erased (agent)" in told[3]
        assert told[3].endswith("erased")
        assert "hello" not in run("register", "history", incident, "--json").out
        assert json.loads(run("register", "history", incident, "--json").out)[0]["erased"] is True
        assert register("verify")[0] == "1 incident, 1 entry, 1 erased: as written"

    def test_json(self) -> None:
        incident = started()
        told = json.loads(run("register", "history", incident, "--json").out)
        assert [entry["event"] for entry in told] == ["identify", "register", "assign", "start"]
        assert told[0]["data"] == {"problem_type": "damaged", "product": "MUG"}
        assert told[0]["recorded_at"] == "2026-11-20T10:00:00+00:00"

    @pytest.mark.parametrize("verb", ["history", "allowed", "verify", "erase"])
    def test_an_unknown_incident(self, verb: str) -> None:
        new()
        assert refused(verb, "INC-9") == (
            "csprotocol: the register holds no incident 'INC-9'; csprotocol register list shows those it holds"
        )


class TestAllowed:
    def test_every_event_with_its_answer(self) -> None:
        incident = started()
        lines = [line for line in register("allowed", incident)[1:] if not line.startswith("   ")]
        told = {line.split()[0]: " ".join(line.split()[1:]) for line in lines}
        assert [*told] == [*Workflow.default().event_names]
        assert told["ask_customer"] == "yes"
        assert told["close"] == "no no-transition: not possible in state in_progress"
        assert "[ask-role:supervisor]" in " ".join(register("allowed", incident))
        answers = {each["event"]: each for each in json.loads(run("register", "allowed", incident, "--json").out)}
        assert answers["cancel"]["allowed"] is False
        codes = [reason["code"] for reason in answers["cancel"]["reasons"]]
        assert codes == ["missing-field:reason", "role-required:supervisor"]

    def test_children_count(self) -> None:
        incident = started()
        new("--parent", incident, "--blocking")
        assert "waits for INC-000002" in " ".join(register("allowed", incident, "--role", "supervisor"))


class TestVerify:
    def test_a_sound_one_and_its_head(self) -> None:
        incident = started()
        told, head = register("verify")
        assert told == "1 incident, 4 entries, 0 erased: as written"
        digest = head.removeprefix("head ")
        assert register("verify", "--head", digest.upper()) == [told, head]
        own = register("verify", incident)[1].removeprefix("head ")
        record(incident, "note")
        assert register("verify", "--head", digest, status=1)[0].startswith(
            "the head is another: something was recorded"
        )
        assert register("verify", incident, "--head", own)[0] == "1 incident, 5 entries, 0 erased: as written"
        assert register("verify", incident, "--head", "0" * 64, status=1)[0].startswith(
            "the chain does not hold that head"
        )

    def test_what_is_damaged(self) -> None:
        incident = started()
        with closing(sqlite3.connect("incidents.db")) as connection:
            connection.execute("DROP TRIGGER csp_entry_no_update")
            connection.execute("UPDATE csp_entry SET body = replace(body, 'ana', 'eva') WHERE seq = 2")
            connection.execute("UPDATE csp_entry SET body = replace(body, '11:00', '11:30') WHERE seq = 2")
            connection.commit()
        told = register("verify", status=1)
        assert told[0].startswith(f"damaged: entry 2 of {incident}: hash: ")
        assert told[-2].endswith("damages") or told[-2].endswith("1 damage")


class TestCauses:
    @pytest.fixture
    def some(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for number, cause in enumerate(["late"] * 5 + ["damaged"] * 3 + ["size"] + [""] * 2):
            told = ("--problem-type", cause) if cause else ()
            new(*told, "--product", "MUG" if number % 2 else "CUP", now=f"2026-11-{number + 1:02}T09:00Z")
            found[cause] += 1
        new("--problem-type", "late", "--parent", "INC-000001", now="2026-11-02T09:00Z")
        for cause, event in (("late", ("merge_into", "into=INC-000001")), ("size", ("cancel", "reason=mistake"))):
            record(new("--problem-type", cause, now="2026-11-03T09:00Z"), *event)
        return found

    def test_table(self, some: Counter[str]) -> None:
        told = register("causes")
        assert told[0] == "Causes by problem_type: 11 incidents"
        assert [line.split() for line in told[3:5]] == [
            ["*", "late", "5", "55.6", "%", "55.6", "%"], ["*", "damaged", "3", "33.3", "%", "88.9", "%"],
        ]  # fmt: skip
        assert told[5].strip("= ") == "80 %"
        assert told[6].split() == ["size", "1", "11.1", "%", "100.0", "%"]
        assert told[7:] == [
            "* the fewest causes that make up that share of those known",
            "unknown: 2",
            "left out: 1 below a parent, 1 cancelled, 1 merged",
        ]

    def test_the_numbers_are_those_of_a_plain_loop(self, some: Counter[str]) -> None:
        (told,) = json.loads(run("register", "causes", "--json").out)
        assert {cause["cause"]: cause["count"] for cause in told["causes"]} == {k: v for k, v in some.items() if k}
        assert told["unknown"] == some[""]
        assert told["left_out"] == {"cancelled": 1, "child": 1, "merged": 1}
        rows = list(csv.DictReader(io.StringIO(run("register", "causes", "--by", "all", "--format", "csv").out)))
        assert {row["by"] for row in rows} == {"problem_type", "product", "carrier"}
        assert sum(int(row["count"]) for row in rows) == 3 * 11

    def test_a_stretch_of_time(self, some: Counter[str]) -> None:
        stretch = ("--since", "2026-11-02T09:00Z", "--until", "2026-11-05T09:00Z")
        (told,) = json.loads(run("register", "causes", *stretch, "--json").out)
        assert (told["incidents"], [cause["count"] for cause in told["causes"]]) == (3, [3])
        assert told["left_out"] == {"cancelled": 1, "child": 1, "merged": 1}
        assert "--until must be after --since" in refused("causes", "--since", "2026-11-02", "--until", "2026-11-01")

    def test_nothing_known(self) -> None:
        new()
        assert register("causes", "--by", "carrier") == ["Causes by carrier: 1 incident", "unknown: 1"]


class TestExportAndImport:
    def story(self) -> None:
        first = started("--customer", "eva", "--order", "=1+1", "--workflow", SHOP)
        record(first, "resolve", "resolution=refund", "compensation=5 EUR", "--workflow", SHOP, hour=14)
        second = new("--kind", "return", "--parent", first, "--id", "A-CHILD", "--blocking")
        record(second, "note", "text=Grüße\n\x00", "--event-id", "e-1", "--at", "2026-11-20T08:00Z")
        record(second, "assign", "assignee=tom", "carrier=DHL")
        register("erase", second)
        record(second, "note", "text=after", hour=16)
        record(first, "split_off", f"child={second}", "--workflow", SHOP, hour=17)

    @pytest.fixture
    def both(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A register with a story, and its copy through a file."""
        monkeypatch.setenv("CSPROTOCOL_WORKFLOWS", str(SHOP))
        self.story()
        register("export", "-o", "whole.json")
        monkeypatch.setenv("CSPROTOCOL_REGISTER", "copy.db")
        assert register("import", "whole.json") == ["2 incidents with 9 entries imported, 0 there already, 0 refused"]

    def test_json_brings_back_an_equal_register(self, both: None) -> None:
        workflows = [Workflow.load(SHOP)]
        with (
            store.sqlite("incidents.db", workflows=workflows) as old,
            store.sqlite("copy.db", workflows=workflows) as copy,
        ):
            assert old.find() == copy.find()
            for incident in old.find():
                assert old.history(incident.id) == copy.history(incident.id)
                assert old.opened(incident.id) == copy.opened(incident.id)
            assert copy.verify().ok
            assert copy.verify().erased == old.verify().erased == 2
            assert copy.read() == ()
        assert run("register", "export").out == Path("whole.json").read_text(encoding="utf-8")

    def test_the_copy_goes_on(self, both: None) -> None:
        assert record("A-CHILD", "note", "text=more", hour=18)[0].endswith("(version 4)")
        assert new() == "INC-000002"

    def test_importing_twice_changes_nothing(self, both: None) -> None:
        before = run("register", "verify")
        assert register("import", "whole.json") == ["0 incidents with 0 entries imported, 2 there already, 0 refused"]
        assert run("register", "verify") == before

    def test_what_was_erased_stays_erased(self, both: None) -> None:
        register("erase", "INC-000001")
        assert register("import", "whole.json")[0].startswith("0 incidents with 0 entries imported, 2 there already")
        assert "eva" not in run("register", "export").out

    def test_another_history_stays_as_it_is(self, both: None) -> None:
        record("INC-000001", "note", hour=18)
        told = register("import", "whole.json", status=1)
        assert told == [
            "0 incidents with 0 entries imported, 1 there already, 1 refused",
            "  refused: incidents[1]: INC-000001 has another history in the register, which stays as it is",
        ]

    def test_csv_has_a_row_an_incident_that_no_spreadsheet_runs(self, both: None) -> None:
        told = run("register", "export", "--format", "csv").out
        rows = {row["id"]: row for row in csv.DictReader(io.StringIO(told))}
        assert rows["INC-000001"]["order"] == "'=1+1"
        assert (rows["A-CHILD"]["parent"], rows["A-CHILD"]["blocking"]) == ("INC-000001", "true")
        assert rows["INC-000001"]["merged_into"] == ""
        Path("rows.csv").write_text(told, encoding="utf-8")
        # Parents first, as people write them; by id the child stands above.
        header, child, parent = told.splitlines()
        Path("rows.csv").write_text("\n".join((header, parent, child)), encoding="utf-8")
        assert register("import", "rows.csv", "--register", "rows.db") == [
            "2 rows: 2 imported, 0 there already, 0 refused"
        ]  # fmt: skip
        again = csv.DictReader(io.StringIO(run("register", "export", "--format", "csv", "--register", "rows.db").out))
        left_out = {"version"}
        for row in again:
            assert {k: v for k, v in row.items() if k not in left_out} == {
                k: v for k, v in rows[row["id"]].items() if k not in left_out
            }

    @pytest.mark.parametrize("verb", ["export", "list", "causes"])
    def test_the_register_is_not_overwritten(self, both: None, verb: str) -> None:
        before = files()
        for name in ("copy.db", "./copy.db"):
            assert "is what is to be read" in refused(verb, "-o", name)
        assert files() == before


def parts(**changes: Any) -> str:
    """An export of one incident with one entry, with ``changes`` by dotted place."""
    incident = new("--id", "X")
    record(incident, "note")
    told = exported()
    for place, value in changes.items():
        *way, last = place.split("__")
        target = told
        for step in way:
            target = target[int(step) if step.isdigit() else step]
        if value is None:
            del target[last]
        else:
            target[last] = value
    return json.dumps(told)


FORGED: dict[str, dict[str, Any]] = {
    "a later seq": {"incidents__0__entries__0__seq": 2},
    "no seq": {"incidents__0__entries__0__seq": True},
    "a state that is none": {"incidents__0__entries__0__target": "moon"},
    "a move that is none": {"incidents__0__entries__0__target": "closed"},
    "an event that is none": {"incidents__0__entries__0__event": "dance"},
    "another digest": {"incidents__0__entries__0__workflow_digest": "0"},
    "another workflow": {"incidents__0__entries__0__workflow": "moon@1"},
    "a naive stamp": {"incidents__0__entries__0__recorded_at": "2026-11-20T10:00:00"},
    "no stamp": {"incidents__0__entries__0__recorded_at": 5},
    "a float": {"incidents__0__entries__0__data": {"a": 1.5}},
    "half erased": {"incidents__0__entries__0__actor_id": None, "incidents__0__entries__0__data": {}},
    "a kind that is none": {"incidents__0__entries__0__actor_kind": "ghost"},
    "a list for a text": {"incidents__0__entries__0__event_id": ["x"]},
    "a foreign derived id": {"incidents__0__entries__0__event_id": "~Y/1"},
    "a link that is none": {"incidents__0__entries__0__link": {"kind": "x"}},
    "an unknown key": {"incidents__0__entries__0__more": 1},
    "an unknown field": {"incidents__0__opened__colour": "red"},
    "no id": {"incidents__0__opened__id": None},
    "an id of blanks": {"incidents__0__opened__id": " "},
    "a state of the opening": {"incidents__0__opened__state": "moon"},
    "no parent": {"incidents__0__opened__parent": "GONE"},
    "its own parent": {"incidents__0__opened__parent": "X"},
    "stands elsewhere": {"incidents__0__stands__state": "closed"},
    "a list for an incident": {"incidents__0__opened": [1]},
    "no entries": {"incidents__0__entries": 3},
    "a number for an incident": {"incidents": [7]},
    "blocking in words": {"incidents__0__opened__blocking": "yes"},
}  # fmt: skip


class TestForgedJson:
    @pytest.mark.parametrize("kind", FORGED)
    def test_it_is_refused_whole_and_leaves_nothing(self, kind: str) -> None:
        Path("forged.json").write_text(parts(**FORGED[kind]), encoding="utf-8")
        told = register("import", "forged.json", "--register", "other.db", status=1)
        assert told[0] == "0 incidents with 0 entries imported, 0 there already, 1 refused"
        assert len(told) == 2
        assert register("list", "--register", "other.db") == ["0 incidents"]

    def test_an_event_id_of_another_incident(self) -> None:
        told = json.loads(parts(incidents__0__entries__0__event_id="m-1"))
        other = json.loads(json.dumps(told["incidents"][0]).replace('"X"', '"Y"'))
        told["incidents"].append(other)
        Path("forged.json").write_text(json.dumps(told), encoding="utf-8")
        lines = register("import", "forged.json", "--register", "other.db", status=1)
        assert lines[0] == "1 incident with 1 entry imported, 0 there already, 1 refused"
        assert "brings an event id that an entry of X has" in lines[1]
        assert register("verify", "--register", "other.db")[0] == "1 incident, 1 entry, 0 erased: as written"

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("{", "forged.json, line 1: is no JSON"),
            ("[1]", "is JSON, but no export of a register"),
            ("{}", "is JSON, but no export of a register"),
            ('{"format": "csprotocol-register", "version": 9, "incidents": []}', "is an export of another version"),
            ("[" * 100_000, "is no JSON that can be read"),
            ('{"a": "\ud800"}', "is no UTF-8 text"),
        ],
    )
    def test_no_export(self, text: str, sentence: str) -> None:
        Path("forged.json").write_bytes(text.encode("utf-8", "surrogatepass"))
        assert sentence in refused("import", "forged.json")


ROWS = """\
id,opened_at,state,order,customer,note
A-1,2026-11-20T10:00+01:00,resolved,=1+1,eva,x
A-2,2026-11-20T10:00,new,2,eva,x
A-3,2026-11-20T10:00+01:00,rezolved,3,eva,x
A-4,,new,4,eva,x
,2026-11-20T10:00+01:00,new,5,eva,x
A-6,Maria Lopez,new,6,eva,x
A-7,2026-11-20T10:00+01:00,Maria Lopez,7,eva,x
A-8,2026-11-20T10:00+01:00,new,8,{long},x
A-1,2026-11-20T10:00+01:00,resolved,other,eva,x
A-9,2026-11-20T10:00+01:00,new
""".replace("{long}", "Maria" * 50)


class TestImportCsv:
    def test_bad_rows_are_counted_with_line_and_reason(self) -> None:
        Path("rows.csv").write_text(ROWS, encoding="utf-8")
        told = register("import", "rows.csv", status=1)
        assert told[:2] == ["10 rows: 1 imported, 0 there already, 9 refused", "  column 'note' is not read"]
        places = [line.removeprefix("  refused: ").split(": ")[0] for line in told[2:]]
        assert places == [
            "rows.csv, line 3, column 'opened_at'", "rows.csv, line 4, column 'state'",
            "rows.csv, line 5, column 'opened_at'", "rows.csv, line 6, column 'id'",
            "rows.csv, line 7, column 'opened_at'", "rows.csv, line 8, column 'state'",
            "rows.csv, line 9, column 'customer'", "rows.csv, line 10, column 'id'", "rows.csv, line 11",
        ]  # fmt: skip
        assert "Maria" not in "\n".join(told)
        assert "eva" not in "\n".join(told)
        assert "give the zone with --tz" in told[2]

    def test_naive_stamps_with_a_zone_and_a_format(self) -> None:
        Path("rows.csv").write_text("id;opened_at\nA;20/11/2026 10:00\n", encoding="utf-8")
        register("import", "rows.csv", "--tz", "Europe/Madrid", "--at-format", "%d/%m/%Y %H:%M")
        with store.sqlite("incidents.db") as journal:
            assert journal.load("A").opened_at == datetime(2026, 11, 20, 9, tzinfo=UTC)

    def test_twice_changes_nothing(self) -> None:
        Path("rows.csv").write_text(ROWS, encoding="utf-8")
        register("import", "rows.csv", "--tz", "UTC", status=1)
        record("A-1", "note")
        before = run("register", "export").out
        assert (
            register("import", "rows.csv", "--tz", "UTC", status=1)[0]
            == "10 rows: 0 imported, 2 there already, 8 refused"
        )
        assert run("register", "export").out == before

    def test_workflows_counts_and_flags(self) -> None:
        text = (
            "id,opened_at,workflow,state,reopen_count,blocking,parent,resolved_at\n"
            "A,2026-11-20T10:00Z,,resolved,2,,,2026-11-21T10:00Z\n"
            "B,2026-11-20T10:00Z,return,,0,true,A,\n"
            "C,2026-11-20T10:00Z,return@1,approved,,no,A,\n"
            "D,2026-11-20T10:00Z,returns,,,,,\n"
            "E,2026-11-20T10:00Z,,,many,,,\n"
            "F,2026-11-20T10:00Z,,,,perhaps,,\n"
            "G,2026-11-20T10:00Z,,,,,Z,\n"
        )
        Path("rows.csv").write_text(text, encoding="utf-8")
        told = register("import", "rows.csv", status=1)
        columns = [line.split("column ")[1].split(":")[0] for line in told[1:]]
        assert columns == ["'workflow'", "'reopen_count'", "'blocking'", "'parent'"]
        with store.sqlite("incidents.db") as journal:
            found = {each.id: each for each in journal.find()}
        assert [(each.id, each.workflow, each.state, each.blocking) for each in found.values()] == [
            ("A", "incident@1", "resolved", False), ("B", "return@1", "requested", True),
            ("C", "return@1", "approved", False),
        ]  # fmt: skip
        assert (found["A"].reopen_count, found["A"].resolved_at) == (2, datetime(2026, 11, 21, 10, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("", "rows.csv: is empty"),
            ("id,order\n1,2\n", "column 'opened_at': is not in the header"),
            ("id,id,opened_at\n", "column 'id': stands in the header 2 times"),
            ("order,order,id,opened_at\n", "column 'order': stands in the header 2 times"),
        ],
    )
    def test_no_table(self, text: str, sentence: str) -> None:
        Path("rows.csv").write_text(text, encoding="utf-8")
        assert sentence in refused("import", "rows.csv")

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["absent.csv"], "absent.csv: cannot be opened: No such file or directory"),
            (["."], "cannot be opened: Is a directory"),
            (["rows.csv", "--kind", "moon"], "--kind: 'moon' is unknown"),
            (["rows.csv", "--at-format", "%H"], "--at-format must be iso"),
        ],
    )
    def test_what_cannot_be(self, arguments: list[str], sentence: str) -> None:
        Path("rows.csv").write_text(ROWS, encoding="utf-8")
        assert sentence in refused("import", *arguments)

    @given(st.text(alphabet=st.sampled_from("'=+-@\t\nab＝＠,\""), max_size=8))
    def test_a_cell_comes_back_as_it_was(self, cell: str) -> None:
        (row,) = csv.DictReader(io.StringIO(csv_text(("a", "b"), [{"a": cell, "b": "x"}]), newline=""))
        assert from_spreadsheet(row["a"]) == cell
        assert row["a"][:1] not in {*"=+-@\t\r＝＋－＠"}


class TestTheFile:
    READERS = (
        ["list"], ["history", "INC-1"], ["allowed", "INC-1"], ["record", "INC-1", "note"], ["verify"], ["causes"],
        ["export"], ["erase", "INC-1"],
    )  # fmt: skip

    @pytest.mark.parametrize("command", READERS, ids=lambda command: command[0])
    def test_an_absent_one_is_not_made(self, command: list[str]) -> None:
        assert "there is no register 'incidents.db'; begin one with csprotocol register new" in refused(*command)
        assert "there is no register 'a/b.db'" in refused(*command, "--register", "a/b.db")
        assert files() == {}

    @pytest.mark.parametrize("command", READERS, ids=lambda command: command[0])
    def test_one_that_is_no_database(self, command: list[str]) -> None:
        Path("incidents.db").write_text("Maria Lopez, " * 200, encoding="utf-8")
        before = files()
        complaint = refused(*command)
        assert "the journal incidents.db cannot be used: it is no SQLite database" in complaint
        assert files() == before

    def test_the_database_of_another_program(self) -> None:
        with closing(sqlite3.connect("incidents.db")) as connection:
            connection.execute("CREATE TABLE bookmarks (url)")
            connection.commit()
        before = files()
        for command in (["list"], ["new"], ["verify"]):
            assert "'incidents.db' is the database of another program" in refused(*command)
        assert files() == before

    def test_a_locked_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        incident = new()
        monkeypatch.setattr("csprotocol.store._sqlite._BUSY_SECONDS", 0.1)
        with closing(sqlite3.connect("incidents.db", isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            complaint = refused("record", incident, "note")
            assert register("list")[-1] == "1 incident"
        assert "the journal incidents.db cannot be used: another process has been writing" in complaint

    def test_its_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CSPROTOCOL_REGISTER", "by-environment.db")
        new()
        new("--register", "by-option.db")
        monkeypatch.setenv("CSPROTOCOL_REGISTER", "")
        new()
        assert {*files()} == {"by-environment.db", "by-option.db", "incidents.db"}

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [(":memory:", "--register must be a file"), (".", "must be a file"), ("a/b.db", "in a folder that exists")],
    )
    def test_a_name_that_cannot_be(self, name: str, sentence: str) -> None:
        assert sentence in refused("new", "--register", name)
        assert files() == {}

    def test_a_pipe_that_is_closed_early(self) -> None:
        for _ in range(3):
            new()
        command = f"set -o pipefail; '{sys.executable}' -m csprotocol register list | head -n 1"
        ended = subprocess.run(["bash", "-c", command], check=False, timeout=60, capture_output=True, text=True)
        assert (ended.stderr, ended.returncode) == ("", 0)


def test_the_clock_is_read_when_nobody_says_what_time_it_is() -> None:
    before = datetime.now(UTC)
    register("new")
    with store.sqlite("incidents.db") as journal:
        opened_at = journal.load("INC-000001").opened_at
    assert opened_at is not None
    assert before <= opened_at <= datetime.now(UTC)
