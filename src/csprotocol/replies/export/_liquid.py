"""One message in Liquid: what the product has a placeholder for is decided there, when the reply is sent."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from csprotocol.replies import cldr, mf2
from csprotocol.replies._conditions import Condition
from csprotocol.replies._situation import Block
from csprotocol.replies._variables import Variable, VariableType
from csprotocol.replies.export._liquid_plural import plural_test
from csprotocol.replies.export._writer import Writer

__all__ = ["LiquidWriter"]

_OPENING: Final = re.compile(r"\{+(?=%|\Z)%?|\{{2,}")
_FIELDS: Final = re.compile(r"d+|M+|y+")
_STRFTIME: Final = {"d": "%-d", "dd": "%d", "M": "%-m", "MM": "%m", "y": "%Y", "yy": "%Y", "yyyy": "%Y"}


class LiquidWriter(Writer):
    """Writes for Zendesk, Freshdesk and Shopify. Names that it assigns begin with ``cs_``."""

    def block(self, block: Block) -> tuple[tuple[Condition, ...], str]:
        """As for other products, but what Liquid can ask is asked there."""
        asked = tuple(each for each in block.when if self.can_ask(each))
        # Each is told, also after one that failed.
        settled = [self.holds(each, block) for each in block.when if each not in asked]
        if not all(settled):
            return (), self.paragraph(block.otherwise) if block.otherwise else ""
        text = self.paragraph(block.key)
        if not asked or not block.otherwise:
            return asked, text
        other = self.paragraph(block.otherwise)
        if len(asked) == 1:
            word, test = self.test(asked[0])
            return (), f"{{% {word} {test} %}}{text}{{% else %}}{other}{{% end{word} %}}"
        flag = self.guarded(asked, "{% assign cs_shown = true %}")
        return (), f"{{% assign cs_shown = false %}}{flag}{{% if cs_shown %}}{text}{{% else %}}{other}{{% endif %}}"

    def guarded(self, tests: tuple[Condition, ...], text: str) -> str:
        """A text that shows when all tests hold, one inside the other: ``and`` and ``unless`` do not mix."""
        for condition in reversed(tests):
            word, test = self.test(condition)
            text = f"{{% {word} {test} %}}{text}{{% end{word} %}}"
        return text

    def can_ask(self, condition: Condition) -> bool:
        """Whether the product has the value, and the condition was not settled by the case."""
        return condition.variable not in self.message.case and self.product.expression(condition.variable) is not None

    def test(self, condition: Condition) -> tuple[str, str]:
        """The tag that asks (``if`` or ``unless``) and its condition."""
        # Filters have no place in a condition.
        value = (self.product.expression(condition.variable) or "").partition("|")[0].strip()
        if isinstance(condition.wanted, str):
            return "if", f"{value} == {_quoted(condition.wanted)}"
        word = "if" if condition.wanted else "unless"
        # An empty text counts as true in Liquid.
        return word, f'{value} and {value} != ""'

    def choice(self, model: mf2.SelectMessage) -> str:
        """The variants as ``case`` or ``if``, so far as the product knows by what to choose."""
        selectors = [self.scope.selector(each, self.variables) for each in model.selectors]
        asked = frozenset(
            place
            for place, each in enumerate(selectors)
            if each.kind != "other"
            and each.variable not in self.message.case
            and self.product.expression(each.variable) is not None
        )
        variants = self.settled(model, asked)
        if not asked:
            return self.pattern(variants[0].value)
        if len(asked) == 1 and selectors[min(asked)].kind == "word":
            return self.case(selectors[min(asked)].variable, min(asked), variants)
        return self.conditions({place: selectors[place].variable for place in sorted(asked)}, variants)

    def case(self, name: str, place: int, variants: list[mf2.Variant]) -> str:
        """One word decides."""
        texts: dict[str | None, str] = {}
        for variant in variants:
            word = getattr(variant.keys[place], "value", None)
            texts.setdefault(word, self.pattern(variant.value))
        rest = texts.pop(None)
        value = (self.product.expression(name) or "").partition("|")[0].strip()
        if self.variables[name].type is VariableType.FLAG:
            yes, no = texts.get("true", rest), texts.get("false", rest)
            _, test = self.test(Condition(name, wanted=True))
            return f"{{% if {test} %}}{yes}{{% else %}}{no}{{% endif %}}"
        whens = "".join(f"{{% when {_quoted(word or '')} %}}{text}" for word, text in texts.items())
        # Between case and the first when nothing may stand but the tag itself.
        return f"{{% case {value} %}}{whens}{{% else %}}{rest}{{% endcase %}}"

    def conditions(self, asked: dict[int, str], variants: list[mf2.Variant]) -> str:
        """Numbers decide, or several things at once: the best variant first, as the standard chooses."""
        setup: dict[str, None] = {}
        branches: list[tuple[str, str]] = []
        for variant in variants:
            tests = []
            for place, name in asked.items():
                key = variant.keys[place]
                if isinstance(key, mf2.Literal):
                    before, test = self.key_test(name, key.value)
                    setup.update(dict.fromkeys(before))
                    tests.append(test)
            branches.append((" and ".join(tests), self.pattern(variant.value)))
            if not tests:
                break
        *first, (_, rest) = branches
        chain = "".join(
            f"{{% {'elsif' if place else 'if'} {test} %}}{text}" for place, (test, text) in enumerate(first)
        )
        return f"{''.join(setup)}{chain}{{% else %}}{rest}{{% endif %}}" if first else rest

    def key_test(self, name: str, key: str) -> tuple[tuple[str, ...], str]:
        """What is assigned before a key can be tested, and the test."""
        value = self.product.expression(name) or ""
        if self.variables[name].type is not VariableType.INT:
            return (), f"{value.partition('|')[0].strip()} == {_quoted(key)}"
        # Fields of tickets are texts; adding 0 makes a number of them.
        number = f"cs_{name}"
        assigned = f"{{% assign {number} = {value} | plus: 0 %}}"
        if key.lstrip("-").isdigit():
            return (assigned,), f"{number} == {int(key)}"
        plural = plural_test(self.message.formats.locale, key, number)
        return (assigned, plural.setup), plural.condition

    def formatted(self, name: str, variable: Variable, function: mf2.FunctionRef | None) -> str:
        """The placeholder, with the filters that the product has for its kind."""
        value = self.product.expression(name) or ""
        if "|" in value:
            return self.filled(name)
        is_moment = variable.type in (VariableType.DATE, VariableType.DATETIME)
        if self.product.date_filter and is_moment:
            called = function.name if function else variable.type.value
            return f'{{{{ {value} | date: "{self.date_pattern(called)}" }}}}'
        if self.product.escape_filter and self.is_html and not is_moment:
            return f"{{{{ {value} | escape }}}}"
        return self.filled(name)

    def date_pattern(self, called: str) -> str:
        """What the filter ``date`` writes in place of ``:date``, ``:time`` or ``:datetime``.

        The day is the locale's short one: the filter knows figures in every language, and English names of months.
        """
        if called == "time":
            return "%H:%M"
        pattern = cldr.locale_data(self.message.formats.locale).babel.date_formats["short"].pattern
        if not set(re.sub(r"'[^']*'", "", pattern)) <= set("dMy/.-, \u200f"):
            pattern = "y-MM-dd"
        day = _FIELDS.sub(lambda field: _STRFTIME.get(field[0], "%d"), pattern)
        assert date(2026, 11, 27).strftime(day)  # noqa: S101 - a pattern that Liquid would not know either
        return f"{day} %H:%M" if called == "datetime" else day

    def literal(self, text: str) -> str:
        """The words of the sentence; what Liquid would read is marked as raw."""
        return _OPENING.sub(r"{% raw %}\g<0>{% endraw %}", self.target.literal(text))


def _quoted(word: str) -> str:
    """A word as Liquid writes it. Liquid has no escapes: what it cannot write equals nothing."""
    if "%}" in word or "}}" in word or "\n" in word or {'"', "'"} <= set(word):
        return "nil"
    return f"'{word}'" if '"' in word else f'"{word}"'
