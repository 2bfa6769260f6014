"""Ten million random pairs at once, as a multiple of what numpy needs to subtract two columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from statistics import median
from typing import Any, Final

from benchmarks._measure import NOT_INSTALLED, Table, ratio, seconds_per_call, span
from benchmarks.bench_calendar import DESK
from csprotocol.calendar import BusinessCalendar

OURS: Final = "**csprotocol between_many**"
FLOOR: Final = "numpy `b - a` (the floor)"
LIMIT: Final = 12

Method = Callable[[], Any]


def columns(*, quick: bool) -> Table:
    """``between`` of random pairs over four years."""
    pairs = 1_000_000 if quick else 10_000_000
    rounds = 3 if quick else 5
    table = Table(
        f"{pairs // 1_000_000} M random pairs, Mon-Fri 09:00-17:00 New York with holidays",
        ["method", "seconds", "ns a pair", "x `b - a`"],
    )
    if not find_spec("numpy"):
        table.add(OURS, *[NOT_INSTALLED] * 3)
        table.limit(f"at most {LIMIT} x `b - a`; numpy {NOT_INSTALLED}", holds=False)
        return table
    methods, missing = _methods(pairs)
    _assert_equal(methods)
    timed = {name: method for name, (method, _) in methods.items()}
    # The fastest are repeated within a round: what the allocator does to a single run is noise.
    taken = seconds_per_call(timed, rounds=rounds, budget_seconds=0.3)
    for name, found in taken.items():
        table.add(name, span(median(found)), f"{median(found) / pairs * 1e9:.1f}", f"{ratio(found, taken[FLOOR]):.1f}")
    for name in missing:
        table.add(name, *[NOT_INSTALLED] * 3)
    factor = ratio(taken[OURS], taken[FLOOR])
    table.limit(f"between_many: at most {LIMIT} x `b - a`; measured {factor:.1f} x", holds=factor <= LIMIT)
    table.notes += [
        "All results are asserted equal to the microsecond (np.interp to the second: it answers in floats).",
        "Wall time; polars and duckdb use all cores, numpy one. Boundaries are tabled beforehand for all.",
    ]
    return table


def _methods(pairs: int) -> tuple[dict[str, tuple[Method, Method]], list[str]]:
    """Each method with a second one that gives its result in microseconds."""
    import numpy as np

    calendar = BusinessCalendar(DESK)
    random = np.random.default_rng(20261121)
    first, last = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 for year in (2024, 2028))
    # Whole milliseconds: duckdb and polars then agree on one unit, and nothing is rounded anywhere.
    start = (random.integers(first // 1000, last // 1000, pairs) * 1000).astype("datetime64[us]")
    end = (random.integers(first // 1000, last // 1000, pairs) * 1000).astype("datetime64[us]")
    a, b = start.astype(np.int64), end.astype(np.int64)
    marks, opened, slope = _tables(calendar, first, last)

    def at(x: Any) -> Any:
        i = np.searchsorted(marks, x, side="right") - 1
        return opened[i] + (x - marks[i]) * slope[i]

    def searched() -> Any:
        return at(b) - at(a)

    def interpolated() -> Any:
        return np.interp(b, marks, opened) - np.interp(a, marks, opened)

    methods: dict[str, tuple[Method, Method]] = {
        FLOOR: (lambda: end - start, lambda: None),
        OURS: (
            lambda: calendar.between_many(start, end),
            lambda: calendar.between_many(start, end).astype("timedelta64[us]").astype(np.int64),
        ),
        "numpy searchsorted": (searched, searched),
        "np.interp (floats)": (interpolated, interpolated),
    }
    missing: list[str] = []
    if find_spec("polars"):
        methods |= _polars(calendar, (start, end), (marks, opened, slope))
    else:
        missing += ["polars search_sorted", "polars join_asof"]
    if find_spec("duckdb") and find_spec("pyarrow"):
        methods |= _duckdb((a, b), (marks, opened, slope))
    else:
        missing.append("duckdb ASOF JOIN")
    return methods, missing


def _tables(calendar: BusinessCalendar, first: int, last: int) -> tuple[Any, Any, Any]:
    """Boundaries, open microseconds up to each, and whether it is open after it."""
    import numpy as np

    low, high = (datetime.fromtimestamp(edge // 1_000_000, UTC) for edge in (first, last))
    marks, opened, slope, total = [first], [0], [0], 0
    for interval in calendar.intervals(low, high):
        opens, closes = (round(edge.timestamp()) * 1_000_000 for edge in (interval.start, interval.end))
        if opens == marks[-1]:
            slope[-1] = 1
        else:
            marks.append(opens)
            opened.append(total)
            slope.append(1)
        total += closes - opens
        marks.append(closes)
        opened.append(total)
        slope.append(0)
    if marks[-1] < last:
        marks.append(last)
        opened.append(total)
        slope.append(0)
    return np.array(marks), np.array(opened), np.array(slope)


def _polars(calendar: BusinessCalendar, pairs: tuple[Any, Any], tables: tuple[Any, Any, Any]) -> Any:
    import numpy as np
    import polars as pl

    (start, end), (marks, opened, slope) = pairs, tables
    frame = pl.DataFrame({"a": start, "b": end}).with_columns(pl.all().dt.replace_time_zone("UTC"))
    numbers = pl.DataFrame({"a": start.astype(np.int64), "b": end.astype(np.int64)}).with_row_index("row")
    table = pl.DataFrame({"mark": marks, "opened": opened, "slope": slope})
    mark_column = table["mark"]

    def sorted_search() -> Any:
        def at(column: Any) -> Any:
            found = table[mark_column.search_sorted(column, side="right") - 1]
            return found["opened"] + (column - found["mark"]) * found["slope"]

        return at(numbers["b"]) - at(numbers["a"])

    def joined() -> Any:
        def at(column: str) -> Any:
            ordered = numbers.select("row", pl.col(column).alias("x")).sort("x")
            found = ordered.join_asof(table, left_on="x", right_on="mark", check_sortedness=False)
            return found.select("row", y=pl.col("opened") + (pl.col("x") - pl.col("mark")) * pl.col("slope")).sort(
                "row"
            )["y"]

        return at("b") - at("a")

    return {
        "csprotocol between_many, polars in and out": (
            lambda: calendar.between_many(frame["a"], frame["b"]),
            lambda: calendar.between_many(frame["a"], frame["b"]).dt.total_microseconds().to_numpy(),
        ),
        "polars search_sorted and gather": (sorted_search, lambda: sorted_search().to_numpy()),
        "polars join_asof, twice": (joined, lambda: joined().to_numpy()),
    }


def _duckdb(pairs: tuple[Any, Any], tables: tuple[Any, Any, Any]) -> Any:
    import duckdb
    import numpy as np
    import pyarrow as pa

    (a, b), (marks, opened, slope) = pairs, tables
    database = duckdb.connect()
    database.register("pair_rows", pa.table({"id": np.arange(len(a)), "a": a, "b": b}))
    database.register("mark_rows", pa.table({"mark": marks, "opened": opened, "slope": slope}))
    database.execute("CREATE TABLE pairs AS SELECT * FROM pair_rows")
    database.execute("CREATE TABLE marks AS SELECT * FROM mark_rows")
    query = """
        SELECT {} FROM pairs p
        ASOF JOIN marks f ON p.a >= f.mark
        ASOF JOIN marks l ON p.b >= l.mark
    """
    value = "l.opened + (p.b - l.mark) * l.slope - f.opened - (p.a - f.mark) * f.slope"
    # The timed query adds the answers up, so that fetching them is not part of it.
    timed = query.format(f"sum({value})")
    told = query.format(f"p.id AS id, {value} AS y") + " ORDER BY id"
    return {
        "duckdb ASOF JOIN, twice, summed": (
            lambda: database.execute(timed).fetchone(),
            lambda: np.asarray(database.execute(told).fetchnumpy()["y"]),
        )
    }


def _assert_equal(methods: dict[str, tuple[Method, Method]]) -> None:
    import numpy as np

    expected = methods[OURS][1]()
    for name, (_, result) in methods.items():
        found = result()
        if found is None:
            continue
        if "floats" in name:
            assert np.abs(found - expected).max() < 1_000_000, name
        else:
            assert np.array_equal(np.asarray(found), expected), name


if __name__ == "__main__":
    print(columns(quick=False))
