"""The generated Zendesk sample through the command, against plain loops over its tables."""

from __future__ import annotations

import csv
import statistics
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tools import generate_zendesk_export as tool

from .commands import measure, report_on

SAMPLE = Path(__file__).parents[2] / "src" / "csprotocol" / "data" / "sample_zendesk"
OPTIONS = ("--from", "zendesk", "--now", "2026-11-01T00:00Z", "--min-n", "0")
CHANNELS = {
    "email": "email", "web": "form", "native_messaging": "messaging", "whatsapp": "messaging", "chat": "chat",
    "voice": "phone", "facebook": "social", "api": "other",
}  # fmt: skip


def table(name: str) -> list[dict[str, str]]:
    with (SAMPLE / f"{name}_data.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def tickets() -> dict[str, dict[str, Any]]:  # noqa: C901, PLR0912  # one loop a table, as plain as can be
    """Created, first reply and end of every ticket; without spam and merged ones."""
    roles = {row["id"]: row["role"] for row in table("user")}
    suspended = {row["id"] for row in table("user") if row["suspended"] == "TRUE"}
    agents = {user for user, role in roles.items() if role in ("agent", "admin")}
    agents -= {row["user_id"] for row in table("user_tag")}
    found: dict[str, dict[str, Any]] = {}
    merged: set[str] = set()
    for row in table("ticket"):
        merged |= set(row["merged_ticket_ids"].strip("[]").split(","))
        if row["created_at"] != "yesterday":
            found[row["id"]] = {"row": row, "created": datetime.fromisoformat(row["created_at"]), "replies": []}
    for row in sorted(table("ticket_comment"), key=lambda row: row["created"]):
        ticket = found.get(row["ticket_id"])
        if ticket is None or row["public"] == "FALSE" or row["_fivetran_deleted"] == "TRUE":
            continue
        at, starter = datetime.fromisoformat(row["created"]), ticket["row"]["submitter_id"]
        if row["user_id"] == ticket["row"]["requester_id"]:
            ticket.setdefault("asked", at)
        elif row["user_id"] in agents and not (starter in agents and "asked" not in ticket):
            ticket["replies"].append(at)
    statuses: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in table("ticket_field_history"):
        if row["field_name"] == "status" and not is_lost(row):
            statuses[row["ticket_id"]].append((row["updated"], row["value"]))
    for name, ticket in found.items():
        ticket["agent_started"] = ticket["row"]["submitter_id"] in agents
        ticket["left_out"] = name in merged or ticket["row"]["requester_id"] in suspended
        done, last = [], "new"
        for changed, status in sorted(statuses[name]):
            if status in ("solved", "closed") and last not in ("solved", "closed"):
                done.append(datetime.fromisoformat(changed))
            last = status
        ticket["end"] = done[-1] if done and last in ("solved", "closed") else None
    # Where a row is lost, what rests on it is unknown.
    for row in table("ticket_field_history"):
        if is_lost(row):
            found[row["ticket_id"]]["end"] = None
    for row in table("ticket_comment"):
        if row["user_id"] not in roles:
            found[row["ticket_id"]]["replies"] = []
    return found


def is_lost(row: dict[str, str]) -> bool:
    """A change of the status that the tool made unreadable on purpose."""
    return row["field_name"] == "status" and (row["updated"][5:7] == "13" or row["value"] == "snoozed")


def statistic(values: list[float]) -> tuple[Any, Any, int]:
    return pytest.approx(statistics.median(values)), pytest.approx(statistics.mean(values), abs=1e-3), len(values)


def told(group: Any, kpi: str) -> tuple[float, float, int]:
    found = measure(group, kpi, "elapsed")
    return found["median"], found["mean"], found["n"]


def test_first_reply_and_resolution_by_channel() -> None:
    replies: dict[str, list[float]] = defaultdict(list)
    ends: dict[str, list[float]] = defaultdict(list)
    for ticket in tickets().values():
        channel = CHANNELS[ticket["row"]["via_channel"]]
        start = ticket.get("asked") if ticket["agent_started"] else ticket["created"]
        if ticket["left_out"]:
            continue
        if start and ticket["replies"] and ticket["replies"][0] >= start:
            replies[channel].append((ticket["replies"][0] - start).total_seconds())
        if ticket["end"]:
            ends[channel].append((ticket["end"] - ticket["created"]).total_seconds())
    report = report_on(SAMPLE, *OPTIONS, "--by", "channel")
    groups = {group["key"]["channel"]: group for group in report["groups"]}
    assert {name: told(group, "first_reply") for name, group in groups.items()} == {
        name: statistic(values) for name, values in replies.items()
    }
    assert {name: told(group, "resolution") for name, group in groups.items()} == {
        name: statistic(values) for name, values in ends.items()
    }


def test_satisfaction() -> None:
    scores: dict[str, tuple[str, str]] = {}
    known = {name for name, ticket in tickets().items() if not ticket["left_out"]}
    for row in table("satisfaction_rating"):
        if row["ticket_id"] in known and row["score"] in ("good", "bad", "offered"):
            scores[row["ticket_id"]] = (row["updated_at"], row["score"])
    given = [score for _, score in scores.values() if score != "offered"]
    found = measure(report_on(SAMPLE, *OPTIONS, "--by", "")["total"], "csat")
    assert (found["share"], found["n"]) == (given.count("good") / len(given), len(given))
    assert found["response_rate"] == len(given) / len(scores)
    assert found["missing"] == {
        "no-answer": len(scores) - len(given),
        "not-surveyed": len(known) - len(scores),
        "merged": 5,
        "spam": 7,
    }


def test_the_zone_of_the_periods() -> None:
    # The sample's last evening in October is November in Auckland already.
    months = {
        tz: [group["key"]["month"] for group in report_on(SAMPLE, *OPTIONS, "--by", "month", "--tz", tz)["groups"]]
        for tz in ("UTC", "Pacific/Auckland")
    }
    assert months == {
        "UTC": ["2026-08", "2026-09", "2026-10"],
        "Pacific/Auckland": ["2026-08", "2026-09", "2026-10", "2026-11"],
    }


def test_promises_fall_due_as_time_passes() -> None:
    now = [
        measure(
            report_on(SAMPLE, "--from", "zendesk", "--by", "", "--now", day)["total"], "sla_attainment", "first_reply"
        )
        for day in ("2026-11-01", "2027-11-01")
    ]
    assert now[0]["missing"]["running"] > 0
    assert "running" not in now[1]["missing"]
    assert now[1]["n"] == now[0]["n"] + now[0]["missing"]["running"]
    assert now[1]["share"] < now[0]["share"]


@pytest.fixture(scope="module")
def with_decisionlog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zendesk")
    assert tool.main([str(folder), "--with-decisionlog-ticket", "--tickets", "30"]) == 0
    return folder


@pytest.mark.parametrize(("rule", "seconds"), [("piecewise", 57_608), ("latest", 41_408), (None, 57_608)])
def test_ticket_941606(with_decisionlog: Path, rule: str | None, seconds: int) -> None:
    chosen = ("--schedule-rule", rule) if rule else ()
    report = report_on(with_decisionlog, *OPTIONS, "--by", "month", *chosen)
    group = next(group for group in report["groups"] if group["key"] == {"month": "2020-09"})
    business, elapsed = (measure(group, "first_reply", clock) for clock in ("business", "elapsed"))
    assert group["tickets"] == 1
    assert [business[name] for name in ("median", "mean", "p90", "n")] == [seconds, seconds, seconds, 1]
    assert elapsed["median"] == timedelta(days=1, hours=2, seconds=8).total_seconds()
