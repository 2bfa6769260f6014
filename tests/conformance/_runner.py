"""Runs worked examples against the public API and compares."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import cast

from csprotocol.errors import CsprotocolError
from tests.conformance._handler import Exactly, Handler, UnknownCaseError
from tests.replies.mf2 import suite

__all__ = ["CaseFileError", "Outcome", "handler_of", "read_cases", "run", "run_case", "same"]

HANDLERS = Path(__file__).parent / "handlers"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case. ``unknown`` is set when the handler did not understand it."""

    case_id: str
    passed: bool
    expected: object
    got: object
    unknown: bool = False

    def __str__(self) -> str:
        expected = json.dumps(self.expected, default=str)
        return f"{self.case_id}: expected {expected}, got {' '.join(str(self.got).split())}"


class CaseFileError(Exception):
    """The file holds no cases that could be run."""


def read_cases(path: Path) -> tuple[str, list[object]]:
    """The domain of a case file and its cases, whatever they are.

    Raises:
        CaseFileError: it is no JSON in UTF-8, or no object with a domain and a list of cases.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CaseFileError(f"{type(error).__name__}: {error}") from error
    domain, cases = (document.get(key) for key in ("domain", "cases")) if isinstance(document, dict) else (None, None)
    if not isinstance(domain, str) or not isinstance(cases, list):
        raise CaseFileError("it must be an object with a domain and a list of cases")
    # What the file says once for all of its cases.
    shared = {key: document[key] for key in _SHARED if key in document}
    return domain, [{**shared, **case} if isinstance(case, Mapping) else case for case in cases]


_SHARED = ("workflow", "calendars")


def handler_of(domain: str) -> Handler:
    """The module that answers the cases of a domain."""
    known = sorted(file.stem for file in HANDLERS.glob("[a-z]*.py"))
    if domain not in known:
        raise UnknownCaseError(f"domain {domain!r} is unknown; known: {', '.join(known)}")
    return cast(Handler, import_module(f"tests.conformance.handlers.{domain}"))


def run_case(handler: Handler | None, case: object, *, place: str = "?") -> Outcome:
    """Answers one case and compares; without a ``handler``, or without anything expected, the case fails.

    Any exception that is none of ours is a failure that shows itself.
    """
    if not isinstance(case, Mapping):
        return Outcome(place, False, None, "the case is no object", unknown=True)
    case_id = str(case.get("id", place))
    key = next((key for key in _EXPECTED if key in case), None)
    expected = case[key] if key else None
    if handler is None:
        return Outcome(case_id, False, expected, "the domain is unknown", unknown=True)
    if key is None:
        return Outcome(case_id, False, expected, "the case expects nothing", unknown=True)
    tolerance = case.get("tol")
    if tolerance is None:
        tolerance = 0
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance < math.inf:
        return Outcome(case_id, False, expected, f"tol is {tolerance!r}, no number", unknown=True)
    # Handlers know one name.
    case = {name: value for name, value in case.items() if name != key} | {"expected": expected}
    try:
        got = handler.answer(case)
    except UnknownCaseError as unknown:
        return Outcome(case_id, False, expected, unknown, unknown=True)
    except CsprotocolError as error:
        got = {"error": handler.error_name(error)}
    except Exception as error:  # noqa: BLE001  # the runner must tell of every case, whatever one of them does
        return Outcome(case_id, False, expected, f"{type(error).__name__}: {error}")
    return Outcome(case_id, same(expected, got, tolerance), expected, got)


# Case files of different domains call it differently.
_EXPECTED = ("expected", "expect", "then")


def run(path: Path) -> Iterator[Outcome]:
    """The outcome of every case in the file; of a domain that nobody answers, one failure a case.

    Files of the official suite of MessageFormat 2 are read in their own form.
    """
    if suite.is_suite(path):
        yield from _suite(path)
        return
    domain, cases = read_cases(path)
    try:
        handler = handler_of(domain)
    except UnknownCaseError as unknown:
        if not cases:
            raise
        for number, case in enumerate(cases, 1):
            yield replace(run_case(None, case, place=f"case {number}"), got=unknown)
        return
    for number, case in enumerate(cases, 1):
        yield run_case(handler, case, place=f"case {number}")


def _suite(path: Path) -> Iterator[Outcome]:
    for case in suite.cases(path):
        wrong = suite.failures(case)
        yield Outcome(case.name, not wrong, case.source, "; ".join(wrong))


def same(expected: object, got: object, tolerance: float) -> bool:
    """Whether ``got`` says what was expected; of a mapping, every expected key must be there and right.

    An empty mapping is said by an empty one only, and :class:`Exactly` by one with the same keys.

    >>> same({"nps": 45.0}, {"nps": 45, "n": 100}, 0)
    True
    >>> same([0, 0.1611], [0, 0.16113], 5e-05), same(None, 0, 0), same(True, 1, 0)
    (True, False, False)
    """
    if isinstance(expected, bool) or isinstance(got, bool) or expected is None or got is None:
        return expected is got
    if isinstance(got, Exactly):
        got = got.mapping
        if isinstance(expected, Mapping) and len(expected) != len(got):
            return False
    if isinstance(expected, Mapping):
        # Nothing expected is a statement too: nothing else satisfies it.
        return (
            isinstance(got, Mapping)
            and (bool(expected) or not got)
            and all(key in got and same(value, got[key], tolerance) for key, value in expected.items())
        )
    if isinstance(expected, list | tuple):
        return (
            isinstance(got, list | tuple)
            and len(expected) == len(got)
            and all(same(a, b, tolerance) for a, b in zip(expected, got, strict=True))
        )
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return abs(expected - got) <= tolerance if tolerance else expected == got
    return expected == got
