"""What a domain's handler is: it answers one case and says what it does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from csprotocol.errors import CsprotocolError

__all__ = ["Exactly", "Handler", "UnknownCaseError", "refuse_unknown_keys"]


class UnknownCaseError(Exception):
    """The case has a key or an operation that the handler does not know."""


@dataclass(frozen=True, slots=True)
class Exactly:
    """An answer whose keys are its content (dates, for example): one too many is as wrong as one too few."""

    mapping: Mapping[str, object]

    def __str__(self) -> str:
        return str(dict(self.mapping))


class Handler(Protocol):
    """A module of ``tests.conformance.handlers``.

    ``answer`` gives plain data shaped like the case's ``expected``. An error of ours may simply escape: the runner
    asks ``error_name`` what the case file calls it.
    """

    def answer(self, case: Mapping[str, Any]) -> object: ...

    def error_name(self, error: CsprotocolError) -> str: ...


def refuse_unknown_keys(where: str, found: Iterable[str], known: Iterable[str]) -> None:
    """Raises when a case says something that the handler would silently pass over."""
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise UnknownCaseError(f"{where}: unknown key {', '.join(unknown)}")
