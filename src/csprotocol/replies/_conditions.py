"""When a block appears: a small language of facts about the arguments, the same for every locale."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from csprotocol.errors import InvalidValueError
from csprotocol.replies._variables import Variable, VariableType

__all__ = ["Arguments", "Condition", "Test", "together"]

Arguments: TypeAlias = Mapping[str, Any]
Test: TypeAlias = Callable[[Arguments], bool]

_SIGNS: Final = ("positive", "negative", "zero")


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact about one argument: that it was passed (``True``), that it is a word, or the sign of an amount.

    >>> Condition("by", "shop").test({"by": "shop"}), Condition("eta").test({})
    (True, False)
    """

    variable: str
    wanted: bool | str = True

    @classmethod
    def all_of(cls, said: object) -> tuple[Condition, ...]:
        """The conditions of a document: ``"eta"``, ``["eta", "carrier"]`` or ``{ by = "shop", eta = true }``.

        >>> Condition.all_of({"by": "shop"})
        (Condition(variable='by', wanted='shop'),)

        Raises:
            InvalidValueError: it is none of these.
        """
        if isinstance(said, str):
            return (cls(said),)
        if isinstance(said, list) and all(isinstance(name, str) for name in said):
            return tuple(cls(name) for name in said)
        if isinstance(said, Mapping) and all(isinstance(wanted, bool | str) for wanted in said.values()):
            return tuple(cls(str(name), wanted) for name, wanted in said.items())
        raise InvalidValueError.of("when", said, expected="a variable, a list of them, or a table of their values")

    def fault(self, variables: Mapping[str, Variable]) -> str:
        """What is wrong with it for these variables; empty when nothing is."""
        variable = variables.get(self.variable)
        if variable is None:
            return f"{self.variable} is no variable of the situation"
        if isinstance(self.wanted, bool):
            is_known = variable.optional or variable.type is VariableType.FLAG
            return "" if is_known else f"{self.variable} is always there: the condition decides nothing"
        if variable.type is VariableType.MONEY:
            return "" if self.wanted in _SIGNS else f"{self.variable} may be {', '.join(_SIGNS)}"
        if self.wanted not in variable.choices:
            return f"{self.variable} is never {self.wanted!r}"
        return ""

    def hangs_on_value(self, variable: Variable) -> bool:
        """Whether it asks for more than that the argument is there."""
        return not isinstance(self.wanted, bool) or variable.type is VariableType.FLAG

    @property
    def test(self) -> Test:
        """Whether it holds for checked arguments, in which what is absent has no key."""
        name, wanted = self.variable, self.wanted
        if wanted is True:
            # An amount of 0 and a number 0 are there; only a flag answers for itself.
            return lambda args: args.get(name, False) is not False
        if wanted is False:
            return lambda args: args.get(name, False) is False
        if wanted in _SIGNS:
            return lambda args: _sign(args.get(name)) == wanted
        return lambda args: args.get(name) == wanted


def _sign(value: object) -> str:
    minor = getattr(value, "minor", None)
    if minor is None:
        return str(value)
    return "positive" if minor > 0 else "negative" if minor < 0 else "zero"


def together(conditions: Iterable[Condition]) -> Test | None:
    """All of them at once; ``None`` where nothing is asked."""
    tests = tuple(condition.test for condition in conditions)
    if len(tests) < 2:
        return tests[0] if tests else None
    return lambda args: all(test(args) for test in tests)
