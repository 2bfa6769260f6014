"""``csprotocol reply``: look at replies, list situations, check a shop's own sentences, take them elsewhere."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from csprotocol.cli._common import add_output_options

__all__ = ["add_to"]

# The words of the replies domain, said again here: no other command is to wait until it is loaded.
CHANNELS: Final = ("email", "chat", "sms", "whatsapp", "social")
TONES: Final = ("informal", "formal")
TARGETS: Final = (
    "zendesk", "gorgias", "freshdesk", "helpscout", "hubspot", "shopify", "whatsapp", "csv", "po", "xliff", "ftl",
)  # fmt: skip
_PREVIEW: Final = """\
examples:
  csprotocol reply preview order.delayed --locale es-AR --var order=#1001 --var days=3 --var eta=2026-11-27
  csprotocol reply preview refund.issued --locale de --tone informal --sample --var amount='12.50 EUR'
  csprotocol reply preview order.shipped --locale ar --sample --format html -o reply.html

values: 3, 2026-11-27, 2026-11-27T16:30 (in --tz), 4h or 90m or 2d, '12.50 EUR', 15%, yes or no; several of a list as
'Mug; T-shirt M' or with --var once more
"""
_LINT_END: Final = "exit status: 0 when nothing was found, 1 when something was, 2 when a file cannot be read"


def add_to(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser("reply", help="replies to customers", description="Replies to customers.")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_preview(actions)
    _add_list(actions)
    _add_lint(actions)
    _add_export(actions)
    _add_import(actions)


def _add_preview(actions: Any) -> None:
    parser = actions.add_parser(
        "preview",
        help="one reply, with given or invented values",
        epilog=_PREVIEW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("situation", metavar="SITUATION", help="order.delayed; see csprotocol reply list")
    parser.add_argument("--locale", required=True, metavar="TAG", help="es, es-AR, pt-PT ...")
    parser.add_argument("--tone", choices=TONES, help="default: what is usual in the language")
    parser.add_argument("--channel", choices=CHANNELS, default="email", help="default: email")
    parser.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", help="once for each variable")
    parser.add_argument("--sample", action="store_true", help="invented values for all other variables")
    parser.add_argument("--tz", default="UTC", help="zone of times that name none; default: UTC")
    _add_overlay(parser)
    add_output_options(parser, ("text", "html", "json"))
    parser.set_defaults(run=_lazily("_reply_preview"))


def _add_list(actions: Any) -> None:
    parser = actions.add_parser("list", help="the situations and their variables")
    parser.add_argument("area", nargs="?", metavar="AREA", help="order, return ...; or one situation, in full")
    _add_overlay(parser)
    add_output_options(parser, ("table", "json"))
    parser.set_defaults(run=_lazily("_reply_list"))


def _add_lint(actions: Any) -> None:
    parser = actions.add_parser("lint", help="what is wrong in sentences, with file and line", epilog=_LINT_END)
    parser.add_argument(
        "overlay", nargs="?", metavar="FOLDER", help="a shop's own sentences; default: the library's alone"
    )
    parser.add_argument("--errors", action="store_true", help="errors alone, no warnings")
    add_output_options(parser, ("table", "json"))
    parser.set_defaults(run=_lazily("_reply_lint"))


def _add_export(actions: Any) -> None:
    parser = actions.add_parser("export", help="macros for a helpdesk, files for translators")
    parser.add_argument("to", choices=TARGETS, metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--locale", action="append", metavar="TAG", help="may be repeated; default: all")
    parser.add_argument("--tone", choices=TONES, help="default: what is usual in each language")
    parser.add_argument("--situation", action="append", metavar="ID", help="may be repeated; default: all")
    parser.add_argument("--mapping", metavar="FILE", help="TOML: which placeholder stands for which variable")
    parser.add_argument("--losses", action="store_true", help="every single loss, not their numbers alone")
    parser.add_argument("-o", "--output", metavar="FOLDER", help="where the files go; default: tell what would be lost")
    _add_overlay(parser)
    parser.set_defaults(run=_lazily("_reply_export"))


def _add_import(actions: Any) -> None:
    parser = actions.add_parser(
        "import",
        help="what translators sent back, as an overlay",
        epilog="exit status: 0 when all of it came in, 1 when something had to stay out, 2 when it cannot be read",
    )
    parser.add_argument("file", metavar="FILE", help="PO or XLIFF, as csprotocol reply export writes them")
    parser.add_argument("--locale", required=True, metavar="TAG", help="the language that was translated to")
    parser.add_argument("--format", choices=("po", "xliff"), help="default: by the name of the file")
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="the overlay")
    parser.set_defaults(run=_lazily("_reply_export", "run_import"))


def _add_overlay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--overlay", metavar="FOLDER", help="a shop's own sentences, on top of the library's")


def _lazily(module: str, name: str = "run") -> Callable[[argparse.Namespace], int]:
    def run(chosen: argparse.Namespace) -> int:
        status: int = getattr(import_module(f"csprotocol.cli.{module}"), name)(chosen)
        return status

    return run
