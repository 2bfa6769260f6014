"""What the names in a sentence stand for: its declarations, followed to the variables of the situation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from csprotocol.replies import mf2
from csprotocol.replies._variables import Variable, VariableType

__all__ = ["Scope", "Selector"]


@dataclass(frozen=True, slots=True)
class Selector:
    """By what a sentence chooses: a variable, and how its keys are compared with it."""

    variable: str
    kind: Literal["plural", "exact", "word", "other"]


@dataclass(frozen=True, slots=True)
class Scope:
    """The declarations of one sentence."""

    declared: Mapping[str, mf2.Expression]

    @classmethod
    def of(cls, model: mf2.MessageModel) -> Scope:
        """The scope of a sentence."""
        return cls({each.name: each.value for each in model.declarations})

    def named(self, part: mf2.Expression) -> tuple[str, mf2.FunctionRef | None]:
        """The variable that a placeholder shows and the function that writes it; no name for a constant."""
        name, functions = self.chain(part)
        return name, next(iter(functions), None)

    def chain(self, part: mf2.Expression) -> tuple[str, tuple[mf2.FunctionRef, ...]]:
        """The variable, and all different functions that its value passes, the last one first."""
        functions = [part.function]
        seen: set[str] = set()
        while isinstance(part.arg, mf2.VariableRef) and part.arg.name in self.declared and part.arg.name not in seen:
            seen.add(part.arg.name)
            part = self.declared[part.arg.name]
            functions.append(part.function)
        different: list[mf2.FunctionRef] = []
        for each in functions:
            # Some of them hold what has no hash.
            if each is not None and each not in different:
                different.append(each)
        return part.arg.name if isinstance(part.arg, mf2.VariableRef) else "", tuple(different)

    def selector(self, chosen: mf2.VariableRef, variables: Mapping[str, Variable]) -> Selector:
        """What a selector compares; ``other`` where that cannot be said outside of a program."""
        name, functions = self.chain(mf2.Expression(chosen))
        # With several, one counts on from another, or takes over its options.
        function = functions[0] if len(functions) == 1 else None
        options = {option.name: getattr(option.value, "value", "") for option in function.options} if function else {}
        variable = variables.get(name)
        if variable is None or function is None:
            return Selector(name, "other")
        if function.name == "string" and not options:
            return Selector(name, "word")
        if function.name in ("integer", "number") and variable.type is VariableType.INT:
            if options in ({}, {"select": "plural"}):
                return Selector(name, "plural")
            if options == {"select": "exact"}:
                return Selector(name, "exact")
        return Selector(name, "other")
