"""The command ``csprotocol``: one module a subcommand.

Exit status 0 when all is well, 1 when something was found that the command was asked to look for, 2 when the
command or its input is wrong, 70 when the library itself failed. Bad input ends in one line on standard error, never
in a traceback.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

from csprotocol import __version__
from csprotocol.cli import _demo, _hours, _kpi, _register, _reply, _report, _return, _sla, _workflow
from csprotocol.cli._parser import Parser
from csprotocol.errors import CsprotocolError

__all__ = ["main"]

# EX_SOFTWARE of sysexits.h.
_BROKEN: Final = 70


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    _be_lenient_with_letters()
    try:
        status = _run(given)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        _leave_stdout()
        return 0
    except OSError as failure:
        _leave_stdout()
        return _refused(f"{failure.filename or 'standard output'}: {failure.strerror or 'cannot be used'}")
    except KeyboardInterrupt:
        print("csprotocol: interrupted", file=sys.stderr)
        return 130
    except Exception:  # noqa: BLE001  # whatever it is: Python would end with 1, which says that something was found
        traceback.print_exc()
        return _BROKEN
    return status


def _run(arguments: Sequence[str]) -> int:
    try:
        parser = _parser()
        if not arguments:
            parser.print_help()
            return 2
        chosen = parser.parse_args(arguments)
        status: int = chosen.run(chosen)
    except CsprotocolError as error:
        return _refused(str(error))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    return status


def _refused(sentence: str) -> int:
    # Names of files and columns may hold line breaks, and escape sequences that a terminal would obey.
    line = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in sentence)
    print(f"csprotocol: {line}", file=sys.stderr)
    return 2


def _be_lenient_with_letters() -> None:
    """A terminal that lacks a letter shows its code instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave_stdout() -> None:
    """Python flushes at exit, and would complain once more about what could not be written."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> Parser:
    parser = Parser(
        prog="csprotocol", description="Customer-service numbers and deadlines from your helpdesk's exports."
    )
    parser.add_argument("--version", action="version", version=f"csprotocol {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (_demo, _report, _hours, _kpi, _workflow, _register, _sla, _return, _reply):
        module.add_to(commands)
    return parser
