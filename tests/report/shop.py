"""A small shop's export, its mapping, and a second way to its numbers: plain loops over the rows."""

from __future__ import annotations

import csv
import statistics
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from csprotocol.adapters import Read, TicketExport, table

__all__ = ["CALENDAR", "MAPPING", "MAPPING_TOML", "NOW", "TEXT", "TICKETS", "Row", "expected", "groups_of", "read"]

Row = dict[str, str]

# Stamps are Madrid's; 1 and 7 lie in another month in UTC; 8 is answered before it was opened, 9 solved before; 10 is
# spam, 11 merged; 12 was opened after NOW; 13 says nothing at all; 16 waits since Friday evening.
TEXT = """\
id,opened,replied,solved,state,via,prio,stars,nps,asked,reopens,replies,sla,merged,spam,product,shop
1,2026-11-01 00:30:00,2026-11-02 09:20:00,2026-11-03 12:00:00,closed,mail,high,5,10,yes,0,1,yes,,no,Lamp,Norte
2,2026-11-02 10:00:00,2026-11-02 10:45:00,2026-11-02 16:30:00,resolved,mail,low,4,9,yes,0,1,yes,,no,Lamp,Norte
3,2026-11-03 16:50:00,2026-11-04 09:30:00,2026-11-09 11:00:00,closed,phone,low,2,3,yes,1,3,no,,no,Chair,Sur
4,2026-11-05 11:15:00,2026-11-05 11:20:00,2026-11-05 11:20:00,closed,phone,high,,,yes,0,1,yes,,no,Chair,Norte
5,2026-11-06 18:00:00,2026-11-09 10:00:00,2026-11-09 15:00:00,closed,mail,low,3,8,yes,0,2,,,no,Lamp,Sur
6,2026-11-10 12:00:00,,,open,mail,high,,,no,0,0,,,no,Chair,Norte
7,2026-12-01 00:10:00,2026-12-01 09:40:00,,waiting_customer,chat,low,,,no,0,1,,,no,Lamp,Sur
8,2026-12-01 10:00:00,2026-12-01 09:00:00,2026-12-02 10:00:00,closed,chat,low,1,0,yes,2,2,no,,no,Lamp,Sur
9,2026-12-02 10:00:00,2026-12-02 10:30:00,2026-12-02 09:30:00,resolved,chat,high,5,,yes,0,1,yes,,no,Chair,Norte
10,2026-12-02 11:00:00,2026-12-02 11:10:00,2026-12-02 11:30:00,closed,mail,low,,,no,0,1,yes,,yes,Lamp,Norte
11,2026-12-03 11:00:00,2026-12-03 11:10:00,2026-12-03 11:30:00,closed,mail,low,,,no,0,1,yes,3,no,Chair,Norte
12,2027-01-01 10:00:00,,,new,mail,low,,,no,0,0,,,no,Chair,Norte
13,,,,,,,,,,,,,,,,
14,2026-12-03 09:10:00,,2026-12-03 12:10:00,closed,mail,low,,,no,0,0,,,no,Lamp,Sur
15,2026-12-03 09:15:00,2026-12-03 13:15:00,2026-12-03 13:15:00,closed,mail,high,4,7,yes,0,1,yes,,no,Lamp,Norte
16,2026-12-04 16:30:00,,,open,phone,high,,,no,0,0,,,no,Chair,Sur
"""
TICKETS: list[Row] = list(csv.DictReader(TEXT.splitlines()))
NOW = datetime(2026, 12, 4, 18, 0, tzinfo=ZoneInfo("Europe/Madrid"))

MAPPING: dict[str, Any] = {
    "source": "shop",
    "layout": "tickets",
    "columns": {
        "ticket_id": "id", "created_at": "opened", "first_reply_at": "replied", "solved_at": "solved",
        "status": "state", "channel": "via", "priority": "prio", "csat": "stars", "nps": "nps", "surveyed": "asked",
        "reopens": "reopens", "agent_replies": "replies", "sla_met": "sla", "merged_into": "merged", "spam": "spam",
    },
    "time": {"zone": "Europe/Madrid"},
    "channel": {"mail": "email", "phone": "phone", "chat": "chat"},
    "csat": {"scale": [1, 5]},
    "attributes": {"product": "product"},
}  # fmt: skip
MAPPING_TOML = """\
source = "shop"
layout = "tickets"
[columns]
ticket_id = "id"
created_at = "opened"
first_reply_at = "replied"
solved_at = "solved"
status = "state"
channel = "via"
priority = "prio"
csat = "stars"
nps = "nps"
surveyed = "asked"
reopens = "reopens"
agent_replies = "replies"
sla_met = "sla"
merged_into = "merged"
spam = "spam"
[time]
zone = "Europe/Madrid"
[channel]
mail = "email"
phone = "phone"
chat = "chat"
[csat]
scale = [1, 5]
[attributes]
product = "product"
"""
CALENDAR = """\
tz = "Europe/Madrid"
weekly = "mon-fri 09:00-17:00"
"""


def read() -> Read[TicketExport]:
    return table.tickets(TEXT.splitlines(), table.TableMapping.from_dict(MAPPING))


# The second way. It knows the cells only, not the library.


def _at(cell: str) -> datetime | None:
    return datetime.fromisoformat(cell).replace(tzinfo=ZoneInfo("Europe/Madrid")).astimezone(UTC) if cell else None


def _open_seconds(start: datetime, end: datetime) -> float:
    """Minute by minute: Monday to Friday, nine to five in Madrid. All stamps lie on whole minutes."""
    minutes, at = 0, start
    while at < end:
        local = at.astimezone(ZoneInfo("Europe/Madrid"))
        minutes += local.weekday() < 5 and 9 <= local.hour < 17
        at += timedelta(minutes=1)
    return minutes * 60.0


def _seconds(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds()


_CLOCKS: dict[str, Callable[[datetime, datetime], float]] = {"elapsed": _seconds, "business": _open_seconds}
_DONE = ("resolved", "closed")
_LIMITS = {"first_reply": ("business", 3600.0), "resolution": ("elapsed", 48 * 3600.0)}


Key = tuple[str | None, ...]


def groups_of(rows: Iterable[Row], by: tuple[str, ...], tz: str = "Europe/Madrid") -> dict[Key, list[Row]]:
    def value(row: Row, name: str) -> str | None:
        opened = _at(row["opened"])
        if name == "month":
            return opened.astimezone(ZoneInfo(tz)).isoformat()[:7] if opened else None
        column = {"channel": "via", "priority": "prio", "status": "state"}.get(name, name)
        cell = row[column]
        return {"mail": "email"}.get(cell, cell) if name == "channel" and cell else cell or None

    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(value(row, name) for name in by), []).append(row)
    return found


def expected(rows: list[Row], *, now: datetime = NOW) -> dict[tuple[str, str], tuple[dict[str, float | None], int]]:
    """By KPI and variant: the statistics, and n."""
    counted = [row for row in rows if not row["merged"] and row["spam"] != "yes"]
    told: dict[tuple[str, str], tuple[dict[str, float | None], int]] = {}
    for clock in _CLOCKS:
        for kpi in ("first_reply", "resolution"):
            found = [took for row in counted if (took := _took(row, kpi, clock)) is not None]
            told[kpi, clock] = (_statistics(found), len(found))
    done = [row for row in counted if row["state"] in _DONE]
    told["fcr", ""] = _share([row["replies"] == "1" and row["reopens"] == "0" for row in done])
    told["reopen_rate", ""] = _share([int(row["reopens"]) > 0 for row in counted if row["solved"]])
    stars = [int(row["stars"]) for row in rows if row["stars"]]
    asked = sum(row["asked"] == "yes" for row in rows)
    told["csat", ""] = _share([each >= 4 for each in stars])
    assert len(stars) <= asked
    scores = [int(row["nps"]) for row in rows if row["nps"]]
    points = 100 * (sum(each >= 9 for each in scores) - sum(each <= 6 for each in scores))
    told["nps", ""] = ({"points": points / len(scores) if scores else None}, len(scores))
    told["sla_attainment", "recorded"] = _share([row["sla"] == "yes" for row in counted if row["sla"]])
    for kpi, (clock, limit) in _LIMITS.items():
        verdicts = [kept for row in counted if (kept := _kept(row, kpi, clock, limit, now)) is not None]
        told["sla_attainment", kpi] = _share(verdicts)
    return told


def _took(row: Row, kpi: str, clock: str) -> float | None:
    start, end = _at(row["opened"]), _at(row["replied" if kpi == "first_reply" else "solved"])
    if start is None or end is None or end < start or (kpi == "resolution" and row["state"] not in _DONE):
        return None
    return _CLOCKS[clock](start, end)


def _kept(row: Row, kpi: str, clock: str, limit: float, now: datetime) -> bool | None:
    took, start = _took(row, kpi, clock), _at(row["opened"])
    if took is not None:
        return took <= limit
    if start is None or row["state"] in _DONE or start > now or (kpi == "first_reply" and row["replied"]):
        return None
    return False if _CLOCKS[clock](start, now) > limit else None


def _share(verdicts: list[bool]) -> tuple[dict[str, float | None], int]:
    return {"share": sum(verdicts) / len(verdicts) if verdicts else None}, len(verdicts)


def _statistics(values: list[float]) -> dict[str, float | None]:
    if not values:
        return {"median": None, "mean": None, "p90": None}
    tenths = statistics.quantiles(values, n=10, method="inclusive") if len(values) > 1 else values * 9
    return {"median": statistics.median(values), "mean": statistics.mean(values), "p90": tenths[8]}
