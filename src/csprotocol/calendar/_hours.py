"""The document in which a shop writes when it works."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

from csprotocol import _parse
from csprotocol.calendar._holidays import Holiday, PublicHolidays, require_date, require_text
from csprotocol.calendar._recurring import RecurringException
from csprotocol.calendar._text import WEEKDAYS, format_weekly, parse_weekly
from csprotocol.calendar._wall import Hours, day_hours, frozen_hours, hour_pairs
from csprotocol.errors import InvalidScheduleError, one_of
from csprotocol.model import FrozenDict

__all__ = ["BusinessHours", "Season", "SpecialHours", "Weekday", "Weekly"]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Weekly = Mapping[Weekday, tuple[Hours, ...]]

T = TypeVar("T")

# What these mean depends on the machine, or is nothing.
_MACHINE_ZONES: Final = ("localtime", "posixrules", "factory")
_MACHINE_FOLDERS: Final = ("posix/", "right/")
_SEASON_END: Final = re.compile(r"(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}")
# In a document a date is written YYYY-MM-DD, and nothing else is one.
_Date = Annotated[date, _parse.ISO_DATE]

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
        for text, place in ((self.from_, "from"), (self.to, "to"), (self.name, "name")):
            require_text(text, f"seasons.{place}")
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
    """The hours of one date (none: closed) with a name that shows up in explanations.

    Without a name they say no more than the plain hours; ``BusinessHours`` keeps those instead.

    >>> BusinessHours(tz="UTC", special={date(2026, 12, 24): SpecialHours([["09:00", "13:00"]])}).special
    {datetime.date(2026, 12, 24): (('09:00', '13:00'),)}
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    hours: tuple[Hours, ...] = ()
    name: str = ""

    def __post_init__(self) -> None:
        require_text(self.name, "special.name")
        # Whether the hours make sense is judged where their date is known.
        object.__setattr__(self, "hours", hour_pairs(self.hours, "special.hours"))


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When a shop, a team or a channel works.

    ``weekly`` gives the hours by weekday, as a mapping or as text; ``breaks`` are taken out of weekly and seasonal
    hours; the first of ``seasons`` that covers a date replaces its weekly hours. Exceptions win over all of that:
    ``special`` dates over ``recurring`` ones (of two rules on one date the first) over ``holidays``. A closing time
    that is not later than its opening time belongs to the next day; the whole shift belongs to the day on which it
    starts.

    ``closure`` says what closed means for a night shift: ``calendar_day`` closes the local date from 00:00 to
    24:00, ``shift`` drops the shifts that start on it.

    >>> hours = BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-14:00,16:00-19:00; sat 10:00-14:00")
    >>> hours.weekly["sat"]
    (('10:00', '14:00'),)
    >>> BusinessHours.from_dict(hours.to_dict()) == hours
    True

    Raises:
        InvalidScheduleError: an unknown zone, an overlap inside a day, an empty interval, a text that is no hour, a
            value of the wrong kind; the message names the place.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    tz: str
    weekly: Weekly | str = field(default_factory=FrozenDict)
    breaks: Weekly | str = field(default_factory=FrozenDict)
    seasons: tuple[Season, ...] = ()
    special: Mapping[_Date, tuple[Hours, ...] | SpecialHours] = field(default_factory=FrozenDict)
    holidays: tuple[_Date | Holiday | PublicHolidays, ...] | PublicHolidays | Mapping[_Date, str] = ()
    recurring: tuple[RecurringException, ...] = ()
    closure: Literal["calendar_day", "shift"] = "calendar_day"

    def __post_init__(self) -> None:
        require_text(self.tz, "tz")
        zone(self.tz)
        if self.closure not in ("calendar_day", "shift"):
            known = one_of(("calendar_day", "shift"), found=self.closure)
            raise InvalidScheduleError.at("closure", f"{self.closure!r} is unknown; {known}")
        set_field = object.__setattr__
        set_field(self, "weekly", _weekly(self.weekly, "weekly"))
        set_field(self, "breaks", _weekly(self.breaks, "breaks"))
        set_field(self, "seasons", tuple(_all_of(Season, self.seasons, "seasons")))
        set_field(self, "recurring", tuple(_all_of(RecurringException, self.recurring, "recurring")))
        set_field(self, "special", FrozenDict(_special(self.special)))
        set_field(self, "holidays", tuple(_holidays(self.holidays)))

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """Hours from a mapping as a TOML, JSON or YAML file holds it; a misspelt key is an error."""
        return _parse.parse(cls, mapping, error=InvalidScheduleError)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Hours from a TOML, JSON or (extra ``[yaml]``) YAML file."""
        return cls.from_dict(_parse.read_document(path, error=InvalidScheduleError))

    def to_dict(self) -> dict[str, Any]:
        """Plain data that :meth:`from_dict` reads back to an equal value."""
        return _parse.dump(self)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema of the document."""
        return _parse.json_schema(cls)

    def __str__(self) -> str:
        return f"{format_weekly(self.weekly)} ({self.tz})"  # type: ignore[arg-type]  # text became a mapping at birth


def zone(name: str) -> ZoneInfo:
    """The time zone ``name``.

    Raises:
        InvalidScheduleError: there is no such zone, or it means something else on each machine; the message names
            the nearest.
    """
    try:
        found = ZoneInfo(name)
    except (LookupError, ValueError, OSError, TypeError):
        from zoneinfo import available_timezones

        near = one_of(sorted(available_timezones()), found=name).partition("possible:")[0]
        hint = near or "write an IANA name such as Europe/Madrid"
        raise InvalidScheduleError.at("tz", f"{name!r} is no time zone; {hint.strip()}") from None
    if name.casefold() in _MACHINE_ZONES or name.casefold().startswith(_MACHINE_FOLDERS):
        raise InvalidScheduleError.at(
            "tz", f"{name!r} is another zone on each machine; write an IANA name such as Europe/Madrid"
        )
    return found


@lru_cache(maxsize=256)
def _season_end(text: str, place: str) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in text.split("-")) if _SEASON_END.fullmatch(text) else ()
    try:
        # A leap year, so that 02-29 can bound a season.
        date(*(numbers if len(numbers) == 3 else (2000, *numbers)))
    except (ValueError, TypeError):
        raise InvalidScheduleError.at(place, f"{text!r} is no date; write MM-DD or YYYY-MM-DD") from None
    return numbers


def _weekly(weekly: object, place: str) -> FrozenDict[str, tuple[Hours, ...]]:
    if isinstance(weekly, str):
        hours: Mapping[str, object] = parse_weekly(weekly, place)
    elif isinstance(weekly, Mapping):
        hours = {str(day): on for day, on in weekly.items()}
    else:
        raise InvalidScheduleError.at(place, f"must be a text or a mapping of weekdays, got {weekly!r}")
    for day in hours:
        if day not in WEEKDAYS:
            raise InvalidScheduleError.at(f"{place}.{day}", f"is no weekday; {one_of(WEEKDAYS, found=day)}")
    frozen = {day: frozen_hours(hours[day], f"{place}.{day}") for day in WEEKDAYS if day in hours}
    return FrozenDict({day: on for day, on in frozen.items() if on})


def _special(special: object) -> Iterator[tuple[date, tuple[Hours, ...] | SpecialHours]]:
    if not isinstance(special, Mapping):
        raise InvalidScheduleError.at("special", f"must be a mapping of dates, got {special!r}")
    for day, value in special.items():
        place = f"special.{day}"
        require_date(day, place)
        if isinstance(value, SpecialHours):
            day_hours(value.hours, place)
            yield day, value if value.name else value.hours
        else:
            yield day, frozen_hours(value, place)


def _holidays(holidays: object) -> Iterator[Holiday | PublicHolidays]:
    """One spelling for the many ways to list them."""
    if isinstance(holidays, PublicHolidays):
        yield holidays
    elif isinstance(holidays, Mapping):
        for day, name in holidays.items():
            require_date(day, f"holidays.{day}")
            require_text(name, f"holidays.{day}")
            yield Holiday(day, name)
    else:
        for i, item in enumerate(_listed(holidays, "holidays")):
            if isinstance(item, Holiday | PublicHolidays):
                yield item
            else:
                require_date(item, f"holidays[{i}]")
                yield Holiday(item)


def _all_of(kind: type[T], found: object, place: str) -> Iterator[T]:
    for i, item in enumerate(_listed(found, place)):
        if not isinstance(item, kind):
            raise InvalidScheduleError.at(f"{place}[{i}]", f"must be a {kind.__name__}, got {item!r}")
        yield item


def _listed(found: object, place: str) -> Iterable[Any]:
    if isinstance(found, str | bytes | Mapping) or not isinstance(found, Iterable):
        raise InvalidScheduleError.at(place, f"must be a list, got {found!r}")
    return found
