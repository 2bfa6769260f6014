"""Business time: when a shop is open, how much open time lies between two instants, and when a deadline falls."""

from __future__ import annotations

from csprotocol.calendar._calendar import BusinessCalendar
from csprotocol.calendar._compile import first_instant
from csprotocol.calendar._day_table import DayTable
from csprotocol.calendar._expand import Reason
from csprotocol.calendar._explain import Explanation, ReasonedSpan
from csprotocol.calendar._history import CalendarHistory
from csprotocol.calendar._holidays import Holiday, HolidaySource, PublicHolidays
from csprotocol.calendar._hours import BusinessHours, Season, SpecialHours
from csprotocol.calendar._phrase import format_open_time
from csprotocol.calendar._recurring import RecurringException
from csprotocol.calendar._text import format_weekly, parse_weekly

__all__ = [
    "BusinessCalendar",
    "BusinessHours",
    "CalendarHistory",
    "DayTable",
    "Explanation",
    "Holiday",
    "HolidaySource",
    "PublicHolidays",
    "Reason",
    "ReasonedSpan",
    "RecurringException",
    "Season",
    "SpecialHours",
    "first_instant",
    "format_open_time",
    "format_weekly",
    "parse_weekly",
]
