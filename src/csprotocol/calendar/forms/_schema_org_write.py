"""The specifications that say given hours, and what they cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from csprotocol.calendar._holidays import PublicHolidays
from csprotocol.calendar._hours import BusinessHours, SpecialHours, Weekly
from csprotocol.calendar._text import WEEKDAYS
from csprotocol.calendar._wall import Hours
from csprotocol.calendar.forms._loss import Exported, Loss
from csprotocol.calendar.forms._schema_org_words import DAYS, END_OF_DAY, WEEK_DAYS, length_days
from csprotocol.calendar.forms._week import as_mapping, holiday_sources, open_week, weekly_from

__all__ = ["specifications_of"]


def specifications_of(hours: BusinessHours) -> Exported[tuple[dict[str, Any], ...]]:
    """All specifications, and the losses."""
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


def _weekly_specs(weekly: Weekly, extra: Mapping[str, str], losses: list[Loss], place: str) -> Iterator[dict[str, Any]]:
    # Days are joined only where all their hours are the same, so that the order inside a day survives.
    days_by_hours: dict[tuple[Hours, ...], list[str]] = {}
    for day, hours in weekly.items():
        days_by_hours.setdefault(tuple(hours), []).append(day)
    for hours, days in days_by_hours.items():
        for opens, closes in hours:
            _check_custom(closes, losses, f"{place}.{days[0]}")
            yield _spec([DAYS[WEEKDAYS.index(day)] for day in days], opens, closes, extra)


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
        days = length_days(valid)
        # ISO dates sort as texts.
        if any(first <= season.to and season.from_ <= last and days <= n for (first, last), n in written.items()):
            losses.append(Loss(place, "overlaps an earlier season that is not shorter; a reader takes the shorter one"))
        written[season.from_, season.to] = days
        if days <= WEEK_DAYS:
            losses.append(Loss(place, "a season of a week or less is read back as special dates"))
        extra = _extra(season.from_, season.to, season.name)
        weekly = season.weekly
        if hours.breaks:
            weekly = weekly_from(open_week(weekly, hours.breaks), keep_nights=True)
        if weekly:
            yield from _weekly_specs(as_mapping(weekly), extra, losses, place)
        else:
            yield _spec(list(DAYS), "00:00", "00:00", extra)


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
    if closes in END_OF_DAY:
        losses.append(Loss(place, f"{closes} is read as the end of the day by custom"))


def _spec(days: list[str] | None, opens: str, closes: str, extra: Mapping[str, str]) -> dict[str, Any]:
    spec: dict[str, Any] = {"@type": "OpeningHoursSpecification"}
    if days is not None:
        spec["dayOfWeek"] = days
    return spec | {"opens": opens, "closes": "23:59" if closes == "24:00" else closes} | dict(extra)
