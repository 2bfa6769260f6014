"""The document in which a shop writes what it promises to whom."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final

from csprotocol import _parse
from csprotocol.errors import InvalidValueError
from csprotocol.model import Channel, EventKind, FrozenDict, StatusCategory
from csprotocol.model._words import member
from csprotocol.sla._targets import OpenTime, Target, read_target

__all__ = ["CalendarChange", "ClockKind", "ClockRule", "DueAtClosing", "OnReopen", "Rule", "SlaPolicy", "Warn", "When"]

_FORBID: Final[dict[str, Any]] = {"extra": "forbid"}
_ALL_PRIORITIES: Final = "*"
_SHARE: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?|\.[0-9]{1,9}")


class ClockKind(StrEnum):
    """What is measured; where each begins and ends stands in the guide."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    PERIODIC_UPDATE = "periodic_update"
    PAUSABLE_UPDATE = "pausable_update"
    REQUESTER_WAIT = "requester_wait"
    AGENT_WORK = "agent_work"
    RESOLUTION = "resolution"
    GROUP = "group"
    PROMISE = "promise"


_CONVERSATION: Final = frozenset({EventKind.MESSAGE, EventKind.STATUS})
_LIFE: Final = frozenset({EventKind.STATUS})

# What a source must keep for a clock to be told at all: all that begins or ends it. Without messages nobody knows
# when somebody replied, and without statuses nobody knows whether a reply was still due.
NEEDS: Final[Mapping[ClockKind, frozenset[EventKind]]] = {
    ClockKind.FIRST_REPLY: _CONVERSATION,
    ClockKind.NEXT_REPLY: _CONVERSATION,
    ClockKind.PERIODIC_UPDATE: _CONVERSATION,
    ClockKind.PAUSABLE_UPDATE: _CONVERSATION,
    ClockKind.REQUESTER_WAIT: _LIFE,
    ClockKind.AGENT_WORK: _LIFE,
    ClockKind.RESOLUTION: _LIFE,
    ClockKind.GROUP: _LIFE | {EventKind.ASSIGN},
    ClockKind.PROMISE: _CONVERSATION | {EventKind.PROMISE},
}

PAUSES: Final[Mapping[ClockKind, frozenset[StatusCategory]]] = {
    ClockKind.PAUSABLE_UPDATE: frozenset({StatusCategory.WAITING_CUSTOMER}),
    ClockKind.REQUESTER_WAIT: frozenset({StatusCategory.WAITING_CUSTOMER}),
    ClockKind.AGENT_WORK: frozenset({StatusCategory.WAITING_CUSTOMER, StatusCategory.WAITING_THIRD_PARTY}),
}


class OnReopen(StrEnum):
    """What becomes of a clock that a resolution stopped: go on without or with the time between, anew, or never."""

    RESUME = "resume"
    CONTINUE = "continue"
    RESTART = "restart"
    IGNORE = "ignore"


class DueAtClosing(StrEnum):
    """What a target means that is used up exactly at closing time: that instant, or the next opening (Zammad)."""

    CLOSING = "closing"
    NEXT_OPEN = "next_open"


class CalendarChange(StrEnum):
    """Each stretch by the calendar that was in force in it, or all of it by the latest (Zendesk's own rule)."""

    PIECEWISE = "piecewise"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Warn:
    """A warning: at a share of the target (``"0.75"``), or so much open time before or after it is due.

    Open time may be given as a value; here it stands as documents write it.

    >>> Warn("soon", before=timedelta(hours=1)).before
    '1h'
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    name: str
    share: str | None = None
    before: str | None = None
    after: str | None = None

    def __post_init__(self) -> None:
        given = [each for each in (self.share, self.before, self.after) if each is not None]
        if not _is_text(self.name) or len(given) != 1:
            raise InvalidValueError.of("warn", self.name, expected="a name, and one of share, before and after")
        for side in ("before", "after"):
            said = getattr(self, side)
            if said is not None and not isinstance(read_target(said), OpenTime):
                raise InvalidValueError.of(f"warn {self.name}", said, expected="open time such as '1h'")
            object.__setattr__(self, side, _told(said))
        if self.share is not None and not 0 < self.fraction <= 10:
            raise InvalidValueError.of(f"warn {self.name}", self.share, expected="a share above 0, such as '0.75'")

    @property
    def fraction(self) -> Fraction:
        """The share of the target, exactly."""
        # Only what shops write: "1e999999999" is a number as well, and takes for ever.
        if not isinstance(self.share, str) or not _SHARE.fullmatch(self.share):
            raise InvalidValueError.of(f"warn {self.name}", self.share, expected="a share such as '0.75'")
        return Fraction(self.share)

    def reached_at(self, allowed: timedelta) -> timedelta:
        """How much open time has passed when it is due, of the time that the target allows."""
        if self.before is not None:
            return allowed - _open_time(self.before)
        if self.after is not None:
            return allowed + _open_time(self.after)
        # In whole microseconds: a timedelta times a numerator of nine digits is more than a timedelta can hold.
        return timedelta(microseconds=round(allowed // _MICRO * self.fraction))


_MICRO: Final = timedelta(microseconds=1)


def _open_time(text: str) -> timedelta:
    found = read_target(text)
    assert isinstance(found, OpenTime)  # noqa: S101  # checked where the warning was made
    return found.time


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One clock of one rule.

    ``target`` is one for all, or a table by priority, ``"*"`` in it for all others. A priority that the table lacks
    has no clock; when the ticket gets one that is in it, the clock begins then. ``calendar`` names the calendar in
    force; without, the one of the ticket. ``group`` is for group clocks: whose time it is, ``"*"`` for that of every
    group. Targets may be given as values; here they stand as documents write them. ``sticky_breach`` keeps the breach
    of an earlier target as the verdict when another one comes.

    Raises:
        InvalidValueError: an option that is none of its choices, or of the wrong type.
        AmbiguousTargetError: a target of bare days.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    target: str | Mapping[str, str] = ""
    calendar: str | None = None
    pause_on: tuple[StatusCategory, ...] | None = None
    on_reopen: OnReopen = OnReopen.RESUME
    calendar_change: CalendarChange = CalendarChange.PIECEWISE
    due_at_closing: DueAtClosing = DueAtClosing.CLOSING
    bots_count: bool = False
    notes_count: bool = False
    sticky_breach: bool = False
    group: str | None = None
    warn: tuple[Warn, ...] = ()
    _targets: Mapping[str, Target] = field(init=False, repr=False, compare=False)
    _pauses: frozenset[StatusCategory] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        given: object = self.target
        table = dict(given) if isinstance(given, Mapping) else {_ALL_PRIORITIES: given} if given else {}
        targets = {str(priority).lower(): read_target(target) for priority, target in table.items()}
        if len(targets) < len(table):
            raise InvalidValueError.of("target", [*table], expected="each priority once")
        told = FrozenDict({str(priority): _told(each) for priority, each in table.items()})
        object.__setattr__(self, "target", told if isinstance(given, Mapping) else _told(given))
        object.__setattr__(self, "_targets", FrozenDict(targets))
        self._require_types()
        object.__setattr__(self, "on_reopen", member(OnReopen, "on_reopen", self.on_reopen))
        object.__setattr__(self, "due_at_closing", member(DueAtClosing, "due_at_closing", self.due_at_closing))
        object.__setattr__(self, "calendar_change", member(CalendarChange, "calendar_change", self.calendar_change))
        if self.pause_on is not None:
            pauses = tuple(member(StatusCategory, "pause_on", each) for each in self.pause_on)
            if any(not each.is_live for each in pauses):
                raise InvalidValueError.of("pause_on", [str(each) for each in pauses], expected="live categories")
            object.__setattr__(self, "pause_on", pauses)
        object.__setattr__(self, "_pauses", None if self.pause_on is None else frozenset(self.pause_on))
        names = [each.name for each in self.warn]
        if len({*names}) < len(names):
            raise InvalidValueError.of("warn", names, expected="one warning of each name")

    def _require_types(self) -> None:
        for name in ("bots_count", "notes_count", "sticky_breach"):
            # The text "false" is true.
            if not isinstance(getattr(self, name), bool):
                raise InvalidValueError.of(name, getattr(self, name), expected="True or False")
        for name in ("calendar", "group"):
            said = getattr(self, name)
            if said is not None and not isinstance(said, str):
                raise InvalidValueError.of(name, said, expected="a name")
        given: object = self.warn
        warnings = tuple(given) if isinstance(given, Iterable) else (given,)
        if not all(isinstance(each, Warn) for each in warnings):
            raise InvalidValueError.of("warn", given, expected="warnings such as Warn('soon', before='1h')")
        object.__setattr__(self, "warn", warnings)

    def target_for(self, priority: str | None) -> Target | None:
        """The target of ``priority``; ``None`` where the rule has none for it."""
        targets = self._targets
        own = targets.get(priority.lower()) if priority else None
        return own or targets.get(_ALL_PRIORITIES)

    def pauses(self, kind: ClockKind) -> frozenset[StatusCategory]:
        """The categories in which the clock stands still."""
        return PAUSES.get(kind, frozenset()) if self._pauses is None else self._pauses


def _told(target: object) -> object:
    """A target as a document writes it."""
    return target if isinstance(target, str) or not target else str(read_target(target))


def _is_text(word: object) -> bool:
    return isinstance(word, str) and bool(word)


@dataclass(frozen=True, slots=True)
class When:
    """Which tickets a rule is for; what is empty does not matter. Of a list, one must hold; of tags, too.

    Words are the same in capitals and in small letters.

    >>> When(channel="Email").channel
    ('email',)

    Raises:
        InvalidValueError: a word that is no text, or a channel that is none of :class:`csprotocol.model.Channel`.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    channel: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    _folded: tuple[frozenset[str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in _FILTERS:
            given: object = getattr(self, name)
            # A text is a collection of its letters.
            words = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
            if not all(_is_text(word) for word in words):
                raise InvalidValueError.of(f"when.{name}", given, expected="texts")
            if name == "channel":
                words = tuple(member(Channel, "when.channel", str(word).lower()).value for word in words)
            object.__setattr__(self, name, words)
        folded = tuple(frozenset(each.lower() for each in getattr(self, name)) for name in _FILTERS)
        object.__setattr__(self, "_folded", folded)

    def includes(self, other: When) -> bool:
        """Whether every ticket that ``other`` is for is one for this, too.

        >>> When(priority=("high", "urgent")).includes(When(priority="urgent", tag="vip"))
        True
        """
        pairs = zip(self._folded, other._folded, strict=True)
        return all(not mine or (theirs and theirs <= mine) for mine, theirs in pairs)

    def is_for(self, facts: Sequence[Collection[str]]) -> bool:
        """Whether it is for a ticket of which these words are known, in small letters, in the order of the fields."""
        pairs = zip(self._folded, facts, strict=True)
        return all(not mine or not mine.isdisjoint(theirs) for mine, theirs in pairs)


_FILTERS: Final = ("channel", "priority", "language", "reason", "tag", "group")


@dataclass(frozen=True, slots=True)
class Rule:
    """A promise to some tickets: the clocks that run for them, or none at all."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    name: str
    clocks: Mapping[ClockKind, ClockRule]
    when: When = field(default_factory=When)

    def __post_init__(self) -> None:
        if not self.name:
            raise InvalidValueError.of("rule.name", self.name, expected="a name")
        clocks = {member(ClockKind, f"rule {self.name}", kind): clock for kind, clock in self.clocks.items()}
        for kind, clock in clocks.items():
            if kind is not ClockKind.PROMISE and not clock.target:
                raise InvalidValueError.of(f"rule {self.name}, {kind}.target", clock.target, expected="a target")
            if kind is ClockKind.PROMISE and clock.target:
                raise InvalidValueError.of(
                    f"rule {self.name}, promise.target", clock.target, expected="absent: the agent names the date"
                )
            if kind is ClockKind.GROUP and not clock.group:
                raise InvalidValueError.of(f"rule {self.name}, group.group", clock.group, expected="a group's name")
            if kind is not ClockKind.GROUP and clock.group is not None:
                raise InvalidValueError.of(
                    f"rule {self.name}, {kind}.group", clock.group, expected="absent: it is for the group clock"
                )
        object.__setattr__(self, "clocks", FrozenDict(clocks))


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """What a shop promises: rules in order, the first that is for a ticket counts.

    ``default_priority`` is that of a ticket that has none. ``calendar`` names the calendar of clocks that name none.

    >>> policy = SlaPolicy.of(first_reply="4h", resolution="2 business days")
    >>> [str(kind) for kind in policy.rules[0].clocks]
    ['first_reply', 'resolution']

    Raises:
        InvalidValueError: no rules, a rule without a name, two of one name, an unknown word, or a rule that no ticket
            can reach because an earlier one is for all its tickets.
        AmbiguousTargetError: a target of bare days.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    id: str
    rules: tuple[Rule, ...]
    default_priority: str = "normal"
    calendar: str = "default"

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", tuple(self.rules))
        names = [rule.name for rule in self.rules]
        if not self.id or not names or len({*names}) < len(names):
            raise InvalidValueError.of("SlaPolicy.rules", names, expected="at least one, each with its own name")
        for place, rule in enumerate(self.rules):
            for earlier in self.rules[:place]:
                if earlier.when.includes(rule.when):
                    raise InvalidValueError.of(
                        "SlaPolicy.rules", rule.name, expected=f"before {earlier.name!r}, which is for all its tickets"
                    )

    @classmethod
    def of(cls, **targets: Any) -> SlaPolicy:
        """A policy of one rule for all tickets, from targets by the name of their clock."""
        clocks = {kind: each if isinstance(each, ClockRule) else ClockRule(each) for kind, each in targets.items()}
        return cls("policy", (Rule("all", clocks),))  # type: ignore[arg-type]  # names become members there

    @classmethod
    def load(cls, path: str | Path) -> SlaPolicy:
        """The policy that a TOML, JSON or YAML file holds."""
        return cls.from_dict(_parse.read_document(path))

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> SlaPolicy:
        """The policy that plain data describes; a misspelt key is an error with its place."""
        return _parse.parse(cls, plain)

    def to_dict(self) -> dict[str, Any]:
        """Plain data that :meth:`from_dict` turns into an equal policy."""
        return _parse.dump(self)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema of policy documents."""
        return _parse.json_schema(cls)

    def preset(self, name: str) -> SlaPolicy:
        """This policy with the choices of a vendor (``zendesk``, ``zammad``, ``jira`` ...) in every clock.

        >>> SlaPolicy.of(resolution="8h").preset("zendesk").rules[0].clocks["resolution"].calendar_change
        <CalendarChange.LATEST: 'latest'>
        """
        choices = _presets()
        if name not in choices:
            raise InvalidValueError.unknown("preset", name, choices)
        rules = tuple(
            replace(rule, clocks={kind: choices[name].applied(kind, clock) for kind, clock in rule.clocks.items()})
            for rule in self.rules
        )
        return replace(self, rules=rules)

    @classmethod
    def presets(cls) -> tuple[str, ...]:
        """The vendors whose choices are known."""
        return tuple(_presets())


@dataclass(frozen=True, slots=True)
class Preset:
    """A vendor's choices: for all clocks, and for single ones."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    name: str
    source: str
    as_of: str
    all: Mapping[str, Any] = field(default_factory=FrozenDict)
    clocks: Mapping[ClockKind, Mapping[str, Any]] = field(default_factory=FrozenDict)

    def applied(self, kind: ClockKind, clock: ClockRule) -> ClockRule:
        """``clock`` with the vendor's choices."""
        return replace(clock, **{**self.all, **self.clocks.get(kind, {})})


@dataclass(frozen=True, slots=True)
class _Presets:
    __pydantic_config__: ClassVar[dict[str, Any]] = _FORBID

    presets: Mapping[str, Preset]


@cache
def _presets() -> Mapping[str, Preset]:
    plain = _parse.read_document(Path(__file__).parent / "data" / "presets.toml")
    return _parse.parse(_Presets, plain).presets
