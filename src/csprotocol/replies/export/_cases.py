"""The replies that a situation falls into where a product cannot decide by itself: one for each word that decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product as combinations
from typing import Final, TypeAlias

from csprotocol.replies import mf2
from csprotocol.replies._plan import parsed
from csprotocol.replies._situation import Situation
from csprotocol.replies._texts import Sentence
from csprotocol.replies._variables import Variable, VariableType
from csprotocol.replies.export._product import Product
from csprotocol.replies.export._scope import Scope

__all__ = ["Case", "cases_of", "label", "slug"]

# What is known of the arguments: a word, yes or no, the sign of an amount; None for an absent one.
Case: TypeAlias = Mapping[str, str | bool | None]

_SIGNS: Final = ("positive", "negative", "zero")
# As many as a sentence may have variants: whoever has more replies than that to one situation finds none of them.
_MOST_CASES: Final = 64


def cases_of(situation: Situation, sentences: Iterable[Sentence], product: Product) -> tuple[Case, ...]:
    """Every combination of the words that decide something and that the product does not know.

    One empty case where nothing has to be decided, or where there are more than 64 of them.
    """
    words = {name: words for name, words in _deciding(situation, sentences) if not _is_known(name, words, product)}
    made = [dict(zip(words, chosen, strict=True)) for chosen in combinations(*words.values())]
    return tuple(made) if len(made) <= _MOST_CASES else ({},)


def _is_known(name: str, words: tuple[str | bool | None, ...], product: Product) -> bool:
    # A sign is no word that a product could compare: its amounts are texts.
    return product.logic == "liquid" and product.expression(name) is not None and words[0] not in _SIGNS


def _deciding(
    situation: Situation, sentences: Iterable[Sentence]
) -> Iterator[tuple[str, tuple[str | bool | None, ...]]]:
    variables = situation.variables
    signed = {each.variable for block in situation.blocks for each in block.when if each.wanted in _SIGNS}
    used = {each.variable for block in situation.blocks for each in block.when}
    used |= {name for sentence in sentences for name in _selectors(parsed(sentence.source), variables)}
    for name in sorted(used):
        variable = variables.get(name)
        if variable is None:
            continue
        absent = (None,) if variable.optional else ()
        if variable.type is VariableType.CHOICE:
            yield name, (*variable.choices, *absent)
        elif variable.type is VariableType.FLAG:
            yield name, (True, False)
        elif name in signed and variable.type is VariableType.MONEY:
            yield name, (*_SIGNS, *absent)


def _selectors(model: mf2.MessageModel, variables: Mapping[str, Variable]) -> Iterator[str]:
    if isinstance(model, mf2.SelectMessage):
        scope = Scope.of(model)
        for chosen in model.selectors:
            selector = scope.selector(chosen, variables)
            if selector.kind == "word":
                yield selector.variable


def label(case: Case) -> str:
    """The case in the words of an agent, for a title; empty when there is nothing to tell apart.

    >>> label({"by": "shop", "photos_needed": True, "difference": None})
    'by shop, photos_needed yes, difference none'
    """
    return ", ".join(f"{name} {_word(word)}" for name, word in case.items())


def slug(*parts: str) -> str:
    """A name of small letters, digits and underscores.

    >>> slug("order.cancelled", "by shop")
    'order_cancelled_by_shop'
    """
    text = "_".join(part for part in parts if part).casefold()
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text).replace("__", "_")


def _word(word: str | bool | None) -> str:  # noqa: FBT001 - a word of a case
    return {True: "yes", False: "no", None: "none"}.get(word, str(word)) if not isinstance(word, str) else word
