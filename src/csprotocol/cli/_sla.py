"""``csprotocol sla check EXPORT``: which promises were kept, which were not, and what is overdue."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from csprotocol.adapters import Read, table, zendesk
from csprotocol.calendar import BusinessCalendar, BusinessHours, CalendarHistory
from csprotocol.cli._common import add_output_options, check_output, loaded, parse_now, parse_zone, write_output
from csprotocol.cli._progress import ProgressLine
from csprotocol.cli._sla_sheet import FROM_FACTS, TicketCalendars, sheet_of, ticket_of
from csprotocol.cli._sla_told import FORMATS, told
from csprotocol.errors import InvalidValueError
from csprotocol.model import Ticket
from csprotocol.sla import ClockKind, SlaPolicy

__all__ = ["add_to", "run"]

ALWAYS: Final = "always"
_EPILOG = """\
examples:
  csprotocol sla check exports/zendesk --from zendesk --policy sla.toml
  csprotocol sla check tickets.csv --map mapping.toml --policy sla.toml --calendar hours.toml --worst 3

exit status: 0 when nothing is overdue at --now, 1 when something is, 2 when the command or its input is wrong
"""


def add_to(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "sla",
        help="deadlines and breaches of an export under a policy",
        description="Clocks and promises: what was kept, what was not, what is overdue.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser(
        "check",
        help="attainment by clock and priority, and the worst breaches with their explanation",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("export", metavar="EXPORT", help="a CSV file, or a folder of Zendesk tables")
    source = check.add_mutually_exclusive_group(required=True)
    source.add_argument("--from", dest="platform", choices=("zendesk",), help="the layout of the export")
    source.add_argument("--map", metavar="FILE", help="a document that says what the columns of a CSV file mean")
    check.add_argument("--policy", metavar="FILE", required=True, help="the promises (TOML, JSON, YAML)")
    check.add_argument("--preset", choices=SlaPolicy.presets(), help="with the choices of this vendor's engine")
    check.add_argument(
        "--calendar",
        action="append",
        default=[],
        metavar="[NAME=]FILE",
        help=f"business hours by the names of the policy; without a name its default; {ALWAYS!r} is 24 hours a day",
    )
    check.add_argument("--tz", default="UTC", help="time zone of --now and of what is printed; default: UTC")
    check.add_argument("--now", help="the moment of the check, ISO 8601; default: the clock")
    check.add_argument("--worst", type=int, default=5, metavar="N", help="so many breaches are explained; default: 5")
    add_output_options(check, FORMATS)
    check.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Reads, evaluates, tells."""
    check_output(chosen.output, (chosen.export, chosen.map, chosen.policy))
    zone = parse_zone(chosen.tz)
    now = parse_now(chosen.now, zone)
    if chosen.worst < 0:
        raise InvalidValueError.of("--worst", chosen.worst, expected="0 or more")
    policy = loaded(SlaPolicy.load, chosen.policy)
    if chosen.preset:
        policy = policy.preset(chosen.preset)
    named = _calendars(chosen.calendar, policy)
    found = _read(chosen)
    if not named and not found.own:
        raise InvalidValueError.of(
            "--calendar", "nothing", expected=f"a file with business hours, or {ALWAYS!r} for 24 hours a day"
        )
    with ProgressLine(verb="judging", unit="k tickets", size=1e3, least=20_000) as progress:
        sheet = sheet_of(
            found.tickets,
            policy,
            TicketCalendars(named, found.own),
            now,
            worst=chosen.worst,
            kinds=found.kinds,
            progress=progress,
        )
    write_output(told(sheet, policy, now, zone, chosen.format), chosen.output)
    return 1 if sheet.overdue else 0


class _Found(NamedTuple):
    """What an export brings; ``kinds`` are the clocks that it can tell, ``None`` for all."""

    tickets: tuple[Ticket, ...]
    own: Mapping[str, BusinessCalendar | CalendarHistory]
    kinds: frozenset[ClockKind] | None


def _calendars(given: list[str], policy: SlaPolicy) -> dict[str, BusinessCalendar]:
    found: dict[str, BusinessCalendar] = {}
    for each in given:
        name, separator, path = each.partition("=")
        if not separator:
            name, path = policy.calendar, each
        if name in found:
            raise InvalidValueError.of("--calendar", each, expected="one file for each name")
        always = path == ALWAYS
        found[name] = BusinessCalendar.ALWAYS_OPEN if always else BusinessCalendar(loaded(BusinessHours.load, path))
    return found


def _read(chosen: argparse.Namespace) -> _Found:
    with ProgressLine() as progress:
        if chosen.platform:
            export = zendesk.export(chosen.export, progress=progress)
            _say(export)
            return _Found(export.value.tickets, export.value.calendars, None)
        mapping = loaded(table.TableMapping.load, chosen.map)
        read = table.tickets(Path(chosen.export), mapping, progress=progress)
    _say(read)
    if read.value.tickets:
        return _Found(read.value.tickets, {}, None)
    made = [ticket_of(facts) for facts in read.value.facts]
    known = tuple(ticket for ticket in made if ticket is not None)
    if len(known) < len(made):
        print(f"csprotocol: {len(made) - len(known)} tickets without an instant of creation", file=sys.stderr)
    return _Found(known, {}, FROM_FACTS)


def _say(read: Read[Any]) -> None:
    """What was odd in the export, on standard error."""
    rejected = sum(read.rejected_counts.values())
    if rejected:
        print(f"csprotocol: {rejected} rows could not be read and are left out", file=sys.stderr)
    for notice in read.warnings:
        print(f"csprotocol: {notice}", file=sys.stderr)
