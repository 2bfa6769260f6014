"""``csprotocol reply list``: the situations, and what each of them needs to know."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from csprotocol.cli._common import check_output, write_output
from csprotocol.cli._reply_catalog import catalog_with
from csprotocol.cli._tables import aligned, json_text, key_values, plural, wrapped
from csprotocol.errors import UnknownSituationError
from csprotocol.replies import Catalog, Situation, Variable

__all__ = ["run"]


def run(chosen: argparse.Namespace) -> int:
    """Writes a table, or one situation with its variables."""
    check_output(chosen.output, [])
    catalog = catalog_with(chosen.overlay)
    names = [name for name in catalog.situations() if chosen.area in (None, name, name.partition(".")[0])]
    if not names:
        areas = sorted({name.partition(".")[0] for name in catalog.situations()})
        raise UnknownSituationError.of(chosen.area, [*areas, *catalog.situations()])
    found = [catalog.situation(name) for name in names]
    if chosen.format == "json":
        told = json_text([_plain(situation) for situation in found])
    elif names == [chosen.area]:
        told = "\n".join(_in_full(found[0], catalog)) + "\n"
    else:
        told = "\n".join(_table(found)) + "\n"
    write_output(told, chosen.output)
    return 0


def _table(situations: list[Situation]) -> Iterator[str]:
    rows = [
        (each.id, ", ".join(sorted(each.required)), "legal" if each.review == "legal" else "") for each in situations
    ]
    yield from aligned(("situation", "needs", "review"), rows)
    yield f"{plural(len(rows), 'situation')}; csprotocol reply list ID tells one in full"


def _in_full(situation: Situation, catalog: Catalog) -> Iterator[str]:
    yield from wrapped(situation.id, situation.purpose)
    yield ""
    told = [(name, _kind(variable)) for name, variable in situation.variables.items()]
    yield from key_values(told)
    yield ""
    said = [locale for locale, known in catalog.coverage().items() if situation.id in known]
    yield from key_values([("languages", ", ".join(said)), ("review", situation.review), ("intent", situation.intent)])


def _kind(variable: Variable) -> str:
    told = " | ".join(variable.choices) or variable.type.value
    if variable.minimum is not None:
        told += f" of {variable.minimum} or more"
    return f"{told}{', may be absent' if variable.optional else ''}{', personal' if variable.pii else ''}"


def _plain(situation: Situation) -> dict[str, object]:
    return {
        "id": situation.id,
        "purpose": situation.purpose,
        "intent": situation.intent,
        "status_after": None if situation.status_after is None else situation.status_after.value,
        "tags": list(situation.tags),
        "review": situation.review,
        "personalise": situation.personalise,
        "arguments": situation.json_schema(),
    }
