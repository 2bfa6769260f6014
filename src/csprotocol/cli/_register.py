"""``csprotocol register``: the incidents of a shop in one SQLite file."""

from __future__ import annotations

from typing import Any

from csprotocol.cli import _register_causes, _register_files, _register_read, _register_write

__all__ = ["add_to"]


def add_to(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "register",
        help="open incidents, record what happens, find, check, export and import them",
        description="The incidents of a shop, in one SQLite file that keeps every event for good.",
        epilog="The file is --register, else $CSPROTOCOL_REGISTER, else incidents.db in the current folder.",
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    for module in (_register_write, _register_read, _register_causes, _register_files):
        module.add_to(verbs)
