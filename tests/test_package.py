"""The front door: what importing costs, what it offers, and what the layers may know."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import pytest

import csprotocol

HEAVY = (
    "pydantic",
    "pydantic_core",
    "transitions",
    "dateutil",
    "babel",
    "numpy",
    "pandas",
    "polars",
    "narwhals",
    "rich",
)
CORE = (
    "csprotocol.errors",
    "csprotocol.model",
    "csprotocol.calendar",
    "csprotocol.incident",
    "csprotocol.sla",
    "csprotocol.returns",
    "csprotocol.kpi",
)


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_root_loads_nothing_but_itself() -> None:
    found = run("""
        import sys
        before = set(sys.modules)
        import csprotocol
        print(" ".join(sorted(set(sys.modules) - before)))
    """)
    assert {"csprotocol", "__future__"} == set(found.split()) | {"__future__"}


@pytest.mark.parametrize("module", CORE)
def test_the_core_loads_no_heavy_library(module: str) -> None:
    loaded = run(f"import sys, {module}; print(' '.join(sys.modules))").split()
    assert not set(HEAVY) & set(loaded)


def test_a_calendar_question_needs_no_heavy_library_either() -> None:
    loaded = run("""
        import sys
        from datetime import datetime, timedelta, timezone
        from csprotocol import BusinessCalendar, BusinessHours
        shop = BusinessCalendar(BusinessHours(tz="Europe/Madrid", weekly="mon-fri 09:00-17:00"))
        shop.add(datetime(2026, 1, 1, tzinfo=timezone.utc), timedelta(hours=3))
        print(" ".join(sys.modules))
    """).split()
    assert not set(HEAVY) & set(loaded)


def test_every_headline_name_is_there_and_sorted() -> None:
    assert sorted(csprotocol.__all__) == csprotocol.__all__
    for name in csprotocol.__all__:
        assert getattr(csprotocol, name) is not None
    assert set(csprotocol.__all__) <= set(dir(csprotocol))


def test_a_misspelt_name_is_an_error_that_lists_the_names() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'BusinessCalender'; it has ActorKind"):
        _ = csprotocol.BusinessCalender  # type: ignore[attr-defined]


def test_a_misspelt_import_is_an_error_for_the_type_checker_too(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy comes with the extra [lint]")
    (tmp_path / "user.py").write_text("from csprotocol import BusinessCalender\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-incremental", "--follow-imports=silent", "user.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'Module "csprotocol" has no attribute "BusinessCalender"' in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    "package", ["csprotocol.calendar", "csprotocol.model", "csprotocol.kpi", "csprotocol.adapters", "csprotocol.report"]
)
def test_packages_say_what_is_public(package: str) -> None:
    module = import_module(package)
    assert len(set(module.__all__)) == len(module.__all__)
    for name in module.__all__:
        assert getattr(module, name).__doc__ or not callable(getattr(module, name)), name
