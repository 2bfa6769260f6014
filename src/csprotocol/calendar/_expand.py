"""A document of hours, asked day by day: what is open on this local date, and why.

Everything here speaks of wall clocks: days are proleptic ordinals, times are seconds since local midnight. Time
zones come in later, in ``_compile``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple, cast

from csprotocol.calendar._holidays import Holiday, HolidaySource, PublicHolidays, listed
from csprotocol.calendar._hours import BusinessHours, SpecialHours
from csprotocol.calendar._text import WEEKDAYS
from csprotocol.calendar._wall import DAY, WallSpan, day_hours, merge, subtract

__all__ = ["Coverage", "Labelled", "Pattern", "Reason"]


class Reason(StrEnum):
    """Why a stretch of time is open or closed."""

    WEEKLY = "weekly"
    SEASON = "season"
    HOLIDAY = "holiday"
    RECURRING = "recurring"
    SPECIAL = "special"
    BREAK = "break"
    CLOSED = "closed"
    ALWAYS = "always"


class Override(NamedTuple):
    """What replaces the regular hours of one date."""

    reason: Reason
    name: str
    spans: tuple[WallSpan, ...]


class Coverage(NamedTuple):
    """The years that a holiday source knows."""

    label: str
    first_year: int
    last_year: int


class Labelled(NamedTuple):
    """A part of one local day, in seconds since its midnight."""

    start: int
    end: int
    is_open: bool
    reason: Reason
    name: str


@dataclass(frozen=True, slots=True)
class _Regular:
    """The weekly hours of a season (or of the rest of the year), parsed once."""

    reason: Reason
    name: str
    days: tuple[tuple[WallSpan, ...], ...]


class Pattern:
    """The hours of a document by local date.

    A date is *overridden* when it is special, recurring or a holiday. Under ``calendar_day`` it owns its local day:
    the tail of last night's regular shift ends at its 00:00, while the tail of the regular shift that would have
    started on it stays in the day after; so splitting ``22:00-06:00`` at midnight changes nothing. Under ``shift``
    the regular shifts that start on it are dropped whole. Either way the tail of an exceptional shift runs on.
    """

    __slots__ = (
        "_breaks",
        "_by_day",
        "_hours",
        "_overrides",
        "_regulars",
        "_season_of",
        "_shift",
        "_sources",
        "_yearly",
    )

    def __init__(self, hours: BusinessHours, sources: Iterable[HolidaySource] = ()) -> None:
        self._hours = hours
        self._shift = hours.closure == "shift"
        weekly = _Regular(Reason.WEEKLY, "", _week(hours.weekly, "weekly"))
        seasons = (_Regular(Reason.SEASON, s.name, _week(s.weekly, "seasons.weekly")) for s in hours.seasons)
        self._regulars = (*seasons, weekly)
        self._breaks = _week(hours.breaks, "breaks")
        self._sources = (*_own_sources(hours), *sources)
        # Answers that repeat: filled on demand, each value the same whoever writes it, so no lock is needed.
        self._overrides: dict[int, Mapping[int, Override]] = {}
        self._by_day: dict[tuple[int, int, int], tuple[WallSpan, ...]] = {}
        self._season_of: dict[int, int] = {}
        self._yearly = not any(season.is_dated for season in hours.seasons)

    @property
    def coverage(self) -> tuple[Coverage | None, Coverage | None]:
        """The holiday sources that know the latest first year and the earliest last year; ``None``: no limit."""
        known = [
            Coverage(source.label, *source.coverage)
            for source in self._sources
            if source.coverage and source.on_uncovered == "error"
        ]
        if not known:
            return None, None
        return max(known, key=lambda each: each.first_year), min(known, key=lambda each: each.last_year)

    @property
    def drops_shifts(self) -> bool:
        """Whether a closed date reaches into the next day, by the tail that it drops."""
        return self._shift

    @property
    def is_empty(self) -> bool:
        """Whether no date can ever be open."""
        return not (
            any(any(regular.days) for regular in self._regulars)
            or any(self._special_spans(day) for day in self._hours.special)
            or any(rule.hours for rule in self._hours.recurring)
        )

    def open_days(self, first: int, last: int) -> Iterator[tuple[WallSpan, ...]]:
        """:meth:`open_spans` of each day from ``first`` on, ``last`` not included; much faster than one by one."""
        exceptions: set[int] = set()
        for year in range(_year(first - 1), _year(last - 1) + 1):
            exceptions.update(self._overrides_in(year))
        exceptions |= {day + 1 for day in exceptions}
        seasonal = len(self._regulars) > 1
        known = self._by_day
        season_before = self._season(first - 1)
        for day in range(first, last):
            season = self._season(day) if seasonal else 0
            if day in exceptions:
                yield self.open_spans(day)
            else:
                # The same weekday of the same season repeats, so most days are looked up.
                key = (day % 7, season, season_before)
                spans = known.get(key)
                if spans is None:
                    spans = known[key] = self.open_spans(day)
                yield spans
            season_before = season

    def open_spans(self, day: int) -> tuple[WallSpan, ...]:
        """What is open on the local date ``day``, within 0 .. 86,400, sorted and disjoint."""
        today, yesterday = self.override(day), self.override(day - 1)
        spans = self._regular_spans(day, own=today is None, tail=self._keeps_tail(today, yesterday))
        return tuple(merge([*spans, *_own(today.spans if today else ()), *_tail(yesterday.spans if yesterday else ())]))

    def own_spans(self, day: int) -> tuple[WallSpan, ...]:
        """The open hours that start on ``day``; a business day is one that has some."""
        today = self.override(day)
        if today is not None:
            return _own(today.spans)
        return tuple(self._regular_spans(day, own=True, tail=False))

    def shifts(self, day: int) -> Iterator[list[WallSpan]]:
        """The hours that start on ``day``, one by one as the document writes them, in seconds since its midnight.

        Each in the parts that breaks and closed dates leave of it, cut at midnight; the tail of a night shift lies
        beyond 86,400.
        """
        today = self.override(day)
        for start, end in self._regulars[self._season(day)].days[(day - 1) % 7] if today is None else today.spans:
            parts = [(start, min(end, DAY))]
            if today is None:
                parts = subtract(parts, self._day_breaks(day))
            if end > DAY:
                parts += ((low + DAY, high + DAY) for low, high in self._shift_tail(day, end - DAY))
            yield parts

    def _shift_tail(self, day: int, end: int) -> list[WallSpan]:
        """What is left of a shift of ``day`` on the day after it, on which it goes on until ``end``."""
        today = self.override(day)
        if today is not None:
            return [(0, end)]
        kept = self._keeps_tail(self.override(day + 1), today)
        return subtract([(0, end)], self._day_breaks(day + 1)) if kept else []

    def labelled(self, day: int) -> tuple[Labelled, ...]:
        """The whole local day in parts, each with the reason why it is open or closed."""
        today, yesterday = self.override(day), self.override(day - 1)
        layers: list[Labelled] = []

        def lay(spans: Iterable[WallSpan], reason: Reason, name: str, *, is_open: bool) -> None:
            layers.extend(Labelled(start, end, is_open, reason, name) for start, end in spans)

        # From the weakest to the strongest: a later layer hides an earlier one.
        lay([(0, DAY)], Reason.CLOSED, "", is_open=False)
        if today is not None and not self._shift:
            lay([(0, DAY)], today.reason, today.name, is_open=False)
        regular = (
            (self._keeps_tail(today, yesterday), day - 1, _tail),
            (today is None, day, _own),
        )
        for kept, start_day, part in regular:
            dropped = self.override(start_day)
            if self._shift and dropped is not None and not kept:
                lay(self._shifts(start_day, part), dropped.reason, dropped.name, is_open=False)
        for kept, start_day, part in regular:
            if kept:
                hours = self._regulars[self._season(start_day)]
                lay(self._shifts(start_day, part), hours.reason, hours.name, is_open=True)
        if any(kept for kept, _, _ in regular):
            cut = [span for kept, start_day, part in regular if kept for span in self._shifts(start_day, part)]
            lay(_meet(cut, self._day_breaks(day)), Reason.BREAK, "", is_open=False)
        if yesterday is not None:
            lay(_tail(yesterday.spans), yesterday.reason, yesterday.name, is_open=True)
        if today is not None:
            lay(_own(today.spans), today.reason, today.name, is_open=True)
        return _flatten(layers)

    def override(self, day: int) -> Override | None:
        """What replaces the regular hours of ``day``, if anything does."""
        return self._overrides_in(_year(day)).get(day)

    def _overrides_in(self, year: int) -> Mapping[int, Override]:
        overrides = self._overrides.get(year)
        if overrides is None:
            overrides = self._overrides[year] = self._overrides_of(year) if year else {}
        return overrides

    def _overrides_of(self, year: int) -> Mapping[int, Override]:
        found: dict[int, Override] = {}
        # From the weakest to the strongest.
        for source in reversed(self._sources):
            for day, name in source.names(year).items():
                found[day.toordinal()] = Override(Reason.HOLIDAY, name, ())
        for rule in reversed(self._hours.recurring):
            spans = day_hours(rule.hours, "recurring.hours")
            for day in rule.dates(year):
                found[day.toordinal()] = Override(Reason.RECURRING, rule.name, spans)
        for day, value in self._hours.special.items():
            if day.year == year:
                name = value.name if isinstance(value, SpecialHours) else ""
                found[day.toordinal()] = Override(Reason.SPECIAL, name, self._special_spans(day))
        return found

    def _special_spans(self, day: date) -> tuple[WallSpan, ...]:
        value = self._hours.special[day]
        return day_hours(value.hours if isinstance(value, SpecialHours) else value, f"special.{day}")

    def _keeps_tail(self, today: Override | None, yesterday: Override | None) -> bool:
        """Whether the tail of yesterday's regular shift is open today."""
        return yesterday is None if self._shift else today is None

    def _regular_spans(self, day: int, *, own: bool, tail: bool) -> list[WallSpan]:
        spans: list[WallSpan] = []
        if own:
            spans += self._shifts(day, _own)
        if tail:
            spans += self._shifts(day - 1, _tail)
        return subtract(merge(spans), self._day_breaks(day))

    def _shifts(
        self, start_day: int, part: Callable[[Iterable[WallSpan]], tuple[WallSpan, ...]]
    ) -> tuple[WallSpan, ...]:
        """One part, own or tail, of the regular shifts that start on a day."""
        return part(self._regulars[self._season(start_day)].days[(start_day - 1) % 7])

    def _day_breaks(self, day: int) -> list[WallSpan]:
        """Breaks are wall-clock time: one on Tuesday 02:00 cuts Monday's night shift."""
        return merge([*_own(self._breaks[(day - 1) % 7]), *_tail(self._breaks[(day - 2) % 7])])

    def _season(self, day: int) -> int:
        """Which of the regular hours applies: the first season that covers the date, else the weekly hours."""
        if len(self._regulars) == 1 or day < 1:
            return len(self._regulars) - 1
        on = date.fromordinal(day)
        # Seasons without a year come back on the same month and day, so these answers repeat.
        key = on.month * 32 + on.day if self._yearly else day
        known = self._season_of.get(key)
        if known is None:
            covering = (i for i, season in enumerate(self._hours.seasons) if season.covers(on))
            known = self._season_of[key] = next(covering, len(self._regulars) - 1)
        return known


def _year(day: int) -> int:
    """The year of an ordinal; 0 for the day before the first of year 1."""
    return date.fromordinal(day).year if day > 0 else 0


def _week(weekly: object, place: str) -> tuple[tuple[WallSpan, ...], ...]:
    # BusinessHours has turned text into a mapping when it was born.
    hours = weekly if isinstance(weekly, Mapping) else {}
    return tuple(day_hours(hours.get(day, ()), f"{place}.{day}") for day in WEEKDAYS)


def _own_sources(hours: BusinessHours) -> Iterable[HolidaySource]:
    # BusinessHours has brought the many spellings to one when it was born.
    holidays = cast("tuple[Holiday | PublicHolidays, ...]", hours.holidays)
    dates = {item.date: item.name for item in holidays if isinstance(item, Holiday)}
    if dates:
        yield listed(dates)
    yield from (item for item in holidays if isinstance(item, PublicHolidays))


def _own(spans: Iterable[WallSpan]) -> tuple[WallSpan, ...]:
    """The parts within the day on which they start."""
    return tuple((start, min(end, DAY)) for start, end in spans)


def _tail(spans: Iterable[WallSpan]) -> tuple[WallSpan, ...]:
    """The parts that run into the next day, in its seconds."""
    return tuple((0, end - DAY) for _, end in spans if end > DAY)


def _meet(spans: Iterable[WallSpan], cuts: Iterable[WallSpan]) -> list[WallSpan]:
    cut = tuple(cuts)
    return [
        (max(start, low), min(end, high))
        for start, end in spans
        for low, high in cut
        if max(start, low) < min(end, high)
    ]


def _flatten(layers: Iterable[Labelled]) -> tuple[Labelled, ...]:
    """The topmost layer at each moment, neighbours of one label joined."""
    stack = list(layers)
    marks = sorted({mark for layer in stack for mark in (layer.start, layer.end)})
    parts: list[Labelled] = []
    for start, end in pairwise(marks):
        top = next(layer for layer in reversed(stack) if layer.start <= start and end <= layer.end)
        if parts and parts[-1][2:] == top[2:]:
            parts[-1] = parts[-1]._replace(end=end)
        else:
            parts.append(top._replace(start=start, end=end))
    return tuple(parts)
