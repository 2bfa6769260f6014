"""Builds the pages of docs/ that are generated from data: the KPI catalogue.

Run ``python tools/build_docs.py`` to write them, with ``--check`` to compare only.
"""

from __future__ import annotations

import sys
from pathlib import Path

from csprotocol.kpi import Definition, definitions

CATALOGUE = Path(__file__).parents[1] / "docs" / "kpi-catalogue.md"

HEAD = """\
# KPI catalogue

Built by `tools/build_docs.py` from the definitions of the library; do not edit. `unverified` marks a formula whose
source was not read at first hand. Of several options, the first is the default.
"""


def build() -> str:
    """The page."""
    return HEAD + "".join(_entry(each) for each in definitions())


def _entry(each: Definition) -> str:
    doubt = "" if each.confidence == "read" else f" ({each.confidence})"
    names = ", ".join(f"`{name}`" for name in (each.id, *each.aliases))
    lines = [
        f"\n## {each.name}\n",
        f"{names} · in {each.unit} · better: {each.direction}\n",
        f"{each.formula}\n",
    ]
    if each.worked:
        lines.append(f"For example: {each.worked}\n")
    if each.options:
        lines.append("\n".join(f"- {name}: {' | '.join(values)}" for name, values in each.options.items()) + "\n")
    lines.append(f"Source: {each.source}{doubt}, as of {each.as_of}\n")
    return "\n".join(lines)


def main() -> int:
    """Writes the page, or with ``--check`` says whether it is up to date."""
    if "--check" in sys.argv:
        same = CATALOGUE.is_file() and CATALOGUE.read_text(encoding="utf-8") == build()
        print(f"{CATALOGUE.name}: {'up to date' if same else 'stale, run tools/build_docs.py'}")
        return 0 if same else 1
    CATALOGUE.write_text(build(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
