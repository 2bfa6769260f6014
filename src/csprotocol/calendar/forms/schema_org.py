"""schema.org ``openingHoursSpecification``, as JSON-LD of web pages holds it.

Sources: schema.org/OpeningHoursSpecification; Google Search Central, LocalBusiness markup; both read 2026-11-21.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from csprotocol.calendar._holidays import PublicHolidays
from csprotocol.calendar._hours import BusinessHours, Season, SpecialHours, Weekly, zone
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
_TIME: Final = re.compile(r"([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?")
# Google writes the end of the day as 23:59.
_END_OF_DAY: Final = ("23:59", "23:59:59")
_WEEK_DAYS: Final = 7
_YEAR_DAYS: Final = 366

_HOURS_KEYS: Final = ("openingHoursSpecification", "specialOpeningHoursSpecification")
_SPEC_KEYS: Final = ("dayOfWeek", "opens", "closes", "validFrom", "validThrough")

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
    """Hours from one specification, a list of them, or a whole JSON-LD node (``LocalBusiness``, ``@graph``).

    schema.org knows no time zone: ``tz`` is the shop's. Days may be names, ``schema:Monday`` or full addresses;
    without ``dayOfWeek`` all days are meant. ``closes`` not later than ``opens`` belongs to the next day; both
    00:00, or both absent, is closed; ``closes`` 23:59 or 23:59:59 is read as 24:00, because that is how Google
    writes it. Ranges of dates (``validFrom``, ``validThrough``): up to a week, or up to a year where no day is
    named, they become special dates; longer ones become seasons, in which days that are not named are closed. Where
    ranges overlap, the narrower one holds. A bound with an offset is the date on which it falls in ``tz``.
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
            end, hours that overlap, no hours at all, hours of several nodes; the message names the place.

    Warns:
        LossWarning: ``PublicHolidays`` without ``holidays``; two ranges of one length overlap (the later one holds).
    """
    groups: dict[_Dates, _Group] = {}
    local = zone(tz)
    for place, spec in _specifications(specs):
        _collect(groups, place, spec, local)
    listed = dict(holidays) if isinstance(holidays, Mapping) else dict.fromkeys(holidays, "")
    closed, holiday_hours = _on_holidays(groups, listed)
    for place, other in _equal_overlaps(groups):
        warnings.warn(
            f"{place}: overlaps {other or 'another range'}, which is as long; the later one holds",
            LossWarning,
            stacklevel=2,
        )
    weekly = _weekly(groups[None]) if None in groups else FrozenDict()
    ranges = [(valid, group) for valid, group in groups.items() if valid is not None and group.by_day]
    special: dict[date, tuple[Hours, ...] | SpecialHours] = dict(holiday_hours)
    seasons = [(valid, group) for valid, group in ranges if not _is_short(valid, group)]
    strength = {valid: (-_length_days(valid), i) for i, (valid, _) in enumerate(ranges)}
    for valid, group in sorted(ranges, key=lambda item: strength[item[0]]):
        if _is_short(valid, group):
            # Special dates win over seasons: a date that a narrower season covers must not become one.
            narrower = [other for other, _ in seasons if strength[other] > strength[valid]]
            special.update(
                (day, on)
                for day, on in _special(valid, group)
                if not any(first <= day <= last for first, last in narrower)
            )
    return BusinessHours(
        tz=tz,
        weekly=weekly,
        seasons=tuple(
            Season(valid[0].isoformat(), valid[1].isoformat(), _weekly(groups[valid]), groups[valid].name)
            for valid in _strongest_first([valid for valid, _ in seasons], strength)
        ),
        special=special,
        holidays=closed,
    )


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
        rows = list(_rows(specs, ""))
        are_nodes = any(key in row for _, row in rows for key in _HOURS_KEYS)
        are_nodes |= bool(rows) and not any(_is_specification(row) for _, row in rows)
        yield from _hours_of_nodes([(f"{place}.", row) for place, row in rows]) if are_nodes else rows
    elif "@graph" in specs:
        yield from _hours_of_nodes([(f"{place}.", node) for place, node in _rows(specs["@graph"], "@graph")])
    elif _is_specification(specs):
        yield "", specs
    else:
        yield from _hours_of_nodes([("", specs)])


def _is_specification(node: Mapping[str, Any]) -> bool:
    if any(key in node for key in _HOURS_KEYS):
        return False
    kinds = node.get("@type")
    named = [
        str(kind).rpartition("/")[2].rpartition(":")[2] for kind in (kinds if isinstance(kinds, list) else [kinds])
    ]
    return "OpeningHoursSpecification" in named or any(key in node for key in _SPEC_KEYS)


def _hours_of_nodes(nodes: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The specifications of the one node that has some, or those that stand among the nodes."""
    owners = [(place, node) for place, node in nodes if any(node.get(key) for key in _HOURS_KEYS)]
    if len(owners) > 1:
        told = ", ".join(place.rstrip(".") for place, _ in owners)
        raise InvalidScheduleError.at(told, "each have hours; give the node of one shop")
    by_id = {str(node["@id"]): node for _, node in nodes if "@id" in node}
    for place, owner in owners:
        for key in _HOURS_KEYS:
            if owner.get(key):
                for where, row in _rows(owner[key], f"{place}{key}"):
                    # Hours may stand elsewhere in the graph, and be called by their address alone.
                    yield where, by_id.get(str(row["@id"]), row) if set(row) == {"@id"} else row
    if owners:
        return
    for place, node in nodes:
        if "openingHours" in node:
            raise InvalidScheduleError.at(
                f"{place}openingHours", "is OpenStreetMap text; read it with forms.osm.from_osm"
            )
    alone = [(place.rstrip("."), node) for place, node in nodes if _is_specification(node)]
    if not alone:
        due = " or ".join(_HOURS_KEYS)
        raise InvalidScheduleError.at("", f"no hours were found; give specifications, or a node with {due}")
    yield from alone


def _rows(found: object, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    rows = [found] if isinstance(found, Mapping) else found
    if isinstance(rows, str | bytes) or not isinstance(rows, Sequence):
        raise InvalidScheduleError.at(place, f"must be specifications, got {type(found).__name__}")
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InvalidScheduleError.at(f"{place}[{i}]", f"must be a mapping, got {type(row).__name__}")
        yield f"{place}[{i}]", row


def _collect(groups: dict[_Dates, _Group], place: str, spec: Mapping[str, Any], local: tzinfo) -> None:
    if not _is_specification(spec):
        raise InvalidScheduleError.at(place, "has no hours; give dayOfWeek, opens and closes")
    valid = _valid(spec, place, local)
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


def _valid(spec: Mapping[str, Any], place: str, local: tzinfo) -> _Dates:
    first, last = (_date(spec.get(key), f"{place}.{key}", local) for key in ("validFrom", "validThrough"))
    if first is None and last is None:
        return None
    valid = first or date.min, last or date.max
    if valid[1] < valid[0]:
        raise InvalidScheduleError.at(f"{place}.validThrough", f"{valid[1]} lies before validFrom {valid[0]}")
    return valid


def _date(found: object, place: str, local: tzinfo) -> date | None:
    if found is None:
        return None
    text = str(found).strip()
    try:
        if len(text) == len("YYYY-MM-DD"):
            return date.fromisoformat(text)
        at = datetime.fromisoformat(text)
        # Without an offset it is the day that the shop wrote; with one, midnight may be on another day here.
        return (at if at.tzinfo is None else at.astimezone(local)).date()
    except (ValueError, OverflowError):
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


def _length_days(valid: tuple[date, date]) -> int:
    return (valid[1] - valid[0]).days + 1


def _strongest_first(
    ranges: list[tuple[date, date]], strength: Mapping[tuple[date, date], tuple[int, int]]
) -> Iterator[tuple[date, date]]:
    """The ranges in their order, but none before a stronger one that it overlaps: the first season wins."""
    left = list(ranges)
    while left:
        found = next(
            one for one in left if not any(strength[other] > strength[one] and _overlap(one, other) for other in left)
        )
        left.remove(found)
        yield found


def _overlap(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _equal_overlaps(groups: Mapping[_Dates, _Group]) -> Iterator[tuple[str, str]]:
    """The places of ranges that overlap and are of one length, the later first."""
    by_length: dict[int, list[tuple[tuple[date, date], str]]] = {}
    for valid, group in groups.items():
        if valid is None or not group.by_day:
            continue
        seen = by_length.setdefault(_length_days(valid), [])
        for other, place in seen:
            if _overlap(valid, other):
                yield group.place, place
        seen.append((valid, group.place))


def _is_short(valid: tuple[date, date], group: _Group) -> bool:
    return _length_days(valid) <= (_WEEK_DAYS if group.named_days else _YEAR_DAYS)


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
    written: dict[tuple[str, str], int] = {}
    for i, season in enumerate(hours.seasons):
        place = f"seasons[{i}]"
        if len(season.from_) == len("MM-DD"):
            losses.append(Loss(place, "schema.org knows no seasons of every year; write it with its year"))
            continue
        if (season.from_, season.to) in written:
            losses.append(Loss(place, "an earlier season has the same dates and wins; left out"))
            continue
        valid = date.fromisoformat(season.from_), date.fromisoformat(season.to)
        days = _length_days(valid)
        # ISO dates sort as texts.
        if any(first <= season.to and season.from_ <= last and days <= n for (first, last), n in written.items()):
            losses.append(Loss(place, "overlaps an earlier season that is not shorter; a reader takes the shorter one"))
        written[season.from_, season.to] = days
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
