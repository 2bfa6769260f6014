"""Which functions a message may call, and what a function gets when it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from types import MappingProxyType
from typing import Protocol, TypeAlias

from csprotocol.replies.mf2._characters import NAME, normal
from csprotocol.replies.mf2._errors import MessageError, UnknownFunctionError
from csprotocol.replies.mf2._locale_data import LocaleData
from csprotocol.replies.mf2._values import Value

__all__ = ["Function", "FunctionContext", "FunctionRegistry", "OptionValue", "Options", "Resolve", "Staged", "register"]

Report: TypeAlias = Callable[[MessageError], None]


@dataclass(frozen=True, slots=True)
class OptionValue:
    """An option as a function sees it, with the word whether the message itself spells it.

    >>> OptionValue("exact", is_literal=True).value
    'exact'
    """

    value: object
    is_literal: bool = True


Options: TypeAlias = Mapping[str, OptionValue]


@dataclass(frozen=True, slots=True)
class FunctionContext:
    """Where a function works: the locale, its data, the default time zone, and whom to tell of errors.

    >>> from csprotocol.replies import mf2
    >>> def where(context, options, operand):
    ...     return mf2.StringValue(f"{context.locale}, {context.data.direction}")
    >>> mf2.Message("{:shop:where}", "he", functions=mf2.register("shop:where", where), bidi_isolation="none").format()
    'he, rtl'
    """

    locale: str
    data: LocaleData
    time_zone: tzinfo | None
    report: Report


class Function(Protocol):
    """Anything that makes a value of an operand: raise a FunctionError when it cannot.

    >>> def doubled(context, options, operand):
    ...     return Value(2 * operand.value)
    >>> function: Function = doubled
    """

    def __call__(self, context: FunctionContext, options: Options, operand: Value | None, /) -> Value:
        """The value; ``operand`` is ``None`` where the placeholder has none."""
        ...


Resolve: TypeAlias = Callable[[object, Report], Value]


class Staged:
    """A function in two steps: options once, operands often.

    ``stage`` gets the context and the options and returns what makes a value of an operand. The operand arrives as
    it was passed, or as a Value when another function made it; ``None`` stands for no operand. Errors that do not
    stop it go to the ``report`` of the second step.

    >>> from csprotocol.replies import mf2
    >>> def repeat(context, options):
    ...     times = int(options["times"].value)
    ...     return lambda operand, report: mf2.StringValue(str(operand) * times)
    >>> functions = mf2.register("shop:repeat", Staged(repeat))
    >>> mf2.Message("{ho :shop:repeat times=3}", "en", functions=functions, bidi_isolation="none").format()
    'hohoho'
    """

    __slots__ = ("stage",)

    def __init__(self, stage: Callable[[FunctionContext, Options], Resolve]) -> None:
        self.stage = stage

    def __call__(self, context: FunctionContext, options: Options, operand: Value | None, /) -> Value:
        """Both steps at once."""
        return self.stage(context, options)(operand, context.report)


class FunctionRegistry(Mapping[str, Function]):
    """Functions by name; frozen, ``with_function`` returns another one.

    >>> from csprotocol.replies import mf2
    >>> sorted(mf2.FUNCTIONS)[:3]
    ['currency', 'date', 'datetime']
    """

    __slots__ = ("_functions",)

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self._functions = MappingProxyType(dict(functions))

    def __getitem__(self, name: str) -> Function:
        return self._functions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)

    def __repr__(self) -> str:
        return f"FunctionRegistry({', '.join(f':{name}' for name in self._functions)})"

    def with_function(self, name: str, function: Function) -> FunctionRegistry:
        """The same functions and this one, which takes the place of one of the same name.

        Raises UnknownFunctionError: the name is none that a message could write.
        """
        words = name.split(":")
        if len(words) > 2 or not all((match := NAME.fullmatch(word)) and match[1] == word for word in words):
            raise UnknownFunctionError(f"{name!r} is no name of a function", hint="write name or namespace:name")
        return FunctionRegistry({**self._functions, normal(name): function})


def register(name: str, function: Function, *, functions: FunctionRegistry | None = None) -> FunctionRegistry:
    """The standard's functions (or ``functions``) and this one; pass the result to ``Message``.

    Nothing changes for messages that are not given the result.

    >>> from csprotocol.replies import mf2
    >>> def shout(context, options, operand):
    ...     return mf2.StringValue(operand.text().upper())
    >>> mf2.Message("{$name :shop:shout}", "en", functions=register("shop:shout", shout), bidi_isolation="none").format(
    ...     {"name": "Ana"}
    ... )
    'ANA'
    """
    if functions is None:
        from csprotocol.replies.mf2._functions import FUNCTIONS

        functions = FUNCTIONS
    return functions.with_function(name, function)
