"""Logs of events replayed: numpy beside the loop that a careful programmer writes by hand."""

from __future__ import annotations

import csv
import gc
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks._measure import NOT_INSTALLED, Table, ratio, seconds_per_call, span, times
from csprotocol.incident import Workflow, check_status_log, replay_columns

IDEAL: Final = "dict loop, lists sorted by time, instants as numbers"
BY_HAND: Final = "dict loop, {}"
OURS: Final = "**csprotocol, {}**"
AT_LEAST: Final = 2.0
# Texts in numpy, and all in lists, must be looked up one object at a time, by whomever: only told, not held to it.
HELD: Final = ("polars", "pandas")
LOG: Final = Path(__file__).parents[2] / "shared" / "data" / "helpdesk_logs" / "incident_event_log_sample.csv"

# How often an agent does what; the rest is rare. One event in a hundred is whatever comes to mind.
OFTEN: Final = {"cancel": 1, "merge_into": 1, "reopen": 5, "close": 20, "resolve": 30}
USUAL: Final = 10
SLIP_SHARE: Final = 0.01

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Told = dict[str, Any]
Columns = tuple[Any, Any, Any]
Lists = Callable[[], tuple[list[str], list[str], list[int]]]
Loop = Callable[[list[str], list[str], list[int]], Told]


def incident_columns(*, quick: bool) -> Table:
    """Replay of logs of growing size, sorted by time as journals are."""
    table = Table(
        "A log of events replayed: verdicts, time in state, reopens",
        ["method", "events", "time", "M events/s", "x dict loop, same columns", "x dict loop, lists"],
    )
    if not find_spec("numpy"):
        table.add(OURS.format("numpy"), *[NOT_INSTALLED] * 5)
        table.limit(f"at least {AT_LEAST:g} x the dict loop; numpy {NOT_INSTALLED}", holds=False)
        return table
    for events in (10_000, 100_000, 1_000_000):
        _replays(table, events, rounds=3 if quick else 7)
    _real_log(table)
    told = "All that the dict loop tells (verdicts, crosstab, seconds in each state, reopens, final states)"
    table.notes += [
        f"{told} is asserted equal beside the clock.",
        "On the same columns the dict loop first makes lists of them, and trusts that they are sorted and complete.",
        "csprotocol sorts them, looks for missing cells, and keeps the trail of each case besides.",
        "Texts of numpy and of lists are numbered one object at a time, those of polars and pandas all at once.",
    ]
    return table


def _replays(table: Table, events: int, *, rounds: int) -> None:
    workflow = Workflow.default()
    log = synthetic(workflow, events)
    loop = by_hand(workflow)
    expected = loop(*log)
    methods: dict[str, Callable[[], Any]] = {IDEAL: lambda: loop(*log)}
    kinds = _kinds(*log)
    for kind, (columns, lists) in kinds.items():
        methods |= _pair(kind, columns, lists, workflow, loop)
        assert expected == methods[BY_HAND.format(kind)](), kind
        assert expected == _told(methods[OURS.format(kind)](), expected), kind
    # The columns themselves are no part of the work: the collector shall not walk through them again and again.
    gc.collect()
    gc.freeze()
    taken = seconds_per_call(methods, rounds=rounds, budget_seconds=0.3)
    gc.unfreeze()
    for name, found in taken.items():
        by_kind = {OURS.format(kind): taken[BY_HAND.format(kind)] for kind in kinds}
        same = times(ratio(by_kind[name], found)) if name in by_kind else ""
        rate = f"{events / median(found) / 1e6:.2f}"
        table.add(name, f"{events:,}", span(median(found)), rate, same, times(ratio(taken[IDEAL], found)))
        if events == 1_000_000 and name in {OURS.format(kind) for kind in HELD}:
            factor = ratio(by_kind[name], found)
            text = f"{name}, 1 M events: at least {AT_LEAST:g} x the dict loop on the same columns"
            table.limit(f"{text}; measured {factor:.2f} x", holds=factor >= AT_LEAST)


def _pair(kind: str, columns: Columns, lists: Lists, workflow: Workflow, loop: Loop) -> dict[str, Callable[[], Any]]:
    return {
        BY_HAND.format(kind): lambda: loop(*lists()),
        OURS.format(kind): lambda: replay_columns(*columns, workflow=workflow),
    }


def synthetic(workflow: Workflow, events: int) -> tuple[list[str], list[str], list[int]]:
    """A log of about ten events a case, one in a hundred of them a slip, with the cases mixed as they are in life."""
    rng = random.Random(20261121)
    moves = dict(workflow.moves)
    names = sorted({event for _, event in moves})
    choices = {state.name: [event for source, event in moves if source == state.name] for state in workflow.states}
    weights = {state: [OFTEN.get(event, USUAL) for event in found] for state, found in choices.items()}
    case, event, micros = [], [], []
    live: list[tuple[int, str]] = []
    opened = 0
    for row in range(events):
        if len(live) < 200 or rng.random() < 0.1:
            live.append((opened, workflow.initial))
            opened += 1
        place = rng.randrange(len(live))
        number, state = live[place]
        slip = rng.random() < SLIP_SHARE
        name = rng.choice(names) if slip else rng.choices(choices[state], weights[state])[0]
        state = moves.get((state, name), state)
        case.append(f"INC{number:07d}")
        event.append(name)
        micros.append(1_700_000_000_000_000 + row * 31_000_000)
        if choices[state] and rng.random() > 0.09:
            live[place] = number, state
        else:
            live[place] = live[-1]
            live.pop()
    return case, event, micros


def by_hand(workflow: Workflow) -> Loop:
    """One pass, tables of dicts of dicts, everything local: as fast as plain Python gets."""
    leads: dict[str, dict[str, str]] = {state.name: {} for state in workflow.states}
    for (source, name), target in workflow.moves.items():
        leads[source][name] = target
    initial = workflow.initial
    done = {state.name for state in workflow.states if state.category in {"resolved", "closed"}}
    live = {state.name for state in workflow.states if state.category.is_live}

    def replay(case: list[str], event: list[str], micros: list[int]) -> Told:
        states: dict[str, str] = {}
        since: dict[str, int] = {}
        spent = dict.fromkeys(leads, 0)
        illegal: list[int] = []
        moves: Counter[tuple[str, str]] = Counter()
        reopens: Counter[str] = Counter()
        noops = late = equal = 0
        for row, (number, name, at) in enumerate(zip(case, event, micros, strict=True)):
            if number in states:
                state = states[number]
                gone = at - since[number]
                spent[state] += gone
                if gone <= 0:
                    late += gone < 0
                    equal += gone == 0
            else:
                state = initial
            since[number] = at
            target = leads[state].get(name)
            if target is None:
                illegal.append(row)
                moves[state, name] += 1
                states[number] = state
                continue
            if target == state:
                noops += 1
            elif state in done and target in live:
                reopens[number] += 1
            states[number] = target
        return {
            "cases": len(states),
            "illegal_rows": tuple(illegal),
            "illegal_moves": dict(moves),
            "noops": noops,
            "seconds_in": {state: count / 1_000_000 for state, count in spent.items() if count},
            "reopens": reopens.total(),
            "reopened_cases": len(reopens),
            "final_states": dict(Counter(states.values())),
            "out_of_order": late,
            "equal_stamps": equal,
        }

    return replay


def _told(found: Any, expected: Told) -> Told:
    return {name: getattr(found, name) for name in expected}


def _kinds(case: list[str], event: list[str], micros: list[int]) -> dict[str, tuple[Columns, Lists]]:
    """The log as columns of each library, each with the quickest way to lists."""
    import numpy as np

    at: Any = np.array(micros).astype("datetime64[us]")
    numbers, events = np.array(case), np.array(event)
    kinds: dict[str, tuple[Columns, Lists]] = {
        "numpy": ((numbers, events, at), lambda: (numbers.tolist(), events.tolist(), at.view(np.int64).tolist()))
    }
    if find_spec("polars"):
        import polars as pl

        lazy = pl.Series(case), pl.Series(event), pl.Series(at).dt.replace_time_zone("UTC")
        kinds["polars"] = lazy, lambda: (lazy[0].to_list(), lazy[1].to_list(), lazy[2].to_physical().to_list())
    if find_spec("pandas"):
        import pandas as pd

        series = pd.Series(case), pd.Series(event), pd.Series(at).dt.tz_localize("UTC")
        kinds["pandas"] = series, lambda: (series[0].tolist(), series[1].tolist(), series[2].astype("int64").tolist())
    stamps = [EPOCH + timedelta(microseconds=each) for each in micros]
    kinds["lists of datetimes"] = (case, event, stamps), lambda: (case, event, [_since(each) for each in stamps])
    return kinds


def _since(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _real_log(table: Table) -> None:
    """A helpdesk's own export, as statuses."""
    name = "csprotocol check_status_log, a real ServiceNow log"
    if not LOG.exists():
        table.add(name, "not beside the checkout", *["n/a"] * 4)
        return
    with LOG.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    case, status = [row["number"] for row in rows], [row["incident_state"] for row in rows]
    at = [datetime.strptime(row["sys_updated_at"], "%d-%m-%Y %H:%M").replace(tzinfo=UTC) for row in rows]
    mapping = {"New": "new", "Active": "in_progress", "Resolved": "resolved", "Closed": "closed"}
    mapping |= {each: "waiting_customer" for each in status if each.startswith("Awaiting")}
    workflow = Workflow.default()
    found = check_status_log(case, status, at, mapping, workflow=workflow)
    first = dict(zip(reversed(case), reversed(status), strict=True))
    assert found.cases == len(first)
    call = {name: lambda: check_status_log(case, status, at, mapping, workflow=workflow)}
    taken = median(seconds_per_call(call, rounds=5, budget_seconds=0.2)[name])
    table.add(name, f"{len(rows):,}", span(taken), f"{len(rows) / taken / 1e6:.2f}", "n/a", "n/a")


if __name__ == "__main__":
    print(incident_columns(quick=False))
