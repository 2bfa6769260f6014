"""CLDR's plural rules in Liquid, for whole numbers: a test for each form, made of what every Liquid has.

Liquid reads ``and`` and ``or`` from right to left and knows no parentheses, so that a rule with both would come out
wrong; and ``<`` may be taken for a tag where the text is HTML. Here each part of a rule is a ``case`` inside another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from csprotocol.replies import cldr

__all__ = ["PluralTest", "plural_test"]


@dataclass(frozen=True, slots=True)
class _Relation:
    """The number, or what is left of it by ``modulus``, lies within ``ranges``, or outside of all of them."""

    modulus: int
    ranges: tuple[tuple[int, int], ...]
    is_within: bool


# Alternatives, each of relations that hold together: none is never, an empty one is always.
_Clauses: TypeAlias = tuple[tuple[_Relation, ...], ...]


@dataclass(frozen=True, slots=True)
class PluralTest:
    """What has to be written before a choice, and the condition that then holds for the form."""

    setup: str
    condition: str


_ALWAYS: Final[_Clauses] = ((),)
_NEVER: Final[_Clauses] = ()
# All others are about digits behind the decimal point or an exponent, which whole numbers have not.
_WHOLE: Final = frozenset("ni")
# Cornish has a range of 19,001 numbers; the longest of any other language, 89.
_MOST_LISTED: Final = 200


def plural_test(locale: str, form: str, number: str) -> PluralTest:
    r"""The test whether ``number``, the name of a Liquid variable from 0 on, takes ``form`` in the locale.

    >>> plural_test("en", "one", "n")
    PluralTest(setup='', condition='n == 1')
    >>> print(plural_test("pl", "few", "n").setup.replace("}{%", "}\n{%"))
    {% assign csfew_n = false %}
    {% assign cs10_n = n | modulo: 10 %}
    {% assign cs100_n = n | modulo: 100 %}
    {% case cs10_n %}
    {% when 2, 3, 4 %}
    {% case cs100_n %}
    {% when 12, 13, 14 %}
    {% else %}
    {% assign csfew_n = true %}
    {% endcase %}
    {% endcase %}
    """
    clauses = _clauses(locale, form)
    if len(clauses) == 1 and len(clauses[0]) == 1:
        [[only]] = clauses
        if not only.modulus and only.is_within and len(only.ranges) == 1 and only.ranges[0][0] == only.ranges[0][1]:
            return PluralTest("", f"{number} == {only.ranges[0][0]}")
    # What stands before the first underscore tells these names apart, whatever the variables are called.
    flag = _derived(form, number)
    moduli = sorted({each.modulus for clause in clauses for each in clause if each.modulus})
    assigned = "".join(f"{{% assign {_derived(each, number)} = {number} | modulo: {each} %}}" for each in moduli)
    guards = "".join(_guard(clause, number, flag) for clause in clauses)
    return PluralTest(f"{{% assign {flag} = false %}}{assigned}{guards}", flag)


def _guard(clause: tuple[_Relation, ...], number: str, flag: str) -> str:
    text = f"{{% assign {flag} = true %}}"
    for relation in reversed(clause):
        name = _derived(relation.modulus, number) if relation.modulus else number
        text = _listed(relation, name, text) if _count(relation) <= _MOST_LISTED else _bounded(relation, name, text)
    return text


def _derived(what: str | int, number: str) -> str:
    return f"cs{what}_{number.removeprefix('cs_')}"


def _count(relation: _Relation) -> int:
    return sum(high - low + 1 for low, high in relation.ranges)


def _listed(relation: _Relation, name: str, text: str) -> str:
    values = ", ".join(str(value) for low, high in relation.ranges for value in range(low, high + 1))
    rest = text if relation.is_within else f"{{% else %}}{text}"
    return f"{{% case {name} %}}{{% when {values} %}}{rest}{{% endcase %}}"


def _bounded(relation: _Relation, name: str, text: str) -> str:
    tests = [f"{name} >= {low} and {name} <= {high}" for low, high in relation.ranges]
    if relation.is_within:
        return "".join(f"{{% if {test} %}}{text}{{% endif %}}" for test in tests)
    for test in tests:
        text = f"{{% unless {test} %}}{text}{{% endunless %}}"
    return text


# From Babel's rule to alternatives of relations


@lru_cache(maxsize=512)
def _clauses(locale: str, form: str) -> _Clauses:
    rules: dict[str, Any] = dict(cldr.locale_data(locale).babel.plural_form.abstract)
    if form in rules:
        return _alternatives(rules[form])
    if form != "other":
        return _NEVER
    clauses = _ALWAYS
    for rule in rules.values():
        clauses = _both(clauses, _opposite(rule))
    return clauses


def _alternatives(node: Any) -> _Clauses:
    kind, parts = node
    if kind == "and":
        return _both(_alternatives(parts[0]), _alternatives(parts[1]))
    if kind == "or":
        return _alternatives(parts[0]) + _alternatives(parts[1])
    return _opposite(parts[0]) if kind == "not" else _relation(parts, is_within=True)


def _opposite(node: Any) -> _Clauses:
    kind, parts = node
    if kind == "and":
        return _opposite(parts[0]) + _opposite(parts[1])
    if kind == "or":
        return _both(_opposite(parts[0]), _opposite(parts[1]))
    return _alternatives(parts[0]) if kind == "not" else _relation(parts, is_within=False)


def _both(left: _Clauses, right: _Clauses) -> _Clauses:
    return tuple((*one, *(each for each in other if each not in one)) for one in left for other in right)


def _relation(parts: Any, *, is_within: bool) -> _Clauses:
    _, (operand, inside), (_, listed) = parts
    modulus = 0
    if operand == "mod":
        (operand, _), (_, (modulus,)) = inside
    ranges = tuple((int(low[1][0]), int(high[1][0])) for low, high in listed)
    if operand in _WHOLE:
        return ((_Relation(int(modulus), ranges, is_within),),)
    holds = any(low <= 0 <= high for low, high in ranges)
    return _ALWAYS if holds is is_within else _NEVER
