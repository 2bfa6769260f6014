"""What is wrong with one sentence, for the variables that it may use and the language that it is in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from csprotocol.errors import one_of
from csprotocol.replies import cldr, mf2
from csprotocol.replies._functions import FUNCTION_OPTIONS, functions
from csprotocol.replies._plan import parsed, patterns_of, variables_in
from csprotocol.replies._samples import sample_arguments
from csprotocol.replies._targets import MARKUP, is_address
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
    """One thing that is wrong, at ``position`` of the sentence; ``None`` when all of it is meant."""

    code: str
    message: str
    position: int | None = None
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
        return [Fault(error.code, error.found, error.position, error.hint)]
    if all(_is_blank(pattern) for pattern in patterns_of(model)):
        return [Fault("empty", "the sentence says nothing", hint="write it, or take the key out")]
    found = [
        *_undeclared(model, variables, guarded),
        *_calls(model, variables),
        *_markup(model, variables),
        *_selection(model, locale, variables),
        *_silent(model),
    ]
    if not found:
        found += _trial(model, locale, variables)
    if original is not None:
        found += _drift(model, original)
    return found


def _is_blank(pattern: mf2.Pattern) -> bool:
    return not any(part.strip() if isinstance(part, str) else isinstance(part, mf2.Expression) for part in pattern)


def _silent(model: mf2.MessageModel) -> Iterator[Fault]:
    """Variants that say nothing, where others do."""
    if isinstance(model, mf2.SelectMessage):
        for variant in model.variants:
            if _is_blank(variant.value):
                yield Fault("empty", "a variant says nothing", variant.position, "write it, or take the block out")


def _trial(model: mf2.MessageModel, locale: str, variables: Mapping[str, Variable]) -> Iterator[Fault]:
    """What goes wrong with usual values, though everything looks right: an option with an impossible word."""
    slots = {name: name for name, each in variables.items() if each.type is _T.SLOT}
    values = {**sample_arguments(variables), **slots}
    told: dict[tuple[str, int | None], mf2.MessageError] = {}
    # Each variant by itself: the values choose but one of them.
    trials = [mf2.PatternMessage(model.declarations, pattern) for pattern in patterns_of(model)]
    for trial in (model, *trials):
        message = mf2.Message(trial, locale, functions=functions(), locale_data=cldr.locale_data)
        message.format(values, on_error=lambda error: told.update({(error.code, error.position): error}))
    yield from (Fault(error.code, error.found, error.position, error.hint) for error in told.values())


def _expressions(model: mf2.MessageModel) -> Iterator[mf2.Expression]:
    yield from (each.value for each in model.declarations)
    yield from (part for pattern in patterns_of(model) for part in pattern if isinstance(part, mf2.Expression))


def _references(model: mf2.MessageModel) -> Iterator[mf2.VariableRef]:
    """Every use of an argument, once a name."""
    seen = _locals(model)
    parts = (part for pattern in patterns_of(model) for part in pattern if not isinstance(part, str))
    for part in (*(each.value for each in model.declarations), *parts):
        function = part.function if isinstance(part, mf2.Expression) else None
        options = part.options if isinstance(part, mf2.Markup) else function.options if function else ()
        values = [option.value for option in options]
        if isinstance(part, mf2.Expression) and part.arg is not None:
            values.insert(0, part.arg)
        for value in values:
            if isinstance(value, mf2.VariableRef) and value.name not in seen:
                seen.add(value.name)
                yield value


def _locals(model: mf2.MessageModel) -> set[str]:
    return {each.name for each in model.declarations if isinstance(each, mf2.LocalDeclaration)}


def _undeclared(
    model: mf2.MessageModel, variables: Mapping[str, Variable], guarded: Collection[str]
) -> Iterator[Fault]:
    for reference in _references(model):
        name, place = reference.name, reference.position
        variable = variables.get(name)
        if variable is None:
            near = next(iter(get_close_matches(name, list(variables), n=1)), None)
            hint = one_of(variables, found=name)
            yield Fault("undeclared-variable", f"${name} is no variable here", place, hint, near)
        elif variable.optional and name not in guarded and variable.type is not _T.SLOT:
            hint = f"give the block the condition when = {name!r}, or leave it out of the sentence"
            yield Fault("undeclared-variable", f"${name} may be absent here", place, hint)


def _calls(model: mf2.MessageModel, variables: Mapping[str, Variable]) -> Iterator[Fault]:
    """Functions and options that do not exist, and values that a function does not take."""
    inputs = {each.name for each in model.declarations if isinstance(each, mf2.InputDeclaration)}
    for part in _expressions(model):
        variable = variables.get(part.arg.name) if isinstance(part.arg, mf2.VariableRef) else None
        if part.function is None:
            if variable is not None and variable.name not in inputs and variable.type not in _BARE:
                yield _unfit(variable, f"a {variable.type} needs a function", part.position)
        elif part.function.name not in _TAKES:
            known = [f":{name}" for name in _TAKES]
            hint = one_of(known, found=f":{part.function.name}")
            yield Fault("unknown-function", f"there is no function :{part.function.name}", part.position, hint)
        else:
            if variable is not None and variable.type not in _TAKES[part.function.name]:
                yield _unfit(variable, f"a {variable.type} does not fit :{part.function.name}", part.position)
            yield from _options(part.function)


def _unfit(variable: Variable, what: str, place: int | None) -> Fault:
    fitting = ", ".join(f":{name}" for name, kinds in _TAKES.items() if variable.type in kinds)
    return Fault("wrong-type", f"${variable.name}: {what}", place, f"possible: {fitting}")


def _options(function: mf2.FunctionRef) -> Iterator[Fault]:
    """Options that a function does not have: the standard passes over them without a word."""
    known = {**mf2.OPTIONS, **FUNCTION_OPTIONS}[function.name]
    for option in function.options:
        if option.name not in known and not option.name.startswith("u:"):
            message = f":{function.name} has no option {option.name}"
            yield Fault("bad-option", message, option.position, one_of(sorted(known), found=option.name))


def _markup(model: mf2.MessageModel, variables: Mapping[str, Variable]) -> Iterator[Fault]:
    for pattern in patterns_of(model):
        opened: list[str] = []
        for part in pattern:
            if not isinstance(part, mf2.Markup):
                continue
            hint = one_of(MARKUP, found=part.name)
            if part.name not in MARKUP:
                yield Fault("markup", f"markup {{#{part.name}}} is not allowed", part.position, hint)
            elif part.kind == "open" and part.name != "br":
                if part.name == "link":
                    yield from _link(part, variables, _locals(model), inside="link" in opened)
                opened.append(part.name)
            elif part.kind == "close" and (not opened or opened.pop() != part.name):
                hint = "open it before, in the same variant"
                yield Fault("markup", f"{{/{part.name}}} closes nothing", part.position, hint)
            elif part.kind == "standalone" and part.name != "br":
                hint = f"write {{#{part.name} ...}}text{{/{part.name}}}"
                yield Fault("markup", f"{{#{part.name} /}} marks nothing", part.position, hint)
        for name in opened:
            yield Fault("markup", f"{{#{name}}} is not closed", hint=f"write {{/{name}}} after it")


def _link(part: mf2.Markup, variables: Mapping[str, Variable], own: set[str], *, inside: bool) -> Iterator[Fault]:
    href = next((option.value for option in part.options if option.name == "href"), None)
    if inside:
        yield Fault("markup", "a link stands in a link", part.position, "close the first one before")
    elif isinstance(href, mf2.VariableRef):
        variable = variables.get(href.name)
        if href.name in own or (variable is not None and variable.type is not _T.URL):
            what = "a name of this sentence" if variable is None else f"a {variable.type}"
            hint = "link to a variable of type url"
            yield Fault("wrong-type", f"${href.name}: {what} is no address", part.position, hint)
    elif href is None or not is_address(href.value):
        yield Fault("markup", "a link needs its address", part.position, "write href=$url, or href=|https://...|")


def _selection(model: mf2.MessageModel, locale: str, variables: Mapping[str, Variable]) -> Iterator[Fault]:
    if not isinstance(model, mf2.SelectMessage):
        return
    for column, selector in enumerate(model.selectors):
        function, variable = _selected_by(model, selector.name, variables)
        keys = {
            key.value: key.position
            for key in (variant.keys[column] for variant in model.variants)
            if isinstance(key, mf2.Literal)
        }
        if function is not None and function.name in _NUMERIC:
            options = {option.name: getattr(option.value, "value", "") for option in function.options}
            yield from _numbers(keys, selector.position, locale, str(options.get("select", "plural")))
        elif function is not None and function.name == "string" and variable is not None:
            yield from _words(keys, variable)


def _selected_by(
    model: mf2.SelectMessage, name: str, variables: Mapping[str, Variable]
) -> tuple[mf2.FunctionRef | None, Variable | None]:
    """The function and the argument behind a selector, through the names that stand for them."""
    declared = {each.name: each.value for each in model.declarations}
    function: mf2.FunctionRef | None = None
    seen: set[str] = set()
    while name in declared and name not in seen:
        seen.add(name)
        expression = declared[name]
        function = function or expression.function
        if not isinstance(expression.arg, mf2.VariableRef):
            return function, None
        name = expression.arg.name
    return function, variables.get(name)


def _numbers(keys: Mapping[str, int | None], place: int | None, locale: str, select: str) -> Iterator[Fault]:
    formats = cldr.formats(locale)
    category = formats.ordinal if select == "ordinal" else formats.plural
    by_category: dict[str, set[str]] = {}
    for number in _USUAL_NUMBERS if select != "exact" else ():
        by_category.setdefault(category(number), set()).add(str(number))
    # A category of which every number has a variant of its own needs none.
    missing = tuple(
        each for each in _CATEGORIES[:-1] if each not in keys and not by_category.get(each, set()) <= keys.keys()
    )
    if missing:
        message = f"{locale} also has the plural categories {', '.join(missing)}"
        yield Fault("plural-coverage", message, place, "write a variant for each of them", None, missing)
    possible = {*by_category, *(category(number) for number in (10**6, 2 * 10**6, 10**9)), "other"}
    for key, position in keys.items():
        if key in _CATEGORIES and (key not in possible or select == "exact"):
            hint = f"possible: {', '.join(each for each in _CATEGORIES if each in possible)}, or a number"
            yield Fault("dead-variant", f"no number has the category {key} in {locale}", position, hint)


def _words(keys: Mapping[str, int | None], variable: Variable) -> Iterator[Fault]:
    known = ("true", "false") if variable.type is _T.FLAG else variable.choices
    for key, position in keys.items() if known else ():
        if key not in known:
            near = next(iter(get_close_matches(key, known, n=1)), None)
            yield Fault("dead-variant", f"${variable.name} is never {key}", position, one_of(known, found=key), near)


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
