"""The door to a database: statements with ``?``, inside a transaction that is tried again where that may help."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from threading import local
from typing import Any, Final, Protocol, TypeVar

from csprotocol.errors import UnusableJournalError
from csprotocol.store._dialects import Dialect

__all__ = ["AgainError", "Port", "Statements", "marks"]

T = TypeVar("T")

_ATTEMPTS: Final = 12
_FIRST_PAUSE_SECONDS: Final = 0.002
_CHUNK: Final = 500


class AgainError(Exception):
    """A failure that another attempt may mend; it never leaves this package."""


class Statements(Protocol):
    """Statements on one connection; ``?`` stands for a value."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of a query."""
        ...

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """How many rows the statement touched."""
        ...

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """The statement once for each of ``rows``."""
        ...


class Port(ABC):
    """A database of some kind; usable from several threads."""

    dialect: Dialect
    name: str

    def __init__(self) -> None:
        self._thread: Any = local()

    def write(self, work: Callable[[Statements], T]) -> T:
        """What ``work`` gives in a transaction of its own; it runs again after a deadlock or a race, so it must be
        ready for that.
        """
        return self._tried(self.dialect.write, work)

    def snapshot(self, work: Callable[[Statements], T]) -> T:
        """What ``work`` reads, all of it from one moment."""
        return self._tried(self.dialect.snapshot, work)

    def read(self, work: Callable[[Statements], T]) -> T:
        """What ``work`` reads; each statement stands for itself."""
        return self._tried((), work)

    def scrub(self) -> bool:
        """Whether what was deleted has left the files; most databases clean up in their own time."""
        return False

    @abstractmethod
    def close(self) -> None:
        """Give the connection back; nothing works afterwards."""

    @abstractmethod
    def _attempt(self, begin: tuple[str, ...], work: Callable[[Statements], T]) -> T:
        """``work`` between ``begin`` and the commit, or alone without ``begin``."""

    def _tried(self, begin: tuple[str, ...], work: Callable[[Statements], T]) -> T:
        self._require_idle()
        self._thread.is_busy = True
        try:
            return self._repeated(begin, work)
        finally:
            self._thread.is_busy = False

    def _require_idle(self) -> None:
        """Refuse who comes in from within: a second transaction would end the first one halfway."""
        if getattr(self._thread, "is_busy", False):
            raise UnusableJournalError.of(
                self.name, "it was used from within one of its own calls", hint="use it before, or afterwards"
            )

    def _repeated(self, begin: tuple[str, ...], work: Callable[[Statements], T]) -> T:
        for attempt in range(_ATTEMPTS):
            try:
                return self._attempt(begin, work)
            except AgainError:
                # Longer each time, so that two who collide do not go on colliding in step.
                time.sleep(_FIRST_PAUSE_SECONDS * 1.7**attempt)
        raise UnusableJournalError.of(
            self.name, f"{_ATTEMPTS} attempts ended in deadlocks or races", hint="try again later"
        )


def marks(count: int) -> str:
    """``?, ?, ?`` for a list of ``count`` values."""
    return ", ".join("?" * count)


def chunks(values: Iterable[T]) -> Iterable[list[T]]:
    """``values`` in lists that a statement can take."""
    held = list(values)
    for start in range(0, len(held), _CHUNK):
        yield held[start : start + _CHUNK]
