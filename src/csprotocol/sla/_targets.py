"""How much time a promise allows: open time, business days, or an instant."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from csprotocol.calendar import BusinessCalendar, first_instant
from csprotocol.errors import AmbiguousTargetError, InvalidValueError
from csprotocol.model import require_aware

__all__ = [
    "BusinessDays",
    "DueAt",
    "EndOfBusinessDay",
    "NextBusinessDayAt",
    "OpenTime",
    "Roll",
    "Target",
    "hours",
    "minutes",
    "read_target",
]

_MOST_DAYS: Final = 3_660
_LONGEST: Final = timedelta(days=36_500)
_MICRO: Final = timedelta(microseconds=1)
_ROLLS: Final = ", next opening"


class Roll(StrEnum):
    """Where a due date goes that falls where nobody works, or within a day."""

    NONE = "none"
    END_OF_DAY = "end_of_day"
    NEXT_OPEN = "next_open"


@dataclass(frozen=True, slots=True)
class OpenTime:
    """So much time in which the calendar is open and the clock runs.

    >>> str(OpenTime(timedelta(hours=4, minutes=30)))
    '4h 30m'
    """

    time: timedelta

    def __post_init__(self) -> None:
        found: object = self.time
        if not isinstance(found, timedelta) or not timedelta(0) < found <= _LONGEST:
            raise InvalidValueError.of("target", self.time, expected="a timedelta above 0, of at most 100 years")

    def __str__(self) -> str:
        whole, micro = divmod(self.time, timedelta(seconds=1))
        hours_, minutes_ = str(whole // 3600), str(whole // 60 % 60)
        rest = f"{whole % 60}.{micro.microseconds:06}".rstrip("0").rstrip(".") if micro else str(whole % 60)
        return " ".join(
            f"{part}{unit}" for part, unit in zip((hours_, minutes_, rest), "hms", strict=True) if part != "0"
        )


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """The same wall time on the ``days``-th business day after the start, or that day's closing.

    >>> str(BusinessDays(2, Roll.END_OF_DAY))
    '2 business days, end of day'
    """

    days: int
    roll: Roll = Roll.NONE

    def __post_init__(self) -> None:
        _require_days(self.days, least=1)
        if self.roll not in {Roll.NONE, Roll.END_OF_DAY}:
            raise InvalidValueError.unknown("BusinessDays.roll", self.roll, (Roll.NONE, Roll.END_OF_DAY))
        object.__setattr__(self, "roll", Roll(self.roll))

    def due(self, start: datetime, calendar: BusinessCalendar) -> datetime:
        """When it is due that began at ``start``."""
        if self.roll is Roll.END_OF_DAY:
            return _closing(start, self.days, calendar)
        return calendar.add_days(start, self.days)

    def __str__(self) -> str:
        unit = "business day" if self.days == 1 else "business days"
        return f"{self.days} {unit}{', end of day' if self.roll is Roll.END_OF_DAY else ''}"


@dataclass(frozen=True, slots=True)
class EndOfBusinessDay:
    """The closing of the start's own business day (``days`` 0), or of the ``days``-th business day after it.

    It is that of :meth:`BusinessCalendar.closing_of`: a night shift belongs to the date on which it starts. A start on
    a day off, or after the closing, has no business day of its own: 0 is then the next one's closing.

    >>> str(EndOfBusinessDay(1))
    'end of business day +1'
    """

    days: int = 0

    def __post_init__(self) -> None:
        _require_days(self.days, least=0)

    def due(self, start: datetime, calendar: BusinessCalendar) -> datetime:
        """When it is due that began at ``start``."""
        return _closing(start, self.days, calendar)

    def __str__(self) -> str:
        return f"end of business day +{self.days}" if self.days else "end of business day"


@dataclass(frozen=True, slots=True)
class NextBusinessDayAt:
    """A wall time of the calendar's zone on the next business day.

    >>> str(NextBusinessDayAt(time(16)))
    'next business day at 16:00'
    """

    at: time

    def __post_init__(self) -> None:
        found: object = self.at
        if not isinstance(found, time) or found.tzinfo is not None or found.microsecond:
            raise InvalidValueError.of(
                "NextBusinessDayAt.at", self.at, expected="a wall time in whole seconds without a zone"
            )

    def due(self, start: datetime, calendar: BusinessCalendar) -> datetime:
        """When it is due that began at ``start``."""
        wall = datetime.combine(_business_day(start, 1, calendar), self.at)
        return first_instant(calendar.tz, wall).astimezone(start.tzinfo)

    def __str__(self) -> str:
        return f"next business day at {self.at.isoformat('seconds' if self.at.second else 'minutes')}"


@dataclass(frozen=True, slots=True)
class DueAt:
    """A fixed instant, as a customer was told it; with ``roll`` moved to the next opening when it is closed then.

    >>> str(DueAt(datetime(2026, 11, 23, 16, tzinfo=UTC)))
    '2026-11-23T16:00:00+00:00'
    """

    at: datetime
    roll: Roll = Roll.NONE

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", require_aware("DueAt.at", self.at).astimezone(UTC))
        if self.roll not in {Roll.NONE, Roll.NEXT_OPEN}:
            raise InvalidValueError.unknown("DueAt.roll", self.roll, (Roll.NONE, Roll.NEXT_OPEN))
        object.__setattr__(self, "roll", Roll(self.roll))

    def due(self, start: datetime, calendar: BusinessCalendar) -> datetime:  # noqa: ARG002  # as the others
        """When it is due; the start does not matter."""
        return calendar.next_open(self.at) if self.roll is Roll.NEXT_OPEN else self.at

    def __str__(self) -> str:
        return self.at.isoformat() + (_ROLLS if self.roll is Roll.NEXT_OPEN else "")


Target = OpenTime | BusinessDays | EndOfBusinessDay | NextBusinessDayAt | DueAt


def hours(number: int) -> OpenTime:
    """So many hours of open time.

    >>> str(hours(4))
    '4h'
    """
    return OpenTime(_amount("hours", number))


def minutes(number: int) -> OpenTime:
    """So many minutes of open time.

    >>> str(minutes(90))
    '1h 30m'
    """
    return OpenTime(_amount("minutes", number))


def _amount(unit: str, number: object) -> timedelta:
    if isinstance(number, int) and not isinstance(number, bool):
        with suppress(OverflowError):
            return timedelta(**{unit: number})
    raise InvalidValueError.of(unit, number, expected="a whole number, of at most 100 years")


_AMOUNT = re.compile(
    r"(?:(\d{1,6}) ?h(?:ours?)?)? ?(?:(\d{1,6}) ?m(?:in|inutes?)?)? ?(?:(\d{1,8}(?:\.\d{1,6})?) ?s(?:ec|econds?)?)?"
)
_DAYS = re.compile(r"(\d{1,4}) business days?(, end of day)?")
_END = re.compile(r"end of business day(?: ?\+ ?(\d{1,4}))?")
_NEXT = re.compile(r"next business day at (\d{2}:\d{2}(?::\d{2})?)")
_BARE = re.compile(r"(\d{1,4}) ?(d|days?|working days?|weeks?)")


def read_target(said: object) -> Target:
    """The target that a document writes: ``"4h 30m"``, ``"2 business days"``, ``"end of business day +1"`` ...

    Also ``"2 business days, end of day"``, ``"next business day at 16:00"``, and an instant with its zone, perhaps
    with ``", next opening"``. What is written is what the target itself says as a text.

    >>> read_target("90m"), read_target("next business day at 16:00").at.hour
    (OpenTime(time=datetime.timedelta(seconds=5400)), 16)

    Raises:
        AmbiguousTargetError: a bare ``"1 day"``, which may be 24 hours or a business day.
        InvalidValueError: anything else that is no target.
    """
    if isinstance(said, OpenTime | BusinessDays | EndOfBusinessDay | NextBusinessDayAt | DueAt):
        return said
    if isinstance(said, timedelta):
        return OpenTime(said)
    if isinstance(said, datetime):
        return DueAt(said)
    if not isinstance(said, str):
        raise InvalidValueError.of("target", said, expected=_EXPECTED)
    text = " ".join(said.lower().split())
    if found := _BARE.fullmatch(text):
        raise AmbiguousTargetError.bare_days(said, int(found[1]))
    if text and (found := _AMOUNT.fullmatch(text)):
        h, m = (int(part or 0) for part in found.groups()[:2])
        return OpenTime(timedelta(hours=h, minutes=m) + int(Fraction(found[3] or 0) * 1_000_000) * _MICRO)
    if found := _DAYS.fullmatch(text):
        return BusinessDays(int(found[1]), Roll.END_OF_DAY if found[2] else Roll.NONE)
    if found := _END.fullmatch(text):
        return EndOfBusinessDay(int(found[1] or 0))
    try:
        if found := _NEXT.fullmatch(text):
            return NextBusinessDayAt(time.fromisoformat(found[1]))
        instant, rolls = text.removesuffix(_ROLLS), text.endswith(_ROLLS)
        return DueAt(datetime.fromisoformat(instant.upper()), Roll.NEXT_OPEN if rolls else Roll.NONE)
    except ValueError as failure:
        if isinstance(failure, InvalidValueError):
            raise
        raise InvalidValueError.of("target", said, expected=_EXPECTED) from None


_EXPECTED: Final = (
    "'4h 30m', '2 business days', '2 business days, end of day', 'end of business day +1', "
    "'next business day at 16:00' or an instant with its zone"
)


def _business_day(start: datetime, days: int, calendar: BusinessCalendar) -> date:
    """The date of the ``days``-th business day after that of ``start``; of 0 its own, or the next one."""
    midnight = first_instant(calendar.tz, datetime.combine(start.astimezone(calendar.tz).date(), time()))
    return calendar.add_days(midnight, days).astimezone(calendar.tz).date()


def _closing(start: datetime, days: int, calendar: BusinessCalendar) -> datetime:
    """The last closing of that business day; of today's, when it is past already, the next one's."""
    found = calendar.closing_of(_business_day(start, days, calendar))
    # In UTC: aware datetimes of one zone compare by their wall clocks, wrong in the hour that comes twice.
    if found is None or found.astimezone(UTC) <= start.astimezone(UTC):
        found = calendar.closing_of(_business_day(start, days + 1, calendar))
    assert found is not None  # noqa: S101  # it is asked of business days only
    return found.astimezone(start.tzinfo)


def _require_days(days: object, *, least: int) -> None:
    if type(days) is not int or not least <= days <= _MOST_DAYS:
        raise InvalidValueError.of("business days", days, expected=f"{least} to {_MOST_DAYS}")
