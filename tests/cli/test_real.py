"""The command on real exports; what is true is counted here a second time, by plain loops."""

from __future__ import annotations

import csv
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from .commands import measure, report_on, run

pytestmark = pytest.mark.shared

MAPPINGS = Path(__file__).parents[2] / "examples" / "mappings"
NOW = ("--now", "2026-01-01")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@cache
def log(shared: Path, file: str) -> list[dict[str, str]]:
    return rows_of(shared / "data" / "helpdesk_logs" / file)


def logged(shared: Path, file: str, mapping: str, *options: str) -> Any:
    return report_on(shared / "data/helpdesk_logs" / file, "--map", MAPPINGS / mapping, *NOW, *options)


def cases_of(rows: Iterable[dict[str, str]], case: str, at: str, form: str) -> dict[str, list[tuple[datetime, Any]]]:
    cases: dict[str, list[tuple[datetime, Any]]] = defaultdict(list)
    for row in rows:
        cases[row[case]].append((datetime.strptime(row[at], form).replace(tzinfo=UTC), row))
    for found in cases.values():
        found.sort(key=lambda each: each[0])
    return cases


def close(values: list[float]) -> dict[str, Any]:
    statistic = {
        "median": statistics.median(values),
        "mean": statistics.mean(values),
        "p90": statistics.quantiles(values, n=10, method="inclusive")[8],
    }
    return {name: pytest.approx(value, abs=1e-3) for name, value in statistic.items()}


def durations(group: Any, kpi: str) -> dict[str, float]:
    found = measure(group, kpi, "elapsed")
    return {name: found[name] for name in ("median", "mean", "p90")}


class TestServiceNow:
    FILE, MAPPING = "incident_event_log_sample.csv", "servicenow_incidents.toml"

    def incidents(self, shared: Path) -> dict[str, list[tuple[datetime, Any]]]:
        return cases_of(log(shared, self.FILE), "number", "sys_updated_at", "%d-%m-%Y %H:%M")

    def test_resolution_by_priority(self, shared: Path) -> None:
        took: dict[str, list[float]] = defaultdict(list)
        for found in self.incidents(shared).values():
            # The last time it became resolved; closed without it counts as resolved.
            before = [None, *(row["incident_state"] for _, row in found)]
            entered = [(at, row["incident_state"]) for (at, row), last in zip(found, before, strict=False)
                       if row["incident_state"] != last]  # fmt: skip
            ends: list[datetime] = []
            done = False
            for at, state in entered:
                if state in ("Resolved", "Closed") and not done:
                    ends.append(at)
                done = state in ("Resolved", "Closed")
            opened = datetime.strptime(found[-1][1]["opened_at"], "%d-%m-%Y %H:%M").replace(tzinfo=UTC)
            name = found[-1][1]["priority"].split(" - ")[1].lower()
            took[name].append((ends[-1] - opened).total_seconds())
        told = logged(shared, self.FILE, self.MAPPING, "--by", "priority")
        assert {group["key"]["priority"]: durations(group, "resolution") for group in told["groups"]} == {
            name: close(values) for name, values in took.items() if len(values) > 1
        }
        assert durations(told["total"], "resolution") == close([each for values in took.values() for each in values])

    def test_verdicts_and_reopens_by_a_column_of_the_file(self, shared: Path) -> None:
        cases = self.incidents(shared)
        met: dict[str, list[bool]] = defaultdict(list)
        reopened = 0
        for found in cases.values():
            met[found[-1][1]["impact"]].append(found[-1][1]["made_sla"] == "TRUE")
            states = [row["incident_state"] for _, row in found]
            done = ("Resolved", "Closed")
            reopened += any(a in done and b not in done for a, b in pairwise(states))
        told = logged(shared, self.FILE, self.MAPPING, "--by", "impact")
        shares = {g["key"]["impact"]: measure(g, "sla_attainment", "recorded")["share"] for g in told["groups"]}
        assert shares == {impact: sum(each) / len(each) for impact, each in met.items()}
        assert measure(told["total"], "reopen_rate")["share"] == reopened / len(cases)

    def test_nobody_knows_who_replied(self, shared: Path) -> None:
        told = logged(shared, self.FILE, self.MAPPING, "--target", "first_reply=4h")
        replies = measure(told["total"], "first_reply", "elapsed")
        promises = measure(told["total"], "sla_attainment", "first_reply")
        assert (replies["n"], replies["missing"]) == (0, {"replies-unknown": 890})
        assert (promises["n"], promises["missing"]) == (0, {"replies-unknown": 890})


class TestItalianHelpdesk:
    FILE, MAPPING = "italian_helpdesk.csv", "italian_helpdesk.toml"

    def test_resolution_by_quarter_of_rome(self, shared: Path) -> None:
        meaning = {
            "Insert ticket": "live", "Take in charge ticket": "live", "Wait": "live", "Resolve ticket": "done",
            "RESOLVED": "done", "Closed": "done", "INVALID": "cancelled", "DUPLICATE": "cancelled",
        }  # fmt: skip
        rome = ZoneInfo("Europe/Rome")
        took: dict[str, list[float]] = defaultdict(list)
        count: Counter[str] = Counter()
        for found in cases_of(log(shared, self.FILE), "Case ID", "Complete Timestamp", "%Y/%m/%d %H:%M:%S.%f").values():
            walls = [(at.replace(tzinfo=rome), meaning.get(row["Activity"])) for at, row in found]
            first = walls[0][0]
            quarter = f"{first.year}-Q{(first.month + 2) // 3}"
            count[quarter] += 1
            states = [(at, state) for at, state in walls if state]
            # Closing what was resolved already ends nothing more.
            ends = [at for (at, state), (_, last) in zip(states, [(first, "live"), *states], strict=False)
                    if state == "done" and last != "done"]  # fmt: skip
            if states and states[-1][1] == "done" and ends:
                took[quarter].append((ends[-1].astimezone(UTC) - first.astimezone(UTC)).total_seconds())
        told = logged(shared, self.FILE, self.MAPPING, "--by", "quarter", "--tz", "Europe/Rome")
        assert {group["key"]["quarter"]: group["tickets"] for group in told["groups"]} == count
        assert {group["key"]["quarter"]: durations(group, "resolution") for group in told["groups"]} == {
            quarter: close(values) for quarter, values in took.items()
        }

    def test_the_repeated_rows_are_told(self, shared: Path) -> None:
        told = logged(shared, self.FILE, self.MAPPING, "--by", "")
        (file,) = told["quality"]["files"]
        assert (file["rows"], file["duplicates"]) == (21_348, 127)


class TestBpi13:
    FILE, MAPPING = "bpi_13_incidents.csv", "bpi_13_incidents.toml"

    def test_cases_by_month_of_their_first_row(self, shared: Path) -> None:
        cases = cases_of(log(shared, self.FILE), "CaseID", "CompleteTimestamp", "%Y-%m-%d %H:%M:%S")
        months = Counter(found[0][0].isoformat()[:7] for found in cases.values())
        told = logged(shared, self.FILE, self.MAPPING, "--by", "month")
        assert {group["key"]["month"]: group["tickets"] for group in told["groups"]} == months
        assert {each["n"] for each in told["total"]["measures"]} == {0}

    def test_the_table_shows_the_tickets_all_the_same(self, shared: Path) -> None:
        path = shared / "data/helpdesk_logs" / self.FILE
        ended = run("report", path, "--map", MAPPINGS / self.MAPPING, *NOW, "--by", "year,channel")
        lines = [line.split() for line in ended.out.splitlines()]
        cases = cases_of(log(shared, self.FILE), "CaseID", "CompleteTimestamp", "%Y-%m-%d %H:%M:%S")
        years = Counter(str(found[0][0].year) for found in cases.values())
        assert [line for line in lines if line[1:2] == ["(unknown)"]] == [
            [year, "(unknown)", f"{count:,}"] for year, count in sorted(years.items())
        ]
        assert "tickets without any channel: the export has no such value (7,554)" in ended.out


class TestCustomerSupportTickets:
    FILE, MAPPING = "customer_support_tickets.csv", "customer_support_tickets.toml"

    def test_half_of_the_closed_tickets_end_before_their_first_response(self, shared: Path) -> None:
        closed = [row for row in log(shared, self.FILE) if row["Ticket Status"] == "Closed"]
        early = sum(row["Time to Resolution"] < row["First Response Time"] for row in closed)
        path = shared / "data/helpdesk_logs" / self.FILE
        ended = run("report", path, "--map", MAPPINGS / self.MAPPING, *NOW)
        sentence = (
            f"suspicious: {100 * early / len(closed):.1f}% ({early:,} of {len(closed):,}) of the tickets with a first "
            "reply and an end ended before their first reply"
        )
        assert sentence in " ".join(ended.out.split())
        assert 0.45 < early / len(closed) < 0.55

    def test_satisfaction_by_channel_and_product(self, shared: Path) -> None:
        stars: dict[tuple[str, str], list[float]] = defaultdict(list)
        for row in log(shared, self.FILE):
            channel = {"Social media": "social"}.get(row["Ticket Channel"], row["Ticket Channel"].lower())
            cell = row["Customer Satisfaction Rating"]
            stars[channel, row["Product Purchased"]] += [float(cell)] if cell else []
        told = logged(shared, self.FILE, self.MAPPING, "--by", "channel,product")
        assert {
            (group["key"]["channel"], group["key"]["product"]): (found["share"], found["n"])
            for group in told["groups"]
            for found in [measure(group, "csat")]
        } == {key: (sum(each >= 4 for each in given) / len(given), len(given)) for key, given in stars.items()}

    def test_who_did_not_answer_is_not_known(self, shared: Path) -> None:
        told = measure(logged(shared, self.FILE, self.MAPPING, "--by", "")["total"], "csat")
        assert (told["n"], told["missing"], "response_rate" in told) == (2_769, {"survey-unknown": 5_700}, False)

    def test_a_month_needs_an_instant_that_the_export_has(self, shared: Path) -> None:
        told = logged(shared, self.FILE, self.MAPPING)
        notes = [note["message"] for note in told["quality"]["notices"]]
        assert "tickets without any month (by the instant created): the export has no such value" in notes
        months = Counter(row["First Response Time"][:7] or None for row in log(shared, self.FILE))
        told = logged(shared, self.FILE, self.MAPPING, "--by", "month", "--anchor", "first_reply")
        assert {group["key"]["month"]: group["tickets"] for group in told["groups"]} == months


class TestDbtZendesk:
    def test_orphans_are_counted(self, shared: Path) -> None:
        folder = shared / "data" / "platforms" / "zendesk_dbt"
        tickets = {row["id"] for row in rows_of(folder / "ticket_data.csv")}
        tables = ("ticket_comment", "ticket_field_history", "ticket_schedule", "ticket_tag")
        orphans = {
            table: sum(row["ticket_id"] not in tickets for row in rows_of(folder / f"{table}_data.csv"))
            for table in tables
        }
        told = report_on(folder, "--from", "zendesk", *NOW)
        assert told["total"]["tickets"] == len(tickets) == 10
        assert {table: told["quality"]["orphans"][table] for table in tables} == orphans
        ended = run("report", folder, "--from", "zendesk", *NOW)
        assert "orphans (rows that belong to no ticket of the export): ticket_comment 20" in ended.out

    def test_promises_to_tickets_without_messages_are_not_judged(self, shared: Path) -> None:
        told = report_on(shared / "data" / "platforms" / "zendesk_dbt", "--from", "zendesk", *NOW, "--by", "")
        promises = measure(told["total"], "sla_attainment", "first_reply")
        assert (promises["n"], promises["missing"]) == (0, {"no-target": 9, "replies-unknown": 1})
