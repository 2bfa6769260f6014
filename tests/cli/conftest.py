"""The small shop as files, for the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report import shop


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with an export, its mapping and the business hours."""
    (tmp_path / "tickets.csv").write_text(shop.TEXT, encoding="utf-8")
    (tmp_path / "mapping.toml").write_text(shop.MAPPING_TOML, encoding="utf-8")
    (tmp_path / "hours.toml").write_text(shop.CALENDAR, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path
