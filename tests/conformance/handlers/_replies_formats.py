"""Formats of replies: ``{"kind": "currency", "locale": "es-ES", "args": {...}}``; written by ``cldr.formats``.

Each kind is answered from the locale's rule, by the names that its arguments may have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from csprotocol.replies import cldr
from tests.conformance._handler import UnknownCaseError, refuse_unknown_keys

KINDS: Mapping[str, tuple[str, ...]] = {
    "currency": ("amount", "currency", "rounding"),
    "number": ("value", "decimals"),
    "percent": ("value", "decimals"),
    "date": ("date", "style", "length"),
    "time": ("time", "style", "length"),
    "datetime": ("datetime", "date", "style", "date_style", "time_style", "length", "tz"),
    "list": ("items", "style"),
    "plural": ("n",),
    "ordinal": ("n",),
    "unit": ("value", "unit", "length"),
    "relative": ("years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "value", "unit"),
    "interval": ("start", "end", "skeleton"),
    "duration": ("days", "hours", "minutes", "seconds"),
    "fallback": (),
}
"""The kinds of case that :func:`answer` knows, with the arguments of each."""


def answer(case: Mapping[str, Any]) -> object:
    """The text, the categories or the chain of locales that the case asks for."""
    kind, args = case["kind"], case.get("args", {})
    if kind not in KINDS:
        raise UnknownCaseError(f"kind {kind!r} is unknown")
    refuse_unknown_keys(f"args of {kind}", args, (*KINDS[kind], "grouping"))
    if kind == "fallback":
        return list(cldr.fallback_chain(case["locale"]))
    return _ANSWERS[kind](cldr.formats(case["locale"], grouping=args.get("grouping", "auto")), args)


def _currency(formats: cldr.Formats, args: Mapping[str, Any]) -> str:
    # The cases hold what CLDR writes, and CLDR rounds.
    return formats.currency(args["amount"], args["currency"], rounding=args.get("rounding", "half-up"))


def _decimals(args: Mapping[str, Any]) -> dict[str, Any]:
    return {"decimals": args["decimals"]} if "decimals" in args else {}


def _moment(args: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(args["datetime"] if "datetime" in args else args["date"])


def _date(formats: cldr.Formats, args: Mapping[str, Any]) -> str:
    return formats.date(date.fromisoformat(args["date"]), length=args.get("style", args.get("length", "medium")))


def _time(formats: cldr.Formats, args: Mapping[str, Any]) -> str:
    return formats.time(time.fromisoformat(args["time"]), length=args.get("style", args.get("length", "short")))


def _datetime(formats: cldr.Formats, args: Mapping[str, Any]) -> str:
    both = args.get("style", args.get("length", "medium"))
    return formats.datetime(
        _moment(args),
        date_length=args.get("date_style", both),
        time_length=args.get("time_style", both),
        tz=ZoneInfo(args["tz"]) if "tz" in args else None,
    )


def _plural(category: Callable[[Decimal | int], str], numbers: object) -> dict[str, str]:
    listed = numbers if isinstance(numbers, list) else [numbers]
    return {str(n): category(n if isinstance(n, int) else Decimal(str(n))) for n in listed}


def _relative(formats: cldr.Formats, args: Mapping[str, Any]) -> str:
    if "value" in args:
        return formats.relative(_number(args["value"]), unit=args.get("unit", "day"))
    ((units, number),) = args.items()
    unit: Any = units.removesuffix("s")
    return formats.relative(_number(number), unit=unit)


def _number(value: str | float) -> int | Decimal:
    return value if isinstance(value, int) else Decimal(str(value))


def _instant(text: str) -> date:
    return date.fromisoformat(text) if len(text) == len("2026-11-27") else datetime.fromisoformat(text)


_ANSWERS: Mapping[str, Callable[[cldr.Formats, Mapping[str, Any]], object]] = {
    "currency": _currency,
    "number": lambda formats, args: formats.number(_number(args["value"]), **_decimals(args)),
    "percent": lambda formats, args: formats.percent(_number(args["value"]), **_decimals(args)),
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "list": lambda formats, args: formats.list(args["items"], style=args.get("style", "standard")),
    "plural": lambda formats, args: _plural(formats.plural, args["n"]),
    "ordinal": lambda formats, args: _plural(formats.ordinal, args["n"]),
    "unit": lambda formats, args: formats.unit(_number(args["value"]), args["unit"], length=args.get("length", "long")),
    "relative": _relative,
    "interval": lambda formats, args: formats.interval(
        _instant(args["start"]), _instant(args["end"]), skeleton=args.get("skeleton", "yMMMd")
    ),
    "duration": lambda formats, args: formats.duration(timedelta(**args)),
}
