"""Whether a message that is well-formed also makes sense: the standard's data model errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from csprotocol.replies.mf2._characters import normal
from csprotocol.replies.mf2._errors import (
    DataModelError,
    DuplicateDeclarationError,
    DuplicateOptionNameError,
    DuplicateVariantError,
    MissingFallbackVariantError,
    MissingSelectorAnnotationError,
    VariantKeyMismatchError,
)
from csprotocol.replies.mf2._model import (
    CatchallKey,
    Declaration,
    Expression,
    InputDeclaration,
    Literal,
    Markup,
    MessageModel,
    Option,
    PatternMessage,
    SelectMessage,
    VariableRef,
)

__all__ = ["validate"]


def validate(message: MessageModel, source: str | None = None) -> tuple[DataModelError, ...]:
    """Every error of the message's sense, in source order of the rules; empty when it is valid.

    With the source, each error also knows its line and column.

    >>> from csprotocol.replies.mf2 import parse
    >>> [error.code for error in validate(parse(".match $n * {{days}}"))]
    ['missing-selector-annotation']
    """
    found = [*_declarations(message.declarations), *_options(message)]
    if isinstance(message, SelectMessage):
        found += [*_selectors(message), *_variants(message)]
    return tuple(error.within(source) if source is not None else error for error in found)


def _declarations(declarations: Iterable[Declaration]) -> Iterator[DataModelError]:
    known: set[str] = set()
    for declaration in declarations:
        used = _variables(declaration.value)
        if isinstance(declaration, InputDeclaration):
            # The operand of .input is the variable itself; its options may not name it.
            used = _variables(Expression(None, declaration.value.function))
        name = normal(declaration.name)
        if name in known or name in used:
            yield DuplicateDeclarationError.of(name, position=declaration.position)
        known |= {name, *used}


def _variables(expression: Expression) -> set[str]:
    options = expression.function.options if expression.function else ()
    items = [expression.arg, *(option.value for option in options)]
    return {normal(item.name) for item in items if isinstance(item, VariableRef)}


def _options(message: MessageModel) -> Iterator[DataModelError]:
    expressions: list[Expression | Markup] = [declaration.value for declaration in message.declarations]
    patterns = (
        [message.pattern] if isinstance(message, PatternMessage) else [variant.value for variant in message.variants]
    )
    expressions += [part for pattern in patterns for part in pattern if not isinstance(part, str)]
    for expression in expressions:
        seen: set[str] = set()
        for option in _options_of(expression):
            name = normal(option.name)
            if name in seen:
                yield DuplicateOptionNameError.of(name, position=option.position)
            seen.add(name)


def _options_of(expression: Expression | Markup) -> tuple[Option, ...]:
    if isinstance(expression, Markup):
        return expression.options
    return expression.function.options if expression.function else ()


def _selectors(message: SelectMessage) -> Iterator[DataModelError]:
    annotated: set[str] = set()
    for declaration in message.declarations:
        value = declaration.value
        indirect = isinstance(value.arg, VariableRef) and value.arg.name in annotated
        if value.function is not None or indirect:
            annotated.add(declaration.name)
    for selector in message.selectors:
        if selector.name not in annotated:
            yield MissingSelectorAnnotationError.of(selector.name, position=selector.position)


def _variants(message: SelectMessage) -> Iterator[DataModelError]:
    expected = len(message.selectors)
    seen: set[tuple[str | None, ...]] = set()
    for variant in message.variants:
        if len(variant.keys) != expected:
            yield VariantKeyMismatchError.of(found=len(variant.keys), expected=expected, position=variant.position)
        keys = tuple(_key(key) for key in variant.keys)
        if keys in seen:
            yield DuplicateVariantError("two variants have the same keys", hint="keep one", position=variant.position)
        seen.add(keys)
    if not any(all(key is None for key in keys) for keys in seen):
        yield MissingFallbackVariantError(
            "no variant has only * as keys", hint=f"end with: {' '.join('*' * expected)} {{{{...}}}}", position=0
        )


def _key(key: Literal | CatchallKey) -> str | None:
    return None if isinstance(key, CatchallKey) else normal(key.value)
