"""What is wrong with one sentence, for the variables that it may use and the language that it is in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from csprotocol.errors import one_of
from csprotocol.replies import cldr, mf2
from csprotocol.replies._functions import FUNCTION_OPTIONS, functions
from csprotocol.replies._plan import parsed, variables_in
from csprotocol.replies._samples import sample_arguments
from csprotocol.replies._targets import MARKUP
from csprotocol.replies._variables import Variable, VariableType

__all__ = ["Fault", "faults_of"]

_T = VariableType
# Which kinds of values each function takes.
_TAKES: Final[Mapping[str, frozenset[VariableType]]] = {
    "cs:amount": frozenset({_T.AMOUNT, _T.INT, _T.MONEY, _T.PERCENT}),
    "cs:duration": frozenset({_T.DURATION}),
    "cs:list": frozenset({_T.LIST}),
    "cs:relative": frozenset({_T.INT}),
    "cs:slot": frozenset({_T.SLOT, _T.TEXT}),
    "currency": frozenset({_T.MONEY}),
    "date": frozenset({_T.DATE, _T.DATETIME}),
    "datetime": frozenset({_T.DATETIME}),
    "integer": frozenset({_T.INT}),
    "number": frozenset({_T.INT, _T.PERCENT}),
    "offset": frozenset({_T.INT}),
    "percent": frozenset({_T.PERCENT}),
    "string": frozenset({_T.CHOICE, _T.FLAG, _T.PERSON, _T.REF, _T.TEXT, _T.URL}),
    "time": frozenset({_T.DATETIME}),
    "unit": frozenset({_T.INT}),
}
# What shows without a function, each in the usual way of its kind.
_BARE: Final = frozenset({_T.DATE, _T.INT, _T.MONEY, _T.PERSON, _T.REF, _T.SLOT, _T.TEXT, _T.URL})
_NUMERIC: Final = ("integer", "number", "offset", "percent")
_CATEGORIES: Final = ("zero", "one", "two", "few", "many", "other")
# Categories that only numbers such as a million have are no reason to write a sentence twice.
_USUAL_NUMBERS: Final = range(1001)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; ``line`` and ``column`` lie within the sentence, 0 when all of it is meant."""

    code: str
    message: str
    line: int = 0
    column: int = 0
    hint: str = ""
    nearest: str | None = None
    missing: tuple[str, ...] = ()


def faults_of(
    source: str,
    locale: str,
    variables: Mapping[str, Variable],
    *,
    guarded: Collection[str],
    original: str | None,
) -> list[Fault]:
    """All that is wrong with a sentence; ``guarded`` are the optional variables that are there whenever it shows."""
    if not source.strip():
        return [Fault("empty", "the sentence is empty", hint="write it, or take the key out")]
    try:
        model = parsed(source)
    except mf2.MessageError as error:
        told = error if error.line is not None else error.within(source)
        return [Fault(error.code, error.found, told.line or 0, told.column or 0, error.hint)]
    found = [
        *_undeclared(model, source, variables, guarded),
        *_calls(model, source, variables),
        *_markup(model, source, variables),
        *_selection(model, source, locale, variables),
    ]
    if not found:
        found += _trial(model, source, locale, variables)
    if original is not None:
        found += _drift(model, original)
    return found


def _trial(model: mf2.MessageModel, source: str, locale: str, variables: Mapping[str, Variable]) -> Iterator[Fault]:
    """What goes wrong with usual values, though everything looks right: an option with an impossible word."""
    message = mf2.Message(model, locale, functions=functions(), locale_data=cldr.locale_data)
    told: dict[tuple[str, int | None], mf2.MessageError] = {}
    message.format(
        {**sample_arguments(variables), **{name: name for name, each in variables.items() if each.type is _T.SLOT}},
        on_error=lambda error: told.update({(error.code, error.position): error}),
    )
    yield from (Fault(error.code, error.found, *_at(source, error.position), error.hint) for error in told.values())


def _at(source: str, position: int | None) -> tuple[int, int]:
    if position is None:
        return 0, 0
    before = source[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def _expressions(model: mf2.MessageModel) -> Iterator[mf2.Expression]:
    yield from (each.value for each in model.declarations)
    yield from (part for part in _parts(model) if isinstance(part, mf2.Expression))


def _parts(model: mf2.MessageModel) -> Iterator[str | mf2.Expression | mf2.Markup]:
    patterns = [model.pattern] if isinstance(model, mf2.PatternMessage) else [each.value for each in model.variants]
    for pattern in patterns:
        yield from pattern


def _references(model: mf2.MessageModel) -> Iterator[mf2.VariableRef]:
    """Every use of an argument, once a name."""
    seen = {each.name for each in model.declarations if isinstance(each, mf2.LocalDeclaration)}
    for part in (*_expressions(model), *_parts(model)):
        if isinstance(part, str):
            continue
        function = part.function if isinstance(part, mf2.Expression) else None
        options = part.options if isinstance(part, mf2.Markup) else function.options if function else ()
        values = [option.value for option in options]
        if isinstance(part, mf2.Expression) and part.arg is not None:
            values.insert(0, part.arg)
        for value in values:
            if isinstance(value, mf2.VariableRef) and value.name not in seen:
                seen.add(value.name)
                yield value


def _undeclared(
    model: mf2.MessageModel, source: str, variables: Mapping[str, Variable], guarded: Collection[str]
) -> Iterator[Fault]:
    for reference in _references(model):
        name, place = reference.name, _at(source, reference.position)
        variable = variables.get(name)
        if variable is None:
            near = next(iter(get_close_matches(name, list(variables), n=1)), None)
            hint = one_of(variables, found=name)
            yield Fault("undeclared-variable", f"${name} is no variable here", *place, hint, near)
        elif variable.optional and name not in guarded and variable.type is not _T.SLOT:
            hint = f"give the block the condition when = {name!r}, or leave it out of the sentence"
            yield Fault("undeclared-variable", f"${name} may be absent here", *place, hint)


def _calls(model: mf2.MessageModel, source: str, variables: Mapping[str, Variable]) -> Iterator[Fault]:
    """Functions and options that do not exist, and values that a function does not take."""
    inputs = {each.name for each in model.declarations if isinstance(each, mf2.InputDeclaration)}
    for part in _expressions(model):
        variable = variables.get(part.arg.name) if isinstance(part.arg, mf2.VariableRef) else None
        place = _at(source, part.position)
        if part.function is None:
            if variable is not None and variable.name not in inputs and variable.type not in _BARE:
                yield _unfit(variable, f"a {variable.type} needs a function", place)
        elif part.function.name not in _TAKES:
            known = [f":{name}" for name in _TAKES]
            hint = one_of(known, found=f":{part.function.name}")
            yield Fault("unknown-function", f"there is no function :{part.function.name}", *place, hint)
        else:
            if variable is not None and variable.type not in _TAKES[part.function.name]:
                yield _unfit(variable, f"a {variable.type} does not fit :{part.function.name}", place)
            yield from _options(part.function, source)


def _unfit(variable: Variable, what: str, place: tuple[int, int]) -> Fault:
    fitting = ", ".join(f":{name}" for name, kinds in _TAKES.items() if variable.type in kinds)
    return Fault("wrong-type", f"${variable.name}: {what}", *place, f"possible: {fitting}")


def _options(function: mf2.FunctionRef, source: str) -> Iterator[Fault]:
    """Options that a function does not have: the standard passes over them without a word."""
    known = {**mf2.OPTIONS, **FUNCTION_OPTIONS}[function.name]
    for option in function.options:
        if option.name not in known and not option.name.startswith("u:"):
            message = f":{function.name} has no option {option.name}"
            yield Fault("bad-option", message, *_at(source, option.position), one_of(sorted(known), found=option.name))


def _markup(model: mf2.MessageModel, source: str, variables: Mapping[str, Variable]) -> Iterator[Fault]:
    patterns = [model.pattern] if isinstance(model, mf2.PatternMessage) else [each.value for each in model.variants]
    for pattern in patterns:
        opened: list[str] = []
        for part in pattern:
            if not isinstance(part, mf2.Markup):
                continue
            place = _at(source, part.position)
            if part.name not in MARKUP:
                yield Fault(
                    "markup", f"markup {{#{part.name}}} is not allowed", *place, one_of(MARKUP, found=part.name)
                )
            elif part.kind == "open" and part.name != "br":
                opened.append(part.name)
                yield from _link(part, place, variables)
            elif part.kind == "close" and (not opened or opened.pop() != part.name):
                yield Fault("markup", f"{{/{part.name}}} closes nothing", *place, "open it before, in the same variant")
        for name in opened:
            yield Fault("markup", f"{{#{name}}} is not closed", hint=f"write {{/{name}}} after it")


def _link(part: mf2.Markup, place: tuple[int, int], variables: Mapping[str, Variable]) -> Iterator[Fault]:
    if part.name != "link":
        return
    href = next((option.value for option in part.options if option.name == "href"), None)
    if isinstance(href, mf2.Literal) and href.value.startswith(("https://", "mailto:", "tel:")):
        return
    if isinstance(href, mf2.VariableRef):
        variable = variables.get(href.name)
        if variable is None or variable.type is _T.URL:
            return
        yield Fault(
            "wrong-type", f"${href.name}: a {variable.type} is no address", *place, "link to a variable of type url"
        )
    else:
        yield Fault("markup", "a link needs its address", *place, "write href=$url, or href=|https://...|")


def _selection(model: mf2.MessageModel, source: str, locale: str, variables: Mapping[str, Variable]) -> Iterator[Fault]:
    if not isinstance(model, mf2.SelectMessage):
        return
    functions = {each.name: each.value.function for each in model.declarations if each.value.function}
    operands = {each.name: each.value.arg for each in model.declarations}
    for column, selector in enumerate(model.selectors):
        function = functions.get(selector.name)
        keys = {
            key.value: key.position
            for key in (variant.keys[column] for variant in model.variants)
            if isinstance(key, mf2.Literal)
        }
        place = _at(source, selector.position)
        if function is None:
            continue
        if function.name in _NUMERIC:
            options = {option.name: getattr(option.value, "value", "") for option in function.options}
            yield from _numbers(keys, source, place, locale, str(options.get("select", "plural")))
        operand = operands.get(selector.name)
        variable = variables.get(operand.name) if isinstance(operand, mf2.VariableRef) else None
        if function.name == "string" and variable is not None:
            yield from _words(keys, source, variable)


def _numbers(
    keys: Mapping[str, int | None], source: str, place: tuple[int, int], locale: str, select: str
) -> Iterator[Fault]:
    formats = cldr.formats(locale)
    category = formats.ordinal if select == "ordinal" else formats.plural
    usual = {category(number) for number in _USUAL_NUMBERS}
    if select == "exact":
        usual = set()
    possible = usual | {category(number) for number in (10**6, 2 * 10**6, 10**9)} | {"other"}
    missing = tuple(each for each in _CATEGORIES if each in usual and each not in keys and each != "other")
    if missing and not usual.isdisjoint(_CATEGORIES):
        hint = "write a variant for each of them"
        message = f"{locale} also has the plural categories {', '.join(missing)}"
        yield Fault("plural-coverage", message, *place, hint, None, missing)
    for key, position in keys.items():
        if key in _CATEGORIES and (key not in possible or select == "exact"):
            hint = f"possible: {', '.join(each for each in _CATEGORIES if each in possible)}, or a number"
            yield Fault("dead-variant", f"no number has the category {key} in {locale}", *_at(source, position), hint)


def _words(keys: Mapping[str, int | None], source: str, variable: Variable) -> Iterator[Fault]:
    known = ("true", "false") if variable.type is _T.FLAG else variable.choices
    for key, position in keys.items() if known else ():
        if key not in known:
            near = next(iter(get_close_matches(key, known, n=1)), None)
            message = f"${variable.name} is never {key}"
            yield Fault("dead-variant", message, *_at(source, position), one_of(known, found=key), near)


def _drift(model: mf2.MessageModel, original: str) -> Iterator[Fault]:
    try:
        wanted = variables_in(parsed(original))
    except mf2.MessageError:
        return  # Its own findings tell it.
    used = variables_in(model)
    lost, new = sorted(wanted - used), sorted(used - wanted)
    if lost:
        names = ", ".join(f"${name}" for name in lost)
        yield Fault("placeholder-drift", f"{names} of the original is missing", hint="say it here too")
    if new:
        names = ", ".join(f"${name}" for name in new)
        yield Fault(
            "placeholder-drift", f"{names} is not in the original", hint="take it out, or add it to the original"
        )
