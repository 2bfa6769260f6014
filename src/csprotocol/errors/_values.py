"""Values that cannot be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from csprotocol.errors._base import CsprotocolError, one_of

__all__ = [
    "AmbiguousTargetError",
    "CurrencyMismatchError",
    "InvalidValueError",
    "NaiveDatetimeError",
    "NegativeDurationError",
    "OutOfScaleError",
]


class InvalidValueError(CsprotocolError, ValueError):
    """A value that cannot be: out of range, of the wrong kind, reversed."""

    code = "invalid-value"
    field: str
    found: object

    @classmethod
    def of(cls, field: str, found: object, *, expected: str, hint: str = "") -> Self:
        """``field`` holds ``found`` where ``expected`` was due."""
        return cls(f"{field} must be {expected}, got {found!r}", hint=hint, field=field, found=found)

    @classmethod
    def unknown(cls, field: str, found: object, known: Iterable[object]) -> Self:
        """``found`` is none of the words that ``field`` may hold."""
        return cls(f"{field}: {found!r} is unknown", hint=one_of(known, found=found), field=field, found=found)

    @classmethod
    def reversed_span(cls, start: object, end: object) -> Self:
        """A span that ends before it starts."""
        return cls(
            f"Span.end {end} lies before Span.start {start}",
            hint="swap the two",
            field="Span.end",
            found=end,
        )


class NaiveDatetimeError(InvalidValueError):
    """An instant without a time zone; nobody can know when that was."""

    code = "naive-datetime"

    @classmethod
    def of_field(cls, field: str, found: object) -> Self:
        """``field`` got the naive ``found``."""
        return cls(
            f"{field} must carry a time zone, got {found!r}",
            hint="attach one with value.replace(tzinfo=ZoneInfo('Europe/Madrid'))",
            field=field,
            found=found,
        )


class CurrencyMismatchError(InvalidValueError):
    """Two currencies met in one sum or comparison."""

    code = "currency-mismatch"
    left: str
    right: str

    @classmethod
    def between(cls, left: str, right: str) -> Self:
        """``left`` and ``right`` cannot be added or compared."""
        return cls(
            f"{left} and {right} cannot be added or compared",
            hint="convert one of them first",
            field="Money.currency",
            found=right,
            left=left,
            right=right,
        )


class OutOfScaleError(InvalidValueError):
    """A rating that the survey's scale does not have."""

    code = "out-of-scale"

    @classmethod
    def of_rating(cls, survey: str, found: object, scale: str) -> Self:
        """A rating of ``survey`` is ``found``, where ``scale`` (``1 to 5``, ``good or bad``) was possible."""
        return cls.of(f"{survey} rating", found, expected=scale, hint="name the survey's own scale, or drop the row")


class AmbiguousTargetError(InvalidValueError):
    """A bare "1 day": 24 hours of open time are three days of an 8-hour shop, a business day is one."""

    code = "ambiguous-target"
    readings: tuple[str, str]

    @classmethod
    def bare_days(cls, found: str, count: int) -> Self:
        """``found`` says ``count`` days (or weeks) without saying which."""
        plural = "business day" if count == 1 else "business days"
        readings = (f"{24 * count}h", f"{count} {plural}")
        if "week" in found:
            readings = (f"{168 * count}h", f"{5 * count} business days")
        return cls(
            f"target {found!r} has two readings: {readings[0]!r} (open time) and {readings[1]!r}",
            hint="write the one that is meant",
            field="target",
            found=found,
            readings=readings,
        )


class NegativeDurationError(InvalidValueError):
    """Something ended before it began: two clocks disagree, or two columns were swapped."""

    code = "negative-duration"

    @classmethod
    def between(cls, measure: str, start: datetime, end: datetime) -> Self:
        """``measure`` would run from ``start`` back to ``end``."""
        return cls(
            f"{measure} ends at {end.isoformat()}, before it starts at {start.isoformat()}",
            hint="check the clocks of the two sources, or whether two columns were swapped",
            field=measure,
            found=end,
        )
