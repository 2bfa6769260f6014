"""What a message consists of, in the names of the standard's data model.

Nodes are equal when they say the same; ``position``, the character in the source where a node begins, does not count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal as OneOf
from typing import TypeAlias

__all__ = [
    "Attribute",
    "CatchallKey",
    "Declaration",
    "Expression",
    "FunctionRef",
    "InputDeclaration",
    "Literal",
    "LocalDeclaration",
    "Markup",
    "MessageModel",
    "Option",
    "Pattern",
    "PatternMessage",
    "SelectMessage",
    "VariableRef",
    "Variant",
]


def _position() -> int | None:
    return field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands for itself, quoted or not.

    >>> Literal("42") == Literal("42", position=7)
    True
    """

    value: str
    position: int | None = _position()


@dataclass(frozen=True, slots=True)
class VariableRef:
    """A variable, by its name without the ``$``.

    >>> VariableRef("name").name
    'name'
    """

    name: str
    position: int | None = _position()


@dataclass(frozen=True, slots=True)
class CatchallKey:
    """The key ``*``.

    >>> CatchallKey() == CatchallKey(position=3)
    True
    """

    position: int | None = _position()


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of a function or of markup: ``name=value``.

    >>> Option("select", Literal("exact")).name
    'select'
    """

    name: str
    value: Literal | VariableRef
    position: int | None = _position()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A note to tools, without effect on the result: ``@name`` or ``@name=value``.

    >>> Attribute("translate", Literal("no")).value
    Literal(value='no')
    """

    name: str
    value: Literal | None = None
    position: int | None = _position()


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """The function of an expression, with its options in source order.

    >>> FunctionRef("number").options
    ()
    """

    name: str
    options: tuple[Option, ...] = ()
    position: int | None = _position()


@dataclass(frozen=True, slots=True)
class Expression:
    """A value to put in: an operand, a function, or both.

    >>> Expression(VariableRef("n"), FunctionRef("integer")).arg
    VariableRef(name='n')
    """

    arg: Literal | VariableRef | None = None
    function: FunctionRef | None = None
    attributes: tuple[Attribute, ...] = ()
    position: int | None = _position()


@dataclass(frozen=True, slots=True)
class Markup:
    """The beginning, the end or the whole of a marked stretch: ``{#b}``, ``{/b}``, ``{#img /}``.

    >>> Markup("open", "b").kind
    'open'
    """

    kind: OneOf["open", "standalone", "close"]
    name: str
    options: tuple[Option, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    position: int | None = _position()


Pattern: TypeAlias = tuple[str | Expression | Markup, ...]


@dataclass(frozen=True, slots=True)
class InputDeclaration:
    """``.input {$name ...}``: an argument, with the function that it always has.

    >>> InputDeclaration("n", Expression(VariableRef("n"), FunctionRef("integer"))).name
    'n'
    """

    name: str
    value: Expression
    position: int | None = _position()


@dataclass(frozen=True, slots=True)
class LocalDeclaration:
    """``.local $name = {...}``: a name for an expression.

    >>> LocalDeclaration("x", Expression(Literal("1"))).value.arg
    Literal(value='1')
    """

    name: str
    value: Expression
    position: int | None = _position()


Declaration: TypeAlias = InputDeclaration | LocalDeclaration


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the texts of a ``.match``, with one key a selector.

    >>> Variant((CatchallKey(),), ("days",)).value
    ('days',)
    """

    keys: tuple[Literal | CatchallKey, ...]
    value: Pattern
    position: int | None = _position()


@dataclass(frozen=True, slots=True)
class PatternMessage:
    """A message with one text.

    >>> PatternMessage(pattern=("Hello",)).declarations
    ()
    """

    declarations: tuple[Declaration, ...] = ()
    pattern: Pattern = ()


@dataclass(frozen=True, slots=True)
class SelectMessage:
    """A message that chooses between texts.

    >>> message = SelectMessage(selectors=(VariableRef("n"),), variants=(Variant((CatchallKey(),), ("days",)),))
    >>> len(message.variants)
    1
    """

    declarations: tuple[Declaration, ...] = ()
    selectors: tuple[VariableRef, ...] = ()
    variants: tuple[Variant, ...] = ()


MessageModel: TypeAlias = PatternMessage | SelectMessage
