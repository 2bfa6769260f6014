"""The example mappings against the real files; what is true is counted here a second time, by other means."""

from __future__ import annotations

import csv
import time
from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest

from csprotocol.adapters import table
from csprotocol.adapters.table import TableMapping
from csprotocol.model import StatusCategory

from ._shared import MAPPINGS, shared

pytestmark = pytest.mark.shared


@cache
def _read(mapping: str, file: str) -> tuple[Any, list[dict[str, str]]]:
    path = shared("helpdesk_logs", file)
    return table.tickets(path, TableMapping.load(MAPPINGS / mapping)), _rows(path)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _by_case(rows: list[dict[str, str]], case: str, at: str, form: str) -> dict[str, list[dict[str, str]]]:
    def key(row: dict[str, str]) -> datetime:
        return datetime.strptime(row[at], form)  # noqa: DTZ007  # only their order matters

    cases: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        cases.setdefault(row[case], []).append(row)
    return {name: sorted(found, key=key) for name, found in cases.items()}


class TestServiceNow:
    MAPPING, FILE = "servicenow_incidents.toml", "incident_event_log_sample.csv"

    def test_counts(self) -> None:
        read, rows = _read(self.MAPPING, self.FILE)
        assert (read.rows, read.used, read.rejections, read.duplicates) == (len(rows), 5_998, 0, 0)
        assert len(read.value.facts) == len({row["number"] for row in rows}) == 890

    def test_reopens_and_verdicts(self) -> None:
        read, rows = _read(self.MAPPING, self.FILE)
        cases = _by_case(rows, "number", "sys_updated_at", "%d-%m-%Y %H:%M")
        for facts in read.value.facts:
            states = [state for state, _ in groupby(row["incident_state"] for row in cases[facts.ticket_id])]
            done = ("Resolved", "Closed")
            reopens = sum(a in done and b not in done for a, b in pairwise(states))
            assert facts.reopens == reopens
            assert len(facts.solved_at) == states.count("Resolved")
            assert facts.sla_met is (cases[facts.ticket_id][-1]["made_sla"] == "TRUE")
        assert Counter(facts.sla_met for facts in read.value.facts) == {True: 495, False: 395}
        assert sum(facts.reopens > 0 for facts in read.value.facts) == 11

    def test_replies_are_unknown(self) -> None:
        read, _ = _read(self.MAPPING, self.FILE)
        assert all(facts.agent_replies is None for facts in read.value.facts)


MEANT = {"Insert ticket", "Take in charge ticket", "Wait", "Resolve ticket", "RESOLVED", "Closed"} | {
    "INVALID",
    "DUPLICATE",
}


class TestItalianHelpdesk:
    MAPPING, FILE = "italian_helpdesk.toml", "italian_helpdesk.csv"

    def test_counts(self) -> None:
        read, rows = _read(self.MAPPING, self.FILE)
        repeated = len(rows) - len({tuple(row.values()) for row in rows})
        assert (read.rows, read.duplicates, read.rejections) == (len(rows), repeated, 0)
        assert len(read.value.facts) == len({row["Case ID"] for row in rows}) == 4_580

    def test_last_state(self) -> None:
        read, rows = _read(self.MAPPING, self.FILE)
        cases = _by_case(rows, "Case ID", "Complete Timestamp", "%Y/%m/%d %H:%M:%S.%f")
        closed = sum(
            [row["Activity"] for row in found if row["Activity"] in MEANT][-1:] == ["Closed"]
            for found in cases.values()
        )
        assert Counter(facts.status for facts in read.value.facts)[StatusCategory.CLOSED] == closed


class TestBpi13:
    MAPPING, FILE = "bpi_13_incidents.toml", "bpi_13_incidents.csv"

    def test_counts(self) -> None:
        read, rows = _read(self.MAPPING, self.FILE)
        repeated = len(rows) - len({tuple(row.values()) for row in rows})
        assert (read.rows, read.duplicates, read.rejections) == (65_533, repeated, 0)
        assert len(read.value.facts) == 7_554

    def test_says_nothing_about_states_that_it_does_not_know(self) -> None:
        read, rows = _read(self.MAPPING, self.FILE)
        cases = _by_case(rows, "CaseID", "CompleteTimestamp", "%Y-%m-%d %H:%M:%S")
        for facts in read.value.facts:
            assert facts.created_at.replace(tzinfo=None) == datetime.fromisoformat(
                cases[facts.ticket_id][0]["CompleteTimestamp"]
            )
            assert facts.status is facts.solved_at is facts.reopens is facts.closed_at is None

    def test_is_read_at_a_decent_speed(self) -> None:
        path = shared("helpdesk_logs", self.FILE)
        began = time.process_time()
        table.tickets(path, TableMapping.load(MAPPINGS / self.MAPPING))
        # About a second where it was written; the bound only catches a reader that became several times slower.
        assert time.process_time() - began < 8


class TestCustomerSupportTickets:
    MAPPING, FILE = "customer_support_tickets.toml", "customer_support_tickets.csv"

    def test_counts(self) -> None:
        read, rows = _read(self.MAPPING, self.FILE)
        assert (read.rows, read.used, read.rejections, read.duplicates) == (len(rows), 8_469, 0, 0)
        status = Counter(facts.status for facts in read.value.facts)
        assert status[StatusCategory.CLOSED] == sum(row["Ticket Status"] == "Closed" for row in rows) == 2_769

    def test_half_of_the_closed_tickets_end_before_their_first_reply(self) -> None:
        read, rows = _read(self.MAPPING, self.FILE)
        early = sum(
            len(row["Time to Resolution"]) > 0 and row["Time to Resolution"] < row["First Response Time"]
            for row in rows
        )
        named = sum("resolution-before-first-reply" in facts.anomalies() for facts in read.value.facts)
        assert named == early == 1_365

    def test_ratings(self) -> None:
        read, rows = _read(self.MAPPING, self.FILE)
        given = [float(row["Customer Satisfaction Rating"]) for row in rows if row["Customer Satisfaction Rating"]]
        assert sorted(facts.csat for facts in read.value.facts if facts.csat is not None) == sorted(given)
        assert read.value.csat_scale == (1, 5)

    def test_creation_is_unknown(self) -> None:
        read, _ = _read(self.MAPPING, self.FILE)
        assert all(facts.created_at is None for facts in read.value.facts)
        assert max(f.first_reply_at for f in read.value.facts if f.first_reply_at).utcoffset() == timedelta(0)
