"""Guards: named, pure functions that say why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from csprotocol.errors import CsprotocolError, WorkflowError
from csprotocol.incident._command import Command
from csprotocol.incident._decision import Denial, deny
from csprotocol.incident._facts import Facts
from csprotocol.incident._incident import Incident
from csprotocol.incident._lint import Finding
from csprotocol.incident._states import GuardUse, Policy
from csprotocol.model import FrozenDict, Money

__all__ = ["BUILT_IN_GUARDS", "Guard", "Situation", "guard_named"]


_NO_PARAMS: Final[Mapping[str, str | int | bool]] = FrozenDict()


# Not frozen: one is made for every guarded event, and freezing would triple what that costs.
@dataclass(slots=True)
class Situation:
    """All that a guard may look at; ``params`` are those that the transition gives it.

    ``now`` is recorded time: a back-dated event cannot open a window again.
    """

    incident: Incident
    command: Command
    facts: Facts
    now: datetime
    policy: Policy
    params: Mapping[str, str | int | bool] = _NO_PARAMS


Guard = Callable[[Situation], Denial | None]
"""``None`` lets the event pass; :func:`deny` says why not.

Pure: no clock, no database. It must not raise for what a command may bring.
"""


def has_assignee(situation: Situation) -> Denial | None:
    """Somebody is in charge, or the command names somebody."""
    assignee = situation.command.data.get("assignee", situation.incident.assignee)
    return None if assignee else deny("has_assignee", hint="assign")


def within_reopen_window(situation: Situation) -> Denial | None:
    """Not longer closed than ``policy.reopen_window_days`` times 24 hours; the last instant still counts."""
    closed_at, days = situation.incident.closed_at, situation.policy.reopen_window_days
    if closed_at is None:
        return deny("within_reopen_window", hint="open-follow-up", unknown="closed_at")
    if situation.now - closed_at <= timedelta(days=days):
        return None
    return deny("within_reopen_window", hint="open-follow-up", closed_at=closed_at, days=days)


def under_reopen_limit(situation: Situation) -> Denial | None:
    """Reopened fewer than ``policy.reopen_limit`` times."""
    count, limit = situation.incident.reopen_count, situation.policy.reopen_limit
    return None if count < limit else deny("under_reopen_limit", hint="open-follow-up", count=count, limit=limit)


def no_open_blocking_children(situation: Situation) -> Denial | None:
    """Every child incident that blocks has ended."""
    children = situation.facts.children
    if not children:
        return deny("no_open_blocking_children", unknown="children") if children is None else None
    blocking = [child.id for child in children if child.blocking and not child.closed]
    return deny("no_open_blocking_children", children=blocking) if blocking else None


def confirmed_or_grace_elapsed(situation: Situation) -> Denial | None:
    """The customer confirmed (``confirmed = true``), or had ``policy.close_grace_hours`` to object."""
    if situation.command.data.get("confirmed") is True:
        return None
    resolved_at, hours = situation.incident.resolved_at, situation.policy.close_grace_hours
    if resolved_at is None:
        return deny("confirmed_or_grace_elapsed", unknown="resolved_at")
    if situation.now - resolved_at >= timedelta(hours=hours):
        return None
    try:
        until = resolved_at + timedelta(hours=hours)
    except OverflowError:
        until = None
    return deny("confirmed_or_grace_elapsed", until=until)


def merge_target_ok(situation: Situation) -> Denial | None:
    """The incident named by ``into`` is another one, is known, and still accepts events."""
    into = situation.command.data.get("into")
    if into is None:
        return None  # Missing: that is told as the missing field it is.
    if into == situation.incident.id:
        return deny("merge_target_ok", into=into, why="itself")
    accepts = situation.facts.accepts.get(str(into))
    if accepts is None:
        return deny("merge_target_ok", into=into, unknown="into")
    return None if accepts else deny("merge_target_ok", into=into, why="ended")


def within_compensation_limit(situation: Situation) -> Denial | None:
    """What the command gives away (``compensation``) lies within the limit of the actor's role.

    The denial tells the limit and which roles may approve: one of those has to do it.
    """
    limits = situation.policy.compensation_limits
    if not limits or (given := situation.command.data.get("compensation")) is None:
        return None
    role = situation.command.actor.role
    amount = _money(given)
    if amount is None:
        return deny("within_compensation_limit", role=role, unknown="compensation")
    limit = situation.policy.compensation_limit(role, amount.currency)
    if not amount.minor or (limit is not None and amount.minor <= limit.minor):
        return None
    may = [
        other
        for other in limits
        if (most := situation.policy.compensation_limit(other, amount.currency)) is not None
        and amount.minor <= most.minor
    ]
    return deny(
        "within_compensation_limit",
        hint=f"ask-role:{may[0]}" if may else None,
        role=role,
        amount=str(amount),
        limit=None if limit is None else str(limit),
        may_approve=may,
    )


def _money(given: object) -> Money | None:
    """The amount that a command brings: a :class:`Money` in its plain form, or ``"50.00 EUR"``.

    ``None`` for anything else, and for an amount below zero: what is given away is never negative.
    """
    try:
        if isinstance(given, str):
            number, _, currency = given.strip().partition(" ")
            amount = Money.of(number, currency.strip())
        elif isinstance(given, Mapping):
            amount = Money(given["minor"], given["currency"])
            if given.get("exponent", amount.exponent) != amount.exponent:
                return None
        else:
            return None
    except (CsprotocolError, KeyError, TypeError):
        return None
    return amount if amount.minor >= 0 else None


BUILT_IN_GUARDS: Final[Mapping[str, Guard]] = MappingProxyType(
    {
        guard.__name__: guard
        for guard in (
            has_assignee,
            within_reopen_window,
            under_reopen_limit,
            no_open_blocking_children,
            confirmed_or_grace_elapsed,
            merge_target_ok,
            within_compensation_limit,
        )
    }
)


def guard_named(workflow: str, place: str, use: GuardUse, guards: Mapping[str, Guard]) -> Guard:
    """The guard that ``use`` names.

    Raises:
        WorkflowError: nobody gave it, or it takes no parameters.
    """
    guard = guards.get(use.guard)
    if guard is None:
        message = f"{use.guard!r} is no guard; give it with guards={{{use.guard!r}: ...}}"
        raise WorkflowError.of_findings(workflow, (Finding("unknown-guard", "error", place, message),))
    if use.params and guard is BUILT_IN_GUARDS.get(use.guard):
        message = f"{use.guard!r} takes no parameters; it reads the policy"
        raise WorkflowError.of_findings(workflow, (Finding("guard-params", "error", place, message),))
    return guard
