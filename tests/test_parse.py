"""Reading documents: what every document of the library refuses, and how it says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from csprotocol.calendar import BusinessHours
from csprotocol.errors import InvalidScheduleError

LOOP: list[Any] = []
LOOP.append(LOOP)


class TestPlainData:
    @pytest.mark.parametrize("weekly", [object(), b"\xff", "\ud800", LOOP, {1, 2}, 1 + 2j])
    def test_what_is_no_plain_data_is_the_callers_kind_of_error(self, weekly: Any) -> None:
        with pytest.raises(InvalidScheduleError):
            BusinessHours.from_dict({"tz": "UTC", "weekly": weekly})

    @pytest.mark.parametrize("day", [0, 1704067200, "1704067200", "0", "2024-1-1", "20240101", "2024-01-01T00:00:00"])
    def test_only_an_iso_date_is_a_date(self, day: Any) -> None:
        documents: tuple[dict[str, Any], ...] = (
            {"special": {day: []}},
            {"holidays": [day]},
            {"holidays": [{"date": day}]},
        )
        for document in documents:
            with pytest.raises(InvalidScheduleError):
                BusinessHours.from_dict({"tz": "UTC", **document})

    def test_the_branch_that_knows_the_key_speaks(self) -> None:
        # YAML reads Norway's code as false.
        with pytest.raises(InvalidScheduleError, match=r"holidays\[0\].country: input should be a valid string"):
            BusinessHours.from_dict({"tz": "UTC", "holidays": [{"country": False}]})


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("a.json", '{"tz": "UTC", "tz": "UTC"}', "the key 'tz' stands twice"),
            ("a.yaml", "tz: UTC\nweekly:\n  mon: []\n  mon: []\n", "the key 'mon' stands twice"),
            ("a.yaml", "tz: UTC\nholidays: [2024-02-30]\n", "cannot be read"),
            ("a.yaml", "tz: UTC\nspecial: !!map [a]\n", "cannot be read"),
            ("a.yaml", "tz: UTC\nweekly: !!timestamp abc\n", "cannot be read"),
            ("a.json", f'{{"tz": {"9" * 5000}}}', "cannot be read"),
            ("a.json", "[" * 100_000, "cannot be read"),
            ("a.toml", f"a = {'[' * 100_000}", "cannot be read"),
        ],
    )
    def test_broken_files(self, tmp_path: Path, name: str, content: str, message: str) -> None:
        (tmp_path / name).write_text(content, encoding="utf-8")
        with pytest.raises(InvalidScheduleError, match=message):
            BusinessHours.load(tmp_path / name)

    @pytest.mark.parametrize("path", ["a\0b.toml", None, 5])
    def test_no_file_names(self, path: Any) -> None:
        with pytest.raises(InvalidScheduleError, match="cannot be read"):
            BusinessHours.load(path)
