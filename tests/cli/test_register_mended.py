"""``csprotocol register``: faults that were seen once, each with its smallest case."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol import store
from csprotocol.cli._register_cells import as_told, unsplit
from csprotocol.cli._register_json import _parents_first
from csprotocol.cli._tables import csv_text, from_spreadsheet

from .commands import run

AT = "2026-11-20T09:00+00:00"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder; nothing comes from the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CSPROTOCOL_REGISTER", raising=False)
    monkeypatch.delenv("CSPROTOCOL_WORKFLOWS", raising=False)
    return tmp_path


def register(*arguments: object, status: int = 0) -> str:
    ended = run("register", *arguments)
    assert (ended.status, ended.err) == (status, ""), ended
    return ended.out


def refused(*arguments: object) -> str:
    return run("register", *arguments).complaint


def document(**changed: Any) -> dict[str, Any]:
    """An export of an incident with one entry, of which some fields are others."""
    register("new", "--now", AT, "--order", "1")
    register("record", "INC-000001", "note", "--now", AT, "--by", "ana")
    told: dict[str, Any] = json.loads(register("export"))
    told["incidents"][0]["entries"][0] |= changed
    return told


class TestList:
    def test_nobody_is_called_nothing(self) -> None:
        register("new", "--now", AT)
        assert json.loads(register("list", "--customer", "", "--json")) == []
        assert json.loads(register("list", "--order", "", "--json")) == []

    def test_asks_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        register("new", "--now", AT)
        monkeypatch.setattr(store.SqlJournal, "find", None)
        assert "INC-000001" in register("list")
        assert "1 incident" in register("causes")
        assert "INC-000001" in register("export", "--format", "csv")
        assert "INC-000001" in register("export")


class TestImport:
    @pytest.mark.parametrize(
        "changed",
        [
            {"actor_id": 0}, {"actor_id": False}, {"actor_id": []}, {"actor_id": ""}, {"actor_id": " ana "},
            {"actor_kind": None}, {"actor_kind": 1}, {"actor_kind": "person"}, {"data": {"order": 7}},
            {"data": {"order": " x "}},
        ],
    )  # fmt: skip
    def test_entries_that_no_command_made(self, changed: dict[str, Any]) -> None:
        Path("other.json").write_text(json.dumps(document(**changed)), encoding="utf-8")
        assert "1 refused" in register("import", "other.json", "--register", "other.db", status=1)

    @pytest.mark.parametrize("version", [True, 1.0])
    def test_versions_are_whole_numbers(self, version: object) -> None:
        Path("other.json").write_text(json.dumps(document() | {"version": version}), encoding="utf-8")
        assert "another version" in refused("import", "other.json", "--register", "other.db")
        assert not Path("other.db").exists()

    def test_keys_stand_once(self) -> None:
        text = json.dumps(document()).replace('"order": "1"', '"order": "2", "order": "1"', 1)
        Path("other.json").write_text(text, encoding="utf-8")
        assert "has a key twice" in refused("import", "other.json", "--register", "other.db")

    def test_versions_beyond_counting_are_refused(self) -> None:
        told = document()
        told["incidents"][0]["opened"]["version"] = 2**63
        told["incidents"][0]["entries"] = []
        told["incidents"][0]["stands"] = told["incidents"][0]["opened"]
        Path("other.json").write_text(json.dumps(told), encoding="utf-8")
        assert "Incident.version" in register("import", "other.json", "--register", "other.db", status=1)

    @pytest.mark.parametrize("text", ["{", "a,b\n1,2\n", ""])
    def test_no_register_is_begun_for_what_cannot_be_read(self, text: str) -> None:
        Path("rows").write_text(text, encoding="utf-8")
        refused("import", "rows")
        refused("import", "absent")
        assert [each.name for each in Path().iterdir()] == ["rows"]

    @pytest.mark.parametrize("stamp", ["2026-10-25 02:30:00", "2026-03-29 02:30:00"])
    def test_what_the_clock_shows_twice_or_never(self, stamp: str) -> None:
        Path("rows.csv").write_text(f"id,opened_at\nA,{stamp}\nB,{stamp}+01:00\n", encoding="utf-8")
        told = register("import", "rows.csv", "--tz", "Europe/Madrid", status=1)
        assert "1 imported, 0 there already, 1 refused" in told
        assert "twice or never" in told
        assert "twice or never" in refused("new", "--now", stamp, "--tz", "Europe/Madrid")

    def test_chains_of_parents_take_their_time_once(self) -> None:
        chain = [{"opened": {"id": f"I{i}", "parent": f"I{i + 1}"}} for i in range(20_000)]
        start = time.perf_counter()
        places = [place for place, _ in _parents_first(chain)]
        assert places == list(reversed(range(20_000)))
        assert time.perf_counter() - start < 5

    def test_circles_come_last(self) -> None:
        circle = [{"opened": {"id": a, "parent": b}} for a, b in (("A", "B"), ("B", "A"), ("C", None))]
        assert [place for place, _ in _parents_first(circle)] == [2, 0, 1]


class TestExport:
    @given(st.text(alphabet="a;=+-@\t' ", max_size=8))
    def test_cells_come_back_and_run_nowhere(self, cell: str) -> None:
        (row,) = csv.DictReader(io.StringIO(csv_text(("a", "b"), [unsplit({"a": cell, "b": "x"})]), newline=""))
        assert as_told(from_spreadsheet(row["a"])) == cell
        parts = row["a"].replace("\t", ";").split(";")
        assert not any(part.lstrip(" ")[:1] in {*"=+-@"} and part.strip() for part in parts[1:])

    def test_orders_with_semicolons_come_back(self) -> None:
        register("new", "--now", AT, "--order", "A;=1+1;B")
        register("export", "--format", "csv", "-o", "rows.csv")
        assert "A;'=1+1;B" in Path("rows.csv").read_text(encoding="utf-8")
        register("import", "rows.csv", "--register", "other.db")
        (row,) = json.loads(register("list", "--json", "--register", "other.db"))
        assert row["order"] == "A;=1+1;B"

    @pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
    def test_what_belongs_to_the_register_is_not_overwritten(self, end: str) -> None:
        register("new", "--now", AT)
        assert "belongs to the register" in refused("export", "-o", f"incidents.db{end}")


class TestNew:
    def test_no_register_is_begun_for_an_unknown_kind(self) -> None:
        assert "--kind: 'nope' is unknown" in refused("new", "--kind", "nope")
        assert list(Path().iterdir()) == []


class TestErase:
    def test_says_when_somebody_keeps_the_old_texts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        register("new", "--now", AT, "--customer", "eva")
        assert "somebody" not in register("erase", "INC-000001")
        monkeypatch.setattr(store.SqlJournal, "scrub", lambda _: False)
        assert "somebody is using the register" in register("erase", "INC-000001")


class TestDamaged:
    def test_is_told_in_one_line(self) -> None:
        register("new", "--now", AT)
        self.changed("projection = '[]'")
        assert "cannot be read" in refused("allowed", "INC-000001")
        assert "damaged: opening of INC-000001: head" in register("verify", status=1)

    @pytest.mark.parametrize("head", ["NULL", "CAST(head_hash AS BLOB)"])
    def test_a_head_that_is_none_is_a_damage(self, head: str) -> None:
        register("new", "--now", AT)
        self.changed(f"head_hash = {head}")
        for incident in ([], ["INC-000001"]):
            assert "damaged: opening of INC-000001: head" in register("verify", *incident, status=1)

    @staticmethod
    def changed(what: str) -> None:
        with closing(sqlite3.connect("incidents.db")) as connection:
            connection.execute(f"UPDATE csp_incident SET {what}")
            connection.commit()
