"""A frame gives what one ticket at a time gives, in every engine."""

from __future__ import annotations

from typing import Any

import pytest

from csprotocol import kpi
from csprotocol.errors import InvalidValueError
from csprotocol.kpi import TableSpec
from csprotocol.model import TicketFacts
from tests.kpi.frames import CALENDARS, ENGINES, SPEC, ZONE, agree, framed, grouped, scalar, tickets


def month_and_channel(ticket: TicketFacts) -> tuple[str | None, str | None]:
    month = ticket.created_at.astimezone(ZONE).isoformat()[:7] if ticket.created_at else None
    return month, ticket.channel


@pytest.mark.parametrize("engine", ENGINES)
class TestScalarIsFrame:
    def test_on_a_grid_of_groups(self, engine: str) -> None:
        facts = tickets(4000, seed=1)
        within = CALENDARS["madrid"]
        expected = grouped(facts, month_and_channel)
        table = kpi.group_kpis(framed(engine, facts), SPEC, by=["month", "channel"], tz=ZONE, calendar=within)
        assert len(expected) >= 60
        assert len(table) == len(expected)
        assert {group.key for group in table} == set(expected)
        for group in table:
            for asked in SPEC:
                agree(group[asked.name], scalar(expected[group.key], asked, within))

    def test_without_groups_and_without_tickets(self, engine: str) -> None:
        facts = tickets(500, seed=2)
        for some in (facts, facts[:1]):
            (everything,) = kpi.group_kpis(framed(engine, some), _answerable(some), calendar=CALENDARS["sydney"])
            for asked in _answerable(some):
                agree(everything[asked.name], scalar(some, asked, CALENDARS["sydney"]))

    @pytest.mark.parametrize("name", CALENDARS)
    def test_open_time_by_one_calendar(self, engine: str, name: str) -> None:
        facts = tickets(1500, seed=3, years=2)
        spec = [asked for asked in SPEC if asked.kpi in {"first_reply", "resolution"}]
        (everything,) = kpi.group_kpis(framed(engine, facts), spec, calendar=CALENDARS[name])
        for asked in spec:
            agree(everything[asked.name], scalar(facts, asked, CALENDARS[name]))

    def test_open_time_by_the_calendar_of_each_ticket(self, engine: str) -> None:
        facts = tickets(1500, seed=4)
        spec = [asked for asked in SPEC if asked.kpi in {"first_reply", "resolution"}]
        (everything,) = kpi.group_kpis(framed(engine, facts), spec, calendar=CALENDARS)
        for asked in spec:
            agree(
                everything[asked.name],
                scalar(facts, asked, lambda ticket: CALENDARS.get(ticket.attributes.get("calendar", ""))),
            )

    def test_quantiles_by_histogram(self, engine: str) -> None:
        facts = tickets(3000, seed=5)
        spec = [asked for asked in SPEC if asked.kpi in {"first_reply", "resolution"}]
        exact = kpi.group_kpis(framed(engine, facts), spec, by="channel")
        near = kpi.group_kpis(framed(engine, facts), spec, by="channel", quantiles="histogram")
        for one, other in zip(exact, near, strict=True):
            for asked in spec:
                for level, seconds in one[asked.name].quantile_seconds.items():
                    assert other[asked.name].quantile_seconds[level] == pytest.approx(seconds, rel=0.01)

    def test_totals_of_missing(self, engine: str) -> None:
        facts = tickets(800, seed=6)
        reasons = kpi.group_kpis(framed(engine, facts), TableSpec(SPEC), by="channel")
        totals = kpi.group_kpis(framed(engine, facts), TableSpec(SPEC, missing="total"), by="channel")
        assert reasons.columns() == totals.columns()

    def test_columns_in_the_kind_given(self, engine: str) -> None:
        frame = framed(engine, tickets(300, seed=7))
        table: Any = kpi.table(frame, ["first_reply", "csat", "nps"], by=["day", "channel"], tz=ZONE)
        assert type(table) is type(frame)


def _answerable(facts: list[TicketFacts]) -> list[kpi.TableKpi]:
    """The KPIs for which there is a column: a fact that no ticket knows has none."""
    frame = framed("polars", facts)
    found = []
    for asked in SPEC:
        try:
            kpi.table(frame, [asked])
        except InvalidValueError:
            continue
        found.append(asked)
    return found
