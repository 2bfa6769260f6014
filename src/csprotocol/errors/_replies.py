"""Replies that cannot be written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from csprotocol.errors._base import CsprotocolError, one_of
from csprotocol.errors._documents import DocumentError, Problem

__all__ = [
    "CatalogError",
    "HeaderInjectionError",
    "NoSentencesError",
    "ReplyArgumentError",
    "ReplyError",
    "ReplyTooLongError",
    "SentenceError",
    "UnknownSituationError",
]


class ReplyError(CsprotocolError):
    """A reply cannot be written. What customers and agents said never shows in it."""

    code = "reply"


class UnknownSituationError(ReplyError, LookupError):
    """A catalogue has no such situation."""

    code = "unknown-situation"
    situation: str

    @classmethod
    def of(cls, situation: str, known: Iterable[str]) -> Self:
        """There is no ``situation`` among those ``known``."""
        return cls(
            f"the catalogue has no situation {situation!r}",
            hint=one_of(known, found=situation),
            situation=situation,
        )


class NoSentencesError(ReplyError, LookupError):
    """No language of the catalogue can say a situation: neither the wished one nor the shop's own."""

    code = "no-sentences"
    situation: str
    tried: tuple[str, ...]

    @classmethod
    def of(cls, situation: str, tried: Iterable[str]) -> Self:
        """The sentences of ``situation`` are complete in none of the locales that were ``tried``."""
        found = tuple(tried)
        return cls(
            f"{situation} cannot be said in full in {', '.join(found) or 'any locale'}",
            hint="write the missing sentences, or give the catalogue a default locale that has them",
            situation=situation,
            tried=found,
        )


class ReplyArgumentError(ReplyError, ValueError):
    """Arguments of a reply that are missing, unknown or of another kind; ``problems`` lists all of them."""

    code = "reply-argument"
    situation: str
    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, situation: str, problems: Iterable[Problem]) -> Self:
        """``situation`` was given arguments with these ``problems``; their paths are names of variables."""
        found = tuple(problems)
        told = "; ".join(f"{problem.path} {problem.message}" for problem in found)
        return cls(f"{situation}: {told}", situation=situation, problems=found)


class HeaderInjectionError(ReplyError, ValueError):
    """A value would break out of the subject line: it holds a line break or a control character."""

    code = "header-injection"
    variable: str

    @classmethod
    def of(cls, variable: str) -> Self:
        """The value of ``variable`` holds what no subject may hold."""
        return cls(
            f"{variable or 'a value'} stands in a subject and holds a line break or a control character",
            hint="take it out before the reply is made",
            variable=variable,
        )


class ReplyTooLongError(ReplyError, ValueError):
    """A reply that passes the cap on its length."""

    code = "reply-too-long"
    found: int
    limit: int

    @classmethod
    def of_subject(cls, found: int, limit: int) -> Self:
        """The subject has ``found`` octets, where ``limit`` fit into a line."""
        return cls(
            f"the subject has {found} octets, at most {limit} are allowed",
            hint="pass shorter values",
            found=found,
            limit=limit,
        )

    @classmethod
    def of(cls, found: int, limit: int) -> Self:
        """The text has ``found`` characters, where ``limit`` are allowed."""
        return cls(
            f"the reply has {found} characters, at most {limit} are allowed",
            hint="pass shorter values",
            found=found,
            limit=limit,
        )


class SentenceError(ReplyError, ValueError):
    """A sentence that cannot be read, or cannot be formatted with its arguments."""

    code = "sentence"
    sentence: str
    reason: str

    @classmethod
    def of(cls, sentence: str, reason: str) -> Self:
        """``sentence`` (a key such as ``order.delayed.late``) fails for ``reason``."""
        return cls(f"{sentence}: {reason}", sentence=sentence, reason=reason)


class CatalogError(ReplyError, DocumentError):
    """A catalogue with faults; ``findings`` holds each with its code, file, line and hint."""

    code = "invalid-catalog"
    findings: tuple[Any, ...]

    @classmethod
    def of_findings(cls, catalog: str, findings: Iterable[Any]) -> Self:
        """``catalog`` cannot be used, for all of ``findings`` (``csprotocol.replies.Diagnostic``)."""
        found = tuple(findings)
        error = cls.of_problems(catalog, [Problem(each.place, f"{each.code}: {each.message}") for each in found])
        error.findings = found
        return error
