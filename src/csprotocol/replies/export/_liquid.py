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
from csprotocol.replies.export._scope import Selector
from csprotocol.replies.export._writer import Writer, offset

__all__ = ["LiquidWriter"]

_OPENING: Final = re.compile(r"\{+(?=%|\Z)%?|\{{2,}")
# As numbers are written: every other key equals no number.
_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,15}")
_FORMS: Final = frozenset({"zero", "one", "two", "few", "many", "other"})
_ESCAPED: Final = re.compile(r"\|\s*escape(_once)?\s*\Z")
_FIELDS: Final = re.compile(r"d+|M+|y+")
_STRFTIME: Final = {"d": "%-d", "dd": "%d", "M": "%-m", "MM": "%m", "y": "%Y", "yy": "%Y", "yyyy": "%Y"}


class LiquidWriter(Writer):
    """Writes for Zendesk, Freshdesk and Shopify. Names that it assigns begin with ``cs``.

    ``cs_days`` is the number of ``days``, ``cs10_days`` what is left of it by ten, ``csfew_days`` whether it is few,
    ``csyes_gift`` whether a flag is set, ``csval_by`` a word after the mapping's filters.
    """

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
            before, word, test = self.test(asked[0])
            return (), f"{before}{{% {word} {test} %}}{text}{{% else %}}{other}{{% end{word} %}}"
        flag = self.guarded(asked, "{% assign csshown = true %}")
        return (), f"{{% assign csshown = false %}}{flag}{{% if csshown %}}{text}{{% else %}}{other}{{% endif %}}"

    def all_optional(self, shown: list[tuple[tuple[Condition, ...], str]], joint: str) -> str:
        """Blank lines stand before every paragraph but the first that shows."""
        texts = ["{% assign csany = false %}"]
        for tests, words in shown:
            # The words twice, as Liquid leaves out a branch of nothing but blanks.
            chosen = f"{{% if csany %}}{joint}{words}{{% else %}}{words}{{% endif %}}" if texts[1:] else words
            texts.append(self.guarded(tests, f"{chosen}{{% assign csany = true %}}"))
        return "".join(texts)

    def guarded(self, tests: tuple[Condition, ...], text: str) -> str:
        """A text that shows when all tests hold, one inside the other: ``and`` and ``unless`` do not mix."""
        for condition in reversed(tests):
            before, word, test = self.test(condition)
            text = f"{before}{{% {word} {test} %}}{text}{{% end{word} %}}"
        return text

    def can_ask(self, condition: Condition) -> bool:
        """Whether the product has the value, and the condition was not settled by the case."""
        name, wanted = condition.variable, condition.wanted
        if name in self.message.case or self.product.expression(name) is None:
            return False
        # A sign is no word that an amount could be compared with.
        is_word = self.variables[name].type is VariableType.CHOICE
        return not isinstance(wanted, str) or (is_word and _quoted(wanted) is not None)

    def test(self, condition: Condition) -> tuple[str, str, str]:
        """What is assigned before, the tag that asks (``if`` or ``unless``) and its condition."""
        name = condition.variable
        if isinstance(condition.wanted, str):
            before, value = self.value(name)
            return before, "if", f"{value} == {_quoted(condition.wanted)}"
        if self.variables[name].type is VariableType.FLAG:
            before, value = self.value(name)
        else:
            # Whether something is there is asked of the field itself, not of what a filter makes of nothing.
            before, value = "", (self.product.expression(name) or "").partition("|")[0].strip()
        word = "if" if condition.wanted else "unless"
        # An empty text counts as true in Liquid.
        return before, word, f'{value} and {value} != ""'

    def value(self, name: str) -> tuple[str, str]:
        """What is assigned before a value can be compared, and its name: filters have no place in a condition."""
        value = self.product.expression(name) or ""
        if "|" not in value:
            return "", value
        return f"{{% assign csval_{name} = {value} %}}", f"csval_{name}"

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
        return self.conditions({place: selectors[place] for place in sorted(asked)}, variants)

    def case(self, name: str, place: int, variants: list[mf2.Variant]) -> str:
        """One word decides."""
        texts: dict[str | None, str] = {}
        for variant in variants:
            word = getattr(variant.keys[place], "value", None)
            texts.setdefault(word, self.pattern(variant.value))
        rest = texts.pop(None)
        if self.variables[name].type is VariableType.FLAG:
            yes, no = texts.get("true", rest), texts.get("false", rest)
            before, _, test = self.test(Condition(name, wanted=True))
            return f"{before}{{% if {test} %}}{yes}{{% else %}}{no}{{% endif %}}"
        before, value = self.value(name)
        quoted = [(_quoted(word or ""), text) for word, text in texts.items()]
        whens = "".join(f"{{% when {word} %}}{text}" for word, text in quoted if word is not None)
        # Between case and the first when nothing may stand but the tag itself.
        return f"{before}{{% case {value} %}}{whens}{{% else %}}{rest}{{% endcase %}}" if whens else rest

    def conditions(self, asked: dict[int, Selector], variants: list[mf2.Variant]) -> str:
        """Numbers decide, or several things at once: the best variant first, as the standard chooses."""
        setup: dict[str, None] = {}
        branches: list[tuple[str, str]] = []
        for variant in variants:
            keys = [(asked[place], variant.keys[place]) for place in asked]
            found = [self.key_test(each, key.value) for each, key in keys if isinstance(key, mf2.Literal)]
            asking = [each for each in found if each is not None]
            if len(asking) < len(found):
                # A key that no value equals.
                continue
            tests = [test for _, test in asking]
            setup.update(dict.fromkeys(line for before, _ in asking for line in before))
            branches.append((" and ".join(tests), self.pattern(variant.value)))
            if not tests:
                break
        *first, (_, rest) = branches
        chain = "".join(
            f"{{% {'elsif' if place else 'if'} {test} %}}{text}" for place, (test, text) in enumerate(first)
        )
        return f"{''.join(setup)}{chain}{{% else %}}{rest}{{% endif %}}" if first else rest

    def key_test(self, selector: Selector, key: str) -> tuple[tuple[str, ...], str] | None:
        """What is assigned before a key can be tested, and the test; ``None`` for a key that no value equals."""
        name = selector.variable
        value = self.product.expression(name) or ""
        if self.variables[name].type is VariableType.FLAG:
            before, word, test = self.test(Condition(name, wanted=True))
            flag = f"csyes_{name}"
            asked = f"{{% {word} {test} %}}{{% assign {flag} = true %}}{{% endif %}}"
            lines = (f"{{% assign {flag} = false %}}{before}{asked}",)
            return (lines, f"{flag} == {key}") if key in ("true", "false") else None
        if self.variables[name].type is not VariableType.INT:
            before, compared = self.value(name)
            quoted = _quoted(key)
            return None if quoted is None else ((before,), f"{compared} == {quoted}")
        # Fields of tickets are texts; adding 0 makes a number of them.
        number = f"cs_{name}"
        assigned = f"{{% assign {number} = {value} | plus: 0 %}}"
        if _WHOLE.fullmatch(key):
            return (assigned,), f"{number} == {key}"
        if selector.kind != "plural" or key not in _FORMS:
            return None
        plural = plural_test(self.message.formats.locale, key, number)
        return (assigned, plural.setup), plural.condition

    def formatted(self, name: str, variable: Variable, function: mf2.FunctionRef | None) -> str:
        """The placeholder, with the filters that the product has for its kind."""
        value = self.product.expression(name) or ""
        is_moment = variable.type in (VariableType.DATE, VariableType.DATETIME)
        if self.product.date_filter and is_moment and "|" not in value:
            called = function.name if function else variable.type.value
            return f'{{{{ {value} | date: "{self.date_pattern(called)}" }}}}'
        return self.address(name)

    def address(self, name: str) -> str:
        """The placeholder, escaped where the product can, whatever filters the mapping has."""
        value = self.product.expression(name) or ""
        if not self.product.escape_filter or not self.is_html or _ESCAPED.search(value):
            return self.filled(name)
        return f"{{{{ {value} | escape }}}}"

    def computed(self, name: str, functions: tuple[mf2.FunctionRef, ...]) -> str:
        """Sums are within what Liquid can."""
        added, value = offset(functions), self.product.expression(name)
        if added is None or value is None or self.variables[name].type is not VariableType.INT:
            return super().computed(name, functions)
        self.lost("number-format", f"shows as {self.product.name} writes it, not as {self.message.locale} does", name)
        return f"{{{{ {value} | {'plus' if added >= 0 else 'minus'}: {abs(added)} }}}}"

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


def _quoted(word: str) -> str | None:
    """A word as Liquid writes it. Liquid has no escapes: ``None`` for what it cannot write."""
    if "%}" in word or "}}" in word or "\n" in word or {'"', "'"} <= set(word):
        return None
    return f"'{word}'" if '"' in word else f'"{word}"'
