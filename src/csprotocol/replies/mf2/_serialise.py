"""From a data model back to a source that reads as the same model."""

from __future__ import annotations

import re
from collections.abc import Iterable

from csprotocol.replies.mf2._characters import LITERAL, NAME, OPTIONAL
from csprotocol.replies.mf2._errors import DataModelError
from csprotocol.replies.mf2._model import (
    Attribute,
    CatchallKey,
    Declaration,
    Expression,
    InputDeclaration,
    Literal,
    Markup,
    MessageModel,
    Option,
    Pattern,
    PatternMessage,
    VariableRef,
    Variant,
)

__all__ = ["serialise"]

_IN_TEXT = re.compile(r"[\\{}]")
_IN_QUOTES = re.compile(r"[\\|]")


def serialise(message: MessageModel) -> str:
    """A source of the message: ``parse(serialise(message)) == message``.

    >>> from csprotocol.replies.mf2 import parse
    >>> print(serialise(parse(".input{$n :integer} .match $n one{{A day}} *{{{$n} days}}")))
    .input {$n :integer}
    .match $n
    one {{A day}}
    * {{{$n} days}}

    Raises DataModelError: a name that the syntax cannot spell, or a NUL character.
    """
    lines = [_declaration(declaration) for declaration in message.declarations]
    if isinstance(message, PatternMessage):
        text = _pattern(message.pattern)
        if not lines and not _reads_as_complex(text):
            return text
        lines.append(f"{{{{{text}}}}}")
    else:
        lines.append(" ".join([".match", *(_operand(selector) for selector in message.selectors)]))
        lines += [_variant(variant) for variant in message.variants]
    return "\n".join(lines)


def _reads_as_complex(text: str) -> bool:
    start = OPTIONAL.match(text)
    return text.startswith((".", "{{"), start.end() if start else 0)


def _declaration(declaration: Declaration) -> str:
    value = _expression(declaration.value)
    if isinstance(declaration, InputDeclaration):
        return f".input {value}"
    return f".local ${_name(declaration.name)} = {value}"


def _variant(variant: Variant) -> str:
    keys = " ".join("*" if isinstance(key, CatchallKey) else _literal(key) for key in variant.keys)
    return f"{keys} {{{{{_pattern(variant.value)}}}}}"


def _pattern(pattern: Pattern) -> str:
    return "".join(_part(part) for part in pattern)


def _part(part: str | Expression | Markup) -> str:
    if isinstance(part, str):
        return _IN_TEXT.sub(r"\\\g<0>", _without_nul(part))
    return _expression(part) if isinstance(part, Expression) else _markup(part)


def _expression(expression: Expression) -> str:
    words = [] if expression.arg is None else [_operand(expression.arg)]
    if expression.function is not None:
        words += [f":{_identifier(expression.function.name)}", *_options(expression.function.options)]
    words += _attributes(expression.attributes)
    return f"{{{' '.join(words)}}}"


def _markup(markup: Markup) -> str:
    sign = "/" if markup.kind == "close" else "#"
    words = [f"{sign}{_identifier(markup.name)}", *_options(markup.options), *_attributes(markup.attributes)]
    return f"{{{' '.join(words)}{' /' if markup.kind == 'standalone' else ''}}}"


def _options(options: Iterable[Option]) -> list[str]:
    return [f"{_identifier(option.name)}={_operand(option.value)}" for option in options]


def _attributes(attributes: Iterable[Attribute]) -> list[str]:
    return [
        f"@{_identifier(attribute.name)}" + ("" if attribute.value is None else f"={_literal(attribute.value)}")
        for attribute in attributes
    ]


def _operand(operand: Literal | VariableRef) -> str:
    return _literal(operand) if isinstance(operand, Literal) else f"${_name(operand.name)}"


def _literal(literal: Literal) -> str:
    if LITERAL.fullmatch(literal.value):
        return literal.value
    return "|" + _IN_QUOTES.sub(r"\\\g<0>", _without_nul(literal.value)) + "|"


def _identifier(identifier: str) -> str:
    return ":".join(_name(name) for name in identifier.split(":", 1))


def _name(name: str) -> str:
    written = name.translate(_RESPELLED)
    match = NAME.fullmatch(written)
    if match is None or match[1] != written:
        raise DataModelError(f"{name!r} is no name of the syntax", hint="names begin with a letter, _ or +")
    return written


# Two letters of the syntax become signs of ASCII when a name is normalised (the Greek question mark and varia); that
# is how such a sign comes into a name, and how it is written again.
_RESPELLED = str.maketrans({";": "\u037e", "`": "\u1fef"})


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise DataModelError("a text holds the character NUL, which no source can", hint="take it out")
    return text
