"""Deadlines and whole clocks a second, and how many of 600 random deadlines are right."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, Final

from benchmarks import apart
from benchmarks._measure import NOT_INSTALLED, Table, per_second, ratio, seconds_per_call
from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.model import ActorKind, Event, EventKind, StatusCategory, Ticket
from csprotocol.sla import Sla, SlaPolicy, State, hours

DESK: Final = BusinessCalendar(BusinessHours(tz="UTC", weekly="mon-fri 09:00-17:00"))
START: Final = datetime(2024, 6, 5, 10, 30, tzinfo=UTC)
LEAST_FOLDS, LEAST_TIMES, MOST_BY_LENGTH = 100_000, 50, 1.5
OURS, FOLD = "**csprotocol**, a deadline", "**csprotocol**, a clock of seven events with its due date"

Deadline = Callable[[datetime, int], datetime]


def clocks(*, quick: bool, pythons: Mapping[str, str] = MappingProxyType({})) -> Table:
    """Speed beside correctness; ``pythons`` names an interpreter for each peer that cannot stand beside the rest."""
    table = Table("SLA clocks, Mon-Fri 09:00-17:00", ["what", "4 h", "16 h", "40 h", f"right of {apart.QUESTIONS}"])
    peers: dict[str, Deadline] = {OURS: lambda at, work: DESK.add(at, timedelta(hours=work))}
    missing = []
    for name, package, build in (
        ("simpleslacalc", "SimpleSLACalc", _simpleslacalc),
        ("businesstimedelta", "businesstimedelta", _businesstimedelta),
    ):
        if find_spec(package):
            peers[name] = build()
        else:
            missing.append(name)
    amounts = apart.HOURS
    calls: dict[str, Callable[[], Any]] = {
        f"{name} {work}": partial(deadline, START, work) for name, deadline in peers.items() for work in amounts
    }
    calls[FOLD] = _fold()
    taken = seconds_per_call(calls, rounds=5 if quick else 11, budget_seconds=0.05 if quick else 0.2)
    for name, deadline in peers.items():
        table.add(name, *(per_second(taken[f"{name} {work}"]) for work in amounts), str(_right(deadline)))
    for name in apart.PEERS:
        table.add(name, *(_told_by(pythons[name], name) if name in pythons else [NOT_INSTALLED] * 4))
    table.add(FOLD, per_second(taken[FOLD]), "", "", "see the tests")
    for name in missing:
        table.add(name, *[NOT_INSTALLED] * 4)
    folds = 1 / min(taken[FOLD])
    table.limit(f"at least {LEAST_FOLDS:,} clocks a second; fastest round {folds:,.0f}", holds=folds >= LEAST_FOLDS)
    length = ratio(taken[f"{OURS} 40"], taken[f"{OURS} 4"])
    table.limit(
        f"40 h take at most {MOST_BY_LENGTH} x the time of 4 h; measured {length:.2f} x", holds=length <= MOST_BY_LENGTH
    )
    if "simpleslacalc" in peers:
        times = ratio(taken["simpleslacalc 16"], taken[f"{OURS} 16"])
        table.limit(f"at least {LEAST_TIMES} x simpleslacalc; measured {times:.0f} x", holds=times >= LEAST_TIMES)
    table.notes += [
        "Right: against a minute-walking count of the same hours, random starts in 2024 (naive UTC for the peers).",
        "sla-calculator and pyshiftsla pin old releases of pendulum, numpy and polars: `--python sla-calculator=PATH`.",
        "sla-calculator is asked about weeks without holidays; pyshiftsla tells elapsed time, but not within one day.",
    ]
    return table


def _fold() -> Callable[[], Any]:
    waiting, opened = StatusCategory.WAITING_CUSTOMER, StatusCategory.OPEN
    changes = ((11, waiting), (13, opened), (14, waiting), (34, opened), (35, waiting), (36, opened))
    monday = datetime(2024, 6, 3, tzinfo=UTC)
    events = (
        Event(monday + timedelta(hours=10), EventKind.CREATED, ActorKind.CUSTOMER),
        *(Event(monday + timedelta(hours=hour), EventKind.STATUS, data={"to": status}) for hour, status in changes),
    )
    sla, ticket, now = (
        Sla(SlaPolicy.of(requester_wait=hours(8)), DESK),
        Ticket(id="1", events=events),
        monday + timedelta(hours=39),
    )
    (clock,) = sla.evaluate(ticket, now)
    assert (clock.state, str(clock.elapsed)) == (State.RUNNING, "6:00:00"), clock
    return partial(sla.evaluate, ticket, now)


def _right(deadline: Deadline) -> int:
    chance = random.Random(20261121)
    right = 0
    for _ in range(apart.QUESTIONS):
        start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(366 * 24 * 60))
        work = chance.choice((1, 2, 4, 8, 16, 40))
        try:
            right += deadline(start, work) == apart.walked(start, work)
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            continue
    return right


def _told_by(python: str, name: str) -> list[str]:
    """The cells of a peer that another interpreter measures."""
    run = [python, apart.__file__, name]
    told = json.loads(subprocess.run(run, check=True, capture_output=True, env={"TZ": "UTC"}).stdout)
    return [*(per_second([1 / told["rates"][str(work)]]) for work in apart.HOURS), str(told["right"])]


def _simpleslacalc() -> Deadline:
    from SimpleSLACalc.sla_calc import SLACalculator

    calculator = SLACalculator()

    def deadline(start: datetime, work: int) -> datetime:
        found = calculator.calculate(
            start_time=start.replace(tzinfo=None),
            open_hour=9,
            close_hour=17,
            time_zone="UTC",
            skip_business_hours=False,
            sla_hours=work,
        )
        return datetime.fromtimestamp(found.sla_expiration_time.timestamp(), UTC)

    return deadline


def _businesstimedelta() -> Deadline:
    import businesstimedelta
    import pytz

    day = businesstimedelta.WorkDayRule(
        start_time=time(9),
        end_time=time(17),
        working_days=[0, 1, 2, 3, 4],
        tz=pytz.utc,
    )
    rules = businesstimedelta.Rules([day])

    def deadline(start: datetime, work: int) -> datetime:
        found: datetime = start + businesstimedelta.BusinessTimeDelta(rules, hours=work)
        return found

    return deadline


if __name__ == "__main__":
    print(clocks(quick=False))
