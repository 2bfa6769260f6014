"""How far a long file is read, on a terminal only."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from csprotocol.cli._progress import ProgressLine
from tests.report import shop

from .commands import run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(*steps: tuple[int, int], screen: io.StringIO) -> list[str]:
    with ProgressLine(screen) as progress:
        for done, total in steps:
            progress(done, total)
    return screen.getvalue().split("\r")[1:]


class TestProgressLine:
    def test_it_grows_and_goes(self) -> None:
        first, half, full, gone, end = drawn(
            (0, 4_000_000), (2_000_000, 4_000_000), (4_000_000, 4_000_000), screen=Terminal()
        )
        assert first == f"reading [{' ' * 30}]   0%  0.0 of 4.0 MB"
        assert half == f"reading [{'#' * 15}{' ' * 15}]  50%  2.0 of 4.0 MB"
        assert full == f"reading [{'#' * 30}] 100%  4.0 of 4.0 MB"
        assert (gone.strip(), len(gone) >= len(full), end) == ("", True, "")

    def test_it_is_drawn_once_for_each_percent(self) -> None:
        lines = drawn(*((i, 10_000_000) for i in range(0, 10_000_001, 1_000)), screen=Terminal())
        assert len(lines) == 101 + 2

    def test_a_file_that_grows_meanwhile_stays_at_a_hundred(self) -> None:
        assert " 100% " in drawn((9_000_000, 4_000_000), screen=Terminal())[0]

    @pytest.mark.parametrize(("screen", "size"), [(io.StringIO(), 9_000_000), (Terminal(), 999_999), (Terminal(), 0)])
    def test_nothing_where_nobody_looks_or_nobody_waits(self, screen: io.StringIO, size: int) -> None:
        assert drawn((0, size), (size, size), screen=screen) == []

    def test_it_goes_when_reading_fails(self) -> None:
        screen = Terminal()
        with contextlib.suppress(ValueError), ProgressLine(screen) as progress:
            progress(1, 2_000_000)
            raise ValueError
        assert screen.getvalue().endswith(" \r")

    def test_a_process_without_standard_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stderr", None)
        with ProgressLine() as progress:
            progress(1_000_000, 2_000_000)
        assert sys.stderr is None


@pytest.fixture
def long_export(folder: Path) -> Path:
    header, *rows = shop.TEXT.splitlines()
    with Path("long.csv").open("w", encoding="utf-8") as file:
        file.write(f"{header}\n")
        for i in range(900):
            file.writelines(f"{i}x{row}\n" for row in rows)
    return folder


class TestCommand:
    ARGUMENTS = ("report", "long.csv", "--map", "mapping.toml", "--now", "2026-12-05", "--by", "")

    def test_a_long_file_is_silent_without_a_terminal(self, long_export: Path) -> None:
        assert Path("long.csv").stat().st_size > 1_000_000
        ended = run(*self.ARGUMENTS)
        assert (ended.status, ended.err) == (0, "")

    def test_a_long_file_shows_its_progress_on_a_terminal(self, long_export: Path) -> None:
        main, sub = pty.openpty()
        command = [sys.executable, "-m", "csprotocol", *self.ARGUMENTS]
        ended = subprocess.run(command, check=False, timeout=60, stdout=subprocess.PIPE, stderr=sub)
        os.close(sub)
        drawn = os.read(main, 65_536).decode()
        os.close(main)
        assert (ended.returncode, b"reading [" in ended.stdout) == (0, False)
        assert "100%" in drawn
        assert drawn.rsplit("\r", 2)[-2].strip() == ""
