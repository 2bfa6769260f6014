"""SLA packages that pin old releases of others: measured by an interpreter of their own, which needs nothing of ours.

``python apart.py sla-calculator|pyshiftsla`` prints calls a second by hours, and how many answers are right.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from statistics import median
from time import perf_counter
from typing import Any

HOURS = (4, 16, 40)
QUESTIONS = 600
MINUTE = timedelta(minutes=1)
START = datetime(2024, 6, 5, 10, 30)  # noqa: DTZ001  # the peers know no zones


def is_open(at: datetime) -> bool:
    """Monday to Friday, 09:00 to 17:00."""
    return at.weekday() < 5 and 9 <= at.hour < 17


def walked(start: datetime, work: int) -> datetime:
    """The deadline ``work`` hours after ``start``, minute by minute, in the plainest way."""
    left, at = work * 60, start
    while left:
        left -= is_open(at)
        at += MINUTE
    return at


def counted(start: datetime, end: datetime) -> int:
    """Open minutes between the two, counted one by one."""
    return sum(is_open(start + n * MINUTE) for n in range((end - start) // MINUTE))


def sla_calculator() -> tuple[Callable[[int], Any], int]:
    """Deadlines; its holidays cannot be switched off, so it is asked about weeks that have none."""
    import pendulum
    from sla_calculator import SLA_Calculator

    peer, chance = SLA_Calculator(), random.Random(20261121)

    def deadline(start: datetime, work: int) -> Any:
        return peer.calculate(pendulum.instance(start), 9, 17, sla_in_hours=work)

    right = 0
    for _ in range(QUESTIONS):
        start = datetime(2024, 2, 21, tzinfo=UTC) + MINUTE * chance.randrange(79 * 24 * 60)
        work = chance.choice((1, 2, 4, 8, 16, 40))
        right += deadline(start, work) == walked(start, work)
    start = pendulum.instance(START.replace(tzinfo=UTC))
    return lambda work: peer.calculate(start, 9, 17, sla_in_hours=work), right


def pyshiftsla() -> tuple[Callable[[int], Any], int]:
    """Elapsed time, of which it alone knows; shifts made ready beforehand, and no two instants of one day: it fails."""
    from pyshiftsla.daily_shifts import DailyShift
    from pyshiftsla.shift import Shift
    from pyshiftsla.shifts_builder import ShiftsBuilder

    peer = ShiftsBuilder(daily_shifts=DailyShift([Shift(start=time(9), end=time(17))]))
    first = datetime(2024, 1, 1)  # noqa: DTZ001
    peer.build_shifts_from_daterange(first.date(), datetime(2025, 3, 1).date())  # noqa: DTZ001
    chance, right = random.Random(20261121), 0
    for _ in range(QUESTIONS):
        start = first + MINUTE * chance.randrange(366 * 24 * 60)
        end = start + MINUTE * chance.randrange(1, 14 * 24 * 60)
        try:
            right += peer.calculate_sla(start, end, use_generated_shifts=True) == counted(start, end) * 60_000
        except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError):
            continue
    evening = START.replace(hour=16)
    ends = {work: walked(evening, work) for work in HOURS}
    return lambda work: peer.calculate_sla(evening, ends[work], use_generated_shifts=True), right


PEERS = {"sla-calculator": sla_calculator, "pyshiftsla": pyshiftsla}


def main() -> None:
    """Measure one of them."""
    call, right = PEERS[sys.argv[1]]()
    rates = {}
    for work in HOURS:
        taken = []
        for _ in range(7):
            began = perf_counter()
            for _ in range(200):
                call(work)
            taken.append(perf_counter() - began)
        rates[str(work)] = 200 / median(taken)
    print(json.dumps({"rates": rates, "right": right}))


if __name__ == "__main__":
    main()
