"""``csprotocol sla check EXPORT``: which promises were kept, which were not, and what is overdue."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from csprotocol.adapters import Read, table, zendesk
from csprotocol.calendar import BusinessCalendar, BusinessHours, CalendarHistory
from csprotocol.cli._common import add_output_options, check_output, loaded, parse_now, parse_zone, write_output
from csprotocol.cli._progress import ProgressLine
from csprotocol.cli._sla_rows import Row, rows_of_facts, rows_of_tickets
from csprotocol.cli._sla_sheet import TicketCalendars, sheet_of
from csprotocol.cli._sla_told import FORMATS, left_out, told
from csprotocol.cli._tables import clean
from csprotocol.errors import InvalidValueError
from csprotocol.sla import SlaPolicy

__all__ = ["add_to", "run"]

ALWAYS: Final = "always"
_EPILOG = """\
examples:
  csprotocol sla check exports/zendesk --from zendesk --policy sla.toml
  csprotocol sla check tickets.csv --map mapping.toml --policy sla.toml --calendar hours.toml --worst 3

exit status: 0 when nothing is overdue at --now, 1 when something is, 2 when the command or its input is wrong,
70 when csprotocol itself failed
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
    files = [_Hours.of(each) for each in chosen.calendar]
    check_output(chosen.output, (chosen.export, chosen.map, chosen.policy, *(each.path for each in files)))
    zone = parse_zone(chosen.tz)
    now = parse_now(chosen.now, zone)
    if chosen.worst < 0:
        raise InvalidValueError.of("--worst", chosen.worst, expected="0 or more")
    policy = loaded(SlaPolicy.load, chosen.policy)
    if chosen.preset:
        policy = policy.preset(chosen.preset)
    named = _calendars(files, policy)
    for calendar in named.values():
        # Not ticket by ticket: of this moment none of them could be told.
        calendar.is_open(now)
    found = _read(chosen)
    if not named and not found.own:
        raise InvalidValueError.of(
            "--calendar", "nothing", expected=f"a file with business hours, or {ALWAYS!r} for 24 hours a day"
        )
    with ProgressLine(verb="judging", unit="k tickets", size=1e3, least=20_000) as progress:
        sheet = sheet_of(
            found.rows, policy, TicketCalendars(named, found.own), now, worst=chosen.worst, progress=progress
        )
    write_output(told(sheet, policy, now, zone, chosen.format), chosen.output)
    if chosen.format == "csv":
        # Its rows are clocks; what has none would be lost.
        _warn(f"{name}: {count}" for name, count in left_out(sheet))
    return 1 if sheet.overdue else 0


class _Found(NamedTuple):
    """What an export brings."""

    rows: Sequence[Row]
    own: Mapping[str, BusinessCalendar | CalendarHistory]


class _Hours(NamedTuple):
    """One ``--calendar``; ``name`` is ``None`` for the policy's default, ``path`` for around the clock."""

    name: str | None
    path: str | None

    @classmethod
    def of(cls, given: str) -> _Hours:
        name, separator, path = given.partition("=")
        path = path if separator else given
        return cls(name if separator else None, None if path == ALWAYS else path)

    def calendar(self) -> BusinessCalendar:
        if self.path is None:
            return BusinessCalendar.ALWAYS_OPEN
        return BusinessCalendar(loaded(BusinessHours.load, self.path))


def _calendars(files: Iterable[_Hours], policy: SlaPolicy) -> dict[str, BusinessCalendar]:
    """The calendars by name, each of which the policy uses, and all that its clocks name.

    Raises:
        InvalidValueError: one is given twice, is of no use, or is absent.
    """
    found: dict[str, BusinessCalendar] = {}
    for each in files:
        name = policy.calendar if each.name is None else each.name
        if name in found:
            raise InvalidValueError.of("--calendar", name, expected="one file for each name")
        found[name] = each.calendar()
    by_rules = [clock.calendar for rule in policy.rules for clock in rule.clocks.values() if clock.calendar]
    used = dict.fromkeys([policy.calendar, *by_rules])
    for name in found:
        if name not in used:
            raise InvalidValueError.unknown("--calendar", name, used)
    for name in used:
        # That of the policy may be each ticket's own.
        if name not in found and name != policy.calendar:
            told = f"given as {name}=FILE as well: a rule names these hours"
            raise InvalidValueError.of("--calendar", [*found], expected=told)
    return found


def _read(chosen: argparse.Namespace) -> _Found:
    with ProgressLine() as progress:
        if chosen.platform:
            export = zendesk.export(chosen.export, progress=progress)
            _say(export)
            return _Found(tuple(rows_of_tickets(export.value.tickets)), export.value.calendars)
        mapping = loaded(table.TableMapping.load, chosen.map)
        read = table.tickets(Path(chosen.export), mapping, progress=progress)
    _say(read)
    if mapping.layout == "events":
        return _Found(tuple(rows_of_tickets(read.value.tickets)), {})
    return _Found(tuple(rows_of_facts(read.value.facts, mapping.columns.named())), {})


def _say(read: Read[Any]) -> None:
    """What was odd in the export."""
    rejected = sum(read.rejected_counts.values())
    if rejected:
        _warn([f"{rejected} rows could not be read and are left out"])
    _warn(map(str, read.warnings))


def _warn(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        print(f"csprotocol: {clean(sentence)}", file=sys.stderr)
