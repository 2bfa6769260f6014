"""Every error this library raises, in one tree.

::

    CsprotocolError
    ├── InvalidValueError (ValueError)         a value that cannot be
    │   ├── NaiveDatetimeError                 an instant without a time zone
    │   ├── CurrencyMismatchError              two currencies in one sum
    │   ├── OutOfScaleError                    a rating outside the scale of its survey
    │   └── NegativeDurationError              something ended before it began
    ├── DocumentError (ValueError)             a document a shop wrote cannot be read
    │   └── InvalidScheduleError               ... because its hours make no sense
    ├── BusinessTimeError (LookupError)        a calendar has no answer
    │   ├── NeverOpenError                     it does not open again
    │   ├── NeverClosesError                   it does not close again
    │   ├── HorizonError                       the answer lies outside the compiled years
    │   └── HolidayCoverageError               the holiday source knows nothing of those years
    ├── ExportError (ValueError)               a file with exported rows cannot be read
    └── MissingExtraError (ImportError)        an optional library is not installed

An error says what was found, what is possible and what to do. Its facts are attributes, its ``code`` never
changes, and it never repeats a customer's text. The sentences are built here, by named constructors, so that
wording is edited in one file.

A "no" is not an error: a refusal, a rejected row or a missing fact is a value with its reasons.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, NamedTuple, Self

__all__ = [
    "BusinessTimeError",
    "CsprotocolError",
    "CurrencyMismatchError",
    "DocumentError",
    "ExportError",
    "HolidayCoverageError",
    "HorizonError",
    "InvalidScheduleError",
    "InvalidValueError",
    "MissingExtraError",
    "NaiveDatetimeError",
    "NegativeDurationError",
    "NeverClosesError",
    "NeverOpenError",
    "OutOfScaleError",
    "Problem",
    "one_of",
]


def one_of(names: Iterable[object], *, found: object = None) -> str:
    """What is possible, as a sentence part; the nearest name comes first when ``found`` looks like a slip.

    >>> one_of(["mon", "tue"], found="Mom")
    'did you mean mon? possible: mon, tue'
    >>> one_of([])
    'possible: nothing'
    >>> one_of(range(300))
    'possible: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 ... (300 in all)'
    """
    from difflib import get_close_matches

    known = [str(name) for name in names]
    folded = {name.casefold(): name for name in reversed(known)}
    near = get_close_matches(found.casefold(), folded, n=1) if isinstance(found, str) else []
    shown = ", ".join(known[:_SHOWN]) if len(known) > 2 * _SHOWN else ", ".join(known)
    listed = f"possible: {shown or 'nothing'}"
    if len(known) > 2 * _SHOWN:
        listed += f" ... ({len(known)} in all)"
    return f"did you mean {folded[near[0]]}? {listed}" if near else listed


# A list of 500 countries helps nobody.
_SHOWN = 12


class CsprotocolError(Exception):
    """Root of all errors of this library.

    ``code`` is stable and meant for programs; ``hint`` says what to do, ``str(error)`` is for people.
    """

    code: ClassVar[str] = "csprotocol"
    hint: str

    def __init__(self, message: str, *, hint: str = "", **facts: object) -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.hint = hint
        for name, fact in facts.items():
            setattr(self, name, fact)


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


class Problem(NamedTuple):
    """One thing that is wrong in a document: where, what was found, what is possible."""

    path: str
    message: str


class DocumentError(CsprotocolError, ValueError):
    """A document (hours, mapping, policy ...) that cannot be read; ``problems`` lists all that is wrong."""

    code = "invalid-document"
    document: str
    problems: tuple[Problem, ...]

    @classmethod
    def of_problems(cls, document: str, problems: Iterable[Problem]) -> Self:
        """``document`` has ``problems``; all of them are told at once."""
        found = tuple(problems)
        told = "; ".join(f"{p.path}: {p.message}" if p.path else p.message for p in found)
        return cls(f"{document}: {told}", document=document, problems=found)

    @classmethod
    def unreadable(cls, document: str, reason: str, *, hint: str = "") -> Self:
        """The file behind ``document`` is not what its name says."""
        return cls(
            f"{document} cannot be read: {reason}",
            hint=hint,
            document=document,
            problems=(Problem("", reason),),
        )


class InvalidScheduleError(DocumentError):
    """Hours that make no sense: an overlap, an empty interval, an unknown zone, a text that is no hour."""

    code = "invalid-schedule"

    @classmethod
    def at(cls, place: str, message: str) -> Self:
        """The hours at ``place`` (for example ``weekly.mon[1]``) are wrong."""
        return cls.of_problems("BusinessHours", [Problem(place, message)])


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


class ExportError(CsprotocolError, ValueError):
    """A file of exported rows that cannot be read at all; single bad rows are counted rejections instead."""

    code = "invalid-export"
    file: str
    line: int | None
    column: str | None

    @classmethod
    def at(cls, file: str, message: str, *, line: int | None = None, column: str | None = None, hint: str = "") -> Self:
        """``file`` (at ``line``, in ``column``) is not what was announced."""
        place = ", ".join(
            part for part in (file, f"line {line}" if line else "", f"column {column!r}" if column else "") if part
        )
        return cls(f"{place}: {message}", hint=hint, file=file, line=line, column=column)


class MissingExtraError(CsprotocolError, ImportError):
    """An optional library is needed and not installed."""

    code = "missing-extra"
    extra: str

    @classmethod
    def of(cls, extra: str, purpose: str) -> Self:
        """``purpose`` needs the libraries of ``extra``."""
        return cls(
            f"{purpose} needs the optional libraries of csprotocol[{extra}]",
            hint=f"pip install 'csprotocol[{extra}]'",
            extra=extra,
        )
