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
    ├── ReplyError                             a reply cannot be written
    │   ├── UnknownSituationError (LookupError) the catalogue has no such situation
    │   ├── NoSentencesError (LookupError)     no language of the catalogue can say it in full
    │   ├── ReplyArgumentError (ValueError)    arguments are missing, unknown or of another kind
    │   ├── HeaderInjectionError (ValueError)  a value would break out of the subject line
    │   ├── ReplyTooLongError (ValueError)     it passes the cap on its length
    │   ├── SentenceError (ValueError)         a sentence cannot be read or formatted
    │   └── CatalogError (DocumentError)       sentences with faults, each with file and line
    ├── ExportError (ValueError)               a file with exported rows cannot be read
    └── MissingExtraError (ImportError)        an optional library is not installed

An error says what was found, what is possible and what to do. Its facts are attributes, its ``code`` never
changes, and it never repeats a customer's text. The sentences are built here, by named constructors, so that
wording is edited in one place.

A "no" is not an error: a refusal, a rejected row or a missing fact is a value with its reasons.
"""

from __future__ import annotations

from csprotocol.errors._base import CsprotocolError, one_of
from csprotocol.errors._calendar import (
    BusinessTimeError,
    HolidayCoverageError,
    HorizonError,
    NeverClosesError,
    NeverOpenError,
)
from csprotocol.errors._documents import DocumentError, ExportError, InvalidScheduleError, Problem, WorkflowError
from csprotocol.errors._extra import MissingExtraError
from csprotocol.errors._incident import DeniedError, UnknownStateError, WorkflowMismatchError
from csprotocol.errors._journal import (
    DamagedJournalError,
    IncidentExistsError,
    JournalError,
    ParentEndedError,
    SchemaVersionError,
    UnknownIncidentError,
    UnknownWorkflowError,
    UnusableJournalError,
)
from csprotocol.errors._replies import (
    CatalogError,
    HeaderInjectionError,
    NoSentencesError,
    ReplyArgumentError,
    ReplyError,
    ReplyTooLongError,
    SentenceError,
    UnknownSituationError,
)
from csprotocol.errors._values import (
    AmbiguousTargetError,
    CurrencyMismatchError,
    InvalidValueError,
    NaiveDatetimeError,
    NegativeDurationError,
    OutOfScaleError,
)

__all__ = [
    "AmbiguousTargetError",
    "BusinessTimeError",
    "CatalogError",
    "CsprotocolError",
    "CurrencyMismatchError",
    "DamagedJournalError",
    "DeniedError",
    "DocumentError",
    "ExportError",
    "HeaderInjectionError",
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
    "NoSentencesError",
    "OutOfScaleError",
    "ParentEndedError",
    "Problem",
    "ReplyArgumentError",
    "ReplyError",
    "ReplyTooLongError",
    "SchemaVersionError",
    "SentenceError",
    "UnknownIncidentError",
    "UnknownSituationError",
    "UnknownStateError",
    "UnknownWorkflowError",
    "UnusableJournalError",
    "WorkflowError",
    "WorkflowMismatchError",
    "one_of",
]

# Errors travel (pickles, tracebacks, logs): they carry the name under which they are public, not that of a file.
for _name in __all__:
    globals()[_name].__module__ = __name__
del _name
