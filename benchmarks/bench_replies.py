"""The e-mail about a late parcel in five languages, beside template engines and code written by hand."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from benchmarks._late_parcel import (
    BLOCKS,
    LOCALES,
    SENTENCES,
    Render,
    Values,
    by_fluent,
    by_gettext,
    by_hand,
    by_jinja,
    by_liquid,
    put,
)
from benchmarks._measure import NOT_INSTALLED, Table, ratio, seconds_per_call, span
from csprotocol.model import Money
from csprotocol.replies import Catalog, Reply

OURS, HAND = "**csprotocol**", "written by hand, with Babel"
LEAST: Final = {HAND: 5, "Jinja2, sandboxed": 15, "fluent.runtime": 20}
LEAST_VARIED: Final = 3
_PEERS: Final = (
    ("Jinja2, sandboxed", "jinja2", by_jinja),
    ("fluent.runtime", "fluent.runtime", by_fluent),
    ("python-liquid", "liquid", by_liquid),
    ("gettext and Babel", "gettext", by_gettext),
)
_VARIED: Final = 2_000


def replies(*, quick: bool) -> Table:
    """Speed of the same replies; that all outputs are equal is asserted before anything is measured."""
    table = Table("A late parcel in five languages", ["what", "one e-mail", "ratio to ours", "same outputs"])
    engines: dict[str, dict[str, Render]] = {OURS: _ours(), HAND: {locale: by_hand(locale) for locale in LOCALES}}
    missing = []
    for name, package, build in _PEERS:
        if find_spec(package.partition(".")[0]):
            engines[name] = {locale: build(locale) for locale in LOCALES}
        else:
            missing.append(name)
    varied = list(_values(_VARIED))
    given = {name: _as_money(varied) if name == OURS else varied for name in engines}
    same = {name: _same(engines[name], engines[HAND], given[name][:200], varied[:200]) for name in engines}
    calls: dict[str, Callable[[], Any]] = {name: _repeated(engine, given[name][:1]) for name, engine in engines.items()}
    calls |= {f"{name}, values varied": _repeated(engines[name], given[name]) for name in (OURS, HAND)}
    taken = seconds_per_call(calls, rounds=5 if quick else 11, budget_seconds=0.05 if quick else 0.2)
    for name in calls:
        base = taken[OURS] if name in engines else taken[f"{OURS}, values varied"]
        told = f"{same[name]} of {200 * len(LOCALES)}" if name in engines else ""
        table.add(name, span(min(taken[name]) / len(LOCALES)), f"{ratio(taken[name], base):.1f}x", told)
    for name in missing:
        table.add(name, *[NOT_INSTALLED] * 3)
    for name, least in LEAST.items():
        if name in engines:
            times = ratio(taken[name], taken[OURS])
            table.limit(f"at least {least} x {name}; measured {times:.1f} x", holds=times >= least)
    times = ratio(taken[f"{HAND}, values varied"], taken[f"{OURS}, values varied"])
    table.limit(
        f"at least {LEAST_VARIED} x by hand, all values varied; measured {times:.1f} x", holds=times >= LEAST_VARIED
    )
    every = 200 * len(LOCALES)
    table.limit("every output the same as the one by hand", holds=all(count == every for count in same.values()))
    table.notes.append("ours checks every argument; subject and text, without HTML")
    return table


def _values(count: int) -> Iterator[Values]:
    chance = random.Random(7)
    names = ("Ana", "Luis", "Mia", "Noa", "Max")
    goods = ("Mug", "Shirt M", "Cap", "Shoes 42", "Poster")
    for number in range(count):
        yield {
            "order": f"#{1001 + number}",
            "name": chance.choice(names),
            "days": chance.randint(1, 30),
            "eta": date(2026, 1, 1) + timedelta(days=chance.randrange(700)),
            "items": chance.sample(goods, 3),
            "compensation": Decimal(chance.randint(1, 99_999)).scaleb(-2),
        }


def _same(engine: Mapping[str, Render], hand: Mapping[str, Render], given: list[Values], varied: list[Values]) -> int:
    pairs = list(zip(given, varied, strict=True))
    return sum(_told(engine[locale](own)) == hand[locale](other) for locale in LOCALES for own, other in pairs)


def _as_money(varied: list[Values]) -> list[Values]:
    """Shops hold money as Money; code written by hand gets the Decimal that Babel formats."""
    return [{**values, "compensation": Money.of(values["compensation"], "EUR")} for values in varied]


def _told(made: Reply | tuple[str, str]) -> tuple[str, str]:
    return (str(made.subject), made.text) if isinstance(made, Reply) else made


def _repeated(engine: Mapping[str, Render], varied: list[Values]) -> Callable[[], None]:
    following = cycle(varied)
    renders = tuple(engine.values())

    def once() -> None:
        for render in renders:
            render(next(following))

    return once


def _ours() -> dict[str, Render]:
    """The same sentences as a shop's own situation."""
    code = {
        "order": "{$order}", "name": "{$name}", "days": "{$days}", "items": "{$items :cs:list}",
        "eta_medium": "{$eta :date length=medium}", "eta_long": "{$eta :date length=long}",
        "compensation": "{$compensation :currency}",
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "situations").mkdir()
        (root / "situations" / "shop.toml").write_text(
            "[shop.late]\n"
            'variables = { order = "ref", name = "person", days = "int", eta = "date", items = "list?", '
            'compensation = "money?" }\n'
            'blocks = ["hello", "late", { id = "items", when = "items" }, '
            '{ id = "refund", when = "compensation" }, "close"]\n',
            encoding="utf-8",
        )
        for locale in LOCALES:
            (root / locale).mkdir()
            (root / locale / "shop.toml").write_text(_messages(locale, code), encoding="utf-8")
        # What a value does in a left-to-right sentence is the same by hand; in Arabic all of them are isolated.
        catalog = Catalog.builtin().overlay(root, strict=False)

    def renderer(locale: str) -> Render:
        def render(values: Values) -> Any:
            return catalog.render("shop.late", values, locale=locale)

        return render

    return {locale: renderer(locale) for locale in LOCALES}


def _messages(locale: str, code: Mapping[str, str]) -> str:
    # Values are isolated by the library itself.
    text = {key: value for key, value in SENTENCES[locale].items() if isinstance(value, str)}
    lines = ["[shop.late]"]
    lines += [f'{key} = "{put("en", text[key], code.__getitem__)}"' for key in ("subject", *BLOCKS) if key in text]
    lines.append(f'sms = "{put("en", text["close"], code.__getitem__)}"')
    late = SENTENCES[locale]["late"]
    assert isinstance(late, Mapping)
    forms = "\n".join(
        f"{'*' if form == 'other' else form} {{{{{put('en', sentence, code.__getitem__)}}}}}"
        for form, sentence in late.items()
    )
    lines.append(f'late = """\n.input {{$days :integer}}\n.match $days\n{forms}"""')
    return "\n".join(lines) + "\n"
