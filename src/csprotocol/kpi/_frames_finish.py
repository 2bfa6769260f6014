"""From the sums of a group to what is said of it: here is where anything is divided, in exact numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from csprotocol.errors import OutOfScaleError
from csprotocol.kpi._backlog import Backlog
from csprotocol.kpi._choice import chosen
from csprotocol.kpi._frames_results import GroupCount, GroupDurations, GroupSummary
from csprotocol.kpi._frames_scalar import SURVEYS, Empty
from csprotocol.kpi._frames_spec import TableKpi
from csprotocol.kpi._frames_surveys import OUT_OF_SCALE
from csprotocol.kpi._log_histogram import LogHistogram
from csprotocol.kpi._nps import NetPromoterScore
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._summary import DurationSummary, RateSummary
from csprotocol.kpi._survey import OutOfScale
from csprotocol.kpi._survey_summary import SurveyMean, SurveyShare
from csprotocol.model import FrozenDict

__all__ = ["Sums", "summary_of"]

_MICROS = 1_000_000


class Sums(NamedTuple):
    """What an engine found for one KPI in one group."""

    n: int
    of: Mapping[str, float]
    missing: Mapping[str, int]
    rejected: Mapping[str, int]
    quantiles: Sequence[float | None] = ()
    histogram: LogHistogram | None = None


def summary_of(kpi: TableKpi, empty: Empty, sums: Sums, levels: Sequence[float]) -> GroupSummary:
    """The result that the scalar function would give, from sums.

    Raises:
        OutOfScaleError: ratings that no scale has, unless the KPI rejects them.
    """
    missing, rejected = FrozenDict(sums.missing), FrozenDict(sums.rejected)
    if kpi.kpi in SURVEYS and OUT_OF_SCALE in rejected:
        _check_scale(kpi, rejected[OUT_OF_SCALE])
    # Of a survey nothing else is missing than the answers of those who were asked.
    asked = sums.n + sum(missing.values())
    match empty:
        case DurationSummary():
            return _durations(empty, sums, levels)
        case Backlog():
            return GroupCount(empty.definition, FrozenDict(_asked(kpi)), _whole(sums, "met"), sums.n, missing, rejected)
        case RateSummary():
            of = _whole(sums, "of") if "of" in sums.of else sums.n
            return replace(empty, ratio=Ratio(_whole(sums, "met"), of), missing=missing, rejected=rejected)
        case SurveyShare():
            return replace(empty, ratio=Ratio(_whole(sums, "met"), sums.n), asked=asked, rejected=rejected)
        case SurveyMean():
            return replace(empty, total=Fraction(sums.of["total"]), n=sums.n, asked=asked, rejected=rejected)
        case NetPromoterScore():
            promoters, detractors = _whole(sums, "promoters"), _whole(sums, "detractors")
            passives = sums.n - promoters - detractors
            return NetPromoterScore(promoters, passives, detractors, 0, sum(rejected.values()))


def _durations(empty: DurationSummary, sums: Sums, levels: Sequence[float]) -> GroupDurations:
    seconds: list[float | None]
    if sums.histogram is not None:
        seconds = [sums.histogram.quantile(level) for level in levels]
    else:
        micros = sums.quantiles or [None] * len(levels)
        seconds = [None if each is None else each / _MICROS for each in micros]
    return GroupDurations(
        definition=empty.definition,
        options=empty.options,
        n=sums.n,
        missing=FrozenDict(sums.missing),
        rejected=FrozenDict(sums.rejected),
        mean_seconds=sums.of["micros"] / sums.n / _MICROS if sums.n else None,
        quantile_seconds=FrozenDict(zip(levels, seconds, strict=True)),
        histogram=sums.histogram,
    )


def _check_scale(kpi: TableKpi, count: int) -> None:
    handling = chosen(OutOfScale, "out_of_scale", kpi.options.get("out_of_scale", OutOfScale.RAISE))
    if count and handling is OutOfScale.RAISE:
        scale = "its scale; out_of_scale='reject' counts them and goes on"
        raise OutOfScaleError.of_rating(kpi.kpi, f"{count} ratings of another scale", scale)


def _asked(kpi: TableKpi) -> dict[str, str]:
    return {name: str(value) for name, value in kpi.options.items()}


def _whole(sums: Sums, name: str) -> int:
    return round(sums.of[name])
