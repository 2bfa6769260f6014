"""How long a year of hours takes to compile."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from statistics import median
from typing import Final

from benchmarks._measure import Table, seconds_per_call
from benchmarks.bench_calendar import DESK
from csprotocol.calendar import BusinessCalendar, BusinessHours, Season

LIMIT_MS: Final = 1.5
FIRST_YEAR, LAST_YEAR = 2000, 2039

DOCUMENTS: Final = {
    "Mon-Fri 09:00-17:00 New York, holidays": DESK,
    "two intervals a day and Saturday, Madrid": BusinessHours(
        tz="Europe/Madrid", weekly="mon-fri 09:00-14:00,16:00-19:00; sat 10:00-14:00"
    ),
    "night shifts every day, Lord Howe": BusinessHours(tz="Australia/Lord_Howe", weekly="mon-sun 22:00-06:00"),
    "four intervals every day with breaks and a season, Madrid": BusinessHours(
        tz="Europe/Madrid",
        weekly="mon-sun 01:00-05:00,07:00-11:00,13:00-17:00,19:00-23:00",
        breaks="mon-sun 10:00-10:30",
        seasons=(Season("07-01", "08-31", "mon-sun 08:00-15:00"),),
    ),
}


def compiling(*, quick: bool) -> Table:
    """Milliseconds for each calendar year."""
    years = LAST_YEAR - FIRST_YEAR + 1
    table = Table(f"Compiling {years} years", ["hours", "ms a calendar year", "open intervals a year"])
    start, end = datetime(FIRST_YEAR, 6, 1, tzinfo=UTC), datetime(LAST_YEAR, 6, 1, tzinfo=UTC)

    def compile_and_ask(hours: BusinessHours) -> BusinessCalendar:
        # A calendar compiles what it is asked about: this question makes it compile all its years.
        calendar = BusinessCalendar(hours, first_year=FIRST_YEAR, last_year=LAST_YEAR)
        calendar.between(start, end)
        return calendar

    calls = {name: partial(compile_and_ask, hours) for name, hours in DOCUMENTS.items()}
    taken = seconds_per_call(calls, rounds=3 if quick else 9, budget_seconds=0)
    for name, hours in DOCUMENTS.items():
        calendar = compile_and_ask(hours)
        intervals = len(calendar.intervals(start, end)) / (years - 1)
        found_ms = median(taken[name]) * 1e3 / years
        table.add(name, f"{found_ms:.2f}", f"{intervals:.0f}")
        table.limit(f"{name}: at most {LIMIT_MS} ms a year; measured {found_ms:.2f}", holds=found_ms <= LIMIT_MS)
    return table


if __name__ == "__main__":
    print(compiling(quick=False))
