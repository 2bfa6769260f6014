"""The official suite of MessageFormat 2: one test a case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.replies.mf2.suite import SHARED, Case, cases, failures, main

pytestmark = pytest.mark.shared
_CASES = cases(SHARED) if SHARED.is_dir() else ()


@pytest.mark.skipif(not _CASES, reason=f"the official suite is absent: {SHARED}")
def test_the_suite_has_cases() -> None:
    assert len(_CASES) >= 380


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    assert failures(case) == ()


class TestReader:
    def write(self, folder: Path, **document: object) -> Path:
        path = folder / "some.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def test_defaults_fill_in(self, tmp_path: Path) -> None:
        path = self.write(
            tmp_path, defaultTestProperties={"locale": "en", "tags": ["u:id"]}, tests=[{"src": "a", "exp": "a"}]
        )
        (case,) = cases(path)
        assert (case.name, case.source, case.tags, failures(case)) == ("some-1", "a", ("u:id",), ())

    def test_only_runs_alone(self, tmp_path: Path) -> None:
        path = self.write(
            tmp_path, defaultTestProperties={"locale": "en"}, tests=[{"src": "a"}, {"src": "b", "only": True}]
        )
        assert [case.source for case in cases(path)] == ["b"]

    @pytest.mark.parametrize(
        "test",
        [
            {"src": "a", "exp": "b"},
            {"src": "{$x}", "exp": "{$x}"},
            {"src": "a", "expErrors": [{"type": "syntax-error"}]},
            {"src": "a", "expParts": [{"type": "text", "value": "b"}]},
            {"src": "{ a }", "expCleanSrc": "{ a }"},
        ],
    )
    def test_a_failure_is_seen(
        self, tmp_path: Path, test: dict[str, object], capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = self.write(tmp_path, defaultTestProperties={"locale": "en", "bidiIsolation": "none"}, tests=[test])
        assert main([str(path)]) == 1
        assert capsys.readouterr().out.endswith("0 passed, 1 failed\n")

    def test_no_cases_are_a_failure(self, tmp_path: Path) -> None:
        assert main([str(tmp_path)]) == 1
