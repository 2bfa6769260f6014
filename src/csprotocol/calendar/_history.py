"""The calendars that were in force one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from csprotocol.calendar._calendar import BusinessCalendar
from csprotocol.errors import InvalidValueError, one_of
from csprotocol.model import require_aware

__all__ = ["CalendarHistory"]


@dataclass(frozen=True, slots=True)
class CalendarHistory:
    """Which calendar was in force from when; the first one also before its start.

    ``rule`` says how open time is counted across a change: ``piecewise``, each stretch by the calendar that was in
    force in it, or ``latest``, all of it by the last one (Zendesk's own rule).

    Raises:
        InvalidValueError: no entry, or an unknown rule.
        NaiveDatetimeError: an entry without a time zone.
    """

    entries: tuple[tuple[datetime, BusinessCalendar], ...]
    rule: Literal["piecewise", "latest"] = "piecewise"

    def __init__(
        self,
        entries: Iterable[tuple[datetime, BusinessCalendar]],
        rule: Literal["piecewise", "latest"] = "piecewise",
    ) -> None:
        # In UTC: aware datetimes of one zone compare by their wall clocks, wrong in the hour that comes twice.
        in_utc = ((require_aware("CalendarHistory entry", at).astimezone(UTC), each) for at, each in entries)
        kept = tuple(sorted(in_utc, key=lambda entry: entry[0]))
        if not kept:
            raise InvalidValueError.of("CalendarHistory.entries", kept, expected="at least one calendar")
        if rule not in ("piecewise", "latest"):
            raise InvalidValueError.of(
                "CalendarHistory.rule", rule, expected="piecewise or latest", hint=one_of(("piecewise", "latest"))
            )
        object.__setattr__(self, "entries", kept)
        object.__setattr__(self, "rule", rule)

    def at(self, instant: datetime) -> BusinessCalendar:
        """The calendar in force at ``instant``."""
        require_aware("instant", instant)
        found = self.entries[0][1]
        for start, calendar in self.entries:
            if start > instant:
                break
            found = calendar
        return found

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Open time from ``start`` to ``end`` by the rule; negative when ``end`` lies before ``start``."""
        if self.rule == "latest" or len(self.entries) == 1:
            return self.entries[-1][1].between(start, end)
        start = require_aware("start", start).astimezone(UTC)
        end = require_aware("end", end).astimezone(UTC)
        if end < start:
            return -self.between(end, start)
        total, at = timedelta(0), start
        for (_, calendar), (change, _) in zip(self.entries, self.entries[1:], strict=False):
            until = min(max(change, at), end)
            total += calendar.between(at, until)
            at = until
        return total + self.entries[-1][1].between(at, end)
