"""Schedules, zones and instants for property tests, drawn towards what breaks calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from csprotocol.calendar import BusinessHours

# Each zone with instants near one of its jumps.
JUMPS: dict[str, tuple[datetime, ...]] = {
    "UTC": (datetime(2024, 1, 1, tzinfo=UTC),),
    "Europe/Madrid": (datetime(2024, 3, 31, 1, tzinfo=UTC), datetime(2024, 10, 27, 1, tzinfo=UTC)),
    "America/New_York": (datetime(2024, 3, 10, 7, tzinfo=UTC), datetime(2024, 11, 3, 6, tzinfo=UTC)),
    "America/Argentina/Buenos_Aires": (datetime(2008, 10, 19, 3, tzinfo=UTC), datetime(2009, 3, 15, 2, tzinfo=UTC)),
    "Asia/Kolkata": (datetime(2024, 6, 3, tzinfo=UTC),),
    "Australia/Lord_Howe": (datetime(2024, 10, 5, 15, 30, tzinfo=UTC), datetime(2024, 4, 6, 15, tzinfo=UTC)),
    "Pacific/Apia": (datetime(2011, 12, 30, 10, tzinfo=UTC), datetime(2011, 9, 24, 14, tzinfo=UTC)),
    "Africa/Casablanca": (datetime(2024, 3, 10, 2, tzinfo=UTC), datetime(2024, 4, 14, 2, tzinfo=UTC)),
    "America/Sao_Paulo": (datetime(2018, 11, 4, 3, tzinfo=UTC), datetime(2018, 2, 18, 2, tzinfo=UTC)),
    "America/Havana": (datetime(2024, 3, 10, 5, tzinfo=UTC), datetime(2024, 11, 3, 5, tzinfo=UTC)),
    "America/St_Johns": (datetime(2010, 3, 14, 3, 31, tzinfo=UTC), datetime(2010, 11, 7, 2, 31, tzinfo=UTC)),
    "Asia/Beirut": (datetime(2024, 3, 30, 22, tzinfo=UTC), datetime(2024, 10, 26, 21, tzinfo=UTC)),
    "Pacific/Kwajalein": (datetime(1993, 8, 21, 12, tzinfo=UTC),),
    "Asia/Pyongyang": (datetime(2015, 8, 14, 15, tzinfo=UTC), datetime(2018, 5, 4, 15, tzinfo=UTC)),
}

CLOCKS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)] + ["00:01", "02:15", "23:59"]


@st.composite
def day_hours(draw: st.DrawFn) -> tuple[tuple[str, str], ...]:
    """Up to three intervals of one day that do not overlap; the last may run into the next day."""
    clocks = sorted(draw(st.sets(st.sampled_from(CLOCKS), min_size=0, max_size=6)))
    pairs = list(zip(clocks[::2], clocks[1::2], strict=False))
    if len(clocks) % 2 and clocks[-1] != clocks[0]:
        pairs.append((clocks[-1], draw(st.sampled_from(["24:00", clocks[0]]))))
    if not clocks and draw(st.booleans()):
        pairs = [("00:00", "24:00")]
    return tuple(pairs)


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, tuple[tuple[str, str], ...]]:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    kinds = draw(st.lists(day_hours(), min_size=1, max_size=3))
    return {day: draw(st.sampled_from(kinds)) for day in days}


@st.composite
def situations(draw: st.DrawFn, *, plain: bool = False) -> tuple[BusinessHours, datetime]:
    """A document and a minute near a jump of its zone, with exceptions near that minute."""
    tz = draw(st.sampled_from(sorted(JUMPS)))
    near = draw(st.sampled_from(JUMPS[tz])) + timedelta(minutes=draw(st.integers(-3000, 3000)))
    document: dict[str, Any] = {"tz": tz, "weekly": draw(weeks())}
    if not plain:
        around = [near.date() + timedelta(days=step) for step in range(-2, 4)]
        document["breaks"] = draw(st.one_of(st.just({}), weeks()))
        document["special"] = draw(st.dictionaries(st.sampled_from(around), day_hours(), max_size=2))
        document["holidays"] = tuple(draw(st.sets(st.sampled_from(around), max_size=2)))
        document["closure"] = draw(st.sampled_from(["calendar_day", "shift"]))
        if draw(st.booleans()):
            first, last = draw(st.tuples(st.sampled_from(around), st.sampled_from(around)))
            document["seasons"] = ({"from": f"{first:%m-%d}", "to": f"{last:%m-%d}", "weekly": draw(weeks())},)
            document["weekly"] = dict(document["weekly"])
            return BusinessHours.from_dict(_plain(document)), near
    return BusinessHours(**document), near


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    return {
        **document,
        "special": {day.isoformat(): hours for day, hours in document["special"].items()},
        "holidays": [day.isoformat() for day in document["holidays"]],
    }


instants = st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
works = st.timedeltas(timedelta(0), timedelta(hours=60))
dates = st.dates(date(2000, 1, 1), date(2035, 1, 1))
