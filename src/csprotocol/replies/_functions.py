"""What sentences may call beside the standard's functions: amounts, durations, lists, distances in time, free slots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeAlias

from csprotocol.model import Money
from csprotocol.replies import cldr, mf2
from csprotocol.replies.cldr import Formats, Grouping

__all__ = ["FUNCTION_OPTIONS", "amount_writer", "empty_slot", "functions"]


@cache
def functions(grouping: Grouping = "auto") -> mf2.FunctionRegistry:
    """The standard's functions and ours, for ``mf2.Message(..., functions=functions())``.

    >>> message = mf2.Message("{$items :cs:list style=or}", "es", functions=functions(), bidi_isolation="none")
    >>> message.format({"items": ["siete", "ocho"]})
    'siete u ocho'
    """
    registry = mf2.FUNCTIONS
    for name, write in _WRITERS.items():
        registry = mf2.register(name, _function(write, grouping), functions=registry)
    return registry


_Write: TypeAlias = Callable[[Formats, Any, Any], str]


def _amount(formats: Formats, options: Any, value: Any) -> str:
    if _option(options, "sign", ("auto", "never")) == "never":
        value = Money(abs(value.minor), value.currency, value.exponent) if isinstance(value, Money) else abs(value)
    return amount_writer(formats)(value)


def _duration(formats: Formats, options: Any, value: Any) -> str:
    del options
    return formats.duration(value)


def _list(formats: Formats, options: Any, value: Any) -> str:
    return formats.list(value, style=_option(options, "style", ("standard", "or")))


def _relative(formats: Formats, options: Any, value: Any) -> str:
    return formats.relative(value, unit=_option(options, "unit", ("day", "year", "month", "week", "hour", "minute")))


def _slot(formats: Formats, options: Any, value: Any) -> str:
    del formats, options
    return str(value)


_WRITERS: Final[Mapping[str, _Write]] = {
    "cs:amount": _amount,
    "cs:duration": _duration,
    "cs:list": _list,
    "cs:relative": _relative,
    "cs:slot": _slot,
}
# Our functions, each with the options that it has.
FUNCTION_OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "cs:amount": frozenset({"sign"}),
    "cs:duration": frozenset(),
    "cs:list": frozenset({"style"}),
    "cs:relative": frozenset({"unit"}),
    "cs:slot": frozenset(),
}


def _option(options: Any, name: str, known: tuple[str, ...]) -> Any:
    """The option's word; the first of those it may have when it is left out."""
    if name not in options:
        return known[0]
    if options[name].value not in known:
        hint = f"possible: {', '.join(known)}"
        raise mf2.BadOptionError(f"the option {name} has a value that it cannot have", hint=hint)
    return options[name].value


def _function(write: _Write, grouping: Grouping) -> mf2.Function:
    def call(context: mf2.FunctionContext, options: Any, operand: mf2.Value | None) -> mf2.Value:
        if operand is None:
            raise mf2.BadOperandError("the placeholder has no value", hint="name a variable before the function")
        text = write(cldr.formats(context.locale, grouping=grouping), options, operand.value)
        made = mf2.StringValue(text, locale=context.locale)
        made.selectable = False
        return made

    return call


def amount_writer(formats: Formats) -> Callable[[Any], str]:
    """Writes money as money, a Decimal as a share (0.15 is 15 %), an int as a number.

    >>> amount_writer(cldr.formats("en"))(Decimal("0.15"))
    '15%'
    """
    number, money, percent = formats.number_writer(), formats.money, formats.percent

    def write(value: Any) -> str:
        if type(value) is int:
            return number(value)
        if not isinstance(value, Decimal):
            return money(value)
        decimals = max(0, -int(value.normalize().as_tuple().exponent) - 2)
        return percent(value, decimals=min(decimals, 2))

    return write


def empty_slot(name: str) -> str:
    """What shows where an agent has still to write.

    >>> empty_slot("agent_note")
    '[agent_note]'
    """
    return f"[{name}]"
