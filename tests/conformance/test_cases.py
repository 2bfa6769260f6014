"""Every worked example that ships with the source, one test a case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.__main__ import main
from tests.conformance._handler import Exactly
from tests.conformance._runner import handler_of, read_cases, run_case, same
from tests.conformance.handlers import kpi

HERE = Path(__file__).parent


def all_cases() -> list[Any]:
    found = []
    for path in sorted(HERE.glob("*.json")):
        domain, cases = read_cases(path)
        found += [pytest.param(domain, case, id=case["id"]) for case in cases if isinstance(case, Mapping)]
    return found


@pytest.mark.parametrize(("domain", "case"), all_cases())
def test_worked_example(domain: str, case: Mapping[str, Any]) -> None:
    outcome = run_case(handler_of(domain), case)
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
        ({}, {"2025-04-01": 1}, 0, False),
        ({}, {}, 0, True),
        ({"2025-04-01": 1}, Exactly({"2025-04-01": 1, "2025-04-02": 1}), 0, False),
        ({"2025-04-01": 1, "2025-04-02": 1}, Exactly({"2025-04-01": 1}), 0, False),
        ({"2025-04-01": 1}, Exactly({"2025-04-01": 1}), 0, True),
        ([1, 2], [1], 0, False),
        ("x", "x", 0, True),
        (0.5, "0.5", 0, False),
    ],
)
def test_sameness(expected: object, got: object, tolerance: float, verdict: bool) -> None:
    assert same(expected, got, tolerance) is verdict


def test_a_domain_that_nobody_answers_fails_case_by_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = '[{"id": "w1", "expect": 1}, {"id": "w2", "then": 2}, {"id": "w3", "expected": 3}, {"id": "w4"}]'
    (tmp_path / "cases.json").write_text(f'{{"domain": "weather", "cases": {cases}}}', encoding="utf-8")
    assert main([str(tmp_path / "cases.json")]) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in told[:-1]] == ["w1", "w2", "w3", "w4"]
    assert all("domain 'weather' is unknown" in line for line in told[:-1])
    assert told[-1] == "0 passed, 4 failed"


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("17", "the case is no object"),
        ('{"id": "x", "kpi": "hit_rate", "input": {"sales": 1, "help_requests": 1}}', "expects nothing"),
        ('{"id": "x", "kpi": "hit_rate", "input": {}, "expected": 1, "tol": "much"}', "no number"),
        ('{"id": "x", "kpi": "hit_rate", "input": {}, "expected": 1}', "KeyError"),
    ],
)
def test_a_bad_case_costs_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str, message: str) -> None:
    good = '{"id": "g", "kpi": "hit_rate", "input": {"sales": 4, "help_requests": 2}, "expected": 2, "tol": null}'
    (tmp_path / "cases.json").write_text(f'{{"domain": "kpi", "cases": [{case}, {good}]}}', encoding="utf-8")
    assert main([str(tmp_path / "cases.json")]) == 1
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2
    assert message in told[0]
    assert told[-1] == "1 passed, 1 failed"


@pytest.mark.parametrize("written", [b"\xff\xfe", b"[]", b"{", b'{"domain": "kpi"}', b"[" * 100_000])
def test_a_file_without_cases_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], written: bytes) -> None:
    (tmp_path / "cases.json").write_bytes(written)
    assert main([str(tmp_path / "cases.json")]) == 2
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2
    assert told[-1] == "0 passed, 0 failed"


_DAY = {"start": "2025-03-03T00:00:00Z", "end": "2025-03-05T00:00:00Z"}
_REPLY = {"created": "2025-03-03T10:00:00Z", "comments": [{"by": "admin", "at": "2025-03-03T10:01:00Z"}]}


@pytest.mark.parametrize(
    ("operation", "given", "expected"),
    [
        ("one_touch", {"status": "hold", "agent_replies": 1}, {"zendesk_lt2": False}),
        ("one_touch", {"status": "on-hold", "agent_replies": 1}, {"zendesk_eq1": False}),
        ("first_reply_seconds", _REPLY | {"created_by": "end-user"}, 60),
        *(
            ("first_reply_seconds", _REPLY | {"variant": vendor}, 60)
            for vendor in ("freshdesk", "freshservice", "intercom", "helpscout", "plain", "zendesk")
        ),
        (
            "resolution_seconds",
            {"created": "2025-03-03T10:00:00Z", "closed": "2025-03-03T11:00:00Z"},
            {"full": 3600},
        ),
        ("nps", {"scores": []}, {"nps": None, "n": 0}),
        ("nps", {"scores": []}, None),
        ("nps", {"scores": [10, None]}, {"nps": 100, "n": 1, "response_rate": 0.5}),
        ("business_minutes", _DAY | {"hours": "mon-fri 09:00-10:00", "holidays": ["2025-03-04"]}, 60),
        ("business_minutes", _DAY | {"hours": {"mon": [["09:00", "10:00"]]}}, 60),
        ("business_minutes", _DAY | {"hours": {"mon": "09:00-10:00", "tue": "09:00-09:30"}}, 90),
        ("percentile", {"x": [0, 10, 20], "q": 0.25, "method": "type_1"}, 0),
        ("percentile", {"x": [0, 10, 20], "q": 0.25}, {"type_7": 5, "type_6": 0, "weibull": 0}),
        ("percentile", {"x": [], "q": 0.5}, None),
        ("proportion_interval_wilson", {"x": 0, "n": 0}, None),
        ("proportion_interval_clopper_pearson", {"x": 1, "n": 1, "confidence": 0.5}, [0.25, 1]),
        ("proportion_difference_newcombe", {"x1": 1, "n1": 2, "x2": 0, "n2": 0}, None),
        ("proportion_ztest", {"x1": 2, "n1": 2, "x2": 3, "n2": 3}, None),
        ("nps_interval_adjusted_wald", {"scores": []}, None),
        ("median_interval_order_stat", {"n": 5}, None),
        ("median_interval_order_stat", {"n": 5}, {"ranks": None, "coverage": None}),
        ("median_interval_order_stat", {"x": [6, 5, 4, 3, 2, 1]}, {"ranks": [1, 6], "median": 3.5}),
        ("median_interval_order_stat", {"x": [6, 5, 4, 3, 2, 1]}, [1, 6]),
        ("kaplan_meier", {"t": [1, 2, 2], "event": [1, 0, 0]}, {"0": 1, "2": 2 / 3, "median": None}),
        ("kaplan_meier", {"t": [], "event": []}, {"median": None, "n": 0}),
        ("xmr", {"x": [5]}, {"mean": None, "ucl": None, "signals": []}),
        ("xmr", {"x": [1, 2, 1, 2, 9], "baseline": 4}, {"mr_bar": 1, "outside": [4]}),
        ("p_chart", {"p": 0.5, "n": 0}, None),
        ("p_chart", {"p": 0.5, "n": 4}, {"lcl": 0, "ucl": 1}),
        ("p_chart", {"x": [2, 2], "n": [4, 4]}, [[0, 1], [0, 1]]),
        ("automation_rate", {"automated": 30, "total_interactions": 110, "handed_over": 5, "spam": 10}, 0.25),
    ],
)
def test_variants_of_kpi_cases(operation: str, given: Mapping[str, Any], expected: object) -> None:
    outcome = run_case(kpi, {"id": "x", "kpi": operation, "input": given, "expected": expected})
    assert outcome.passed, str(outcome)


def test_hours_that_are_none_are_not_understood() -> None:
    case = {"id": "x", "kpi": "business_minutes", "input": _DAY | {"hours": [1]}, "expected": 1}
    assert run_case(kpi, case).unknown


def _write(folder: Path, case: str) -> None:
    text = f'{{"domain": "calendar", "cases": [{case}, "expected": true}}]}}'
    (folder / "cases.json").write_text(text, encoding="utf-8")


def test_the_suite_of_messageformat_is_read_in_its_own_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "some.json"
    tests = [
        {"src": "Hello {$x}", "params": [{"name": "x", "value": "you"}], "exp": text} for text in ("Hello you", "?")
    ]
    path.write_text(json.dumps({"defaultTestProperties": {"locale": "en", "bidiIsolation": "none"}, "tests": tests}))
    assert main([str(path)]) == 1
    assert capsys.readouterr().out.endswith("1 passed, 1 failed\n")
