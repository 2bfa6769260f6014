"""The report on a small shop against plain loops over its rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.report import Group, Report, ReportSpec, Target, build

from . import laws, shop

HOURS = BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-17:00"))
TARGETS = (Target.parse("first_reply=1h:business"), Target.parse("resolution=48h"))
BY = ((), ("month",), ("channel",), ("month", "channel"), ("priority",), ("product",), ("status", "priority"))


def report(by: tuple[str, ...] = (), **changes: Any) -> Report:
    options: dict[str, Any] = {
        "tz": "Europe/Madrid",
        "within": HOURS,
        "targets": TARGETS,
        "csat_scale": (1, 5),
        "min_n": 0,
    }
    return build(shop.read(), ReportSpec(as_of=changes.pop("as_of", shop.NOW), by=by, **(options | changes)))


def numbers(group: Group) -> dict[tuple[str, str], tuple[dict[str, Any], int]]:
    """The first statistics of each measure, to the millisecond."""
    return {
        measure.key: (
            {name: pytest.approx(at, abs=1e-3) for name, at in measure.values.items() if name != "response_rate"},
            measure.n,
        )
        for measure in group.measures
    }


class TestNumbers:
    @pytest.mark.parametrize("by", BY)
    def test_each_group_is_what_the_rows_say(self, by: tuple[str, ...]) -> None:
        told = report(by)
        rows = shop.groups_of(shop.TICKETS, by)
        assert {group.key: group.tickets for group in told.groups} == {key: len(found) for key, found in rows.items()}
        for group in told.groups:
            assert shop.expected(rows[group.key]) == numbers(group)
        assert shop.expected(shop.TICKETS) == numbers(told.total)

    @pytest.mark.parametrize("by", BY)
    def test_the_laws_hold(self, by: tuple[str, ...]) -> None:
        laws.check(report(by))

    def test_what_is_left_out_has_its_reason(self) -> None:
        total = report().total
        left_out = {measure.key: (dict(measure.missing), dict(measure.rejected)) for measure in total.measures}
        outside = {"merged": 1, "spam": 1}
        assert left_out == {
            ("first_reply", "elapsed"): (outside | {"no-creation-time": 1, "no-reply": 4}, {"negative-duration": 1}),
            ("first_reply", "business"): (outside | {"no-creation-time": 1, "no-reply": 4}, {"negative-duration": 1}),
            ("resolution", "elapsed"): (outside | {"no-creation-time": 1, "open": 4}, {"negative-duration": 1}),
            ("resolution", "business"): (outside | {"no-creation-time": 1, "open": 4}, {"negative-duration": 1}),
            ("fcr", ""): (outside | {"no-status": 1, "not-resolved": 4}, {}),
            ("reopen_rate", ""): (outside | {"no-reopen-count": 1, "not-resolved": 4}, {}),
            ("csat", ""): (outside | {"no-answer": 1, "not-surveyed": 5, "survey-unknown": 1}, {}),
            ("nps", ""): (outside | {"no-answer": 8}, {}),
            ("sla_attainment", "recorded"): (outside | {"no-verdict": 7}, {}),
            ("sla_attainment", "first_reply"): (
                outside | {"no-creation-time": 1, "no-reply": 1, "running": 1},
                {"created-after-report": 1, "negative-duration": 1},
            ),
            ("sla_attainment", "resolution"): (
                outside | {"no-creation-time": 1, "running": 1},
                {"created-after-report": 1, "negative-duration": 1},
            ),
        }

    def test_impossible_tickets_are_named(self) -> None:
        found = {each.code: (each.count, each.of, each.examples) for each in report().quality.anomalies}
        assert found == {
            "created-after-report": (1, 15, ("12",)),
            "reply-before-creation": (1, 11, ("8",)),
            "resolution-before-creation": (1, 11, ("9",)),
            "resolution-before-first-reply": (1, 10, ("9",)),
        }


class TestSpec:
    def test_the_zone_moves_tickets_between_months(self) -> None:
        for tz in ("Europe/Madrid", "UTC", "Pacific/Auckland"):
            rows = shop.groups_of(shop.TICKETS, ("month",), tz)
            told = {group.key: group.tickets for group in report(("month",), tz=tz).groups}
            assert told == {key: len(found) for key, found in rows.items()}
        assert ("2026-10",) in {group.key for group in report(("month",), tz="UTC").groups}
        assert ("2026-10",) not in {group.key for group in report(("month",)).groups}

    @pytest.mark.parametrize("days", [-20, -2, 0, 1, 3, 40])
    def test_running_targets_fall_due_as_time_passes(self, days: int) -> None:
        now = shop.NOW + timedelta(days=days)
        told = report(as_of=now).total
        assert shop.expected(shop.TICKETS, now=now) == numbers(told)

    def test_a_running_target_is_overdue_after_its_time(self) -> None:
        def at(clock: str) -> tuple[int, int]:
            now = datetime.fromisoformat(f"2026-12-07T{clock}+01:00")
            measure = report(as_of=now).total.measure("sla_attainment", "first_reply")
            return measure.n, measure.missing.get("running", 0)

        # Ticket 16 came on Friday at 16:30: half an hour is left on Monday.
        assert [at("09:30"), at("09:31")] == [(9, 1), (10, 0)]

    def test_periods(self) -> None:
        days = {group.key for group in report(("day",), tz="UTC").groups}
        assert ("2026-10-31",) in days
        for period, key in (("week", "2026-W45"), ("month", "2026-11"), ("quarter", "2026-Q4"), ("year", "2027")):
            told = report((period,))
            assert (key,) in {group.key for group in told.groups}
            assert told.groups[-1].key == (None,)
            laws.check(told)

    def test_the_anchor_decides_the_period(self) -> None:
        for anchor, column in (("created", "opened"), ("first_reply", "replied"), ("resolved", "solved")):
            months: dict[tuple[str | None, ...], int] = {}
            for row in shop.TICKETS:
                key = (row[column][:7] or None,)
                months[key] = months.get(key, 0) + 1
            told = {group.key: group.tickets for group in report(("month",), anchor=anchor).groups}
            assert told == months

    def test_without_hours_there_is_no_business_time(self) -> None:
        told = report(within=None, targets=TARGETS[1:])
        assert {key for key, _ in numbers(told.total).items() if key[1] == "business"} == set()
        assert laws.plain(told)["business_time"] is None

    def test_a_dimension_without_a_value_is_told_once(self) -> None:
        told = report(("month", "language"))
        notes = [str(note) for note in told.quality.notices if note.code == "unknown-dimension"]
        assert notes == ["tickets without any language: the export has no such value (16)"]
        assert {group.key[1] for group in told.groups} == {None}

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"by": ("flavour",)}, "by must be something that some ticket has, got 'flavour'; possible: day"),
            ({"by": ("month", "day")}, "at most one of day, week, month, quarter, year"),
            ({"by": ("month", "month")}, "each dimension once"),
            ({"tz": "Madrid"}, "tz must be an IANA time zone"),
            ({"anchor": "sent"}, "anchor: 'sent' is unknown; possible: created, first_reply, resolved"),
            ({"within": None}, "targets must be counted by a calendar, got 'first_reply within 1 h of open time'"),
            ({"targets": (TARGETS[1], Target.parse("resolution=4h"))}, "targets must be one for each KPI"),
        ],
    )
    def test_what_cannot_be_is_refused(self, options: dict[str, Any], said: str) -> None:
        with pytest.raises(ValueError, match=said):
            report(**options)

    def test_the_moment_needs_a_zone(self) -> None:
        with pytest.raises(ValueError, match="must carry a time zone"):
            report(as_of=datetime(2026, 11, 20))  # noqa: DTZ001  # naive on purpose


class TestTarget:
    @pytest.mark.parametrize(
        ("text", "seconds", "business"),
        [
            ("first_reply=4h", 14_400, False),
            ("first_reply=90min:business", 5_400, True),
            ("resolution=1.5h:elapsed", 5_400, False),
            (" resolution=30s ", 30, False),
        ],
    )
    def test_parse(self, text: str, seconds: int, business: bool) -> None:
        target = Target.parse(text)
        assert (target.limit, target.business) == (timedelta(seconds=seconds), business)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("first_reply=1d", "a day may be 24 hours or a working day"),
            ("first_reply=1", "possible: s, min, h"),
            ("first_reply", "KPI=NUMBERunit"),
            ("frt=4h", "'frt' is unknown; possible: first_reply, resolution"),
            ("first_reply=0h", "must be longer than 0"),
            ("first_reply=0.0000001s", "target must be longer than 0, got 'first_reply=0.0000001s'"),
            ("first_reply=-4h", "KPI=NUMBERunit"),
            ("first_reply=4h:working", "KPI=NUMBERunit"),
            ("first_reply=999999999999999h", "a time that somebody could wait"),
        ],
    )
    def test_what_cannot_be_is_refused(self, text: str, said: str) -> None:
        with pytest.raises(ValueError, match=said):
            Target.parse(text)


def test_utc_is_the_zone_unless_one_is_named() -> None:
    assert ReportSpec(as_of=datetime(2026, 11, 20, tzinfo=UTC)).tz == "UTC"
