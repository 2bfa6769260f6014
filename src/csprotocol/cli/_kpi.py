"""``csprotocol kpi list|explain``: what the numbers mean."""

from __future__ import annotations

import argparse
from typing import Any

from csprotocol.kpi import definition, definitions

__all__ = ["add_to"]


def add_to(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser("kpi", help="what each number means", description="The definitions of all KPIs.")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="all KPIs, a line each")
    listing.set_defaults(run=_list)
    explain = verbs.add_parser("explain", help="formula, options, a worked value and the source of one KPI")
    explain.add_argument("kpi", metavar="ID", help="an id or an alias such as frt")
    explain.set_defaults(run=_explain)


def _list(chosen: argparse.Namespace) -> int:  # noqa: ARG001  # every command has this signature
    known = definitions()
    width = max(len(each.id) for each in known)
    for each in known:
        print(f"{each.id:<{width}}  {each.name}: {each.formula}")
    return 0


def _explain(chosen: argparse.Namespace) -> int:
    print(definition(chosen.kpi).explain())
    return 0
