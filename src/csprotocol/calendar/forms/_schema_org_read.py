"""What the specifications of a web page say, one range of dates at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, Final

from csprotocol.calendar._text import WEEKDAYS
from csprotocol.calendar._wall import Hours
from csprotocol.calendar.forms._schema_org_words import DAYS, END_OF_DAY
from csprotocol.errors import InvalidScheduleError, one_of

__all__ = ["PUBLIC_HOLIDAYS", "Dates", "Group", "groups_of"]

PUBLIC_HOLIDAYS: Final = "PublicHolidays"
_NAME: Final = re.compile(r"(?:https?://schema\.org/|schema:)?([A-Za-z]+)")
_TIME: Final = re.compile(r"([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?")

_HOURS_KEYS: Final = ("openingHoursSpecification", "specialOpeningHoursSpecification")
_SPEC_KEYS: Final = ("dayOfWeek", "opens", "closes", "validFrom", "validThrough")

Dates = tuple[date, date] | None


@dataclass(slots=True)
class Group:
    """The specifications that hold in one range of dates."""

    place: str
    named_days: bool = False
    name: str = ""
    by_day: dict[str, list[Hours]] = field(default_factory=dict)


def groups_of(specs: Sequence[Mapping[str, Any]] | Mapping[str, Any], local: tzinfo) -> dict[Dates, Group]:
    """The specifications by the dates in which they hold, in the order in which the page has them."""
    groups: dict[Dates, Group] = {}
    for place, spec in _specifications(specs):
        _collect(groups, place, spec, local)
    return groups


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


def _collect(groups: dict[Dates, Group], place: str, spec: Mapping[str, Any], local: tzinfo) -> None:
    if not _is_specification(spec):
        raise InvalidScheduleError.at(place, "has no hours; give dayOfWeek, opens and closes")
    valid = _valid(spec, place, local)
    group = groups.setdefault(valid, Group(place))
    days = list(_named_days(spec.get("dayOfWeek"), f"{place}.dayOfWeek"))
    group.named_days |= bool(days)
    group.name = group.name or str(spec.get("name") or "")
    interval = _interval(spec, place)
    for day in days or WEEKDAYS:
        hours = group.by_day.setdefault(day, [])
        # The same specification twice is common on web pages, and harmless.
        if interval is not None and interval not in hours:
            hours.append(interval)


def _valid(spec: Mapping[str, Any], place: str, local: tzinfo) -> Dates:
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
    if match and match[1] == PUBLIC_HOLIDAYS:
        yield PUBLIC_HOLIDAYS
    elif match and match[1] in DAYS:
        yield WEEKDAYS[DAYS.index(match[1])]
    else:
        raise InvalidScheduleError.at(place, f"{found!r} is no day; {one_of((*DAYS, PUBLIC_HOLIDAYS), found=found)}")


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
    return opens, "24:00" if closes in END_OF_DAY else closes


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
