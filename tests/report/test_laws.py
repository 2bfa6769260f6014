"""Whatever the tickets are: a report, and one in which nothing is lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from csprotocol.adapters import Read, TicketExport
from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.model import Channel, Life, StatusCategory, TicketFacts
from csprotocol.report import FORMATS, ReportSpec, Target, build, render

from . import laws

HOURS = BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-17:00"))
BY = ("month", "week", "channel", "priority", "status", "agent", "tier")

# Mostly one week, so that periods and clocks matter; now and then an end of the calendar.
NEAR = st.integers(0, 7 * 24 * 60).map(lambda minutes: datetime(2026, 10, 23, tzinfo=UTC) + timedelta(minutes=minutes))
ENDS = st.sampled_from(
    [
        datetime(1, 1, 1, 0, 30, tzinfo=UTC),
        datetime(1, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=-5))),
        datetime(9999, 12, 31, 23, 30, tzinfo=UTC),
        datetime(2150, 2, 3, tzinfo=UTC),
    ]
)
INSTANTS = st.one_of(NEAR, NEAR, NEAR, NEAR, ENDS)
TEXTS = st.text(min_size=1, max_size=8) | st.sampled_from(["=1+1", "a|b", "\x1b[31m", "línea\nnueva", "(unknown)"])


@st.composite
def tickets(draw: st.DrawFn) -> dict[str, Any]:
    maybe = st.none() | INSTANTS
    solved = draw(st.none() | st.lists(INSTANTS, max_size=2).map(tuple))
    return {
        "created_at": draw(maybe),
        "first_reply_at": draw(maybe),
        "first_customer_message_at": draw(maybe),
        "solved_at": solved,
        "closed_at": draw(maybe),
        "lives": draw(st.none() | st.builds(lambda a, b: (Life(a, b, StatusCategory.RESOLVED),), INSTANTS, INSTANTS)),
        "status": draw(st.none() | st.sampled_from(StatusCategory)),
        "agent_replies": draw(st.none() | st.integers(0, 3)),
        "reopens": draw(st.none() | st.integers(0, 2)),
        "csat": draw(st.none() | st.integers(0, 6)),
        "nps": draw(st.none() | st.integers(-1, 11)),
        "surveyed": draw(st.none() | st.booleans()),
        "sla_met": draw(st.none() | st.booleans()),
        "spam": draw(st.none() | st.booleans()),
        "merged_into": draw(st.none() | st.just("9")),
        "agent_started": draw(st.none() | st.booleans()),
        "channel": draw(st.none() | st.sampled_from(Channel)),
        "priority": draw(st.none() | TEXTS),
        "agent": draw(st.none() | TEXTS),
        "attributes": draw(st.just({}) | st.fixed_dictionaries({"tier": TEXTS})),
    }


def export(rows: list[dict[str, Any]]) -> Read[TicketExport]:
    # One ticket more, so that the attribute always exists.
    known = TicketFacts(ticket_id="known", attributes={"tier": "gold"})
    facts = (known, *(TicketFacts(ticket_id=f"t{i}", **row) for i, row in enumerate(rows)))
    return Read(TicketExport(source="random", facts=facts))


SPECS = st.builds(
    lambda by, tz, as_of, anchor, within, clock, statistics: ReportSpec(
        as_of=as_of,
        by=tuple(by),
        tz=tz,
        anchor=anchor,
        within=within,
        csat_scale=(1, 5),
        targets=(
            Target.parse(f"first_reply=4h:{clock if within else 'elapsed'}"),
            Target.parse("resolution=24h"),
        ),
        compare_to="previous" if {"month", "week"} & {*by} else "",
        **statistics,
    ),
    by=st.lists(st.sampled_from(BY), unique=True, max_size=3).filter(lambda by: {"month", "week"} - {*by}),
    tz=st.sampled_from(["UTC", "Europe/Madrid", "America/New_York", "Pacific/Auckland"]),
    as_of=NEAR,
    anchor=st.sampled_from(["created", "first_reply", "resolved"]),
    within=st.sampled_from([None, HOURS]),
    clock=st.sampled_from(["elapsed", "business"]),
    statistics=st.fixed_dictionaries(
        {
            "min_n": st.sampled_from([0, 2, 3, 5]),
            "preset": st.sampled_from(["", "zendesk", "gorgias", "helpscout", "intercom", "plain"]),
            "confidence": st.sampled_from([0.5, 0.95]),
            "quantiles": st.sampled_from(["exact", "histogram"]),
            "levels": st.sampled_from([(0.5, 0.9), (0.5, 0.9, 0.95)]),
        }
    ),
)


@given(st.lists(tickets(), max_size=8), SPECS)
def test_no_table_breaks_the_report_and_nothing_is_lost(rows: list[dict[str, Any]], spec: ReportSpec) -> None:
    laws.check(build(export(rows), spec))


@given(st.lists(tickets(), max_size=6), SPECS, st.randoms())
def test_the_order_of_the_rows_does_not_matter(rows: list[dict[str, Any]], spec: ReportSpec, random: Any) -> None:
    read = export(rows)
    shuffled = list(read.value.facts)
    random.shuffle(shuffled)
    again = build(Read(TicketExport(source="random", facts=tuple(shuffled))), spec)
    assert build(read, spec).groups == again.groups


@given(st.lists(tickets(), max_size=6), SPECS)
def test_a_ticket_that_is_told_twice_counts_once(rows: list[dict[str, Any]], spec: ReportSpec) -> None:
    read = export(rows)
    twice = Read(TicketExport(source="random", facts=read.value.facts * 2))
    told, again = build(read, spec), build(twice, spec)
    assert (again.groups, again.total) == (told.groups, told.total)
    notes = {note.code: note.count for note in again.quality.notices}
    assert notes["duplicate-ticket"] == len(read.value.facts)


@given(st.lists(tickets(), max_size=6), SPECS)
def test_no_format_lets_a_cell_out_of_its_place(rows: list[dict[str, Any]], spec: ReportSpec) -> None:
    report = build(export(rows), spec)
    told = {form: render(report, form) for form in FORMATS}
    for form in ("table", "md"):
        assert all(line.isprintable() for line in told[form].split("\n"))
    cells = (cell for row in laws.csv_rows(told["csv"]) for name, cell in row.items() if name in report.by)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert [group["key"] for group in json.loads(told["json"])["groups"]] == [
        dict(zip(report.by, group.key, strict=True)) for group in report.groups if report.by
    ]
