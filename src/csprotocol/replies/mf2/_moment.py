"""``:date``, ``:time`` and ``:datetime``: moments that show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from csprotocol.replies.mf2._errors import BadOperandError, BadOptionError, FunctionError, UnsupportedOperationError
from csprotocol.replies.mf2._locale_data import LocaleData, MomentFormatter, MomentStyle
from csprotocol.replies.mf2._registry import FunctionContext, Options, Report, Resolve, Staged
from csprotocol.replies.mf2._values import Value

__all__ = ["DATE", "DATETIME", "MOMENT_OPTIONS", "TIME"]

_LITERAL = re.compile(
    r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,3})?"
    r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?)?"
)
_FIELDS = ("weekday", "day-weekday", "month-day", "month-day-weekday", "year-month-day", "year-month-day-weekday")
_LENGTHS = ("long", "medium", "short")
_PRECISIONS = ("hour", "minute", "second")
_ZONES = ("long", "short")

# Option of the function -> field of the style and the values it may have.
_OPTIONS: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "date": {"fields": ("date", _FIELDS), "length": ("length", _LENGTHS)},
    "time": {"precision": ("time", _PRECISIONS), "timeZoneStyle": ("zone", _ZONES)},
    "datetime": {
        "dateFields": ("date", _FIELDS),
        "dateLength": ("length", _LENGTHS),
        "timePrecision": ("time", _PRECISIONS),
        "timeZoneStyle": ("zone", _ZONES),
    },
}
_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    "date": {"date": "year-month-day"},
    "time": {"time": "minute"},
    "datetime": {"date": "year-month-day", "time": "minute"},
}
_OVERRIDES: Final = ("timeZone", "hour12", "calendar")
MOMENT_OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "date": frozenset({*_OPTIONS["date"], "timeZone", "calendar"}),
    "time": frozenset({*_OPTIONS["time"], *_OVERRIDES}),
    "datetime": frozenset({*_OPTIONS["datetime"], *_OVERRIDES}),
}
_GREGORIAN: Final = ("gregory", "gregorian", "iso8601")

Complaint: TypeAlias = Callable[[], FunctionError]


class MomentValue(Value):
    """A moment with its formatter."""

    __slots__ = ("_formatter",)

    kind = "datetime"

    def __init__(
        self, moment: datetime, formatter: MomentFormatter, data: LocaleData, options: Mapping[str, object]
    ) -> None:
        super().__init__(moment, options=options, direction=data.direction, locale=data.locale)
        self._formatter = formatter

    def text(self) -> str:
        """The moment in the locale's writing."""
        moment = self.value
        assert isinstance(moment, datetime)  # noqa: S101 - __init__ says so
        return self._formatter(moment)


def _moment(operand: object, function: str) -> datetime:
    """The moment that the operand is; a date without time is its midnight, without a zone."""
    held = operand.value if isinstance(operand, Value) else operand
    if isinstance(held, datetime):
        return held
    if isinstance(held, date):
        return datetime.combine(held, time())
    if isinstance(held, str) and _LITERAL.fullmatch(held):
        try:
            return datetime.fromisoformat(held)
        except ValueError:
            pass
    kind = "missing" if held is None else f"no date ({type(held).__name__})"
    raise BadOperandError(
        f"the value before :{function} is {kind}",
        hint="pass a date, a datetime or a string such as 2026-11-27T16:30:00",
    )


def _moments(function: str) -> Staged:
    def stage(context: FunctionContext, options: Options) -> Resolve:
        fields, complaints = _read(function, options)
        own, override_complaints = _overrides(options)
        complaints += override_complaints
        formatters = lru_cache(maxsize=8)(lambda hour12: context.data.moment(_style(function, fields, hour12)))

        def resolve(operand: object, report: Report) -> Value:
            for complaint in complaints:
                report(complaint())
            moment = _moment(operand, function)
            overrides = {**_kept(operand), **own}
            moment = _placed(moment, overrides.get("timeZone"), context.time_zone, report)
            hour12 = overrides.get("hour12")
            return MomentValue(moment, formatters(hour12), context.data, overrides)

        return resolve

    return Staged(stage)


def _kept(operand: object) -> dict[str, object]:
    if not isinstance(operand, Value):
        return {}
    return {name: value for name, value in operand.options.items() if name in _OVERRIDES}


def _read(function: str, options: Options) -> tuple[dict[str, str], list[Complaint]]:
    fields = dict(_DEFAULTS[function])
    complaints: list[Complaint] = []
    for name, (field, possible) in _OPTIONS[function].items():
        option = options.get(name)
        if option is None:
            continue
        if not option.is_literal:
            complaints.append(_complaint(name, "must be spelled in the message, not passed", possible))
        elif option.value in possible:
            fields[field] = str(option.value)
        else:
            complaints.append(_complaint(name, "has a value that it cannot have", possible))
    return fields, complaints


def _overrides(options: Options) -> tuple[dict[str, object], list[Complaint]]:
    found: dict[str, object] = {}
    complaints: list[Complaint] = []
    if "hour12" in options:
        word = options["hour12"].value
        if word in ("true", "false", True, False):
            found["hour12"] = word in ("true", True)
        else:
            complaints.append(_complaint("hour12", "has a value that it cannot have", ("true", "false")))
    if "timeZone" in options:
        zone = _zone(options["timeZone"].value)
        if zone is None:
            complaints.append(
                _complaint("timeZone", "names no time zone", ("input", "UTC", "names like Europe/Madrid"))
            )
        else:
            found["timeZone"] = zone
    if "calendar" in options and options["calendar"].value not in _GREGORIAN:
        complaints.append(_other_calendar)
    return found, complaints


def _zone(name: object) -> tzinfo | str | None:
    if isinstance(name, tzinfo):
        return name
    if not isinstance(name, str):
        return None
    if name in ("input", "UTC"):
        return UTC if name == "UTC" else "input"
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # A folder of the zone database ("Europe") is no zone either, and says so with an OSError.
        return None


def _placed(moment: datetime, wanted: object, default: tzinfo | None, report: Report) -> datetime:
    zone = wanted if isinstance(wanted, tzinfo) else default
    if wanted == "input":
        if moment.tzinfo is not None:
            return moment
        report(
            BadOperandError("timeZone=input, but the value has no time zone", hint="pass a datetime that has a zone")
        )
    if zone is None:
        return moment
    if moment.tzinfo is None:
        # A moment without a zone is read on the clock of the zone: nothing to convert.
        return moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(zone)
    except OverflowError:
        raise BadOperandError(
            "the date lies outside the years 1 to 9999", hint="pass a later or earlier date"
        ) from None


def _style(function: str, fields: Mapping[str, str], hour12: object) -> MomentStyle:
    words: dict[str, Any] = dict(fields)
    return MomentStyle(hour12=None if function == "date" or hour12 is None else bool(hour12), **words)


def _complaint(name: str, found: str, possible: tuple[str, ...]) -> Complaint:
    return lambda: BadOptionError(f"the option {name} {found}", hint=f"possible: {', '.join(possible)}")


def _other_calendar() -> FunctionError:
    return UnsupportedOperationError("dates are written in the Gregorian calendar only", hint="leave calendar out")


DATE = _moments("date")
TIME = _moments("time")
DATETIME = _moments("datetime")
