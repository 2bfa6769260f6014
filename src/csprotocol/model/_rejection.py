"""A row or a value that was not counted, and why."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Rejection"]


@dataclass(frozen=True, slots=True)
class Rejection:
    """One thing that was read and not counted. It never holds the row's text, only where it is and why.

    ``code`` is stable; ``message`` says what was found and what is possible. ``line`` counts from 1 and includes
    the header, as an editor shows it.
    """

    code: str
    message: str
    file: str | None = None
    line: int | None = None
    column: str | None = None
    ticket_id: str | None = None

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.file or "",
                f"line {self.line}" if self.line else "",
                f"column {self.column!r}" if self.column else "",
                f"ticket {self.ticket_id}" if self.ticket_id else "",
            )
            if part
        )
        return f"{place}: {self.message}" if place else self.message
