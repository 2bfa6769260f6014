"""The parts of a workflow document: states, transitions, what events mean, and the values guards read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Final

from csprotocol.errors import InvalidValueError
from csprotocol.incident._plain import require_id
from csprotocol.model import ActorKind, EventKind, FrozenDict, Money, StatusCategory
from csprotocol.model._words import member

__all__ = ["ANY", "SAME", "EventMeaning", "GuardUse", "Policy", "State", "Step", "Transition"]

ANY: Final = "*"
SAME: Final = "="

_FORBID: Final[dict[str, Any]] = {"extra": "forbid"}


class Step(StrEnum):
    """The six steps of customer service that a state belongs to."""

    CONTACT = "contact"
    IDENTIFY = "identify"
    REGISTER = "register"
    RESOLVE = "resolve"
    FOLLOW_UP = "follow_up"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class State:
    """A state by the shop's own name; ``category`` says what it means to clocks and KPIs.

    ``waiting_on`` names the party that a waiting state waits for, ``labels`` what people call it, by language tag.

    >>> State("waiting_warehouse", "waiting_third_party", waiting_on="warehouse").category.is_waiting
    True
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    name: str
    category: StatusCategory
    waiting_on: str | None = None
    step: Step | None = None
    final: bool = False
    labels: Mapping[str, str] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        require_id("State.name", self.name)
        if self.name in {ANY, SAME}:
            raise InvalidValueError.of("State.name", self.name, expected="a name; * and = mean states, and are none")
        object.__setattr__(self, "category", member(StatusCategory, "State.category", self.category))
        if self.step is not None:
            object.__setattr__(self, "step", member(Step, "State.step", self.step))
        object.__setattr__(self, "labels", FrozenDict(self.labels))


@dataclass(frozen=True, slots=True)
class GuardUse:
    """A guard by its name, with the parameters that this transition gives it.

    >>> GuardUse("within_days", {"days": 30}).params["days"]
    30
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    guard: str
    params: Mapping[str, str | int | bool] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        require_id("GuardUse.guard", self.guard)
        for name, value in self.params.items():
            if not isinstance(value, str | int):
                raise InvalidValueError.of(
                    f"GuardUse.params[{name!r}]", value, expected="a text, a whole number, true or false"
                )
        object.__setattr__(self, "params", FrozenDict(self.params))


@dataclass(frozen=True, slots=True)
class Transition:
    """What an event does in some states.

    ``source`` names states, or ``"*"`` for every state that is not final, but for those in ``except``. ``target`` is
    a state, ``"="`` to enter the present one anew (its clock restarts), or ``None`` for an internal event (its clock
    runs on). Of several transitions for one event and state the first counts whose ``guards`` pass; then
    ``requires`` (fields that the command must bring) and ``roles`` (any of them) may still deny it.

    >>> Transition("note", "*").source
    ('*',)
    """

    # Python's `except` cannot be a field's name; in a document it can.
    __pydantic_config__: ClassVar[dict[str, Any]] = {**_FORBID, "alias_generator": lambda name: name.rstrip("_")}

    event: str
    source: tuple[str, ...] | str
    target: str | None = None
    guards: tuple[str | GuardUse, ...] = ()
    requires: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_id("Transition.event", self.event)
        given = (self.source,) if isinstance(self.source, str) else self.source
        if not given:
            raise InvalidValueError.of("Transition.source", self.source, expected="a state, a list of states, or '*'")
        object.__setattr__(self, "source", tuple(dict.fromkeys(given)))
        for name in ("guards", "requires", "roles", "except_"):
            found = getattr(self, name)
            if isinstance(found, str):
                raise InvalidValueError.of(f"Transition.{name.rstrip('_')}", found, expected="a list")
            object.__setattr__(self, name, tuple(dict.fromkeys(found)))
        for name in ("source", "requires", "roles", "except_"):
            for each in getattr(self, name):
                require_id(f"Transition.{name.rstrip('_')}", each)
        for each in self.guards:
            if not isinstance(each, str | GuardUse):
                raise InvalidValueError.of("Transition.guards", each, expected="names and GuardUse(name, params)")

    @property
    def sources(self) -> tuple[str, ...]:
        """The names in ``source``."""
        return tuple(self.source)

    @property
    def guard_uses(self) -> tuple[GuardUse, ...]:
        """The guards, each with its parameters."""
        return tuple(GuardUse(use) if isinstance(use, str) else use for use in self.guards)


@dataclass(frozen=True, slots=True)
class EventMeaning:
    """What an event of the workflow is to clocks and KPIs: a message, a promise, a note ...

    ``by`` is who acted where that does not depend on the actor. ``link`` and ``link_from`` tie the incident to the
    one that the field names.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    kind: EventKind = EventKind.NOTE
    by: ActorKind | None = None
    public: bool = False
    link: str | None = None
    link_from: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", member(EventKind, "EventMeaning.kind", self.kind))
        if self.by is not None:
            object.__setattr__(self, "by", member(ActorKind, "EventMeaning.by", self.by))
        if self.kind in {EventKind.CREATED, EventKind.STATUS}:
            # The ticket tells these itself: of its opening, and of every move to another category.
            raise InvalidValueError.of("EventMeaning.kind", str(self.kind), expected="no status and no creation")
        if (self.link is None) != (self.link_from is None):
            raise InvalidValueError.of("EventMeaning.link", self.link, expected="given together with link_from")


@dataclass(frozen=True, slots=True)
class Policy:
    """The values that guards read.

    ``reopen_window_days`` and ``close_grace_hours`` are stretches of 24 h and 60 min, not of open time.
    ``compensation_limits`` says how much a role may give away on its own, by currency, in major units; a role that
    it does not name may give nothing. Empty: the shop sets no limits.

    >>> policy = Policy(compensation_limits={"agent": {"EUR": "50.00"}, "supervisor": {"EUR": "500"}})
    >>> str(policy.compensation_limit("agent", "EUR"))
    '50.00 EUR'
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    reopen_window_days: int = 30
    close_grace_hours: int = 72
    max_future_skew_seconds: int = 300
    reopen_limit: int = 3
    compensation_limits: Mapping[str, Mapping[str, str]] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        for name, most in (
            ("reopen_window_days", 36_500),
            ("close_grace_hours", 876_000),
            ("max_future_skew_seconds", 86_400),
            ("reopen_limit", 1_000_000),
        ):
            found = getattr(self, name)
            if type(found) is not int or not 0 <= found <= most:
                raise InvalidValueError.of(f"policy.{name}", found, expected=f"0 to {most}")
        object.__setattr__(self, "compensation_limits", _limits(self.compensation_limits))

    def compensation_limit(self, role: str, currency: str) -> Money | None:
        """The most that ``role`` may give away on its own; ``None`` where the policy names no amount."""
        amount = self.compensation_limits.get(role, {}).get(currency)
        return None if amount is None else Money.of(amount, currency)


def _limits(found: object) -> FrozenDict[str, FrozenDict[str, str]]:
    """The limits by role and currency, each a decimal text that is an amount of its currency."""
    place = "policy.compensation_limits"
    limits: dict[str, FrozenDict[str, str]] = {}
    for role, by_currency in _table(place, found).items():
        amounts = {}
        for currency, amount in _table(f"{place}.{role}", by_currency).items():
            where = f"{place}.{role}.{currency}"
            if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
                raise InvalidValueError.of(where, amount, expected='an amount such as "50.00"')
            if Money.of(amount, currency).minor < 0:
                raise InvalidValueError.of(where, amount, expected="0 or more")
            amounts[currency] = str(amount)
        limits[role] = FrozenDict(amounts)
    return FrozenDict(limits)


def _table(place: str, found: object) -> Mapping[str, object]:
    if not isinstance(found, Mapping) or not all(isinstance(key, str) for key in found):
        raise InvalidValueError.of(place, found, expected="a table")
    return found
