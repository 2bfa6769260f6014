"""OpenStreetMap ``opening_hours``, read by opening-hours-py (extra ``[osm]``).

The package evaluates the text without a time zone: what it gives are wall-clock times, and the calendar turns them
into instants by its own rule. Public holidays (``PH``) are the dates that the caller gives; the package's own
table is not used.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from csprotocol.calendar._expand import Pattern
from csprotocol.calendar._holidays import Holiday
from csprotocol.calendar._hours import BusinessHours, SpecialHours
from csprotocol.calendar._text import WEEKDAYS
from csprotocol.calendar._wall import DAY, Hours, WallSpan, clock_text, merge
from csprotocol.calendar.forms._loss import Exported, Loss, LossWarning
from csprotocol.calendar.forms._week import (
    WEEK,
    as_mapping,
    has_night_shift,
    holiday_sources,
    open_week,
    split_at_midnight,
    weekly_from,
)
from csprotocol.errors import InvalidScheduleError, MissingExtraError

__all__ = ["from_osm", "to_osm"]

_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_COMMENT: Final = re.compile(r'"[^"]*"')
# What repeats every week: days, times, states. Anything else (a month, a week number, Easter) does not.
_WEEKLY: Final = re.compile(r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|24/7|\d{2}:\d{2}|/\d+|open|closed|unknown|off|\|\||[\s,;-])*")
_REFUSED: Final = (
    (re.compile(r"sunrise|sunset|dawn|dusk"), "depends on the sun, and where the shop stands is not known"),
    (re.compile(r"\bSH\b"), "speaks of school holidays, which are not known; take SH out"),
    (re.compile(r"\d{2}:\d{2}\+"), "has an open end; write a closing time"),
    (re.compile(r"\bPH\s+-?\d+ day"), "counts days from a public holiday; write the dates"),
)
# A comment that ends its rule, and what stands before it in the rule; before a colon it would name a season.
_COMMENTED: Final = re.compile(r'([^;,|"]*)("[^"]*")(?!\s*:)')
_SAYS_WHEN: Final = re.compile(r"\d:\d|24/7|dawn|dusk|sunrise|sunset|\b(?:open|closed|off|unknown)\b", re.IGNORECASE)
_RULE_ENDS: Final = re.compile(r";|, ")
_IS_CLOSED: Final = re.compile(r"(?:.*\s)?(?:unknown|closed|off)\s*")
# A Monday; any week will do for what repeats every week, as long as the weeks around it are the same.
_MONDAY: Final = datetime(2024, 1, 8)  # noqa: DTZ001 - wall-clock times have no zone here

_Spans = list[tuple[int, int, str]]


def from_osm(
    text: str,
    *,
    tz: str,
    first_year: int,
    last_year: int,
    holidays: Mapping[date, str] | Iterable[date] = (),
) -> BusinessHours:
    """Hours from an ``opening_hours`` text.

    A text that is the same every week gives weekly hours, which hold in all years; its ``PH`` rules give holidays
    or special hours on the dates in ``holidays``. Any other text (months, dates, week numbers, Easter) is
    evaluated date by date: the result has special hours for ``first_year`` .. ``last_year`` and is closed in all
    other years, so give the calendar the same years. A shift of less than a day over midnight stays one shift.
    ``unknown`` is taken as closed, and so are a rule of a comment without hours (``Sa "by appointment"``), which
    says no more, and a fallback (``|| unknown "call us"``).

    >>> hours = from_osm("Mo-Fr 09:00-17:00; PH off", tz="Europe/Madrid", first_year=2026, last_year=2026,
    ...                  holidays={date(2026, 12, 25): "Navidad"})
    >>> str(hours), hours.holidays
    ('mon-fri 09:00-17:00 (Europe/Madrid)', (Holiday(date=datetime.date(2026, 12, 25), name='Navidad'),))

    Raises:
        InvalidScheduleError: a text that the package cannot read, or that depends on what nobody knows here: the
            sun, school holidays, an open end, days counted from a public holiday; a fallback that opens.
        MissingExtraError: the package is not installed.

    Warns:
        LossWarning: the text speaks of ``PH`` and no ``holidays`` are given.
    """  # fmt: skip
    if not isinstance(text, str):
        raise InvalidScheduleError.at("opening_hours", f"must be a text, got {text!r}")
    # Read as it is first, so that what cannot be read is told with its place.
    _parsed(text)
    canonical = _without_fallback(str(_parsed(_COMMENTED.sub(_as_unknown, text))))
    bare = _COMMENT.sub("", canonical)
    for pattern, reason in _REFUSED:
        if found := pattern.search(bare):
            raise InvalidScheduleError.at("opening_hours", f"{found[0]!r} {reason}")
    named = dict(holidays) if isinstance(holidays, Mapping) else dict.fromkeys(holidays, "")
    speaks_of_holidays = re.search(r"\bPH\b", bare) is not None
    if speaks_of_holidays and not named:
        warnings.warn("opening_hours: PH has no dates; give them with holidays=", LossWarning, stacklevel=2)
    on_holidays = named if speaks_of_holidays else {}
    if not _WEEKLY.fullmatch(bare):
        return BusinessHours(tz=tz, special=_date_by_date(canonical, first_year, last_year, on_holidays))
    week = [(start, end) for start, end, _ in _evaluate(canonical, _MONDAY, _MONDAY + timedelta(days=7))]
    closed, special = _exceptions(canonical, week, on_holidays)
    return BusinessHours(tz=tz, weekly=weekly_from(week, keep_nights=True), holidays=tuple(closed), special=special)


def to_osm(hours: BusinessHours) -> Exported[str]:
    """An ``opening_hours`` text, and what it cannot say.

    Breaks are taken out of the hours. Night shifts are cut at midnight as soon as there is a second rule, because
    evaluators disagree about whose rule owns the hours after midnight. Names become comments.

    >>> to_osm(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-14:00; sat 10:00-14:00")).value
    'Mo-Fr 09:00-14:00; Sa 10:00-14:00'
    """
    losses: list[Loss] = []
    sources = holiday_sources(hours)
    listed = tuple(source for source in sources if isinstance(source, Holiday))
    pattern = Pattern(replace(hours, holidays=listed, recurring=()))
    base = _weekly_rules("", open_week(hours.weekly, hours.breaks), losses, "weekly")
    exceptions: list[str] = []
    if hours.seasons and any(has_night_shift(weekly) for weekly in (hours.weekly, *(s.weekly for s in hours.seasons))):
        losses.append(Loss("seasons", "the night shift over the first midnight of a season is cut there"))
    # The last rule wins there, the first season here.
    for i, season in reversed(list(enumerate(hours.seasons))):
        when = f"{_date_text(season.from_)}-{_date_text(season.to)}"
        exceptions.append(f"{when} off{_comment(season.name)}")
        exceptions += _weekly_rules(f"{when} ", open_week(season.weekly, hours.breaks), losses, f"seasons[{i}]")
    for i, source in enumerate(sources):
        if not isinstance(source, Holiday):
            exceptions += [] if "PH off" in exceptions else ["PH off"]
            losses.append(Loss(f"holidays[{i}]", f"PH leaves it to the reader which holidays {source.label} has"))
    for i, rule in enumerate(hours.recurring):
        losses.append(Loss(f"recurring[{i}]", f"{rule.rrule} left out; list the dates as special"))
    for day in _dated(hours, listed, pattern):
        override = pattern.override(day)
        spans = _minutes(merge(pattern.open_spans(day)), losses, f"special.{date.fromordinal(day)}")
        when = _date_text(date.fromordinal(day).isoformat())
        exceptions.append(f"{when} {_times(spans) or 'off'}{_comment(override.name if override else '')}")
    if not exceptions and len(nights := _night_rule(hours)) == 1:
        base = nights
    return Exported("; ".join([*base, *exceptions]) or "off", tuple(losses))


def _parsed(text: str) -> Any:
    try:
        import opening_hours
    except ImportError:
        raise MissingExtraError.of("osm", "reading opening_hours of OpenStreetMap") from None
    try:
        return opening_hours.OpeningHours(text)
    except opening_hours.ParserError as failure:  # type: ignore[attr-defined]  # absent from the package's stubs
        column = re.search(r"1:(\d+)", str(failure))
        place = f" at character {column[1]}" if column else ""
        raise InvalidScheduleError.at(
            "opening_hours", f"{text!r} cannot be read{place}; write for example Mo-Fr 09:00-17:00; PH off"
        ) from None


def _as_unknown(rule: re.Match[str]) -> str:
    """A comment alone is the state ``unknown``; the package reads it as open all day."""
    if _SAYS_WHEN.search(rule[1]):
        return rule[0]
    return f"{rule[1].rstrip()} unknown {rule[2]}"


def _without_fallback(text: str) -> str:
    """The text up to its first ``||``.

    Evaluators disagree about when a fallback holds, and the package takes it for the end of all change. One that
    never opens adds nothing to the open hours.
    """
    pieces = re.split(r'("[^"]*"|\|\|)', text)
    if "||" not in pieces:
        return text
    first = pieces.index("||")
    for fallback in _COMMENT.sub("", "".join(pieces[first + 1 :])).split("||"):
        for rule in _RULE_ENDS.split(fallback):
            if not _IS_CLOSED.fullmatch(rule):
                raise InvalidScheduleError.at(
                    "opening_hours", f"the fallback '|| {rule.strip()}' opens; write its hours as a rule after ';'"
                )
    return "".join(pieces[:first]).strip()


def _evaluate(text: str, start: datetime, end: datetime) -> _Spans:
    """Open stretches in seconds since ``start``, each with its comment; touching ones are joined."""
    second, one_day = timedelta(seconds=1), timedelta(days=1)
    spans: _Spans = []
    parsed = _parsed(text)
    day = start
    while day < end:
        # Day by day: over a longer stretch the package goes on for ever from a day that is open to its last second.
        for opens, closes, state, comment in parsed.intervals(day, day + one_day):
            if str(state) == "open":
                _append(spans, (opens - start) // second, (closes - start) // second, comment)
        day += one_day
    return spans


def _append(spans: _Spans, start: int, end: int, comment: str) -> None:
    if spans and spans[-1][1] == start:
        spans[-1] = (spans[-1][0], end, spans[-1][2] or comment)
    elif start < end:
        spans.append((start, end, comment))


def _on_date(text: str, day: date, holidays: Mapping[date, str]) -> _Spans:
    """What is open on ``day``, where it or its eve may be a public holiday.

    A public holiday is looked at as its weekday: inside two days nothing else can fall on that weekday.
    """
    both = (day - timedelta(days=1), day)
    weekdays = ",".join(_DAYS[on.weekday()] for on in both if on in holidays)
    midnight = datetime.combine(day, datetime.min.time())
    # Looking from the eve would join its evening to this day.
    return _evaluate(_holidays_as(weekdays, text), midnight, midnight + timedelta(days=1))


def _holidays_as(weekdays: str, text: str) -> str:
    if not weekdays:
        return text
    # A comment may speak of PH as well.
    parts = re.split(r'("[^"]*")', text)
    return "".join(part if part.startswith('"') else re.sub(r"\bPH\b", weekdays, part) for part in parts)


def _exceptions(
    text: str, week: Sequence[WallSpan], holidays: Mapping[date, str]
) -> tuple[list[Holiday], dict[date, SpecialHours]]:
    """Where a public holiday, or the day after one, differs from the week."""
    by_weekday: dict[int, list[WallSpan]] = {}
    for start, end in split_at_midnight(week):
        by_weekday.setdefault(start // DAY, []).append((start % DAY, start % DAY + end - start))
    closed: list[Holiday] = []
    special: dict[date, SpecialHours] = {}
    for day in sorted({*holidays, *(on + timedelta(days=1) for on in holidays)}):
        spans = [(start, end) for start, end, _ in _on_date(text, day, holidays)]
        if spans == by_weekday.get(day.weekday(), []):
            continue
        if spans:
            special[day] = SpecialHours(_hours(spans), holidays.get(day, ""))
        else:
            closed.append(Holiday(day, holidays.get(day, "")))
    return closed, special


def _date_by_date(text: str, first_year: int, last_year: int, holidays: Mapping[date, str]) -> dict[date, SpecialHours]:
    start = datetime(first_year, 1, 1)  # noqa: DTZ001 - wall-clock times have no zone here
    end = datetime(last_year + 1, 1, 1)  # noqa: DTZ001
    spans = _evaluate(text, start, end)
    affected = sorted({*holidays, *(on + timedelta(days=1) for on in holidays)})
    for day in affected:
        if first_year <= day.year <= last_year:
            offset = (day - start.date()).days * DAY
            spans = _replaced(spans, offset, _on_date(text, day, holidays))
    found: dict[date, list[tuple[int, int, str]]] = {}
    for since, until, comment in spans:
        is_night = until - since < DAY
        for first, last in [(since, until)] if is_night else split_at_midnight([(since, until)]):
            day_number, opens = divmod(first, DAY)
            day = start.date() + timedelta(days=day_number)
            found.setdefault(day, []).append((opens, opens + last - first, comment or holidays.get(day, "")))
    return {
        day: SpecialHours(_hours([(a, b) for a, b, _ in on]), next((name for *_, name in on if name), ""))
        for day, on in found.items()
    }


def _replaced(spans: _Spans, midnight: int, on_the_day: _Spans) -> _Spans:
    """``spans`` with the 24 hours from ``midnight`` on replaced."""
    joined: _Spans = []
    before = [(start, min(end, midnight), name) for start, end, name in spans if start < midnight]
    after = [(max(start, midnight + DAY), end, name) for start, end, name in spans if end > midnight + DAY]
    for start, end, name in (*before, *((midnight + a, midnight + b, name) for a, b, name in on_the_day), *after):
        _append(joined, start, end, name)
    return joined


def _hours(spans: Iterable[WallSpan]) -> tuple[Hours, ...]:
    return tuple((clock_text(start), clock_text(end if end <= DAY else end - DAY)) for start, end in spans)


def _dated(hours: BusinessHours, listed: Iterable[Holiday], pattern: Pattern) -> Iterator[int]:
    """The dates that need a rule of their own."""
    days: set[int] = set()
    for on in (*hours.special, *(holiday.date for holiday in listed)):
        day = on.toordinal()
        days.add(day)
        override = pattern.override(day)
        # What the date does to the morning after: its own night runs on, or it drops the shift that would have.
        if pattern.drops_shifts or (override and any(end > DAY for _, end in override.spans)):
            days.add(day + 1)
    yield from sorted(days)


def _weekly_rules(when: str, week: Iterable[WallSpan], losses: list[Loss], place: str) -> list[str]:
    minutes = _minutes(split_at_midnight(week), losses, place)
    if sum(end - start for start, end in minutes) == WEEK:
        return [f"{when}00:00-24:00" if when else "24/7"]
    by_times: dict[str, list[int]] = {}
    for number in range(len(WEEKDAYS)):
        midnight = number * DAY
        times = _times((a - midnight, b - midnight) for a, b in minutes if a // DAY == number)
        if times:
            by_times.setdefault(times, []).append(number)
    return [f"{when}{_day_names(days)} {times}" for times, days in by_times.items()]


def _night_rule(hours: BusinessHours) -> list[str]:
    """The week in one rule per kind of day, night shifts whole."""
    by_times: dict[str, list[int]] = {}
    if not has_night_shift(hours.weekly):
        return []
    for day, on in as_mapping(weekly_from(open_week(hours.weekly, hours.breaks), keep_nights=True)).items():
        if any(len(clock) > len("HH:MM") for interval in on for clock in interval):
            return []
        by_times.setdefault(",".join(f"{a}-{b}" for a, b in on), []).append(WEEKDAYS.index(day))
    return [f"{_day_names(days)} {times}" for times, days in by_times.items()]


def _minutes(spans: Iterable[WallSpan], losses: list[Loss], place: str) -> list[WallSpan]:
    """The spans in whole minutes, rounded inwards, so that the text never promises more."""
    whole: list[WallSpan] = []
    for start, end in spans:
        first, last = -(-start // 60) * 60, end // 60 * 60
        if (first, last) != (start, end):
            losses.append(Loss(place, "opening_hours has no seconds; rounded inwards to the minute"))
        if first < last:
            whole.append((first, last))
    return whole


def _times(spans: Iterable[WallSpan]) -> str:
    return ",".join(f"{clock_text(start)}-{clock_text(end)}" for start, end in spans)


def _day_names(numbers: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(_DAYS[run[0]] if len(run) == 1 else f"{_DAYS[run[0]]}-{_DAYS[run[-1]]}" for run in runs)


def _date_text(iso: str) -> str:
    """``2026 Dec 24`` or ``Dec 24``."""
    *year, month, day = iso.split("-")
    return " ".join([*year, _MONTHS[int(month) - 1], day])


def _comment(name: str) -> str:
    return ' "{}"'.format(name.replace('"', "'")) if name else ""
