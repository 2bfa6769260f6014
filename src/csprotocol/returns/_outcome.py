"""What a rule found, and how many rules are run over the same facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import partial
from operator import itemgetter
from typing import Final, NamedTuple

__all__ = ["GROUNDS", "Check", "RuleOutcome", "Status", "excluded", "missing", "required", "run", "tell"]


class Status(StrEnum):
    """What an outcome means for the decision."""

    PASS = "pass"  # noqa: S105  # no password
    BLOCK = "block"
    ADJUST = "adjust"
    REVIEW = "review"
    UNKNOWN = "unknown"


# Codes that are a reason though nothing stands in the way: what the decision rests on.
GROUNDS: Final = frozenset({
    "LEGAL_GUARANTEE", "POLICY_NOT_POSTED", "SHORT_TERM_REJECT", "STATUTORY_WITHDRAWAL", "WITHIN_POLICY_WINDOW",
})  # fmt: skip


class RuleOutcome(NamedTuple):
    """One rule, run: its code, what it means, the facts that it looked at, and where it comes from."""

    code: str
    status: Status
    names: tuple[str, ...] = ()
    values: tuple[object, ...] = ()
    source: str = ""

    @property
    def evidence(self) -> dict[str, object]:
        """The facts by name."""
        return dict(zip(self.names, self.values, strict=True))

    @property
    def is_reason(self) -> bool:
        """Whether the decision would have to name it: it is a ground, or it did not simply pass."""
        return self.status is not Status.PASS or self.code in GROUNDS


# A tuple is made directly: the constructor of a named tuple takes longer than most rules.
tell: Final[Callable[[tuple[str, Status, tuple[str, ...], tuple[object, ...], str]], RuleOutcome]] = partial(
    tuple.__new__, RuleOutcome
)


class Check(NamedTuple):
    """A rule over named facts: prepared once, run for every line."""

    code: str
    names: tuple[str, ...]
    # Of several facts; one alone is simply looked up.
    fetch: Callable[[Mapping[str, object]], tuple[object, ...]] | None
    test: Callable[..., Status]
    source: str

    @classmethod
    def of(cls, code: str, names: Iterable[str], test: Callable[..., Status], source: str) -> Check:
        """A check of ``names``, which ``test`` takes in that order."""
        wanted = tuple(names)
        return cls(code, wanted, itemgetter(*wanted) if len(wanted) > 1 else None, test, source)


def run(checks: Iterable[Check], facts: Mapping[str, object]) -> list[RuleOutcome]:
    """Every check over ``facts``; none of them stops the others."""
    found = []
    for code, names, fetch, test, source in checks:
        if fetch is None:
            fact = facts[names[0]]
            found.append(tell((code, test(fact), names, (fact,), source)))
        else:
            values = fetch(facts)
            found.append(tell((code, test(*values), names, values, source)))
    return found


def excluded(fact: object) -> Status:
    """A fact that must not hold."""
    return Status.BLOCK if fact is True else Status.PASS if fact is False else Status.UNKNOWN


def required(fact: object) -> Status:
    """A fact that must hold."""
    return Status.PASS if fact is True else Status.BLOCK if fact is False else Status.UNKNOWN


def missing(fact: str, source: str = "") -> RuleOutcome:
    """The outcome that asks for ``fact``."""
    return RuleOutcome(f"MISSING_FACT:{fact}", Status.UNKNOWN, (fact,), (None,), source)
