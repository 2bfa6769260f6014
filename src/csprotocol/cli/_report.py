"""``csprotocol report EXPORT``: the numbers of a helpdesk export."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from csprotocol.adapters import Notice, Read, TicketExport, table, zendesk
from csprotocol.calendar import BusinessCalendar, BusinessHours
from csprotocol.cli._common import (
    add_output_options,
    check_output,
    is_colourful,
    loaded,
    parse_now,
    parse_zone,
    write_output,
)
from csprotocol.cli._progress import ProgressLine
from csprotocol.cli._report_large import opened_in_batches, streamed
from csprotocol.cli._report_options import add_statistics_options, statistics, width_of
from csprotocol.errors import ExportError, InvalidValueError, one_of
from csprotocol.kpi import PERIODS, OpenTime
from csprotocol.model import FrozenDict, TicketFacts
from csprotocol.report import (
    ANCHORS,
    FORMATS,
    PROPERTIES,
    QUANTILES,
    Report,
    ReportSpec,
    Target,
    build,
    render,
)

__all__ = ["add_to", "run", "zendesk_spec"]

PLATFORMS = ("zendesk",)
_RULES: Final = ("piecewise", "latest")

_EPILOG = f"""\
dimensions for --by: one of {", ".join(PERIODS)}; {", ".join(PROPERTIES)};
an attribute of the mapping, or any column of the file

examples:
  csprotocol report exports/zendesk --from zendesk --tz Europe/Madrid
  csprotocol report tickets.csv --map mapping.toml --by week,priority --calendar hours.toml \\
      --target first_reply=4h:business --format md -o report.md
  csprotocol report tickets.parquet --map mapping.toml --preset zendesk --by month --compare-to previous
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
    parser.add_argument(
        "export", metavar="EXPORT", help="a CSV or Parquet file, a workbook, a folder of Zendesk tables, or - for stdin"
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--from", dest="platform", choices=PLATFORMS, help="the layout of the export")
    source.add_argument("--map", metavar="FILE", help="a document that says what the columns of a table mean")
    parser.add_argument("--by", default="month,channel", help="dimensions, comma-separated; default: month,channel")
    parser.add_argument("--anchor", choices=ANCHORS, default=ANCHORS[0], help="the instant that decides the period")
    parser.add_argument("--tz", default="UTC", help="time zone of periods and of --now; default: UTC")
    parser.add_argument("--now", help="the moment of the report, ISO 8601; default: the clock")
    parser.add_argument("--calendar", metavar="FILE", help="business hours (TOML, JSON, YAML) for business time")
    parser.add_argument(
        "--schedule-rule",
        choices=_RULES,
        help="Zendesk tickets with several schedules: each in its time (default), or the last for all (Zendesk's rule)",
    )
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="KPI=TIME",
        help="first_reply=4h, resolution=24h:business; may be repeated",
    )
    add_statistics_options(parser)
    parser.add_argument("--strict", action="store_true", help="stop at the first row that cannot be read")
    add_output_options(parser, FORMATS)
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Reads, builds, renders."""
    check_output(chosen.output, (chosen.export, chosen.map, chosen.calendar))
    spec = _spec(chosen)
    if chosen.platform == "zendesk":
        found = _read_zendesk(chosen)
        orphans = found.value.orphans
        # Only now is known whether the export brings calendars by which a business target can be counted.
        spec, read = zendesk_spec(spec, found, rule=chosen.schedule_rule or _RULES[0])
        spec = replace(spec, targets=_targets(chosen))
    else:
        return _write(chosen, _on_table(chosen, spec))
    return _write(chosen, _calculated(read, spec, orphans))


def _calculated(read: Read[TicketExport], spec: ReportSpec, orphans: Mapping[str, int]) -> Report:
    with ProgressLine(verb="calculating", unit="k tickets", size=1e3, least=100_000) as progress:
        return build(read, replace(spec, csat_scale=read.value.csat_scale), orphans=orphans, progress=progress)


def _write(chosen: argparse.Namespace, report: Report) -> int:
    told = render(report, chosen.format, bold=is_colourful(chosen.output), width=width_of(chosen.output))
    write_output(told, chosen.output)
    return 0


def _spec(chosen: argparse.Namespace) -> ReportSpec:
    """All that the options say; nothing of the export is read for it."""
    if not chosen.export:
        raise InvalidValueError.of("EXPORT", chosen.export, expected="a file, a folder, or - for standard input")
    if chosen.map and chosen.schedule_rule:
        raise InvalidValueError.of("--schedule-rule", chosen.schedule_rule, expected="used with --from zendesk")
    zone = parse_zone(chosen.tz)
    targets = _targets(chosen)
    calendar = BusinessCalendar(loaded(BusinessHours.load, chosen.calendar)) if chosen.calendar else None
    business = [target for target in targets if target.business]
    if chosen.map and business and calendar is None:
        raise InvalidValueError.of(
            "--target", str(business[0]), expected="counted by business hours", hint="--calendar"
        )
    return ReportSpec(
        as_of=parse_now(chosen.now, zone),
        by=tuple(name.strip() for name in chosen.by.split(",") if name.strip()),
        tz=chosen.tz,
        anchor=chosen.anchor,
        within=calendar,
        hours_of=chosen.calendar or "",
        targets=() if chosen.platform else targets,
        **statistics(chosen),
    )


def _targets(chosen: argparse.Namespace) -> tuple[Target, ...]:
    return tuple(Target.parse(text) for text in chosen.target)


def _read_zendesk(chosen: argparse.Namespace) -> Read[zendesk.ZendeskExport]:
    if chosen.export == "-":
        raise InvalidValueError.of("EXPORT", "-", expected="a folder with Zendesk's tables")
    with ProgressLine() as progress:
        return zendesk.export(
            chosen.export,
            strict=chosen.strict,
            progress=progress,
            calendar_rule=chosen.schedule_rule or _RULES[0],
        )


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


def _on_table(chosen: argparse.Namespace, spec: ReportSpec) -> Report:
    """The report on a table: in memory, or in batches where that is asked for or the file is large."""
    mapping = loaded(table.TableMapping.load, chosen.map)
    known = {*PERIODS, *PROPERTIES, *mapping.attributes}
    # What is neither a period nor a property may be any column of the file; the reader says if it is not there.
    columns = {name: name for name in spec.by if name not in known}
    wider = replace(mapping, attributes=FrozenDict({**mapping.attributes, **columns})) if columns else mapping
    try:
        with _source(chosen.export) as source:
            if chosen.quantiles != QUANTILES[0] and (large := opened_in_batches(source, wider, spec, chosen)):
                return streamed(large, spec)
            with ProgressLine() as progress:
                read = table.tickets(source, wider, strict=chosen.strict, progress=progress)
    except ExportError as error:
        named = {*mapping.columns.named().values(), *mapping.attributes.values()}
        if error.column not in columns or error.column in named:
            raise
        words = one_of((*PERIODS, *PROPERTIES, *mapping.attributes), found=error.column)
        raise InvalidValueError(
            f"--by: {error.column!r} is unknown",
            hint=f"{words}; columns of {error.file}: {error.hint}",
            field="--by",
            found=error.column,
        ) from None
    return _calculated(read, spec, FrozenDict())


@contextmanager
def _source(export: str) -> Iterator[str | Path]:
    """The file to read. What comes through a pipe is a file first: so it is examined as every other file is."""
    if export != "-" and not _comes_once(Path(export)):
        yield export
        return
    if export == "-" and (sys.stdin is None or sys.stdin.isatty()):
        raise InvalidValueError.of("EXPORT", "-", expected="fed from a file or a pipe")
    with TemporaryDirectory(prefix="csprotocol-") as folder:
        copy = Path(folder) / _name_of(export)
        try:
            with copy.open("wb") as file, _stream(export) as stream:
                shutil.copyfileobj(stream, file)
        except OSError as failure:
            raise ExportError.at(export, f"cannot be read: {failure.strerror}") from None
        yield copy


def _comes_once(path: Path) -> bool:
    """Whether it is a pipe or a device: what was read of it is gone."""
    try:
        return path.exists() and not (path.is_file() or path.is_dir())
    except (OSError, ValueError):
        return False  # Its reader says what is wrong.


def _name_of(export: str) -> str:
    """What reports call it; that /dev/fd has a number 63 tells nobody anything."""
    if export in ("-", "/dev/stdin", "/dev/fd/0"):
        return "standard input"
    return "pipe" if Path(export).name.isdigit() else Path(export).name


def _stream(export: str) -> AbstractContextManager[IO[bytes]]:
    # Who gave us standard input closes it.
    return nullcontext(sys.stdin.buffer) if export == "-" else Path(export).open("rb")
