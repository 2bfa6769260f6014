"""One message in the form of a product without logic: placeholders, one text of each choice, paragraphs in or out.

The Liquid writer overrides what Liquid can decide; everything else is the same for all products.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Final

from csprotocol.replies import cldr, mf2
from csprotocol.replies._channels import JOINTS
from csprotocol.replies._conditions import Condition
from csprotocol.replies._functions import empty_slot, functions
from csprotocol.replies._plan import parsed
from csprotocol.replies._situation import SUBJECT, Block
from csprotocol.replies._targets import HTML, Target
from csprotocol.replies._variables import Variable, VariableType
from csprotocol.replies.export._exported import Losses
from csprotocol.replies.export._message import Message
from csprotocol.replies.export._product import Product
from csprotocol.replies.export._scope import Scope

__all__ = ["Writer", "offset"]

_FORMAT_LOSSES: Final[Mapping[VariableType, str]] = {
    VariableType.AMOUNT: "money-format",
    VariableType.DATE: "date-format",
    VariableType.DATETIME: "date-format",
    VariableType.DURATION: "duration-format",
    VariableType.INT: "number-format",
    VariableType.LIST: "list-format",
    VariableType.MONEY: "money-format",
    VariableType.PERCENT: "number-format",
}
# A brace that another brace or a percent sign follows, or that stands at the end, where a placeholder may follow.
_OPENING: Final = re.compile(r"\{(?=[{%]|\Z)")
# Nothing to see, and nothing that a product would take for the sign of a placeholder.
_JOINER: Final = "\u2060"
# An int of Python has at most 4,300 figures; no count has more than these.
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
_SCHEMES: Final = ("https://", "mailto:", "tel:")


class Writer:
    """Writes the sentences of one message; ``target`` says whether as text, as HTML, or as WhatsApp marks it."""

    def __init__(self, message: Message, target: Target, product: Product, losses: Losses) -> None:
        self.message = message
        self.target = target
        self.product = product
        self.losses = losses
        self.variables: Mapping[str, Variable] = message.situation.variables
        self.is_html = target is HTML
        self.is_rtl = message.formats.direction == "rtl" and target.isolates
        self.key = ""
        self.is_in_link = False
        self.scope = Scope({})

    # The message

    def subject(self) -> str:
        """The subject of the e-mail."""
        return self.sentence(f"{self.message.situation.id}.{SUBJECT}")

    def body(self) -> str:
        """All paragraphs that show, put together as the channel does."""
        joint = "\n" if self.is_html else JOINTS[self.message.channel]
        shown = [each for each in map(self.block, self.message.blocks) if each[1]]
        if not self.is_html and len(shown) > 1 and all(tests for tests, _ in shown):
            return self.all_optional(shown, joint)
        # Blank lines belong to the paragraph that may be absent: after it, up to the first that is there in any case.
        certain = next((place for place, (tests, _) in enumerate(shown) if not tests), 0)
        texts = []
        for place, (tests, words) in enumerate(shown):
            joined = f"{words}{joint}" if place < certain else f"{joint}{words}" if place > certain else words
            texts.append(self.guarded(tests, joined) if tests else joined)
        text = "".join(texts)
        if not self.is_html:
            return text
        direction = ' dir="rtl"' if self.message.formats.direction == "rtl" else ""
        return f'<div lang="{escape(self.message.formats.locale)}"{direction}>\n{text}\n</div>'

    def block(self, block: Block) -> tuple[tuple[Condition, ...], str]:
        """What still has to be asked before the paragraph shows, and its text; empty when it never does."""
        # Each is told, also after one that failed.
        settled = [self.holds(condition, block) for condition in block.when]
        if all(settled):
            return (), self.paragraph(block.key)
        return (), self.paragraph(block.otherwise) if block.otherwise else ""

    def guarded(self, tests: tuple[Condition, ...], text: str) -> str:
        """A paragraph that shows when all tests hold. A product without logic has none to write."""
        raise NotImplementedError

    def all_optional(self, shown: list[tuple[tuple[Condition, ...], str]], joint: str) -> str:
        """Paragraphs none of which is there in any case. A product without logic has no such ones."""
        raise NotImplementedError

    def paragraph(self, key: str) -> str:
        """A sentence as a paragraph."""
        return f"<p>{self.sentence(key)}</p>" if self.is_html else self.sentence(key)

    def holds(self, condition: Condition, block: Block) -> bool:
        """Whether a paragraph is left in, settled once and for all."""
        name, wanted = condition.variable, condition.wanted
        if name in self.message.case:
            known = self.message.case[name]
            if isinstance(wanted, bool):
                return (known is not None and known is not False) is wanted
            return known == wanted
        variable = self.variables[name]
        if isinstance(wanted, str) or variable.type is VariableType.FLAG:
            self.lost("condition", f"stays out: {name} has too many words to tell apart", name, block.key)
            return False
        is_there = self.is_there(name)
        shown = f"as if {name} were {'there' if is_there else 'absent'}"
        self.lost("condition", f"is {'in' if is_there is wanted else 'out'} for good, {shown}", name, block.key)
        return is_there is wanted

    def is_there(self, name: str) -> bool:
        """Whether an optional value is taken to be there: when the product has a placeholder for it."""
        return self.product.placeholder(name) is not None

    # One sentence

    def sentence(self, key: str) -> str:
        """One sentence, whatever it chooses by."""
        model = parsed(self.message.resolved.sentences[key].source)
        self.key, self.scope = key, Scope.of(model)
        if isinstance(model, mf2.PatternMessage):
            return self.pattern(model.pattern)
        return self.choice(model)

    def choice(self, model: mf2.SelectMessage) -> str:
        """The text that stands for all: the one of the known words, and elsewhere the last resort ``*``."""
        return self.pattern(self.settled(model)[0].value)

    def settled(self, model: mf2.SelectMessage, asked: frozenset[int] = frozenset()) -> list[mf2.Variant]:
        """The variants that are left, best first, once the selectors that are not ``asked`` later are settled."""
        left = list(model.variants)
        for place, chosen in enumerate(model.selectors):
            if place in asked:
                continue
            selector = self.scope.selector(chosen, self.variables)
            known = self.message.case.get(selector.variable) if selector.kind == "word" else None
            word = str(known).lower() if isinstance(known, bool) else known
            if word is None:
                code = "plural" if selector.kind in ("plural", "exact") else "choice"
                self.lost(code, "the text for all other values stands for every value", selector.variable)
            left = [each for each in left if getattr(each.keys[place], "value", None) in (word, None)]
        return sorted(left, key=lambda each: [_rank(key) for key in each.keys])

    def pattern(self, pattern: mf2.Pattern) -> str:
        """One text with its placeholders and its markup."""
        pieces: list[str] = []
        links: list[tuple[int, int, mf2.Markup]] = []
        for place, part in enumerate(pattern):
            self.is_in_link = bool(links)
            if isinstance(part, str):
                pieces.append(self.literal(part))
            elif isinstance(part, mf2.Expression):
                pieces.append(self.expression(part))
            elif part.name == "br":
                pieces.append(self.target.line_break)
            elif part.name == "link" and part.kind == "open":
                links.append((len(pieces), place, part))
            elif part.name == "link" and part.kind == "close" and links:
                start, first, opened = links.pop()
                text = "".join(pieces[start:])
                is_address = not self.is_html and self.is_address(pattern[first + 1 : place], opened)
                pieces[start:] = [text if is_address else self.link(text, opened)]
            else:
                pieces.append(self.mark(part))
        return "".join(pieces)

    def mark(self, part: mf2.Markup) -> str:
        """The beginning or the end of a marked stretch."""
        marks = self.target.marks.get(part.name, ("", ""))
        if not any(marks):
            self.lost("markup", f"{{#{part.name}}} leaves no trace in plain text")
        return "" if part.kind == "standalone" else marks[part.kind == "close"]

    def is_address(self, inside: mf2.Pattern, opened: mf2.Markup) -> bool:
        """Whether a link shows nothing but its own address."""
        href = next((option.value for option in opened.options if option.name == "href"), None)
        if len(inside) != 1 or href is None:
            return False
        if isinstance(inside[0], mf2.Expression) and isinstance(href, mf2.VariableRef):
            return self.scope.named(inside[0])[0] == self.scope.named(mf2.Expression(href))[0]
        return isinstance(inside[0], str) and isinstance(href, mf2.Literal) and inside[0] == href.value

    def link(self, text: str, opened: mf2.Markup) -> str:
        """A text with the address that it leads to."""
        wanted = next((option.value for option in opened.options if option.name == "href"), mf2.Literal(""))
        if isinstance(wanted, mf2.VariableRef):
            address = self.address(wanted.name) if self.shown(wanted.name) else self.marker(wanted.name)
            is_address = self.shown(wanted.name)
        else:
            # No address has a line break, and none may become a mark inside of an attribute.
            written = self.literal(re.sub(r"[\t\n\r]+", "", wanted.value))
            address = written.replace('"', "&quot;" if self.is_html else '"')
            is_address = wanted.value.lower().startswith(_SCHEMES)
        if self.is_html and is_address:
            return _anchor(address, text)
        self.lost("markup", "a link shows as its text and its address")
        return f"{text} ({address})"

    def literal(self, text: str) -> str:
        """The words of the sentence, so that the product takes none of them for a placeholder."""
        written = self.target.literal(text)
        if self.product.logic == "markers":
            return written
        broken, count = _OPENING.subn(f"{{{_JOINER}", written)
        if count:
            self.lost("literal", "a word joiner stands behind a brace, so that no placeholder begins with it")
        return broken

    # Values

    def expression(self, part: mf2.Expression) -> str:
        """One placeholder of the sentence as one of the product."""
        name, functions = self.scope.chain(part)
        function = next(iter(functions), None)
        variable = self.variables.get(name)
        if variable is None:
            return self.literal(self.constant(part))
        if self.is_computed(functions):
            return self.computed(name, functions)
        if not self.shown(name):
            return self.marker(name)
        code = _FORMAT_LOSSES.get(variable.type)
        if code is not None:
            self.lost(code, f"shows as {self.product.name} writes it, not as {self.message.locale} does", name)
        text = self.formatted(name, variable, function)
        if self.is_rtl:
            before, after = self.target.formatted if code and code != "list-format" else self.target.around
            text = f"{before}{text}{after}"
        is_link = variable.type is VariableType.URL and self.is_html and not self.is_in_link
        return _anchor(self.address(name), text) if is_link else text

    def shown(self, name: str) -> bool:
        """Whether the product has a placeholder for the variable."""
        return self.product.placeholder(name) is not None

    def formatted(self, name: str, variable: Variable, function: mf2.FunctionRef | None) -> str:
        """The placeholder where a value shows."""
        del variable, function
        return self.filled(name)

    def is_computed(self, functions: tuple[mf2.FunctionRef, ...]) -> bool:
        """Whether something else shows than the value in the format of one function."""
        return any(each.name == "offset" for each in functions)

    def computed(self, name: str, functions: tuple[mf2.FunctionRef, ...]) -> str:
        """A mark that says what would have to be worked out."""
        added = offset(functions)
        shown = f"{name} {'+' if added > 0 else '-'} {abs(added)}" if added else name
        self.lost("function", f"{self.product.name} cannot work it out: {empty_slot(shown)} is left", name)
        return self.target.literal(empty_slot(shown))

    def address(self, name: str) -> str:
        """The placeholder as the target of a link."""
        return self.filled(name)

    def filled(self, name: str) -> str:
        """The placeholder as the product writes it."""
        return self.product.placeholder(name) or ""

    def marker(self, name: str) -> str:
        """What an agent has to replace: the variable's name in square brackets."""
        variable = self.variables.get(name)
        if variable is None or variable.type is not VariableType.SLOT:
            self.lost("no-placeholder", f"{self.product.name} has none for {name}: {empty_slot(name)} is left", name)
        return self.target.literal(empty_slot(name))

    def constant(self, part: mf2.Expression) -> str:
        """A placeholder without a variable, written here and now."""
        grouping = self.message.formats.grouping
        declarations = parsed(self.message.resolved.sentences[self.key].source).declarations
        locals_ = tuple(each for each in declarations if isinstance(each, mf2.LocalDeclaration))
        message = mf2.Message(
            mf2.PatternMessage(locals_, (part,)),
            self.message.formats.locale,
            bidi_isolation="none",
            functions=functions(grouping),
            locale_data=lambda locale: cldr.locale_data(locale, grouping=grouping),
        )
        faults: list[mf2.MessageError] = []
        text = message.format(on_error=faults.append)
        if faults:
            self.lost("function", f"is worked out in a reply alone: {text} is left")
        return text

    def lost(self, code: str, message: str, variable: str = "", block: str = "") -> None:
        """Notes what the product cannot say."""
        self.losses.add(
            code,
            message,
            situation=self.message.situation.id,
            locale=self.message.locale,
            block=block or self.key,
            variable=variable,
        )


def _rank(key: mf2.Literal | mf2.CatchallKey) -> int:
    """A number goes before a form of the plural, and any key before the last resort."""
    if isinstance(key, mf2.CatchallKey):
        return 2
    return 0 if _WHOLE.fullmatch(key.value) else 1


def offset(functions: tuple[mf2.FunctionRef, ...]) -> int | None:
    """What all calls of ``:offset`` add up to; ``None`` where a variable says how much."""
    added = 0
    for function in functions:
        for option in function.options if function.name == "offset" else ():
            if not isinstance(option.value, mf2.Literal) or not _WHOLE.fullmatch(option.value.value):
                return None
            added += int(option.value.value) * (-1 if option.name == "subtract" else 1)
    return added


def _anchor(address: str, text: str) -> str:
    return f'<a href="{address}">{text}</a>'
