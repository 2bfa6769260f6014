"""One sentence, compiled for one locale and one way of writing: a closure from checked arguments to text.

The message engine can do all of this and more, and takes five times as long: it must expect anything at any moment.
Here types of variables are known before, so each placeholder becomes one bound formatter. What is not one of the
usual forms (options, local variables, several selectors) is left to the engine, piece by piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, TypeAlias

from csprotocol.errors import SentenceError
from csprotocol.model import Money
from csprotocol.replies import cldr, mf2
from csprotocol.replies._functions import amount_writer, empty_slot, functions
from csprotocol.replies._targets import Target, runs_against
from csprotocol.replies._variables import Variable, VariableType
from csprotocol.replies.cldr import Formats

__all__ = ["LIMITS", "Piece", "Writer", "compiled", "joined", "pieces_of"]

Writer: TypeAlias = Callable[[Mapping[str, Any]], str]
Piece: TypeAlias = str | Writer

LIMITS: Final = mf2.Limits(source_characters=16_000, selectors=3, variants=64, output_characters=64_000)
_LENGTHS: Final = ("long", "medium", "short")


def compiled(
    model: mf2.MessageModel, variables: Mapping[str, Variable], formats: Formats, target: Target, key: str
) -> Writer:
    """What writes the sentence; ``key`` names it in errors.

    The arguments must have passed :meth:`Variable.check`, and whatever the sentence needs must be among them.
    """
    return joined(pieces_of(model, variables, formats, target, key))


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
        variants = [joined(self.pattern(variant.value)) for variant in model.variants]
        chosen = self._quick_choice(model, variants)
        return [self._choice(model, variants) if chosen is None else chosen]

    def _choice(self, model: mf2.SelectMessage, variants: list[Writer]) -> Writer:
        # The engine chooses among texts that are numbers; what they stand for is written here.
        numbered = tuple(mf2.Variant(each.keys, (str(i),)) for i, each in enumerate(model.variants))
        choose = self._by_engine(mf2.SelectMessage(model.declarations, model.selectors, numbered))
        return lambda args: variants[int(choose(args))](args)

    # Choosing

    def _quick_choice(self, model: mf2.SelectMessage, variants: list[Writer]) -> Writer | None:
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
            return lambda args: by_key.get(args[name], rest)(args)
        if function.name == "string" and variable.type is VariableType.FLAG:
            yes, no = by_key.get("true", rest), by_key.get("false", rest)
            return lambda args: (yes if args[name] else no)(args)
        return None

    # Writing

    def pattern(self, pattern: mf2.Pattern) -> list[Piece]:
        """One text with its placeholders and its markup."""
        pieces: list[Piece] = []
        links: list[tuple[int, Writer]] = []
        for part in pattern:
            if isinstance(part, str):
                pieces.append(self.target.literal(part))
            elif isinstance(part, mf2.Expression):
                pieces.append(self.expression(part))
            elif part.name == "br":
                pieces.append(self.target.line_break)
            elif part.name == "link" and part.kind == "open":
                links.append((len(pieces), self._address(part)))
            elif part.name == "link" and part.kind == "close" and links:
                start, address = links.pop()
                pieces[start:] = [self._link(joined(pieces[start:]), address)]
            else:
                marks = self.target.marks.get(part.name, ("", ""))
                pieces.append(marks[part.kind == "close"] if part.kind != "standalone" else "")
        return pieces

    def _address(self, part: mf2.Markup) -> Writer:
        wanted = next((option.value for option in part.options if option.name == "href"), mf2.Literal(""))
        if isinstance(wanted, mf2.VariableRef):
            return itemgetter(wanted.name)
        literal = wanted.value
        return lambda _args: literal

    def _link(self, text: Writer, address: Writer) -> Writer:
        link = self.target.link
        return lambda args: link(text(args), address(args))

    def expression(self, part: mf2.Expression) -> Writer:
        """What writes one placeholder."""
        name = part.arg.name if isinstance(part.arg, mf2.VariableRef) else ""
        variable = self.variables.get(name)
        if variable is None or name in self.locals or (part.function and name in self.inputs):
            return self._left_to_engine(part)
        function = part.function or self.inputs.get(name)
        called = function.name if function else ""
        options = {
            option.name: option.value.value if isinstance(option.value, mf2.Literal) else None
            for option in (function.options if function else ())
        }
        if called == "cs:slot" or variable.type is VariableType.SLOT:
            return self._slot(name)
        if variable.type is VariableType.URL and not options and called in ("", "string"):
            return self._url(name)
        if variable.type.is_words and not options and called in ("", "string"):
            return self._words(name)
        if called == "cs:list" and options.keys() <= {"style"}:
            return self._list(name, options.get("style") or "standard")
        write = self._formatter(called, options, variable)
        return self._left_to_engine(part) if write is None else self._formatted(name, write)

    def _words(self, name: str) -> Writer:
        escape, (before, after) = self.target.value(name), self.target.around
        if self.is_rtl:
            if escape is None:
                return lambda args: f"{before}{args[name]}{after}"
            return lambda args: f"{before}{escape(args[name])}{after}"
        isolated = self._isolated(name)
        if escape is None:
            if not self.target.isolates:
                return itemgetter(name)

            def write(args: Mapping[str, Any]) -> str:
                value: str = args[name]
                return value if value.isascii() else isolated(value)

            return write
        return lambda args: isolated(args[name])

    def _isolated(self, name: str) -> Callable[[str], str]:
        """A value as it stands in a left-to-right sentence."""
        escape, (before, after) = self.target.value(name), self.target.around
        isolates = self.target.isolates

        def write(value: str) -> str:
            text = value if escape is None else escape(value)
            return f"{before}{text}{after}" if isolates and not value.isascii() and runs_against(value) else text

        return write

    def _url(self, name: str) -> Writer:
        escape, link = self.target.value(name), self.target.link
        words = self._words(name)
        if escape is None:
            return words
        return lambda args: link(words(args), args[name])

    def _slot(self, name: str) -> Writer:
        words, empty = self._words(name), self.target.literal(empty_slot(name))
        return lambda args: words(args) if name in args else empty

    def _list(self, name: str, style: Any) -> Writer:
        join, isolated = self.formats.list_writer(style=style), self._isolated(name)
        escape, (before, after) = self.target.value(name), self.target.around

        def in_rtl(item: str) -> str:
            return f"{before}{item if escape is None else escape(item)}{after}"

        if self.is_rtl:
            return lambda args: join([in_rtl(item) for item in args[name]])
        if escape is not None:
            return lambda args: join([isolated(item) for item in args[name]])

        def write(args: Mapping[str, Any]) -> str:
            text = join(args[name])
            return text if text.isascii() else join([isolated(item) for item in args[name]])

        return write

    def _formatted(self, name: str, write: Callable[[Any], str]) -> Writer:
        escape = self.target.value(name)
        if self.is_rtl:
            before, after = self.target.formatted
            if escape is None:
                return lambda args: f"{before}{write(args[name])}{after}"
            return lambda args: f"{before}{escape(write(args[name]))}{after}"
        if escape is None:
            return lambda args: write(args[name])
        return lambda args: escape(write(args[name]))

    def _formatter(
        self, called: str, options: dict[str, str | None], variable: Variable
    ) -> Callable[[Any], str] | None:
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
        if called in ("", "currency") and kind is VariableType.MONEY:
            return _amounts(formats)
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

    def _left_to_engine(self, part: mf2.Expression) -> Writer:
        name = part.arg.name if isinstance(part.arg, mf2.VariableRef) else ""
        write = self._by_engine(mf2.PatternMessage(self.model.declarations, (part,)))
        escape = self.target.value(name)
        shown = write if escape is None else lambda args: escape(write(args))
        if not self.is_rtl:
            return shown
        before, after = self.target.around
        return lambda args: f"{before}{shown(args)}{after}"

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

        def write(args: Mapping[str, Any]) -> str:
            try:
                return message.format(args, strict=True)
            except mf2.MessageError as error:
                raise SentenceError.of(key, str(error)) from None

        return write


@lru_cache(maxsize=256)
def _days(formats: Formats, length: Any) -> Callable[[date], str]:
    # The variable has seen to it that a plain date arrives: those are equal when they look the same.
    return lru_cache(maxsize=4096)(formats.date_writer(length=length))


@lru_cache(maxsize=256)
def _amounts(formats: Formats) -> Callable[[Money], str]:
    @lru_cache(maxsize=4096)
    def write(minor: int, currency: str, exponent: int) -> str:
        return formats.money(Money(minor, currency, exponent))

    return lambda money: write(money.minor, money.currency, money.exponent)


def _by_number(name: str, by_key: Mapping[str, Writer], rest: Writer, plural: Callable[[int], str]) -> Writer:
    exact = {int(key): write for key, write in by_key.items() if key.lstrip("-").isdigit()}
    by_category = {key: write for key, write in by_key.items() if key.isalpha()}

    @lru_cache(maxsize=1024)
    def choose(number: int) -> Writer:
        return exact.get(number) or by_category.get(plural(number), rest)

    return lambda args: choose(args[name])(args)


def joined(pieces: Iterable[Piece]) -> Writer:
    """One closure for the pieces: three placeholders are spelled out, more are put together from such."""
    texts, writers = [""], list[Writer]()
    for piece in pieces:
        if isinstance(piece, str):
            texts[-1] += piece
        else:
            writers.append(piece)
            texts.append("")
    if len(writers) > _MOST_SPELLED:
        return _halves(texts, writers)
    start, after = texts[0], texts[1:]
    if not writers:
        return lambda _args: start
    one, behind = writers[0], after[0]
    if len(writers) == 1:
        return (lambda args: f"{start}{one(args)}{behind}") if start or behind else one
    two, behind_two = writers[1], after[1]
    if len(writers) == 2:
        return lambda args: f"{start}{one(args)}{behind}{two(args)}{behind_two}"
    three, behind_three = writers[2], after[2]
    return lambda args: f"{start}{one(args)}{behind}{two(args)}{behind_two}{three(args)}{behind_three}"


_MOST_SPELLED: Final = 3


def _halves(texts: list[str], writers: list[Writer]) -> Writer:
    pieces: list[Piece] = [texts[0]]
    for write, text in zip(writers, texts[1:], strict=True):
        pieces += [write, text]
    middle = len(pieces) // 2
    first, second = joined(pieces[:middle]), joined(pieces[middle:])
    return lambda args: first(args) + second(args)
