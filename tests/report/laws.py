"""What holds for every report, whatever it is about."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from csprotocol.report import FORMATS, Measure, Report, render

__all__ = ["check", "csv_rows", "plain"]


def check(report: Report) -> None:
    """Nothing is lost, nothing counted twice, and every format can be read."""
    groups = report.groups
    assert len({group.key for group in groups}) == len(groups)
    assert sum(group.tickets for group in groups) == report.total.tickets
    for group in (*groups, report.total):
        assert [measure.key for measure in group.measures] == [measure.key for measure in report.total.measures]
        for measure in group.measures:
            left_out = sum(measure.missing.values()) + sum(measure.rejected.values())
            assert (group.key, measure.key, measure.n + left_out) == (group.key, measure.key, group.tickets)
            _check_numbers(measure, report.spec.min_n)
    for i, measure in enumerate(report.total.measures):
        parts = [group.measures[i] for group in groups]
        assert sum(part.n for part in parts) == measure.n
        for counts in ("missing", "rejected"):
            whole = getattr(measure, counts)
            reasons = {reason for part in parts for reason in getattr(part, counts)}
            assert {r: sum(getattr(part, counts).get(r, 0) for part in parts) for r in reasons} == dict(whole)
    told = {form: render(report, form) for form in FORMATS}
    assert told == {form: render(report, form) for form in FORMATS}
    assert dict(_from_json(report, json.loads(told["json"]))) == dict(_from_csv(report, told["csv"])) == _told(report)


def _check_numbers(measure: Measure, min_n: int) -> None:
    values = measure.values.values()
    if measure.suppressed:
        assert 0 < measure.n
        assert (measure.suppressed == "small-sample") == (measure.n < min_n)
        assert {*values, *measure.intervals.values()} <= {None}
        assert not measure.counts
        return
    assert not 0 < measure.n < min_n
    assert (measure.n == 0) == (next(iter(values)) is None)
    for name, interval in measure.intervals.items():
        value = measure.values[name]
        if interval is not None:
            assert value is not None
            assert interval.low <= interval.high
            # The centre of an adjusted Wald interval lies off the score.
            assert value in interval or measure.unit == "points"


def plain(report: Report) -> Any:
    return json.loads(render(report, "json"))


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


Statistic = tuple[int, str, str, str]


Cells = tuple[float | str | None, int, int, int, int]


def _told(report: Report) -> dict[Statistic, Cells]:
    return {
        (i, *measure.key, name): (
            "suppressed" if measure.suppressed else value,
            group.tickets,
            measure.n,
            sum(measure.missing.values()),
            sum(measure.rejected.values()),
        )
        for i, group in enumerate(_all(report))
        for measure in group.measures
        for name, value in measure.values.items()
    }


def _all(report: Report) -> tuple[Any, ...]:
    return (*report.groups, report.total) if report.by else (report.total,)


def _from_json(report: Report, told: Any) -> Iterator[tuple[Statistic, Cells]]:
    for i, group in enumerate([*told["groups"], told["total"]]):
        for measure in group["measures"]:
            counts = (measure["n"], sum(measure["missing"].values()), sum(measure["rejected"].values()))
            for name in ("median", "mean", "p90", "p95", "p50.000001", "share", "response_rate", "points"):
                if name in measure:
                    yield (
                        (i, measure["kpi"], measure["variant"] or "", name),
                        ("suppressed" if measure["suppressed"] else measure[name], group["tickets"], *counts),
                    )


def _from_csv(report: Report, told: str) -> Iterator[tuple[Statistic, Cells]]:
    rows = list(csv.reader(io.StringIO(told)))[1:]
    key = len(report.by) or 1
    group, before = -1, None
    for row in rows:
        kpi, variant, name, value, _, tickets, n, missing, rejected = row[key : key + 9]
        first = (kpi, variant, name) == ("first_reply", "elapsed", "median")
        group += first
        assert first or row[:key] == before
        before = row[:key]
        counts = [int(each) for each in (tickets, n, missing, rejected)]
        number = value if value == "suppressed" else float(value) if value else None
        yield (group, kpi, variant, name), (number, counts[0], counts[1], counts[2], counts[3])
