"""Business time: ``{"calendar": BusinessHours, "op": ..., "args": [...]}``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.errors import CsprotocolError, InvalidValueError
from tests.conformance._handler import UnknownCaseError, refuse_unknown_keys

_KEYS = ("id", "calendar", "op", "args", "expected", "source", "note", "title", "tags", "tol", "why", "basis", "other")
_OPTIONS = ("first_year", "last_year")


def answer(case: Mapping[str, Any]) -> object:
    """Instants come back as the text of the expected one when they are the same instant."""
    refuse_unknown_keys("case", case, _KEYS)
    calendar = _calendar(case["calendar"])
    operation, args = case["op"], case.get("args", [])
    match operation:
        case "between":
            return _seconds(calendar.between(_at(args[0]), _at(args[1])))
        case "add":
            return _text(calendar.add(_at(args[0]), _duration(args[1])), case)
        case "is_open":
            return calendar.is_open(_at(args[0]))
        case "next_open" | "next_close" | "previous_open" | "previous_close":
            return _text(getattr(calendar, operation)(_at(args[0])), case)
        case "add_days" | "add_business_days":
            return _text(calendar.add_days(_at(args[0]), args[1]), case)
        case "intervals":
            spans = calendar.intervals(_at(args[0]), _at(args[1]))
            found = [[_iso(span.start), _iso(span.end)] for span in spans]
            expected = case["expected"]
            if isinstance(expected, list) and _instants(found) == _instants(expected):
                return expected
            return found
        case "open_time_on":
            return _seconds(calendar.open_time_on(date.fromisoformat(args[0])))
        case "is_business_day":
            return calendar.is_business_day(date.fromisoformat(args[0]))
        case "intersection" | "union" | "difference" | "and" | "or" | "sub":
            return _combined(calendar, case)
        case _:
            raise UnknownCaseError(f"operation {operation!r} is unknown")


def error_name(error: CsprotocolError) -> str:
    """The class is the name."""
    return type(error).__name__


def _calendar(document: Mapping[str, Any]) -> BusinessCalendar:
    options = {key: document[key] for key in _OPTIONS if key in document}
    hours = {key: value for key, value in document.items() if key not in _OPTIONS}
    return BusinessCalendar(BusinessHours.from_dict(hours), **options)


def _combined(calendar: BusinessCalendar, case: Mapping[str, Any]) -> object:
    other = _calendar(case["other"])
    both = {
        "intersection": calendar & other,
        "and": calendar & other,
        "union": calendar | other,
        "or": calendar | other,
        "difference": calendar - other,
        "sub": calendar - other,
    }[case["op"]]
    return _seconds(both.between(_at(case["args"][0]), _at(case["args"][1])))


def _at(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidValueError.of("args", text, expected="an ISO 8601 instant") from error


def _duration(seconds: float) -> timedelta:
    return timedelta(microseconds=round(seconds * 1_000_000))


def _seconds(open_time: timedelta) -> float:
    return open_time / timedelta(seconds=1)


def _iso(at: datetime) -> str:
    return at.isoformat()


def _text(at: datetime, case: Mapping[str, Any]) -> str:
    expected = case["expected"]
    if isinstance(expected, str) and datetime.fromisoformat(expected) == at:
        return expected
    return _iso(at)


def _instants(pairs: list[list[str]]) -> list[list[datetime]]:
    return [[datetime.fromisoformat(text) for text in pair] for pair in pairs]
