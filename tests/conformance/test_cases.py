"""Every worked example that ships with the source, one test a case."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.__main__ import main
from tests.conformance._runner import handler_of, read_cases, run_case, same

HERE = Path(__file__).parent


def all_cases() -> list[Any]:
    found = []
    for path in sorted(HERE.glob("*.json")):
        domain, cases = read_cases(path)
        found += [pytest.param(domain, case, id=case["id"]) for case in cases]
    return found


@pytest.mark.parametrize(("domain", "case"), all_cases())
def test_worked_example(domain: str, case: Mapping[str, Any]) -> None:
    outcome = run_case(handler_of(domain), case)
    if outcome.not_written:
        # A formula that is still to come is an expected failure, never a silent skip.
        pytest.xfail(str(outcome.got))
    assert outcome.passed, str(outcome)


def test_a_wrong_answer_fails_and_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path, '{"id": "x1", "calendar": {"tz": "UTC"}, "op": "is_open", "args": ["2024-01-01T00:00:00Z"]')
    assert main([str(tmp_path / "cases.json")]) == 1
    assert capsys.readouterr().out == "x1: expected true, got False\n0 passed, 1 failed\n"


@pytest.mark.parametrize(
    "case",
    [
        '{"id": "x1", "calendar": {"tz": "UTC"}, "op": "fly", "args": []',
        '{"id": "x1", "calendar": {"tz": "UTC"}, "op": "is_open", "args": ["2024-01-01T00:00:00Z"], "mood": "blue"',
    ],
)
def test_what_is_not_understood_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    _write(tmp_path, case)
    assert main([str(tmp_path / "cases.json")]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed"


def test_an_unknown_domain_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cases.json").write_text('{"domain": "weather", "cases": []}', encoding="utf-8")
    assert main([str(tmp_path / "cases.json")]) == 1
    assert "domain 'weather' is unknown" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("expected", "got", "tolerance", "verdict"),
    [
        (1, 1.0, 0, True),
        (1, 1.0000001, 0, False),
        (True, 1, 0, False),
        (0, False, 0, False),
        (None, 0, 0, False),
        ({"a": 1}, {"a": 1, "b": 2}, 0, True),
        ({"a": 1}, {"b": 2}, 0, False),
        ([1, 2], [1], 0, False),
        ("x", "x", 0, True),
        (0.5, "0.5", 0, False),
    ],
)
def test_sameness(expected: object, got: object, tolerance: float, verdict: bool) -> None:
    assert same(expected, got, tolerance) is verdict


def _write(folder: Path, case: str) -> None:
    text = f'{{"domain": "calendar", "cases": [{case}, "expected": true}}]}}'
    (folder / "cases.json").write_text(text, encoding="utf-8")
