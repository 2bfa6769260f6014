"""The answer to a command: allowed, or denied with all its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Self, final

from csprotocol.errors import DeniedError, InvalidValueError
from csprotocol.incident._plain import Plain, plain_data
from csprotocol.model import FrozenDict

__all__ = ["Allowed", "Decision", "Denial", "DenialKind", "Denied", "deny"]


class DenialKind(StrEnum):
    """Which check said no."""

    UNKNOWN_EVENT = "unknown-event"
    NO_TRANSITION = "no-transition"
    MISSING_FIELD = "missing-field"
    ROLE = "role"
    GUARD = "guard"
    CLOCK = "clock"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Denial:
    """One reason for a no: a stable ``code``, the facts behind it, and what to do instead.

    ``hint`` is for programs: ``open-follow-up``, ``forward:<incident>``, ``ask-role:<role>``. The sentence for
    people is made elsewhere, in the reader's language, from ``code`` and ``params``.
    """

    kind: DenialKind
    code: str
    params: Mapping[str, Plain] = field(default_factory=FrozenDict)
    hint: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.params, FrozenDict):
            object.__setattr__(self, "params", plain_data("Denial.params", self.params))


def deny(code: str, *, hint: str | None = None, **params: object) -> Denial:
    """The no of a guard, for guards that a shop writes itself.

    >>> deny("refund-over-limit", hint="ask-role:supervisor", limit="50.00 EUR").params["limit"]
    '50.00 EUR'
    """
    return Denial(DenialKind.GUARD, code, plain_data("Denial.params", params), hint)


@final
@dataclass(frozen=True, slots=True)
class Allowed:
    """A yes: the state that the incident goes to.

    ``restarts`` tells whether the state is entered (anew): true for a change and for an external self-transition,
    false for an internal event.
    """

    event: str
    source: str
    target: str
    restarts: bool

    @property
    def ok(self) -> Literal[True]:
        """Always true; for ``if decision.ok``."""
        return True

    @property
    def reasons(self) -> tuple[Denial, ...]:
        """No reason against it."""
        return ()

    def raise_if_denied(self) -> Self:
        """Itself."""
        return self


@dataclass(frozen=True, slots=True)
class Denied:
    """A no, with every reason for it, in a fixed order; false where a truth is asked for."""

    event: str
    source: str
    reasons: tuple[Denial, ...]

    def __post_init__(self) -> None:
        if not self.reasons:
            raise InvalidValueError.of("Denied.reasons", (), expected="at least one")

    @property
    def ok(self) -> Literal[False]:
        """Always false; for ``if decision.ok``."""
        return False

    @property
    def kind(self) -> DenialKind:
        """The kind of the first reason."""
        return self.reasons[0].kind

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all reasons."""
        return tuple(reason.code for reason in self.reasons)

    @property
    def hint(self) -> str | None:
        """The first hint that any reason gives."""
        return next((reason.hint for reason in self.reasons if reason.hint), None)

    @property
    def needs(self) -> tuple[str, ...]:
        """The fields that would make it a yes; none when anything else stands against it."""
        if any(reason.kind is not DenialKind.MISSING_FIELD for reason in self.reasons):
            return ()
        return tuple(str(reason.params["field"]) for reason in self.reasons)

    def __bool__(self) -> Literal[False]:
        return False

    def raise_if_denied(self) -> Self:
        """For those who prefer exceptions.

        Raises:
            DeniedError: always, with the reasons.
        """
        raise DeniedError.of(self.event, self.source, self.reasons)


Decision = Allowed | Denied
