"""One e-mail about a late parcel in five languages, as each engine wants it written.

Placeholders stand as ``<name>`` in the sentences; each engine puts its own in their places. In Arabic every value is
isolated, as our replies do it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency

Values = Mapping[str, Any]
Render = Callable[[Values], tuple[str, str]]

LOCALES: Final = ("es", "en", "de", "ar", "pl")
SENTENCES: Final[Mapping[str, Mapping[str, str | Mapping[str, str]]]] = {
    "es": {
        "subject": "Tu pedido <order> llegará el <eta_medium>",
        "hello": "Hola, <name>:",
        "late": {
            "one": "Tu pedido <order> llegará <days> día más tarde, el <eta_long>.",
            "other": "Tu pedido <order> llegará <days> días más tarde, el <eta_long>.",
        },
        "items": "Incluye: <items>.",
        "refund": "Te hemos devuelto <compensation>.",
        "close": "Sentimos las molestias.",
    },
    "en": {
        "subject": "Your order <order> will arrive on <eta_medium>",
        "hello": "Hi <name>,",
        "late": {
            "one": "Your order <order> will arrive <days> day later, on <eta_long>.",
            "other": "Your order <order> will arrive <days> days later, on <eta_long>.",
        },
        "items": "It holds: <items>.",
        "refund": "We have paid you back <compensation>.",
        "close": "We are sorry for the trouble.",
    },
    "de": {
        "subject": "Ihre Bestellung <order> kommt am <eta_medium>",
        "hello": "Guten Tag <name>,",
        "late": {
            "one": "Ihre Bestellung <order> kommt <days> Tag später, am <eta_long>.",
            "other": "Ihre Bestellung <order> kommt <days> Tage später, am <eta_long>.",
        },
        "items": "Inhalt: <items>.",
        "refund": "Wir haben Ihnen <compensation> erstattet.",
        "close": "Wir bitten um Entschuldigung.",
    },
    "ar": {
        "subject": "سيصل طلبك <order> في <eta_medium>",
        "hello": "مرحبًا <name>،",
        "late": {
            "one": "سيتأخر طلبك <order> يومًا واحدًا (<days>) وسيصل في <eta_long>.",
            "two": "سيتأخر طلبك <order> يومين (<days>) وسيصل في <eta_long>.",
            "few": "سيتأخر طلبك <order> <days> أيام وسيصل في <eta_long>.",
            "many": "سيتأخر طلبك <order> <days> يومًا وسيصل في <eta_long>.",
            "other": "سيتأخر طلبك <order> <days> يوم وسيصل في <eta_long>.",
        },
        "items": "يتضمن: <items>.",
        "refund": "لقد أعدنا إليك <compensation>.",
        "close": "نعتذر عن الإزعاج.",
    },
    "pl": {
        "subject": "Twoje zamówienie <order> dotrze <eta_medium>",
        "hello": "Cześć, <name>!",
        "late": {
            "one": "Twoje zamówienie <order> dotrze <days> dzień później, <eta_long>.",
            "few": "Twoje zamówienie <order> dotrze <days> dni później, <eta_long>.",
            "many": "Twoje zamówienie <order> dotrze <days> dni później, <eta_long>.",
            "other": "Twoje zamówienie <order> dotrze <days> dnia później, <eta_long>.",
        },
        "items": "Zawartość: <items>.",
        "refund": "Zwróciliśmy <compensation>.",
        "close": "Przepraszamy za kłopot.",
    },
}
BLOCKS: Final = ("hello", "late", "items", "refund", "close")
# Which CLDR categories the plural forms of gettext stand for, in the order of Babel's rules.
_FORMS: Final = {"pl": ("one", "few", "many"), "ar": ("other", "one", "two", "few", "other", "many")}
_PLACE: Final = re.compile(r"<(\w+)>")
_FORMATTED: Final = frozenset({"eta_medium", "eta_long", "compensation", "days"})


def put(locale: str, sentence: str, written: Callable[[str], str]) -> str:
    """The sentence with an engine's own placeholders, isolated where the language asks for it."""

    def place(match: re.Match[str]) -> str:
        name = match[1]
        if locale != "ar" or name == "items":
            return written(name)
        return f"{chr(0x2067 if name in _FORMATTED else 0x2068)}{written(name)}\u2069"

    return _PLACE.sub(place, sentence)


def listed(locale: Locale, items: list[str]) -> str:
    if locale.language == "ar":
        items = [f"\u2068{item}\u2069" for item in items]
    return format_list(items, locale=locale)


def by_hand(locale: str) -> Render:
    """A function as a careful developer writes it: f-strings and Babel, the locale parsed once."""
    known, text = Locale.parse(locale), SENTENCES[locale]
    code = {
        "order": "order", "name": "name", "days": "days", "items": "listed(known, v['items'])",
        "eta_medium": "format_date(eta, 'medium', known)", "eta_long": "eta_long",
        "compensation": "format_currency(compensation, 'EUR', locale=known)",
    }  # fmt: skip
    late = text["late"]
    assert isinstance(late, Mapping)

    def quoted(sentence: object) -> str:
        return 'f"""' + put(locale, str(sentence), lambda name: "{" + code[name] + "}") + '"""'

    words = ("if", *["elif"] * len(late))
    cases = "\n".join(
        f"    {word} form == {form!r}: late = {quoted(sentence)}"
        for word, (form, sentence) in zip(words, late.items(), strict=False)
        if form != "other"
    )
    source = f"""
def render(v):
    order, name, days, eta, compensation = v['order'], v['name'], v['days'], v['eta'], v['compensation']
    eta_long = format_date(eta, 'long', known)
    form = known.plural_form(days)
{cases}
    else: late = {quoted(late["other"])}
    parts = [{quoted(text["hello"])}, late]
    if v.get('items'):
        parts.append({quoted(text["items"])})
    if compensation is not None:
        parts.append({quoted(text["refund"])})
    parts.append({quoted(text["close"])})
    return {quoted(text["subject"])}, "\\n\\n".join(parts)
"""
    space: dict[str, Any] = {
        "known": known, "format_date": format_date, "format_currency": format_currency, "listed": listed,
    }  # fmt: skip
    exec(source, space)
    render: Render = space["render"]
    return render


def by_jinja(locale: str) -> Render:
    from jinja2.sandbox import SandboxedEnvironment

    known = Locale.parse(locale)
    environment = SandboxedEnvironment(autoescape=True)
    environment.filters |= _filters(known)
    return _templates(locale, lambda source: environment.from_string(source).render, "{% if %s %}", "{% elif %s %}")


def by_liquid(locale: str) -> Render:
    from liquid import Environment

    environment = Environment()
    for name, write in _filters(Locale.parse(locale)).items():
        environment.add_filter(name, write)
    return _templates(locale, lambda source: environment.from_string(source).render, "{% if %s %}", "{% elsif %s %}")


def _filters(locale: Locale) -> dict[str, Callable[..., str]]:
    return {
        "date_medium": lambda eta: format_date(eta, "medium", locale),
        "date_long": lambda eta: format_date(eta, "long", locale),
        "money": lambda amount: format_currency(amount, "EUR", locale=locale),
        "listed": lambda items: listed(locale, items),
        "form": lambda days: str(locale.plural_form(days)),
    }


def _templates(locale: str, load: Callable[[str], Callable[..., str]], when: str, otherwise: str) -> Render:
    code = {
        "order": "{{ order }}", "name": "{{ name }}", "days": "{{ days }}", "items": "{{ items | listed }}",
        "eta_medium": "{{ eta | date_medium }}", "eta_long": "{{ eta | date_long }}",
        "compensation": "{{ compensation | money }}",
    }  # fmt: skip
    text = {key: value for key, value in SENTENCES[locale].items() if isinstance(value, str)}
    late = SENTENCES[locale]["late"]
    assert isinstance(late, Mapping)
    cases = [(form, put(locale, sentence, code.__getitem__)) for form, sentence in late.items()]
    forms = "".join(
        (when if place == 0 else otherwise).replace("%s", f"form == '{form}'", 1) + sentence
        for place, (form, sentence) in enumerate(cases[:-1])
    )
    assign = "{% set form = days | form %}" if "elif" in otherwise else "{% assign form = days | form %}"
    own = {key: put(locale, sentence, code.__getitem__) for key, sentence in text.items()}
    body = load(
        f"{assign}{own['hello']}\n\n{forms}{{% else %}}{cases[-1][1]}{{% endif %}}"
        f"{{% if items %}}\n\n{own['items']}{{% endif %}}"
        f"{{% if compensation %}}\n\n{own['refund']}{{% endif %}}\n\n{own['close']}"
    )
    subject = load(own["subject"])
    return lambda values: (subject(**values), body(**values))


def by_fluent(locale: str) -> Render:
    from fluent.runtime import FluentBundle, FluentResource
    from fluent.runtime.types import fluent_date, fluent_number

    known = Locale.parse(locale)
    code = {
        "order": "{ $order }", "name": "{ $name }", "days": "{ $days }", "items": "{ $items }",
        "eta_medium": '{ DATETIME($eta, dateStyle: "medium") }', "eta_long": '{ DATETIME($eta, dateStyle: "long") }',
        "compensation": "{ $compensation }",
    }  # fmt: skip
    lines = []
    for key, value in SENTENCES[locale].items():
        if isinstance(value, str):
            lines.append(f"{key} = {put(locale, value, code.__getitem__)}")
            continue
        forms = "\n".join(
            f"   {'*' if form == 'other' else ' '}[{form}] {put(locale, sentence, code.__getitem__)}"
            for form, sentence in value.items()
        )
        lines.append(f"{key} = {{ $days ->\n{forms}\n}}")
    bundle = FluentBundle([locale], use_isolating=False)
    bundle.add_resource(FluentResource("\n".join(lines)))
    patterns = {key: bundle.get_message(key).value for key in SENTENCES[locale]}

    def render(values: Values) -> tuple[str, str]:
        # It has no lists; money is a number that knows its currency.
        given = {
            **values,
            "eta": fluent_date(values["eta"]),
            "items": listed(known, values["items"]) if values.get("items") else "",
            "compensation": fluent_number(values["compensation"], style="currency", currency="EUR"),
        }

        def say(key: str) -> str:
            text, errors = bundle.format_pattern(patterns[key], given)
            assert not errors
            return str(text)

        blocks = [
            key for key in BLOCKS if key not in ("items", "refund") or given[key if key == "items" else "compensation"]
        ]
        return say("subject"), "\n\n".join([say(key) for key in blocks])

    return render


def by_gettext(locale: str) -> Render:
    from gettext import GNUTranslations
    from io import BytesIO

    from babel.messages import Catalog
    from babel.messages.mofile import write_mo

    known = Locale.parse(locale)
    catalog, english = Catalog(locale=locale), SENTENCES["en"]
    written = lambda name: f"%({name})s"  # noqa: E731
    late, source = SENTENCES[locale]["late"], english["late"]
    assert isinstance(late, Mapping)
    assert isinstance(source, Mapping)
    forms = {"pl": ("one", "few", "many"), "ar": ("other", "one", "two", "few", "other", "many")}.get(
        locale, ("one", "other")
    )
    catalog.add(
        (put("en", source["one"], written), put("en", source["other"], written)),
        tuple(put(locale, late[form], written) for form in forms),
    )
    for key, sentence in SENTENCES[locale].items():
        if isinstance(sentence, str):
            catalog.add(put("en", str(english[key]), written), put(locale, sentence, written))
    file = BytesIO()
    write_mo(file, catalog)
    file.seek(0)
    told = GNUTranslations(file)
    keys = {key: put("en", str(english[key]), written) for key in english if key != "late"}
    one, other = put("en", source["one"], written), put("en", source["other"], written)

    def render(values: Values) -> tuple[str, str]:
        eta: date = values["eta"]
        given = {
            "order": values["order"],
            "name": values["name"],
            "days": values["days"],
            "eta_medium": format_date(eta, "medium", known),
            "eta_long": format_date(eta, "long", known),
        }
        parts = [told.gettext(keys["hello"]) % given, told.ngettext(one, other, values["days"]) % given]
        if values.get("items"):
            parts.append(told.gettext(keys["items"]) % {"items": listed(known, values["items"])})
        if values["compensation"] is not None:
            money: Decimal = values["compensation"]
            parts.append(told.gettext(keys["refund"]) % {"compensation": format_currency(money, "EUR", locale=known)})
        parts.append(told.gettext(keys["close"]))
        return told.gettext(keys["subject"]) % given, "\n\n".join(parts)

    return render
