"""Where the time of a clock went; that it adds up stands with the laws."""

from __future__ import annotations

from datetime import timedelta

from csprotocol.sla import explain
from tests.sla.shop import ALWAYS, OFFICE, clocks


def lines(found: object) -> list[str]:
    return [" ".join(str(each).split()) for each in found]  # type: ignore[attr-defined]


class TestExplain:
    def test_running_paused_and_closed(self) -> None:
        (clock,) = clocks(
            "agent_work", "8h", "10:00 created customer", "11:00 status waiting_customer", "12:00 status open",
            now="18:00", calendar=OFFICE,
        )  # fmt: skip
        assert lines(explain(clock)) == [
            "2026-11-20 10:00:00 - 2026-11-20 11:00:00 1:00:00 running, open (weekly)",
            "2026-11-20 11:00:00 - 2026-11-20 12:00:00 0:00:00 waiting_customer, open (weekly)",
            "2026-11-20 12:00:00 - 2026-11-20 17:00:00 5:00:00 running, open (weekly)",
            "2026-11-20 17:00:00 - 2026-11-20 18:00:00 0:00:00 running, closed",
        ]

    def test_resolved_time_counted_and_not(self) -> None:
        life = ("10:00 created customer", "11:00 status resolved", "12:00 status open")
        for choice, why, counted in (("resume", "resolved", 0), ("continue", "resolved, counted", 1)):
            (clock,) = clocks("resolution", "8h", *life, now="13:00", on_reopen=choice)
            part = explain(clock)[1]
            assert (part.why.rpartition(", ")[0], part.counted) == (why, timedelta(hours=counted))

    def test_calendars_in_sum_and_always_open(self) -> None:
        for calendar in (ALWAYS, OFFICE | ALWAYS, OFFICE - ALWAYS):
            (clock,) = clocks("resolution", "8h", "10:00 created customer", calendar=calendar)
            assert sum((part.counted for part in explain(clock)), timedelta(0)) == clock.elapsed

    def test_a_cycle_without_length_has_nothing_to_explain(self) -> None:
        (clock,) = clocks("first_reply", "8h", "10:00 created customer", "10:00 message agent")
        assert explain(clock) == ()
