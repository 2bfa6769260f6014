"""Closures from an iCalendar feed (RFC 5545): bank holidays, company days off, team meetings.

Needs the extra ``[ical]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from csprotocol.calendar._expand import Pattern
from csprotocol.calendar._holidays import Holiday
from csprotocol.calendar._hours import BusinessHours, SpecialHours, zone
from csprotocol.calendar._wall import DAY, Hours, WallSpan, clock_text, merge, subtract
from csprotocol.calendar.forms._week import has_night_shift, holiday_sources
from csprotocol.errors import InvalidScheduleError, MissingExtraError

__all__ = ["Busy", "Closures", "apply", "closures"]


_TIMES = ("DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID")


@dataclass(frozen=True, slots=True, order=True)
class Busy:
    """A timed event during which nobody works, by the wall clock of the calendar's zone (no zone attached)."""

    start: datetime
    end: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Closures:
    """What a feed closes: whole dates and timed events, in order, and how many occurrences were ignored.

    ``transparent`` events say of themselves that they block no time, ``cancelled`` ones do not take place, and
    ``tentative`` ones are not yet sure to: a shop does not close for them.
    """

    tz: str
    holidays: tuple[Holiday, ...] = ()
    busy: tuple[Busy, ...] = ()
    transparent: int = 0
    cancelled: int = 0
    tentative: int = 0


def closures(feed: str | bytes, *, first_year: int, last_year: int, tz: str) -> Closures:
    """The closures of ``first_year`` .. ``last_year`` in ``feed``, in local dates and times of ``tz``.

    All-day events become holidays with their SUMMARY as name (DTEND is exclusive; names on one date are joined by
    a semicolon), timed events become ``busy``. Recurring events are expanded, with their exceptions. A time
    without zone or in ``tz`` itself is taken as it is written. An event that ends while the clock repeats an hour
    closes until the end of that hour: the calendar has no wall-clock time between the two.

    >>> feed = '''BEGIN:VCALENDAR
    ... BEGIN:VEVENT
    ... UID:1
    ... DTSTART;VALUE=DATE:20261225
    ... RRULE:FREQ=YEARLY
    ... SUMMARY:Navidad
    ... END:VEVENT
    ... END:VCALENDAR'''
    >>> closures(feed, first_year=2026, last_year=2027, tz="Europe/Madrid").holidays[1]
    Holiday(date=datetime.date(2027, 12, 25), name='Navidad')

    Raises:
        InvalidScheduleError: the text is no iCalendar, an event in it makes no sense or is in a zone that nobody
            knows, ``tz`` is unknown.
        MissingExtraError: the libraries are not installed.
    """
    local = zone(tz)
    names: dict[date, list[str]] = {}
    busy: set[Busy] = set()
    transparent = cancelled = tentative = 0
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    for event in _occurrences(feed, first, last):
        if _word(event, "STATUS") == "CANCELLED":
            cancelled += 1
        elif _word(event, "STATUS") == "TENTATIVE":
            tentative += 1
        elif _word(event, "TRANSP") == "TRANSPARENT":
            transparent += 1
        else:
            start, end, name = event["DTSTART"].dt, event["DTEND"].dt, str(event.get("SUMMARY", ""))
            if not isinstance(start, datetime):
                _close(names, start, end, name)
            elif _lasts(start, end):
                busy.add(Busy(_wall(start, local), _wall_end(end, local), name))
    return Closures(
        tz=tz,
        holidays=tuple(Holiday(day, "; ".join(names[day])) for day in sorted(names) if first <= day <= last),
        busy=tuple(sorted(b for b in busy if b.start.date() <= last and first <= b.end.date())),
        transparent=transparent,
        cancelled=cancelled,
        tentative=tentative,
    )


def apply(hours: BusinessHours, closed: Closures) -> BusinessHours:
    """``hours`` with the closures taken out.

    Whole dates become holidays; special and recurring hours of the document win over them, as over any holiday.
    Timed events become special hours of the dates they touch: what is left of the hours, breaks and tails of night
    shifts included. Dates on which nothing was open anyway stay as they are.

    >>> meeting = Busy(datetime(2026, 11, 23, 10), datetime(2026, 11, 23, 11, 30), "Team")
    >>> desk = BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-14:00")
    >>> apply(desk, Closures(tz="Europe/Madrid", busy=(meeting,))).special[date(2026, 11, 23)].hours
    (('09:00', '10:00'), ('11:30', '14:00'))

    Raises:
        InvalidScheduleError: the closures are of another zone; or timed events meet night shifts under
            ``closure="shift"``, where a special date would drop the whole shift.
    """
    if closed.tz != hours.tz:
        raise InvalidScheduleError.at("tz", f"the closures are of {closed.tz}, the hours of {hours.tz}; use one zone")
    regular = (hours.weekly, *(season.weekly for season in hours.seasons))
    if closed.busy and hours.closure == "shift" and any(map(has_night_shift, regular)):
        raise InvalidScheduleError.at(
            "closure", "timed events on night shifts need closure='calendar_day', which cuts at midnight"
        )
    with_holidays = replace(hours, holidays=(*holiday_sources(hours), *closed.holidays))
    return replace(with_holidays, special={**hours.special, **_cut_days(with_holidays, closed.busy)})


def _cut_days(hours: BusinessHours, busy: Iterable[Busy]) -> Mapping[date, SpecialHours]:
    """The new hours of each date from which events take something."""
    pattern = Pattern(hours)
    cuts: dict[int, list[WallSpan]] = {}
    names: dict[int, list[str]] = {}
    for event in busy:
        for day, cut in _by_day(event):
            cuts.setdefault(day, []).append(cut)
            names.setdefault(day, []).append(event.name)
    rewritten: dict[int, list[WallSpan]] = {}
    for day, day_cuts in sorted(cuts.items()):
        before = merge(pattern.open_spans(day))
        after = subtract(before, merge(day_cuts))
        if before != after:
            rewritten[day] = after
    # The tail of an exceptional shift runs on into the next day, whatever that day says. So where a tail is cut,
    # the eve must end at midnight, and where the evening is cut, the next day must hold the tail.
    for day in sorted(rewritten):
        if day - 1 not in rewritten and _tail_seconds(pattern, day - 1):
            rewritten[day - 1] = merge(pattern.open_spans(day - 1))
        if day + 1 not in rewritten and _tail_seconds(pattern, day) and not _reaches_midnight(rewritten[day]):
            rewritten[day + 1] = merge(pattern.open_spans(day + 1))
    special: dict[date, SpecialHours] = {}
    for day, spans in sorted(rewritten.items()):
        own = pattern.override(day)
        told = dict.fromkeys(filter(None, [own.name if own else "", *names.get(day, ())]))
        tail = _tail_seconds(pattern, day) if day + 1 not in rewritten else 0
        special[date.fromordinal(day)] = SpecialHours(tuple(_hours(spans, tail)), "; ".join(told))
    return special


def _tail_seconds(pattern: Pattern, day: int) -> int:
    """How far the exceptional hours of ``day`` run into the next day."""
    own = pattern.override(day)
    return max((end - DAY for _, end in own.spans if end > DAY), default=0) if own else 0


def _reaches_midnight(spans: list[WallSpan]) -> bool:
    return bool(spans) and spans[-1][1] == DAY


def _hours(spans: Iterable[WallSpan], tail: int) -> Iterator[Hours]:
    for start, end in spans:
        yield clock_text(start), clock_text(tail if tail and end == DAY else end)


def _by_day(event: Busy) -> Iterator[tuple[int, WallSpan]]:
    for day in range(event.start.date().toordinal(), event.end.date().toordinal() + 1):
        midnight = datetime.fromordinal(day)
        # Outwards to the second: hours have no fractions, and nobody works in the second that is half blocked.
        start = max(0, (event.start - midnight) // timedelta(seconds=1))
        end = min(DAY, -((midnight - event.end) // timedelta(seconds=1)))
        if start < end:
            yield day, (start, end)


def _close(names: dict[date, list[str]], start: date, end: date, name: str) -> None:
    for step in range(max(1, (end - start).days)):
        shared = names.setdefault(start + timedelta(days=step), [])
        if name and name not in shared:
            shared.append(name)


def _occurrences(feed: str | bytes, first: date, last: date) -> Iterator[Any]:
    try:
        import icalendar
        import recurring_ical_events
    except ImportError:
        raise MissingExtraError.of("ical", "reading an iCalendar feed") from None
    try:
        calendars = icalendar.Calendar.from_ical(feed, multiple=True)
    except (ValueError, KeyError, TypeError, UnicodeDecodeError, IndexError) as failure:
        raise InvalidScheduleError.at("ical", f"is no iCalendar text: {failure}") from None
    if not calendars:
        raise InvalidScheduleError.at("ical", "is no iCalendar text: there is no VCALENDAR in it")
    for i, calendar in enumerate(calendars):
        _check_zones(calendar, f"ical[{i}]")
        try:
            # A day more at both ends: the library cuts by its own idea of a zone, we by local dates.
            yield from recurring_ical_events.of(calendar).between(first - timedelta(days=1), last + timedelta(days=2))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as failure:
            raise InvalidScheduleError.at(f"ical[{i}]", f"holds an event that makes no sense: {failure}") from None


def _word(event: Any, key: str) -> str:
    return str(event.get(key, "")).strip().upper()


def _check_zones(calendar: Any, place: str) -> None:
    """The library takes a time in an unknown zone for one without zone: hours off, and nobody would know."""
    for event in calendar.walk("VEVENT"):
        for key in _TIMES:
            found = event.get(key)
            for value in found if isinstance(found, list) else [found]:
                _check_zone(value, key, place)


def _check_zone(value: Any, key: str, place: str) -> None:
    try:
        name = value.params.get("TZID")
        times = [each.dt for each in getattr(value, "dts", (value,))]
    except (ValueError, AttributeError):  # absent, or broken: what reads it says so
        return
    if name and any(isinstance(at, datetime) and at.tzinfo is None for at in times):
        raise InvalidScheduleError.at(
            place, f"{key} is in the time zone {str(name)!r}, which nobody knows; write an IANA name"
        )


def _lasts(start: datetime, end: datetime) -> bool:
    if start.tzinfo is None or end.tzinfo is None:
        return start.replace(tzinfo=None) < end.replace(tzinfo=None)
    return start.astimezone(UTC) < end.astimezone(UTC)


def _local(at: datetime, local: ZoneInfo) -> datetime:
    """``at`` in the zone ``local``; ``fold`` tells the second time of a repeated hour.

    A zone that comes with the feed may carry rules of its own; where its name is a known one, that one counts.
    """
    if at.tzinfo is None or (name := _zone_name(at.tzinfo)) == local.key:
        return at.replace(tzinfo=local)
    return (at.replace(tzinfo=ZoneInfo(name)) if name else at).astimezone(local)


def _wall(at: datetime, local: ZoneInfo) -> datetime:
    """What the clock of ``local`` reads at ``at``."""
    return _local(at, local).replace(tzinfo=None, fold=0)


def _wall_end(at: datetime, local: ZoneInfo) -> datetime:
    """The wall-clock time at which a closure that ends at ``at`` ends.

    While the clock repeats an hour, the calendar keeps the state that it had when the clock was put back. So only a
    closure up to that reading reaches into the second time.
    """
    wall = _local(at, local)
    first, second = (wall.replace(fold=fold).utcoffset() or timedelta(0) for fold in (0, 1))
    if not wall.fold or first <= second:
        return wall.replace(tzinfo=None, fold=0)
    naive = wall.replace(tzinfo=None, fold=0)
    early, late = (int((naive - offset).replace(tzinfo=UTC).timestamp()) for offset in (first, second))
    while early < late:
        middle = (early + late) // 2
        if datetime.fromtimestamp(middle, local).utcoffset() == first:
            early = middle + 1
        else:
            late = middle
    return datetime.fromtimestamp(late, UTC).replace(tzinfo=None) + first


def _zone_name(found: tzinfo) -> str | None:
    name = getattr(found, "key", None) or getattr(found, "_tzid", None) or getattr(found, "zone", None)
    try:
        return ZoneInfo(name).key if isinstance(name, str) else None
    except (LookupError, ValueError, OSError):
        return None
