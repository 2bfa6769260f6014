"""The command as a process: streams, colours, exit status."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from csprotocol import __version__

from .commands import run

COMMAND = (sys.executable, "-m", "csprotocol")
SHOP = ("report", "tickets.csv", "--map", "mapping.toml", "--now", "2026-12-05")


def process(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run([*COMMAND, *arguments], check=False, timeout=60, **settings)  # type: ignore[call-overload, no-any-return]


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = command.replace("csprotocol", f"'{sys.executable}' -m csprotocol")
    return subprocess.run(
        ["bash", "-c", command],
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


class TestExitStatus:
    def test_no_arguments(self) -> None:
        ended = run()
        assert (ended.status, ended.err) == (2, "")
        assert ended.out.startswith("usage: csprotocol")

    @pytest.mark.parametrize("arguments", [["--help"], ["report", "--help"], ["hours", "add", "--help"], ["--version"]])
    def test_what_was_asked_for(self, arguments: list[str]) -> None:
        ended = run(*arguments)
        assert (ended.status, ended.err) == (0, "")

    def test_version(self) -> None:
        assert run("--version").out == f"csprotocol {__version__}\n"

    @pytest.mark.parametrize(
        ("arguments", "status", "err"),
        [
            (SHOP, 0, b""),
            ((*SHOP, "--tz", "Mars"), 2, b"csprotocol: --tz must be an IANA time zone"),
            (("report",), 2, b"csprotocol report: the following arguments are required: EXPORT"),
        ],
    )  # fmt: skip
    def test_as_a_process(self, folder: Path, arguments: tuple[str, ...], status: int, err: bytes) -> None:
        ended = process(*arguments)
        assert (ended.returncode, ended.stderr[: len(err)]) == (status, err)
        assert ended.stderr.count(b"\n") == (status > 0)


class TestStreams:
    def test_a_pipe_that_is_closed_early(self, folder: Path) -> None:
        ended = shell(
            "set -o pipefail; csprotocol kpi list | head -n 1; csprotocol demo | true; csprotocol --help | true"
        )
        assert (ended.stderr, ended.returncode) == ("", 0)
        assert len(ended.stdout.splitlines()) == 1

    def test_a_full_disk(self, folder: Path) -> None:
        for command in ("csprotocol demo", "csprotocol kpi list"):
            ended = shell(f"{command} > /dev/full")
            assert (ended.stderr, ended.returncode) == ("csprotocol: standard output: No space left on device\n", 2)

    def test_a_closed_output(self, folder: Path) -> None:
        ended = shell(f"csprotocol {' '.join(SHOP)} >&-")
        assert ended.returncode == 2
        assert ended.stderr == "csprotocol: standard output: is closed; name a file with -o\n"
        ended = shell("csprotocol demo >&-")
        assert (ended.returncode, ended.stderr.count("\n"), ended.stderr[:11]) == (2, 1, "csprotocol:")
        ended = shell(f"csprotocol {' '.join(SHOP)} -o out.txt >&- 2>&-")
        assert (ended.returncode, Path("out.txt").stat().st_size > 0) == (0, True)

    def test_a_closed_input(self, folder: Path) -> None:
        ended = shell("csprotocol report - --map mapping.toml <&-")
        assert (ended.returncode, ended.stderr) == (
            2,
            "csprotocol: EXPORT must be fed from a file or a pipe, got '-'\n",
        )

    def test_standard_input(self, folder: Path) -> None:
        ended = shell(f"cat tickets.csv | csprotocol {' '.join(SHOP).replace('tickets.csv', '-')} --format csv")
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout == run(*SHOP, "--format", "csv").out

    def test_standard_input_is_not_written_over(self, folder: Path) -> None:
        before = Path("tickets.csv").read_bytes()
        ended = shell(f"csprotocol {' '.join(SHOP).replace('tickets.csv', '-')} -o tickets.csv < tickets.csv")
        assert (ended.returncode, "tickets.csv: is what is to be read" in ended.stderr) == (2, True)
        assert Path("tickets.csv").read_bytes() == before

    def test_letters_that_the_terminal_lacks(self, folder: Path) -> None:
        text = Path("tickets.csv").read_text(encoding="utf-8")
        Path("tickets.csv").write_text(text.replace("Sur", "Málaga €"), encoding="utf-8")
        ended = shell(f"csprotocol {' '.join(SHOP)} --by shop", PYTHONIOENCODING="ascii")
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "M\\xe1laga \\u20ac" in ended.stdout

    @pytest.mark.parametrize(
        ("environment", "bold"),
        [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
    )
    def test_colours(self, folder: Path, environment: dict[str, str], bold: bool) -> None:
        main, sub = pty.openpty()
        settings = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        ended = process(*SHOP, "--by", "", stdout=sub, env={**settings, "TERM": "xterm", **environment})
        os.close(sub)
        told = b""
        while chunk := _read(main):
            told += chunk
        os.close(main)
        assert (ended.returncode, b"\x1b[1mDefinitions\x1b[0m" in told) == (0, bold)
        assert b"Definitions" in told

    def test_no_colours_in_a_file(self, folder: Path) -> None:
        assert b"\x1b" not in process(*SHOP).stdout


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


class TestHours:
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["between", "2026-11-20T16:00", "2026-11-23T10:00"], "2 h"),
            (["add", "2026-11-20T16:00", "2h"], "2026-11-23 10:00:00+01:00"),
            (["add", "2026-11-23T10:00", "-2h"], "2026-11-20 16:00:00+01:00"),
            (["add", "2026-11-23T10:00+00:00", "30min"], "2026-11-23 10:30:00+00:00"),
            (["next", "2026-11-21T10:00"], "opens 2026-11-23 09:00:00+01:00, closes 2026-11-23 17:00:00+01:00"),
            (["next", "2026-11-20T10:00"], "open now, closes 2026-11-20 17:00:00+01:00"),
        ],
    )
    def test_questions(self, folder: Path, arguments: list[str], told: str) -> None:
        by_file = run("hours", *arguments, "--calendar", "hours.toml", "--tz", "Europe/Madrid")
        by_text = run("hours", *arguments, "--weekly", "mon-fri 09:00-17:00", "--tz", "Europe/Madrid")
        assert by_file == by_text == (0, f"{told}\n", "")

    def test_explain(self, folder: Path) -> None:
        ended = run("hours", "explain", "2026-11-20T16:00", "2026-11-23T10:00", "--calendar", "hours.toml")
        assert (ended.status, ended.err) == (0, "")
        assert "2 h" in ended.out or "1 h" in ended.out


class TestKpi:
    def test_every_kpi_of_the_list_can_be_explained(self) -> None:
        names = [line.split()[0] for line in run("kpi", "list").out.splitlines()]
        assert len(names) > 20
        for name in names:
            ended = run("kpi", "explain", name)
            assert (ended.status, ended.err, f"({name})" in ended.out) == (0, "", True)

    def test_an_alias(self) -> None:
        assert run("kpi", "explain", "frt") == run("kpi", "explain", "first_reply")


class TestDemo:
    def test_it_shows_every_section_in_little_time(self) -> None:
        before = os.times()
        ended = process("demo")
        after = os.times()
        used = after.children_user - before.children_user + after.children_system - before.children_system
        assert (ended.returncode, ended.stderr) == (0, b"")
        lines = ended.stdout.decode().splitlines()
        titles = [line for line, above in zip(lines[1:], lines, strict=False) if not above and not line.startswith(" ")]
        assert titles[:7] == [
            "First reply time (elapsed time)",
            "First reply time (business time)",
            "Resolution time (elapsed time)",
            "Resolution time (business time)",
            "Rates and scores",
            "Definitions",
            "Data quality",
        ]
        assert titles[7].startswith("This was a generated sample.")
        # Of the processor, not of the wall: the machine may be busy with other things.
        assert used < 2

    def test_it_says_the_same_every_day(self) -> None:
        assert run("demo") == run("demo")
