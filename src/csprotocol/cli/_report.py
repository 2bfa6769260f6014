"""``csprotocol report EXPORT``: the numbers of a helpdesk export."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from csprotocol.adapters import Notice, Read, TicketExport, table, zendesk
from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.cli._common import add_output_options, is_colourful, parse_now, parse_zone, write_output
from csprotocol.cli._progress import ProgressLine
from csprotocol.errors import InvalidValueError
from csprotocol.kpi import OpenTime
from csprotocol.model import FrozenDict, TicketFacts
from csprotocol.report import ANCHORS, FORMATS, PERIODS, PROPERTIES, ReportSpec, Target, build, render

__all__ = ["add_to", "run", "zendesk_spec"]

PLATFORMS = ("zendesk",)

_EPILOG = f"""\
dimensions for --by: one of {", ".join(PERIODS)}; {", ".join(PROPERTIES)};
an attribute of the mapping, or any column of the file

examples:
  csprotocol report exports/zendesk --from zendesk --tz Europe/Madrid
  csprotocol report tickets.csv --map mapping.toml --by week,priority --calendar hours.toml \\
      --target first_reply=4h:business --format md -o report.md
"""


def add_to(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "report",
        help="first reply, resolution, FCR, reopens, CSAT, NPS and SLA of an export",
        description="What a helpdesk export says, by period and channel, with what each number rests on.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("export", metavar="EXPORT", help="a CSV file, a folder of Zendesk tables, or - for stdin")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--from", dest="platform", choices=PLATFORMS, help="the layout of the export")
    source.add_argument("--map", metavar="FILE", help="a document that says what the columns of a CSV file mean")
    parser.add_argument("--by", default="month,channel", help="dimensions, comma-separated; default: month,channel")
    parser.add_argument("--anchor", choices=ANCHORS, default=ANCHORS[0], help="the instant that decides the period")
    parser.add_argument("--tz", default="UTC", help="time zone of periods and of --now; default: UTC")
    parser.add_argument("--now", help="the moment of the report, ISO 8601; default: the clock")
    parser.add_argument("--calendar", metavar="FILE", help="business hours (TOML, JSON, YAML) for business time")
    parser.add_argument(
        "--schedule-rule",
        choices=("piecewise", "latest"),
        default="piecewise",
        help="Zendesk tickets with several schedules: each in its time, or the last one for all (Zendesk's rule)",
    )
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="KPI=TIME",
        help="first_reply=4h, resolution=24h:business; may be repeated",
    )
    parser.add_argument("--strict", action="store_true", help="stop at the first row that cannot be read")
    add_output_options(parser, FORMATS)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Reads, builds, renders."""
    zone = parse_zone(chosen.tz)
    calendar = BusinessCalendar(BusinessHours.load(chosen.calendar)) if chosen.calendar else None
    spec = ReportSpec(
        as_of=parse_now(chosen.now, zone),
        by=tuple(name.strip() for name in chosen.by.split(",") if name.strip()),
        tz=chosen.tz,
        anchor=chosen.anchor,
        within=calendar,
        hours_of=chosen.calendar or "",
    )
    targets = tuple(Target.parse(text) for text in chosen.target)
    orphans: Mapping[str, int] = {}
    read: Read[TicketExport]
    if chosen.platform == "zendesk":
        with ProgressLine() as progress:
            found = zendesk.export(
                chosen.export, strict=chosen.strict, progress=progress, calendar_rule=chosen.schedule_rule
            )
        orphans = found.value.orphans
        spec, read = zendesk_spec(spec, found, rule=chosen.schedule_rule)
    else:
        read = _read_table(chosen, spec.by)
    spec = replace(spec, targets=targets, csat_scale=read.value.csat_scale)
    report = build(read, spec, orphans=orphans)
    write_output(render(report, chosen.format, bold=is_colourful(chosen.output)), chosen.output)
    return 0


def zendesk_spec(
    spec: ReportSpec, read: Read[zendesk.ZendeskExport], *, rule: str
) -> tuple[ReportSpec, Read[TicketExport]]:
    """The spec with the hours and promises that the export itself carries, and what cannot be judged yet."""
    export = read.value
    if spec.within is None and export.calendars:
        spec = replace(
            spec,
            within=_OwnCalendars(export.calendars),
            hours_of=f"each ticket's own Zendesk schedules ({rule}); tickets without one are missing",
        )
    promises: dict[str, tuple[Target, ...]] = {}
    unjudged: dict[str, int] = {}
    for ticket_id, found in export.targets.items():
        own: list[Target] = []
        for promise in sorted(found, key=lambda each: each.applied_at):
            kpi = _METRICS.get(promise.metric)
            if kpi is None:
                unjudged[promise.metric] = unjudged.get(promise.metric, 0) + 1
            else:
                own.append(Target(kpi, timedelta(minutes=promise.minutes), promise.business_hours))
        if own:
            promises[ticket_id] = tuple(own)
    notices = tuple(
        Notice("sla-metric-not-judged", f"promises of {metric}: not part of this report", count)
        for metric, count in sorted(unjudged.items())
    )
    plain: Read[TicketExport] = Read(
        export, (*read.warnings, *notices), read.rejected, read.rejected_counts, read.files
    )
    return replace(spec, promises=FrozenDict(promises)), plain


_METRICS = {"first_reply_time": "first_reply", "total_resolution_time": "resolution"}


class _OwnCalendars:
    """Each ticket's own calendar; ``None`` for a ticket without one."""

    def __init__(self, calendars: Mapping[str, OpenTime]) -> None:
        self._calendars = calendars

    def __call__(self, ticket: TicketFacts) -> OpenTime | None:
        return self._calendars.get(ticket.ticket_id)


def _read_table(chosen: argparse.Namespace, by: Iterable[str]) -> Read[TicketExport]:
    mapping = table.TableMapping.load(chosen.map)
    known = {*PERIODS, *PROPERTIES, *mapping.attributes}
    # What is neither a period nor a property may be any column of the file; the reader says if it is not there.
    columns = {name: name for name in by if name not in known}
    if columns:
        mapping = replace(mapping, attributes=FrozenDict({**mapping.attributes, **columns}))
    if chosen.export == "-":
        if sys.stdin.isatty():
            raise InvalidValueError.of("EXPORT", "-", expected="fed from a file or a pipe")
        return table.tickets(sys.stdin, mapping, strict=chosen.strict)
    with ProgressLine() as progress:
        return table.tickets(chosen.export, mapping, strict=chosen.strict, progress=progress)
