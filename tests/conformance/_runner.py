"""Runs worked examples against the public API and compares."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from csprotocol.errors import CsprotocolError
from tests.conformance._handler import Handler, NotSupportedError, UnknownCaseError

__all__ = ["Outcome", "handler_of", "read_cases", "run_case", "same"]

HANDLERS = Path(__file__).parent / "handlers"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case. ``unknown`` is set when the handler did not understand it."""

    case_id: str
    passed: bool
    expected: object
    got: object
    unknown: bool = False
    not_written: bool = False

    def __str__(self) -> str:
        return f"{self.case_id}: expected {json.dumps(self.expected, default=str)}, got {self.got!s}"


def read_cases(path: Path) -> tuple[str, list[Mapping[str, Any]]]:
    """The domain of a case file and its cases."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return document["domain"], document["cases"]


def handler_of(domain: str) -> Handler:
    """The module that answers the cases of a domain."""
    known = sorted(file.stem for file in HANDLERS.glob("[a-z]*.py"))
    if domain not in known:
        raise UnknownCaseError(f"domain {domain!r} is unknown; known: {', '.join(known)}")
    return cast(Handler, import_module(f"tests.conformance.handlers.{domain}"))


def run_case(handler: Handler, case: Mapping[str, Any]) -> Outcome:
    """Answers one case and compares. Any exception that is none of ours is a failure that shows itself."""
    case_id, expected = str(case.get("id", "?")), case.get("expected")
    if "expected" not in case:
        return Outcome(case_id, False, expected, "the case expects nothing", unknown=True)
    try:
        got = handler.answer(case)
    except UnknownCaseError as unknown:
        return Outcome(
            case_id, False, expected, unknown, unknown=True, not_written=isinstance(unknown, NotSupportedError)
        )
    except CsprotocolError as error:
        got = {"error": handler.error_name(error)}
    except Exception as error:  # noqa: BLE001  # the runner must tell of every case, whatever one of them does
        return Outcome(case_id, False, expected, f"{type(error).__name__}: {error}")
    return Outcome(case_id, same(expected, got, float(case.get("tol", 0))), expected, got)


def run(paths: Iterable[Path]) -> Iterator[Outcome]:
    """The outcome of every case in the files."""
    for path in paths:
        domain, cases = read_cases(path)
        handler = handler_of(domain)
        for case in cases:
            yield run_case(handler, case)


def same(expected: object, got: object, tolerance: float) -> bool:
    """Whether ``got`` says what was expected; of a mapping, every expected key must be there and right.

    >>> same({"nps": 45.0}, {"nps": 45, "n": 100}, 0)
    True
    >>> same([0, 0.1611], [0, 0.16113], 5e-05), same(None, 0, 0), same(True, 1, 0)
    (True, False, False)
    """
    if isinstance(expected, bool) or isinstance(got, bool) or expected is None or got is None:
        return expected is got
    if isinstance(expected, Mapping):
        return isinstance(got, Mapping) and all(
            key in got and same(value, got[key], tolerance) for key, value in expected.items()
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
