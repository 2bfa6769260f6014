"""Runs the command in this process."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from csprotocol.cli import main

__all__ = ["Ended", "measure", "report_on", "run"]


class Ended(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line of a command that refused."""
        assert (self.status, self.out, self.err.count("\n")) == (2, "", 1), self
        assert self.err.startswith("csprotocol"), self.err
        assert "Traceback" not in self.err
        return self.err.rstrip("\n")


def run(*arguments: object) -> Ended:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(argument) for argument in arguments])
    return Ended(status, out.getvalue(), err.getvalue())


def report_on(*arguments: object) -> Any:
    """The report as JSON says it; whatever it is about, nothing is lost in it."""
    ended = run("report", *arguments, "--format", "json")
    assert (ended.status, ended.err) == (0, ""), ended
    told = json.loads(ended.out)
    for measured, tickets in _measures(told):
        left_out = sum(measured["missing"].values()) + sum(measured["rejected"].values())
        assert measured["n"] + left_out == tickets, measured
    if told["by"]:
        assert sum(group["tickets"] for group in told["groups"]) == told["total"]["tickets"]
    for count in told["quality"]["files"]:
        assert count["rows"] == sum(count[part] for part in ("used", "rejected", "duplicates", "left_out"))
    return told


def measure(group: Any, kpi: str, variant: str | None = None) -> Any:
    return next(each for each in group["measures"] if (each["kpi"], each["variant"]) == (kpi, variant))


def _measures(told: Any) -> Iterator[tuple[Any, int]]:
    for group in (*told["groups"], told["total"]):
        for each in group["measures"]:
            yield each, group["tickets"]
