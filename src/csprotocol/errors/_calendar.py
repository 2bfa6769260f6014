"""Questions that a calendar cannot answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from csprotocol.errors._base import CsprotocolError

__all__ = ["BusinessTimeError", "HolidayCoverageError", "HorizonError", "NeverClosesError", "NeverOpenError"]


class BusinessTimeError(CsprotocolError, LookupError):
    """A calendar has no answer to a question."""

    code = "business-time"


class NeverOpenError(BusinessTimeError):
    """The calendar does not open (again)."""

    code = "never-open"
    at: datetime

    @classmethod
    def after(cls, at: datetime, last_year: int) -> Self:
        """No opening after ``at``, as far as the calendar reaches."""
        return cls(
            f"the calendar does not open after {at.isoformat()} (looked until the end of {last_year})",
            hint="give it weekly, seasonal or special hours",
            at=at,
        )

    @classmethod
    def before(cls, at: datetime, first_year: int) -> Self:
        """No opening before ``at``, as far back as the calendar reaches."""
        return cls(
            f"the calendar was never open before {at.isoformat()} (looked back to {first_year})",
            hint="give it weekly, seasonal or special hours",
            at=at,
        )


class NeverClosesError(BusinessTimeError):
    """The calendar does not close (again)."""

    code = "never-closes"
    at: datetime

    @classmethod
    def after(cls, at: datetime, last_year: int) -> Self:
        """No closing after ``at``, as far as the calendar reaches."""
        return cls(
            f"the calendar does not close after {at.isoformat()} (looked until the end of {last_year})",
            hint="ask is_open first",
            at=at,
        )

    @classmethod
    def before(cls, at: datetime, first_year: int) -> Self:
        """Neither an opening nor a closing before ``at``: it was open all the time."""
        return cls(
            f"the calendar did not close before {at.isoformat()} (looked back to {first_year})",
            hint="ask is_open first",
            at=at,
        )


class HorizonError(BusinessTimeError):
    """The answer lies outside the years for which the calendar is compiled."""

    code = "horizon"
    first_year: int
    last_year: int

    @classmethod
    def outside(cls, at: datetime | str, first_year: int, last_year: int) -> Self:
        """``at`` lies outside ``first_year`` .. ``last_year``."""
        when = at if isinstance(at, str) else at.isoformat()
        return cls(
            f"{when} lies outside the years {first_year} to {last_year} of this calendar",
            hint="widen it with BusinessCalendar(hours, first_year=..., last_year=...)",
            first_year=first_year,
            last_year=last_year,
        )

    @classmethod
    def nothing_in_common(cls, first_year: int, last_year: int) -> Self:
        """Two calendars were combined, the one begins in ``first_year``, the other ends in ``last_year``."""
        return cls(
            f"the combined calendars have no year in common: one begins in {first_year}, one ends in {last_year}",
            hint="widen one of them with BusinessCalendar(hours, first_year=..., last_year=...)",
            first_year=first_year,
            last_year=last_year,
        )


class HolidayCoverageError(BusinessTimeError):
    """The holiday source knows nothing about the years asked for, which is not the same as "no holidays"."""

    code = "holiday-coverage"
    source: str
    first_year: int
    last_year: int

    @classmethod
    def outside(cls, source: str, at: datetime | date | str, first_year: int, last_year: int) -> Self:
        """``source`` covers ``first_year`` .. ``last_year`` only, and ``at`` lies outside."""
        when = at if isinstance(at, str) else at.isoformat()
        return cls(
            f"holidays of {source} are known for {first_year} to {last_year}, not for {when}",
            hint="list the dates yourself, or accept the gap with on_uncovered='ignore'",
            source=source,
            first_year=first_year,
            last_year=last_year,
        )
