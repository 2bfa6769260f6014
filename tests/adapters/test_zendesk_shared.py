"""The public dbt_zendesk tables, which hardly join: the reader must say so."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import Any

import pytest

from csprotocol.adapters import zendesk
from csprotocol.model import StatusCategory

from ._shared import shared

pytestmark = pytest.mark.shared


def _ids(table: str, column: str) -> list[str]:
    with shared("platforms", "zendesk_dbt", f"{table}_data.csv").open(encoding="utf-8", newline="") as handle:
        return [row[column] for row in csv.DictReader(handle)]


@pytest.fixture(scope="module")
def read() -> Any:
    return zendesk.export(shared("platforms", "zendesk_dbt"))


class TestDbtSeeds:
    def test_every_row_is_accounted_for(self, read: Any) -> None:
        assert all(count.adds_up for count in read.files)
        assert read.rows == 155
        assert len(read.value.facts) == len(_ids("ticket", "id")) == 10

    def test_orphans_are_those_that_a_join_would_lose(self, read: Any) -> None:
        tickets = set(_ids("ticket", "id"))
        for table in ("ticket_comment", "ticket_field_history", "ticket_tag", "ticket_schedule"):
            assert read.value.orphans[table] == sum(owner not in tickets for owner in _ids(table, "ticket_id"))
        assert read.rejected_counts["orphan"] == sum(read.value.orphans.values()) == 61
        hardly = {notice.message.split()[2] for notice in read.warnings if notice.code == "hardly-joined"}
        assert hardly == {"ticket_comment", "ticket_field_history", "ticket_tag", "ticket_schedule", "schedule_holiday"}

    def test_ticket_11071(self, read: Any) -> None:
        facts = next(facts for facts in read.value.facts if facts.ticket_id == "11071")
        seconds = {
            category: sum((w.end - w.start).total_seconds() for w in facts.waiting if w.category is category)
            for category in (StatusCategory.WAITING_CUSTOMER, StatusCategory.WAITING_THIRD_PARTY)
        }
        assert list(seconds.values()) == [2_419_200, 1_728_000]
        assert facts.solved_at == (datetime(2020, 11, 14, 11, 1, 27, tzinfo=UTC),)
        assert (facts.reopens, facts.priority) == (0, "urgent")
        assert [target.minutes for target in read.value.targets["11071"]] == [960, 1_920]
        assert {"event-before-creation", "unknown-priority"} <= {notice.code for notice in read.warnings}

    def test_nobody_knows_who_replied(self, read: Any) -> None:
        assert all(facts.agent_replies is facts.first_reply_at is None for facts in read.value.facts)

    def test_the_schedule_is_californian(self, read: Any) -> None:
        hours = read.value.schedules["360000310393"]
        assert hours.tz == "America/Los_Angeles"
        assert hours.weekly == dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("08:00", "20:00"),))

    def test_frozen_offsets_are_named(self, read: Any) -> None:
        assert next(notice for notice in read.warnings if notice.code == "frozen-offsets").count == 2
