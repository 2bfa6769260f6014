"""CLDR's plural rules, run by a Liquid engine, against the rules themselves."""

from __future__ import annotations

from itertools import chain

import pytest
from babel.localedata import locale_identifiers

from csprotocol.replies import cldr
from csprotocol.replies.export._liquid_plural import plural_test

liquid = pytest.importorskip("liquid")

NUMBERS = tuple(chain(range(130), (200, 201, 211, 1000, 1001, 1011, 1101, 100_000, 1_000_000, 1_000_001, 2_000_000)))
# Each rule once, in the first language that has it, and the fourteen of the catalogue.
OURS = ("ar", "ca", "de", "en", "en-GB", "es", "es-419", "es-AR", "es-MX", "fr", "it", "pl", "pt", "pt-PT")


def languages() -> list[str]:
    found: dict[str, str] = {}
    for name in sorted(each for each in locale_identifiers() if "_" not in each and each != "root"):
        found.setdefault(str(cldr.locale_data(name).babel.plural_form), name)
    return sorted({*found.values(), *OURS})


@pytest.mark.parametrize("locale", languages())
def test_liquid_chooses_the_form_that_cldr_says(locale: str) -> None:
    rule = cldr.locale_data(locale).babel.plural_form
    # In one template, as a sentence has them: the names must not get in each other's way.
    tests = {form: plural_test(locale, form, "n") for form in (*rule.tags, "other")}
    source = "".join(f"{test.setup}{{% if {test.condition} %}}{form} {{% endif %}}" for form, test in tests.items())
    template = liquid.Template(source)
    assert [(rule(number),) for number in NUMBERS] == [tuple(template.render(n=number).split()) for number in NUMBERS]


def test_nothing_in_it_looks_like_html() -> None:
    for locale in OURS:
        for form in ("zero", "one", "two", "few", "many", "other"):
            assert "<" not in plural_test(locale, form, "n").setup
