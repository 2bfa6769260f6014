"""``csprotocol return decide ORDER.json``: whether goods may come back, until when, for how much, and why."""

from __future__ import annotations

import argparse
from typing import Any, Final

from csprotocol.cli._common import add_output_options

__all__ = ["add_to"]

# The words of the returns domain, said again here: no other command is to wait until it is loaded.
CONDITIONS: Final = ("NewCondition", "UsedCondition", "RefurbishedCondition", "DamagedCondition")
REMEDIES: Final = ("refund", "exchange", "store_credit", "repair", "replacement", "price_reduction")
PLATFORMS: Final = ("shopify", "woocommerce", "csprotocol")
SAMPLES: Final = ("electronics", "fashion", "food")
_LANGUAGES: Final = ("en", "es")
_EPILOG = """\
examples:
  csprotocol return decide order.json --policy fashion --country ES --line MUG-1=1 --reason unwanted
  csprotocol return decide order.json --policy shop.toml --line 71 --reason defective --delivered 2026-11-02
  csprotocol return decide order.json --line 71 --reason unwanted --on 2026-11-10 --format json -o decision.json

exit status: 0 when a decision was made, whatever it is; with --check 0 when something is due, 1 when nothing is,
3 when a fact is missing; 2 when the command or its input is wrong, 70 when csprotocol itself failed

This is not legal advice.
"""


def add_to(commands: Any) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "return", help="whether goods may come back, and why", description="Returns, under a policy and the law."
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_decide(actions)
    policy = actions.add_parser("policy", help="policy documents", description="Policy documents.")
    verbs = policy.add_subparsers(title="actions", metavar="ACTION", required=True)
    lint = verbs.add_parser(
        "lint",
        help="whether a policy can be read, and what is doubtful in it",
        epilog="exit status: 0 when nothing is doubtful, 1 when something is, 2 when it cannot be read",
    )
    lint.add_argument("policy", metavar="FILE", help=f"TOML, JSON or YAML; or {', '.join(SAMPLES)}")
    lint.set_defaults(run=_lint)


def _add_decide(actions: Any) -> None:
    parser = actions.add_parser(
        "decide",
        help="whether lines of an order may come back",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("order", metavar="ORDER.json", help="an order as the shop's API answers; - is standard input")
    parser.add_argument("--from", dest="platform", choices=PLATFORMS, help="whose order; default: as it looks")
    parser.add_argument("--order", dest="wanted", metavar="ID", help="which one, of a file with several orders")
    parser.add_argument(
        "--policy", metavar="FILE", help=f"the shop's words: a file, or {', '.join(SAMPLES)}; default: none"
    )
    parser.add_argument("--country", metavar="CODE", help="where the consumer lives: ES, CA-QC; default: the order's")
    parser.add_argument("--no-law", action="store_true", help="by the policy alone")
    parser.add_argument(
        "--line",
        action="append",
        required=True,
        metavar="ID|SKU[=N]",
        help="what is to come back; once for each line; one unit unless it says how many",
    )
    parser.add_argument("--reason", metavar="CODE", help="unwanted, defective, size, wrong_item ...")
    parser.add_argument("--type", choices=REMEDIES, default="refund", help="default: refund")
    parser.add_argument(
        "--exchange",
        action="append",
        default=[],
        metavar="SKU=PRICE[xQTY]",
        help="what goes out instead, with --type exchange",
    )
    parser.add_argument("--agreed", action="store_true", help="the customer agreed to another means than they paid by")
    parser.add_argument("--condition", choices=CONDITIONS, help="in which condition the goods are")
    parser.add_argument(
        "--fact", action="append", default=[], metavar="NAME=VALUE", help="seal_broken=no, tags_attached=yes ..."
    )
    parser.add_argument(
        "--tag", action="append", default=[], help="a product tag of these lines, which shops do not write into orders"
    )
    parser.add_argument("--delivered", metavar="DATE", help="when all of it came, whatever the order says")
    parser.add_argument("--actor", metavar="ROLE", help="who grants it, for the limits of the policy")
    day = parser.add_mutually_exclusive_group()
    day.add_argument("--on", metavar="DATE", help="the day of the request; default: today")
    day.add_argument("--now", metavar="INSTANT", help="the moment of the request, ISO 8601")
    parser.add_argument("--tz", help="zone in which days are counted; default: that of the order's own times")
    parser.add_argument(
        "--holidays",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="count public holidays, where csprotocol[holidays] is installed",
    )
    parser.add_argument(
        "--explain", nargs="?", const="en", choices=_LANGUAGES, help="in sentences, in English or Spanish"
    )
    parser.add_argument("--check", action="store_true", help="exit status 1 for a no, 3 where a fact is missing")
    add_output_options(parser, ("text", "json"))
    parser.set_defaults(run=_decide)


def _decide(chosen: argparse.Namespace) -> int:
    from csprotocol.cli._return_decide import run

    return run(chosen)


def _lint(chosen: argparse.Namespace) -> int:
    from csprotocol.cli._return_lint import run

    return run(chosen)
