"""Ratings: what each row adds to a share, a mean or a score."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import inf, nextafter
from typing import Any, Final

from csprotocol.kpi._frames_facts import Facts
from csprotocol.kpi._frames_plan import Kind, Plan, Reason, missing, rejected
from csprotocol.kpi._frames_scalar import SURVEYS
from csprotocol.kpi._population import MissingReason
from csprotocol.kpi._survey import _limit

__all__ = ["OUT_OF_SCALE", "facts_of_survey", "survey_plan"]

OUT_OF_SCALE = "out-of-scale"
_SHARES: Final = {"csat": ("satisfied_from", 2), "ces_share": ("easy_from", 3)}
"""The option that tells which ratings count, and how many boxes count without it."""


def facts_of_survey(kpi: str) -> tuple[str, ...]:
    """The facts that a KPI of ratings reads; only of one survey it is known which tickets were asked."""
    column = SURVEYS[kpi]
    return (column, "surveyed") if column == "csat" else (column,)


def survey_plan(kpi: str, facts: Facts, options: Mapping[str, Any]) -> Plan:
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
        off_scale = (rating < _least(low)) | (rating > -_least(-high))
        if kpi in _SHARES:
            limit, boxes = _SHARES[kpi]
            counts = {"met": rating >= _least(_limit((low, high), limit, options.get(limit), boxes=boxes))}
        else:
            sums = {"total": rating}
    reasons.append(rejected(OUT_OF_SCALE, off_scale))
    return Plan(reasons, sums, counts)


def _least(limit: Any) -> float:
    """The least float that is not below ``limit``, so that comparing with it is comparing with ``limit``."""
    near = float(limit)
    return near if Fraction(near) >= Fraction(limit) else nextafter(near, inf)
