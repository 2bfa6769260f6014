"""Medians and percentiles by group: from all values, or from buckets, which any engine can count."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from csprotocol.kpi._frames_engine import Engine, narwhals
from csprotocol.kpi._log_histogram import RELATIVE_ERROR, LogHistogram

__all__ = ["histograms"]

_MICROS: Final = 1e6
_LOG_GAMMA: Final = math.log1p(RELATIVE_ERROR) - math.log1p(-RELATIVE_ERROR)
_ZERO: Final = -(10.0**6)
"""Where zeros are counted: no bucket of a number is that low."""


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
