"""How well do we do? Each number with its definition, what it rests on and what was left out."""

from __future__ import annotations

from csprotocol.kpi._backlog import AgeBucket, Ageing, Backlog, ageing, backlog, unreplied
from csprotocol.kpi._causes import Cause, Pareto, causes
from csprotocol.kpi._cost import CostPerContact, cost_per_contact
from csprotocol.kpi._counts import ServiceCounts, service_counts, tickets_per_day
from csprotocol.kpi._definitions import Definition, Direction, definition, definitions, preset
from csprotocol.kpi._fcr import FcrVariant, fcr
from csprotocol.kpi._first_reply import AgentStarted, Start, first_reply, first_reply_of
from csprotocol.kpi._nps import NetPromoterScore, Rounding, nps, round_points
from csprotocol.kpi._open_time import OpenTime, Within
from csprotocol.kpi._pages import PageSupport, hit_rate, rank_pages, support_contact_rate
from csprotocol.kpi._percentile import PercentileMethod, mean, median, percentile
from csprotocol.kpi._phone import ServiceLevel, abandonment, aht, asa, service_level
from csprotocol.kpi._population import Counting, MissingReason
from csprotocol.kpi._ratio import Ratio
from csprotocol.kpi._reopen import ReopenCounting, reopen_rate
from csprotocol.kpi._repeat import CustomerContact, fcr_no_repeat
from csprotocol.kpi._resolution import Resolution, ResolutionEnd, resolution, resolution_of
from csprotocol.kpi._self_service import automation_rate, deflection, self_service_score
from csprotocol.kpi._shop import contact_rate, refund_rate, return_rate
from csprotocol.kpi._sla import SlaAttainment, sla_attainment, sla_attainment_of
from csprotocol.kpi._summary import DurationSummary, Measured, RateSummary
from csprotocol.kpi._survey import (
    OutOfScale,
    ces,
    ces_share,
    csat,
    csat_good_bad,
    csat_mean,
    survey_answers,
)
from csprotocol.kpi._survey_summary import SurveyMean, SurveyShare

__all__ = [
    "AgeBucket",
    "Ageing",
    "AgentStarted",
    "Backlog",
    "Cause",
    "CostPerContact",
    "Counting",
    "CustomerContact",
    "Definition",
    "Direction",
    "DurationSummary",
    "FcrVariant",
    "Measured",
    "MissingReason",
    "NetPromoterScore",
    "OpenTime",
    "OutOfScale",
    "PageSupport",
    "Pareto",
    "PercentileMethod",
    "RateSummary",
    "Ratio",
    "ReopenCounting",
    "Resolution",
    "ResolutionEnd",
    "Rounding",
    "ServiceCounts",
    "ServiceLevel",
    "SlaAttainment",
    "Start",
    "SurveyMean",
    "SurveyShare",
    "Within",
    "abandonment",
    "ageing",
    "aht",
    "asa",
    "automation_rate",
    "backlog",
    "causes",
    "ces",
    "ces_share",
    "contact_rate",
    "cost_per_contact",
    "csat",
    "csat_good_bad",
    "csat_mean",
    "definition",
    "definitions",
    "deflection",
    "fcr",
    "fcr_no_repeat",
    "first_reply",
    "first_reply_of",
    "hit_rate",
    "mean",
    "median",
    "nps",
    "percentile",
    "preset",
    "rank_pages",
    "refund_rate",
    "reopen_rate",
    "resolution",
    "resolution_of",
    "return_rate",
    "round_points",
    "self_service_score",
    "service_counts",
    "service_level",
    "sla_attainment",
    "sla_attainment_of",
    "support_contact_rate",
    "survey_answers",
    "tickets_per_day",
    "unreplied",
]
