"""A message ready to be formatted, as often as one likes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from datetime import tzinfo
from types import MappingProxyType
from typing import Literal as OneOf
from typing import TypeAlias

from csprotocol.replies.mf2._characters import normal
from csprotocol.replies.mf2._compile import Compiler, Frame, Resolver, Surroundings, argument
from csprotocol.replies.mf2._errors import (
    BadOperandError,
    BadOptionError,
    BadSelectorError,
    BadVariantKeyError,
    FunctionError,
    LimitError,
    MessageError,
)
from csprotocol.replies.mf2._functions import FUNCTIONS
from csprotocol.replies.mf2._limits import Limits
from csprotocol.replies.mf2._locale_data import LocaleData
from csprotocol.replies.mf2._model import (
    CatchallKey,
    Expression,
    Markup,
    MessageModel,
    Pattern,
    PatternMessage,
    SelectMessage,
    VariableRef,
)
from csprotocol.replies.mf2._parse import parse
from csprotocol.replies.mf2._parts import BidiPart, FallbackPart, MarkupPart, Part, TextPart, ValuePart
from csprotocol.replies.mf2._registry import FunctionRegistry, Report
from csprotocol.replies.mf2._select import Choice, choose
from csprotocol.replies.mf2._unicode_options import read_identity
from csprotocol.replies.mf2._validate import validate
from csprotocol.replies.mf2._values import Direction, Fallback, Value

__all__ = ["Message"]

_NO_ARGS: Mapping[str, object] = MappingProxyType({})
_OPENERS: Mapping[Direction, str] = {"ltr": "\u2066", "rtl": "\u2067", "auto": "\u2068"}
_CLOSER = "\u2069"
_BROKEN = Fallback("\ufffd")

_Show: TypeAlias = Callable[[Frame], str]
_Piece: TypeAlias = "str | _Slot"


class _Slot:
    """A placeholder of a pattern: ``show`` for text, ``parts`` for parts."""

    __slots__ = ("parts", "show")

    def __init__(self, show: _Show, parts: Callable[[Frame], list[Part]]) -> None:
        self.show = show
        self.parts = parts


class Message:
    """A message of Unicode MessageFormat 2, compiled for one locale; immutable, safe between threads.

    ``format`` never fails for what a source or an argument may hold: what cannot be made shows as a fallback such as
    ``{$name}``, a message that is not valid as ``{�}``. ``errors`` holds what is wrong with the message itself;
    ``on_error`` of a call hears of everything, ``strict=True`` raises it. Only a passed cap always raises.

    >>> days = Message(".input {$n :integer} .match $n one {{{$n} day}} * {{{$n} days}}", "en")
    >>> days.format({"n": 1}), days.format({"n": 1200})
    ('1 day', '1,200 days')
    >>> Message("Hello {$name}!", "en", bidi_isolation="none").format({"name": "Ana"})
    'Hello Ana!'
    """

    __slots__ = ("_bidi", "_limits", "_pick", "direction", "errors", "locale", "model", "source")

    def __init__(
        self,
        source: str | MessageModel,
        locale: str,
        *,
        functions: FunctionRegistry | None = None,
        bidi_isolation: OneOf["default", "none"] = "default",
        time_zone: tzinfo | None = None,
        limits: Limits | None = None,
        locale_data: Callable[[str], LocaleData] | None = None,
    ) -> None:
        if bidi_isolation not in ("default", "none"):
            raise BadOptionError(f"bidi_isolation is {bidi_isolation!r}", hint="possible: default, none")
        if locale_data is None:
            from csprotocol.replies.mf2._babel import locale_data as babel

            locale_data = babel
        locale = str(locale)
        self.locale = locale
        self._bidi = bidi_isolation == "default"
        self._limits = limits or Limits()
        self.source = source if isinstance(source, str) else None
        self.direction: Direction = locale_data(locale).direction
        self.model, self.errors = self._read(source)
        around = Surroundings(locale, FUNCTIONS if functions is None else functions, locale_data, time_zone)
        self._pick = _picker(self.model, self._slot, around) if self.model and not self.errors else None

    def __repr__(self) -> str:
        return f"Message({self.source or self.model!r}, {self.locale!r})"

    def format(
        self,
        args: Mapping[str, object] | None = None,
        *,
        on_error: Report | None = None,
        strict: bool = False,
    ) -> str:
        """The text with these arguments.

        Raises MessageError: with ``strict``, the first of what went wrong, all of it in its ``together``.
        LimitError: the text is longer than ``limits`` allow.

        >>> Message("Hello {$name}!", "en", bidi_isolation="none").format({}, on_error=print)
        $name has no value; pass it: format({"name": ...}) (line 1, column 8)
        'Hello {$name}!'
        """
        frame = Frame(_NO_ARGS if args is None else _checked(args))
        pieces = self._pattern(frame)
        text = "".join([piece if type(piece) is str else piece.show(frame) for piece in pieces])  # type: ignore[union-attr]
        if len(text) > self._limits.output_characters:
            self._limits.check_output(text)
        if frame.found:
            self._tell(frame.found, on_error, strict=strict)
        return text

    def format_to_parts(
        self,
        args: Mapping[str, object] | None = None,
        *,
        on_error: Report | None = None,
        strict: bool = False,
    ) -> tuple[Part, ...]:
        """The same in parts: text, values, markup, isolation and fallbacks.

        >>> Message("{#b}Hello{/b}", "en").format_to_parts()[0]
        MarkupPart(kind='open', name='b', options={}, id=None, type='markup')
        """
        frame = Frame(_NO_ARGS if args is None else _checked(args))
        parts: list[Part] = []
        for piece in self._pattern(frame):
            parts += [TextPart(piece)] if isinstance(piece, str) else piece.parts(frame)
        if frame.found:
            self._tell(frame.found, on_error, strict=strict)
        return tuple(parts)

    # Reading

    def _read(self, source: str | MessageModel) -> tuple[MessageModel | None, tuple[MessageError, ...]]:
        try:
            model = parse(source, limits=self._limits) if isinstance(source, str) else source
            errors = validate(model, self.source)
            if not errors:
                self._limits.check_model(model)
        except LimitError:
            raise
        except MessageError as error:
            return None, (error,)
        return model, errors

    def _pattern(self, frame: Frame) -> tuple[_Piece, ...]:
        if self._pick is not None:
            return self._pick(frame)
        for error in self.errors:
            fresh = copy(error)  # raising marks an error, and these belong to every call
            fresh.together = (fresh,)
            frame.report(fresh)
        return (_BROKEN_SLOT,)

    def _tell(self, found: list[MessageError], on_error: Report | None, *, strict: bool) -> None:
        for error in found:
            if self.source is not None and error.line is None:
                error.within(self.source)
            if on_error is not None:
                on_error(error)
        if strict:
            first = found[0]
            first.together = tuple(found)
            raise first

    # Placeholders

    def _slot(self, part: Expression | Markup, compiler: Compiler) -> _Slot:
        if isinstance(part, Markup):
            return _markup(part, compiler)
        resolve = compiler.expression(part)
        isolated = self._bidi

        def shown(frame: Frame) -> tuple[Value, str]:
            value = resolve(frame)
            try:
                return value, value.text()
            except MessageError as error:
                error.position = part.position if error.position is None else error.position
                frame.report(error)
            except Exception as error:  # noqa: BLE001 - a value of a shop's function may raise anything
                frame.report(
                    FunctionError(
                        f"a value raised {type(error).__name__} when it was written",
                        hint="mend its function",
                        position=part.position,
                    )
                )
            fallback = compiler.fallback(part)
            return fallback, fallback.text()

        def show(frame: Frame) -> str:
            value, text = shown(frame)
            return self._isolated(value, text) if isolated else text

        def parts(frame: Frame) -> list[Part]:
            value, text = shown(frame)
            made: Part = (
                FallbackPart(value.source)
                if isinstance(value, Fallback)
                else ValuePart(value.kind, text, value.parts(), value.dir, value.locale, value.id)
            )
            opener = self._opener(value) if isolated else ""
            return [BidiPart(opener), made, BidiPart(_CLOSER)] if opener else [made]

        is_bare_argument = (
            part.function is None and isinstance(part.arg, VariableRef) and part.arg.name not in compiler.declared
        )
        return _Slot(_quick(part, show, isolated) if is_bare_argument else show, parts)

    def _opener(self, value: Value) -> str:
        """The control that begins the isolation of the value; empty where it needs none."""
        if value.dir == "ltr" and self.direction == "ltr" and not value.isolate:
            return ""
        return _OPENERS[value.dir]

    def _isolated(self, value: Value, text: str) -> str:
        opener = self._opener(value)
        return f"{opener}{text}{_CLOSER}" if opener else text


def _checked(args: Mapping[str, object]) -> Mapping[str, object]:
    if type(args) is not dict and not isinstance(args, Mapping):
        raise BadOperandError(f"the arguments are a {type(args).__name__}", hint="pass a mapping of names to values")
    return args


def _quick(part: Expression, show: _Show, isolated: bool) -> _Show:  # noqa: FBT001
    """The usual placeholder, a text that was passed, without the detour over a Value."""
    assert isinstance(part.arg, VariableRef)  # noqa: S101 - the caller asked
    name = part.arg.name

    def quick(frame: Frame) -> str:
        value = argument(frame.args, name)
        if type(value) is str:
            return f"\u2068{value}\u2069" if isolated else value
        return show(frame)

    return quick


_BROKEN_SLOT = _Slot(lambda _frame: _BROKEN.text(), lambda _frame: [FallbackPart(_BROKEN.source)])


def _markup(part: Markup, compiler: Compiler) -> _Slot:
    read = compiler.options(part.options)
    misplaced = [option for option in part.options if option.name in ("u:dir", "u:locale")]

    def parts(frame: Frame) -> list[Part]:
        options = read(frame)
        errors = [
            BadOptionError(
                f"the option {option.name} does nothing on markup", hint="take it out", position=option.position
            )
            for option in misplaced
        ]
        identity = read_identity(options, errors)
        for error in errors:
            frame.report(error)
        plain = {name: option.value for name, option in options.items() if not name.startswith("u:")}
        return [MarkupPart(part.kind, part.name, plain, identity)]

    def show(frame: Frame) -> str:
        if part.options:
            parts(frame)
        return ""

    return _Slot(show, parts)


def _picker(
    model: MessageModel, slot: Callable[[Expression | Markup, Compiler], _Slot], around: Surroundings
) -> Callable[[Frame], tuple[_Piece, ...]]:
    """What picks the pattern of a call."""
    compiler = Compiler(around)
    for declaration in model.declarations:
        compiler.declare(declaration)

    def pieces(pattern: Pattern) -> tuple[_Piece, ...]:
        return tuple(part if isinstance(part, str) else slot(part, compiler) for part in pattern)

    if isinstance(model, PatternMessage):
        only = pieces(model.pattern)
        return lambda _frame: only
    return _matcher(model, compiler, pieces)


def _matcher(
    model: SelectMessage, compiler: Compiler, pieces: Callable[[Pattern], tuple[_Piece, ...]]
) -> Callable[[Frame], tuple[_Piece, ...]]:
    choices = tuple(
        Choice(
            tuple(None if isinstance(key, CatchallKey) else normal(key.value) for key in variant.keys),
            pieces(variant.value),
        )
        for variant in model.variants
    )
    columns = [
        (selector, compiler.expression(Expression(selector)), _column(choices, index))
        for index, selector in enumerate(model.selectors)
    ]

    def pick(frame: Frame) -> tuple[_Piece, ...]:
        values: list[Value] = []
        matched: list[frozenset[str]] = []
        for selector, resolve, keys in columns:
            value, fitting = _match(frame, selector, resolve, keys)
            values.append(value)
            matched.append(fitting)
        return choose(choices, values, matched)

    return pick


def _column(choices: tuple[Choice[tuple[_Piece, ...]], ...], index: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for choice in choices if (key := choice.keys[index]) is not None))


def _match(
    frame: Frame, selector: VariableRef, resolve: Resolver, keys: tuple[str, ...]
) -> tuple[Value, frozenset[str]]:
    value = resolve(frame)
    if value.selectable:
        try:
            return value, value.matched(keys)
        except BadVariantKeyError as error:
            error.position = selector.position
            frame.report(error)
        except Exception:  # noqa: BLE001, S110 - whatever fails here, the standard has one word for it: bad selector
            pass
    frame.report(BadSelectorError.of(selector.name, position=selector.position))
    return value, frozenset()
