"""Schedules, holidays, and which schedule a ticket had from when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal

from csprotocol.adapters._cells import shown_id
from csprotocol.adapters._read import Outcome, RefusedError
from csprotocol.adapters._zendesk_tables import Extract, ExtractRow
from csprotocol.adapters._zendesk_tickets import Drafts
from csprotocol.calendar import BusinessCalendar, BusinessHours, CalendarHistory
from csprotocol.calendar.forms import zendesk as form
from csprotocol.errors import CsprotocolError

__all__ = ["CalendarRule", "WithoutSchedule", "calendars", "schedules"]

CalendarRule = Literal["piecewise", "latest"]
WithoutSchedule = Literal["none", "only_schedule"]


class _Schedule:
    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.intervals: dict[tuple[int, int], int] = {}
        self.lines: list[int] = []
        self.holidays: dict[tuple[str, date, date], int] = {}
        self.holiday_lines: list[int] = []


def schedules(extract: Extract, drafts: Drafts) -> Mapping[str, BusinessHours]:
    """Every schedule of the account by its id; one whose rows make no sense is rejected with all its rows."""
    found: dict[str, _Schedule] = {}

    def take(row: ExtractRow) -> Outcome:
        schedule_id = row.due("id", row.id("id"))
        start, end = (row.due(column, row.count(column)) for column in ("start_time", "end_time"))
        zone = row.due("time_zone", row.text("time_zone"))
        schedule = found.setdefault(schedule_id, _Schedule(zone))
        if zone != schedule.zone:
            raise RefusedError("two-zones", "the schedule has another zone in an earlier row", column="time_zone")
        if (start, end) in schedule.intervals:
            return Outcome.DUPLICATE
        schedule.intervals[start, end] = row.line
        schedule.lines.append(row.line)
        return Outcome.LATER

    def take_holiday(row: ExtractRow) -> Outcome:
        schedule_id = row.due("schedule_id", row.id("schedule_id"))
        first, last = (row.due(column, row.day(column)) for column in ("start_date", "end_date"))
        if last < first:
            raise RefusedError("reversed-holiday", "ends before it starts", column=row.name("end_date"))
        if _is_too_long(first, last):
            raise RefusedError("long-holiday", "is longer than two years", column=row.name("end_date"))
        if schedule_id not in found:
            drafts.orphan("schedule_holiday")
            raise RefusedError("orphan", f"its schedule is not in {extract.file('schedule')}", column="schedule_id")
        holiday = (row.text("name") or "", first, last)
        if holiday in found[schedule_id].holidays:
            return Outcome.DUPLICATE
        found[schedule_id].holidays[holiday] = row.line
        found[schedule_id].holiday_lines.append(row.line)
        return Outcome.LATER

    extract.each("schedule", take)
    extract.each("schedule_holiday", take_holiday)
    return _built(extract, found)


def _built(extract: Extract, found: Mapping[str, _Schedule]) -> Mapping[str, BusinessHours]:
    """The hours of the schedules that make sense; the rows of all are counted."""
    built: dict[str, BusinessHours] = {}
    for schedule_id, schedule in found.items():
        verdict: Outcome | RefusedError = Outcome.USED
        hours = _hours(schedule)
        if isinstance(hours, RefusedError):
            verdict = hours
        else:
            built[schedule_id] = hours
        for table, lines in (("schedule", schedule.lines), ("schedule_holiday", schedule.holiday_lines)):
            for line in lines:
                extract.settle(table, line, verdict)
    return built


def _is_too_long(first: date, last: date) -> bool:
    """Whether no schedule can have such a holiday; it costs itself only, not the hours of the schedule."""
    try:
        form.business_hours((), "UTC", holidays=[("", first, last)])
    except CsprotocolError:
        return True
    return False


def _hours(schedule: _Schedule) -> BusinessHours | RefusedError:
    """The hours of a schedule, or why there are none."""
    try:
        zone = form.iana_zone(schedule.zone)
    except CsprotocolError:
        # The text is not repeated: in a wrong column it may be anything.
        return RefusedError("schedule", "the schedule cannot be: its zone is neither a Rails name nor an IANA name")
    try:
        return form.business_hours(sorted(schedule.intervals), zone, holidays=sorted(schedule.holidays))
    except CsprotocolError as failure:
        return RefusedError("schedule", f"the schedule cannot be: {str(failure)[:200]}")


def calendars(
    extract: Extract,
    drafts: Drafts,
    hours: Mapping[str, BusinessHours],
    *,
    rule: CalendarRule,
    without_schedule: WithoutSchedule,
) -> Mapping[str, CalendarHistory]:
    """Which calendars each ticket had, in the order in which it got them."""
    compiled = {schedule_id: BusinessCalendar(document) for schedule_id, document in hours.items()}
    given: dict[str, dict[tuple[datetime, str], None]] = {}

    def take(row: ExtractRow) -> Outcome:
        draft = drafts.of(row, "ticket_schedule")
        schedule_id = row.due("schedule_id", row.id("schedule_id"))
        at = row.due("created_at", row.stamp("created_at"))
        if draft is None:
            return Outcome.LEFT_OUT
        if schedule_id not in compiled:
            raise RefusedError(
                "unknown-schedule",
                f"its schedule is not in {extract.file('schedule')}, or was rejected there",
                column=row.name("schedule_id"),
                ticket_id=shown_id(draft.id),
            )
        entries = given.setdefault(draft.id, {})
        if (at, schedule_id) in entries:
            return Outcome.DUPLICATE
        entries[at, schedule_id] = None
        return Outcome.USED

    extract.each("ticket_schedule", take)
    histories = {
        ticket_id: CalendarHistory(_entries(entries, compiled), rule=rule) for ticket_id, entries in given.items()
    }
    if without_schedule == "only_schedule" and len(compiled) == 1:
        only = next(iter(compiled.values()))
        for draft in drafts.by_id.values():
            histories.setdefault(draft.id, CalendarHistory([(draft.created_at, only)], rule=rule))
    return histories


def _entries(
    given: Iterable[tuple[datetime, str]], compiled: Mapping[str, BusinessCalendar]
) -> list[tuple[datetime, BusinessCalendar]]:
    return [(at, compiled[schedule_id]) for at, schedule_id in sorted(given, key=lambda entry: entry[0])]
