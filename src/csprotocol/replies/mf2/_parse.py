"""From a source to its data model, one character position at a time.

The grammar does not nest, so nothing here calls itself.
"""

from __future__ import annotations

import re
from typing import Literal as OneOf
from typing import NoReturn

from csprotocol.replies.mf2._characters import (
    ESCAPE,
    KEYWORD,
    LITERAL,
    NAME,
    OPTIONAL,
    QUOTED,
    REQUIRED,
    TEXT,
    normal,
)
from csprotocol.replies.mf2._errors import MessageSyntaxError
from csprotocol.replies.mf2._limits import Limits
from csprotocol.replies.mf2._model import (
    Attribute,
    CatchallKey,
    Declaration,
    Expression,
    FunctionRef,
    InputDeclaration,
    Literal,
    LocalDeclaration,
    Markup,
    MessageModel,
    Option,
    Pattern,
    PatternMessage,
    SelectMessage,
    VariableRef,
    Variant,
)

__all__ = ["parse"]


def parse(source: str, *, limits: Limits | None = None) -> MessageModel:
    """The message that the source spells.

    Says nothing about its sense: ``validate`` does.

    >>> parse("Hello {$name}!")
    PatternMessage(declarations=(), pattern=('Hello ', Expression(arg=VariableRef(name='name'), ...), '!'))

    Raises MessageSyntaxError: the source is not well-formed. LimitError: it is longer than ``limits`` allow.
    """
    if not isinstance(source, str):
        raise MessageSyntaxError(f"the source is a {type(source).__name__}", hint="pass a str")
    (limits or Limits()).check_source(source)
    return _Reader(source).message()


class _Reader:
    """A source and how far it has been read."""

    __slots__ = ("at", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    # The whole

    def message(self) -> MessageModel:
        self.skip()
        if not (self.sees(".") or self.sees("{{")):
            self.at = 0
            pattern = self.pattern()
            if self.at < len(self.source):
                self.fail("a } or a character that no text may hold stands here", "write \\} for a brace in the text")
            return PatternMessage((), pattern)
        declarations = self.declarations()
        body = self.matcher(declarations) if self.sees(".match") else PatternMessage(declarations, self.quoted())
        self.skip()
        if self.at < len(self.source):
            self.fail("text stands after the end of the message", "put all text inside {{ }}")
        return body

    def declarations(self) -> tuple[Declaration, ...]:
        found: list[Declaration] = []
        while self.sees(".") and not self.sees(".match"):
            start = self.at
            if KEYWORD.match(self.source, self.at) is None:
                self.fail("no such keyword", "the keywords are .input, .local and .match")
            is_input = self.sees(".input")
            self.at += len(".input")  # ".local" is as long
            found.append(self.input(start) if is_input else self.local(start))
            self.skip()
        return tuple(found)

    def input(self, start: int) -> InputDeclaration:
        self.skip()
        value = self.placeholder()
        if not isinstance(value, Expression) or not isinstance(value.arg, VariableRef):
            self.fail(".input takes a variable", "write .input {$name}", at=start)
        return InputDeclaration(value.arg.name, value, start)

    def local(self, start: int) -> LocalDeclaration:
        self.need_space("after .local")
        name = self.variable().name
        self.skip()
        self.expect("=", "a .local needs = between its name and its value")
        self.skip()
        value = self.placeholder()
        if not isinstance(value, Expression):
            self.fail("markup cannot be a value", "write an expression, such as {$name} or {|text|}", at=start)
        return LocalDeclaration(name, value, start)

    def matcher(self, declarations: tuple[Declaration, ...]) -> SelectMessage:
        self.at += len(".match")
        selectors: list[VariableRef] = []
        self.need_space("after .match")
        while self.sees("$"):
            selectors.append(self.variable())
            self.need_space("after a selector")
        if not selectors:
            self.fail(".match takes variables", "write .match $count")
        variants = [self.variant()]
        self.skip()
        while self.at < len(self.source):
            variants.append(self.variant())
            self.skip()
        return SelectMessage(declarations, tuple(selectors), tuple(variants))

    def variant(self) -> Variant:
        start = self.at
        keys = [self.key()]
        while True:
            spaced = self.space()
            if self.sees("{"):
                break
            if not spaced:
                self.skip()
                if not self.sees("{"):
                    self.fail("two keys touch, or a variant has no text", "write keys, then the text in {{ }}")
                break
            keys.append(self.key())
        return Variant(tuple(keys), self.quoted(), start)

    def key(self) -> Literal | CatchallKey:
        start = self.at
        if self.sees("*"):
            self.at += 1
            return CatchallKey(start)
        return self.literal("a key")

    # Texts

    def quoted(self) -> Pattern:
        self.expect("{{", "the text of a message with declarations stands in {{ }}")
        pattern = self.pattern()
        self.expect("}}", "the text is not closed; end it with }}")
        return pattern

    def pattern(self) -> Pattern:
        parts: list[str | Expression | Markup] = []
        while True:
            text = self.characters(TEXT)
            if text:
                parts.append(text)
            if not self.sees("{"):
                return tuple(parts)
            parts.append(self.placeholder())

    def characters(self, allowed: re.Pattern[str]) -> str:
        pieces: list[str] = []
        while True:
            if match := allowed.match(self.source, self.at):
                pieces.append(match[0])
            elif match := ESCAPE.match(self.source, self.at):
                pieces.append(match[1])
            elif self.sees("\\"):
                self.fail("a backslash stands before a character that needs none", "write \\\\ for a backslash")
            else:
                return "".join(pieces)
            self.at = match.end()

    # Placeholders

    def placeholder(self) -> Expression | Markup:
        start = self.at
        self.expect("{", "a placeholder begins with {")
        self.skip()
        if self.sees("#") or self.sees("/"):
            return self.markup(start)
        arg: Literal | VariableRef | None = None
        function: FunctionRef | None = None
        if self.sees("$"):
            arg = self.variable()
        elif not self.sees(":"):
            arg = self.literal("a placeholder")
        if arg is None or (self.ahead(":") and self.space()):
            function = self.function()
        attributes = self.attributes()
        self.close(start)
        return Expression(arg, function, attributes, start)

    def markup(self, start: int) -> Markup:
        kind: OneOf["open", "standalone", "close"] = "open" if self.sees("#") else "close"
        self.at += 1
        name = self.identifier("markup")
        options, attributes = self.options(), self.attributes()
        self.skip()
        if kind == "open" and self.sees("/"):
            self.at += 1
            kind = "standalone"
            self.expect("}", "} stands right after the / of a markup")
        else:
            self.close(start)
        return Markup(kind, name, options, attributes, start)

    def function(self) -> FunctionRef:
        start = self.at
        self.at += 1
        return FunctionRef(self.identifier("a function"), self.options(), start)

    def options(self) -> tuple[Option, ...]:
        found: list[Option] = []
        while (space := REQUIRED.match(self.source, self.at)) and NAME.match(self.source, space.end()):
            start = self.at = space.end()
            name = self.identifier("an option")
            self.skip()
            self.expect("=", "an option needs = and a value")
            self.skip()
            value = self.variable() if self.sees("$") else self.literal("an option's value")
            found.append(Option(name, value, start))
        return tuple(found)

    def attributes(self) -> tuple[Attribute, ...]:
        found: list[Attribute] = []
        while self.ahead("@"):
            self.space()
            start = self.at
            self.at += 1
            name = self.identifier("an attribute")
            value = None
            if self.peek() == "=":
                self.skip()
                self.at += 1
                self.skip()
                value = self.literal("an attribute's value")
            found.append(Attribute(name, value, start))
        return tuple(found)

    # Names and literals

    def variable(self) -> VariableRef:
        start = self.at
        self.expect("$", "a variable begins with $")
        return VariableRef(self.name("a variable"), start)

    def identifier(self, what: str) -> str:
        name = self.name(what)
        if not self.sees(":"):
            return name
        self.at += 1
        return f"{name}:{self.name(what)}"

    def name(self, what: str) -> str:
        match = NAME.match(self.source, self.at)
        if match is None:
            self.fail(f"{what} needs a name", "names begin with a letter, _ or +")
        self.at = match.end()
        return normal(match[1])

    def literal(self, what: str) -> Literal:
        start = self.at
        if self.sees("|"):
            self.at += 1
            value = self.characters(QUOTED)
            self.expect("|", "a quoted literal ends with |")
            return Literal(value, start)
        match = LITERAL.match(self.source, self.at)
        if match is None:
            self.fail(f"{what} is missing or begins with a sign that needs quotes", "quote it: |text|")
        self.at = match.end()
        return Literal(match[0], start)

    # Steps

    def sees(self, text: str) -> bool:
        return self.source.startswith(text, self.at)

    def ahead(self, sign: str) -> bool:
        """Whether the sign comes next, after the space that it must have."""
        space = REQUIRED.match(self.source, self.at)
        return space is not None and self.source.startswith(sign, space.end())

    def peek(self) -> str:
        match = OPTIONAL.match(self.source, self.at)
        end = match.end() if match else self.at
        return self.source[end : end + 1]

    def skip(self) -> None:
        if match := OPTIONAL.match(self.source, self.at):
            self.at = match.end()

    def space(self) -> bool:
        match = REQUIRED.match(self.source, self.at)
        if match:
            self.at = match.end()
        return match is not None

    def need_space(self, where: str) -> None:
        if not self.space():
            self.fail(f"a space is missing {where}", "add one")

    def expect(self, text: str, otherwise: str) -> None:
        if not self.sees(text):
            self.fail(otherwise, f"add {text}")
        self.at += len(text)

    def close(self, start: int) -> None:
        self.skip()
        if self.at >= len(self.source):
            self.fail("a placeholder is not closed", "add }", at=start)
        if not self.sees("}"):
            self.fail("a placeholder holds something that does not belong there", "close it with }, or mind the spaces")
        self.at += 1

    def fail(self, found: str, hint: str, *, at: int | None = None) -> NoReturn:
        position = self.at if at is None else at
        raise MessageSyntaxError(found, hint=hint, position=position).within(self.source)
