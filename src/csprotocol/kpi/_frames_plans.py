"""Which facts each KPI of a table reads, which it cannot do without, and what it does to a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from csprotocol.errors import InvalidValueError
from csprotocol.kpi._first_reply import Start
from csprotocol.kpi._frames_durations import (
    facts_of_first_reply,
    facts_of_resolution,
    first_reply_stretch,
    resolution_stretch,
)
from csprotocol.kpi._frames_facts import Facts
from csprotocol.kpi._frames_plan import Plan, Stretch, outside
from csprotocol.kpi._frames_rates import backlog_plan, facts_of_fcr, fcr_plan, reopen_plan, sla_plan, unreplied_plan
from csprotocol.kpi._frames_scalar import SURVEYS, population
from csprotocol.kpi._frames_spec import TableKpi
from csprotocol.kpi._frames_surveys import facts_of_survey, survey_plan

__all__ = ["check_facts", "facts_of", "plan_of", "stretch_of"]

_ENDS: Final = ("solved_at", "first_solved_at", "closed_at", "solves", "reopens", "status")
_FACTS: Final[Mapping[str, Callable[[Mapping[str, Any]], tuple[str, ...]]]] = {
    "backlog": lambda _: ("created_at", *_ENDS),
    "fcr": facts_of_fcr,
    "first_reply": facts_of_first_reply,
    "reopen_rate": lambda _: _ENDS,
    "resolution": facts_of_resolution,
    "sla_attainment": lambda _: ("sla_met",),
    "unreplied": lambda _: ("replied", "first_reply_at", "agent_replies"),
}
_STRETCHES: Final[Mapping[str, Callable[[Facts, Mapping[str, Any]], Stretch]]] = {
    "first_reply": first_reply_stretch,
    "resolution": resolution_stretch,
}
# A frame without these cannot answer, and an empty answer would hide a misspelt name. One of each line is enough.
_NEEDED: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "backlog": (("created_at",), ("solved_at", "closed_at", "solves", "status")),
    "fcr": (("status",),),
    "first_reply": (
        ("created_at", "first_customer_message_at"),
        ("first_reply_at", "first_agent_message_at", "first_auto_reply_at"),
    ),
    "reopen_rate": (("reopens",), ("solved_at", "closed_at", "solves")),
    "resolution": (("created_at", "first_customer_message_at"), ("solved_at", "closed_at", "solves")),
    "sla_attainment": (("sla_met",),),
    "unreplied": (("replied", "first_reply_at", "agent_replies"),),
    **{kpi: ((column,),) for kpi, column in SURVEYS.items()},
}


def facts_of(kpi: TableKpi) -> tuple[str, ...]:
    """The facts that one KPI reads."""
    read = facts_of_survey(kpi.kpi) if kpi.kpi in SURVEYS else _FACTS[kpi.kpi](kpi.options)
    merged, spam = population(kpi.options)
    return (*read, *(["merged_into"] if merged else []), *(["spam"] if spam else []))


def check_facts(kpi: TableKpi, facts: Facts) -> None:
    """Raises when the frame holds nothing that the KPI could be counted from.

    Raises:
        InvalidValueError: a column is missing, or has another name.
    """
    for line in _needed(kpi):
        if not facts.has.intersection(line):
            raise InvalidValueError.of(
                f"columns for {kpi.kpi}",
                ", ".join(sorted(facts.has)) or "none that is known",
                expected=f"{' or '.join(line)} among them",
                hint="name the column in TableSpec(columns={fact: column})",
            )


def _needed(kpi: TableKpi) -> tuple[tuple[str, ...], ...]:
    lines = _NEEDED[kpi.kpi]
    if kpi.kpi in _STRETCHES and kpi.options.get("start") == Start.FIRST_CUSTOMER_MESSAGE:
        return (("first_customer_message_at",), *lines[1:])
    return lines


def stretch_of(kpi: TableKpi, facts: Facts) -> Stretch | None:
    """The duration that a KPI measures; ``None`` when it measures none."""
    found = _STRETCHES.get(kpi.kpi)
    if found is None:
        return None
    merged, spam = population(kpi.options)
    stretch = found(facts, kpi.options)
    return stretch._replace(reasons=[*outside(facts, merged=merged, spam=spam), *stretch.reasons])


def plan_of(kpi: TableKpi, facts: Facts) -> Plan:
    """What a KPI that is no duration does to a row."""
    merged, spam = population(kpi.options)
    is_survey = kpi.kpi in SURVEYS
    match kpi.kpi:
        case "backlog":
            plan = backlog_plan(facts, kpi.options)
        case "fcr":
            plan = fcr_plan(facts, kpi.options)
        case "reopen_rate":
            plan = reopen_plan(facts, kpi.options)
        case "sla_attainment":
            plan = sla_plan(facts)
        case "unreplied":
            plan = unreplied_plan(facts)
        case _:
            plan = survey_plan(kpi.kpi, facts, kpi.options)
    return plan._replace(reasons=[*outside(facts, merged=merged, spam=spam, told=not is_survey), *plan.reasons])
