"""How far a long file is read, on standard error."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Final, Self, TextIO

__all__ = ["ProgressLine"]

_WIDTH: Final = 30
# A short file is read before anybody could wonder.
_FROM_BYTES: Final = 1_000_000


class ProgressLine:
    """One line that is drawn again as a file is read; silent where nobody watches (no terminal).

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

    def __init__(self, stream: TextIO | None = None) -> None:
        # A process without a console has no standard error at all.
        self._stream: TextIO | None = sys.stderr if stream is None else stream
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
        """Draws ``done`` of ``total`` bytes, once for each percent."""
        if self._stream is None or total < _FROM_BYTES or not self._stream.isatty():
            return
        percent = min(100, 100 * done // total)
        if percent == self._drawn:
            return
        self._drawn = percent
        bar = "#" * (_WIDTH * percent // 100)
        size = f"{done / 1e6:.1f} of {total / 1e6:.1f} MB"
        self._stream.write(f"\rreading [{bar:<{_WIDTH}}] {percent:3}%  {size}")
        self._stream.flush()
