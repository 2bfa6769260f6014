"""Every error of a message, in one tree.

::

    MessageError (ValueError)
    ├── MessageSyntaxError                  the source is not well-formed
    ├── DataModelError                      it is well-formed and makes no sense
    │   ├── DuplicateDeclarationError
    │   ├── DuplicateOptionNameError
    │   ├── DuplicateVariantError
    │   ├── MissingFallbackVariantError
    │   ├── MissingSelectorAnnotationError
    │   └── VariantKeyMismatchError
    ├── ResolutionError                     a part has no value with these arguments
    │   ├── UnresolvedVariableError
    │   ├── UnknownFunctionError
    │   └── BadSelectorError
    ├── FunctionError                       a function cannot do what it was asked
    │   ├── BadOperandError
    │   ├── BadOptionError
    │   ├── BadVariantKeyError
    │   └── UnsupportedOperationError
    └── LimitError                          a cap of `Limits` was passed

``code`` is the name that the standard gives the error. The sentences never repeat an argument's value.
"""

from __future__ import annotations

from typing import ClassVar, Self

__all__ = [
    "BadOperandError",
    "BadOptionError",
    "BadSelectorError",
    "BadVariantKeyError",
    "DataModelError",
    "DuplicateDeclarationError",
    "DuplicateOptionNameError",
    "DuplicateVariantError",
    "FunctionError",
    "LimitError",
    "MessageError",
    "MessageSyntaxError",
    "MissingFallbackVariantError",
    "MissingSelectorAnnotationError",
    "ResolutionError",
    "UnknownFunctionError",
    "UnresolvedVariableError",
    "UnsupportedOperationError",
    "VariantKeyMismatchError",
]


class MessageError(ValueError):
    """Something is wrong with a message or its arguments: what, where, and what to do.

    ``position`` counts characters from 0, ``line`` and ``column`` from 1; all three are ``None`` where no source is
    at hand. ``together`` holds every error of the same run, this one first, when a strict call raised it.

    >>> error = MessageSyntaxError("a placeholder is not closed", position=6, hint="add }").within("Hello {$name")
    >>> error.code, error.line, error.column
    ('syntax-error', 1, 7)
    >>> print(error)
    a placeholder is not closed; add } (line 1, column 7)
    """

    code: ClassVar[str] = "message-error"

    def __init__(self, found: str, *, hint: str = "", position: int | None = None) -> None:
        super().__init__(found)
        self.found = found
        self.hint = hint
        self.position = position
        self.line: int | None = None
        self.column: int | None = None
        self.together: tuple[MessageError, ...] = (self,)

    def within(self, source: str) -> Self:
        """The same error, with line and column counted in the source."""
        if self.position is not None:
            before = source[: self.position]
            self.line = before.count("\n") + 1
            self.column = len(before) - before.rfind("\n")
        return self

    def __str__(self) -> str:
        hint = f"; {self.hint}" if self.hint else ""
        place = f" (line {self.line}, column {self.column})" if self.line is not None else ""
        return f"{self.found}{hint}{place}"


class MessageSyntaxError(MessageError):
    """The source is not well-formed.

    >>> MessageSyntaxError.code
    'syntax-error'
    """

    code = "syntax-error"


class DataModelError(MessageError):
    """The message is well-formed but not valid.

    >>> issubclass(DuplicateVariantError, DataModelError)
    True
    """

    code = "data-model-error"


class DuplicateDeclarationError(DataModelError):
    """A variable is declared after it was declared or used.

    >>> print(DuplicateDeclarationError.of("x", position=20))
    $x is declared twice, or after its first use; declare each variable once and before it is used
    """

    code = "duplicate-declaration"

    @classmethod
    def of(cls, name: str, *, position: int | None) -> Self:
        """The error for this variable."""
        return cls(
            f"${name} is declared twice, or after its first use",
            hint="declare each variable once and before it is used",
            position=position,
        )


class DuplicateOptionNameError(DataModelError):
    """An option stands twice in one placeholder.

    >>> print(DuplicateOptionNameError.of("select", position=0))
    the option select stands twice; keep one
    """

    code = "duplicate-option-name"

    @classmethod
    def of(cls, name: str, *, position: int | None) -> Self:
        """The error for this option."""
        return cls(f"the option {name} stands twice", hint="keep one", position=position)


class DuplicateVariantError(DataModelError):
    """Two variants have the same keys.

    >>> DuplicateVariantError.code
    'duplicate-variant'
    """

    code = "duplicate-variant"


class MissingFallbackVariantError(DataModelError):
    """No variant has only ``*`` as keys.

    >>> MissingFallbackVariantError.code
    'missing-fallback-variant'
    """

    code = "missing-fallback-variant"


class MissingSelectorAnnotationError(DataModelError):
    """A selector has no function that could choose.

    >>> print(MissingSelectorAnnotationError.of("n", position=7))
    $n has no function to choose a variant with; declare it first: .input {$n :number}
    """

    code = "missing-selector-annotation"

    @classmethod
    def of(cls, name: str, *, position: int | None) -> Self:
        """The error for this selector."""
        return cls(
            f"${name} has no function to choose a variant with",
            hint=f"declare it first: .input {{${name} :number}}",
            position=position,
        )


class VariantKeyMismatchError(DataModelError):
    """A variant has more or fewer keys than there are selectors.

    >>> print(VariantKeyMismatchError.of(found=1, expected=2, position=0))
    a variant has 1 key where .match has 2 selectors; give each selector its key
    """

    code = "variant-key-mismatch"

    @classmethod
    def of(cls, *, found: int, expected: int, position: int | None) -> Self:
        """The error for a variant with this many keys."""
        keys = "key" if found == 1 else "keys"
        selectors = "selector" if expected == 1 else "selectors"
        return cls(
            f"a variant has {found} {keys} where .match has {expected} {selectors}",
            hint="give each selector its key",
            position=position,
        )


class ResolutionError(MessageError):
    """A part of the message has no value with these arguments.

    >>> issubclass(UnknownFunctionError, ResolutionError)
    True
    """

    code = "resolution-error"


class UnresolvedVariableError(ResolutionError, LookupError):
    """An argument is missing.

    >>> print(UnresolvedVariableError.of("name", position=None))
    $name has no value; pass it: format({"name": ...})
    """

    code = "unresolved-variable"

    @classmethod
    def of(cls, name: str, *, position: int | None) -> Self:
        """The error for this variable."""
        return cls(f"${name} has no value", hint=f'pass it: format({{"{name}": ...}})', position=position)


class UnknownFunctionError(ResolutionError, LookupError):
    """No function of this name is registered.

    >>> print(UnknownFunctionError.of("numbr", near="number", position=None))
    there is no function :numbr; did you mean :number?
    """

    code = "unknown-function"

    @classmethod
    def of(cls, name: str, *, near: str | None, position: int | None) -> Self:
        """The error for this function; ``near`` is the nearest name that exists."""
        hint = f"did you mean :{near}?" if near else "register it: mf2.register(name, function)"
        return cls(f"there is no function :{name}", hint=hint, position=position)


class BadSelectorError(ResolutionError):
    """A selector cannot choose between variants; only ``*`` matches.

    >>> print(BadSelectorError.of("day", position=None))
    $day cannot choose between variants, so * is taken; select with :number, :integer, :percent, :offset or :string
    """

    code = "bad-selector"

    @classmethod
    def of(cls, name: str, *, position: int | None) -> Self:
        """The error for this selector."""
        return cls(
            f"${name} cannot choose between variants, so * is taken",
            hint="select with :number, :integer, :percent, :offset or :string",
            position=position,
        )


class FunctionError(MessageError):
    """A function cannot do what it was asked; functions of your own raise one of its kinds.

    >>> issubclass(BadOperandError, FunctionError)
    True
    """

    code = "message-function-error"


class BadOperandError(FunctionError):
    """The value before the function is of a kind that the function does not take.

    >>> BadOperandError.code
    'bad-operand'
    """

    code = "bad-operand"


class BadOptionError(FunctionError):
    """An option is missing, contradicts another or has a value that the function does not know.

    >>> BadOptionError.code
    'bad-option'
    """

    code = "bad-option"


class BadVariantKeyError(FunctionError):
    """A key is none that the selecting function knows.

    >>> BadVariantKeyError.code
    'bad-variant-key'
    """

    code = "bad-variant-key"


class UnsupportedOperationError(FunctionError):
    """A wish that the standard allows and this library does not fulfil.

    >>> UnsupportedOperationError.code
    'unsupported-operation'
    """

    code = "unsupported-operation"


class LimitError(MessageError):
    """A cap was passed.

    >>> print(LimitError.of("variants", found=900, limit=64))
    900 variants where 64 are allowed; shorten the message or raise Limits.variants
    """

    code = "limit-exceeded"

    @classmethod
    def of(cls, what: str, *, found: int, limit: int) -> Self:
        """The error for this cap."""
        label = what.replace("_", " ")
        return cls(f"{found} {label} where {limit} are allowed", hint=f"shorten the message or raise Limits.{what}")
