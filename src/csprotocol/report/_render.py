"""A report as text: a table for terminals, Markdown, CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import asdict
from typing import Any

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import Interval
from csprotocol.report._build import Group, Report
from csprotocol.report._change import Change
from csprotocol.report._measure import Measure
from csprotocol.report._sheets import headline, sheets
from csprotocol.report._terminal import terminal
from csprotocol.report._words import UNKNOWN, counted

__all__ = ["FORMATS", "render"]


def render(report: Report, form: str = "table", *, bold: bool = False, width: int | None = None) -> str:
    """The report in one of :data:`FORMATS`, ending with a line break.

    ``csv`` has one line a statistic, ``json`` holds everything. ``bold`` marks titles for a terminal, ``width`` is how
    many letters it has in a line: a wider table is cut into several.

    Raises:
        InvalidValueError: an unknown format.
    """
    match form:
        case "table":
            return terminal(report, bold=bold, width=width)
        case "md":
            return _markdown(report)
        case "csv":
            return _csv(report)
        case "json":
            return json.dumps(_plain(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        case _:
            raise InvalidValueError.unknown("format", form, FORMATS)


FORMATS = ("table", "json", "csv", "md")


def _markdown(report: Report) -> str:
    first, *rest = headline(report)
    lines = [f"# {_escaped(first)}", "", *(f"{_escaped(line)}  " for line in rest)]
    for sheet in sheets(report):
        if not (sheet.rows or sheet.lines):
            continue
        lines += ["", f"## {sheet.title}", ""]
        if sheet.rows:
            lines.append("| " + " | ".join(map(_escaped, sheet.headings)) + " |")
            marks = ("---" if k < sheet.text_columns else "---:" for k in range(len(sheet.headings)))
            lines.append("|" + "|".join(marks) + "|")
            lines += ["| " + " | ".join(map(_escaped, row)) + " |" for row in sheet.rows]
            lines.append("")
        lines += [f"- {_escaped(line.strip())}" for line in sheet.lines]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """Names of groups come from the export and may hold anything."""
    marked = re.sub(r"[\\|<>*_`\[\]&~#$!]", r"\\\g<0>", text)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in marked).split())


def _csv(report: Report) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        (
            *(_harmless(name) for name in report.by or ("group",)),
            *("kpi", "variant", "statistic", "value", "unit", "tickets", "n", "missing", "rejected"),
            *("missing_reasons", "rejected_reasons", "low", "high", "suppressed", "vendor"),
            *("previous", "previous_value", "previous_n", "difference", "difference_low", "difference_high", "verdict"),
            "row",
        )
    )
    for group in (*report.groups, report.total) if report.by else (report.total,):
        for measure in group.measures:
            for statistic, value in measure.values.items():
                writer.writerow(
                    (
                        *(_named(part) for part in group.key or ("all",)),
                        *(measure.definition.id, measure.variant, statistic),
                        "suppressed" if measure.suppressed else _number(value),
                        *(measure.unit, group.tickets, measure.n),
                        *(sum(measure.missing.values()), sum(measure.rejected.values())),
                        *(counted(measure.missing), counted(measure.rejected)),
                        *_ends(measure.intervals.get(statistic)),
                        *(measure.suppressed, measure.vendor),
                        *_changed(measure.change if statistic == measure.main else None),
                        "total" if group is report.total else "group",
                    )
                )
    return out.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _ends(interval: Interval[float] | None) -> tuple[str, str]:
    return ("", "") if interval is None else (repr(interval.low), repr(interval.high))


def _changed(change: Change | None) -> tuple[str, ...]:
    if change is None:
        return ("",) * 7
    return (
        *(change.previous, _number(change.value), str(change.n) if change.previous else ""),
        *(_number(change.difference), *_ends(change.interval)),
        str(change.verdict or change.reason),
    )


def _named(part: str | None) -> str:
    """A group in one dimension: a cell that says ``(unknown)`` is told from none by its apostrophe."""
    return UNKNOWN if part is None else f"'{part}" if part == UNKNOWN else _harmless(part)


def _harmless(text: str) -> str:
    """Spreadsheets run what begins like a formula; an apostrophe makes it text, and one that is there gets another."""
    safe = f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "'") else text
    # Where lines end with a line feed, the writer leaves a carriage return unquoted, and no reader takes that.
    return safe.replace("\r\n", "\n").replace("\r", "\n")


def _plain(report: Report) -> dict[str, Any]:
    spec, quality = report.spec, report.quality
    return {
        "source": report.source,
        "as_of": spec.as_of.astimezone(spec.zone).isoformat(),
        "tz": spec.tz,
        "by": list(report.by),
        "anchor": spec.anchor,
        "business_time": (spec.hours_of or "the given calendar") if spec.within is not None else None,
        "targets": [str(target) for target in spec.targets],
        "preset": spec.preset or None,
        "confidence": spec.confidence,
        "compare_to": spec.compare_to or None,
        "min_n": spec.min_n,
        "quantiles": spec.quantiles,
        "definitions": {
            measure.definition.id: {
                "name": measure.definition.name,
                "direction": str(measure.definition.direction),
                "formula": measure.definition.formula,
                "source": measure.definition.source,
            }
            for measure in report.total.measures
        },
        "groups": [_group(report, group) for group in report.groups] if report.by else [],
        "total": _group(report, report.total),
        "quality": {
            "files": [
                {
                    "file": count.file,
                    "rows": count.rows,
                    "used": count.used,
                    "rejected": count.rejected,
                    "duplicates": count.duplicates,
                    "left_out": count.left_out,
                }
                for count in quality.files
            ],
            "rejected": dict(quality.rejected),
            "examples": [str(example) for example in quality.examples],
            "orphans": dict(quality.orphans),
            "notices": [
                {"code": notice.code, "message": notice.message, "count": notice.count} for notice in quality.notices
            ],
            "anomalies": [asdict(anomaly) for anomaly in quality.anomalies],
        },
    }


def _group(report: Report, group: Group) -> dict[str, Any]:
    key = {} if group is report.total else dict(zip(report.by, group.key, strict=True))
    return {"key": key, "tickets": group.tickets, "measures": [_measure(measure) for measure in group.measures]}


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "kpi": measure.definition.id,
        "variant": measure.variant or None,
        "unit": measure.unit,
        **measure.values,
        "n": measure.n,
        "missing": dict(measure.missing),
        "rejected": dict(measure.rejected),
        "options": dict(measure.options),
        "vendor": measure.vendor or None,
        "counts": dict(measure.counts),
        "intervals": {name: _interval(found) for name, found in measure.intervals.items()},
        "suppressed": measure.suppressed or None,
        **({} if measure.change is None else {"change": _change(measure.change)}),
    }


def _interval(found: Interval[float] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"low": found.low, "high": found.high, "confidence": found.confidence, "method": found.method}


def _change(change: Change) -> dict[str, Any]:
    return {
        "previous": change.previous or None,
        "value": change.value,
        "n": change.n,
        "difference": change.difference,
        "interval": _interval(change.interval),
        "verdict": None if change.verdict is None else str(change.verdict),
        "reason": None if change.reason is None else str(change.reason),
    }
