"""The sample export that ships with the library, and the tool that writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from csprotocol.adapters import zendesk
from csprotocol.model import ContactReason, TicketFacts
from tools import generate_zendesk_export as tool

SAMPLE = Path(__file__).parents[2] / "src" / "csprotocol" / "data" / "sample_zendesk"


@pytest.fixture(scope="module")
def read() -> Any:
    return zendesk.export(SAMPLE)


class TestTool:
    def test_the_shipped_sample_is_what_it_writes(self) -> None:
        written = {path.name: path.read_bytes().decode() for path in SAMPLE.glob("*.csv")}
        assert written == tool.build()

    def test_the_same_arguments_give_the_same_bytes(self, tmp_path: Path) -> None:
        assert tool.build(seed=7, tickets=40) == tool.build(seed=7, tickets=40)
        assert tool.build(seed=7, tickets=40) != tool.build(seed=8, tickets=40)
        assert tool.main([str(tmp_path), "--seed", "7", "--tickets", "40"]) == 0
        assert tool.main([str(tmp_path), "--seed", "7", "--tickets", "40", "--check"]) == 0
        assert tool.main([str(tmp_path), "--seed", "8", "--tickets", "40", "--check"]) == 1

    def test_it_is_small(self) -> None:
        assert sum(path.stat().st_size for path in SAMPLE.glob("*.csv")) < 400_000

    @pytest.mark.parametrize(("rule", "seconds"), [("piecewise", 57_608), ("latest", 41_408)])
    def test_ticket_941606(self, tmp_path: Path, rule: Literal["piecewise", "latest"], seconds: int) -> None:
        tool.main([str(tmp_path), "--with-decisionlog-ticket", "--tickets", "30"])
        read = zendesk.export(tmp_path, calendar_rule=rule)
        facts = next(facts for facts in read.value.facts if facts.ticket_id == "941606")
        assert facts.created_at is not None
        assert facts.first_reply_at is not None
        opened = read.value.calendars["941606"].between(facts.created_at, facts.first_reply_at)
        assert opened == timedelta(seconds=seconds)


class TestSample:
    def test_every_row_is_accounted_for(self, read: Any) -> None:
        assert all(count.adds_up for count in read.files)
        assert len(read.value.facts) == tool.TICKETS

    def test_the_planted_faults_are_found(self, read: Any) -> None:
        assert dict(read.rejected_counts) == {"stamp": 2, "orphan": 3, "unknown-status": 1}
        assert read.duplicates == 1
        assert len(read.value.assumed_status) == 3
        assert [f.anomalies() for f in read.value.facts if f.anomalies()] == [("reply-before-creation",)]
        assert {"deleted-row", "unknown-author", "unoffered"} <= {notice.code for notice in read.warnings}

    def test_it_has_something_of_everything(self, read: Any) -> None:
        facts = read.value.facts
        assert len({f.channel for f in facts}) >= 6
        assert {f.reason for f in facts} <= {reason.code for reason in ContactReason.all()}
        kinds: tuple[Callable[[TicketFacts], object], ...] = (
            lambda f: f.agent_started,
            lambda f: f.spam,
            lambda f: f.merged_into,
            lambda f: f.reopens,
            lambda f: f.auto_replied,
            lambda f: f.csat == 0,
            lambda f: f.surveyed and f.csat is None,
            lambda f: f.status is not None and f.status.is_live,
        )
        for wanted in kinds:
            assert sum(bool(wanted(f)) for f in facts) >= 3

    def test_two_schedules_in_two_zones(self, read: Any) -> None:
        assert {hours.tz for hours in read.value.schedules.values()} == {"Europe/Madrid", "America/New_York"}
        assert len(read.value.calendars) == len(read.value.targets) == tool.TICKETS
