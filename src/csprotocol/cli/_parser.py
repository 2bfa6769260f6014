"""The command line's grammar: faults in it take one line, as every other fault."""

from __future__ import annotations

import argparse
import re
from typing import Any, NoReturn

__all__ = ["Parser"]


class Parser(argparse.ArgumentParser):
    """A parser without abbreviations, that takes ``-2h`` for a value and tells a fault in one line.

    ``intermixed`` lets a list of positional values stand before, between and after options; argparse otherwise takes
    it for ended at the first option.
    """

    def __init__(self, *, intermixed: bool = False, **options: Any) -> None:
        super().__init__(**{"allow_abbrev": False, **options})
        # Without this, argparse takes every value that begins with a minus and is no plain number for an option.
        self._negative_number_matcher = re.compile(r"-\d")
        self._intermixed = intermixed

    def error(self, message: str) -> NoReturn:
        """One line on standard error and exit status 2; argparse itself prints the usage as well."""
        self.exit(2, f"{self.prog}: {' '.join(message.split())}; see {self.prog} --help\n")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse, the intermixed way where that is wanted."""
        if not self._intermixed:
            return super().parse_known_args(args, namespace)
        # It calls this very method, twice.
        self._intermixed = False
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._intermixed = True
