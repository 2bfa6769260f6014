"""How far long work has come, on standard error."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Final, Self, TextIO

__all__ = ["ProgressLine"]

_WIDTH: Final = 30


class ProgressLine:
    """One line that is drawn again as work goes on; silent where nobody watches (no terminal).

    Work of less than ``least`` is done before anybody could wonder. ``size`` is how much makes one ``unit``.

    >>> import io
    >>> class Terminal(io.StringIO):
    ...     def isatty(self):
    ...         return True
    >>> screen = Terminal()
    >>> with ProgressLine(screen) as progress:
    ...     progress(1_500_000, 3_000_000)
    >>> screen.getvalue().split(chr(13))[1]
    'reading [###############               ]  50%  1.5 of 3.0 MB'
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        verb: str = "reading",
        unit: str = "MB",
        size: float = 1e6,
        least: int = 1_000_000,
    ) -> None:
        # A process without a console has no standard error at all.
        self._stream: TextIO | None = sys.stderr if stream is None else stream
        self._verb, self._unit, self._size, self._least = verb, unit, size, least
        self._drawn = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None and self._drawn >= 0:
            self._stream.write("\r" + " " * (_WIDTH + 40) + "\r")
            self._stream.flush()

    def __call__(self, done: int, total: int) -> None:
        """Draws ``done`` of ``total``, once for each percent."""
        if self._stream is None or total < self._least or not self._stream.isatty():
            return
        percent = min(100, 100 * done // total)
        if percent == self._drawn:
            return
        self._drawn = percent
        bar = "#" * (_WIDTH * percent // 100)
        amount = f"{done / self._size:.1f} of {total / self._size:.1f} {self._unit}"
        self._stream.write(f"\r{self._verb} [{bar:<{_WIDTH}}] {percent:3}%  {amount}")
        self._stream.flush()
