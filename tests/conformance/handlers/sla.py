"""SLA clocks: one clock over a stream of events, at an instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from functools import cache
from json import dumps, loads
from typing import Any

from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.errors import CsprotocolError
from csprotocol.model import ActorKind, Event, EventKind
from csprotocol.sla import (
    BusinessDays,
    ClockKind,
    ClockRule,
    ClockState,
    DueAt,
    EndOfBusinessDay,
    NextBusinessDayAt,
    OpenTime,
    Roll,
    Rule,
    SlaPolicy,
    Target,
    Warn,
    evaluate,
)
from tests.conformance._handler import UnknownCaseError, refuse_unknown_keys

_KEYS = ("id", "title", "tags", "source", "calendar", "policy", "events", "now", "expected", "calendars", "note")
_POLICY = (
    "clock", "target_s", "target", "on_reopen", "group", "bot_counts", "pause_on", "calendar_change", "warn",
)  # fmt: skip
_EVENT = ("at", "type", "by", "to", "public", "status", "group", "priority", "due_at")


def answer(case: Mapping[str, Any]) -> object:
    """The cycles of the clock; instants as the expected ones write them when they are the same."""
    refuse_unknown_keys("case", case, _KEYS)
    calendars = dict(_calendars(case.get("calendars", {})))
    first = case["calendar"]
    name = first if isinstance(first, str) else "inline"
    if not isinstance(first, str):
        calendars[name] = _calendar(first)
    states = evaluate(list(_events(case["events"])), _policy(case["policy"], name), calendars, _at(case["now"]))
    expected = case["expected"]
    if "cycles" not in expected:
        refuse_unknown_keys("expected", expected, ("due_at",))
        return {"due_at": _same(states[-1].due_at, expected["due_at"])}
    hoped = expected["cycles"]
    told: dict[str, object] = {
        "cycles": [_told(state, hoped[i] if i < len(hoped) else {}) for i, state in enumerate(states)]
    }
    if "breach_log" in expected:
        log = [breach for state in states for breach in state.breach_log]
        told["breach_log"] = [
            {"at": _same(breach.at, each["at"]), "target_s": _target_s(breach.target)}
            for breach, each in zip(log, expected["breach_log"], strict=False)
        ] + [None] * (len(log) - len(expected["breach_log"]))
    return told


def error_name(error: CsprotocolError) -> str:
    """The class is the name."""
    return type(error).__name__


def _told(state: ClockState, hoped: Mapping[str, Any]) -> dict[str, object]:
    return {
        "state": state.state.value,
        "breached": state.breached,
        "stop_reason": state.stop_reason,
        "elapsed_s": _seconds(state.elapsed),
        "remaining_s": _seconds(state.remaining),
        "target_s": _target_s(state.target),
        "due_at": _same(state.due_at, hoped.get("due_at")),
        "start_at": _same(state.start, hoped.get("start_at")),
        "stop_at": _same(state.stop, hoped.get("stop_at")),
        "breached_at": _same(state.breached_at, hoped.get("breached_at")),
        "warn": {each.name: _same(each.at, hoped.get("warn", {}).get(each.name)) for each in state.warnings},
    }


def _policy(said: Mapping[str, Any], calendar: str) -> SlaPolicy:
    refuse_unknown_keys("policy", said, _POLICY)
    options = {name: said[name] for name in ("on_reopen", "group", "calendar_change") if name in said}
    if "pause_on" in said:
        options["pause_on"] = tuple(said["pause_on"])
    rule = ClockRule(
        _target(said),  # type: ignore[arg-type]  # documents write texts; the values behind them serve as well
        bots_count=said.get("bot_counts", False),
        warn=tuple(_warn(each) for each in said.get("warn", ())),
        **options,
    )
    return SlaPolicy("case", (Rule("all", {ClockKind(said["clock"]): rule}),), calendar=calendar)


def _target(said: Mapping[str, Any]) -> object:
    seconds = said.get("target_s")
    if isinstance(seconds, Mapping):
        return {priority: OpenTime(timedelta(seconds=each)) for priority, each in seconds.items()}
    return OpenTime(timedelta(seconds=seconds)) if seconds is not None else _days(said["target"])


def _days(said: Mapping[str, Any]) -> Target:
    match dict(said):
        case {"business_days": days, **rest}:
            return BusinessDays(days, Roll(rest.get("roll", "none")))
        case {"end_of_business_day": days}:
            return EndOfBusinessDay(days)
        case {"next_business_day_at": wall}:
            return NextBusinessDayAt(time.fromisoformat(wall))
        case {"due_at": at, **rest}:
            return DueAt(_at(at), Roll(rest.get("roll", "none")))
    raise UnknownCaseError(f"target {said!r} is unknown")


def _warn(said: Mapping[str, Any]) -> Warn:
    refuse_unknown_keys("warn", said, ("name", "fraction", "before_s", "after_s"))
    if "fraction" in said:
        return Warn(said["name"], share=str(said["fraction"]))
    side = "before" if "before_s" in said else "after"
    return Warn(said["name"], **{side: f"{said[f'{side}_s']}s"})


def _events(said: list[Mapping[str, Any]]) -> Iterator[Event]:
    for place, each in enumerate(said):
        refuse_unknown_keys("event", each, _EVENT)
        at, kind = _at(each["at"]), each["type"]
        by = ActorKind(each.get("by", "system"))
        if kind == "promise":
            yield Event(at, EventKind.PROMISE, by, data={"due_at": _at(each["due_at"])}, seq=place)
            continue
        data: dict[str, object] = {"to": each["to"]} if "to" in each else {}
        if kind == "assign":
            data["group"] = each["group"]
        yield Event(at, EventKind(kind), by, public=each.get("public", True), data=data, seq=place)
        if kind == "created":
            # Sources tell what a ticket was created with beside its creation.
            for name, also in (("priority", EventKind.PRIORITY), ("status", EventKind.STATUS)):
                if name in each:
                    yield Event(at, also, data={"to": each[name]}, seq=place)
            if "group" in each:
                yield Event(at, EventKind.ASSIGN, data={"group": each["group"]}, seq=place)


def _calendars(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, BusinessCalendar]:
    found = {name: _calendar(document) for name, document in documents.items() if "union" not in document}
    for name, document in documents.items():
        if "union" in document:
            refuse_unknown_keys("calendar", document, ("union",))
            first, *others = (found[part] if isinstance(part, str) else _calendar(part) for part in document["union"])
            for other in others:
                first |= other
            found[name] = first
    return found


def _calendar(document: Mapping[str, Any]) -> BusinessCalendar:
    return _compiled(dumps(document, sort_keys=True))


@cache
def _compiled(text: str) -> BusinessCalendar:
    document = loads(text)
    refuse_unknown_keys("calendar", document, ("tz", "weekly", "closure", "special", "always_open"))
    if document.pop("always_open", False):
        return BusinessCalendar.ALWAYS_OPEN
    return BusinessCalendar(BusinessHours.from_dict(document))


def _target_s(target: Target) -> object:
    return _seconds(target.time) if isinstance(target, OpenTime) else str(target)


def _seconds(time_: timedelta | None) -> float | int | None:
    if time_ is None:
        return None
    seconds = time_.total_seconds()
    return int(seconds) if seconds == int(seconds) else seconds


def _at(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UnknownCaseError(f"{text!r} is no instant") from None


def _same(at: datetime | None, hoped: object) -> object:
    """``hoped`` when it says the same instant, so that only instants are compared."""
    if at is not None and isinstance(hoped, str) and _at(hoped) == at:
        return hoped
    return None if at is None else at.isoformat()
