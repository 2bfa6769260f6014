"""The bytes that are hashed: golden vectors, and a second program that checks a journal by the documented format."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

from csprotocol import store
from csprotocol.incident import Actor, Command, Entry, Incident, Link
from csprotocol.model import ActorKind, FrozenDict
from csprotocol.store import _chain
from tests.store.shop import AT, incident, resolved, told

SALT = "000102030405060708090a0b0c0d0e0f"
ENTRY = Entry(
    incident_id="INC-1", seq=3, event_id="msg-1", event="merge_into", source="new", target="merged", restarts=True,
    occurred_at=AT - timedelta(microseconds=1), recorded_at=AT, effective_at=AT, late=True, workflow="incident@1",
    workflow_digest="0123456789abcdef", actor_role="supervisor", actor_kind=ActorKind.AGENT, actor_id="ana",
    link=Link("merged_into", "INC-2"),
    data=FrozenDict({"into": "INC-2", "ñ": "\u2028\0", "a": FrozenDict({"z": 1, "b": (None,)})}),
)  # fmt: skip
OPENING = Incident(
    id="INC-1", workflow="incident@1", state="new", opened_at=AT.astimezone(timezone(timedelta(hours=9))),
    opened_by=ActorKind.CUSTOMER,
    customer="eva", assignee="ana", order="#1", links=(Link("split_to", "INC-7"),), blocking=True,
)  # fmt: skip


class TestGoldenVectors:
    """These texts are a promise to journals that exist: a change needs a new format number."""

    def test_personal_part(self) -> None:
        assert '["ana",{"a":{"b":[null],"z":1},"into":"INC-2","ñ":"\u2028\\u0000"}]' == _chain.personal_of_entry(ENTRY)
        assert '["eva","ana"]' == _chain.personal_of_opening(OPENING)
        expected = sha256(bytes(range(16)) + b'["eva","ana"]').hexdigest()
        assert expected == _chain.personal_digest(SALT, '["eva","ana"]')

    def test_entry(self) -> None:
        expected = (
            '[1,"entry","INC-1",3,"msg-1","merge_into","new","merged",true,"2026-11-21T09:59:59.999999Z",'
            '"2026-11-21T10:00:00.000000Z","2026-11-21T10:00:00.000000Z",true,"incident@1","0123456789abcdef",'
            '"supervisor","agent",["merged_into","INC-2"],"dd"]'
        )
        assert expected == _chain.entry_record(ENTRY, "dd")
        assert ENTRY_HASH == _chain.linked("00" * 32, expected)

    def test_opening(self) -> None:
        expected = (
            '[1,"opening","INC-1","incident@1","new",0,"2026-11-21T10:00:00.000000Z",null,null,null,null,'
            '"customer",0,"#1",null,null,null,null,null,null,true,[["split_to","INC-7"]],"dd"]'
        )
        assert expected == _chain.opening_record(OPENING, "dd")
        assert sha256(expected.encode()).hexdigest() == _chain.genesis(expected)

    def test_whole_journal(self) -> None:
        lines = b'[1,"head","a","00"]\n[1,"head","b","11"]\n'
        assert sha256(lines).hexdigest() == _chain.whole([("a", "00"), ("b", "11")])

    def test_salts_differ(self) -> None:
        assert 100 == len({_chain.new_salt() for _ in range(100)})
        assert {32} == {len(_chain.new_salt()) for _ in range(100)}


ENTRY_HASH = "1a99bee8c7d564196dc9f9c3b98ae4235e93c243781341346efec213c8a0961f"


def test_another_program_can_check_a_journal(tmp_path: Path) -> None:
    """Twenty lines of standard library, written from the description in _chain.py alone."""
    with store.sqlite(tmp_path / "journal.db") as journal:
        journal.open(incident(customer="eva"))
        told(journal, *resolved(), Command("note", Actor("tom"), data={"deep": [{"b": 1, "a": "ñ"}]}))
        expected = journal.head("INC-1"), journal.head()
    connection = sqlite3.connect(tmp_path / "journal.db")
    try:
        record, personal, salt = connection.execute(
            "SELECT opening, content, salt FROM csp_incident JOIN csp_personal ON incident_id = id AND seq = 0"
        ).fetchone()
        assert _digest(salt, personal) == json.loads(record)[-1]
        head = sha256(record.encode()).digest()
        for record, personal, salt in connection.execute(
            "SELECT body, content, salt FROM csp_entry JOIN csp_personal USING (incident_id, seq) ORDER BY seq"
        ):
            assert _digest(salt, personal) == json.loads(record)[-1]
            assert _again(json.loads(record)) == record
            assert _again(json.loads(personal)) == personal
            head = sha256(head + record.encode()).digest()
    finally:
        connection.close()
    line = _again([1, "head", "INC-1", head.hex()]) + "\n"
    assert expected == (head.hex(), sha256(line.encode()).hexdigest())


def _digest(salt: str, personal: str) -> str:
    return sha256(bytes.fromhex(salt) + personal.encode()).hexdigest()


def _again(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
