"""Why time was open or closed, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from csprotocol.calendar._compile import EPOCH
from csprotocol.calendar._expand import Reason
from csprotocol.calendar._phrase import format_open_time
from csprotocol.calendar._source import Segment

__all__ = ["Explanation", "ReasonedSpan", "explanation"]


@dataclass(frozen=True, slots=True)
class ReasonedSpan:
    """A stretch of time that is open or closed for one reason; ``name`` is what the document calls it."""

    start: datetime
    end: datetime
    is_open: bool
    reason: Reason
    name: str = ""

    @property
    def duration(self) -> timedelta:
        """Elapsed time."""
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)

    @property
    def why(self) -> str:
        """The reason with its name: ``holiday "Navidad"``."""
        return f'{self.reason} "{self.name}"' if self.name else str(self.reason)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole time between two instants in spans without a gap. ``str()`` is a table with a sum."""

    spans: tuple[ReasonedSpan, ...]

    @property
    def open_time(self) -> timedelta:
        """What ``between`` answers for the same instants."""
        return sum((span.duration for span in self.spans if span.is_open), timedelta(0))

    def __iter__(self) -> Iterator[ReasonedSpan]:
        return iter(self.spans)

    def __len__(self) -> int:
        return len(self.spans)

    def __str__(self) -> str:
        rows = [
            (_when(span), "open" if span.is_open else "closed", format_open_time(span.duration), span.why)
            for span in self.spans
        ]
        widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)) for row in rows]
        total = sum((span.duration for span in self.spans), timedelta(0))
        zone = f" ({self.spans[0].start.tzinfo})" if self.spans else ""
        lines.append(f"open {format_open_time(self.open_time)} of {format_open_time(total)}{zone}")
        return "\n".join(lines)


def explanation(segments: Iterable[Segment], tz: tzinfo) -> Explanation:
    """The segments as a value for people, in their zone."""
    return Explanation(
        tuple(
            ReasonedSpan((EPOCH + low).astimezone(tz), (EPOCH + high).astimezone(tz), is_open, reason, name)
            for low, high, is_open, reason, name in segments
        )
    )


def _when(span: ReasonedSpan) -> str:
    start, end = span.start, span.end
    if end.date() == start.date():
        until = f"{end:%H:%M}"
    elif end.date() == start.date() + timedelta(days=1) and end.time() == time():
        until = "24:00"
    else:
        until = f"{end:%a %Y-%m-%d %H:%M}"
    return f"{start:%a %Y-%m-%d %H:%M} - {until}"
