"""Shares of tickets: what each row adds to the numerator and to the denominator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import and_
from typing import Any, Final

from csprotocol.kpi._fcr import FcrVariant
from csprotocol.kpi._frames_durations import count_of_ends, count_of_solves, lacks_solves, solves_are_known
from csprotocol.kpi._frames_facts import DONE, LIVE, Facts
from csprotocol.kpi._frames_plan import Plan, first_known, flag, missing
from csprotocol.kpi._population import MissingReason
from csprotocol.kpi._reopen import ReopenCounting

__all__ = ["backlog_plan", "facts_of_fcr", "fcr_plan", "reopen_plan", "sla_plan", "unreplied_plan"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ABSENT: Final = {
    "agent_messages": MissingReason.NO_MESSAGE_COUNT,
    "agent_replies": MissingReason.NO_REPLY_COUNT,
    "agents": MissingReason.NO_AGENT_COUNT,
    "closes": MissingReason.NO_CLOSE_COUNT,
    "customer_replies": MissingReason.NO_REPLY_COUNT,
    "reopens": MissingReason.NO_REOPEN_COUNT,
}
_COUNTS: Final[Mapping[FcrVariant, Mapping[str, int]]] = {
    FcrVariant.ONE_REPLY: {"agent_replies": 1, "reopens": 0},
    FcrVariant.LESS_THAN_TWO: {"agent_replies": 1},
    FcrVariant.EQUAL_ONE: {"agent_replies": 1},
    FcrVariant.EQUAL_ONE_MESSAGE: {"agent_messages": 1},
    FcrVariant.ZERO_CUSTOMER_REPLIES: {"customer_replies": 0},
    FcrVariant.SINGLE_CLOSE_SINGLE_AGENT: {"closes": 1, "agents": 1},
}


def facts_of_fcr(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The facts that the first contact resolution reads."""
    return ("status", *_COUNTS[_variant(options)])


def fcr_plan(facts: Facts, options: Mapping[str, Any]) -> Plan:
    """See :func:`fcr`."""
    variant, status = _variant(options), facts("status")
    reasons = [missing(MissingReason.NO_STATUS, status.is_null()), missing(MissingReason.NOT_RESOLVED, status != DONE)]
    met = []
    for fact, count in _COUNTS[variant].items():
        found = facts(fact)
        reasons.append(missing(_ABSENT[fact], found.is_null()))
        met.append(found < 2 if variant is FcrVariant.LESS_THAN_TWO else found == count)
    return Plan(reasons, {}, {"met": reduce(and_, met)})


def _variant(options: Mapping[str, Any]) -> FcrVariant:
    return FcrVariant(options.get("variant", FcrVariant.ONE_REPLY))


def reopen_plan(facts: Facts, options: Mapping[str, Any]) -> Plan:
    """See :func:`reopen_rate`."""
    by_events = ReopenCounting(options.get("counting", ReopenCounting.TICKETS)) is ReopenCounting.EVENTS
    reopens, ends = facts("reopens"), count_of_ends(facts)
    reasons = [
        missing(MissingReason.NO_REOPEN_COUNT, reopens.is_null()),
        missing(MissingReason.NO_RESOLUTION_TIME, (ends == 0) & (solves_are_known(facts) == 0)),
        missing(MissingReason.NOT_RESOLVED, ends == 0),
    ]
    if by_events:
        reasons.append(missing(MissingReason.NO_RESOLUTION_TIME, lacks_solves(facts) > 0))
        return Plan(reasons, {"met": reopens, "of": ends}, {})
    return Plan(reasons, {}, {"met": reopens > 0})


def sla_plan(facts: Facts) -> Plan:
    """See :func:`sla_attainment_of`."""
    met = facts("sla_met")
    return Plan([missing(MissingReason.NO_VERDICT, met.is_null())], {}, {"met": met == 1})


def unreplied_plan(facts: Facts) -> Plan:
    """See :func:`unreplied`."""
    replied, replies = facts("replied"), facts("agent_replies")
    answered = facts("first_reply_at")
    unknown = replied.is_null() & answered.is_null() & replies.is_null()
    silent = (replied == 0) | (replied.is_null() & answered.is_null() & (replies == 0))
    return Plan([missing(MissingReason.NO_REPLY_COUNT, unknown)], {}, {"met": silent})


def backlog_plan(facts: Facts, options: Mapping[str, Any]) -> Plan:
    """See :func:`backlog`; of solves between the first and the last the row need not tell."""
    at = float((options["at"].astimezone(UTC) - _EPOCH) // timedelta(microseconds=1))
    created, solved, closed, status = (facts(fact) for fact in ("created_at", "solved_at", "closed_at", "status"))
    first = first_known(facts("first_solved_at"), solved) if "first_solved_at" in facts.has else solved
    solves = count_of_solves(facts)
    ended = flag(solves > 0) + flag(~closed.is_null())
    # Over by then, of the first and of the last end on record: all of them, some, or none.
    none_over = 1 - flag(first <= at) * flag(solves > 0)
    none_over = none_over * (1 - flag(closed <= at))
    any_to_come = flag(flag(solved > at) + flag(closed > at) > 0)
    still = flag(status == LIVE)
    known = ended + still + flag(status.is_null()) * solves_are_known(facts)
    to_come = flag(created > at)
    here = 1 - to_come
    unread_first = flag(solves > 1) * flag(facts("first_solved_at").is_null())
    unknown_reopening = (
        flag(any_to_come + flag(ended == 0) > 0) * lacks_solves(facts)
        + flag(solved > at) * unread_first
        + (1 - none_over) * (1 - any_to_come) * still
        + (1 - none_over) * flag(solved > at)
    )
    reasons = [
        missing(MissingReason.NO_CREATION_TIME, created.is_null()),
        missing(MissingReason.NO_REOPEN_TIME, here * unknown_reopening > 0),
        missing(MissingReason.NO_RESOLUTION_TIME, here * none_over * flag(known == 0) > 0),
    ]
    return Plan(reasons, {}, {"met": here * none_over == 1})
