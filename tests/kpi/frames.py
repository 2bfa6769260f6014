"""Tickets by the thousand, the same frame in every engine that is installed, and the scalar answer by group."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from csprotocol import kpi
from csprotocol.calendar import BusinessCalendar, BusinessHours, SpecialHours
from csprotocol.kpi import TableKpi
from csprotocol.model import Channel, StatusCategory, TicketFacts

__all__ = ["CALENDARS", "ENGINES", "SPEC", "ZONE", "agree", "frame_of", "framed", "grouped", "scalar", "tickets"]

ZONE = ZoneInfo("Europe/Madrid")
_CHANNELS = [Channel.EMAIL, Channel.PHONE, Channel.CHAT, Channel.FORM, None]
_START = datetime(2025, 1, 1, tzinfo=UTC)
AS_OF = datetime(2025, 9, 1, 10, tzinfo=UTC)


def _polars(columns: Mapping[str, list[Any]]) -> Any:
    return pytest.importorskip("polars").DataFrame(dict(columns))


def _lazy(columns: Mapping[str, list[Any]]) -> Any:
    return _polars(columns).lazy()


def _pandas(columns: Mapping[str, list[Any]]) -> Any:
    pd = pytest.importorskip("pandas")
    instants = {name for name in columns if name.endswith("_at")}
    made = {name: pd.to_datetime(values, utc=True) if name in instants else values for name, values in columns.items()}
    return pd.DataFrame(made)


def _arrow(columns: Mapping[str, list[Any]]) -> Any:
    return pytest.importorskip("pyarrow").table(dict(columns))


def _pandas_arrow(columns: Mapping[str, list[Any]]) -> Any:
    pd = pytest.importorskip("pandas")
    return _arrow(columns).to_pandas(types_mapper=pd.ArrowDtype)


def _duckdb(columns: Mapping[str, list[Any]]) -> Any:
    # A connection of its own in another zone than UTC: nothing may depend on the zone of the session.
    connection = pytest.importorskip("duckdb").connect()
    connection.execute("SET TimeZone = 'America/New_York'")
    return connection.from_arrow(_arrow(columns))


def _ibis(columns: Mapping[str, list[Any]]) -> Any:
    return pytest.importorskip("ibis").memtable(_arrow(columns))


_MAKERS: dict[str, tuple[str, Callable[[Mapping[str, list[Any]]], Any]]] = {
    "polars": ("polars", _polars),
    "polars-lazy": ("polars", _lazy),
    "pandas": ("pandas", _pandas),
    "pandas-arrow": ("pyarrow", _pandas_arrow),
    "pyarrow": ("pyarrow", _arrow),
    "duckdb": ("duckdb", _duckdb),
    "ibis": ("ibis", _ibis),
}
ENGINES = [
    pytest.param(name, marks=pytest.mark.skipif(find_spec(needs) is None, reason=f"{needs} is not installed"))
    for name, (needs, _) in _MAKERS.items()
]


def framed(engine: str, facts: Iterable[TicketFacts]) -> Any:
    """``facts`` as a frame."""
    return frame_of(engine, kpi.facts_columns(facts))


def frame_of(engine: str, columns: Mapping[str, list[Any]]) -> Any:
    """``columns`` as a frame."""
    return _MAKERS[engine][1](columns)


def _hours(tz: str, weekly: str, *closed: str) -> BusinessCalendar:
    special = {date.fromisoformat(day): SpecialHours(name="holiday") for day in closed}
    return BusinessCalendar(BusinessHours(tz=tz, weekly=weekly, special=special))


CALENDARS = {
    "madrid": _hours("Europe/Madrid", "mon-fri 09:00-14:00,16:00-19:00", "2025-01-06", "2025-05-01", "2025-10-13"),
    "sydney": _hours("Australia/Sydney", "mon-sat 08:30-17:30", "2025-01-27", "2025-04-25", "2025-12-26"),
    "new_york": _hours("America/New_York", "mon-sun 00:00-24:00", "2025-07-04", "2025-11-27"),
}


def tickets(count: int, seed: int, *, years: float = 1.0) -> list[TicketFacts]:
    """Sound and broken rows, with everything that any variant of a KPI reads, or without it."""
    random = Random(seed)
    made = []
    for number in range(count):
        created = _START + timedelta(seconds=random.random() * years * 365 * 86400)
        # Some fall on the very hour, where days and shifts begin and end.
        if random.random() < 0.2:
            created = created.replace(minute=0, second=0, microsecond=0)
        made.append(_ticket(random, number, created))
    return made


def _ticket(random: Random, number: int, created: datetime) -> TicketFacts:
    def later(after: datetime = created, scale: float = 20 * 3600, early: float = 0.03) -> datetime:
        wait = timedelta(microseconds=round(random.expovariate(1 / scale) * 1e6))
        return after - wait if random.random() < early else after + wait

    def maybe(value: Any, share: float = 0.8) -> Any:
        return value if random.random() < share else None

    solves = sorted(later(scale=60 * 3600) for _ in range(random.choice([0, 0, 1, 1, 1, 1, 2, 3])))
    status = random.choice([*StatusCategory, StatusCategory.RESOLVED, StatusCategory.RESOLVED, None])
    by_agent = maybe(random.random() < 0.2)
    return TicketFacts(
        ticket_id=str(number),
        created_at=maybe(created, 0.97),
        first_customer_message_at=maybe(later() if by_agent else created),
        first_reply_at=maybe(created if random.random() < 0.02 else later()),
        first_agent_message_at=maybe(created if by_agent and random.random() < 0.7 else later()),
        second_agent_message_at=maybe(later()),
        first_auto_reply_at=maybe(created + timedelta(seconds=2), 0.3),
        last_public_agent_message_at=maybe(later()),
        replied=maybe(random.random() < 0.8),
        opened_publicly=maybe(random.random() < 0.5, 0.5),
        agent_messages=maybe(random.randrange(4)),
        agent_replies=maybe(random.randrange(4)),
        customer_replies=maybe(random.randrange(3)),
        agents=maybe(random.randrange(1, 3)),
        solved_at=maybe(tuple(solves), 0.9),
        closed_at=maybe(later(scale=90 * 3600), 0.4),
        closes=maybe(random.randrange(3)),
        reopens=maybe(random.randrange(3)),
        status=status,
        csat=maybe(random.choice([1, 2, 3, 4, 5, 5, 4.5]), 0.5),
        nps=maybe(random.randrange(11), 0.5),
        ces=maybe(random.randrange(1, 8), 0.5),
        surveyed=maybe(random.random() < 0.5),
        agent_started=by_agent,
        merged_into=maybe("9", 0.05),
        spam=maybe(random.random() < 0.05),
        sla_met=maybe(random.random() < 0.8),
        channel=random.choice(_CHANNELS),
        attributes={"calendar": random.choice([*CALENDARS, "mars"])} if random.random() < 0.95 else {},
    )


SPEC = (
    TableKpi("first_reply", {"within": "elapsed"}, "first_reply_elapsed"),
    TableKpi("first_reply", name="first_reply_open"),
    TableKpi("first_reply", {"agent_started": "second_reply"}, "first_reply_second"),
    TableKpi("first_reply", {"agent_started": "exclude", "auto_replies": "include"}, "first_reply_auto"),
    TableKpi("first_reply", {"agent_started": "creation", "spam": "include"}, "first_reply_creation"),
    TableKpi("first_reply", {"start": "first_customer_message"}, "first_reply_message"),
    TableKpi("resolution", {"within": "elapsed"}, "resolution_elapsed"),
    TableKpi("resolution", name="resolution_open"),
    TableKpi("resolution", {"which": "first"}, "resolution_first"),
    TableKpi("resolution", {"end": "closed", "start": "first_customer_message"}, "resolution_closed"),
    TableKpi("resolution", {"end": "last_outbound", "merged": "include"}, "resolution_outbound"),
    TableKpi("fcr"),
    TableKpi("fcr", {"variant": "less_than_two"}, "fcr_less_than_two"),
    TableKpi("fcr", {"variant": "equal_one"}, "fcr_equal_one"),
    TableKpi("fcr", {"variant": "equal_one_message"}, "fcr_message"),
    TableKpi("fcr", {"variant": "zero_customer_replies"}, "fcr_zero"),
    TableKpi("fcr", {"variant": "single_close_single_agent"}, "fcr_single"),
    TableKpi("reopen_rate"),
    TableKpi("reopen_rate", {"counting": "events"}, "reopen_events"),
    TableKpi("sla_attainment"),
    TableKpi("unreplied"),
    TableKpi("backlog", {"at": AS_OF}),
    TableKpi("csat", {"out_of_scale": "reject"}),
    TableKpi("csat", {"satisfied_from": 5}, "csat_best"),
    TableKpi("csat_mean"),
    TableKpi("nps"),
    TableKpi("ces"),
    TableKpi("ces_share"),
)
"""Every KPI of frames with every variant that it has."""


def scalar(facts: Sequence[TicketFacts], asked: TableKpi, within: Any) -> Any:
    """What the function of one ticket at a time says."""
    options = dict(asked.options)
    if asked.kpi in {"first_reply", "resolution"}:
        options["within"] = None if options.get("within") == "elapsed" else within
    if asked.kpi in {"csat", "csat_mean", "nps", "ces", "ces_share"}:
        column: Any = {"csat_mean": "csat", "ces_share": "ces"}.get(asked.kpi, asked.kpi)
        return getattr(kpi, asked.kpi)(kpi.survey_answers(facts, column), **options)
    if asked.kpi == "sla_attainment":
        return kpi.sla_attainment_of(facts, **options)
    return getattr(kpi, asked.kpi)(facts, **options)


def grouped(facts: Iterable[TicketFacts], key: Callable[[TicketFacts], Any]) -> dict[Any, list[TicketFacts]]:
    """The tickets by their group."""
    groups: defaultdict[Any, list[TicketFacts]] = defaultdict(list)
    for ticket in facts:
        groups[key(ticket)].append(ticket)
    return groups


def agree(found: Any, expected: Any, *, error: float = 1e-12) -> None:
    """Counts are the same; means and quantiles differ by ``error`` at most."""
    assert found.definition == expected.definition
    assert found.n == expected.n
    if isinstance(expected, kpi.NetPromoterScore):
        assert found == expected
        return
    assert found.missing == expected.missing
    assert found.rejected == expected.rejected
    if isinstance(expected, kpi.DurationSummary):
        assert found.options == expected.options
        seconds = [value / timedelta(seconds=1) for value in expected.values]
        _near(found.mean_seconds, kpi.mean(seconds), error)
        for level, value in found.quantile_seconds.items():
            _near(value, kpi.percentile(seconds, level), error)
    elif isinstance(expected, kpi.Backlog):
        assert found.value == expected.value
    elif isinstance(expected, kpi.SurveyMean):
        assert (found.options, found.asked) == (expected.options, expected.asked)
        _near(found.value, expected.value, error)
    else:
        assert (found.ratio, found.options) == (expected.ratio, expected.options)
        assert getattr(found, "asked", None) == getattr(expected, "asked", None)


def _near(found: float | None, expected: float | None, error: float) -> None:
    if found is None or expected is None:
        assert found is expected
    else:
        assert math.isclose(found, expected, rel_tol=error, abs_tol=1e-9), (found, expected)
