"""Tables of KPIs beside the code that one would write by hand for one engine, with the same results.

Each engine is measured in a process of its own: time in one where both take turns, memory in one for each.
"""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, Final

from benchmarks._frames_by_hand import BY_HAND, Call, frame_of, write_tickets
from benchmarks._measure import NOT_INSTALLED, Table, ratio, span

ENGINES: Final = ("polars", "duckdb", "pandas", "pyspark")
LIMIT: Final = 1.2
"""How much more processor time than by hand, at most, at 10 M rows."""
HISTOGRAM_ERROR: Final = 0.01
_FACTS: Final = ("first_reply", "resolution", "fcr", "reopen_rate", "csat", "csat_mean", "nps", "sla_attainment")
_GIGABYTE: Final = 1024**2
"""In kilobytes, as Linux counts memory."""

_RATIOS: Final = {
    "ours": "ratio",
    "reasons": "with reasons",
    "checked": "and ids checked",
    "histogram": "histograms",
}

Found = Mapping[tuple[str, str], tuple[float, ...]]


def frames(*, quick: bool) -> Table:
    """12 months and 5 channels, 8 KPIs: 23 numbers a group."""
    rows = 1_000_000 if quick else 10_000_000
    table = Table(
        f"{rows // 1_000_000} M tickets, 60 groups, {len(_FACTS)} KPIs with n and rejected",
        ["engine", "by hand", "csprotocol", *_RATIOS.values(), "memory by hand", "memory csprotocol"],
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tickets.parquet"
        for engine in ENGINES:
            if not _is_here(engine):
                table.add(engine, *[NOT_INSTALLED] * 8)
                continue
            if not path.exists():
                _apart("write", str(path), str(rows))
            taken = _apart("time", engine, str(path))
            peaks = {who: _apart("peak", engine, str(path), who) for who in ("hand", "ours")}
            factors = {name: ratio(taken[name], taken["hand"]) for name in _RATIOS}
            factor = factors["ours"]
            table.add(
                engine,
                *(span(median(taken[name])) for name in ("hand", "ours")),
                *(f"{each:.2f}" for each in factors.values()),
                *(f"{peaks[who]['above'] / _GIGABYTE:.2f} GB" for who in ("hand", "ours")),
            )
            if not quick:
                table.limit(f"{engine}: at most {LIMIT} x by hand; measured {factor:.2f} x", holds=factor <= LIMIT)
        if path.exists():
            scanned, read = (_apart("stream", how, str(path))["peak"] / _GIGABYTE for how in ("scan", "read"))
            table.notes.append(
                f"polars, histograms, from Parquet: {scanned:.2f} GB at most if scanned, {read:.2f} GB if read first."
            )
    table.notes += [
        "Processor time of all threads, medians of interleaved rounds; of Spark that of Java too. Ratios to by hand.",
        "Ids are trusted and missing tickets counted together, as by hand. By default reasons are told apart.",
        "By default each id is looked at for a second row as well, which nobody does by hand: the next column.",
        "Histograms stand beside the exact quantiles by hand, and hold their p90 within 1 %: asserted.",
        "Results are asserted equal: counts exactly, durations and rates to 1e-12.",
        "Memory: the peak above the tickets themselves in a process that does nothing else; of Spark that of Java.",
    ]
    return table


def _is_here(engine: str) -> bool:
    needed = (engine, "polars", "narwhals", "pyarrow")
    return all(map(find_spec, needed)) and (engine != "pyspark" or which("java") is not None)


def _apart(*what: str) -> Any:
    """What this file answers in a process of its own."""
    root = Path(__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.bench_frames", *what],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        raise RuntimeError(ran.stderr[-4000:])
    return json.loads(ran.stdout.splitlines()[-1])


def _ours(frame: Any, *, quantiles: str = "exact", **spec: str) -> Call:
    from csprotocol import kpi

    asked = kpi.TableSpec(_FACTS, **{"duplicates": "trust", "missing": "total", **spec})  # type: ignore[arg-type]
    return lambda: kpi.group_kpis(frame, asked, by=["month", "channel"], tz="UTC", quantiles=quantiles)


def time(engine: str, path: str) -> Mapping[str, list[float]]:
    """Seconds of the processor, by who counts and round."""
    frame = frame_of(engine, Path(path))
    calls: Mapping[str, Call] = {
        "hand": BY_HAND[engine](frame),
        "ours": _ours(frame),
        "reasons": _ours(frame, missing="by_reason"),
        "checked": _ours(frame, missing="by_reason", duplicates="reject"),
        "histogram": _ours(frame, quantiles="histogram"),
    }
    expected = _read(calls["hand"]())
    for name in ("ours", "reasons", "checked"):
        _assert_equal(expected, _read_ours(calls[name]()), error=1e-12)
    _assert_near(calls["ours"](), calls["histogram"]())
    if engine == "pyspark":
        # Java is quick when it has seen the same a few times.
        for call in (calls["hand"], calls["ours"]):
            call()
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(3 if engine == "pyspark" else 5):
        for name, call in calls.items():
            before = _processor_seconds(engine)
            call()
            taken[name].append(_processor_seconds(engine) - before)
    return taken


def peak(engine: str, path: str, who: str) -> Mapping[str, float]:
    """Kilobytes above what the process held before."""
    frame = frame_of(engine, Path(path))
    call = BY_HAND[engine](frame) if who == "hand" else _ours(frame)
    process = _process(engine)
    before = _forgotten_peak(process)
    call()
    return {"above": _peak(process) - before}


def stream(how: str, path: str) -> Mapping[str, float]:
    """Kilobytes of the whole process, with the tickets or without."""
    import polars as pl

    _ours(pl.scan_parquet(path) if how == "scan" else pl.read_parquet(path), quantiles="histogram")()
    return {"peak": _peak("self")}


def _processor_seconds(engine: str) -> float:
    own = process_time()
    if engine != "pyspark":
        return own
    # The fields after the name of the program, which may hold anything.
    fields = Path(f"/proc/{_process(engine)}/stat").read_text().rpartition(")")[2].split()
    return own + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _process(engine: str) -> str:
    if engine != "pyspark":
        return "self"
    from pyspark import SparkContext

    return str(SparkContext._gateway.proc.pid)


def _forgotten_peak(process: str) -> float:
    """Memory held now; from here on a new peak is counted, where the system lets one."""
    try:
        Path(f"/proc/{process}/clear_refs").write_text("5")
    except OSError:
        return _peak(process)
    return _status(process, "VmRSS")


def _peak(process: str) -> float:
    try:
        return _status(process, "VmHWM")
    except OSError:
        return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _status(process: str, name: str) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


def _read_ours(table: Any) -> Found:
    found = {}
    for group in table:
        numbers: list[float] = []
        for name in ("first_reply", "resolution"):
            one = group[name]
            numbers += [
                one.n,
                one.rejected.get("negative-duration", 0),
                one.mean_seconds,
                *one.quantile_seconds.values(),
            ]
        for name in ("fcr", "reopen_rate", "csat", "sla_attainment"):
            numbers += [group[name].n, group[name].ratio.numerator]
        numbers += [group["csat_mean"].value, group["nps"].n, group["nps"].value]
        found[group.key] = tuple(numbers)
    return found


def _read(rows: list[tuple[Any, ...]]) -> Found:
    found = {}
    for month, channel, *numbers in rows:
        *first, rated, promoters, detractors = numbers
        found[str(month)[:7], channel] = (*first, rated, 100 * (promoters - detractors) / rated)
    return found


def _assert_equal(one: Found, other: Found, *, error: float) -> None:
    assert one.keys() == other.keys(), (sorted(one)[:2], sorted(other)[:2])
    for key, numbers in one.items():
        for number, same in zip(numbers, other[key], strict=True):
            assert number == same or math.isclose(number, same, rel_tol=error), (key, numbers, other[key])
            assert not (isinstance(number, int) and isinstance(same, int)) or number == same, (key, number, same)


def _assert_near(exact: Any, histogram: Any) -> None:
    for one, other in zip(exact, histogram, strict=True):
        for name in ("first_reply", "resolution"):
            for level, seconds in one[name].quantile_seconds.items():
                near = other[name].quantile_seconds[level]
                assert math.isclose(near, seconds, rel_tol=HISTOGRAM_ERROR), (one.key, name, level, near, seconds)


def _write(path: str, rows: str) -> None:
    write_tickets(Path(path), int(rows))


if __name__ == "__main__":
    _, what, *told = sys.argv
    print(json.dumps({"time": time, "peak": peak, "stream": stream, "write": _write}[what](*told)))  # type: ignore[operator]
