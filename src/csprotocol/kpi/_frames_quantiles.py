"""Medians and percentiles by group: from all values, or from buckets, which any engine can count."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from csprotocol.kpi._frames_engine import Engine, narwhals
from csprotocol.kpi._log_histogram import RELATIVE_ERROR, LogHistogram

__all__ = ["arrow_quantiles", "exact_sums", "histograms"]

_MICROS: Final = 1e6
_LOG_GAMMA: Final = math.log1p(RELATIVE_ERROR) - math.log1p(-RELATIVE_ERROR)
_ZERO: Final = -(10.0**6)
"""Where zeros are counted: no bucket of a number is that low."""


def exact_sums(kind: str, column: str, levels: Sequence[float], to: str) -> list[Any]:
    """What a group is asked for; interpolated linearly, as all engines that know quantiles can."""
    nw = narwhals()
    # The same for polars, and much quicker, when nothing is null.
    values = nw.col(column).drop_nulls() if kind == "polars" else nw.col(column)
    return [values.quantile(level, "linear").alias(f"{to}_{at}") for at, level in enumerate(levels)]


def arrow_quantiles(
    frame: Any, keys: Sequence[str], column: str, levels: Sequence[float]
) -> Mapping[tuple[Any, ...], Sequence[float | None]]:
    """The same for pyarrow, whose groups know no quantiles but give their values."""
    import pyarrow.compute as pc

    if not keys:
        inside = frame.to_native().column(column).drop_null()
        return {(): pc.quantile(inside, q=list(levels)).to_pylist() if len(inside) else [None] * len(levels)}
    found = frame.to_native().select([*keys, column]).group_by(list(keys)).aggregate([(column, "list")])
    names = [found.column(key).to_pylist() for key in keys]
    quantiles = {}
    for at, values in enumerate(found.column(f"{column}_list")):
        inside = values.values.drop_null()
        group = tuple(each[at] for each in names)
        quantiles[group] = pc.quantile(inside, q=list(levels)).to_pylist() if len(inside) else [None] * len(levels)
    return quantiles


def histograms(engine: Engine, frame: Any, keys: Sequence[str], column: str) -> Mapping[tuple[Any, ...], LogHistogram]:
    """The durations of each group in buckets, in seconds; microseconds in ``column``."""
    nw = narwhals()
    seconds = nw.col(column) / _MICROS
    # Logarithms of what is not above zero are never asked for: engines disagree on them.
    above = nw.when(seconds > 0).then(seconds).otherwise(nw.lit(1.0))
    bucket = nw.when(seconds > 0).then((above.log() / _LOG_GAMMA).floor()).otherwise(nw.lit(_ZERO))
    counted = (
        frame.filter(~nw.col(column).is_null())
        .with_columns(bucket.alias("bucket"), seconds.alias("seconds"))
        .group_by(*keys, "bucket")
        .agg(
            nw.col("seconds").count().alias("count"),
            nw.col("seconds").min().alias("least"),
            nw.col("seconds").max().alias("greatest"),
        )
    )
    rows: defaultdict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in engine.rows(counted):
        rows[tuple(row[key] for key in keys)].append(row)
    return {group: _histogram(inside) for group, inside in rows.items()}


def _histogram(rows: Iterable[Mapping[str, Any]]) -> LogHistogram:
    inside = list(rows)
    return LogHistogram.from_dict(
        {
            "kind": LogHistogram.kind,
            "relative_error": RELATIVE_ERROR,
            "zeros": sum(int(row["count"]) for row in inside if row["bucket"] == _ZERO),
            "buckets": [[int(row["bucket"]), int(row["count"])] for row in inside if row["bucket"] != _ZERO],
            "least": min(row["least"] for row in inside),
            "greatest": max(row["greatest"] for row in inside),
            "missing": {},
            "rejected": {},
        }
    )
