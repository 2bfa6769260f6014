"""The document in which a shop writes what it promises to whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Final

from csprotocol import _parse
from csprotocol.errors import InvalidValueError
from csprotocol.model import Channel, FrozenDict
from csprotocol.model._words import member
from csprotocol.sla._clock_kind import ClockKind
from csprotocol.sla._clock_rule import ClockRule
from csprotocol.sla._presets import presets

__all__ = ["Rule", "SlaPolicy", "When"]

_FORBID: Final[dict[str, Any]] = {"extra": "forbid"}


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


def _is_text(word: object) -> bool:
    return isinstance(word, str) and bool(word)


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
        choices = presets()
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
        return tuple(presets())
