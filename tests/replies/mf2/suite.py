"""Reads the official suite's JSON files and says which of their cases fail.

``python -m tests.replies.mf2.suite PATH...`` prints the counts and the failures; a PATH is a file or a folder.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from csprotocol.replies import mf2
from tests.replies.mf2.functions import FUNCTIONS

SHARED = Path(__file__).parents[4] / "shared" / "data" / "messageformat2" / "tests"


@dataclass(frozen=True)
class Case:
    """One case, with the defaults of its file filled in."""

    name: str
    properties: Mapping[str, Any]

    @property
    def source(self) -> str:
        return str(self.properties["src"])

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(self.properties.get("tags", ()))


def cases(path: Path) -> tuple[Case, ...]:
    """The cases of a file, or of every file in a folder; those marked ``only`` alone where there are any."""
    found: list[Case] = []
    for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
        document = json.loads(file.read_text(encoding="utf-8"))
        if "tests" not in document:
            continue  # a schema
        defaults = document.get("defaultTestProperties", {})
        found += [
            Case(f"{file.stem}-{number}", {**defaults, **test}) for number, test in enumerate(document["tests"], 1)
        ]
    return tuple(case for case in found if case.properties.get("only")) or tuple(found)


def is_suite(path: Path) -> bool:
    """Whether the file has the form of the official suite; what cannot be read has not."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and isinstance(document.get("tests"), list) and "cases" not in document


def failures(case: Case) -> tuple[str, ...]:
    """What the case finds otherwise than it expects."""
    return tuple(_failures(case.properties))


def _failures(case: Mapping[str, Any]) -> Iterator[str]:
    message = mf2.Message(
        case["src"], case["locale"], functions=FUNCTIONS, bidi_isolation=case.get("bidiIsolation", "default")
    )
    arguments = {param["name"]: _argument(param) for param in case.get("params", ())}
    errors: list[mf2.MessageError] = []
    text = message.format(arguments, on_error=errors.append)
    expected_errors = [error["type"] for error in case.get("expErrors", ())]
    if [error.code for error in errors] != expected_errors:
        yield f"errors {[error.code for error in errors]}, expected {expected_errors}"
    if "exp" in case and text != case["exp"]:
        yield f"text {text!r}, expected {case['exp']!r}"
    if "expParts" in case:
        yield from _part_failures(message, arguments, case["expParts"], expected_errors)
    if "expCleanSrc" in case and mf2.serialise(mf2.parse(case["src"])) != case["expCleanSrc"]:
        yield f"source {mf2.serialise(mf2.parse(case['src']))!r}, expected {case['expCleanSrc']!r}"


def _part_failures(
    message: mf2.Message, arguments: Mapping[str, object], expected: list[Any], expected_errors: list[str]
) -> Iterator[str]:
    errors: list[mf2.MessageError] = []
    parts = [_plain(asdict(part)) for part in message.format_to_parts(arguments, on_error=errors.append)]
    if [error.code for error in errors] != expected_errors:
        yield f"errors in parts {[error.code for error in errors]}, expected {expected_errors}"
    fits = len(parts) == len(expected) and all(map(_includes, parts, expected))
    if not fits:
        yield f"parts {parts}, expected {expected}"


def _plain(part: dict[str, Any]) -> dict[str, Any]:
    """The part as JSON has it: what is not set is not there; pieces stand instead of a value."""
    kept = {key: value for key, value in part.items() if value is not None and value not in ((), "auto", {})}
    return {key: value for key, value in kept.items() if key != "value" or "parts" not in kept}


def _includes(found: Any, expected: Any) -> bool:
    """Whether the found part says everything that the expected one says."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(
            key in found and _includes(found[key], expected[key]) for key in expected
        )
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(_includes, found, expected))
    return bool(found == expected)


def _argument(param: Mapping[str, Any]) -> object:
    return datetime.fromisoformat(param["value"]) if param.get("type") == "datetime" else param["value"]


def main(paths: Iterable[str]) -> int:
    """Prints the counts and the failures; 1 when there are any."""
    found = [case for path in paths for case in cases(Path(path))]
    failed = [(case, wrong) for case in found if (wrong := failures(case))]
    for case, wrong in failed:
        sys.stdout.write(f"FAILED {case.name}: {case.source!r}\n" + "".join(f"    {line}\n" for line in wrong))
    sys.stdout.write(f"{len(found) - len(failed)} passed, {len(failed)} failed\n")
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or [str(SHARED)]))
