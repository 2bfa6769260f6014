"""One sentence, compiled for one locale and one way of writing: a closure from checked arguments to text.

The message engine can do all of this and more, and takes five times as long: it must expect anything at any moment.
Here types of variables are known before, so each placeholder becomes one bound formatter. What is not one of the
usual forms (options, local variables, several selectors) is left to the engine, piece by piece.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from csprotocol.errors import SentenceError
from csprotocol.model import Money
from csprotocol.replies import cldr, mf2
from csprotocol.replies._functions import amount_writer, empty_slot, functions
from csprotocol.replies._spelled import Kind, Piece, Place, Writer, spelled
from csprotocol.replies._targets import Target, is_address, runs_against
from csprotocol.replies._variables import Variable, VariableType
from csprotocol.replies.cldr import Formats

__all__ = ["LIMITS", "compiled", "pieces_of"]

LIMITS: Final = mf2.Limits(source_characters=16_000, selectors=3, variants=64, output_characters=64_000)
_LENGTHS: Final = ("long", "medium", "short")


def compiled(
    model: mf2.MessageModel, variables: Mapping[str, Variable], formats: Formats, target: Target, key: str
) -> Writer:
    """What writes the sentence; ``key`` names it in errors.

    The arguments must have passed :meth:`Variable.check`, and whatever the sentence needs must be among them.
    """
    return spelled(pieces_of(model, variables, formats, target, key))


def pieces_of(
    model: mf2.MessageModel, variables: Mapping[str, Variable], formats: Formats, target: Target, key: str
) -> list[Piece]:
    """The sentence as fixed texts and what writes the rest, so that several sentences can be joined into one."""
    return _Compiler(model, variables, formats, target, key).message()


class _Compiler:
    """What the placeholders of one sentence share."""

    def __init__(
        self, model: mf2.MessageModel, variables: Mapping[str, Variable], formats: Formats, target: Target, key: str
    ) -> None:
        self.model = model
        self.variables = variables
        self.formats = formats
        self.target = target
        self.key = key
        self.is_rtl = formats.direction == "rtl" and target.isolates
        inputs = (each for each in model.declarations if isinstance(each, mf2.InputDeclaration))
        self.inputs = {each.name: each.value.function for each in inputs if each.value.function}
        self.locals = {each.name for each in model.declarations if isinstance(each, mf2.LocalDeclaration)}

    def message(self) -> list[Piece]:
        """The whole of it."""
        model = self.model
        if isinstance(model, mf2.PatternMessage):
            return self.pattern(model.pattern)
        variants = [spelled(self.pattern(variant.value)) for variant in model.variants]
        chosen = self._quick_choice(model, variants)
        return [self._choice(model, variants) if chosen is None else chosen]

    def _choice(self, model: mf2.SelectMessage, variants: list[Writer]) -> Writer:
        # The engine chooses among texts that are numbers; what they stand for is written here.
        numbered = tuple(mf2.Variant(each.keys, (str(i),)) for i, each in enumerate(model.variants))
        choose = self._by_engine(mf2.SelectMessage(model.declarations, model.selectors, numbered))
        return lambda args: variants[int(choose(args))](args)

    # Choosing

    def _quick_choice(self, model: mf2.SelectMessage, variants: list[Writer]) -> Piece | None:
        if len(model.selectors) != 1 or model.selectors[0].name in self.locals:
            return None
        name = model.selectors[0].name
        function, variable = self.inputs.get(name), self.variables.get(name)
        if function is None or function.options or variable is None:
            return None
        keys = [getattr(each.keys[0], "value", None) for each in model.variants]
        by_key = dict(reversed([(key, write) for key, write in zip(keys, variants, strict=True) if key is not None]))
        rest = variants[keys.index(None)]
        if function.name in ("integer", "number") and variable.type is VariableType.INT:
            return _by_number(name, by_key, rest, self.formats.plural)
        if function.name == "string" and variable.type is VariableType.CHOICE:
            return _by_value(name, {choice: by_key.get(choice, rest) for choice in variable.choices})
        if function.name == "string" and variable.type is VariableType.FLAG:
            return _by_value(name, {True: by_key.get("true", rest), False: by_key.get("false", rest)})
        return None

    # Writing

    def pattern(self, pattern: mf2.Pattern) -> list[Piece]:
        """One text with its placeholders and its markup."""
        pieces: list[Piece] = []
        opened: tuple[int, Writer] | None = None
        for part in pattern:
            if isinstance(part, str):
                pieces.append(self.target.literal(part))
            elif isinstance(part, mf2.Expression):
                pieces += self.expression(part, in_link=opened is not None)
            elif part.name == "br":
                pieces.append(self.target.line_break)
            elif part.name != "link":
                marks = self.target.marks.get(part.name, ("", ""))
                pieces.append(marks[part.kind == "close"] if part.kind != "standalone" else "")
            elif part.kind == "close" and opened is not None:
                start, address = opened
                pieces[start:] = [self._link(spelled(pieces[start:]), address)]
                opened = None
            elif part.kind == "open" and opened is None and (found := self._address(part)) is not None:
                opened = (len(pieces), found)
        return pieces

    def _address(self, part: mf2.Markup) -> Writer | None:
        """Where the link leads; ``None`` where that is no address, and its text stands alone."""
        wanted = next((option.value for option in part.options if option.name == "href"), None)
        if isinstance(wanted, mf2.VariableRef):
            variable = self.variables.get(wanted.name)
            is_url = variable is not None and variable.type is VariableType.URL and wanted.name not in self.locals
            return itemgetter(wanted.name) if is_url else None
        if wanted is None or not is_address(wanted.value):
            return None
        literal = wanted.value if self.target.makes_links else self.target.literal(wanted.value)
        return lambda _args: literal

    def _link(self, text: Writer, address: Writer) -> Writer:
        link, (before, after) = self.target.link, self.target.around
        if self.is_rtl and not self.target.makes_links:
            return lambda args: link(text(args), f"{before}{address(args)}{after}")
        return lambda args: link(text(args), address(args))

    def expression(self, part: mf2.Expression, *, in_link: bool = False) -> list[Piece]:
        """What writes one placeholder; an address inside a link is words like others."""
        name = part.arg.name if isinstance(part.arg, mf2.VariableRef) else ""
        variable = self.variables.get(name)
        if variable is None or name in self.locals or (part.function and name in self.inputs):
            return self._left_to_engine(part)
        function = part.function or self.inputs.get(name)
        called = function.name if function else ""
        said = function.options if function else ()
        options = {option.name: option.value.value for option in said if isinstance(option.value, mf2.Literal)}
        if len(options) != len(said):
            return self._left_to_engine(part)
        if called == "cs:slot" or variable.type is VariableType.SLOT:
            return [self._slot(name)]
        if variable.type.is_words and not options and called in ("", "string"):
            is_link = variable.type is VariableType.URL and self.target.makes_links and not in_link
            return [self._url(name)] if is_link else self._words(name)
        if called == "cs:list" and options.get("style", "standard") in ("standard", "or"):
            return [self._list(name, options.get("style", "standard"))]
        if variable.type is VariableType.MONEY and not options and called in ("", "currency"):
            return self._money(name)
        write = self._formatter(called, options, variable)
        return self._left_to_engine(part) if write is None else self._formatted(name, write)

    def _words(self, name: str) -> list[Piece]:
        target, escape = self.target, self.target.value(name)
        if self.is_rtl:
            before, after = target.around
            if escape is None:
                return [before, Place(Kind.BARE, name), after]
            return [before, Place(Kind.IF_PRINTABLE if target.is_one_line else Kind.WRITTEN, name, escape), after]
        isolated = self._isolated(name)
        if target.is_one_line:
            return [Place(Kind.IF_BOTH, name, isolated)]
        if escape is None:
            return [Place(Kind.IF_ASCII, name, isolated) if target.isolates else Place(Kind.BARE, name)]
        return [Place(Kind.WRITTEN, name, isolated)]

    def _isolated(self, name: str) -> Callable[[str], str]:
        """A value as it stands in a left-to-right sentence."""
        escape, (before, after) = self.target.value(name), self.target.around
        isolates = self.target.isolates

        def write(value: str) -> str:
            text = value if escape is None else escape(value)
            return f"{before}{text}{after}" if isolates and not value.isascii() and runs_against(value) else text

        return write

    def _url(self, name: str) -> Writer:
        words, link = spelled(self._words(name)), self.target.link
        return lambda args: link(words(args), args[name])

    def _slot(self, name: str) -> Writer:
        words, empty = spelled(self._words(name)), self.target.literal(empty_slot(name))
        return lambda args: words(args) if name in args else empty

    def _list(self, name: str, style: Any) -> Place:
        join, isolated = self.formats.list_writer(style=style), self._isolated(name)
        escape, (before, after) = self.target.value(name), self.target.around

        def in_rtl(items: Sequence[str]) -> str:
            texts = items if escape is None else map(escape, items)
            return join([f"{before}{text}{after}" for text in texts])

        def in_ltr(items: Sequence[str]) -> str:
            text = join(items)
            return text if text.isascii() else escaped(items)

        def escaped(items: Sequence[str]) -> str:
            return join([isolated(item) for item in items])

        return Place(Kind.WRITTEN, name, in_rtl if self.is_rtl else in_ltr if escape is None else escaped)

    def _formatted(self, name: str, write: Callable[[Any], str]) -> list[Piece]:
        escape = _kept_escape(self.target, name)
        before, after = self.target.formatted if self.is_rtl else ("", "")
        if escape is None:
            return [before, Place(Kind.WRITTEN, name, write), after]
        return [before, Place(Kind.CHECKED, name, write, escape), after]

    def _money(self, name: str) -> list[Piece]:
        write, escape = _amounts(self.formats), _kept_escape(self.target, name)
        before, after = self.target.formatted if self.is_rtl else ("", "")
        if escape is None:
            return [before, Place(Kind.AMOUNT, name, write), after]
        return [before, Place(Kind.CHECKED, name, lambda it: write(it.minor, it.currency, it.exponent), escape), after]

    def _formatter(self, called: str, options: Mapping[str, str], variable: Variable) -> Callable[[Any], str] | None:
        """The bound formatter of the usual forms; ``None`` for the others."""
        formats, kind = self.formats, variable.type
        if called == "date" and kind is VariableType.DATE and options.keys() <= {"length"}:
            length: Any = options.get("length", "medium")
            return _days(formats, length) if length in _LENGTHS else None
        if called == "datetime" and kind is VariableType.DATETIME and options.keys() <= {"dateLength"}:
            length = options.get("dateLength", "medium")
            return self._moment(length) if length in _LENGTHS else None
        if options:
            return None
        if called in ("", "integer", "number") and kind is VariableType.INT:
            return formats.number_writer()
        if called == "cs:amount" and kind in (VariableType.AMOUNT, VariableType.MONEY, VariableType.PERCENT):
            return amount_writer(formats)
        if called == "percent" and kind is VariableType.PERCENT:
            return formats.percent
        if called == "cs:duration" and kind is VariableType.DURATION:
            return formats.duration
        return None

    def _moment(self, length: Any) -> Callable[[datetime], str]:
        style = mf2.MomentStyle(date="year-month-day", length=length, time="minute")
        show = cldr.locale_data(self.formats.locale, grouping=self.formats.grouping).moment(style)
        # Without its zone, which does not show, a moment is found among those written before.
        return lambda moment: show(moment.replace(tzinfo=None))

    # The engine

    def _left_to_engine(self, part: mf2.Expression) -> list[Piece]:
        name = part.arg.name if isinstance(part.arg, mf2.VariableRef) else ""
        write = self._by_engine(mf2.PatternMessage(self.model.declarations, (part,)))
        if self.is_rtl:
            escape, (before, after) = self.target.value(name), self.target.around
            return [before, write if escape is None else lambda args: escape(write(args)), after]
        if not name:
            # What the sentence itself says in a placeholder is its own text.
            literal = self.target.literal
            return [lambda args: literal(write(args))]
        isolated = self._isolated(name)
        return [lambda args: isolated(write(args))]

    def _by_engine(self, model: mf2.MessageModel) -> Writer:
        grouping, key = self.formats.grouping, self.key
        message = mf2.Message(
            model,
            self.formats.locale,
            functions=functions(grouping),
            bidi_isolation="none",
            limits=LIMITS,
            locale_data=lambda locale: cldr.locale_data(locale, grouping=grouping),
        )

        empty = {name: empty_slot(name) for name, each in self.variables.items() if each.type is VariableType.SLOT}

        def write(args: Mapping[str, Any]) -> str:
            try:
                return message.format({**empty, **args} if empty else args, strict=True)
            except mf2.MessageError as error:
                raise SentenceError.of(key, str(error)) from None

        return write


@lru_cache(maxsize=256)
def _kept_escape(target: Target, name: str) -> Callable[[str], str] | None:
    """What escapes dates, numbers and amounts. It remembers: no text of a customer is among them."""
    escape = target.value(name)
    return None if escape is None else lru_cache(maxsize=1024)(escape)


@lru_cache(maxsize=256)
def _days(formats: Formats, length: Any) -> Callable[[date], str]:
    # The variable has seen to it that a plain date arrives: those are equal when they look the same.
    return lru_cache(maxsize=4096)(formats.date_writer(length=length))


@lru_cache(maxsize=256)
def _amounts(formats: Formats) -> Callable[[int, str, int], str]:
    @lru_cache(maxsize=4096)
    def write(minor: int, currency: str, exponent: int) -> str:
        return formats.money(Money(minor, currency, exponent))

    return write


def _by_value(name: str, writers: dict[Any, Writer]) -> Place:
    return Place(Kind.CHOSEN, name, writers.__getitem__)


_WHOLE: Final = re.compile("0|-?[1-9][0-9]{0,399}")


def _by_number(name: str, by_key: Mapping[str, Writer], rest: Writer, plural: Callable[[int], str]) -> Place:
    # As the engine has it, -0 is no spelling of a number.
    exact = {int(key): write for key, write in by_key.items() if _WHOLE.fullmatch(key)}
    by_category = {key: write for key, write in by_key.items() if key.isalpha()}

    @lru_cache(maxsize=1024)
    def choose(number: int) -> Writer:
        return exact.get(number) or by_category.get(plural(number), rest)

    return Place(Kind.CHOSEN, name, choose)
