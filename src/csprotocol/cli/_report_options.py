"""The options of ``csprotocol report`` that say how numbers are counted, and how sure of them one may be."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import Any, Final

from csprotocol.errors import InvalidValueError
from csprotocol.kpi import CONFIDENCE, MIN_SHOWN
from csprotocol.report import PREVIOUS, QUANTILES
from csprotocol.report._measure import percent_text

__all__ = ["VENDORS", "add_statistics_options", "statistics", "width_of"]

# The order is that of the documentation; what the catalogue knows beyond them works as well.
_LEAST_CONFIDENCE: Final = 0.5
VENDORS = ("zendesk", "gorgias", "freshdesk", "freshservice", "intercom", "helpscout", "dbt_zendesk")


def add_statistics_options(parser: argparse.ArgumentParser) -> None:
    """``--preset``, ``--quantiles``, ``--levels``, ``--confidence``, ``--compare-to``, ``--min-n``."""
    parser.add_argument(
        "--preset", metavar="VENDOR", default="", help=f"count as a vendor's dashboard does: {', '.join(VENDORS)}"
    )
    parser.add_argument(
        "--quantiles",
        choices=QUANTILES,
        help="from all values, or within 1%% in memory that does not grow; default: exact, but histogram for a Parquet "
        "file of more than a million rows",
    )
    parser.add_argument("--levels", default="0.5,0.9", help="quantiles of durations; default: 0.5,0.9")
    parser.add_argument(
        "--confidence", metavar="PERCENT", default=percent_text(CONFIDENCE), help="of intervals; default: 95"
    )
    parser.add_argument(
        "--compare-to",
        metavar=PREVIOUS,
        choices=(PREVIOUS,),
        default="",
        help="hold each group against the same one in the period before",
    )
    parser.add_argument(
        "--min-n",
        metavar="N",
        default=str(MIN_SHOWN),
        help=f"do not show numbers that rest on fewer; default: {MIN_SHOWN}, 0 shows all",
    )


def statistics(chosen: argparse.Namespace) -> dict[str, Any]:
    """The options as a :class:`ReportSpec` takes them.

    Raises:
        InvalidValueError: a number that is none.
    """
    return {
        "preset": chosen.preset,
        "quantiles": chosen.quantiles or QUANTILES[0],
        "levels": tuple(_number("--levels", part, "shares such as 0.5,0.9") for part in chosen.levels.split(",")),
        "confidence": _confidence(chosen.confidence),
        "compare_to": chosen.compare_to,
        "min_n": _count("--min-n", chosen.min_n),
    }


def width_of(target: str) -> int | None:
    """How many letters fit in a line of the terminal; ``None`` where there is none: a file has lines of any length."""
    if target != "-" or sys.stdout is None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size().columns


def _number(option: str, text: str, expected: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidValueError.of(option, text, expected=expected) from None


def _confidence(text: str) -> float:
    expected = "a percentage from 50 to less than 100"
    # As a percentage it is written in a few digits: 95 is 0.95, and nothing beside it.
    share = round(_number("--confidence", text, expected) / 100, 12)
    if not _LEAST_CONFIDENCE <= share < 1:
        raise InvalidValueError.of("--confidence", text, expected=expected, hint="95 for 95%")
    return share


def _count(option: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidValueError.of(option, text, expected="a whole number, zero or more")
    return int(text)
