"""A sheet of clocks, for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from csprotocol.calendar import format_open_time
from csprotocol.cli._sla_rows import Reason
from csprotocol.cli._sla_sheet import Sheet, Worst
from csprotocol.cli._tables import aligned, clean, csv_text, json_text, key_values, plural
from csprotocol.errors import BusinessTimeError
from csprotocol.sla import ClockKind, ClockState, SlaPolicy, State, Stretch, explain

__all__ = ["FORMATS", "left_out", "told"]

FORMATS: Final = ("table", "json", "csv")
_COLUMNS: Final = (
    "clock", "priority", "met", "breached", "overdue", "in_time", "cancelled", "attainment",
)  # fmt: skip
_WORDS: Final = {
    Reason.NOT_RECORDED: "the export cannot tell",
    Reason.END_UNKNOWN: "nobody knows when it ended",
    Reason.REOPENED: "nobody knows when it was opened again",
    Reason.WAITING_UNKNOWN: "it pauses, and one row a ticket does not tell when",
    Reason.WITHOUT_CALENDAR: "no calendar for it",
    Reason.NEVER_OPENS: "calendar-never-opens",
    Reason.REVERSED: "answered or ended before it was created",
    "horizon": "beyond the years of its calendar",
}
_MOST_STRETCHES: Final = 8
_MOST_IDS: Final = 5
# As many as a reader keeps of the rows that it rejects.
_KEPT_IDS: Final = 1_000


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
                "not_created_yet": sheet.not_created_yet,
                "without_creation": sheet.without_creation,
                "without_calendar": sheet.without_calendar,
                "without_clock": sheet.without_clock,
                "rejected": [
                    {"reason": str(reason), "count": len(ids), "tickets": ids[:_KEPT_IDS]}
                    for reason, ids in sheet.rejected.items()
                ],
                "left_out": [
                    {"clock": kind.value, "reason": reason.value, "count": count}
                    for (kind, reason), count in _in_order(sheet)
                ],
                "clocks": rows,
                "worst": [_plain(each) for each in sheet.worst],
            }
        )
    return "\n".join(_lines(sheet, policy, now, zone, rows)) + "\n"


def left_out(sheet: Sheet) -> list[tuple[str, str]]:
    """What no verdict says anything about, in words, and how much it is."""
    counts = [
        ("not created yet", sheet.not_created_yet),
        ("without an instant of creation", sheet.without_creation),
        ("without a calendar", sheet.without_calendar),
        ("without a clock", sheet.without_clock),
    ]
    found = [(name, f"{count:,}") for name, count in counts if count]
    for reason, ids in sheet.rejected.items():
        found.append((f"tickets left out: {_WORDS.get(reason, reason)}", f"{len(ids):,} ({_some(ids)})"))
    for (kind, reason), count in _in_order(sheet):
        found.append((f"{kind} left out: {_WORDS[reason]}", f"{count:,}"))
    return found


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:_MOST_IDS]) + (", ..." if len(ids) > _MOST_IDS else "")


def _in_order(sheet: Sheet) -> list[tuple[tuple[ClockKind, Reason], int]]:
    return sorted(sheet.left_out.items(), key=lambda each: _place(each[0]))


def _lines(sheet: Sheet, policy: SlaPolicy, now: datetime, zone: ZoneInfo, rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f"SLA {policy.id!r} at {now.astimezone(zone):%Y-%m-%d %H:%M %Z}: {plural(sheet.tickets, 'ticket')}"
    yield ""
    if rows:
        shown = ([*(row[name] for name in _COLUMNS[:-1]), _percent(row["attainment"])] for row in rows)
        headings = [name.replace("_", " ") for name in _COLUMNS]
        yield from aligned(headings, shown, right=headings[2:])
    else:
        yield "  no clock could be judged"
    if missing := left_out(sheet):
        yield ""
        yield from key_values(missing)
    if sheet.worst:
        yield ""
        yield "Worst breaches"
    for number, each in enumerate(sheet.worst, 1):
        yield from _explained(number, each, zone)


def _explained(number: int, each: Worst, zone: ZoneInfo) -> Iterator[str]:
    clock = each.clock
    due = clock.breached_at or clock.start
    late = f"{format_open_time(each.late)} of open time too long" if each.late else "after closing time"
    yield ""
    # Ids and the names of special days come from elsewhere.
    yield clean(
        f"  {number}. {each.ticket_id}: {clock.kind} ({clock.target}), due {_at(due, zone)}, {late}{_present(clock)}"
    )
    parts = _parts(clock)
    for part in parts[:_MOST_STRETCHES]:
        yield clean(f"     {_at(part.start, zone)} - {_at(part.end, zone)}  {_clock(part.counted):>9}  {part.why}")
    if rest := parts[_MOST_STRETCHES:]:
        yield f"     ... {plural(len(rest), 'more stretch', several='more stretches')}, {_clock(_sum(rest))}"


def _present(clock: ClockState) -> str:
    if clock.is_finished:
        return ""
    if clock.state is State.PAUSED:
        return f", stands still ({clock.runs[-1].why})" if clock.runs else ", stands still"
    return ", still running"


class _Part(NamedTuple):
    start: datetime
    end: datetime
    counted: timedelta
    why: str


def _parts(clock: ClockState) -> list[_Part]:
    """Opening by opening; where that fills the screen, what counts between two turns of the clock."""
    stretches = _stretches(clock)
    if len(stretches) <= _MOST_STRETCHES:
        return [_Part(each.start, each.end, each.counted, each.why) for each in stretches]
    left, found = list(reversed(stretches)), []
    for run in clock.runs:
        within: list[Stretch] = []
        while left and left[-1].end <= run.end:
            within.append(left.pop())
        found.append(_Part(run.start, run.end, _sum(within), _summary(run.why, within)))
    return found


def _stretches(clock: ClockState) -> tuple[Stretch, ...]:
    """Where its time went; nothing where it stood still in years that its calendar does not know."""
    try:
        return explain(clock)
    except BusinessTimeError:
        return ()


def _summary(why: str, within: list[Stretch]) -> str:
    opened = sum(each.is_open for each in within)
    return f"{why}, in {opened:,} openings" if opened > 1 else why


def _sum(parts: Iterable[_Part | Stretch]) -> timedelta:
    return sum((each.counted for each in parts), timedelta(0))


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
            for s in _stretches(clock)
        ],
    }


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
