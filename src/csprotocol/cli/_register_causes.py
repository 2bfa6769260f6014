"""``csprotocol register causes``: why incidents happen, the most frequent cause first."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from csprotocol.cli._common import add_output_options, write_output
from csprotocol.cli._register_cells import unsplit
from csprotocol.cli._register_open import Register, add_register_options, opened_register, sure_instant
from csprotocol.cli._tables import aligned, csv_text, json_text, plural
from csprotocol.errors import InvalidValueError
from csprotocol.incident import Incident
from csprotocol.kpi import Pareto, causes
from csprotocol.model import StatusCategory

__all__ = ["add_to"]

_BY: Final = ("problem_type", "product", "carrier")
_WHY: Final = {"child": "below a parent"}


def add_to(verbs: Any) -> None:
    """Adds the verb."""
    parser = verbs.add_parser(
        "causes",
        help="why incidents happen: counts, shares, and the few causes that make most of them",
        description="Counts incidents by cause. Left out and counted apart: merged ones (the incident that took them "
        "in is counted), cancelled ones, and child incidents (their parent is counted). An incident without a cause "
        "is unknown, and no part of the shares.",
    )
    add_register_options(parser)
    parser.add_argument("--by", choices=(*_BY, "all"), default=_BY[0], help=f"default: {_BY[0]}")
    parser.add_argument("--since", help="opened at or after this instant, ISO 8601")
    parser.add_argument("--until", help="opened before this instant, ISO 8601")
    add_output_options(parser, ("table", "json", "csv"))
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    parser.set_defaults(run=_run)


class _Counted(NamedTuple):
    incidents: tuple[Incident, ...]
    left_out: Mapping[str, int]


def _run(chosen: argparse.Namespace) -> int:
    with opened_register(chosen) as register:
        counted = _counted(register, chosen)
    names = _BY if chosen.by == "all" else (chosen.by,)
    found = {name: causes(getattr(incident, name) for incident in counted.incidents) for name in names}
    if chosen.format == "json":
        text = json_text([_plain(name, pareto, counted) for name, pareto in found.items()])
    elif chosen.format == "csv":
        rows = [unsplit(row) for name, pareto in found.items() for row in _rows(name, pareto)]
        text = csv_text(("by", "cause", "count", "share", "cumulated", "vital"), rows)
    else:
        text = "\n\n".join("\n".join(_told(name, pareto, counted)) for name, pareto in found.items()) + "\n"
    write_output(text, chosen.output)
    return 0


def _counted(register: Register, chosen: argparse.Namespace) -> _Counted:
    since, until = (
        None if text is None else sure_instant(option, text, register.zone)
        for option, text in (("--since", chosen.since), ("--until", chosen.until))
    )
    if since is not None and until is not None and until <= since:
        raise InvalidValueError.of("--until", chosen.until, expected=f"after --since, {chosen.since}")
    left_out: dict[str, int] = {}
    incidents = []
    for category, incident in register.by_category():
        opened_at = incident.opened_at
        if since is not None or until is not None:
            if opened_at is None:
                left_out["opened at an unknown time"] = left_out.get("opened at an unknown time", 0) + 1
                continue
            if (since is not None and opened_at < since) or (until is not None and opened_at >= until):
                continue
        why = _why_not(incident, category)
        if why:
            left_out[why] = left_out.get(why, 0) + 1
        else:
            incidents.append(incident)
    return _Counted(tuple(incidents), left_out)


def _why_not(incident: Incident, category: StatusCategory) -> str:
    if incident.merged_into is not None:
        return "merged"
    if category is StatusCategory.CANCELLED:
        return "cancelled"
    return "child" if incident.parent is not None else ""


def _told(name: str, pareto: Pareto, counted: _Counted) -> Iterator[str]:
    yield f"Causes by {name}: {plural(len(counted.incidents), 'incident')}"
    rows = [
        ("*" if c.vital else "", c.name, f"{c.count:,}", _percent(c.share.value), _percent(c.cumulative.value))
        for c in pareto.causes
    ]
    if rows:
        right = {"count", "share", "cumulated"}
        lines = list(aligned(("", "cause", "count", "share", "cumulated"), rows, right=right))
        line = 2 + len(pareto.vital_few)
        share = f" {float(pareto.vital_share):.0%} ".replace("%", " %").center(len(lines[1]) - 2, "=")
        yield from (*lines[:line], f"  {share}", *lines[line:])
        yield "* the fewest causes that make up that share of those known"
    yield f"unknown: {sum(pareto.missing.values()):,}"
    if counted.left_out:
        told = sorted((_WHY.get(why, why), count) for why, count in counted.left_out.items())
        yield "left out: " + ", ".join(f"{count:,} {why}" for why, count in told)


def _percent(share: float | None) -> str:
    return f"{100 * (share or 0):.1f} %"


def _rows(name: str, pareto: Pareto) -> Iterator[dict[str, Any]]:
    for cause in pareto.causes:
        yield {
            "by": name,
            "cause": cause.name,
            "count": cause.count,
            "share": cause.share.value,
            "cumulated": cause.cumulative.value,
            "vital": cause.vital,
        }
    if pareto.missing:
        yield {"by": name, "cause": None, "count": sum(pareto.missing.values())}


def _plain(name: str, pareto: Pareto, counted: _Counted) -> dict[str, Any]:
    return {
        "by": name,
        "incidents": len(counted.incidents),
        "causes": [{k: v for k, v in row.items() if k != "by"} for row in _rows(name, pareto) if row["cause"]],
        "vital_share": float(pareto.vital_share),
        "unknown": sum(pareto.missing.values()),
        "left_out": dict(counted.left_out),
    }
