"""What a rule found, and how many rules are run over the same facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import partial
from operator import itemgetter
from typing import Final, NamedTuple

__all__ = [
    "BLOCK",
    "GROUNDS",
    "PASS",
    "REVIEW",
    "UNKNOWN",
    "Check",
    "Checks",
    "RuleOutcome",
    "Status",
    "excluded",
    "missing",
    "required",
    "run",
    "tell",
]


class Status(StrEnum):
    """What an outcome means for the decision."""

    PASS = "pass"  # noqa: S105  # no password
    BLOCK = "block"
    ADJUST = "adjust"
    REVIEW = "review"
    UNKNOWN = "unknown"


# For what is asked of every outcome: a member is found through the class of its enum, which takes longer than a rule.
PASS: Final = Status.PASS
BLOCK: Final = Status.BLOCK
REVIEW: Final = Status.REVIEW
UNKNOWN: Final = Status.UNKNOWN
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


class Check(dict[object, RuleOutcome]):
    """A rule over one fact, with the outcome of every value that it has met: to run it is to look it up."""

    __slots__ = ("code", "fact", "source", "test")

    def __init__(self, code: str, fact: str, test: Callable[[object], Status], source: str) -> None:
        self.code, self.fact, self.test, self.source = code, fact, test, source
        # First of all those that equal 0 and 1, which are no answers.
        for answer in (True, False, None):
            self[answer] = self._outcome(answer)

    def __missing__(self, value: object) -> RuleOutcome:
        found = self._outcome(value)
        if len(self) < _MOST_KEPT:
            self[value] = found
        return found

    def _outcome(self, value: object) -> RuleOutcome:
        status = self.test(value)
        code = f"MISSING_FACT:{self.fact}" if status is Status.UNKNOWN else self.code
        return RuleOutcome(code, status, (self.fact,), (value,), self.source)


# Values of facts are few; numbers of returns are not.
_MOST_KEPT: Final = 64


class Findings(NamedTuple):
    """What several checks said together, and what of it is no pass."""

    all: tuple[RuleOutcome, ...]
    failed: tuple[RuleOutcome, ...]


class Checks:
    """Checks that are run together, with what they said of every set of facts that they have met."""

    __slots__ = ("_known", "_values", "each")

    def __init__(self, checks: Iterable[Check]) -> None:
        self.each = tuple([(check.fact, check) for check in checks])
        self._values = itemgetter(*[fact for fact, _ in self.each]) if self.each else None
        self._known: dict[object, Findings] = {}

    def over(self, facts: Mapping[str, object]) -> Findings:
        """Every check over ``facts``; none of them stops the others."""
        if self._values is None:
            return _NOTHING
        values = self._values(facts)
        found = self._known.get(values)
        if found is None:
            outcomes = run(self.each, facts)
            found = Findings(tuple(outcomes), tuple(each for each in outcomes if each.status is not PASS))
            if len(self._known) < _MOST_SETS:
                self._known[values] = found
        return found


_NOTHING: Final = Findings((), ())
_MOST_SETS: Final = 256


def run(checks: Iterable[tuple[str, Check]], facts: Mapping[str, object]) -> list[RuleOutcome]:
    """Every check, each with the name of its fact, over ``facts``; none of them stops the others."""
    return [check[facts[fact]] for fact, check in checks]


def excluded(fact: object) -> Status:
    """A fact that must not hold."""
    return Status.BLOCK if fact is True else Status.PASS if fact is False else Status.UNKNOWN


def required(fact: object) -> Status:
    """A fact that must hold."""
    return Status.PASS if fact is True else Status.BLOCK if fact is False else Status.UNKNOWN


def missing(fact: str, source: str = "") -> RuleOutcome:
    """The outcome that asks for ``fact``."""
    return RuleOutcome(f"MISSING_FACT:{fact}", Status.UNKNOWN, (fact,), (None,), source)
