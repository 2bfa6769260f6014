"""One question at a time: speed beside the peers, and how often they are right."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any, Final

from benchmarks._measure import (
    NOT_ANSWERED,
    NOT_INSTALLED,
    Table,
    per_second,
    ratio,
    seconds_per_call,
    span,
    times,
)
from benchmarks._peers import PEERS, Ours, PandasBusinessHour, Peer, UnableError, built
from csprotocol.calendar import BusinessHours
from tests.calendar.oracle import Oracle

# The federal holidays of four years, listed, so that every peer gets the same.
HOLIDAYS: Final = tuple(
    date(year, month, day)
    for year, days in {
        2024: "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25",
        2025: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
        2026: "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
        2027: "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24",
    }.items()
    for month, day in (map(int, found.split("-")) for found in days.split())
)
NEW_YORK: Final = "America/New_York"
MADRID: Final = "Europe/Madrid"
DESK: Final = BusinessHours(tz=NEW_YORK, weekly="mon-fri 09:00-17:00", holidays=HOLIDAYS)
# No clock change inside the week, and none between both ends of the year: peers without zones get their chance.
START: Final = datetime(2025, 2, 4, 15, 20, tzinfo=UTC)
SPANS: Final = (
    ("1 h", timedelta(hours=1)),
    ("1 week", timedelta(days=7)),
    ("1 year", timedelta(days=365)),
)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

# At one year, how many times faster than the peer: the promise of the specification.
FASTER: Final = {
    "business-duration": 100,
    "businesstime": 100,
    "businesstimedelta": 5_000,
    "pandas CustomBusinessHour": 5_000,
}


def _floor(start: datetime, end: datetime) -> None:
    """What no ``between`` in Python can beat: the call and two subtractions."""
    start - EPOCH
    end - EPOCH


def floor_call(start: datetime, end: datetime) -> Callable[[], Any]:
    return lambda: _floor(start, end)


def _nothing() -> None:
    return None


def speed(*, quick: bool) -> Table:
    """Scalar between, add and is_open."""
    rounds, budget_seconds = (5, 0.02) if quick else (9, 0.1)
    questions: dict[str, Callable[[Peer], Callable[[], Any]]] = {}
    for label, length in SPANS:
        questions[f"between {label}"] = lambda peer, length=length: peer.between(START, START + length)  # type: ignore[misc]
    questions["add 8 h"] = lambda peer: peer.add(START, 8)
    questions["add 2,000 h"] = lambda peer: peer.add(START, 2_000)
    questions["is_open"] = lambda peer: peer.is_open(START)
    table = Table(
        f"Scalar questions (Mon-Fri 09:00-17:00 {NEW_YORK}, {len(HOLIDAYS)} holidays)",
        ["library", *questions, "ratio to ours at 1 year"],
    )
    peers = {kind: built(kind, DESK) for kind in PEERS if kind.is_installed()}
    taken: dict[str, Mapping[str, list[float]]] = {}
    with warnings.catch_warnings():
        # Old peers use what their own dependencies have deprecated.
        warnings.simplefilter("ignore")
        for question, ask in questions.items():
            calls: dict[str, Callable[[], Any]] = {
                "floor": floor_call(START, START + timedelta(days=365)),
                "loop": _nothing,
            }
            for kind, peer in peers.items():
                try:
                    calls[kind.label] = ask(peer)
                except UnableError:
                    continue
            taken[question] = seconds_per_call(calls, rounds=rounds, budget_seconds=budget_seconds)
    year = taken["between 1 year"]
    for kind in PEERS:
        if kind not in peers:
            table.add(kind.label, *[NOT_INSTALLED] * len(questions), NOT_INSTALLED)
            continue
        cells = [per_second(by[kind.label]) if kind.label in by else NOT_ANSWERED for by in taken.values()]
        table.add(kind.label, *cells, times(ratio(year[kind.label], year[Ours.label])))
    _judge(table, taken)
    table.notes += [f"{kind.label}: {kind.note}" for kind in PEERS if kind.note]
    table.notes.append("Medians of interleaved rounds; each figure contains one lambda call and its loop.")
    return table


def _judge(table: Table, taken: Mapping[str, Mapping[str, list[float]]]) -> None:
    for label, _ in SPANS:
        by = taken[f"between {label}"]
        # The lambda and the loop cost the same on both sides; without them the ratio is the honest one.
        ours = [a - b for a, b in zip(by[Ours.label], by["loop"], strict=True)]
        floor = [a - b for a, b in zip(by["floor"], by["loop"], strict=True)]
        factor = ratio(ours, floor)
        table.limit(
            f"between over {label}: at most 5 x the floor (an empty call plus two subtractions, "
            f"{span(median(floor))}); measured {span(median(ours))}, {factor:.2f} x",
            holds=factor <= 5,
        )
    hour, year = taken["between 1 h"], taken["between 1 year"]
    growth = ratio(
        [a / b for a, b in zip(year[Ours.label], year["floor"], strict=True)],
        [a / b for a, b in zip(hour[Ours.label], hour["floor"], strict=True)],
    )
    table.limit(
        f"the same cost for one hour and one year (at most 1.25 x); measured {growth:.2f} x", holds=growth <= 1.25
    )
    for label, factor in FASTER.items():
        if label not in year:
            table.limit(f"one year: at least {factor:,} x faster than {label}; {NOT_INSTALLED}", holds=False)
            continue
        found = ratio(year[label], year[Ours.label])
        table.limit(
            f"one year: at least {factor:,} x faster than {label}; measured {found:,.0f} x", holds=found >= factor
        )


def _question(weekly: str, tz: str, start: str, end: str, **more: Any) -> tuple[BusinessHours, datetime, datetime]:
    hours = BusinessHours(tz=tz, weekly=weekly, **more)
    return hours, datetime.fromisoformat(start), datetime.fromisoformat(end)


# fmt: off
QUESTIONS: Final = {
    "a plain week": _question(
        "mon-fri 09:00-17:00", NEW_YORK, "2026-11-02T10:00-05:00", "2026-11-09T10:00-05:00",
    ),
    "a holiday inside": _question(
        "mon-fri 09:00-17:00", NEW_YORK, "2026-12-24T10:00-05:00", "2026-12-28T10:00-05:00",
        holidays=HOLIDAYS,
    ),
    "starts on a holiday": _question(
        "mon-fri 09:00-17:00", NEW_YORK, "2026-12-25T10:00-05:00", "2026-12-28T12:00-05:00",
        holidays=HOLIDAYS,
    ),
    "starts before opening": _question(
        "mon-fri 09:00-17:00", NEW_YORK, "2026-11-02T06:00-05:00", "2026-11-02T12:00-05:00",
    ),
    "ends on closing": _question(
        "mon-fri 09:00-17:00", NEW_YORK, "2026-11-02T16:00-05:00", "2026-11-02T17:00-05:00",
    ),
    "all on a weekend": _question(
        "mon-fri 09:00-17:00", NEW_YORK, "2026-11-07T10:00-05:00", "2026-11-08T12:00-05:00",
    ),
    "reversed": _question(
        "mon-fri 09:00-17:00", NEW_YORK, "2026-11-03T10:00-05:00", "2026-11-02T10:00-05:00",
    ),
    "asked in another zone": _question(
        "mon-fri 09:00-17:00", NEW_YORK, "2026-11-02T15:00+01:00", "2026-11-02T21:00+01:00",
    ),
    "half a second": _question(
        "mon-fri 09:00-17:00", NEW_YORK, "2026-11-02T10:00:00.250-05:00", "2026-11-02T10:00:00.750-05:00",
    ),
    "half an hour": _question(
        "mon-fri 09:00-17:00", NEW_YORK, "2026-11-02T10:15-05:00", "2026-11-02T10:45-05:00",
    ),
    "two intervals": _question(
        "mon-fri 09:00-14:00,16:00-19:00", MADRID, "2026-11-02T13:00+01:00", "2026-11-03T17:00+01:00",
    ),
    "Saturday shorter": _question(
        "mon-fri 09:00-17:00; sat 10:00-14:00", MADRID, "2026-11-06T16:00+01:00", "2026-11-07T12:00+01:00",
    ),
    "night shift": _question(
        "mon-fri 22:00-06:00", MADRID, "2026-11-02T23:00+01:00", "2026-11-03T05:00+01:00",
    ),
    "tail of a night shift": _question(
        "mon-fri 22:00-06:00", MADRID, "2026-11-03T02:00+01:00", "2026-11-03T05:00+01:00",
    ),
    "night shift over a gap": _question(
        "sat 22:00-06:00", MADRID, "2026-03-28T22:00+01:00", "2026-03-29T06:00+02:00",
    ),
    "night shift over a fold": _question(
        "sat 22:00-06:00", MADRID, "2026-10-24T22:00+02:00", "2026-10-25T06:00+01:00",
    ),
    "24x7": _question(
        "mon-sun 00:00-24:00", "UTC", "2026-11-02T10:00+00:00", "2026-11-04T11:30+00:00",
    ),
    "gap, open around it": _question(
        "sun 01:00-04:00", NEW_YORK, "2026-03-08T00:00-05:00", "2026-03-08T06:00-04:00",
    ),
    "gap, opens inside it": _question(
        "sun 02:30-09:00", NEW_YORK, "2026-03-08T00:00-05:00", "2026-03-08T12:00-04:00",
    ),
    "gap, closes inside it": _question(
        "sun 01:00-02:30", NEW_YORK, "2026-03-08T00:00-05:00", "2026-03-08T12:00-04:00",
    ),
    "fold, open around it": _question(
        "sun 00:00-05:00", NEW_YORK, "2026-11-01T00:00-04:00", "2026-11-01T06:00-05:00",
    ),
    "fold, closes inside it": _question(
        "sun 00:00-01:30", NEW_YORK, "2026-11-01T00:00-04:00", "2026-11-01T06:00-05:00",
    ),
    "fold, opens inside it": _question(
        "sun 01:30-09:00", NEW_YORK, "2026-11-01T00:00-04:00", "2026-11-01T12:00-05:00",
    ),
    "half-hour gap": _question(
        "sun 02:15-09:00", "Australia/Lord_Howe", "2026-10-04T00:00+10:30", "2026-10-04T12:00+11:00",
    ),
    "a skipped date": _question(
        "mon-sun 09:00-17:00", "Pacific/Apia", "2011-12-29T12:00-10:00", "2011-12-31T12:00+14:00",
    ),
    "special hours": _question(
        "mon-fri 09:00-17:00", NEW_YORK, "2026-12-24T08:00-05:00", "2026-12-24T18:00-05:00",
        special={date(2026, 12, 24): (("09:00", "12:00"),)},
    ),
    "a break": _question(
        "mon-fri 09:00-17:00", NEW_YORK, "2026-11-02T11:00-05:00", "2026-11-02T15:00-05:00",
        breaks="mon-fri 12:00-13:00",
    ),
    "holiday on a night shift": _question(
        "mon-fri 22:00-06:00", MADRID, "2026-12-24T20:00+01:00", "2026-12-26T08:00+01:00",
        holidays=(date(2026, 12, 25),),
    ),
}
# fmt: on


def correctness() -> Table:
    """Wrong answers against the oracle, by peer, with the questions named."""
    table = Table(
        f"{len(QUESTIONS)} hard questions of `between`, judged by the minute-walking oracle",
        ["library", "right", "wrong", "raised", "n/a", "wrong or raised on"],
    )
    expected = {name: Oracle(hours).between(start, end) for name, (hours, start, end) in QUESTIONS.items()}
    for kind in PEERS:
        if not kind.is_installed():
            table.add(kind.label, *[NOT_INSTALLED] * 5)
            continue
        verdicts = {name: _verdict(kind, *QUESTIONS[name], right) for name, right in expected.items()}
        count = [list(verdicts.values()).count(verdict) for verdict in ("right", "wrong", "raised", NOT_ANSWERED)]
        missed = [name for name, verdict in verdicts.items() if verdict in {"wrong", "raised"}]
        table.add(kind.label, *map(str, count), "; ".join(missed) or "-")
        if issubclass(kind, Ours):
            table.limit(f"{kind.label}: every question right", holds=count[0] == len(QUESTIONS))
    table.notes.append(
        "n/a: the peer has no words for the schedule or the question. Some peers follow another convention for "
        "gaps and folds on purpose; here all are judged by the rule of this library."
    )
    return table


def _verdict(kind: type[Peer], hours: BusinessHours, start: datetime, end: datetime, right: timedelta) -> str:
    if kind is PandasBusinessHour and right % timedelta(hours=1):
        return NOT_ANSWERED
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            peer = built(kind, hours)
            found = peer.duration(peer.between(start, end)())
    except UnableError:
        return NOT_ANSWERED
    except Exception:  # noqa: BLE001 - whatever a peer raises is its answer
        return "raised"
    # Half a millisecond: peers that answer in float seconds are not punished for the last bit.
    return "right" if abs(found - right) < timedelta(microseconds=500) else "wrong"


if __name__ == "__main__":
    print(speed(quick=False))
    print(correctness())
