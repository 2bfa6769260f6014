"""A policy made ready: which terms a ticket falls under, looked up instead of worked out for every event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from csprotocol.calendar import BusinessCalendar
from csprotocol.errors import InvalidValueError
from csprotocol.model import StatusCategory
from csprotocol.sla._clock_kind import ClockKind
from csprotocol.sla._clock_rule import ClockRule
from csprotocol.sla._policy import Rule, SlaPolicy, When
from csprotocol.sla._targets import Target

__all__ = ["Calendars", "Facts", "Policies", "Sheet", "Terms"]

Calendars = BusinessCalendar | Mapping[str, BusinessCalendar]
Policies = SlaPolicy | Mapping[str, SlaPolicy]


@dataclass(slots=True, eq=False)
class Terms:
    """What one clock promises to one ticket at one time; without a rule, nothing."""

    kind: ClockKind
    rule: ClockRule
    rule_name: str
    target: Target | None
    # With the word that says why the clock stands still.
    pauses: Mapping[StatusCategory, str]


AllTerms = tuple[Terms, ...]


_NO_TAGS: Final[frozenset[str]] = frozenset()


@dataclass(slots=True)
class Facts:
    """What rules ask about a ticket, as it stands while the events go by."""

    priority: str | None = None
    channel: str | None = None
    language: str | None = None
    reason: str | None = None
    group: str | None = None
    tags: frozenset[str] = _NO_TAGS


_ANYBODY = When()


class Sheet:
    """Policies and calendars, checked once: every calendar that a rule names is there."""

    __slots__ = ("_calendars", "_for_all", "_known", "first", "kinds", "only", "policies", "spare")

    def __init__(self, policies: Policies, calendars: Calendars) -> None:
        self.policies = {policies.id: policies} if isinstance(policies, SlaPolicy) else dict(policies)
        if not self.policies:
            raise InvalidValueError.of("policy", {}, expected="at least one policy")
        self.first = next(iter(self.policies.values()))
        named = {kind for policy in self.policies.values() for rule in policy.rules for kind in rule.clocks}
        self.kinds = tuple(kind for kind in ClockKind if kind in named)
        self._calendars = calendars
        # One calendar is for everything.
        self.only = calendars if isinstance(calendars, BusinessCalendar) else None
        # Of a clock that no rule sets: nothing is ever counted by it.
        self.spare = _any(calendars)
        # Policies whose first rule is for all tickets.
        self._for_all = {id(each): each.rules[0] for each in self.policies.values() if each.rules[0].when == _ANYBODY}
        self._known: dict[tuple[int, str | None, str], AllTerms] = {}
        for policy in self.policies.values():
            for rule in policy.rules:
                for clock in rule.clocks.values():
                    self.calendar(policy, clock, None)

    def terms(self, policy: SlaPolicy, facts: Facts) -> AllTerms:
        """What every clock promises to such a ticket, in the order of ``kinds``."""
        priority = (facts.priority or policy.default_priority).lower()
        rule: Rule | None = self._for_all.get(id(policy))
        if rule is None:
            known = _known(facts, priority)
            rule = next((each for each in policy.rules if each.when.is_for(known)), None)
        # By the object: two policies may well have one id, and are looked up by the names that the caller gave.
        key = (id(policy), None if rule is None else rule.name, priority)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = tuple(_terms(rule, kind, priority) for kind in self.kinds)
        return found

    def calendar(self, policy: SlaPolicy, clock: ClockRule, in_force: str | None) -> BusinessCalendar:
        """The calendar of ``clock``: its own, else the ticket's ``in_force``, else the policy's."""
        calendars = self._calendars
        if isinstance(calendars, BusinessCalendar):
            return calendars
        name = clock.calendar or in_force or policy.calendar
        if name not in calendars:
            raise InvalidValueError.unknown("calendar", name, calendars)
        return calendars[name]


def _any(calendars: Calendars) -> BusinessCalendar:
    if isinstance(calendars, BusinessCalendar):
        return calendars
    if not calendars:
        raise InvalidValueError.of("calendars", {}, expected="at least one calendar")
    return next(iter(calendars.values()))


def _terms(rule: Rule | None, kind: ClockKind, priority: str) -> Terms:
    clock = rule.clocks.get(kind) if rule else None
    if rule is None or clock is None:
        return Terms(kind, _NO_RULE, "", None, _pauses(_NO_RULE, kind))
    return Terms(kind, clock, rule.name, clock.target_for(priority), _pauses(clock, kind))


def _pauses(clock: ClockRule, kind: ClockKind) -> dict[StatusCategory, str]:
    return {status: str(status) for status in clock.pauses(kind)}


_NO_RULE: Final = ClockRule()


def _known(facts: Facts, priority: str) -> tuple[tuple[str, ...], ...]:
    """What is known of a ticket in small letters, in the order of the fields of :class:`When`."""
    channel, language, reason, group = (
        () if each is None else (each.lower(),) for each in (facts.channel, facts.language, facts.reason, facts.group)
    )
    return channel, (priority,), language, reason, tuple(tag.lower() for tag in facts.tags), group
