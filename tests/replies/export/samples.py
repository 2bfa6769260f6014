"""Arguments for every variable, and replies in which the values show as marks, to compare them with exports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from csprotocol.model import Money
from csprotocol.replies import Catalog, Situation, Variable, VariableType, cldr, mf2

# Written the same in every language that is tested, and of the form "other" in English, Spanish and German.
NUMBER = 777


def words(place: int) -> dict[VariableType, Any]:
    """Values unlike those of the situation's other variables."""
    return {
        VariableType.AMOUNT: Money.of(f"{31 + place}.75", "EUR"),
        VariableType.DATE: date(2026, 11, 10 + place),
        VariableType.DATETIME: datetime(2026, 11, 10 + place, 16, 30, tzinfo=UTC),
        VariableType.DURATION: timedelta(hours=4 + place),
        VariableType.INT: NUMBER,
        VariableType.LIST: (f"Lamp {place}", "Shade", "Bulb"),
        VariableType.MONEY: Money.of(f"{61 + place}.50", "EUR"),
        VariableType.PERCENT: Decimal("0.15"),
    }


def value(variable: Variable, case: Mapping[str, Any], place: int) -> Any:
    """A value that can be found again in a text."""
    if variable.type is VariableType.MONEY and variable.name in case:
        signs = {"positive": Money.of("12.50", "EUR"), "negative": Money.of("-12.50", "EUR"), "zero": Money(0, "EUR")}
        return signs.get(case[variable.name])
    if variable.name in case:
        return case[variable.name]
    if variable.type is VariableType.CHOICE:
        return variable.choices[0]
    if variable.type is VariableType.FLAG:
        return True
    if variable.type is VariableType.URL:
        return f"https://example.com/{variable.name}"
    return words(place).get(variable.type, f"«{variable.name}»")


def arguments(situation: Situation, case: Mapping[str, Any], *, full: bool) -> dict[str, Any]:
    """All that the situation takes, or only what it must have."""
    return {
        name: value(variable, case, place)
        for place, (name, variable) in enumerate(situation.variables.items())
        if full or not variable.optional or name in case
    }


@cache
def moments(locale: str) -> Mapping[str, tuple[mf2.Message, ...]]:
    """What writes a date, and what writes a moment, in all the ways in which the language's sentences do."""
    sources = {each.source for texts in CATALOG.voice(locale).texts for each in texts.sentences.values()}
    found = {call for source in sources for call in re.findall(r"\{\$\w+ (:(?:date|time|datetime)\b[^}]*)\}", source)}
    made = {
        call: mf2.Message(f"{{$x {call}}}", locale, bidi_isolation="none", locale_data=cldr.locale_data)
        for call in found
    }
    days = tuple(message for call, message in made.items() if call.split()[0] == ":date")
    return {"date": days, "datetime": tuple(made.values())}


def spellings(locale: str, given: Any) -> Iterator[str]:
    """Every way in which a sentence may write the value."""
    formats = cldr.formats(locale)
    if isinstance(given, datetime | date):
        for called in moments(locale)["datetime" if isinstance(given, datetime) else "date"]:
            yield called.format({"x": given})
    elif isinstance(given, Money):
        yield formats.money(given)
        yield formats.money(Money(abs(given.minor), given.currency))
    elif isinstance(given, timedelta):
        yield formats.duration(given)
    elif isinstance(given, tuple):
        yield formats.list(given)
        yield formats.list(given, style="or")
    elif isinstance(given, Decimal):
        yield formats.percent(given)
    elif type(given) is int:
        yield str(given)


def marked(text: str, locale: str, given: Mapping[str, Any]) -> str:
    """The text with ``[name]`` where the values stand."""
    found = [(spelling, name) for name, each in given.items() for spelling in spellings(locale, each)]
    found += [
        (each, name) for name, each in given.items() if isinstance(each, str) and each.startswith(("«", "https:"))
    ]
    for spelling, name in sorted(found, key=lambda pair: -len(pair[0])):
        text = text.replace(spelling, f"[{name}]")
    return text


CATALOG = Catalog.builtin("en", "es", "pt", "ar", "de", "fr", "it", "pl")
