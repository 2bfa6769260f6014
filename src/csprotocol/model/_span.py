"""A stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta

from csprotocol.errors import InvalidValueError, NaiveDatetimeError

__all__ = ["Span", "require_aware"]


def require_aware(field: str, at: datetime) -> datetime:
    """``at`` itself.

    Raises:
        NaiveDatetimeError: ``at`` carries no time zone; the message names ``field``.
        InvalidValueError: it is no ``datetime``, or outside the years 1 to 9999 once it is told in UTC.

    >>> from datetime import timezone
    >>> require_aware("Event.at", datetime(2026, 11, 20, tzinfo=timezone.utc)).day
    20
    """
    if not isinstance(at, datetime):
        raise InvalidValueError.of(field, at, expected="a datetime")
    if at.utcoffset() is None:
        raise NaiveDatetimeError.of_field(field, at)
    if at.year in _EDGES:
        try:
            at.astimezone(UTC)
        except OverflowError:
            raise InvalidValueError.of(field, at, expected="in the years 1 to 9999 of UTC") from None
    return at


_EDGES = (MINYEAR, MAXYEAR)


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open stretch of time: contains ``start``, not ``end``. Both carry a time zone.

    >>> from datetime import timezone
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
    >>> span = Span(noon, noon + timedelta(hours=2))
    >>> span.duration, noon in span, span.end in span
    (datetime.timedelta(seconds=7200), True, False)

    Raises:
        InvalidValueError: ``end`` lies before ``start``.
        NaiveDatetimeError: one of them has no time zone.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        require_aware("Span.start", self.start)
        require_aware("Span.end", self.end)
        if self.duration < timedelta(0):
            raise InvalidValueError.reversed_span(self.start, self.end)

    @property
    def duration(self) -> timedelta:
        """Elapsed time, never wall-clock time: exact across daylight saving changes."""
        # Aware datetimes of one zone subtract and compare by their wall clocks, which is wrong across a change.
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)

    def __contains__(self, at: datetime) -> bool:
        return self.start.astimezone(UTC) <= at.astimezone(UTC) < self.end.astimezone(UTC)
