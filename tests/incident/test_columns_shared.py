"""Real logs, each counted a second time by a few lines that know nothing of workflows."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from csprotocol.incident import _columns, _columns_loop, _columns_numpy
from csprotocol.incident._columns import StatusLog
from csprotocol.incident._columns_read import Columns
from csprotocol.incident._workflow import Workflow

pytestmark = pytest.mark.shared

ENGINES = pytest.mark.parametrize("engine", [_columns_loop, _columns_numpy], ids=["loop", "numpy"])
SERVICENOW = {
    "New": "new",
    "Active": "in_progress",
    "Awaiting User Info": "waiting_customer",
    "Awaiting Evidence": "waiting_customer",
    "Awaiting Problem": "waiting_supplier",
    "Awaiting Vendor": "waiting_supplier",
    "Resolved": "resolved",
    "Closed": "closed",
}
ITALIAN = {
    "Insert ticket": "new",
    "Take in charge ticket": "in_progress",
    "Wait": "waiting_customer",
    "Resolve ticket": "resolved",
    "RESOLVED": "resolved",
    "Closed": "closed",
    "INVALID": "cancelled",
    "DUPLICATE": "merged",
}
Rows = list[tuple[str, str, datetime]]


def rows_of(shared: Path, file: str, columns: tuple[str, str, str], form: str) -> Rows:
    path = shared / "data" / "helpdesk_logs" / file
    if not path.exists():
        pytest.skip(f"{file} is not among the shared logs")
    with path.open(encoding="utf-8", newline="") as handle:
        return [
            (row[columns[0]], row[columns[1]], datetime.strptime(row[columns[2]], form).replace(tzinfo=UTC))
            for row in csv.DictReader(handle)
        ]


def by_case(rows: Rows) -> dict[str, list[str]]:
    cases: dict[str, list[str]] = {}
    for case, status, _ in sorted(rows, key=lambda row: row[2]):
        cases.setdefault(case, []).append(status)
    return cases


def check(rows: Rows, mapping: dict[str, str], engine: ModuleType) -> StatusLog:
    case, status, at = zip(*rows, strict=True)
    columns = Columns.of(case, status, at, "status")
    return _columns._check(columns, mapping, Workflow.default(), None, engine=engine)


@ENGINES
class TestServiceNow:
    @staticmethod
    def rows(shared: Path) -> Rows:
        columns = "number", "incident_state", "sys_updated_at"
        return rows_of(shared, "incident_event_log_sample.csv", columns, "%d-%m-%Y %H:%M")

    def test_starts_and_reopens(self, shared: Path, engine: ModuleType) -> None:
        rows = self.rows(shared)
        cases = by_case(rows)
        found = check(rows, SERVICENOW, engine)
        assert (found.events, found.cases, found.rejections, found.unknown) == (len(rows), len(cases), 0, {})
        not_new = sum(states[0] != "New" for states in cases.values())
        assert found.cases - found.start_states["new"] == not_new
        done = "Resolved", "Closed"
        reopens = [sum(a in done and b not in done for a, b in pairwise(states)) for states in cases.values()]
        assert (found.reopens, found.reopened_cases) == (sum(reopens), sum(map(bool, reopens)))
        assert (not_new, found.reopened_cases) == (258, 11)

    def test_time_and_illegal_moves(self, shared: Path, engine: ModuleType) -> None:
        rows = self.rows(shared)
        seconds: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        before: dict[str, tuple[str, datetime]] = {}
        for case, status, at in sorted(rows, key=lambda row: row[2]):
            state = SERVICENOW[status]
            if case in before:
                last, since = before[case]
                seconds[last] += int((at - since).total_seconds())
                pairs[last, state] += 1
            before[case] = state, at
        found = check(rows, SERVICENOW, engine)
        assert found.seconds_in == {state: count for state, count in seconds.items() if count}
        assert found.noops == sum(count for (a, b), count in pairs.items() if a == b)
        moves = Workflow.default().moves
        legal = {(source, target) for (source, _), target in moves.items()}
        assert found.illegal_moves == {pair: n for pair, n in pairs.items() if pair not in legal and pair[0] != pair[1]}


@ENGINES
def test_italian_helpdesk(shared: Path, engine: ModuleType) -> None:
    columns = "Case ID", "Activity", "Complete Timestamp"
    rows = rows_of(shared, "italian_helpdesk.csv", columns, "%Y/%m/%d %H:%M:%S.%f")
    found = check(rows, ITALIAN, engine)
    assert found.unknown == Counter(status for _, status, _ in rows if status not in ITALIAN)
    cases = {case: [ITALIAN[s] for s in statuses if s in ITALIAN] for case, statuses in by_case(rows).items()}
    done, gone = {"resolved", "closed"}, {"cancelled", "merged"}
    reopens = sum(a in done and b not in done | gone for states in cases.values() for a, b in pairwise(states))
    assert found.reopens == reopens > 0
    by_row = {row.case: row for row in found.per_case()}
    assert all(by_row[case].reopens == 0 for case, states in cases.items() if not done & set(states))


@ENGINES
def test_codes_of_an_unknown_workflow(shared: Path, engine: ModuleType) -> None:
    rows = rows_of(shared, "bpi_13_incidents.csv", ("CaseID", "ActivityID", "CompleteTimestamp"), "%Y-%m-%d %H:%M:%S")
    found = check(rows, {}, engine)
    assert (found.events, found.cases, found.illegal, found.noops, found.seconds_in) == (65_533, 7_554, 0, 0, {})
    assert found.unknown == Counter(status for _, status, _ in rows)
    assert sum(found.seconds_unknown.values()) == sum(
        (row.last_at - row.first_at).total_seconds() for row in found.per_case()
    )
