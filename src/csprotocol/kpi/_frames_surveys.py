"""Ratings: what each row adds to a share, a mean or a score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csprotocol.kpi._frames_facts import Facts
from csprotocol.kpi._frames_plan import Kind, Plan, Reason, missing, rejected
from csprotocol.kpi._frames_scalar import SURVEYS, Empty
from csprotocol.kpi._population import MissingReason

__all__ = ["OUT_OF_SCALE", "facts_of_survey", "survey_plan"]

OUT_OF_SCALE = "out-of-scale"


def facts_of_survey(kpi: str) -> tuple[str, ...]:
    """The facts that a KPI of ratings reads; only of one survey it is known which tickets were asked."""
    column = SURVEYS[kpi]
    return (column, "surveyed") if column == "csat" else (column,)


def survey_plan(kpi: str, facts: Facts, options: Mapping[str, Any], empty: Empty) -> Plan:
    """See the scalar function of the same name, over :func:`survey_answers`."""
    rating = facts(SURVEYS[kpi])
    reasons = []
    sums: dict[str, Any] = {}
    counts: dict[str, Any] = {}
    if "surveyed" in facts.has and SURVEYS[kpi] == "csat":
        reasons.append(missing(MissingReason.NO_ANSWER, rating.is_null() & (facts("surveyed") == 1)))
    reasons.append(Reason(Kind.SILENT, "", rating.is_null()))
    if kpi == "nps":
        # Half points are on no scale of whole ones.
        off_scale = (rating < 0) | (rating > 10) | (rating.floor() < rating)
        counts = {"promoters": rating >= 9, "detractors": rating <= 6}
    else:
        low, high = options.get("scale", (1, 7) if SURVEYS[kpi] == "ces" else (1, 5))
        off_scale = (rating < float(low)) | (rating > float(high))
        if kpi in {"csat", "ces_share"}:
            # The scalar function has settled which ratings count, by default too.
            counts = {"met": rating >= float(empty.options["satisfied_from"])}  # type: ignore[union-attr]
        else:
            sums = {"total": rating}
    reasons.append(rejected(OUT_OF_SCALE, off_scale))
    return Plan(reasons, sums, counts)
