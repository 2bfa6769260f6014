"""A sheet of clocks, for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from csprotocol.calendar import format_open_time
from csprotocol.cli._sla_sheet import Sheet, Worst
from csprotocol.cli._tables import aligned, csv_text, json_text, key_values, plural
from csprotocol.sla import ClockKind, SlaPolicy, State, explain

__all__ = ["FORMATS", "told"]

FORMATS: Final = ("table", "json", "csv")
_COLUMNS: Final = (
    "clock", "priority", "met", "breached", "overdue", "in_time", "cancelled", "attainment",
)  # fmt: skip


def told(sheet: Sheet, policy: SlaPolicy, now: datetime, zone: ZoneInfo, form: str) -> str:
    """The sheet as ``form`` asks."""
    rows = [_row(sheet, kind, priority) for kind, priority in sorted(sheet.cycles, key=_place)]
    if form == "csv":
        return csv_text(_COLUMNS, rows)
    if form == "json":
        return json_text(
            {
                "policy": policy.id,
                "now": now,
                "tickets": sheet.tickets,
                "without_calendar": sheet.without_calendar,
                "without_clock": sheet.without_rule,
                "clocks": rows,
                "worst": [_plain(each) for each in sheet.worst],
            }
        )
    return "\n".join(_lines(sheet, policy, now, zone, rows)) + "\n"


def _lines(sheet: Sheet, policy: SlaPolicy, now: datetime, zone: ZoneInfo, rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f"SLA {policy.id!r} at {now.astimezone(zone):%Y-%m-%d %H:%M %Z}: {plural(sheet.tickets, 'ticket')}"
    yield ""
    shown = ([*(row[name] for name in _COLUMNS[:-1]), _percent(row["attainment"])] for row in rows)
    headings = [name.replace("_", " ") for name in _COLUMNS]
    yield from aligned(headings, shown, right=headings[2:])
    missing = [
        ("without a calendar", sheet.without_calendar),
        ("without a clock", sheet.without_rule),
        *((f"{kind} left out: the export cannot tell", count) for kind, count in sheet.left_out.items()),
    ]
    if any(count for _, count in missing):
        yield ""
        yield from key_values((name, f"{count:,}") for name, count in missing if count)
    if sheet.worst:
        yield ""
        yield "Worst breaches"
    for number, each in enumerate(sheet.worst, 1):
        yield from _explained(number, each, zone)


def _explained(number: int, each: Worst, zone: ZoneInfo) -> Iterator[str]:
    clock = each.clock
    due = clock.breached_at or clock.start
    late = f"{format_open_time(each.late)} of open time too long" if each.late else "after closing time"
    state = "" if clock.is_finished else ", still running"
    yield ""
    yield f"  {number}. {each.ticket_id}: {clock.kind} ({clock.target}), due {_at(due, zone)}, {late}{state}"
    stretches = explain(clock)
    for stretch in stretches[:_MOST]:
        yield f"     {_at(stretch.start, zone)} - {_at(stretch.end, zone)}  {_clock(stretch.counted):>9}  {stretch.why}"
    if len(stretches) > _MOST:
        rest = sum((stretch.counted for stretch in stretches[_MOST:]), timedelta(0))
        yield f"     ... {plural(len(stretches) - _MOST, 'more stretch', several='more stretches')}, {_clock(rest)}"


_MOST: Final = 8


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M}"


def _clock(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _place(key: tuple[ClockKind, str]) -> tuple[int, str]:
    return list(ClockKind).index(key[0]), key[1]


def _row(sheet: Sheet, kind: ClockKind, priority: str) -> dict[str, Any]:
    states, overdue = sheet.cycles[kind, priority], sheet.overdue_by[kind, priority]
    met, breached = states[State.MET], states[State.BREACHED]
    judged = met + breached + overdue
    return {
        "clock": kind.value,
        "priority": priority,
        "met": met,
        "breached": breached,
        "overdue": overdue,
        "in_time": states[State.RUNNING] + states[State.PAUSED] - overdue,
        "cancelled": states[State.CANCELLED],
        "attainment": met / judged if judged else None,
    }


def _plain(each: Worst) -> dict[str, Any]:
    clock = each.clock
    return {
        "ticket": each.ticket_id,
        "clock": clock.kind.value,
        "cycle": clock.cycle,
        "rule": clock.rule,
        "target": str(clock.target),
        "state": clock.state.value,
        "start": clock.start,
        "due_at": clock.due_at,
        "stop": clock.stop,
        "elapsed_seconds": clock.elapsed.total_seconds(),
        "late_seconds": each.late.total_seconds(),
        "stretches": [
            {"start": s.start, "end": s.end, "counted_seconds": s.counted.total_seconds(), "why": s.why}
            for s in explain(clock)
        ],
    }


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
