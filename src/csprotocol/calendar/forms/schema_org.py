"""schema.org ``openingHoursSpecification``, as JSON-LD of web pages holds it.

Sources: schema.org/OpeningHoursSpecification; Google Search Central, LocalBusiness markup; both read 2026-11-21.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from csprotocol.calendar._holidays import PublicHolidays
from csprotocol.calendar._hours import BusinessHours, Season, SpecialHours, Weekly
from csprotocol.calendar._text import WEEKDAYS
from csprotocol.calendar._wall import Hours
from csprotocol.calendar.forms._loss import Exported, Loss, LossWarning
from csprotocol.calendar.forms._week import as_mapping, holiday_sources, open_week, weekly_from
from csprotocol.errors import InvalidScheduleError, one_of
from csprotocol.model import FrozenDict

__all__ = ["from_specifications", "to_specifications"]

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PUBLIC_HOLIDAYS: Final = "PublicHolidays"
_NAME: Final = re.compile(r"(?:https?://schema\.org/|schema:)?([A-Za-z]+)")
_TIME: Final = re.compile(r"(\d{1,2}:\d{2}(?::\d{2})?)(\.\d+)?(Z|[+-]\d{2}:?\d{2})?")
# Google writes the end of the day as 23:59.
_END_OF_DAY: Final = ("23:59", "23:59:59")
_WEEK_DAYS: Final = 7
_YEAR_DAYS: Final = 366

_Dates = tuple[date, date] | None


@dataclass(slots=True)
class _Group:
    """The specifications that hold in one range of dates."""

    place: str
    named_days: bool = False
    name: str = ""
    by_day: dict[str, list[Hours]] = field(default_factory=dict)


def from_specifications(
    specs: Sequence[Mapping[str, Any]] | Mapping[str, Any],
    *,
    tz: str,
    holidays: Mapping[date, str] | Iterable[date] = (),
) -> BusinessHours:
    """Hours from one specification, a list of them, or a whole JSON-LD node (``LocalBusiness``, ``Organization``).

    schema.org knows no time zone: ``tz`` is the shop's. Days may be names, ``schema:Monday`` or full addresses;
    without ``dayOfWeek`` all days are meant. ``closes`` not later than ``opens`` belongs to the next day; both
    00:00, or both absent, is closed; ``closes`` 23:59 or 23:59:59 is read as 24:00, because that is how Google
    writes it. Ranges of dates (``validFrom``, ``validThrough``): up to a week, or up to a year where no day is
    named, they become special dates; longer ones become seasons, in which days that are not named are closed.
    ``PublicHolidays`` becomes special hours on the dates in ``holidays``.

    >>> hours = from_specifications(
    ...     [
    ...         {"dayOfWeek": ["Monday", "https://schema.org/Friday"], "opens": "09:00", "closes": "23:59"},
    ...         {"validFrom": "2026-12-24", "validThrough": "2026-12-24", "opens": "09:00", "closes": "14:00"},
    ...     ],
    ...     tz="Europe/Madrid",
    ... )
    >>> str(hours), hours.special[date(2026, 12, 24)]
    ('mon 09:00-24:00; fri 09:00-24:00 (Europe/Madrid)', (('09:00', '14:00'),))

    Raises:
        InvalidScheduleError: an unknown day, a time with an offset (wall-clock times belong to ``tz``), a missing
            end, hours that overlap; the message names the place.

    Warns:
        LossWarning: ``PublicHolidays`` without ``holidays``.
    """
    groups: dict[_Dates, _Group] = {}
    for place, spec in _specifications(specs):
        _collect(groups, place, spec)
    listed = dict(holidays) if isinstance(holidays, Mapping) else dict.fromkeys(holidays, "")
    closed, holiday_hours = _on_holidays(groups, listed)
    weekly: Weekly = FrozenDict()
    seasons: list[Season] = []
    special: dict[date, tuple[Hours, ...] | SpecialHours] = dict(holiday_hours)
    for valid, group in groups.items():
        if valid is None:
            weekly = _weekly(group)
        elif _is_short(valid, group):
            special.update(_special(valid, group))
        elif group.by_day:
            seasons.append(Season(valid[0].isoformat(), valid[1].isoformat(), _weekly(group), group.name))
    return BusinessHours(tz=tz, weekly=weekly, seasons=tuple(seasons), special=special, holidays=closed)


def to_specifications(hours: BusinessHours) -> Exported[tuple[dict[str, Any], ...]]:
    """Specifications for a JSON-LD node, and what schema.org cannot say.

    Closed dates are written with 00:00 as both ends, the end of the day as 23:59; that is what Google reads.
    Without losses :func:`from_specifications` reads back equal hours, times in their shortest form.

    >>> value, losses = to_specifications(BusinessHours(tz="Europe/Madrid", weekly="mon-tue 09:00-24:00"))
    >>> value[0]["dayOfWeek"], value[0]["opens"], value[0]["closes"], losses
    (['Monday', 'Tuesday'], '09:00', '23:59', ())
    """
    losses: list[Loss] = []
    weekly = hours.weekly
    if hours.breaks:
        losses.append(Loss("breaks", "schema.org knows no breaks; taken out of the hours"))
        weekly = weekly_from(open_week(weekly, hours.breaks), keep_nights=True)
    specs = list(_weekly_specs(as_mapping(weekly), {}, losses, "weekly"))
    specs.extend(_season_specs(hours, losses))
    for day, value in sorted(hours.special.items()):
        on, name = (value.hours, value.name) if isinstance(value, SpecialHours) else (value, "")
        if isinstance(value, SpecialHours) and not name:
            losses.append(Loss(f"special.{day}", "special hours without a name are read back as plain hours"))
        specs.extend(_dated_specs(day, on, name, losses, f"special.{day}"))
    for i, source in enumerate(holiday_sources(hours)):
        if isinstance(source, PublicHolidays):
            losses.append(Loss(f"holidays[{i}]", f"{source.label} is no date; list the dates instead"))
        else:
            losses.append(Loss(f"holidays[{i}]", f"{source.date} is written as a special date without hours"))
            if source.date not in hours.special:
                specs.extend(_dated_specs(source.date, (), source.name, losses, f"holidays[{i}]"))
    for i, rule in enumerate(hours.recurring):
        losses.append(Loss(f"recurring[{i}]", f"schema.org knows no rules; {rule.rrule} left out"))
    if hours.closure != "calendar_day":
        losses.append(Loss("closure", "schema.org does not say what a closed date does to a night shift"))
    return Exported(tuple(specs), tuple(losses))


def _specifications(
    specs: Sequence[Mapping[str, Any]] | Mapping[str, Any],
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(specs, Mapping):
        yield from _rows(specs, "")
        return
    keys = [key for key in ("openingHoursSpecification", "specialOpeningHoursSpecification") if key in specs]
    if keys:
        for key in keys:
            yield from _rows(specs[key], key)
    elif "openingHours" in specs:
        raise InvalidScheduleError.at("openingHours", "is OpenStreetMap text; read it with forms.osm.from_osm")
    else:
        yield "", specs


def _rows(found: object, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    rows = [found] if isinstance(found, Mapping) else found
    if isinstance(rows, str | bytes) or not isinstance(rows, Sequence):
        raise InvalidScheduleError.at(place, f"must be specifications, got {type(found).__name__}")
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InvalidScheduleError.at(f"{place}[{i}]", f"must be a mapping, got {type(row).__name__}")
        yield f"{place}[{i}]", row


def _collect(groups: dict[_Dates, _Group], place: str, spec: Mapping[str, Any]) -> None:
    valid = _valid(spec, place)
    group = groups.setdefault(valid, _Group(place))
    days = list(_named_days(spec.get("dayOfWeek"), f"{place}.dayOfWeek"))
    group.named_days |= bool(days)
    group.name = group.name or str(spec.get("name") or "")
    interval = _interval(spec, place)
    for day in days or WEEKDAYS:
        hours = group.by_day.setdefault(day, [])
        # The same specification twice is common on web pages, and harmless.
        if interval is not None and interval not in hours:
            hours.append(interval)


def _valid(spec: Mapping[str, Any], place: str) -> _Dates:
    first, last = (_date(spec.get(key), f"{place}.{key}") for key in ("validFrom", "validThrough"))
    if first is None and last is None:
        return None
    valid = first or date.min, last or date.max
    if valid[1] < valid[0]:
        raise InvalidScheduleError.at(f"{place}.validThrough", f"{valid[1]} lies before validFrom {valid[0]}")
    return valid


def _date(found: object, place: str) -> date | None:
    if found is None:
        return None
    try:
        # The day that the shop wrote, whatever time or offset stands behind it.
        return date.fromisoformat(str(found)[:10])
    except ValueError:
        raise InvalidScheduleError.at(place, f"must be a date YYYY-MM-DD, got {found!r}") from None


def _named_days(found: object, place: str) -> Iterator[str]:
    if isinstance(found, Mapping):
        found = found.get("@id")
    if found is None:
        return
    if isinstance(found, list | tuple):
        for i, name in enumerate(found):
            yield from _named_days(name, f"{place}[{i}]")
        return
    match = _NAME.fullmatch(found.strip()) if isinstance(found, str) else None
    if match and match[1] == _PUBLIC_HOLIDAYS:
        yield _PUBLIC_HOLIDAYS
    elif match and match[1] in _DAYS:
        yield WEEKDAYS[_DAYS.index(match[1])]
    else:
        raise InvalidScheduleError.at(place, f"{found!r} is no day; {one_of((*_DAYS, _PUBLIC_HOLIDAYS), found=found)}")


def _interval(spec: Mapping[str, Any], place: str) -> Hours | None:
    """Opening and closing time; ``None`` where the specification says closed."""
    opens, closes = (_time(spec.get(key), f"{place}.{key}") for key in ("opens", "closes"))
    if opens is None and closes is None:
        return None
    if opens is None or closes is None:
        missing = "opens" if opens is None else "closes"
        raise InvalidScheduleError.at(f"{place}.{missing}", "is missing; give both ends, or neither for closed")
    if opens == closes == "00:00":
        return None
    return opens, "24:00" if closes in _END_OF_DAY else closes


def _time(found: object, place: str) -> str | None:
    if found is None:
        return None
    match = _TIME.fullmatch(found.strip()) if isinstance(found, str) else None
    if not match or match[2]:
        raise InvalidScheduleError.at(place, f"must be a time HH:MM or HH:MM:SS, got {found!r}")
    if match[3]:
        raise InvalidScheduleError.at(
            place, f"{found!r} carries an offset, which changes with the seasons; write the wall-clock time alone"
        )
    clock = match[1] if match[1][1] != ":" else f"0{match[1]}"
    return clock.removesuffix(":00") if len(clock) > 5 else clock


def _on_holidays(
    groups: Mapping[_Dates, _Group], listed: Mapping[date, str]
) -> tuple[dict[date, str], dict[date, SpecialHours]]:
    """The holidays that are closed and those with hours; takes ``PublicHolidays`` out of the groups."""
    closed: dict[date, str] = {}
    special: dict[date, SpecialHours] = {}
    for valid, group in groups.items():
        hours = group.by_day.pop(_PUBLIC_HOLIDAYS, None)
        if hours is None:
            continue
        if not listed:
            warnings.warn(
                f"{group.place}: hours on public holidays are left out; say which dates they are with holidays=",
                LossWarning,
                stacklevel=3,
            )
        for day, name in listed.items():
            if valid is not None and not valid[0] <= day <= valid[1]:
                continue
            if hours:
                special[day] = SpecialHours(tuple(hours), name)
            else:
                closed[day] = name
    return closed, special


def _special(valid: tuple[date, date], group: _Group) -> Iterator[tuple[date, tuple[Hours, ...] | SpecialHours]]:
    for step in range((valid[1] - valid[0]).days + 1):
        day = valid[0] + timedelta(days=step)
        hours = group.by_day.get(WEEKDAYS[day.weekday()])
        if hours is not None:
            yield day, SpecialHours(tuple(hours), group.name) if group.name else tuple(hours)


def _weekly(group: _Group) -> Weekly:
    return FrozenDict({day: tuple(group.by_day[day]) for day in WEEKDAYS if group.by_day.get(day)})


def _is_short(valid: tuple[date, date], group: _Group) -> bool:
    length_days = (valid[1] - valid[0]).days + 1
    return length_days <= (_WEEK_DAYS if group.named_days else _YEAR_DAYS)


def _weekly_specs(weekly: Weekly, extra: Mapping[str, str], losses: list[Loss], place: str) -> Iterator[dict[str, Any]]:
    # Days are joined only where all their hours are the same, so that the order inside a day survives.
    days_by_hours: dict[tuple[Hours, ...], list[str]] = {}
    for day, hours in weekly.items():
        days_by_hours.setdefault(tuple(hours), []).append(day)
    for hours, days in days_by_hours.items():
        for opens, closes in hours:
            _check_custom(closes, losses, f"{place}.{days[0]}")
            yield _spec([_DAYS[WEEKDAYS.index(day)] for day in days], opens, closes, extra)


def _season_specs(hours: BusinessHours, losses: list[Loss]) -> Iterator[dict[str, Any]]:
    written: set[tuple[str, str]] = set()
    for i, season in enumerate(hours.seasons):
        place = f"seasons[{i}]"
        if len(season.from_) == len("MM-DD"):
            losses.append(Loss(place, "schema.org knows no seasons of every year; write it with its year"))
            continue
        if (season.from_, season.to) in written:
            losses.append(Loss(place, "an earlier season has the same dates and wins; left out"))
            continue
        written.add((season.from_, season.to))
        days = (date.fromisoformat(season.to) - date.fromisoformat(season.from_)).days + 1
        if days <= _WEEK_DAYS:
            losses.append(Loss(place, "a season of a week or less is read back as special dates"))
        extra = {"validFrom": season.from_, "validThrough": season.to} | ({"name": season.name} if season.name else {})
        weekly = season.weekly
        if hours.breaks:
            weekly = weekly_from(open_week(weekly, hours.breaks), keep_nights=True)
        if weekly:
            yield from _weekly_specs(as_mapping(weekly), extra, losses, place)
        else:
            yield _spec(list(_DAYS), "00:00", "00:00", extra)


def _dated_specs(
    day: date, hours: Sequence[Hours], name: str, losses: list[Loss], place: str
) -> Iterator[dict[str, Any]]:
    extra = _extra(day.isoformat(), day.isoformat(), name)
    for opens, closes in hours or [("00:00", "00:00")]:
        _check_custom(closes, losses, place)
        yield _spec(None, opens, closes, extra)


def _extra(first: str, last: str, name: str) -> dict[str, str]:
    return {"validFrom": first, "validThrough": last} | ({"name": name} if name else {})


def _check_custom(closes: str, losses: list[Loss], place: str) -> None:
    if closes in _END_OF_DAY:
        losses.append(Loss(place, f"{closes} is read as the end of the day by custom"))


def _spec(days: list[str] | None, opens: str, closes: str, extra: Mapping[str, str]) -> dict[str, Any]:
    spec: dict[str, Any] = {"@type": "OpeningHoursSpecification"}
    if days is not None:
        spec["dayOfWeek"] = days
    return spec | {"opens": opens, "closes": "23:59" if closes == "24:00" else closes} | dict(extra)
