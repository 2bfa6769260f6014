"""``csprotocol workflow check LOG``: a log of another system, held against a workflow."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any, Final

from csprotocol.adapters import Read
from csprotocol.cli._common import add_output_options, check_output, parse_instant, parse_zone, write_output
from csprotocol.cli._tables import clean, json_text, key_values, plural, titled
from csprotocol.cli._workflow_log import Log, meanings, own_words, read_log
from csprotocol.incident import Replay, StatusLog, Workflow, check_status_log, replay_columns
from csprotocol.incident._statuses import StatusMap

__all__ = ["add_to"]

_EPILOG: Final = """\
examples:
  csprotocol workflow check log.csv --case number --at updated --status state --helpdesk servicenow --tz UTC
  csprotocol workflow check log.csv --case id --at when --event step --map "Take in charge=start" --tz Europe/Rome \\
      --at-format "%Y/%m/%d %H:%M:%S.%f"

exit status: 1 when the log holds illegal moves or unknown words
"""


def add_to(verbs: Any) -> None:
    """Adds the verb."""
    check = verbs.add_parser(
        "check",
        help="illegal moves, time in each state and reopens of a log that another system wrote",
        description="Holds a CSV log, one row an event or a status that a case was seen in, against a workflow.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("log", metavar="LOG.csv")
    check.add_argument("--case", required=True, metavar="COLUMN", help="which incident the row belongs to")
    check.add_argument("--at", required=True, metavar="COLUMN", help="when it was")
    kind = check.add_mutually_exclusive_group(required=True)
    kind.add_argument("--status", metavar="COLUMN", help="the log tells statuses")
    kind.add_argument("--event", metavar="COLUMN", help="the log tells events")
    check.add_argument("--workflow", default="incident", metavar="NAME|FILE", help="default: incident")
    check.add_argument("--helpdesk", choices=StatusMap.names(), help="whose statuses they are")
    check.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="WORD=NAME",
        help="a status of the log and the state that it means, or an event of the log and one of the workflow;"
        " wins over --helpdesk; may be repeated",
    )
    check.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="WORD",
        help="a word that tells nothing about the state, whose rows are left out; may be repeated",
    )
    check.add_argument("--tz", help="zone of stamps that name no offset, and of --until")
    check.add_argument("--at-format", default="iso", metavar="FORMAT", help="of the stamps, as strptime; default: iso")
    check.add_argument("--until", help="counts the last state of each case up to here, ISO 8601")
    check.add_argument("--delimiter", default="", help="between the cells; default: the one that fits the header")
    add_output_options(check, ("table", "json"))
    check.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from csprotocol.cli._workflow import workflow_named

    check_output(chosen.output, (chosen.log, chosen.workflow))
    workflow = workflow_named(chosen.workflow)
    own = own_words(chosen, workflow)
    until = parse_instant("--until", chosen.until, parse_zone(chosen.tz or "UTC")) if chosen.until else None
    read = read_log(chosen)
    log = read.value
    found: Replay | StatusLog
    if chosen.event:
        events = [own.get(name, name) for name in log.name]
        found = replay_columns(log.case, events, log.at, workflow=workflow, until=until)
    else:
        words = meanings(chosen, workflow, own, set(log.name))
        found = check_status_log(log.case, log.name, log.at, words, workflow=workflow, until=until)
    if chosen.format == "json":
        text = json_text(_plain(found, read, workflow))
    else:
        text = "\n".join(_told(found, read, workflow)) + "\n"
    write_output(text, chosen.output)
    return 1 if found.illegal or found.unknown else 0


def _starts(found: Replay | StatusLog) -> Mapping[str, int]:
    return found.start_states if isinstance(found, StatusLog) else {}


def _plain(found: Replay | StatusLog, read: Read[Log], workflow: Workflow) -> dict[str, Any]:
    """All of it, for programs."""
    goal = "to" if isinstance(found, StatusLog) else "event"
    told: dict[str, Any] = {
        "file": read.files[0].file,
        "workflow": workflow.ref,
        "rows": read.rows,
        "rejected": read.rejections,
        "rejected_by_code": dict(read.rejected_counts),
        "rejected_rows": [{"line": each.line, "column": each.column, "code": each.code} for each in read.rejected],
        "ignored": read.left_out,
        "cases": found.cases,
        "illegal": found.illegal,
        "illegal_moves": [
            {"from": state, goal: str(name), "count": count} for (state, name), count in found.illegal_moves.items()
        ],
        "unknown": {str(name): count for name, count in found.unknown.items()},
        "seconds_in": dict(found.seconds_in),
        "final_states": dict(found.final_states),
        "reopens": found.reopens,
        "reopened_cases": found.reopened_cases,
        "repeated": found.noops,
        "out_of_order": found.out_of_order,
        "equal_stamps": found.equal_stamps,
        "unsure_stamps": read.value.unsure,
    }
    if isinstance(found, StatusLog):
        told["start_states"] = dict(found.start_states)
        told["not_from_initial"] = _elsewhere(found, workflow)
        told["seconds_unknown"] = {str(name): seconds for name, seconds in found.seconds_unknown.items()}
    return told


def _elsewhere(found: StatusLog, workflow: Workflow) -> int:
    """How many cases do not start in the initial state; where nobody knows the state, it is not that one."""
    return found.cases - found.start_states.get(workflow.initial, 0)


def _told(found: Replay | StatusLog, read: Read[Log], workflow: Workflow) -> Iterator[str]:
    is_statuses = isinstance(found, StatusLog)
    yield f"{clean(read.files[0].file)} against {workflow.ref}"
    yield ""
    yield from key_values(_counts(found, read, workflow))
    share = (f"{100 * count / found.illegal:.1f} %" for count in found.illegal_moves.values())
    moves = [(*move, f"{count:,}", next(share)) for move, count in found.illegal_moves.items()]
    headings = ("from", "to" if is_statuses else "event", "count", "share")
    yield from titled("Illegal moves", headings, moves[:_MOST], right={"count", "share"})
    yield from _more(len(moves))
    yield from titled(
        "States", ("state", "category", "time in it", "cases that start", "cases that end"),
        _states(found, workflow), right={"time in it", "cases that start", "cases that end"},
    )  # fmt: skip
    unknown = [(name, f"{count:,}") for name, count in sorted(found.unknown.items(), key=lambda each: -each[1])]
    word = "status" if is_statuses else "event"
    yield from titled(
        f"Unknown {'statuses' if is_statuses else 'events'}", (word, "rows"), unknown[:_MOST], right={"rows"}
    )
    yield from _more(len(unknown))
    if unknown:
        way = "--helpdesk, --map or --ignore" if is_statuses else "--map or --ignore"
        yield f"  Say what they mean with {way}. {_ABOUT_UNKNOWN[is_statuses]}"
    if read.rejected:
        yield from ["", "Rejected rows", *(f"  {clean(each)}" for each in read.rejected[:_SHOWN])]
        yield from _more(read.rejections, shown=_SHOWN)


_SHOWN: Final = 5
# A column of names, given by mistake, has thousands of words.
_MOST: Final = 30
_ABOUT_UNKNOWN: Final = {
    True: "A row with one, and the row after it, are neither legal nor illegal.",
    False: "They count as illegal and leave the state as it is.",
}


def _more(count: int, *, shown: int = _MOST) -> Iterator[str]:
    if count > shown:
        yield f"  ... and {count - shown:,} more; --format json has them"


def _counts(found: Replay | StatusLog, read: Read[Log], workflow: Workflow) -> Iterator[tuple[str, object]]:
    yield "rows", f"{read.rows:,}"
    told = ", ".join(f"{code} {count:,}" for code, count in read.rejected_counts.items())
    yield "rejected rows", f"{read.rejections:,}" + (f" ({told})" if told else "")
    if read.left_out:
        yield "ignored rows", f"{read.left_out:,}"
    yield "cases", f"{found.cases:,}"
    yield "illegal moves", f"{found.illegal:,}"
    yield "reopens", f"{found.reopens:,} of {plural(found.reopened_cases, 'case')}"
    if isinstance(found, StatusLog):
        yield "not starting in " + workflow.initial, plural(_elsewhere(found, workflow), "case")
        yield "repeated rows", f"{found.noops:,} (the status of the row before)"
    else:
        yield "internal events", f"{found.noops:,} (legal, and change no state)"
    yield "unknown " + ("statuses" if isinstance(found, StatusLog) else "events"), f"{sum(found.unknown.values()):,}"
    yield "out of order", f"{found.out_of_order:,} (stamped before the row above them)"
    yield "equal stamps", f"{found.equal_stamps:,} (only their place in the file orders them)"
    if read.value.unsure:
        yield "unsure stamps", f"{read.value.unsure:,} (in an hour that the clock shows twice or never)"


def _states(found: Replay | StatusLog, workflow: Workflow) -> Iterator[tuple[object, ...]]:
    starts = _starts(found)
    for state in workflow.states:
        seconds = found.seconds_in.get(state.name, 0.0)
        ends = found.final_states.get(state.name, 0)
        if seconds or ends or starts.get(state.name):
            begun = f"{starts.get(state.name, 0):,}" if isinstance(found, StatusLog) else ""
            yield state.name, state.category, _duration(seconds), begun, f"{ends:,}"


def _duration(seconds: float) -> str:
    """Roughly, for people; JSON has the seconds."""
    if seconds >= 172_800:
        return f"{seconds / 86_400:,.1f} days"
    return f"{seconds / 3_600:.1f} h" if seconds >= 7_200 else f"{seconds / 60:.1f} min"
