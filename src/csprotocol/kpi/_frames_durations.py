"""From when to when a duration goes in each row, by the same rules as one ticket at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from csprotocol.kpi._first_reply import AgentStarted, Start
from csprotocol.kpi._frames_facts import CANCELLED, DONE, LIVE, Facts
from csprotocol.kpi._frames_plan import Reason, Stretch, chosen_first, first_known, flag, missing
from csprotocol.kpi._population import Counting, MissingReason
from csprotocol.kpi._resolution import Resolution, ResolutionEnd

__all__ = ["count_of_ends", "facts_of_first_reply", "facts_of_resolution", "first_reply_stretch", "lacks_solves"]
__all__ += ["resolution_stretch", "solves_are_known"]

# Sources stamp a ticket and its first message separately; less than this apart, they are one.
_SAME_INSTANT_MICROS: Final = 1_000_000
_SOLVES: Final = ("solved_at", "first_solved_at", "closed_at", "solves", "reopens", "status")


def facts_of_first_reply(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The facts that the first reply reads."""
    starter = AgentStarted(options.get("agent_started", AgentStarted.FROM_CUSTOMER))
    from_message = _starts_at_message(options)
    facts = ["first_reply_at", "replied", "agent_replies"]
    facts += ["first_customer_message_at", "created_at"] if from_message else ["created_at"]
    if starter is AgentStarted.EXCLUDE or not from_message:
        facts.append("agent_started")
    if starter is AgentStarted.FROM_CUSTOMER:
        facts.append("first_customer_message_at")
    if starter in {AgentStarted.SECOND_REPLY, AgentStarted.CREATION}:
        facts += ["first_agent_message_at", "second_agent_message_at", "opened_publicly"]
    if Counting(options.get("auto_replies", Counting.EXCLUDE)) is Counting.INCLUDE:
        facts.append("first_auto_reply_at")
    return tuple(facts)


def first_reply_stretch(facts: Facts, options: Mapping[str, Any]) -> Stretch:
    """See :func:`first_reply_of`."""
    starter = AgentStarted(options.get("agent_started", AgentStarted.FROM_CUSTOMER))
    by_agent = facts("agent_started") == 1 if "agent_started" in facts.has else None
    reasons: list[Reason] = []
    if by_agent is not None and starter is AgentStarted.EXCLUDE:
        reasons.append(missing(MissingReason.AGENT_STARTED, by_agent))
    replied, replied_fact = facts("first_reply_at"), "first_reply_at"
    if _starts_at_message(options):
        begun_fact = "first_customer_message_at"
        begun = facts(begun_fact)
        reasons.append(missing(MissingReason.NO_CUSTOMER_MESSAGE, begun.is_null()))
    else:
        begun_fact = "created_at"
        begun = facts(begun_fact)
        if by_agent is not None and starter is AgentStarted.FROM_CUSTOMER:
            begun_fact = ""
            begun = chosen_first([(by_agent, facts("first_customer_message_at"))], facts("created_at"))
            reasons.append(
                missing(MissingReason.NO_CUSTOMER_MESSAGE, by_agent & facts("first_customer_message_at").is_null())
            )
            # Where an agent began it the reason above has spoken, or there is a start.
            unknown = facts("created_at").is_null() & (flag(by_agent) == 0)
            reasons.append(missing(MissingReason.NO_CREATION_TIME, unknown))
        else:
            reasons.append(missing(MissingReason.NO_CREATION_TIME, begun.is_null()))
        if by_agent is not None and starter in {AgentStarted.SECOND_REPLY, AgentStarted.CREATION}:
            replied_fact = ""
            replied = _reply_to_agents_ticket(facts, by_agent, starter)
    if "first_auto_reply_at" in facts.has and _counts_auto(options):
        auto = facts("first_auto_reply_at")
        replied_fact = ""
        replied = chosen_first([(replied.is_null() | (auto < replied), auto)], replied)
    silent = (facts("replied") == 0) | (facts("agent_replies") == 0)
    reasons += [
        missing(MissingReason.NO_REPLY, replied.is_null() & silent),
        missing(MissingReason.REPLIES_UNKNOWN, replied.is_null()),
    ]
    if _starts_at_message(options) and "created_at" in facts.has:
        unasked = (replied < begun) & (replied >= facts("created_at"))
        reasons.append(missing(MissingReason.REPLIES_UNKNOWN, unasked))
    named = tuple(fact if fact in facts.has else None for fact in (begun_fact, replied_fact))
    return Stretch(reasons, begun, replied, *named)


def _reply_to_agents_ticket(facts: Facts, by_agent: Any, starter: AgentStarted) -> Any:
    opening, created = facts("first_agent_message_at"), facts("created_at")
    cases = [(by_agent, opening)]
    if starter is AgentStarted.SECOND_REPLY:
        public = facts("opened_publicly")
        apart = opening - created
        at_creation = flag((apart < _SAME_INSTANT_MICROS) & (apart > -_SAME_INSTANT_MICROS))
        opened = chosen_first(
            [(public == 0, flag(public == 1)), (opening.is_null() | created.is_null(), flag(public == 1))], at_creation
        )
        cases.insert(0, (by_agent & (opened == 1), facts("second_agent_message_at")))
    return chosen_first(cases, facts("first_reply_at"))


def _starts_at_message(options: Mapping[str, Any]) -> bool:
    return Start(options.get("start", Start.CREATED)) is Start.FIRST_CUSTOMER_MESSAGE


def _counts_auto(options: Mapping[str, Any]) -> bool:
    return Counting(options.get("auto_replies", Counting.EXCLUDE)) is Counting.INCLUDE


def facts_of_resolution(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The facts that the resolution time reads."""
    begun = "first_customer_message_at" if _starts_at_message(options) else "created_at"
    end = ResolutionEnd(options.get("end", ResolutionEnd.SOLVED))
    facts = [begun, "status", "closed_at"]
    if end is not ResolutionEnd.CLOSED:
        facts += ["solved_at", "solves"]
    if end is ResolutionEnd.LAST_OUTBOUND:
        facts.append("last_public_agent_message_at")
    if Resolution(options.get("which", Resolution.FULL)) is Resolution.FIRST:
        facts += ["first_solved_at", "reopens"]
    return tuple(facts)


def resolution_stretch(facts: Facts, options: Mapping[str, Any]) -> Stretch:
    """See :func:`resolution_of`."""
    which = Resolution(options.get("which", Resolution.FULL))
    end = ResolutionEnd(options.get("end", ResolutionEnd.SOLVED))
    from_message = _starts_at_message(options)
    begun_fact = "first_customer_message_at" if from_message else "created_at"
    absent = MissingReason.NO_CUSTOMER_MESSAGE if from_message else MissingReason.NO_CREATION_TIME
    status, closed, solved = facts("status"), facts("closed_at"), facts("solved_at")
    reasons = [missing(absent, facts(begun_fact).is_null()), missing(MissingReason.CANCELLED, status == CANCELLED)]
    if which is Resolution.FULL or end is not ResolutionEnd.SOLVED:
        reasons.append(missing(MissingReason.OPEN, status == LIVE))
    if end is ResolutionEnd.CLOSED:
        reasons.append(missing(MissingReason.NO_RESOLUTION_TIME, closed.is_null()))
        return _between(facts, reasons, begun_fact, closed, "closed_at")
    last = first_known(solved, closed) if "closed_at" in facts.has else solved
    ended, ended_fact = last, None if "closed_at" in facts.has else "solved_at"
    nobody_says = (status == DONE) | (status.is_null() & (solves_are_known(facts) == 0))
    reasons += [
        missing(MissingReason.NO_RESOLUTION_TIME, last.is_null() & nobody_says),
        missing(MissingReason.OPEN, last.is_null()),
    ]
    if end is ResolutionEnd.LAST_OUTBOUND:
        ended_fact = "last_public_agent_message_at"
        ended = facts(ended_fact)
        reasons.append(missing(MissingReason.NO_OUTBOUND_MESSAGE, ended.is_null()))
    elif which is Resolution.FIRST:
        reasons.append(missing(MissingReason.NO_RESOLUTION_TIME, lacks_solves(facts) > 0))
        ended = first_known(facts("first_solved_at"), last) if "first_solved_at" in facts.has else last
        ended_fact = None if "first_solved_at" in facts.has else ended_fact
    return _between(facts, reasons, begun_fact, ended, ended_fact)


def _between(facts: Facts, reasons: list[Reason], begun: str, ended: Any, ended_fact: str | None) -> Stretch:
    """Only facts that there are have a column."""
    named = (fact if fact in facts.has else None for fact in (begun, ended_fact))
    return Stretch(reasons, facts(begun), ended, *named)


def solves_are_known(facts: Facts) -> Any:
    """1.0 where the source tells of solves, be it that there was none: a column of them says so of every row."""
    if "solves" in facts.has:
        return flag(~facts("solves").is_null() | ~facts("solved_at").is_null())
    return facts.constant(1.0 if "solved_at" in facts.has else 0.0)


def count_of_solves(facts: Facts) -> Any:
    """How often it was solved, as far as the row tells."""
    solved = flag(~facts("solved_at").is_null())
    if "solves" in facts.has:
        return first_known(facts("solves"), solved)
    if "first_solved_at" in facts.has:
        return solved + flag(facts("first_solved_at") < facts("solved_at"))
    return solved


def count_of_ends(facts: Facts) -> Any:
    """How often work on it was done; closed without having been solved is done."""
    solves = count_of_solves(facts)
    if "closed_at" not in facts.has:
        return solves
    return chosen_first([(solves > 0, solves)], flag(~facts("closed_at").is_null()))


def lacks_solves(facts: Facts) -> Any:
    """1.0 where it was reopened more often than the solves on record allow; see the function of that name."""
    if "reopens" not in facts.has:
        return facts.constant(0.0)
    ends, reopens, status = count_of_ends(facts), facts("reopens"), facts("status")
    done = flag(status.is_null() | (status == DONE))
    least_when_done = chosen_first([(ends > 1, ends)], facts.constant(1.0))
    return chosen_first([(done > 0, flag(reopens >= least_when_done))], flag(reopens > ends))
