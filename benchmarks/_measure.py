"""Interleaved timing and the tables in which it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any, Final

Call = Callable[[], Any]

NOT_INSTALLED: Final = "not installed"
NOT_ANSWERED: Final = "n/a"


@dataclass(slots=True)
class Table:
    """One Markdown table with the limits that it is held to."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    limits: list[tuple[str, bool]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        self.rows.append(cells)

    def limit(self, text: str, *, holds: bool) -> None:
        self.limits.append((text, holds))

    @property
    def passes(self) -> bool:
        return all(holds for _, holds in self.limits)

    def __str__(self) -> str:
        lines = [f"### {self.title}", "", _row(self.columns), _row(["---"] * len(self.columns))]
        lines += [_row(row) for row in self.rows]
        if self.limits:
            lines += ["", _row(["limit", "verdict"]), _row(["---", "---"])]
            lines += [_row([text, "PASS" if holds else "**FAIL**"]) for text, holds in self.limits]
        if self.notes:
            lines += ["", *(f"- {note}" for note in self.notes)]
        return "\n".join([*lines, ""])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def seconds_per_call(calls: Mapping[str, Call], *, rounds: int, budget_seconds: float) -> dict[str, list[float]]:
    """Seconds of one call, by name and round; in each round every call gets its turn.

    The number of repetitions is chosen once, so that one turn takes about ``budget_seconds``.
    """
    repeats = {name: _repeats(call, budget_seconds) for name, call in calls.items()}
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            taken[name].append(_time(call, repeats[name]) / repeats[name])
    return taken


def ratio(of: Sequence[float], to: Sequence[float]) -> float:
    """The median over the rounds of the ratio inside a round: drift of the machine cancels out."""
    return median(a / b for a, b in zip(of, to, strict=True))


def per_second(taken: Sequence[float]) -> str:
    rate = 1 / median(taken)
    return f"{rate / 1e6:.2f} M/s" if rate >= 1e6 else f"{rate / 1e3:.1f} k/s" if rate >= 1e3 else f"{rate:.1f}/s"


def span(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.2f} ms"
    return f"{seconds * 1e6:.2f} us" if seconds >= 1e-6 else f"{seconds * 1e9:.0f} ns"


def times(factor: float) -> str:
    return f"{factor:,.0f}x" if factor >= 20 else f"{factor:.2f}x"


def _repeats(call: Call, budget_seconds: float) -> int:
    call()
    count = 1
    while True:
        taken = _time(call, count)
        if taken >= budget_seconds / 4 or count >= 1_000_000:
            return max(1, round(count * budget_seconds / max(taken, 1e-9)))
        count *= 4


def _time(call: Call, count: int) -> float:
    turns = range(count)
    start = perf_counter()
    for _ in turns:
        call()
    return perf_counter() - start
