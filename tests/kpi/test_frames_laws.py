"""One number, however it is counted: ticket by ticket, from a stream, from parts of it, or by an engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from csprotocol import kpi
from csprotocol.kpi import TableKpi, TableSpec
from csprotocol.model import StatusCategory, TicketFacts
from tests.kpi.frames import CALENDARS, ENGINES, SPEC, ZONE, agree, framed, scalar, tickets
from tests.kpi.rows import BASE, HOURS, rows

DURATIONS = ("first_reply", "resolution")
RATES = ("fcr", "reopen_rate", "unreplied")
# With it every column is there, whatever the others know.
KNOWN = TicketFacts(
    ticket_id="known",
    created_at=BASE,
    first_reply_at=BASE + timedelta(minutes=9),
    solved_at=(BASE + timedelta(minutes=30),),
    status=StatusCategory.RESOLVED,
    agent_replies=1,
    reopens=0,
    spam=False,
)


def streamed(name: str, facts: Sequence[TicketFacts], within: Any) -> Any:
    made: Any = kpi.TicketDurations(name, within=within) if name in DURATIONS else kpi.TicketRate(name)
    for ticket in facts:
        made.update(ticket)
    return made


@pytest.mark.parametrize("engine", ENGINES)
class TestOneNumber:
    # A query is dear: few examples an engine, and no search for the smallest.
    @settings(max_examples=8, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(rows(), st.integers(0, 13), st.sampled_from([None, HOURS]))
    def test_scalar_is_stream_is_sum_of_parts_is_frame(
        self, engine: str, drawn: list[TicketFacts], cut: int, within: Any
    ) -> None:
        facts = [KNOWN, *drawn]
        frame = framed(engine, facts)
        (group,) = kpi.group_kpis(frame, [*DURATIONS, *RATES], calendar=within)
        (near,) = kpi.group_kpis(frame, DURATIONS, calendar=within, quantiles="histogram")
        for name in (*DURATIONS, *RATES):
            expected = scalar(facts, TableKpi(name), within)
            agree(group[name], expected)
            whole = streamed(name, facts, within)
            parts = streamed(name, facts[:cut], within) + streamed(name, facts[cut:], within)
            assert whole == parts
            assert (whole.n, whole.missing, whole.rejected) == (expected.n, expected.missing, expected.rejected)
            if name in RATES:
                assert whole.ratio == group[name].ratio
                continue
            assert whole.durations.mean == group[name].mean == expected.mean
            histogram = near[name].histogram
            assert (histogram is None) == (whole.n == 0)
            for level in (0.5, 0.9):
                told = expected.quantile(level)
                if histogram is not None and told is not None:
                    assert histogram.quantile(level) == pytest.approx(told.total_seconds(), rel=0.01)

    def test_parts_of_a_frame_add_up(self, engine: str) -> None:
        facts = tickets(900, seed=11)
        whole, *parts = (
            next(iter(kpi.group_kpis(framed(engine, some), SPEC, quantiles="histogram")))
            for some in (facts, facts[:400], facts[400:])
        )
        for asked in SPEC:
            first, second = (part[asked.name] for part in parts)
            assert whole[asked.name].n == first.n + second.n
            if asked.kpi in DURATIONS:
                assert whole[asked.name].histogram.to_dict() == (first.histogram + second.histogram).to_dict()
            elif hasattr(first, "ratio"):
                assert whole[asked.name].ratio == first.ratio + second.ratio


class TestStreaming:
    def test_a_scan_of_parquet_is_what_the_frame_is(self, tmp_path: Path) -> None:
        pl = pytest.importorskip("polars")
        eager = framed("polars", tickets(3000, seed=12))
        eager.write_parquet(tmp_path / "tickets.parquet")
        spec = TableSpec(SPEC, duplicates="trust")
        asked: dict[str, Any] = {"by": ["month", "channel"], "tz": ZONE, "quantiles": "histogram"}
        for calendar in (None, CALENDARS["madrid"]):
            read = kpi.group_kpis(eager, spec, calendar=calendar, **asked)
            scanned = kpi.group_kpis(pl.scan_parquet(tmp_path / "tickets.parquet"), spec, calendar=calendar, **asked)
            assert len(read) > 60
            for one, other in zip(read, scanned, strict=True):
                assert one.key == other.key
                for name, found in one.kpis.items():
                    if isinstance(found, kpi.GroupDurations):
                        assert other[name].histogram == found.histogram
                        near = None if found.mean_seconds is None else pytest.approx(found.mean_seconds, rel=1e-12)
                        assert other[name].mean_seconds == near
                    else:
                        assert other[name] == found
