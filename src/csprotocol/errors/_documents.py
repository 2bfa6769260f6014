"""Documents that a shop wrote, and files that somebody exported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Self

from csprotocol.errors._base import CsprotocolError

__all__ = ["DocumentError", "ExportError", "InvalidScheduleError", "Problem", "WorkflowError"]


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
