"""The command ``csprotocol``: one module a subcommand.

Exit status 0 when all is well, 1 when something was found that the command was asked to look for, 2 when the
command or its input is wrong. Bad input ends in one line on standard error, never in a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from csprotocol import __version__
from csprotocol.cli import _demo, _hours, _kpi, _report
from csprotocol.errors import CsprotocolError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    parser = _parser()
    try:
        chosen = parser.parse_args(arguments)
        status: int = chosen.run(chosen)
        sys.stdout.flush()
    except CsprotocolError as error:
        print(f"csprotocol: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("csprotocol: interrupted", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="csprotocol", description="Customer-service numbers and deadlines from your helpdesk's exports."
    )
    parser.add_argument("--version", action="version", version=f"csprotocol {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (_demo, _report, _hours, _kpi):
        module.add_to(commands)
    return parser
