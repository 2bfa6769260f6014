"""``csprotocol hours between|add|next|explain``: questions to a calendar."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from csprotocol.calendar import BusinessCalendar, BusinessHours, format_open_time, parse_weekly
from csprotocol.cli._common import loaded, parse_instant, parse_zone
from csprotocol.errors import InvalidValueError

__all__ = ["add_to"]

_WORK = re.compile(r"(?P<sign>-?)(?:(?P<h>\d+(?:\.\d+)?)h)?(?:(?P<min>\d+)min)?(?:(?P<s>\d+)s)?")


def add_to(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "hours", help="open time between instants, deadlines, openings", description="Questions to a calendar."
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for name, help_text, arguments, answer in (
        ("between", "open time between two instants", ("START", "END"), _between),
        ("add", "when so much open time has passed (4h, 1h30min, -2h)", ("START", "TIME"), _add),
        ("next", "the next opening and closing", ("AT",), _next),
        ("explain", "why each stretch is open or closed", ("START", "END"), _explain),
    ):
        verb = verbs.add_parser(name, help=help_text)
        for argument in arguments:
            verb.add_argument(argument.lower(), metavar=argument)
        source = verb.add_mutually_exclusive_group(required=True)
        source.add_argument("--calendar", metavar="FILE", help="business hours (TOML, JSON, YAML)")
        source.add_argument("--weekly", metavar="TEXT", help="for example 'mon-fri 09:00-17:00'")
        verb.add_argument("--tz", default="UTC", help="zone of instants without an offset, and of --weekly")
        verb.set_defaults(run=_runner(answer))


def _runner(
    answer: Callable[[argparse.Namespace, BusinessCalendar], str],
) -> Callable[[argparse.Namespace], int]:
    def run(chosen: argparse.Namespace) -> int:
        parse_zone(chosen.tz)
        if chosen.calendar:
            hours = loaded(BusinessHours.load, chosen.calendar)
        else:
            hours = BusinessHours(tz=chosen.tz, weekly=parse_weekly(chosen.weekly, "--weekly"))  # type: ignore[arg-type]
        print(answer(chosen, BusinessCalendar(hours)))
        return 0

    return run


def _between(chosen: argparse.Namespace, calendar: BusinessCalendar) -> str:
    zone = parse_zone(chosen.tz)
    start, end = parse_instant("START", chosen.start, zone), parse_instant("END", chosen.end, zone)
    return format_open_time(calendar.between(start, end))


def _add(chosen: argparse.Namespace, calendar: BusinessCalendar) -> str:
    start = parse_instant("START", chosen.start, parse_zone(chosen.tz))
    return calendar.add(start, parse_work(chosen.time)).isoformat(sep=" ")


def _next(chosen: argparse.Namespace, calendar: BusinessCalendar) -> str:
    at = parse_instant("AT", chosen.at, parse_zone(chosen.tz))
    opens, closes = calendar.next_open(at), calendar.next_close(at)
    state = "open now" if calendar.is_open(at) else f"opens {opens.isoformat(sep=' ')}"
    return f"{state}, closes {closes.isoformat(sep=' ')}"


def _explain(chosen: argparse.Namespace, calendar: BusinessCalendar) -> str:
    zone = parse_zone(chosen.tz)
    start, end = parse_instant("START", chosen.start, zone), parse_instant("END", chosen.end, zone)
    return str(calendar.explain(start, end))


def parse_work(text: str) -> timedelta:
    """Open time from ``4h``, ``1h30min``, ``90min``, ``-2h``; never days, which may mean two things.

    >>> parse_work("1h30min")
    datetime.timedelta(seconds=5400)

    Raises:
        InvalidValueError: another form.
    """
    found = _WORK.fullmatch(text)
    if not found or not any(found[unit] for unit in ("h", "min", "s")):
        raise InvalidValueError.of("TIME", text, expected="in hours, minutes and seconds, for example 1h30min")
    try:
        work = timedelta(hours=float(found["h"] or 0), minutes=int(found["min"] or 0), seconds=int(found["s"] or 0))
    except (OverflowError, ValueError):
        raise InvalidValueError.of("TIME", text, expected="a time that somebody could wait") from None
    return -work if found["sign"] else work
