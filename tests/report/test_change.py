"""A period held against the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csprotocol.adapters import Read, TicketExport
from csprotocol.errors import InvalidValueError
from csprotocol.kpi import (
    Interval,
    Quantile,
    compare,
    compare_quantiles,
    definition,
    first_reply,
    nps,
    sla_attainment_of,
)
from csprotocol.model import TicketFacts
from csprotocol.report import Change, Judged, Report, ReportSpec, build, render
from csprotocol.report._change import period_before
from csprotocol.report._words import change_text

from . import laws

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def month_of(month: int, size: int, met: int, *, channel: str = "email", minutes: int = 30) -> list[TicketFacts]:
    """So many tickets of a month, ``met`` of them in time, answered in about so many minutes."""
    created = datetime(2026, month, 10, 12, tzinfo=UTC)
    return [
        TicketFacts(
            ticket_id=f"{month}-{channel}-{i}",
            created_at=created,
            first_reply_at=created + timedelta(minutes=minutes, seconds=i),
            sla_met=i < met,
            nps=9 if i < met else 2,
            channel=channel,  # type: ignore[arg-type]  # by name, as it may be given
        )
        for i in range(size)
    ]


def report(*parts: list[TicketFacts], by: tuple[str, ...] = ("month", "channel"), **options: Any) -> Report:
    facts = tuple(ticket for part in parts for ticket in part)
    spec = ReportSpec(as_of=NOW, by=by, compare_to="previous", **options)
    told = build(Read(TicketExport(source="test", facts=facts)), spec)
    laws.check(told)
    return told


Key = tuple[str | None, ...]


def changes(told: Report, kpi: str, variant: str) -> dict[Key, Change | None]:
    return {group.key: group.measure(kpi, variant).change for group in told.groups}


def verdicts(told: Report, kpi: str = "sla_attainment", variant: str = "recorded") -> dict[Key, str]:
    return {key: str(change.verdict or change.reason) for key, change in changes(told, kpi, variant).items() if change}


class TestVerdict:
    def test_better_worse_or_noise_by_the_direction_of_the_definition(self) -> None:
        told = report(
            month_of(1, 50, 20, minutes=30), month_of(2, 50, 45, minutes=30), month_of(3, 50, 44, minutes=20),
            month_of(4, 50, 10, minutes=90),
        )  # fmt: skip
        assert list(verdicts(told).values()) == ["no previous", "better", "not significant", "worse"]
        assert list(verdicts(told, "nps", "").values()) == ["no previous", "better", "not significant", "worse"]
        # Shorter is better.
        found = list(verdicts(told, "first_reply", "elapsed").values())
        assert found == ["no previous", "not significant", "better", "worse"]

    @pytest.mark.parametrize("quantiles", ["exact", "histogram"])
    def test_the_numbers_are_those_of_compare(self, quantiles: str) -> None:
        now, then = month_of(2, 60, 45, minutes=20), month_of(1, 50, 20)
        told = report(then, now, quantiles=quantiles)
        share = changes(told, "sla_attainment", "recorded")["2026-02", "email"]
        expected = compare(sla_attainment_of(now), sla_attainment_of(then))
        assert share is not None
        assert (share.previous, share.value, share.n) == ("2026-01", 0.4, 50)
        assert (share.difference, share.interval) == (expected.difference, expected.interval)
        score = changes(told, "nps", "")["2026-02", "email"]
        points = compare(nps(each.nps for each in now), nps(each.nps for each in then))
        assert score is not None
        assert (score.difference, score.interval) == (points.difference, points.interval)
        took = changes(told, "first_reply", "elapsed")["2026-02", "email"]
        middle = compare(first_reply(now), first_reply(then))
        assert took is not None
        assert took.interval is not None
        assert middle.difference is not None
        assert middle.interval is not None
        exact = [each.total_seconds() for each in (middle.difference, middle.interval.low, middle.interval.high)]
        if quantiles == "exact":
            assert [took.difference, took.interval.low, took.interval.high] == pytest.approx(exact, abs=1e-6)
        else:
            # Both medians are known to 1 % of themselves, and their intervals are wider by it.
            assert took.difference == pytest.approx(exact[0], abs=0.01 * (1860 + 1260))
            assert took.interval.low < exact[1]
            assert took.interval.high > exact[2]

    def test_another_bucket_is_no_change(self) -> None:
        """Of many equal tickets the exact median is sure to the second; read from buckets it is not."""
        facts = [
            TicketFacts(
                ticket_id=f"{month}-{i}",
                created_at=datetime(2026, month, 10, 12, tzinfo=UTC),
                first_reply_at=datetime(2026, month, 10, 12, tzinfo=UTC) + timedelta(minutes=minutes),
                channel="email",  # type: ignore[arg-type]  # by name, as it may be given
            )
            for month, count, minutes in ((1, 500, 30.0), (2, 500, 30.1))
            for i in range(count)
        ]
        found = [
            verdicts(report(facts, quantiles=quantiles), "first_reply", "elapsed")["2026-02", "email"]
            for quantiles in ("exact", "histogram")
        ]
        assert found == ["worse", "not significant"]

    def test_too_few_have_no_verdict(self) -> None:
        assert verdicts(report(month_of(1, 29, 20), month_of(2, 90, 20)))["2026-02", "email"] == "too few"

    def test_an_empty_sample_has_none(self) -> None:
        silent = [TicketFacts(ticket_id="x", created_at=datetime(2026, 1, 5, tzinfo=UTC), channel="email")]  # type: ignore[arg-type]
        assert verdicts(report(silent, month_of(2, 50, 20)))["2026-02", "email"] == "empty"

    def test_a_suppressed_number_is_not_told_by_the_next(self) -> None:
        told = report(month_of(1, 4, 2), month_of(2, 50, 20), month_of(3, 40, 20))
        found = changes(told, "sla_attainment", "recorded")["2026-02", "email"]
        assert found is not None
        assert (found.value, found.difference, found.interval, str(found.reason)) == (None, None, None, "suppressed")

    def test_a_gap_is_no_previous_period(self) -> None:
        told = report(month_of(1, 50, 20), month_of(3, 50, 20))
        assert set(verdicts(told).values()) == {"no previous"}

    def test_means_of_ratings_are_not_compared(self) -> None:
        parts = [[replace(ticket, csat=4) for ticket in month_of(month, 50, 20)] for month in (1, 2)]
        told = report(*parts, csat_scale=(1, 5), preset="gorgias")
        assert verdicts(told, "csat_mean", "")["2026-02", "email"] == "not compared"

    def test_an_end_that_is_not_zero_does_not_look_like_it(self) -> None:
        measure = report(month_of(1, 50, 20), month_of(2, 50, 45)).groups[1].measure("sla_attainment", "recorded")
        around = Interval(0.0004, 0.138, 0.95, "newcombe", 100)
        change = Change("2026-01", 0.5, 50, 0.07, around, Judged.BETTER, None)
        assert change_text(replace(measure, change=change)) == "+7.00 pp (+0.04 to +13.80)"
        noise = replace(change, interval=replace(around, low=-0.0004), verdict=Judged.NOT_SIGNIFICANT)
        assert change_text(replace(measure, change=noise)) == "+7.0 pp (-0.0 to +13.8)"

    def test_the_other_dimensions_stay_the_same(self) -> None:
        told = report(month_of(1, 50, 20), month_of(2, 50, 45, channel="chat"), month_of(2, 50, 45))
        assert verdicts(told) == {
            ("2026-01", "email"): "no previous",
            ("2026-02", "chat"): "no previous",
            ("2026-02", "email"): "better",
        }

    def test_the_period_may_stand_anywhere(self) -> None:
        told = report(month_of(1, 50, 20), month_of(2, 50, 45), by=("channel", "month"))
        assert verdicts(told)["email", "2026-02"] == "better"

    def test_tickets_without_the_instant_have_no_previous(self) -> None:
        told = report(month_of(1, 50, 20), [TicketFacts(ticket_id="x", channel="email")])  # type: ignore[arg-type]
        assert verdicts(told)[None, "email"] == "no previous"

    def test_without_a_period_there_is_nothing_before(self) -> None:
        with pytest.raises(InvalidValueError, match="compare_to must be used with one of day, week, month"):
            ReportSpec(as_of=NOW, by=("channel",), compare_to="previous")


class TestFormats:
    def test_the_table_shows_the_interval_and_the_mark(self) -> None:
        told = render(report(month_of(1, 50, 20), month_of(2, 50, 21)))
        assert "+2.0 pp (-16.7 to +20.5)  not significant" in told
        assert "Not significant: its interval holds 0" in told

    def test_a_period_that_is_not_over_is_named(self) -> None:
        assert "2026-11 is not over" in render(report(month_of(10, 50, 20), month_of(11, 50, 21)))
        assert "is not over" not in render(report(month_of(9, 50, 20), month_of(10, 50, 21)))

    def test_csv_and_json_hold_the_same(self) -> None:
        told = report(month_of(1, 50, 20), month_of(2, 50, 45))
        (row,) = [
            row for row in laws.csv_rows(render(told, "csv"))
            if (row["month"], row["kpi"], row["statistic"]) == ("2026-02", "sla_attainment", "share")
        ]  # fmt: skip
        change = laws.plain(told)["groups"][1]["measures"][-1]["change"]
        assert (row["previous"], float(row["previous_value"]), int(row["previous_n"]), row["verdict"]) == (
            *(change["previous"], change["value"], change["n"]),
            change["verdict"],
        )
        assert float(row["difference"]) == change["difference"]
        ends = change["interval"]
        assert (float(row["difference_low"]), float(row["difference_high"])) == (ends["low"], ends["high"])


class TestPeriodBefore:
    @given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)), st.sampled_from(["day", "week", "month", "year"]))  # noqa: DTZ001
    def test_the_day_before_a_period_lies_in_the_one_before(self, at: datetime, period: str) -> None:
        from csprotocol.report._groups import period_at

        key = period_at(at.replace(tzinfo=UTC), period, UTC)
        first = at
        while period_at((first - timedelta(days=1)).replace(tzinfo=UTC), period, UTC) == key:
            first -= timedelta(days=1)
        expected = period_at((first - timedelta(days=1)).replace(tzinfo=UTC), period, UTC)
        assert period_before(key, period) == expected

    @pytest.mark.parametrize(
        ("key", "period", "before"),
        [
            ("2026-Q1", "quarter", "2025-Q4"), ("2026-Q3", "quarter", "2026-Q2"), ("2021-W01", "week", "2020-W53"),
            ("0001", "year", None), ("0001-01", "month", None), ("0001-01-01", "day", None),
            ("0001-Q1", "quarter", None),
            ("(unknown)", "day", None), ("(unknown)", "quarter", None),
        ],
    )  # fmt: skip
    def test_ends(self, key: str, period: str, before: str | None) -> None:
        assert period_before(key, period) == before


class TestCompareQuantiles:
    def test_two_levels_of_confidence_do_not_mix(self) -> None:
        sides = [Quantile(1.0, Interval(0.0, 2.0, level, "order_statistic", 9), 9) for level in (0.9, 0.95)]
        with pytest.raises(InvalidValueError, match=r"the confidence 0\.9 of a"):
            compare_quantiles(*sides)

    def test_nothing_is_told_of_an_empty_side(self) -> None:
        found = compare_quantiles(Quantile(None, None, 0), Quantile(1.0, None, 1), definition=definition("first_reply"))
        assert (found.difference, str(found.reason)) == (None, "empty")
