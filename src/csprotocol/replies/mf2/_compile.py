"""From a data model to closures: what can be settled once is settled here, not at each call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from difflib import get_close_matches
from typing import TypeAlias

from csprotocol.replies.mf2._characters import normal
from csprotocol.replies.mf2._errors import (
    BadOperandError,
    BadOptionError,
    FunctionError,
    LimitError,
    MessageError,
    UnknownFunctionError,
    UnresolvedVariableError,
)
from csprotocol.replies.mf2._functions import FUNCTIONS
from csprotocol.replies.mf2._locale_data import LocaleData
from csprotocol.replies.mf2._model import Declaration, Expression, FunctionRef, Literal, Option, VariableRef
from csprotocol.replies.mf2._registry import (
    Function,
    FunctionContext,
    FunctionRegistry,
    Options,
    OptionValue,
    Report,
    Resolve,
    Staged,
)
from csprotocol.replies.mf2._string import spelled
from csprotocol.replies.mf2._unicode_options import UnicodeOptions, read_unicode_options
from csprotocol.replies.mf2._values import Fallback, StringValue, Value

__all__ = ["Compiler", "Frame", "Resolver", "Surroundings", "argument"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every expression of a message shares."""

    locale: str
    functions: FunctionRegistry
    data_for: Callable[[str], LocaleData]
    time_zone: tzinfo | None


class Frame:
    """One call of ``format``: the arguments, the declarations resolved so far, and whom to tell of errors."""

    __slots__ = ("args", "found", "report", "resolved")

    def __init__(self, args: Mapping[str, object]) -> None:
        self.args = args
        self.found: list[MessageError] = []
        self.report: Report = self.found.append
        self.resolved: dict[str, Value] = {}


Resolver: TypeAlias = Callable[[Frame], Value]
_MISSING = object()


class Compiler:
    """Makes resolvers of expressions; knows the declarations before them."""

    __slots__ = ("_around", "declared")

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self.declared: dict[str, Resolver] = {}

    def declare(self, declaration: Declaration) -> None:
        """Makes the declaration known to the expressions after it."""
        name = declaration.name
        # .input names itself as its operand: while it is compiled, its name still means the argument.
        resolve = self.expression(declaration.value)

        def once(frame: Frame) -> Value:
            value = frame.resolved.get(name)
            if value is None:
                value = frame.resolved[name] = resolve(frame)
            return value

        self.declared[name] = once

    def expression(self, expression: Expression) -> Resolver:
        """What resolves the expression in a frame."""
        if expression.function is not None:
            return self._call(expression, expression.function)
        if isinstance(expression.arg, VariableRef):
            return self._variable(expression.arg)
        constant = StringValue(expression.arg.value if expression.arg else "", locale=self._around.locale)
        constant.selectable = False
        return lambda _frame: constant

    def fallback(self, expression: Expression) -> Fallback:
        """What stands for the expression when it cannot be made."""
        return Fallback(_short_form(expression))

    def option(self, option: Option) -> Callable[[Frame], object]:
        """What resolves the option's bare value; ``_MISSING`` when it has none."""
        if isinstance(option.value, Literal):
            literal = option.value.value
            return lambda _frame: literal
        read = self._variable(option.value)

        def resolve(frame: Frame) -> object:
            value = read(frame)
            if isinstance(value, Fallback):
                frame.report(
                    BadOptionError(
                        f"the option {option.name} has no value", hint="pass its variable", position=option.position
                    )
                )
                return _MISSING
            return value.value

        return resolve

    def options(self, options: tuple[Option, ...]) -> Callable[[Frame], dict[str, OptionValue]]:
        """What resolves the options that have a value."""
        readers = [(option.name, self.option(option), isinstance(option.value, Literal)) for option in options]

        def resolve(frame: Frame) -> dict[str, OptionValue]:
            values = [(name, read(frame), is_literal) for name, read, is_literal in readers]
            return {name: OptionValue(value, is_literal) for name, value, is_literal in values if value is not _MISSING}

        return resolve

    # Variables

    def _variable(self, variable: VariableRef) -> Resolver:
        name = variable.name
        fallback = Fallback(f"${name}")
        declared = self.declared.get(name)
        if declared is None:
            return self._argument(variable, fallback)

        def resolve(frame: Frame) -> Value:
            value = declared(frame)
            # A fallback keeps its choice of `*`, and takes the name by which it is asked for.
            if type(value) is Fallback and value.source != fallback.source:
                return Fallback(fallback.source, selectable=value.selectable)
            return value

        return resolve

    def _argument(self, variable: VariableRef, fallback: Fallback) -> Resolver:
        name, position = variable.name, variable.position
        data_for, locale = self._around.data_for, self._around.locale
        wrap = self._wrap

        def resolve(frame: Frame) -> Value:
            value = argument(frame.args, name)
            if value is None:
                frame.report(UnresolvedVariableError.of(name, position=position))
                return fallback
            if type(value) is str:
                return StringValue(value, locale=locale, selectable=False)
            if isinstance(value, Value):
                return value
            try:
                return wrap(value, data_for(locale), frame.report)
            except FunctionError as error:
                error.position = position
                frame.report(error)
            except Exception as error:  # noqa: BLE001 - what a foreign object does when it is read, nobody knows
                frame.report(_broken("", error, position))
            return fallback

        return resolve

    def _wrap(self, value: object, data: LocaleData, report: Report) -> Value:
        """An argument without function, shown as its kind of thing usually is."""
        name = _usual_function(value)
        if name is not None:
            function = FUNCTIONS[name]
            context = FunctionContext(self._around.locale, data, self._around.time_zone, report)
            return function(context, {}, value)  # type: ignore[arg-type]  # staged functions take bare operands
        text = spelled(value)
        return _Shown(value, text, locale=self._around.locale) if text is not None else _opaque(value)

    # Functions

    def _call(self, expression: Expression, function: FunctionRef) -> Resolver:
        fallback = Fallback(_short_form(expression))
        operand = self._operand(expression)
        handler = self._around.functions.get(function.name)
        if handler is None:
            return self._unknown(function, operand, fallback)
        apply = self._apply(function, handler)
        # The suite has :string on a missing argument choose `*` without a word; every other function says more.
        quiet = Fallback(fallback.source, selectable=True) if function.name == "string" else None

        def resolve(frame: Frame) -> Value:
            value = operand(frame) if operand is not None else None
            if type(value) is Fallback:
                if quiet is not None:
                    return quiet
                frame.report(
                    BadOperandError(
                        f"the value before :{function.name} could not be made",
                        hint="mend what fails before it",
                        position=expression.position,
                    )
                )
                return fallback
            told = len(frame.found)
            try:
                made = apply(frame, value)
            except LimitError:
                raise
            except MessageError as error:
                error.position = expression.position if error.position is None else error.position
                frame.report(error)
                return fallback
            except Exception as error:  # noqa: BLE001 - a shop's function may raise anything, a format call may not
                frame.report(_broken(function.name, error, expression.position))
                return fallback
            for reported in frame.found[told:]:
                reported.position = expression.position if reported.position is None else reported.position
            return made if isinstance(made, Value) and type(made) is not Fallback else fallback

        return resolve

    def _operand(self, expression: Expression) -> Callable[[Frame], object] | None:
        """What reads the operand: bare where it was passed bare, a Value where another function made it."""
        if expression.arg is None:
            return None
        if isinstance(expression.arg, Literal):
            literal = expression.arg.value
            return lambda _frame: literal
        variable = expression.arg
        if variable.name in self.declared:
            return self._variable(variable)
        name, position, fallback = variable.name, variable.position, Fallback(f"${variable.name}")
        takes_none = expression.function is not None and expression.function.name == "string"

        def read(frame: Frame) -> object:
            value = argument(frame.args, name)
            if value is None and takes_none and name in frame.args:
                return _NONE
            if value is None:
                frame.report(UnresolvedVariableError.of(name, position=position))
                return fallback
            return value

        return read

    def _unknown(
        self, function: FunctionRef, operand: Callable[[Frame], object] | None, fallback: Fallback
    ) -> Resolver:
        near = next(iter(get_close_matches(function.name, list(self._around.functions), n=1)), None)

        def resolve(frame: Frame) -> Value:
            if operand is not None:
                operand(frame)
            frame.report(UnknownFunctionError.of(function.name, near=near, position=function.position))
            return fallback

        return resolve

    def _apply(self, function: FunctionRef, handler: Function) -> Callable[[Frame, object], object]:
        plain = tuple(option for option in function.options if not option.name.startswith("u:"))
        special = tuple(option for option in function.options if option.name.startswith("u:"))
        settled = all(isinstance(option.value, Literal) for option in function.options)
        read_plain, read_special = self.options(plain), self.options(special)
        around = self._around
        staged: list[tuple[Resolve, UnicodeOptions]] = []

        def stage(frame: Frame) -> tuple[Resolve, UnicodeOptions]:
            marks = read_unicode_options(read_special(frame), frame.report) if special else _NO_MARKS
            locale = marks.locale or around.locale
            # What is staged outlives this call, and must not hold on to its errors.
            report = _nobody if isinstance(handler, Staged) else frame.report
            context = FunctionContext(locale, around.data_for(locale), around.time_zone, report)
            return _staged(handler, context, read_plain(frame)), marks

        def apply(frame: Frame, operand: object) -> object:
            if staged:
                resolve, marks = staged[0]
            else:
                resolve, marks = stage(frame)
                # Own functions and faulty u: options report to this very frame, so they are made anew each time.
                if settled and isinstance(handler, Staged) and not marks.faulty:
                    staged.append((resolve, marks))
            value = resolve(operand, frame.report)
            if marks is _NO_MARKS:
                return value
            return value.marked(direction=marks.direction, isolate=marks.isolate, identity=marks.id)

        return apply


_NO_MARKS = UnicodeOptions()
# A None that was passed on purpose: nothing to show, but :string can choose `*` for it without complaint.
_NONE = Value(None)


def _nobody(error: MessageError) -> None:
    del error


class _Shown(Value):
    """An argument that is neither text nor number nor date, but says how it reads."""

    __slots__ = ("_text",)

    def __init__(self, value: object, text: str, *, locale: str) -> None:
        super().__init__(value, locale=locale)
        self._text = text

    def text(self) -> str:
        """The argument as it writes itself."""
        return self._text


def argument(args: Mapping[str, object], name: str) -> object:
    """The argument of this name, however its letters are composed; ``None`` when there is none."""
    value = args.get(name)
    if value is None and not name.isascii():
        value = next((args[key] for key in args if normal(str(key)) == name), None)
    return value


def _usual_function(value: object) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float | Decimal):
        return "number"
    if isinstance(value, datetime):
        return "datetime"
    if isinstance(value, date):
        return "date"
    has_currency = isinstance(getattr(value, "currency", None), str) and callable(getattr(value, "to_decimal", None))
    return "currency" if has_currency else None


def _opaque(value: object) -> Value:
    raise BadOperandError(
        f"an argument of type {type(value).__name__} has no text", hint="pass a str, a number, a date or a Value"
    )


def _staged(handler: Function, context: FunctionContext, options: Options) -> Resolve:
    if isinstance(handler, Staged):
        return handler.stage(context, options)

    def resolve(operand: object, report: Report) -> Value:
        del report
        value = operand if operand is None or isinstance(operand, Value) else _bare(operand)
        return handler(context, options, value)

    return resolve


def _bare(operand: object) -> Value:
    text = spelled(operand)
    return Value(operand) if text is None else _Shown(operand, text, locale="")


def _broken(name: str, error: Exception, position: int | None) -> FunctionError:
    # The text of a foreign exception may repeat a customer's words: its type is all that is told.
    culprit = f"the function :{name}" if name else "an argument"
    return FunctionError(f"{culprit} raised {type(error).__name__}", hint="mend it", position=position)


def _short_form(expression: Expression) -> str:
    if isinstance(expression.arg, Literal):
        return "|" + expression.arg.value.replace("\\", "\\\\").replace("|", "\\|") + "|"
    if expression.arg is not None:
        return f"${expression.arg.name}"
    return f":{expression.function.name}" if expression.function else "\ufffd"
