"""How one clock of a policy runs: its targets, its choices, its warnings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar, Final

from csprotocol.errors import InvalidValueError
from csprotocol.model import FrozenDict, StatusCategory
from csprotocol.model._words import member
from csprotocol.sla._clock_kind import PAUSES, ClockKind
from csprotocol.sla._targets import OpenTime, Target, read_target

__all__ = ["CalendarChange", "ClockRule", "DueAtClosing", "OnReopen", "Warn"]

_FORBID: Final[dict[str, Any]] = {"extra": "forbid"}
_ALL_PRIORITIES: Final = "*"
_SHARE: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?|\.[0-9]{1,9}")


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
        name: object = self.name
        if not isinstance(name, str) or not name or len(given) != 1:
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
