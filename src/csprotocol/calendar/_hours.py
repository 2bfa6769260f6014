"""The document in which a shop writes when it works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from csprotocol.calendar._holidays import Holiday, PublicHolidays
from csprotocol.calendar._recurring import RecurringException
from csprotocol.calendar._text import WEEKDAYS, format_weekly, parse_weekly
from csprotocol.calendar._wall import Hours, day_hours
from csprotocol.errors import InvalidScheduleError, one_of
from csprotocol.model import FrozenDict

__all__ = ["BusinessHours", "Season", "SpecialHours", "Weekday", "Weekly"]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Weekly = Mapping[Weekday, tuple[Hours, ...]]

# Python's `from` and `class` cannot be field names; in a document they can.
_ALIASES: dict[str, Any] = {"extra": "forbid", "alias_generator": lambda name: name.rstrip("_")}


@dataclass(frozen=True, slots=True)
class Season:
    """Weekly hours of a part of the year, both ends included.

    ``from_`` and ``to`` are ``MM-DD`` (every year; may run over New Year) or ``YYYY-MM-DD`` (once).

    >>> Season("12-20", "01-06", "mon-fri 10:00-14:00").covers(date(2027, 1, 3))
    True
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _ALIASES

    from_: str
    to: str
    weekly: Weekly | str
    name: str = ""

    def __post_init__(self) -> None:
        first, last = _season_end(self.from_, "seasons.from"), _season_end(self.to, "seasons.to")
        if len(first) != len(last):
            raise InvalidScheduleError.at(
                "seasons", f"{self.from_} and {self.to} must be of one form, MM-DD or YYYY-MM-DD"
            )
        if len(first) == 3 and last < first:
            raise InvalidScheduleError.at("seasons", f"{self.to} lies before {self.from_}; swap the two")
        object.__setattr__(self, "weekly", _weekly(self.weekly, "seasons.weekly"))

    @property
    def is_dated(self) -> bool:
        """Whether it happens once, in the years that it names."""
        return len(self.from_) > len("MM-DD")

    def covers(self, day: date) -> bool:
        """Whether ``day`` lies in the season."""
        first, last = _season_end(self.from_, "seasons.from"), _season_end(self.to, "seasons.to")
        at = (day.year, day.month, day.day)[-len(first) :]
        return first <= at <= last if first <= last else at >= first or at <= last


@dataclass(frozen=True, slots=True)
class SpecialHours:
    """The hours of one date (none: closed) with a name that shows up in explanations."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    hours: tuple[Hours, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When a shop, a team or a channel works.

    ``weekly`` gives the hours by weekday, as a mapping or as text; ``breaks`` are taken out of weekly and seasonal
    hours; the first of ``seasons`` that covers a date replaces its weekly hours. Exceptions win over all of that:
    ``special`` dates over ``recurring`` ones over ``holidays``. A closing time that is not later than its opening
    time belongs to the next day; the whole shift belongs to the day on which it starts.

    ``closure`` says what closed means for a night shift: ``calendar_day`` closes the local date from 00:00 to
    24:00, ``shift`` drops the shifts that start on it.

    >>> hours = BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-14:00,16:00-19:00; sat 10:00-14:00")
    >>> hours.weekly["sat"]
    (('10:00', '14:00'),)
    >>> BusinessHours.from_dict(hours.to_dict()) == hours
    True

    Raises:
        InvalidScheduleError: an unknown zone, an overlap inside a day, an empty interval, a text that is no hour.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    tz: str
    weekly: Weekly | str = field(default_factory=FrozenDict)
    breaks: Weekly | str = field(default_factory=FrozenDict)
    seasons: tuple[Season, ...] = ()
    special: Mapping[date, tuple[Hours, ...] | SpecialHours] = field(default_factory=FrozenDict)
    holidays: tuple[date | Holiday | PublicHolidays, ...] | PublicHolidays | Mapping[date, str] = ()
    recurring: tuple[RecurringException, ...] = ()
    closure: Literal["calendar_day", "shift"] = "calendar_day"

    def __post_init__(self) -> None:
        zone(self.tz)
        if self.closure not in ("calendar_day", "shift"):
            known = one_of(("calendar_day", "shift"), found=self.closure)
            raise InvalidScheduleError.at("closure", f"{self.closure!r} is unknown; {known}")
        set_field = object.__setattr__
        set_field(self, "weekly", _weekly(self.weekly, "weekly"))
        set_field(self, "breaks", _weekly(self.breaks, "breaks"))
        set_field(self, "seasons", tuple(self.seasons))
        set_field(self, "recurring", tuple(self.recurring))
        set_field(self, "special", FrozenDict(_special(self.special)))
        set_field(self, "holidays", tuple(_holidays(self.holidays)))

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """Hours from a mapping as a TOML, JSON or YAML file holds it; a misspelt key is an error."""
        from csprotocol import _parse

        return _parse.parse(cls, mapping, error=InvalidScheduleError)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Hours from a TOML, JSON or (extra ``[yaml]``) YAML file."""
        from csprotocol import _parse

        return cls.from_dict(_parse.read_document(path, error=InvalidScheduleError))

    def to_dict(self) -> dict[str, Any]:
        """Plain data that :meth:`from_dict` reads back to an equal value."""
        from csprotocol import _parse

        return _parse.dump(self)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema of the document."""
        from csprotocol import _parse

        return _parse.json_schema(cls)

    def __str__(self) -> str:
        return f"{format_weekly(self.weekly)} ({self.tz})"  # type: ignore[arg-type]  # text became a mapping at birth


def zone(name: str) -> ZoneInfo:
    """The time zone ``name``.

    Raises:
        InvalidScheduleError: there is no such zone; the message names the nearest.
    """
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError, TypeError):
        from zoneinfo import available_timezones

        near = one_of(sorted(available_timezones()), found=name).partition("possible:")[0]
        hint = near or "write an IANA name such as Europe/Madrid"
        raise InvalidScheduleError.at("tz", f"{name!r} is no time zone; {hint.strip()}") from None


@lru_cache(maxsize=256)
def _season_end(text: str, place: str) -> tuple[int, ...]:
    parts = text.split("-")
    try:
        numbers = tuple(int(part) for part in parts)
        # A leap year, so that 02-29 can bound a season.
        date.fromisoformat(text if len(parts) == 3 else f"2000-{text}")
    except ValueError:
        raise InvalidScheduleError.at(place, f"{text!r} is no date; write MM-DD or YYYY-MM-DD") from None
    return numbers


def _weekly(weekly: Weekly | str, place: str) -> FrozenDict[str, tuple[Hours, ...]]:
    hours: Mapping[str, tuple[Hours, ...]] = (
        parse_weekly(weekly, place) if isinstance(weekly, str) else {str(day): on for day, on in weekly.items()}
    )
    for day in hours:
        if day not in WEEKDAYS:
            raise InvalidScheduleError.at(f"{place}.{day}", f"is no weekday; {one_of(WEEKDAYS, found=day)}")
    frozen = {day: _frozen(hours[day]) for day in WEEKDAYS if hours.get(day)}
    for day, on in frozen.items():
        day_hours(on, f"{place}.{day}")
    return FrozenDict(frozen)


def _special(
    special: Mapping[date, tuple[Hours, ...] | SpecialHours],
) -> Iterator[tuple[date, tuple[Hours, ...] | SpecialHours]]:
    for day, value in special.items():
        hours = value.hours if isinstance(value, SpecialHours) else value
        day_hours(hours, f"special.{day}")
        yield day, value if isinstance(value, SpecialHours) else _frozen(hours)


def _holidays(
    holidays: tuple[date | Holiday | PublicHolidays, ...] | PublicHolidays | Mapping[date, str],
) -> Iterator[Holiday | PublicHolidays]:
    """One spelling for the many ways to list them."""
    if isinstance(holidays, PublicHolidays):
        yield holidays
    elif isinstance(holidays, Mapping):
        yield from (Holiday(day, name) for day, name in holidays.items())
    else:
        yield from (Holiday(item) if isinstance(item, date) else item for item in holidays)


def _frozen(hours: tuple[Hours, ...]) -> tuple[Hours, ...]:
    return tuple((opens, closes) for opens, closes in hours)
