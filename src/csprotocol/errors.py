"""Every error this library raises, in one tree.

::

    CsprotocolError
    ├── InvalidValueError (ValueError)         a value that cannot be
    │   ├── NaiveDatetimeError                 an instant without a time zone
    │   ├── CurrencyMismatchError              two currencies in one sum
    │   ├── OutOfScaleError                    a rating outside the scale of its survey
    │   ├── AmbiguousTargetError               a target that may be 24 hours or a business day
    │   └── NegativeDurationError              something ended before it began
    ├── DocumentError (ValueError)             a document a shop wrote cannot be read
    │   ├── InvalidScheduleError               ... because its hours make no sense
    │   └── WorkflowError                      ... because its states and events do not fit together
    ├── BusinessTimeError (LookupError)        a calendar has no answer
    │   ├── NeverOpenError                     it does not open again
    │   ├── NeverClosesError                   it does not close again
    │   ├── HorizonError                       the answer lies outside the compiled years
    │   └── HolidayCoverageError               the holiday source knows nothing of those years
    ├── DeniedError (RuntimeError)             a command was denied, for those who prefer exceptions
    ├── WorkflowMismatchError (ValueError)     an incident was given to the machine of another workflow
    ├── UnknownStateError (LookupError)        a workflow has no such state
    ├── JournalError (RuntimeError)            a journal cannot do what was asked
    │   ├── UnknownIncidentError (LookupError) it holds no such incident
    │   ├── IncidentExistsError                it holds an incident of that id already
    │   ├── ParentEndedError                   a child was opened for an incident that has ended
    │   ├── UnknownWorkflowError (LookupError) it was opened without the workflow of that incident
    │   ├── DamagedJournalError                its entries do not fit together
    │   ├── SchemaVersionError                 its tables are of another version
    │   └── UnusableJournalError               its file or database does not serve: no journal, busy, closed, broken
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
from typing import Any, ClassVar, NamedTuple, Self

__all__ = [
    "AmbiguousTargetError",
    "BusinessTimeError",
    "CsprotocolError",
    "CurrencyMismatchError",
    "DamagedJournalError",
    "DeniedError",
    "DocumentError",
    "ExportError",
    "HolidayCoverageError",
    "HorizonError",
    "IncidentExistsError",
    "InvalidScheduleError",
    "InvalidValueError",
    "JournalError",
    "MissingExtraError",
    "NaiveDatetimeError",
    "NegativeDurationError",
    "NeverClosesError",
    "NeverOpenError",
    "OutOfScaleError",
    "ParentEndedError",
    "Problem",
    "SchemaVersionError",
    "UnknownIncidentError",
    "UnknownStateError",
    "UnknownWorkflowError",
    "UnusableJournalError",
    "WorkflowError",
    "WorkflowMismatchError",
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


class WorkflowError(DocumentError):
    """A workflow whose states and events do not fit together; ``findings`` holds each with its code."""

    code = "invalid-workflow"
    findings: tuple[Any, ...]

    @classmethod
    def of_findings(cls, workflow: str, findings: Iterable[Any]) -> Self:
        """``workflow`` cannot run, for all of ``findings`` (``csprotocol.incident.Finding``)."""
        found = tuple(findings)
        error = cls.of_problems(f"workflow {workflow}", [Problem(each.where, each.message) for each in found])
        error.findings = found
        return error


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


class DeniedError(CsprotocolError, RuntimeError):
    """A command was denied; ``reasons`` holds every ``csprotocol.incident.Denial``."""

    code = "denied"
    event: str
    source: str
    reasons: tuple[Any, ...]

    @classmethod
    def of(cls, event: str, source: str, reasons: Iterable[Any]) -> Self:
        """``event`` was asked for in state ``source`` and is denied for ``reasons``."""
        found = tuple(reasons)
        return cls(
            f"{event} is denied in state {source}: {', '.join(reason.code for reason in found)}",
            hint=", ".join(dict.fromkeys(reason.hint for reason in found if reason.hint)),
            event=event,
            source=source,
            reasons=found,
        )


class WorkflowMismatchError(CsprotocolError, ValueError):
    """An incident was given to the machine of another workflow, or of another version of its own."""

    code = "workflow-mismatch"
    incident: str
    found: str
    expected: str

    @classmethod
    def of(cls, incident: str, found: str, expected: str) -> Self:
        """``incident`` runs by the workflow ``found``, the machine by ``expected``."""
        return cls(
            f"incident {incident} runs by workflow {found}, this machine by {expected}",
            hint="take the machine of its workflow, or bring it over with machine.migrate(incident)",
            incident=incident,
            found=found,
            expected=expected,
        )


class UnknownStateError(CsprotocolError, LookupError):
    """A workflow has no such state."""

    code = "unknown-state"
    state: str
    workflow: str

    @classmethod
    def of(cls, state: str, workflow: str, known: Iterable[str]) -> Self:
        """``workflow`` has no ``state``."""
        return cls(
            f"workflow {workflow} has no state {state!r}",
            hint=f"{one_of(known, found=state)}; a state of an earlier version goes into its table rename",
            state=state,
            workflow=workflow,
        )


class JournalError(CsprotocolError, RuntimeError):
    """A journal cannot do what was asked."""

    code = "journal"


class UnknownIncidentError(JournalError, LookupError):
    """A journal holds no such incident."""

    code = "unknown-incident"
    incident: str

    @classmethod
    def of(cls, incident: str) -> Self:
        """The journal does not hold ``incident``."""
        return cls(f"the journal holds no incident {incident!r}", hint="open it first", incident=incident)


class IncidentExistsError(JournalError):
    """A journal holds an incident of that id already, and another one."""

    code = "incident-exists"
    incident: str

    @classmethod
    def of(cls, incident: str) -> Self:
        """``incident`` was opened before, with other facts."""
        return cls(
            f"the journal holds another incident {incident!r} already",
            hint="give the new one an id of its own",
            incident=incident,
        )


class ParentEndedError(JournalError):
    """A child was opened for an incident that accepts nothing any more: nobody would ever wait for it."""

    code = "parent-ended"
    incident: str
    parent: str
    state: str

    @classmethod
    def of(cls, incident: str, parent: str, state: str) -> Self:
        """``incident`` names ``parent``, which is in the final ``state``."""
        return cls(
            f"incident {incident} cannot be a child of {parent}, which is {state} for good",
            hint="open it for the incident that took its place, or without a parent",
            incident=incident,
            parent=parent,
            state=state,
        )


class UnknownWorkflowError(JournalError, LookupError):
    """A journal was opened without the workflow by which one of its incidents runs."""

    code = "unknown-workflow"
    workflow: str

    @classmethod
    def of(cls, incident: str, workflow: str, known: Iterable[str]) -> Self:
        """``incident`` runs by ``workflow``, which was not given."""
        return cls(
            f"incident {incident} runs by workflow {workflow}, which is not here, nor a newer version of it",
            hint=f"give it, and the versions before it; {one_of(known)}",
            workflow=workflow,
        )


class DamagedJournalError(JournalError):
    """Entries of a journal do not fit together: one is missing, altered, or against its own workflow."""

    code = "damaged-journal"
    incident: str
    seq: int
    problem: str

    @classmethod
    def at(cls, incident: str, seq: int, problem: str, message: str) -> Self:
        """Entry ``seq`` of ``incident`` has ``problem`` (a stable code)."""
        return cls(f"entry {seq} of incident {incident}: {message}", incident=incident, seq=seq, problem=problem)


class SchemaVersionError(JournalError):
    """The tables of a journal are of a version that this library does not know."""

    code = "schema-version"
    found: int
    known: int

    @classmethod
    def of(cls, found: int, known: int) -> Self:
        """The tables are of version ``found``, this library knows up to ``known``."""
        return cls(
            f"the journal's tables are of version {found}, this library knows versions up to {known}",
            hint="install a newer csprotocol",
            found=found,
            known=known,
        )


class UnusableJournalError(JournalError):
    """The file or database of a journal does not serve; nothing of the call was written."""

    code = "unusable-journal"
    journal: str
    reason: str

    @classmethod
    def of(cls, journal: str, reason: str, *, hint: str = "") -> Self:
        """``journal`` (a file name, a database's kind) cannot be used for ``reason``, which holds no row's values."""
        return cls(f"the journal {journal} cannot be used: {reason}", hint=hint, journal=journal, reason=reason)


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
